// SPDX-License-Identifier: GPL-2.0
/*
 * Many connections: one port, told apart by the four-tuple.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

#define CLIENTS 200

static bool all_differ(const unsigned int *ports, int n)
{
	char seen[65536] = { 0 };
	int i;

	for (i = 0; i < n; i++)
		if (seen[ports[i]]++)
			return false;
	return true;
}

/* All connect before anybody accepts; each is answered with its own number. */
static void clients_at_once(const struct kind *k)
{
	unsigned int ports[CLIENTS], id;
	int c[CLIENTS], s, i, j;
	struct addr at, from;
	int l = listener(k, &at, CLIENTS);

	for (i = 0; i < CLIENTS; i++) {
		c[i] = stream(k);
		set_nonblock(c[i]);
		must(!connect(c[i], &at.sa, at.len) || errno == EINPROGRESS);
	}
	for (i = 0; i < CLIENTS; i++) {
		must(await(c[i], POLLOUT) & POLLOUT);
		must_be(get_int(c[i], SOL_SOCKET, SO_ERROR), 0);
		ports[i] = port_of(c[i]);
		must_be(send(c[i], &i, sizeof(i), 0), sizeof(i));
	}
	must(all_differ(ports, CLIENTS));
	for (i = 0; i < CLIENTS; i++) {
		from.len = sizeof(from.ss);
		s = accept(l, &from.sa, &from.len);
		must(s >= 0);
		must_be(recv(s, &id, sizeof(id), MSG_WAITALL), sizeof(id));
		must(id < CLIENTS);
		must_be(addr_port(&from), ports[id]);
		must_be(port_of(s), addr_port(&at));
		id = ~id;
		must_be(send(s, &id, sizeof(id), 0), sizeof(id));
		close(s);
	}
	for (i = 0; i < CLIENTS; i++) {
		must(await(c[i], POLLIN) & POLLIN);
		must_be(recv(c[i], &j, sizeof(j), 0), sizeof(j));
		must_be(j, ~i);
		must_be(recv(c[i], &j, sizeof(j), 0), 0);
	}
}

/* The same client port from two addresses: two connections. */
static void clients_of_one_port(const struct kind *k)
{
	struct addr at, one = addr_loop(k, 5100), two = addr_other(k, 5100);
	int l = listener(k, &at, 4);
	int a = stream(k), b = stream(k), s, t;
	char byte;

	must_be(bind(a, &one.sa, one.len), 0);
	must_be(bind(b, &two.sa, two.len), 0);
	must_be(connect(a, &at.sa, at.len), 0);
	must_be(connect(b, &at.sa, at.len), 0);
	s = accept(l, NULL, NULL);
	t = accept(l, NULL, NULL);
	must_be(send(a, "a", 1, 0), 1);
	must_be(send(b, "b", 1, 0), 1);
	must_be(recv(s, &byte, 1, 0), 1);
	must_be(byte, 'a');
	must_be(recv(t, &byte, 1, 0), 1);
	must_be(byte, 'b');
}

/* A listener for one address before the listener for all */
static void listener_most_specific(const struct kind *k)
{
	struct addr any = addr_any(k, 5101), other = addr_other(k, 5102);
	struct addr loop = addr_loop(k, 5101);
	int l = stream_reuse(k), m = stream_reuse(k);

	must_be(bind(l, &any.sa, any.len), 0);
	must_be(listen(l, 1), 0);
	must_be(bind(m, &other.sa, other.len), 0);
	must_be(listen(m, 1), 0);
	connected(k, &loop);
	must(await(l, POLLIN) & POLLIN);
	connected(k, &other);
	must(await(m, POLLIN) & POLLIN);
	/* The other one listens at its own address only. */
	loop = addr_loop(k, 5102);
	must_be(connect(stream(k), &loop.sa, loop.len), -1);
	must_be(errno, ECONNREFUSED);
}

/*
 * rfc6056: where the search for a port starts is not to be guessed from the
 * last connection to somewhere else.
 */
static void ports_not_in_sequence(const struct kind *k)
{
	unsigned int ports[40];
	struct addr at;
	int near = 0, i;

	for (i = 0; i < 40; i++) {
		listener(k, &at, 1);
		ports[i] = port_of(connected(k, &at));
		must(ports[i] >= 32768 && ports[i] <= 60999);
		if (i && abs((int)ports[i] - (int)ports[i - 1]) < 64)
			near++;
	}
	must(near < 10);
}

static void bound_ports_not_in_sequence(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	unsigned int ports[40];
	int near = 0, i, fd;

	for (i = 0; i < 40; i++) {
		fd = stream(k);
		must_be(bind(fd, &at.sa, at.len), 0);
		ports[i] = port_of(fd);
		if (i && abs((int)ports[i] - (int)ports[i - 1]) < 64)
			near++;
	}
	must(all_differ(ports, 40));
	must(near < 10);
}

struct churn {
	const struct kind *k;
	struct addr at;
	int l;
	int rounds;
};

static void churn_clients(void *arg)
{
	struct churn *c = arg;
	char buf[8];
	int i, fd;

	for (i = 0; i < c->rounds; i++) {
		fd = connected(c->k, &c->at);
		must_be(send(fd, "hello", 5, 0), 5);
		must_be(recv(fd, buf, 5, MSG_WAITALL), 5);
		must_be(memcmp(buf, "HELLO", 5), 0);
		/* Half close themselves, half see the server close. */
		if (i % 2)
			must_be(recv(fd, buf, 1, 0), 0);
		must_be(close(fd), 0);
	}
}

static void churn_server(void *arg)
{
	struct churn *c = arg;
	char buf[8];
	int s;

	for (;;) {
		s = accept(c->l, NULL, NULL);
		must(s >= 0);
		if (recv(s, buf, 5, MSG_WAITALL) != 5)
			_exit(0);	/* told to end */
		must_be(memcmp(buf, "hello", 5), 0);
		must_be(send(s, "HELLO", 5, MSG_NOSIGNAL), 5);
		must_be(close(s), 0);
	}
}

/* Several processes accept from one listener, several connect. */
static void churn(const struct kind *k)
{
	struct churn c = { .k = k, .rounds = 60 };
	pid_t servers[3], clients[3];
	int i;

	c.l = listener(k, &c.at, 16);
	for (i = 0; i < 3; i++)
		servers[i] = spawn(churn_server, &c);
	for (i = 0; i < 3; i++)
		clients[i] = spawn(churn_clients, &c);
	for (i = 0; i < 3; i++)
		reap(clients[i]);
	for (i = 0; i < 3; i++)
		must_be(close(connected(k, &c.at)), 0);
	for (i = 0; i < 3; i++)
		reap(servers[i]);
}

/* A connection lives as long as one process has it. */
static void survives_fork(const struct kind *k)
{
	struct pair p;
	pid_t child;
	char buf[4];

	pair_open(k, &p);
	fflush(stdout);
	child = fork();
	if (!child) {
		must_be(recv(p.s, buf, 3, MSG_WAITALL), 3);
		must_be(send(p.s, "def", 3, 0), 3);
		_exit(0);
	}
	close(p.s);
	close(p.l);
	must_be(send(p.c, "abc", 3, 0), 3);
	must_be(recv(p.c, buf, 3, MSG_WAITALL), 3);
	must_be(recv(p.c, buf, 1, 0), 0);
	reap(child);
}

/* Once there is room again, who had to wait gets in. */
static void backlog_recovers(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 0);
	int first = connected(k, &at);
	int second = stream(k);

	set_nonblock(second);
	must_be(connect(second, &at.sa, at.len), -1);
	must_be(errno, EINPROGRESS);
	pause_ms(100);
	must(accept(l, NULL, NULL) >= 0);
	must(await(second, POLLOUT) & POLLOUT);
	must_be(get_int(second, SOL_SOCKET, SO_ERROR), 0);
	must(accept(l, NULL, NULL) >= 0);
	close(first);
}

static const struct test tests[] = {
	TEST(clients_at_once),
	TEST(clients_of_one_port),
	TEST(listener_most_specific),
	TEST(ports_not_in_sequence),
	TEST(bound_ports_not_in_sequence),
	TEST(churn),
	TEST(survives_fork),
	TEST(backlog_recovers),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
