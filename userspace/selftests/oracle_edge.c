// SPDX-License-Identifier: GPL-2.0
/*
 * epoll: an edge is told once, and told again when something new happens.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "oracle.h"

static int edge(int fd, uint32_t events)
{
	struct epoll_event e = { .events = events | EPOLLET };
	int ep = epoll_create1(0);

	must_be(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e), 0);
	return ep;
}

/* What there is to tell, at once or within @ms. */
static void tell_edge(const char *what, int ep, int ms)
{
	struct epoll_event e = { 0 };
	int n = epoll_wait(ep, &e, 1, ms);

	must(n >= 0);
	tell_events(what, n ? e.events : 0);
}

static void edge_in(const struct kind *k)
{
	struct pair p;
	int ep;

	pair_open(k, &p);
	ep = edge(p.s, EPOLLIN | EPOLLRDHUP);
	tell_edge("idle", ep, 0);
	do_send(p.c, 3, 0);
	tell_edge("text", ep, 1000);
	tell_edge("told", ep, 0);
	do_recv(p.s, 1, 0);
	tell_edge("partly read", ep, 0);
	do_send(p.c, 3, 0);
	tell_edge("more", ep, 1000);
	shutdown(p.c, SHUT_WR);
	tell_edge("end", ep, 1000);
	tell_edge("told", ep, 0);
}

static void edge_out(const struct kind *k)
{
	struct pair p;
	size_t sent;
	int ep;

	pair_open(k, &p);
	ep = edge(p.c, EPOLLOUT);
	tell_edge("first", ep, 1000);
	tell_edge("told", ep, 0);
	sent = fill_for_good(p.c);
	tell_edge("full", ep, 0);
	tell("read", drain(p.s, sent) == sent);
	tell_edge("room", ep, 1000);
	await_acked(p.c);
	tell("send", do_send(p.c, 1, MSG_DONTWAIT));
}

static void edge_listener(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 4);
	int ep = edge(l, EPOLLIN);

	tell_edge("idle", ep, 0);
	connected(k, &at);
	tell_edge("one", ep, 1000);
	tell_edge("told", ep, 0);
	connected(k, &at);
	tell_edge("two", ep, 1000);
	tell("accept", do_accept(l));
	tell_edge("accepted", ep, 0);
}

static void edge_connect(const struct kind *k)
{
	struct addr at;
	int fd = stream(k), ep;

	listener(k, &at, 4);
	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	ep = edge(fd, EPOLLIN | EPOLLOUT);
	tell_edge("open", ep, 1000);
	tell_edge("told", ep, 0);
}

static void edge_reset(const struct kind *k)
{
	struct pair p;
	int ep;

	pair_open(k, &p);
	ep = edge(p.s, EPOLLIN | EPOLLRDHUP);
	reset_by(p.c);
	tell_edge("reset", ep, 1000);
	tell_edge("told", ep, 0);
}

static void level_in(const struct kind *k)
{
	struct epoll_event e = { .events = EPOLLIN };
	int ep = epoll_create1(0);
	struct pair p;

	pair_open(k, &p);
	must_be(epoll_ctl(ep, EPOLL_CTL_ADD, p.s, &e), 0);
	do_send(p.c, 3, 0);
	tell_edge("text", ep, 1000);
	do_recv(p.s, 1, 0);
	tell_edge("partly read", ep, 0);
	do_recv(p.s, 2, 0);
	tell_edge("read", ep, 0);
}

static volatile sig_atomic_t sigios;

static void count_sigio(int sig)
{
	(void)sig;
	sigios++;
}

static void signal_driven(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	signal(SIGIO, count_sigio);
	must_be(fcntl(p.s, F_SETOWN, getpid()), 0);
	must_be(fcntl(p.s, F_SETFL, O_ASYNC), 0);
	tell("idle", sigios);
	do_send(p.c, 3, 0);
	await(p.s, POLLIN);
	tell("text", sigios > 0);
	sigios = 0;
	shutdown(p.c, SHUT_WR);
	await(p.s, POLLRDHUP);
	tell("end", sigios > 0);
}

const struct test oracle_edge[] = {
	TEST(edge_in),
	TEST(edge_out),
	TEST(edge_listener),
	TEST(edge_connect),
	TEST(edge_reset),
	TEST(level_in),
	TEST(signal_driven),
	{ }
};
