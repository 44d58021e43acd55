// SPDX-License-Identifier: GPL-2.0
/* Why one segment left, and what came of it. */
#include <string.h>

#include "panes.h"

static void one(struct area at, int row, int look, const char *who,
		const struct event *e)
{
	put_line(at, row, COLOR_PAIR(look) | A_BOLD, "%s %s", who,
		 rule_text(e->rule));
	put_line(at, row + 1, 0, "  %s", rule_phrase(e->rule));
}

static void segment(struct area at, const struct conn *c, const struct event *e)
{
	enum rail from = conn_side(c, &e->from);

	put_line(at, 0, 0, "%s: seq %u, ack %u, %u octets, window %u",
		 flags_text(e->s.flags),
		 e->s.seq - c->isn[from],
		 e->s.flags & SEG_ACK ? e->s.ack - c->isn[!from] : 0,
		 e->s.len, e->s.wnd);
}

/* The segment by which this end changed its state so, or NULL */
static const struct event *made_by(const struct panes *p,
				   const struct pane_arrow *change)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		const struct event *e = &p->arrows[i].got;

		if (p->arrows[i].conn == change->conn && p->arrows[i].is_got &&
		    e->state == change->sent.state &&
		    e->old_state == change->sent.old_state &&
		    e->state != e->old_state &&
		    end_same(event_teller(e), &change->sent.from))
			return e;
	}
	return NULL;
}

static void change(const struct panes *p, const struct pane_arrow *a,
		   const struct conn *c, struct area at)
{
	const struct event *by = made_by(p, a), *e = &a->sent;

	put_line(at, 0, A_BOLD, "%s is %s", end_text(&e->from, c->family),
		 state_text(e->state));
	if (change_strike(e))
		one(at, 1, LOOK_BAD, "no segment:", e);
	else if (by)
		one(at, 1, conn_side(c, &e->from) ? LOOK_RIGHT : LOOK_LEFT,
		    "by the segment that came:", by);
	else if (e->rule)
		one(at, 1, LOOK_BAD, "no segment:", e);
	else
		put_line(at, 1, 0, "a call or a clock, no segment");
	if (e->error)
		put_line(at, 3, 0, "the user is told: %s", strerror(e->error));
}

void reason_pane(const struct panes *p, struct area at)
{
	const struct pane_arrow *a = panes_at(p);
	const struct conn *c = panes_conn(p);
	int look, row = 1;

	if (!a || !c) {
		put_line(at, 0, A_DIM, p->count ? "nothing is such" :
			 "nothing was seen yet");
		return;
	}
	if (a->is_sent && a->sent.dir == CHANGE) {
		change(p, a, c, at);
		return;
	}
	segment(at, c, a->is_sent ? &a->sent : &a->got);
	if (a->is_sent) {
		look = conn_side(c, &a->sent.from) ? LOOK_RIGHT : LOOK_LEFT;
		one(at, row, look, "sent:", &a->sent);
		row += 2;
	}
	if (a->is_got) {
		look = conn_side(c, &a->got.to) ? LOOK_RIGHT : LOOK_LEFT;
		one(at, row, rule_stops(a->got.rule) ? LOOK_BAD : look, "came:",
		    &a->got);
	} else {
		put_line(at, row, COLOR_PAIR(LOOK_BAD), "it has not come");
	}
}
