// SPDX-License-Identifier: GPL-2.0
/*
 * Runs every case on TCP and on Glass and compares what they told.
 *
 * Left out, because Glass says it does otherwise: timestamps and with them
 * the early reuse of TIME-WAIT.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "oracle.h"
#include "sha.h"

static const struct test *const tables[] = {
	oracle_address, oracle_bind, oracle_dual, oracle_mapped,
	oracle_reuse, oracle_reuseport,
	oracle_group, oracle_device, oracle_foreign, oracle_self, oracle_connect,
	oracle_listen, oracle_backlog, oracle_send,
	oracle_recv, oracle_close, oracle_poll, oracle_edge, oracle_option,
	oracle_info,
	oracle_congestion,
	oracle_signal, oracle_fastopen, oracle_keep, oracle_urgent,
	oracle_wire, oracle_patience, oracle_route, oracle_error,
	oracle_class, oracle_label, oracle_extension, oracle_scope,
	oracle_stamp, oracle_control, oracle_vrf, oracle_filter, oracle_bpf,
	oracle_queue, oracle_memory, oracle_protocols,
	oracle_linger, oracle_shutdown, oracle_errno, oracle_lowat,
	oracle_sendfile, oracle_splice, oracle_zerocopy,
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* Those that are printed as tables, when asked for by name */
static const struct {
	const char *name;
	const struct test *tests;
} matrices[] = {
	{ "backlog", oracle_backlog }, { "linger", oracle_linger },
	{ "errno", oracle_errno }, { "shutdown", oracle_shutdown },
};

/* Is this table of cases to be run? */
static bool wanted_table(const struct test *table)
{
	const char *matrix = getenv("ORACLE_TABLE");
	size_t i;

	if (!matrix)
		return true;
	for (i = 0; i < sizeof(matrices) / sizeof(matrices[0]); i++)
		if (!strcmp(matrices[i].name, matrix))
			return matrices[i].tests == table;
	return false;
}

/* Shared with the processes of each case; each has one */
static struct answer *answers;
static struct answer *answer;
static int netns[KINDS];

/* What is told from now on belongs to this row of a printed table. */
void tell_row(const char *fmt, ...)
{
	struct row *r = &answer->rows[answer->used];
	va_list args;

	must(answer->used < ROWS);
	va_start(args, fmt);
	vsnprintf(r->name, sizeof(r->name), fmt, args);
	va_end(args);
	answer->used++;
}

/* Glass answers this row otherwise than TCP, and means to. */
void tell_differs(const char *why)
{
	must(answer->used);
	answer->rows[answer->used - 1].why = why;
}

void tell_text(const char *what, const char *text)
{
	struct row *r;
	size_t used;

	if (!answer->used)
		tell_row("%s", "");
	r = &answer->rows[answer->used - 1];
	used = strlen(r->told);
	must(used + strlen(what) + strlen(text) + 2 < sizeof(r->told));
	snprintf(r->told + used, sizeof(r->told) - used, "%s%s=%s",
		 used ? " " : "", what, text);
}

void tell(const char *what, long value)
{
	char number[24];

	snprintf(number, sizeof(number), "%ld", value);
	tell_text(what, value == -1 ? strerrorname_np(errno) : number);
}

/* What is read next, and whether it is the pattern from @from on */
void tell_sha(const char *what, int fd, size_t len, size_t from)
{
	char sent[SHA_TEXT], got[SHA_TEXT];

	sha_pattern(sent, len, from);
	sha_read(got, fd, len);
	tell_text(what, got);
	tell("equal", !strcmp(sent, got));
}

/* The call bpf() has a sysctl; what else may fail is a failure. */
void bpf_needed(void)
{
	if (access("/proc/sys/kernel/unprivileged_bpf_disabled", F_OK))
		skip("a kernel without BPF");
}

/* Text there and back, more than a segment */
void tell_talk(int a, int b)
{
	tell("send", do_send(a, 2000, 0));
	tell("recv", do_recv(b, 2000, MSG_WAITALL));
	tell("back", do_send(b, 3000, 0));
	tell("recv", do_recv(a, 3000, MSG_WAITALL));
}

/* Both ends close, @s first; @c is closed then */
void tell_close(int c, int s)
{
	tell("shutdown", shutdown(s, SHUT_WR));
	tell("end", do_recv(c, 1, 0));
	close(c);
	tell("end", do_recv(s, 1, 0));
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

void send_octet(int fd)
{
	must_be(do_send(fd, 1, 0), 1);
}

int bind_device(int fd, const char *device)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
			  strlen(device));
}

/* Listens at @at, by @device alone unless it is NULL */
int listen_at(const struct kind *k, struct addr at, const char *device)
{
	int fd = stream_reuse(k);

	if (device)
		must_be(bind_device(fd, device), 0);
	must_be(do_bind(fd, &at), 0);
	must_be(listen(fd, 8), 0);
	return fd;
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

/* The kind that shows what is right for this one */
static int oracle_of(int kind)
{
	if (kinds[kind].af != kinds[kind].wire)
		return TCP46;
	return kinds[kind].af == AF_INET ? TCP4 : TCP6;
}

static void note_rows(const char *what, const struct answer *a)
{
	int i;

	for (i = 0; i < a->used; i++)
		note("%s%s%s%s", what, a->rows[i].name,
		     *a->rows[i].name ? ": " : "", a->rows[i].told);
}

static void compare(const struct test *t, int kind, const int *result)
{
	struct answer *right = &answers[oracle_of(kind)], *got = &answers[kind];
	const char *name = kinds[kind].name;
	bool same = right->used && table_same(right, got);

	if (result[kind] == EXIT_SKIP) {
		tap_skip("not possible here", "%s %s", name, t->name);
		return;
	}
	same = same && !result[kind] && !result[oracle_of(kind)];
	tap_ok(same, "%s %s", name, t->name);
	if (getenv("ORACLE_TABLE"))
		table_add(t->name, name, right, got);
	if (!same) {
		note("different: %s answers:", kinds[oracle_of(kind)].name);
		note_rows("different: ", right);
		note("different: %s answers:", name);
		note_rows("different: ", got);
	} else if (getenv("ORACLE_SHOW") || (t->flags & SHOW)) {
		note_rows("equal: ", got);
	}
}

/* All kinds at once, each in its own network namespace */
static void ask_all(const struct choice *c, const struct test *t)
{
	struct running running[KINDS];
	bool wanted[KINDS] = { false };
	int result[KINDS], kind;

	for (kind = 0; kind < KINDS; kind++) {
		if (!choice_wants(c, t, kind))
			continue;
		wanted[kind] = true;
		wanted[oracle_of(kind)] = true;
	}
	for (kind = 0; kind < KINDS; kind++) {
		answer = &answers[kind];
		answer->used = 0;
		memset(answer->rows, 0, sizeof(answer->rows));
		if (wanted[kind])
			run_start(&running[kind], t, &kinds[kind], netns[kind]);
	}
	for (kind = 0; kind < KINDS; kind++)
		if (wanted[kind])
			result[kind] = run_finish(&running[kind]);
	for (kind = 0; kind < KINDS; kind++)
		if (choice_wants(c, t, kind))
			compare(t, kind, result);
}

static void run_case(const struct choice *c, const struct test *t)
{
	int kind;

	if (c->list) {
		choice_list(c, t);
	} else if (!(t->flags & SLOW) || c->slow) {
		ask_all(c, t);
	} else {
		for (kind = 0; kind < KINDS; kind++)
			if (choice_wants(c, t, kind))
				tap_skip("long: where time is virtual", "%s %s",
					 kinds[kind].name, t->name);
	}
}

int main(int argc, char **argv)
{
	const struct test *t;
	int planned = 0;
	struct choice c;
	size_t i;

	choice_parse(&c, argc, argv);
	answers = mmap(NULL, KINDS * sizeof(*answers), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(answers != MAP_FAILED);
	for (i = 0; i < TABLES; i++)
		for (t = tables[i]; wanted_table(tables[i]) && t->name; t++)
			planned += choice_count(&c, t);
	if (!c.list) {
		tap_plan(planned);
		for (i = 0; i < KINDS; i++)
			netns[i] = netns_new();
	}
	for (i = 0; i < TABLES; i++)
		for (t = tables[i]; wanted_table(tables[i]) && t->name; t++)
			run_case(&c, t);
	if (getenv("ORACLE_TABLE"))
		table_print(getenv("ORACLE_TABLE"));
	return tap_end();
}
