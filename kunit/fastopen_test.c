// SPDX-License-Identifier: GPL-2.0
/* Text in a SYN: TCP Fast Open, rfc7413. */
#include "script.h"
#include "suites.h"

#define NOW	1000000ull
#define LATER	(NOW + 100000)

/* An option of kind 34 with @len octets of cookie in a SYN or not */
static struct segment option_of(u8 flags, u8 len)
{
	u8 wire[SEG_HEADER_MAX] = {};
	struct segment s;
	u8 i;

	wire[12] = SEG_HEADER_MAX / 4 << 4;
	wire[13] = flags;
	wire[20] = SEG_KIND_FASTOPEN;
	wire[21] = 2 + len;
	for (i = 0; i < len; i++)
		wire[22 + i] = 0xa0 + i;
	segment_decode(&s, wire, SEG_HEADER_MAX);
	return s;
}

/* rfc7413: 4.1.1 */
static void fastopen_option_decoded(struct kunit *test)
{
	struct segment s;
	u8 len;

	for (len = 0; len < 37; len++) {
		bool good = !len || (len >= 4 && len <= 16 && len % 2 == 0);

		s = option_of(SEG_SYN, len);
		KUNIT_EXPECT_EQ(test, s.opts, good ? SEG_OPT_FASTOPEN :
						     SEG_OPT_BAD);
		KUNIT_EXPECT_EQ(test, s.cookie_len, good ? len : 0);
		if (good && len)
			KUNIT_EXPECT_EQ(test, s.cookie[len - 1], 0x9f + len);
		/* only a SYN may have it */
		KUNIT_EXPECT_EQ(test, option_of(SEG_ACK, len).cookie_len, 0);
	}
	KUNIT_EXPECT_EQ(test, option_of(SEG_ACK, 8).opts, 0);
}

/* Beside all other options of a SYN the longest cookie just fits */
static void fastopen_option_encoded(struct kunit *test)
{
	u8 wire[SEG_HEADER_MAX];
	struct segment s, back;
	u8 len;

	for (len = 4; len <= SEG_COOKIE_MAX; len += 2) {
		s = (struct segment){
			.flags = SEG_SYN,
			.opts = SEG_OPT_MSS | SEG_OPT_WSCALE | SEG_OPT_TS |
				SEG_OPT_SACK_OK | SEG_OPT_FASTOPEN,
			.cookie_len = len,
		};
		memset(s.cookie, len, len);
		KUNIT_ASSERT_TRUE(test, segment_size(&s) <= SEG_HEADER_MAX);
		KUNIT_ASSERT_EQ(test, segment_size(&s) % 4, 0);
		memset(wire, 0xff, sizeof(wire));
		segment_encode(&s, wire);
		KUNIT_ASSERT_EQ(test, segment_header_len(wire, sizeof(wire)),
				(int)segment_size(&s));
		segment_decode(&back, wire, segment_size(&s));
		KUNIT_EXPECT_EQ(test, back.opts, s.opts);
		KUNIT_EXPECT_EQ(test, back.cookie_len, len);
		KUNIT_EXPECT_EQ(test, memcmp(back.cookie, s.cookie,
					     sizeof(s.cookie)), 0);
	}
	KUNIT_EXPECT_EQ(test, segment_size(&s), SEG_HEADER_MAX);
}

/* rfc7413: 4.2, 4.2.1, 4.2.2, 5.1 */
static void fastopen_judge_table(struct kunit *test)
{
	static const struct {
		u32 pending, limit, text;
		int cookie;		/* -1: no option */
		bool free, good;
		u16 rule;
	} row[] = {
		{ 0, 0, 10, 8, 0, 1, RULE_LISTEN_SYN },
		{ 0, 5, 10, -1, 0, 0, RULE_LISTEN_SYN },
		{ 0, 5, 0, 0, 0, 0, RULE_FASTOPEN_ASK },
		{ 0, 5, 10, 0, 0, 0, RULE_FASTOPEN_ASK },
		{ 0, 5, 10, 8, 0, 0, RULE_FASTOPEN_BAD },
		{ 0, 5, 10, 8, 0, 1, RULE_FASTOPEN_OPEN },
		{ 4, 5, 0, 8, 0, 1, RULE_FASTOPEN_OPEN },
		{ 5, 5, 10, 8, 0, 1, RULE_FASTOPEN_FULL },
		{ 5, 5, 0, 0, 0, 0, RULE_FASTOPEN_FULL },
		{ 5, 5, 10, -1, 0, 0, RULE_LISTEN_SYN },
		{ 0, 5, 10, -1, 1, 0, RULE_FASTOPEN_OPEN },
		{ 0, 5, 0, -1, 1, 0, RULE_LISTEN_SYN },
		{ 0, 5, 0, 0, 1, 0, RULE_FASTOPEN_OPEN },
	};
	size_t i;
	u16 rule;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		struct segment syn = {
			.flags = SEG_SYN,
			.len = row[i].text,
			.opts = row[i].cookie < 0 ? 0 : SEG_OPT_FASTOPEN,
			.cookie_len = max(row[i].cookie, 0),
		};

		rule = fastopen_judge(&syn, row[i].pending, row[i].limit,
				      row[i].free, row[i].good);
		KUNIT_EXPECT_EQ(test, rule, row[i].rule);
		KUNIT_EXPECT_TRUE(test, listen_opens(rule) ==
				  (rule != RULE_FASTOPEN_OPEN));
		KUNIT_EXPECT_TRUE(test, listen_gives_cookie(rule) ==
				  (rule == RULE_FASTOPEN_ASK ||
				   rule == RULE_FASTOPEN_BAD));
	}
	KUNIT_EXPECT_FALSE(test, listen_opens(RULE_LISTEN_RST));
}

/* The SYN/ACK of an embryo brings the cookie once */
static void fastopen_embryo_gives_cookie_once(struct kunit *test)
{
	struct tcb_params p = { .buff = 10000, .path_mss = 1000, .cookie = true };
	struct segment syn = { .flags = SEG_SYN, .len = 10 }, out;
	struct embryo e;

	embryo_open(&e, &syn, &p, NOW);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS | SEG_OPT_FASTOPEN);
	KUNIT_EXPECT_EQ(test, out.ack, 1);
	KUNIT_ASSERT_TRUE(test, embryo_timeout(&e, 3));
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
}

/* SYN-SENT, its first SYN sent: @text octets queued, so many may go in it */
static struct tcb client(struct kunit *test, u32 text, u16 fits,
			 struct segment *out)
{
	struct tcb_params p = {
		.iss = isn_of(test)->iss, .buff = 10000, .adv_mss = 1000,
		.path_mss = 1400, .default_mss = 536, .syn_retries = 3,
		.retries = 5,
	};
	struct segment more;
	struct tcb t;

	tcb_init(&t, &p);
	tcb_open(&t);
	fastopen_offer(&t, true, fits);
	tcb_write(&t, text);
	KUNIT_EXPECT_TRUE(test, tcb_output(&t, NOW, 0, out));
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, NOW, 0, &more));
	return t;
}

static struct verdict synack(struct kunit *test, struct tcb *t, u32 ack)
{
	struct segment s = {
		.seq = isn_of(test)->irs, .ack = t->iss + ack, .wnd = 5000,
		.flags = SEG_SYN | SEG_ACK, .opts = SEG_OPT_MSS, .mss = 1000,
	};
	struct verdict v;

	tcb_input(t, &s, LATER, &v);
	return v;
}

static void client_syn_carries_text(struct kunit *test)
{
	struct segment out;
	struct tcb t = client(test, 300, 300, &out);

	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN_TEXT);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN);
	KUNIT_EXPECT_EQ(test, out.seq, t.iss);
	KUNIT_EXPECT_EQ(test, out.len, 300);
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS | SEG_OPT_FASTOPEN);
	KUNIT_EXPECT_EQ(test, t.snd.nxt, t.iss + 301);
	client(test, 300, 100, &out);
	KUNIT_EXPECT_EQ(test, out.len, 100);
	client(test, 300, 0, &out);
	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN);
	KUNIT_EXPECT_EQ(test, out.len, 0);
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS | SEG_OPT_FASTOPEN);
}

/* rfc7413: 4.1.3 */
static void client_room_for_text(struct kunit *test)
{
	struct segment out;
	struct tcb t = client(test, 0, 0, &out);

	KUNIT_EXPECT_EQ(test, fastopen_room(&t, 0), 536 - 40);
	KUNIT_EXPECT_EQ(test, fastopen_room(&t, 900), 900 - 40);
	KUNIT_EXPECT_EQ(test, fastopen_room(&t, 9000), 1400 - 40);
	KUNIT_EXPECT_EQ(test, fastopen_room(&t, 40), 0);
	KUNIT_EXPECT_EQ(test, fastopen_room(&t, 1), 0);
}

/* rfc7413: 4.2.2 */
static void client_text_taken(struct kunit *test)
{
	struct segment out;
	struct tcb t = client(test, 300, 300, &out);
	struct verdict v = synack(test, &t, 301);

	KUNIT_EXPECT_EQ(test, v.rule, RULE_FASTOPEN_TAKEN);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED | V_WRITABLE);
	KUNIT_EXPECT_EQ(test, t.snd.una, t.iss + 301);
	KUNIT_EXPECT_EQ(test, t.srtt, 100000);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, LATER, 0, &out));
	KUNIT_EXPECT_EQ(test, out.flags, SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.seq, t.iss + 301);
	KUNIT_EXPECT_EQ(test, out.len, 0);
	KUNIT_EXPECT_EQ(test, t.armed, 0);
}

/* What the server left goes with the ACK, also in part; rfc7413: 4.2.2 */
static void client_text_left_sent_anew(struct kunit *test)
{
	struct segment out;
	u32 taken;

	for (taken = 0; taken < 300; taken += 299) {
		struct tcb t = client(test, 300, 300, &out);
		struct verdict v = synack(test, &t, 1 + taken);

		KUNIT_EXPECT_EQ(test, v.rule, RULE_FASTOPEN_LEFT);
		KUNIT_EXPECT_EQ(test, t.state, TCB_ESTABLISHED);
		KUNIT_ASSERT_TRUE(test, tcb_output(&t, LATER, 0, &out));
		KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_PUSH);
		KUNIT_EXPECT_EQ(test, out.seq, t.iss + 1 + taken);
		KUNIT_EXPECT_EQ(test, out.len, 300 - taken);
		KUNIT_EXPECT_EQ(test, out.ack, isn_of(test)->irs + 1);
		KUNIT_EXPECT_EQ(test, t.snd.nxt, t.iss + 301);
	}
}

/* A SYN that is sent again has neither option nor text; rfc7413: 4.2.1, 4.2.2 */
static void client_syn_again_is_bare(struct kunit *test)
{
	struct segment out;
	struct tcb t = client(test, 300, 300, &out);
	struct verdict v;

	tcb_timeout(&t, NOW + 1000000, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_SEND_SYN_AGAIN);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW + 1000000, 0, &out));
	KUNIT_EXPECT_EQ(test, out.len, 0);
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
	/* but it was the first that arrived */
	v = synack(test, &t, 301);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_FASTOPEN_TAKEN);
	KUNIT_EXPECT_EQ(test, t.snd.una, t.iss + 301);
}

static void client_held_syn_waits(struct kunit *test)
{
	struct tcb_params p = {
		.iss = isn_of(test)->iss, .buff = 10000, .path_mss = 1400,
		.default_mss = 536,
	};
	struct segment out, syn = {
		.seq = isn_of(test)->irs, .wnd = 5000, .flags = SEG_SYN,
	};
	struct verdict v;
	struct tcb t;

	tcb_init(&t, &p);
	tcb_open(&t);
	fastopen_offer(&t, true, 100);
	fastopen_hold(&t);
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, NOW, 0, &out));
	KUNIT_EXPECT_EQ(test, t.armed, 0);
	/* the peer's SYN comes too early: it will come again */
	tcb_input(&t, &syn, NOW, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_SYN_SENT_HELD);
	KUNIT_EXPECT_EQ(test, t.state, TCB_SYN_SENT);
	KUNIT_EXPECT_FALSE(test, tcb_output(&t, NOW, 0, &out));
	tcb_write(&t, 50);
	fastopen_release(&t);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, NOW, 0, &out));
	KUNIT_EXPECT_EQ(test, out.len, 50);
}

/* Both ends opened at once: the answer has no option, the text goes later */
static void client_simultaneous_open(struct kunit *test)
{
	struct segment out, syn = {
		.seq = isn_of(test)->irs, .wnd = 5000, .flags = SEG_SYN,
		.opts = SEG_OPT_MSS, .mss = 1000,
	};
	struct tcb t = client(test, 300, 300, &out);
	struct verdict v;

	tcb_input(&t, &syn, LATER, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_SYN_SENT_SYN);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, LATER, 0, &out));
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.len, 0);
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
	syn.flags = SEG_ACK;
	syn.seq++;
	syn.ack = t.iss + 1;
	tcb_input(&t, &syn, LATER, &v);
	KUNIT_EXPECT_EQ(test, t.state, TCB_ESTABLISHED);
	KUNIT_ASSERT_TRUE(test, tcb_output(&t, LATER, 0, &out));
	KUNIT_EXPECT_EQ(test, out.seq, t.iss + 1);
	KUNIT_EXPECT_EQ(test, out.len, 300);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fastopen_option_decoded),
	KUNIT_CASE(fastopen_option_encoded),
	KUNIT_CASE(fastopen_judge_table),
	KUNIT_CASE(fastopen_embryo_gives_cookie_once),
	SCRIPT_CASE(client_syn_carries_text),
	SCRIPT_CASE(client_room_for_text),
	SCRIPT_CASE(client_text_taken),
	SCRIPT_CASE(client_text_left_sent_anew),
	SCRIPT_CASE(client_syn_again_is_bare),
	SCRIPT_CASE(client_held_syn_waits),
	SCRIPT_CASE(client_simultaneous_open),
	{}
};

struct kunit_suite glass_fastopen = {
	.name = "glass_fastopen",
	.test_cases = cases,
};
