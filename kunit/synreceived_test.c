// SPDX-License-Identifier: GPL-2.0
/*
 * SYN-RECEIVED as a TCB knows it: both ends opened at once,
 * rfc9293#section-3.5, figure 7.
 */
#include "script.h"
#include "suites.h"

/* rfc9293: MUST-10 */
static void syn_received_syn_ack_establishes(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject_syn(s, "S.", 1, 10000, RULE_ACK_SYN);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE);
	expect_nothing(s);
	no_timer(s);
}

static void syn_received_ack_establishes(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, ".", 1, 0, 1, 4000, RULE_ACK_SYN);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 4000);
	expect_nothing(s);
	no_timer(s);
}

static void syn_received_text_taken_with_ack(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, "P.", 1, 100, 1, 4000, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE | V_READABLE);
	kept(s, 0, 100);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 101, 9900, RULE_ACK_DELAYED);
}

static void syn_received_bad_ack_rejected(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, ".", 1, 0, 2, 100, RULE_ACK_SYN_BAD);
	now_in(s, TCB_SYN_RECEIVED, V_REJECT);
	expect_reject(s, "R", 2, 0);
	inject(s, "FP.", 1, 10, 0, 100, RULE_ACK_SYN_BAD);
	now_in(s, TCB_SYN_RECEIVED, V_REJECT);
	expect_nothing(s);
}

static void syn_received_no_ack_dropped(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, "P", 1, 10, 0, 100, RULE_ACK_MISSING);
	now_in(s, TCB_SYN_RECEIVED, 0);
	expect_nothing(s);
}

/* rfc9293: MUST-11 */
static void syn_received_rst_refused(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, "R", 1, 0, 0, 0, RULE_RST_REFUSED);
	now_in(s, TCB_CLOSED, V_REFUSED | V_DEAD);
	expect_nothing(s);
}

static void syn_received_rst_in_window_challenged(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject(s, "R", 2, 0, 0, 0, RULE_RST_CHALLENGE);
	now_in(s, TCB_SYN_RECEIVED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_RST_CHALLENGE);
	expect_nothing(s);
}

static void syn_received_syn_again_acked(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject_syn(s, "S", 0, 10000, RULE_SEQ_OLD);
	now_in(s, TCB_SYN_RECEIVED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_OLD);
	expect_nothing(s);
}

static void syn_received_timeout_sends_syn_ack_again(struct kunit *test)
{
	struct script *s = script_syn_received(test);
	u32 ms = 900;

	/* the clock has run since our SYN */
	while (ms < 8000) {
		expires(s, ms, RULE_SEND_SYN_AGAIN);
		expect_syn(s, "S.", 1000, -1, 10000, RULE_SEND_SYN_ACK_AGAIN);
		expect_nothing(s);
		ms = ms == 900 ? 2000 : ms * 2;
	}
	expires(s, 8000, RULE_USER_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
	expect_nothing(s);
}

/* The FIN waits for our SYN to be acknowledged, rfc9293#section-3.10.4 */
static void syn_received_close_sends_fin_after_ack(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	user_closes(s);
	now_in(s, TCB_FIN_WAIT_1, 0);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_NEW);
	now_in(s, TCB_FIN_WAIT_1, V_WRITABLE);
	expect(s, "F.", 1, 0, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	now_in(s, TCB_FIN_WAIT_2, V_WRITABLE);
}

/* Also when that acknowledgment comes as the peer's SYN/ACK */
static void syn_received_close_takes_syn_ack(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	user_closes(s);
	inject_syn(s, "S.", 1, 10000, RULE_ACK_NEW);
	expect(s, "F.", 1, 0, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
}

static void syn_received_close_keeps_sending_syn_ack(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	user_closes(s);
	expect_nothing(s);
	expires(s, 900, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S.", 1000, -1, 10000, RULE_SEND_SYN_ACK_AGAIN);
	expect_nothing(s);
}

static void syn_received_abort_resets(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	user_aborts(s);
	now_in(s, TCB_CLOSED, V_DEAD);
	expect(s, "R.", 1, 0, 1, ANY, RULE_SEND_RST_ABORT);
	expect_nothing(s);
}

/* rfc7323#section-2.2: the SYN/ACK's window is not scaled */
/* rfc7323: 2.2 */
static void syn_received_syn_ack_window_unscaled(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.wscale = true;
	s->peer_shift = 7;
	script_open(s);
	inject_syn(s, "S", 0, 25600, RULE_SYN_SENT_SYN);
	expect_syn(s, "S.", 1000, 0, 10000, RULE_SEND_SYN_ACK);
	inject_syn(s, "S.", 1, 25600, RULE_ACK_SYN);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 25600);
	KUNIT_EXPECT_EQ(test, s->t.snd.max_wnd, 25600);
	inject(s, ".", 1, 0, 1, 300, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 300 << 7);
}

/* rfc7323#section-2.2: both or neither, so the answer does not offer it */
static void syn_received_syn_ack_without_refused_scale(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.wscale = true;
	s->p.buff = 1 << 17;
	script_open(s);
	inject_syn(s, "S", 0, 10000, RULE_SYN_SENT_SYN);
	expect_syn(s, "S.", 1000, -1, 65535, RULE_SEND_SYN_ACK);
	expect_nothing(s);
}

/* A challenge ACK promised a scaled window; the SYN/ACK takes none of it back */
static void syn_received_syn_ack_again_keeps_window(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.wscale = true;
	s->p.buff = 1 << 17;
	s->peer_shift = 0;
	script_open(s);
	inject_syn(s, "S", 0, 10000, RULE_SYN_SENT_SYN);
	expect_syn(s, "S.", 1000, 2, 65535, RULE_SEND_SYN_ACK);
	inject_syn(s, "S", 0, 10000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 1, 1 << 15, RULE_SEQ_OLD);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	s->told = false;	/* a SYN cannot tell it */
	expect_syn(s, "S.", 1000, 2, 65535, RULE_SEND_SYN_ACK_AGAIN);
	inject(s, ".", 1, 1 << 17, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 0, 1 << 17);
}

/* The SYN/ACK of an end whose ACK was lost finds us ESTABLISHED */
static void established_syn_ack_again_acked(struct kunit *test)
{
	struct script *s = script_syn_received(test);

	inject_syn(s, "S.", 1, 10000, RULE_ACK_SYN);
	inject_syn(s, "S.", 1, 10000, RULE_SEQ_OLD);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_OLD);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(syn_received_syn_ack_establishes),
	SCRIPT_CASE(syn_received_ack_establishes),
	SCRIPT_CASE(syn_received_text_taken_with_ack),
	SCRIPT_CASE(syn_received_bad_ack_rejected),
	SCRIPT_CASE(syn_received_no_ack_dropped),
	SCRIPT_CASE(syn_received_rst_refused),
	SCRIPT_CASE(syn_received_rst_in_window_challenged),
	SCRIPT_CASE(syn_received_syn_again_acked),
	SCRIPT_CASE(syn_received_timeout_sends_syn_ack_again),
	SCRIPT_CASE(syn_received_close_sends_fin_after_ack),
	SCRIPT_CASE(syn_received_close_takes_syn_ack),
	SCRIPT_CASE(syn_received_close_keeps_sending_syn_ack),
	SCRIPT_CASE(syn_received_abort_resets),
	SCRIPT_CASE(syn_received_syn_ack_window_unscaled),
	SCRIPT_CASE(syn_received_syn_ack_without_refused_scale),
	SCRIPT_CASE(syn_received_syn_ack_again_keeps_window),
	SCRIPT_CASE(established_syn_ack_again_acked),
	{}
};

struct kunit_suite glass_syn_received = {
	.name = "glass_syn_received",
	.test_cases = cases,
};
