// SPDX-License-Identifier: GPL-2.0
/* SYN-RECEIVED that waits for text: TCP_DEFER_ACCEPT. */
#include "script.h"
#include "suites.h"

/* An embryo whose SYN/ACK has left */
static struct embryo embryo_of(struct kunit *test)
{
	const struct isn *isn = isn_of(test);
	struct tcb_params p = { .iss = isn->iss, .buff = 10000, .path_mss = 1300 };
	struct segment syn = { .seq = isn->irs, .flags = SEG_SYN }, out;
	struct embryo e;

	embryo_open(&e, &syn, &p, 1000000);
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	return e;
}

/* The ACK that completes the handshake */
static struct verdict good_ack(struct embryo *e)
{
	struct segment s = {
		.seq = e->irs + 1,
		.ack = e->iss + 1,
		.flags = SEG_ACK,
	};
	struct verdict v;

	embryo_input(e, &s, &v);
	return v;
}

/* With TCP_DEFER_ACCEPT a bare ACK is not enough, at first */
static void embryo_bare_ack_deferred(struct kunit *test)
{
	struct embryo e = embryo_of(test);
	struct segment bare = { .flags = SEG_ACK }, text = bare, out;
	struct verdict v;

	text.len = 1;
	v = good_ack(&e);
	embryo_defer(&e, &bare, 0, &v);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	embryo_defer(&e, &text, 3, &v);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	embryo_defer(&e, &bare, 3, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_DEFER);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	/* two timeouts in silence, at the third the SYN/ACK comes again */
	KUNIT_EXPECT_TRUE(test, embryo_wait(&e, 1, 3));
	KUNIT_EXPECT_EQ(test, embryo_delay_ms(&e, 120000), 2000);
	KUNIT_EXPECT_TRUE(test, embryo_wait(&e, 1, 3));
	KUNIT_EXPECT_EQ(test, embryo_delay_ms(&e, 120000), 4000);
	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_TRUE(test, embryo_wait(&e, 1, 3));
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN_ACK_AGAIN);
	v = good_ack(&e);
	embryo_defer(&e, &bare, 3, &v);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	KUNIT_EXPECT_FALSE(test, embryo_wait(&e, 1, 3));
}

static void embryo_deferred_without_ack_as_ever(struct kunit *test)
{
	struct embryo e = embryo_of(test);
	struct segment out;

	KUNIT_EXPECT_TRUE(test, embryo_wait(&e, 1, 3));
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_FALSE(test, embryo_wait(&e, 1, 3));
}

static void handshake_seconds_and_timeouts(struct kunit *test)
{
	static const struct { int seconds; u8 timeouts; u32 back; } row[] = {
		{ -1, 0, 0 }, { 0, 0, 0 }, { 1, 1, 1 }, { 2, 2, 3 },
		{ 3, 2, 3 }, { 4, 3, 7 }, { 7, 3, 7 }, { 127, 7, 127 },
		{ 128, 8, 247 }, { 247, 8, 247 }, { 248, 9, 367 },
		{ 0x7fffffff, 255, 127 + 248 * 120 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		KUNIT_EXPECT_EQ(test, handshake_timeouts(row[i].seconds,
							 120000),
				row[i].timeouts);
		KUNIT_EXPECT_EQ(test, handshake_seconds(row[i].timeouts,
							120000),
				row[i].back);
	}
}

/* The most that the RTO may be, which need not be whole seconds */
static void handshake_seconds_with_a_low_ceiling(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, handshake_timeouts(1, 1500), 1);
	KUNIT_EXPECT_EQ(test, handshake_timeouts(2, 1500), 2);
	KUNIT_EXPECT_EQ(test, handshake_timeouts(4, 1500), 3);
	KUNIT_EXPECT_EQ(test, handshake_seconds(2, 1500), 2);
	KUNIT_EXPECT_EQ(test, handshake_seconds(3, 1500), 4);
	KUNIT_EXPECT_EQ(test, handshake_seconds(255, 1000), 255);
	KUNIT_EXPECT_EQ(test, handshake_timeouts(0x7fffffff, 1000), 255);
}

/* The longest wait of all ends too */
static void embryo_deferred_for_ever_given_up(struct kunit *test)
{
	struct embryo e = { .acked = 1, .sent = 255 };
	struct segment s = { .flags = SEG_ACK };
	struct verdict v = { .bits = V_ESTABLISHED };

	KUNIT_EXPECT_FALSE(test, embryo_wait(&e, 5, 255));
	embryo_defer(&e, &s, 255, &v);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(embryo_deferred_for_ever_given_up),
	SCRIPT_CASE(embryo_bare_ack_deferred),
	SCRIPT_CASE(embryo_deferred_without_ack_as_ever),
	KUNIT_CASE(handshake_seconds_and_timeouts),
	KUNIT_CASE(handshake_seconds_with_a_low_ceiling),
	{}
};

struct kunit_suite glass_defer = {
	.name = "glass_defer",
	.test_cases = cases,
};
