// SPDX-License-Identifier: GPL-2.0
/*
 * Keepalives, rfc9293#section-3.8.4: when they are sent, what answers them,
 * when the peer is given up.
 */
#include "script.h"
#include "suites.h"

#define TWO_HOURS	7200000
#define INTERVAL	75000

/* ESTABLISHED with keepalives, nothing heard since the SYN/ACK */
static struct script *idle(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.opt.keepalive = 1;
	script_establish(s);
	return s;
}

static void probe(struct script *s, u32 ms)
{
	expires(s, ms, RULE_SEND_KEEPALIVE);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 0, 0, 1, 10000, RULE_SEND_KEEPALIVE);
	expect_nothing(s);
}

/* rfc9293: MUST-25 */
static void established_keepalive_is_off(struct kunit *test)
{
	struct script *s = script_established(test);

	no_timer(s);
	passes(s, 2 * TWO_HOURS);
	expect_nothing(s);
}

/* rfc9293: MAY-5, MUST-24, MUST-28, SHLD-12 */
static void established_idle_for_two_hours_is_probed(struct kunit *test)
{
	probe(idle(test), TWO_HOURS);
}

/* One without an answer is not the end, nine are; rfc9293: MUST-29 */
static void established_silent_peer_times_out(struct kunit *test)
{
	struct script *s = idle(test);
	int i;

	probe(s, TWO_HOURS);
	for (i = 1; i < 9; i++)
		probe(s, INTERVAL);
	expires(s, INTERVAL, RULE_KEEPALIVE_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
	expect(s, "R.", 1, 0, 1, 0, RULE_KEEPALIVE_TIMEOUT);
	expect_nothing(s);
	no_timer(s);
}

/* The answer to the last of them is enough for two hours more */
static void established_answer_starts_anew(struct kunit *test)
{
	struct script *s = idle(test);
	int i;

	probe(s, TWO_HOURS);
	for (i = 1; i < 9; i++)
		probe(s, INTERVAL);
	passes(s, 100);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_SAME);
	expect_nothing(s);
	expires(s, INTERVAL - 100, RULE_NONE);
	probe(s, TWO_HOURS - (INTERVAL - 100));
	probe(s, INTERVAL);
}

/* Whatever was received meanwhile puts it off; rfc9293: MUST-26 */
static void established_text_puts_it_off(struct kunit *test)
{
	struct script *s = idle(test);

	passes(s, 1000000);
	inject(s, ".", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	user_reads(s, 10);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 11, ANY, RULE_ACK_DELAYED);
	expect_nothing(s);
	expires(s, TWO_HOURS - 1000040, RULE_NONE);
	expires(s, 1000000, RULE_SEND_KEEPALIVE);
	expect(s, ".", 0, 0, 11, ANY, RULE_SEND_KEEPALIVE);
	expect_nothing(s);
}

/* What the peer cannot have sent is no sign of life */
static void established_unacceptable_does_not_count(struct kunit *test)
{
	struct script *s = idle(test);

	passes(s, 1000000);
	inject(s, ".", 20001, 0, 1, 10000, RULE_SEQ_WINDOW);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_WINDOW);
	probe(s, TWO_HOURS - 1000000);
}

/* Never while text is in flight: its own timer asks; rfc9293: MUST-26 */
static void established_text_in_flight_is_not_probed(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.opt.keepalive = 1;
	s->p.opt.keep_idle = 1;
	script_establish(s);
	passes(s, 999);
	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
	expires(s, 1, RULE_NONE);
	expires(s, 299, RULE_RESEND_RTO);
	expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	passes(s, 100);
	inject(s, ".", 1, 0, 11, 10000, RULE_ACK_NEW);
	expect_nothing(s);
	expires(s, 601, RULE_NONE);
	expires(s, 399, RULE_SEND_KEEPALIVE);
	expect(s, ".", 10, 0, 1, 10000, RULE_SEND_KEEPALIVE);
	expect_nothing(s);
}

/* A closed window is the persist timer's; rfc9293: MUST-26 */
static void closed_window_is_not_probed_twice(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.opt.keepalive = 1;
	s->p.opt.keep_idle = 1;
	script_establish(s);
	inject(s, ".", 1, 0, 1, 0, RULE_ACK_WINDOW);
	user_writes(s, 10);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	expires(s, 600, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	expires(s, 100, RULE_NONE);
	expect_nothing(s);
}

/* rfc9293: MUST-24, MUST-25 */
static void established_turned_on_and_off(struct kunit *test)
{
	struct script *s = script_established(test);

	passes(s, 5000);
	keepalive_set(&s->t, true, s->now);
	passes(s, 5000);
	keepalive_set(&s->t, false, s->now);
	no_timer(s);
	keepalive_set(&s->t, true, s->now);
	probe(s, TWO_HOURS);
}

/* The silence so far counts: there is no other start; rfc9293: MUST-27 */
static void established_idle_time_is_changed(struct kunit *test)
{
	struct script *s = idle(test);

	passes(s, 60000);
	keepalive_set_idle(&s->t, 100, s->now);
	s->t.opt.keep_intvl = 7;
	s->t.opt.keep_probes = 2;
	probe(s, 40000);
	probe(s, 7000);
	expires(s, 7000, RULE_KEEPALIVE_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
	expect(s, "R.", 1, 0, 1, 0, RULE_KEEPALIVE_TIMEOUT);
}

static void established_idle_time_is_over_at_once(struct kunit *test)
{
	struct script *s = idle(test);

	passes(s, 60000);
	keepalive_set_idle(&s->t, 60, s->now);
	probe(s, 0);
}

/* It holds for connections that are open, too; rfc9293: MUST-27 */
static void established_policy_changes(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.keepalive_time = 100;
	s->p.opt.keepalive = 1;
	script_establish(s);
	s->policy.keepalive_time = 200;
	s->policy.keepalive_intvl = 10;
	s->policy.keepalive_probes = 1;
	expires(s, 100000, RULE_NONE);
	probe(s, 100000);
	expires(s, 10000, RULE_KEEPALIVE_TIMEOUT);
}

/* Before the connection opens there is nothing to keep alive */
static void syn_sent_turned_on_waits(struct kunit *test)
{
	struct script *s = script_begin(test);

	script_open(s);
	keepalive_set(&s->t, true, s->now);
	keepalive_set_idle(&s->t, 10, s->now);
	passes(s, 100);
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, 10000, RULE_SYN_SENT_SYN_ACK);
	probe(s, 10000);
}

/* Half closed by the peer: the question is as good as before */
static void close_wait_is_probed(struct kunit *test)
{
	struct script *s = script_close_wait(test);

	keepalive_set(&s->t, true, s->now);
	expires(s, TWO_HOURS, RULE_SEND_KEEPALIVE);
	expect(s, ".", 0, 0, 2, ANY, RULE_SEND_KEEPALIVE);
}

/* Our FIN is acknowledged: the octet before SND.NXT is that FIN */
static void fin_wait_2_is_probed(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	keepalive_set(&s->t, true, s->now);
	expires(s, TWO_HOURS, RULE_SEND_KEEPALIVE);
	expect(s, ".", 1, 0, 1, ANY, RULE_SEND_KEEPALIVE);
	expect_nothing(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_SAME);
	expires(s, INTERVAL, RULE_NONE);
}

static void orphan_is_not_probed(struct kunit *test)
{
	struct script *s = idle(test);

	user_closes(s);
	expect(s, "F.", 1, 0, 1, 10000, RULE_SEND_FIN);
	user_leaves(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	expires(s, 60000, RULE_ORPHAN_TIMEOUT);
	now_in(s, TCB_CLOSED, V_DEAD);
}

/* The other side: a keepalive is below RCV.NXT and asks for an ACK */
static void established_peers_probe_is_answered(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 0, 0, 1, 10000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_OLD);
	expect_nothing(s);
	/* MAY-6: some send an octet of garbage */
	inject(s, ".", 0, 1, 1, 10000, RULE_SEQ_OLD);
	kept(s, 0, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_OLD);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_keepalive_is_off),
	SCRIPT_CASE(established_idle_for_two_hours_is_probed),
	SCRIPT_CASE(established_silent_peer_times_out),
	SCRIPT_CASE(established_answer_starts_anew),
	SCRIPT_CASE(established_text_puts_it_off),
	SCRIPT_CASE(established_unacceptable_does_not_count),
	SCRIPT_CASE(established_text_in_flight_is_not_probed),
	SCRIPT_CASE(closed_window_is_not_probed_twice),
	SCRIPT_CASE(established_turned_on_and_off),
	SCRIPT_CASE(established_idle_time_is_changed),
	SCRIPT_CASE(established_idle_time_is_over_at_once),
	SCRIPT_CASE(established_policy_changes),
	SCRIPT_CASE(syn_sent_turned_on_waits),
	SCRIPT_CASE(close_wait_is_probed),
	SCRIPT_CASE(fin_wait_2_is_probed),
	SCRIPT_CASE(orphan_is_not_probed),
	SCRIPT_CASE(established_peers_probe_is_answered),
	{}
};

struct kunit_suite glass_keepalives = {
	.name = "glass_keepalive",
	.test_cases = cases,
};
