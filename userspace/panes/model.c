// SPDX-License-Identifier: GPL-2.0
/* What was seen, and how each end stood at any moment of it. */
#include <stdlib.h>
#include <string.h>

#include <glass/core.h>

#include "panes.h"

#define RTO_MAX_MS	120000u	/* as shipped: no event tells of rto_max_ms */
#define ARROWS_MAX	20000	/* then the older half is forgotten */

/* The cursor goes to the last that is shown up to its place, else the first */
static void settle(struct panes *p)
{
	size_t i;

	if (p->follow && p->count)
		p->cursor = p->count - 1;
	for (i = p->cursor + 1; i--;)
		if (i < p->count && panes_shows(p, i))
			break;
	if (i > p->cursor)
		for (i = p->cursor; i < p->count && !panes_shows(p, i); i++)
			;
	if (i < p->count)
		p->cursor = i;
}

static void forget_half(struct panes *p)
{
	size_t half = p->count / 2;

	memmove(p->arrows, p->arrows + half,
		(p->count - half) * sizeof(*p->arrows));
	p->count -= half;
	p->cursor = p->cursor > half ? p->cursor - half : 0;
	settle(p);
}

static bool make_room(struct panes *p)
{
	size_t room = p->room ? 2 * p->room : 256;
	struct pane_arrow *more;

	if (p->count == ARROWS_MAX)
		forget_half(p);
	if (p->count < p->room)
		return true;
	more = realloc(p->arrows, room * sizeof(*more));
	if (!more)
		return false;
	p->arrows = more;
	p->room = room;
	return true;
}

static bool keep_conn(struct panes *p, const struct conn *c)
{
	struct conn *more;

	if (c->number > p->conn_count) {
		more = realloc(p->conns, c->number * sizeof(*more));
		if (!more)
			return false;
		memset(more + p->conn_count, 0,
		       (c->number - p->conn_count) * sizeof(*more));
		p->conns = more;
		p->conn_count = c->number;
	}
	p->conns[c->number - 1] = *c;
	return true;
}

/**
 * panes_add() - something was seen
 * @p: the panes
 * @sent: as in pair.c: the event of the end that sent it, or NULL
 * @got: that of the end that received it, or NULL
 * @c: whose it is
 *
 * Return: false without memory.
 */
bool panes_add(struct panes *p, const struct event *sent,
	       const struct event *got, const struct conn *c)
{
	struct pane_arrow *a;

	if (!keep_conn(p, c) || !make_room(p))
		return false;
	a = &p->arrows[p->count++];
	memset(a, 0, sizeof(*a));
	if (sent)
		a->sent = *sent;
	if (got)
		a->got = *got;
	a->is_sent = sent;
	a->is_got = got;
	a->conn = c->number;
	if (p->follow && panes_shows(p, p->count - 1))
		p->cursor = p->count - 1;
	return true;
}

void panes_free(struct panes *p)
{
	free(p->arrows);
	free(p->conns);
}

/* Is this arrow among those that are shown? */
bool panes_shows(const struct panes *p, size_t i)
{
	return (!p->conn || p->arrows[i].conn == p->conn) &&
	       filter_wants(&p->filter, &p->arrows[i]);
}

/* When it happened; of a segment, when it was decided about */
u64 panes_time(const struct pane_arrow *a)
{
	return a->is_got ? a->got.time : a->sent.time;
}

/* What the cursor is on, or NULL */
const struct pane_arrow *panes_at(const struct panes *p)
{
	return p->cursor < p->count && panes_shows(p, p->cursor) ?
		&p->arrows[p->cursor] : NULL;
}

/* The connection whose states and windows are shown, or NULL */
const struct conn *panes_conn(const struct panes *p)
{
	const struct pane_arrow *a = panes_at(p);
	unsigned long number = p->conn ?: a ? a->conn : 0;

	return number ? &p->conns[number - 1] : NULL;
}

/* An event of one connection, and which end told it */
struct telling {
	const struct event *e;
	enum rail side;
};

static int by_time(const void *a, const void *b)
{
	const struct telling *x = a, *y = b;

	if (x->e->time != y->e->time)
		return x->e->time < y->e->time ? -1 : 1;
	return x->e < y->e ? -1 : x->e > y->e;
}

/* Milliseconds, as embryo_delay_ms() has them where rto_max_ms is as shipped */
static u32 synack_delay(u8 sent)
{
	return min(RTO_INITIAL_US / 1000 << min(sent - 1, 10), RTO_MAX_MS);
}

/*
 * Ends in SYN-RECEIVED and TIME-WAIT have no TCB that would tell of their
 * clock: it is known from when it began. A SYN that comes again is answered,
 * but does not begin it anew.
 */
static void wind(struct pane_end *end, const struct event *e)
{
	u64 ms = 0;

	/* a fault that struck a segment tells of no state */
	if (!e->state)
		return;
	if (e->state == TCB_TIME_WAIT) {
		if ((end->state ?: e->old_state) != e->state ||
		    (e->dir == GOT && e->rule == RULE_TW_FIN))
			ms = 2 * TIMEWAIT_MSL_MS;
	} else if (e->state != TCB_SYN_RECEIVED || e->has_tcb) {
		end->due = 0;
		end->synacks = 0;
	} else if (e->dir == SENT && e->s.flags & SEG_SYN) {
		end->synacks += end->synacks < 255;
		if (e->rule != RULE_EMBRYO_SYN_AGAIN)
			ms = synack_delay(end->synacks);
	}
	if (ms)
		end->due = e->time + ms * MSEC;
}

static void walk(struct pane_end *end, const struct telling *t)
{
	wind(end, t->e);
	if (!end->state)
		end->state = t->e->old_state ?: t->e->state;
	if (t->e->state && t->e->state != end->state) {
		if (end->steps < PATH_MAX_SHOWN)
			end->path[end->steps++] = end->state;
		end->state = t->e->state;
	}
	if (t->e->has_tcb)
		end->told = t->e;
	else if (change_strike(t->e) == RULE_FAULT_FORGET)
		end->told = NULL;
}

static size_t gather(const struct conn *c, const struct event *e, u64 until,
		     struct telling *to)
{
	if (e->time > until)
		return 0;
	to->e = e;
	to->side = conn_side(c, event_teller(e));
	return 1;
}

/**
 * panes_ends() - how both ends of a connection stood when the cursor's came,
 *	or stand now, along with what comes
 * @p: the panes, with a connection
 * @end: gets them
 *
 * A segment that is on its way is an arrow that began before others ended: what
 * each end knew goes by time.
 */
void panes_ends(const struct panes *p, struct pane_end end[2])
{
	const struct pane_arrow *at = panes_at(p);
	const struct conn *c = panes_conn(p);
	struct telling *t = calloc(2 * p->count + 1, sizeof(*t));
	/* along with what comes: as they are by now, whatever the filter wants */
	u64 until = p->live && p->follow ? UINT64_MAX : at ? panes_time(at) : 0;
	size_t i, n = 0;

	memset(end, 0, 2 * sizeof(*end));
	for (i = 0; at && t && i < p->count; i++) {
		const struct pane_arrow *a = &p->arrows[i];

		if (a->conn != c->number)
			continue;
		if (a->is_sent)
			n += gather(c, &a->sent, until, &t[n]);
		if (a->is_got)
			n += gather(c, &a->got, until, &t[n]);
	}
	if (n)
		qsort(t, n, sizeof(*t), by_time);
	for (i = 0; i < n; i++)
		walk(&end[t[i].side], &t[i]);
	free(t);
}

/* The cursor goes by so many of those that are shown, as far as there are */
void panes_step(struct panes *p, long by)
{
	size_t i = p->cursor;
	long way = by < 0 ? -1 : 1;

	while (by) {
		if (way < 0 ? !i : i + 1 >= p->count)
			break;
		i += way;
		if (!panes_shows(p, i))
			continue;
		p->cursor = i;
		by -= way;
	}
	p->follow = false;
}

/* One after the other, then all */
void panes_next_conn(struct panes *p)
{
	size_t i;

	p->conn = p->conn < p->conn_count ? p->conn + 1 : 0;
	for (i = p->count; i-- && p->conn;)
		if (panes_shows(p, i)) {
			p->cursor = i;
			return;
		}
	if (p->count)
		p->cursor = p->count - 1;
	settle(p);
}

/* What @text wants is shown from now on, all if it wants nothing */
void panes_filter(struct panes *p, const char *text)
{
	p->strange = !filter_set(&p->filter, text);
	settle(p);
}
