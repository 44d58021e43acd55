/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BPF written by hand: the few instructions that our programs are made of. No
 * compiler is needed for them, neither where Glass is built nor where it runs.
 */
#ifndef INSN_H
#define INSN_H

#include <linux/bpf.h>

#define INSN(op, dst, src, jump, value) ((struct bpf_insn){ .code = (op), \
	.dst_reg = (dst), .src_reg = (src), .off = (jump), .imm = (value) })
#define SET(reg, value)		INSN(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, value)
#define COPY(reg, from)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, reg, from, 0, 0)
#define CALL(helper)		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ ## helper)
/* An int: its register's upper half is anything */
#define UNLESS(reg, value, jump) INSN(BPF_JMP32 | BPF_JNE | BPF_K, reg, 0, jump, value)
#define IF(reg, value, jump)	INSN(BPF_JMP32 | BPF_JEQ | BPF_K, reg, 0, jump, value)
#define EXIT			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#endif
