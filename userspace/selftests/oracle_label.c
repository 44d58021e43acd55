// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6's flow labels: chosen by the kernel, by the program that leased one, or
 * by the peer, rfc6437.
 */
#include <errno.h>
#include <linux/in6.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "headers.h"
#include "hosts.h"
#include "oracle.h"

/* <netinet/in.h> has no such names, and does not go with <linux/ipv6.h>. */
#define FLOWLABEL_MGR	32
#define FLOWINFO_SEND	33
#define AUTOFLOWLABEL	70

#define HOST	9
#define LABEL	0x12345

static bool no_label(const struct kind *k)
{
	if (k->wire != AF_INET6)
		tell_text("label", "only IPv6 has one");
	return k->wire != AF_INET6;
}

static uint32_t label_of(const struct kind *k, int watch, unsigned int from,
			 unsigned int flags, bool text)
{
	struct header h;

	headers_await(k, watch, &h, from, flags, text);
	return h.label;
}

/* One label for each direction, from the first packet to TIME-WAIT */
static void label_auto(const struct kind *k)
{
	int c, l, s, watch, port;
	uint32_t there, back;
	struct addr at;

	if (no_label(k))
		return;
	netns_own();
	watch = headers_watch();
	l = listener(k, &at, 1);
	c = connected(k, &at);
	port = port_of(c);
	s = accept(l, NULL, NULL);
	there = label_of(k, watch, 0, SYN, false);
	back = label_of(k, watch, 0, SYN | ACK, false);
	tell("there is one", there && back);
	send_octet(c);
	tell("text has it", label_of(k, watch, port, 0, true) == there);
	send_octet(s);
	tell("answer has it", label_of(k, watch, port_of(l), 0, true) == back);
	must_be(do_recv(c, 1, 0), 1);
	close(c);
	must_be(do_recv(s, 1, 0), 1);
	must_be(do_recv(s, 1, 0), 0);
	close(s);
	tell("FIN", label_of(k, watch, port, FIN | ACK, false) == there);
	tell("FIN", label_of(k, watch, port_of(l), FIN | ACK, false) == back);
}

static void label_auto_off(const struct kind *k)
{
	int c, watch;
	struct addr at;

	if (no_label(k))
		return;
	netns_own();
	watch = headers_watch();
	listener(k, &at, 1);
	c = stream(k);
	tell("fresh", get_int(c, IPPROTO_IPV6, AUTOFLOWLABEL));
	tell("off", set_int(c, IPPROTO_IPV6, AUTOFLOWLABEL, 0));
	must_be(do_connect(c, &at), 0);
	tell("SYN", label_of(k, watch, 0, SYN, false));
	tell("SYN/ACK", !!label_of(k, watch, 0, SYN | ACK, false));
	send_octet(c);
	tell("text", label_of(k, watch, port_of(c), 0, true));
}

/* Another path may be better than one that loses everything. */
static void label_after_timeout(const struct kind *k)
{
	struct addr at = addr_silent(k, 5000);
	uint32_t first;
	int c, watch;

	if (no_label(k))
		return;
	netns_own();
	watch = headers_watch();
	c = stream(k);
	set_nonblock(c);
	tell("connect", do_connect(c, &at));
	first = label_of(k, watch, 0, SYN, false);
	tell("another", label_of(k, watch, 0, SYN, false) != first);
}

static int manage(int fd, uint32_t label, int action, int flags, int share)
{
	struct in6_flowlabel_req ask = {
		.flr_label = htonl(label), .flr_action = action,
		.flr_share = share, .flr_flags = flags, .flr_linger = 6,
		.flr_dst = IN6ADDR_LOOPBACK_INIT,
	};

	return setsockopt(fd, IPPROTO_IPV6, FLOWLABEL_MGR, &ask, sizeof(ask));
}

static long label_now(int fd, int flags)
{
	struct in6_flowlabel_req ask = {
		.flr_action = IPV6_FL_A_GET, .flr_flags = flags,
	};
	socklen_t len = sizeof(ask);

	if (getsockopt(fd, IPPROTO_IPV6, FLOWLABEL_MGR, &ask, &len))
		return -1;
	return ntohl(ask.flr_label);
}

/* connect() is told the label that the program leased. */
static void label_leased(const struct kind *k)
{
	int c, l, s, watch;
	struct addr at, to;

	if (no_label(k))
		return;
	netns_own();
	watch = headers_watch();
	l = listener(k, &at, 4);
	to = at;
	to.in6.sin6_flowinfo = htonl(0x4800000 | LABEL);
	/* who does not say so does not send it */
	c = stream(k);
	tell("unsaid", do_connect(c, &to));
	tell("SYN", label_of(k, watch, 0, SYN, false) == LABEL);
	c = stream(k);
	tell("say so", set_int(c, IPPROTO_IPV6, FLOWINFO_SEND, 1));
	tell("lease", manage(c, LABEL, IPV6_FL_A_GET, IPV6_FL_F_CREATE,
			     IPV6_FL_S_EXCL));
	headers_forget(watch);
	tell("connect", do_connect(c, &to));
	close(accept(l, NULL, NULL));
	s = accept(l, NULL, NULL);
	tell("SYN", label_of(k, watch, 0, SYN, false));
	send_octet(c);
	tell("text", label_of(k, watch, port_of(c), 0, true));
	tell("label", label_now(c, 0));
	tell("the peer's", label_now(s, IPV6_FL_F_REMOTE));
	/* it is nobody else's */
	c = stream(k);
	set_int(c, IPPROTO_IPV6, FLOWINFO_SEND, 1);
	tell("another's", do_connect(c, &to));
	tell("lease", manage(c, LABEL, IPV6_FL_A_GET, IPV6_FL_F_CREATE,
			     IPV6_FL_S_EXCL));
}

static void label_lease_ends(const struct kind *k)
{
	int c, watch;
	struct addr at;

	if (no_label(k))
		return;
	netns_own();
	watch = headers_watch();
	listener(k, &at, 4);
	at.in6.sin6_flowinfo = htonl(LABEL + 1);
	c = stream(k);
	set_int(c, IPPROTO_IPV6, FLOWINFO_SEND, 1);
	set_int(c, IPPROTO_IPV6, AUTOFLOWLABEL, 0);
	tell("lease", manage(c, LABEL + 1, IPV6_FL_A_GET, IPV6_FL_F_CREATE,
			     IPV6_FL_S_EXCL));
	must_be(do_connect(c, &at), 0);
	tell("renew", manage(c, LABEL + 1, IPV6_FL_A_RENEW, 0,
			     IPV6_FL_S_EXCL));
	tell("none", manage(c, LABEL, IPV6_FL_A_PUT, 0, 0));
	tell("give back", manage(c, LABEL + 1, IPV6_FL_A_PUT, 0, 0));
	tell("label", label_now(c, 0));
	headers_forget(watch);
	send_octet(c);
	tell("text", label_of(k, watch, port_of(c), 0, true));
}

static int host_comes(const struct kind *k, int l, unsigned int host,
		      uint32_t label, struct wire_seg *s)
{
	hosts_header(0, label);
	return host_connects(k, l, host, s);
}

/* TIME-WAIT keeps a label that the kernel did not choose. */
static void label_of_timewait(const struct kind *k)
{
	struct wire_seg s, heard;
	int fd, l, watch;

	if (no_label(k))
		return;
	l = hosts_listener(k, 4);
	watch = headers_watch();
	must(write_file("/proc/sys/net/ipv6/flowlabel_consistency", "0"));
	must_be(manage(l, 0, IPV6_FL_A_GET, IPV6_FL_F_REFLECT, 0), 0);
	fd = host_comes(k, l, HOST, LABEL, &s);
	close_with_fin(fd);
	must(hosts_hear(k, &heard, 1000));
	must(heard.flags & FIN);
	hosts_header(0, 0);
	s = host_ack(&heard, 0);
	s.flags |= FIN;
	hosts_send(k, &s);
	tell("last ACK", label_of(k, watch, 0, ACK, false));
	hosts_send(k, &s);
	tell("again", label_of(k, watch, 0, ACK, false));
}

/* The peer's label is ours too. */
static void label_reflected(const struct kind *k)
{
	struct wire_seg s;
	int fd, l, watch;

	if (no_label(k))
		return;
	l = hosts_listener(k, 4);
	watch = headers_watch();
	tell("not yet", manage(l, 0, IPV6_FL_A_PUT, IPV6_FL_F_REFLECT, 0));
	tell("consistent", manage(l, 0, IPV6_FL_A_GET, IPV6_FL_F_REFLECT, 0));
	must(write_file("/proc/sys/net/ipv6/flowlabel_consistency", "0"));
	tell("reflect", manage(l, 0, IPV6_FL_A_GET, IPV6_FL_F_REFLECT, 0));
	fd = host_comes(k, l, HOST, LABEL, &s);
	tell("SYN/ACK", label_of(k, watch, 0, SYN | ACK, false));
	send_octet(fd);
	tell("text", label_of(k, watch, 0, 0, true));
	tell("label", label_now(fd, 0));
	tell("the peer's", label_now(fd, IPV6_FL_F_REMOTE));
	tell("no more", manage(fd, 0, IPV6_FL_A_PUT, IPV6_FL_F_REFLECT, 0));
	tell("label", label_now(fd, 0));
	tell("listener", manage(l, 0, IPV6_FL_A_PUT, IPV6_FL_F_REFLECT, 0));
	while (hosts_hear(k, &s, 0))
		;
	fd = host_comes(k, l, HOST + 1, LABEL, &s);
	tell("SYN/ACK", label_of(k, watch, 0, SYN | ACK, false) == LABEL);
}

/* So is it by net.ipv6.flowlabel_reflect: 1 for connections, 2 for RSTs. */
static void label_reflected_by_sysctl(const struct kind *k)
{
	int fd, l, watch;
	struct wire_seg s;

	if (no_label(k))
		return;
	l = hosts_listener(k, 4);
	watch = headers_watch();
	s = host_syn(HOST);
	s.kernel++;
	hosts_header(0, LABEL);
	hosts_send(k, &s);
	tell("RST", label_of(k, watch, 0, RST | ACK, false) == LABEL);
	must(hosts_hear(k, &s, 1000));
	must(write_file("/proc/sys/net/ipv6/flowlabel_reflect", "3"));
	s = host_syn(HOST);
	s.kernel++;
	hosts_send(k, &s);
	tell("RST", label_of(k, watch, 0, RST | ACK, false));
	must(hosts_hear(k, &s, 1000));
	/* of sockets that are made from now on */
	close(l);
	fd = stream(k);
	tell("again", manage(fd, 0, IPV6_FL_A_PUT, IPV6_FL_F_REFLECT, 0));
}

const struct test oracle_label[] = {
	TEST_FLAGS(label_auto, SLOW),
	TEST_FLAGS(label_auto_off, SLOW),
	TEST_FLAGS(label_after_timeout, SLOW),
	TEST_FLAGS(label_leased, SLOW),
	TEST_FLAGS(label_lease_ends, SLOW),
	TEST_FLAGS(label_of_timewait, SLOW),
	TEST(label_reflected),
	TEST_FLAGS(label_reflected_by_sysctl, SLOW),
	{ }
};
