// SPDX-License-Identifier: GPL-2.0
/* Why one segment left, and what came of it. */
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
		put_line(at, 0, A_BOLD, "%s is %s", end_text(&a->sent.from, c->family),
			 state_text(a->sent.state));
		if (change_fault(&a->sent))
			one(at, 1, LOOK_BAD, "no segment:", &a->sent);
		else
			put_line(at, 1, 0, "a call or a clock, no segment");
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
		one(at, row, fault_stops(a->got.rule) ? LOOK_BAD : look, "came:",
		    &a->got);
	} else {
		put_line(at, row, COLOR_PAIR(LOOK_BAD), "it has not come");
	}
}
