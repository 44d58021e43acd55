// SPDX-License-Identifier: GPL-2.0
/*
 * The ladder: one rail for each end of a connection, an arrow for each
 * segment, beside it the time, below it why it left and what came of it.
 *
 *              10.0.0.2:54001              10.0.0.1:54321
 *       CLOSED |                                        | LISTEN
 *              | seq 2271560481 (0)  wnd 65535  mss ... |
 *     0.000 ms |----------------- SYN ----------------->| 0.031 ms
 *     SYN-SENT | SEND_SYN ...              LISTEN_SYN ... | SYN-RECEIVED
 *
 * The end that spoke first stands on the left.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"

#define MARGIN	12	/* columns outside the rails: states and times */
#define SPAN	72	/* columns between the rails */

static unsigned long last_drawn;	/* its number, 0 for none */

/* A line of the ladder: left margin, what stands between the rails, right. */
static void line(const char *left, const char *middle, const char *right)
{
	printf("%*s |%-*s|%s%s\n", MARGIN, left, SPAN, middle, *right ? " " : "",
	       right);
}

/* The same with text at both rails */
static void line_pair(const char *left, const char *at_left,
		      const char *at_right, const char *right)
{
	char middle[SPAN + 1];

	snprintf(middle, sizeof(middle), " %s%*s ", at_left,
		 SPAN - 2 - (int)strlen(at_left), at_right);
	line(left, middle, right);
}

static void draw_head(const struct conn *c, bool again)
{
	char left[80], right[80];

	snprintf(left, sizeof(left), "%s", end_text(&c->end[LEFT], c->family));
	snprintf(right, sizeof(right), "%s", end_text(&c->end[RIGHT], c->family));
	printf("\nconnection %lu%s\n", c->number, again ? ", continued" : "");
	if (strlen(left) + strlen(right) + 2 > SPAN) {
		printf("%*s %s\n", MARGIN, "", left);
		printf("%*s%*s\n", MARGIN, "", SPAN + 3, right);
	} else {
		printf("%*s %s%*s\n", MARGIN, "", left,
		       SPAN + 2 - (int)strlen(left), right);
	}
}

/* "seq 2271560481 (0)": absolute, and relative to the ISN where it is known */
static int add_number(char *at, size_t room, const char *name, u32 n,
		      bool known, u32 isn)
{
	if (known)
		return snprintf(at, room, "%s %u (%u)  ", name, n, n - isn);
	return snprintf(at, room, "%s %u  ", name, n);
}

static const char *fields_text(const struct conn *c, const struct event *e,
			       enum rail from)
{
	static char text[160];
	char *end = text + sizeof(text), *at = text;

	*at++ = ' ';
	at += add_number(at, end - at, "seq", e->s.seq, c->isn_known[from],
			 c->isn[from]);
	if (e->s.flags & SEG_ACK)
		at += add_number(at, end - at, "ack", e->s.ack, c->isn_known[!from],
				 c->isn[!from]);
	at += snprintf(at, end - at, "wnd %u", e->s.wnd);
	if (e->s.opts & SEG_OPT_MSS)
		at += snprintf(at, end - at, "  mss %u", e->s.mss);
	if (e->s.opts & SEG_OPT_WSCALE)
		at += snprintf(at, end - at, "  scale %u", e->s.wscale);
	if (e->s.opts & SEG_OPT_OTHER)
		at += snprintf(at, end - at, "  other options");
	if (e->s.opts & SEG_OPT_BAD)
		snprintf(at, end - at, "  bad options");
	return text;
}

/* The options that come with every segment, "" if there are none */
static const char *options_text(const struct conn *c, const struct event *e,
				enum rail from)
{
	u32 isn = c->isn[!from];
	static char text[160];
	char *end = text + sizeof(text), *at = text;
	u8 i;

	*at = 0;
	if (e->s.opts & SEG_OPT_SACK_OK)
		at += snprintf(at, end - at, " sack permitted ");
	if (e->s.opts & SEG_OPT_TS)
		at += snprintf(at, end - at, " time %u echo %u ", e->s.tsval,
			       e->s.tsecr);
	if (e->s.sacks)
		at += snprintf(at, end - at, " sack");
	for (i = 0; i < e->s.sacks; i++)
		at += snprintf(at, end - at, " %u-%u", e->s.sack[i].start - isn,
			       e->s.sack[i].end - isn);
	return text;
}

/*
 * An arrow with its label in the middle. One that was not seen to arrive ends
 * in an x, one that was not seen to leave begins out of nowhere.
 */
static const char *arrow_text(const struct event *e, bool left, bool arrived,
			      enum rail from)
{
	static char text[SPAN + 1];
	char label[64];
	int len, i;

	memset(text, '-', SPAN);
	if (!arrived) {
		memset(text + SPAN - 16, ' ', 16);
		text[SPAN - 17] = 'x';
	} else {
		text[SPAN - 1] = '>';
	}
	if (!left)
		memcpy(text, "       ...      ", 16);
	if (from == RIGHT) {
		for (i = 0; i < SPAN / 2; i++) {
			char c = text[i];

			text[i] = text[SPAN - 1 - i];
			text[SPAN - 1 - i] = c;
		}
		if (arrived)
			text[0] = '<';
	}
	if (e->s.len)
		len = snprintf(label, sizeof(label), " %s, %u bytes ",
			       flags_text(e->s.flags), e->s.len);
	else
		len = snprintf(label, sizeof(label), " %s ", flags_text(e->s.flags));
	memcpy(text + (SPAN - len) / 2, label, len);
	return text;
}

static const char *time_text(const struct conn *c, const struct event *e,
			     char *text, size_t room)
{
	double ms = e ? (double)(s64)(e->time - c->start) / 1e6 : 0;

	if (!e)
		*text = 0;
	else if (ms < 100000)
		snprintf(text, room, "%.3f ms", ms);
	else
		snprintf(text, room, "%.3f s", ms / 1e3);
	return text;
}

/* The state to write beside a rail: only news */
static const char *new_state(struct conn *c, const struct event *e,
			     enum rail side)
{
	if (!e || !e->state || e->state == c->state[side])
		return "";
	c->state[side] = e->state;
	return state_text(e->state);
}

/* What stands below an arrow at one rail */
struct reason {
	char state[16];		/* in the margin, if it is news */
	char rule[100];
	char phrase[100];
};

static void reason_fill(struct reason *r, struct conn *c, const struct event *e,
			enum rail side, bool sender)
{
	memset(r, 0, sizeof(*r));
	if (!e) {
		snprintf(r->rule, sizeof(r->rule), "(not seen to %s)",
			 sender ? "leave" : "arrive");
		return;
	}
	snprintf(r->state, sizeof(r->state), "%s", new_state(c, e, side));
	snprintf(r->rule, sizeof(r->rule), "%s", rule_text(e->rule));
	snprintf(r->phrase, sizeof(r->phrase), "%s", rule_phrase(e->rule));
}

static void reason_alone(const struct reason *r, enum rail side)
{
	if (side == LEFT) {
		line_pair(r->state, r->rule, "", "");
		if (*r->phrase)
			line_pair("", r->phrase, "", "");
	} else {
		line_pair("", "", r->rule, r->state);
		if (*r->phrase)
			line_pair("", "", r->phrase, "");
	}
}

/* The sender's reason and the receiver's decision, abreast if they fit */
static void draw_reasons(struct conn *c, const struct event *sent,
			 const struct event *got, enum rail from, bool brief)
{
	struct reason r[2], *left = &r[LEFT], *right = &r[RIGHT];

	reason_fill(&r[from], c, sent, from, true);
	reason_fill(&r[!from], c, got, !from, false);
	if (brief) {
		if (*left->state || *right->state)
			line(left->state, "", right->state);
		return;
	}
	if (strlen(left->rule) + strlen(right->rule) + 4 <= SPAN &&
	    strlen(left->phrase) + strlen(right->phrase) + 4 <= SPAN) {
		line_pair(left->state, left->rule, right->rule, right->state);
		line_pair("", left->phrase, right->phrase, "");
	} else {
		reason_alone(&r[from], from);
		reason_alone(&r[!from], !from);
	}
	line("", "", "");
}

static void line_at(enum rail side, const char *what, const char *margin)
{
	if (side == LEFT)
		line_pair(margin, what, "", "");
	else
		line_pair("", "", what, margin);
}

/* Does a segment tell of this change, or will one? */
static bool change_told(const struct conn *c, const struct event *e)
{
	return !e->error && !change_strike(e) &&
	       (e->state != TCB_CLOSED ||
		c->state[conn_side(c, &e->from)] == TCB_CLOSED);
}

/* What no segment tells: a timer, an error, or what struck an end */
static void draw_change(struct conn *c, const struct event *e, bool brief)
{
	enum rail side = conn_side(c, &e->from);
	u16 strike = change_strike(e);
	char time[24], what[100];

	c->state[side] = e->state;
	time_text(c, e, time, sizeof(time));
	snprintf(what, sizeof(what), "%s%s%s", state_text(e->state),
		 e->error ? ": " : "", e->error ? strerror(e->error) : "");
	line_at(side, what, time);
	if (strike) {
		line_at(side, rule_text(strike), "");
		if (!brief)
			line_at(side, rule_phrase(strike), "");
	}
	line("", "", "");
}

static void draw_conn(struct conn *c, bool brief)
{
	if (!last_drawn && !brief)
		puts("Below each arrow: at its tail why the segment was sent, at its head\n"
		     "what was decided about it. In brackets: counted from that end's ISN.");
	draw_head(c, c->shown);
	c->shown = true;
	line(c->state[LEFT] ? state_text(c->state[LEFT]) : "", "",
	     c->state[RIGHT] ? state_text(c->state[RIGHT]) : "");
	last_drawn = c->number;
}

/* Where an end was that tells for the first time */
static void begin_states(struct conn *c, const struct event *sent,
			 const struct event *got, enum rail from)
{
	if (sent && !c->state[from])
		c->state[from] = sent->old_state;
	if (got && !c->state[!from])
		c->state[!from] = got->old_state;
}

/* A segment of @c: @sent by one end, @got by the other; one of them may be NULL. */
void ladder_draw(struct conn *c, const struct event *sent,
		 const struct event *got, bool brief)
{
	const struct event *e = sent ? sent : got;
	char times[2][24];
	enum rail from;

	if (e->dir == CHANGE && change_told(c, e))
		return;
	from = conn_side(c, &e->from);
	begin_states(c, sent, got, from);
	if (c->number != last_drawn)
		draw_conn(c, brief);
	if (e->dir == CHANGE) {
		draw_change(c, e, brief);
		return;
	}
	time_text(c, sent, times[from], sizeof(times[0]));
	time_text(c, got, times[!from], sizeof(times[0]));
	line("", fields_text(c, e, from), "");
	if (*options_text(c, e, from))
		line("", options_text(c, e, from), "");
	line(times[LEFT], arrow_text(e, sent, got && !rule_stops(got->rule), from),
	     times[RIGHT]);
	draw_reasons(c, sent, got, from, brief);
}
