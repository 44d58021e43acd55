// SPDX-License-Identifier: GPL-2.0
/*
 * glass watch: the tracepoint glass:glass_segment, live, through a trace
 * buffer of our own, so that no other user of tracing is disturbed; or lines
 * of an earlier run from a file.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "tool.h"

#define SYSTEM	"glass"
#define EVENT	"glass_segment"
#define POLL_MS	10

/* What one reading of the buffer gave, to be sorted: one buffer per CPU */
static struct batch {
	struct event *events;
	size_t count, room;
	int missed;
	const struct watch_options *options;
} batch;

static sigset_t ends;

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static u32 number(struct tep_event *event, struct tep_record *record,
		  const char *name)
{
	struct tep_format_field *field = tep_find_field(event, name);
	unsigned long long value = 0;

	if (field)
		tep_read_number_field(field, record->data, &value);
	return value;
}

static void bytes(struct tep_event *event, struct tep_record *record,
		  const char *name, u8 *to, int len)
{
	struct tep_format_field *field = tep_find_field(event, name);

	if (field && field->size >= len)
		memcpy(to, (char *)record->data + field->offset, len);
}

static void decode(struct tep_event *event, struct tep_record *record,
		   struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->time = record->ts;
	e->netns = number(event, record, "netns");
	e->dir = number(event, record, "dir") ? SENT : GOT;
	e->family = number(event, record, "family");
	e->state = number(event, record, "state");
	e->old_state = number(event, record, "old_state");
	e->flags = number(event, record, "flags");
	e->opts = number(event, record, "opts");
	e->wscale = number(event, record, "wscale");
	bytes(event, record, "saddr", e->from.addr, sizeof(e->from.addr));
	bytes(event, record, "daddr", e->to.addr, sizeof(e->to.addr));
	e->from.port = number(event, record, "sport");
	e->to.port = number(event, record, "dport");
	e->seq = number(event, record, "seq");
	e->ack = number(event, record, "ack");
	e->len = number(event, record, "len");
	e->wnd = number(event, record, "wnd");
	e->mss = number(event, record, "mss");
	e->tsval = number(event, record, "tsval");
	e->tsecr = number(event, record, "tsecr");
	e->sacks = number(event, record, "sacks");
	if (e->sacks > SEG_SACK_MAX)
		e->sacks = SEG_SACK_MAX;
	bytes(event, record, "sack", (u8 *)e->sack, sizeof(e->sack));
	e->rule = number(event, record, "rule");
	e->seq_base = number(event, record, "seq_base");
	e->ack_base = number(event, record, "ack_base");
}

static int take(struct tep_event *event, struct tep_record *record, int cpu,
		void *data)
{
	struct batch *b = data;
	struct event e;

	(void)cpu;
	if (record->missed_events)
		b->missed = 1;
	decode(event, record, &e);
	if (!event_wanted(&e, b->options))
		return 0;
	if (b->count == b->room) {
		size_t room = b->room ? 2 * b->room : 256;
		struct event *more = realloc(b->events, room * sizeof(e));

		if (!more)
			return -1;
		b->events = more;
		b->room = room;
	}
	b->events[b->count++] = e;
	return 0;
}

static int by_time(const void *a, const void *b)
{
	u64 at = ((const struct event *)a)->time;
	u64 bt = ((const struct event *)b)->time;

	return at < bt ? -1 : at > bt;
}

/* Returns true when as many as wanted were shown. */
static bool show_batch(const struct watch_options *o)
{
	static unsigned long shown;
	size_t i;

	if (batch.missed)
		fprintf(stderr, "glass watch: too fast, some events were missed\n");
	batch.missed = 0;
	if (batch.count)
		qsort(batch.events, batch.count, sizeof(*batch.events), by_time);
	for (i = 0; i < batch.count; i++) {
		if (!o->record)
			pair_add(&batch.events[i]);
		else if (!o->count || shown++ < o->count)
			event_print(&batch.events[i]);
	}
	batch.count = 0;
	if (!o->record)
		shown = pair_draw(now_ns(), o);
	fflush(stdout);
	return o->count && shown >= o->count;
}

static int fail(const char *what)
{
	fprintf(stderr, "glass watch: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Blocked, a signal ends nothing by itself: interrupted() finds it. */
static void block_signals(void)
{
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGPIPE);
	sigprocmask(SIG_BLOCK, &ends, NULL);
}

/* Waits a moment for more events; true when a signal came. */
static bool interrupted(void)
{
	struct timespec moment = { .tv_nsec = POLL_MS * 1000000 };

	return sigtimedwait(&ends, NULL, &moment) > 0;
}

static int follow(struct tep_handle *tep, struct tracefs_instance *buffer,
		  const struct watch_options *o)
{
	u64 until = now_ns() + (u64)(o->timeout * 1e9);

	batch.options = o;
	do {
		if (tracefs_iterate_raw_events(tep, buffer, NULL, 0, take, &batch) < 0)
			return fail("reading events");
		if (show_batch(o))
			return 0;
		if (o->timeout > 0 && now_ns() > until) {
			if (o->count)
				fprintf(stderr, "glass watch: %g s are over\n",
					o->timeout);
			return o->count ? 1 : 0;
		}
	} while (!interrupted());
	return 0;
}

/*
 * How events lie in the buffer. tracefs_local_events() would read all symbols
 * of the kernel as well, which takes seconds on a slow machine.
 */
static struct tep_handle *event_format(void)
{
	struct tep_handle *tep = tep_alloc();
	char *page, *format;
	int page_len, format_len;

	page = tracefs_instance_file_read(NULL, "events/header_page", &page_len);
	format = tracefs_event_file_read(NULL, SYSTEM, EVENT, "format", &format_len);
	if (!tep || !page || !format ||
	    tep_parse_header_page(tep, page, page_len, sizeof(long)) ||
	    tep_parse_event(tep, format, format_len, SYSTEM)) {
		tep_free(tep);
		tep = NULL;
	}
	free(page);
	free(format);
	return tep;
}

static int watch_live(const struct watch_options *o)
{
	struct tracefs_instance *buffer;
	struct tep_handle *tep;
	char name[32];
	int status;

	if (!tracefs_tracing_dir())
		return fail("no tracefs; mount it, as root, at /sys/kernel/tracing");
	if (!tracefs_event_file_exists(NULL, SYSTEM, EVENT, "format")) {
		fprintf(stderr, "glass watch: no event %s:%s: %s\n", SYSTEM, EVENT,
			geteuid() ? "this needs root" :
			"the module is not loaded; glass doctor says more");
		return 1;
	}
	tep = event_format();
	if (!tep)
		return fail("reading the event's format");
	snprintf(name, sizeof(name), "glass-watch-%d", getpid());
	buffer = tracefs_instance_create(name);
	if (!buffer)
		return fail("making a trace buffer");

	block_signals();
	/* One clock for all CPUs, and the same that this program reads */
	if (tracefs_instance_file_write(buffer, "trace_clock", "mono") < 0 ||
	    tracefs_event_enable(buffer, SYSTEM, EVENT) < 0) {
		status = fail("enabling the event");
	} else {
		fprintf(stderr, "watching\n");
		status = follow(tep, buffer, o);
		tracefs_event_disable(buffer, SYSTEM, EVENT);
	}
	tracefs_instance_destroy(buffer);
	tracefs_instance_free(buffer);
	tep_free(tep);
	return status;
}

static int watch_file(const struct watch_options *o)
{
	FILE *f = strcmp(o->file, "-") ? fopen(o->file, "r") : stdin;
	unsigned long row = 0;
	struct event e;
	char text[512];
	int status = 0;

	if (!f)
		return fail(o->file);
	while (!status && fgets(text, sizeof(text), f)) {
		row++;
		if (text[0] == '#' || text[0] == '\n')
			continue;
		if (!event_parse(text, &e)) {
			fprintf(stderr, "glass watch: %s:%lu: not an event\n",
				o->file, row);
			status = 1;
		} else if (event_wanted(&e, o)) {
			pair_add(&e);
			pair_draw(e.time, o);
		}
	}
	pair_draw(UINT64_MAX, o);
	if (f != stdin)
		fclose(f);
	return status;
}

int watch(const struct watch_options *o)
{
	return o->file ? watch_file(o) : watch_live(o);
}
