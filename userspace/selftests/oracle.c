// SPDX-License-Identifier: GPL-2.0
/*
 * Runs every case on TCP and on Glass and compares what they told.
 *
 * Left out, because Glass says it does otherwise: urgent data (MSG_OOB,
 * SIOCATMARK), IPv4 through AF_INET6, SO_REUSEPORT, timestamps and with them
 * the early reuse of TIME-WAIT.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "oracle.h"

#define ANSWER_SIZE 1024

static const struct test *const tables[] = {
	oracle_bind, oracle_reuse, oracle_connect, oracle_listen, oracle_send,
	oracle_recv, oracle_close, oracle_poll, oracle_edge, oracle_option,
	oracle_signal,
};

/* Shared with the process of each case */
static char *answer;
static int netns[KINDS];

void tell_text(const char *what, const char *text)
{
	size_t used = strlen(answer);

	snprintf(answer + used, ANSWER_SIZE - used, "%s%s=%s", used ? " " : "",
		 what, text);
}

void tell(const char *what, long value)
{
	char number[24];

	snprintf(number, sizeof(number), "%ld", value);
	tell_text(what, value == -1 ? strerrorname_np(errno) : number);
}

void tell_events(const char *what, short events)
{
	static const struct {
		short bit;
		const char *name;
	} bits[] = {
		{ POLLIN, "IN" }, { POLLOUT, "OUT" }, { POLLPRI, "PRI" },
		{ POLLERR, "ERR" }, { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" },
		{ POLLNVAL, "NVAL" },
	};
	char text[64] = "";
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (!(events & bits[i].bit))
			continue;
		strcat(text, *text ? "|" : "");
		strcat(text, bits[i].name);
	}
	tell_text(what, *text ? text : "none");
}

long do_bind(int fd, const struct addr *a)
{
	return bind(fd, &a->sa, a->len);
}

long do_connect(int fd, const struct addr *a)
{
	return connect(fd, &a->sa, a->len);
}

long do_accept(int fd)
{
	int got = accept(fd, NULL, NULL);

	return got < 0 ? -1 : 0;
}

long do_recv(int fd, size_t len, int flags)
{
	char buf[4096];

	return recv(fd, buf, len, flags);
}

long do_send(int fd, size_t len, int flags)
{
	static const char buf[4096];

	return send(fd, buf, len, flags | MSG_NOSIGNAL);
}

short events_now(int fd)
{
	struct pollfd p = {
		.fd = fd,
		.events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP,
	};

	poll(&p, 1, 0);
	return p.revents;
}

static int ask(const struct test *t, int kind, char *told)
{
	int result;

	*answer = 0;
	result = run_isolated(t, &kinds[kind], netns[kind]);
	strcpy(told, answer);
	return result;
}

static void compare(const struct test *t, int kind, int like)
{
	char right[ANSWER_SIZE], got[ANSWER_SIZE];
	int result;

	/* Asked once for all that must be like it. */
	static const struct test *asked;
	static char cache[KINDS][ANSWER_SIZE];
	static int cached[KINDS];

	if (asked != t) {
		memset(cached, -1, sizeof(cached));
		asked = t;
	}
	if (cached[like] < 0)
		cached[like] = ask(t, like, cache[like]);
	strcpy(right, cache[like]);
	result = cached[like];
	if (!result && kind != like)
		result = ask(t, kind, got);
	else
		strcpy(got, right);
	if (result == EXIT_SKIP) {
		tap_skip("not possible here", "%s %s", kinds[kind].name, t->name);
		return;
	}
	tap_ok(!result && *right && !strcmp(right, got), "%s %s",
	       kinds[kind].name, t->name);
	if (result || strcmp(right, got)) {
		note("%s answers: %s", kinds[like].name, right);
		note("%s answers: %s", kinds[kind].name, got);
	} else if (getenv("ORACLE_SHOW")) {
		note("%s", got);
	}
}

static int count(const struct choice *c)
{
	const struct test *t;
	int n = 0, kind;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (t = tables[i]; t->name; t++)
			for (kind = 0; kind < KINDS; kind++)
				n += choice_wants(c, t, kind);
	return n;
}

static void run_case(const struct choice *c, const struct test *t)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++) {
		if (!choice_wants(c, t, kind))
			continue;
		if (c->list)
			printf("%s %s\n", kinds[kind].name, t->name);
		else if ((t->flags & SLOW) && !c->slow)
			tap_skip("waits for minutes", "%s %s", kinds[kind].name,
				 t->name);
		else
			compare(t, kind, kinds[kind].af == AF_INET ? TCP4 : TCP6);
	}
}

int main(int argc, char **argv)
{
	const struct test *t;
	struct choice c;
	size_t i;

	choice_parse(&c, argc, argv);
	answer = mmap(NULL, ANSWER_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(answer != MAP_FAILED);
	if (!c.list) {
		tap_plan(count(&c));
		for (i = 0; i < KINDS; i++)
			netns[i] = netns_new();
	}
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (t = tables[i]; t->name; t++)
			run_case(&c, t);
	return tap_end();
}
