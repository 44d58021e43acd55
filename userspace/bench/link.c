// SPDX-License-Identifier: GPL-2.0
/*
 * The transports under comparison. Apart from the arguments of socket() and
 * the address they differ in nothing: all are used as an unmodified program
 * would use them, with no option set.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/glass.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define PORT		54321
#define BACKLOG		128
#define FAR_HOST	"10.9.0.2"	/* bench-guest.sh has made it */

/*
 * SCTP alone writes smaller blocks: one of 64 KiB takes it two packets of lo,
 * and the second waits 200 ms for the first one's delayed acknowledgment.
 */
static const struct kind kinds[] = {
	{ "unix", AF_UNIX, 0, "UNIX-STREAM", 65536 },
	{ "glass", AF_INET, IPPROTO_GLASS, "GLASS", 65536 },
	{ "tcp", AF_INET, IPPROTO_TCP, "TCP", 65536 },
	{ "mptcp", AF_INET, IPPROTO_MPTCP, "MPTCP", 65536 },
	{ "sctp", AF_INET, IPPROTO_SCTP, "SCTP", 32768 },
};

const struct kind *kind_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	errx(2, "no transport is called %s", name);
}

/* Network namespaces of the far host and of this one; -1: only this one is */
static int far_host = -1, near_host = -1;

static int open_netns(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/* From now on listeners are on the host behind the cable */
void link_use_wire(void)
{
	if (far_host >= 0)
		return;
	far_host = open_netns("/run/netns/far");
	near_host = open_netns("/proc/self/ns/net");
}

static void enter(int netns)
{
	if (netns >= 0 && setns(netns, CLONE_NEWNET))
		err(1, "setns");
}

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

/* A name in the abstract space touches no file system */
static socklen_t address(const struct kind *kind, union address *a)
{
	memset(a, 0, sizeof(*a));
	a->any.sa_family = kind->family;
	if (kind->family == AF_UNIX) {
		memcpy(a->un.sun_path + 1, "bench", 5);
		return offsetof(struct sockaddr_un, sun_path) + 6;
	}
	a->in.sin_port = htons(PORT);
	a->in.sin_addr.s_addr = far_host < 0 ? htonl(INADDR_LOOPBACK) :
					       inet_addr(FAR_HOST);
	return sizeof(a->in);
}

static int link_socket(const struct kind *kind)
{
	int fd = socket(kind->family, SOCK_STREAM, kind->protocol);

	if (fd < 0)
		err(1, "%s: socket", kind->name);
	return fd;
}

int link_listen(const struct kind *kind)
{
	union address a;
	socklen_t len = address(kind, &a);
	int fd, on = 1;

	enter(far_host);
	fd = link_socket(kind);
	enter(near_host);
	/* The measure before may have left its last connections behind. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		err(1, "%s: SO_REUSEADDR", kind->name);
	if (bind(fd, &a.any, len))
		err(1, "%s: bind", kind->name);
	if (listen(fd, BACKLOG))
		err(1, "%s: listen", kind->name);
	return fd;
}

static int connect_it(const struct kind *kind, int fd)
{
	union address a;
	socklen_t len = address(kind, &a);

	if (connect(fd, &a.any, len))
		err(1, "%s: connect", kind->name);
	return fd;
}

int link_connect(const struct kind *kind)
{
	return connect_it(kind, link_socket(kind));
}

/*
 * From an address of loopback that only @host has. The port is chosen by
 * connect(), as without an address, and not before.
 */
int link_connect_from(const struct kind *kind, unsigned int host)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (1 + host) * 256),
	};
	int fd = link_socket(kind), on = 1;

	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
		       sizeof(on)))
		err(1, "%s: IP_BIND_ADDRESS_NO_PORT", kind->name);
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		err(1, "%s: bind", kind->name);
	return connect_it(kind, fd);
}

int link_accept(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

void link_write(int fd, const void *from, size_t len)
{
	ssize_t n = write(fd, from, len);

	if (n < 0)
		err(1, "write");
	if ((size_t)n != len)
		errx(1, "write: %zd of %zu bytes", n, len);
}

/* Zero at the end of the stream */
size_t link_read(int fd, void *to, size_t len)
{
	ssize_t n = read(fd, to, len);

	if (n < 0)
		err(1, "read");
	return n;
}
