// SPDX-License-Identifier: GPL-2.0
/*
 * A state of two ends and a channel: what can happen in it, and that it
 * happens. See model.h.
 */
#include <setjmp.h>
#include <stdio.h>

#include "model.h"

static jmp_buf warned;
static char warning[80];

/* The core's WARN_ON_ONCE() is an assertion in a program: a violation */
void __assert_fail(const char *what, const char *file, unsigned int line,
		   const char *function)
{
	(void)what;
	(void)file;
	(void)line;
	snprintf(warning, sizeof(warning), "WARN_ON in %s()", function);
	must(false, warning);
	longjmp(warned, 1);
}

/* ISNs by rfc6528 grow with time: those of later connections are higher */
u32 sim_iss(const struct sim_case *c, int i, u32 isn)
{
	return c->iss[i] + (isn - 1) * 0x100000;
}

u8 sim_state(const struct sim_end *e)
{
	static const u8 states[] = {
		[SIM_CLOSED]	= TCB_CLOSED,
		[SIM_LISTEN]	= TCB_LISTEN,
		[SIM_EMBRYO]	= TCB_SYN_RECEIVED,
		[SIM_TIME_WAIT]	= TCB_TIME_WAIT,
	};

	return e->life == SIM_TCB ? e->t.state : states[e->life];
}

/* What of a state is used, in octets */
size_t sim_size(const struct sim *m)
{
	return offsetof(struct sim, wire) + m->flight * sizeof(m->wire[0]);
}

static void put(struct sim *m, const struct sim_wire *w)
{
	u32 i = 0;

	while (i < m->flight && memcmp(&m->wire[i], w, sizeof(*w)) < 0)
		i++;
	if (i < m->flight && !memcmp(&m->wire[i], w, sizeof(*w)))
		return;
	memmove(&m->wire[i + 1], &m->wire[i],
		(m->flight - i) * sizeof(m->wire[0]));
	m->wire[i] = *w;
	m->flight++;
}

static void lose(struct sim *m, u32 i)
{
	m->flight--;
	memmove(&m->wire[i], &m->wire[i + 1],
		(m->flight - i) * sizeof(m->wire[0]));
	memset(&m->wire[m->flight], 0, sizeof(m->wire[0]));
}

/* @pos: place of the text in the stream of @from */
void sim_send(struct sim *m, const struct sim_case *c, int from,
	      const struct segment *s, u8 pos)
{
	bool lost = m->flight >= (m->patient ? SIM_WIRES : c->flight);
	struct sim_wire w;

	tell_sent(m, c, from, s, lost);
	if (lost)
		return;
	memset(&w, 0, sizeof(w));
	w.s = *s;
	w.s.rule = 0;
	w.to = !from;
	w.isn = m->end[from].isn;
	w.pos = s->len ? pos : 0;
	put(m, &w);
}

/* Old duplicates of a connection long ago, both ways */
static void put_stale(struct sim *m, const struct sim_case *c)
{
	static const u8 kinds[] = { SEG_SYN, SEG_ACK, SEG_RST, SEG_FIN };
	u32 i;

	for (i = 0; i < sizeof(kinds); i++) {
		struct sim_wire w;

		if (!(c->stale & kinds[i]))
			continue;
		memset(&w, 0, sizeof(w));
		w.to = 1;
		w.isn = SIM_STALE;
		w.s.seq = c->iss[0] - 0x200000;
		w.s.wnd = c->buff;
		w.s.flags = kinds[i];
		if (kinds[i] != SEG_SYN) {
			w.s.flags |= SEG_ACK;
			w.s.ack = c->iss[1] - 0x200000;
		}
		put(m, &w);
	}
}

/*
 * To end 1, from somebody who has guessed a number in the window, which no
 * text of end 0 reaches: nothing of that may do harm.
 */
static void put_forged(struct sim *m, const struct sim_case *c)
{
	static const struct {
		u8 flags;
		u8 len;
		s32 ack;	/* from the ISN */
	} forged[] = {
		{ SEG_RST, 0, 0 },
		{ SEG_SYN, 0, 0 },
		{ SEG_FIN | SEG_ACK, 1, 0x200000 },
		{ SEG_ACK, 0, 0x200000 },
		{ SEG_ACK, 1, -0x200000 },
	};
	u32 i;

	for (i = 0; c->forged && i < sizeof(forged) / sizeof(forged[0]); i++) {
		struct sim_wire w;

		memset(&w, 0, sizeof(w));
		w.to = 1;
		w.isn = SIM_STALE;
		w.s.seq = c->iss[0] + c->buff - 1;
		w.s.flags = forged[i].flags;
		w.s.len = forged[i].len;
		w.s.wnd = c->buff;
		if (w.s.flags & SEG_ACK)
			w.s.ack = c->iss[1] + forged[i].ack;
		put(m, &w);
	}
}

void sim_start(struct sim *m, const struct sim_case *c)
{
	memset(m, 0, sizeof(*m));
	put_stale(m, c);
	put_forged(m, c);
}

static struct sim_action *add(struct sim_action *a, u8 kind, int end, u8 arg)
{
	*a = (struct sim_action){ .kind = kind, .end = end, .arg = arg };
	return a + 1;
}

/* What the user of a TCB may do */
static struct sim_action *user_actions(const struct sim_end *e,
				       const struct sim_case *c, int i,
				       struct sim_action *a)
{
	bool sends = e->t.state == TCB_ESTABLISHED ||
		     e->t.state == TCB_CLOSE_WAIT;

	if (sends && e->written < c->bytes[i])
		a = add(a, ACT_WRITE, i, 0);
	if (e->read < e->taken)
		a = add(a, ACT_READ, i, 0);
	if (!e->closed && (c->early || e->written == c->bytes[i]))
		a = add(a, ACT_CLOSE, i, 0);
	if (e->closed && c->orphans && !e->t.orphan && e->read == e->taken)
		a = add(a, ACT_ORPHAN, i, 0);
	if (c->aborts)
		a = add(a, ACT_ABORT, i, 0);
	return a;
}

static struct sim_action *end_actions(const struct sim *m,
				      const struct sim_case *c, int i,
				      struct sim_action *a)
{
	const struct sim_end *e = &m->end[i];
	u32 due;

	switch (e->life) {
	case SIM_CLOSED:
		if (e->opens < c->opens[i] && e->isn < c->isns[i] &&
		    c->role[i] & SIM_ACTIVE)
			a = add(a, ACT_OPEN, i, 0);
		if (e->opens < c->opens[i] && c->role[i] & SIM_PASSIVE)
			a = add(a, ACT_LISTEN, i, 0);
		return a;
	case SIM_LISTEN:
		return c->early ? add(a, ACT_CLOSE, i, 0) : a;
	case SIM_TCB:
		a = user_actions(e, c, i, a);
		for (due = 0; due < DUE_COUNT; due++)
			if (e->t.armed & 1u << due)
				a = add(a, ACT_TIMER, i, due);
		break;
	default:
		a = add(a, ACT_TIMER, i, 0);
	}
	if (!i && m->crashes < c->crashes)
		a = add(a, ACT_CRASH, i, 0);
	return a;
}

/*
 * Everything that can happen next. Segments are thrown out only while there
 * is no room for the two that one event may send.
 */
u32 sim_actions(const struct sim *m, const struct sim_case *c,
		struct sim_action *list)
{
	struct sim_action *a = list;
	u32 i;

	a = end_actions(m, c, 0, a);
	a = end_actions(m, c, 1, a);
	for (i = 0; i < m->flight; i++)
		a = add(a, ACT_DELIVER, m->wire[i].to, i);
	if (m->flight + 2 > c->flight)
		for (i = 0; i < m->flight; i++)
			a = add(a, ACT_LOSE, !m->wire[i].to, i);
	return a - list;
}

static void act(struct sim *m, const struct sim_case *c, struct sim_action a)
{
	struct sim_wire w;

	switch (a.kind) {
	case ACT_OPEN:
	case ACT_LISTEN:
		side_open(m, c, a.end, a.kind == ACT_OPEN);
		break;
	case ACT_TIMER:
		side_timer(m, c, a.end, a.arg);
		break;
	case ACT_DELIVER:
		w = m->wire[a.arg];
		if (m->patient)
			lose(m, a.arg);
		side_arrive(m, c, &w);
		break;
	case ACT_LOSE:
		lose(m, a.arg);
		break;
	default:
		side_user(m, c, a.end, a.kind);
	}
}

/*
 * @a happens. Return: what is wrong with that, or NULL.
 */
const char *sim_apply(struct sim *m, const struct sim_case *c,
		      struct sim_action a)
{
	sim_wrong = NULL;
	if (setjmp(warned))
		return sim_wrong;
	tell_action(m, a);
	sim_thaw(&m->end[a.end]);
	act(m, c, a);
	sim_freeze(&m->end[a.end], c);
	if (a.kind != ACT_LOSE)
		judge_streams(m, c);
	return sim_wrong;
}
