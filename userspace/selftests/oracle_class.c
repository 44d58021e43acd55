// SPDX-License-Identifier: GPL-2.0
/*
 * What a program says of its packets beside their addresses: type of service
 * and traffic class, flow label, time to live, and what it hears of a peer's.
 */
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

#include "headers.h"
#include "hosts.h"
#include "oracle.h"

#define HOST	9

static bool over_ipv4(const struct kind *k)
{
	return k->wire == AF_INET;
}

static int set_class(const struct kind *k, int fd, int class)
{
	if (over_ipv4(k))
		return set_int(fd, IPPROTO_IP, IP_TOS, class);
	return set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, class);
}

static int get_class(const struct kind *k, int fd)
{
	if (over_ipv4(k))
		return get_int(fd, IPPROTO_IP, IP_TOS);
	return get_int(fd, IPPROTO_IPV6, IPV6_TCLASS);
}

static void tell_class(const struct kind *k, int watch, const char *what,
		       unsigned int from, unsigned int flags, bool text)
{
	struct header h;

	headers_await(k, watch, &h, from, flags, text);
	tell(what, h.class);
}

/* Each end says so for itself, a listener for all that come. */
static void class_both_ends(const struct kind *k)
{
	struct addr at;
	int l, c, s, watch;

	netns_own();
	watch = headers_watch();
	l = listener(k, &at, 1);
	c = stream(k);
	tell("listener", set_class(k, l, 0x88));
	tell("client", set_class(k, c, 0x48));
	must_be(do_connect(c, &at), 0);
	s = accept(l, NULL, NULL);
	tell("accepted", get_class(k, s));
	tell_class(k, watch, "SYN", 0, SYN, false);
	tell_class(k, watch, "SYN/ACK", 0, SYN | ACK, false);
	send_octet(c);
	tell_class(k, watch, "text", port_of(c), 0, true);
	send_octet(s);
	tell_class(k, watch, "answer", port_of(l), 0, true);
	tell("ECN's bits", set_class(k, c, 0xff));
	tell("is", get_class(k, c));
	send_octet(c);
	tell_class(k, watch, "text", port_of(c), 0, true);
	tell("too large", set_class(k, c, 0x100));
	tell("minus one", set_class(k, c, -1));
	tell("is", get_class(k, c));
	send_octet(c);
	tell_class(k, watch, "text", port_of(c), 0, true);
}

static void tell_hops(const struct kind *k, int watch, const char *what,
		      unsigned int from, unsigned int flags, bool text)
{
	struct header h;

	headers_await(k, watch, &h, from, flags, text);
	tell(what, h.hops);
}

static int set_hops(const struct kind *k, int fd, int hops)
{
	if (over_ipv4(k))
		return set_int(fd, IPPROTO_IP, IP_TTL, hops);
	return set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops);
}

static void hops_both_ends(const struct kind *k)
{
	struct addr at;
	int l, c, s, watch;

	netns_own();
	watch = headers_watch();
	l = listener(k, &at, 1);
	c = stream(k);
	tell("listener", set_hops(k, l, 77));
	tell("client", set_hops(k, c, 33));
	must_be(do_connect(c, &at), 0);
	s = accept(l, NULL, NULL);
	tell_hops(k, watch, "SYN", 0, SYN, false);
	tell_hops(k, watch, "SYN/ACK", 0, SYN | ACK, false);
	send_octet(c);
	tell_hops(k, watch, "text", port_of(c), 0, true);
	send_octet(s);
	tell_hops(k, watch, "answer", port_of(l), 0, true);
}

static int set_least(const struct kind *k, int fd, int hops)
{
	if (over_ipv4(k))
		return set_int(fd, IPPROTO_IP, IP_MINTTL, hops);
	return set_int(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, hops);
}

/* IP_MINTTL and IPV6_MINHOPCOUNT: who is further away is not heard. */
static void hops_least(const struct kind *k)
{
	int l = hosts_listener(k, 1), fd;
	struct wire_seg s = host_syn(HOST);

	tell("minus one", set_least(k, l, -1));
	tell("too large", set_least(k, l, 256));
	tell("listener", set_least(k, l, 60));
	hosts_hops(59);
	hosts_send(k, &s);
	hosts_hear_nothing(k, 20);
	must_have(k, "HOPS_FEW", 1);
	hosts_hops(60);
	fd = host_connects(k, l, HOST, &s);
	set_nonblock(fd);
	s.len = 1;
	hosts_hops(59);
	hosts_send(k, &s);
	tell("recv", do_recv(fd, 1, 0));
	must_have(k, "HOPS_FEW", 2);
	hosts_hops(60);
	hosts_send(k, &s);
	tell("recv", do_recv(fd, 1, 0));
	tell("counted", counter_of(k, "TCPMinTTLDrop"));
	tell("all", set_least(k, fd, 0));
	s.seq++;
	hosts_hops(1);
	hosts_send(k, &s);
	tell("recv", do_recv(fd, 1, 0));
	reset_by(fd);
}

/* A host connects with this class; the accepted end and the next segment */
static int host_comes(const struct kind *k, int l, int class,
		      struct wire_seg *s)
{
	hosts_header(class, 0);
	return host_connects(k, l, HOST, s);
}

/* tcp_reflect_tos: the answer is of the same class, without ECN's bits. */
/* net.glass: reflect_tos */
static void class_reflected(const struct kind *k)
{
	int l = hosts_listener(k, 1), fd, watch = headers_watch();
	struct wire_seg s;

	tell("listener", set_class(k, l, 0x20));
	set_sysctl(k, "reflect_tos", 1);
	fd = host_comes(k, l, 0x91, &s);
	tell_class(k, watch, "SYN/ACK", 0, SYN | ACK, false);
	tell("accepted", get_class(k, fd));
	send_octet(fd);
	tell_class(k, watch, "text", 0, 0, true);
	set_sysctl(k, "reflect_tos", 0);
	s = host_syn(HOST + 1);
	hosts_header(0x91, 0);
	hosts_send(k, &s);
	tell_class(k, watch, "SYN/ACK", 0, SYN | ACK, false);
}

/* The SYN/ACK that is sent again, too */
static void class_reflected_again(const struct kind *k)
{
	int l = hosts_listener(k, 1), watch = headers_watch();
	struct wire_seg s = host_syn(HOST);

	set_class(k, l, 0x20);
	set_sysctl(k, "reflect_tos", 1);
	hosts_header(0x90, 0);
	hosts_send(k, &s);
	tell_class(k, watch, "SYN/ACK", 0, SYN | ACK, false);
	tell_class(k, watch, "again", 0, SYN | ACK, false);
}

/* Nothing is kept of a SYN that a cookie answers: its ACK has a class, too. */
static void class_reflected_cookie(const struct kind *k)
{
	int l = hosts_listener(k, 1), fd, watch = headers_watch();
	struct wire_seg s;

	set_class(k, l, 0x20);
	set_sysctl(k, "syncookies", 2);
	set_sysctl(k, "reflect_tos", 1);
	fd = host_comes(k, l, 0x90, &s);
	tell_class(k, watch, "SYN/ACK", 0, SYN | ACK, false);
	tell("accepted", get_class(k, fd));
	send_octet(fd);
	tell_class(k, watch, "text", 0, 0, true);
	reset_by(fd);
}

/* IP_PKTOPTIONS tells what an accepted socket's last ACK was like. */
static void class_heard(const struct kind *k)
{
	static const int asks[] = { IP_RECVTOS, IP_RECVTTL, IP_PKTINFO };
	char b[256], line[256] = "", *at = line;
	struct msghdr msg = { .msg_control = b };
	socklen_t len = sizeof(b);
	struct wire_seg s;
	struct cmsghdr *c;
	int fd, l;
	size_t i;

	if (!over_ipv4(k)) {
		tell_text("options", "of IPv4");
		return;
	}
	l = hosts_listener(k, 1);
	hosts_hops(33);
	fd = host_comes(k, l, 0x48, &s);
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		must_be(set_int(fd, IPPROTO_IP, asks[i], 1), 0);
	must_be(getsockopt(fd, IPPROTO_IP, IP_PKTOPTIONS, b, &len), 0);
	msg.msg_controllen = len;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		at += sprintf(at, "%d:%d,", c->cmsg_type, *(int *)CMSG_DATA(c));
	tell_text("heard", line);
	reset_by(fd);
}

/* A RST is of the class of what it answers. */
static void class_of_reset(const struct kind *k)
{
	int l = hosts_listener(k, 1), fd, watch = headers_watch();
	struct wire_seg s = host_syn(HOST + 1);

	set_class(k, l, 0x20);
	s.kernel++;
	hosts_header(0x90, 0);
	hosts_send(k, &s);
	tell_class(k, watch, "refused", 0, RST | ACK, false);
	must(hosts_hear(k, &s, 1000));
	fd = host_comes(k, l, 0x48, &s);
	reset_by(fd);
	tell_class(k, watch, "aborted", 0, RST | ACK, false);
	s = host_ack(&s, 1);
	hosts_header(0x68, 0);
	hosts_send(k, &s);
	tell_class(k, watch, "afterwards", 0, RST, false);
}

/* TIME-WAIT answers as the connection did. */
static void class_of_timewait(const struct kind *k)
{
	int l = hosts_listener(k, 1), fd, watch = headers_watch();
	struct wire_seg s, heard;

	fd = host_comes(k, l, 0, &s);
	must_be(set_class(k, fd, 0x28), 0);
	/* TIME-WAIT of TCP takes this one of a mapped socket's two. */
	if (k->af == AF_INET6)
		must_be(set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, 0x28), 0);
	must_be(set_int(fd, IPPROTO_TCP, TCP_LINGER2, 0), 0);
	close_with_fin(fd);
	must(hosts_hear(k, &heard, 1000));
	must(heard.flags & FIN);
	s = host_ack(&heard, 0);
	s.flags |= FIN;
	hosts_send(k, &s);
	headers_await(k, watch, &(struct header){ 0 }, 0, ACK, false);
	headers_forget(watch);
	hosts_send(k, &s);
	tell_class(k, watch, "again", 0, ACK, false);
}

const struct test oracle_class[] = {
	TEST(class_both_ends),
	TEST_FLAGS(hops_both_ends, SLOW),
	TEST(hops_least),
	TEST_FLAGS(class_reflected, SLOW),
	TEST_FLAGS(class_reflected_again, SLOW),
	TEST_FLAGS(class_reflected_cookie, SLOW),
	TEST_FLAGS(class_heard, SLOW),
	TEST_FLAGS(class_of_reset, SLOW),
	TEST_FLAGS(class_of_timewait, SLOW),
	{ }
};
