// SPDX-License-Identifier: GPL-2.0
/*
 * Two states in which the same can happen are one: between events an end is
 * brought into a form in which it has no history that nobody asks for. Times
 * are cleared, for time stands still, see model.h; of what else is cleared or
 * cut it is said why that changes nothing. Where the core comes to ask for
 * more, this has to follow.
 */
#include "model.h"

/*
 * What the undoing of a recovery needs, as far as anybody will ask: nothing
 * if the recovery cannot be undone, or no more (@thrice). There are no
 * timestamps here, so that only a D-SACK, or F-RTO by the old windows, undoes.
 */
static void freeze_undo(const struct tcb *t, struct loss *l)
{
	l->undo_clock = 0;
	l->echo = 0;
	l->dsack_seen = 0;
	if (!t->sack_ok || l->thrice)
		l->undo = 0;
	if (!l->undo) {
		l->undo_from = 0;
		l->resent = 0;
		l->thrice = 0;
	}
	if (!l->resent) {
		l->undo_end = 0;
		l->undo_octets = 0;
	}
	l->prior_cwnd = min(l->prior_cwnd, 10u * t->snd.path_mss);
	if (!l->undo && !l->frto) {
		l->prior_cwnd = 0;
		l->prior_ssthresh = 0;
	}
}

/*
 * The scoreboard; only who hears reports has one. The reordering window is a
 * part of a round trip that is not measured here, so it is empty, and what
 * makes it larger counts for nothing.
 */
static void freeze_board(const struct tcb *t, struct loss *l)
{
	u16 i;

	/* once or more often: the second time ends the question of an undo */
	for (i = 0; i < l->n; i++) {
		l->r[i].at = 0;
		l->r[i].times = min_t(u16, l->r[i].times, 2);
	}
	memset(&l->r[l->n], 0, (SIM_LOSS - l->n) * sizeof(l->r[0]));
	l->again_at = 0;
	l->reordered = 0;
	l->fack = t->snd.una;
	l->dsacked = 0;
	l->dsack_round = 0;
	l->reo_mult = 1;
	l->reo_persist = 0;
	if (!l->again)
		l->again_end = 0;
	if (t->sack_ok && l->n)
		return;
	/* what scoreboard_take() begins with, and nobody reads before */
	l->top = 0;
	l->once = 0;
	l->again = 0;
	l->again_end = 0;
}

/*
 * Of what was lost and is over nothing is kept: what may still be given back
 * for it only widens the congestion window, up to where it counts no more.
 */
static void freeze_loss(struct sim_end *e)
{
	struct loss *l = (struct loss *)e->loss;
	struct tcb *t = &e->t;

	if (!t->troubled) {
		memset(e->loss, 0, sizeof(e->loss));
		loss_init(l, SIM_LOSS);
		return;
	}
	freeze_undo(t, l);
	freeze_board(t, l);
	l->tlp_untimed = 0;
	/* counted for the user alone */
	l->resends = 0;
	l->resent_octets = 0;
	if (!l->tlp) {
		l->tlp_end = 0;
		l->tlp_again = 0;
	}
	if (!l->frto)
		l->frto_end = 0;
	/* before it is counted anew nothing is sent again twice */
	l->quota = min_t(u32, l->quota, t->snd.nxt - t->snd.una + 1);
	if (t->cong.in_recovery)
		return;
	l->prr_delivered = 0;
	l->prr_out = 0;
	l->prr_flight = 0;
}

/*
 * What is behind the last range is of no range, and a D-SACK that was told is
 * over. Which of the other blocks comes first is all the same to who hears of
 * all of them, and all fit.
 */
static void freeze_held(struct sim_end *e)
{
	struct ranges *h = (struct ranges *)e->held;
	struct tcb *t = &e->t;

	memset(h->recent, 0, sizeof(h->recent));
	memset(&h->r[h->n], 0, (SIM_RANGES - h->n) * sizeof(h->r[0]));
	if (t->dsack.start == t->dsack.end)
		t->dsack = (struct seq_range){};
	t->held = NULL;
}

/*
 * All that a user writes is less than half of the first window, so that
 * growing beyond that changes nothing, nor does how a window would grow that
 * has come so far. In recovery ssthresh is what it is to become. The third
 * duplicate ACK decides, and no more can be in flight than four tell of.
 */
static void freeze_cong(struct tcb *t)
{
	u32 most = 10u * t->snd.path_mss;

	t->cong.ops = NULL;
	t->cong.reduced = t->snd.una;
	t->cong.dup_acks = min_t(u16, t->cong.dup_acks, 4);
	t->cong.used = seq_max(t->cong.used, t->snd.una);
	if (t->cong.cwnd < most || t->cong.in_recovery)
		return;
	t->cong.cwnd = most;
	t->cong.ssthresh = CONG_SSTHRESH;
	t->cong.used = t->snd.una;
	memset(t->cong.word, 0, sizeof(t->cong.word));
}

/*
 * What no decision depends on is cleared, and counts are cut where the core
 * does not tell higher ones apart, so that states recur.
 */
void sim_freeze(struct sim_end *e, const struct sim_case *c)
{
	struct tcb *t = &e->t;
	u8 times = max_t(u8, max(t->retries, t->syn_retries), 2);

	/* one more than is too many, of which a TCB would be told two */
	if (e->life == SIM_EMBRYO)
		e->e.sent = min_t(u8, e->e.sent,
				  max(c->retries, SIM_PATIENT_SYN) + 1);
	if (e->life != SIM_TCB)
		return;
	memset(t->due, 0, sizeof(t->due));
	t->rto = RTO_INITIAL_US;
	t->srtt = 0;
	t->rttvar = 0;
	t->min_rtt = 0;
	t->min_rtt_at = 0;
	t->timing = 0;
	t->timed_seq = 0;
	t->timed_at = 0;
	t->last_sent = 0;
	t->waits_since = 0;
	t->heard = 0;
	t->ambiguous = 0;
	/* only Nagle's algorithm asks for it */
	t->snd.small = t->opt.nodelay ? t->snd.una :
					seq_max(t->snd.small, t->snd.una);
	/* as the next segment will have it, before anybody asks */
	t->rcv.up = seq_max(t->rcv.up, t->rcv.nxt);
	t->ack_rule = 0;
	if (!t->fin_seen)
		t->rcv.fin = 0;
	t->policy = NULL;
	/* an orphan counts further than R2 */
	t->cong.backoff = min_t(u8, t->cong.backoff, max_t(u8, times, ORPHAN_RETRIES));
	if (!t->orphan)
		t->cong.backoff = min(t->cong.backoff, times);
	freeze_held(e);
	freeze_loss(e);
	freeze_cong(t);
	t->loss = NULL;
}

/* The memory and the table that a frozen TCB has no pointers to */
void sim_thaw(struct sim_end *e)
{
	if (e->life != SIM_TCB)
		return;
	e->t.held = (struct ranges *)e->held;
	e->t.held->cap = SIM_RANGES;
	e->t.loss = (struct loss *)e->loss;
	e->t.cong.ops = &cong_reno;
	e->t.policy = sim_policy();
}
