// SPDX-License-Identifier: GPL-2.0
/*
 * LISTEN and SYN-RECEIVED below a listener, before there is a TCB:
 * rfc9293#section-3.10.7.2 and 3.10.7.4, rfc6528.
 */
#include "script.h"
#include "suites.h"

static const struct tcb_params listener = {
	.buff = 10000,
	.adv_mss = 1400,
	.path_mss = 1300,
	.default_mss = 536,
	.syn_retries = 2,
	.retries = 4,
	.wscale = true,
};

static struct verdict listen_to(const char *flags)
{
	struct segment s = { .seq = 77, .ack = 99, .flags = flags_of(flags) };
	struct verdict v;

	listen_input(&s, &v);
	return v;
}

static void listen_rst_ignored(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, listen_to("R").rule, RULE_LISTEN_RST);
	KUNIT_EXPECT_EQ(test, listen_to("R.").rule, RULE_LISTEN_RST);
	KUNIT_EXPECT_EQ(test, listen_to("SR").rule, RULE_LISTEN_RST);
	KUNIT_EXPECT_EQ(test, listen_to("SR").bits, 0);
}

static void listen_ack_rejected(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, listen_to(".").rule, RULE_LISTEN_ACK);
	KUNIT_EXPECT_EQ(test, listen_to(".").bits, V_REJECT);
	KUNIT_EXPECT_EQ(test, listen_to("S.").rule, RULE_LISTEN_ACK);
	KUNIT_EXPECT_EQ(test, listen_to("S.").bits, V_REJECT);
	KUNIT_EXPECT_EQ(test, listen_to("F.").bits, V_REJECT);
}

static void listen_no_syn_dropped(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, listen_to("").rule, RULE_LISTEN_NO_SYN);
	KUNIT_EXPECT_EQ(test, listen_to("F").rule, RULE_LISTEN_NO_SYN);
	KUNIT_EXPECT_EQ(test, listen_to("P").rule, RULE_LISTEN_NO_SYN);
	KUNIT_EXPECT_EQ(test, listen_to("F").bits, 0);
}

static void listen_syn_fin_dropped(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, listen_to("SF").rule, RULE_LISTEN_SYN_FIN);
	KUNIT_EXPECT_EQ(test, listen_to("SF").bits, 0);
}

static void listen_syn_opens(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, listen_to("S").rule, RULE_LISTEN_SYN);
	KUNIT_EXPECT_EQ(test, listen_to("SP").rule, RULE_LISTEN_SYN);
	KUNIT_EXPECT_EQ(test, listen_to("S").bits, 0);
}

/* An embryo whose SYN/ACK has left */
static struct embryo embryo_of(struct kunit *test, u8 opts)
{
	const struct isn *isn = isn_of(test);
	struct tcb_params p = listener;
	struct segment syn = {
		.seq = isn->irs,
		.wnd = 5000,
		.flags = SEG_SYN,
		.mss = 900,
		.wscale = 3,
		.opts = opts,
	};
	struct segment out;
	struct embryo e;

	p.iss = isn->iss;
	embryo_open(&e, &syn, &p, 1000000);
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN_ACK);
	return e;
}

static struct verdict embryo_gets(struct kunit *test, struct embryo *e,
				  const char *flags, u32 seq, u32 len, u32 ack)
{
	const struct isn *isn = isn_of(test);
	struct segment s = {
		.seq = isn->irs + seq,
		.ack = isn->iss + ack,
		.len = len,
		.wnd = 5000,
		.flags = flags_of(flags),
	};
	struct verdict v;

	embryo_input(e, &s, &v);
	return v;
}

/* rfc9293: MUST-14, SHLD-5 */
static void embryo_syn_ack_fields(struct kunit *test)
{
	const struct isn *isn = isn_of(test);
	struct embryo e = embryo_of(test, SEG_OPT_MSS | SEG_OPT_WSCALE);
	struct segment out;

	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_TRUE(test, embryo_timeout(&e, 1));
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN_ACK_AGAIN);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.seq, isn->iss);
	KUNIT_EXPECT_EQ(test, out.ack, isn->irs + 1);
	KUNIT_EXPECT_EQ(test, out.wnd, 10000);
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS | SEG_OPT_WSCALE);
	KUNIT_EXPECT_EQ(test, out.mss, 1400);
	KUNIT_EXPECT_EQ(test, out.wscale, 0);
}

/* rfc9293: MUST-14, MUST-15 */
static void embryo_mss_least_of_three(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, embryo_of(test, SEG_OPT_MSS).mss, 900);
	KUNIT_EXPECT_EQ(test, embryo_of(test, 0).mss, 536);
}

/* rfc9293: MUST-16 */
static void embryo_mss_bounded(struct kunit *test)
{
	struct segment syn = { .flags = SEG_SYN, .opts = SEG_OPT_MSS };
	struct embryo e;

	syn.mss = 0;
	embryo_open(&e, &syn, &listener, 0);
	KUNIT_EXPECT_EQ(test, e.mss, MSS_MIN);
	syn.mss = 65535;
	embryo_open(&e, &syn, &listener, 0);
	KUNIT_EXPECT_EQ(test, e.mss, 1300);
}

/* rfc7323: 2.2 */
static void embryo_wscale_both_or_neither(struct kunit *test)
{
	struct embryo with = embryo_of(test, SEG_OPT_WSCALE);
	struct embryo without = embryo_of(test, 0);
	struct segment out;

	KUNIT_EXPECT_EQ(test, (int)with.peer_shift, 3);
	KUNIT_EXPECT_TRUE(test, with.wscale_ok);
	KUNIT_EXPECT_FALSE(test, without.wscale_ok);
	without.synack_due = 1;
	KUNIT_ASSERT_TRUE(test, embryo_output(&without, &out));
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
}

static void embryo_ack_establishes(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct verdict v = embryo_gets(test, &e, ".", 1, 0, 1);

	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_ACK);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	v = embryo_gets(test, &e, "P.", 1, 100, 1);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
}

static void embryo_ack_wrong_rejected(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct verdict v = embryo_gets(test, &e, ".", 1, 0, 2);

	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_BAD_ACK);
	KUNIT_EXPECT_EQ(test, v.bits, V_REJECT);
	v = embryo_gets(test, &e, ".", 1, 0, 0);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_BAD_ACK);
}

static void embryo_syn_again_answered(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct verdict v = embryo_gets(test, &e, "S", 0, 0, 0);
	struct segment out;

	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_SYN_AGAIN);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.rule, RULE_EMBRYO_SYN_AGAIN);
	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &out));
}

/* What is challenged leaves the embryo as it was and sends a plain ACK */
static void challenged(struct kunit *test, struct embryo *e, struct verdict v,
		       u16 rule)
{
	const struct isn *isn = isn_of(test);
	struct segment out;

	KUNIT_EXPECT_EQ(test, v.rule, rule);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	KUNIT_ASSERT_TRUE(test, embryo_output(e, &out));
	KUNIT_EXPECT_EQ(test, out.rule, rule);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.seq, isn->iss + 1);
	KUNIT_EXPECT_EQ(test, out.ack, isn->irs + 1);
	KUNIT_EXPECT_EQ(test, out.wnd, 10000);
	KUNIT_EXPECT_FALSE(test, embryo_output(e, &out));
}

/* rfc5961: 4.2 */
static void embryo_other_syn_challenged(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);

	challenged(test, &e, embryo_gets(test, &e, "S", 50, 0, 0),
		   RULE_EMBRYO_SYN);
	challenged(test, &e, embryo_gets(test, &e, "S.", 1, 0, 1),
		   RULE_EMBRYO_SYN);
}

static void embryo_outside_window_acked(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);

	challenged(test, &e, embryo_gets(test, &e, ".", 10001, 1, 1),
		   RULE_EMBRYO_WINDOW);
	challenged(test, &e, embryo_gets(test, &e, ".", 0, 0, 1),
		   RULE_EMBRYO_WINDOW);
	challenged(test, &e, embryo_gets(test, &e, "S.", 0, 0, 1),
		   RULE_EMBRYO_WINDOW);
	challenged(test, &e, embryo_gets(test, &e, ".", 10003, 0, 1),
		   RULE_EMBRYO_WINDOW);
	/* SND.NXT of a peer that filled the window and probes it */
	KUNIT_EXPECT_EQ(test, embryo_gets(test, &e, ".", 10002, 0, 1).rule,
			RULE_EMBRYO_ACK);
}

/* rfc9293: MUST-11 */
static void embryo_rst_exact_ends(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct verdict v = embryo_gets(test, &e, "R", 1, 0, 0);

	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_RST);
	KUNIT_EXPECT_EQ(test, v.bits, V_DEAD);
}

/* rfc5961: 3.2 */
static void embryo_rst_in_window_challenged(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);

	challenged(test, &e, embryo_gets(test, &e, "R", 2, 0, 0),
		   RULE_RST_CHALLENGE);
}

static void embryo_rst_outside_dropped(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct verdict v = embryo_gets(test, &e, "R", 20000, 0, 0);
	struct segment out;

	KUNIT_EXPECT_EQ(test, v.rule, RULE_SEQ_RST);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &out));
}

static void embryo_no_ack_dropped(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct verdict v = embryo_gets(test, &e, "P", 1, 10, 0);
	struct segment out;

	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_NO_ACK);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &out));
}

/* rfc6298: 5.5; rfc4987: 3.3 */
static void embryo_timeouts_back_off_and_end(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct segment out;

	KUNIT_EXPECT_EQ(test, embryo_delay_ms(&e, 120000), 1000);
	KUNIT_EXPECT_TRUE(test, embryo_timeout(&e, 2));
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, embryo_delay_ms(&e, 120000), 2000);
	KUNIT_EXPECT_TRUE(test, embryo_timeout(&e, 2));
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, embryo_delay_ms(&e, 120000), 4000);
	KUNIT_EXPECT_FALSE(test, embryo_timeout(&e, 2));
	e.sent = 255;
	KUNIT_EXPECT_EQ(test, embryo_delay_ms(&e, 120000), 120000);
	KUNIT_EXPECT_EQ(test, embryo_delay_ms(&e, 1500), 1500);
}

/* The child carries on where the embryo stood */
static void embryo_becomes_tcb(struct kunit *test)
{
	const struct isn *isn = isn_of(test);
	struct embryo e = embryo_of(test, SEG_OPT_MSS | SEG_OPT_WSCALE);
	struct script *s = script_begin(test);

	s->p.buff = 10000;
	s->p.iss = isn->iss + 5;
	tcb_from_embryo(&s->t, &s->p, &e);
	KUNIT_EXPECT_EQ(test, s->t.state, TCB_SYN_RECEIVED);
	KUNIT_EXPECT_TRUE(test, s->t.passive);
	KUNIT_EXPECT_EQ(test, s->t.irs, isn->irs);
	inject(s, "P.", 1, 100, 1, 500, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE | V_READABLE);
	kept(s, 0, 100);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 500 << 3);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 900);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 9000);
	KUNIT_EXPECT_EQ(test, s->t.cong.recover, isn->iss);
	KUNIT_EXPECT_EQ(test, s->t.rto, RTO_INITIAL_US);
	user_writes(s, 900);
	expect(s, "P.", 1, 900, 101, 9900, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* rfc6298#section-5.7, rfc6928#section-2 */
/* rfc6298: 5.7 */
static void embryo_lost_syn_ack_costs_child(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct script *s = script_begin(test);

	e.sent = 3;
	tcb_from_embryo(&s->t, &s->p, &e);
	inject(s, ".", 1, 0, 1, 5000, RULE_ACK_SYN);
	KUNIT_EXPECT_EQ(test, s->t.rto, 3000000);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 900);
	KUNIT_EXPECT_EQ(test, s->t.cong.backoff, 0);
}

/* One loss costs the child its RTO, but not its window */
/* rfc6298: 5.7 */
static void embryo_one_syn_ack_lost_raises_rto(struct kunit *test)
{
	struct embryo e = embryo_of(test, SEG_OPT_MSS);
	struct script *s = script_begin(test);

	e.sent = 2;
	tcb_from_embryo(&s->t, &s->p, &e);
	inject(s, ".", 1, 0, 1, 5000, RULE_ACK_SYN);
	KUNIT_EXPECT_EQ(test, s->t.rto, 3000000);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 9000);
}

/* The scale that the SYN/ACK told, or none if the SYN had no option */
/* rfc7323: 2.2 */
static void embryo_scale_passed_to_child(struct kunit *test)
{
	struct script *s = script_begin(test);
	struct segment syn = { .seq = s->irs, .flags = SEG_SYN, .wnd = 500 };
	struct embryo e;

	s->p.wscale = true;
	s->p.buff = 1 << 17;
	embryo_open(&e, &syn, &s->p, s->now);
	tcb_from_embryo(&s->t, &s->p, &e);
	KUNIT_EXPECT_EQ(test, s->t.rcv.shift, 0);
	KUNIT_EXPECT_FALSE(test, s->t.wscale_ok);
	KUNIT_EXPECT_EQ(test, s->t.rcv.wnd, 65535);
	syn.opts = SEG_OPT_WSCALE;
	embryo_open(&e, &syn, &s->p, s->now);
	tcb_from_embryo(&s->t, &s->p, &e);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &syn));
	KUNIT_EXPECT_EQ(test, syn.wscale, 2);
	KUNIT_EXPECT_EQ(test, syn.wnd, 65535);
	KUNIT_EXPECT_EQ(test, s->t.rcv.shift, 2);
	KUNIT_EXPECT_TRUE(test, s->t.wscale_ok);
	KUNIT_EXPECT_EQ(test, s->t.rcv.wnd, 65535);
}

/* rfc9293: MUST-8; rfc6528: 3 */
static void isn_ticks_every_four_microseconds(struct kunit *test)
{
	u32 isn = handshake_isn(0xfffffff0, 400);

	KUNIT_EXPECT_EQ(test, isn, 0xfffffff0 + 100);
	KUNIT_EXPECT_EQ(test, handshake_isn(0xfffffff0, 403), isn);
	KUNIT_EXPECT_EQ(test, handshake_isn(0xfffffff0, 404), isn + 1);
	KUNIT_EXPECT_EQ(test, handshake_isn(7, 1ull << 34), 7);
}

static u8 shift_for(u32 buff, u32 buff_max)
{
	struct tcb_params p = { .buff = buff, .buff_max = buff_max };

	return handshake_shift(&p);
}

/* rfc7323: 2.3 */
static void shift_covers_buffer(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, shift_for(0, 0), 0);
	KUNIT_EXPECT_EQ(test, shift_for(65535, 0), 0);
	KUNIT_EXPECT_EQ(test, shift_for(65536, 0), 1);
	KUNIT_EXPECT_EQ(test, shift_for(8 << 20, 0), 8);
	KUNIT_EXPECT_EQ(test, shift_for(0xffffffff, 0), 14);
	/* the larger of what it is and what it may become */
	KUNIT_EXPECT_EQ(test, shift_for(65536, 3 << 20), 6);
	KUNIT_EXPECT_EQ(test, shift_for(3 << 20, 65536), 6);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(listen_rst_ignored),
	KUNIT_CASE(listen_ack_rejected),
	KUNIT_CASE(listen_no_syn_dropped),
	KUNIT_CASE(listen_syn_fin_dropped),
	KUNIT_CASE(listen_syn_opens),
	SCRIPT_CASE(embryo_syn_ack_fields),
	KUNIT_CASE(embryo_mss_least_of_three),
	KUNIT_CASE(embryo_mss_bounded),
	KUNIT_CASE(embryo_wscale_both_or_neither),
	SCRIPT_CASE(embryo_ack_establishes),
	SCRIPT_CASE(embryo_ack_wrong_rejected),
	SCRIPT_CASE(embryo_syn_again_answered),
	SCRIPT_CASE(embryo_other_syn_challenged),
	SCRIPT_CASE(embryo_outside_window_acked),
	SCRIPT_CASE(embryo_rst_exact_ends),
	SCRIPT_CASE(embryo_rst_in_window_challenged),
	SCRIPT_CASE(embryo_rst_outside_dropped),
	SCRIPT_CASE(embryo_no_ack_dropped),
	KUNIT_CASE(embryo_timeouts_back_off_and_end),
	SCRIPT_CASE(embryo_becomes_tcb),
	SCRIPT_CASE(embryo_lost_syn_ack_costs_child),
	SCRIPT_CASE(embryo_one_syn_ack_lost_raises_rto),
	SCRIPT_CASE(embryo_scale_passed_to_child),
	KUNIT_CASE(isn_ticks_every_four_microseconds),
	KUNIT_CASE(shift_covers_buffer),
	{}
};

struct kunit_suite glass_handshake = {
	.name = "glass_handshake",
	.test_cases = cases,
};
