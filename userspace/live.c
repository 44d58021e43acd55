// SPDX-License-Identifier: GPL-2.0
/*
 * Events from the kernel, through a trace buffer of our own, so that no other
 * user of tracing is disturbed.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "event.h"

#define SYSTEM	"glass"

static const char *const names[] = { "glass_segment", "glass_state" };

/**
 * struct live - an open trace buffer
 * @who: the command, for messages
 * @buffer: it
 * @tep: how events lie in it
 * @changes: changes of states are wanted, too
 * @wanted: which are
 * @events: what one reading gave, to be sorted: there is one buffer per CPU
 */
struct live {
	const char *who;
	struct tracefs_instance *buffer;
	struct tep_handle *tep;
	bool changes;
	struct wanted wanted;
	struct event *events;
	size_t count, room;
	bool missed;
};

u64 live_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC + t.tv_nsec;
}

/* "all" is 0, "self" this program's network namespace; false for others */
bool netns_of(const char *name, u32 *inode)
{
	struct stat s;

	*inode = 0;
	if (!strcmp(name, "all"))
		return true;
	if (strcmp(name, "self") || stat("/proc/self/ns/net", &s))
		return false;
	*inode = s.st_ino;
	return true;
}

/*
 * Fields of the tracepoints, and where they go in struct event. Numbers of
 * another size than theirs are made to fit; arrays are copied.
 */
#define SLOT(name, member)						\
	{ name, offsetof(struct event, member), sizeof(((struct event *)0)->member) }

struct slot {
	const char *name;
	size_t offset, size;
};

static const struct slot segment_slots[] = {
	SLOT("netns", netns), SLOT("family", family),
	SLOT("state", state), SLOT("old_state", old_state),
	SLOT("saddr", from.addr), SLOT("daddr", to.addr),
	SLOT("sport", from.port), SLOT("dport", to.port),
	SLOT("rule", rule), SLOT("dir", dir), SLOT("wire", wire),
	SLOT("seq_base", seq_base), SLOT("ack_base", ack_base),
	SLOT("has_tcb", has_tcb),
	SLOT("snd_una", tcb.una), SLOT("snd_nxt", tcb.nxt),
	SLOT("snd_wnd", tcb.wnd), SLOT("snd_cur", tcb.cur),
	SLOT("snd_end", tcb.end), SLOT("snd_mss", tcb.mss),
	SLOT("snd_shift", tcb.snd_shift),
	SLOT("rcv_nxt", tcb.rcv_nxt), SLOT("rcv_wnd", tcb.rcv_wnd),
	SLOT("rcv_acked", tcb.acked), SLOT("rcv_room", tcb.room),
	SLOT("rcv_buff", tcb.buff), SLOT("rcv_shift", tcb.rcv_shift),
	SLOT("cwnd", tcb.cwnd), SLOT("ssthresh", tcb.ssthresh),
	SLOT("srtt", tcb.srtt), SLOT("rttvar", tcb.rttvar), SLOT("rto", tcb.rto),
	SLOT("dup_acks", tcb.dup_acks), SLOT("recovery", tcb.recovery),
	SLOT("backoff", tcb.backoff), SLOT("armed", tcb.armed),
	SLOT("due", tcb.due), SLOT("held_count", tcb.held_count),
	SLOT("held", tcb.held),
	/* what the header does not tell of it, read before that is */
	SLOT("len", s.len), SLOT("piece", s.piece), SLOT("ecn", s.ecn),
};

static const struct slot change_slots[] = {
	SLOT("netns", netns), SLOT("family", family),
	SLOT("state", state), SLOT("old_state", old_state),
	SLOT("error", error), SLOT("rule", rule),
	SLOT("laddr", from.addr), SLOT("raddr", to.addr),
	SLOT("lport", from.port), SLOT("rport", to.port),
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* The kernel's fields of the slots, found when first asked for */
static struct tep_format_field *segment_fields_of[COUNT(segment_slots)];
static struct tep_format_field *change_fields_of[COUNT(change_slots)];

static void put_number(u8 *to, size_t size, unsigned long long v)
{
	u32 v32 = v;
	u16 v16 = v;

	if (size == sizeof(v32))
		memcpy(to, &v32, size);
	else if (size == sizeof(v16))
		memcpy(to, &v16, size);
	else
		*to = v;
}

static void fill(struct event *e, const struct slot *slot,
		 struct tep_format_field **field, size_t count,
		 struct tep_event *event, void *data)
{
	unsigned long long v;

	for (; count--; slot++, field++) {
		u8 *to = (u8 *)e + slot->offset;

		if (!*field)
			*field = tep_find_field(event, slot->name);
		if (!*field)
			continue;	/* an older module */
		if ((*field)->flags & TEP_FIELD_IS_ARRAY) {
			if ((size_t)(*field)->size >= slot->size)
				memcpy(to, (u8 *)data + (*field)->offset, slot->size);
		} else if (!tep_read_number_field(*field, data, &v)) {
			put_number(to, slot->size, v);
		}
	}
}

static bool decode(struct tep_event *event, struct tep_record *record,
		   struct event *e)
{
	u16 piece;
	u8 ecn;

	memset(e, 0, sizeof(*e));
	e->time = record->ts;
	if (strcmp(event->name, names[0])) {
		fill(e, change_slots, change_fields_of, COUNT(change_slots), event,
		     record->data);
		e->dir = CHANGE;
		return true;
	}
	fill(e, segment_slots, segment_fields_of, COUNT(segment_slots), event,
	     record->data);
	piece = e->s.piece;
	ecn = e->s.ecn;
	if (!event_decode(e, (e->wire[12] >> 4) * 4, e->s.len))
		return false;
	e->s.piece = piece;
	e->s.ecn = ecn;
	return true;
}

static int take(struct tep_event *event, struct tep_record *record, int cpu,
		void *data)
{
	struct live *l = data;
	struct event e;

	(void)cpu;
	if (record->missed_events)
		l->missed = true;
	if (!decode(event, record, &e) || !event_wanted(&e, &l->wanted))
		return 0;
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 256;
		struct event *more = realloc(l->events, room * sizeof(e));

		if (!more)
			return -1;
		l->events = more;
		l->room = room;
	}
	l->events[l->count++] = e;
	return 0;
}

static int by_time(const void *a, const void *b)
{
	u64 at = ((const struct event *)a)->time;
	u64 bt = ((const struct event *)b)->time;

	return at < bt ? -1 : at > bt;
}

static void fail(const struct live *l, const char *what)
{
	fprintf(stderr, "glass %s: %s: %s\n", l->who, what, strerror(errno));
}

/**
 * live_read() - hand out what has come since the last time, in order
 * @l: the buffer
 * @fn: gets each event
 * @arg: of @fn
 * @missed: set when events came faster than they were read; else left alone
 *
 * Return: 0, or 1 after an error, which was told.
 */
int live_read(struct live *l, event_fn fn, void *arg, bool *missed)
{
	size_t i;

	l->count = 0;
	l->missed = false;
	if (tracefs_iterate_raw_events(l->tep, l->buffer, NULL, 0, take, l) < 0) {
		fail(l, "reading events");
		return 1;
	}
	if (l->count)
		qsort(l->events, l->count, sizeof(*l->events), by_time);
	for (i = 0; i < l->count; i++)
		fn(&l->events[i], arg);
	if (l->missed) {
		fprintf(stderr, "glass %s: too fast, some events were missed\n",
			l->who);
		*missed = true;
	}
	return 0;
}

static bool format_of(struct tep_handle *tep, const char *name)
{
	int len;
	char *format = tracefs_event_file_read(NULL, SYSTEM, name, "format", &len);
	bool good = format && !tep_parse_event(tep, format, len, SYSTEM);

	free(format);
	return good;
}

/*
 * How events lie in the buffer. tracefs_local_events() would read all symbols
 * of the kernel as well, which takes seconds on a slow machine.
 */
static struct tep_handle *event_format(void)
{
	struct tep_handle *tep = tep_alloc();
	int len;
	char *page = tracefs_instance_file_read(NULL, "events/header_page", &len);

	if (!tep || !page || tep_parse_header_page(tep, page, len, sizeof(long)) ||
	    !format_of(tep, names[0]) || !format_of(tep, names[1])) {
		tep_free(tep);
		tep = NULL;
	}
	free(page);
	return tep;
}

/* Is there something to watch? Tells if not. */
static bool live_there(const struct live *l)
{
	if (!tracefs_tracing_dir()) {
		fail(l, "no tracefs; mount it, as root, at /sys/kernel/tracing");
		return false;
	}
	if (tracefs_event_file_exists(NULL, SYSTEM, names[1], "format"))
		return true;
	fprintf(stderr, "glass %s: no event %s:%s: %s\n", l->who, SYSTEM, names[1],
		geteuid() ? "this needs root" :
		"the module is not loaded, or old; glass doctor says more");
	return false;
}

static bool enable(struct live *l)
{
	/* One clock for all CPUs, and the same that live_now() reads */
	return tracefs_instance_file_write(l->buffer, "trace_clock", "mono") >= 0 &&
	       (!l->changes ||
		!tracefs_event_enable(l->buffer, SYSTEM, names[1])) &&
	       !tracefs_event_enable(l->buffer, SYSTEM, names[0]);
}

/**
 * live_open() - begin to watch
 * @who: the command, for messages
 * @w: which events are wanted
 * @changes: those of changed states, too
 *
 * Return: the buffer, or NULL after an error, which was told.
 */
struct live *live_open(const char *who, const struct wanted *w, bool changes)
{
	struct live *l = calloc(1, sizeof(*l));
	char name[32];

	if (!l)
		return NULL;
	l->who = who;
	l->wanted = *w;
	l->changes = changes;
	if (!live_there(l)) {
		free(l);
		return NULL;
	}
	l->tep = event_format();
	snprintf(name, sizeof(name), "glass-%s-%d", who, getpid());
	if (l->tep)
		l->buffer = tracefs_instance_create(name);
	if (!l->tep)
		fail(l, "reading the event's format");
	else if (!l->buffer)
		fail(l, "making a trace buffer");
	else if (!enable(l))
		fail(l, "enabling the event");
	else
		return l;
	live_close(l);
	return NULL;
}

void live_close(struct live *l)
{
	if (l->buffer) {
		tracefs_event_disable(l->buffer, SYSTEM, NULL);
		tracefs_instance_destroy(l->buffer);
		tracefs_instance_free(l->buffer);
	}
	tep_free(l->tep);
	free(l->events);
	free(l);
}
