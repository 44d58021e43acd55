// SPDX-License-Identifier: GPL-2.0
/*
 * Can both ends still finish? From every state on, the world turns friendly:
 * nothing is lost any more, each segment arrives once, deadlines pass when
 * nothing is in flight, users read, close, and go away when all else is
 * done. Both ends must then come to CLOSED or TIME-WAIT (or wait in LISTEN
 * for somebody else), and nothing may time out, with R2 counted anew.
 *
 * It is tried twice: with what is in flight, and with all of that lost: the
 * channel forgets nothing, see model.h, so a state with less in flight need
 * not have been visited. States from where the end is known to come are
 * remembered, and most ways are short.
 */
#include "model.h"

#define STEPS_MAX	1000
#define ROW_MAX		40	/* segments that arrive before time passes */
#define TOLD_MAX	60	/* of a way without an end */

static struct visited known;
static bool emptied;	/* the kind of the last try */
static u64 storms;	/* ways with more than ROW_MAX segments in a row */

static bool at_rest(const struct sim_end *e)
{
	return e->life == SIM_CLOSED || e->life == SIM_LISTEN ||
	       e->life == SIM_TIME_WAIT;
}

/* The user reads what there is, then closes */
static bool next_user(const struct sim *m, struct sim_action *a)
{
	int i;

	for (i = 0; i < 2; i++) {
		const struct sim_end *e = &m->end[i];

		if (e->life != SIM_TCB)
			continue;
		a->end = i;
		a->kind = e->read < e->taken ? ACT_READ : ACT_CLOSE;
		if (a->kind == ACT_READ)
			return true;
		if (!e->closed && e->t.state != TCB_SYN_SENT &&
		    e->t.state != TCB_SYN_RECEIVED)
			return true;
	}
	return false;
}

/* The deadline that a clock would bring first, of those of one end */
static bool first_timer(const struct sim_end *e, struct sim_action *a,
			u32 *backoff)
{
	static const u8 order[] = {
		DUE_DELAYED_ACK, DUE_REORDER, DUE_TLP, DUE_RETRANSMIT,
		DUE_PERSIST,
	};
	u32 i;

	a->kind = ACT_TIMER;
	a->arg = 0;
	*backoff = 1;
	if (e->life == SIM_EMBRYO) {
		*backoff += e->e.sent;
		return true;
	}
	if (e->life != SIM_TCB)
		return false;
	for (i = 0; i < sizeof(order); i++) {
		if (!(e->t.armed & 1u << order[i]))
			continue;
		a->arg = order[i];
		*backoff = i > 2 ? 2u + e->t.cong.backoff : i;
		return true;
	}
	return false;
}

/* Of both ends; who has waited less often waits shorter */
static bool next_timer(const struct sim *m, struct sim_action *a)
{
	struct sim_action other = { .end = 1 };
	u32 backoff[2];
	bool any;

	a->end = 0;
	any = first_timer(&m->end[0], a, &backoff[0]);
	if (first_timer(&m->end[1], &other, &backoff[1]) &&
	    (!any || backoff[1] < backoff[0])) {
		*a = other;
		return true;
	}
	return any;
}

/* Nothing else is left to wait for */
static bool next_orphan(const struct sim *m, struct sim_action *a)
{
	int i;

	for (i = 0; i < 2; i++) {
		const struct sim_end *e = &m->end[i];

		if (e->life != SIM_TCB || !e->closed)
			continue;
		a->end = i;
		a->arg = DUE_ORPHAN;
		a->kind = e->t.orphan ? ACT_TIMER : ACT_ORPHAN;
		if (!e->t.orphan || e->t.armed & 1u << DUE_ORPHAN)
			return true;
	}
	return false;
}

/* @arrived: segments in a row; time does pass while two ends exchange ACKs */
static bool next_action(const struct sim *m, u32 arrived, struct sim_action *a)
{
	if (arrived >= ROW_MAX && next_timer(m, a))
		return true;
	*a = (struct sim_action){ .kind = ACT_DELIVER };
	if (m->flight) {
		a->end = m->wire[0].to;
		return true;
	}
	return next_user(m, a) || next_timer(m, a) || next_orphan(m, a);
}

/* R2 begins anew, also where it was nearly used up */
static void befriend(struct sim *m, bool empty)
{
	int i;

	m->patient = true;
	if (empty)
		m->flight = 0;
	for (i = 0; i < 2; i++) {
		struct sim_end *e = &m->end[i];

		if (e->life == SIM_EMBRYO)
			e->e.sent = 1;
		if (e->life != SIM_TCB)
			continue;
		e->t.retries = SIM_PATIENT;
		e->t.syn_retries = SIM_PATIENT;
		e->t.cong.backoff = 0;
		e->t.silent = 0;
	}
}

static const char *run(struct sim *m, const struct sim_case *c)
{
	u64 trail[STEPS_MAX];
	struct sim_action a;
	u32 n = 0, arrived = 0;
	const char *wrong;

	while (n < (telling ? TOLD_MAX : STEPS_MAX)) {
		trail[n] = sim_fingerprint(m);
		if (!telling && visited_has(&known, trail[n]))
			break;
		n++;
		if (!next_action(m, arrived, &a)) {
			if (at_rest(&m->end[0]) && at_rest(&m->end[1]))
				break;
			return "both ends can still close: nothing happens";
		}
		arrived = a.kind == ACT_DELIVER ? arrived + 1 : 0;
		storms += arrived == ROW_MAX;
		wrong = sim_apply(m, c, a);
		if (wrong)
			return wrong;
	}
	if (n == STEPS_MAX)
		return "both ends can still close: it goes on for ever";
	while (n)
		visited_add(&known, trail[--n]);
	return NULL;
}

/* Return: what is wrong with the end of @m, or NULL */
const char *fair_check(const struct sim *m, const struct sim_case *c)
{
	const char *wrong = NULL;
	struct sim friendly;
	int i;

	for (i = 0; i < 2 && !wrong; i++) {
		if (i && !m->flight)
			break;
		memcpy(&friendly, m, sizeof(friendly));
		emptied = i;
		befriend(&friendly, emptied);
		wrong = run(&friendly, c);
	}
	return wrong;
}

/* How fair_check() of @m came to what it found last */
void fair_tell(const struct sim *m, const struct sim_case *c)
{
	struct sim friendly = *m;

	tell_text(emptied ? "from here on nothing is lost, after all that is in flight" :
		  "from here on nothing is lost");
	befriend(&friendly, emptied);
	run(&friendly, c);
}

/* How many states are known to end; they no longer are */
void fair_forget(u64 *states, u64 *exchanges)
{
	*states = known.n;
	*exchanges = storms;
	visited_free(&known);
}
