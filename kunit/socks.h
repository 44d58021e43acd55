/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets that are opened from inside the kernel, for the suites about them.
 */
#ifndef SOCKS_H
#define SOCKS_H

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/sock.h>

#include "../module/glass_sock.h"

struct way {
	const char *name;
	int family;
	int protocol;
	int addr_family;
};

static const struct way ways[] = {
	{ "AF_INET, 253", AF_INET, IPPROTO_GLASS, AF_INET },
	{ "AF_INET6, 253", AF_INET6, IPPROTO_GLASS, AF_INET6 },
	{ "AF_GLASS, IPv4", AF_GLASS, GLASSPROTO_IPV4, AF_INET },
	{ "AF_GLASS, IPv6", AF_GLASS, GLASSPROTO_IPV6, AF_INET6 },
};

static inline void way_name(const struct way *way, char *desc)
{
	strscpy(desc, way->name, KUNIT_PARAM_DESC_SIZE);
}

/* Up to three sockets of a case, let go of even if it fails half-way */
struct socks {
	struct net *net;	/* the first one, unless a case has another */
	struct socket *listener;
	struct socket *client;
	struct socket *child;
};

int socks_init(struct kunit *test);
void drop(struct socket **sock);
void socks_exit(struct kunit *test);
struct socket *make(struct kunit *test);
int loopback(struct kunit *test, struct sockaddr_storage *addr, u16 port);
u16 port_of(struct socket *sock);
void listen_somewhere(struct kunit *test, int backlog);
int connect_to(struct kunit *test, struct socket *sock, u16 port, int flags);
void establish(struct kunit *test);
int send_bytes(struct socket *sock, void *buf, size_t len);
int receive_bytes(struct socket *sock, void *buf, size_t len, int flags);

#endif
