// SPDX-License-Identifier: GPL-2.0
/* TCP options wherever they may stand: rfc9293#section-3.1, 3.2 and 3.7.1. */
#include "script.h"
#include "suites.h"

/* A header with these options, padded to a multiple of four by the caller */
static struct segment decode(u8 flags, const u8 *options, u32 len, u32 text)
{
	u8 wire[SEG_HEADER_MAX] = {};
	struct segment s;

	wire[12] = (SEG_HEADER_MIN + len) / 4 << 4;
	wire[13] = flags;
	memcpy(wire + SEG_HEADER_MIN, options, len);
	segment_decode(&s, wire, SEG_HEADER_MIN + len + text);
	return s;
}

/* rfc9293: MUST-5, MUST-6 */
static void established_text_with_unknown_option_taken(struct kunit *test)
{
	static const u8 options[] = { 1, 1, 254, 10, 9, 9, 9, 9, 9, 9, 9, 9 };
	struct script *s = script_established(test);

	s->in = decode(SEG_ACK | SEG_PSH, options, sizeof(options), 5);
	KUNIT_EXPECT_EQ(test, s->in.opts, SEG_OPT_OTHER);
	KUNIT_EXPECT_EQ(test, s->in.len, 5);
	s->in.seq = s->irs + 1;
	s->in.ack = s->iss + 1;
	s->in.wnd = 10000;
	tcb_input(&s->t, &s->in, s->now, &s->v);
	KUNIT_EXPECT_EQ(test, s->v.rule, RULE_TEXT_IN_ORDER);
	kept(s, 0, 5);
}

/* rfc9293: MUST-64 */
static void decode_option_at_every_offset(struct kunit *test)
{
	u8 options[40];
	u32 at, size;

	for (at = 0; at <= 36; at++) {
		size = (at + 4 + 3) & ~3u;
		memset(options, SEG_KIND_NOP, sizeof(options));
		options[at] = SEG_KIND_MSS;
		options[at + 1] = 4;
		options[at + 2] = 0x05;
		options[at + 3] = 0xb4;
		KUNIT_EXPECT_EQ(test, decode(SEG_SYN, options, size, 0).opts,
				SEG_OPT_MSS);
		KUNIT_EXPECT_EQ(test, decode(SEG_SYN, options, size, 0).mss,
				1460);
	}
}

/* Walks encoded options: lengths that fit, and nothing but zeros at the end */
static void check_options(struct kunit *test, const u8 *p, u32 left)
{
	u32 len;

	while (left && p[0] != SEG_KIND_END) {
		len = 1;
		if (p[0] != SEG_KIND_NOP) {
			KUNIT_ASSERT_TRUE(test, left >= 2);
			len = p[1];
			KUNIT_ASSERT_TRUE(test, len >= 2 && len <= left);
		}
		p += len;
		left -= len;
	}
	for (; left; left--)
		KUNIT_EXPECT_EQ(test, *p++, 0);
}

/* rfc9293: MUST-68, MUST-69 */
static void encode_options_whole_and_padded(struct kunit *test)
{
	struct segment s = { .flags = SEG_SYN, .mss = 1460, .wscale = 7 };
	u8 wire[SEG_HEADER_MAX];

	for (s.opts = 0; s.opts < SEG_OPT_OTHER; s.opts++) {
		memset(wire, 0xee, sizeof(wire));
		segment_encode(&s, wire);
		KUNIT_EXPECT_EQ(test, segment_size(&s) % 4, 0);
		check_options(test, wire + SEG_HEADER_MIN,
			      segment_size(&s) - SEG_HEADER_MIN);
	}
}

/* rfc9293: MAY-3 */
static void syn_sent_default_mss_named_too(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.adv_mss = MSS_DEFAULT_V4;
	script_open(s);
	KUNIT_EXPECT_EQ(test, s->out.opts, SEG_OPT_MSS);
	KUNIT_EXPECT_EQ(test, s->out.mss, 536);
}

/* rfc9293: MUST-15 */
static void syn_sent_no_mss_option_means_default_of_ipv6(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.default_mss = MSS_DEFAULT_V6;
	s->p.path_mss = 1400;
	s->peer_mss = 0;
	script_establish(s);
	user_writes(s, 2000);
	expect(s, ".", 1, 1220, 1, 10000, RULE_SEND_TEXT);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_text_with_unknown_option_taken),
	KUNIT_CASE(decode_option_at_every_offset),
	KUNIT_CASE(encode_options_whole_and_padded),
	SCRIPT_CASE(syn_sent_default_mss_named_too),
	SCRIPT_CASE(syn_sent_no_mss_option_means_default_of_ipv6),
	{}
};

struct kunit_suite glass_option = {
	.name = "glass_option",
	.test_cases = cases,
};
