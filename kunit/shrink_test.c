// SPDX-License-Identifier: GPL-2.0
/*
 * A peer that takes back what it promised: rfc9293#section-3.8.6. It should
 * not, but a sender has to live with it.
 */
#include "script.h"
#include "suites.h"

/* Four segments are in flight, [1, 4001), when the window becomes @wnd */
static struct script *shrunk(struct kunit *test, u32 wnd)
{
	struct script *s = script_established(test);
	u32 i;

	user_writes(s, 4000);
	for (i = 0; i < 4; i++)
		expect(s, i == 3 ? "P." : ".", 1 + i * 1000, 1000, 1, 10000,
		       RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 1, wnd, RULE_ACK_WINDOW);
	expect_nothing(s);
	return s;
}

/* rfc9293: SHLD-15, MUST-34 */
static void shrunk_window_holds_new_text(struct kunit *test)
{
	struct script *s = shrunk(test, 2000);

	user_writes(s, 3000);
	expect_nothing(s);
	inject(s, ".", 1, 0, 2001, 2000, RULE_ACK_NEW);
	expect_nothing(s);
	inject(s, ".", 1, 0, 4001, 2000, RULE_ACK_NEW);
	expect(s, ".", 4001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 5001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* rfc9293: SHLD-16, MUST-34 */
static void shrunk_window_old_text_sent_again(struct kunit *test)
{
	struct script *s = shrunk(test, 1500);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, 1500, RULE_ACK_NEW);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect(s, ".", 2001, 500, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

/* rfc9293: MAY-7 */
static void shrunk_window_lost_segment_goes_whole(struct kunit *test)
{
	struct script *s = shrunk(test, 500);

	inject(s, ".", 1, 0, 1, 500, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 500, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 500, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_FAST);
	expect_nothing(s);
}

/* More probes than there are retries: who answers is not given up */
/* rfc9293: MUST-34, MUST-35, SHLD-17, MUST-37 */
static void shrunk_to_nothing_probed_for_ever(struct kunit *test)
{
	struct script *s = shrunk(test, 0);
	u32 i, ms = 600;

	expires(s, 300, RULE_RESEND_RTO);
	expect_nothing(s);
	for (i = 0; i < 12; i++) {
		expires(s, ms, RULE_SEND_PROBE);
		expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
		inject(s, ".", 1, 0, 1, 0, RULE_ACK_SAME);
		expect_nothing(s);
		ms = min(ms * 2, 120000u);
	}
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_WINDOW);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

/* What is beyond the edge is not acknowledged, but the peer is there */
/* rfc9293: SHLD-17 */
static void shrunk_window_text_beyond_edge_waits(struct kunit *test)
{
	struct script *s = shrunk(test, 1000);
	u32 i, ms = 500;

	passes(s, 100);
	inject(s, ".", 1, 0, 1001, 0, RULE_ACK_NEW);
	expect_nothing(s);
	expires(s, 250, RULE_RESEND_RTO);
	expect_nothing(s);
	for (i = 0; i < 12; i++) {
		expires(s, ms, RULE_SEND_PROBE);
		expect(s, ".", 1001, 1, 1, 10000, RULE_SEND_PROBE);
		inject(s, ".", 1, 0, 1001, 0, RULE_ACK_SAME);
		expect_nothing(s);
		ms = min(ms * 2, 120000u);
	}
	now_in(s, TCB_ESTABLISHED, 0);
}

/* An ACK stands where the window ends now, or its text is all for nothing */
static void shrunk_window_ack_at_its_edge(struct kunit *test)
{
	struct script *s = shrunk(test, 500);

	inject(s, ".", 1, 1000, 1, 500, RULE_TEXT_IN_ORDER);
	inject(s, ".", 1001, 1000, 1, 500, RULE_TEXT_IN_ORDER);
	expect(s, ".", 501, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
}

/* The RST stands where the window ends now: beyond it nobody would take it */
/* rfc9293: MUST-34 */
static void shrunk_window_abort_at_its_edge(struct kunit *test)
{
	struct script *s = shrunk(test, 500);

	user_aborts(s);
	expect(s, "R.", 501, 0, 1, ANY, RULE_SEND_RST_ABORT);
	expect_nothing(s);
}

/* More than the field of a header can hold: rfc7323#section-2.2 */
/* rfc9293: REC-1 */
static void established_window_above_16_bits_used(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.wscale = true;
	s->peer_shift = 7;
	s->limit = 200000;
	script_establish(s);
	s->t.cong.cwnd = 300000;
	inject(s, ".", 1, 0, 1, 60000, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 60000u << 7);
	user_writes(s, 150000);
	expect(s, "P.", 1, 150000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(shrunk_window_holds_new_text),
	SCRIPT_CASE(shrunk_window_old_text_sent_again),
	SCRIPT_CASE(shrunk_window_lost_segment_goes_whole),
	SCRIPT_CASE(shrunk_to_nothing_probed_for_ever),
	SCRIPT_CASE(shrunk_window_text_beyond_edge_waits),
	SCRIPT_CASE(shrunk_window_ack_at_its_edge),
	SCRIPT_CASE(shrunk_window_abort_at_its_edge),
	SCRIPT_CASE(established_window_above_16_bits_used),
	{}
};

struct kunit_suite glass_shrink = {
	.name = "glass_shrink",
	.test_cases = cases,
};
