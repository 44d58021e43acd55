// SPDX-License-Identifier: GPL-2.0
/*
 * send() and its relatives.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "oracle.h"

static volatile sig_atomic_t sigpipes;

static void count_sigpipe(int sig)
{
	(void)sig;
	sigpipes++;
}

static void send_unconnected(const struct kind *k)
{
	tell("send", do_send(stream(k), 1, 0));
}

static void send_sigpipe(const struct kind *k)
{
	struct pair p;

	signal(SIGPIPE, count_sigpipe);
	pair_open(k, &p);
	must_be(shutdown(p.c, SHUT_WR), 0);
	tell("send", send(p.c, "x", 1, 0));
	tell("signals", sigpipes);
	tell("nosignal", send(p.c, "x", 1, MSG_NOSIGNAL));
	tell("signals", sigpipes);
	tell("write", write(p.c, "x", 1));
	tell("signals", sigpipes);
	tell("none", send(p.c, "x", 0, 0));
	tell("signals", sigpipes);
}

static void send_to_closed(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	close(p.s);
	tell_events("poll", await(p.c, POLLIN));
	tell("first", do_send(p.c, 1, 0));
	tell_events("poll", await(p.c, POLLHUP));
	tell("second", do_send(p.c, 1, 0));
	tell("third", do_send(p.c, 1, 0));
	tell("recv", do_recv(p.c, 1, 0));
	tell("again", do_recv(p.c, 1, 0));
}

static void send_to_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	reset_by(p.s);
	tell_events("poll", await(p.c, POLLHUP));
	tell("first", do_send(p.c, 1, 0));
	tell("second", do_send(p.c, 1, 0));
	tell("recv", do_recv(p.c, 1, 0));
}

static void send_full(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("filled", fill_for_good(p.c) > 0);
	tell("dontwait", do_send(p.c, 1, MSG_DONTWAIT));
	set_timeout(p.c, SO_SNDTIMEO, 30);
	tell("timeout", do_send(p.c, 1, 0));
	fill_for_good(p.c);
	set_nonblock(p.c);
	tell("nonblock", do_send(p.c, 1, 0));
	tell_events("poll", events_now(p.c));
}

/* Some fits: that much is the answer when the time is over. */
static void send_partly(const struct kind *k)
{
	static char much[8 << 20];
	struct pair p;
	ssize_t n;

	pair_open(k, &p);
	set_timeout(p.c, SO_SNDTIMEO, 30);
	n = send(p.c, much, sizeof(much), 0);
	tell("some", n > 0 && n < (ssize_t)sizeof(much));
	tell("all of it", drain(p.s, n) == (size_t)n);
}

static void send_fault(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("send", send(p.c, (void *)8, 10, 0));
	tell("good", do_send(p.c, 2, 0));
	tell("recv", do_recv(p.s, 9, 0));
}

/* The first piece is good, the second is not. */
static void send_fault_second(const struct kind *k)
{
	struct iovec iov[2] = { { "abc", 3 }, { (void *)8, 10 } };
	struct pair p;

	pair_open(k, &p);
	tell("writev", writev(p.c, iov, 2));
	tell("good", do_send(p.c, 2, 0));
	await_acked(p.c);
	tell("recv", do_recv(p.s, 99, MSG_DONTWAIT));
}

static void send_nothing(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("send", do_send(p.c, 0, 0));
	tell("write", write(p.c, "", 0));
	tell("recv", do_recv(p.s, 9, MSG_DONTWAIT));
	tell("fresh", do_send(stream(k), 0, 0));
}

static void send_with_address(const struct kind *k)
{
	struct addr at;
	struct pair p;

	pair_open(k, &p);
	at = addr_loop(k, 9);
	tell("connected", sendto(p.c, "x", 1, 0, &at.sa, at.len));
	tell("fresh", sendto(stream(k), "x", 1, MSG_NOSIGNAL, &at.sa, at.len));
}

static void send_pieces(const struct kind *k)
{
	struct iovec iov[4] = { { "ab", 2 }, { "", 0 }, { "c", 1 }, { "de", 2 } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 4 };
	char buf[16] = "";
	struct pair p;

	pair_open(k, &p);
	tell("sendmsg", sendmsg(p.c, &m, 0));
	tell("recv", recv(p.s, buf, 5, MSG_WAITALL));
	tell_text("text", buf);
	m.msg_iovlen = 0;
	tell("none", sendmsg(p.c, &m, 0));
	m.msg_iovlen = 2000;
	tell("many", sendmsg(p.c, &m, 0));
}

static void send_many_messages(const struct kind *k)
{
	struct iovec iov[2] = { { "ab", 2 }, { "cde", 3 } };
	struct mmsghdr m[2] = {
		{ .msg_hdr = { .msg_iov = &iov[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov[1], .msg_iovlen = 1 } },
	};
	struct pair p;

	pair_open(k, &p);
	tell("sendmmsg", sendmmsg(p.c, m, 2, 0));
	tell("first", m[0].msg_len);
	tell("second", m[1].msg_len);
	tell("recv", do_recv(p.s, 5, MSG_WAITALL));
}

static void send_half_closed(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(shutdown(p.c, SHUT_WR), 0);
	tell("closed end", do_send(p.c, 1, 0));
	tell("eof", do_recv(p.s, 1, 0));
	tell("open end", do_send(p.s, 4, 0));
	tell("recv", do_recv(p.c, 9, 0));
}

/* More to come: still it arrives, when the rest does or a little later. */
static void send_more(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("more", do_send(p.c, 3, MSG_MORE));
	tell("rest", do_send(p.c, 2, 0));
	tell("recv", do_recv(p.s, 5, MSG_WAITALL));
	tell("more", do_send(p.c, 3, MSG_MORE));
	tell("alone", do_recv(p.s, 3, MSG_WAITALL));
}

/* While the connection opens, a blocking send() waits for it. */
static void send_opening(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell("nonblock", do_send(fd, 1, 0));
	set_timeout(fd, SO_SNDTIMEO, 30);
	tell("dontwait", do_send(fd, 1, MSG_DONTWAIT));
}

const struct test oracle_send[] = {
	TEST(send_unconnected),
	TEST(send_sigpipe),
	TEST(send_to_closed),
	TEST(send_to_reset),
	TEST(send_full),
	TEST(send_partly),
	TEST(send_fault),
	TEST(send_fault_second),
	TEST(send_nothing),
	TEST(send_with_address),
	TEST(send_pieces),
	TEST(send_many_messages),
	TEST(send_half_closed),
	TEST(send_more),
	TEST(send_opening),
	{ }
};
