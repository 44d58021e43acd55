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
 * one, divided by the difference in operations; the figure is the median of
 * several such pairs, and "spread" tells the least and the greatest. Time in
 * which the guest was idle is not in it, but told apart as "idle". With -p
 * there is one pair, for the plugin that counts where the instructions of the
 * long batch go.
 */
#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAIRS	5

struct figures {
	double instructions[PAIRS], packets[PAIRS];
	double idle;	/* of all batches together */
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

static void batch(const struct work *work, unsigned int times,
		  struct reading *r)
{
	gauge_begin(r);
	work->run(times);
	gauge_end(r);
}

static void pair(const struct work *work, struct figures *f, unsigned int i)
{
	const double times = work->many - work->few;
	struct reading few, many;

	batch(work, work->few, &few);
	batch(work, work->many, &many);
	f->instructions[i] = ((double)(many.instructions - many.idle) -
			      (double)(few.instructions - few.idle)) / times;
	f->packets[i] = ((double)many.packets - (double)few.packets) / times;
	f->idle += few.idle + many.idle;
}

static void print(const struct kind *kind, const struct work *work,
		  const char *name, double *values, unsigned int pairs)
{
	double value = median(values, pairs);

	printf("figure %s %s %s %.3f\n", kind->name, work->name, name, value);
	printf("spread %s %s %s %.3f %.3f\n", kind->name, work->name, name,
	       values[0], values[pairs - 1]);
}

static void measure(const struct kind *kind, const struct work *work,
		    unsigned int pairs)
{
	const unsigned int operations = pairs * (work->few + work->many);
	struct figures f = {};
	unsigned int i;

	gauge_open();
	work->start(kind);
	work->run(work->warm);
	for (i = 0; i < pairs; i++)
		pair(work, &f, i);
	work->stop();
	print(kind, work, "instructions", f.instructions, pairs);
	print(kind, work, "packets", f.packets, pairs);
	printf("figure %s %s idle %.3f\n", kind->name, work->name,
	       f.idle / operations);
	printf("operations %s %s %u\n", kind->name, work->name, operations);
}

int main(int argc, char **argv)
{
	unsigned int pairs = PAIRS;

	if (argc == 4 && !strcmp(argv[1], "-p")) {
		pairs = 1;
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
		measure(kind_find(argv[1]), work_find(argv[2]), pairs);
	return 0;
}
