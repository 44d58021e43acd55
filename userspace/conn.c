// SPDX-License-Identifier: GPL-2.0
/*
 * Which connection an event is of. The same ends may meet again: a SYN with
 * another sequence number, or a call that opens, begins a new one.
 */
#include <string.h>

#include "event.h"

#define CONNS	1024	/* connections remembered; the oldest is forgotten */

static struct conn conns[CONNS];
static unsigned long count;

static struct conn *find(const struct event *e)
{
	unsigned long i;

	/* The newest first: the same ends may have met before. */
	for (i = count; i && count - i < CONNS; i--) {
		struct conn *c = &conns[(i - 1) % CONNS];

		if (c->family != e->family)
			continue;
		if (end_same(&c->end[LEFT], &e->from) &&
		    end_same(&c->end[RIGHT], &e->to))
			return c;
		if (end_same(&c->end[RIGHT], &e->from) &&
		    end_same(&c->end[LEFT], &e->to))
			return c;
	}
	return NULL;
}

static bool begins(const struct conn *c, const struct event *e)
{
	/* an end that opens while the other's SYN is on its way joins it */
	if (e->dir == CHANGE)
		return e->state == TCB_SYN_SENT && e->old_state != e->state &&
		       c->isn_known[conn_side(c, &e->from)];
	return (e->s.flags & (SEG_SYN | SEG_ACK)) == SEG_SYN &&
	       c->isn_known[LEFT] && e->s.seq != c->isn[LEFT] &&
	       end_same(&c->end[LEFT], &e->from);
}

/* What an event tells of the ISNs: by itself, or by being a SYN */
static void learn_isns(struct conn *c, const struct event *e, enum rail from)
{
	if (e->s.flags & SEG_SYN) {
		c->isn[from] = e->s.seq;
		c->isn_known[from] = true;
	} else if (e->seq_base && !c->isn_known[from]) {
		c->isn[from] = e->seq_base;
		c->isn_known[from] = true;
	}
	if (e->ack_base && !c->isn_known[!from]) {
		c->isn[!from] = e->ack_base;
		c->isn_known[!from] = true;
	}
}

enum rail conn_side(const struct conn *c, const struct end *e)
{
	return end_same(&c->end[LEFT], e) ? LEFT : RIGHT;
}

unsigned long conn_count(void)
{
	return count;
}

/* An old SYN comes again: the connection that it opened once, or NULL */
static struct conn *opened_by(const struct event *e)
{
	unsigned long i;

	for (i = count; i && e->dir != CHANGE && count - i < CONNS; i--) {
		struct conn *c = &conns[(i - 1) % CONNS];

		if (c->family == e->family && c->isn_known[LEFT] &&
		    c->isn[LEFT] == e->s.seq && end_same(&c->end[LEFT], &e->from) &&
		    end_same(&c->end[RIGHT], &e->to))
			return c;
	}
	return NULL;
}

static struct conn *begin(const struct event *sent, const struct event *got)
{
	const struct event *e = sent ? sent : got;
	struct conn *c = &conns[count % CONNS];

	memset(c, 0, sizeof(*c));
	c->end[LEFT] = e->from;
	c->end[RIGHT] = e->to;
	c->family = e->family;
	c->start = e->time;
	c->number = ++count;
	c->state[LEFT] = sent ? sent->old_state : 0;
	c->state[RIGHT] = got ? got->old_state : 0;
	/* The call that sends it has just left CLOSED. */
	if (sent && sent->dir == SENT && sent->rule == RULE_SEND_SYN)
		c->state[LEFT] = TCB_CLOSED;
	return c;
}

/**
 * conn_of() - the connection of a segment or of a change of a state
 * @sent: the event of the end that sent it, or the change; or NULL
 * @got: the event of the end that received it, or NULL
 *
 * It learns the ISNs from what it is asked about.
 *
 * Return: it, until CONNS others have come.
 */
struct conn *conn_of(const struct event *sent, const struct event *got)
{
	const struct event *e = sent ? sent : got;
	struct conn *c = find(e);

	if (!c || begins(c, e))
		c = (c ? opened_by(e) : NULL) ?: begin(sent, got);
	if (e->dir != CHANGE)
		learn_isns(c, e, conn_side(c, &e->from));
	return c;
}
