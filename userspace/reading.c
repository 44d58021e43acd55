// SPDX-License-Identifier: GPL-2.0
/*
 * A recording is read: it may come from anybody, and holds what it likes.
 * Every value is checked against what the kernel could have told.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

#define LINE_MAX_OCTETS	65536
#define EVENTS_MAX	4000000
#define TIME_MAX	(1ll << 62)
#define TEXT_MAX	(1 << 20)	/* in one event: 64 KiB and room for more */

static bool get(const json_t *o, const char *name, json_int_t high, json_int_t *to)
{
	const json_t *v = json_object_get(o, name);

	if (!json_is_integer(v))
		return false;
	*to = json_integer_value(v);
	return *to >= 0 && *to <= high;
}

static bool get32(const json_t *o, const char *name, u32 *to)
{
	json_int_t v;

	if (!get(o, name, UINT32_MAX, &v))
		return false;
	*to = v;
	return true;
}

static bool get8(const json_t *o, const char *name, u8 high, u8 *to)
{
	json_int_t v;

	if (!get(o, name, high, &v))
		return false;
	*to = v;
	return true;
}

static const char *word(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name)) ?: "";
}

/* ["10.0.0.2",54001] */
static bool get_end(const json_t *o, const char *name, struct end *e, u8 *family)
{
	const json_t *pair = json_object_get(o, name), *port = json_array_get(pair, 1);
	const char *addr = json_string_value(json_array_get(pair, 0));

	if (!addr || !json_is_integer(port) || json_integer_value(port) < 0 ||
	    json_integer_value(port) > UINT16_MAX)
		return false;
	e->port = json_integer_value(port);
	*family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	return inet_pton(*family, addr, e->addr) == 1;
}

static bool get_held(const json_t *o, struct shown_tcb *t)
{
	const json_t *list = json_object_get(o, "held"), *pair;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > HELD_SHOWN)
		return false;
	json_array_foreach(list, i, pair) {
		const json_t *a = json_array_get(pair, 0), *b = json_array_get(pair, 1);

		if (!json_is_integer(a) || !json_is_integer(b))
			return false;
		t->held[i].start = json_integer_value(a);
		t->held[i].end = json_integer_value(b);
	}
	return true;
}

static bool get_timers(const json_t *o, struct shown_tcb *t)
{
	const json_t *timers = json_object_get(o, "timers");
	int i;

	for (i = 0; i < DUE_COUNT; i++) {
		const json_t *v = json_object_get(timers, due_text(i));

		if (!v)
			continue;
		if (!json_is_integer(v) || json_integer_value(v) < INT32_MIN ||
		    json_integer_value(v) > INT32_MAX)
			return false;
		t->armed |= 1u << i;
		t->due[i] = json_integer_value(v);
	}
	return json_is_object(timers);
}

static bool get_tcb(const json_t *o, struct shown_tcb *t)
{
	return get32(o, "una", &t->una) && get32(o, "nxt", &t->nxt) &&
	       get32(o, "wnd", &t->wnd) && get32(o, "cur", &t->cur) &&
	       get32(o, "end", &t->end) && get32(o, "mss", &t->mss) &&
	       get32(o, "rcv_nxt", &t->rcv_nxt) &&
	       get32(o, "rcv_wnd", &t->rcv_wnd) &&
	       get32(o, "rcv_acked", &t->acked) && get32(o, "room", &t->room) &&
	       get32(o, "buff", &t->buff) && get32(o, "cwnd", &t->cwnd) &&
	       get32(o, "ssthresh", &t->ssthresh) &&
	       get32(o, "srtt", &t->srtt) && get32(o, "rttvar", &t->rttvar) &&
	       get32(o, "rto", &t->rto) && get32(o, "dup_acks", &t->dup_acks) &&
	       get32(o, "held_count", &t->held_count) &&
	       get8(o, "snd_shift", SEG_WSCALE_MAX, &t->snd_shift) &&
	       get8(o, "rcv_shift", SEG_WSCALE_MAX, &t->rcv_shift) &&
	       get8(o, "backoff", UINT8_MAX, &t->backoff) &&
	       get8(o, "recovery", UINT8_MAX, &t->recovery) &&
	       get_held(o, t) && get_timers(o, t);
}

static bool get_segment(const json_t *o, struct event *e)
{
	const json_t *tcb = json_object_get(o, "tcb");
	int header = hex_bytes(word(o, "header"), e->wire, sizeof(e->wire));
	json_int_t len, piece;
	u8 ecn;

	e->rule = rule_named(word(o, "rule"));
	if (header < 0 || !get(o, "len", TEXT_MAX, &len) ||
	    !event_decode(e, header, len) ||
	    !get(o, "piece", UINT16_MAX, &piece) || !get8(o, "ecn", 3, &ecn) ||
	    !get32(o, "seq_base", &e->seq_base) ||
	    !get32(o, "ack_base", &e->ack_base) ||
	    e->s.src != e->from.port || e->s.dst != e->to.port)
		return false;
	e->s.piece = piece;
	e->s.ecn = ecn;
	e->has_tcb = tcb;
	return !tcb || get_tcb(tcb, &e->tcb);
}

/* 0 for one that is none */
static int errno_named(const char *name)
{
	int i;

	for (i = 1; i < 200; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), name))
			return i;
	return 0;
}

static bool get_event(const json_t *o, struct event *e)
{
	const char *what = word(o, "event");
	json_int_t time;
	u8 family;

	memset(e, 0, sizeof(*e));
	if (!get(o, "t", TIME_MAX, &time) || !get32(o, "netns", &e->netns) ||
	    !get_end(o, "from", &e->from, &e->family) ||
	    !get_end(o, "to", &e->to, &family) || family != e->family)
		return false;
	e->time = time;
	e->old_state = state_number(word(o, "was")) % TCB_STATES;
	e->state = state_number(word(o, "state")) % TCB_STATES;
	if (!strcmp(what, "state")) {
		e->dir = CHANGE;
		e->error = errno_named(word(o, "error"));
		if (json_object_get(o, "rule"))
			e->rule = rule_named(word(o, "rule"));
		return e->state;
	}
	e->dir = !strcmp(what, "sent") ? SENT : GOT;
	return (e->dir == SENT || !strcmp(what, "got")) && get_segment(o, e);
}

static bool get_head(const json_t *o, struct recording *r)
{
	const json_t *word_of, *words = json_object_get(o, "command");
	json_int_t version, started;
	size_t i, len;
	FILE *to;

	if (!get(o, "glass-recording", 1, &version) || version != 1)
		return false;
	if (get(o, "started", TIME_MAX, &started))
		r->started = started;
	if (!json_array_size(words))
		return true;
	to = open_memstream(&r->command, &len);
	json_array_foreach(words, i, word_of)
		fprintf(to, "%s%s", i ? " " : "", json_string_value(word_of) ?: "?");
	if (fclose(to))
		return false;
	/* it will be shown, and stand in lines */
	for (i = 0; i < len; i++)
		if ((unsigned char)r->command[i] < ' ' || r->command[i] == 127)
			r->command[i] = ' ';
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static bool add(struct recording *r, const struct event *e, size_t *room)
{
	if (r->count == EVENTS_MAX) {
		errno = EFBIG;
		return false;
	}
	if (r->count == *room) {
		size_t more = *room ? 2 * *room : 256;
		struct event *events = realloc(r->events, more * sizeof(*e));

		if (!events)
			return false;
		r->events = events;
		*room = more;
	}
	r->events[r->count] = *e;
	r->events[r->count].number = r->count;
	r->count++;
	return true;
}

/* Returns NULL, or what is wrong with the line. */
static const char *take_line(struct recording *r, char *line, size_t len,
			     size_t row, size_t *room)
{
	json_t *o = len < LINE_MAX_OCTETS ?
		json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const char *flaw = NULL;
	struct event e;

	if (row == 1)
		flaw = get_head(o, r) ? NULL : "no recording of version 1";
	else if (!strcmp(word(o, "event"), "missed"))
		r->missed = true;
	else if (!get_event(o, &e))
		flaw = "not an event";
	else if (!add(r, &e, room))
		flaw = strerror(errno);
	json_decref(o);
	return flaw;
}

/**
 * recording_from() - read a recording from a file that is open
 * @r: gets it; free it whatever is returned
 * @path: of the file, for messages
 * @f: it, NULL with errno if it could not be opened; closed on return
 *
 * Return: false after an error, which was told.
 */
bool recording_from(struct recording *r, const char *path, FILE *f)
{
	const char *flaw = NULL;
	size_t row = 0, room = 0, size = 0, i;
	char *line = NULL;
	ssize_t len;

	memset(r, 0, sizeof(*r));
	r->path = path;
	if (!f) {
		fprintf(stderr, "glass: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (!flaw && (len = getline(&line, &size, f)) > 0) {
		if (line[0] != '\n')
			flaw = take_line(r, line, len, ++row, &room);
	}
	if (!flaw && !row)
		flaw = "no recording: it is empty";
	if (flaw)
		fprintf(stderr, "glass: %s:%zu: %s\n", path, row ?: 1, flaw);
	if (r->count)
		qsort(r->events, r->count, sizeof(*r->events), by_time);
	for (i = 0; i < r->count; i++)
		r->events[i].number = i;
	free(line);
	if (f != stdin)
		fclose(f);
	return !flaw;
}

/* The same by its name, "-" for the standard input */
bool recording_read(struct recording *r, const char *path)
{
	return recording_from(r, path, strcmp(path, "-") ? fopen(path, "r") : stdin);
}

void recording_free(struct recording *r)
{
	free(r->events);
	free(r->command);
}
