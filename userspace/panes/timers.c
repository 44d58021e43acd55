// SPDX-License-Identifier: GPL-2.0
/* What runs out when, and what each end measures. */

#include "panes.h"

/* Nanoseconds since the event of the cursor's moment told of it */
static s64 since(const struct panes *p, const struct event *e)
{
	const struct pane_arrow *a = panes_at(p);

	if (p->live && p->follow)
		return live_now() - e->time;
	return a ? (s64)(panes_time(a) - e->time) : 0;
}

static void timers_of(const struct panes *p, const struct event *e, char *text,
		      size_t room)
{
	size_t used = 0;
	int i;

	text[0] = 0;
	for (i = 0; i < DUE_COUNT; i++) {
		s64 left = e->tcb.due[i] - since(p, e) / MSEC;

		if (!(e->tcb.armed & 1u << i) || used + 40 > room)
			continue;
		used += snprintf(text + used, room - used, "%s%s %lld ms",
				 used ? ", " : "", due_text(i),
				 (long long)(left > 0 ? left : 0));
	}
	if (!used)
		snprintf(text, room, "no clock runs");
}

static void one(const struct panes *p, const struct event *e, struct area at,
		int row, int look)
{
	const struct shown_tcb *t = &e->tcb;
	char text[200], ssthresh[16] = "-";

	timers_of(p, e, text, sizeof(text));
	put_line(at, row, COLOR_PAIR(look), "%s", text);
	/* none yet: as large as can be */
	if (t->ssthresh < 0x3fffffff)
		snprintf(ssthresh, sizeof(ssthresh), "%u", t->ssthresh);
	put_line(at, row + 1, A_DIM, "rto %.0f ms, srtt %.1f ms, backoff %u",
		 (double)((u64)t->rto << (t->backoff < 16 ? t->backoff : 16)) / 1e3,
		 t->srtt / 1e3, t->backoff);
	put_line(at, row + 2, A_DIM, "cwnd %u, ssthresh %s, mss %u", t->cwnd,
		 ssthresh, t->mss);
}

void timers_pane(const struct panes *p, const struct pane_end end[2],
		 struct area at)
{
	int side;

	for (side = 0; side < 2; side++)
		if (end[side].told)
			one(p, end[side].told, at, 3 * side,
			    side ? LOOK_RIGHT : LOOK_LEFT);
}
