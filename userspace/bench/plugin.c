// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of the emulator: where do the guest's instructions go?
 *
 * Each translated block is cut into runs of instructions that share 16 bytes
 * of code, the alignment of functions in the kernel. A run adds its length to
 * a counter each time it is entered. Between the driver's marks these counts
 * are collected, one section for each measure, and written to out=FILE:
 *
 *	section NUMBER
 *	ADDRESS COUNT
 *	...
 *
 * All of user space is one counter, at address 0. One CPU: nothing here is
 * ever entered twice at a time.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"
#include "plugin_api.h"

#define RUN_BYTES	16
#define SLOTS		0x100000	/* its hash is 20 bits */

int qemu_plugin_version = 1;

static const char *out = "sections";
static FILE *file;
static unsigned int section;
static bool counting;

/* A hash table of counters with open addressing */
static struct {
	u64 address[SLOTS];
	bool taken[SLOTS];
	u64 count[SLOTS];		/* since the guest started */
	u64 at_begin[SLOTS];	/* count when the section went on */
	u64 in_section[SLOTS];
} table;

static u64 *counter(u64 address)
{
	static unsigned int taken;
	unsigned int i = (address * 0x9e3779b97f4a7c15ull) >> 44;

	while (table.taken[i] && table.address[i] != address)
		i = (i + 1) % SLOTS;
	if (!table.taken[i]) {
		if (++taken > SLOTS / 2) {
			fprintf(stderr, "plugin: the table is too small\n");
			exit(1);
		}
		table.taken[i] = true;
		table.address[i] = address;
	}
	return &table.count[i];
}

static void begin(void)
{
	memcpy(table.at_begin, table.count, sizeof(table.count));
	counting = true;
}

static void end(void)
{
	unsigned int i;

	if (!counting)
		return;
	counting = false;
	for (i = 0; i < SLOTS; i++)
		table.in_section[i] += table.count[i] - table.at_begin[i];
}

/* Write the section that ends here, unless nothing was counted in it */
static void next(void)
{
	unsigned int i;
	bool any = false;

	counting = false;
	for (i = 0; i < SLOTS; i++) {
		if (!table.in_section[i])
			continue;
		if (!any)
			fprintf(file, "section %u\n", section++);
		any = true;
		fprintf(file, "%llx %llu\n", table.address[i],
			table.in_section[i]);
		table.in_section[i] = 0;
	}
}

static void marked(unsigned int cpu, void *data)
{
	(void)cpu;
	switch ((uintptr_t)data) {
	case MARK_BEGIN:
		begin();
		break;
	case MARK_END:
		end();
		break;
	case MARK_NEXT:
		next();
		break;
	}
}

/* The number of the mark that @insn is, or 0 */
static unsigned int mark_number(const struct qemu_plugin_insn *insn)
{
	unsigned char mark[] = MARK_BYTES;
	const unsigned char *bytes = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) != sizeof(mark))
		return 0;
	mark[MARK_NUMBER_AT] = bytes[MARK_NUMBER_AT];
	return memcmp(mark, bytes, sizeof(mark)) ? 0 : mark[MARK_NUMBER_AT];
}

static void count_run(struct qemu_plugin_insn *first, u64 run, size_t n)
{
	qemu_plugin_register_vcpu_insn_exec_inline(first, PLUGIN_ADD_U64,
						   counter(run), n);
}

/* The kernel has the upper half of addresses. */
static u64 run_of(const struct qemu_plugin_insn *insn)
{
	u64 address = qemu_plugin_insn_vaddr(insn);

	return address >> 63 ? address - address % RUN_BYTES : 0;
}

static void translated(u64 id, struct qemu_plugin_tb *tb)
{
	size_t i, len = 0, n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn, *first = NULL;
	u64 run = 0;
	unsigned int mark;

	(void)id;
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		mark = mark_number(insn);
		if (mark)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked,
							       PLUGIN_NO_REGS,
							       (void *)(uintptr_t)mark);
		if (!first || run_of(insn) != run) {
			if (first)
				count_run(first, run, len);
			first = insn;
			run = run_of(insn);
			len = 0;
		}
		len++;
	}
	if (first)
		count_run(first, run, len);
}

static void ends(u64 id, void *data)
{
	(void)id;
	(void)data;
	next();
	if (fclose(file))
		perror(out);
}

int qemu_plugin_install(u64 id, const void *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	}
	file = fopen(out, "w");
	if (!file) {
		fprintf(stderr, "plugin: %s: %s\n", out, strerror(errno));
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ends, NULL);
	return 0;
}
