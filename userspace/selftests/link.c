// SPDX-License-Identifier: GPL-2.0
/*
 * A second host behind a cable:
 *
 *   near					far
 *   near0 10.1.0.1/24, fd01::1/64 ---- far0 10.1.0.2/24, fd01::2/64
 *
 * They know each other's hardware addresses: a cable that loses everything
 * shall not make them say "no such host".
 */
#include <fcntl.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "selftest.h"

/* One process for all of it, and of @first: there are many links. */
static void configure(const char *first, const char *device, int net, int self,
		      int other)
{
	ip_batch("%slink set %s address 02:00:00:00:00:0%d\n"
		 "addr add 10.%d.0.%d/24 dev %s\n"
		 "addr add fd0%d::%d/64 dev %s\n"
		 "link set %s up\n"
		 "neigh add 10.%d.0.%d lladdr 02:00:00:00:00:0%d dev %s\n"
		 "neigh add fd0%d::%d lladdr 02:00:00:00:00:0%d dev %s\n",
		 first, device, self, net, self, device, net, self, device,
		 device, net, other, other, device, net, other, other, device);
}

/**
 * link_configure() - one end of a cable, in the present network namespace
 * @device: its name
 * @net: the cable's number: addresses are 10.@net.0.x/24 and fd0@net::x/64
 * @self: the x of this end
 * @other: the x of the other end
 */
void link_configure(const char *device, int net, int self, int other)
{
	configure("", device, net, self, other);
}

/* Has it an address that the kernel's worker has not looked at yet? */
static bool is_tentative(const char *device)
{
	FILE *f = fopen("/proc/thread-self/net/if_inet6", "re");
	char line[200], name[32];
	bool found = false;
	unsigned int flags;

	must(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*x %*x %*x %x %31s", &flags, name) == 2 &&
		    !strcmp(name, device))
			found = found || flags & IFA_F_TENTATIVE;
	fclose(f);
	return found;
}

/**
 * link_await() - until a cable carries what is sent; both ends are up
 * @device: its end in the present network namespace
 *
 * A device drops what it is given until the kernel has looked at the cable,
 * and nothing is delivered to its IPv6 addresses until it has looked at those.
 */
void link_await(const char *device)
{
	int ctl = socket(AF_INET, SOCK_DGRAM, 0), tries = 2000;
	struct ifreq ifr = { 0 };

	must(ctl >= 0);
	strcpy(ifr.ifr_name, device);
	do {
		must_be(ioctl(ctl, SIOCGIFFLAGS, &ifr), 0);
	} while ((!(ifr.ifr_flags & IFF_RUNNING) || is_tentative(device)) &&
		 tries-- && (pause_ms(1), true));
	must(tries >= 0);
	close(ctl);
}

/**
 * link_join() - a cable between the near host, where we are, and the far one
 * @l: both
 * @near: the device of its near end, whose x is 1
 * @far: that of its far end, whose x is 2
 * @net: its number
 */
void link_join(const struct link *l, const char *near, const char *far, int net)
{
	char cable[120];

	snprintf(cable, sizeof(cable),
		 "link add %s type veth peer name %s netns /proc/%d/fd/%d\n",
		 near, far, getpid(), l->far);
	configure(cable, near, net, 1, 2);
	netns_enter(l->far);
	configure("", far, net, 2, 1);
	link_await(far);
	netns_enter(l->near);
	link_await(near);
}

/* The caller's network namespace becomes near, in place of a fresh one. */
void link_open(struct link *l)
{
	netns_own();
	l->near = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	l->far = netns_new();
	link_join(l, "near0", "far0", 1);
}

/* A command on the far host */
void link_far(const struct link *l, const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	netns_enter(l->far);
	command("%s", line);
	netns_enter(l->near);
}

struct addr addr_near(const struct kind *k, unsigned int port)
{
	return addr_text(k, "10.1.0.1", "fd01::1", port);
}

struct addr addr_far(const struct kind *k, unsigned int port)
{
	return addr_text(k, "10.1.0.2", "fd01::2", port);
}

/* The near host connects to the far one. */
void link_pair(const struct kind *k, const struct link *l, struct pair *p)
{
	struct addr at = addr_far(k, 5200);

	link_await("near0");
	netns_enter(l->far);
	link_await("far0");
	p->l = stream_reuse(k);
	must_be(bind(p->l, &at.sa, at.len), 0);
	must_be(listen(p->l, 8), 0);
	netns_enter(l->near);
	p->c = connected(k, &at);
	p->s = accept(p->l, NULL, NULL);
	must(p->s >= 0);
}

/* The present network namespace hands packets on. */
void forwarding_on(void)
{
	must(write_file("/proc/sys/net/ipv4/ip_forward", "1"));
	must(write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1"));
}

/*
 * near -- far, which forwards -- end, behind a link of an MTU that neither end
 * knows of. The pair is between near, where we are afterwards, and end.
 */
void link_behind_router(const struct kind *k, const struct link *l,
			struct pair *p, int mtu)
{
	struct addr at = addr_text(k, "10.2.0.2", "fd02::2", 5201);
	int end;

	end = netns_new();
	netns_enter(l->far);
	forwarding_on();
	command("ip link add far1 mtu %d type veth peer name end0 netns /proc/%d/fd/%d",
		mtu, getpid(), end);
	link_configure("far1", 2, 1, 2);
	netns_enter(end);
	link_configure("end0", 2, 2, 1);
	link_await("end0");
	ip_batch("route add 10.1.0.0/24 via 10.2.0.1\n"
		 "route add fd01::/64 via fd02::1\n");
	p->l = stream_reuse(k);
	must_be(bind(p->l, &at.sa, at.len), 0);
	must_be(listen(p->l, 8), 0);
	netns_enter(l->near);
	ip_batch("route add 10.2.0.0/24 via 10.1.0.2\n"
		 "route add fd02::/64 via fd01::2\n");
	p->c = connected(k, &at);
	p->s = accept(p->l, NULL, NULL);
}

/* Whatever is sent from now on is lost, until link_mend(). */
void link_cut(const struct link *l)
{
	command("tc qdisc replace dev near0 root netem loss 100%%");
	link_far(l, "tc qdisc replace dev far0 root netem loss 100%%");
}

void link_mend(const struct link *l)
{
	command("tc qdisc del dev near0 root");
	link_far(l, "tc qdisc del dev far0 root");
}
