// SPDX-License-Identifier: GPL-2.0
/*
 * An end of a connection in each state, made with calls alone.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "diag.h"

static void of_socket(const struct kind *k, struct scene *s, int fd, int peer)
{
	*s = (struct scene){ question(k, ALL_STATES), fd, peer, -1 };
	ask_socket(&s->q, fd);
}

static void listening(const struct kind *k, struct scene *s)
{
	struct addr at = addr_loop(k, 0);

	of_socket(k, s, listener(k, &at, 3), -1);
	s->l = s->fd;
}

static void syn_sent(const struct kind *k, struct scene *s)
{
	struct addr silent = addr_silent(k, 7), own = { .len = sizeof(own.ss) };
	int fd = stream(k);

	set_nonblock(fd);
	must_be(connect(fd, &silent.sa, silent.len), -1);
	must_be(errno, EINPROGRESS);
	*s = (struct scene){ question(k, ALL_STATES), fd, -1, -1 };
	must_be(getsockname(fd, &own.sa, &own.len), 0);
	ask_ends(&s->q, &own, &silent);
}

/* The ACK that ends a handshake does not, where text is waited for */
static void syn_received(const struct kind *k, struct scene *s)
{
	struct addr at = addr_loop(k, 0), own = { .len = sizeof(own.ss) };
	int l = listener(k, &at, 3), c;

	must_be(set_int(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30), 0);
	c = connected(k, &at);
	must_be(getsockname(c, &own.sa, &own.len), 0);
	*s = (struct scene){ question(k, ALL_STATES), -1, c, l };
	ask_ends(&s->q, &at, &own);
}

static void established(const struct kind *k, struct scene *s)
{
	struct pair p;

	pair_open(k, &p);
	of_socket(k, s, p.c, p.s);
}

/* The FIN stays behind text that nobody reads */
static void fin_wait_1(const struct kind *k, struct scene *s)
{
	established(k, s);
	fill_for_good(s->fd);
	must_be(shutdown(s->fd, SHUT_WR), 0);
}

static void closing(const struct kind *k, struct scene *s)
{
	fin_wait_1(k, s);
	must_be(shutdown(s->peer, SHUT_WR), 0);
}

static void fin_wait_2(const struct kind *k, struct scene *s)
{
	struct told t;

	established(k, s);
	must_be(shutdown(s->fd, SHUT_WR), 0);
	pattern_end(s->peer);
	/* the ACK of the FIN may wait for a moment */
	do {
		pause_ms(1);
		must_be(ask_one(&s->q, &t), 0);
	} while (t.msg.idiag_state == TCP_FIN_WAIT1);
}

static void close_wait(const struct kind *k, struct scene *s)
{
	established(k, s);
	must_be(shutdown(s->peer, SHUT_WR), 0);
	pattern_end(s->fd);
}

static void last_ack(const struct kind *k, struct scene *s)
{
	close_wait(k, s);
	fill_for_good(s->fd);
	must_be(shutdown(s->fd, SHUT_WR), 0);
}

static void time_wait(const struct kind *k, struct scene *s)
{
	established(k, s);
	must_be(close(s->fd), 0);
	pattern_end(s->peer);
	must_be(close(s->peer), 0);
	s->fd = -1;
	s->peer = -1;
}

const struct stage stages[] = {
	{ "LISTEN", TCP_LISTEN, listening },
	{ "SYN-SENT", TCP_SYN_SENT, syn_sent },
	{ "SYN-RECEIVED", TCP_SYN_RECV, syn_received },
	{ "ESTABLISHED", TCP_ESTABLISHED, established },
	{ "FIN-WAIT-1", TCP_FIN_WAIT1, fin_wait_1 },
	{ "FIN-WAIT-2", TCP_FIN_WAIT2, fin_wait_2 },
	{ "CLOSE-WAIT", TCP_CLOSE_WAIT, close_wait },
	{ "CLOSING", TCP_CLOSING, closing },
	{ "LAST-ACK", TCP_LAST_ACK, last_ack },
	{ "TIME-WAIT", TCP_TIME_WAIT, time_wait },
	{ NULL, 0, NULL },
};
