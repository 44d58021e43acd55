/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the driver tells the emulator's plugin what to count: by instructions
 * that do nothing, known by a displacement that no compiler makes.
 */
#ifndef GLASS_BENCH_MARKS_H
#define GLASS_BENCH_MARKS_H

#define MARK_BEGIN	1	/* count from here */
#define MARK_END	2	/* to here */
#define MARK_NEXT	3	/* what follows is another measure */

/* nopl 0x47bc5eNN(%rax,%rax,1) */
#define MARK_BYTES	{ 0x0f, 0x1f, 0x84, 0x00, 0, 0x5e, 0xbc, 0x47 }
#define MARK_NUMBER_AT	4

#define MARK(number) ({							\
	asm volatile(".byte 0x0f, 0x1f, 0x84, 0x00, %c0, 0x5e, 0xbc, 0x47" \
		     : : "i"(number) : "memory");			\
})

#endif
