// SPDX-License-Identifier: GPL-2.0
/*
 * Explores the cases, as many side by side as there are jobs.
 *
 *	explore [--tap] [--jobs N] [--limit N] [--flight N] [--isn N] [CASE...]
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"

#define CASES_MAX 32

static struct job {
	struct sim_case c;
	struct search_result *r;	/* shared with the child */
	FILE *out;			/* its ladder */
	pid_t pid;
} jobs[CASES_MAX];

static u32 job_count;
static u64 limit;
static u32 isn_shift;
static u32 flight;	/* if not 0, no more than so many in flight */
static bool tap;
static bool whole;	/* all cases: every arrow must be reached */

static void *need(void *p)
{
	if (p && p != MAP_FAILED)
		return p;
	perror("explore");
	exit(2);
}

/* What the kunit shim has, for story.c */
int shim_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

void shim_print(struct kunit *test, const char *fmt, ...)
{
	(void)test;
	(void)fmt;
}

static void job_run(struct job *j)
{
	dup2(fileno(j->out), STDOUT_FILENO);
	search(&j->c, limit ?: j->c.states, j->r);
	if (!j->r->states)
		_exit(2);
	exit(0);
}

static void job_start(struct job *j)
{
	j->out = need(tmpfile());
	j->r = need(mmap(NULL, sizeof(*j->r), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	fflush(stdout);
	j->pid = fork();
	if (j->pid < 0) {
		perror("explore: fork");
		exit(2);
	}
	if (!j->pid)
		job_run(j);
}

static void print_ladder(const struct job *j)
{
	char text[512];

	rewind(j->out);
	while (fgets(text, sizeof(text), j->out))
		printf("%s%s", tap ? "#" : "", text);
}

static const char *role_name(u8 role)
{
	static const char * const names[] = {
		[0] = "none",
		[SIM_ACTIVE] = "active",
		[SIM_PASSIVE] = "passive",
		[SIM_ACTIVE | SIM_PASSIVE] = "either",
	};

	return names[role];
}

static void print_bounds(const struct sim_case *c)
{
	printf("%s: %s\n", c->name, c->what);
	printf("  bounds: open %s/%s %u/%u times, ISNs %u/%u, %u/%u octets, ",
	       role_name(c->role[0]), role_name(c->role[1]), c->opens[0],
	       c->opens[1], c->isns[0], c->isns[1], c->bytes[0], c->bytes[1]);
	printf("mss %u, buffer %u, %u in flight, R2 %u", c->mss, c->buff,
	       c->flight, c->retries);
	printf("%s%s%s%s%s%s%s%s%s", c->early ? ", close at any time" : "",
	       c->aborts ? ", ABORT" : "", c->orphans ? ", orphans" : "",
	       c->lazy ? ", RECEIVE at any time" : "",
	       c->dear ? ", small segments take more room" : "",
	       c->nodelay ? ", without Nagle" : "",
	       c->sack ? ", SACK" : "",
	       c->stale ? ", old duplicates" : "",
	       c->forged ? ", forged segments" : "");
	if (c->crashes)
		printf(", %u crash of A", c->crashes);
	puts("");
}

static void print_job(const struct job *j, u32 number)
{
	const struct search_result *r = j->r;

	if (tap) {
		printf("%s %u - explore %s: %llu states%s%s%s\n",
		       r->wrong[0] ? "not ok" : "ok", number, j->c.name,
		       (unsigned long long)r->states,
		       r->all ? ", all of them" : "",
		       r->wrong[0] ? ": " : "", r->wrong);
	} else {
		print_bounds(&j->c);
		printf("  %llu states%s, %llu steps, depth %u; ",
		       (unsigned long long)r->states,
		       r->all ? " (all of them)" : "",
		       (unsigned long long)r->steps, r->depth);
		printf("%llu on the way to an end; %.1f s of CPU, %u MiB\n",
		       (unsigned long long)r->fair, r->seconds,
		       r->kilobytes / 1024);
		if (r->storms)
			printf("  %llu times the ends answer each other until a deadline passes\n",
			       (unsigned long long)r->storms);
	}
	if (r->wrong[0]) {
		print_ladder(j);
		printf("%sviolated: %s (%s, %llu states)\n", tap ? "# " : "",
		       r->wrong, j->c.name, (unsigned long long)r->states);
	}
	fflush(stdout);
}

static void jobs_run(u32 at_once)
{
	u32 started = 0, ended = 0, i;
	int status;
	pid_t pid;

	while (ended < job_count) {
		while (started < job_count && started - ended < at_once)
			job_start(&jobs[started++]);
		pid = wait(&status);
		ended++;
		for (i = 0; i < started && jobs[i].pid != pid; i++)
			continue;
		if (i < started && status)
			snprintf(jobs[i].r->wrong, sizeof(jobs[i].r->wrong),
				 "explore itself ended: status %d", status);
		/* in the order of TAP, or as they come */
		if (i < started && !tap)
			print_job(&jobs[i], i + 1);
	}
}

static u32 print_arrows(void)
{
	u32 i, k, seen = 0;

	for (i = 0; i < ARROWS; i++) {
		bool reached = false;

		for (k = 0; k < job_count; k++)
			reached |= jobs[k].r->arrow[i];
		seen += reached;
		if (!tap)
			printf("  %s %s\n", reached ? "reached" : "NOT    ",
			       arrow_name(i));
	}
	return seen;
}

static int report(void)
{
	u32 i, bad = 0, all = 0, seen;
	u64 states = 0;

	if (tap)
		printf("TAP version 13\n1..%u\n", job_count + whole);
	for (i = 0; i < job_count; i++) {
		if (tap)
			print_job(&jobs[i], i + 1);
		bad += !!jobs[i].r->wrong[0];
		all += jobs[i].r->all;
		states += jobs[i].r->states;
	}
	seen = print_arrows();
	if (tap && whole)
		printf("%s %u - explore: %u of %u arrows of figure 5 and beside it\n",
		       seen == ARROWS ? "ok" : "not ok", job_count + 1, seen,
		       ARROWS);
	else if (!tap)
		printf("states: %llu, to their end: %u of %u, arrows: %u of %u, violations: %u\n",
		       (unsigned long long)states, all, job_count, seen,
		       ARROWS, bad);
	return bad || (whole && seen != ARROWS);
}

static void choose(char **names)
{
	const struct sim_case *c;
	struct job *j;
	char **name;

	for (c = sim_cases; c->name; c++) {
		bool wanted = !*names;

		for (name = names; *name; name++)
			wanted |= !strcmp(*name, c->name);
		if (!wanted)
			continue;
		j = &jobs[job_count++];
		j->c = *c;
		j->c.iss[0] += isn_shift;
		j->c.iss[1] += isn_shift;
		if (flight)
			j->c.flight = min(c->flight, (u8)flight);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tap", no_argument, NULL, 't' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "limit", required_argument, NULL, 'l' },
		{ "flight", required_argument, NULL, 'w' },
		{ "isn", required_argument, NULL, 'i' },
		{ }
	};
	u32 at_once = 1;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 't':
			tap = true;
			break;
		case 'j':
			at_once = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			limit = strtoull(optarg, NULL, 0);
			break;
		case 'w':
			flight = strtoul(optarg, NULL, 0);
			break;
		case 'i':
			isn_shift = strtoul(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	}
	whole = !argv[optind];
	choose(argv + optind);
	if (!job_count) {
		fputs("explore: no such case\n", stderr);
		return 2;
	}
	jobs_run(at_once);
	return report();
}
