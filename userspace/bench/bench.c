// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's driver: one operation on one transport.
 *
 *	bench [-p] KIND OPERATION
 *
 * KIND is unix, glass, tcp, mptcp or sctp; OPERATION is round-trip,
 * connection, bulk or memory, or, for glass and tcp, wire, spoilt, flood or
 * siege.
 * One line of output for each figure:
 *
 *	figure KIND OPERATION NAME VALUE
 *
 * What one operation costs is the difference between a long batch and a short
 * one, divided by the difference in operations: a round. The scheduler favours
 * now the one end and now the other, and TCP's windows with them, so rounds go
 * on until chance no longer shows; the figure is the mean of the middle half
 * of them, and "spread" tells the least and the greatest. Time in which the
 * guest was idle is not in it, but told apart as "idle".
 *
 * With -p there is one round, for the plugin that tells where the instructions
 * go.
 */
#include "bench.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MIN	6
#define ROUNDS_MAX	32

/* What the standard error of a mean may be, as a part of it */
#define GOOD_INSTRUCTIONS	0.001
#define GOOD_PACKETS		0.003

struct figure {
	double value[ROUNDS_MAX];
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

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const struct kind *kind, const struct work *work,
		  const char *name, struct figure *f)
{
	unsigned int aside = f->count / 4;

	qsort(f->value, f->count, sizeof(f->value[0]), compare);
	printf("figure %s %s %s %.3f\n", kind->name, work->name, name,
	       mean(f->value + aside, f->count - 2 * aside));
	printf("spread %s %s %s %.3f %.3f\n", kind->name, work->name, name,
	       f->value[0], f->value[f->count - 1]);
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

static bool is_enough(const struct figures *f, unsigned int most)
{
	unsigned int rounds = f->instructions.count;

	if (rounds >= most)
		return true;
	return rounds >= ROUNDS_MIN &&
	       is_good(&f->instructions, GOOD_INSTRUCTIONS) &&
	       is_good(&f->packets, GOOD_PACKETS);
}

static void measure(const struct kind *kind, const struct work *work,
		    unsigned int most)
{
	static struct figures f;

	gauge_open(work->wire);
	do {
		if (work->anew || !f.idle.count) {
			work->start(kind);
			work->run(work->warm);
		}
		play(work, &f);
		if (work->anew)
			work->stop();
	} while (!is_enough(&f, most));
	if (!work->anew)
		work->stop();
	print(kind, work, "instructions", &f.instructions);
	print(kind, work, "packets", &f.packets);
	printf("figure %s %s idle %.3f\n", kind->name, work->name,
	       mean(f.idle.value, f.idle.count));
	printf("operations %s %s %u\n", kind->name, work->name,
	       f.idle.count * (work->few + work->many));
}

int main(int argc, char **argv)
{
	unsigned int most = ROUNDS_MAX;

	if (argc == 4 && !strcmp(argv[1], "-p")) {
		most = 1;
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
		measure(kind_find(argv[1]), work_find(argv[2]), most);
	return 0;
}
