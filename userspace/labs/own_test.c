// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of your own. "make own" holds them against what you wrote; "glass lab
 * test", where Glass is, against what is right, and then against variants that
 * are wrong, one by one. Which do they find?
 *
 * A test is a function; kunit/rtt_test.c shows plain ones, kunit/sequence_test.c
 * some that send segments (kunit/script.h):
 *
 *	static void own_says_what_it_shows(struct kunit *test)
 *	{
 *		KUNIT_EXPECT_EQ(test, what_is, what_must_be);
 *	}
 *
 * A TCB that a test makes itself says what the administrator set:
 *
 *	struct tcb t = { .policy = &tcb_policy_default };
 */
#include <glass/backlog.h>
#include <glass/cookies.h>
#include <glass/core.h>

#include "script.h"
#include "suites.h"

static struct kunit_case cases[] = {
	/* KUNIT_CASE(own_says_what_it_shows), SCRIPT_CASE() with segments */
	{}
};

static struct kunit_suite own = {
	.name = "own",
	.test_cases = cases,
};

kunit_test_suites(&own);
