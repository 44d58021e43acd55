// SPDX-License-Identifier: GPL-2.0
/*
 * glass record: the events of a run kept in a file, until a command ends that
 * is started meanwhile, or until a signal.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "recording.h"
#include "signals.h"
#include "tool.h"

#define POLL		(10 * MSEC)
#define AFTERWARDS	(500 * MSEC)	/* what a command leaves behind */

/**
 * struct record - a recording that is being made
 * @wanted: which events
 * @path: of the file, "-" for the standard output
 * @command: to run meanwhile, or NULL
 * @to: the file
 * @zero: the time that is called 0 there
 * @count: events so far
 */
struct record {
	struct wanted wanted;
	const char *path;
	char **command;
	FILE *to;
	u64 zero;
	unsigned long count;
};

static void keep(struct event *e, void *arg)
{
	struct record *r = arg;

	/* on a CPU of its own, it may be of the moment before */
	e->time = e->time > r->zero ? e->time - r->zero : 0;
	recording_event(r->to, e);
	r->count++;
}

static int look(struct record *r, struct live *l)
{
	bool missed = false;

	if (live_read(l, keep, r, &missed))
		return 1;
	if (missed)
		recording_missed(r->to, live_now() - r->zero);
	return 0;
}

static pid_t begin(char **command)
{
	pid_t child = fork();

	if (child)
		return child;
	signals_unblock();
	execvp(command[0], command);
	fprintf(stderr, "glass record: %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * Until a signal, or until the command has ended and its connections said
 * what they still had to say. Returns the command's status.
 */
static int follow(struct record *r, struct live *l, pid_t child)
{
	u64 until = UINT64_MAX;
	int status = 0, signal;

	do {
		if (look(r, l))
			return 1;
		signal = signalled(POLL);
		if (child > 0 && signal && signal != SIGCHLD) {
			kill(child, signal);
			signal = 0;
		}
		if (child > 0 && waitpid(child, &status, WNOHANG) == child) {
			child = 0;
			until = live_now() + AFTERWARDS;
		}
	} while (live_now() < until && (!signal || signal == SIGCHLD));
	if (look(r, l))
		return 1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static u64 wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NSEC + t.tv_nsec;
}

static int record(struct record *r)
{
	struct live *l;
	pid_t child = 0;
	int status;

	r->to = strcmp(r->path, "-") ? fopen(r->path, "w") : stdout;
	if (!r->to) {
		fprintf(stderr, "glass record: %s: %s\n", r->path, strerror(errno));
		return 1;
	}
	signals_block();
	l = live_open("record", &r->wanted, true);
	if (!l)
		return 1;
	r->zero = live_now();
	recording_head(r->to, wall_clock(), r->command);
	fprintf(stderr, "recording\n");
	if (r->command)
		child = begin(r->command);
	status = child < 0 ? 1 : follow(r, l, child);
	live_close(l);
	if (ferror(r->to) || fflush(r->to) || (r->to != stdout && fclose(r->to))) {
		fprintf(stderr, "glass record: %s: %s\n", r->path, strerror(errno));
		return 1;
	}
	fprintf(stderr, "%lu events\n", r->count);
	return status;
}

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "netns", required_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

int record_main(int argc, char **argv)
{
	struct record r = { 0 };
	int opt;

	/* "+": what follows the file is a command */
	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (opt == 'p')
			r.wanted.port = strtoul(optarg, NULL, 10);
		else if (opt != 'n' || !netns_of(optarg, &r.wanted.netns))
			return usage();
	}
	argv += optind;
	if (!argv[0])
		return usage();
	r.path = argv[0];
	if (argv[1] && !strcmp(argv[1], "--"))
		argv++;
	if (argv[1])
		r.command = argv + 1;
	return record(&r);
}
