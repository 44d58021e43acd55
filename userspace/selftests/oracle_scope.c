// SPDX-License-Identifier: GPL-2.0
/*
 * Link-local addresses, which mean something on one link alone: the scope id
 * tells which, rfc4007. Two cables lie between near and far; on both of them the
 * near host is fe80::ff:fe00:1 and the far one fe80::ff:fe00:2.
 */
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define PORT	5720
#define FROM	5721

static const char *const near_device[] = { "near0", "near1" };
static const char *const far_device[] = { "far0", "far1" };

/* False, told, on the kinds that have no such addresses */
static bool cables(const struct kind *k, struct link *l)
{
	if (k->wire != AF_INET6) {
		tell_text("scope", "only IPv6 has one");
		return false;
	}
	link_open(l);
	link_join(l, "near1", "far1", 2);
	return true;
}

/* The address of a host, 1 near and 2 far; @device is the asker's, or NULL */
static struct addr local(const struct kind *k, int host, unsigned int port,
			 const char *device)
{
	struct addr a = addr_text(k, "0.0.0.0", host == 1 ? "fe80::ff:fe00:1" :
				  "fe80::ff:fe00:2", port);

	a.in6.sin6_scope_id = device ? if_nametoindex(device) : 0;
	return a;
}

static int stream_on(const struct kind *k, const char *device)
{
	int fd = stream_reuse(k);

	if (device)
		must_be(bind_device(fd, device), 0);
	return fd;
}

static void tell_device(int fd)
{
	int index = get_int(fd, SOL_SOCKET, SO_BINDTOIFINDEX);
	char name[IF_NAMESIZE] = "none";

	if (index && !if_indextoname(index, name))
		strcpy(name, "not there");
	tell_text("device", name);
}

static void tell_scope(const char *what, const struct addr *a)
{
	char name[IF_NAMESIZE] = "none";

	if (a->in6.sin6_scope_id)
		must(if_indextoname(a->in6.sin6_scope_id, name));
	tell_text(what, name);
}

/* The scope ids of both ends, by the names of the present host */
static void tell_ends(int fd)
{
	struct addr self = { .len = sizeof(self.ss) };
	struct addr peer = { .len = sizeof(peer.ss) };

	must_be(getsockname(fd, &self.sa, &self.len), 0);
	must_be(getpeername(fd, &peer.sa, &peer.len), 0);
	tell_scope("self", &self);
	tell_scope("peer", &peer);
	tell_device(fd);
}

static int far_listens(const struct kind *k, const struct link *l,
		       unsigned int port)
{
	int fd;

	netns_enter(l->far);
	fd = listen_at(k, addr_any(k, port), NULL);
	netns_enter(l->near);
	return fd;
}

/* The far host connects by one of the cables, from FROM. */
static int far_connects(const struct kind *k, const struct link *l, int cable)
{
	struct addr at = local(k, 1, PORT, NULL), from = local(k, 2, FROM, NULL);
	int c;

	netns_enter(l->far);
	c = stream_on(k, far_device[cable]);
	must_be(do_bind(c, &from), 0);
	tell("connect", do_connect(c, &at));
	netns_enter(l->near);
	return c;
}

static int accepts(int l)
{
	int s = accept(l, NULL, NULL);

	must(s >= 0);
	return s;
}

/* A call of a socket's, and the device that it is bound to by then */
static void told(const char *what, int fd, long (*call)(int, const struct addr *),
		 const struct addr *a)
{
	tell_row("%s", what);
	tell("answer", call(fd, a));
	tell_device(fd);
}

static struct addr scoped(struct addr a, unsigned int index)
{
	a.in6.sin6_scope_id = index;
	return a;
}

/* As those of before rfc2553 have it: it ends before the scope id */
static struct addr cut(struct addr a)
{
	a.len = offsetof(struct sockaddr_in6, sin6_scope_id);
	return a;
}

static void scope_connect(const struct kind *k)
{
	struct addr none, by0, by1, lo, nowhere, global, brief;
	struct link l;
	int fd;

	if (!cables(k, &l))
		return;
	far_listens(k, &l, PORT);
	none = local(k, 2, PORT, NULL);
	by0 = local(k, 2, PORT, "near0");
	by1 = local(k, 2, PORT, "near1");
	lo = local(k, 2, PORT, "lo");
	nowhere = scoped(none, 4321);
	global = scoped(addr_far(k, PORT), 4321);
	brief = cut(by0);
	told("no scope", stream(k), do_connect, &none);
	told("near0", stream(k), do_connect, &by0);
	told("near1", stream(k), do_connect, &by1);
	told("too short for a scope", stream(k), do_connect, &brief);
	told("a global address's", stream(k), do_connect, &global);
	fd = stream(k);
	told("of another device", fd, do_connect, &lo);
	told("then of the right one", fd, do_connect, &by0);
	fd = stream(k);
	told("of no device", fd, do_connect, &nowhere);
	told("then none", fd, do_connect, &none);
	told("device, no scope", stream_on(k, "near1"), do_connect, &none);
	told("device, too short", stream_on(k, "near1"), do_connect, &brief);
	told("device, the same", stream_on(k, "near0"), do_connect, &by0);
	told("device, another", stream_on(k, "near1"), do_connect, &by0);
}

static void scope_bind(const struct kind *k)
{
	struct addr none, by0, by1, peer0, peer1, brief;
	struct link l;
	int fd;

	if (!cables(k, &l))
		return;
	far_listens(k, &l, PORT);
	none = local(k, 1, FROM, NULL);
	by0 = local(k, 1, FROM, "near0");
	by1 = local(k, 1, FROM, "near1");
	peer0 = local(k, 2, PORT, "near0");
	peer1 = local(k, 2, PORT, "near1");
	brief = cut(by0);
	told("no scope", stream(k), do_bind, &none);
	told("too short for a scope", stream(k), do_bind, &brief);
	told("the far host's", stream(k), do_bind, &peer0);
	brief = local(k, 1, FROM, "lo");
	told("of another device", stream(k), do_bind, &brief);
	brief = scoped(none, 4321);
	told("of no device", stream(k), do_bind, &brief);
	told("device, another", stream_on(k, "near1"), do_bind, &by0);
	told("device, no scope", stream_on(k, "near1"), do_bind, &none);
	/* one port of one address, by each cable */
	fd = stream(k);
	told("near0", fd, do_bind, &by0);
	told("near1", stream(k), do_bind, &by1);
	told("twice", stream(k), do_bind, &by0);
	told("then by the other", fd, do_connect, &peer1);
	told("then by its own", fd, do_connect, &peer0);
}

/* What accept() and the names of a connection tell, at both ends */
static void names(const struct kind *k, const struct addr *to, const char *device)
{
	struct addr peer = { .len = sizeof(peer.ss) };
	struct link l;
	int c, fd, s;

	if (!cables(k, &l))
		return;
	fd = listen_at(k, to ? *to : local(k, 1, PORT, device), NULL);
	c = far_connects(k, &l, 1);
	s = accept(fd, &peer.sa, &peer.len);
	must(s >= 0);
	tell_scope("accepted from", &peer);
	tell_ends(s);
	netns_enter(l.far);
	tell_ends(c);
	netns_enter(l.near);
	tell_talk(c, s);
	tell_close(c, s);
}

static void scope_child_of_any(const struct kind *k)
{
	struct addr any = addr_any(k, PORT);

	names(k, &any, NULL);
}

static void scope_child_of_local(const struct kind *k)
{
	names(k, NULL, "near1");
}

static void scope_child_of_cookie(const struct kind *k)
{
	struct link l;
	int c, fd, s;

	if (!cables(k, &l))
		return;
	sysctl(k, "syncookies", "2");
	fd = listen_at(k, addr_any(k, PORT), NULL);
	c = far_connects(k, &l, 1);
	s = accepts(fd);
	tell_ends(s);
	tell_talk(c, s);
}

static void tell_heard(int fd)
{
	char got[2] = "";

	must_be(recv(fd, got, 1, 0), 1);
	tell_text("heard", got);
}

/* The same four-tuple by both cables, to a listener each, or to one for both */
static void twins(const struct kind *k, bool one)
{
	int c[2], s[2], fd[2], i;
	struct link l;

	if (!cables(k, &l))
		return;
	fd[0] = one ? listen_at(k, addr_any(k, PORT), NULL) : -1;
	for (i = 0; i < 2 && !one; i++)
		fd[i] = listen_at(k, local(k, 1, PORT, near_device[i]), NULL);
	for (i = 0; i < 2; i++) {
		c[i] = far_connects(k, &l, i);
		s[i] = accepts(fd[one ? 0 : i]);
		tell_ends(s[i]);
	}
	for (i = 0; i < 2; i++)
		must_be(send(c[i], i ? "b" : "a", 1, 0), 1);
	for (i = 0; i < 2; i++)
		tell_heard(s[i]);
	for (i = 0; i < 2; i++)
		must_be(send(s[i], i ? "d" : "c", 1, 0), 1);
	for (i = 0; i < 2; i++)
		tell_heard(c[i]);
	reset_by(c[0]);
	tell("its peer", do_recv(s[0], 1, 0));
	tell_talk(c[1], s[1]);
}

static void scope_twins(const struct kind *k)
{
	twins(k, false);
}

static void scope_twins_of_one(const struct kind *k)
{
	twins(k, true);
}

/* Of RSTs: nobody listens, an abort, and what comes after the end */
static void scope_refused(const struct kind *k)
{
	struct link l;
	int c, fd, s, i;

	if (!cables(k, &l))
		return;
	for (i = 0; i < 2; i++)
		reset_by(far_connects(k, &l, i));
	fd = listen_at(k, addr_any(k, PORT), NULL);
	c = far_connects(k, &l, 1);
	reset_by(accepts(fd));
	tell("aborted", do_recv(c, 1, 0));
	close(c);
	c = far_connects(k, &l, 0);
	s = accepts(fd);
	close(s);
	tell("end", do_recv(c, 1, 0));
	tell("late", do_send(c, 1, 0));
	while (!(events_now(c) & POLLERR))
		pause_ms(1);
	tell("SO_ERROR", get_int(c, SOL_SOCKET, SO_ERROR));
}

/*
 * TIME-WAIT on one cable is not in the way of the other's SYN, which is refused;
 * its own cable's SYN is answered, and the RST to that answer ends it.
 */
static void scope_time_wait(const struct kind *k)
{
	struct addr own, at;
	struct link l;
	int c, fd, s;

	if (!cables(k, &l))
		return;
	own = local(k, 1, PORT, "near1");
	at = local(k, 2, FROM, "near1");
	fd = far_listens(k, &l, FROM);
	c = stream(k);
	must_be(do_bind(c, &own), 0);
	must_be(do_connect(c, &at), 0);
	s = accepts(fd);
	close(fd);
	close(c);
	must_be(do_recv(s, 1, 0), 0);
	close(s);
	await_state(k, PORT, FROM, TCP_TIME_WAIT);
	/* virtual time may stand still: the next ISN is another than this one */
	pause_ms(1);
	reset_by(far_connects(k, &l, 0));
	tell("state", state_of(k, PORT, FROM));
	netns_enter(l.far);
	s = stream_on(k, "far1");
	own = local(k, 2, FROM, NULL);
	must_be(do_bind(s, &own), 0);
	set_nonblock(s);
	at = local(k, 1, PORT, NULL);
	tell("connect", do_connect(s, &at));
	netns_enter(l.near);
	pause_ms(100);
	tell("state", state_of(k, PORT, FROM));
	reset_by(s);
}

const struct test oracle_scope[] = {
	TEST(scope_connect),
	TEST_FLAGS(scope_bind, SLOW),
	TEST_FLAGS(scope_child_of_any, SLOW),
	TEST_FLAGS(scope_child_of_local, SLOW),
	TEST_FLAGS(scope_child_of_cookie, SLOW),
	TEST(scope_twins),
	TEST_FLAGS(scope_twins_of_one, SLOW),
	TEST_FLAGS(scope_refused, SLOW),
	TEST_FLAGS(scope_time_wait, SLOW),
	{ }
};
