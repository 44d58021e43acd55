// SPDX-License-Identifier: GPL-2.0
/* glass watch: each segment as an arrow, as it happens, and what befalls an end. */
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "event.h"
#include "panes/panes.h"
#include "signals.h"
#include "tool.h"

#define POLL	(10 * MSEC)

static void add(struct event *e, void *arg)
{
	(void)arg;
	pair_add(e);
}

static void draw(const struct event *sent, const struct event *got, void *arg)
{
	const bool *brief = arg;

	ladder_draw(conn_of(sent, got), sent, got, *brief);
}

static int follow(struct live *l, const struct watch *w, arrow_fn fn, void *arg)
{
	u64 until = live_now() + (u64)(w->timeout * NSEC);
	bool missed;

	do {
		unsigned long shown;

		if (live_read(l, add, NULL, &missed))
			return 1;
		shown = pair_drain(live_now(), w->count, fn, arg);
		fflush(stdout);
		if (w->count && shown >= w->count)
			return 0;
		if (w->timeout > 0 && live_now() > until) {
			if (w->count)
				fprintf(stderr, "glass %s: %g s are over\n",
					w->who, w->timeout);
			return w->count ? 1 : 0;
		}
	} while (!signalled(POLL));
	return 0;
}

/**
 * watch() - hand out segments as they happen, until enough came or a signal
 * @w: which, and for how long
 * @fn: gets each
 * @arg: of @fn
 *
 * Return: the status to exit with.
 */
int watch(const struct watch *w, arrow_fn fn, void *arg)
{
	struct live *l;
	int status;

	signals_block();
	l = live_open(w->who, &w->wanted, w->changes);
	if (!l)
		return 1;
	fprintf(stderr, "watching\n");
	status = follow(l, w, fn, arg);
	live_close(l);
	return status;
}

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "netns", required_argument, NULL, 'n' },
	{ "count", required_argument, NULL, 'c' },
	{ "timeout", required_argument, NULL, 't' },
	{ "brief", no_argument, NULL, 'b' },
	{ "lines", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

int watch_main(int argc, char **argv)
{
	struct watch w = { .who = "watch", .changes = true };
	bool brief = false, lines = !isatty(STDOUT_FILENO);
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'p':
			w.wanted.port = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			if (!netns_of(optarg, &w.wanted.netns))
				return usage();
			break;
		case 'c':
			w.count = strtoul(optarg, NULL, 10);
			break;
		case 't':
			w.timeout = strtod(optarg, NULL);
			break;
		case 'b':
			brief = true;
			break;
		case 'l':
			lines = true;
			break;
		default:
			return usage();
		}
	}
	if (optind < argc)
		return usage();
	if (lines || brief || w.count || w.timeout > 0)
		return watch(&w, draw, &brief);
	return panes_live(&w);
}
