// SPDX-License-Identifier: GPL-2.0
/*
 * splice() from a socket into a pipe.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

struct job {
	int from;
	int to;
	size_t len;
};

static void send_text(void *arg)
{
	struct job *j = arg;

	pattern_send(j->to, j->len, 0, 100000);
}

/* Through a pipe, until the end or @len octets */
static size_t move(int from, int to, size_t len)
{
	int pipes[2];
	size_t sum = 0;
	ssize_t n, m;

	must_be(pipe(pipes), 0);
	while (sum < len) {
		n = splice(from, NULL, pipes[1], NULL, len - sum, 0);
		must(n >= 0);
		if (!n)
			break;
		for (sum += n; n; n -= m) {
			m = splice(pipes[0], NULL, to, NULL, n, 0);
			must(m > 0);
		}
	}
	close(pipes[0]);
	close(pipes[1]);
	return sum;
}

static void relay(void *arg)
{
	struct job *j = arg;

	must_be(move(j->from, j->to, j->len), j->len);
}

static void splice_read(const struct kind *k)
{
	loff_t off = 0;
	struct pair p;
	int pipes[2];

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	pattern_send(p.c, 10, 0, 10);
	must(await(p.s, POLLIN) & POLLIN);
	tell("part", splice(p.s, NULL, pipes[1], NULL, 4, 0));
	tell("nothing", splice(p.s, NULL, pipes[1], NULL, 0, 0));
	tell("offset", splice(p.s, &off, pipes[1], NULL, 4, 0));
	tell("rest", splice(p.s, NULL, pipes[1], NULL, 400, 0));
	tell_sha("sha256", pipes[0], 10, 0);
	set_timeout(p.s, SO_RCVTIMEO, 30);
	tell("timeout", splice(p.s, NULL, pipes[1], NULL, 4, 0));
	tell("flag", splice(p.s, NULL, pipes[1], NULL, 4, SPLICE_F_NONBLOCK));
	set_nonblock(p.s);
	tell("nonblock", splice(p.s, NULL, pipes[1], NULL, 4, 0));
	must_be(shutdown(p.c, SHUT_WR), 0);
	must(await(p.s, POLLIN) & POLLIN);
	tell("end", splice(p.s, NULL, pipes[1], NULL, 4, 0));
	tell("again", splice(p.s, NULL, pipes[1], NULL, 4, 0));
}

static void splice_read_errors(const struct kind *k)
{
	struct addr at;
	struct pair p;
	int pipes[2];

	must_be(pipe(pipes), 0);
	tell("fresh", splice(stream(k), NULL, pipes[1], NULL, 9, 0));
	tell("listener", splice(listener(k, &at, 1), NULL, pipes[1], NULL, 9, 0));
	pair_open(k, &p);
	reset_by(p.c);
	tell("reset", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	tell("again", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	pair_open(k, &p);
	must_be(shutdown(p.s, SHUT_RD), 0);
	tell("shut", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	signal(SIGPIPE, SIG_IGN);
	pair_open(k, &p);
	pattern_send(p.c, 10, 0, 10);
	must(await(p.s, POLLIN) & POLLIN);
	close(pipes[0]);
	tell("no reader", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	tell("recv", do_recv(p.s, 99, 0));
}

static void wait_and_splice(void *arg)
{
	struct job *j = arg;

	must_be(splice(j->from, NULL, j->to, NULL, j->len, 0), 3);
}

/* It waits for text, and is content with what comes. */
static void splice_read_waits(const struct kind *k)
{
	struct job j = { .len = 100 };
	struct pair p;
	char text[9];
	int pipes[2];
	pid_t reader;

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	j.from = p.s;
	j.to = pipes[1];
	reader = spawn(wait_and_splice, &j);
	while (!asleep(reader))
		pause_ms(5);
	must_be(write(p.c, "abc", 3), 3);
	reap(reader);
	tell("pipe", read(pipes[0], text, 9));
}

static void ignore(int sig)
{
	(void)sig;
}

static void splice_read_signal(const struct kind *k)
{
	struct sigaction act = { .sa_handler = ignore };
	struct pair p;
	int pipes[2];

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	must_be(sigaction(SIGUSR1, &act, NULL), 0);
	if (!fork()) {
		while (!asleep(getppid()))
			pause_ms(5);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	tell("signal", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	wait(NULL);
}

/* It stops at the urgent mark, whatever is asked for, and stays there. */
static void splice_read_mark(const struct kind *k, bool inline_)
{
	struct pair p;
	char text[9];
	int pipes[2];

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	must_be(set_int(p.s, SOL_SOCKET, SO_OOBINLINE, inline_), 0);
	must_be(send(p.c, "ab", 2, 0), 2);
	must_be(send(p.c, "c", 1, MSG_OOB), 1);
	must_be(send(p.c, "de", 2, 0), 2);
	await_acked(p.c);
	tell("before", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	tell("at", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	tell("oob", do_recv(p.s, 1, MSG_OOB));
	tell("at", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	set_nonblock(p.s);
	tell("at", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	tell("recv", do_recv(p.s, 1, 0));
	tell("behind", splice(p.s, NULL, pipes[1], NULL, 9, 0));
	tell("pipe", read(pipes[0], text, 9));
}

static void splice_read_urgent(const struct kind *k)
{
	splice_read_mark(k, false);
}

static void splice_read_inline(const struct kind *k)
{
	splice_read_mark(k, true);
}

/* More than all buffers hold: the window opens as the pipe takes the text. */
static void splice_through(const struct kind *k)
{
	struct job send = { .len = 3000000 }, move = { .len = 3000000 };
	struct pair a, b;
	pid_t sender, mover;

	pair_open(k, &a);
	pair_open(k, &b);
	send.to = a.c;
	move.from = a.s;
	move.to = b.c;
	sender = spawn(send_text, &send);
	mover = spawn(relay, &move);
	tell_sha("sha256", b.s, move.len, 0);
	reap(sender);
	reap(mover);
}

/* What is in the pipe stays, whatever becomes of both ends. */
static void splice_then_closed(const struct kind *k)
{
	struct pair p;
	int pipes[2];

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	pattern_send(p.c, 20000, 0, 20000);
	await_acked(p.c);
	tell("splice", splice(p.s, NULL, pipes[1], NULL, 20000, 0));
	reset_by(p.s);
	close(p.c);
	/* new text in what would be the same pages, were they free */
	pair_open(k, &p);
	pattern_send(p.c, 100000, 7, 20000);
	pattern_recv(p.s, 100000, 7, 20000);
	tell_sha("sha256", pipes[0], 20000, 0);
}

const struct test oracle_splice[] = {
	TEST(splice_read),
	TEST(splice_read_errors),
	TEST(splice_read_waits),
	TEST(splice_read_signal),
	TEST(splice_read_urgent),
	TEST(splice_read_inline),
	TEST(splice_through),
	TEST(splice_then_closed),
	{ }
};
