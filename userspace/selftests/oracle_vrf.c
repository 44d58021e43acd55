// SPDX-License-Identifier: GPL-2.0
/*
 * VRFs: routing tables of their own, to which a socket is bound as to a device.
 * The near host is in two that look alike: red by near0, blue by near1, each
 * with a far host of the same addresses. Also marks, which choose a table too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headers.h"
#include "hosts.h"
#include "oracle.h"

#define PORT	5650
#define FROM	5651

struct vrfs {
	int near;
	int far[2];
};

static const char *const colour[] = { "red", "blue" };

/* One VRF, one cable, one host behind it; we are in the near one afterwards. */
static int vrf_open(int i)
{
	int far, near = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	must(near >= 0);
	far = netns_new();
	ip_batch("link add %s type vrf table %d\nlink set %s up\n"
		 "link add near%d type veth peer name far0 netns /proc/%d/fd/%d\n"
		 "link set near%d master %s\n",
		 colour[i], 10 + i, colour[i], i, getpid(), far, i, colour[i]);
	link_configure(i ? "near1" : "near0", 1, 1, 2);
	netns_enter(far);
	link_configure("far0", 1, 2, 1);
	link_await("far0");
	netns_enter(near);
	link_await(i ? "near1" : "near0");
	close(near);
	return far;
}

static void vrfs_open(struct vrfs *v, int n)
{
	int i;

	if (access("/proc/sys/net/ipv4/tcp_l3mdev_accept", F_OK))
		skip("a kernel without VRF");
	netns_own();
	v->near = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < n; i++)
		v->far[i] = vrf_open(i);
}

static void tell_device(int fd)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	must_be(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len), 0);
	tell_text("device", *name ? name : "none");
}

/* From a far host; it refuses by a RST that must find its way, too. */
static int comes(const struct kind *k, const struct vrfs *v, int i)
{
	struct addr at = addr_near(k, PORT);
	int c;

	netns_enter(v->far[i]);
	c = stream(k);
	tell("connect", do_connect(c, &at));
	netns_enter(v->near);
	return c;
}

/* Who listens in a VRF is reached from there alone. */
static void vrf_listener(const struct kind *k)
{
	struct vrfs v;
	int l, s;

	vrfs_open(&v, 2);
	l = listen_at(k, addr_any(k, PORT), "red");
	comes(k, &v, 0);
	s = accept(l, NULL, NULL);
	must(s >= 0);
	tell_device(s);
	tell("send", do_send(s, 1, 0));
	comes(k, &v, 1);
}

/* Who listens in none is reached from all if tcp_l3mdev_accept is set. */
static void vrf_listener_of_none(const struct kind *k)
{
	const char *accepts = "/proc/sys/net/ipv4/tcp_l3mdev_accept";
	struct vrfs v;
	int c, l, s;

	vrfs_open(&v, 1);
	must(write_file(accepts, "0"));
	l = listen_at(k, addr_any(k, PORT), NULL);
	comes(k, &v, 0);
	must(write_file(accepts, "1"));
	c = comes(k, &v, 0);
	s = accept(l, NULL, NULL);
	must(s >= 0);
	tell_device(s);
	tell("send", do_send(s, 5, 0));
	tell("recv", do_recv(c, 5, 0));
}

static void vrf_connect(const struct kind *k)
{
	struct addr far = addr_far(k, PORT), near = addr_near(k, FROM);
	struct vrfs v;
	int c;

	vrfs_open(&v, 1);
	netns_enter(v.far[0]);
	listen_at(k, far, NULL);
	netns_enter(v.near);
	tell("unbound", do_connect(stream(k), &far));
	tell("bind", do_bind(stream(k), &near));
	c = stream(k);
	tell("device", bind_device(c, "red"));
	tell("bind", do_bind(c, &near));
	tell("connect", do_connect(c, &far));
	tell_device(c);
	/* the port that nobody listens on refuses by a RST */
	far = addr_far(k, PORT + 9);
	c = stream(k);
	must_be(bind_device(c, "red"), 0);
	tell("refused", do_connect(c, &far));
}

/* The same two ends twice, and each hears its own peer */
static void vrf_twins(const struct kind *k)
{
	struct addr far = addr_far(k, PORT), near = addr_near(k, FROM);
	int c[2], s[2], l[2], i;
	char got[2];
	struct vrfs v;

	vrfs_open(&v, 2);
	for (i = 0; i < 2; i++) {
		netns_enter(v.far[i]);
		l[i] = listen_at(k, far, NULL);
		netns_enter(v.near);
		c[i] = stream(k);
		must_be(bind_device(c[i], colour[i]), 0);
		tell("bind", do_bind(c[i], &near));
		tell("connect", do_connect(c[i], &far));
		s[i] = accept(l[i], NULL, NULL);
		must(s[i] >= 0);
	}
	for (i = 0; i < 2; i++)
		must_be(send(s[i], i ? "b" : "r", 1, 0), 1);
	for (i = 0; i < 2; i++) {
		must_be(recv(c[i], got, 1, 0), 1);
		got[1] = 0;
		tell_text("heard", got);
	}
	reset_by(c[0]);
	tell("its peer", do_recv(s[0], 1, 0));
	must_be(send(c[1], "x", 1, 0), 1);
	tell("the other's", do_recv(s[1], 1, 0));
}

static void tell_mark(const struct kind *k, int watch, const char *what,
		      unsigned int from, unsigned int flags, bool text)
{
	struct header h;

	headers_await(k, watch, &h, from, flags, text);
	tell(what, h.mark);
}

static int set_mark(int fd, int mark)
{
	return set_int(fd, SOL_SOCKET, SO_MARK, mark);
}

/* Each packet has its socket's mark, whoever sends it. */
static void mark_everywhere(const struct kind *k)
{
	int c, l, s, watch, port;
	struct addr at;

	netns_own();
	watch = headers_watch();
	l = listener(k, &at, 1);
	c = stream(k);
	tell("listener", set_mark(l, 6));
	tell("client", set_mark(c, 5));
	must_be(do_connect(c, &at), 0);
	s = accept(l, NULL, NULL);
	port = port_of(c);
	tell_mark(k, watch, "SYN", 0, SYN, false);
	tell_mark(k, watch, "SYN/ACK", 0, SYN | ACK, false);
	tell("accepted", get_int(s, SOL_SOCKET, SO_MARK));
	must_be(do_send(c, 1, 0), 1);
	tell_mark(k, watch, "text", port, 0, true);
	must_be(do_send(s, 1, 0), 1);
	tell_mark(k, watch, "answer", port_of(l), 0, true);
	tell("changed", set_mark(c, 7));
	must_be(do_send(c, 1, 0), 1);
	tell_mark(k, watch, "text", port, 0, true);
	/* unread text: a RST */
	close(c);
	tell_mark(k, watch, "RST", port, RST | ACK, false);
}

/* What a socket refuses, it refuses by its own mark. */
static void mark_of_reset(const struct kind *k)
{
	int fd, l = hosts_listener(k, 1), watch = headers_watch();
	struct wire_seg s;

	must_be(set_mark(l, 6), 0);
	s = host_syn(HOSTS_PORT);
	s = host_ack(&s, 0);
	s.ack = 77;
	hosts_send(k, &s);
	tell_mark(k, watch, "listener", 0, RST, false);
	must(hosts_hear(k, &s, 1000));
	fd = host_connects(k, l, 9, &s);
	must_be(set_mark(fd, 8), 0);
	close_with_fin(fd);
	must(hosts_hear(k, &s, 1000));
	s = host_ack(&s, 0);
	s.flags |= FIN;
	hosts_send(k, &s);
	tell_mark(k, watch, "last ACK", 0, ACK, false);
	headers_forget(watch);
	hosts_send(k, &s);
	tell_mark(k, watch, "TIME-WAIT", 0, ACK, false);
}

/* To an address of the far host's that only who has the mark, or class, finds */
static void marked_road(const struct kind *k, struct link *l, const char *who)
{
	bool v4 = k->wire == AF_INET;
	char line[64];

	link_open(l);
	snprintf(line, sizeof(line), "ip %s rule add %s lookup 7 2>&-",
		 v4 ? "-4" : "-6", who);
	if (system(line))
		skip("a kernel with one table");
	command("ip %s route add %s via %s table 7", v4 ? "-4" : "-6",
		v4 ? "10.60.0.2/32" : "fd60::2/128", v4 ? "10.1.0.2" : "fd01::2");
	link_far(l, "ip addr add %s dev lo", v4 ? "10.60.0.2/32" : "fd60::2/128");
}

/* A mark leads to a table, and with it to a host that no other way leads to. */
static void mark_routes(const struct kind *k)
{
	struct addr far = addr_text(k, "10.60.0.2", "fd60::2", PORT);
	struct link l;
	int c;

	marked_road(k, &l, "fwmark 5");
	netns_enter(l.far);
	listen_at(k, far, NULL);
	netns_enter(l.near);
	tell("unmarked", do_connect(stream(k), &far));
	c = stream(k);
	must_be(set_mark(c, 5), 0);
	tell("marked", do_connect(c, &far));
	tell("send", do_send(c, 1, 0));
}

/* So it does for the answer to who comes from there. */
static void mark_routes_answers(const struct kind *k)
{
	struct addr near = addr_near(k, PORT);
	struct addr from = addr_text(k, "10.60.0.2", "fd60::2", 0);
	struct link link;
	int c, l, s;

	marked_road(k, &link, "fwmark 5");
	l = listen_at(k, near, NULL);
	must_be(set_mark(l, 5), 0);
	netns_enter(link.far);
	c = stream(k);
	must_be(do_bind(c, &from), 0);
	tell("connect", do_connect(c, &near));
	s = accept(l, NULL, NULL);
	tell("send", do_send(s, 1, 0));
	tell("recv", do_recv(c, 1, 0));
}

static int set_class(const struct kind *k, int fd)
{
	if (k->wire == AF_INET)
		return set_int(fd, IPPROTO_IP, IP_TOS, 0x10);
	return set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, 0x10);
}

/* A class leads to a table who connects, and of IPv4 who answers. */
static void class_routes(const struct kind *k)
{
	struct addr near = addr_near(k, PORT);
	struct addr road = addr_text(k, "10.60.0.2", "fd60::2", PORT);
	struct addr from = addr_text(k, "10.60.0.2", "fd60::2", FROM);
	struct link link;
	int c, l;

	marked_road(k, &link, "tos 0x10");
	l = listen_at(k, near, NULL);
	must_be(set_class(k, l), 0);
	netns_enter(link.far);
	listen_at(k, road, NULL);
	c = stream(k);
	must_be(do_bind(c, &from), 0);
	set_timeout(c, SO_SNDTIMEO, 500);
	tell("answered", do_connect(c, &near));
	netns_enter(link.near);
	tell("without", do_connect(stream(k), &road));
	c = stream(k);
	must_be(set_class(k, c), 0);
	tell("connect", do_connect(c, &road));
}

const struct test oracle_vrf[] = {
	TEST(vrf_listener),
	TEST(vrf_listener_of_none),
	TEST_FLAGS(vrf_connect, MAPPED),
	TEST(vrf_twins),
	TEST(mark_everywhere),
	TEST(mark_of_reset),
	TEST(mark_routes),
	TEST(mark_routes_answers),
	TEST(class_routes),
	{ }
};
