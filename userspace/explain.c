// SPDX-License-Identifier: GPL-2.0
/*
 * What glass-server and glass-client share: names become addresses, addresses
 * become sockets, and an error becomes a sentence.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/glass.h>

#include "explain.h"

static const struct {
	int error;
	const char *meaning;
} meanings[] = {
	{ ECONNREFUSED,	"nobody listens on that port" },
	{ ETIMEDOUT,	"no answer came" },
	{ ECONNRESET,	"the other end gave the connection up" },
	{ ECONNABORTED,	"the connection was gone before it was accepted" },
	{ EPIPE,	"this end may no longer send" },
	{ EHOSTUNREACH,	"no host on the way answers for that address" },
	{ ENETUNREACH,	"no route leads to that address" },
	{ EADDRINUSE,	"another socket has that address and port" },
	{ EADDRNOTAVAIL, "that address is not of this host, or no port is free" },
	{ EACCES,	"a route or a filter forbids it" },
	{ EPERM,	"BPF of this cgroup, or seccomp, forbids it" },
	{ EINVAL,	"a link-local address needs its interface, as in fe80::1%eth0" },
	{ ENOPROTOOPT,	"the host is there, but has no Glass" },
	{ EPROTO,	"the host could not read the packet; over IPv6 one without Glass says so" },
	{ EPROTONOSUPPORT, "the module is not there; glass doctor says more" },
	{ EAFNOSUPPORT,	"the module is not there; glass doctor says more" },
	{ EISCONN,	"this socket is connected already" },
	{ ENOTCONN,	"this socket is not connected" },
	{ EINTR,	"a signal came first" },
	{ ENOBUFS,	"the kernel has no memory for it" },
	{ ENOMEM,	"the kernel has no memory for it" },
	{ }
};

int common_option(struct options *o, int opt)
{
	switch (opt) {
	case '4':
		o->family = AF_INET;
		return 1;
	case '6':
		o->family = AF_INET6;
		return 1;
	case 'g':
		o->own_family = 1;
		return 1;
	case 't':
		o->tcp = 1;
		return 1;
	}
	return 0;
}

static const char *meaning_of(const char *call, int error)
{
	int i;

	if (error == EACCES && !strcmp(call, "bind"))
		return "ports below 1024 are for privileged programs";
	for (i = 0; meanings[i].error; i++)
		if (meanings[i].error == error)
			return meanings[i].meaning;
	return "see the call's manual page";
}

void fail(const char *call)
{
	int error = errno;

	fflush(stdout);
	fprintf(stderr, "%s: %s: %s\n", call, strerror(error), meaning_of(call, error));
	exit(1);
}

struct addrinfo *resolve(const char *host, const char *service,
			 const struct options *o)
{
	/* Names know nothing of protocol 253: ask as for TCP. */
	struct addrinfo hints = {
		.ai_family = o->family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = host ? 0 : AI_PASSIVE,
	};
	struct addrinfo *list;
	int error = getaddrinfo(host, service, &hints, &list);

	if (error == EAI_SYSTEM)
		fail("getaddrinfo");
	if (error) {
		fprintf(stderr, "getaddrinfo: %s: no address for host '%s', service '%s'\n",
			gai_strerror(error), host ? host : "*", service);
		exit(1);
	}
	return list;
}

int open_socket(const struct addrinfo *a, const struct options *o)
{
	if (o->tcp)
		return socket(a->ai_family, SOCK_STREAM, 0);
	if (o->own_family)
		return socket(AF_GLASS, SOCK_STREAM, a->ai_family == AF_INET6 ?
			      GLASSPROTO_IPV6 : GLASSPROTO_IPV4);
	return socket(a->ai_family, SOCK_STREAM, IPPROTO_GLASS);
}

const char *address_text(const struct sockaddr *a, socklen_t len)
{
	static char text[NI_MAXHOST + NI_MAXSERV + 8];
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getnameinfo(a, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		return "(an address of unknown form)";
	snprintf(text, sizeof(text), "('%s', %s)", host, port);
	return text;
}
