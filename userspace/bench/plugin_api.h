/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the plugin uses of the emulator's interface for plugins, version 1.
 * Declared here because not every distribution ships its header.
 */
#ifndef GLASS_BENCH_PLUGIN_API_H
#define GLASS_BENCH_PLUGIN_API_H

#include <stddef.h>

typedef unsigned long long u64;

struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { PLUGIN_ADD_U64 };	/* the one operation that runs inline */
enum { PLUGIN_NO_REGS };	/* a callback that looks at no register */

typedef void (*plugin_translated)(u64 id, struct qemu_plugin_tb *tb);
typedef void (*plugin_executed)(unsigned int cpu, void *data);
typedef void (*plugin_ends)(u64 id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(u64 id, plugin_translated cb);
void qemu_plugin_register_atexit_cb(u64 id, plugin_ends cb, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t at);
u64 qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    plugin_executed cb, int regs,
					    void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						int op, void *counter,
						u64 add);

/* What the emulator looks for in the plugin */
extern int qemu_plugin_version;
int qemu_plugin_install(u64 id, const void *info, int argc, char **argv);

#endif
