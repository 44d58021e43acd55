// SPDX-License-Identifier: GPL-2.0
/*
 * glass why: what became of a connection of a recording, by which rules, which
 * segments did it and what to try. Without a recording: which rules have
 * spoken against somebody in this network namespace, and what to try. Rules are
 * counted per namespace, so of one connection that knows no more than its row.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "export.h"
#include "table.h"
#include "tool.h"
#include "waits.h"

#define PROC	"/proc/net/glass/"

/**
 * struct finding - a rule that spoke against the connection
 * @advice: on it
 * @first: the event where it first did
 * @segment: which segment that was, as glass explain counts
 * @times: how often it did
 */
struct finding {
	const struct advice *advice;
	const struct event *first;
	unsigned long segment;
	unsigned int times;
};

/**
 * struct inquiry - what is known of a connection
 * @c: it
 * @findings: one per rule, by the first event
 * @open: when both ends were ESTABLISHED first, 0 for never
 * @closer: the first event with a FIN, or NULL
 * @told: the last event that told a program of an error, or NULL
 * @state: the last state of each end; @established: it was that
 * @waits: what each end waited for
 * @syn: its beginning was recorded
 */
struct inquiry {
	const struct conn *c;
	struct finding findings[RULE_COUNT];
	size_t count;
	u64 open;
	const struct event *closer, *told;
	u8 state[2];
	bool established[2];
	struct waits waits[2];
	bool syn;
};

/*
 * A segment that answers another, and the end of a connection, have the rule
 * of what brought them: that was told before, if anybody told it.
 */
static bool echoes(const struct event *e)
{
	return e->dir == SENT ? !rule_is_send(e->rule) :
	       e->dir == CHANGE && !change_strike(e);
}

static void find(struct inquiry *q, const struct event *e, unsigned long segment)
{
	const struct advice *a = advice_on(e->rule);
	size_t i;

	if (!a)
		return;
	for (i = 0; i < q->count && q->findings[i].advice != a; i++)
		;
	if (i == q->count) {
		q->findings[i] = (struct finding){ a, e, segment, 1 };
		q->count++;
	} else if (!echoes(e)) {
		q->findings[i].times++;
	}
}

/* What an event says of its end */
static void note(struct inquiry *q, const struct event *e, unsigned long segment)
{
	enum rail side = conn_side(q->c, event_teller(e));

	if (e->state)
		q->state[side] = e->state;
	if (e->state == TCB_ESTABLISHED)
		q->established[side] = true;
	if (!q->open && q->established[LEFT] && q->established[RIGHT])
		q->open = e->time - q->c->start;
	if (e->dir == CHANGE) {
		if (e->error)
			q->told = e;
		find(q, e, segment);
		return;
	}
	if (e->s.flags & SEG_SYN)
		q->syn = true;
	if (e->s.flags & SEG_FIN && !q->closer)
		q->closer = e;
	find(q, e, segment);
}

static void inquire(struct inquiry *q, const struct story *s)
{
	unsigned long segment = 0;
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];

		if (a->conn != q->c->number)
			continue;
		if (!a->sent || a->sent->dir != CHANGE)
			segment++;
		if (a->sent)
			note(q, a->sent, segment);
		if (a->got)
			note(q, a->got, segment);
	}
}

static int by_number(const void *a, const void *b)
{
	const struct event *const *left = a, *const *right = b;

	return (*left)->number < (*right)->number ? -1 : (*left)->number > (*right)->number;
}

/* What each end waited for: arrows are by when they left, ends live by what they tell */
static void measure(struct inquiry *q, const struct story *s)
{
	const struct event **told = calloc(2 * s->count + 1, sizeof(*told));
	size_t i, n = 0;

	for (i = 0; told && i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];

		if (a->conn != q->c->number)
			continue;
		if (a->sent)
			told[n++] = a->sent;
		if (a->got)
			told[n++] = a->got;
	}
	if (n)
		qsort(told, n, sizeof(*told), by_number);
	for (i = 0; i < n; i++)
		waits_note(&q->waits[conn_side(q->c, event_teller(told[i]))], told[i]);
	free(told);
}

static void tell_course(const struct inquiry *q)
{
	const struct conn *c = q->c;

	printf("connection %lu: %s > ", c->number, end_text(&c->end[LEFT], c->family));
	printf("%s\n", end_text(&c->end[RIGHT], c->family));
	if (q->open)
		printf("  it opened, in %.3f ms\n", q->open / 1e6);
	else if (q->syn)
		puts("  it never opened");
	if (q->closer)
		printf("  %s closed first, at %.3f ms\n",
		       end_text(&q->closer->from, c->family),
		       (q->closer->time - c->start) / 1e6);
	if (q->told)
		printf("  the program at %s was told %s: %s\n",
		       end_text(&q->told->from, c->family),
		       strerrorname_np(q->told->error) ?: "an error",
		       strerror(q->told->error));
	printf("  its ends were last seen in %s and ", state_text(q->state[LEFT]));
	printf("%s\n", state_text(q->state[RIGHT]));
}

/* The first that was there to be found: a segment, or an end without one */
static void tell_first(const struct inquiry *q, const struct finding *f)
{
	const struct event *e = f->first;
	const struct end *end = event_teller(e);
	enum rail from = conn_side(q->c, &e->from);
	double ms = (e->time - q->c->start) / 1e6;

	if (e->dir == CHANGE) {
		printf("    at %.3f ms: %s\n", ms, end_text(end, e->family));
		return;
	}
	printf("    segment %lu, at %.3f ms: %s %s ", f->segment, ms,
	       end_text(end, e->family), e->dir == GOT ? "got" : "sent");
	printf("%s, seq %u", flags_text(e->s.flags),
	       e->s.seq - q->c->isn[from]);
	if (e->s.len)
		printf(", %u octets", e->s.len);
	putchar('\n');
}

static void tell_finding(const struct inquiry *q, const struct finding *f)
{
	u16 rule = f->first->rule;

	printf("\n  %s: %s", trouble_text(f->advice->trouble), rule_text(rule));
	printf(f->times > 1 ? ", %u times\n" : "\n", f->times);
	printf("    %s\n", rule_phrase(rule));
	tell_first(q, f);
	printf("    try: %s\n", f->advice->next);
}

/* One connection, its gravest trouble first */
static void why(const struct story *s, const struct conn *c)
{
	struct inquiry *q = calloc(1, sizeof(*q));
	unsigned int waits = 0;
	int trouble, side;
	size_t i;

	if (!q) {
		perror("glass why");
		return;
	}
	q->c = c;
	inquire(q, s);
	measure(q, s);
	tell_course(q);
	for (trouble = 0; trouble < TROUBLES; trouble++)
		for (i = 0; i < q->count; i++)
			if (q->findings[i].advice->trouble == trouble)
				tell_finding(q, &q->findings[i]);
	for (side = LEFT; side <= RIGHT; side++)
		waits += waits_tell(&q->waits[side], &c->end[side], c->family);
	if (!q->count && !q->told && !waits)
		puts("\n  nothing went wrong");
	free(q);
}

/* By number, or the last that has a port */
static const struct conn *conn_named(const struct story *s, const char *name)
{
	unsigned long n = strtoul(name, NULL, 10);
	const struct conn *c = NULL;
	size_t i;

	if (n && n <= s->conn_count)
		return &s->conns[n - 1];
	for (i = 0; i < s->conn_count; i++)
		if (n == s->conns[i].end[LEFT].port || n == s->conns[i].end[RIGHT].port)
			c = &s->conns[i];
	if (!c)
		fprintf(stderr, "glass why: %s: no connection, and no port, %s\n",
			s->r->path, name);
	return c;
}

static int why_recorded(const char *path, const char *name)
{
	struct story s = { 0 };
	struct recording r;
	const struct conn *c = NULL;

	if (recording_read(&r, path) && story_tell(&s, &r))
		c = name ? conn_named(&s, name) : story_conn(&s, s.conn_count);
	if (c)
		why(&s, c);
	story_free(&s);
	recording_free(&r);
	return !c;
}

static void live_rule(const char *name, const char *section,
		      unsigned long long count, const char *phrase, void *arg)
{
	const struct advice *a = advice_on(rule_named(name));
	unsigned int *told = arg;

	if (!a || !count)
		return;
	++*told;
	printf("\n  %s: %s %s, %llu time%s\n    %s    try: %s\n",
	       trouble_text(a->trouble), name, section, count,
	       count == 1 ? "" : "s", phrase, a->next);
}

static unsigned long wanted_port;
static unsigned int rows;

static void live_row(const struct row *r)
{
	if (r->local.port != wanted_port && r->remote.port != wanted_port)
		return;
	rows++;
	printf("  %s  %s %s > %s %s  Send-Q %s  Recv-Q %s  %s\n", r->field[STATE],
	       r->field[LOCAL_ADDRESS], r->field[LOCAL_PORT],
	       r->field[REMOTE_ADDRESS], r->field[REMOTE_PORT], r->field[SEND_Q],
	       r->field[RECV_Q], r->field[TIMER]);
}

static int why_live(const char *name)
{
	unsigned int told = 0;

	if (name) {
		wanted_port = strtoul(name, NULL, 10);
		printf("port %s:\n", name);
		if (!proc_rows(PROC "connections", live_row))
			return 1;
		if (!rows)
			puts("  no connection has it now");
		putchar('\n');
	}
	puts("all connections of this network namespace, since it began:");
	if (!proc_rules(PROC "rules", live_rule, &told))
		return 1;
	if (!told)
		puts("\n  nothing went wrong");
	else
		puts("\nof one: glass record FILE -- COMMAND, then glass why --read FILE");
	return 0;
}

static const struct option options[] = {
	{ "read", required_argument, NULL, 'r' },
	{ "last", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

int why_main(int argc, char **argv)
{
	const char *path = NULL, *name;
	bool last = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'r')
			path = optarg;
		else if (opt == 'l')
			last = true;
		else
			return usage();
	}
	name = argv[optind];
	if (argc - optind > 1 || (name && last) ||
	    (name && !strtoul(name, NULL, 10)))
		return usage();
	if (last && !path) {
		fputs("glass why: --last wants --read FILE: glass record FILE -- COMMAND\n",
		      stderr);
		return 2;
	}
	return path ? why_recorded(path, name) : why_live(name);
}
