// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners: what waits in the SYN queue for the last ACK of its handshake, and
 * in the accept queue for accept(). From the table, as it is now.
 */
#include <stdio.h>

#include "panes.h"

#define TABLE	"/proc/net/glass/connections"
#define MOST	"/proc/sys/net/glass/max_syn_backlog"
#define CELLS	10	/* of a bar at most */
#define ROW	14	/* columns of a row beside bars and numbers */
#define SHOWN	64	/* more than a screen has room for */

static struct listener {
	unsigned int port, backlog, ready, embryos;
} listeners[SHOWN];
static int count;	/* of all; as many as there is room for are kept */

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
	while (table && fgets(line, sizeof(line), table)) {
		struct listener l;

		if (sscanf(line, "LISTEN %*s %u %*s %*s %u %u syn-queue:%u",
			   &l.port, &l.backlog, &l.ready, &l.embryos) != 4)
			continue;
		if (count < SHOWN)
			listeners[count] = l;
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

/* "3/129": how many there are, and how many there is room for */
struct queue {
	unsigned int n, room;
	char text[24];
};

static int fraction(struct queue *q, unsigned int n, unsigned int room)
{
	q->n = n;
	q->room = room;
	return snprintf(q->text, sizeof(q->text), "%u/%u", n, room);
}

/* How a row is shared out: of the bars, and of the accept queue's numbers */
struct columns {
	int cells, numbers;
};

/* Either queue holds one more than the backlog, see module/core/backlog.c */
static int fractions(const struct listener *l, unsigned int most,
		     struct queue *ready, struct queue *embryos, int *numbers)
{
	unsigned int room = l->backlog + 1;

	*numbers = max(*numbers, fraction(ready, l->ready, room));
	return fraction(embryos, l->embryos, min(room, most));
}

/* Bars are as long as the longest numbers leave room for */
static struct columns columns(unsigned int most, int shown, int width)
{
	struct columns c = { .numbers = 5 };
	struct queue ready, embryos;
	int i, last = 5;

	for (i = 0; i < shown; i++)
		last = max(last, fractions(&listeners[i], most, &ready,
					   &embryos, &c.numbers));
	c.cells = max(1, min(CELLS, (width - ROW - c.numbers - last) / 2));
	return c;
}

/* Full only when it has no room, empty only when nothing is in it */
static void bar(char *text, const struct queue *q, int cells)
{
	int i, lit = min(cells, (int)((u64)q->n * cells / (q->room ?: 1)));

	if (q->n && !lit)
		lit = 1;
	for (i = 0; i < cells; i++)
		text[i] = i < lit ? '#' : '.';
	text[cells] = 0;
}

static void one(const struct listener *l, unsigned int most, struct columns c,
		struct area at, int row)
{
	char accepted[CELLS + 1], opening[CELLS + 1];
	struct queue ready, embryos;
	bool full;

	fractions(l, most, &ready, &embryos, &c.numbers);
	full = ready.n >= ready.room || embryos.n >= embryos.room;
	bar(accepted, &ready, c.cells);
	bar(opening, &embryos, c.cells);
	put_line(at, row, full ? COLOR_PAIR(LOOK_BAD) : 0, "%8u  %s %-*s  %s %s",
		 l->port, accepted, c.numbers, ready.text, opening, embryos.text);
}

/* What was read last, and how many there are besides where not all fit */
void queues_pane(const struct panes *p, struct area at)
{
	unsigned int most = most_embryos();
	int i, room = min(at.height - 1, SHOWN);
	int shown = count <= room ? count : room - 1;
	struct columns c = columns(most, shown, at.width);

	/* there is no other moment that the table tells of */
	put_line(at, 0, A_BOLD, "listener  %-*sSYN queue%s",
		 c.cells + c.numbers + 2, "accept queue", p->follow ? "" : ", now");
	for (i = 0; i < shown; i++)
		one(&listeners[i], most, c, at, i + 1);
	if (shown < count)
		put_line(at, i + 1, A_DIM, "%8s and %d more", "", count - shown);
}
