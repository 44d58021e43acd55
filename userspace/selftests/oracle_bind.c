// SPDX-License-Identifier: GPL-2.0
/*
 * bind(): addresses, ports, rights.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

static void bind_twice(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);
	int fd = stream(k);

	tell("bind", do_bind(fd, &a));
	tell("again", do_bind(fd, &a));
}

static void bind_not_local(const struct kind *k)
{
	struct addr a = addr_text(k, "192.0.2.1", "2001:db8::1", 0);

	tell("bind", do_bind(stream(k), &a));
}

static void bind_freebind(const struct kind *k)
{
	struct addr a = addr_text(k, "192.0.2.1", "2001:db8::1", 0);
	int fd = stream(k);

	if (k->af == AF_INET)
		tell("option", set_int(fd, IPPROTO_IP, IP_FREEBIND, 1));
	else
		tell("option", set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1));
	tell("bind", do_bind(fd, &a));
}

static void bind_multicast(const struct kind *k)
{
	struct addr a = addr_text(k, "224.0.0.5", "ff02::5", 0);

	tell("bind", do_bind(stream(k), &a));
}

static void bind_broadcast(const struct kind *k)
{
	struct addr a = addr_text(k, "255.255.255.255", "ff01::1", 0);

	tell("bind", do_bind(stream(k), &a));
}

static void bind_privileged(const struct kind *k)
{
	struct addr a = addr_loop(k, 80);
	struct addr last = addr_loop(k, 1023);
	struct addr first = addr_loop(k, 1024);

	must_be(setresuid(65534, 65534, 65534), 0);
	tell("80", do_bind(stream(k), &a));
	tell("1023", do_bind(stream(k), &last));
	tell("1024", do_bind(stream(k), &first));
}

static void bind_privileged_root(const struct kind *k)
{
	struct addr a = addr_loop(k, 80);

	tell("80", do_bind(stream(k), &a));
}

static void unprivileged_use(const struct kind *k)
{
	struct pair p;

	must_be(setresuid(65534, 65534, 65534), 0);
	pair_open(k, &p);
	tell("send", do_send(p.c, 5, 0));
	tell("recv", do_recv(p.s, 5, MSG_WAITALL));
}

static void bind_family(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);
	int fd = stream(k);

	a.sa.sa_family = AF_UNIX;
	tell("unix", do_bind(fd, &a));
	a.sa.sa_family = k->af == AF_INET ? AF_INET6 : AF_INET;
	a.len = sizeof(a.ss);
	tell("other", do_bind(fd, &a));
}

static void bind_unspec(const struct kind *k)
{
	struct addr any = addr_any(k, 0), loop = addr_loop(k, 0);

	any.sa.sa_family = AF_UNSPEC;
	loop.sa.sa_family = AF_UNSPEC;
	tell("any", do_bind(stream(k), &any));
	tell("loop", do_bind(stream(k), &loop));
}

static void bind_short(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);
	int fd = stream(k);

	tell("0", bind(fd, &a.sa, 0));
	tell("2", bind(fd, &a.sa, 2));
	tell("15", bind(fd, &a.sa, 15));
	/* An IPv6 address without its scope is old, and good. */
	tell("24", bind(fd, &a.sa, 24));
}

static void bind_long(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);
	int fd = stream(k);

	tell("129", bind(fd, &a.sa, sizeof(a.ss) + 1));
	tell("-1", bind(fd, &a.sa, -1));
	tell("128", bind(fd, &a.sa, sizeof(a.ss)));
}

static void bind_fault(const struct kind *k)
{
	tell("bind", bind(stream(k), (struct sockaddr *)8, sizeof(struct sockaddr_in6)));
}

static void bind_port_zero(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);
	int one = stream(k), two = stream(k);

	tell("one", do_bind(one, &a));
	tell("two", do_bind(two, &a));
	tell("differ", port_of(one) != port_of(two));
	tell("range", port_of(one) >= 32768 && port_of(one) <= 60999);
}

static void bind_used(const struct kind *k)
{
	struct addr a = addr_loop(k, 5001);
	int fd = stream(k);

	tell("one", do_bind(fd, &a));
	tell("two", do_bind(stream(k), &a));
	close(fd);
	tell("after close", do_bind(stream(k), &a));
}

static void bind_any_then_one(const struct kind *k)
{
	struct addr any = addr_any(k, 5002), loop = addr_loop(k, 5002);

	tell("any", do_bind(stream(k), &any));
	tell("loop", do_bind(stream(k), &loop));
}

static void bind_one_then_any(const struct kind *k)
{
	struct addr any = addr_any(k, 5003), loop = addr_loop(k, 5003);

	tell("loop", do_bind(stream(k), &loop));
	tell("any", do_bind(stream(k), &any));
}

static void bind_two_addresses(const struct kind *k)
{
	struct addr loop = addr_loop(k, 5004), other = addr_other(k, 5004);

	tell("loop", do_bind(stream(k), &loop));
	tell("other", do_bind(stream(k), &other));
}

static void bind_connected(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);
	struct pair p;

	pair_open(k, &p);
	tell("client", do_bind(p.c, &a));
	tell("server", do_bind(p.s, &a));
	tell("listener", do_bind(p.l, &a));
}

static void bind_exhausted(const struct kind *k)
{
	struct addr a = addr_loop(k, 0);

	netns_own();
	must(write_file("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001"));
	tell("one", do_bind(stream(k), &a));
	tell("two", do_bind(stream(k), &a));
	tell("three", do_bind(stream(k), &a));
}

const struct test oracle_bind[] = {
	TEST(bind_twice),
	TEST(bind_not_local),
	TEST(bind_freebind),
	TEST(bind_multicast),
	TEST(bind_broadcast),
	TEST(bind_privileged),
	TEST(bind_privileged_root),
	TEST(unprivileged_use),
	TEST(bind_family),
	TEST(bind_unspec),
	TEST(bind_short),
	TEST(bind_long),
	TEST(bind_fault),
	TEST(bind_port_zero),
	TEST(bind_used),
	TEST(bind_any_then_one),
	TEST(bind_one_then_any),
	TEST(bind_two_addresses),
	TEST(bind_connected),
	TEST(bind_exhausted),
	{ }
};
