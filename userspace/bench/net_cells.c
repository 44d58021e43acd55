// SPDX-License-Identifier: GPL-2.0
/*
 * The table of networks, net.table: a row each,
 *
 *	Mbit/s  RTT(ms)  QUEUE  MB  [WHAT...]
 *
 * The queue before the bottleneck is shallow, normal or deep: a quarter of the
 * bandwidth-delay product, all of it, or eight times as much, but never less
 * than 10, 20 or 100 packets. What else may happen, behind the bottleneck and
 * to text alone unless it says otherwise:
 *
 *	loss P%			each packet on its own
 *	burst P% N		P% of the packets, N in a row on average
 *	reorder P% MS		some are earlier than those of MS before
 *	duplicate P%
 *	jitter MS		the way takes so much more or less
 *	wobble MS		the same, but nothing is overtaken
 *	ack-loss P%		loss on the way back
 *
 * and at the end of the row
 *
 *	plot NAME		its first transfers are drawn
 *	quick			is of the short form, too
 */
#include "net.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* What a jitter in order is made of: netem keeps to it while it has a rate. */
#define NO_RATE	(100000000000ULL / 8)

static const char *next(char **rest)
{
	const char *word = strtok_r(NULL, " \t\n", rest);

	if (!word)
		errx(2, "net.table: a row ends too early");
	return word;
}

static double number(char **rest, const char *unit)
{
	const char *word = next(rest);
	char *end;
	double value = strtod(word, &end);

	if (end == word || strcmp(end, unit) || value < 0)
		errx(2, "net.table: \"%s\" is not a number with \"%s\"", word,
		     unit);
	return value;
}

static double part(char **rest)
{
	return number(rest, "%") / 100;
}

static void parse_queue(struct cell *c, const char *word, double rtt_ms)
{
	double bdp = c->bottle.rate * rtt_ms / 1000 / PACKET_OCTETS;
	static const struct {
		const char *name;
		double bdps;
		unsigned int least;
	} queues[] = {
		{ "shallow", 0.25, 10 },
		{ "normal", 1, 20 },
		{ "deep", 8, 100 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		if (strcmp(word, queues[i].name))
			continue;
		c->bottle.limit = bdp * queues[i].bdps;
		if (c->bottle.limit < queues[i].least)
			c->bottle.limit = queues[i].least;
		return;
	}
	errx(2, "net.table: no queue is called %s", word);
}

/* Early packets are so much earlier; the rest of the delay is on the way back. */
static void parse_reorder(struct cell *c, char **rest)
{
	double rtt = c->ahead.delay_ms + c->back.delay_ms;

	c->ahead.reorder = part(rest);
	c->ahead.delay_ms = number(rest, "");
	c->back.delay_ms = rtt - c->ahead.delay_ms;
}

static void parse_what(struct cell *c, const char *word, char **rest)
{
	if (!strcmp(word, "loss")) {
		c->ahead.loss = part(rest);
	} else if (!strcmp(word, "burst")) {
		c->ahead.loss = part(rest);
		c->ahead.burst = number(rest, "");
	} else if (!strcmp(word, "reorder")) {
		parse_reorder(c, rest);
	} else if (!strcmp(word, "duplicate")) {
		c->ahead.duplicate = part(rest);
	} else if (!strcmp(word, "jitter")) {
		c->ahead.jitter_ms = number(rest, "");
	} else if (!strcmp(word, "wobble")) {
		c->ahead.jitter_ms = number(rest, "");
		c->ahead.in_order = true;
		c->ahead.rate = NO_RATE;
	} else if (!strcmp(word, "ack-loss")) {
		c->back.loss = part(rest);
	} else {
		errx(2, "net.table: no network does \"%s\"", word);
	}
}

/* Words that say something about the cell, not about its network */
static bool parse_use(struct cell *c, const char *word, char **rest)
{
	if (!strcmp(word, "quick"))
		c->quick = true;
	else if (!strcmp(word, "plot"))
		snprintf(c->plot, sizeof(c->plot), "%s", next(rest));
	else
		return false;
	return true;
}

static void check(const struct cell *c)
{
	if (c->ahead.delay_ms < 0 || c->back.delay_ms < 0 ||
	    c->ahead.jitter_ms > c->ahead.delay_ms || !c->bottle.rate ||
	    !c->octets)
		errx(2, "net.table: cannot be: %s", c->text);
}

/* The row as one would say it, without what is not of the network */
static void keep_text(struct cell *c, const char *row)
{
	char line[160], *rest = NULL, *word;
	size_t len = 0;

	snprintf(line, sizeof(line), "%s", row);
	for (word = strtok_r(line, " \t\n", &rest);
	     word && len < sizeof(c->text) && strcmp(word, "plot") && strcmp(word, "quick");
	     word = strtok_r(NULL, " \t\n", &rest))
		len += snprintf(c->text + len, sizeof(c->text) - len, "%s%s",
				len ? " " : "", word);
	if (len >= sizeof(c->text))
		errx(2, "net.table: too long: %s", row);
}

void cell_parse(struct cell *c, const char *row)
{
	char line[160], *rest = NULL;
	const char *word;
	double rtt;

	memset(c, 0, sizeof(*c));
	keep_text(c, row);
	/* strtok_r() begins at a word of its own */
	snprintf(line, sizeof(line), "row %s", row);
	strtok_r(line, " \t\n", &rest);
	c->bottle.rate = number(&rest, "") * 1e6 / 8;
	rtt = number(&rest, "");
	parse_queue(c, next(&rest), rtt);
	c->octets = number(&rest, "") * 1000000;
	c->ahead.delay_ms = rtt / 2;
	c->back.delay_ms = rtt / 2;
	/* What is on the way is in no queue. */
	c->ahead.limit = 1000000;
	c->back.limit = 1000000;
	while ((word = strtok_r(NULL, " \t\n", &rest)))
		if (!parse_use(c, word, &rest))
			parse_what(c, word, &rest);
	check(c);
}

/**
 * cells_read() - read the table
 * @path: its file
 * @cells: gets at most CELLS_MAX rows
 *
 * Return: how many there are.
 */
size_t cells_read(const char *path, struct cell *cells)
{
	FILE *f = fopen(path, "r");
	char line[160];
	size_t n = 0;

	if (!f)
		err(2, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		if (*line == '#' || *line == '\n')
			continue;
		if (n == CELLS_MAX)
			errx(2, "%s: more than %d rows", path, CELLS_MAX);
		cell_parse(&cells[n], line);
		cells[n].number = n + 1;
		n++;
	}
	fclose(f);
	return n;
}
