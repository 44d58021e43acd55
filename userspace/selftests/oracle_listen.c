// SPDX-License-Identifier: GPL-2.0
/*
 * listen() and accept().
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "oracle.h"

static void listen_twice(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);

	tell("again", listen(l, 5));
	tell("negative", listen(l, -1));
	tell("connect", do_connect(stream(k), &at));
}

static void listen_connected(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("client", listen(p.c, 1));
	tell("server", listen(p.s, 1));
}

static void listen_unbound(const struct kind *k)
{
	struct addr at;
	int l = stream(k);

	tell("listen", listen(l, 1));
	tell("port", port_of(l) != 0);
	at = addr_loop(k, port_of(l));
	tell("connect", do_connect(stream(k), &at));
}

static void listen_after_refused(const struct kind *k)
{
	struct addr at;
	int fd = stream(k);

	close(listener(k, &at, 1));
	tell("connect", do_connect(fd, &at));
	tell("listen", listen(fd, 1));
}

static void accept_not_listening(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	struct pair p;
	int fd = stream(k);

	tell("fresh", do_accept(fd));
	tell("bind", do_bind(fd, &at));
	tell("bound", do_accept(fd));
	pair_open(k, &p);
	tell("connected", do_accept(p.c));
}

static void accept_empty(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);

	set_nonblock(l);
	tell("accept", do_accept(l));
}

static void accept_timeout(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);

	set_timeout(l, SO_RCVTIMEO, 30);
	tell("accept", do_accept(l));
}

static void accept_no_descriptor(const struct kind *k)
{
	struct rlimit before, few = { 0, 0 };
	struct addr at;
	int l = listener(k, &at, 1);
	int c = connected(k, &at);

	must_be(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	must_be(setrlimit(RLIMIT_NOFILE, &few), 0);
	tell("accept", do_accept(l));
	must_be(setrlimit(RLIMIT_NOFILE, &before), 0);
	tell("later", do_accept(l));
	tell("send", do_send(c, 1, 0));
}

static void accept_fault(const struct kind *k)
{
	socklen_t len = sizeof(struct sockaddr_storage);
	struct addr at;
	int l = listener(k, &at, 2);

	connected(k, &at);
	tell("accept", accept(l, (struct sockaddr *)8, &len));
	set_nonblock(l);
	tell("later", do_accept(l));
}

static void accept_address(const struct kind *k)
{
	struct addr at, from = { .len = sizeof(from.ss) };
	int l = listener(k, &at, 2);
	int c = connected(k, &at);

	tell("accept", accept(l, &from.sa, &from.len) >= 0);
	tell("family", from.sa.sa_family);
	tell("len", from.len);
	tell("port", addr_port(&from) == port_of(c));
}

static void accept_address_short(const struct kind *k)
{
	struct addr at, from = { .len = 4 };
	int l = listener(k, &at, 3);

	connected(k, &at);
	connected(k, &at);
	tell("accept", accept(l, &from.sa, &from.len) >= 0);
	tell("len", from.len);
	tell("port", addr_port(&from) != 0);
	from.len = -1;
	tell("negative", accept(l, &from.sa, &from.len));
}

static void accept_flags(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 3);
	int s;

	connected(k, &at);
	connected(k, &at);
	tell("bad", accept4(l, NULL, NULL, 1));
	s = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	tell("nonblock", !!(fcntl(s, F_GETFL) & O_NONBLOCK));
	tell("cloexec", fcntl(s, F_GETFD));
	set_nonblock(l);
	s = accept4(l, NULL, NULL, 0);
	tell("inherited", !!(fcntl(s, F_GETFL) & O_NONBLOCK));
}

/* The peer closes before anybody accepts. */
static void accept_closed(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	int c = connected(k, &at);
	int s;

	tell("send", do_send(c, 3, 0));
	close(c);
	s = accept(l, NULL, NULL);
	tell("accept", s >= 0);
	tell_events("poll", await(s, POLLRDHUP));
	tell("recv", do_recv(s, 9, 0));
	tell("end", do_recv(s, 9, 0));
}

static void accept_reset(const struct kind *k)
{
	struct addr name = { .len = sizeof(name.ss) };
	struct addr at;
	int l = listener(k, &at, 1);
	int s;

	reset_by(connected(k, &at));
	s = accept(l, NULL, NULL);
	tell("accept", s >= 0);
	tell_events("poll", await(s, POLLHUP));
	tell("getpeername", getpeername(s, &name.sa, &name.len));
	tell("recv", do_recv(s, 9, 0));
	tell("again", do_recv(s, 9, 0));
}

static void listener_shutdown(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	int c = connected(k, &at);

	tell("shutdown", shutdown(l, SHUT_RD));
	tell_events("poll", events_now(l));
	tell("accept", do_accept(l));
	tell("accepting", get_int(l, SOL_SOCKET, SO_ACCEPTCONN));
	tell("connect", do_connect(stream(k), &at));
	tell_events("waiting one", await(c, POLLIN));
	tell("recv", do_recv(c, 1, MSG_DONTWAIT));
	tell("listen", listen(l, 1));
}

static void listener_shutdown_write(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);

	tell("shutdown", shutdown(l, SHUT_WR));
	tell_events("poll", events_now(l));
	tell("connect", do_connect(stream(k), &at));
	tell("accept", do_accept(l));
}

/* Closing a listener ends what nobody accepted. */
static void listener_closed(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	int c = connected(k, &at);

	close(l);
	tell_events("poll", await(c, POLLIN));
	tell("recv", do_recv(c, 1, 0));
	tell("again", do_recv(c, 1, 0));
	tell("connect", do_connect(stream(k), &at));
}

static void listener_data(const struct kind *k)
{
	struct addr name = { .len = sizeof(name.ss) };
	struct addr at;
	int l = listener(k, &at, 1);

	tell("send", do_send(l, 1, 0));
	tell("recv", do_recv(l, 1, 0));
	tell("getpeername", getpeername(l, &name.sa, &name.len));
}

/* Data that came before accept() waits. */
static void accept_late(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	int c = connected(k, &at);
	int s;

	tell("send", do_send(c, 3, 0));
	await_acked(c);
	s = accept(l, NULL, NULL);
	tell_events("poll", events_now(s));
	tell("recv", do_recv(s, 9, 0));
}

static void accept_inherits(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	int s;

	set_int(l, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(l, SOL_SOCKET, SO_RCVBUF, 20000);
	set_int(l, SOL_SOCKET, SO_SNDBUF, 30000);
	set_int(l, IPPROTO_TCP, 1 /* TCP_NODELAY */, 1);
	set_timeout(l, SO_RCVTIMEO, 70);
	connected(k, &at);
	s = accept(l, NULL, NULL);
	tell("keepalive", get_int(s, SOL_SOCKET, SO_KEEPALIVE));
	tell("rcvbuf", get_int(s, SOL_SOCKET, SO_RCVBUF));
	tell("sndbuf", get_int(s, SOL_SOCKET, SO_SNDBUF));
	tell("nodelay", get_int(s, IPPROTO_TCP, 1));
	tell("reuse", get_int(s, SOL_SOCKET, SO_REUSEADDR));
	tell("recv", do_recv(s, 1, 0));
}

static void accept_order(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 3), i;
	char name[2] = "0";

	for (i = 1; i <= 3; i++)
		do_send(connected(k, &at), i, 0);
	for (i = 1; i <= 3; i++) {
		name[0]++;
		tell(name, do_recv(accept(l, NULL, NULL), 9, 0));
	}
}

/* How many are let in before anybody accepts, by the backlog. */
/* rfc4987: 3.2 */
static void backlog(const struct kind *k)
{
	static const int sizes[] = { 0, 1, 3 };
	char name[16];
	struct addr at;
	size_t i;
	int n, fd;

	for (i = 0; i < 3; i++) {
		listener(k, &at, sizes[i]);
		for (n = 0; n < 16; n++) {
			fd = stream(k);
			set_timeout(fd, SO_SNDTIMEO, 150);
			if (do_connect(fd, &at))
				break;
		}
		snprintf(name, sizeof(name), "%d", sizes[i]);
		tell(name, n);
	}
	tell("the next", -1);
}

const struct test oracle_listen[] = {
	TEST(listen_twice),
	TEST(listen_connected),
	TEST(listen_unbound),
	TEST(listen_after_refused),
	TEST(accept_not_listening),
	TEST(accept_empty),
	TEST(accept_timeout),
	TEST(accept_no_descriptor),
	TEST(accept_fault),
	TEST(accept_address),
	TEST(accept_address_short),
	TEST(accept_flags),
	TEST(accept_closed),
	TEST(accept_reset),
	TEST(listener_shutdown),
	TEST(listener_shutdown_write),
	TEST(listener_closed),
	TEST(listener_data),
	TEST(accept_late),
	TEST(accept_inherits),
	TEST(accept_order),
	TEST(backlog),
	{ }
};
