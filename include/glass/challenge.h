/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers that anybody can provoke, and how many there may be:
 * rfc5961#section-7.
 *
 * A segment outside the window, a SYN or a RST with a guessed number is
 * answered with an ACK. Two limits keep that from being of use to somebody
 * who only guesses: one ACK per connection and stretch of time, and a budget
 * for all connections together. The budget is shared, so what is spent on
 * one connection could be counted on another (CVE-2016-5696). Therefore
 * nobody can know how large it is: it is drawn anew every second.
 *
 * The events are judged first (tcb_input() and its like), so the rule tells
 * what the ACK that is now owed would answer; these functions then say
 * whether it may leave.
 */
#ifndef GLASS_CHALLENGE_H
#define GLASS_CHALLENGE_H

#include <glass/core.h>

/* What kind of answer is owed? */
enum challenge_kind {
	CHALLENGE_NONE,		/* one that nobody may hold back */
	CHALLENGE_REPEAT,	/* repeats what was said: limited per connection */
	CHALLENGE_PROOF,	/* asks for proof: limited for all together too */
};

/**
 * struct challenge_budget - what is left of this second
 * @second: which second, the low 32 bits
 * @left: challenge ACKs that may still be sent in it
 */
struct challenge_budget {
	u32 second;
	u32 left;
};

enum challenge_kind challenge_kind(u16 rule, const struct segment *s);
bool challenge_spaced(u16 *last, u64 now, u32 ms);
bool challenge_take(struct challenge_budget *b, u64 now, u32 limit,
		    u32 random);
void tcb_withhold(struct tcb *t);

#endif
