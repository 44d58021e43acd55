/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections on the whole screen of a terminal, by file:
 *
 *	model.c		what was seen, and how it stood at any moment of it
 *	screen.c	the screen and its keys
 *	layout.c	what stands where on it
 *	filter.c	which of them are wanted
 *	ladder.c	segments, one below the other
 *	states.c	both ends in the diagram of rfc9293#section-3.3.2
 *	windows.c	both directions on rulers of octets
 *	timers.c	what runs out when, and what each end measures
 *	queues.c	listeners: SYN queue and accept queue
 *	octets.c	the header of one segment, octet by octet
 *	reason.c	why one segment left, and what came of it
 */
#ifndef PANES_H
#define PANES_H

#include <curses.h>

#include "../event.h"
#include "../export.h"

#define PATH_MAX_SHOWN	12	/* states that a connection walks through at most */

/* A segment or a change of a state, as in pair.c */
struct pane_arrow {
	struct event sent, got;
	bool is_sent, is_got;
	unsigned long conn;
};

#define FILTER_TEXT	40
#define FILTER_WORDS	4

/* Which arrows are wanted: all of these words are true of them, see filter.c */
struct pane_filter {
	char text[FILTER_TEXT];
	char words[FILTER_WORDS][FILTER_TEXT];
	size_t count;
};

/* Panes that take turns where there is no room for all, in this order */
enum pane { PANE_LADDER, PANE_STATES, PANE_WINDOWS, PANE_TIMERS, PANE_QUEUES, PANES };

/**
 * struct panes - all that is on the screen
 * @arrows: what was seen, oldest first
 * @conns: what is known of each connection, by its number less one
 * @cursor: the arrow that is looked at
 * @conn: the connection that alone is shown, 0 for all
 * @follow: the cursor goes along with what comes
 * @live: it does come, and clocks run
 * @first: this one has the room, others as far as there is more
 * @filter: only what it wants is shown
 * @typed: what is to become the filter, while @asks
 * @strange: that had no meaning
 * @octets: those of the cursor's segment are shown
 * @missed: events came faster than they were read
 */
struct panes {
	struct pane_arrow *arrows;
	size_t count, room;
	struct conn *conns;
	size_t conn_count;
	size_t cursor;
	unsigned long conn;
	enum pane first;
	struct pane_filter filter;
	char typed[FILTER_TEXT];
	bool asks, strange;
	bool follow, live, octets, missed;
};

/**
 * struct pane_end - one end at the moment of the cursor
 * @state: of enum tcb_state
 * @path: the states before it, oldest first
 * @told: the last event that tells of its TCB, or NULL
 * @synacks: so many were sent without one, in SYN-RECEIVED
 * @due: when the clock of an end without one runs out, 0 if none runs
 */
struct pane_end {
	u8 state;
	u8 path[PATH_MAX_SHOWN], steps;
	const struct event *told;
	u8 synacks;
	u64 due;
};

/* A part of the screen */
struct area {
	int y, x, height, width;
};

/* How things look */
enum look { LOOK_LEFT = 1, LOOK_RIGHT, LOOK_BAD, LOOK_DIM };

/* model.c */
bool panes_add(struct panes *p, const struct event *sent,
	       const struct event *got, const struct conn *c);
void panes_free(struct panes *p);
const struct pane_arrow *panes_at(const struct panes *p);
const struct conn *panes_conn(const struct panes *p);
void panes_ends(const struct panes *p, struct pane_end end[2]);
void panes_step(struct panes *p, long by);
void panes_next_conn(struct panes *p);
void panes_filter(struct panes *p, const char *text);
bool panes_shows(const struct panes *p, size_t i);
u64 panes_time(const struct pane_arrow *a);

/* filter.c */
bool filter_set(struct pane_filter *f, const char *text);
bool filter_wants(const struct pane_filter *f, const struct pane_arrow *a);

/* Each draws into its area, and nowhere else */
void ladder_pane(const struct panes *p, struct area at);
void states_pane(const struct panes *p, const struct pane_end end[2],
		 struct area at);
void windows_pane(const struct panes *p, const struct pane_end end[2],
		  struct area at);
void timers_pane(const struct panes *p, const struct pane_end end[2],
		 struct area at);
void queues_pane(const struct panes *p, struct area at);
void octets_pane(const struct panes *p, struct area at);
void reason_pane(const struct panes *p, struct area at);

/* How many rows they would fill */
int queues_read(void);
int octets_rows(const struct panes *p);

/* layout.c */
void layout(const struct panes *p);
void layout_next(struct panes *p);

/* screen.c */
void put_line(struct area at, int row, int attr, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int panes_live(const struct watch *w);
int panes_story(const struct story *s, unsigned long conn);

#endif
