// SPDX-License-Identifier: GPL-2.0
/*
 * How large the receive buffer should be: what the user takes in a round trip
 * decides, and how long that is (core/drs.c).
 */
#include <glass/core.h>
#include "suites.h"

#define MSS	1000u
#define BUFF	65536u

/* One end that receives: time in milliseconds, octets since the SYN */
struct receiver {
	struct tcb t;
	u32 now;
	u32 taken;
};

static struct receiver receiver(bool timestamps, u32 srtt_ms)
{
	struct receiver r = { .now = 5000, .taken = 1 };

	r.t.irs = 0xffff0000;
	r.t.ts_ok = timestamps;
	r.t.adv_mss = MSS;
	r.t.rcv.mss = MSS;
	r.t.rcv.buff = BUFF;
	r.t.srtt = srtt_ms * 1000;
	r.t.heard = r.now;
	return r;
}

/*
 * @ms later a segment of @len octets arrives, which echoes an ACK that is not
 * quite @trip milliseconds old
 */
static void hears(struct receiver *r, u32 ms, u32 len, u32 trip)
{
	struct segment s = {
		.len = len,
		.opts = r->t.ts_ok ? SEG_OPT_TS : 0,
	};

	r->now += ms;
	r->t.heard = r->now;
	s.tsecr = r->now - (trip ? trip - 1 : 0);
	drs_heard(&r->t, &s, 1000ull * r->now);
}

/* The user takes @octets: how much should there be room for? */
static u32 takes(struct receiver *r, u32 octets)
{
	r->taken += octets;
	return drs_taken(&r->t, r->t.irs + r->taken);
}

/* One round of @trip ms in which the user takes @octets, in four parts */
static u32 round_of(struct receiver *r, u32 trip, u32 octets)
{
	u32 i, want = 0;

	for (i = 0; i < 4; i++) {
		hears(r, trip / 4, MSS, trip);
		want = max(want, takes(r, octets / 4));
	}
	return want;
}

static void drs_first_window_is_enough(struct kunit *test)
{
	struct receiver r = receiver(true, 100);

	KUNIT_EXPECT_EQ(test, takes(&r, 1000), 0);
	KUNIT_EXPECT_EQ(test, round_of(&r, 100, 9000), 0);
	KUNIT_EXPECT_EQ(test, round_of(&r, 100, 10000), 0);
}

/* Slow start doubles: there is room for the next window and the one after */
static void drs_doubling_is_kept_ahead_of(struct kunit *test)
{
	struct receiver r = receiver(true, 100);
	u32 octets, want;

	takes(&r, 0);
	KUNIT_EXPECT_EQ(test, round_of(&r, 100, 10000), 0);
	for (octets = 20000; octets < 100000000; octets *= 2) {
		want = round_of(&r, 100, octets);
		KUNIT_EXPECT_GE(test, want, 4 * octets);
		KUNIT_EXPECT_LE(test, want, 6 * octets + 48 * MSS);
		r.t.rcv.buff = want;
	}
}

static void drs_steady_stream_needs_no_more(struct kunit *test)
{
	struct receiver r = receiver(true, 100);
	int i;

	takes(&r, 0);
	round_of(&r, 100, 20000);
	r.t.rcv.buff = round_of(&r, 100, 40000);
	KUNIT_EXPECT_GE(test, r.t.rcv.buff, 80000);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, round_of(&r, 100, 40000), 0);
}

/* A little more in each round: twice that, and not much beyond */
static void drs_slow_growth_asks_for_little(struct kunit *test)
{
	struct receiver r = receiver(true, 100);
	u32 want;

	takes(&r, 0);
	round_of(&r, 100, 60000);
	want = round_of(&r, 100, 61000);
	KUNIT_EXPECT_GE(test, want, 2 * 61000);
	KUNIT_EXPECT_LE(test, want, 2 * 61000 + 20 * MSS + 2 * 61000 / 20);
}

/* Who does not read gets no larger buffer, whatever arrives */
static void drs_slow_reader_gets_no_more(struct kunit *test)
{
	struct receiver r = receiver(true, 20);
	int i;

	takes(&r, 0);
	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, round_of(&r, 20, 4000), 0);
}

/* Octet by octet, for as long as it takes: that is no window */
static void drs_small_messages_ask_for_nothing(struct kunit *test)
{
	struct receiver r = receiver(true, 10);
	int i;

	takes(&r, 0);
	for (i = 0; i < 100000; i++) {
		hears(&r, 1, 100, 1);
		KUNIT_EXPECT_EQ(test, takes(&r, 100), 0);
	}
}

static void drs_round_is_not_over_early(struct kunit *test)
{
	struct receiver r = receiver(true, 100);

	takes(&r, 0);
	hears(&r, 99, MSS, 100);
	KUNIT_EXPECT_EQ(test, takes(&r, 60000), 0);
	hears(&r, 1, MSS, 100);
	KUNIT_EXPECT_GE(test, takes(&r, 0), 120000);
}

/* The echo of a full segment counts; before it, the handshake's time */
static void drs_round_trip_is_the_echo(struct kunit *test)
{
	struct receiver r = receiver(true, 100);
	int i;

	hears(&r, 0, MSS - 1, 40);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 0);
	hears(&r, 0, MSS, 40);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 40000);
	for (i = 0; i < 50; i++)
		hears(&r, 1, MSS, 60);
	KUNIT_EXPECT_GE(test, r.t.drs.rtt, 59000);
	KUNIT_EXPECT_LE(test, r.t.drs.rtt, 60000);
}

/* The sender's user paused: the next segment says that it was no round trip */
static void drs_pause_is_forgotten_at_once(struct kunit *test)
{
	struct receiver r = receiver(true, 20);
	int i;

	for (i = 0; i < 8; i++)
		hears(&r, 1, MSS, 20);
	hears(&r, 10000, MSS, 10000);
	KUNIT_EXPECT_GE(test, r.t.drs.rtt, 1000000);
	hears(&r, 1, MSS, 20);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 20000);
}

/* A clock that cannot be ours measures nothing */
static void drs_wild_echo_is_no_round_trip(struct kunit *test)
{
	struct receiver r = receiver(true, 20);

	hears(&r, 0, MSS, 0x80000000);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 0);
	hears(&r, 0, MSS, 120002);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 0);
}

/* Neither timestamps nor text of our own: a window is a round trip at most */
static void drs_without_timestamps_window_is_a_round(struct kunit *test)
{
	struct receiver r = receiver(false, 0);

	takes(&r, 0);
	hears(&r, 50, MSS, 0);
	KUNIT_EXPECT_EQ(test, takes(&r, BUFF - 1), 0);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 0);
	hears(&r, 50, MSS, 0);
	KUNIT_EXPECT_GE(test, takes(&r, 1), 2 * BUFF);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 100000);
}

/* ... and one that came sooner says that the trip is shorter */
static void drs_without_timestamps_trip_gets_shorter(struct kunit *test)
{
	struct receiver r = receiver(false, 0);

	takes(&r, 0);
	hears(&r, 10000, MSS, 0);
	takes(&r, BUFF);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 10000000);
	hears(&r, 30, MSS, 0);
	takes(&r, BUFF);
	KUNIT_EXPECT_EQ(test, r.t.drs.rtt, 30000);
	/* over by time from now on */
	hears(&r, 29, MSS, 0);
	takes(&r, 1000);
	KUNIT_EXPECT_NE(test, r.t.drs.at, r.now);
	hears(&r, 1, MSS, 0);
	takes(&r, 1000);
	KUNIT_EXPECT_EQ(test, r.t.drs.at, r.now);
}

/* The handshake's round trip serves where nothing else was measured */
static void drs_without_timestamps_handshake_serves(struct kunit *test)
{
	struct receiver r = receiver(false, 80);

	takes(&r, 0);
	hears(&r, 79, MSS, 0);
	KUNIT_EXPECT_EQ(test, takes(&r, 30000), 0);
	hears(&r, 1, MSS, 0);
	KUNIT_EXPECT_GE(test, takes(&r, 5000), 70000);
	KUNIT_EXPECT_EQ(test, r.t.drs.space, 35000);
}

/* A clock of milliseconds cannot tell less than one */
static void drs_short_trip_is_a_millisecond(struct kunit *test)
{
	struct receiver r = receiver(true, 0);

	hears(&r, 0, MSS, 0);
	takes(&r, 0);
	KUNIT_EXPECT_EQ(test, takes(&r, 60000), 0);
	hears(&r, 1, MSS, 0);
	KUNIT_EXPECT_GE(test, takes(&r, 0), 120000);
}

static void drs_never_beyond_what_is_a_window(struct kunit *test)
{
	struct receiver r = receiver(true, 1);
	u32 want;

	takes(&r, 0);
	r.t.drs.space = 1;
	r.t.rcv.buff = 0x3ffffffe;
	hears(&r, 1, MSS, 1);
	want = takes(&r, 0x7fffffff);
	KUNIT_EXPECT_EQ(test, want, 0x3fffffff);
	KUNIT_EXPECT_EQ(test, r.t.drs.space, 0x3fffffff);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(drs_first_window_is_enough),
	KUNIT_CASE(drs_doubling_is_kept_ahead_of),
	KUNIT_CASE(drs_steady_stream_needs_no_more),
	KUNIT_CASE(drs_slow_growth_asks_for_little),
	KUNIT_CASE(drs_slow_reader_gets_no_more),
	KUNIT_CASE(drs_small_messages_ask_for_nothing),
	KUNIT_CASE(drs_round_is_not_over_early),
	KUNIT_CASE(drs_round_trip_is_the_echo),
	KUNIT_CASE(drs_pause_is_forgotten_at_once),
	KUNIT_CASE(drs_wild_echo_is_no_round_trip),
	KUNIT_CASE(drs_without_timestamps_window_is_a_round),
	KUNIT_CASE(drs_without_timestamps_trip_gets_shorter),
	KUNIT_CASE(drs_without_timestamps_handshake_serves),
	KUNIT_CASE(drs_short_trip_is_a_millisecond),
	KUNIT_CASE(drs_never_beyond_what_is_a_window),
	{}
};

struct kunit_suite glass_drs = {
	.name = "glass_drs",
	.test_cases = cases,
};
