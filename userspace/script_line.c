// SPDX-License-Identifier: GPL-2.0
/* A segment as a line of a packet script, in the script's own numbers. */
#include "script.h"

#define LATE		(20 * MSEC)	/* what a timer may lose to rounding */

/* "+0.2 ", or nothing: the time since the last line, which this one is now */
void put_time(struct scribe *w, u64 now, u64 least)
{
	u64 us = (now - w->before) / 1000;

	if (now - w->before >= least && us) {
		char text[32], *end = text + snprintf(text, sizeof(text), "+%llu.%06llu",
						      (unsigned long long)us / 1000000,
						      (unsigned long long)us % 1000000);

		while (end[-1] == '0')
			*--end = 0;
		if (end[-1] == '.')
			*--end = 0;
		fprintf(w->to, "%s ", text);
	}
	w->before = now;
}

static void put_flags(FILE *to, u8 flags)
{
	static const char letters[] = "FSRP.UEW";
	int i;

	for (i = 0; i < 8; i++)
		if (flags & 1 << i && 1 << i != SEG_ACK)
			fputc(letters[i], to);
	if (flags & SEG_ACK)
		fputc('.', to);
	if (!flags)
		fputc('-', to);
}

static void put_numbers(struct scribe *w, u8 flags, u32 seq, u32 len, u32 ack,
			enum rail from)
{
	u32 start = seq - w->c->isn[from];

	put_flags(w->to, flags);
	fprintf(w->to, " %u", start);
	if (len)
		fprintf(w->to, ":%u(%u)", start + len, len);
	if (flags & SEG_ACK)
		fprintf(w->to, " ack %u", ack - w->c->isn[!from]);
}

static void put_sacks(struct scribe *w, const struct segment *s, enum rail from)
{
	u32 isn = w->c->isn[!from];
	int i;

	fputs("sack", w->to);
	for (i = 0; i < s->sacks; i++)
		fprintf(w->to, " %u:%u", s->sack[i].start - isn,
			s->sack[i].end - isn);
}

/* What the script sends says all; what it expects, what the rest depends on */
static void put_options(struct scribe *w, const struct event *e, enum rail from)
{
	const struct segment *s = &e->s;
	const char *comma = "";
	u8 i;

	for (i = 0; i < 5; i++) {
		u8 bit = 1 << i;

		if (!(s->opts & bit))
			continue;
		fputs(comma, w->to);
		comma = ", ";
		if (bit == SEG_OPT_MSS)
			fprintf(w->to, "mss %u", s->mss);
		else if (bit == SEG_OPT_WSCALE)
			fprintf(w->to, "wscale %u", s->wscale);
		else if (bit == SEG_OPT_SACK_OK)
			fputs("sackOK", w->to);
		else if (bit == SEG_OPT_SACK)
			put_sacks(w, s, from);
		else if (s->flags & SEG_ACK)
			fprintf(w->to, "ts %u ecr last", s->tsval);
		else
			fprintf(w->to, "ts %u ecr 0", s->tsval);
	}
}

void put_inbound(struct scribe *w, const struct event *e)
{
	const struct segment *s = &e->s;

	put_time(w, e->time, 0);
	fputs("< ", w->to);
	put_numbers(w, s->flags, s->seq, s->len, s->ack, !w->us);
	fprintf(w->to, " win %u", s->wnd);
	if (s->flags & SEG_URG)
		fprintf(w->to, " urg %u", s->up);
	if (s->ecn)
		fprintf(w->to, " tos %u", s->ecn);
	if (s->opts & ~(SEG_OPT_FASTOPEN | SEG_OPT_OTHER | SEG_OPT_BAD)) {
		fputs(" <", w->to);
		put_options(w, e, !w->us);
		fputc('>', w->to);
	}
	if (e->rule == RULE_FAULT_CORRUPT)
		fputs(" badsum", w->to);
	fprintf(w->to, "\t# %s\n", rule_name(e->rule));
}

/*
 * When a timer that had it sent was due: it was told before, in milliseconds.
 * Linux' timers add an eighth at most. 0 where none was told.
 */
static u64 due_at(const struct scribe *w, size_t i)
{
	const struct event *e = w->told[i], *last = i ? w->told[i - 1] : NULL;
	u64 due = 0;
	int t;

	if (e->time - w->before < LATE || !last)
		return e->time;
	for (t = 0; last->has_tcb && t < DUE_COUNT; t++) {
		u64 at = last->time + last->tcb.due[t] * MSEC;

		if (last->tcb.armed & 1u << t && at > due && at <= e->time)
			due = at;
	}
	return due + 2 * LATE + (due - last->time) / 8 > e->time ? due : 0;
}

/* A segment that is cut on its way arrives in as many lines. */
void put_outbound(struct scribe *w, size_t i)
{
	const struct event *e = w->told[i];
	const struct segment *s = &e->s;
	u64 due = due_at(w, i);
	u32 done = 0;

	if (due)
		put_time(w, due, AT_ONCE);
	else
		fputs("* ", w->to);	/* at any time */
	w->before = e->time;
	do {
		u32 left = s->len - done;
		u32 len = s->piece && left > s->piece ? s->piece : left;
		u8 flags = s->flags;

		if (len < left)
			flags &= ~(SEG_FIN | SEG_PSH);
		if (done)
			flags &= ~SEG_CWR;
		fputs("> ", w->to);
		put_numbers(w, flags, s->seq + done, len, s->ack, w->us);
		if (s->flags & SEG_SYN) {
			fputs(" <mss path, ...>", w->to);
		} else if (s->sacks) {
			fputs(" <", w->to);
			put_sacks(w, s, w->us);
			fputs(", ...>", w->to);
		}
		fprintf(w->to, "\t# %s\n", rule_name(e->rule));
		done += len;
	} while (done < s->len);
}
