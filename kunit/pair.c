// SPDX-License-Identifier: GPL-2.0
/* Whole connections in virtual time. See pair.h. */
#include "pair.h"

#define STEPS_MAX	400000u
#define HOURS_MAX	12ull

static struct pair *pair_new(struct kunit *test, const struct pair_plan *plan)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->test = test;
	p->plan = plan;
	p->now = STORY_START_US;
	p->random = plan->seed;
	for (i = 0; i < 2; i++) {
		struct pair_end *e = &p->end[i];

		e->held = kunit_kzalloc(test, sizeof(*e->held) + PAIR_RANGES *
					sizeof(e->held->r[0]), GFP_KERNEL);
		e->kept = kunit_kzalloc(test, plan->bytes[!i] + 1, GFP_KERNEL);
		e->loss = kunit_kzalloc(test, sizeof(*e->loss) + PAIR_LOSS *
					sizeof(e->loss->r[0]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, e->held);
		KUNIT_ASSERT_NOT_NULL(test, e->loss);
		loss_init(e->loss, PAIR_LOSS);
		KUNIT_ASSERT_NOT_NULL(test, e->kept);
		e->held->cap = PAIR_RANGES;
	}
	return p;
}

static void pair_free(struct pair *p)
{
	int i;

	for (i = 0; i < 2; i++) {
		kunit_kfree(p->test, p->end[i].held);
		kunit_kfree(p->test, p->end[i].loss);
		kunit_kfree(p->test, p->end[i].kept);
	}
	kunit_kfree(p->test, p);
}

/* The next thing that happens. Return: false if nothing ever will. */
static bool step(struct pair *p)
{
	struct pair_packet *k = pair_next(p);
	u64 due[2] = { pair_due(p, 0), pair_due(p, 1) };
	int i = due[1] < due[0];
	struct segment s;
	u32 pos;
	int to;

	if (k && k->at <= due[i]) {
		p->now = max(p->now, k->at);
		pos = k->pos;
		to = k->to;
		if (pair_receive(p, k, &s))
			pair_arrive(p, to, &s, pos);
		return true;
	}
	if (due[i] == ~0ull)
		return false;
	p->now = max(p->now, due[i]);
	pair_clock(p, i);
	return true;
}

/*
 * A connection may end with a RST only when all is said: its peer's
 * TIME-WAIT was over, or ended too early by a segment that came twice.
 */
static void check_end(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];

	if (e->life != PAIR_GONE)
		pair_wrong(p, i, "still alive", e->t.state);
	if (e->taken != p->plan->bytes[!i])
		pair_wrong(p, i, "text is missing", e->taken);
	if (!e->peer_closed)
		pair_wrong(p, i, "the peer's FIN is missing", e->taken);
	if (e->fate & V_TIMED_OUT)
		pair_wrong(p, i, "timed out", e->last);
	if (e->fate & V_RESET && e->last != TCB_LAST_ACK &&
	    e->last != TCB_CLOSING)
		pair_wrong(p, i, "reset", e->last);
}

void pair_run(struct kunit *test, const struct pair_plan *plan)
{
	struct pair *p = pair_new(test, plan);

	pair_start(p, 0);
	pair_start(p, 1);
	while (step(p)) {
		if (p->steps++ > STEPS_MAX)
			pair_wrong(p, 0, "it does not end", p->steps);
		if (p->now > STORY_START_US + HOURS_MAX * 3600000000ull)
			pair_wrong(p, 0, "it takes too long", p->steps);
	}
	check_end(p, 0);
	check_end(p, 1);
	pair_free(p);
}
