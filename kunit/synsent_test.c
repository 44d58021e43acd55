// SPDX-License-Identifier: GPL-2.0
/* SYN-SENT: the active open, rfc9293#section-3.10.7.3, rfc7323#section-2. */
#include "script.h"
#include "suites.h"

static struct script *syn_sent(struct kunit *test)
{
	struct script *s = script_begin(test);

	script_open(s);
	return s;
}

static void syn_sent_syn_ack_establishes(struct kunit *test)
{
	struct script *s = script_established(test);

	KUNIT_EXPECT_EQ(test, s->t.snd.una, s->iss + 1);
	KUNIT_EXPECT_EQ(test, s->t.snd.nxt, s->iss + 1);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 10000);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1000);
	KUNIT_EXPECT_EQ(test, s->t.rcv.nxt, s->irs + 1);
	KUNIT_EXPECT_EQ(test, s->t.irs, s->irs);
	KUNIT_EXPECT_EQ(test, s->t.srtt, 100000);
	KUNIT_EXPECT_EQ(test, s->t.rto, 300000);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 10000);
}

static void syn_sent_bad_ack_rejected(struct kunit *test)
{
	struct script *s = syn_sent(test);

	inject(s, ".", 0, 0, 2, 100, RULE_SYN_SENT_BAD_ACK);
	now_in(s, TCB_SYN_SENT, V_REJECT);
	expect_reject(s, "R", 2, 0);
	inject(s, "S.", 0, 0, 0, 100, RULE_SYN_SENT_BAD_ACK);
	expect_reject(s, "R", 0, 0);
	now_in(s, TCB_SYN_SENT, V_REJECT);
	expect_nothing(s);
}

static void syn_sent_bad_ack_rst_dropped(struct kunit *test)
{
	struct script *s = syn_sent(test);

	inject(s, "R.", 0, 0, 2, 0, RULE_SYN_SENT_BAD_ACK_RST);
	now_in(s, TCB_SYN_SENT, 0);
	expect_nothing(s);
}

static void syn_sent_rst_ack_refused(struct kunit *test)
{
	struct script *s = syn_sent(test);

	inject(s, "R.", 0, 0, 1, 0, RULE_SYN_SENT_RST);
	now_in(s, TCB_CLOSED, V_REFUSED | V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

static void syn_sent_rst_no_ack_dropped(struct kunit *test)
{
	struct script *s = syn_sent(test);

	inject(s, "R", 0, 0, 0, 0, RULE_SYN_SENT_RST_NO_ACK);
	now_in(s, TCB_SYN_SENT, 0);
	inject(s, "SR", 0, 0, 0, 0, RULE_SYN_SENT_RST_NO_ACK);
	now_in(s, TCB_SYN_SENT, 0);
	expect_nothing(s);
}

static void syn_sent_no_syn_dropped(struct kunit *test)
{
	struct script *s = syn_sent(test);

	inject(s, ".", 0, 10, 1, 100, RULE_SYN_SENT_NO_SYN);
	now_in(s, TCB_SYN_SENT, 0);
	inject(s, "F", 0, 0, 0, 100, RULE_SYN_SENT_NO_SYN);
	now_in(s, TCB_SYN_SENT, 0);
	expect_nothing(s);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
}

/* rfc9293: SHLD-5, MUST-22 */
static void syn_sent_timeouts_back_off_and_end(struct kunit *test)
{
	struct script *s = syn_sent(test);
	u32 ms;

	for (ms = 1000; ms <= 4000; ms *= 2) {
		expires(s, ms, RULE_SEND_SYN_AGAIN);
		expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
		expect_nothing(s);
	}
	expires(s, 8000, RULE_USER_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

/* Text of the SYN/ACK is left for the peer to send again; ACK says so */
static void syn_sent_text_in_syn_ack_not_taken(struct kunit *test)
{
	struct script *s = syn_sent(test);

	inject(s, "SFP.", 0, 100, 1, 5000, RULE_SYN_SENT_SYN_ACK);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE);
	kept(s, 0, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_SYN_SENT_SYN_ACK);
	expect_nothing(s);
	inject(s, "P.", 1, 100, 1, 5000, RULE_TEXT_IN_ORDER);
	kept(s, 0, 100);
}

static void syn_sent_text_goes_with_first_ack(struct kunit *test)
{
	struct script *s = syn_sent(test);

	user_writes(s, 300);
	expect_nothing(s);
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	expect(s, "P.", 1, 300, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* rfc9293: MUST-15 */
static void syn_sent_no_mss_option_means_default(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->peer_mss = 0;
	script_establish(s);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 536);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5360);
}

/* rfc9293: MUST-14, MUST-16 */
static void syn_sent_mss_bounded(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->peer_mss = 1;
	script_establish(s);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, MSS_MIN);
	s = script_begin(test);
	s->peer_mss = 9000;
	script_establish(s);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1000);
}

/* The windows of SYN and SYN/ACK are not scaled, all others are */
/* rfc9293: REC-1; rfc7323: 2.2, 2.3 */
static void syn_sent_wscale_agreed(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.wscale = true;
	s->p.buff = 1 << 20;
	s->peer_shift = 7;
	s->peer_wnd = 60000;
	script_establish(s);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 60000);
	KUNIT_EXPECT_EQ(test, s->t.rcv.shift, 5);
	KUNIT_EXPECT_EQ(test, s->out.wnd, (1 << 20) >> 5);
	inject(s, ".", 1, 0, 1, 500, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 500 << 7);
}

/* rfc7323: 2.2 */
static void syn_sent_wscale_refused(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.wscale = true;
	s->p.buff = 1 << 20;
	s->peer_shift = -1;
	script_establish(s);
	KUNIT_EXPECT_EQ(test, s->out.wnd, 65535);
	inject(s, ".", 1, 0, 1, 500, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 500);
}

/* rfc7323: 2.2 */
static void syn_sent_wscale_not_offered(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->peer_shift = 7;
	script_establish(s);
	inject(s, ".", 1, 0, 1, 500, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 500);
	KUNIT_EXPECT_EQ(test, s->out.wnd, 10000);
}

static void syn_sent_close_is_silent(struct kunit *test)
{
	struct script *s = syn_sent(test);

	user_closes(s);
	now_in(s, TCB_CLOSED, V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

static void syn_sent_abort_is_silent(struct kunit *test)
{
	struct script *s = syn_sent(test);

	user_aborts(s);
	now_in(s, TCB_CLOSED, V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

/* One lost SYN: the RTO is three seconds, rfc6298#section-5.7 */
/* rfc6298: 5.7 */
static void syn_sent_one_loss_raises_rto(struct kunit *test)
{
	struct script *s = syn_sent(test);

	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	KUNIT_EXPECT_EQ(test, s->t.srtt, 0);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 10000);
	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
	expires(s, 3000, RULE_RESEND_RTO);
}

/* More than one: the first window is one segment, rfc6928#section-2 */
static void syn_sent_two_losses_shrink_window(struct kunit *test)
{
	struct script *s = syn_sent(test);

	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	expires(s, 2000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	user_writes(s, 3000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(syn_sent_syn_ack_establishes),
	SCRIPT_CASE(syn_sent_bad_ack_rejected),
	SCRIPT_CASE(syn_sent_bad_ack_rst_dropped),
	SCRIPT_CASE(syn_sent_rst_ack_refused),
	SCRIPT_CASE(syn_sent_rst_no_ack_dropped),
	SCRIPT_CASE(syn_sent_no_syn_dropped),
	SCRIPT_CASE(syn_sent_timeouts_back_off_and_end),
	SCRIPT_CASE(syn_sent_text_in_syn_ack_not_taken),
	SCRIPT_CASE(syn_sent_text_goes_with_first_ack),
	SCRIPT_CASE(syn_sent_no_mss_option_means_default),
	SCRIPT_CASE(syn_sent_mss_bounded),
	SCRIPT_CASE(syn_sent_wscale_agreed),
	SCRIPT_CASE(syn_sent_wscale_refused),
	SCRIPT_CASE(syn_sent_wscale_not_offered),
	SCRIPT_CASE(syn_sent_close_is_silent),
	SCRIPT_CASE(syn_sent_abort_is_silent),
	SCRIPT_CASE(syn_sent_one_loss_raises_rto),
	SCRIPT_CASE(syn_sent_two_losses_shrink_window),
	{}
};

struct kunit_suite glass_syn_sent = {
	.name = "glass_syn_sent",
	.test_cases = cases,
};
