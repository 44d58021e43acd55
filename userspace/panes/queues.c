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
#define SHOWN	64	/* more than a screen has room for */

static struct listener {
	unsigned int port, backlog, ready, embryos;
} listeners[SHOWN];
static int count;

/**
 * queues_read() - look at the table
 *
 * Return: how many rows the pane would fill: a line for each, and one above.
 */
int queues_read(void)
{
	FILE *table = fopen(TABLE, "re");
	char line[400];

	count = 0;
	while (table && count < SHOWN && fgets(line, sizeof(line), table)) {
		struct listener *l = &listeners[count];

		if (sscanf(line, "LISTEN %*s %u %*s %*s %u %u syn-queue:%u",
			   &l->port, &l->backlog, &l->ready, &l->embryos) == 4)
			count++;
	}
	if (table)
		fclose(table);
	return count + 1;
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

/* What was read last */
void queues_pane(const struct panes *p, struct area at)
{
	unsigned int most = most_embryos();
	int i;

	/* there is no other moment that the table tells of */
	put_line(at, 0, A_BOLD, "listener  accept queue     SYN queue%s",
		 p->follow ? "" : ", now");
	for (i = 0; i < count; i++)
		one(&listeners[i], most, at, i + 1);
}
