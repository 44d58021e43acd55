// SPDX-License-Identifier: GPL-2.0
/*
 * SO_BINDTODEVICE: which listener a device leads to, which device a connection
 * takes. Two cables lie between near and far, numbers 1 and 2.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define PORT	5600
#define FROM	5601

static void cables(struct link *l)
{
	link_open(l);
	link_join(l, "near1", "far1", 2);
}

static struct addr near_by(const struct kind *k, int cable, unsigned int port)
{
	return cable == 1 ? addr_near(k, port) :
		addr_text(k, "10.2.0.1", "fd02::1", port);
}

/* The same, and accept() does not wait */
static int listens(const struct kind *k, struct addr at, const char *device)
{
	int fd = listen_at(k, at, device);

	set_nonblock(fd);
	return fd;
}

/* From the far host by a cable, or from the near one by none */
static int comes(const struct kind *k, const struct link *l, int cable)
{
	struct addr at = cable ? near_by(k, cable, PORT) : addr_loop(k, PORT);
	int c;

	if (cable)
		netns_enter(l->far);
	c = stream(k);
	tell("connect", do_connect(c, &at));
	netns_enter(l->near);
	return c;
}

/* A handshake's ACK may be on its way still: wait for it, a second at most. */
static void arrives(int l1, int l2)
{
	struct pollfd p[] = {
		{ .fd = l1, .events = POLLIN }, { .fd = l2, .events = POLLIN },
	};

	poll(p, 2, 1000);
}

/* Which of the listeners has it? */
static void tell_taker(const char *name1, int l1, const char *name2, int l2)
{
	arrives(l1, l2);
	if (!do_accept(l1))
		tell_text("taken by", name1);
	else if (l2 >= 0 && !do_accept(l2))
		tell_text("taken by", name2);
	else
		tell_text("taken by", "nobody");
}

/* One for each device, none for the rest */
static void device_own_listener(const struct kind *k)
{
	int one, two, cable;
	struct link l;

	cables(&l);
	one = listens(k, addr_any(k, PORT), "near0");
	two = listens(k, addr_any(k, PORT), "near1");
	for (cable = 0; cable <= 2; cable++) {
		comes(k, &l, cable);
		tell_taker("near0", one, "near1", two);
	}
}

/* A device is nearer than none; both ports are bound before either listens */
static void device_before_none(const struct kind *k)
{
	struct addr any = addr_any(k, PORT);
	int bound, free, cable;
	struct link l;

	cables(&l);
	bound = stream(k);
	free = stream(k);
	must_be(set_int(bound, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	must_be(set_int(free, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	must_be(bind_device(bound, "near0"), 0);
	tell("bind", do_bind(bound, &any));
	tell("bind", do_bind(free, &any));
	/* TCP takes the first group that it meets: leave it no group */
	set_int(bound, SOL_SOCKET, SO_REUSEPORT, 0);
	set_int(free, SOL_SOCKET, SO_REUSEPORT, 0);
	tell("listen", listen(bound, 8));
	tell("listen", listen(free, 8));
	set_nonblock(bound);
	set_nonblock(free);
	for (cable = 0; cable <= 2; cable++) {
		comes(k, &l, cable);
		tell_taker("near0", bound, "any", free);
	}
}

/* Device or not, an address of its own is nearer than any */
static void device_after_address(const struct kind *k)
{
	struct addr any = addr_any(k, PORT);
	int bound, one;
	struct link l;

	cables(&l);
	bound = stream(k);
	one = stream(k);
	must_be(set_int(bound, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	must_be(set_int(one, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	must_be(bind_device(bound, "near0"), 0);
	tell("bind", do_bind(bound, &any));
	any = near_by(k, 1, PORT);
	tell("bind", do_bind(one, &any));
	tell("listen", listen(bound, 8));
	tell("listen", listen(one, 8));
	set_nonblock(bound);
	set_nonblock(one);
	comes(k, &l, 1);
	tell_taker("device", bound, "address", one);
	close(one);
	comes(k, &l, 1);
	tell_taker("device", bound, NULL, -1);
}

/* Two devices are two places; none is everywhere */
static void device_conflicts(const struct kind *k)
{
	struct addr any = addr_any(k, PORT), loop = addr_loop(k, PORT);
	int one, two, three;
	struct link l;

	cables(&l);
	one = stream(k);
	two = stream(k);
	three = stream(k);
	must_be(bind_device(one, "near0"), 0);
	must_be(bind_device(two, "near1"), 0);
	tell("one", do_bind(one, &any));
	tell("two", do_bind(two, &any));
	tell("none", do_bind(three, &any));
	tell("loop", do_bind(three, &loop));
	must_be(bind_device(three, "near0"), 0);
	tell("same", do_bind(three, &any));
	tell("listen", listen(one, 1));
	tell("listen", listen(two, 1));
	/* moved where somebody else is */
	tell("move", bind_device(two, "near0"));
	close(one);
	tell("same", do_bind(three, &any));
}

/* What is bound to it after listen() counts too, and what is freed of it */
static void device_listener_moves(const struct kind *k)
{
	struct link l;
	int fd, cable;

	cables(&l);
	fd = listens(k, addr_any(k, PORT), NULL);
	tell("bind", bind_device(fd, "near0"));
	for (cable = 0; cable <= 2; cable++)
		comes(k, &l, cable);
	tell("free", bind_device(fd, ""));
	for (cable = 0; cable <= 2; cable++)
		comes(k, &l, cable);
}

/* A child is bound as its listener is; the answer goes there as well */
static void device_of_child(const struct kind *k)
{
	char name[16] = "";
	socklen_t len = sizeof(name);
	struct link l;
	int fd, c, s;

	cables(&l);
	fd = listens(k, addr_any(k, PORT), "near0");
	c = comes(k, &l, 1);
	arrives(fd, -1);
	s = accept(fd, NULL, NULL);
	tell("name", getsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, name, &len));
	tell_text("is", name);
	tell("send", do_send(c, 5, 0));
	tell("recv", do_recv(s, 5, MSG_WAITALL));
	tell("send", do_send(s, 7, 0));
	tell("recv", do_recv(c, 7, MSG_WAITALL));
}

/* The address says cable 1, the device says 2: the device decides */
static void device_connects(const struct kind *k)
{
	struct addr far = addr_far(k, PORT);
	long before[2];
	struct link l;
	int c, s, fd;

	cables(&l);
	command("ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 dev near1");
	command("ip neigh add fd01::2 lladdr 02:00:00:00:00:02 dev near1");
	command("ip -6 route add fd01::2 dev near1 metric 5000");
	netns_enter(l.far);
	fd = listens(k, addr_any(k, PORT), NULL);
	netns_enter(l.near);
	c = stream(k);
	must_be(bind_device(c, "near1"), 0);
	before[0] = packets_on("near0");
	before[1] = packets_on("near1");
	tell("connect", do_connect(c, &far));
	arrives(fd, -1);
	s = accept(fd, NULL, NULL);
	tell("accept", s >= 0);
	tell("send", do_send(c, 5, 0));
	tell("recv", do_recv(s, 5, MSG_WAITALL));
	tell("back", do_send(s, 6, 0));
	tell("recv", do_recv(c, 6, MSG_WAITALL));
	tell("by 1", packets_on("near0") - before[0] >= 3);
	tell("by 2", packets_on("near1") - before[1] >= 3);
}

/* A connection of the far host, from FROM, is in TIME-WAIT at the near one */
static void to_time_wait(const struct kind *k, const struct link *l)
{
	struct addr at = addr_near(k, PORT), from = addr_far(k, FROM);
	int fd = listens(k, addr_any(k, PORT), NULL), c, s;

	netns_enter(l->far);
	c = stream_reuse(k);
	must_be(do_bind(c, &from), 0);
	must_be(do_connect(c, &at), 0);
	netns_enter(l->near);
	await(fd, POLLIN);
	s = accept(fd, NULL, NULL);
	must(s >= 0);
	close(s);
	must_be(do_recv(c, 1, 0), 0);
	close(c);
	close(fd);
	await_state(k, PORT, FROM, TCP_TIME_WAIT);
	/* Time for a later ISN */
	pause_ms(50);
}

/* The same ends again, within less than a second SYN would take */
static long comes_again(const struct kind *k, const struct link *l)
{
	struct addr at = addr_near(k, PORT), from = addr_far(k, FROM);
	long answer;
	int c;

	netns_enter(l->far);
	c = stream_reuse(k);
	must_be(do_bind(c, &from), 0);
	set_timeout(c, SO_SNDTIMEO, 500);
	answer = do_connect(c, &at);
	netns_enter(l->near);
	return answer;
}

/*
 * The old connection was bound to no device, the listener is: whether it is
 * one for this SYN, the SYN's device tells.
 */
static void device_after_time_wait(const struct kind *k)
{
	struct link l;
	int fd;

	cables(&l);
	to_time_wait(k, &l);
	fd = listens(k, addr_any(k, PORT), "near0");
	tell("connect", comes_again(k, &l));
	arrives(fd, -1);
	tell("accept", do_accept(fd));
}

static void device_other_after_time_wait(const struct kind *k)
{
	struct link l;
	int fd;

	cables(&l);
	to_time_wait(k, &l);
	fd = listens(k, addr_any(k, PORT), "near1");
	tell("connected", !comes_again(k, &l));
	arrives(fd, -1);
	tell("accept", do_accept(fd));
}

/* Two groups on one port, each on its own device */
static void device_groups(const struct kind *k)
{
	struct addr any = addr_any(k, PORT);
	struct link l;
	int fd[4], i;

	cables(&l);
	for (i = 0; i < 4; i++) {
		fd[i] = stream(k);
		must_be(set_int(fd[i], SOL_SOCKET, SO_REUSEPORT, 1), 0);
		must_be(bind_device(fd[i], i < 2 ? "near0" : "near1"), 0);
		must_be(do_bind(fd[i], &any), 0);
		must_be(listen(fd[i], 64), 0);
		set_nonblock(fd[i]);
	}
	for (i = 0; i < 16; i++)
		comes(k, &l, 1 + i % 2);
	for (i = 0; i < 8; i++) {
		arrives(fd[0], fd[1]);
		tell("near0", do_accept(fd[0]) && do_accept(fd[1]));
	}
	for (i = 0; i < 8; i++) {
		arrives(fd[2], fd[3]);
		tell("near1", do_accept(fd[2]) && do_accept(fd[3]));
	}
}

const struct test oracle_device[] = {
	TEST_FLAGS(device_own_listener, SLOW | PROTO),
	TEST_FLAGS(device_before_none, SLOW | PROTO),
	TEST_FLAGS(device_after_address, SLOW | PROTO),
	TEST_FLAGS(device_conflicts, SLOW | PROTO),
	TEST_FLAGS(device_listener_moves, SLOW | PROTO),
	TEST_FLAGS(device_of_child, SLOW | PROTO),
	TEST_FLAGS(device_connects, SLOW | PROTO),
	TEST_FLAGS(device_after_time_wait, SLOW | PROTO),
	TEST_FLAGS(device_other_after_time_wait, SLOW | PROTO),
	TEST_FLAGS(device_groups, SLOW | PROTO),
	{ }
};
