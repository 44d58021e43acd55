// SPDX-License-Identifier: GPL-2.0
/*
 * Closed and silly send windows: the persist timer and its probes,
 * rfc9293#section-3.8.6.1, rfc1122#section-4.2.2.17.
 */
#include "script.h"
#include "suites.h"

/* The peer closes its window while nothing is in flight; text waits */
static struct script *probing(struct kunit *test, u32 bytes)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 0, 1, 0, RULE_ACK_WINDOW);
	user_writes(s, bytes);
	expect_nothing(s);
	return s;
}

/* The probe leaves and its answer says that the window is still closed */
static void probe_refused(struct script *s, u32 ms)
{
	expires(s, ms, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	passes(s, 50);
	inject(s, ".", 1, 0, 1, 0, RULE_ACK_SAME);
	expect_nothing(s);
}

/* rfc9293: MUST-36, SHLD-29, SHLD-30, MUST-37 */
static void closed_window_probed_with_backoff(struct kunit *test)
{
	struct script *s = probing(test, 3000);
	u32 ms;

	probe_refused(s, 300);
	for (ms = 600; ms < 120000; ms *= 2)
		probe_refused(s, ms - 50);
	/* at last every two minutes, for as long as the peer answers */
	probe_refused(s, 120000 - 50);
	probe_refused(s, 120000 - 50);
	now_in(s, TCB_ESTABLISHED, 0);
}

static void closed_window_silent_peer_times_out(struct kunit *test)
{
	struct script *s = probing(test, 3000);
	u32 ms;

	for (ms = 300; ms <= 2400; ms *= 2) {
		expires(s, ms, RULE_SEND_PROBE);
		expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
		expect_nothing(s);
	}
	expires(s, 4800, RULE_USER_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
	expect_nothing(s);
}

/* The answers repeat an ACK, but nothing was lost: rfc5681#section-2 */
static void closed_window_answers_are_no_duplicates(struct kunit *test)
{
	struct script *s = probing(test, 3000);
	u32 cwnd = s->t.cong.cwnd;

	probe_refused(s, 300);
	probe_refused(s, 550);
	probe_refused(s, 1150);
	probe_refused(s, 2350);
	KUNIT_EXPECT_EQ(test, s->t.cong.dup_acks, 0);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, cwnd);
}

static void closed_window_opens_text_goes(struct kunit *test)
{
	struct script *s = probing(test, 3000);

	probe_refused(s, 300);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_WINDOW);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 2001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
}

static void closed_window_probe_taken(struct kunit *test)
{
	struct script *s = probing(test, 3000);

	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	inject(s, ".", 1, 0, 2, 0, RULE_ACK_NEW);
	now_in(s, TCB_ESTABLISHED, V_WRITABLE);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 2, 1, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
}

/* Nothing waits any more: no clock, no backoff left behind */
static void closed_window_probe_of_last_octet_taken(struct kunit *test)
{
	struct script *s = probing(test, 1);

	expires(s, 300, RULE_SEND_PROBE);
	expect(s, "P.", 1, 1, 1, 10000, RULE_SEND_PROBE);
	inject(s, ".", 1, 0, 2, 0, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
	KUNIT_EXPECT_EQ(test, s->t.cong.backoff, 0);
}

/* Beyond the edge the peer would drop it with its ACK: rfc9293#section-3.10.7.4 */
static void closed_window_ack_stands_before_probe(struct kunit *test)
{
	struct script *s = probing(test, 3000);

	probe_refused(s, 300);
	inject(s, ".", 1, 1000, 1, 0, RULE_TEXT_IN_ORDER);
	inject(s, ".", 1001, 1000, 1, 0, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2001, 8000, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
}

/* So does the RST */
static void closed_window_abort_stands_before_probe(struct kunit *test)
{
	struct script *s = probing(test, 3000);

	probe_refused(s, 300);
	user_aborts(s);
	expect(s, "R.", 1, 0, 1, ANY, RULE_SEND_RST_ABORT);
	expect_nothing(s);
}

static void closed_window_fin_probes(struct kunit *test)
{
	struct script *s = probing(test, 0);

	user_closes(s);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, "F.", 1, 0, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	expires(s, 600, RULE_SEND_PROBE);
	expect(s, "F.", 1, 0, 1, 10000, RULE_SEND_PROBE);
	inject(s, ".", 1, 0, 2, 0, RULE_ACK_FIN_WAIT_2);
	now_in(s, TCB_FIN_WAIT_2, V_WRITABLE);
	expect_nothing(s);
	no_timer(s);
}

static void closed_window_text_before_fin_probes(struct kunit *test)
{
	struct script *s = probing(test, 1);

	user_closes(s);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, "P.", 1, 1, 1, 10000, RULE_SEND_PROBE);
	inject(s, ".", 1, 0, 2, 0, RULE_ACK_NEW);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, "F.", 2, 0, 1, 10000, RULE_SEND_PROBE);
}

/* The override of rfc9293#section-3.8.6.2.1: all that a silly window takes */
/* rfc9293: MUST-60 */
static void silly_window_used_after_a_while(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 0, 1, 10, RULE_ACK_WINDOW);
	user_writes(s, 3000);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 10, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	inject(s, ".", 1, 0, 11, 20, RULE_ACK_NEW);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 11, 20, 1, 10000, RULE_SEND_PROBE);
}

/* When it is used at last, the probes' backoff is not the RTO's */
static void silly_window_opens_clears_backoff(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 0, 1, 10, RULE_ACK_WINDOW);
	user_writes(s, 3000);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 10, 1, 10000, RULE_SEND_PROBE);
	expires(s, 600, RULE_SEND_PROBE);
	expect(s, ".", 1, 10, 1, 10000, RULE_SEND_PROBE);
	inject(s, ".", 1, 0, 1, 1500, RULE_ACK_WINDOW);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
}

/* A peer that talks all the time must not put the probe off for ever */
static void silly_window_not_postponed_by_acks(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 0, 1, 10, RULE_ACK_WINDOW);
	user_writes(s, 3000);
	expect_nothing(s);
	passes(s, 200);
	inject(s, ".", 1, 0, 1, 11, RULE_ACK_WINDOW);
	expect_nothing(s);
	passes(s, 99);
	inject(s, ".", 1, 0, 1, 12, RULE_ACK_WINDOW);
	expect_nothing(s);
	expires(s, 1, RULE_SEND_PROBE);
	expect(s, ".", 1, 12, 1, 10000, RULE_SEND_PROBE);
}

/* After a probe a window that is too small is still not worth a segment */
static void silly_window_after_probe_avoided(struct kunit *test)
{
	struct script *s = probing(test, 3000);

	probe_refused(s, 300);
	inject(s, ".", 1, 0, 1, 10, RULE_ACK_WINDOW);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 10, 1, 10000, RULE_SEND_PROBE);
}

/* The window closes over what is in flight: first the RTO, then probes */
/* rfc9293: MUST-34, MUST-35 */
static void closed_window_over_text_in_flight(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 2000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	passes(s, 100);
	inject(s, ".", 1, 0, 1001, 0, RULE_ACK_NEW);
	expect_nothing(s);
	expires(s, 250, RULE_RESEND_RTO);
	expect_nothing(s);
	expires(s, 500, RULE_SEND_PROBE);
	expect(s, ".", 1001, 1, 1, 10000, RULE_SEND_PROBE);
	expect_nothing(s);
	/* part of it had arrived, part was refused */
	inject(s, ".", 1, 0, 1501, 0, RULE_ACK_NEW);
	expect_nothing(s);
	expires(s, 250, RULE_SEND_PROBE);
	expect(s, ".", 1501, 1, 1, 10000, RULE_SEND_PROBE);
	inject(s, ".", 1, 0, 2001, 0, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
}

static void closed_window_in_syn_ack(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->peer_wnd = 0;
	script_establish(s);
	user_writes(s, 100);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	inject(s, ".", 1, 0, 2, 5000, RULE_ACK_NEW);
	expect(s, "P.", 2, 99, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(closed_window_probed_with_backoff),
	SCRIPT_CASE(closed_window_silent_peer_times_out),
	SCRIPT_CASE(closed_window_answers_are_no_duplicates),
	SCRIPT_CASE(closed_window_opens_text_goes),
	SCRIPT_CASE(closed_window_probe_taken),
	SCRIPT_CASE(closed_window_probe_of_last_octet_taken),
	SCRIPT_CASE(closed_window_ack_stands_before_probe),
	SCRIPT_CASE(closed_window_abort_stands_before_probe),
	SCRIPT_CASE(closed_window_fin_probes),
	SCRIPT_CASE(closed_window_text_before_fin_probes),
	SCRIPT_CASE(silly_window_used_after_a_while),
	SCRIPT_CASE(silly_window_opens_clears_backoff),
	SCRIPT_CASE(silly_window_not_postponed_by_acks),
	SCRIPT_CASE(silly_window_after_probe_avoided),
	SCRIPT_CASE(closed_window_over_text_in_flight),
	SCRIPT_CASE(closed_window_in_syn_ack),
	{}
};

struct kunit_suite glass_persist = {
	.name = "glass_persist",
	.test_cases = cases,
};
