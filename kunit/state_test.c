// SPDX-License-Identifier: GPL-2.0
/* The TCB itself: its eleven states and what it starts with. */
#include "script.h"
#include "suites.h"

static void state_names_are_the_rfcs(struct kunit *test)
{
	static const struct {
		u8 state;
		const char *name;
	} states[] = {
		{ TCB_CLOSED, "CLOSED" }, { TCB_LISTEN, "LISTEN" },
		{ TCB_SYN_SENT, "SYN-SENT" },
		{ TCB_SYN_RECEIVED, "SYN-RECEIVED" },
		{ TCB_ESTABLISHED, "ESTABLISHED" },
		{ TCB_FIN_WAIT_1, "FIN-WAIT-1" },
		{ TCB_FIN_WAIT_2, "FIN-WAIT-2" },
		{ TCB_CLOSE_WAIT, "CLOSE-WAIT" }, { TCB_CLOSING, "CLOSING" },
		{ TCB_LAST_ACK, "LAST-ACK" }, { TCB_TIME_WAIT, "TIME-WAIT" },
		{ 0, "?" }, { TCB_STATES, "?" }, { 255, "?" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		KUNIT_EXPECT_STREQ(test, tcb_state_name(states[i].state),
				   states[i].name);
}

static void rules_have_names(struct kunit *test)
{
	u32 i, j;

	for (i = 0; i < RULE_COUNT; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_TRUE(test, strcmp(rule_name(i),
						       rule_name(j)) != 0);
}

static void closed_init_writes_every_field(struct kunit *test)
{
	struct script *s = script_begin(test);

	memset(&s->t, 0xff, sizeof(s->t));
	tcb_init(&s->t, &s->p);
	KUNIT_EXPECT_EQ(test, s->t.state, TCB_CLOSED);
	KUNIT_EXPECT_EQ(test, s->t.snd.una, s->iss);
	KUNIT_EXPECT_EQ(test, s->t.snd.nxt, s->iss);
	KUNIT_EXPECT_EQ(test, s->t.snd.end, s->iss + 1);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 536);
	KUNIT_EXPECT_EQ(test, s->t.rcv.buff, 10000);
	KUNIT_EXPECT_EQ(test, s->t.rcv.nxt, 0);
	KUNIT_EXPECT_EQ(test, s->t.rto, RTO_INITIAL_US);
	KUNIT_EXPECT_TRUE(test, s->t.cong.ops == &cong_reno);
	KUNIT_EXPECT_TRUE(test, !s->t.held);
	KUNIT_EXPECT_EQ(test, s->t.armed, 0);
	KUNIT_EXPECT_FALSE(test, s->t.ack_now || s->t.syn_acked ||
			   s->t.fin_queued || s->t.rst_due || s->t.probe);
	expect_nothing(s);
}

/* default_mss is an assumption about the peer, path_mss a fact */
static void closed_default_mss_bounded_by_path(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.path_mss = 400;
	tcb_init(&s->t, &s->p);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 400);
}

static void established_tcb_can_be_copied(struct kunit *test)
{
	struct script *s = script_established(test);
	struct tcb copy = s->t;
	struct segment out;

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	KUNIT_EXPECT_EQ(test, copy.snd.nxt, s->iss + 1);
	tcb_write(&copy, 100);
	KUNIT_ASSERT_TRUE(test, tcb_output(&copy, s->now, 0, &out));
	KUNIT_EXPECT_EQ(test, memcmp(&copy, &s->t, sizeof(copy)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&out, &s->out, sizeof(out)), 0);
}

static void established_room_bounded_by_buffer(struct kunit *test)
{
	struct script *s = script_established(test);

	tcb_buffer(&s->t, 5000, 9000);
	KUNIT_EXPECT_EQ(test, s->t.rcv.buff, 5000);
	KUNIT_EXPECT_EQ(test, s->t.rcv.room, 5000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(state_names_are_the_rfcs),
	KUNIT_CASE(rules_have_names),
	SCRIPT_CASE(closed_init_writes_every_field),
	KUNIT_CASE(closed_default_mss_bounded_by_path),
	SCRIPT_CASE(established_tcb_can_be_copied),
	KUNIT_CASE(established_room_bounded_by_buffer),
	{}
};

struct kunit_suite glass_state = {
	.name = "glass_state",
	.test_cases = cases,
};
