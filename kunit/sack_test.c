// SPDX-License-Identifier: GPL-2.0
/* Selective acknowledgment, the receiver's side: rfc2018 and rfc2883. */
#include "script.h"
#include "suites.h"

static struct script *permitted(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.sack = true;
	s->p.dsack = true;
	s->peer_sack = true;
	script_establish(s);
	return s;
}

/* Text that leaves a gap, and the ACK that it calls for */
static void gap(struct script *s, u32 seq, u32 len)
{
	u32 nxt = s->t.rcv.nxt - s->irs;

	inject(s, ".", seq, len, 1, 10000, RULE_TEXT_GAP);
	expect(s, ".", 1, 0, nxt, ANY, RULE_TEXT_GAP);
}

/* rfc2018: 2 */
static void syn_sent_sack_offered(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.sack = true;
	script_open(s);
	KUNIT_EXPECT_TRUE(test, s->out.opts & SEG_OPT_SACK_OK);
	/* the peer does not permit it: none is sent */
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	inject(s, ".", 101, 100, 1, 10000, RULE_TEXT_GAP);
	expect(s, ".", 1, 0, 1, ANY, RULE_TEXT_GAP);
	not_sacked(s);
}

static void syn_sent_sack_not_offered(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->peer_sack = true;
	script_establish(s);
	inject(s, ".", 101, 100, 1, 10000, RULE_TEXT_GAP);
	expect(s, ".", 1, 0, 1, ANY, RULE_TEXT_GAP);
	not_sacked(s);
}

static void embryo_sack_both_or_neither(struct kunit *test)
{
	struct tcb_params p = { .buff = 1000, .path_mss = 1000, .sack = true };
	struct segment syn = { .flags = SEG_SYN, .opts = SEG_OPT_SACK_OK }, out;
	struct embryo e;
	struct tcb t;

	embryo_open(&e, &syn, &p, STORY_START_US);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_TRUE(test, out.opts & SEG_OPT_SACK_OK);
	tcb_from_embryo(&t, &p, &e);
	KUNIT_EXPECT_TRUE(test, t.sack_ok);
	syn.opts = 0;
	embryo_open(&e, &syn, &p, STORY_START_US);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_FALSE(test, out.opts & SEG_OPT_SACK_OK);
	tcb_from_embryo(&t, &p, &e);
	KUNIT_EXPECT_FALSE(test, t.sack_ok);
}

/* The block that grew last comes first; rfc2018: 4 */
static void established_sack_latest_first(struct kunit *test)
{
	struct script *s = permitted(test);

	gap(s, 101, 100);
	sacked(s, 101, 201);
	gap(s, 301, 100);
	sacked(s, 301, 401, 101, 201);
	gap(s, 501, 100);
	sacked(s, 501, 601, 301, 401, 101, 201);
	gap(s, 201, 50);
	sacked(s, 101, 251, 501, 601, 301, 401);
	/* two become one */
	gap(s, 251, 50);
	sacked(s, 101, 401, 501, 601);
	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_FILLS);
	expect(s, ".", 1, 0, 401, ANY, RULE_TEXT_FILLS);
	sacked(s, 501, 601);
	inject(s, ".", 401, 100, 1, 10000, RULE_TEXT_FILLS);
	expect(s, ".", 1, 0, 601, ANY, RULE_TEXT_FILLS);
	not_sacked(s);
}

/* Four blocks at most, three with timestamps; rfc2018: 3 */
static void established_sack_as_many_as_fit(struct kunit *test)
{
	struct script *s = permitted(test);
	u32 seq;

	for (seq = 101; seq < 700; seq += 100)
		gap(s, seq, 50);
	sacked(s, 601, 651, 501, 551, 401, 451, 301, 351);
	s->t.ts_ok = 1;
	s->peer_ts = 1;
	gap(s, 701, 50);
	sacked(s, 701, 751, 601, 651, 501, 551);
	KUNIT_EXPECT_EQ(test, segment_size(&s->out), SEG_HEADER_MAX);
}

/* All that was told last has been filled, older blocks are left */
static void established_sack_older_blocks_left(struct kunit *test)
{
	struct script *s = permitted(test);
	u32 seq;

	gap(s, 901, 50);
	for (seq = 101; seq < 600; seq += 100)
		gap(s, seq, 50);
	inject(s, ".", 1, 550, 1, 10000, RULE_TEXT_FILLS);
	expect(s, ".", 1, 0, 551, ANY, RULE_TEXT_FILLS);
	sacked(s, 101, 151, 901, 951);
}

/* Text shares its segment with the blocks; rfc9293: MUST-16 */
static void established_sack_shortens_text(struct kunit *test)
{
	struct script *s = permitted(test);

	inject(s, ".", 101, 100, 1, 10000, RULE_TEXT_GAP);
	s->t.opt.nodelay = 1;
	user_writes(s, 1500);
	expect(s, ".", 1, 988, 1, ANY, RULE_SEND_TEXT);
	sacked(s, 101, 201);
	expect(s, "P.", 989, 512, 1, ANY, RULE_SEND_PUSH);
	sacked(s, 101, 201);
}

/* rfc2883: 4 */
static void established_dsack_of_old_text(struct kunit *test)
{
	struct script *s = permitted(test);

	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, ".", 1, 1000, 1, 10000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 1001, ANY, RULE_SEQ_OLD);
	sacked(s, 1, 1001);
	/* once */
	inject(s, ".", 1, 0, 1, 10000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 1001, ANY, RULE_SEQ_OLD);
	not_sacked(s);
}

/* A part of it; rfc2883: 4 */
static void established_dsack_of_a_part(struct kunit *test)
{
	struct script *s = permitted(test);

	inject(s, ".", 1, 200, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, ".", 101, 200, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 100, 100);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 301, ANY, RULE_ACK_DELAYED);
	sacked(s, 101, 201);
}

/* Above RCV.NXT: the block that has it follows; rfc2883: 4 */
static void established_dsack_of_held_text(struct kunit *test)
{
	struct script *s = permitted(test);

	gap(s, 101, 300);
	gap(s, 201, 100);
	sacked(s, 201, 301, 101, 401);
	/* it runs into what is held */
	gap(s, 51, 100);
	sacked(s, 101, 151, 51, 401);
	/* it runs out of it */
	gap(s, 301, 200);
	sacked(s, 301, 401, 51, 501);
}

static void established_dsack_off(struct kunit *test)
{
	struct script *s = permitted(test);

	s->t.dsack_ok = 0;
	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, ".", 1, 1000, 1, 10000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 1001, ANY, RULE_SEQ_OLD);
	not_sacked(s);
}

/* What lies outside the window was never here */
static void established_no_dsack_beyond_the_window(struct kunit *test)
{
	struct script *s = permitted(test);

	inject(s, ".", 20001, 10, 1, 10000, RULE_SEQ_WINDOW);
	expect(s, ".", 1, 0, 1, ANY, RULE_SEQ_WINDOW);
	not_sacked(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(syn_sent_sack_offered),
	SCRIPT_CASE(syn_sent_sack_not_offered),
	KUNIT_CASE(embryo_sack_both_or_neither),
	SCRIPT_CASE(established_sack_latest_first),
	SCRIPT_CASE(established_sack_as_many_as_fit),
	SCRIPT_CASE(established_sack_older_blocks_left),
	SCRIPT_CASE(established_sack_shortens_text),
	SCRIPT_CASE(established_dsack_of_old_text),
	SCRIPT_CASE(established_dsack_of_a_part),
	SCRIPT_CASE(established_dsack_of_held_text),
	SCRIPT_CASE(established_dsack_off),
	SCRIPT_CASE(established_no_dsack_beyond_the_window),
	{}
};

struct kunit_suite glass_sack = {
	.name = "glass_sack",
	.test_cases = cases,
};
