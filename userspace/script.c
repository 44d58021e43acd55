// SPDX-License-Identifier: GPL-2.0
/*
 * One connection of a recording as a packet script: what one end, the kernel,
 * did, with the other end's segments as they reached it. The calls of its
 * program were not recorded; they follow from what its TCB says was queued and
 * from changes of its state. It is taken to read text as it comes.
 * Documentation/packet-scripts.rst has the language.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "script.h"

#define PORT		7000
#define SMALL		10000	/* octets that fit into any send buffer */

static void put_buffer(struct scribe *w)
{
	const struct event *last = NULL;
	size_t i;

	for (i = 0; i < w->count; i++)
		if (w->told[i]->has_tcb)
			last = w->told[i];
	if (last && last->tcb.end - w->c->isn[w->us] > SMALL)
		fprintf(w->to, "setsockopt c SO_SNDBUF %u\n",
			last->tcb.end - w->c->isn[w->us]);
}

/*
 * It is read: later than what is said to it, for nobody knows whether somebody
 * waited for it.
 */
static void put_read(struct scribe *w)
{
	if (!w->accepted || w->closed || !seq_lt(w->read, w->readable))
		return;
	fprintf(w->to, "recv c %u\n", w->readable - w->read);
	w->read = w->readable;
}

/* Text that came in order, or filled a gap, can be read: all up to RCV.NXT. */
static void note_text(struct scribe *w, const struct event *e)
{
	u32 end = e->tcb.rcv_nxt;

	if (!e->has_tcb)
		return;
	if (e->state == TCB_CLOSE_WAIT || e->state == TCB_CLOSING ||
	    e->state == TCB_TIME_WAIT || e->state == TCB_LAST_ACK)
		w->fin = true;
	w->readable = end - w->fin;
}

/* What the program must have queued by now: up to @end, before @now */
static void put_send(struct scribe *w, u32 end, u64 now)
{
	if (!seq_lt(w->queued, end) || w->closed)
		return;
	put_read(w);
	if (now)
		put_time(w, now, AT_ONCE);
	fprintf(w->to, "send c %u\n", end - w->queued);
	w->queued = end;
}

/* Up to where text will have been queued, by what is told from @i on */
static u32 last_end(const struct scribe *w, size_t i)
{
	u32 end = w->queued;

	for (; i < w->count; i++)
		if (w->told[i]->has_tcb && seq_lt(end, w->told[i]->tcb.end))
			end = w->told[i]->tcb.end;
	return end;
}

/* Is text taken after this? Then the program has closed one way only. */
static bool reads_on(const struct scribe *w, size_t i)
{
	for (; i < w->count; i++) {
		u16 rule = w->told[i]->rule;

		if (w->told[i]->dir == GOT && w->told[i]->s.len &&
		    (rule == RULE_TEXT_IN_ORDER || rule == RULE_TEXT_FILLS))
			return true;
	}
	return false;
}

static void put_close(struct scribe *w, size_t i, u64 now)
{
	if (w->closed)
		return;
	put_send(w, last_end(w, i), now);
	put_read(w);
	put_time(w, now, AT_ONCE);
	fputs(reads_on(w, i) ? "shutdown c wr\n" : "close c\n", w->to);
	w->closed = true;
}

static void put_change(struct scribe *w, size_t i)
{
	const struct event *e = w->told[i];

	if (e->old_state == TCB_CLOSED && e->state == TCB_SYN_SENT) {
		fputs("socket c\n", w->to);
		put_buffer(w);
		fputs("connect c = EINPROGRESS\n", w->to);
	} else if (e->state == TCB_FIN_WAIT_1 || e->state == TCB_LAST_ACK) {
		put_close(w, i, e->time);
	}
}

static void put_got(struct scribe *w, const struct event *e)
{
	if (e->rule != RULE_FAULT_CORRUPT &&
	    (rule_stops(e->rule) || e->rule == RULE_FAULT_DUP ||
	     e->rule == RULE_FAULT_REPLAY))
		return;
	if (e->has_tcb && e->old_state != TCB_LISTEN)
		put_send(w, e->tcb.end, 0);
	put_read(w);
	put_inbound(w, e);
	if (w->passive && e->state == TCB_ESTABLISHED &&
	    e->old_state == TCB_SYN_RECEIVED) {
		fputs("accept s c\n", w->to);
		w->accepted = true;
		put_buffer(w);
	}
	note_text(w, e);
}

static void put_sent(struct scribe *w, size_t i)
{
	const struct event *e = w->told[i];

	if (e->rule == RULE_SEND_RST_ABORT && !w->closed) {
		put_time(w, e->time, AT_ONCE);
		fputs("setsockopt c SO_LINGER 1 0\nclose c\n", w->to);
		w->closed = true;
	}
	if (e->rule == RULE_ACK_WINDOW_UPDATE)
		put_read(w);
	if (e->s.flags & SEG_FIN)
		put_close(w, i, e->time);
	if (e->has_tcb)
		put_send(w, e->tcb.end, e->time);
	put_outbound(w, i);
}

static void put_head(struct scribe *w, const struct story *s)
{
	const struct conn *c = w->c;
	u32 mss = 0, mtu;
	size_t i;

	fprintf(w->to, "# Connection %lu of a recording, as its end at %s saw it\n",
		c->number, end_text(&c->end[w->us], c->family));
	if (s->r->command)
		fprintf(w->to, "# what ran: %s\n", s->r->command);
	fprintf(w->to, "# only: %s\n\n", c->family == AF_INET6 ? "ipv6" : "ipv4");
	for (i = 0; i < w->count; i++)
		if (w->told[i]->dir == SENT && w->told[i]->s.opts & SEG_OPT_MSS)
			mss = w->told[i]->s.mss;
	/* the path's MTU, from the MSS that this end told */
	mtu = mss + (c->family == AF_INET6 ? 60 : 40);
	if (mss && mtu != 1500)
		fprintf(w->to, "mtu %u\n", mtu);
	if (w->passive)
		fprintf(w->to, "ports 40000 %u\nsocket s\nbind s %u\nlisten s 1\n",
			PORT, PORT);
}

static void put_end(struct scribe *w)
{
	u8 state = w->told[w->count - 1]->state;
	size_t i;

	for (i = w->count; !state && i; i--)	/* faults tell none */
		state = w->told[i - 1]->state;
	if (state == TCB_CLOSED && w->passive)
		state = TCB_LISTEN;
	fprintf(w->to, "state %s\n", state_text(state));
}

static int by_number(const void *a, const void *b)
{
	const struct event *const *x = a, *const *y = b;

	return (*x)->number < (*y)->number ? -1 : (*x)->number > (*y)->number;
}

/* What the end told that the script is about, in order */
static bool find_told(struct scribe *w, const struct story *s)
{
	const struct end *us = &w->c->end[w->us];
	size_t i;

	w->told = calloc(2 * s->count + 1, sizeof(*w->told));
	if (!w->told)
		return false;
	for (i = 0; i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];

		if (a->conn != w->c->number)
			continue;
		if (a->sent && end_same(&a->sent->from, us))
			w->told[w->count++] = a->sent;
		if (a->got && end_same(&a->got->to, us))
			w->told[w->count++] = a->got;
	}
	if (w->count)
		qsort(w->told, w->count, sizeof(*w->told), by_number);
	/* a script has no word for an end that forgets: it ends there */
	for (i = 0; i < w->count; i++)
		if (change_strike(w->told[i]) == RULE_FAULT_FORGET)
			w->count = i;
	return true;
}

/* Does it begin where the connection did? */
static bool has_beginning(const struct scribe *w)
{
	const struct event *e = w->count ? w->told[0] : NULL;

	if (!e || !w->c->isn_known[LEFT] || !w->c->isn_known[RIGHT])
		return false;
	if (e->dir == CHANGE)
		return e->old_state == TCB_CLOSED;
	return e->dir == GOT && e->s.flags == SEG_SYN;
}

static void put_all(struct scribe *w, const struct story *s)
{
	size_t i;

	w->passive = w->told[0]->dir == GOT;
	w->accepted = !w->passive;
	w->before = w->told[0]->time;
	w->queued = w->c->isn[w->us] + 1;
	w->read = w->c->isn[!w->us] + 1;
	w->readable = w->read;
	put_head(w, s);
	for (i = 0; i < w->count; i++) {
		if (w->told[i]->dir == CHANGE)
			put_change(w, i);
		else if (w->told[i]->dir == GOT)
			put_got(w, w->told[i]);
		else
			put_sent(w, i);
	}
	put_read(w);
	put_end(w);
}

/**
 * script_write() - write a packet script
 * @s: what happened
 * @conn: the connection
 * @end: the end that is to be tested, LEFT or RIGHT; -1 for the one that
 *	spoke first
 * @path: where to, "-" for the standard output
 *
 * Return: false after an error, which was told.
 */
bool script_write(const struct story *s, unsigned long conn, int end,
		  const char *path)
{
	struct scribe w = { .c = story_conn(s, conn), .us = end < 0 ? LEFT : (enum rail)end };
	bool good = false;

	if (!w.c)
		return false;
	if (!find_told(&w, s) || !has_beginning(&w)) {
		fprintf(stderr, "glass: %s: connection %lu: %s did not tell how it opened\n",
			s->r->path, conn, end_text(&w.c->end[w.us], w.c->family));
	} else {
		w.to = export_open(path);
		if (w.to) {
			put_all(&w, s);
			good = export_close(w.to, path);
		}
	}
	free(w.told);
	return good;
}
