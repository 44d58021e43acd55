// SPDX-License-Identifier: GPL-2.0
/* Segments, one below the other: a line for each, the cursor's lit. */
#include <string.h>

#include "panes.h"

#define TIME	10	/* columns of the time before the left rail */

/* "SYN", "ACK 1", "text 1-1449 ACK 1", and what struck it */
static void label(const struct conn *c, const struct pane_arrow *a, char *text,
		  size_t room)
{
	const struct event *e = a->is_sent ? &a->sent : &a->got;
	enum rail from = conn_side(c, &e->from);
	u32 seq = e->s.seq - c->isn[from];
	u8 flags = e->s.flags & ~(SEG_ACK | SEG_PSH);
	size_t used = 0;

	text[0] = 0;
	if (flags)
		used += snprintf(text, room, "%s ", flags_text(flags));
	if (e->s.len)
		used += snprintf(text + used, room - used, "text %u-%u ", seq,
				 seq + e->s.len - 1);
	if (e->s.flags & SEG_ACK)
		used += snprintf(text + used, room - used, "ACK %u ",
				 e->s.ack - c->isn[!from]);
	if (e->s.sacks)
		used += snprintf(text + used, room - used, "SACK ");
	if (a->is_got && rule_is_fault(a->got.rule))
		snprintf(text + used, room - used, "%s ", rule_name(a->got.rule));
}

/* "---- SYN --->", or with an x where it ended before it came */
static void arrow(const struct conn *c, const struct pane_arrow *a,
		  char *text, int width)
{
	const struct event *e = a->is_sent ? &a->sent : &a->got;
	bool lost = !a->is_got || rule_stops(a->got.rule);
	bool right = conn_side(c, &e->from) == LEFT;
	char what[120];
	int len, at;

	memset(text, '-', width);
	text[width] = 0;
	text[right ? width - 1 : 0] = lost ? 'x' : right ? '>' : '<';
	label(c, a, what, sizeof(what));
	len = strlen(what);
	if (len > width - 6)
		len = width - 6;
	at = (width - len) / 2;
	text[at - 1] = ' ';
	memcpy(text + at, what, len);
}

static void state_line(const struct conn *c, const struct event *e, char *text,
		       int width)
{
	u16 strike = change_strike(e);
	char state[60];
	int len = snprintf(state, sizeof(state), "%s%s%s", state_text(e->state),
			   strike ? " " : "", strike ? rule_name(strike) : "");

	memset(text, ' ', width);
	text[width] = 0;
	if (len + 2 < width)
		memcpy(text + (conn_side(c, &e->from) == LEFT ? 1 :
			       width - len - 1), state, len);
}

static void one(const struct panes *p, size_t i, struct area at, int row)
{
	const struct pane_arrow *a = &p->arrows[i];
	const struct conn *c = &p->conns[a->conn - 1];
	bool change = a->is_sent && a->sent.dir == CHANGE;
	const struct event *e = a->is_sent ? &a->sent : &a->got;
	bool bad = change ? change_strike(e) :
		   !a->is_got || rule_is_fault(a->got.rule);
	int width = at.width - TIME - 4, attr;
	char text[256];

	if (width > 250)
		width = 250;
	if (change)
		state_line(c, e, text, width);
	else
		arrow(c, a, text, width);
	attr = COLOR_PAIR(bad ? LOOK_BAD : change ? LOOK_DIM :
			  conn_side(c, &e->from) ? LOOK_RIGHT : LOOK_LEFT);
	if (i == p->cursor)
		attr |= A_REVERSE;
	put_line(at, row, attr, "%*.3f |%s|", TIME,
		 (double)(s64)(e->time - c->start) / 1e6, text);
}

/* As many as there is room for, the cursor's not too near to the end */
static size_t first_shown(const struct panes *p, int rows)
{
	size_t i = p->cursor + 1, from = p->cursor;

	/* those after the cursor take a third at most */
	for (rows -= p->follow ? 0 : rows / 3; i-- && rows;) {
		if (!panes_shows(p, i))
			continue;
		from = i;
		rows--;
	}
	return from;
}

void ladder_pane(const struct panes *p, struct area at)
{
	const struct conn *c = panes_conn(p);
	char left[80], right[80];
	int row = 1;
	size_t i;

	if (!c || at.width < 40)
		return;
	snprintf(left, sizeof(left), "%s", end_text(&c->end[LEFT], c->family));
	snprintf(right, sizeof(right), "%s", end_text(&c->end[RIGHT], c->family));
	put_line(at, 0, A_BOLD, "%*s  %s%*s", TIME, "ms", left,
		 at.width - TIME - 3 - (int)strlen(left), right);
	for (i = first_shown(p, at.height - 1); i < p->count && row < at.height; i++)
		if (panes_shows(p, i))
			one(p, i, at, row++);
}
