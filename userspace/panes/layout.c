// SPDX-License-Identifier: GPL-2.0
/* What stands where on the screen, and which panes have the room of others. */
#include "panes.h"

#define RIGHT_WIDTH	46
#define LEAST_WIDTH	100	/* below, there is room for one column */
#define LEAST_COLUMNS	40
#define LEAST_HEIGHT	12
#define REASON		6	/* rows of the reason, with its line */
#define QUEUES_LEAST	3	/* rows of queues that do not fit whole */
#define LADDER_LEAST	4	/* rows of a ladder above the octets */

static bool wide(void)
{
	return COLS >= LEAST_WIDTH;
}

/* How many of those that are shown come before this one */
static size_t shown_before(const struct panes *p, size_t end)
{
	size_t i, n = 0;

	for (i = 0; i < end; i++)
		n += panes_shows(p, i);
	return n;
}

static void bars(const struct panes *p)
{
	struct area top = { 0, 0, 1, COLS }, bottom = { LINES - 1, 0, 1, COLS };

	put_line(top, 0, A_REVERSE, "%-*s", COLS, "");
	put_line(top, 0, A_REVERSE, " glass  %s  %zu/%zu  %s%s%s%s",
		 p->conn ? "one connection" : "all connections",
		 panes_at(p) ? shown_before(p, p->cursor) + 1 : 0,
		 shown_before(p, p->count),
		 !p->live ? "recorded" : p->follow ? "live" : "paused",
		 p->missed ? "  some were missed" : "",
		 p->filter.count ? "  only " : "", p->filter.text);
	if (p->asks)
		put_line(bottom, 0, A_BOLD, "/%s_   port, flag, text, lost, fault, state or rule",
			 p->typed);
	else if (p->strange)
		put_line(bottom, 0, COLOR_PAIR(LOOK_BAD), " \"%s\" has no meaning", p->typed);
	else
		put_line(bottom, 0, A_DIM,
			 " space pause  arrows step  Tab connection  / filter  s panes  x octets  q quit");
}

/* The next rows of an area, as many as there are, and one that stays empty */
static struct area rows_of(struct area at, int *row, int rows)
{
	struct area part = at;

	part.y += *row;
	part.height = rows < at.height - *row ? rows : at.height - *row;
	*row += rows + 1;
	return part;
}

/*
 * Rows that a pane of the column wants, 0 if it has nothing to show. Queues make
 * do with what is left, a listener and how many there are besides at least.
 */
static int rows_wanted(const struct panes *p, enum pane which, int left)
{
	int rows;

	if (which == PANE_QUEUES) {
		rows = p->live ? queues_read() : 0;
		return rows > left && left >= QUEUES_LEAST ? left : rows;
	}
	if (!panes_conn(p))
		return 0;
	return which == PANE_STATES ? 10 : which == PANE_WINDOWS ? 9 : 6;
}

static void one(const struct panes *p, enum pane which,
		const struct pane_end end[2], struct area at)
{
	if (which == PANE_STATES)
		states_pane(p, end, at);
	else if (which == PANE_WINDOWS)
		windows_pane(p, end, at);
	else if (which == PANE_TIMERS)
		timers_pane(p, end, at);
	else
		queues_pane(p, at);
}

/*
 * States, windows, clocks, queues, one below the other: from that which was
 * asked for, as far as it fits, those that fit whole, and of queues a part.
 */
static void column(const struct panes *p, struct area at)
{
	enum pane first = p->first ?: PANE_STATES, which = first;
	struct pane_end end[2];
	int row = 0, rows;

	if (panes_conn(p))
		panes_ends(p, end);
	do {
		rows = rows_wanted(p, which, at.height - row);
		if (rows && (!row || row + rows <= at.height))
			one(p, which, end, rows_of(at, &row, rows));
		which = which + 1 < PANES ? which + 1 : PANE_STATES;
	} while (which != first);
}

/**
 * layout_next() - the room goes to the next pane of the column
 * @p: the panes
 *
 * Where there is one column, the ladder comes in turn with the others.
 */
void layout_next(struct panes *p)
{
	enum pane last = p->live ? PANE_QUEUES : PANE_TIMERS;

	if (p->first == PANE_LADDER && wide())
		p->first = PANE_STATES;
	p->first = p->first < last ? p->first + 1 : PANE_LADDER;
}

/* The octets take what is below the ladder, or all where that is little */
static void split(const struct panes *p, struct area *main, struct area *octets)
{
	int rows = octets_rows(p);

	*octets = *main;
	if (main->height - rows >= LADDER_LEAST + 1) {
		main->height -= rows + 1;
		octets->y += main->height + 1;
		octets->height = rows;
		mvhline(octets->y - 1, 0, ACS_HLINE, main->x + main->width);
	} else {
		main->height = 0;
	}
}

static void fill(const struct panes *p)
{
	struct area main = { 1, 0, LINES - 2 - REASON,
			     COLS - (wide() ? RIGHT_WIDTH + 2 : 0) };
	struct area reason = { LINES - REASON, 1, REASON - 1, COLS - 2 };
	struct area right = main, octets;

	right.x = COLS - RIGHT_WIDTH;
	right.width = RIGHT_WIDTH;
	bars(p);
	mvhline(reason.y - 1, 0, ACS_HLINE, COLS);
	reason_pane(p, reason);
	if (wide()) {
		mvvline(1, right.x - 2, ACS_VLINE, right.height);
		column(p, right);
	}
	if (p->octets) {
		split(p, &main, &octets);
		octets_pane(p, octets);
	}
	if (wide() || p->first == PANE_LADDER) {
		ladder_pane(p, main);
	} else {
		main.x++;
		main.width--;
		column(p, main);
	}
}

/* All of the screen, new */
void layout(const struct panes *p)
{
	erase();
	if (LINES < LEAST_HEIGHT || COLS < LEAST_COLUMNS)
		mvaddnstr(0, 0, "glass: the terminal is too small", COLS);
	else
		fill(p);
	refresh();
}
