// SPDX-License-Identifier: GPL-2.0
/* Tail loss probes: rfc8985#section-7. */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

/* One segment, of which nothing is heard: two round trips and a delayed ACK */
static struct script *probed(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.sack = true;
	s->p.dsack = true;
	s->peer_sack = true;
	s->peer_wnd = WND;
	script_establish(s);
	user_writes(s, 1000);
	expect(s, "P.", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expires(s, 281, RULE_RESEND_TLP);
	expect(s, "P.", 1, 1000, 1, 10000, RULE_RESEND_TLP);
	expect_nothing(s);
	passes(s, 100);
	return s;
}

/* rfc8985: 7.2, 7.3, 7.4 */
static void lost_tail_is_found_by_a_probe(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	passes(s, 100);
	peer_reports(s, 7001, RULE_ACK_NEW);
	expires(s, 201, RULE_RESEND_TLP);
	expect(s, "P.", 9001, 1000, 1, 10000, RULE_RESEND_TLP);
	expect_nothing(s);
	passes(s, 100);
	peer_sacks(s, 9001, 10001);
	peer_reports(s, 7001, RULE_ACK_SACK);
	expires(s, 25, RULE_RESEND_RACK);
	expect(s, ".", 7001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
	passes(s, 100);
	peer_reports(s, 8001, RULE_ACK_NEW);
	expect(s, ".", 8001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
	peer_reports(s, 10001, RULE_ACK_NEW);
	no_timer(s);
}

/* New text asks as well, whatever the congestion window; rfc8985: 7.3 */
static void new_text_is_the_probe(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 2000);

	expires(s, 201, RULE_RESEND_TLP);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TLP);
	expect_nothing(s);
	/* one only; then the RTO, which began anew with it */
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
}

/* Text of the same flight, once more, and the FIN; rfc8985: 7.3 */
static void fin_goes_with_the_probe(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	passes(s, 100);
	peer_reports(s, 9001, RULE_ACK_NEW);
	user_closes(s);
	expect(s, "F.", 10001, 0, 1, 10000, RULE_SEND_FIN);
	expires(s, 201, RULE_RESEND_TLP);
	expect(s, "FP.", 9001, 1000, 1, 10000, RULE_RESEND_TLP);
	expect_nothing(s);
	peer_reports(s, 10002, RULE_ACK_FIN_WAIT_2);
	expect_nothing(s);
	no_timer(s);
}

/* The original was lost: that costs, though it is repaired; rfc8985: 7.4 */
static void repaired_loss_costs(struct kunit *test)
{
	struct script *s = probed(test);

	peer_reports(s, 1001, RULE_ACK_NEW);
	user_writes(s, 1000);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	peer_reports(s, 2001, RULE_ACK_REPAIRED);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 2000);
	KUNIT_EXPECT_FALSE(test, s->t.troubled);
}

/* Both came: nothing was lost; rfc8985: 7.4 */
static void probe_in_vain_costs_nothing(struct kunit *test)
{
	struct script *s = probed(test);

	peer_sacks(s, 1, 1001);
	peer_reports(s, 1001, RULE_ACK_DSACK);
	user_writes(s, 1000);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	peer_reports(s, 2001, RULE_ACK_NEW);
	KUNIT_EXPECT_GE(test, s->t.cong.cwnd, 10000);
}

/* No second probe before a round trip was measured; rfc8985: 7.3 */
static void probes_need_a_measurement_between_them(struct kunit *test)
{
	struct script *s = probed(test);

	peer_sacks(s, 1, 1001);
	peer_reports(s, 1001, RULE_ACK_DSACK);
	user_writes(s, 1000);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expires(s, 281, RULE_NONE);
	expires(s, 19, RULE_RESEND_RTO);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_RESEND_RTO);
}

/* Without reports a probe would find out nothing */
static void no_sack_no_probe(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(lost_tail_is_found_by_a_probe),
	SCRIPT_CASE(new_text_is_the_probe),
	SCRIPT_CASE(fin_goes_with_the_probe),
	SCRIPT_CASE(repaired_loss_costs),
	SCRIPT_CASE(probe_in_vain_costs_nothing),
	SCRIPT_CASE(probes_need_a_measurement_between_them),
	SCRIPT_CASE(no_sack_no_probe),
	{}
};

struct kunit_suite glass_tlp = {
	.name = "glass_tlp",
	.test_cases = cases,
};
