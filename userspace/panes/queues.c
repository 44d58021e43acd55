// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners: what waits in the SYN queue for the last ACK of its handshake, and
 * in the accept queue for accept(). From the table, as it is now.
 */
#include <stdio.h>

#include "panes.h"

#define TABLE	"/proc/net/glass/connections"
#define MOST	"/proc/sys/net/glass/max_syn_backlog"
#define CELLS	10	/* of a bar */

struct listener {
	unsigned int port, backlog, ready, embryos;
};

/* The next one of the table; false when there is none */
static bool next(FILE *table, struct listener *l)
{
	char line[400];

	while (table && fgets(line, sizeof(line), table))
		if (sscanf(line, "LISTEN %*s %u %*s %*s %u %u syn-queue:%u",
			   &l->port, &l->backlog, &l->ready, &l->embryos) == 4)
			return true;
	return false;
}

/* A line for each, and one above */
int queues_rows(void)
{
	FILE *table = fopen(TABLE, "re");
	struct listener l;
	int rows = 1;

	while (next(table, &l))
		rows++;
	if (table)
		fclose(table);
	return rows;
}

/* net.glass.max_syn_backlog, no limit if it cannot be read */
static unsigned int most_embryos(void)
{
	FILE *f = fopen(MOST, "re");
	unsigned int most;

	if (!f || fscanf(f, "%u", &most) != 1)
		most = -1u;
	if (f)
		fclose(f);
	return most;
}

/* Full only when @n has reached @of, empty only when nothing is in it */
static void bar(char *text, unsigned int n, unsigned int of)
{
	unsigned int i, lit = (unsigned long long)n * CELLS / (of ?: 1);

	if (n && !lit)
		lit = 1;
	for (i = 0; i < CELLS; i++)
		text[i] = i < lit ? '#' : '.';
	text[CELLS] = 0;
}

/* Either queue holds one more than the backlog, see module/core/backlog.c */
static void one(const struct listener *l, unsigned int most, struct area at,
		int row)
{
	unsigned int room = l->backlog + 1, embryo_room = room < most ? room : most;
	char accepted[CELLS + 1], embryos[CELLS + 1];
	bool full = l->ready >= room || l->embryos >= embryo_room;

	bar(accepted, l->ready, room);
	bar(embryos, l->embryos, embryo_room);
	put_line(at, row, full ? COLOR_PAIR(LOOK_BAD) : 0,
		 "%8u  %s %u/%-3u  %s %u/%u", l->port, accepted, l->ready, room,
		 embryos, l->embryos, embryo_room);
}

void queues_pane(const struct panes *p, struct area at)
{
	FILE *table = fopen(TABLE, "re");
	unsigned int most = most_embryos();
	struct listener l;
	int row = 1;

	/* there is no other moment that the table tells of */
	put_line(at, 0, A_BOLD, "listener  accept queue     SYN queue%s",
		 p->follow ? "" : ", now");
	while (row < at.height && next(table, &l))
		one(&l, most, at, row++);
	if (table)
		fclose(table);
}
