// SPDX-License-Identifier: GPL-2.0
/*
 * How long is long enough: R1 and R2 of rfc9293#section-3.8.3, the user's own
 * timeout (rfc5482), and what is left to a connection without a user.
 */
#include "script.h"
#include "suites.h"

static struct script *with(struct kunit *test, u32 user_timeout)
{
	struct script *s = script_begin(test);

	s->p.opt.user_timeout = user_timeout;
	return s;
}

static void timed_out(struct script *s, u32 ms)
{
	expires(s, ms, RULE_USER_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

static void write_ten(struct script *s)
{
	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* Counted from when the text left; rfc9293: MUST-21; rfc5482: 3.1 */
static void established_user_timeout_ends_it(struct kunit *test)
{
	struct script *s = with(test, 1000);

	script_establish(s);
	passes(s, 5000);
	write_ten(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	expires(s, 600, RULE_RESEND_RTO);
	expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	timed_out(s, 100);
}

/* Shorter than the RTO: nothing is sent twice */
static void established_user_timeout_before_rto(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.user_timeout = 50;
	write_ten(s);
	timed_out(s, 50);
}

/* The administrator's limit of the RTO, backoff included */
/* rfc6298: 2.5, 5.5 */
static void established_rto_max_ends_backoff(struct kunit *test)
{
	struct script *s = script_begin(test);
	int i;

	s->policy.rto_max_ms = 1000;
	script_establish(s);
	write_ten(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	expires(s, 600, RULE_RESEND_RTO);
	expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	for (i = 0; i < 2; i++) {
		expires(s, 1000, RULE_RESEND_RTO);
		expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	}
	timed_out(s, 1000);
}

/* ... of a SYN too, and of what rfc6298#section-5.7 makes of its loss */
static void syn_sent_rto_max_ends_backoff(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.rto_max_ms = 1000;
	script_open(s);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	KUNIT_EXPECT_EQ(test, s->t.rto, 1000000);
}

/* A probe of a closed window waits as long as a retransmission */
static void established_rto_max_ends_persist_backoff(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.rto_max_ms = 1000;
	script_establish(s);
	inject(s, ".", 1, 0, 1, 0, RULE_ACK_WINDOW);
	user_writes(s, 10);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	s->t.cong.backoff = 10;
	expires(s, 600, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	expires(s, 1000, RULE_SEND_PROBE);
}

/* The RTO is no less than the administrator says, once there is a sample */
/* rfc6298: 2.4 */
static void established_rto_min_is_the_least(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.rto_min_us = 2000000;
	script_establish(s);
	write_ten(s);
	expires(s, 2000, RULE_RESEND_RTO);
	expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	expires(s, 4000, RULE_RESEND_RTO);
}

/* An ACK of anything new is patience for what is left */
static void established_user_timeout_starts_anew(struct kunit *test)
{
	struct script *s = with(test, 1000);

	script_establish(s);
	write_ten(s);
	passes(s, 100);
	user_writes(s, 10);
	inject(s, ".", 1, 0, 11, 10000, RULE_ACK_NEW);
	expect(s, "P.", 11, 10, 1, 10000, RULE_SEND_PUSH);
	expires(s, 250, RULE_RESEND_RTO);
	expect(s, "P.", 11, 10, 1, 10000, RULE_RESEND_RTO);
	expires(s, 500, RULE_RESEND_RTO);
	expect(s, "P.", 11, 10, 1, 10000, RULE_RESEND_RTO);
	timed_out(s, 250);
}

/* R2 would have come long ago; rfc9293: MUST-21; rfc5482: 3.1 */
static void established_user_timeout_outlasts_r2(struct kunit *test)
{
	struct script *s = with(test, 20000);
	u32 ms;

	script_establish(s);
	write_ten(s);
	for (ms = 300; ms <= 9600; ms *= 2) {
		expires(s, ms, RULE_RESEND_RTO);
		expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	}
	timed_out(s, 20000 - 18900);
}

/* Nobody is left who asked for it */
static void orphan_user_timeout_keeps_its_own(struct kunit *test)
{
	struct script *s = with(test, 1000000);
	u32 ms, times;

	script_establish(s);
	write_ten(s);
	tcb_orphan(&s->t, s->now);
	for (ms = 300, times = 0; times < ORPHAN_RETRIES; ms *= 2, times++) {
		expires(s, ms, RULE_RESEND_RTO);
		expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
	}
	timed_out(s, ms);
}

/* Nothing unacknowledged, nothing to be impatient about */
static void established_user_timeout_needs_text(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.user_timeout = 50;
	no_timer(s);
	write_ten(s);
	inject(s, ".", 1, 0, 11, 10000, RULE_ACK_NEW);
	no_timer(s);
}

/* Who answers but takes nothing may go on for ever; rfc5482: 3.1 */
static void closed_window_user_timeout_ends_it(struct kunit *test)
{
	struct script *s = with(test, 1000);

	script_establish(s);
	inject(s, ".", 1, 0, 1, 0, RULE_ACK_WINDOW);
	user_writes(s, 10);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, 0, RULE_ACK_SAME);
	expires(s, 600, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, 0, RULE_ACK_SAME);
	timed_out(s, 100);
}

/* rfc9293: MUST-21; rfc5482: 3.1 */
static void syn_sent_user_timeout_ends_it(struct kunit *test)
{
	struct script *s = with(test, 2500);

	script_open(s);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	now_in(s, TCB_SYN_SENT, 0);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	timed_out(s, 1500);
}

/* Keepalives: the silence counts then, not the questions */
static void idle_user_timeout_ends_it(struct kunit *test)
{
	struct script *s = with(test, 15000);

	s->p.opt.keepalive = 1;
	s->p.opt.keep_idle = 10;
	s->p.opt.keep_intvl = 2;
	s->p.opt.keep_probes = 1;
	script_establish(s);
	expires(s, 10000, RULE_SEND_KEEPALIVE);
	expect(s, ".", 0, 0, 1, 10000, RULE_SEND_KEEPALIVE);
	expires(s, 2000, RULE_SEND_KEEPALIVE);
	expect(s, ".", 0, 0, 1, 10000, RULE_SEND_KEEPALIVE);
	expires(s, 2000, RULE_SEND_KEEPALIVE);
	expect(s, ".", 0, 0, 1, 10000, RULE_SEND_KEEPALIVE);
	expires(s, 2000, RULE_KEEPALIVE_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
}

/* The user's count of SYNs, not the administrator's; rfc9293: MUST-21 */
static void syn_sent_user_chooses_retries(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.opt.syn_retries = 1;
	script_open(s);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	timed_out(s, 2000);
}

static void orphan(struct script *s)
{
	script_establish(s);
	user_closes(s);
	user_leaves(s);
	expect(s, "F.", 1, 0, 1, 10000, RULE_SEND_FIN);
}

static void orphan_retries_are_the_administrators(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.orphan_retries = 2;
	orphan(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "F.", 1, 0, 1, 10000, RULE_RESEND_RTO);
	expires(s, 600, RULE_RESEND_RTO);
	expect(s, "F.", 1, 0, 1, 10000, RULE_RESEND_RTO);
	timed_out(s, 1200);
}

static void orphan_fin_timeout(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.fin_timeout = 7;
	orphan(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	expires(s, 7000, RULE_ORPHAN_TIMEOUT);
	now_in(s, TCB_CLOSED, V_DEAD);
	expect_nothing(s);
}

/* Short, but not so short that one lost FIN would end it */
static void orphan_fin_timeout_outlasts_rto(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.fin_timeout = 0;
	orphan(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	/* three and a half times the RTO, which is 225 ms by now */
	expires(s, s->t.rto / 1000 * 7 / 2, RULE_ORPHAN_TIMEOUT);
	now_in(s, TCB_CLOSED, V_DEAD);
}

static void orphan_linger2(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.opt.linger2 = 3;
	orphan(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	expires(s, 3000, RULE_ORPHAN_TIMEOUT);
}

/* No FIN-WAIT-2 at all: the peer hears that nobody is left */
static void orphan_linger2_negative_resets(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.opt.linger2 = -1;
	orphan(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	expires(s, 0, RULE_ORPHAN_TIMEOUT);
	now_in(s, TCB_CLOSED, V_DEAD);
	expect(s, "R.", 2, 0, 1, 0, RULE_ORPHAN_TIMEOUT);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_user_timeout_ends_it),
	SCRIPT_CASE(established_user_timeout_before_rto),
	SCRIPT_CASE(established_rto_max_ends_backoff),
	SCRIPT_CASE(syn_sent_rto_max_ends_backoff),
	SCRIPT_CASE(established_rto_max_ends_persist_backoff),
	SCRIPT_CASE(established_rto_min_is_the_least),
	SCRIPT_CASE(established_user_timeout_starts_anew),
	SCRIPT_CASE(established_user_timeout_outlasts_r2),
	SCRIPT_CASE(orphan_user_timeout_keeps_its_own),
	SCRIPT_CASE(established_user_timeout_needs_text),
	SCRIPT_CASE(closed_window_user_timeout_ends_it),
	SCRIPT_CASE(syn_sent_user_timeout_ends_it),
	SCRIPT_CASE(idle_user_timeout_ends_it),
	SCRIPT_CASE(syn_sent_user_chooses_retries),
	SCRIPT_CASE(orphan_retries_are_the_administrators),
	SCRIPT_CASE(orphan_fin_timeout),
	SCRIPT_CASE(orphan_fin_timeout_outlasts_rto),
	SCRIPT_CASE(orphan_linger2),
	SCRIPT_CASE(orphan_linger2_negative_resets),
	{}
};

struct kunit_suite glass_patience = {
	.name = "glass_patience",
	.test_cases = cases,
};
