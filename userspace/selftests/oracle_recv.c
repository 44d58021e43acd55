// SPDX-License-Identifier: GPL-2.0
/*
 * recv() and its relatives, with every flag.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "oracle.h"

/* Sends @text and waits until it is there. */
static void put(struct pair *p, const char *text)
{
	must_be(send(p->c, text, strlen(text), 0), strlen(text));
	await_acked(p->c);
}

static void get(const char *what, int fd, size_t len, int flags)
{
	char buf[64] = "";
	ssize_t n = recv(fd, buf, len, flags);

	tell(what, n);
	if (n > 0)
		tell_text("text", buf);
}

static void recv_unconnected(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	int fd = stream(k);

	tell("fresh", do_recv(fd, 1, 0));
	must_be(do_bind(fd, &at), 0);
	tell("bound", do_recv(fd, 1, 0));
}

static void recv_empty(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("dontwait", do_recv(p.s, 1, MSG_DONTWAIT));
	set_timeout(p.s, SO_RCVTIMEO, 30);
	tell("timeout", do_recv(p.s, 1, 0));
	tell("waitall", do_recv(p.s, 9, MSG_WAITALL));
	set_nonblock(p.s);
	tell("nonblock", do_recv(p.s, 1, 0));
	tell("peek", do_recv(p.s, 1, MSG_PEEK));
	tell("errqueue", do_recv(p.s, 1, MSG_ERRQUEUE));
}

static void recv_nothing(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("empty", do_recv(p.s, 0, MSG_DONTWAIT));
	put(&p, "abc");
	tell("full", do_recv(p.s, 0, MSG_DONTWAIT));
	tell("fresh", do_recv(stream(k), 0, 0));
}

static void recv_peek(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abcdef");
	get("peek", p.s, 3, MSG_PEEK);
	get("peek", p.s, 60, MSG_PEEK);
	get("read", p.s, 2, 0);
	get("peek", p.s, 60, MSG_PEEK);
	get("read", p.s, 60, 0);
	get("peek", p.s, 60, MSG_PEEK | MSG_DONTWAIT);
}

/* Over the borders of segments */
static void recv_peek_waitall(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abc");
	put(&p, "def");
	get("peek", p.s, 5, MSG_PEEK | MSG_WAITALL);
	get("all", p.s, 6, MSG_WAITALL);
}

static void recv_trunc(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abcdef");
	get("trunc", p.s, 2, MSG_TRUNC);
	get("read", p.s, 2, 0);
	tell("no buffer", recv(p.s, NULL, 1, MSG_TRUNC));
	get("peek", p.s, 60, MSG_PEEK | MSG_TRUNC);
	get("more than there is", p.s, 60, MSG_TRUNC);
	get("read", p.s, 60, MSG_DONTWAIT);
}

static void recv_waitall(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abc");
	put(&p, "def");
	get("both", p.s, 6, MSG_WAITALL);
	put(&p, "ghi");
	get("dontwait", p.s, 6, MSG_WAITALL | MSG_DONTWAIT);
	put(&p, "jkl");
	set_timeout(p.s, SO_RCVTIMEO, 30);
	get("timeout", p.s, 6, MSG_WAITALL);
	put(&p, "mno");
	must_be(shutdown(p.c, SHUT_WR), 0);
	get("end", p.s, 6, MSG_WAITALL);
	get("end", p.s, 6, MSG_WAITALL);
}

static void recv_fault(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abc");
	tell("recv", recv(p.s, (void *)8, 3, 0));
	get("good", p.s, 9, MSG_DONTWAIT);
}

/* rfc9293: MUST-12 */
static void recv_end(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abc");
	close(p.c);
	tell_events("poll", await(p.s, POLLRDHUP));
	get("text", p.s, 9, 0);
	get("end", p.s, 9, 0);
	get("end", p.s, 9, MSG_DONTWAIT);
	get("peek", p.s, 9, MSG_PEEK);
	tell("send", do_send(p.s, 1, 0));
}

/* What came before the RST can still be read. */
/* rfc9293: MUST-12 */
static void recv_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abc");
	reset_by(p.c);
	tell_events("poll", await(p.s, POLLHUP));
	get("text", p.s, 9, 0);
	get("error", p.s, 9, 0);
	get("end", p.s, 9, 0);
	tell("send", do_send(p.s, 1, 0));
}

static void recv_after_shut_rd(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	put(&p, "abc");
	tell("shutdown", shutdown(p.s, SHUT_RD));
	get("before", p.s, 9, 0);
	get("none", p.s, 9, 0);
	put(&p, "def");
	get("after", p.s, 9, 0);
	get("none", p.s, 9, 0);
	tell("send", do_send(p.s, 1, 0));
	tell("peer sends", do_send(p.c, 1, 0));
}

static void recv_address(const struct kind *k)
{
	struct addr from = { .len = sizeof(from.ss) };
	char buf[8];
	struct pair p;

	pair_open(k, &p);
	put(&p, "abc");
	tell("recvfrom", recvfrom(p.s, buf, 8, 0, &from.sa, &from.len));
	tell("len", from.len);
}

static void recv_message(const struct kind *k)
{
	char a[2], b[8], control[64];
	struct iovec iov[2] = { { a, 2 }, { b, 8 } };
	struct msghdr m = {
		.msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct pair p;

	pair_open(k, &p);
	put(&p, "abcdef");
	tell("recvmsg", recvmsg(p.s, &m, 0));
	tell("flags", m.msg_flags);
	tell("control", m.msg_controllen);
	tell("second", b[0]);
	put(&p, "abcdef");
	tell("readv", readv(p.s, iov, 2));
	put(&p, "abcdef");
	tell("trunc", recvmsg(p.s, &m, MSG_TRUNC));
	tell("flags", m.msg_flags);
}

static void recv_lowat(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("option", set_int(p.s, SOL_SOCKET, SO_RCVLOWAT, 4));
	tell("is", get_int(p.s, SOL_SOCKET, SO_RCVLOWAT));
	put(&p, "abc");
	tell_events("few", events_now(p.s));
	tell("dontwait", do_recv(p.s, 9, MSG_DONTWAIT | MSG_PEEK));
	put(&p, "d");
	tell_events("enough", events_now(p.s));
	get("recv", p.s, 9, 0);
}

const struct test oracle_recv[] = {
	TEST(recv_unconnected),
	TEST(recv_empty),
	TEST(recv_nothing),
	TEST(recv_peek),
	TEST(recv_peek_waitall),
	TEST(recv_trunc),
	TEST(recv_waitall),
	TEST(recv_fault),
	TEST(recv_end),
	TEST(recv_reset),
	TEST(recv_after_shut_rd),
	TEST(recv_address),
	TEST(recv_message),
	TEST(recv_lowat),
	{ }
};
