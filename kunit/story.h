/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every harness needs: the story of a test, told only if it goes wrong,
 * and what must be true of a TCB whenever output has nothing to say.
 */
#ifndef GLASS_KUNIT_STORY_H
#define GLASS_KUNIT_STORY_H

#include <kunit/test.h>
#include <glass/core.h>

#define STORY_LINES	64
#define STORY_WIDTH	112
#define STORY_START_US	1000000000ull

/* The last lines of a story; @lines counts all that were told */
struct story {
	u32 lines;
	char text[STORY_LINES][STORY_WIDTH];
};

const char *rule_name(u16 rule);
u8 flags_of(const char *text);
void story_tell(struct story *story, u64 now, const char *what, u32 number,
		u8 state);
void story_segment(struct story *story, u64 now, const char *arrow,
		   const struct segment *s, u32 seq_base, u32 ack_base,
		   u8 state, u16 rule);
void story_print(const struct story *story, struct kunit *test);
const char *unsettled(const struct tcb *t);

#endif
