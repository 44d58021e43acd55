// SPDX-License-Identifier: GPL-2.0
/* The backlog's rule: both queues at n - 1, n and n + 1. */
#include <glass/backlog.h>
#include "suites.h"

#define MOST	100

static const u32 limits[] = { 0, 1, 2, 5, 0xffffffff };

static struct backlog queues(u32 limit, u32 waiting, u32 embryos, u8 cookies)
{
	return (struct backlog){
		.limit = limit, .most = MOST, .waiting = waiting,
		.embryos = embryos, .cookies = cookies,
	};
}

static u16 syn(u32 limit, u32 waiting, u32 embryos, u8 cookies)
{
	struct backlog b = queues(limit, waiting, embryos, cookies);

	return backlog_syn(&b, false);
}

static u16 ack(u32 limit, u32 waiting, u32 embryos, bool abort)
{
	struct backlog b = queues(limit, waiting, embryos, COOKIES_WHEN_FULL);

	return backlog_ack(&b, abort);
}

/* n children wait: one more is let in, and after it none */
static void backlog_accept_queue_has_one_place_more(struct kunit *test)
{
	struct backlog b;
	size_t i;
	u32 n;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		n = limits[i];
		b = queues(n, n, 0, COOKIES_WHEN_FULL);
		KUNIT_EXPECT_FALSE(test, accept_queue_full(&b));
		KUNIT_EXPECT_EQ(test, syn(n, n, 0, COOKIES_WHEN_FULL),
				RULE_LISTEN_SYN);
		KUNIT_EXPECT_EQ(test, ack(n, n, 0, false), RULE_EMBRYO_ACK);
		KUNIT_EXPECT_EQ(test, ack(n, n, 0, true), RULE_EMBRYO_ACK);
		if (n)
			KUNIT_EXPECT_EQ(test, ack(n, n - 1, 0, false),
					RULE_EMBRYO_ACK);
		if (n == 0xffffffff)
			continue;
		b.waiting = n + 1;
		KUNIT_EXPECT_TRUE(test, accept_queue_full(&b));
		KUNIT_EXPECT_EQ(test, syn(n, n + 1, 0, COOKIES_WHEN_FULL),
				RULE_LISTEN_ACCEPT_QUEUE_FULL);
		KUNIT_EXPECT_EQ(test, ack(n, n + 1, 0, false),
				RULE_LISTEN_ACCEPT_QUEUE_FULL);
	}
}

/* n embryos: one more is made, and after it none; rfc4987: 3.7 */
static void backlog_syn_queue_has_one_place_more(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 10; n++) {
		if (n)
			KUNIT_EXPECT_EQ(test, syn(n, 0, n - 1, COOKIES_NEVER),
					RULE_LISTEN_SYN);
		KUNIT_EXPECT_EQ(test, syn(n, 0, n, COOKIES_NEVER),
				RULE_LISTEN_SYN);
		KUNIT_EXPECT_EQ(test, syn(n, 0, n, COOKIES_WHEN_FULL),
				RULE_LISTEN_SYN);
		KUNIT_EXPECT_EQ(test, syn(n, 0, n + 1, COOKIES_NEVER),
				RULE_LISTEN_SYN_QUEUE_FULL);
		KUNIT_EXPECT_EQ(test, syn(n, 0, n + 1, COOKIES_WHEN_FULL),
				RULE_LISTEN_SYN_COOKIE);
	}
}

/* Here it is the number itself: n embryos are all there may be */
static void backlog_most_is_no_more_than_that(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, syn(1000, 0, MOST - 1, COOKIES_NEVER),
			RULE_LISTEN_SYN);
	KUNIT_EXPECT_EQ(test, syn(1000, 0, MOST, COOKIES_NEVER),
			RULE_LISTEN_SYN_QUEUE_FULL);
	KUNIT_EXPECT_EQ(test, syn(0xffffffff, 0, MOST, COOKIES_WHEN_FULL),
			RULE_LISTEN_SYN_COOKIE);
}

/* Each queue is held against the limit by itself */
static void backlog_queues_are_not_added_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, syn(5, 5, 5, COOKIES_NEVER), RULE_LISTEN_SYN);
	KUNIT_EXPECT_EQ(test, ack(5, 5, 6, false), RULE_EMBRYO_ACK);
}

static void backlog_cookies_always(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, syn(5, 0, 0, COOKIES_ALWAYS),
			RULE_LISTEN_SYN_COOKIE);
	KUNIT_EXPECT_EQ(test, syn(5, 5, 6, COOKIES_ALWAYS),
			RULE_LISTEN_SYN_COOKIE);
}

/* What a cookie opens could not be accepted */
static void backlog_no_cookie_for_full_accept_queue(struct kunit *test)
{
	u8 cookies;

	for (cookies = COOKIES_NEVER; cookies <= COOKIES_ALWAYS; cookies++) {
		KUNIT_EXPECT_EQ(test, syn(5, 6, 0, cookies),
				RULE_LISTEN_ACCEPT_QUEUE_FULL);
		KUNIT_EXPECT_EQ(test, syn(5, 6, 6, cookies),
				RULE_LISTEN_ACCEPT_QUEUE_FULL);
	}
}

/* Who comes from TIME-WAIT: neither the SYN queue nor a cookie is for him */
static void backlog_known_passes_syn_queue_alone(struct kunit *test)
{
	struct backlog b;
	u8 cookies;

	for (cookies = COOKIES_NEVER; cookies <= COOKIES_ALWAYS; cookies++) {
		b = queues(5, 5, MOST, cookies);
		KUNIT_EXPECT_EQ(test, backlog_syn(&b, true), RULE_LISTEN_SYN);
		b.waiting = 6;
		KUNIT_EXPECT_EQ(test, backlog_syn(&b, true),
				RULE_LISTEN_ACCEPT_QUEUE_FULL);
	}
}

static void backlog_abort_on_overflow(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ack(0, 1, 1, true), RULE_LISTEN_OVERFLOW_RST);
	KUNIT_EXPECT_EQ(test, ack(5, 6, 0, true), RULE_LISTEN_OVERFLOW_RST);
	KUNIT_EXPECT_EQ(test, ack(5, 0, 6, true), RULE_EMBRYO_ACK);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(backlog_accept_queue_has_one_place_more),
	KUNIT_CASE(backlog_syn_queue_has_one_place_more),
	KUNIT_CASE(backlog_most_is_no_more_than_that),
	KUNIT_CASE(backlog_queues_are_not_added_up),
	KUNIT_CASE(backlog_cookies_always),
	KUNIT_CASE(backlog_no_cookie_for_full_accept_queue),
	KUNIT_CASE(backlog_known_passes_syn_queue_alone),
	KUNIT_CASE(backlog_abort_on_overflow),
	{}
};

struct kunit_suite glass_backlog = {
	.name = "glass_backlog",
	.test_cases = cases,
};
