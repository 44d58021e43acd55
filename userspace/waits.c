// SPDX-License-Identifier: GPL-2.0
/*
 * A connection is slow and nothing went wrong: its text waits for a window. An
 * end tells of its TCB with each segment; from one to the next it waited if more
 * was queued then than both windows let out.
 */
#include <stdio.h>
#include <string.h>

#include "waits.h"

#define TOLD_FROM	(100 * MSEC)	/* shorter waits nobody feels */

static const struct {
	const char *name, *next;
} texts[WAIT_KINDS] = {
	[WAIT_PEER] = {
		"the other end's window, rfc9293#section-3.8.6",
		"the program there reads too slowly, or its buffer is smaller than what the "
		"path holds: SO_RCVBUF or net.glass.rmem there"
	},
	[WAIT_NETWORK] = {
		"the congestion window, rfc5681#section-3.1",
		"it grows with each round trip and shrinks by losses: one connection for many "
		"transfers, or another net.glass.congestion_control"
	},
};

/*
 * What holds text back that is queued. A sender whose device cuts segments saves
 * the last third of a window up for a larger one: that is waiting, too.
 */
static enum wait_kind held_by(const struct shown_tcb *t)
{
	u32 queued = t->end - t->nxt, flight = t->nxt - t->una;
	u32 window = t->wnd < t->cwnd ? t->wnd : t->cwnd;
	u32 room = flight < window ? window - flight : 0;

	if (!seq_lt(t->nxt, t->end) || queued <= room ||
	    (room >= t->mss && room >= window / 3))
		return WAIT_NONE;
	return t->wnd <= t->cwnd ? WAIT_PEER : WAIT_NETWORK;
}

/* close() may come before the text has left: it goes on leaving */
static bool may_send(u8 state)
{
	return state == TCB_ESTABLISHED || state == TCB_CLOSE_WAIT ||
	       state == TCB_FIN_WAIT_1 || state == TCB_CLOSING || state == TCB_LAST_ACK;
}

/**
 * waits_note() - what an event tells of its end's waiting
 * @w: zeroed before the first
 * @e: the next one of that end
 */
void waits_note(struct waits *w, const struct event *e)
{
	u32 window;

	if (!e->has_tcb || (!w->told && e->state != TCB_ESTABLISHED))
		return;
	if (!w->told) {
		w->first = e->time;
		w->now = WAIT_NONE;
		memset(w->least, 0xff, sizeof(w->least));
		w->told = true;
	}
	if (w->now != WAIT_NONE && e->time > w->last)
		w->ns[w->now] += e->time - w->last;
	w->last = e->time;
	w->now = may_send(e->state) ? held_by(&e->tcb) : WAIT_NONE;
	if (w->now == WAIT_NONE)
		return;
	window = w->now == WAIT_PEER ? e->tcb.wnd : e->tcb.cwnd;
	if (window < w->least[w->now])
		w->least[w->now] = window;
}

/**
 * waits_tell() - print what an end waited for, if that was most of its time
 * @w: how long it did
 * @end: it
 * @family: of its address
 *
 * Return: how many paragraphs were printed.
 */
unsigned int waits_tell(const struct waits *w, const struct end *end, u8 family)
{
	u64 life = w->last - w->first;
	unsigned int told = 0;
	int i;

	for (i = 0; i < WAIT_KINDS; i++) {
		if (w->ns[i] < TOLD_FROM || w->ns[i] < life / 2)
			continue;
		printf("\n  slow: %s\n", texts[i].name);
		printf("    %s had more to send for %.3f of %.3f ms, with a window of %u octets "
		       "or more\n", end_text(end, family), w->ns[i] / 1e6, life / 1e6,
		       w->least[i]);
		printf("    try: %s\n", texts[i].next);
		told++;
	}
	return told;
}
