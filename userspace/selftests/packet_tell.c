// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet script has to tell: its ladder, and what went wrong.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "packet.h"

#define RUNGS 4000
#define ARROW 92	/* columns of a segment and its arrow */

static const char *const names[] = {
	"?", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1",
	"FIN-WAIT-2", "TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK",
	"LISTEN", "CLOSING", "SYN-RECEIVED",
};

/* The kernel on the left, the script on the right, time downwards */
static struct rung {
	long long at;
	const char *state;	/* the kernel's, after it */
	char *text;
} rungs[RUNGS];

static int rung_count;
static long long began;

static const char *file;
static int line;
static char line_text[512];
static const char *must_fail;	/* with these words, or NULL */

void tell_begin(const char *fails)
{
	must_fail = fails;
	began = now_us();
}

void tell_line(const char *path, int number, const char *text)
{
	file = path;
	line = number;
	snprintf(line_text, sizeof(line_text), "%s", text);
}

static const char *state_in_table(unsigned int port, unsigned int peer)
{
	FILE *f = fopen("/proc/net/glass/connections", "r");
	const char *found = "CLOSED";
	char row[512], name[32], remote[16];
	unsigned int local;
	size_t i;

	must(f);
	while (fgets(row, sizeof(row), f)) {
		if (sscanf(row, "%31s %*s %u %*s %15s", name, &local,
			   remote) != 3 || local != port)
			continue;
		if (strtoul(remote, NULL, 10) != (*remote == '*' ? 0 : peer))
			continue;
		if (*remote == '*' && strcmp(found, "CLOSED"))
			continue;
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strcmp(names[i], name))
				found = names[i];
	}
	fclose(f);
	return found;
}

/* The kernel's state: of the connection, else of a listener, else CLOSED */
const char *state_now(const struct flow *f)
{
	int state;

	if (!f->theirs)
		return "CLOSED";
	if (play_kind->glass)
		return state_in_table(f->theirs, f->ours);
	state = state_of(play_kind, f->theirs, f->ours);
	if (!state)
		state = state_of(play_kind, f->theirs, 0);
	return names[state ? state : 7];
}

static void add_rung(const struct flow *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add_rung(const struct flow *f, const char *fmt, ...)
{
	struct rung *r = &rungs[rung_count];
	va_list args;

	if (rung_count == RUNGS)
		return;
	r->at = now_us();
	r->state = state_now(f ?: flow_named("", false));
	va_start(args, fmt);
	if (vasprintf(&r->text, fmt, args) >= 0)
		rung_count++;
	va_end(args);
}

void tell_call(const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	add_rung(NULL, "| %s", text);
}

/**
 * tell_text() - a segment for the ladder
 * @inbound: from the script to the kernel
 * @f: its connection, or NULL
 * @text: the segment in words
 * @remark: what the script says of it, or NULL
 */
void tell_text(bool inbound, const struct flow *f, const char *text,
	       const char *remark)
{
	char label[20] = "";
	int fill;

	if (f && *f->name)
		snprintf(label, sizeof(label), "@%s ", f->name);
	fill = ARROW - 8 - (int)(strlen(text) + strlen(label));
	if (fill < 0)
		fill = 0;
	add_rung(f, "|%s %s%s %.*s%s|%s%s", inbound ? "<--" : "---", label,
		 text, fill,
		 "----------------------------------------------------------------------------------------",
		 inbound ? "---" : "-->", remark && *remark ? " " : "",
		 remark ?: "");
}

/* A script that must fail has come to its end. */
void tell_end(void)
{
	const char *missed = must_fail;

	must_fail = NULL;
	if (missed)
		wrong("it went well, but was to fail with '%s'", missed);
}

void tell_ladder(void)
{
	const char *state = "";
	struct rung *r;

	note("%9s  %-12s %-*s %s", "seconds", "kernel", ARROW, "", "script");
	for (r = rungs; r < rungs + rung_count; r++) {
		note("%9.3f  %-12s %s", (r->at - began) / 1e6,
		     strcmp(state, r->state) ? r->state : "", r->text);
		state = r->state;
	}
}

/* The script ends here: it failed, or did what it is for. */
void wrong(const char *fmt, ...)
{
	char why[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	if (must_fail && strstr(why, must_fail))
		_exit(0);
	note("%s:%d: %s", file ?: "-", line, why);
	note("the line: %s", line_text);
	tell_ladder();
	fflush(stdout);
	_exit(EXIT_FAIL);
}
