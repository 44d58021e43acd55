// SPDX-License-Identifier: GPL-2.0
/*
 * Anything may arrive: segments drawn around the numbers that matter, user
 * calls and deadlines in any order. Whatever comes, each segment is judged
 * by a rule, only legal states are reached, output ends, and the clocks are
 * as they should be.
 */
#include "pair.h"
#include "script.h"
#include "suites.h"

#define STORIES	150
#define EVENTS	120

/* A number near one of those that the TCB compares with */
static u32 near(u32 *r, u32 a, u32 b, u32 c)
{
	static const s32 off[] = { 0, 0, 0, 1, -1, 2, 10, -10, 1000, -1000 };
	u32 base[] = { a, b, c };
	u32 n = pair_random(r, 50);

	if (!n)
		return pair_random(r, 0xffffffff);
	return base[pair_random(r, 3)] + off[n % ARRAY_SIZE(off)];
}

static void draw_segment(struct script *s, u32 *r)
{
	static const u8 flags[] = {
		SEG_ACK, SEG_ACK, SEG_ACK, SEG_ACK, SEG_ACK | SEG_PSH,
		SEG_ACK | SEG_FIN, SEG_ACK | SEG_SYN, SEG_SYN, SEG_ACK,
	};
	const struct tcb *t = &s->t;
	u32 edge = t->rcv.acked + t->rcv.wnd, i;

	s->in = (struct segment){
		.seq = near(r, t->rcv.nxt, edge, s->irs),
		.ack = near(r, t->snd.una, t->snd.nxt, s->iss),
		.len = pair_random(r, 3) ? 0 : 1 + pair_random(r, 3000),
		.wnd = pair_random(r, 3) ? 5000 : pair_random(r, 65536) >>
						  pair_random(r, 17),
		.flags = flags[pair_random(r, ARRAY_SIZE(flags))],
		.mss = pair_random(r, 65536),
		.opts = pair_random(r, 32),
		.wscale = pair_random(r, 15),
		.tsval = t->ts.recent + pair_random(r, 8) - 1,
		.tsecr = pair_random(r, 3) ? (u32)(s->now >> 10) : *r,
		.no_room = !pair_random(r, 10),
	};
	if (!pair_random(r, 60))
		s->in.flags = pair_random(r, 256);
	s->in.sacks = s->in.opts & SEG_OPT_SACK ? 1 + pair_random(r, 4) : 0;
	for (i = 0; i < s->in.sacks; i++) {
		s->in.sack[i].start = near(r, t->snd.una, t->snd.nxt, s->in.ack);
		s->in.sack[i].end = pair_random(r, 8) ?
			s->in.sack[i].start + 1 + pair_random(r, 3000) :
			near(r, t->snd.una, t->snd.nxt, s->in.ack);
	}
}

static void must(struct script *s, u32 seed, bool good, const char *what)
{
	if (good)
		return;
	story_print(&s->story, s->test);
	KUNIT_ASSERT_TRUE_MSG(s->test, false, "seed %u: %s", seed, what);
}

static void one_arrives(struct script *s, u32 seed, u32 *r)
{
	u32 nxt = s->t.rcv.nxt, una = s->t.snd.una;
	u8 before = s->t.state;

	draw_segment(s, r);
	tcb_input(&s->t, &s->in, s->now, &s->v);
	story_segment(&s->story, s->now, "<", &s->in, s->irs, s->iss,
		      s->t.state, s->v.rule);
	must(s, seed, s->v.rule != RULE_NONE, "no rule");
	must(s, seed, !s->v.text_keep ||
	     s->v.text_skip + s->v.text_keep <= s->in.len, "text from nowhere");
	must(s, seed, seq_ge(s->t.snd.una, una), "SND.UNA went back");
	if (before == TCB_SYN_SENT) {
		s->irs = s->t.irs;
		return;
	}
	must(s, seed, seq_ge(s->t.rcv.nxt, nxt), "RCV.NXT went back");
	s->unread += s->t.rcv.nxt - nxt - !!(s->v.bits & V_PEER_CLOSED);
}

static void one_event(struct script *s, u32 seed, u32 *r)
{
	u32 when = 0;

	s->v.bits = s->t.state == TCB_CLOSED ? V_DEAD : 0;
	switch (pair_random(r, 10)) {
	case 0:
		user_writes(s, pair_random(r, 4000));
		break;
	case 1:
		user_reads(s, pair_random(r, 4000));
		break;
	case 2:
	case 3:
		s->now += 1000 * pair_random(r, 100);
		if (tcb_deadline(&s->t, &when))
			s->now += 1000ll * max((s32)(when - now_ms(s->now)), 0);
		tcb_timeout(&s->t, s->now, &s->v);
		story_tell(&s->story, s->now, "timer", s->v.rule, s->t.state);
		break;
	case 4:
		if (!pair_random(r, 10))
			user_closes(s);
		else if (!pair_random(r, 20) && s->t.fin_queued)
			user_leaves(s);
		break;
	default:
		one_arrives(s, seed, r);
	}
	if (s->t.state == TCB_CLOSED && s->v.rule != RULE_CLOSED_REJECT &&
	    s->v.rule != RULE_CLOSED_RST)
		must(s, seed, s->v.bits & V_DEAD, "CLOSED without V_DEAD");
	tcb_buffer(&s->t, s->p.buff, s->p.buff - min(s->unread, s->p.buff));
}

static void one_story(struct script *s, u32 seed)
{
	const char *what = NULL;
	u32 r = seed, i, n;

	tcb_init(&s->t, &s->p);
	s->held->n = 0;
	s->t.held = s->held;
	loss_init(s->loss, s->loss->cap);
	s->t.loss = seed % 5 ? s->loss : NULL;
	s->unread = 0;
	s->story.lines = 0;
	s->t.opt.nodelay = seed & 1;
	tcb_open(&s->t);
	for (i = 0; i < EVENTS && s->t.state != TCB_TIME_WAIT; i++) {
		for (n = 0; tcb_output(&s->t, s->now, 0, &s->out); n++) {
			story_segment(&s->story, s->now, ">", &s->out, s->iss,
				      s->irs, s->t.state, s->out.rule);
			must(s, seed, s->out.rule, "sent without a rule");
			must(s, seed, n < 3000, "output does not end");
		}
		what = unsettled(&s->t);
		must(s, seed, !what, what);
		if (s->t.state == TCB_CLOSED)
			return;
		one_event(s, seed, &r);
	}
}

static void any_state_any_segment_stays_sane(struct kunit *test)
{
	struct script *s = script_begin(test);
	u32 seed;

	s->p.wscale = true;
	s->p.dsack = true;
	s->p.retries = 30;
	for (seed = 1; seed <= STORIES; seed++) {
		s->p.timestamps = seed & 1;
		s->p.sack = seed & 2;
		one_story(s, seed * 7919);
	}
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(any_state_any_segment_stays_sane),
	{}
};

struct kunit_suite glass_fuzz = {
	.name = "glass_fuzz",
	.test_cases = cases,
};
