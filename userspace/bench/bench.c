// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's driver: one operation on one transport.
 *
 *	bench [-p] KIND OPERATION
 *
 * KIND is unix, glass, tcp, mptcp or sctp; OPERATION is round-trip,
 * connection, bulk, steady-bulk or memory, or, for glass and tcp, wire,
 * steady-wire, spoilt, flood, siege or scale.
 * One line of output for each figure:
 *
 *	figure KIND OPERATION NAME VALUE
 *
 * What one operation costs is the difference between a long batch and a short
 * one, divided by the difference in operations: a round. Rounds go on, with
 * ever new connections, until the standard error of their mean is small; the
 * mean is the figure, and "spread" tells the least and the greatest. Time in
 * which the guest was idle is not in it, but told apart as "idle".
 *
 * Chance is in a stream whose ends share a CPU. The scheduler lets who is woken
 * run at once, or not, and each batch finds another rhythm: for a TCP over lo
 * one packet in 64 KiB or three, and 0.82 or 0.96 instructions per byte. No
 * number of rounds within reason tells its packets within 1 %, so only the
 * mean of its instructions is a figure. The steady operations leave the
 * scheduler no choice (SCHED_BATCH: whoever is woken waits until the other one
 * sleeps or has had his time); what is left is the transport's own, and repeats
 * itself.
 *
 * With -p there are the rounds of one server alone, for the plugin that tells
 * where the instructions go.
 */
#include "bench.h"

#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MIN	6
#define ROUNDS_MAX	32
#define ROUNDS_STREAM	512	/* and no more of a stream */

/* What the standard error of a mean may be, as a part of it */
#define GOOD_STREAM		0.0025
#define GOOD_INSTRUCTIONS	0.001
#define GOOD_PACKETS		0.003

struct figure {
	double value[ROUNDS_STREAM];
	unsigned int count;
};

struct figures {
	struct figure instructions, packets, idle;
};

static void add(struct figure *f, double value)
{
	f->value[f->count++] = value;
}

static double mean(const double *value, unsigned int count)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		sum += value[i];
	return sum / count;
}

/* Is the mean known so well that its standard error is @part of it? */
static bool is_good(const struct figure *f, double part)
{
	double middle = mean(f->value, f->count), squares = 0;
	unsigned int i;

	for (i = 0; i < f->count; i++)
		squares += (f->value[i] - middle) * (f->value[i] - middle);
	return squares / (f->count * (f->count - 1)) <=
	       middle * part * middle * part;
}

static void print(const struct kind *kind, const struct work *work,
		  const char *name, const struct figure *f)
{
	double least = f->value[0], most = f->value[0];
	unsigned int i;

	for (i = 1; i < f->count; i++) {
		least = f->value[i] < least ? f->value[i] : least;
		most = f->value[i] > most ? f->value[i] : most;
	}
	printf("figure %s %s %s %.3f\n", kind->name, work->name, name,
	       mean(f->value, f->count));
	printf("spread %s %s %s %.3f %.3f\n", kind->name, work->name, name,
	       least, most);
}

static void batch(const struct work *work, unsigned int times,
		  struct reading *r)
{
	gauge_begin(r);
	work->run(times);
	gauge_end(r);
}

static void play(const struct work *work, struct figures *f)
{
	const double times = work->many - work->few;
	struct reading few, many;

	batch(work, work->few, &few);
	batch(work, work->many, &many);
	add(&f->instructions, ((double)(many.instructions - many.idle) -
			       (double)(few.instructions - few.idle)) / times);
	add(&f->packets, ((double)many.packets - (double)few.packets) / times);
	add(&f->idle, (double)(many.idle + few.idle) /
	    (work->many + work->few));
}

static bool is_enough(const struct work *work, const struct figures *f,
		      unsigned int most)
{
	unsigned int rounds = f->instructions.count;

	if (rounds >= most)
		return true;
	if (rounds < ROUNDS_MIN)
		return false;
	/* a stream that is not steady: see above */
	if (work->rounds > 1)
		return is_good(&f->instructions, GOOD_STREAM);
	return is_good(&f->instructions, GOOD_INSTRUCTIONS) &&
	       is_good(&f->packets, GOOD_PACKETS);
}

/* The server will inherit it. */
static void be_steady(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none))
		err(1, "SCHED_BATCH");
}

static unsigned int rounds_at_most(const struct work *work, bool profile)
{
	if (profile)
		return work->rounds;
	return work->rounds > 1 ? ROUNDS_STREAM : ROUNDS_MAX;
}

static void measure(const struct kind *kind, const struct work *work,
		    bool profile)
{
	const unsigned int most = rounds_at_most(work, profile);
	static struct figures f;
	bool over;

	if (work->steady)
		be_steady();
	gauge_open(work->wire);
	do {
		if (f.idle.count % work->rounds == 0) {
			work->start(kind);
			work->run(work->warm);
		}
		play(work, &f);
		over = is_enough(work, &f, most);
		if (over || f.idle.count % work->rounds == 0)
			work->stop();
	} while (!over);
	print(kind, work, "instructions", &f.instructions);
	print(kind, work, "packets", &f.packets);
	printf("figure %s %s idle %.3f\n", kind->name, work->name,
	       mean(f.idle.value, f.idle.count));
	printf("operations %s %s %u\n", kind->name, work->name,
	       f.idle.count * (work->few + work->many));
}

int main(int argc, char **argv)
{
	bool profile = false;

	if (argc == 4 && !strcmp(argv[1], "-p")) {
		profile = true;
		argv++;
		argc--;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: bench [-p] KIND OPERATION\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!strcmp(argv[2], "memory"))
		memory_measure(kind_find(argv[1]));
	else if (!strcmp(argv[2], "scale"))
		scale_measure(kind_find(argv[1]));
	else
		measure(kind_find(argv[1]), work_find(argv[2]), profile);
	return 0;
}
