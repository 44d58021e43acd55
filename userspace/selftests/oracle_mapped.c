// SPDX-License-Identifier: GPL-2.0
/*
 * ipv6(7): sockets of IPv6 that speak IPv4, their addresses and options.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#ifndef IPV6_ADDRFORM
#define IPV6_ADDRFORM 1
#endif

/* Plain IPv4, plain IPv6, and IPv6's sockets for IPv4 */
static const struct kind *v4(const struct kind *k)
{
	return &kinds[k->glass ? GLASS4 : TCP4];
}

static const struct kind *v6(const struct kind *k)
{
	return &kinds[k->glass ? GLASS6 : TCP6];
}

static const struct kind *mapped(const struct kind *k)
{
	return &kinds[k->glass ? GLASS46 : TCP46];
}

/* "family address": the port is whatever it is */
static void tell_name(const char *what, const struct addr *a)
{
	char text[INET6_ADDRSTRLEN] = "", told[96];

	inet_ntop(a->sa.sa_family, a->sa.sa_family == AF_INET ?
		  (void *)&a->in.sin_addr : &a->in6.sin6_addr, text,
		  sizeof(text));
	snprintf(told, sizeof(told), "%d %s scope %d of %d octets",
		 a->sa.sa_family, text, a->sa.sa_family == AF_INET6 ?
		 (int)a->in6.sin6_scope_id : 0, a->len);
	tell_text(what, told);
}

static void tell_names(const char *who, int fd)
{
	struct addr a = { .len = sizeof(a.ss) };
	char what[32];

	snprintf(what, sizeof(what), "%s own", who);
	tell(what, getsockname(fd, &a.sa, &a.len));
	tell_name(what, &a);
	a = (struct addr){ .len = sizeof(a.ss) };
	snprintf(what, sizeof(what), "%s peer", who);
	if (getpeername(fd, &a.sa, &a.len))
		tell(what, -1);
	else
		tell_name(what, &a);
}

/* A listener here, a client there: who sees which addresses? */
static void tell_meeting(const char *row, int l, const struct addr *bound,
			 int c, const struct addr *to)
{
	struct addr from = { .len = sizeof(from.ss) }, at = *to;
	int s;

	tell_row("%s", row);
	must_be(do_bind(l, bound), 0);
	must_be(listen(l, 2), 0);
	tell_names("listener", l);
	if (at.sa.sa_family == AF_INET)
		at.in.sin_port = htons(port_of(l));
	else
		at.in6.sin6_port = htons(port_of(l));
	tell("connect", do_connect(c, &at));
	s = accept(l, &from.sa, &from.len);
	must(s >= 0);
	tell_name("accepted", &from);
	tell_names("client", c);
	tell_names("server", s);
	tell("domain", get_int(s, SOL_SOCKET, SO_DOMAIN));
	tell("only", get_int(s, IPPROTO_IPV6, IPV6_V6ONLY));
	tell("mss", get_int(c, IPPROTO_TCP, TCP_MAXSEG) > 1000);
	tell("there", do_send(c, 3, 0));
	tell("arrives", do_recv(s, 3, MSG_WAITALL));
	tell("back", do_send(s, 4, 0));
	tell("arrives", do_recv(c, 4, MSG_WAITALL));
	close(s);
	close(c);
	close(l);
}

static void mapped_names(const struct kind *k)
{
	struct addr dual = addr_any(v6(k), 0), any = addr_any(v4(k), 0);
	struct addr loop4 = addr_loop(v4(k), 0), loop6 = addr_loop(v6(k), 0);
	struct addr loop46 = addr_loop(mapped(k), 0);
	struct addr other46 = addr_other(mapped(k), 0);

	tell_meeting("IPv4 to ::", stream(v6(k)), &dual, stream(v4(k)), &loop4);
	tell_meeting("IPv6 to ::", stream(v6(k)), &dual, stream(v6(k)), &loop6);
	tell_meeting("mapped to ::", stream(v6(k)), &dual, stream(v6(k)),
		     &loop46);
	tell_meeting("mapped to 0.0.0.0", stream(v4(k)), &any, stream(v6(k)),
		     &other46);
	tell_meeting("IPv4 to mapped", stream(v6(k)), &loop46, stream(v4(k)),
		     &loop4);
	tell_meeting("any to ::", stream(v6(k)), &dual, stream(v6(k)), &dual);
}

/* Its address decides what it can reach */
static void mapped_bound_client(const struct kind *k)
{
	struct addr at4, at6, loop6 = addr_loop(v6(k), 0);
	struct addr mine46 = addr_other(mapped(k), 0), at46, any46;
	int fd;

	listener(v4(k), &at4, 8);
	listener(v6(k), &at6, 8);
	at46 = addr_loop(mapped(k), addr_port(&at4));
	any46 = addr_any(v6(k), addr_port(&at4));
	fd = stream(v6(k));
	tell("bind mapped", do_bind(fd, &mine46));
	tell("connect IPv6", do_connect(fd, &at6));
	tell("connect any", do_connect(fd, &any46));
	tell_names("client", fd);
	fd = stream(v6(k));
	tell("bind IPv6", do_bind(fd, &loop6));
	tell("connect mapped", do_connect(fd, &at46));
	tell("connect IPv6", do_connect(fd, &at6));
	tell_names("client", fd);
	fd = stream(v6(k));
	tell("bind mapped", do_bind(fd, &mine46));
	tell("only", set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	tell("connect mapped", do_connect(fd, &at46));
	tell_names("client", fd);
}

static void mapped_refused(const struct kind *k)
{
	struct addr at = addr_loop(mapped(k), 9);
	int fd = stream(v6(k));

	tell("connect", do_connect(fd, &at));
	tell_names("after", fd);
	tell("again", do_connect(fd, &at));
}

static void mapped_only(const struct kind *k)
{
	struct addr at4, at46, mine = addr_loop(mapped(k), 0);
	int fd = stream(v6(k)), zero = 0;

	listener(v4(k), &at4, 8);
	at46 = addr_loop(mapped(k), addr_port(&at4));
	tell("default", get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY));
	tell("set", set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 7));
	tell("is", get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY));
	tell("short", setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, 1));
	tell("bind mapped", do_bind(fd, &mine));
	tell("connect mapped", do_connect(fd, &at46));
	tell("unset", set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
	tell("connect mapped", do_connect(fd, &at46));
	tell("open", set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	fd = stream(v6(k));
	mine = addr_any(v6(k), 0);
	tell("bind", do_bind(fd, &mine));
	tell("bound", set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	tell("on IPv4", set_int(stream(v4(k)), IPPROTO_IPV6, IPV6_V6ONLY, 1));
}

static void mapped_only_sysctl(const struct kind *k)
{
	struct addr any = addr_any(v6(k), 5246), at4 = addr_loop(v4(k), 5246);
	int fd;

	netns_own();
	must(write_file("/proc/sys/net/ipv6/bindv6only", "1"));
	fd = stream(v6(k));
	tell("default", get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY));
	tell("bind", do_bind(fd, &any));
	tell("listen", listen(fd, 2));
	tell("IPv4", do_connect(stream(v4(k)), &at4));
	tell("beside", do_bind(stream(v4(k)), &at4));
}

/* Addresses of IPv4 that nobody has, or many */
static void mapped_bad(const struct kind *k)
{
	static const char *const text[] = {
		"192.0.2.1", "224.0.0.5", "255.255.255.255", "127.255.255.255",
		"0.0.0.1", "240.0.0.1",
	};
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		struct addr a = addr_text(mapped(k), text[i], "", 9);

		tell_row("%s", text[i]);
		tell("bind", do_bind(stream(v6(k)), &a));
		tell("connect", do_connect(stream(v6(k)), &a));
	}
}

/* A mapped connection has IPv4's options and IPv6's */
static void mapped_options(const struct kind *k)
{
	struct pair p;

	pair_open(mapped(k), &p);
	tell("tos", set_int(p.c, IPPROTO_IP, IP_TOS, 0x10));
	tell("is", get_int(p.c, IPPROTO_IP, IP_TOS));
	tell("ttl", set_int(p.c, IPPROTO_IP, IP_TTL, 9));
	tell("is", get_int(p.c, IPPROTO_IP, IP_TTL));
	tell("tclass", set_int(p.c, IPPROTO_IPV6, IPV6_TCLASS, 0x20));
	tell("is", get_int(p.c, IPPROTO_IPV6, IPV6_TCLASS));
	tell("hops", set_int(p.c, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7));
	tell("is", get_int(p.c, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
	tell("tos", get_int(p.c, IPPROTO_IP, IP_TOS));
	tell("mtu", get_int(p.c, IPPROTO_IP, IP_MTU));
	tell("mtu", get_int(p.c, IPPROTO_IPV6, IPV6_MTU));
	tell("send", do_send(p.c, 2, 0));
	tell("recv", do_recv(p.s, 2, MSG_WAITALL));
}

static void mapped_addrform(const struct kind *k)
{
	struct addr at, a;
	struct pair p;
	int fd = stream(v6(k));

	tell("closed", set_int(fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
	pair_open(v6(k), &p);
	tell("IPv6", set_int(p.c, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
	tell("is", get_int(p.c, IPPROTO_IPV6, IPV6_ADDRFORM));
	pair_open(mapped(k), &p);
	tell("is", get_int(p.c, IPPROTO_IPV6, IPV6_ADDRFORM));
	tell("bad", set_int(p.c, IPPROTO_IPV6, IPV6_ADDRFORM, AF_UNIX));
	tell("same", set_int(p.c, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET6));
	tell("mapped", set_int(p.c, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
	tell_names("then", p.c);
	tell_names("peer", p.s);
	tell("domain", get_int(p.c, SOL_SOCKET, SO_DOMAIN));
	tell("again", set_int(p.c, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
	tell("send", do_send(p.c, 2, 0));
	tell("recv", do_recv(p.s, 2, MSG_WAITALL));
	tell("back", do_send(p.s, 2, 0));
	tell("recv", do_recv(p.c, 2, MSG_WAITALL));
	a = (struct addr){ .sa.sa_family = AF_UNSPEC, .len = sizeof(a.sa) };
	tell("disconnect", do_connect(p.c, &a));
	listener(v4(k), &at, 2);
	tell("connect", do_connect(p.c, &at));
	tell_names("at last", p.c);
}

const struct test oracle_mapped[] = {
	TEST_FLAGS(mapped_names, SLOW | ONCE),
	TEST_FLAGS(mapped_bound_client, SLOW | ONCE),
	TEST_FLAGS(mapped_refused, SLOW | ONCE),
	TEST_FLAGS(mapped_only, SLOW | ONCE),
	TEST_FLAGS(mapped_only_sysctl, SLOW | ONCE),
	TEST_FLAGS(mapped_bad, SLOW | ONCE),
	TEST_FLAGS(mapped_options, SLOW | ONCE),
	TEST_FLAGS(mapped_addrform, SLOW | ONCE),
	{ }
};
