// SPDX-License-Identifier: GPL-2.0
/*
 * sendfile(), and splice() from a pipe: the same octets, and no copy of them.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "oracle.h"
#include "sha.h"

struct job {
	int from;
	int to;
	size_t len;
};

/* All of it, by as many calls as it takes */
static void send_file(void *arg)
{
	struct job *j = arg;
	ssize_t n;

	for (; j->len; j->len -= n) {
		n = sendfile(j->to, j->from, NULL, j->len);
		must(n > 0);
	}
}

static void sendfile_all(const struct kind *k)
{
	struct job j = { .len = 1000001 };
	struct pair p;
	pid_t sender;

	pair_open(k, &p);
	j.from = pattern_file(j.len, 0);
	j.to = p.c;
	sender = spawn(send_file, &j);
	tell_sha("sha256", p.s, j.len, 0);
	reap(sender);
	tell("offset", lseek(j.from, 0, SEEK_CUR));
	tell("more", do_recv(p.s, 1, MSG_DONTWAIT));
}

static void sendfile_part(const struct kind *k)
{
	int file = pattern_file(9000, 0);
	off_t at = 4090;
	struct pair p;

	pair_open(k, &p);
	tell("part", sendfile(p.c, file, &at, 20));
	tell("at", at);
	tell_sha("sha256", p.s, 20, 4090);
	tell("nothing", sendfile(p.c, file, &at, 0));
	at = 8990;
	tell("beyond", sendfile(p.c, file, &at, 100));
	tell_sha("sha256", p.s, 10, 8990);
	at = 9000;
	tell("end", sendfile(p.c, file, &at, 100));
}

/* A file that ends before the octets asked for; how long it took, in us */
static long long send_short_file(const struct kind *k)
{
	int file = pattern_file(3, 0);
	off_t at = 0;
	struct pair p;
	long long then;

	pair_open(k, &p);
	then = now_us();
	tell("sendfile", sendfile(p.c, file, &at, 4096));
	tell("recv", do_recv(p.s, 9, 0));
	return now_us() - then;
}

static void sendfile_end(const struct kind *k)
{
	send_short_file(k);
}

/* The tail waits for nothing; a busy machine may */
static void sendfile_end_at_once(const struct kind *k)
{
	tell("at once", send_short_file(k) < 100000);
}

static void sendfile_errors(const struct kind *k)
{
	int file = pattern_file(90, 0);
	struct addr at;
	struct pair p;
	off_t off = 0;
	int l;

	signal(SIGPIPE, SIG_IGN);
	tell("fresh", sendfile(stream(k), file, &off, 9));
	l = listener(k, &at, 1);
	tell("listener", sendfile(l, file, &off, 9));
	pair_open(k, &p);
	must_be(shutdown(p.c, SHUT_WR), 0);
	tell("shut", sendfile(p.c, file, &off, 9));
	pair_open(k, &p);
	reset_by(p.s);
	tell("reset", sendfile(p.c, file, &off, 9));
	tell("again", sendfile(p.c, file, &off, 9));
	tell("at", off);
}

static void sendfile_full(const struct kind *k)
{
	int file = pattern_file(9000000, 0);
	off_t off = 0;
	struct pair p;
	ssize_t n;

	pair_open(k, &p);
	set_nonblock(p.c);
	n = sendfile(p.c, file, &off, 9000000);
	tell("some", n > 0 && n < 9000000 && n == off);
	fill_for_good(p.c);
	tell("full", sendfile(p.c, file, &off, 10));
	tell_events("poll", events_now(p.c));
}

/* Pages of a file between the user's own octets, in every length */
static void sendfile_between(const struct kind *k)
{
	const size_t lens[] = { 1, 100, 4096, 5000, 3, 70000, 1448 };
	char buf[128];
	size_t at = 0, len, i;
	struct pair p;
	off_t off;
	int file;

	pair_open(k, &p);
	file = pattern_file(1000000, 0);
	for (i = 0; i < 60; i++) {
		len = 1 + i % sizeof(buf);
		pattern_fill(buf, len, at);
		must_be(send(p.c, buf, len, i & 1 ? MSG_MORE : 0), len);
		off = at + len;
		at += len + lens[i % 7];
		must_be(sendfile(p.c, file, &off, lens[i % 7]), lens[i % 7]);
		must_be(off, at);
		if (i % 6 == 5) {
			tell("sum", at);
			tell_sha("sha256", p.s, at, 0);
			/* the pattern begins anew */
			at = 0;
		}
	}
}

/* What is sent again is what the page holds then: it was not copied. */
static void sendfile_changes(const struct kind *k)
{
	int file = pattern_file(4096, 0);
	off_t off = 0;
	struct link l;
	struct pair p;
	char buf[4096];

	link_open(&l);
	link_pair(k, &l, &p);
	link_cut(&l);
	must_be(sendfile(p.c, file, &off, 4096), 4096);
	must_be(pwrite(file, "changed", 7, 2000), 7);
	link_mend(&l);
	tell("recv", recv(p.s, buf, sizeof(buf), MSG_WAITALL));
	tell("before", pattern_is(buf, 2000, 0));
	tell("changed", !memcmp(buf + 2000, "changed", 7));
	tell("behind", pattern_is(buf + 2007, 4096 - 2007, 2007));
}

/* SPLICE_F_MORE holds a tail back, as MSG_MORE does. */
static void splice_more(const struct kind *k)
{
	int pipes[2];
	struct pair p;

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	must_be(write(pipes[1], "abcde", 5), 5);
	tell("more", splice(pipes[0], NULL, p.c, NULL, 3, SPLICE_F_MORE));
	tell("recv", do_recv(p.s, 9, MSG_DONTWAIT));
	tell("rest", splice(pipes[0], NULL, p.c, NULL, 2, 0));
	tell("recv", do_recv(p.s, 5, MSG_WAITALL));
	must_be(write(pipes[1], "fgh", 3), 3);
	tell("more", splice(pipes[0], NULL, p.c, NULL, 3, SPLICE_F_MORE));
	tell("alone", do_recv(p.s, 3, MSG_WAITALL));
	tell("empty", splice(pipes[0], NULL, p.c, NULL, 3, SPLICE_F_NONBLOCK));
	close(pipes[1]);
	tell("end", splice(pipes[0], NULL, p.c, NULL, 3, 0));
}

/* The user's memory, through a pipe */
static void splice_user_pages(const struct kind *k)
{
	static char text[40000];
	struct iovec iov = { .iov_base = text, .iov_len = sizeof(text) };
	int pipes[2];
	struct pair p;

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	pattern_fill(text, sizeof(text), 0);
	must_be(vmsplice(pipes[1], &iov, 1, 0), sizeof(text));
	tell("splice", splice(pipes[0], NULL, p.c, NULL, sizeof(text), 0));
	tell_sha("sha256", p.s, sizeof(text), 0);
}

const struct test oracle_sendfile[] = {
	TEST(sendfile_all),
	TEST(sendfile_part),
	TEST(sendfile_end),
	TEST_FLAGS(sendfile_end_at_once, SLOW),
	TEST(sendfile_errors),
	TEST(sendfile_full),
	TEST(sendfile_between),
	TEST(sendfile_changes),
	TEST(splice_more),
	TEST(splice_user_pages),
	{ }
};
