// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of a kind: single, listening, connected to each other.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "selftest.h"

#define AWAIT_MS 20000
#define QUIET_MS 60

int stream(const struct kind *k)
{
	int fd = socket(k->family, SOCK_STREAM, k->protocol);

	must(fd >= 0);
	return fd;
}

int stream_reuse(const struct kind *k)
{
	int fd = stream(k);

	must_be(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1), 0);
	return fd;
}

/**
 * listener() - a socket that listens on loopback
 * @k: its kind
 * @at: gets its address
 * @backlog: listen()'s
 *
 * Return: the socket.
 */
int listener(const struct kind *k, struct addr *at, int backlog)
{
	int fd = stream_reuse(k);

	*at = addr_loop(k, 0);
	must_be(bind(fd, &at->sa, at->len), 0);
	must_be(listen(fd, backlog), 0);
	*at = addr_loop(k, port_of(fd));
	return fd;
}

int connected(const struct kind *k, const struct addr *to)
{
	int fd = stream(k);

	must_be(connect(fd, &to->sa, to->len), 0);
	return fd;
}

void pair_open(const struct kind *k, struct pair *p)
{
	struct addr at;

	p->l = listener(k, &at, 8);
	p->c = connected(k, &at);
	p->s = accept(p->l, NULL, NULL);
	must(p->s >= 0);
}

void pair_close(struct pair *p)
{
	close(p->c);
	close(p->s);
	close(p->l);
}

/* Nothing of it is left, not even an orphan that nobody can answer any more */
void pair_abort(struct pair *p)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	must_be(setsockopt(p->c, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	must_be(setsockopt(p->s, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	pair_close(p);
}

int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

int get_int(int fd, int level, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, option, &value, &len) ? -1 : value;
}

void set_timeout(int fd, int option, unsigned int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	must_be(setsockopt(fd, SOL_SOCKET, option, &tv, sizeof(tv)), 0);
}

void set_nonblock(int fd)
{
	must_be(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

/* Waits for any of @events; returns all that poll() says then. */
short await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, AWAIT_MS) <= 0)
		return 0;
	p.events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP;
	poll(&p, 1, 0);
	return p.revents;
}

void pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

/* Closes with a RST. */
void reset_by(int fd)
{
	struct linger off = { .l_onoff = 1, .l_linger = 0 };

	must_be(setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off)), 0);
	must_be(close(fd), 0);
}

/*
 * Sends until no more is taken; how much that was. A send buffer of fixed size
 * does not grow meanwhile.
 */
static size_t fill_until(int fd, int quiet_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	static char buf[65536];
	size_t sum = 0;
	ssize_t n;

	must_be(set_int(fd, SOL_SOCKET, SO_SNDBUF, 65536), 0);
	do {
		n = send(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n <= 0) {
			/* What the peer takes off our hands shows later. */
			poll(&p, 1, quiet_ms);
			n = send(fd, buf, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		}
		if (n > 0)
			sum += n;
	} while (n > 0);
	return sum;
}

size_t fill(int fd)
{
	return fill_until(fd, QUIET_MS);
}

/* The same, beyond what a delayed ACK or a first window probe frees */
size_t fill_for_good(int fd)
{
	return fill_until(fd, 10 * QUIET_MS);
}

/* Receives @want bytes; how many there were before the end. */
size_t drain(int fd, size_t want)
{
	static char buf[65536];
	size_t sum = 0;
	ssize_t n;

	while (sum < want) {
		n = recv(fd, buf, sizeof(buf) < want - sum ? sizeof(buf) :
			 want - sum, 0);
		if (n <= 0)
			break;
		sum += n;
	}
	return sum;
}

/* Waits until the peer has acknowledged all that was sent. */
void await_acked(int fd)
{
	int unacked = 1, tries = 2000;

	while (unacked && tries--) {
		must_be(ioctl(fd, SIOCOUTQ, &unacked), 0);
		if (unacked)
			pause_ms(5);
	}
	must_be(unacked, 0);
}
