// SPDX-License-Identifier: GPL-2.0
/*
 * The receive window: never shrinks, opens in steps worth telling,
 * rfc9293#section-3.8.6 and 3.8.6.2.2; scaled, rfc7323#section-2.
 */
#include "script.h"
#include "suites.h"

/* Two full segments arrive in order at @seq and are acknowledged */
static void two_segments(struct script *s, u32 seq, int wnd)
{
	inject(s, ".", seq, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, ".", seq + 1000, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, seq + 2000, wnd, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
}

static struct script *closed_window(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 seq;

	for (seq = 1; seq < 10001; seq += 2000)
		two_segments(s, seq, 8001 - seq);
	return s;
}

static void established_unread_text_closes_window(struct kunit *test)
{
	struct script *s = closed_window(test);

	KUNIT_EXPECT_EQ(test, s->unread, 10000);
	KUNIT_EXPECT_EQ(test, s->out.wnd, 0);
}

static void established_read_text_keeps_window_open(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 seq;

	for (seq = 1; seq < 50001; seq += 2000) {
		two_segments(s, seq, seq == 1 ? 8000 : 10000 - 2000);
		user_reads(s, 2000);
		expect_nothing(s);
	}
}

/* The promised edge stays when the buffer becomes smaller */
/* rfc9293: SHLD-14 */
static void established_smaller_buffer_keeps_edge(struct kunit *test)
{
	struct script *s = script_established(test);

	s->p.buff = 3000;
	two_segments(s, 1, 8000);
	two_segments(s, 2001, 6000);
	user_reads(s, 4000);
	expect_nothing(s);
	two_segments(s, 4001, 4000);
	/* what was promised is taken, whatever the buffer says */
	inject(s, ".", 6001, 4000, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 0, 4000);
	expect(s, ".", 1, 0, 10001, 0, RULE_ACK_EVERY_SECOND);
	user_reads(s, 6000);
	expect(s, ".", 1, 0, 10001, 3000, RULE_ACK_WINDOW_UPDATE);
	expect_nothing(s);
}

static void established_larger_buffer_opens_window(struct kunit *test)
{
	struct script *s = script_established(test);

	s->p.buff = 50000;
	user_reads(s, 0);
	expect(s, ".", 1, 0, 1, 50000, RULE_ACK_WINDOW_UPDATE);
	expect_nothing(s);
}

/* rfc9293#section-3.8.6.2.2: not octet by octet */
/* rfc9293: MUST-39 */
static void established_small_reads_not_told(struct kunit *test)
{
	struct script *s = closed_window(test);

	user_reads(s, 1);
	expect_nothing(s);
	user_reads(s, 1998);
	expect_nothing(s);
	user_reads(s, 1);
	expect(s, ".", 1, 0, 10001, 2000, RULE_ACK_WINDOW_UPDATE);
	expect_nothing(s);
}

/* rfc9293: MUST-39 */
static void established_probe_told_only_a_whole_step(struct kunit *test)
{
	struct script *s = closed_window(test);

	user_reads(s, 999);
	inject(s, ".", 10001, 1, 1, 10000, RULE_TEXT_ZERO_WINDOW);
	expect(s, ".", 1, 0, 10001, 0, RULE_TEXT_ZERO_WINDOW);
	user_reads(s, 1);
	inject(s, ".", 10001, 1, 1, 10000, RULE_TEXT_ZERO_WINDOW);
	expect(s, ".", 1, 0, 10001, 1000, RULE_TEXT_ZERO_WINDOW);
	expect_nothing(s);
}

static void established_half_buffer_read_told(struct kunit *test)
{
	struct script *s = script_established(test);

	two_segments(s, 1, 8000);
	two_segments(s, 2001, 6000);
	two_segments(s, 4001, 4000);
	user_reads(s, 4999);
	expect_nothing(s);
	user_reads(s, 1);
	expect(s, ".", 1, 0, 6001, 9000, RULE_ACK_WINDOW_UPDATE);
	expect_nothing(s);
}

/* A buffer smaller than two segments: half of it is a step */
/* rfc9293: MUST-39 */
static void established_small_buffer_opens_by_half(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.buff = 1000;
	script_establish(s);
	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	user_reads(s, 499);
	expect_nothing(s);
	user_reads(s, 1);
	expect(s, ".", 1, 0, 1001, 500, RULE_ACK_WINDOW_UPDATE);
	expect_nothing(s);
}

/* The FIN was the last: nobody needs to know of more room */
static void close_wait_read_not_told(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "FP.", 1, 10000, 1, 10000, RULE_FIN_CLOSE_WAIT);
	expect(s, ".", 1, 0, 10002, 0, RULE_ACK_EVERY_SECOND);
	user_reads(s, 10000);
	expect_nothing(s);
}

static void fin_wait_2_read_told(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	inject(s, ".", 1, 10000, 2, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 2, 0, 10001, 0, RULE_ACK_EVERY_SECOND);
	user_reads(s, 10000);
	expect(s, ".", 2, 0, 10001, 10000, RULE_ACK_WINDOW_UPDATE);
}

/* Text sent carries the window as an ACK does */
static void established_window_in_every_segment(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1001, 9000, RULE_SEND_PUSH);
	user_reads(s, 1000);
	user_writes(s, 10);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "P.", 1, 20, 1001, 10000, RULE_RESEND_RTO);
}

/* A window of 2^17 in units of four octets */
static struct script *scaled(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.wscale = true;
	s->p.buff = 1 << 17;
	s->peer_shift = 0;
	script_establish(s);
	KUNIT_EXPECT_EQ(test, s->t.rcv.shift, 2);
	KUNIT_EXPECT_EQ(test, s->out.wnd, 1 << 15);
	return s;
}

/*
 * Segments of one octet that nobody reads: rounding up to the unit must not
 * push the edge out of the buffer, nor rounding down (by less than a unit)
 * refuse what was promised.
 */
/* rfc7323: 2.4 */
static void established_scaled_window_stays_in_buffer(struct kunit *test)
{
	struct script *s = scaled(test);
	u32 seq;

	s->t.opt.quick_ack = 1;
	for (seq = 1; seq < 400; seq++) {
		inject(s, "P.", seq, 1, 1, 10000, RULE_TEXT_IN_ORDER);
		expect(s, ".", 1, 0, seq + 1, ANY, RULE_ACK_QUICK);
		expect_nothing(s);
	}
	KUNIT_EXPECT_EQ(test, s->edge, s->irs + 1 + (1 << 17));
	inject(s, "P.", seq, 1 << 17, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 0, (1 << 17) - seq + 1);
	expect(s, ".", 1, 0, 1 + (1 << 17), 0, RULE_ACK_EVERY_SECOND);
}

/* rfc9293: REC-1 */
static void established_scaled_window_opens_in_units(struct kunit *test)
{
	struct script *s = scaled(test);

	inject(s, "P.", 1, 1 << 17, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 1 + (1 << 17), 0, RULE_ACK_EVERY_SECOND);
	user_reads(s, 2003);
	expect(s, ".", 1, 0, 1 + (1 << 17), 500, RULE_ACK_WINDOW_UPDATE);
	expect_nothing(s);
}

/* rfc7323#section-2.3: 65535 units are the most that fits */
/* rfc7323: 2.3 */
static void established_scaled_window_fits_field(struct kunit *test)
{
	struct script *s = scaled(test);

	s->p.buff = 1 << 24;
	two_segments(s, 1, 65535);
}

/* A buffer larger than any window is no reason to tell of every octet read */
static void established_unscaled_read_not_told(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.buff = 1 << 19;
	script_establish(s);
	inject(s, "P.", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	user_reads(s, 10);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 11, 65525, RULE_ACK_DELAYED);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_unread_text_closes_window),
	SCRIPT_CASE(established_read_text_keeps_window_open),
	SCRIPT_CASE(established_smaller_buffer_keeps_edge),
	SCRIPT_CASE(established_larger_buffer_opens_window),
	SCRIPT_CASE(established_small_reads_not_told),
	SCRIPT_CASE(established_probe_told_only_a_whole_step),
	SCRIPT_CASE(established_half_buffer_read_told),
	SCRIPT_CASE(established_small_buffer_opens_by_half),
	SCRIPT_CASE(close_wait_read_not_told),
	SCRIPT_CASE(fin_wait_2_read_told),
	SCRIPT_CASE(established_window_in_every_segment),
	SCRIPT_CASE(established_scaled_window_stays_in_buffer),
	SCRIPT_CASE(established_scaled_window_opens_in_units),
	SCRIPT_CASE(established_scaled_window_fits_field),
	SCRIPT_CASE(established_unscaled_read_not_told),
	{}
};

struct kunit_suite glass_window = {
	.name = "glass_window",
	.test_cases = cases,
};
