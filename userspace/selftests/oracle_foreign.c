// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses that are not this host's: IP_FREEBIND, IP_TRANSPARENT and their
 * twins in IPv6. FOREIGN is routed to the near host, which delivers to
 * itself what comes there by the cable, and yet has no such address.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define PORT	5700
#define FROM	5701

enum liberty { NONE, FREE, TRANSPARENT };

static struct addr foreign(const struct kind *k, unsigned int port)
{
	return addr_text(k, "192.0.2.1", "2001:db8::1", port);
}

static long allow(const struct kind *k, int fd, enum liberty how)
{
	if (how == NONE)
		return 0;
	if (k->af == AF_INET)
		return set_int(fd, IPPROTO_IP, how == FREE ? IP_FREEBIND :
			       IP_TRANSPARENT, 1);
	return set_int(fd, IPPROTO_IPV6, how == FREE ? IPV6_FREEBIND :
		       IPV6_TRANSPARENT, 1);
}

static int allowed(const struct kind *k, enum liberty how)
{
	int fd = stream_reuse(k);

	must_be(allow(k, fd, how), 0);
	set_timeout(fd, SO_SNDTIMEO, 500);
	return fd;
}

/* What the far host sends to FOREIGN is delivered here */
static void divert(struct link *l)
{
	link_open(l);
	/* In IPv6 a route makes no address one's own: any table will do. */
	ip_batch("rule add dev near0 lookup 100\n"
		 "route add local 192.0.2.0/24 dev lo table 100\n"
		 "route add local 2001:db8::/64 dev lo\n");
	netns_enter(l->far);
	ip_batch("route add 192.0.2.0/24 via 10.1.0.1\n"
		 "route add 2001:db8::/64 via fd01::1\n");
	netns_enter(l->near);
	/* it routes, as a host between others does */
	must(write_file("/proc/sys/net/ipv4/ip_forward", "1"));
}

static void tell_name(const char *what, int fd, bool peer,
		      const struct addr *want)
{
	struct addr a = { .len = sizeof(a.ss) };
	long err = peer ? getpeername(fd, &a.sa, &a.len) :
			  getsockname(fd, &a.sa, &a.len);
	bool same = a.sa.sa_family == AF_INET ?
		a.in.sin_addr.s_addr == want->in.sin_addr.s_addr :
		!memcmp(&a.in6.sin6_addr, &want->in6.sin6_addr, 16);

	tell(what, err ? err : same);
}

static void foreign_bind(const struct kind *k)
{
	struct addr a = foreign(k, 0);

	tell("none", do_bind(allowed(k, NONE), &a));
	tell("free", do_bind(allowed(k, FREE), &a));
	tell("transparent", do_bind(allowed(k, TRANSPARENT), &a));
}

static void foreign_unprivileged(const struct kind *k)
{
	struct addr a = foreign(k, 0);
	int fd;

	must_be(setresuid(65534, 65534, 65534), 0);
	fd = stream(k);
	tell("transparent", allow(k, fd, TRANSPARENT));
	tell("bind", do_bind(fd, &a));
	tell("free", allow(k, fd, FREE));
	tell("bind", do_bind(fd, &a));
}

static void foreign_sysctl(const struct kind *k)
{
	struct addr a = foreign(k, 0);

	netns_own();
	must(write_file(k->wire == AF_INET ?
			"/proc/sys/net/ipv4/ip_nonlocal_bind" :
			"/proc/sys/net/ipv6/ip_nonlocal_bind", "1"));
	tell("none", do_bind(allowed(k, NONE), &a));
}

/* On one host, with nobody to route the answer */
static void foreign_connect_loop(const struct kind *k)
{
	struct addr a = foreign(k, 0), at;
	int how, fd;

	netns_own();
	listener(k, &at, 4);
	for (how = FREE; how <= TRANSPARENT; how++) {
		fd = allowed(k, how);
		tell("bind", do_bind(fd, &a));
		tell("connect", do_connect(fd, &at));
		reset_by(fd);
	}
}

static int listens(const struct kind *k, enum liberty how, struct addr at)
{
	int fd = allowed(k, how);

	tell("bind", do_bind(fd, &at));
	tell("listen", listen(fd, 8));
	set_nonblock(fd);
	return fd;
}

static int accepts(int fd)
{
	int s;

	await(fd, POLLIN);
	s = accept(fd, NULL, NULL);
	tell("accept", s >= 0);
	return s;
}

static int far_connects(const struct kind *k, const struct link *l,
			struct addr at, unsigned int port)
{
	struct addr from = addr_far(k, port);
	int c;

	netns_enter(l->far);
	c = allowed(k, NONE);
	must_be(do_bind(c, &from), 0);
	tell("connect", do_connect(c, &at));
	netns_enter(l->near);
	return c;
}

/* The far host means FOREIGN, and speaks with the near one */
static void listens_as(const struct kind *k, enum liberty how, bool any)
{
	struct addr at = foreign(k, PORT), to = addr_any(k, PORT);
	struct link l;
	int fd, c, s;

	divert(&l);
	fd = listens(k, how, any ? to : at);
	c = far_connects(k, &l, at, 0);
	await(fd, POLLIN);
	s = accept(fd, NULL, NULL);
	if (s < 0) {
		tell("accept", s);
		reset_by(c);
		return;
	}
	tell_name("is", s, false, &at);
	tell_talk(c, s);
	tell_close(c, s);
}

static void foreign_listen_transparent(const struct kind *k)
{
	listens_as(k, TRANSPARENT, false);
}

static void foreign_listen_transparent_any(const struct kind *k)
{
	listens_as(k, TRANSPARENT, true);
}

/* Two answers that never come: nobody may send from there */
static void foreign_listen_none_any(const struct kind *k)
{
	struct addr at = foreign(k, PORT);
	struct link l;
	int c;

	divert(&l);
	listens(k, NONE, addr_any(k, PORT));
	c = far_connects(k, &l, at, 0);
	reset_by(c);
}

static void foreign_listen_free(const struct kind *k)
{
	struct addr at = foreign(k, PORT);
	struct link l;
	int c;

	divert(&l);
	listens(k, FREE, at);
	c = far_connects(k, &l, at, 0);
	reset_by(c);
}

static void foreign_listen_cookie(const struct kind *k)
{
	struct addr at = foreign(k, PORT);
	struct link l;
	int fd, c, s;

	divert(&l);
	sysctl(k, "syncookies", "2");
	fd = listens(k, TRANSPARENT, addr_any(k, PORT));
	c = far_connects(k, &l, at, 0);
	s = accepts(fd);
	tell_talk(c, s);
}

/* Nobody listens: who refuses in the name of another? */
static void foreign_refused(const struct kind *k)
{
	struct addr at = foreign(k, PORT);
	struct link l;

	divert(&l);
	reset_by(far_connects(k, &l, at, 0));
}

/* From FOREIGN to the far host; the near one closes first, then they meet */
static void foreign_connect_far(const struct kind *k)
{
	struct addr at = addr_far(k, FROM), own = foreign(k, PORT);
	struct link l;
	int fd, c, s;

	divert(&l);
	netns_enter(l.far);
	fd = listens(k, NONE, at);
	netns_enter(l.near);
	c = allowed(k, TRANSPARENT);
	tell("bind", do_bind(c, &own));
	tell("connect", do_connect(c, &at));
	s = accepts(fd);
	tell_name("peer is", s, true, &own);
	tell_talk(c, s);
	close(fd);
	close(c);
	tell("end", do_recv(s, 1, 0));
	close(s);
	await_state(k, PORT, FROM, TCP_TIME_WAIT);
	/*
	 * What TIME-WAIT answers to the far host's SYN leaves from FOREIGN
	 * too. It answers the answer with a RST, which ends TIME-WAIT.
	 */
	netns_enter(l.far);
	s = stream_reuse(k);
	must_be(do_bind(s, &at), 0);
	set_nonblock(s);
	tell("connect", do_connect(s, &own));
	netns_enter(l.near);
	pause_ms(100);
	tell("state", state_of(k, PORT, FROM));
	reset_by(s);
}

/* The abort is heard: it too leaves from FOREIGN */
static void foreign_abort(const struct kind *k)
{
	struct addr at = foreign(k, PORT);
	struct link l;
	int fd, c, s;

	divert(&l);
	fd = listens(k, TRANSPARENT, at);
	c = far_connects(k, &l, at, 0);
	s = accepts(fd);
	reset_by(s);
	set_timeout(c, SO_RCVTIMEO, 500);
	tell("recv", do_recv(c, 1, 0));
}

/* What comes after the end is refused as loudly as before it */
static void foreign_late(const struct kind *k)
{
	struct addr at = foreign(k, PORT);
	struct link l;
	int fd, c, s;

	divert(&l);
	fd = listens(k, TRANSPARENT, at);
	c = far_connects(k, &l, at, 0);
	s = accepts(fd);
	close(s);
	tell("end", do_recv(c, 1, 0));
	tell("send", do_send(c, 1, 0));
	set_timeout(c, SO_RCVTIMEO, 500);
	pause_ms(100);
	tell("SO_ERROR", get_int(c, SOL_SOCKET, SO_ERROR));
}

const struct test oracle_foreign[] = {
	TEST_FLAGS(foreign_bind, SLOW),
	TEST_FLAGS(foreign_unprivileged, SLOW),
	TEST_FLAGS(foreign_sysctl, SLOW),
	TEST_FLAGS(foreign_connect_loop, SLOW),
	TEST_FLAGS(foreign_listen_transparent, SLOW | PROTO),
	TEST_FLAGS(foreign_listen_transparent_any, SLOW | PROTO),
	TEST_FLAGS(foreign_listen_none_any, SLOW | PROTO),
	TEST_FLAGS(foreign_listen_free, SLOW | PROTO),
	TEST_FLAGS(foreign_listen_cookie, SLOW | PROTO),
	TEST_FLAGS(foreign_refused, SLOW | PROTO),
	TEST_FLAGS(foreign_connect_far, SLOW | PROTO),
	TEST_FLAGS(foreign_abort, SLOW | PROTO),
	TEST_FLAGS(foreign_late, SLOW | PROTO),
	{ }
};
