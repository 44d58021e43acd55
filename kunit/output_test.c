// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves and when: rfc9293#section-3.7 and 3.8.6.2.1 (Nagle, the
 * sender's silly windows), the limits of both windows, the segment size.
 */
#include "script.h"
#include "suites.h"

static struct script *window_of(struct kunit *test, u16 wnd)
{
	struct script *s = script_begin(test);

	s->peer_wnd = wnd;
	script_establish(s);
	return s;
}

/* rfc9293: MUST-61, MUST-65 */
static void established_write_pushed_when_idle(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 1);
	expect(s, "P.", 1, 1, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* rfc9293: SHLD-27, MUST-61, SHLD-28 */
static void established_write_cut_in_segments(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 3000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 2001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* Nagle: one small segment in flight at a time, rfc9293#section-3.7.4 */
/* rfc9293: MAY-16, SHLD-27, MUST-60, SHLD-7 */
static void established_small_write_held_until_ack(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 100);
	expect_nothing(s);
	user_writes(s, 50);
	expect_nothing(s);
	inject(s, ".", 1, 0, 101, 10000, RULE_ACK_NEW);
	expect(s, "P.", 101, 150, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* rfc9293: SHLD-28, SHLD-7 */
static void established_small_tail_held_until_ack(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 1500);
	expect(s, ".", 11, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	user_writes(s, 499);
	expect_nothing(s);
	user_writes(s, 1);
	expect(s, "P.", 1011, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* rfc9293: MUST-17 */
static void established_nodelay_sends_at_once(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.nodelay = 1;
	user_writes(s, 1100);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 1001, 100, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 1);
	expect(s, "P.", 1101, 1, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

static void established_peer_window_limits(struct kunit *test)
{
	struct script *s = window_of(test, 2500);

	user_writes(s, 5000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, 3000, RULE_ACK_WINDOW);
	expect(s, ".", 2001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* Even without Nagle the rest of a window is not worth a segment */
/* rfc9293: MUST-38 */
static void established_nodelay_avoids_silly_window(struct kunit *test)
{
	struct script *s = window_of(test, 2400);

	s->t.opt.nodelay = 1;
	user_writes(s, 5000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* A window that was never as large as a segment: half of it will do */
/* rfc9293: MUST-38 */
static void established_half_of_small_window_sent(struct kunit *test)
{
	struct script *s = window_of(test, 600);

	user_writes(s, 5000);
	expect(s, ".", 1, 600, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
	inject(s, ".", 1, 0, 601, 300, RULE_ACK_NEW);
	expect(s, ".", 601, 300, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* The RFC's brackets: with Nagle not while something is in flight */
static void established_half_window_held_by_nagle(struct kunit *test)
{
	struct script *s = window_of(test, 800);

	user_writes(s, 300);
	expect(s, "P.", 1, 300, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 2000);
	expect_nothing(s);
	s->t.opt.nodelay = 1;
	expect(s, ".", 301, 500, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* rfc9293: MUST-1, MUST-19; rfc5681: 3.1 */
static void established_congestion_window_limits(struct kunit *test)
{
	struct script *s = window_of(test, 65535);
	u32 seq;

	user_writes(s, 20000);
	for (seq = 1; seq < 10001; seq += 1000)
		expect(s, ".", seq, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, 65535, RULE_ACK_NEW);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* Several segments at once, to be cut later; a tail goes with the last */
static void established_limit_gives_many_segments(struct kunit *test)
{
	struct script *s = script_established(test);

	s->limit = 4500;
	user_writes(s, 7500);
	expect(s, ".", 1, 4000, 1, 10000, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.piece, 1000);
	expect(s, "P.", 4001, 3500, 1, 10000, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.piece, 1000);
	expect_nothing(s);
	user_writes(s, 1000);
	expect(s, "P.", 7501, 1000, 1, 10000, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.piece, 0);
}

/* A tail that Nagle's algorithm or a cork holds back is not taken along */
static void established_limit_leaves_held_tail(struct kunit *test)
{
	struct script *s = script_established(test);

	s->limit = 5000;
	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 2500);
	expect(s, ".", 101, 2000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 101, 10000, RULE_ACK_NEW);
	expect(s, "P.", 2101, 500, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
	s->t.opt.nodelay = 1;
	s->t.opt.cork = 1;
	user_writes(s, 2500);
	expect(s, ".", 2601, 2000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	user_closes(s);
	expect(s, "FP.", 4601, 500, 1, 10000, RULE_SEND_FIN);
}

/* The FIN goes with the last of several */
static void established_limit_takes_fin_along(struct kunit *test)
{
	struct script *s = script_established(test);

	s->limit = 5000;
	s->t.opt.cork = 1;
	user_writes(s, 900);
	user_closes(s);
	expect(s, "FP.", 1, 900, 1, 10000, RULE_SEND_FIN);

	s = script_established(test);
	s->limit = 5000;
	s->t.more = 1;
	tcb_write(&s->t, 2500);
	user_closes(s);
	expect(s, "FP.", 1, 2500, 1, 10000, RULE_SEND_FIN);
	KUNIT_EXPECT_EQ(test, s->out.piece, 1000);
}

/* Half of the window at a time: the ACKs of one half bring on the other */
static void established_limit_is_half_of_window(struct kunit *test)
{
	struct script *s = window_of(test, 20000);

	s->limit = 60000;
	s->t.cong.cwnd = 60000;
	user_writes(s, 60000);
	expect(s, ".", 1, 10000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 10001, 10000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 10001, 20000, RULE_ACK_NEW);
	expect(s, ".", 20001, 10000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* Of several the first is timed, which may be acknowledged by itself */
static void established_limit_times_first_piece(struct kunit *test)
{
	struct script *s = script_established(test);

	s->limit = 5000;
	user_writes(s, 2000);
	expect(s, "P.", 1, 2000, 1, 10000, RULE_SEND_TEXT);
	passes(s, 150);
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	KUNIT_EXPECT_FALSE(test, s->t.timing);
	/* the SYN took 100 ms */
	KUNIT_EXPECT_EQ(test, s->t.srtt, 106250);
}

/*
 * A small part of the window waits for more to become free, as long as ACKs
 * are sure to come, but not if it is all there is to send, nor if something
 * was lost.
 */
static void established_limit_waits_for_more_window(struct kunit *test)
{
	struct script *s = window_of(test, 20000);

	s->limit = 60000;
	s->t.cong.cwnd = 60000;
	user_writes(s, 33000);
	expect(s, ".", 1, 10000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 10001, 10000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 2001, 20000, RULE_ACK_NEW);
	expect_nothing(s);
	inject(s, ".", 1, 0, 4001, 20000, RULE_ACK_NEW);
	expect_nothing(s);
	inject(s, ".", 1, 0, 6001, 20000, RULE_ACK_NEW);
	expect(s, ".", 20001, 6000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 8001, 20000, RULE_ACK_NEW);
	expect_nothing(s);
	inject(s, ".", 1, 0, 8001, 20000, RULE_ACK_DUP);
	expect(s, ".", 26001, 2000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 13001, 20000, RULE_ACK_NEW);
	expect(s, "P.", 28001, 5000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

static void established_limit_below_mss_means_mss(struct kunit *test)
{
	struct script *s = script_established(test);

	s->limit = 10;
	user_writes(s, 1000);
	expect(s, "P.", 1, 1000, 1, 10000, RULE_SEND_TEXT);
}

/* rfc9293: MUST-16; rfc1191: 3; rfc8201: 4 */
static void established_smaller_path_cuts_smaller(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 2000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	tcb_set_path_mss(&s->t, 600);
	expect(s, ".", 1001, 600, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 1601, 400, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 600, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	tcb_set_path_mss(&s->t, 0);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, MSS_MIN);
}

/* rfc5681#section-4.1: after a pause the window starts anew */
/* rfc5681: 4.1 */
static void established_idle_restarts_window(struct kunit *test)
{
	struct script *s = window_of(test, 65535);
	u32 i;

	s->limit = 20000;
	s->t.cong.cwnd = 40000;
	user_writes(s, 20000);
	expect(s, "P.", 1, 20000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 20001, 65535, RULE_ACK_NEW);
	i = s->t.cong.cwnd;
	KUNIT_EXPECT_GT(test, i, 40000);
	passes(s, 300);
	user_writes(s, 20000);
	expect(s, "P.", 20001, 20000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 40001, 65535, RULE_ACK_NEW);
	passes(s, 100000);
	user_writes(s, 20000);
	expect(s, ".", 40001, 5000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 45001, 5000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

static void established_nothing_to_say(struct kunit *test)
{
	struct script *s = script_established(test);

	expect_nothing(s);
	no_timer(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_write_pushed_when_idle),
	SCRIPT_CASE(established_write_cut_in_segments),
	SCRIPT_CASE(established_small_write_held_until_ack),
	SCRIPT_CASE(established_small_tail_held_until_ack),
	SCRIPT_CASE(established_nodelay_sends_at_once),
	SCRIPT_CASE(established_peer_window_limits),
	SCRIPT_CASE(established_nodelay_avoids_silly_window),
	SCRIPT_CASE(established_half_of_small_window_sent),
	SCRIPT_CASE(established_half_window_held_by_nagle),
	SCRIPT_CASE(established_congestion_window_limits),
	SCRIPT_CASE(established_limit_gives_many_segments),
	SCRIPT_CASE(established_limit_leaves_held_tail),
	SCRIPT_CASE(established_limit_takes_fin_along),
	SCRIPT_CASE(established_limit_is_half_of_window),
	SCRIPT_CASE(established_limit_waits_for_more_window),
	SCRIPT_CASE(established_limit_times_first_piece),
	SCRIPT_CASE(established_limit_below_mss_means_mss),
	SCRIPT_CASE(established_smaller_path_cuts_smaller),
	SCRIPT_CASE(established_idle_restarts_window),
	SCRIPT_CASE(established_nothing_to_say),
	{}
};

struct kunit_suite glass_output = {
	.name = "glass_output",
	.test_cases = cases,
};
