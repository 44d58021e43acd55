// SPDX-License-Identifier: GPL-2.0
/* What a learner might write for backlog: the wrong variants are all found. */
#include <glass/backlog.h>

#include "suites.h"

/* listen(fd, 4), and no more than 8 embryos whatever listen() says */
static struct backlog queues(u32 waiting, u32 embryos)
{
	return (struct backlog){
		.limit = 4, .most = 8, .cookies = COOKIES_WHEN_FULL,
		.waiting = waiting, .embryos = embryos,
	};
}

static void own_five_may_wait(struct kunit *test)
{
	struct backlog four = queues(4, 0), five = queues(5, 0);

	KUNIT_EXPECT_EQ(test, backlog_ack(&four, false), RULE_EMBRYO_ACK);
	KUNIT_EXPECT_EQ(test, backlog_ack(&five, false),
			RULE_LISTEN_ACCEPT_QUEUE_FULL);
	KUNIT_EXPECT_EQ(test, backlog_ack(&five, true),
			RULE_LISTEN_OVERFLOW_RST);
}

static void own_syn_when_nobody_accepts(struct kunit *test)
{
	struct backlog b = queues(5, 5);

	KUNIT_EXPECT_EQ(test, backlog_syn(&b, false),
			RULE_LISTEN_ACCEPT_QUEUE_FULL);
}

static void own_two_queues(struct kunit *test)
{
	struct backlog b = queues(3, 3);

	KUNIT_EXPECT_EQ(test, backlog_syn(&b, false), RULE_LISTEN_SYN);
}

static void own_old_friend(struct kunit *test)
{
	struct backlog b = queues(0, 5);

	KUNIT_EXPECT_EQ(test, backlog_syn(&b, false), RULE_LISTEN_SYN_COOKIE);
	KUNIT_EXPECT_EQ(test, backlog_syn(&b, true), RULE_LISTEN_SYN);
}

static void own_eight_embryos(struct kunit *test)
{
	struct backlog b = queues(0, 7);

	b.limit = 1000;
	KUNIT_EXPECT_EQ(test, backlog_syn(&b, false), RULE_LISTEN_SYN);
	b.embryos = 8;
	KUNIT_EXPECT_EQ(test, backlog_syn(&b, false), RULE_LISTEN_SYN_COOKIE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(own_five_may_wait),
	KUNIT_CASE(own_syn_when_nobody_accepts),
	KUNIT_CASE(own_two_queues),
	KUNIT_CASE(own_old_friend),
	KUNIT_CASE(own_eight_embryos),
	{}
};

static struct kunit_suite own = {
	.name = "own",
	.test_cases = cases,
};

kunit_test_suites(&own);
