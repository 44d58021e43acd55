// SPDX-License-Identifier: GPL-2.0
/*
 * glass explain: a segment octet by octet. From a recording, also what it made
 * of both ends; from a capture, from octets in hex, or from the kernel, live.
 */
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "export.h"
#include "fields.h"
#include "tool.h"

#define INDENT	15	/* columns of octets */

/**
 * struct dissect - what is to be told
 * @conn: only this connection's segments, 0 for all
 * @segment: only the Nth of them, 0 for all
 * @count: so many came
 */
struct dissect {
	unsigned long conn, segment, count;
};

static const struct event *shown;

static void tell_field(const struct field *f, void *arg)
{
	unsigned int i;

	(void)arg;
	/* four octets a line, as the RFC draws them */
	for (i = 0; i < f->len || !i; i += 4) {
		char octets[16] = "";
		unsigned int n;

		for (n = i; n < f->len && n < i + 4; n++)
			sprintf(octets + strlen(octets), "%s%02x", n > i ? " " : "",
				shown->wire[f->offset + n]);
		if (i > 4) {
			printf("  %s\n", octets);
			continue;
		}
		printf("  %-*s", INDENT - 2, octets);
		if (!i)
			printf("%s%s%s\n", f->name, *f->value ? " " : "", f->value);
		else
			printf("  %s (%s)\n", f->meaning, f->ref);
	}
	if (f->len <= 4)
		printf("%*s  %s (%s)\n", INDENT, "", f->meaning, f->ref);
}

static const char *ms_text(u64 ns)
{
	static char text[32];

	snprintf(text, sizeof(text), "%.3f ms", ns / 1e6);
	return text;
}

/* The header of a segment, of the event that saw more of it */
static void tell_segment(struct dissect *d, const struct event *e,
			 const struct conn *c)
{
	printf("%ssegment %lu: %s > ", d->count > 1 && !d->segment ? "\n" : "",
	       d->count, end_text(&e->from, e->family));
	printf("%s  %s, at %s\n", end_text(&e->to, e->family),
	       flags_text(e->s.flags), ms_text(e->time - (c ? c->start : 0)));
	shown = e;
	segment_fields(e, c, tell_field, NULL);
}

/* Variables of a TCB; numbers count from our ISN, or from the peer's */
static const struct {
	const char *name;
	size_t offset;
	enum { OWN, PEER, SIZE, TIME } kind;
} variables[] = {
	{ "SND.UNA", offsetof(struct shown_tcb, una), OWN },
	{ "SND.NXT", offsetof(struct shown_tcb, nxt), OWN },
	{ "SND.WND", offsetof(struct shown_tcb, wnd), SIZE },
	{ "queued up to", offsetof(struct shown_tcb, end), OWN },
	{ "RCV.NXT", offsetof(struct shown_tcb, rcv_nxt), PEER },
	{ "RCV.WND", offsetof(struct shown_tcb, rcv_wnd), SIZE },
	{ "ranges held", offsetof(struct shown_tcb, held_count), SIZE },
	{ "cwnd", offsetof(struct shown_tcb, cwnd), SIZE },
	{ "ssthresh", offsetof(struct shown_tcb, ssthresh), SIZE },
	{ "duplicate ACKs", offsetof(struct shown_tcb, dup_acks), SIZE },
	{ "smoothed round trip", offsetof(struct shown_tcb, srtt), TIME },
	{ "RTO", offsetof(struct shown_tcb, rto), TIME },
};

static void tell_variable(size_t i, const struct shown_tcb *t, const u32 isn[2])
{
	u32 v;

	memcpy(&v, (const char *)t + variables[i].offset, sizeof(v));
	if (variables[i].kind == TIME)
		printf("%.3f ms", v / 1e3);
	else if (variables[i].kind == SIZE)
		printf("%u", v);
	else if (variables[i].kind == PEER && !v)	/* no SYN came yet */
		putchar('-');
	else
		printf("%u", v - isn[variables[i].kind == PEER]);
}

static void tell_changes(const struct event *e, const struct event *before,
			 const struct conn *c)
{
	static const struct shown_tcb none;
	const struct shown_tcb *old = before ? &before->tcb : &none;
	enum rail side = conn_side(c, event_teller(e));
	u32 isn[2] = { c->isn[side], c->isn[!side] };
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		size_t at = variables[i].offset;

		if (!memcmp((const char *)&e->tcb + at, (const char *)old + at, sizeof(u32)))
			continue;
		printf("    %s ", variables[i].name);
		if (before) {
			tell_variable(i, old, isn);
			fputs(" > ", stdout);
		}
		tell_variable(i, &e->tcb, isn);
		putchar('\n');
	}
}

/* What one end made of it; @before is what it told before this, or NULL */
static void tell_end(const struct event *e, const struct event *before,
		     const struct conn *c)
{
	const struct end *end = event_teller(e);

	printf("  %s %s it: %s\n", end_text(end, e->family),
	       e->dir == GOT ? "got" : "sent", rule_text(e->rule));
	printf("    %s\n", rule_phrase(e->rule));
	if (e->state != e->old_state) {
		printf("    %s > ", state_text(e->old_state));
		printf("%s\n", state_text(e->state));
	}
	if (e->has_tcb)
		tell_changes(e, before, c);
}

/* What the end of @e told last before it, with a TCB */
static const struct event *before_it(const struct story *s, const struct event *e,
				     const struct conn *c)
{
	const struct end *end = event_teller(e);
	size_t i;

	for (i = e->number; i-- > 0;) {
		const struct event *b = &s->r->events[i];
		const struct end *own = event_teller(b);
		const struct end *other = b->dir == GOT ? &b->from : &b->to;

		if (b->time < c->start)
			break;
		if (b->has_tcb && end_same(own, end) &&
		    end_same(other, e->dir == GOT ? &e->from : &e->to))
			return b;
	}
	return NULL;
}

static void explain_story(struct dissect *d, const struct story *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];
		const struct conn *c = &s->conns[a->conn - 1];

		if ((d->conn && a->conn != d->conn) ||
		    (a->sent && a->sent->dir == CHANGE))
			continue;
		d->count++;
		if (d->segment && d->count != d->segment)
			continue;
		tell_segment(d, a->got ? a->got : a->sent, c);
		if (a->sent)
			tell_end(a->sent, before_it(s, a->sent, c), c);
		if (a->got)
			tell_end(a->got, before_it(s, a->got, c), c);
		else
			puts("  nobody told that it arrived");
	}
}

static int explain_recording(struct dissect *d, const char *path, FILE *f)
{
	struct story s = { 0 };
	struct recording r;
	bool good = recording_from(&r, path, f) && story_tell(&s, &r) &&
		    (!d->conn || story_conn(&s, d->conn));

	if (good)
		explain_story(d, &s);
	story_free(&s);
	recording_free(&r);
	return !good;
}

static void explain_packet(struct event *e, void *arg)
{
	struct conn *c = conn_of(NULL, e);
	struct dissect *d = arg;

	d->count++;
	if (!d->segment || d->count == d->segment)
		tell_segment(d, e, c);
}

static int explain_hex(struct dissect *d, const char *text)
{
	u8 octets[SEG_HEADER_MAX + 60];
	int n = hex_bytes(text, octets, sizeof(octets));
	struct event e;

	if (n < 0 || !capture_octets(&e, octets, n)) {
		fprintf(stderr, "glass explain: %s\n",
			"no segment: 20 to 120 octets in hex, of IP or of its header");
		return 1;
	}
	d->count++;
	tell_segment(d, &e, NULL);
	return 0;
}

/* What kind of file it is shows in its first octet. */
static int explain_file(struct dissect *d, const char *path, FILE *f)
{
	char text[1024] = "";
	int first = getc(f);

	ungetc(first, f);
	if (first == '{')
		return explain_recording(d, path, f);
	if (first == 0x0a || first > 0x7f || first == 0x4d)
		return !capture_read(path, f, explain_packet, d);
	text[fread(text, 1, sizeof(text) - 1, f)] = 0;
	if (f != stdin)
		fclose(f);
	return explain_hex(d, text);
}

static void explain_live(const struct event *sent, const struct event *got,
			 void *arg)
{
	struct conn *c = conn_of(sent, got);
	struct dissect *d = arg;

	d->count++;
	if (d->segment && d->count != d->segment)
		return;
	tell_segment(d, got ? got : sent, c);
	if (sent)
		tell_end(sent, sent, c);
	if (got)
		tell_end(got, got, c);
}

static const struct option options[] = {
	{ "connection", required_argument, NULL, 'c' },
	{ "segment", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

int explain_main(int argc, char **argv)
{
	struct watch w = { .who = "explain" };
	struct dissect d = { 0 };
	char text[1024] = "", *end;
	int opt;
	FILE *f;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		unsigned long *to = opt == 'c' ? &d.conn : &d.segment;

		if (opt != 'c' && opt != 's')
			return usage();
		*to = strtoul(optarg, &end, 10);
		if (!*to || *end)
			return usage();
	}
	argv += optind;
	if (!argv[0]) {
		w.count = d.segment;
		return watch(&w, explain_live, &d);
	}
	f = strcmp(argv[0], "-") ? fopen(argv[0], "r") : stdin;
	if (f)
		return argv[1] ? usage() : explain_file(&d, argv[0], f);
	for (; *argv && strlen(text) + strlen(*argv) + 2 < sizeof(text); argv++)
		strcat(strcat(text, *argv), " ");
	return explain_hex(&d, text);
}
