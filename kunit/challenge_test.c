// SPDX-License-Identifier: GPL-2.0
/* How often an answer may be provoked: rfc5961#section-7. */
#include <glass/challenge.h>

#include "script.h"
#include "suites.h"

#define SECOND	1000000ull

static enum challenge_kind kind_of(u16 rule, u32 len, const char *flags)
{
	struct segment s = { .len = len, .flags = flags_of(flags) };

	return challenge_kind(rule, &s);
}

static void challenge_kinds(struct kunit *test)
{
	static const u16 proof[] = {
		RULE_RST_CHALLENGE, RULE_SYN_CHALLENGE, RULE_ACK_OLD,
		RULE_ACK_UNSENT, RULE_EMBRYO_SYN, RULE_TW_SYN_OLD,
		RULE_TW_SYN_NOBODY,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(proof); i++)
		KUNIT_EXPECT_EQ(test, kind_of(proof[i], 0, "."),
				CHALLENGE_PROOF);
	KUNIT_EXPECT_EQ(test, kind_of(RULE_EMBRYO_SYN_AGAIN, 0, "S"),
			CHALLENGE_REPEAT);
	KUNIT_EXPECT_EQ(test, kind_of(RULE_ACK_NEW, 0, "."), CHALLENGE_NONE);
	KUNIT_EXPECT_EQ(test, kind_of(RULE_TW_FIN, 0, "F."), CHALLENGE_NONE);
	KUNIT_EXPECT_EQ(test, kind_of(RULE_TEXT_GAP, 9, "."), CHALLENGE_NONE);
}

/* Text and FIN that were sent again are acknowledged each time */
static void challenge_text_outside_not_limited(struct kunit *test)
{
	static const u16 outside[] = {
		RULE_SEQ_OLD, RULE_SEQ_WINDOW, RULE_EMBRYO_WINDOW, RULE_TW_OTHER,
		RULE_PAWS,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		KUNIT_EXPECT_EQ(test, kind_of(outside[i], 0, "."),
				CHALLENGE_REPEAT);
		KUNIT_EXPECT_EQ(test, kind_of(outside[i], 0, "S."),
				CHALLENGE_REPEAT);
		KUNIT_EXPECT_EQ(test, kind_of(outside[i], 5, "S"),
				CHALLENGE_REPEAT);
		KUNIT_EXPECT_EQ(test, kind_of(outside[i], 5, "."),
				CHALLENGE_NONE);
		KUNIT_EXPECT_EQ(test, kind_of(outside[i], 0, "F."),
				CHALLENGE_NONE);
	}
}

/* rfc5961: 7 */
static void challenge_spaced_in_time(struct kunit *test)
{
	u64 now = 1000 * SECOND;
	u16 last = 0;
	int sent = 0;

	for (; now < 1010 * SECOND; now += 10000)
		sent += challenge_spaced(&last, now, 500);
	/* 500 ms are 62 units of 8 */
	KUNIT_EXPECT_GE(test, sent, 20);
	KUNIT_EXPECT_LE(test, sent, 21);
	last = 0;
	KUNIT_EXPECT_TRUE(test, challenge_spaced(&last, now, 60000));
	KUNIT_EXPECT_FALSE(test, challenge_spaced(&last, now + 59 * SECOND, 60000));
	KUNIT_EXPECT_TRUE(test, challenge_spaced(&last, now + 60 * SECOND, 60000));
}

/* The first is always sent, whatever the clock says; 0 is no limit */
static void challenge_first_sent(struct kunit *test)
{
	u64 at[] = { 0, 7999, 8000, 65536ull * 8000, 65535ull * 8000 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		u16 last = 0;

		KUNIT_EXPECT_TRUE(test, challenge_spaced(&last, at[i], 500));
		KUNIT_EXPECT_NE(test, last, 0);
		KUNIT_EXPECT_FALSE(test, challenge_spaced(&last, at[i], 500));
		KUNIT_EXPECT_TRUE(test, challenge_spaced(&last, at[i], 0));
	}
}

static u32 spend(struct challenge_budget *b, u64 now, u32 limit, u32 random)
{
	u32 sent = 0;

	while (sent < 1000 && challenge_take(b, now, limit, random))
		sent++;
	return sent;
}

/* rfc5961: 7 */
static void challenge_budget_half_to_more(struct kunit *test)
{
	struct challenge_budget b = {};
	u64 now = 1000 * SECOND;

	KUNIT_EXPECT_EQ(test, spend(&b, now, 100, 0), 50);
	/* nothing more comes within the second, whatever is drawn */
	KUNIT_EXPECT_EQ(test, spend(&b, now + 999999, 100, ~0u), 0);
	KUNIT_EXPECT_EQ(test, spend(&b, now + SECOND, 100, ~0u), 149);
	KUNIT_EXPECT_EQ(test, spend(&b, now + 2 * SECOND, 100, 1u << 31), 100);
	KUNIT_EXPECT_EQ(test, spend(&b, now + 3 * SECOND, 1, ~0u), 1);
	KUNIT_EXPECT_EQ(test, spend(&b, now + 4 * SECOND, 0x7ffffffe, 0), 1000);
}

/* What is held back is not sent later; what is owed for text is */
static void challenge_withheld(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "R", 2, 0, 0, 0, RULE_RST_CHALLENGE);
	tcb_withhold(&s->t);
	expect_nothing(s);
	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	inject(s, "S", 0, 0, 1, 10000, RULE_SEQ_OLD);
	tcb_withhold(&s->t);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 101, 9900, RULE_ACK_DELAYED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(challenge_kinds),
	KUNIT_CASE(challenge_text_outside_not_limited),
	KUNIT_CASE(challenge_spaced_in_time),
	KUNIT_CASE(challenge_first_sent),
	KUNIT_CASE(challenge_budget_half_to_more),
	SCRIPT_CASE(challenge_withheld),
	{}
};

struct kunit_suite glass_challenge = {
	.name = "glass_challenge",
	.test_cases = cases,
};
