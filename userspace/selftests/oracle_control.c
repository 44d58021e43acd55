// SPDX-License-Identifier: GPL-2.0
/*
 * sendmsg()'s control messages: which are wrong, and when that is told.
 * What those of SO_TIMESTAMPING ask for: oracle_stamp.c
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

/* More than a buffer holds */
static char text[4 << 20];

long send_control(int fd, size_t len, int flags, void *control, size_t size)
{
	struct iovec from = { .iov_base = text, .iov_len = len };
	struct msghdr m = {
		.msg_iov = &from, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = size,
	};

	return sendmsg(fd, &m, flags | MSG_NOSIGNAL);
}

/* One message of @len octets, of which the first four are @value */
size_t control_put(void *at, int level, int type, size_t len, unsigned int value)
{
	struct cmsghdr c = {
		.cmsg_len = CMSG_LEN(len), .cmsg_level = level,
		.cmsg_type = type,
	};

	memset(at, 0, CMSG_SPACE(len));
	memcpy(at, &c, sizeof(c));
	if (len >= sizeof(value))
		memcpy((char *)at + CMSG_LEN(0), &value, sizeof(value));
	return CMSG_SPACE(len);
}

static long send_one(int fd, int level, int type, size_t size,
		     unsigned int value)
{
	char control[64];

	return send_control(fd, 1, 0, control,
			    control_put(control, level, type, size, value));
}

long send_asking(int fd, size_t len, int flags, unsigned int stamps)
{
	char control[64];

	return send_control(fd, len, flags, control,
			    control_put(control, SOL_SOCKET, SO_TIMESTAMPING, 4, stamps));
}

/* It will not do: no such type */
static long send_bad(int fd, size_t len, int flags)
{
	char control[64];

	return send_control(fd, len, flags, control,
			    control_put(control, SOL_SOCKET, 12345, 4, 0));
}

/* Of an address where nothing is */
static long send_fault(int fd, bool bad)
{
	struct iovec from = { .iov_base = (void *)8, .iov_len = 10 };
	char control[64];
	struct msghdr m = {
		.msg_iov = &from, .msg_iovlen = 1, .msg_control = control,
	};

	m.msg_controllen = control_put(control, bad ? SOL_SOCKET : IPPROTO_TCP,
				       12345, 4, 0);
	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

/* Each wrong in its way, or not at all */
static void control_kinds(const struct kind *k)
{
	static const struct {
		int level;
		int type;
		size_t size;
		unsigned int value;
	} ms[] = {
		{ SOL_SOCKET, 12345, 4, 0 }, { SOL_SOCKET, SO_RCVBUF, 4, 0 },
		{ SOL_SOCKET, SCM_RIGHTS, 4, 99 },
		{ SOL_SOCKET, SCM_CREDENTIALS, 12, 1 },
		{ SOL_SOCKET, SO_MARK, 4, 7 }, { SOL_SOCKET, SO_MARK, 8, 7 },
		{ SOL_SOCKET, SO_PRIORITY, 4, 3 },
		{ SOL_SOCKET, 61, 8, 0 },	/* SCM_TXTIME */
		{ SOL_SOCKET, 81, 4, 5 },	/* SCM_TS_OPT_ID */
		{ SOL_SOCKET, SO_TIMESTAMPING, 8, ALL },
		{ SOL_SOCKET, SO_TIMESTAMPING, 2, 0 },
		{ SOL_SOCKET, SO_TIMESTAMPING, 4, ALL | TOLD },
		{ SOL_SOCKET, SO_TIMESTAMPING, 4,
		  SOF_TIMESTAMPING_RX_SOFTWARE },
		{ SOL_SOCKET, SO_TIMESTAMPING, 4, 1U << 30 },
		{ IPPROTO_TCP, 12345, 4, 0 }, { IPPROTO_IP, IP_TTL, 4, 1 },
		{ IPPROTO_IPV6, IPV6_HOPLIMIT, 4, 1 }, { 253, 1, 4, 0 },
		{ -1, -1, 0, 0 },
	};
	struct pair p;
	size_t i;

	pair_open(k, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, TOLD), 0);
	for (i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		tell_row("%d %d, %zu octets, %x", ms[i].level, ms[i].type,
			 ms[i].size, ms[i].value);
		tell("sent", send_one(p.c, ms[i].level, ms[i].type, ms[i].size,
				      ms[i].value));
		tell("there", do_recv(p.s, 8, MSG_DONTWAIT));
		tell_sent_acked(p.c);
	}
	tell_row("by who may not");
	must_be(seteuid(65534), 0);
	tell("mark", send_one(p.c, SOL_SOCKET, SO_MARK, 4, 7));
	tell("there", do_recv(p.s, 8, MSG_DONTWAIT));
	must_be(seteuid(0), 0);
}

/* Which begin where they cannot end, or are not all there */
static void control_cut(const struct kind *k)
{
	char two[128] = "", bad[128];
	struct cmsghdr *c = (struct cmsghdr *)bad;
	size_t first, both;
	struct pair p;

	pair_open(k, &p);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	must_be(set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, TOLD), 0);
	first = control_put(two, SOL_SOCKET, SO_TIMESTAMPING, 4, ACKED);
	tell("less than a header", send_control(p.c, 1, 0, two, 8));
	tell("header", send_control(p.c, 1, 0, two, sizeof(*c)));
	tell("short", send_control(p.c, 1, 0, two, CMSG_LEN(4) - 1));
	tell("enough", send_control(p.c, 1, 0, two, CMSG_LEN(4)));
	memcpy(bad, two, sizeof(bad));
	c->cmsg_len = sizeof(*c) - 1;
	tell("length below", send_control(p.c, 1, 0, bad, first));
	c->cmsg_len = 0;
	tell("no length", send_control(p.c, 1, 0, bad, first));
	c->cmsg_len = sizeof(bad) + 1;
	tell("length above", send_control(p.c, 1, 0, bad, first));
	c->cmsg_level = IPPROTO_TCP;
	tell("of another level", send_control(p.c, 1, 0, bad, first));
	both = first + control_put(two + first, SOL_SOCKET, 12345, 4, 0);
	tell("second unknown", send_control(p.c, 1, 0, two, both));
	both = first + control_put(two + first, IPPROTO_TCP, 12345, 4, 0);
	tell("second ignored", send_control(p.c, 1, 0, two, both));
	both = first + control_put(two + first, SOL_SOCKET, SO_TIMESTAMPING, 4, 0);
	tell("second of none", send_control(p.c, 1, 0, two, both));
	tell("rest of a header", send_control(p.c, 1, 0, two, first + 4));
	tell_sent_acked(p.c);
	tell("there", do_recv(p.s, 100, MSG_DONTWAIT));
}

/* Nothing of that call is sent, nor remembered. */
static void control_refused(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_TIMESTAMPING, TOLD), 0);
	tell("none", send_bad(p.c, 0, 0));
	tell("some", send_bad(p.c, 1000, 0));
	tell("much", send_bad(p.c, sizeof(text), 0));
	tell("more", send_bad(p.c, 10, MSG_MORE));
	tell("urgent", send_bad(p.c, 10, MSG_OOB));
	tell("lent", send_bad(p.c, 10, MSG_ZEROCOPY));
	tell("there", do_recv(p.s, 100, MSG_DONTWAIT));
	tell_events("events", events_now(p.s));
	tell("good", send_asking(p.c, 3, 0, ACKED));
	tell("there", do_recv(p.s, 100, 0));
	tell_sent_acked(p.c);
}

/* What is told before it, and what after it */
static void control_order(const struct kind *k)
{
	struct addr at = addr_loop(k, 0), silent = addr_silent(k, 9);
	struct pair p;
	int fd;

	netns_own();
	tell("unconnected", send_bad(stream(k), 1, 0));
	tell("listening", send_bad(listener(k, &at, 1), 1, 0));
	command("ip link add hole0 type dummy");
	ip_batch("addr add 10.9.0.1/24 dev hole0\n"
		 "addr add fd09::1/64 dev hole0 nodad\n"
		 "link set hole0 up\n");
	fd = stream(k);
	set_nonblock(fd);
	tell("connect", do_connect(fd, &silent));
	tell("connecting", send_bad(fd, 1, 0));
	pair_open(k, &p);
	tell("fault", send_fault(p.c, true));
	tell("fault alone", send_fault(p.c, false));
	tell("filled", fill_for_good(p.c) > 0);
	tell("full", send_bad(p.c, 1, MSG_DONTWAIT));
	must_be(shutdown(p.c, SHUT_WR), 0);
	tell("shut down", send_bad(p.c, 1, 0));
	pair_open(k, &p);
	must_be(shutdown(p.s, SHUT_WR), 0);
	must(await(p.c, POLLRDHUP) & POLLRDHUP);
	tell("half closed", send_bad(p.c, 1, 0));
	reset_by(p.s);
	must(await(p.c, POLLHUP) & POLLHUP);
	tell("reset", send_bad(p.c, 1, 0));
	tell("again", send_bad(p.c, 1, 0));
}

/* It takes no number of those by which lent pages are told. */
static void control_lent(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	zerocopy_allow(k, p.c);
	tell("bad", send_bad(p.c, 1000, MSG_ZEROCOPY));
	tell("lent", send_control(p.c, 1000, MSG_ZEROCOPY, NULL, 0));
	must_be(drain(p.s, 1000), 1000);
	must(await(p.c, POLLERR) & POLLERR);
	zerocopy_tell(p.c);
	zerocopy_tell(p.c);
}

/* What the next child of @l has to read until its end, after @fd is closed */
static void tell_child(int l, int fd)
{
	int c = accept(l, NULL, NULL);

	must(c >= 0);
	close(fd);
	tell("child reads", drain(c, 100));
	close(c);
}

/* The SYN with its text has gone when the message is looked at, or does go. */
static void control_fast(const struct kind *k)
{
	char control[64];
	size_t size = control_put(control, SOL_SOCKET, 12345, 4, 0);
	struct iovec from = { .iov_base = text, .iov_len = 23 };
	struct addr at;
	struct msghdr m = {
		.msg_iov = &from, .msg_iovlen = 1, .msg_name = &at.sa,
		.msg_control = control, .msg_controllen = size,
	};
	int l, fd;

	netns_own();
	sysctl(k, "fastopen", "3");
	l = listener(k, &at, 5);
	m.msg_namelen = at.len;
	must_be(set_int(l, IPPROTO_TCP, TCP_FASTOPEN, 5), 0);
	fd = stream(k);
	tell("no cookie", sendmsg(fd, &m, MSG_FASTOPEN));
	tell("then", do_send(fd, 2, 0));
	tell_child(l, fd);
	fd = stream(k);
	tell("cookie", sendmsg(fd, &m, MSG_FASTOPEN));
	tell("then", do_send(fd, 2, 0));
	tell_child(l, fd);
	fd = stream(k);
	tell("nobody waits", sendmsg(fd, &m, MSG_FASTOPEN | MSG_DONTWAIT));
	tell_child(l, fd);
	fd = stream(k);
	must_be(set_int(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1), 0);
	tell("connect", do_connect(fd, &at));
	tell("first write", send_bad(fd, 9, 0));
	tell("then", do_send(fd, 2, 0));
	tell_child(l, fd);
}

const struct test oracle_control[] = {
	TEST(control_kinds),
	TEST(control_cut),
	TEST(control_refused),
	TEST(control_order),
	TEST(control_lent),
	TEST(control_fast),
	{ }
};
