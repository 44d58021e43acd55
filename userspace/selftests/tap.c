// SPDX-License-Identifier: GPL-2.0
/*
 * TAP, and a process per test: whatever a test breaks stays in its process,
 * and what never ends is ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

#define TEST_SECONDS 60
#define SLOW_SECONDS 10000

static int told, failed;

/* @directive: TAP's, with @why; or neither */
static void tell_line(const char *verdict, const char *directive,
		      const char *why, const char *fmt, va_list args)
{
	printf("%s %d - ", verdict, ++told);
	vprintf(fmt, args);
	if (directive)
		printf(" # %s %s", directive, why);
	printf("\n");
	fflush(stdout);
}

void tap_plan(int n)
{
	printf("TAP version 13\n1..%d\n", n);
	fflush(stdout);
}

void tap_ok(bool ok, const char *fmt, ...)
{
	va_list args;

	failed += !ok;
	va_start(args, fmt);
	tell_line(ok ? "ok" : "not ok", NULL, NULL, fmt, args);
	va_end(args);
}

void tap_skip(const char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell_line("ok", "SKIP", why, fmt, args);
	va_end(args);
}

/* It fails, as everyone knows, and that is told but fails nothing. */
void tap_todo(const char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell_line("not ok", "TODO", why, fmt, args);
	va_end(args);
}

int tap_end(void)
{
	return failed ? 1 : 0;
}

void note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# ");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
}

void fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# %s:%d: ", file, line);
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
	_exit(EXIT_FAIL);
}

void skip(const char *why)
{
	note("%s", why);
	_exit(EXIT_SKIP);
}

void check_true(const char *file, int line, const char *text, bool is)
{
	if (!is)
		fail(file, line, "not so: %s (errno %s)", text,
		     strerrorname_np(errno));
}

void check_equal(const char *file, int line, const char *text, long got,
		 long want)
{
	if (got != want)
		fail(file, line, "%s is %ld, not %ld (errno %s)", text, got,
		     want, strerrorname_np(errno));
}

/* A child that lives no longer than its parent. */
pid_t spawn(void (*fn)(void *arg), void *arg)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	must(pid >= 0);
	if (pid)
		return pid;
	fn(arg);
	fflush(stdout);
	_exit(0);
}

void reap(pid_t pid)
{
	int status;

	must_be(waitpid(pid, &status, 0), pid);
	must_be(status, 0);
}

static void run_child(const struct test *t, const struct kind *k, int netns)
{
	setpgid(0, 0);
	alarm(t->flags & SLOW ? SLOW_SECONDS : TEST_SECONDS);
	if (netns >= 0)
		netns_enter(netns);
	t->run(k);
	fflush(stdout);
	_exit(0);
}

/**
 * run_start() - start one test in a process of its own
 * @r: gets what run_finish() needs
 * @t: the test
 * @k: the kind to run it on
 * @netns: the network namespace to enter, -1 for the present one
 */
void run_start(struct running *r, const struct test *t, const struct kind *k,
	       int netns)
{
	fflush(stdout);
	r->test = t;
	r->output = memfd_create("output", MFD_CLOEXEC);
	r->pid = fork();
	must(r->output >= 0 && r->pid >= 0);
	if (r->pid)
		return;
	dup2(r->output, STDOUT_FILENO);
	dup2(r->output, STDERR_FILENO);
	run_child(t, k, netns);
}

/* What it had to say comes out in one piece. */
static void copy_output(int from)
{
	char buf[4096];
	ssize_t n;

	lseek(from, 0, SEEK_SET);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, n, stdout);
	close(from);
}

/* Waits for its end: 0, EXIT_FAIL or EXIT_SKIP. */
int run_finish(struct running *r)
{
	int status;

	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	kill(-r->pid, SIGKILL);
	copy_output(r->output);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	note("%s: ended by SIG%s%s", r->test->name,
	     sigabbrev_np(WTERMSIG(status)),
	     WTERMSIG(status) == SIGALRM ? ", it took too long" : "");
	return EXIT_FAIL;
}
