// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's driver: one operation on one transport.
 *
 *	bench [-p] KIND OPERATION
 *
 * KIND is unix, glass, tcp, mptcp or sctp; OPERATION is round-trip,
 * connection, bulk or memory. One line of output for each figure:
 *
 *	figure KIND OPERATION NAME VALUE
 *
 * What one operation costs is the difference between a long batch and a short
 * one, divided by the difference in operations. The figure is the mean of
 * several such rounds, each with a server and connections of its own, since
 * the scheduler favours now the one and now the other; "spread" tells the
 * least and the greatest. Nothing else runs, so that no round is an outlier.
 * Time in which the guest was idle is not in it, but told apart as "idle".
 *
 * With -p there is one round, for the plugin that tells where the instructions
 * go.
 */
#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS	8

struct figure {
	double sum, least, greatest;
	unsigned int count;
};

static void add(struct figure *f, double value)
{
	f->sum += value;
	if (!f->count || value < f->least)
		f->least = value;
	if (!f->count || value > f->greatest)
		f->greatest = value;
	f->count++;
}

static void print(const struct kind *kind, const struct work *work,
		  const char *name, const struct figure *f)
{
	printf("figure %s %s %s %.3f\n", kind->name, work->name, name,
	       f->sum / f->count);
	printf("spread %s %s %s %.3f %.3f\n", kind->name, work->name, name,
	       f->least, f->greatest);
}

static void batch(const struct work *work, unsigned int times,
		  struct reading *r)
{
	gauge_begin(r);
	work->run(times);
	gauge_end(r);
}

static void measure(const struct kind *kind, const struct work *work,
		    unsigned int rounds)
{
	struct figure instructions = {}, packets = {}, idle = {};
	const double times = work->many - work->few;
	struct reading few, many;
	unsigned int i;

	gauge_open();
	for (i = 0; i < rounds; i++) {
		work->start(kind);
		work->run(work->warm);
		batch(work, work->few, &few);
		batch(work, work->many, &many);
		work->stop();
		add(&instructions,
		    ((double)(many.instructions - many.idle) -
		     (double)(few.instructions - few.idle)) / times);
		add(&packets,
		    ((double)many.packets - (double)few.packets) / times);
		add(&idle, (double)(many.idle + few.idle) /
		    (work->many + work->few));
	}
	print(kind, work, "instructions", &instructions);
	print(kind, work, "packets", &packets);
	print(kind, work, "idle", &idle);
	printf("operations %s %s %u\n", kind->name, work->name,
	       rounds * (work->few + work->many));
}

int main(int argc, char **argv)
{
	unsigned int rounds = ROUNDS;

	if (argc == 4 && !strcmp(argv[1], "-p")) {
		rounds = 1;
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
	else
		measure(kind_find(argv[1]), work_find(argv[2]), rounds);
	return 0;
}
