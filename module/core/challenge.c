// SPDX-License-Identifier: GPL-2.0
/*
 * Limits on answers that anybody can provoke: rfc5961#section-7.
 */
#include <glass/challenge.h>

#define UNIT_MS 8	/* 16 bits of it are nearly nine minutes */

/**
 * challenge_kind() - what kind of answer does a segment get?
 * @rule: that judged the segment
 * @s: the segment
 *
 * Text outside the window is the sender's loss of an ACK, and it is told
 * again at once: without that it would wait for its timer.
 *
 * Return: enum challenge_kind.
 */
enum challenge_kind challenge_kind(u16 rule, const struct segment *s)
{
	switch (rule) {
	case RULE_RST_CHALLENGE:
	case RULE_SYN_CHALLENGE:
	case RULE_ACK_OLD:
	case RULE_ACK_UNSENT:
	case RULE_EMBRYO_SYN:
	case RULE_TW_SYN_OLD:
	case RULE_TW_SYN_NOBODY:
		return CHALLENGE_PROOF;
	case RULE_EMBRYO_SYN_AGAIN:
		return CHALLENGE_REPEAT;
	case RULE_PAWS:
	case RULE_SEQ_OLD:
	case RULE_SEQ_WINDOW:
	case RULE_EMBRYO_WINDOW:
	case RULE_TW_OTHER:
		if (!seg_len(s) || s->flags & SEG_SYN)
			return CHALLENGE_REPEAT;
	}
	return CHALLENGE_NONE;
}

/**
 * challenge_spaced() - was the last answer of this connection long ago?
 * @last: when it was sent, 0 for never; becomes now if the answer is yes
 * @now: microseconds
 * @ms: how long is long, up to 60000 milliseconds; told in units of 8
 */
bool challenge_spaced(u16 *last, u64 now, u32 ms)
{
	u16 at = now_ms(now) / UNIT_MS;

	at += !at;
	if (*last && (u16)(at - *last) < ms / UNIT_MS)
		return false;
	*last = at;
	return true;
}

/**
 * challenge_take() - is there one left in the budget of all connections?
 * @b: the budget; one less if the answer is yes
 * @now: microseconds
 * @limit: challenge ACKs per second, on average; at least 1
 * @random: 32 bits that nobody can foresee
 *
 * A second has from half of @limit to one and a half of it.
 */
bool challenge_take(struct challenge_budget *b, u64 now, u32 limit, u32 random)
{
	u32 second = now_ms(now) / 1000, half = limit / 2 + limit % 2;

	if (b->second != second) {
		b->second = second;
		b->left = half + (u32)(((u64)random * limit) >> 32);
	}
	if (!b->left)
		return false;
	b->left--;
	return true;
}

/**
 * tcb_withhold() - the ACK that is owed at once, or SYN/ACK, is not sent
 * @t: the TCB, after tcb_input() and before tcb_output(); owed none before
 */
void tcb_withhold(struct tcb *t)
{
	t->ack_now = 0;
	t->syn_again = 0;
}
