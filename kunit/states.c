// SPDX-License-Identifier: GPL-2.0
/*
 * Where scripts start: each state of rfc9293#section-3.3.2 reached from the
 * one before it, by the segments and calls that lead there.
 *
 * The handshake takes 100 ms, so the RTO is 300 ms after it; both ends use
 * an MSS of 1000 and a window of 10000, and the first congestion window is
 * ten segments.
 */
#include "script.h"

#define HELD_MAX 8
#define LOSS_MAX 32

struct script *script_begin(struct kunit *test)
{
	struct script *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	const struct isn *isn = isn_of(test);

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->held = kunit_kzalloc(test, sizeof(*s->held) +
				HELD_MAX * sizeof(s->held->r[0]), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->held);
	s->held->cap = HELD_MAX;
	s->loss = kunit_kzalloc(test, sizeof(*s->loss) +
				LOSS_MAX * sizeof(s->loss->r[0]), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->loss);
	loss_init(s->loss, LOSS_MAX);
	s->test = test;
	s->now = STORY_START_US;
	s->iss = isn->iss;
	s->irs = isn->irs;
	s->policy = tcb_policy_default;
	s->p = (struct tcb_params){
		.policy = &s->policy,
		.iss = isn->iss,
		.buff = 10000,
		.adv_mss = 1000,
		.path_mss = 1000,
		.default_mss = 536,
		.syn_retries = 3,
		.retries = 4,
	};
	s->peer_mss = 1000;
	s->peer_shift = -1;
	s->peer_wnd = 10000;
	return s;
}

/* SYN-SENT: the SYN has left */
void script_open(struct script *s)
{
	bool ecn = s->p.ecn == 1 || (s->p.cong && s->p.cong->needs_ecn);

	tcb_init(&s->t, &s->p);
	s->t.held = s->held;
	s->t.loss = s->loss;
	tcb_open(&s->t);
	expect_syn(s, ecn ? "SEW" : "S", s->p.adv_mss,
		   s->p.wscale ? handshake_shift(&s->p) : -1,
		   min(s->p.buff, 65535u), RULE_SEND_SYN);
	expect_nothing(s);
}

/* ESTABLISHED: the SYN/ACK came after 100 ms and is acknowledged */
void script_establish(struct script *s)
{
	script_open(s);
	passes(s, 100);
	inject_syn(s, "S.", 1, s->peer_wnd, RULE_SYN_SENT_SYN_ACK);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	expect_nothing(s);
	if (!s->p.opt.keepalive)
		no_timer(s);
}

struct script *script_established(struct kunit *test)
{
	struct script *s = script_begin(test);

	script_establish(s);
	return s;
}

/*
 * ESTABLISHED, ten segments in flight and @more octets queued behind them;
 * with @sack the peer reports what arrives
 */
struct script *script_in_flight(struct kunit *test, bool sack, u32 more)
{
	struct script *s = script_begin(test);
	u32 seq;

	s->p.sack = sack;
	s->p.dsack = sack;
	s->peer_sack = sack;
	s->peer_wnd = SCRIPT_FLIGHT_WND;
	script_establish(s);
	user_writes(s, 10000 + more);
	for (seq = 1; seq < 10001; seq += 1000)
		expect(s, !more && seq == 9001 ? "P." : ".", seq, 1000, 1,
		       10000, RULE_SEND_TEXT);
	expect_nothing(s);
	return s;
}

/* The same, of which the third to the eighth arrive; the first two left again */
struct script *script_two_lost(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_sacks(s, 2001, 8001);
	peer_reports(s, 1, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RACK);
	return s;
}

/*
 * ESTABLISHED on a path of 1400 octets, of which @policy, or one that always
 * searches and begins at 1000, has its own opinion
 */
struct script *script_searching(struct kunit *test, bool sack,
				const struct tcb_policy *policy)
{
	struct script *s = script_begin(test);

	if (policy) {
		s->policy = *policy;
	} else {
		s->policy.mtu_probing = 2;
		s->policy.base_mss = 1000;
	}
	s->p.adv_mss = 1400;
	s->p.path_mss = 1400;
	s->peer_mss = 1400;
	s->p.sack = sack;
	s->p.dsack = sack;
	s->peer_sack = sack;
	s->peer_wnd = SCRIPT_FLIGHT_WND;
	script_establish(s);
	return s;
}

/* The same: 2001 to 10001 are in flight, a probe of 1200 and two behind it */
struct script *script_probing(struct kunit *test, bool sack)
{
	struct script *s = script_searching(test, sack, NULL);
	u32 seq;

	user_writes(s, 40000);
	for (seq = 1; seq < 10001; seq += 1000)
		expect(s, ".", seq, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	passes(s, 50);
	peer_reports(s, 2001, RULE_ACK_NEW);
	expect(s, ".", 10001, 1200, 1, 10000, RULE_SEND_MTU_PROBE);
	expect(s, ".", 11201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 12201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	return s;
}

/* SYN-RECEIVED as a TCB knows it: both ends opened at once */
struct script *script_syn_received(struct kunit *test)
{
	struct script *s = script_begin(test);

	script_open(s);
	passes(s, 100);
	inject_syn(s, "S", 0, s->peer_wnd, RULE_SYN_SENT_SYN);
	now_in(s, TCB_SYN_RECEIVED, 0);
	expect_syn(s, "S.", 1000, -1, 10000, RULE_SEND_SYN_ACK);
	expect_nothing(s);
	return s;
}

struct script *script_fin_wait_1(struct kunit *test)
{
	struct script *s = script_established(test);

	user_closes(s);
	now_in(s, TCB_FIN_WAIT_1, 0);
	expect(s, "F.", 1, 0, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
	return s;
}

struct script *script_fin_wait_2(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	now_in(s, TCB_FIN_WAIT_2, V_WRITABLE);
	expect_nothing(s);
	no_timer(s);
	return s;
}

struct script *script_close_wait(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "F.", 1, 0, 1, 10000, RULE_FIN_CLOSE_WAIT);
	now_in(s, TCB_CLOSE_WAIT, V_PEER_CLOSED);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 2, 9999, RULE_ACK_DELAYED);
	expect_nothing(s);
	return s;
}

struct script *script_closing(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	inject(s, "F.", 1, 0, 1, 10000, RULE_FIN_CLOSING);
	now_in(s, TCB_CLOSING, V_PEER_CLOSED);
	expect(s, ".", 2, 0, 2, 9999, RULE_FIN_CLOSING);
	expect_nothing(s);
	return s;
}

struct script *script_last_ack(struct kunit *test)
{
	struct script *s = script_close_wait(test);

	user_closes(s);
	now_in(s, TCB_LAST_ACK, 0);
	expect(s, "F.", 1, 0, 2, 9999, RULE_SEND_FIN);
	expect_nothing(s);
	return s;
}
