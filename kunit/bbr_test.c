// SPDX-License-Identifier: GPL-2.0
/*
 * BBR on a path that is known: a router that lets through so many octets a
 * millisecond, with a queue as long as it takes, and a round trip.
 */
#include "script.h"
#include "suites.h"

#define MSS		1000u
#define RING		4096u		/* segments that may be in flight */
#define LONGEST_MS	1024u		/* of a round trip, without the queue */

struct path {
	struct tcb t;
	u64 memory[32];
	u32 per_ms;		/* octets */
	u32 rtt_ms;
	u32 supply;		/* octets a millisecond that the user writes */
	u32 ms;
	u32 queue;		/* octets */
	u32 credit;		/* octets that the rate lets out */
	u32 stock;		/* octets written, not sent */
	u32 sent;		/* segments */
	u32 acked;
	u32 served;
	u32 sent_at[RING];
	u32 back[LONGEST_MS];	/* octets whose ACK arrives then */
	u32 most;		/* in flight, since last looked at */
	u32 least;
};

static struct path *path_new(struct kunit *test, u32 per_ms, u32 rtt_ms)
{
	struct path *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_TRUE(test, cong_bbr.memory <= sizeof(p->memory));
	p->per_ms = per_ms;
	p->rtt_ms = rtt_ms;
	p->t.cong.ops = &cong_bbr;
	p->t.cong.memory = p->memory;
	p->t.snd.mss = MSS;
	p->least = ~0u;
	cong_start(&p->t);
	return p;
}

static void path_send(struct path *p)
{
	u32 rate = cong_rate(&p->t) / 1000;

	p->stock = p->supply ? p->stock + p->supply : ~0u;
	p->credit = min(p->credit + rate, max(rate, MSS) * 2);
	while (p->credit >= MSS && p->stock >= MSS &&
	       tcb_in_flight(&p->t) + MSS <= p->t.cong.cwnd) {
		p->credit -= MSS;
		p->stock -= MSS;
		p->sent_at[p->sent++ % RING] = p->ms;
		p->t.snd.nxt += MSS;
		p->t.snd.cur = p->t.snd.nxt;
		p->queue += MSS;
		cong_sent(&p->t);
	}
}

/* A millisecond passes */
static void path_step(struct path *p)
{
	u32 served = min(p->queue, p->per_ms), n;
	struct cong_ack a = {
		.now = 1000000000ull + p->ms * 1000ull,
		.flight = tcb_in_flight(&p->t),
	};

	path_send(p);
	p->queue -= served;
	p->back[(p->ms + p->rtt_ms) % LONGEST_MS] = served;
	p->served += p->back[p->ms % LONGEST_MS];
	p->back[p->ms % LONGEST_MS] = 0;
	n = p->served / MSS - p->acked;
	if (n) {
		a.una = p->t.snd.una;
		a.bytes = n * MSS;
		p->acked += n;
		a.rtt = (p->ms - p->sent_at[(p->acked - 1) % RING]) * 1000;
		p->t.srtt = a.rtt;
		cong_bbr.heard(&p->t, &a);
		cong_acked(&p->t, &a);
		p->t.snd.una += a.bytes;
	}
	p->most = max(p->most, tcb_in_flight(&p->t));
	p->least = min(p->least, tcb_in_flight(&p->t));
	p->ms++;
}

static void path_run(struct path *p, u32 ms)
{
	p->most = 0;
	p->least = ~0u;
	while (ms--)
		path_step(p);
}

/* It finds the rate, and a queue of no more than a round trip's */
static void bbr_finds_rate(struct kunit *test)
{
	struct path *p = path_new(test, 1000, 40);
	u32 acked;

	path_run(p, 2000);
	acked = p->acked;
	path_run(p, 5000);
	/* a thousand octets a millisecond, 40,000 in a round trip */
	KUNIT_EXPECT_TRUE_MSG(test, p->acked - acked > 4850, "%u",
			      p->acked - acked);
	KUNIT_EXPECT_TRUE_MSG(test, p->most < 90000, "%u", p->most);
	KUNIT_EXPECT_TRUE_MSG(test, p->t.cong.cwnd > 75000 &&
			      p->t.cong.cwnd < 90000, "%u", p->t.cong.cwnd);
	kunit_kfree(test, p);
}

/* Slow start's end: within a second it does not overfill the path any more */
static void bbr_drains_what_startup_queued(struct kunit *test)
{
	struct path *p = path_new(test, 1000, 40);

	path_run(p, 1000);
	KUNIT_EXPECT_TRUE_MSG(test, p->queue < 40000, "%u", p->queue);
	kunit_kfree(test, p);
}

/* Next to nothing in flight every ten seconds, and then as before */
static void bbr_probes_round_trip(struct kunit *test)
{
	struct path *p = path_new(test, 1000, 40);
	u32 acked;

	path_run(p, 9000);
	path_run(p, 4000);
	KUNIT_EXPECT_TRUE_MSG(test, p->least <= 4 * MSS, "%u", p->least);
	path_run(p, 1000);
	acked = p->acked;
	path_run(p, 5000);
	KUNIT_EXPECT_TRUE_MSG(test, p->acked - acked > 4850, "%u",
			      p->acked - acked);
	kunit_kfree(test, p);
}

/* The path becomes faster, then slower */
static void bbr_follows_path(struct kunit *test)
{
	struct path *p = path_new(test, 1000, 40);
	u32 acked;

	path_run(p, 3000);
	p->per_ms = 3000;
	path_run(p, 4000);
	acked = p->acked;
	path_run(p, 1000);
	KUNIT_EXPECT_TRUE_MSG(test, p->acked - acked > 2800, "%u",
			      p->acked - acked);
	/* a full path makes the rounds long in which it hears of it */
	p->per_ms = 500;
	path_run(p, 12000);
	KUNIT_EXPECT_TRUE_MSG(test, p->queue < 60000, "%u", p->queue);
	kunit_kfree(test, p);
}

/* Who has little to say does not take that for the path's rate */
static void bbr_little_to_send_teaches_nothing(struct kunit *test)
{
	struct path *p = path_new(test, 1000, 40);
	u32 rate;

	path_run(p, 3000);
	p->stock = 0;
	p->supply = 100;
	path_run(p, 5000);
	rate = cong_rate(&p->t);
	KUNIT_EXPECT_TRUE_MSG(test, rate > 700000 && rate < 1350000, "%u",
			      rate);
	kunit_kfree(test, p);
}

/* A loss takes nothing for good, a timeout neither */
static void bbr_window_comes_back(struct kunit *test)
{
	struct path *p = path_new(test, 1000, 40);
	struct cong_ack a = { .bytes = MSS };
	u32 cwnd;

	path_run(p, 3000);
	cwnd = p->t.cong.cwnd;
	cong_lost(&p->t);
	KUNIT_EXPECT_EQ(test, p->t.cong.ssthresh, cwnd);
	p->t.cong.recover = p->t.snd.una;
	p->t.cong.cwnd = 20000;
	a.now = 1000000000ull + p->ms * 1000ull;
	a.una = p->t.snd.una;
	cong_acked(&p->t, &a);
	KUNIT_EXPECT_TRUE(test, p->t.cong.cwnd >= cwnd - 5000);
	cong_timeout(&p->t);
	KUNIT_EXPECT_EQ(test, p->t.cong.cwnd, MSS);
	path_run(p, 1000);
	KUNIT_EXPECT_TRUE_MSG(test, p->t.cong.cwnd > 75000, "%u",
			      p->t.cong.cwnd);
	kunit_kfree(test, p);
}

/* It takes no notice of marks: its text may not be marked */
static void bbr_text_is_not_ect(struct kunit *test)
{
	u64 memory[32] = { 0 };
	struct script *s = script_begin(test);

	s->p.cong = &cong_bbr;
	s->p.cong_memory = memory;
	s->p.ecn = 1;
	script_open(s);
	inject_syn(s, "SE.", 1, 60000, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, ANY, RULE_SEND_PUSH);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_NOT_ECT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bbr_finds_rate),
	KUNIT_CASE(bbr_drains_what_startup_queued),
	KUNIT_CASE(bbr_probes_round_trip),
	KUNIT_CASE(bbr_follows_path),
	KUNIT_CASE(bbr_little_to_send_teaches_nothing),
	KUNIT_CASE(bbr_window_comes_back),
	SCRIPT_CASE(bbr_text_is_not_ect),
	{}
};

struct kunit_suite glass_bbr = {
	.name = "glass_bbr",
	.test_cases = cases,
};
