// SPDX-License-Identifier: GPL-2.0
/* Proportional rate reduction: rfc6937. */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

/* Twenty segments in flight, as in the RFC's examples, and more to send */
static struct script *twenty(struct kunit *test)
{
	struct script *s = script_begin(test);
	u32 seq;

	s->p.sack = true;
	s->peer_sack = true;
	s->peer_wnd = WND;
	script_establish(s);
	s->t.cong.cwnd = 20000;
	user_writes(s, 40000);
	for (seq = 1; seq < 20001; seq += 1000)
		expect(s, ".", seq, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	return s;
}

/* Segments [@from, @to) arrived; of that something is new */
static void sack_of(struct script *s, u32 from, u32 to, u16 rule)
{
	peer_sacks(s, from, to);
	inject(s, ".", 1, 0, 1, WND, rule);
}

/* rfc6937#section-3.1, first example: half as many as arrive; rfc6937: 3 */
static void one_loss_halves_over_a_round_trip(struct kunit *test)
{
	struct script *s = twenty(test);
	u32 k, sent = 0, last = 0;

	for (k = 1; k < 20; k++) {
		sack_of(s, 1001, 1001 + k * 1000,
			k == 3 ? RULE_ACK_LOSS : RULE_ACK_SACK);
		if (k == 3)
			expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
		else if (k < 3)
			expect(s, ".", 19001 + k * 1000, 1000, 1, 10000,
			       RULE_SEND_TEXT);
		for (; k > 3 && tcb_output(&s->t, s->now, 0, &s->out); sent++) {
			/* never two at once, and not for each */
			KUNIT_EXPECT_GE(test, k, last + (k < 17));
			last = k;
		}
	}
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 10000);
	/* ends where it should: at half */
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 10000);
	KUNIT_EXPECT_EQ(test, sent, 7);
}

/* The second example: fifteen are lost, two are sent for each that arrives */
/* rfc6937: 3 */
static void many_losses_slow_start(struct kunit *test)
{
	struct script *s = twenty(test);

	sack_of(s, 15001, 16001, RULE_ACK_SACK);
	expect(s, ".", 20001, 1000, 1, 10000, RULE_SEND_TEXT);
	sack_of(s, 15001, 17001, RULE_ACK_SACK);
	expect(s, ".", 21001, 1000, 1, 10000, RULE_SEND_TEXT);
	sack_of(s, 15001, 18001, RULE_ACK_LOSS);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 4000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
	sack_of(s, 15001, 19001, RULE_ACK_SACK);
	expect(s, ".", 2001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 3001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
	sack_of(s, 15001, 20001, RULE_ACK_SACK);
	expect(s, ".", 4001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 5001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
}

/* ACKs that tell nothing let nothing out; rfc6937: 3 */
static void empty_acks_let_nothing_out(struct kunit *test)
{
	struct script *s = twenty(test);
	u32 i;

	sack_of(s, 1001, 4001, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	while (tcb_output(&s->t, s->now, 0, &s->out))
		continue;
	for (i = 0; i < 20; i++)
		sack_of(s, 1001, 4001, RULE_ACK_DUP);
	expect_nothing(s);
}

/* Octet by octet no more leaves than by segments; rfc6937: 3 */
static void split_acks_let_no_more_out(struct kunit *test)
{
	struct script *s = twenty(test);
	u32 i;

	sack_of(s, 1001, 4001, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 20001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	for (i = 1; i < 1000; i++) {
		sack_of(s, 1001, 4001 + i, RULE_ACK_SACK);
		expect_nothing(s);
	}
	sack_of(s, 1001, 6001, RULE_ACK_SACK);
	expect(s, ".", 21001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(one_loss_halves_over_a_round_trip),
	SCRIPT_CASE(many_losses_slow_start),
	SCRIPT_CASE(empty_acks_let_nothing_out),
	SCRIPT_CASE(split_acks_let_no_more_out),
	{}
};

struct kunit_suite glass_prr = {
	.name = "glass_prr",
	.test_cases = cases,
};
