// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends in the diagram of rfc9293#section-3.3.2: where each is, where it
 * has been, and the path that it took.
 */
#include <string.h>

#include "panes.h"

#define DIAGRAM	22	/* columns of one */

static const struct {
	u8 state, y, x;
} places[] = {
	{ TCB_CLOSED, 0, 7 },
	{ TCB_LISTEN, 1, 7 },
	{ TCB_SYN_RECEIVED, 2, 0 }, { TCB_SYN_SENT, 2, 13 },
	{ TCB_ESTABLISHED, 3, 5 },
	{ TCB_FIN_WAIT_1, 4, 0 }, { TCB_CLOSE_WAIT, 4, 11 },
	{ TCB_FIN_WAIT_2, 5, 0 }, { TCB_CLOSING, 5, 12 },
	{ TCB_TIME_WAIT, 6, 0 }, { TCB_LAST_ACK, 6, 12 },
};

static bool walked(const struct pane_end *end, u8 state)
{
	return memchr(end->path, state, end->steps);
}

static void diagram(const struct pane_end *end, int look, struct area at)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		u8 state = places[i].state;
		int attr = COLOR_PAIR(LOOK_DIM) | A_DIM;

		if (state == end->state)
			attr = COLOR_PAIR(look) | A_REVERSE | A_BOLD;
		else if (walked(end, state))
			attr = COLOR_PAIR(look) | A_BOLD;
		if (places[i].y + 1 >= at.height || places[i].x >= at.width)
			continue;
		attrset(attr);
		mvaddnstr(at.y + 1 + places[i].y, at.x + places[i].x,
			  state_text(state), at.width - places[i].x);
		attrset(0);
	}
}

/* "CLOSED > SYN-SENT > ESTABLISHED" */
static void path(const struct pane_end *end, int look, struct area at, int row)
{
	char text[300] = "";
	size_t used = 0;
	u8 i;

	for (i = 0; i < end->steps; i++)
		used += snprintf(text + used, sizeof(text) - used, "%s > ",
				 state_text(end->path[i]));
	snprintf(text + used, sizeof(text) - used, "%s", state_text(end->state));
	used = strlen(text);
	/* its end counts */
	put_line(at, row, COLOR_PAIR(look), "%s",
		 text + (used > (size_t)at.width ? used - at.width : 0));
}

void states_pane(const struct panes *p, const struct pane_end end[2],
		 struct area at)
{
	const struct conn *c = panes_conn(p);
	struct area one = at;
	int side;

	for (side = 0; side < 2; side++) {
		int look = side ? LOOK_RIGHT : LOOK_LEFT;

		one.x = at.x + side * (DIAGRAM + 2);
		one.width = at.width - side * (DIAGRAM + 2);
		put_line(one, 0, COLOR_PAIR(look), "%.*s", DIAGRAM,
			 end_text(&c->end[side], c->family));
		diagram(&end[side], look, one);
		if (end[side].state)
			path(&end[side], look, at, 8 + side);
	}
}
