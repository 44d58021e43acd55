// SPDX-License-Identifier: GPL-2.0
/*
 * Congestion control: the option, its sysctls, who inherits what.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

static long choose(int fd, const char *name)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name));
}

/* The name that a socket has, and how long it is said to be */
static void tell_name(const char *what, int fd, socklen_t len)
{
	char name[64] = "";

	memset(name, '?', sizeof(name) - 1);
	tell(what, getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	tell("len", len);
	tell_text("name", name);
}

static long read_sysctl(const struct kind *k, const char *name, char *value,
			size_t size)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), k->glass ? "/proc/sys/net/glass/%s" :
		 "/proc/sys/net/ipv4/tcp_%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	n = read(fd, value, size - 1);
	close(fd);
	value[n > 0 ? n : 0] = 0;
	value[strcspn(value, "\n")] = 0;
	return 0;
}

static void tell_sysctl(const struct kind *k, const char *name)
{
	char value[256] = "";

	tell(name, read_sysctl(k, name, value, sizeof(value)));
	tell_text("is", value);
}

static void tell_write(const struct kind *k, const char *name,
		       const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), k->glass ? "/proc/sys/net/glass/%s" :
		 "/proc/sys/net/ipv4/tcp_%s", name);
	fd = open(path, O_WRONLY);
	tell("open", fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	tell(value, write(fd, value, strlen(value)));
	close(fd);
}

/* tcp(7): CONGESTION */
static void congestion_option(const struct kind *k)
{
	socklen_t len = 16;
	int fd = stream(k);
	char name[16];

	tell_name("fresh", fd, 16);
	tell("reno", choose(fd, "reno"));
	tell_name("is", fd, 16);
	tell_name("short", fd, 3);
	tell_name("nothing", fd, 0);
	tell_name("long", fd, 60);
	tell_name("negative", fd, -1);
	tell("again", choose(fd, "reno"));
	tell("unknown", choose(fd, "nosuchthing"));
	tell("case", choose(fd, "Reno"));
	tell("empty", choose(fd, ""));
	tell("zero", setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "\0reno", 5));
	tell("one octet", setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "r", 1));
	tell("behind", setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION,
				  "cubic\0rest", 10));
	tell_name("is", fd, 16);
	tell("long", choose(fd, "reno678901234567"));
	tell("longer", choose(fd, "cubic and many words behind it, so it is long"));
	tell("fault", setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, (void *)8, 4));
	tell("get fault", getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, (void *)8,
				     &len));
	tell("len fault", getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name,
				     (void *)8));
}

/* Reno and CUBIC are for everyone */
static void congestion_unprivileged(const struct kind *k)
{
	int fd = stream(k);

	must_be(seteuid(65534), 0);
	tell("reno", choose(fd, "reno"));
	tell("cubic", choose(fd, "cubic"));
	tell("unknown", choose(fd, "nosuchthing"));
	tell_name("is", fd, 16);
	must_be(seteuid(0), 0);
}

/* What was chosen for a listener its children have, also before listen() */
static void congestion_inherited(const struct kind *k)
{
	struct pair p;
	struct addr at;
	int fd;

	netns_own();
	pair_open(k, &p);
	tell_name("default", p.s, 16);
	tell("listener", choose(p.l, "reno"));
	tell_name("child before", p.s, 16);
	at = addr_loop(k, port_of(p.l));
	fd = connected(k, &at);
	tell_name("client", fd, 16);
	tell_name("child", accept(p.l, NULL, NULL), 16);
}

/* A new default is for sockets to come, and for children of old listeners */
/* net.glass: congestion_control */
static void congestion_default(const struct kind *k)
{
	struct addr at;
	int fd, l, old;

	netns_own();
	tell_sysctl(k, "congestion_control");
	old = stream(k);
	l = listener(k, &at, 4);
	tell_write(k, "congestion_control", "reno");
	tell_sysctl(k, "congestion_control");
	tell_name("old", old, 16);
	tell_name("new", stream(k), 16);
	tell_name("listener", l, 16);
	fd = connected(k, &at);
	tell_name("client", fd, 16);
	tell_name("child", accept(l, NULL, NULL), 16);
	tell("chosen", choose(l, "cubic"));
	connected(k, &at);
	tell_name("child", accept(l, NULL, NULL), 16);
	tell_write(k, "congestion_control", "nosuchthing");
	tell_write(k, "congestion_control", "a name that is much too long for it");
	tell_sysctl(k, "congestion_control");
}

/* Those of all namespaces are only to be read here */
/* net.glass: available_congestion_control */
static void congestion_names(const struct kind *k)
{
	netns_own();
	tell_sysctl(k, "available_congestion_control");
	tell_sysctl(k, "allowed_congestion_control");
	tell_write(k, "available_congestion_control", "reno");
	tell_write(k, "allowed_congestion_control", "reno");
}

/* On a connection it is changed at once, and text goes on to arrive */
static void congestion_live(const struct kind *k)
{
	struct pair p;
	int i;

	pair_open(k, &p);
	for (i = 0; i < 4; i++) {
		tell("choose", choose(p.c, i % 2 ? "cubic" : "reno"));
		tell("send", do_send(p.c, 1000, 0));
		tell("recv", do_recv(p.s, 1000, MSG_WAITALL));
	}
	tell_name("is", p.c, 16);
	shutdown(p.c, SHUT_WR);
	tell("closing", choose(p.c, "reno"));
	tell_name("is", p.c, 16);
}

const struct test oracle_congestion[] = {
	TEST(congestion_option),
	TEST(congestion_unprivileged),
	TEST(congestion_inherited),
	TEST(congestion_default),
	TEST(congestion_names),
	TEST(congestion_live),
	{ }
};
