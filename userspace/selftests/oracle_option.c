// SPDX-License-Identifier: GPL-2.0
/*
 * socket(), its options and its ioctls.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "oracle.h"

static long try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static void socket_type(const struct kind *k)
{
	tell("dgram", try_socket(k->family, SOCK_DGRAM, k->protocol));
	tell("seqpacket", try_socket(k->family, SOCK_SEQPACKET, k->protocol));
	tell("rdm", try_socket(k->family, SOCK_RDM, k->protocol));
	tell("99", try_socket(k->family, 99, k->protocol));
	tell("packet", try_socket(k->family, SOCK_PACKET, k->protocol));
}

static void socket_flags(const struct kind *k)
{
	int fd = socket(k->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			k->protocol);

	tell("nonblock", !!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	tell("cloexec", fcntl(fd, F_GETFD));
	tell("bad", try_socket(k->family, SOCK_STREAM | 0x10, k->protocol));
}

static void identity(const struct kind *k)
{
	int fd = stream(k);
	struct addr at;

	tell("type", get_int(fd, SOL_SOCKET, SO_TYPE));
	tell("domain", get_int(fd, SOL_SOCKET, SO_DOMAIN));
	tell("protocol", get_int(fd, SOL_SOCKET, SO_PROTOCOL) ==
	     (k->glass ? 253 : IPPROTO_TCP));
	tell("accepting", get_int(fd, SOL_SOCKET, SO_ACCEPTCONN));
	fd = listener(k, &at, 1);
	tell("accepting", get_int(fd, SOL_SOCKET, SO_ACCEPTCONN));
}

static void option_unknown(const struct kind *k)
{
	int fd = stream(k);

	tell("get", get_int(fd, SOL_SOCKET, 9999));
	tell("set", set_int(fd, SOL_SOCKET, 9999, 1));
	tell("get tcp", get_int(fd, IPPROTO_TCP, 9999));
	tell("set tcp", set_int(fd, IPPROTO_TCP, 9999, 1));
	tell("get level", get_int(fd, 77, 1));
	tell("set level", set_int(fd, 77, 1, 1));
}

/* rfc9293: MUST-17 */
/* tcp(7): NODELAY */
static void option_nodelay(const struct kind *k)
{
	int fd = stream(k), value = 1;
	socklen_t len = sizeof(value);

	tell("fresh", get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	tell("set", set_int(fd, IPPROTO_TCP, TCP_NODELAY, 5));
	tell("get", get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	tell("clear", set_int(fd, IPPROTO_TCP, TCP_NODELAY, 0));
	tell("get", get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	tell("short", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, 1));
	tell("fault", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, (void *)8, 4));
	tell("get fault", getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, (void *)8, &len));
	len = -1;
	tell("negative", getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &len));
	len = 1;
	tell("one byte", getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &len));
	tell("len", len);
}

/* With its own number the level is the same. */
static void option_own_level(const struct kind *k)
{
	int level = k->glass ? 253 : IPPROTO_TCP;
	int fd = stream(k);

	tell("set", set_int(fd, level, TCP_NODELAY, 1));
	tell("get", get_int(fd, level, TCP_NODELAY));
	tell("as tcp", get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	tell("unknown", get_int(fd, level, 9999));
}

/* tcp(7): MAXSEG */
static void option_maxseg(const struct kind *k)
{
	struct pair p;

	/* Over IPv6 the default is larger: rfc9293#section-3.7.1, not as TCP. */
	tell("fresh", get_int(stream(k), IPPROTO_TCP, TCP_MAXSEG) >= 536);
	pair_open(k, &p);
	tell("connected", get_int(p.c, IPPROTO_TCP, TCP_MAXSEG) > 1000);
}

static void option_buffers(const struct kind *k)
{
	int fd = stream(k);

	tell("rcvbuf", get_int(fd, SOL_SOCKET, SO_RCVBUF));
	tell("sndbuf", get_int(fd, SOL_SOCKET, SO_SNDBUF));
	tell("set", set_int(fd, SOL_SOCKET, SO_RCVBUF, 20000));
	tell("rcvbuf", get_int(fd, SOL_SOCKET, SO_RCVBUF));
	tell("set", set_int(fd, SOL_SOCKET, SO_SNDBUF, 20000));
	tell("sndbuf", get_int(fd, SOL_SOCKET, SO_SNDBUF));
	tell("small", set_int(fd, SOL_SOCKET, SO_RCVBUF, 1));
	tell("rcvbuf", get_int(fd, SOL_SOCKET, SO_RCVBUF));
	tell("small", set_int(fd, SOL_SOCKET, SO_SNDBUF, 1));
	tell("sndbuf", get_int(fd, SOL_SOCKET, SO_SNDBUF));
}

/* Both ends of a connection over a cable: as much as the first window needs */
static void option_buffers_connected(const struct kind *k)
{
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	await_acked(p.c);
	tell("rcvbuf", get_int(p.c, SOL_SOCKET, SO_RCVBUF));
	tell("sndbuf", get_int(p.c, SOL_SOCKET, SO_SNDBUF));
	tell("rcvbuf", get_int(p.s, SOL_SOCKET, SO_RCVBUF));
	tell("sndbuf", get_int(p.s, SOL_SOCKET, SO_SNDBUF));
}

/* tcp(7): NOTSENT_LOWAT */
static void option_notsent_lowat(const struct kind *k)
{
	static const int values[] = { 1, 0, -1, 1 << 30 };
	int fd = stream(k);
	size_t i;

	tell("fresh", get_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT));
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		tell("set", set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
				    values[i]));
		tell("is", get_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT));
	}
}

static void option_timeouts(const struct kind *k)
{
	struct timeval tv = { 1, 500000 };
	socklen_t len = sizeof(tv);
	int fd = stream(k);

	tell("set", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	tell("get", getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	tell("s", tv.tv_sec);
	tell("us", tv.tv_usec);
	tv.tv_usec = 2000000;
	tell("bad", setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
}

static void option_network(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	if (k->af == AF_INET) {
		tell("tos", set_int(p.c, IPPROTO_IP, IP_TOS, 0x10));
		tell("is", get_int(p.c, IPPROTO_IP, IP_TOS));
		tell("ttl", set_int(p.c, IPPROTO_IP, IP_TTL, 9));
		tell("is", get_int(p.c, IPPROTO_IP, IP_TTL));
		tell("unknown", get_int(p.c, IPPROTO_IP, 9999));
	} else {
		tell("tclass", set_int(p.c, IPPROTO_IPV6, IPV6_TCLASS, 0x10));
		tell("is", get_int(p.c, IPPROTO_IPV6, IPV6_TCLASS));
		tell("hops", set_int(p.c, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9));
		tell("is", get_int(p.c, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
		tell("unknown", get_int(p.c, IPPROTO_IPV6, 9999));
	}
	tell("send", do_send(p.c, 2, 0));
	tell("recv", do_recv(p.s, 2, MSG_WAITALL));
}

static void option_error_once(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("none", get_int(p.c, SOL_SOCKET, SO_ERROR));
	reset_by(p.s);
	await(p.c, POLLHUP);
	tell("reset", get_int(p.c, SOL_SOCKET, SO_ERROR));
	tell("cleared", get_int(p.c, SOL_SOCKET, SO_ERROR));
	tell("recv", do_recv(p.c, 1, 0));
}

static void option_device(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	int fd = stream(k);

	tell("none", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nodev", 6));
	tell("silent", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "silent", 7));
	close(listener(k, &at, 1));
	set_timeout(fd, SO_SNDTIMEO, 30);
	tell("connect", do_connect(fd, &at));
}

static void tell_ioctl(const char *what, int fd, unsigned long request)
{
	int value = -7;
	int ret = ioctl(fd, request, &value);

	tell(what, ret ? ret : value);
}

static void ioctl_inq(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell_ioctl("fresh", stream(k), FIONREAD);
	tell_ioctl("empty", p.s, FIONREAD);
	do_send(p.c, 7, 0);
	await_acked(p.c);
	do_send(p.c, 5, 0);
	await_acked(p.c);
	tell_ioctl("text", p.s, FIONREAD);
	do_recv(p.s, 3, 0);
	tell_ioctl("partly read", p.s, FIONREAD);
	tell_ioctl("listener", p.l, FIONREAD);
	shutdown(p.c, SHUT_WR);
	await(p.s, POLLRDHUP);
	tell_ioctl("end", p.s, FIONREAD);
	do_recv(p.s, 99, 0);
	tell_ioctl("read", p.s, FIONREAD);
}

static void ioctl_outq(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	struct pair p;
	size_t sent;
	int value;
	int fd = stream(k);

	pair_open(k, &p);
	tell_ioctl("fresh", stream(k), SIOCOUTQ);
	tell_ioctl("listener", p.l, SIOCOUTQ);
	do_send(p.c, 7, 0);
	await_acked(p.c);
	tell_ioctl("acknowledged", p.c, SIOCOUTQ);
	sent = fill_for_good(p.c);
	must_be(ioctl(p.c, SIOCOUTQ, &value), 0);
	tell("full", value > 0 && value <= (int)sent);
	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell_ioctl("opening", fd, SIOCOUTQ);
}

static void ioctl_unknown(const struct kind *k)
{
	int fd = stream(k);

	tell_ioctl("unknown", fd, 0x12345);
	tell_ioctl("tty", fd, 0x5401);
	tell("fault", ioctl(fd, FIONREAD, (void *)8));
}

static void not_a_file(const struct kind *k)
{
	int fd = stream(k);

	tell("lseek", lseek(fd, 0, SEEK_SET));
	tell("pread", pread(fd, &fd, 0, 1));
	tell("fsync", fsync(fd));
}

const struct test oracle_option[] = {
	TEST_FLAGS(socket_type, PROTO),
	TEST(socket_flags),
	TEST(identity),
	TEST(option_unknown),
	TEST(option_nodelay),
	TEST(option_own_level),
	TEST(option_maxseg),
	TEST(option_buffers),
	TEST(option_buffers_connected),
	TEST(option_notsent_lowat),
	TEST(option_timeouts),
	TEST(option_network),
	TEST(option_error_once),
	TEST(option_device),
	TEST(ioctl_inq),
	TEST(ioctl_outq),
	TEST(ioctl_unknown),
	TEST(not_a_file),
	{ }
};
