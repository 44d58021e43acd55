// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent text, rfc9293#section-3.8.5 and rfc6093: where the pointer points,
 * which segments carry it, when the user hears of it.
 */
#include "script.h"
#include "suites.h"

/* The next segment that output gives tells of urgent text up to @end */
static void expect_urgent(struct script *s, const char *flags, u32 seq,
			  u32 len, u32 end, u16 rule)
{
	expect(s, flags, seq, len, 1, ANY, rule);
	KUNIT_EXPECT_EQ(s->test, s->out.up + seq, end);
}

/* Behind the last urgent octet; rfc9293: MUST-30, MUST-62; rfc6093: 4 */
static void established_urgent_pointer_points_behind(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes_urgent(s, 1);
	expect_urgent(s, "UP.", 1, 1, 2, RULE_SEND_PUSH);
	expect_nothing(s);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_NEW);
	user_writes(s, 5);
	expect(s, "P.", 2, 5, 1, ANY, RULE_SEND_PUSH);
	KUNIT_EXPECT_EQ(test, s->out.up, 0);
}

/* Every segment before its end tells of it; rfc9293: MUST-30, MUST-31 */
static void established_urgent_of_many_segments(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes_urgent(s, 2500);
	user_writes(s, 1000);
	expect_urgent(s, "U.", 1, 1000, 2501, RULE_SEND_TEXT);
	expect_urgent(s, "U.", 1001, 1000, 2501, RULE_SEND_TEXT);
	expect_urgent(s, "U.", 2001, 1000, 2501, RULE_SEND_TEXT);
	expect(s, "P.", 3001, 500, 1, ANY, RULE_SEND_PUSH);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect_urgent(s, "U.", 1, 1000, 2501, RULE_RESEND_RTO);
	expect_nothing(s);
}

/* Each has a pointer of its own: nobody may cut one into several later */
static void established_urgent_is_not_batched(struct kunit *test)
{
	struct script *s = script_established(test);

	s->limit = 65536;
	user_writes_urgent(s, 2000);
	expect_urgent(s, "U.", 1, 1000, 2001, RULE_SEND_TEXT);
	expect_urgent(s, "UP.", 1001, 1000, 2001, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* The newest end is the end */
static void established_urgent_twice(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes_urgent(s, 3);
	expect_urgent(s, "UP.", 1, 3, 4, RULE_SEND_PUSH);
	user_writes_urgent(s, 4);
	expect_urgent(s, "UP.", 4, 4, 8, RULE_SEND_PUSH);
	passes(s, 100);
	inject(s, ".", 1, 0, 4, 10000, RULE_ACK_NEW);
	user_writes(s, 2);
	expect(s, "P.", 8, 2, 1, ANY, RULE_SEND_PUSH);
	KUNIT_EXPECT_EQ(test, s->out.up, 0);
	expires(s, 250, RULE_RESEND_RTO);
	expect_urgent(s, "UP.", 4, 6, 8, RULE_RESEND_RTO);
}

/* What is urgent does not wait for Nagle's algorithm */
static void established_urgent_goes_at_once(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, ANY, RULE_SEND_PUSH);
	user_writes(s, 10);
	expect_nothing(s);
	user_writes_urgent(s, 1);
	expect_urgent(s, "UP.", 11, 11, 22, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* A closed window keeps the octets back, not the news of them */
static void closed_window_tells_of_urgent(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 0, 1, 0, RULE_ACK_WINDOW);
	user_writes_urgent(s, 20);
	expect_nothing(s);
	inject(s, ".", 20001, 0, 1, 0, RULE_SEQ_WINDOW);
	expect_urgent(s, "U.", 1, 0, 21, RULE_SEQ_WINDOW);
	expires(s, 300, RULE_SEND_PROBE);
	expect_urgent(s, "U.", 1, 1, 21, RULE_SEND_PROBE);
	expect_nothing(s);
}

/* Sixteen bits do not reach: as far as they go; rfc9293: MUST-31 */
static void established_urgent_far_away(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.path_mss = 10000;
	s->peer_mss = 10000;
	s->peer_wnd = 60000;
	script_establish(s);
	user_writes_urgent(s, 100000);
	expect(s, "U.", 1, 10000, 1, ANY, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.up, 65535);
	expect(s, "U.", 10001, 10000, 1, ANY, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.up, 65535);
	expect_nothing(s);
	inject(s, ".", 1, 0, 20001, 60000, RULE_ACK_NEW);
	expect(s, "U.", 20001, 10000, 1, ANY, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.up, 65535);
	expect(s, "U.", 30001, 10000, 1, ANY, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.up, 65535);
	expect(s, "U.", 40001, 10000, 1, ANY, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.up, 60000);
}

static void urgent(struct script *s, u32 seq, u32 len, u16 up)
{
	s->up = up;
	inject(s, "UP.", seq, len, 1, 10000, RULE_URG_NEW);
	KUNIT_EXPECT_EQ(s->test, s->v.bits & V_URGENT, V_URGENT);
}

/* Told once for each place it reaches; rfc9293: MUST-30, MUST-32 */
static void established_urgent_pointer_is_told(struct kunit *test)
{
	struct script *s = script_established(test);

	urgent(s, 1, 10, 10);
	now_in(s, TCB_ESTABLISHED, V_URGENT | V_READABLE);
	kept(s, 0, 10);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 11);
	s->up = 10;
	inject(s, "UP.", 1, 10, 1, 10000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 11, ANY, RULE_SEQ_OLD);
	inject(s, "P.", 11, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	urgent(s, 21, 10, 10);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 31);
}

/* The pointer runs ahead of the text: the same news again is none */
static void established_urgent_pointer_runs_ahead(struct kunit *test)
{
	struct script *s = script_established(test);

	urgent(s, 1, 1000, 3000);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 3001);
	s->up = 2000;
	inject(s, "U.", 1001, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
	s->up = 1500;
	inject(s, "U.", 2001, 0, 1, 10000, RULE_URG_NEW);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 3501);
	s->up = 500;
	inject(s, "U.", 2001, 0, 1, 10000, RULE_ACK_SAME);
}

/* The news is heard all the same; rfc9293: MUST-66 */
static void closed_window_hears_of_urgent(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.buff = 1000;
	script_establish(s);
	inject(s, "P.", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 1001, 0, RULE_ACK_DELAYED);
	urgent(s, 1001, 1, 500);
	kept(s, 0, 0);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 1501);
	expect(s, ".", 1, 0, 1001, 0, RULE_TEXT_ZERO_WINDOW);
	expect_nothing(s);
}

/* rfc6093#section-3.2: some hosts point at the last octet itself */
static void established_urgent_pointer_other_meaning(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.stdurg = 1;
	script_establish(s);
	urgent(s, 1, 10, 9);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 11);
	urgent(s, 11, 10, 0);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 12);
}

/* A pointer of 0 would point below the segment */
static void established_urgent_pointer_of_zero(struct kunit *test)
{
	struct script *s = script_established(test);

	urgent(s, 1, 10, 0);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up - s->irs, 2);
}

/* Without the bit the field means nothing */
static void established_urgent_pointer_without_bit(struct kunit *test)
{
	struct script *s = script_established(test);

	s->up = 10;
	inject(s, "P.", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_ESTABLISHED, V_READABLE);
}

/* Half the sequence space on, an old pointer must not look new */
static void established_old_urgent_pointer_is_forgotten(struct kunit *test)
{
	struct script *s = script_established(test);

	urgent(s, 1, 1, 1);
	s->t.rcv.up = s->irs + 0x80000000u;
	s->t.rcv.nxt = s->irs + 0x90000000u;
	s->t.rcv.acked = s->t.rcv.nxt;
	inject(s, ".", 0x90000000u, 0, 1, 10000, RULE_ACK_SAME);
	KUNIT_EXPECT_EQ(test, s->t.rcv.up, s->t.rcv.nxt);
}

/* Who has sent FIN has nothing more to say */
static void close_wait_ignores_urgent(struct kunit *test)
{
	struct script *s = script_close_wait(test);

	s->up = 5;
	inject(s, "U.", 2, 0, 1, 10000, RULE_ACK_SAME);
	now_in(s, TCB_CLOSE_WAIT, 0);
}

static void fin_wait_2_hears_of_urgent(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	s->up = 1;
	inject(s, "UP.", 1, 1, 2, 10000, RULE_URG_NEW);
	now_in(s, TCB_FIN_WAIT_2, V_URGENT | V_READABLE);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_urgent_pointer_points_behind),
	SCRIPT_CASE(established_urgent_of_many_segments),
	SCRIPT_CASE(established_urgent_is_not_batched),
	SCRIPT_CASE(established_urgent_twice),
	SCRIPT_CASE(established_urgent_goes_at_once),
	SCRIPT_CASE(closed_window_tells_of_urgent),
	SCRIPT_CASE(established_urgent_far_away),
	SCRIPT_CASE(established_urgent_pointer_is_told),
	SCRIPT_CASE(established_urgent_pointer_runs_ahead),
	SCRIPT_CASE(closed_window_hears_of_urgent),
	SCRIPT_CASE(established_urgent_pointer_other_meaning),
	SCRIPT_CASE(established_urgent_pointer_of_zero),
	SCRIPT_CASE(established_urgent_pointer_without_bit),
	SCRIPT_CASE(established_old_urgent_pointer_is_forgotten),
	SCRIPT_CASE(close_wait_ignores_urgent),
	SCRIPT_CASE(fin_wait_2_hears_of_urgent),
	{}
};

struct kunit_suite glass_urgent = {
	.name = "glass_urgent",
	.test_cases = cases,
};
