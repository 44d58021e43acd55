// SPDX-License-Identifier: GPL-2.0
/*
 * What a segment costs when one server port has 100 connections, and when it
 * has 100,000.
 *
 * All of it is one process, so nobody is ever switched to. A hundred of the
 * connections, drawn at random from all, take turns with a byte there and
 * back: they do the same whether they are all there is or a few of many, and
 * what differs is the way of a segment to its socket. Ten hundreds are drawn
 * and their mean is taken.
 *
 * Opening is measured too, a thousand connections each: with 100 open, and as
 * the last of all.
 */
#include "bench.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FEW		100	/* and so many take turns */
#define MANY		100000
#define OPENED		1000	/* while counting */
#define DRAWS		10
#define WARM_TURNS	3	/* before counting */
#define SHORT_TURNS	2
#define LONG_TURNS	12
#define HOSTS		16	/* the clients' addresses: ports suffice */

static struct { int client, server; } open_ones[MANY];
static unsigned int open_count;
static int listener;

/* Always the same draws; their quality hardly matters */
static unsigned int draw(unsigned int below)
{
	static unsigned long state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 32) * below >> 32;
}

static void trip(unsigned int which)
{
	int client = open_ones[which].client, server = open_ones[which].server;
	char c = 'x';

	link_write(client, &c, 1);
	if (!link_read(server, &c, 1))
		errx(1, "a client has gone");
	link_write(server, &c, 1);
	if (!link_read(client, &c, 1))
		errx(1, "the server has gone");
}

static void open_until(const struct kind *kind, unsigned int count)
{
	while (open_count < count) {
		unsigned int i = open_count++;

		open_ones[i].client = link_connect_from(kind, i % HOSTS);
		open_ones[i].server = link_accept(listener);
		trip(i);
	}
}

static void report(const struct kind *kind, const char *name, const char *what,
		   double value)
{
	printf("figure %s %s %s %.3f\n", kind->name, name, what, value);
}

static double busy(const struct reading *r)
{
	return r->instructions - r->idle;
}

static void open_counting(const struct kind *kind, const char *name)
{
	struct reading r;

	gauge_next();
	gauge_begin(&r);
	open_until(kind, open_count + OPENED);
	gauge_end(&r);
	report(kind, name, "instructions", busy(&r) / OPENED);
	report(kind, name, "packets", (double)r.packets / OPENED);
	printf("operations %s %s %u\n", kind->name, name, OPENED);
}

/* FEW different ones of all that are open */
static void draw_some(unsigned int *some)
{
	static bool taken[MANY];
	unsigned int i;

	for (i = 0; i < FEW; i++) {
		do {
			some[i] = draw(open_count);
		} while (taken[some[i]]);
		taken[some[i]] = true;
	}
	for (i = 0; i < FEW; i++)
		taken[some[i]] = false;
}

static void take_turns(const unsigned int *some, unsigned int turns)
{
	unsigned int i;

	while (turns--) {
		for (i = 0; i < FEW; i++)
			trip(some[i]);
	}
}

static void measure_trips(const struct kind *kind, const char *name)
{
	const double trips = (LONG_TURNS - SHORT_TURNS) * FEW;
	double instructions = 0, packets = 0;
	unsigned int i, some[FEW];
	struct reading a, b;

	gauge_next();
	for (i = 0; i < DRAWS; i++) {
		/* until nobody of the last draw owes an acknowledgment */
		sleep(1);
		draw_some(some);
		take_turns(some, WARM_TURNS);
		gauge_begin(&a);
		take_turns(some, SHORT_TURNS);
		gauge_end(&a);
		gauge_begin(&b);
		take_turns(some, LONG_TURNS);
		gauge_end(&b);
		instructions += (busy(&b) - busy(&a)) / trips;
		packets += ((double)b.packets - (double)a.packets) / trips;
	}
	report(kind, name, "instructions", instructions / DRAWS);
	report(kind, name, "packets", packets / DRAWS);
	printf("operations %s %s %u\n", kind->name, name,
	       DRAWS * FEW * (SHORT_TURNS + LONG_TURNS));
}

/* Nothing of the process itself may grow while memory is compared. */
static void prepare(void)
{
	memset(open_ones, 0xff, sizeof(open_ones));
	grow_files(2 * MANY + 64);
}

/* Resets: nobody waits in TIME-WAIT. */
static void close_all(void)
{
	const struct linger now = { .l_onoff = 1 };

	while (open_count) {
		int client = open_ones[--open_count].client;

		if (setsockopt(client, SOL_SOCKET, SO_LINGER, &now,
			       sizeof(now)))
			err(1, "SO_LINGER");
		close(client);
		close(open_ones[open_count].server);
	}
}

void scale_measure(const struct kind *kind)
{
	struct memory before, after;

	prepare();
	listener = link_listen(kind);
	gauge_open(false);
	open_until(kind, FEW);
	memory_read(&before);
	measure_trips(kind, "scale-few");
	open_counting(kind, "scale-open-few");
	open_until(kind, MANY - OPENED);
	open_counting(kind, "scale-open-many");
	memory_read(&after);
	measure_trips(kind, "scale-many");
	report(kind, "scale", "slab",
	       ((double)after.slab - (double)before.slab) / (MANY - FEW));
	report(kind, "scale", "taken",
	       ((double)after.taken - (double)before.taken) / (MANY - FEW));
	close_all();
}
