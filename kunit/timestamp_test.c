// SPDX-License-Identifier: GPL-2.0
/* Timestamps: rfc7323, and what rfc6191 makes of them in TIME-WAIT. */
#include "script.h"
#include "suites.h"

#define OFFSET	77000u
#define DAY_MS	86400000u

/* The peer's clock stands at 1000, ours is told with an offset */
static struct script *offered(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.timestamps = true;
	s->p.ts_offset = OFFSET;
	s->peer_ts = 1000;
	return s;
}

static struct script *agreed(struct kunit *test)
{
	struct script *s = offered(test);

	script_establish(s);
	return s;
}

static u32 clock(const struct script *s)
{
	return now_ms(s->now) + OFFSET;
}

/* rfc7323: 3.2, 5.4 */
static void syn_sent_timestamps_agreed(struct kunit *test)
{
	struct script *s = offered(test);

	script_open(s);
	KUNIT_EXPECT_TRUE(test, s->out.opts & SEG_OPT_TS);
	KUNIT_EXPECT_EQ(test, s->out.tsval, clock(s));
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 0);
	passes(s, 100);
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	KUNIT_EXPECT_TRUE(test, s->out.opts & SEG_OPT_TS);
	KUNIT_EXPECT_EQ(test, s->out.tsval, clock(s));
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 1000);
}

/* rfc7323: 3.2 */
static void syn_sent_timestamps_refused(struct kunit *test)
{
	struct script *s = offered(test);

	s->peer_ts = 0;
	script_establish(s);
	KUNIT_EXPECT_EQ(test, s->out.opts, 0);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1000);
	/* not agreed upon: ignored, whatever it says */
	s->peer_ts = 5;
	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	s->peer_ts = 4;
	inject(s, ".", 101, 100, 1, 10000, RULE_TEXT_IN_ORDER);
}

/* rfc9293: MUST-16; rfc7323: 3.2 */
static void established_timestamps_take_room(struct kunit *test)
{
	struct script *s = agreed(test);

	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 988);
	user_writes(s, 1000);
	expect(s, ".", 1, 988, 1, 10000, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 1000);
	KUNIT_EXPECT_EQ(test, segment_size(&s->out) + s->out.len, 20 + 1000);
}

/* rfc7323: 5.2, 5.3 */
static void established_paws_refuses_old(struct kunit *test)
{
	struct script *s = agreed(test);

	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	s->peer_ts = 999;
	inject(s, ".", 101, 100, 1, 10000, RULE_PAWS);
	kept(s, 0, 0);
	expect(s, ".", 1, 0, 101, ANY, RULE_PAWS);
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 1000);
	expect_nothing(s);
	s->peer_ts = 1000;
	inject(s, ".", 101, 100, 1, 10000, RULE_TEXT_IN_ORDER);
}

/* The clock of timestamps wraps too; rfc7323: 5.2 */
static void established_paws_across_the_wrap(struct kunit *test)
{
	struct script *s = offered(test);

	s->peer_ts = 0xfffffff0;
	script_establish(s);
	s->peer_ts = 5;
	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	s->peer_ts = 0xfffffff1;
	inject(s, ".", 101, 100, 1, 10000, RULE_PAWS);
}

/* rfc7323: 5.3 */
static void established_paws_spares_resets(struct kunit *test)
{
	struct script *s = agreed(test);

	s->peer_ts = 1;
	inject(s, "R.", 1, 0, 1, 0, RULE_RST_EXACT);
	now_in(s, TCB_CLOSED, V_RESET | V_DEAD);
}

/* rfc7323: 5.5 */
static void established_paws_forgets_after_24_days(struct kunit *test)
{
	struct script *s = agreed(test);

	passes(s, 24 * DAY_MS - 60000);
	s->peer_ts = 900;
	inject(s, ".", 1, 100, 1, 10000, RULE_PAWS);
	expect(s, ".", 1, 0, 1, ANY, RULE_PAWS);
	passes(s, 120000);
	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.ts.recent, 900);
}

/* rfc7323: 3.2 */
static void established_without_timestamp_dropped(struct kunit *test)
{
	struct script *s = agreed(test);

	s->peer_ts = 0;
	inject(s, ".", 1, 100, 1, 10000, RULE_TS_MISSING);
	expect_nothing(s);
	now_in(s, TCB_ESTABLISHED, 0);
	/* a peer that crashed and opens anew is found out */
	inject(s, "S", 9000, 0, 0, 10000, RULE_SYN_CHALLENGE);
	inject(s, "R", 1, 0, 0, 0, RULE_RST_EXACT);
}

/* Of two segments that one ACK answers the first is echoed; rfc7323: 4.3 */
static void established_echoes_the_earliest(struct kunit *test)
{
	struct script *s = agreed(test);

	s->peer_ts = 1010;
	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	s->peer_ts = 1020;
	inject(s, ".", 1001, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 1010);
}

/* A gap: what filled it last is still what counts; rfc7323: 4.3 */
static void established_does_not_echo_beyond_a_gap(struct kunit *test)
{
	struct script *s = agreed(test);

	s->peer_ts = 1010;
	inject(s, ".", 1001, 1000, 1, 10000, RULE_TEXT_GAP);
	expect(s, ".", 1, 0, 1, ANY, RULE_TEXT_GAP);
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 1000);
	s->peer_ts = 1030;
	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_FILLS);
	expect(s, ".", 1, 0, 2001, ANY, RULE_TEXT_FILLS);
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 1030);
}

/* A segment outside the window leaves no trace; rfc7323: 5.3 */
static void established_does_not_echo_outside_the_window(struct kunit *test)
{
	struct script *s = agreed(test);

	s->peer_ts = 1500;
	inject(s, ".", 20001, 10, 1, 10000, RULE_SEQ_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.ts.recent, 1000);
}

/* What anybody can forge leaves no trace either; rfc7323: 5.3 */
static void established_forged_segments_do_not_move_the_clock(struct kunit *test)
{
	struct script *s = agreed(test);

	s->peer_ts = 1000 + (1u << 30);
	inject(s, "R", 5, 0, 0, 0, RULE_RST_CHALLENGE);
	expect(s, ".", 1, 0, 1, ANY, RULE_RST_CHALLENGE);
	inject(s, "S", 1, 0, 0, 10000, RULE_SYN_CHALLENGE);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_CHALLENGE);
	inject(s, ".", 1, 10, 5000, 10000, RULE_ACK_UNSENT);
	expect(s, ".", 1, 0, 1, ANY, RULE_ACK_UNSENT);
	inject(s, "P", 1, 10, 0, 10000, RULE_ACK_MISSING);
	s->peer_ts = 1;
	inject(s, "R", 5, 0, 0, 0, RULE_RST_CHALLENGE);
	expect(s, ".", 1, 0, 1, ANY, RULE_RST_CHALLENGE);
	KUNIT_EXPECT_EQ(test, s->t.ts.recent, 1000);
	s->peer_ts = 1001;
	inject(s, ".", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
}

/* Old text that never came is not told as if it had; rfc2883: 4 */
static void established_paws_tells_no_strange_text(struct kunit *test)
{
	struct script *s = offered(test);

	s->p.sack = true;
	s->p.dsack = true;
	s->peer_sack = true;
	script_establish(s);
	s->peer_ts = 999;
	inject(s, ".", 1001, 1000, 1, 10000, RULE_PAWS);
	expect(s, ".", 1, 0, 1, ANY, RULE_PAWS);
	not_sacked(s);
}

/* What was sent twice is timed by its echo; rfc7323: 4.1 */
static void timeout_echo_measures(struct kunit *test)
{
	struct script *s = agreed(test);

	KUNIT_EXPECT_EQ(test, s->t.srtt, 100000);
	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "P.", 1, 100, 1, 10000, RULE_RESEND_RTO);
	s->peer_ecr = s->out.tsval;
	passes(s, 20);
	inject(s, ".", 1, 0, 101, 10000, RULE_ACK_NEW);
	/* 7/8 of 100 ms and 1/8 of 20 ms */
	KUNIT_EXPECT_EQ(test, s->t.srtt, 90000);
}

/* An echo of what was never said measures nothing */
static void timeout_echo_from_the_future_ignored(struct kunit *test)
{
	struct script *s = agreed(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "P.", 1, 100, 1, 10000, RULE_RESEND_RTO);
	s->peer_ecr = s->out.tsval + 1000;
	inject(s, ".", 1, 0, 101, 10000, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.srtt, 100000);
}

/* rfc7323: 3.2 */
static void abort_carries_timestamp(struct kunit *test)
{
	struct script *s = agreed(test);

	user_aborts(s);
	expect(s, "R.", 1, 0, 1, 0, RULE_SEND_RST_ABORT);
	KUNIT_EXPECT_EQ(test, s->out.tsecr, 1000);
}

static struct embryo embryo_of(struct kunit *test, struct segment *syn)
{
	const struct tcb_params p = {
		.iss = 100, .buff = 10000, .adv_mss = 1000, .path_mss = 1000,
		.default_mss = 536, .timestamps = true, .sack = true,
		.ts_offset = OFFSET,
	};
	struct embryo e;
	struct segment out;

	*syn = (struct segment){
		.seq = 500, .flags = SEG_SYN, .wnd = 10000,
		.opts = SEG_OPT_TS, .tsval = 40,
	};
	embryo_open(&e, syn, &p, STORY_START_US);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS | SEG_OPT_TS);
	KUNIT_EXPECT_EQ(test, out.tsecr, 40);
	return e;
}

/* The last ACK, early, late and without; rfc7323: 5.3 */
static void embryo_paws(struct kunit *test)
{
	struct segment s, out;
	struct embryo e = embryo_of(test, &s);
	struct verdict v;

	s = (struct segment){
		.seq = 501, .ack = 101, .flags = SEG_ACK,
		.opts = SEG_OPT_TS, .tsval = 39,
	};
	embryo_input(&e, &s, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_PAWS);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.flags, SEG_ACK);
	KUNIT_EXPECT_EQ(test, out.tsecr, 40);
	s.opts = 0;
	embryo_input(&e, &s, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_TS_MISSING);
	KUNIT_EXPECT_FALSE(test, embryo_output(&e, &out));
	s.opts = SEG_OPT_TS;
	s.tsval = 41;
	embryo_input(&e, &s, &v);
	KUNIT_EXPECT_EQ(test, v.bits, V_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, e.ts_recent, 41);
}

/* An ACK out of nowhere does not move what the handshake's own must pass */
static void embryo_forged_ack_does_not_move_the_clock(struct kunit *test)
{
	struct segment s;
	struct embryo e = embryo_of(test, &s);
	struct verdict v;

	s = (struct segment){
		.seq = 77, .ack = 5, .flags = SEG_ACK,
		.opts = SEG_OPT_TS, .tsval = 40000,
	};
	embryo_input(&e, &s, &v);
	KUNIT_EXPECT_EQ(test, e.ts_recent, 40);
}

/* The SYN itself again, sent later: its own time is echoed then */
static void embryo_syn_again_echoes_anew(struct kunit *test)
{
	struct segment s, out;
	struct embryo e = embryo_of(test, &s);
	struct verdict v;

	s.tsval = 1040;
	embryo_input(&e, &s, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_SYN_AGAIN);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.tsecr, 1040);
}

static void embryo_hands_timestamps_on(struct kunit *test)
{
	struct tcb_params p = {
		.buff = 10000, .adv_mss = 1000, .path_mss = 536,
		.default_mss = 536, .timestamps = true, .ts_offset = OFFSET,
	};
	struct segment s;
	struct embryo e = embryo_of(test, &s);
	struct verdict v;
	struct tcb t;

	tcb_from_embryo(&t, &p, &e);
	KUNIT_EXPECT_TRUE(test, t.ts_ok);
	KUNIT_EXPECT_EQ(test, t.ts.recent, 40);
	KUNIT_EXPECT_EQ(test, t.snd.mss, 524);
	s = (struct segment){
		.seq = 501, .ack = 101, .flags = SEG_ACK, .wnd = 1000,
		.opts = SEG_OPT_TS, .tsval = 45,
		.tsecr = now_ms(STORY_START_US) + OFFSET,
	};
	tcb_input(&t, &s, STORY_START_US + 30000, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_ACK_SYN);
	KUNIT_EXPECT_EQ(test, t.srtt, 30000);
}

static u16 time_wait_syn(struct timewait w, u32 seq, u8 opts, u32 tsval)
{
	struct segment s = {
		.seq = seq, .flags = SEG_SYN, .opts = opts, .tsval = tsval,
	};
	struct verdict v;

	timewait_input(&w, &s, &v);
	return v.rule;
}

/* rfc9293: MAY-2, SHLD-4; rfc6191: 2 */
static void time_wait_reopened_by_timestamp(struct kunit *test)
{
	const struct timewait w = {
		.snd_nxt = 10, .rcv_nxt = 1000, .ts_recent = 50, .ts_ok = 1,
	};

	KUNIT_EXPECT_EQ(test, time_wait_syn(w, 500, SEG_OPT_TS, 51),
			RULE_TW_SYN_TS);
	KUNIT_EXPECT_EQ(test, time_wait_syn(w, 2000, SEG_OPT_TS, 49),
			RULE_TW_SYN_OLD);
	KUNIT_EXPECT_EQ(test, time_wait_syn(w, 2000, SEG_OPT_TS, 50),
			RULE_TW_SYN);
	KUNIT_EXPECT_EQ(test, time_wait_syn(w, 500, SEG_OPT_TS, 50),
			RULE_TW_SYN_OLD);
	KUNIT_EXPECT_EQ(test, time_wait_syn(w, 2000, 0, 0), RULE_TW_SYN);
	KUNIT_EXPECT_EQ(test, time_wait_syn(w, 500, 0, 0), RULE_TW_SYN_OLD);
}

static void time_wait_answers_with_timestamp(struct kunit *test)
{
	struct timewait w = { .rcv_nxt = 7, .ts_recent = 50, .ts_ok = 1 };
	struct segment s = { .seq = 3, .len = 1, .flags = SEG_ACK }, out;
	struct verdict v;

	timewait_input(&w, &s, &v);
	KUNIT_ASSERT_TRUE(test, timewait_output(&w, &out));
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_TS);
	KUNIT_EXPECT_EQ(test, out.tsecr, 50);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(syn_sent_timestamps_agreed),
	SCRIPT_CASE(syn_sent_timestamps_refused),
	SCRIPT_CASE(established_timestamps_take_room),
	SCRIPT_CASE(established_paws_refuses_old),
	SCRIPT_CASE(established_paws_across_the_wrap),
	SCRIPT_CASE(established_paws_spares_resets),
	SCRIPT_CASE(established_paws_forgets_after_24_days),
	SCRIPT_CASE(established_without_timestamp_dropped),
	SCRIPT_CASE(established_echoes_the_earliest),
	SCRIPT_CASE(established_does_not_echo_beyond_a_gap),
	SCRIPT_CASE(established_does_not_echo_outside_the_window),
	SCRIPT_CASE(established_forged_segments_do_not_move_the_clock),
	SCRIPT_CASE(established_paws_tells_no_strange_text),
	SCRIPT_CASE(timeout_echo_measures),
	SCRIPT_CASE(timeout_echo_from_the_future_ignored),
	SCRIPT_CASE(abort_carries_timestamp),
	KUNIT_CASE(embryo_paws),
	KUNIT_CASE(embryo_forged_ack_does_not_move_the_clock),
	KUNIT_CASE(embryo_syn_again_echoes_anew),
	KUNIT_CASE(embryo_hands_timestamps_on),
	KUNIT_CASE(time_wait_reopened_by_timestamp),
	KUNIT_CASE(time_wait_answers_with_timestamp),
	{}
};

struct kunit_suite glass_timestamp = {
	.name = "glass_timestamp",
	.test_cases = cases,
};
