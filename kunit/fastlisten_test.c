// SPDX-License-Identifier: GPL-2.0
/* A listener's child that a SYN with a good cookie made: rfc7413. */
#include <glass/challenge.h>

#include "script.h"
#include "suites.h"

#define NOW	1000000ull
#define LATER	(NOW + 100000)

/* A child that a SYN with a good cookie and @text made, its SYN/ACK sent */
static struct tcb server(struct kunit *test, u32 text, struct segment *out,
			 struct verdict *v)
{
	struct tcb_params p = {
		.iss = isn_of(test)->iss, .buff = 10000, .adv_mss = 1000,
		.path_mss = 1000, .default_mss = 536, .syn_retries = 2,
		.retries = 5,
	};
	struct segment more, syn = {
		.seq = isn_of(test)->irs, .wnd = 5000, .len = text,
		.flags = SEG_SYN, .opts = SEG_OPT_MSS | SEG_OPT_FASTOPEN,
		.mss = 1000,
	};
	struct embryo e;
	struct tcb t;

	embryo_open(&e, &syn, &p, NOW);
	tcb_from_embryo(&t, &p, &e);
	tcb_fast_open(&t, &syn, v);
	KUNIT_EXPECT_TRUE(test, tcb_output(&t, NOW, 0, out));
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, NOW, 0, &more));
	return t;
}

static struct verdict from_client(struct kunit *test, struct tcb *t, u8 flags,
				  u32 seq, u32 ack)
{
	struct segment s = {
		.seq = isn_of(test)->irs + seq, .ack = t->iss + ack,
		.wnd = 5000, .flags = flags,
	};
	struct verdict v;

	tcb_input(t, &s, LATER, &v);
	return v;
}

/* rfc7413: 4.2.2 */
static void server_syn_ack_takes_text(struct kunit *test)
{
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);

	KUNIT_EXPECT_EQ(test, v.rule, RULE_FASTOPEN_OPEN);
	KUNIT_EXPECT_EQ(test, v.bits, V_READABLE);
	KUNIT_EXPECT_EQ(test, v.text_skip, 0);
	KUNIT_EXPECT_EQ(test, v.text_keep, 200);
	KUNIT_EXPECT_EQ(test, t.state, TCB_SYN_RECEIVED);
	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN_ACK);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.ack, t.irs + 201);
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
	v = from_client(test, &t, SEG_ACK, 201, 1);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_ACK_SYN);
	KUNIT_EXPECT_EQ(test, t.state, TCB_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, t.srtt, 100000);
	KUNIT_EXPECT_EQ(test, t.armed, 0);
}

/* More text than the window promises is cut, the rest comes again */
static void server_text_beyond_window_cut(struct kunit *test)
{
	struct segment out;
	struct verdict v;

	server(test, 12000, &out, &v);
	KUNIT_EXPECT_EQ(test, v.text_keep, 10000);
	KUNIT_EXPECT_EQ(test, out.ack, isn_of(test)->irs + 10001);
	server(test, 0, &out, &v);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	KUNIT_EXPECT_EQ(test, out.ack, isn_of(test)->irs + 1);
}

static void server_writes_before_ack(struct kunit *test)
{
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);

	tcb_write(&t, 100);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW, 0, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_PUSH);
	KUNIT_EXPECT_EQ(test, out.seq, t.iss + 1);
	KUNIT_EXPECT_EQ(test, out.len, 100);
	v = from_client(test, &t, SEG_ACK, 201, 101);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_ACK_SYN);
	KUNIT_EXPECT_EQ(test, t.snd.una, t.iss + 101);
	KUNIT_EXPECT_EQ(test, t.armed & 1u << DUE_RETRANSMIT, 0);
}

/* No ACK: the SYN/ACK alone again; the text follows its ACK; rfc7413: 4.2.2 */
static void server_timeout_syn_ack_alone(struct kunit *test)
{
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);

	tcb_write(&t, 100);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW, 0, &out));
	tcb_timeout(&t, NOW + 1000000, &v);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW + 1000000, 0, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN_ACK_AGAIN);
	KUNIT_EXPECT_EQ(test, out.ack, t.irs + 201);
	KUNIT_EXPECT_EQ(test, out.len, 0);
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, NOW + 1000000, 0, &out));
	from_client(test, &t, SEG_ACK, 201, 1);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW + 1100000, 0, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_RESEND_RTO);
	KUNIT_EXPECT_EQ(test, out.seq, t.iss + 1);
	KUNIT_EXPECT_EQ(test, out.len, 100);
}

/* As many SYN/ACKs as the listener has patience for, whoever set what */
static void server_gives_up(struct kunit *test)
{
	u64 now = NOW;
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);
	u32 i;

	t.opt.syn_retries = 100;
	for (i = 0; i < 2; i++) {
		now += 10000000;
		tcb_timeout(&t, now, &v);
		KUNIT_ASSERT_TRUE(test, tcb_output(&t, now, 0, &out));
		KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	}
	tcb_timeout(&t, now + 10000000, &v);
	KUNIT_EXPECT_EQ(test, v.bits, V_DEAD | V_TIMED_OUT);
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, now, 0, &out));
}

/* The SYN again is answered by the SYN/ACK, and no text goes twice for it */
static void server_syn_again_answered(struct kunit *test)
{
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);

	tcb_write(&t, 100);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW, 0, &out));
	v = from_client(test, &t, SEG_SYN, 0, 0);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_SYN_AGAIN);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, LATER, 0, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_EMBRYO_SYN_AGAIN);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.seq, t.iss);
	KUNIT_EXPECT_EQ(test, out.ack, t.irs + 201);
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, LATER, 0, &out));
	/* what is answered too often is not, see challenge.c */
	from_client(test, &t, SEG_SYN, 0, 0);
	tcb_withhold(&t);
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, LATER, 0, &out));
	v = from_client(test, &t, SEG_SYN, 500, 0);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_SYN_CHALLENGE);
}

static void server_rst_resets(struct kunit *test)
{
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);

	v = from_client(test, &t, SEG_RST, 1, 0);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_SEQ_RST);
	v = from_client(test, &t, SEG_RST, 201, 0);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_RST_EXACT);
	KUNIT_EXPECT_EQ(test, v.bits, V_DEAD | V_RESET);
}

static void server_bad_ack_rejected(struct kunit *test)
{
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);

	v = from_client(test, &t, SEG_ACK, 201, 2);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_ACK_SYN_BAD);
	KUNIT_EXPECT_EQ(test, v.bits, V_REJECT);
}

/* The user closes before the ACK: the FIN goes at once */
static void server_closes_before_ack(struct kunit *test)
{
	struct segment out;
	struct verdict v;
	struct tcb t = server(test, 200, &out, &v);

	tcb_close(&t, &v);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW, 0, &out));
	KUNIT_EXPECT_EQ(test, out.flags, SEG_FIN | SEG_ACK);
	from_client(test, &t, SEG_ACK, 201, 2);
	KUNIT_EXPECT_EQ(test, t.state, TCB_FIN_WAIT_2);
	KUNIT_EXPECT_TRUE(test, t.syn_acked);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(server_syn_ack_takes_text),
	SCRIPT_CASE(server_text_beyond_window_cut),
	SCRIPT_CASE(server_writes_before_ack),
	SCRIPT_CASE(server_timeout_syn_ack_alone),
	SCRIPT_CASE(server_gives_up),
	SCRIPT_CASE(server_syn_again_answered),
	SCRIPT_CASE(server_rst_resets),
	SCRIPT_CASE(server_bad_ack_rejected),
	SCRIPT_CASE(server_closes_before_ack),
	{}
};

struct kunit_suite glass_fastopen_listen = {
	.name = "glass_fastopen_listen",
	.test_cases = cases,
};
