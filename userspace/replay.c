// SPDX-License-Identifier: GPL-2.0
/*
 * glass replay: a recording drawn again, as fast as it was or at once, or made
 * into packets, a script or a page.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export.h"
#include "panes/panes.h"
#include "signals.h"
#include "tool.h"

#define PAUSE_MAX	NSEC	/* the longest without --speed, on a terminal */

/**
 * struct replay - what is to be done with a recording
 * @speed: times as fast as it was; 0 for at once
 * @pause: the longest pause, nanoseconds; 0 for any
 * @conn: the connection that alone is wanted, 0 for all
 * @end: the end to be tested by the script: LEFT, RIGHT or -1
 * @brief: arrows without reasons
 * @lines: no panes, though it is a terminal
 */
struct replay {
	double speed;
	u64 pause;
	unsigned long conn;
	int end;
	bool brief, lines;
	const char *html, *pcapng, *script;
};

/* Waits as long as it was from @before to @now; true when a signal came. */
static bool wait_for(const struct replay *o, u64 before, u64 now)
{
	u64 ns;

	if (o->speed <= 0 || now <= before)
		return false;
	ns = (now - before) / o->speed;
	if (o->pause && ns > o->pause)
		ns = o->pause;
	fflush(stdout);
	return signalled(ns);
}

static void draw(struct story *s, const struct replay *o)
{
	u64 before = 0;
	size_t i;

	if (o->speed > 0)
		signals_block();
	for (i = 0; i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];
		u64 now = a->got ? a->got->time : a->sent->time;

		if (o->conn && a->conn != o->conn)
			continue;
		if (before && wait_for(o, before, now))
			break;
		before = now;
		ladder_draw(&s->conns[a->conn - 1], a->sent, a->got, o->brief);
	}
	if (s->r->missed)
		puts("\nSome events were missed: they came faster than they were kept.");
}

static bool exported(const struct story *s, const struct replay *o)
{
	return (!o->html || page_write(s, o->conn, o->html)) &&
	       (!o->pcapng || pcapng_write(s, o->conn, o->pcapng)) &&
	       (!o->script || script_write(s, o->conn ?: 1, o->end, o->script));
}

static int replay(const struct replay *o, const char *path)
{
	struct story s = { 0 };
	struct recording r;
	bool good = recording_read(&r, path) && story_tell(&s, &r) &&
		    (!o->conn || story_conn(&s, o->conn));

	if (good && (o->html || o->pcapng || o->script))
		good = exported(&s, o);
	else if (good && o->lines)
		draw(&s, o);
	else if (good)
		good = !panes_story(&s, o->conn);
	story_free(&s);
	recording_free(&r);
	return good ? 0 : 1;
}

static const struct option options[] = {
	{ "speed", required_argument, NULL, 's' },
	{ "connection", required_argument, NULL, 'c' },
	{ "brief", no_argument, NULL, 'b' },
	{ "lines", no_argument, NULL, 'l' },
	{ "html", required_argument, NULL, 'h' },
	{ "pcapng", required_argument, NULL, 'p' },
	{ "script", required_argument, NULL, 't' },
	{ "end", required_argument, NULL, 'e' },
	{ "help", no_argument, NULL, '?' },
	{ }
};

static bool take_option(struct replay *o, int opt, char *value)
{
	char *end = value;

	switch (opt) {
	case 's':
		o->speed = strtod(value, &end);
		o->pause = 0;
		o->lines = true;
		return end != value && !*end && o->speed > 0;
	case 'c':
		o->conn = strtoul(value, &end, 10);
		return o->conn && !*end;
	case 'b':
		o->brief = true;
		o->lines = true;
		return true;
	case 'l':
		o->lines = true;
		return true;
	case 'h':
		o->html = value;
		return true;
	case 'p':
		o->pcapng = value;
		return true;
	case 't':
		o->script = value;
		return true;
	case 'e':
		o->end = !strcmp(value, "left") ? LEFT : RIGHT;
		return o->end == LEFT || !strcmp(value, "right");
	}
	return false;
}

int replay_main(int argc, char **argv)
{
	struct replay o = { .end = -1 };
	int opt;

	o.lines = !isatty(STDOUT_FILENO);
	if (!o.lines) {
		o.speed = 1;
		o.pause = PAUSE_MAX;
	}
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(&o, opt, optarg))
			return usage();
	return argc - optind == 1 ? replay(&o, argv[optind]) : usage();
}
