// SPDX-License-Identifier: GPL-2.0
/*
 * Both directions on rulers of octets: what was acknowledged, what is in
 * flight, what waits, and the window. SYN and FIN take a cell of their own, as
 * each takes a sequence number (rfc9293#section-3.4).
 */
#include <string.h>

#include "panes.h"

/**
 * struct ruler - a part of one direction's sequence space on a line
 * @from: the first octet shown, counted from the ISN
 * @octets: of each cell, 1 at least
 * @cells: on the line
 * @more: the window goes on behind it
 */
struct ruler {
	u32 from, octets;
	int cells;
	bool more;
	char line[256];
};

/* Both ends of one direction, counted from its ISN */
struct way {
	const struct shown_tcb *sender, *receiver;
	u32 isn;
	bool fin;	/* the sender has closed: its FIN follows the text */
};

static u32 max_of(u32 a, u32 b)
{
	return a > b ? a : b;
}

/* From @a to before @b */
static void fill(struct ruler *r, u32 a, u32 b, char with)
{
	u32 i;

	if (a < r->from)
		a = r->from;
	/* what is less than a cell is seen, too */
	for (i = (a - r->from) / r->octets; a < b && i < (u32)r->cells &&
	     r->from + i * r->octets < b; i++)
		r->line[i] = with;
}

static void begin(struct ruler *r)
{
	memset(r->line, ' ', r->cells);
	r->line[r->cells] = 0;
	fill(r, 0, 1, 'S');
}

static void finish(struct ruler *r)
{
	if (r->more)
		r->line[r->cells - 1] = '>';
}

/*
 * The first and the last octet worth showing, and what a cell holds then. Of a
 * window that is much larger than what is in it, the beginning is.
 */
static void scale(struct ruler *r, const struct way *w, int width)
{
	const struct shown_tcb *s = w->sender, *t = w->receiver;
	u32 low = 0xffffffff, text = 2, edge = 2;

	if (s) {
		low = s->una - w->isn;
		text = max_of(s->end, s->nxt) + 1 - w->isn;
		edge = s->una + s->wnd - w->isn;
	}
	if (t) {
		if (t->rcv_nxt - w->isn < low)
			low = t->rcv_nxt - w->isn;
		text = max_of(text, t->rcv_nxt - w->isn);
		edge = max_of(edge, t->rcv_nxt + t->rcv_wnd - w->isn);
	}
	r->cells = width < 250 ? width : 250;
	/* a little of what is done with, and as much of the window as of text */
	r->from = low > (text - low) / 4 + 4 ? low - (text - low) / 4 - 4 : 0;
	text += max_of(text - r->from, r->cells / 3);
	r->more = edge > text;
	r->octets = (r->more ? text : max_of(edge, text / 2)) - r->from;
	r->octets = r->octets / r->cells + 1;
}

static void draw_sender(struct ruler *r, const struct way *w)
{
	const struct shown_tcb *t = w->sender;
	u32 una = t->una - w->isn, nxt = t->nxt - w->isn, end = t->end - w->isn;

	begin(r);
	fill(r, max_of(nxt, end), una + t->wnd, '.');
	fill(r, 1, una, '-');
	fill(r, nxt, end, '=');
	fill(r, una, nxt, '#');
	if (w->fin)
		fill(r, end, end + 1, 'F');
	if (!una)
		fill(r, 0, 1, 'S');
	finish(r);
}

static void draw_receiver(struct ruler *r, const struct way *w)
{
	const struct shown_tcb *t = w->receiver;
	u32 nxt = t->rcv_nxt - w->isn, i;

	begin(r);
	fill(r, nxt, nxt + t->rcv_wnd, '.');
	fill(r, 1, nxt, '-');
	for (i = 0; i < t->held_count && i < HELD_SHOWN; i++)
		fill(r, t->held[i].start - w->isn, t->held[i].end - w->isn, 'o');
	finish(r);
}

static bool has_closed(u8 state)
{
	return state == TCB_FIN_WAIT_1 || state == TCB_FIN_WAIT_2 ||
	       state == TCB_CLOSING || state == TCB_LAST_ACK ||
	       state == TCB_TIME_WAIT;
}

static void direction(const struct way *w, struct area at, int row, int look)
{
	struct ruler r;

	scale(&r, w, at.width - 5);
	if (w->sender) {
		draw_sender(&r, w);
		put_line(at, row, COLOR_PAIR(look), "sent %s", r.line);
		put_line(at, row + 2, A_DIM, "snd.una %u nxt %u wnd %u",
			 w->sender->una - w->isn, w->sender->nxt - w->isn,
			 w->sender->wnd);
	}
	if (w->receiver) {
		draw_receiver(&r, w);
		put_line(at, row + 1, COLOR_PAIR(look), "came %s", r.line);
		put_line(at, row + 3, A_DIM, "rcv.nxt %u wnd %u",
			 w->receiver->rcv_nxt - w->isn, w->receiver->rcv_wnd);
	}
}

void windows_pane(const struct panes *p, const struct pane_end end[2],
		  struct area at)
{
	const struct conn *c = panes_conn(p);
	int side;

	put_line(at, 0, A_DIM, "- done  # in flight  = waits  o held  . window");
	for (side = 0; side < 2; side++) {
		const struct event *s = end[side].told, *r = end[!side].told;
		struct way w = {
			.sender = s && c->isn_known[side] ? &s->tcb : NULL,
			/* no SYN has come where RCV.NXT is 0 */
			.receiver = r && r->tcb.rcv_nxt && c->isn_known[side] ?
				    &r->tcb : NULL,
			.isn = c->isn[side],
			.fin = has_closed(end[side].state),
		};

		direction(&w, at, 1 + 4 * side, side ? LOOK_RIGHT : LOOK_LEFT);
	}
}
