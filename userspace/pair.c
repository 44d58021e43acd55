// SPDX-License-Identifier: GPL-2.0
/*
 * The two events of a segment, sent by one end and received by the other,
 * brought together: an arrow. What is known of arrows is kept by the time of
 * their first event. A segment that was sent waits here until it is received,
 * or so long that it must be lost.
 */
#include <stdlib.h>
#include <string.h>

#include "event.h"

#define LOST_AFTER	(200 * MSEC)

static struct arrow {
	struct event sent, got;
	bool is_sent, is_got;
	u32 covered;	/* octets of the text that were received */
} *arrows;
static size_t first, end, room;

static bool same_ends(const struct event *a, const struct event *b)
{
	return a->family == b->family && end_same(&a->from, &b->from) &&
	       end_same(&a->to, &b->to);
}

/*
 * Is @got what @sent became? A large segment may arrive in pieces, and pieces
 * may arrive as one; anything without text arrives as it was.
 */
static bool same_segment(const struct event *sent, const struct event *got)
{
	const struct segment *a = &sent->s, *b = &got->s;

	if (sent->dir != SENT || !same_ends(sent, got))
		return false;
	if (!a->len || !b->len)
		return a->seq == b->seq && a->ack == b->ack &&
		       a->len == b->len && a->flags == b->flags;
	return seq_lt(a->seq, b->seq + b->len) && seq_lt(b->seq, a->seq + a->len);
}

static struct arrow *arrow_new(void)
{
	struct arrow *a;

	if (end == room && first > room / 2) {
		memmove(arrows, arrows + first, (end - first) * sizeof(*arrows));
		end -= first;
		first = 0;
	}
	if (end == room) {
		room = room ? 2 * room : 64;
		arrows = realloc(arrows, room * sizeof(*arrows));
		if (!arrows) {
			perror("glass: realloc");
			exit(1);
		}
	}
	a = &arrows[end++];
	memset(a, 0, sizeof(*a));
	return a;
}

/* The next event; a change of a state is an arrow of its own. */
void pair_add(const struct event *e)
{
	struct arrow *a;
	bool taken = false;
	size_t i;

	if (e->dir != GOT) {
		a = arrow_new();
		a->sent = *e;
		a->is_sent = true;
		return;
	}
	for (i = first; i < end; i++) {
		a = &arrows[i];
		if (!a->is_sent || !same_segment(&a->sent, e))
			continue;
		if (a->is_got && a->covered >= a->sent.s.len)
			continue;
		/* Of several pieces the last tells what became of all. */
		a->got = *e;
		a->is_got = true;
		a->covered += e->s.len;
		taken = true;
		if (e->s.len <= a->sent.s.len)
			break;
	}
	if (taken)
		return;
	a = arrow_new();
	a->got = *e;
	a->is_got = true;
}

static bool arrow_ready(const struct arrow *a, u64 now)
{
	if (!a->is_sent || a->sent.dir == CHANGE ||
	    (a->is_got && a->covered >= a->sent.s.len))
		return true;
	return now > a->sent.time + LOST_AFTER;
}

/**
 * pair_drain() - hand out the arrows that are complete, oldest first
 * @now: as event.time; UINT64_MAX when no event will follow
 * @max: how many segments in all calls together, 0 for any
 * @fn: gets each
 * @arg: of @fn
 *
 * Return: how many segments were handed out in all calls together.
 */
unsigned long pair_drain(u64 now, unsigned long max, arrow_fn fn, void *arg)
{
	static unsigned long drained;

	for (; first < end && arrow_ready(&arrows[first], now); first++) {
		struct arrow *a = &arrows[first];

		if (max && drained == max)
			break;
		fn(a->is_sent ? &a->sent : NULL, a->is_got ? &a->got : NULL,
		   arg);
		if (a->sent.dir != CHANGE)
			drained++;
	}
	if (first == end) {
		first = 0;
		end = 0;
	}
	return drained;
}
