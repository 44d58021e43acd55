// SPDX-License-Identifier: GPL-2.0
/* The wire format and the RST for nobody, rfc9293#section-3.1 and 3.10.7.1. */
#include <glass/core.h>
#include "suites.h"

static const u8 plain[20] = {
	0x12, 0x34, 0xd4, 0x31,		/* ports */
	0x89, 0xab, 0xcd, 0xef,		/* seq */
	0xfe, 0xdc, 0xba, 0x98,		/* ack */
	0x50, 0x18, 0xab, 0xcd,		/* offset, PSH ACK, window */
	0x11, 0x22, 0x33, 0x44,		/* checksum, urgent pointer */
};

/* A SYN with these options, padded to a multiple of four by the caller */
static struct segment decode(u8 flags, const u8 *options, u32 len)
{
	u8 wire[SEG_HEADER_MAX] = {};
	struct segment s;

	wire[12] = (SEG_HEADER_MIN + len) / 4 << 4;
	wire[13] = flags;
	memcpy(wire + SEG_HEADER_MIN, options, len);
	segment_decode(&s, wire, SEG_HEADER_MIN + len);
	return s;
}

static void header_short_refused(struct kunit *test)
{
	u8 wire[20] = { [12] = 0x60 };

	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 0), -RULE_HEADER_SHORT);
	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 19),
			-RULE_HEADER_SHORT);
	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 20),
			-RULE_HEADER_SHORT);
	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 23),
			-RULE_HEADER_SHORT);
	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 24), 24);
}

static void header_offset_refused(struct kunit *test)
{
	u8 wire[20] = { [12] = 0x4f };

	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 20),
			-RULE_HEADER_OFFSET);
	wire[12] = 0;
	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 99),
			-RULE_HEADER_OFFSET);
	wire[12] = 0x50;
	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 99), 20);
	wire[12] = 0xf0;
	KUNIT_EXPECT_EQ(test, segment_header_len(wire, 99), 60);
}

/* rfc9293: MUST-1 */
static void decode_reads_every_field(struct kunit *test)
{
	struct segment s;

	segment_decode(&s, plain, 25);
	KUNIT_EXPECT_EQ(test, s.src, 0x1234);
	KUNIT_EXPECT_EQ(test, s.dst, 54321);
	KUNIT_EXPECT_EQ(test, s.seq, 0x89abcdef);
	KUNIT_EXPECT_EQ(test, s.ack, 0xfedcba98);
	KUNIT_EXPECT_EQ(test, s.flags, SEG_PSH | SEG_ACK);
	KUNIT_EXPECT_EQ(test, s.wnd, 0xabcd);
	KUNIT_EXPECT_EQ(test, s.up, 0x3344);
	KUNIT_EXPECT_EQ(test, s.len, 5);
	KUNIT_EXPECT_EQ(test, s.opts, 0);
	KUNIT_EXPECT_EQ(test, s.rule, 0);
	KUNIT_EXPECT_FALSE(test, s.no_room);
}

/* rfc9293: MUST-4, MUST-14 */
static void decode_syn_options(struct kunit *test)
{
	static const u8 options[] = { 2, 4, 0x05, 0xb4, 1, 3, 3, 7 };
	struct segment s = decode(SEG_SYN, options, sizeof(options));

	KUNIT_EXPECT_EQ(test, s.opts, SEG_OPT_MSS | SEG_OPT_WSCALE);
	KUNIT_EXPECT_EQ(test, s.mss, 1460);
	KUNIT_EXPECT_EQ(test, s.wscale, 7);
	KUNIT_EXPECT_EQ(test, s.len, 0);
}

/* rfc9293#section-3.2, rfc7323#section-2.2: only in a SYN */
/* rfc7323: 2.2 */
static void decode_options_outside_syn_ignored(struct kunit *test)
{
	static const u8 options[] = { 2, 4, 0x05, 0xb4, 1, 3, 3, 7 };

	KUNIT_EXPECT_EQ(test, decode(SEG_ACK, options, 8).opts, 0);
}

/* rfc7323: 2.3 */
static void decode_wscale_clamped(struct kunit *test)
{
	static const u8 options[] = { 3, 3, 15, 0 };

	KUNIT_EXPECT_EQ(test, decode(SEG_SYN, options, 4).wscale, 14);
}

/* rfc9293: MUST-6 */
static void decode_unknown_option_skipped(struct kunit *test)
{
	static const u8 options[] = { 254, 4, 9, 9, 2, 4, 1, 0, };
	struct segment s = decode(SEG_SYN, options, 8);

	KUNIT_EXPECT_EQ(test, s.opts, SEG_OPT_OTHER | SEG_OPT_MSS);
	KUNIT_EXPECT_EQ(test, s.mss, 256);
}

/* The shortest option that has a length, up to the header's last octet */
/* rfc9293: MUST-6, MUST-64 */
static void decode_option_of_two_octets_skipped(struct kunit *test)
{
	static const u8 options[] = { 254, 2, 2, 4, 1, 0, 254, 2 };
	struct segment s = decode(SEG_SYN, options, 8);

	KUNIT_EXPECT_EQ(test, s.opts, SEG_OPT_OTHER | SEG_OPT_MSS);
	KUNIT_EXPECT_EQ(test, s.mss, 256);
}

/* rfc9293: MUST-4 */
static void decode_end_stops(struct kunit *test)
{
	static const u8 options[] = { 0, 0, 0, 0, 2, 4, 1, 0 };

	KUNIT_EXPECT_EQ(test, decode(SEG_SYN, options, 8).opts, 0);
}

/* rfc9293: MUST-7 */
static void decode_bad_length_stops(struct kunit *test)
{
	static const u8 zero[] = { 254, 0, 1, 1, 2, 4, 1, 0 };
	static const u8 one[] = { 254, 1, 1, 1, 2, 4, 1, 0 };
	static const u8 long_one[] = { 2, 4, 1, 0, 254, 5, 0, 0 };
	static const u8 no_length[] = { 1, 1, 1, 2 };

	KUNIT_EXPECT_EQ(test, decode(SEG_SYN, zero, 8).opts, SEG_OPT_BAD);
	KUNIT_EXPECT_EQ(test, decode(SEG_SYN, one, 8).opts, SEG_OPT_BAD);
	KUNIT_EXPECT_EQ(test, decode(SEG_SYN, long_one, 8).opts,
			SEG_OPT_BAD | SEG_OPT_MSS);
	KUNIT_EXPECT_EQ(test, decode(SEG_SYN, no_length, 4).opts, SEG_OPT_BAD);
}

/* A known kind with a wrong length is skipped, what follows is read */
/* rfc9293: MUST-7 */
static void decode_wrong_length_of_known_kind(struct kunit *test)
{
	static const u8 mss3[] = { 2, 3, 9, 3, 3, 5, 0, 0 };
	static const u8 scale4[] = { 3, 4, 9, 9, 2, 4, 1, 0 };
	struct segment s = decode(SEG_SYN, mss3, 8);

	KUNIT_EXPECT_EQ(test, s.opts, SEG_OPT_BAD | SEG_OPT_WSCALE);
	KUNIT_EXPECT_EQ(test, s.wscale, 5);
	s = decode(SEG_SYN, scale4, 8);
	KUNIT_EXPECT_EQ(test, s.opts, SEG_OPT_BAD | SEG_OPT_MSS);
	KUNIT_EXPECT_EQ(test, s.mss, 256);
}

/* Every kind and every length, in every position: no octet read outside */
/* rfc9293: MUST-7 */
static void decode_survives_every_length(struct kunit *test)
{
	u8 options[40] = {};
	u32 kind, len, size;

	for (kind = 0; kind < 256; kind++) {
		for (len = 0; len < 256; len++) {
			size = 4 + (kind + len) % 10 * 4;
			memset(options, SEG_KIND_NOP, sizeof(options));
			options[size - 2] = kind;
			options[size - 1] = len;
			decode(SEG_SYN, options, size);
			if (kind > 8 && len != 2)
				KUNIT_EXPECT_EQ(test, decode(SEG_SYN, options,
							     size).opts,
						SEG_OPT_BAD);
		}
	}
}

#define SYN_OPTIONS (SEG_OPT_MSS | SEG_OPT_WSCALE | SEG_OPT_SACK_OK | \
		     SEG_OPT_TS)

/* rfc9293: MUST-68 */
static void encode_is_inverse_of_decode(struct kunit *test)
{
	struct segment in = {
		.src = 0xfedc, .dst = 0x0102, .seq = 0xffeeddcc,
		.ack = 0x44332211, .flags = SEG_SYN | SEG_ACK, .wnd = 0xfffe,
		.up = 0x8001, .mss = 8961, .wscale = 9,
		.tsval = 0x01fe02fd, .tsecr = 0xf0e1d2c3,
	};
	struct segment out;
	u8 wire[SEG_HEADER_MAX];
	u8 opts;

	for (opts = 0; opts <= SYN_OPTIONS; opts++) {
		if (opts & SEG_OPT_SACK)
			continue;
		in.opts = opts;
		memset(wire, 0xee, sizeof(wire));
		segment_encode(&in, wire);
		KUNIT_ASSERT_EQ(test, segment_header_len(wire, 60),
				segment_size(&in));
		KUNIT_EXPECT_EQ(test, wire[segment_size(&in)], 0xee);
		KUNIT_EXPECT_EQ(test, wire[16] | wire[17], 0);
		segment_decode(&out, wire, segment_size(&in));
		KUNIT_EXPECT_EQ(test, out.src, in.src);
		KUNIT_EXPECT_EQ(test, out.dst, in.dst);
		KUNIT_EXPECT_EQ(test, out.seq, in.seq);
		KUNIT_EXPECT_EQ(test, out.ack, in.ack);
		KUNIT_EXPECT_EQ(test, out.flags, in.flags);
		KUNIT_EXPECT_EQ(test, out.wnd, in.wnd);
		KUNIT_EXPECT_EQ(test, out.up, in.up);
		KUNIT_EXPECT_EQ(test, out.opts, opts);
		KUNIT_EXPECT_EQ(test, out.mss, opts & SEG_OPT_MSS ? 8961 : 0);
		KUNIT_EXPECT_EQ(test, out.wscale,
				opts & SEG_OPT_WSCALE ? 9 : 0);
		KUNIT_EXPECT_EQ(test, out.tsval,
				opts & SEG_OPT_TS ? in.tsval : 0);
		KUNIT_EXPECT_EQ(test, out.tsecr,
				opts & SEG_OPT_TS ? in.tsecr : 0);
	}
}

/* Up to four blocks, three beside timestamps: all that a header holds */
static void encode_sack_is_inverse_of_decode(struct kunit *test)
{
	struct segment in = {
		.flags = SEG_ACK, .tsval = 5, .tsecr = 6,
		.sack = { { 1, 2 }, { 3, 0xffffffff }, { 5, 6 }, { 7, 8 } },
	};
	struct segment out;
	u8 wire[SEG_HEADER_MAX];
	int ts, i;

	for (ts = 0; ts < 2; ts++) {
		in.opts = SEG_OPT_SACK | (ts ? SEG_OPT_TS : 0);
		for (in.sacks = 1; in.sacks <= 4 - ts; in.sacks++) {
			KUNIT_EXPECT_LE(test, segment_size(&in),
					SEG_HEADER_MAX);
			segment_encode(&in, wire);
			segment_decode(&out, wire, segment_size(&in));
			KUNIT_EXPECT_EQ(test, out.opts, in.opts);
			KUNIT_ASSERT_EQ(test, out.sacks, in.sacks);
			for (i = 0; i < in.sacks; i++) {
				KUNIT_EXPECT_EQ(test, out.sack[i].start,
						in.sack[i].start);
				KUNIT_EXPECT_EQ(test, out.sack[i].end,
						in.sack[i].end);
			}
		}
	}
}

static void decode_sack_of_odd_length_is_bad(struct kunit *test)
{
	u8 options[40];
	u8 len;

	memset(options, 0, sizeof(options));
	options[0] = SEG_KIND_SACK;
	for (len = 2; len <= 40; len++) {
		bool fits = len == 10 || len == 18 || len == 26 || len == 34;

		options[1] = len;
		KUNIT_EXPECT_EQ(test, decode(SEG_ACK, options, 40).opts,
				fits ? SEG_OPT_SACK : SEG_OPT_BAD);
	}
}

/* The last of several counts */
static void decode_repeated_option(struct kunit *test)
{
	const u8 options[] = { 2, 4, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2,
			       2, 4, 5, 180, 8, 10, 0, 0, 0, 3, 0, 0, 0, 4 };
	struct segment s = decode(SEG_SYN, options, sizeof(options));

	KUNIT_EXPECT_EQ(test, s.opts, SEG_OPT_MSS | SEG_OPT_TS);
	KUNIT_EXPECT_EQ(test, s.mss, 1460);
	KUNIT_EXPECT_EQ(test, s.tsval, 3);
	KUNIT_EXPECT_EQ(test, s.tsecr, 4);
}

static void encode_zeroes_ack_without_flag(struct kunit *test)
{
	struct segment s = { .ack = 0x01020304, .flags = SEG_SYN };
	u8 wire[SEG_HEADER_MAX];

	segment_encode(&s, wire);
	KUNIT_EXPECT_EQ(test, wire[8] | wire[9] | wire[10] | wire[11], 0);
}

static void seg_len_counts_syn_and_fin(struct kunit *test)
{
	struct segment s = { .len = 10, .seq = 0xffffffff };

	KUNIT_EXPECT_EQ(test, seg_len(&s), 10);
	KUNIT_EXPECT_EQ(test, seg_text(&s), 0xffffffff);
	s.flags = SEG_SYN | SEG_FIN;
	KUNIT_EXPECT_EQ(test, seg_len(&s), 12);
	KUNIT_EXPECT_EQ(test, seg_text(&s), 0);
}

static void reject_of_ack_stands_at_its_ack(struct kunit *test)
{
	struct segment s = {
		.src = 1, .dst = 2, .seq = 100, .ack = 777, .len = 5,
		.flags = SEG_ACK | SEG_SYN,
	};
	struct segment rst;

	KUNIT_ASSERT_TRUE(test, segment_reject(&s, &rst));
	KUNIT_EXPECT_EQ(test, rst.flags, SEG_RST);
	KUNIT_EXPECT_EQ(test, rst.seq, 777);
	KUNIT_EXPECT_EQ(test, rst.src, 2);
	KUNIT_EXPECT_EQ(test, rst.dst, 1);
	KUNIT_EXPECT_EQ(test, rst.len, 0);
}

static void reject_of_syn_acknowledges_it(struct kunit *test)
{
	struct segment s = {
		.seq = 0xffffffff, .len = 5, .flags = SEG_SYN | SEG_FIN,
	};
	struct segment rst;

	KUNIT_ASSERT_TRUE(test, segment_reject(&s, &rst));
	KUNIT_EXPECT_EQ(test, rst.flags, SEG_RST | SEG_ACK);
	KUNIT_EXPECT_EQ(test, rst.seq, 0);
	KUNIT_EXPECT_EQ(test, rst.ack, 6);
}

static void reject_never_answers_rst(struct kunit *test)
{
	struct segment s = { .flags = SEG_RST | SEG_ACK };
	struct segment rst;

	KUNIT_EXPECT_FALSE(test, segment_reject(&s, &rst));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(header_short_refused),
	KUNIT_CASE(header_offset_refused),
	KUNIT_CASE(decode_reads_every_field),
	KUNIT_CASE(decode_syn_options),
	KUNIT_CASE(decode_options_outside_syn_ignored),
	KUNIT_CASE(decode_wscale_clamped),
	KUNIT_CASE(decode_unknown_option_skipped),
	KUNIT_CASE(decode_option_of_two_octets_skipped),
	KUNIT_CASE(decode_end_stops),
	KUNIT_CASE(decode_bad_length_stops),
	KUNIT_CASE(decode_wrong_length_of_known_kind),
	KUNIT_CASE(decode_survives_every_length),
	KUNIT_CASE(encode_is_inverse_of_decode),
	KUNIT_CASE(encode_sack_is_inverse_of_decode),
	KUNIT_CASE(decode_sack_of_odd_length_is_bad),
	KUNIT_CASE(decode_repeated_option),
	KUNIT_CASE(encode_zeroes_ack_without_flag),
	KUNIT_CASE(seg_len_counts_syn_and_fin),
	KUNIT_CASE(reject_of_ack_stands_at_its_ack),
	KUNIT_CASE(reject_of_syn_acknowledges_it),
	KUNIT_CASE(reject_never_answers_rst),
	{}
};

struct kunit_suite glass_segment = {
	.name = "glass_segment",
	.test_cases = cases,
};
