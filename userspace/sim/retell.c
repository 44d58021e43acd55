// SPDX-License-Identifier: GPL-2.0
/*
 * The ladder of a path: what each end did, what left it and why, what came
 * and what was decided. Sequence numbers count from the ISNs.
 *
 *     A                                                     B
 *     FIN-WAIT-1  | FIN ACK 1:1(0) ack 1 win 2 ------->   |
 *                 |   SEND_FIN rfc9293#section-3.10.4
 */
#include <stdio.h>

#include "model.h"

#define RAIL 56

bool telling;

#define WHERE(id, rfc, section, phrase) rfc "#section-" section,
static const char * const rule_wheres[RULE_COUNT] = {
	GLASS_RULES(WHERE)
};

static void line(const char *left, const char *middle, const char *right)
{
	printf("  %12s | %-*s | %s\n", left, RAIL, middle, right);
}

void tell_text(const char *text)
{
	printf("  # %s\n", text);
}

void tell_begin(const struct sim_case *c)
{
	printf("  # ladder of case %s\n", c->name);
	line("end A", "", "end B");
}

/* On the side of end @i: @what; at its rail its state */
static void rail(const struct sim *m, int i, const char *what)
{
	const char *state = tcb_state_name(sim_state(&m->end[i]));
	char text[RAIL + 1];

	snprintf(text, sizeof(text), "%*s", i ? RAIL : 0, what);
	line(i ? "" : state, text, i ? state : "");
}

static void rule(const struct sim *m, int i, u16 number)
{
	char text[RAIL + 1];

	(void)m;
	if (!number)
		return;
	snprintf(text, sizeof(text), "  %s %s", rule_name(number),
		 rule_wheres[number]);
	if (i)
		printf("  %12s | %*s |\n", "", RAIL, text);
	else
		line("", text, "");
}

void tell_action(const struct sim *m, struct sim_action a)
{
	static const char * const calls[] = {
		[ACT_OPEN]	= "user: active OPEN",
		[ACT_LISTEN]	= "user: passive OPEN",
		[ACT_WRITE]	= "user: SEND, one octet",
		[ACT_READ]	= "user: RECEIVE",
		[ACT_CLOSE]	= "user: CLOSE",
		[ACT_ORPHAN]	= "user: goes away",
		[ACT_ABORT]	= "user: ABORT",
		[ACT_CRASH]	= "crash: all is forgotten",
		[ACT_TIMER]	= "2 MSL, or no ACK in time",
	};
	static const char * const timers[DUE_COUNT] = {
		[DUE_RETRANSMIT]	= "retransmission timer",
		[DUE_PERSIST]		= "persist timer",
		[DUE_DELAYED_ACK]	= "delayed-ACK timer",
		[DUE_ORPHAN]		= "orphan timer",
		[DUE_REORDER]		= "reordering timer",
		[DUE_TLP]		= "loss probe's timer",
	};

	if (!telling || a.kind == ACT_DELIVER || a.kind == ACT_LOSE)
		return;
	if (a.kind == ACT_TIMER && m->end[a.end].life == SIM_TCB)
		rail(m, a.end, timers[a.arg] ? timers[a.arg] : "timer");
	else
		rail(m, a.end, calls[a.kind]);
}

/* What it looks like beside its sender's rail, or the receiver's */
static void segment_text(char *text, size_t size, const struct segment *s,
			 u32 iss, u32 irs)
{
	static const struct {
		u8 flag;
		const char *name;
	} names[] = {
		{ SEG_SYN, "SYN " }, { SEG_FIN, "FIN " }, { SEG_RST, "RST " },
		{ SEG_ACK, "ACK " },
	};
	u32 i, n = 0, seq = s->seq - iss;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (s->flags & names[i].flag)
			n += snprintf(text + n, size - n, "%s", names[i].name);
	n += snprintf(text + n, size - n, "%d:%d(%u)", (s32)seq,
		      (s32)(seq + s->len), s->len);
	if (s->flags & SEG_ACK)
		n += snprintf(text + n, size - n, " ack %d",
			      (s32)(s->ack - irs));
	snprintf(text + n, size - n, " win %u", s->wnd);
}

static u32 iss_of(const struct sim *m, const struct sim_case *c, int i)
{
	return sim_iss(c, i, max_t(u8, m->end[i].isn, 1));
}

void tell_sent(const struct sim *m, const struct sim_case *c, int from,
	       const struct segment *s, bool lost)
{
	char text[RAIL], both[RAIL + 16];

	if (!telling)
		return;
	segment_text(text, sizeof(text), s, iss_of(m, c, from),
		     iss_of(m, c, !from));
	if (from)
		snprintf(both, sizeof(both), "%s %s", lost ? "x" : "<-----", text);
	else
		snprintf(both, sizeof(both), "%s %s", text, lost ? "x" : "----->");
	rail(m, from, both);
	rule(m, from, s->rule);
}

void tell_step(const struct sim *m, const struct sim_case *c, int i,
	       const struct sim_step *step)
{
	char text[RAIL], both[RAIL + 16];

	if (!telling)
		return;
	if (!step->w) {
		if (step->before != step->after)
			rail(m, i, "");
		return;
	}
	segment_text(text, sizeof(text), &step->w->s, iss_of(m, c, !i),
		     iss_of(m, c, i));
	if (i)
		snprintf(both, sizeof(both), "-----> %s", text);
	else
		snprintf(both, sizeof(both), "%s <-----", text);
	rail(m, i, both);
	rule(m, i, step->rule);
}
