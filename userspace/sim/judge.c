// SPDX-License-Identifier: GPL-2.0
/*
 * What must be true, whatever happened. The first thing that is not is kept
 * in sim_wrong and ends the exploration.
 *
 * The arrows of rfc9293#section-3.3.2, figure 5, stand here a second time,
 * with their causes, so that the core's own table cannot excuse itself.
 */
#include <stdio.h>

#include "model.h"

const char *sim_wrong;
bool arrow_seen[ARROWS];

void must(bool good, const char *what)
{
	if (!good && !sim_wrong)
		sim_wrong = what;
}

/* @kind: ACT_DELIVER, ACT_TIMER or the user's call */
static const struct arrow {
	u8 from;
	u8 to;
	u8 kind;
	const char *why;
} arrows[ARROWS] = {
	{ TCB_CLOSED, TCB_LISTEN, ACT_LISTEN, "passive OPEN" },
	{ TCB_CLOSED, TCB_SYN_SENT, ACT_OPEN, "active OPEN" },
	{ TCB_LISTEN, TCB_CLOSED, ACT_CLOSE, "CLOSE" },
	{ TCB_LISTEN, TCB_SYN_RECEIVED, ACT_DELIVER, "SYN" },
	{ TCB_SYN_SENT, TCB_CLOSED, ACT_CLOSE, "CLOSE" },
	{ TCB_SYN_SENT, TCB_SYN_RECEIVED, ACT_DELIVER, "SYN" },
	{ TCB_SYN_SENT, TCB_ESTABLISHED, ACT_DELIVER, "SYN/ACK" },
	{ TCB_SYN_RECEIVED, TCB_LISTEN, ACT_DELIVER, "RST, note 1" },
	{ TCB_SYN_RECEIVED, TCB_ESTABLISHED, ACT_DELIVER, "ACK of SYN" },
	{ TCB_SYN_RECEIVED, TCB_FIN_WAIT_1, ACT_CLOSE, "CLOSE" },
	{ TCB_ESTABLISHED, TCB_FIN_WAIT_1, ACT_CLOSE, "CLOSE" },
	{ TCB_ESTABLISHED, TCB_CLOSE_WAIT, ACT_DELIVER, "FIN" },
	{ TCB_FIN_WAIT_1, TCB_FIN_WAIT_2, ACT_DELIVER, "ACK of FIN" },
	{ TCB_FIN_WAIT_1, TCB_CLOSING, ACT_DELIVER, "FIN" },
	{ TCB_FIN_WAIT_1, TCB_TIME_WAIT, ACT_DELIVER, "FIN, ACK, note 2" },
	{ TCB_FIN_WAIT_2, TCB_TIME_WAIT, ACT_DELIVER, "FIN" },
	{ TCB_CLOSE_WAIT, TCB_LAST_ACK, ACT_CLOSE, "CLOSE" },
	{ TCB_CLOSING, TCB_TIME_WAIT, ACT_DELIVER, "ACK of FIN" },
	{ TCB_LAST_ACK, TCB_CLOSED, ACT_DELIVER, "ACK of FIN" },
	{ TCB_TIME_WAIT, TCB_CLOSED, ACT_TIMER, "2 MSL" },
	/* two arrows that one segment may take at once */
	{ TCB_SYN_RECEIVED, TCB_CLOSE_WAIT, ACT_DELIVER, "ACK of SYN, FIN" },
	/* what the text around the figure adds */
	{ TCB_SYN_RECEIVED, TCB_LISTEN, ACT_TIMER, "no ACK in time" },
	{ TCB_TIME_WAIT, TCB_SYN_RECEIVED, ACT_DELIVER, "a new SYN" },
};

const char *arrow_name(u32 i)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s -> %s (%s)",
		 tcb_state_name(arrows[i].from), tcb_state_name(arrows[i].to),
		 arrows[i].why);
	return name;
}

/* Are both ends of one and the same connection, as far as @i knows? */
bool sim_connected(const struct sim *m, int i)
{
	return m->end[!i].isn == m->end[i].with &&
	       m->end[!i].with == m->end[i].isn;
}

/* A RST ends a connection only at RCV.NXT, in SYN-SENT by its ACK */
static bool reset_good(const struct sim_step *step)
{
	const struct segment *s = &step->w->s;

	if (!(s->flags & SEG_RST))
		return false;
	if (step->before == TCB_SYN_SENT)
		return s->flags & SEG_ACK && s->ack == step->snd_nxt;
	return s->seq == step->rcv_nxt;
}

/* Ways into CLOSED, or back to LISTEN, that figure 5 leaves out, note 3 */
static bool ended_good(const struct sim_end *e, const struct sim_step *step)
{
	switch (step->kind) {
	case ACT_ABORT:
	case ACT_CRASH:
		return true;
	case ACT_DELIVER:
		if (step->before == TCB_TIME_WAIT &&
		    (step->rule == RULE_TW_SYN ||
		     step->rule == RULE_LISTEN_SYN_QUEUE_FULL))
			return true;
		if (step->rule == RULE_TEXT_AFTER_CLOSE)
			return e->t.orphan && step->w->s.len;
		return reset_good(step);
	case ACT_TIMER:
		if (step->bits & V_TIMED_OUT)
			return true;
		return step->before == TCB_FIN_WAIT_2 && e->t.orphan;
	}
	return false;
}

static void judge_move(const struct sim *m, const struct sim_end *e,
		       const struct sim_step *step)
{
	u32 i;

	for (i = 0; i < ARROWS; i++) {
		if (arrows[i].from != step->before ||
		    arrows[i].to != step->after ||
		    arrows[i].kind != step->kind)
			continue;
		/* a RST may lead the same way; it has its own check */
		if (step->w && step->w->s.flags & SEG_RST)
			break;
		arrow_seen[i] |= !m->patient;
		return;
	}
	if (step->after != TCB_CLOSED && step->after != TCB_LISTEN) {
		must(false, "every move is an arrow of figure 5");
		return;
	}
	must(ended_good(e, step), "a connection ends only for a reason");
	if (i < ARROWS)
		arrow_seen[i] |= !m->patient;
}

/* Both SYNs are of connections that there were, and each took the other's */
static void judge_established(const struct sim *m, const struct sim_case *c,
			      int i)
{
	const struct sim_end *e = &m->end[i];

	must(e->with != SIM_STALE, "an old SYN establishes nothing");
	must(e->t.irs == sim_iss(c, !i, e->with),
	     "IRS is the ISN that the peer chose");
	must(e->t.iss == sim_iss(c, i, e->isn), "ISS is ours");
	must(e->t.snd.una - e->t.iss - 1 <= e->written,
	     "our SYN is acknowledged, and no more");
}

/* Our FIN was acknowledged: all before it has arrived */
static void judge_finished(const struct sim *m, int i)
{
	const struct sim_end *e = &m->end[i], *peer = &m->end[!i];

	if (!sim_connected(m, i))
		return;
	must(peer->taken == e->written && peer->peer_closed,
	     "an acknowledged FIN was taken, after all text");
}

/*
 * Users who give up in SYN-SENT and open again at once, without the quiet
 * time of rfc9293#section-3.4.3, may meet old SYNs of each other. Both ends
 * then wait for the ACK of a SYN that the other never takes, answer all that
 * comes by the number that they expect, and have only their R2 to end it.
 */
static bool opened_past(const struct sim *m)
{
	bool opening = false;
	int i;

	for (i = 0; i < 2; i++)
		opening |= m->end[i].life == SIM_TCB && !m->end[i].t.syn_acked;
	return opening && !sim_connected(m, 0);
}

static void judge_bits(const struct sim *m, int i, const struct sim_step *step)
{
	const struct sim_end *e = &m->end[i], *peer = &m->end[!i];

	must(!(step->bits & V_DEAD) || step->after == TCB_CLOSED ||
	     step->after == TCB_LISTEN || step->before == TCB_TIME_WAIT,
	     "V_DEAD says that it is CLOSED");
	if (step->bits & V_PEER_CLOSED && sim_connected(m, i))
		must(peer->closed && e->taken == peer->written,
		     "a FIN comes after all text, when the peer closed");
	if (step->bits & (V_RESET | V_REFUSED))
		must(step->w && reset_good(step),
		     "a RST ends a connection only at RCV.NXT");
	if (step->bits & V_TIMED_OUT)
		must(step->kind == ACT_TIMER &&
		     (!m->patient || opened_past(m)),
		     "nothing times out while nothing is lost");
}

/* End @i went from one state to another, or stayed; nothing was sent yet */
void judge_step(const struct sim *m, const struct sim_case *c, int i,
		const struct sim_step *step)
{
	tell_step(m, c, i, step);
	if (sim_wrong)
		return;
	judge_bits(m, i, step);
	if (step->before == step->after)
		return;
	judge_move(m, &m->end[i], step);
	if (step->bits & V_ESTABLISHED)
		judge_established(m, c, i);
	if (step->w && !(step->w->s.flags & SEG_RST) &&
	    (step->after == TCB_FIN_WAIT_2 || step->after == TCB_TIME_WAIT ||
	     step->before == TCB_LAST_ACK))
		judge_finished(m, i);
}

/* The promise: kept, and never more than the buffer */
static void judge_window(struct sim *m, const struct sim_case *c, int i,
			 const struct segment *s)
{
	struct sim_end *e = &m->end[i];
	u32 edge = s->ack + s->wnd, nxt = s->ack;

	if (!(s->flags & SEG_ACK) || s->flags & SEG_RST)
		return;
	must(!e->told || seq_ge(edge, e->edge - e->peer_closed),
	     "the window's edge never moves back");
	e->edge = e->told ? seq_max(e->edge, edge) : edge;
	e->told = true;
	must((s32)(e->edge - nxt) <= c->buff - (e->taken - e->read),
	     "no more is promised than there is room for");
}

/* New text stays below what the other end ever promised */
void judge_sent(struct sim *m, const struct sim_case *c, int i,
		const struct segment *s)
{
	const struct sim_end *peer = &m->end[!i];

	must(s->len <= c->mss, "a segment is not longer than the MSS");
	must(s->rule != RULE_NONE, "every segment has its reason");
	if (seg_len(s) && !(s->flags & SEG_SYN) && s->rule != RULE_SEND_PROBE &&
	    sim_connected(m, i) && peer->told)
		must(seq_le(s->seq + seg_len(s), peer->edge),
		     "nothing is sent beyond the window");
	judge_window(m, c, i, s);
}

/* What is acknowledged has arrived, what has arrived was written */
void judge_streams(const struct sim *m, const struct sim_case *c)
{
	int i;

	for (i = 0; i < 2 && !sim_wrong; i++) {
		const struct sim_end *e = &m->end[i], *peer = &m->end[!i];
		u32 acked = e->t.snd.una - sim_iss(c, i, e->isn) - 1;

		if (!sim_connected(m, i))
			continue;
		must(e->taken <= peer->written, "only what was written arrives");
		if (e->life == SIM_TCB && e->t.syn_acked)
			must(acked <= peer->taken + peer->peer_closed,
			     "what is acknowledged has arrived");
	}
}
