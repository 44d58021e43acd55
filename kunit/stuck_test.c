// SPDX-License-Identifier: GPL-2.0
/*
 * R1, rfc9293#section-3.8.3: something is wrong, but it is too early to give
 * up. Once in a row of retransmissions the world is told.
 */
#include "script.h"
#include "suites.h"

static struct script *in_flight(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
	return s;
}

/* Four times without an answer; the third is told */
static void third_is_told(struct script *s, u32 seq, u32 ms)
{
	u32 i;

	for (i = 1; i <= 4; i++, ms *= 2) {
		expires(s, ms, RULE_RESEND_RTO);
		now_in(s, TCB_ESTABLISHED, i == 3 ? V_BAD_PATH : 0);
		expect(s, "P.", seq, 100, 1, 10000, RULE_RESEND_RTO);
		expect_nothing(s);
	}
}

/* rfc9293: MUST-20, SHLD-10 */
static void established_third_timeout_told(struct kunit *test)
{
	third_is_told(in_flight(test), 1, 300);
}

/* An ACK ends the row: the next one is told anew */
static void established_next_row_told_again(struct kunit *test)
{
	struct script *s = in_flight(test);

	third_is_told(s, 1, 300);
	inject(s, ".", 1, 0, 101, 10000, RULE_ACK_NEW);
	user_writes(s, 100);
	expect(s, "P.", 101, 100, 1, 10000, RULE_SEND_PUSH);
	third_is_told(s, 101, 300);
}

/* rfc9293: MUST-22 */
static void syn_sent_third_timeout_told(struct kunit *test)
{
	struct script *s = script_begin(test);
	u32 i;

	script_open(s);
	for (i = 1; i <= 3; i++) {
		expires(s, 500 << i, RULE_SEND_SYN_AGAIN);
		now_in(s, TCB_SYN_SENT, i == 3 ? V_BAD_PATH : 0);
		expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	}
}

/* A closed window is the peer's wish: probes say nothing of the way */
static void closed_window_probes_not_told(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 i;

	inject(s, ".", 1, 0, 1, 0, RULE_ACK_WINDOW);
	user_writes(s, 100);
	expect_nothing(s);
	for (i = 0; i < 4; i++) {
		expires(s, 300 << i, RULE_SEND_PROBE);
		now_in(s, TCB_ESTABLISHED, 0);
		expect(s, ".", 1, 1, 1, 10000, RULE_SEND_PROBE);
	}
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_third_timeout_told),
	SCRIPT_CASE(established_next_row_told_again),
	SCRIPT_CASE(syn_sent_third_timeout_told),
	SCRIPT_CASE(closed_window_probes_not_told),
	{}
};

struct kunit_suite glass_stuck = {
	.name = "glass_stuck",
	.test_cases = cases,
};
