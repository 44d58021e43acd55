// SPDX-License-Identifier: GPL-2.0
/* SYN cookies: rfc4987#section-3.6. */
#include <glass/cookies.h>

#include "script.h"
#include "suites.h"

#define TS_ALL	0x1cu	/* an echo that says: scale 12, SACK */
#define NOW	(10ull * COOKIE_SLOT_MS * 1000)

/* Hashes of three slots, far from each other; the parameter moves them */
struct hashes {
	u32 slot[COOKIE_SLOTS];
};

static struct hashes hashes_of(struct kunit *test)
{
	struct hashes hash;
	u32 i;

	for (i = 0; i < COOKIE_SLOTS; i++)
		hash.slot[i] = isn_of(test)->iss + i * 0x10000;
	return hash;
}

static const struct tcb_params listener = {
	.buff = 100000,
	.adv_mss = 1400,
	.path_mss = 9000,
	.default_mss = 536,
	.syn_retries = 2,
	.retries = 4,
	.wscale = true,
};

/* The SYN/ACK for a SYN with these options, under @hash */
static struct segment answer_to(struct kunit *test, u8 opts, u16 mss, u32 hash)
{
	struct segment out, more, syn = {
		.seq = isn_of(test)->irs,
		.wnd = 5000,
		.flags = SEG_SYN,
		.mss = mss,
		.wscale = 3,
		.opts = opts,
	};
	struct embryo e;

	cookie_open(&e, &syn, &listener, hash, NOW);
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &more));
	return out;
}

/* The peer's next segment after that SYN/ACK */
static struct verdict ack_of(struct kunit *test, const struct segment *synack,
			     const u32 *hash, struct embryo *e)
{
	struct segment s = {
		.seq = isn_of(test)->irs + 1,
		.ack = synack->seq + 1,
		.wnd = 4000,
		.flags = SEG_ACK,
	};
	struct verdict v;

	cookie_input(e, &s, &listener, hash, NOW, &v);
	return v;
}

static void cookie_syn_ack_fields(struct kunit *test)
{
	const struct isn *isn = isn_of(test);
	struct segment out = answer_to(test, SEG_OPT_MSS | SEG_OPT_WSCALE,
				       1460, isn->iss);

	KUNIT_EXPECT_EQ(test, out.rule, RULE_SEND_SYN_COOKIE);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.ack, isn->irs + 1);
	KUNIT_EXPECT_TRUE(test, out.seq - isn->iss < COOKIE_CLASSES);
	KUNIT_EXPECT_EQ(test, out.wnd, 65535);
	KUNIT_EXPECT_EQ(test, out.mss, 1400);
	/* without timestamps nothing could bring window scale back */
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
}

/* rfc4987: 3.6 */
static void cookie_ack_establishes(struct kunit *test)
{
	const struct isn *isn = isn_of(test);
	const struct hashes hash = hashes_of(test);
	struct segment out = answer_to(test, SEG_OPT_MSS | SEG_OPT_WSCALE,
				       1460, hash.slot[0]);
	struct embryo e;
	struct verdict v = ack_of(test, &out, hash.slot, &e);
	struct segment none;

	KUNIT_EXPECT_EQ(test, v.rule, RULE_COOKIE_ACK);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, e.iss, out.seq);
	KUNIT_EXPECT_EQ(test, e.irs, isn->irs);
	KUNIT_EXPECT_EQ(test, e.mss, 1460);
	KUNIT_EXPECT_EQ(test, e.adv_mss, 1400);
	KUNIT_EXPECT_EQ(test, e.wnd, 65535);
	KUNIT_EXPECT_FALSE(test, e.wscale_ok);
	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &none));
}

/* With timestamps the ACK's echo brings back what was agreed; rfc4987: 3.6 */
static void cookie_options_survive_in_echo(struct kunit *test)
{
	const struct hashes hash = hashes_of(test);
	struct segment syn = {
		.seq = isn_of(test)->irs, .flags = SEG_SYN, .mss = 1460,
		.tsval = 70,
	};
	struct tcb_params p = listener;
	struct segment out, s;
	struct verdict v;
	struct embryo e;
	u32 clock, told;
	u8 scale, sack;

	p.timestamps = true;
	p.sack = true;
	for (clock = 0xffffffc0; clock != 200; clock++) {
		/* unlike the clock's bits, of which they take the place */
		scale = clock / 4 % 16;
		sack = clock & 1 ? SEG_OPT_SACK_OK : 0;
		syn.opts = SEG_OPT_MSS | SEG_OPT_TS | sack |
			   (scale < 15 ? SEG_OPT_WSCALE : 0);
		syn.wscale = scale;
		cookie_open(&e, &syn, &p, hash.slot[0], NOW);
		KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
		KUNIT_ASSERT_EQ(test, out.opts, syn.opts);
		told = cookie_timestamp(&e, clock);
		KUNIT_ASSERT_TRUE(test, told && clock - told < 128);
		s = (struct segment){
			.seq = syn.seq + 1, .ack = out.seq + 1, .wnd = 4000,
			.flags = SEG_ACK, .opts = SEG_OPT_TS, .tsval = 75,
			.tsecr = told,
		};
		cookie_input(&e, &s, &p, hash.slot, NOW, &v);
		KUNIT_ASSERT_EQ(test, v.bits, V_ESTABLISHED);
		KUNIT_ASSERT_TRUE(test, e.ts_ok);
		KUNIT_ASSERT_EQ(test, e.ts_recent, 75);
		KUNIT_ASSERT_TRUE(test, e.wscale_ok == (scale < 15));
		KUNIT_ASSERT_TRUE(test, e.peer_shift ==
				  (scale < 15 ? scale : 0));
		KUNIT_ASSERT_TRUE(test, e.sack_ok == !!sack);
	}
}

/* Timestamps are off here: what an ACK carries is not believed */
static void cookie_echo_without_timestamps_ignored(struct kunit *test)
{
	const struct hashes hash = hashes_of(test);
	struct segment out = answer_to(test, SEG_OPT_MSS | SEG_OPT_TS, 1460,
				       hash.slot[0]);
	struct segment s = {
		.seq = isn_of(test)->irs + 1, .ack = out.seq + 1,
		.flags = SEG_ACK, .opts = SEG_OPT_TS, .tsecr = TS_ALL,
	};
	struct verdict v;
	struct embryo e;

	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
	cookie_input(&e, &s, &listener, hash.slot, NOW, &v);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	KUNIT_EXPECT_FALSE(test, e.ts_ok || e.wscale_ok || e.sack_ok);
}

/* The TCB that comes of it takes the same segment, and the text in it */
static void cookie_tcb_takes_ack_and_text(struct kunit *test)
{
	const struct isn *isn = isn_of(test);
	const struct hashes hash = hashes_of(test);
	struct segment out = answer_to(test, SEG_OPT_MSS, 1220, hash.slot[0]);
	struct segment s = {
		.seq = isn->irs + 1,
		.ack = out.seq + 1,
		.len = 10,
		.wnd = 4000,
		.flags = SEG_ACK | SEG_PSH,
	};
	struct tcb_params p = listener;
	struct embryo e;
	struct verdict v;
	struct tcb t;

	cookie_input(&e, &s, &p, hash.slot, NOW, &v);
	KUNIT_ASSERT_EQ(test, v.bits, V_ESTABLISHED);
	p.path_mss = e.mss;
	tcb_from_embryo(&t, &p, &e);
	tcb_input(&t, &s, NOW, &v);
	KUNIT_EXPECT_EQ(test, t.state, TCB_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, v.text_keep, 10);
	KUNIT_EXPECT_EQ(test, t.snd.mss, 1220);
	KUNIT_EXPECT_EQ(test, t.snd.una, out.seq + 1);
	KUNIT_EXPECT_EQ(test, t.snd.wnd, 4000);
	KUNIT_EXPECT_EQ(test, t.rcv.nxt, isn->irs + 11);
	KUNIT_EXPECT_EQ(test, t.cong.backoff, 0);
}

/* Never more than the peer asked for, and the most of what can be named */
static void cookie_mss_survives(struct kunit *test)
{
	static const struct { u16 asked, got; } row[] = {
		{ 0, MSS_MIN }, { 48, 48 }, { 535, 48 }, { 536, 536 },
		{ 1219, 536 }, { 1220, 1220 }, { 1400, 1360 }, { 1412, 1412 },
		{ 1440, 1440 }, { 1459, 1440 }, { 1460, 1460 },
		{ 8959, 1460 }, { 8960, 8960 }, { 65535, 8960 },
	};
	const struct hashes hash = hashes_of(test);
	struct segment out;
	struct embryo e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		out = answer_to(test, SEG_OPT_MSS, row[i].asked, hash.slot[0]);
		KUNIT_EXPECT_EQ(test, ack_of(test, &out, hash.slot, &e).rule,
				RULE_COOKIE_ACK);
		KUNIT_EXPECT_EQ(test, e.mss, row[i].got);
	}
	out = answer_to(test, 0, 0, hash.slot[0]);
	ack_of(test, &out, hash.slot, &e);
	KUNIT_EXPECT_EQ(test, e.mss, 536);
}

/* Good in its slot and in the next, known but refused in the one after */
static void cookie_grows_old(struct kunit *test)
{
	const struct isn *isn = isn_of(test);
	const struct hashes hash = hashes_of(test);
	struct embryo e;
	struct segment out;
	struct verdict v;

	out = answer_to(test, SEG_OPT_MSS, 1460, hash.slot[1]);
	v = ack_of(test, &out, hash.slot, &e);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_COOKIE_ACK);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	out = answer_to(test, SEG_OPT_MSS, 1460, hash.slot[2]);
	v = ack_of(test, &out, hash.slot, &e);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_COOKIE_OLD);
	KUNIT_EXPECT_EQ(test, v.bits, V_REJECT);
	out = answer_to(test, SEG_OPT_MSS, 1460, isn->iss + 0x30000);
	v = ack_of(test, &out, hash.slot, &e);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_COOKIE_BAD);
	KUNIT_EXPECT_EQ(test, v.bits, V_REJECT);
}

/* Of all numbers near a hash, exactly one per class opens; rfc4987: 3.6 */
static void cookie_guesses_refused(struct kunit *test)
{
	const struct hashes hash = hashes_of(test);
	struct segment out = {};
	u32 i, opened = 0;
	struct embryo e;

	for (i = 0; i < 0x40000; i++) {
		out.seq = hash.slot[0] - 0x8000 + i;
		opened += ack_of(test, &out, hash.slot, &e).rule == RULE_COOKIE_ACK;
	}
	KUNIT_EXPECT_EQ(test, opened, COOKIE_GOOD * COOKIE_CLASSES);
}

static void cookie_slots_are_minutes(struct kunit *test)
{
	u64 now;

	KUNIT_EXPECT_EQ(test, cookie_slot(0), 0);
	KUNIT_EXPECT_EQ(test, cookie_slot(59999999), 0);
	KUNIT_EXPECT_EQ(test, cookie_slot(60000000), 1);
	KUNIT_EXPECT_LE(test, COOKIE_GOOD * COOKIE_SLOT_MS, 120000);
	/* 32 bits of milliseconds are over after 49 days: slots go on */
	now = (1ull << 32) * 1000;
	KUNIT_EXPECT_EQ(test, cookie_slot(now + COOKIE_SLOT_MS * 1000ull),
			cookie_slot(now) + 1);
	KUNIT_EXPECT_TRUE(test, cookie_slot(now) > cookie_slot(now / 2));
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(cookie_syn_ack_fields),
	SCRIPT_CASE(cookie_ack_establishes),
	SCRIPT_CASE(cookie_options_survive_in_echo),
	SCRIPT_CASE(cookie_echo_without_timestamps_ignored),
	SCRIPT_CASE(cookie_tcb_takes_ack_and_text),
	SCRIPT_CASE(cookie_mss_survives),
	SCRIPT_CASE(cookie_grows_old),
	SCRIPT_CASE(cookie_guesses_refused),
	KUNIT_CASE(cookie_slots_are_minutes),
	{}
};

struct kunit_suite glass_cookies = {
	.name = "glass_cookies",
	.test_cases = cases,
};
