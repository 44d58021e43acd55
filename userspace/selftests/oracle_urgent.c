// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent data: MSG_OOB both ways, the mark, SIGURG, POLLPRI.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "oracle.h"

static volatile sig_atomic_t sigurgs;

static void count_sigurg(int sig)
{
	(void)sig;
	sigurgs++;
}

static void owned(int fd)
{
	signal(SIGURG, count_sigurg);
	must_be(fcntl(fd, F_SETOWN, getpid()), 0);
}

/* One call's octets, as they are */
static void tell_read(const char *what, int fd, size_t len, int flags)
{
	char buf[256] = "";
	ssize_t n = recv(fd, buf, len, flags | MSG_DONTWAIT);

	if (n > 0)
		tell_text(what, buf);
	else
		tell(what, n);
}

static void tell_mark(const char *what, int fd)
{
	int value = -7;
	int ret = ioctl(fd, SIOCATMARK, &value);

	tell(what, ret ? ret : value);
}

static void tell_inq(const char *what, int fd)
{
	int value = -7;
	int ret = ioctl(fd, FIONREAD, &value);

	tell(what, ret ? ret : value);
}

static void say(int fd, const char *text, int flags)
{
	must_be(send(fd, text, strlen(text), flags), (long)strlen(text));
	await_acked(fd);
}

/* rfc9293: MUST-30, MUST-32, MUST-33, MUST-47, MUST-62; rfc6093: 4 */
static void urg_one(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	owned(p.s);
	say(p.c, "ab", 0);
	say(p.c, "c", MSG_OOB);
	say(p.c, "de", 0);
	tell("signals", sigurgs);
	tell_events("poll", events_now(p.s));
	tell_inq("inq", p.s);
	tell_mark("mark", p.s);
	tell_read("first", p.s, 99, 0);
	tell_mark("mark", p.s);
	tell_inq("inq", p.s);
	tell_read("peek oob", p.s, 1, MSG_OOB | MSG_PEEK);
	tell_events("poll", events_now(p.s));
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_events("poll", events_now(p.s));
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_mark("mark", p.s);
	tell_read("rest", p.s, 99, 0);
	tell_mark("mark", p.s);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_read("empty", p.s, 99, 0);
}

/* Whoever does not ask for it never sees it. */
static void urg_ignored(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	say(p.c, "abc", MSG_OOB);
	say(p.c, "def", 0);
	tell_read("first", p.s, 99, 0);
	tell_read("second", p.s, 99, 0);
	tell_read("third", p.s, 99, 0);
	tell_events("poll", events_now(p.s));
}

static void urg_alone(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	owned(p.s);
	say(p.c, "x", MSG_OOB);
	tell("signals", sigurgs);
	tell_inq("inq", p.s);
	tell_mark("mark", p.s);
	tell_events("poll", events_now(p.s));
	tell_read("read", p.s, 9, 0);
	tell_events("poll", events_now(p.s));
	tell_read("oob", p.s, 9, MSG_OOB);
	tell_read("read", p.s, 9, 0);
	say(p.c, "y", 0);
	tell_events("poll", events_now(p.s));
	tell_read("read", p.s, 9, 0);
}

/* rfc9293: MUST-33; rfc6093: 6 */
static void urg_inline(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(set_int(p.s, SOL_SOCKET, SO_OOBINLINE, 1), 0);
	say(p.c, "ab", 0);
	say(p.c, "c", MSG_OOB);
	say(p.c, "de", 0);
	tell_inq("inq", p.s);
	tell_events("poll", events_now(p.s));
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_mark("mark", p.s);
	tell_read("first", p.s, 99, 0);
	tell_mark("mark", p.s);
	tell_events("poll", events_now(p.s));
	tell_read("rest", p.s, 99, 0);
	tell_mark("mark", p.s);
	tell_events("poll", events_now(p.s));
}

static void urg_inline_later(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	say(p.c, "abc", MSG_OOB);
	tell_read("first", p.s, 99, 0);
	must_be(set_int(p.s, SOL_SOCKET, SO_OOBINLINE, 1), 0);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_read("rest", p.s, 99, 0);
	must_be(set_int(p.s, SOL_SOCKET, SO_OOBINLINE, 0), 0);
	tell_read("oob", p.s, 1, MSG_OOB);
}

/* A newer mark takes the place of the old one. */
static void urg_twice(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	owned(p.s);
	say(p.c, "ab", MSG_OOB);
	say(p.c, "cd", MSG_OOB);
	say(p.c, "e", 0);
	tell("signals", sigurgs);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_read("first", p.s, 99, 0);
	tell_mark("mark", p.s);
	tell_read("second", p.s, 99, 0);
	tell_read("third", p.s, 99, 0);
}

/* A reader stands at the mark when the next comes. */
static void urg_at_mark_next(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	say(p.c, "ab", MSG_OOB);
	tell_read("first", p.s, 99, 0);
	tell_mark("mark", p.s);
	say(p.c, "cd", MSG_OOB);
	tell_mark("mark", p.s);
	tell_read("second", p.s, 99, 0);
	tell_read("oob", p.s, 1, MSG_OOB);
	say(p.c, "ef", 0);
	tell_read("third", p.s, 99, 0);
}

static void urg_peek(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	say(p.c, "abc", MSG_OOB);
	say(p.c, "def", 0);
	tell_read("peek", p.s, 99, MSG_PEEK);
	tell_read("read", p.s, 1, 0);
	tell_read("peek", p.s, 99, MSG_PEEK);
	tell_read("read", p.s, 99, 0);
	tell_read("peek", p.s, 99, MSG_PEEK);
	tell_read("peek", p.s, 2, MSG_PEEK);
	tell_mark("mark", p.s);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_read("read", p.s, 99, 0);
}

/* A read that wants more ends at the mark all the same. */
static void urg_waitall(const struct kind *k)
{
	struct pair p;
	char buf[16] = "";

	pair_open(k, &p);
	say(p.c, "abc", MSG_OOB);
	say(p.c, "def", 0);
	tell("waitall", recv(p.s, buf, 5, MSG_WAITALL));
	tell_text("is", buf);
	memset(buf, 0, sizeof(buf));
	tell("waitall", recv(p.s, buf, 3, MSG_WAITALL));
	tell_text("is", buf);
}

static void urg_none(const struct kind *k)
{
	struct addr at;
	struct pair p;
	int fd = stream(k), l = listener(k, &at, 1);

	tell_read("fresh", fd, 1, MSG_OOB);
	tell_mark("fresh mark", fd);
	tell("fresh send", do_send(fd, 1, MSG_OOB));
	tell_read("listener", l, 1, MSG_OOB);
	tell_mark("listener mark", l);
	pair_open(k, &p);
	tell_read("connected", p.s, 1, MSG_OOB);
	tell_mark("mark", p.s);
	tell("none", do_send(p.c, 0, MSG_OOB));
	say(p.c, "a", 0);
	tell_read("still", p.s, 1, MSG_OOB);
	tell_read("read", p.s, 9, 0);
}

static void urg_end(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	say(p.c, "ab", MSG_OOB);
	shutdown(p.c, SHUT_WR);
	await(p.s, POLLRDHUP);
	tell_events("poll", events_now(p.s));
	tell_inq("inq", p.s);
	tell_read("first", p.s, 99, 0);
	tell_inq("inq", p.s);
	tell_read("end", p.s, 99, 0);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell("send", do_send(p.c, 1, MSG_OOB));
}

static void urg_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	say(p.c, "ab", MSG_OOB);
	reset_by(p.c);
	await(p.s, POLLHUP);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_mark("mark", p.s);
	tell_read("read", p.s, 9, 0);
}

static void urg_msg_flags(const struct kind *k)
{
	char c = 0, octet[4];
	struct iovec iov = { octet, sizeof(octet) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct pair p;

	pair_open(k, &p);
	say(p.c, "ab", MSG_OOB);
	tell("recv", recvmsg(p.s, &m, MSG_OOB | MSG_PEEK));
	tell("flags", m.msg_flags);
	iov.iov_len = 0;
	m.msg_flags = 0;
	tell("none", recvmsg(p.s, &m, MSG_OOB | MSG_PEEK));
	tell("flags", m.msg_flags);
	tell("trunc", recv(p.s, &c, 1, MSG_OOB | MSG_TRUNC | MSG_PEEK));
	tell("octet", c);
	tell("fault", recv(p.s, (void *)8, 1, MSG_OOB | MSG_PEEK));
	tell("none", recv(p.s, &c, 0, MSG_OOB));
	tell("then", recv(p.s, &c, 1, MSG_OOB));
}

/* An unread urgent octet is unread text: closing resets. */
static void urg_close_unread(const struct kind *k)
{
	struct pair p;
	char c;

	pair_open(k, &p);
	say(p.c, "a", MSG_OOB);
	tell("oob", recv(p.s, &c, 1, MSG_OOB));
	close(p.s);
	await(p.c, POLLHUP | POLLIN);
	tell_events("poll", events_now(p.c));
	tell("SO_ERROR", get_int(p.c, SOL_SOCKET, SO_ERROR));
}

/* The signal comes in the middle of a read that waits. */
static void urg_interrupts(const struct kind *k)
{
	struct sigaction sa = { .sa_handler = count_sigurg };
	struct pair p;
	char buf[8];

	pair_open(k, &p);
	must_be(sigaction(SIGURG, &sa, NULL), 0);
	must_be(fcntl(p.s, F_SETOWN, getpid()), 0);
	if (!fork()) {
		/* a signal before that would be over, and recv() wait on */
		while (!asleep(getppid()))
			pause_ms(1);
		send(p.c, "x", 1, MSG_OOB);
		pause_ms(2000);
		_exit(0);
	}
	tell("recv", recv(p.s, buf, sizeof(buf), 0));
	tell("signals", sigurgs);
	tell_read("oob", p.s, 1, MSG_OOB);
}

/* The pointer is far ahead of the octet it points to; rfc9293: MUST-32 */
static void urg_far(const struct kind *k)
{
	struct pair p;
	size_t sent;
	int flags = MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL;

	pair_open(k, &p);
	owned(p.s);
	must_be(set_int(p.s, SOL_SOCKET, SO_RCVBUF, 8192), 0);
	sent = fill_for_good(p.c);
	tell("full", send(p.c, "z", 1, flags));
	tell_read("early", p.s, 1, MSG_OOB);
	tell("drained", drain(p.s, sent) == sent);
	say(p.c, "z", MSG_OOB);
	tell("signals", sigurgs);
	tell_read("oob", p.s, 1, MSG_OOB);
}

/* With a probe the news, later the octet; rfc9293: MUST-31, MUST-66 */
static void urg_window_shut(const struct kind *k)
{
	static char buf[4096];
	struct pair p;
	size_t sent = 0;
	ssize_t n;

	pair_open(k, &p);
	owned(p.s);
	must_be(set_int(p.s, SOL_SOCKET, SO_RCVBUF, 8192), 0);
	do {
		n = send(p.c, buf, sizeof(buf), MSG_DONTWAIT);
		sent += n > 0 ? n : 0;
		pause_ms(50);
	} while (n > 0 && sent < 400000);
	must(sent >= 400000);
	pause_ms(2000);
	tell("send", send(p.c, "urge", 4, MSG_OOB | MSG_DONTWAIT));
	pause_ms(300000);
	/* as far as the pointer reaches */
	tell("signals", sigurgs);
	tell("drained", drain(p.s, sent + 3) == sent + 3);
	/* each segment moved the pointer on as far as it reaches */
	tell("more signals", sigurgs > 1);
	tell_mark("mark", p.s);
	tell_read("oob", p.s, 1, MSG_OOB);
}

/* The other meaning of the pointer, on both ends: the sender's is not it */
/* net.glass: stdurg */
static void urg_stdurg(const struct kind *k)
{
	struct pair p;

	netns_own();
	sysctl(k, "stdurg", "1");
	pair_open(k, &p);
	owned(p.s);
	say(p.c, "abc", MSG_OOB);
	tell("signals", sigurgs);
	tell_read("oob", p.s, 1, MSG_OOB);
	say(p.c, "def", 0);
	tell_read("oob", p.s, 1, MSG_OOB);
	tell_read("first", p.s, 99, 0);
	tell_read("second", p.s, 99, 0);
}

const struct test oracle_urgent[] = {
	TEST(urg_one),
	TEST(urg_ignored),
	TEST(urg_alone),
	TEST(urg_inline),
	TEST(urg_inline_later),
	TEST(urg_twice),
	TEST(urg_at_mark_next),
	TEST(urg_peek),
	TEST(urg_waitall),
	TEST(urg_none),
	TEST(urg_end),
	TEST(urg_reset),
	TEST(urg_msg_flags),
	TEST(urg_close_unread),
	TEST(urg_interrupts),
	TEST(urg_far),
	TEST_FLAGS(urg_window_shut, SLOW),
	TEST(urg_stdurg),
	{ }
};
