// SPDX-License-Identifier: GPL-2.0
/*
 * SO_REUSEPORT: who may share a port.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define USER	1000

static int sharing(const struct kind *k)
{
	int fd = stream(k);

	must_be(set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	return fd;
}

/* What bind() and then listen() say of it, in one word */
static void tell_listen(const char *what, int fd, const struct addr *at)
{
	char text[64];
	int err = do_bind(fd, at) ? errno : 0;

	if (err) {
		snprintf(text, sizeof(text), "bind:%s", strerrorname_np(err));
	} else {
		err = listen(fd, 64) ? errno : 0;
		snprintf(text, sizeof(text), "listen:%s",
			 err ? strerrorname_np(err) : "0");
	}
	tell_text(what, text);
}

static int in_group(const struct kind *k, const struct addr *at)
{
	int fd = sharing(k);

	must_be(do_bind(fd, at), 0);
	must_be(listen(fd, 128), 0);
	return fd;
}

enum sharer { NEITHER, ADDR, PORT, BOTH };

static int sharer(const struct kind *k, enum sharer how)
{
	int fd = stream(k);

	must_be(set_int(fd, SOL_SOCKET, SO_REUSEADDR, how & ADDR), 0);
	must_be(set_int(fd, SOL_SOCKET, SO_REUSEPORT, !!(how & PORT)), 0);
	return fd;
}

/* One listens, another comes: with every set of options on either side */
static void pairs(const struct kind *k, struct addr one, struct addr two)
{
	static const char *const names[] = { "none", "addr", "port", "both" };
	int first, second, a;
	char what[32];

	for (first = NEITHER; first <= BOTH; first++) {
		for (second = NEITHER; second <= BOTH; second++) {
			a = sharer(k, first);
			must_be(do_bind(a, &one), 0);
			must_be(listen(a, 4), 0);
			snprintf(what, sizeof(what), "%s-%s", names[first],
				 names[second]);
			tell_listen(what, sharer(k, second), &two);
			close(a);
			/* the second one keeps its port */
			one.in.sin_port += htons(1);
			two.in.sin_port += htons(1);
		}
	}
}

static void reuseport_same_address(const struct kind *k)
{
	pairs(k, addr_loop(k, 5100), addr_loop(k, 5100));
}

static void reuseport_any_then_one(const struct kind *k)
{
	pairs(k, addr_any(k, 5120), addr_loop(k, 5120));
}

static void reuseport_one_then_any(const struct kind *k)
{
	pairs(k, addr_loop(k, 5140), addr_any(k, 5140));
}

static void reuseport_other_address(const struct kind *k)
{
	pairs(k, addr_loop(k, 5160), addr_other(k, 5160));
}

/* Sockets that are bound and do not listen */
static void reuseport_bound(const struct kind *k)
{
	struct addr a = addr_loop(k, 5180);
	int one = sharer(k, PORT), two = sharer(k, PORT);

	tell("one", do_bind(one, &a));
	tell("two", do_bind(two, &a));
	tell("addr", do_bind(sharer(k, ADDR), &a));
	tell("both", do_bind(sharer(k, BOTH), &a));
	tell("listen two", listen(two, 4));
	tell("listen one", listen(one, 4));
}

/* The option counts when bind() is called, and for who is there already */
static void reuseport_late(const struct kind *k)
{
	struct addr a = addr_loop(k, 5181);
	int one = stream(k), two = stream(k);

	tell("bind one", do_bind(one, &a));
	tell("bind two", do_bind(sharing(k), &a));
	tell("option", set_int(one, SOL_SOCKET, SO_REUSEPORT, 1));
	tell("bind two", do_bind(sharing(k), &a));
	tell("bind plain", do_bind(two, &a));
	tell("option", set_int(two, SOL_SOCKET, SO_REUSEPORT, 1));
	tell("bind two", do_bind(two, &a));
}

static void as_user(int uid)
{
	must_be(seteuid(0), 0);
	must_be(seteuid(uid), 0);
}

/* Nobody takes another user's connections, not even root */
static void reuseport_users(const struct kind *k)
{
	struct addr a = addr_loop(k, 5182), b = addr_loop(k, 5183);
	int fd;

	as_user(USER);
	tell_listen("user", sharing(k), &a);
	as_user(USER + 1);
	tell_listen("another", sharing(k), &a);
	/* The owner is who made the socket. */
	fd = sharing(k);
	as_user(USER);
	tell_listen("made by another", fd, &a);
	tell_listen("user again", sharing(k), &a);
	as_user(0);
	tell_listen("root", sharing(k), &a);
	tell_listen("root", sharing(k), &b);
	as_user(USER);
	tell_listen("user", sharing(k), &b);
	tell_listen("addr and port", sharer(k, BOTH), &b);
}

/* What a group has accepted, or not yet, is no reason to refuse a member */
static void reuseport_user_children(const struct kind *k)
{
	struct addr a = addr_loop(k, 5184);
	int l, s;

	as_user(USER);
	l = in_group(k, &a);
	connected(k, &a);
	tell_listen("one waits", sharing(k), &a);
	s = accept(l, NULL, NULL);
	must(s >= 0);
	tell_listen("accepted", sharing(k), &a);
	as_user(USER + 1);
	tell_listen("another user", sharing(k), &a);
}

/* The other family on the same port, its wildcard its own */
static void reuseport_other_family(const struct kind *k)
{
	const struct kind *other = &kinds[k->af != k->wire ? k->glass ? GLASS6 :
					  TCP6 : (k - kinds) ^ 1];
	struct addr a = addr_any(k, 5185), b = addr_any(other, 5185);
	int one = sharing(k), two = stream(other);

	if (k->wire == AF_INET6)
		set_int(one, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	else
		set_int(two, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	tell_listen("shared", one, &a);
	tell_listen("plain", two, &b);
}

static void reuseport_port_zero(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);
	int one, two, three;

	netns_own();
	must(write_file("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001"));
	one = sharing(k);
	two = sharing(k);
	three = sharing(k);
	tell("one", do_bind(one, &a));
	tell("two", do_bind(two, &a));
	tell("differ", port_of(one) != port_of(two));
	tell("three", do_bind(three, &a));
	tell("unbound", listen(three, 1));
}

/* After one of the group's connections waits in TIME-WAIT */
static void reuseport_time_wait(const struct kind *k)
{
	struct addr a = addr_loop(k, 5186);
	int l = in_group(k, &a), c, s, peer;

	c = connected(k, &a);
	peer = port_of(c);
	s = accept(l, NULL, NULL);
	close(s);
	must_be(do_recv(c, 1, 0), 0);
	close(c);
	close(l);
	await_state(k, 5186, peer, TCP_TIME_WAIT);
	tell_listen("plain", stream(k), &a);
	tell_listen("addr", stream_reuse(k), &a);
	as_user(USER);
	tell_listen("user", sharing(k), &a);
	as_user(0);
	tell_listen("port", sharing(k), &a);
}

const struct test oracle_reuseport[] = {
	TEST(reuseport_same_address),
	TEST(reuseport_any_then_one),
	TEST(reuseport_one_then_any),
	TEST(reuseport_other_address),
	TEST(reuseport_bound),
	TEST(reuseport_late),
	TEST(reuseport_users),
	TEST(reuseport_user_children),
	TEST(reuseport_other_family),
	TEST(reuseport_port_zero),
	TEST(reuseport_time_wait),
	{ }
};
