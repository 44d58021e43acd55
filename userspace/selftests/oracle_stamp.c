// SPDX-License-Identifier: GPL-2.0
/*
 * When text arrived, and when it left: SO_TIMESTAMP and SO_TIMESTAMPING.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <time.h>
#include <linux/errqueue.h>

#include "oracle.h"

/* What recvmsg() says beside the text, and whether its time is now */
static void tell_stamps(int fd, int len)
{
	char control[256], text[16];
	struct iovec to = { .iov_base = text, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &to, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	time_t now = time(NULL);
	struct timespec at;
	struct cmsghdr *c;

	tell("recv", recvmsg(fd, &msg, 0));
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		tell("level", c->cmsg_level);
		tell("type", c->cmsg_type);
		tell("length", c->cmsg_len);
		memcpy(&at, CMSG_DATA(c), sizeof(at));
		tell("now", at.tv_sec >= now - 2 && at.tv_sec <= now + 2);
	}
}

/* Is there a stamp with all of the text that has come? */
static bool has_stamp(int fd)
{
	static char text[65536];
	char control[64];
	struct iovec to = { .iov_base = text, .iov_len = sizeof(text) };
	struct msghdr msg = {
		.msg_iov = &to, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};

	must(recvmsg(fd, &msg, MSG_PEEK) > 0);
	return CMSG_FIRSTHDR(&msg);
}

/*
 * The kernel takes stamps from a while after the first socket that wants them
 * until the last: what TCP would tell before that is chance.
 */
static void stamps_begin(const struct pair *p)
{
	must_be(set_int(p->l, SOL_SOCKET, SO_TIMESTAMP, 1), 0);
	must_be(set_int(p->s, SOL_SOCKET, SO_TIMESTAMP, 1), 0);
	send_octet(p->c);
	while (!has_stamp(p->s)) {
		must_be(do_recv(p->s, 1, 0), 1);
		pause_ms(1);
		send_octet(p->c);
	}
	must_be(do_recv(p->s, 1, 0), 1);
	must_be(set_int(p->s, SOL_SOCKET, SO_TIMESTAMP, 0), 0);
}

/* When the last of the text came */
static void stamps_of_text(const struct kind *k)
{
	static const struct {
		int option;
		int value;
	} asks[] = {
		{ SO_TIMESTAMP, 1 }, { SO_TIMESTAMPNS, 1 }, { 63, 1 }, { 64, 1 },
		{ SO_TIMESTAMPNS, 0 },
		{ SO_TIMESTAMPING, 1 << 3 | 1 << 4 },	/* RX_SOFTWARE, SOFTWARE */
		{ 65, 1 << 3 | 1 << 4 }, { SO_TIMESTAMPING, 1 << 4 },
		{ SO_TIMESTAMPING, 0 },
	};
	struct pair p;
	size_t i;

	pair_open(k, &p);
	stamps_begin(&p);
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		tell("option", asks[i].option);
		tell("set", set_int(p.s, SOL_SOCKET, asks[i].option,
				    asks[i].value));
		send_octet(p.c);
		send_octet(p.c);
		await_acked(p.c);
		tell_stamps(p.s, 1);
		tell_stamps(p.s, 8);
	}
}

/* So it is with text that is kept in less memory than it came in. */
static void stamps_of_crumbs(const struct kind *k)
{
	int i, stamps = 0;
	struct pair p;

	pair_open(k, &p);
	must_be(set_int(p.s, SOL_SOCKET, SO_RCVBUF, 8192), 0);
	must_be(set_int(p.s, SOL_SOCKET, SO_TIMESTAMPNS, 1), 0);
	for (i = 0; i < 40; i++) {
		must_be(do_send(p.c, 200, 0), 200);
		await_acked(p.c);
		stamps += has_stamp(p.s);
	}
	tell("stamps", stamps);
}

/* The next stamp of what was sent, if there is one */
static bool next_sent(int fd, struct sock_extended_err *err)
{
	char control[256];
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct timespec when;
	struct cmsghdr *c;

	if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
		must_be(errno, EAGAIN);
		return false;
	}
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level == SOL_SOCKET) {
			memcpy(&when, CMSG_DATA(c), sizeof(when));
			must(time(NULL) - when.tv_sec <= 2);
		} else {
			memcpy(err, CMSG_DATA(c), sizeof(*err));
		}
	}
	return true;
}

/* What the error queue tells of what was sent: "info:octet" */
static void tell_sent(int fd)
{
	struct sock_extended_err err = { 0 };
	char line[256] = "", *at = line;

	while (next_sent(fd, &err)) {
		/* notices of MSG_ZEROCOPY have a test of their own */
		if (err.ee_origin == SO_EE_ORIGIN_ZEROCOPY)
			continue;
		must_be(err.ee_origin, SO_EE_ORIGIN_TIMESTAMPING);
		at += sprintf(at, "%u:%u,", err.ee_info, err.ee_data);
	}
	tell_text("told", line);
}

void tell_sent_acked(int fd)
{
	await_acked(fd);
	tell_sent(fd);
}

/* When the last octet of each send() was queued, left, and was acknowledged */
static void stamps_of_sent(const struct kind *k)
{
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	send_octet(p.c);
	await_acked(p.c);
	tell("set", set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, TOLD | ALL));
	tell("send", do_send(p.c, 10, 0));
	await_acked(p.c);
	tell_events("events", events_now(p.c) & POLLERR);
	tell_sent(p.c);
	/* in more pieces than one */
	tell("send", do_send(p.c, 4000, 0));
	tell_sent_acked(p.c);
	/* that are cut before the device */
	command("ethtool -K near0 tso off tx-sctp-segmentation off >/dev/null");
	tell("send", do_send(p.c, 4000, 0));
	tell_sent_acked(p.c);
	tell("ACK alone", set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING,
				  TOLD | ACKED));
	send_octet(p.c);
	tell_sent_acked(p.c);
	tell("off", set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, 0));
	send_octet(p.c);
	tell_sent_acked(p.c);
	must_be(drain(p.s, 8013), 8013);
}

/*
 * The client is told how its text fares; nothing of it is held back. What it
 * sends is on its way for so long that two calls are not yet acknowledged; the
 * handshake took as long, so that nothing is sent twice.
 */
static void open_told(const struct kind *k, struct link *l, struct pair *p)
{
	link_open(l);
	link_far(l, "tc qdisc replace dev far0 root netem delay 100ms");
	link_pair(k, l, p);
	must_be(set_int(p->c, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	must_be(set_int(p->c, SOL_SOCKET, SO_TIMESTAMPING, TOLD), 0);
}

/* For that call alone, more or fewer than the socket asks of each */
static void stamps_of_one(const struct kind *k)
{
	char control[64];
	struct link l;
	struct pair p;
	int file;

	open_told(k, &l, &p);
	tell("plain", do_send(p.c, 10, 0));
	tell_sent_acked(p.c);
	tell("all", send_asking(p.c, 10, 0, ALL));
	tell_sent_acked(p.c);
	tell("plain", do_send(p.c, 10, 0));
	tell_sent_acked(p.c);
	tell("ACK", send_asking(p.c, 4000, 0, ACKED));
	tell_sent_acked(p.c);
	tell("none", send_asking(p.c, 10, 0, 0));
	tell_sent_acked(p.c);
	control_put(control, SOL_SOCKET, 65, 4, LEFT);	/* SO_TIMESTAMPING_NEW */
	tell("new", send_control(p.c, 10, 0, control, CMSG_SPACE(4)));
	tell_sent_acked(p.c);
	file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	tell("sendfile", sendfile(p.c, file, NULL, 10));
	tell_sent_acked(p.c);
	must_be(set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, TOLD | ALL), 0);
	tell("fewer", send_asking(p.c, 10, 0, LEFT));
	tell_sent_acked(p.c);
	tell("none", send_asking(p.c, 10, 0, 0));
	tell_sent_acked(p.c);
	tell("plain", do_send(p.c, 10, 0));
	tell_sent_acked(p.c);
	tell("sendfile", sendfile(p.c, file, NULL, 10));
	tell_sent_acked(p.c);
	must_be(set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, 0), 0);
	tell("asked of the call alone", send_asking(p.c, 10, 0, ALL));
	tell_sent_acked(p.c);
	must_be(drain(p.s, 4110), 4110);
}

/* Text of two calls in one segment, and in two that are on their way at once */
static void stamps_joined(const struct kind *k)
{
	static const struct {
		unsigned int first;
		unsigned int second;
	} asks[] = {
		{ ALL, 0 }, { 0, ALL }, { ALL, ALL }, { ACKED, LEFT },
		{ LEFT, ACKED },
	};
	size_t i, n = sizeof(asks) / sizeof(asks[0]);
	struct link l;
	struct pair p;

	open_told(k, &l, &p);
	for (i = 0; i < n; i++) {
		tell_row("one segment, %x then %x", asks[i].first,
			 asks[i].second);
		tell("more", send_asking(p.c, 10, MSG_MORE, asks[i].first));
		tell("end", send_asking(p.c, 20, 0, asks[i].second));
		tell_sent_acked(p.c);
		tell_row("two segments, %x then %x", asks[i].first,
			 asks[i].second);
		tell("first", send_asking(p.c, 10, 0, asks[i].first));
		tell("second", send_asking(p.c, 20, 0, asks[i].second));
		tell_sent_acked(p.c);
	}
	tell_row("behind it, more than a segment");
	tell("more", send_asking(p.c, 100, MSG_MORE, ALL));
	tell("end", do_send(p.c, 4000, 0));
	tell_sent_acked(p.c);
	must_be(drain(p.s, n * 60 + 4100), n * 60 + 4100);
}

/* A buffer that takes a part of it: the stamp is of the last that it took. */
static void stamps_of_part(const struct kind *k)
{
	struct sock_extended_err err = { 0 };
	struct pair p;
	long n;

	pair_open(k, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, TOLD), 0);
	n = send_asking(p.c, 4 << 20, MSG_DONTWAIT, ACKED);
	must(n > 0 && n < 4 << 20);
	must_be(drain(p.s, n), n);
	await_acked(p.c);
	tell("told", next_sent(p.c, &err));
	tell("of", err.ee_info);
	tell("last octet", err.ee_data == n - 1);
	tell_sent(p.c);
}

/* Of pages that are lent, and of their neighbours */
static void stamps_of_lent(const struct kind *k)
{
	struct link l;
	struct pair p;

	open_told(k, &l, &p);
	zerocopy_allow(k, p.c);
	tell("lent", send_asking(p.c, 9000, MSG_ZEROCOPY, ALL));
	tell("lent, nothing asked", send_asking(p.c, 9000, MSG_ZEROCOPY, 0));
	tell_sent_acked(p.c);
	tell("lent, more", send_asking(p.c, 100, MSG_ZEROCOPY | MSG_MORE, ALL));
	tell("copied", send_asking(p.c, 100, 0, 0));
	tell_sent_acked(p.c);
	tell("copied, more", send_asking(p.c, 100, MSG_MORE, 0));
	tell("lent", send_asking(p.c, 100, MSG_ZEROCOPY, ALL));
	tell_sent_acked(p.c);
	must_be(drain(p.s, 18400), 18400);
}

const struct test oracle_stamp[] = {
	TEST(stamps_of_text),
	TEST_FLAGS(stamps_of_crumbs, SLOW),
	TEST_FLAGS(stamps_of_sent, SLOW),
	TEST_FLAGS(stamps_of_one, SLOW),
	TEST_FLAGS(stamps_joined, SLOW),
	TEST(stamps_of_part),
	TEST_FLAGS(stamps_of_lent, SLOW),
	{ }
};
