// SPDX-License-Identifier: GPL-2.0
/* Deadlines and the retransmission timer, rfc6298#section-5. */
#include "script.h"
#include "suites.h"

/* Segments of 1000 octets, @n of them, are in flight */
static struct script *in_flight(struct kunit *test, u32 n)
{
	struct script *s = script_established(test);
	u32 i;

	user_writes(s, n * 1000);
	for (i = 0; i < n; i++)
		expect(s, i == n - 1 ? "P." : ".", 1 + i * 1000, 1000, 1,
		       10000, RULE_SEND_TEXT);
	expect_nothing(s);
	return s;
}

/* rfc6298: 5.1 */
static void established_timer_runs_from_first_segment(struct kunit *test)
{
	struct script *s = in_flight(test, 1);

	passes(s, 100);
	user_writes(s, 1000);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	expires(s, 200, RULE_RESEND_RTO);
}

/* rfc9293: MUST-19, MUST-20; rfc6298: 5.5, 5.6 */
static void established_timeouts_back_off_and_end(struct kunit *test)
{
	struct script *s = in_flight(test, 1);
	u32 ms;

	for (ms = 300; ms <= 2400; ms *= 2) {
		expires(s, ms, RULE_RESEND_RTO);
		now_in(s, TCB_ESTABLISHED, ms == 1200 ? V_BAD_PATH : 0);
		expect(s, "P.", 1, 1000, 1, 10000, RULE_RESEND_RTO);
		expect_nothing(s);
	}
	expires(s, 4800, RULE_USER_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

/* rfc6298#section-5.5: the backoff has a ceiling, the count goes on */
/* rfc6298: 2.5, 5.5 */
static void established_backoff_has_ceiling(struct kunit *test)
{
	struct script *s = script_begin(test);
	u32 ms = 300, i;

	s->p.retries = 255;
	script_establish(s);
	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	for (i = 0; i < 255; i++) {
		expires(s, ms, RULE_RESEND_RTO);
		expect(s, "P.", 1, 10, 1, 10000, RULE_RESEND_RTO);
		ms = min(ms * 2, 120000u);
	}
	expires(s, 120000, RULE_USER_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
}

/* Go back to SND.UNA, one segment, then as slow start lets out */
/* rfc6298: 5.4 */
static void established_timeout_goes_back(struct kunit *test)
{
	struct script *s = in_flight(test, 5);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect(s, ".", 2001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	inject(s, ".", 1, 0, 3001, 10000, RULE_ACK_NEW);
	expect(s, ".", 3001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect(s, "P.", 4001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	user_writes(s, 1000);
	inject(s, ".", 1, 0, 5001, 10000, RULE_ACK_NEW);
	expect(s, "P.", 5001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* Only the first was lost: what the ACK covers is not sent again */
static void established_timeout_ack_of_all_skips_rest(struct kunit *test)
{
	struct script *s = in_flight(test, 5);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	inject(s, ".", 1, 0, 5001, 10000, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
}

/* An ACK of new text clears the backoff, rfc6298#section-5.7 and Karn */
/* rfc9293: MUST-18; rfc6298: 3 */
static void established_ack_after_timeout_clears_backoff(struct kunit *test)
{
	struct script *s = in_flight(test, 2);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expires(s, 600, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	passes(s, 5);
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.srtt, 100000);
	expires(s, 300, RULE_RESEND_RTO);
}

static void established_old_ack_keeps_backoff(struct kunit *test)
{
	struct script *s = in_flight(test, 2);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	expect_nothing(s);
	expires(s, 600, RULE_RESEND_RTO);
}

static void established_deadlines_are_independent(struct kunit *test)
{
	struct script *s = in_flight(test, 1);

	passes(s, 290);
	inject(s, "P.", 1, 10, 1, 9000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	expires(s, 10, RULE_RESEND_RTO);
	/* the text sent again carries the delayed ACK */
	expect(s, "P.", 1, 1000, 11, 9990, RULE_RESEND_RTO);
	expect_nothing(s);
	expires(s, 600, RULE_RESEND_RTO);
}

static void established_timeout_too_early_does_nothing(struct kunit *test)
{
	struct script *s = in_flight(test, 1);

	passes(s, 299);
	tcb_timeout(&s->t, s->now, &s->v);
	KUNIT_EXPECT_EQ(test, s->v.rule, RULE_NONE);
	now_in(s, TCB_ESTABLISHED, 0);
	expect_nothing(s);
	expires(s, 1, RULE_RESEND_RTO);
}

/* However late the caller is, an expiry counts once */
static void established_timeout_late_counts_once(struct kunit *test)
{
	struct script *s = in_flight(test, 1);

	s->now += 100000000;
	tcb_timeout(&s->t, s->now, &s->v);
	KUNIT_EXPECT_EQ(test, s->v.rule, RULE_RESEND_RTO);
	expect(s, "P.", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	expires(s, 600, RULE_RESEND_RTO);
}

/* Deadlines are 32 bits of milliseconds: once in 49 days they wrap */
static void established_deadline_across_clock_wrap(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->now = ((1ull << 32) - 200) * 1000;
	script_establish(s);
	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	passes(s, 50);
	inject(s, "P.", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 11, 0, 11, 9990, RULE_ACK_DELAYED);
	expires(s, 210, RULE_RESEND_RTO);
	expect(s, "P.", 1, 10, 11, 9990, RULE_RESEND_RTO);
}

static void established_no_deadline(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 when = 77;

	KUNIT_EXPECT_FALSE(test, tcb_deadline(&s->t, &when));
	KUNIT_EXPECT_EQ(test, when, 77);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_timer_runs_from_first_segment),
	SCRIPT_CASE(established_timeouts_back_off_and_end),
	SCRIPT_CASE(established_backoff_has_ceiling),
	SCRIPT_CASE(established_timeout_goes_back),
	SCRIPT_CASE(established_timeout_ack_of_all_skips_rest),
	SCRIPT_CASE(established_ack_after_timeout_clears_backoff),
	SCRIPT_CASE(established_old_ack_keeps_backoff),
	SCRIPT_CASE(established_deadlines_are_independent),
	SCRIPT_CASE(established_timeout_too_early_does_nothing),
	SCRIPT_CASE(established_timeout_late_counts_once),
	SCRIPT_CASE(established_deadline_across_clock_wrap),
	SCRIPT_CASE(established_no_deadline),
	{}
};

struct kunit_suite glass_timer = {
	.name = "glass_timer",
	.test_cases = cases,
};
