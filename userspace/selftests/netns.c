// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: they share nothing, and may go at any moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <unistd.h>

#include "selftest.h"

static int listen_on(const struct kind *k, unsigned int port)
{
	struct addr at = addr_loop(k, port);
	int l = stream(k);

	must_be(bind(l, &at.sa, at.len), 0);
	must_be(listen(l, 4), 0);
	return l;
}

static void same_port_in_two(const struct kind *k)
{
	struct addr at = addr_loop(k, 5300);
	int one, two, a, b;
	char byte;

	netns_own();
	one = listen_on(k, 5300);
	a = connected(k, &at);
	netns_own();
	two = listen_on(k, 5300);
	b = connected(k, &at);
	must_be(send(a, "a", 1, 0), 1);
	must_be(send(b, "b", 1, 0), 1);
	must_be(recv(accept(one, NULL, NULL), &byte, 1, 0), 1);
	must_be(byte, 'a');
	must_be(recv(accept(two, NULL, NULL), &byte, 1, 0), 1);
	must_be(byte, 'b');
}

static void not_across(const struct kind *k)
{
	struct addr at = addr_loop(k, 5301);

	netns_own();
	listen_on(k, 5301);
	must_be(state_of(k, 5301, 0), TCP_LISTEN);
	netns_own();
	must_be(state_of(k, 5301, 0), 0);
	must_be(connect(stream(k), &at.sa, at.len), -1);
	must_be(errno, ECONNREFUSED);
}

/* One of everything, left to the namespace's end */
static void leave_everything(const struct kind *k)
{
	struct addr silent = addr_silent(k, 7), at = addr_loop(k, 5302);
	struct pair open, closed, half, orphan;
	int opening = stream(k);

	listen_on(k, 5302);
	connected(k, &at);		/* never accepted */
	pair_open(k, &open);
	fill(open.c);
	pair_open(k, &closed);
	close(closed.c);
	must_be(recv(closed.s, &at, 1, 0), 0);
	close(closed.s);		/* TIME-WAIT */
	pair_open(k, &half);
	must_be(shutdown(half.s, SHUT_WR), 0);
	pair_open(k, &orphan);
	fill(orphan.c);
	close(orphan.c);		/* text that nobody reads */
	set_nonblock(opening);
	must_be(connect(opening, &silent.sa, silent.len), -1);
	must_be(errno, EINPROGRESS);
}

/* The namespace's end is seen by its end of a cable. */
static void await_gone(const char *device)
{
	int tries = 4000;

	while (if_nametoindex(device) && tries--)
		pause_ms(5);
	must(!if_nametoindex(device));
}

static void destroyed_with_everything(const struct kind *k)
{
	int go[2];
	char byte;
	pid_t child;

	netns_own();
	must_be(pipe(go), 0);
	child = fork();
	if (!child) {
		netns_own();
		leave_everything(k);
		must_be(write(go[1], "x", 1), 1);
		pause();
	}
	must_be(read(go[0], &byte, 1), 1);
	command("ip link add gone0 type veth peer name gone1 netns %d", child);
	must_be(kill(child, SIGKILL), 0);
	await_gone("gone0");
}

/* The socket keeps its namespace, its last process does not. */
static void socket_keeps_it(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	netns_own();
	pattern_send(p.c, 100000, 0, 100000);
	pattern_recv(p.s, 100000, 0, 5000);
	close(p.c);
	pattern_end(p.s);
	close(p.s);
}

/* The far host goes in the middle of a transfer. */
static void far_host_goes(const struct kind *k)
{
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	fill(p.c);
	close(p.s);
	close(p.l);
	command("ip link del near0");
	close(l.far);
	must_be(close(p.c), 0);
}

static const struct test tests[] = {
	TEST(same_port_in_two),
	TEST(not_across),
	TEST(destroyed_with_everything),
	TEST(socket_keeps_it),
	TEST(far_host_goes),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
