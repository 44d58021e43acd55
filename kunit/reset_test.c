// SPDX-License-Identifier: GPL-2.0
/*
 * Second and fourth, check the RST and SYN bits, with the defences of
 * rfc5961; CLOSED, rfc9293#section-3.10.7.1; ABORT, rfc9293#section-3.10.5.
 */
#include "script.h"
#include "suites.h"

/* A RST exactly at RCV.NXT, which is @nxt, ends any state */
static void rst_ends(struct script *s, u32 nxt)
{
	inject(s, "R", nxt, 0, 0, 0, RULE_RST_EXACT);
	now_in(s, TCB_CLOSED, V_RESET | V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

/* rfc9293: MUST-12; rfc5961: 3.2 */
static void established_rst_exact_resets(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	rst_ends(s, 1);
}

/* rfc9293: SHLD-2 */
static void established_rst_with_text_resets(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "R", 1, 100, 0, 0, RULE_RST_EXACT);
	now_in(s, TCB_CLOSED, V_RESET | V_DEAD);
	kept(s, 0, 0);
	expect_nothing(s);
}

/* What was owed before it is owed no more */
static void established_rst_cancels_what_is_due(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 i;

	user_writes(s, 5000);
	for (i = 0; i < 5; i++)
		expect(s, i == 4 ? "P." : ".", 1 + i * 1000, 1000, 1, 10000,
		       RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_FAST_RETRANSMIT);
	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 301, 100, 1, 10000, RULE_TEXT_GAP);
	rst_ends(s, 101);
}

static void fin_wait_1_rst_exact_resets(struct kunit *test)
{
	rst_ends(script_fin_wait_1(test), 1);
}

static void fin_wait_2_rst_exact_resets(struct kunit *test)
{
	rst_ends(script_fin_wait_2(test), 1);
}

static void close_wait_rst_exact_resets(struct kunit *test)
{
	rst_ends(script_close_wait(test), 2);
}

static void closing_rst_exact_resets(struct kunit *test)
{
	rst_ends(script_closing(test), 2);
}

static void last_ack_rst_exact_resets(struct kunit *test)
{
	rst_ends(script_last_ack(test), 2);
}

/* rfc5961#section-3.2: and the peer's honest answer to the challenge */
/* rfc5961: 3.2 */
static void established_rst_in_window_challenged(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "R", 2, 0, 0, 0, RULE_RST_CHALLENGE);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_RST_CHALLENGE);
	expect_nothing(s);
	inject(s, "R.", 10000, 0, 1, 0, RULE_RST_CHALLENGE);
	expect(s, ".", 1, 0, 1, 10000, RULE_RST_CHALLENGE);
	rst_ends(s, 1);
}

/* rfc5961: 4.2 */
static void established_syn_challenged(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "S", 1, 0, 0, 100, RULE_SYN_CHALLENGE);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_SYN_CHALLENGE);
	inject(s, "S.", 500, 0, 1, 100, RULE_SYN_CHALLENGE);
	expect(s, ".", 1, 0, 1, 10000, RULE_SYN_CHALLENGE);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 10000);
}

/* rfc5961#section-4.2: whatever its sequence number */
/* rfc5961: 4.2 */
static void established_syn_outside_window_acked(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "S", 60000, 0, 0, 100, RULE_SEQ_WINDOW);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_WINDOW);
	inject(s, "S", -60000, 0, 0, 100, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_OLD);
	now_in(s, TCB_ESTABLISHED, 0);
	expect_nothing(s);
}

static void closed_anything_rejected(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, "R", 1, 0, 0, 0, RULE_RST_REFUSED);
	inject(s, "P.", 1, 100, 1, 100, RULE_CLOSED_REJECT);
	now_in(s, TCB_CLOSED, V_REJECT);
	expect_reject(s, "R", 1, 0);
	inject(s, "S", 5, 100, 0, 100, RULE_CLOSED_REJECT);
	expect_reject(s, "R.", 0, 106);
	expect_nothing(s);
}

static void closed_rst_dropped(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, "R", 1, 0, 0, 0, RULE_RST_REFUSED);
	inject(s, "R", 1, 0, 0, 0, RULE_CLOSED_RST);
	now_in(s, TCB_CLOSED, 0);
	expect_nothing(s);
}

/* ABORT sends one RST at SND.NXT and forgets everything */
static void abort_resets(struct script *s, u32 seq, u32 ack)
{
	user_aborts(s);
	now_in(s, TCB_CLOSED, V_DEAD);
	no_timer(s);
	expect(s, "R.", seq, 0, ack, ANY, RULE_SEND_RST_ABORT);
	expect_nothing(s);
}

static void established_abort_resets(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 1500);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	abort_resets(s, 1001, 1);
}

static void fin_wait_1_abort_resets(struct kunit *test)
{
	abort_resets(script_fin_wait_1(test), 2, 1);
}

static void fin_wait_2_abort_resets(struct kunit *test)
{
	abort_resets(script_fin_wait_2(test), 2, 1);
}

static void close_wait_abort_resets(struct kunit *test)
{
	abort_resets(script_close_wait(test), 1, 2);
}

static void closing_abort_resets(struct kunit *test)
{
	abort_resets(script_closing(test), 2, 2);
}

static void last_ack_abort_resets(struct kunit *test)
{
	abort_resets(script_last_ack(test), 2, 2);
}

/* After the timer expired snd.cur is back, the RST still goes to SND.NXT */
static void established_abort_after_timeout_at_snd_nxt(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 3000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 2001, 1000, 1, 10000, RULE_SEND_TEXT);
	expires(s, 300, RULE_RESEND_RTO);
	abort_resets(s, 3001, 1);
}

static void closed_abort_is_silent(struct kunit *test)
{
	struct script *s = script_begin(test);

	tcb_init(&s->t, &s->p);
	user_aborts(s);
	now_in(s, TCB_CLOSED, V_DEAD);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_rst_exact_resets),
	SCRIPT_CASE(established_rst_with_text_resets),
	SCRIPT_CASE(established_rst_cancels_what_is_due),
	SCRIPT_CASE(fin_wait_1_rst_exact_resets),
	SCRIPT_CASE(fin_wait_2_rst_exact_resets),
	SCRIPT_CASE(close_wait_rst_exact_resets),
	SCRIPT_CASE(closing_rst_exact_resets),
	SCRIPT_CASE(last_ack_rst_exact_resets),
	SCRIPT_CASE(established_rst_in_window_challenged),
	SCRIPT_CASE(established_syn_challenged),
	SCRIPT_CASE(established_syn_outside_window_acked),
	SCRIPT_CASE(closed_anything_rejected),
	SCRIPT_CASE(closed_rst_dropped),
	SCRIPT_CASE(established_abort_resets),
	SCRIPT_CASE(fin_wait_1_abort_resets),
	SCRIPT_CASE(fin_wait_2_abort_resets),
	SCRIPT_CASE(close_wait_abort_resets),
	SCRIPT_CASE(closing_abort_resets),
	SCRIPT_CASE(last_ack_abort_resets),
	SCRIPT_CASE(established_abort_after_timeout_at_snd_nxt),
	SCRIPT_CASE(closed_abort_is_silent),
	{}
};

struct kunit_suite glass_reset = {
	.name = "glass_reset",
	.test_cases = cases,
};
