// SPDX-License-Identifier: GPL-2.0
/*
 * What a program hears of ICMP errors: SO_ERROR, and the queue of errors that
 * IP_RECVERR and MSG_ERRQUEUE open. rfc9293#section-3.9.2.2.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "hosts.h"
#include "oracle.h"

#define FAR	9	/* the host that is meant */

enum trouble { NO_PORT, NO_HOST };

/* Who asked is told with each error where it came from and what it quotes. */
static void tell_queue(const struct kind *k, int fd)
{
	char text[512], data[64], control[256], from[64] = "-";
	struct sock_extended_err *e = NULL;
	struct sockaddr_storage name = { 0 };
	struct iovec part = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr m = {
		.msg_name = &name, .msg_namelen = sizeof(name),
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	const uint8_t port[] = { HOSTS_PORT >> 8, HOSTS_PORT & 255 };
	struct sockaddr *offender;
	struct cmsghdr *c;
	ssize_t n = recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);

	if (n < 0) {
		tell("queue", n);
		return;
	}
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		e = (struct sock_extended_err *)CMSG_DATA(c);
	must(e);
	offender = SO_EE_OFFENDER(e);
	if (offender->sa_family == k->af)
		inet_ntop(k->af, k->af == AF_INET ?
			  (void *)&((struct sockaddr_in *)offender)->sin_addr :
			  &((struct sockaddr_in6 *)offender)->sin6_addr, from,
			  sizeof(from));
	snprintf(text, sizeof(text),
		 "%s from %s origin %d type %d code %d info %u flags %x quotes %zd to %s %d family %d port %d",
		 strerrorname_np(e->ee_errno), from, e->ee_origin, e->ee_type,
		 e->ee_code, e->ee_info, m.msg_flags & ~MSG_CMSG_CLOEXEC,
		 n > 8 ? 8 : n, n >= 4 && !memcmp(data + 2, port, 2) ? "it" : "-",
		 m.msg_namelen, name.ss_family,
		 ntohs(((struct sockaddr_in *)&name)->sin_port));
	tell_text("queue", text);
}

static void ask(const struct kind *k, int fd)
{
	if (k->wire == AF_INET)
		must_be(set_int(fd, IPPROTO_IP, IP_RECVERR, 1), 0);
	else
		must_be(set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1), 0);
}

static void trouble(const struct kind *k, const struct wire_seg *heard,
		    enum trouble t)
{
	if (k->wire == AF_INET)
		hosts_icmp(k, heard, 3, t == NO_PORT ? 3 : 1, 0);
	else
		hosts_icmp(k, heard, 1, t == NO_PORT ? 4 : 3, 0);
}

static void tell_all(const struct kind *k, int fd)
{
	tell_events("poll", events_now(fd));
	tell_queue(k, fd);
	tell_events("then", events_now(fd));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell_queue(k, fd);
	tell_events("last", events_now(fd));
}

/* A connect() that does not wait, and its SYN */
static int begin(const struct kind *k, bool asks, struct wire_seg *syn)
{
	struct addr far = addr_host(k, FAR, HOSTS_PORT);
	int fd;

	netns_own();
	hosts_open();
	/* what Glass does by itself is in packet/icmp */
	if (k->glass)
		set_sysctl(k, "abort_on_soft_error", 1);
	fd = stream(k);
	if (asks)
		ask(k, fd);
	set_nonblock(fd);
	tell("connect", do_connect(fd, &far));
	must(hosts_hear(k, syn, 1000));
	return fd;
}

static void opening(const struct kind *k, bool asks, enum trouble t)
{
	struct wire_seg syn;
	int fd = begin(k, asks, &syn);

	trouble(k, &syn, t);
	tell_all(k, fd);
}

/* rfc9293: MUST-54, SHLD-26 */
static void error_hard_asked(const struct kind *k)
{
	opening(k, true, NO_PORT);
}

static void error_hard(const struct kind *k)
{
	opening(k, false, NO_PORT);
}

static void error_soft_asked(const struct kind *k)
{
	opening(k, true, NO_HOST);
}

static void error_soft(const struct kind *k)
{
	opening(k, false, NO_HOST);
}

/* The error is told once, by connect() or by SO_ERROR. */
static void error_connect_again(const struct kind *k)
{
	struct wire_seg syn;
	int fd = begin(k, true, &syn);
	struct addr far = addr_host(k, FAR, HOSTS_PORT);

	trouble(k, &syn, NO_PORT);
	tell("again", do_connect(fd, &far));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell_queue(k, fd);
}

static void open_and_trouble(const struct kind *k, bool asks, enum trouble t)
{
	struct wire_seg s, answer;
	int fd = begin(k, asks, &s);

	answer = host_ack(&s, 0);
	answer.flags |= SYN;
	answer.seq = 1000;
	answer.mss = 1300;
	hosts_send(k, &answer);
	must(await(fd, POLLOUT) & POLLOUT);
	must(hosts_hear(k, &s, 1000));
	tell("send", do_send(fd, 100, 0));
	must(hosts_hear(k, &s, 1000));
	trouble(k, &s, t);
	tell_events("poll", events_now(fd));
	tell_queue(k, fd);
	tell("recv", do_recv(fd, 10, MSG_DONTWAIT));
	tell("recv", do_recv(fd, 10, MSG_DONTWAIT));
	trouble(k, &s, t);
	tell("send", do_send(fd, 1, 0));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell_all(k, fd);
	reset_by(fd);
}

/* An open connection tells who asked, at once, and goes on. */
/* rfc9293: MUST-47, MUST-56, SHLD-25 */
static void error_open_asked(const struct kind *k)
{
	open_and_trouble(k, true, NO_HOST);
}

static void error_open_unasked(const struct kind *k)
{
	open_and_trouble(k, false, NO_HOST);
}

static void error_open_hard(const struct kind *k)
{
	open_and_trouble(k, true, NO_PORT);
}

/* Nothing is queued for who has no connection. */
static void error_queue_empty(const struct kind *k)
{
	int fd = stream(k);

	tell_queue(k, fd);
	ask(k, fd);
	tell_queue(k, fd);
	tell_events("poll", events_now(fd));
}

const struct test oracle_error[] = {
	TEST(error_hard_asked),
	TEST(error_hard),
	TEST(error_soft_asked),
	TEST(error_soft),
	TEST(error_connect_again),
	TEST(error_open_asked),
	TEST(error_open_unasked),
	TEST(error_open_hard),
	TEST(error_queue_empty),
	{ }
};
