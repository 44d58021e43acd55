// SPDX-License-Identifier: GPL-2.0
/*
 * Whole connections: what rfc9293#section-3.1 promises, a stream that
 * arrives complete and in order over a link that does its worst.
 */
#include "pair.h"
#include "suites.h"

/* Both streams cross the wrap of the sequence space early */
static const struct pair_plan quiet = {
	.seed = 1,
	.bytes = { 30000, 20000 },
	.iss = { 0u - 7000, 0u - 3000 },
	.mss = { 1000, 1000 },
	.buff = { 10000, 10000 },
	.sndbuf = 20000,
	.delay_ms = 1,
};

static void transfer_over_quiet_link(struct kunit *test)
{
	pair_run(test, &quiet);
}

static void transfer_nothing_opens_and_closes(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.bytes[0] = 0;
	plan.bytes[1] = 0;
	pair_run(test, &plan);
	plan.close_last = true;
	pair_run(test, &plan);
}

/* rfc9293: MUST-10 */
static void transfer_simultaneous_open(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.both_open = true;
	pair_run(test, &plan);
	plan.bytes[0] = 0;
	plan.bytes[1] = 0;
	pair_run(test, &plan);
}

/* rfc9293#section-3.6, figure 13: the same length and delay at both ends */
static void transfer_simultaneous_close(struct kunit *test)
{
	struct pair_plan plan = quiet;
	u32 bytes;

	plan.both_open = true;
	for (bytes = 0; bytes < 40000; bytes += 999) {
		plan.bytes[0] = bytes;
		plan.bytes[1] = bytes;
		pair_run(test, &plan);
	}
}

/* Any one, and any two, of the first packets of a short connection lost */
static void lose_any_two(struct kunit *test, struct pair_plan plan)
{
	u32 a, b;

	plan.bytes[0] = 1500;
	plan.bytes[1] = 700;
	for (a = 0; a < 14; a++) {
		for (b = a; b < 14; b++) {
			plan.lose = 1ull << a | 1ull << b;
			pair_run(test, &plan);
		}
	}
}

static void transfer_any_two_packets_lost(struct kunit *test)
{
	lose_any_two(test, quiet);
}

static void transfer_any_two_packets_lost_close_last(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.close_last = true;
	lose_any_two(test, plan);
}

static void transfer_any_two_packets_lost_both_open(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.both_open = true;
	lose_any_two(test, plan);
}

/* Every way to lose some of the first nine packets */
static void transfer_any_of_first_packets_lost(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.bytes[0] = 10;
	plan.bytes[1] = 10;
	for (plan.lose = 0; plan.lose < 1 << 9; plan.lose++)
		pair_run(test, &plan);
}

static void transfer_over_lossy_link(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.loss = 50;
	plan.dup = 20;
	plan.corrupt = 20;
	plan.delay_ms = 30;
	plan.wscale = true;
	plan.timestamps[0] = true;
	plan.timestamps[1] = true;
	plan.sack[0] = true;
	plan.sack[1] = true;
	plan.buff[0] = 200000;
	plan.buff[1] = 200000;
	plan.bytes[0] = 250000;
	plan.bytes[1] = 250000;
	plan.sndbuf = 100000;
	for (plan.seed = 100; plan.seed < 104; plan.seed++)
		pair_run(test, &plan);
}

/* The reader sleeps: the window closes again and again */
static void transfer_to_slow_reader(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.read_ms[0] = 700;
	plan.read_ms[1] = 5000;
	for (plan.seed = 200; plan.seed < 210; plan.seed++) {
		plan.loss = plan.seed % 2 ? 100 : 0;
		pair_run(test, &plan);
	}
}

/* Window updates and probes get lost as often as anything */
static void transfer_to_slow_reader_with_tiny_buffer(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.loss = 150;
	plan.read_ms[1] = 300;
	plan.buff[0] = 700;
	plan.buff[1] = 300;
	plan.bytes[0] = 5000;
	plan.bytes[1] = 5000;
	for (plan.seed = 300; plan.seed < 320; plan.seed++)
		pair_run(test, &plan);
}

static void transfer_many_segments_at_once(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.limit = 60000;
	plan.loss = 30;
	plan.delay_ms = 3;
	plan.buff[0] = 60000;
	plan.buff[1] = 60000;
	plan.bytes[0] = 250000;
	for (plan.seed = 400; plan.seed < 410; plan.seed++)
		pair_run(test, &plan);
}

static void transfer_memory_runs_out(struct kunit *test)
{
	struct pair_plan plan = quiet;

	plan.no_room = 200;
	for (plan.seed = 500; plan.seed < 510; plan.seed++)
		pair_run(test, &plan);
}

/* Everything drawn from the seed, all of it at once */
static struct pair_plan any_plan(u32 seed)
{
	struct pair_plan plan = { .seed = seed };
	u32 r = seed * 2654435761u | 1, i;

	for (i = 0; i < 20; i++)
		pair_random(&r, 2);
	for (i = 0; i < 2; i++) {
		plan.bytes[i] = pair_random(&r, 20000) >> pair_random(&r, 15);
		plan.iss[i] = pair_random(&r, 2) ? 0u - pair_random(&r, 20000) :
						   pair_random(&r, 1u << 31);
		plan.mss[i] = 48 + pair_random(&r, 1500);
		plan.buff[i] = 1 + (pair_random(&r, 1 << 18) >>
				    pair_random(&r, 16));
		if (!pair_random(&r, 3))
			plan.read_ms[i] = 1 + pair_random(&r, 3000);
		if (!pair_random(&r, 4))
			plan.write_ms[i] = 1 + pair_random(&r, 1000);
		plan.timestamps[i] = pair_random(&r, 3);
		plan.sack[i] = pair_random(&r, 3);
	}
	/* an octet at a time is slow enough for a few hundred of them */
	for (i = 0; i < 2; i++)
		plan.bytes[i] = min(plan.bytes[i], 300 * plan.buff[!i]);
	plan.sndbuf = 1 + pair_random(&r, 30000);
	plan.limit = pair_random(&r, 2) ? pair_random(&r, 65536) : 0;
	plan.loss = pair_random(&r, 2) * pair_random(&r, 250);
	plan.dup = pair_random(&r, 2) * pair_random(&r, 250);
	plan.corrupt = pair_random(&r, 2) * pair_random(&r, 100);
	plan.no_room = !pair_random(&r, 4) * pair_random(&r, 300);
	plan.delay_ms = 1 + (pair_random(&r, 500) >> pair_random(&r, 10));
	plan.wscale = pair_random(&r, 2);
	plan.nodelay = pair_random(&r, 2);
	plan.both_open = !pair_random(&r, 3);
	plan.close_last = pair_random(&r, 2);
	plan.poor = !pair_random(&r, 4);
	return plan;
}

#define SEEDS_PER_CASE 60

/* The parameter is the first of its seeds */
static const void *seed_gen_params(const void *prev, char *desc)
{
	static const u32 seeds[] = { 1000, 2000, 3000, 4000 };
	const u32 *next = prev ? (const u32 *)prev + 1 : seeds;

	if (next == seeds + ARRAY_SIZE(seeds))
		return NULL;
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "seeds %u to %u", *next,
		  *next + SEEDS_PER_CASE - 1);
	return next;
}

static void transfer_of_any_kind_ends_well(struct kunit *test)
{
	u32 first = *(const u32 *)test->param_value, i;

	for (i = 0; i < SEEDS_PER_CASE; i++) {
		struct pair_plan plan = any_plan(first + i);

		pair_run(test, &plan);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(transfer_over_quiet_link),
	KUNIT_CASE(transfer_nothing_opens_and_closes),
	KUNIT_CASE(transfer_simultaneous_open),
	KUNIT_CASE(transfer_simultaneous_close),
	KUNIT_CASE(transfer_any_two_packets_lost),
	KUNIT_CASE(transfer_any_two_packets_lost_close_last),
	KUNIT_CASE(transfer_any_two_packets_lost_both_open),
	KUNIT_CASE(transfer_any_of_first_packets_lost),
	KUNIT_CASE(transfer_over_lossy_link),
	KUNIT_CASE(transfer_to_slow_reader),
	KUNIT_CASE(transfer_to_slow_reader_with_tiny_buffer),
	KUNIT_CASE(transfer_many_segments_at_once),
	KUNIT_CASE(transfer_memory_runs_out),
	KUNIT_CASE_PARAM(transfer_of_any_kind_ends_well, seed_gen_params),
	{}
};

struct kunit_suite glass_transfer = {
	.name = "glass_transfer",
	.test_cases = cases,
};
