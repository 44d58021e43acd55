// SPDX-License-Identifier: GPL-2.0
/* What runs out when, and what each end measures. */
#include <glass/core.h>

#include "panes.h"

/* The moment that is shown */
static u64 moment(const struct panes *p)
{
	const struct pane_arrow *a = panes_at(p);

	return p->live && p->follow ? live_now() : a ? panes_time(a) : 0;
}

static long long ms_until(s64 ns)
{
	return ns > 0 ? ns / MSEC : 0;
}

static void timers_of(const struct panes *p, const struct event *e, char *text,
		      size_t room)
{
	size_t used = 0;
	int i;

	text[0] = 0;
	for (i = 0; i < DUE_COUNT; i++) {
		u64 due = e->time + e->tcb.due[i] * MSEC;

		if (!(e->tcb.armed & 1u << i) || used + 40 > room)
			continue;
		used += snprintf(text + used, room - used, "%s%s %lld ms",
				 used ? ", " : "", due_text(i),
				 ms_until(due - moment(p)));
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

/* Where only a record is kept there is one clock, and nothing is measured */
static void record(const struct panes *p, const struct pane_end *end,
		   struct area at, int row, int look)
{
	bool embryo = end->state == TCB_SYN_RECEIVED;
	const char *what = embryo ? due_text(DUE_RETRANSMIT) : "time-wait";
	u64 now = moment(p);

	/* no event tells that the record was given up */
	if (now > end->due)
		put_line(at, row, COLOR_PAIR(look), "%s: its time is over", what);
	else
		put_line(at, row, COLOR_PAIR(look), "%s %lld ms", what,
			 ms_until(end->due - now));
	if (embryo)
		put_line(at, row + 1, A_DIM, "SYN/ACKs sent: %u; no TCB yet",
			 end->synacks);
	else
		put_line(at, row + 1, A_DIM, "2 MSL are %u s; no TCB is left",
			 2 * TIMEWAIT_MSL_MS / 1000);
}

void timers_pane(const struct panes *p, const struct pane_end end[2],
		 struct area at)
{
	int side;

	for (side = 0; side < 2; side++) {
		int look = side ? LOOK_RIGHT : LOOK_LEFT;

		if (end[side].due)
			record(p, &end[side], at, 3 * side, look);
		else if (end[side].told)
			one(p, end[side].told, at, 3 * side, look);
	}
}
