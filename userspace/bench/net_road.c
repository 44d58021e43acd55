// SPDX-License-Identifier: GPL-2.0
/*
 * Two hosts and two routers between them, each a network namespace:
 *
 *	near           gate           path           far
 *	near0 ------ gate0 gate1 ------ path0 path1 ------ far0
 *	10.1.0.1     10.1.0.2           10.2.0.2     10.3.0.2
 *	                   10.2.0.1           10.3.0.1
 *
 * Text goes to the right. gate1 is the bottleneck: a rate and a queue, and
 * nothing else, so that what is on the way fills no queue. path1 delays, loses
 * and mixes up. ACKs go back by path0, which has the other half of the delay
 * and its own losses, and by no bottleneck. The senders' own devices have no
 * queue and cut all that is larger than a packet, so that packets are what is
 * lost and queued.
 */
#include "net.h"

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static int hosts[HOSTS];

void road_enter(enum host host)
{
	if (setns(hosts[host], CLONE_NEWNET))
		err(1, "setns");
}

static void set(const char *path, const char *value)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(value, f) < 0 || fclose(f))
		err(1, "%s", path);
}

/* Nothing but the transfers sends: chance is theirs alone. */
static void host_open(enum host host)
{
	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	hosts[host] = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (hosts[host] < 0)
		err(1, "/proc/thread-self/ns/net");
	set("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	set("/proc/sys/net/ipv4/ip_forward",
	    host == GATE || host == PATH ? "1" : "0");
	/* What one connection learned of the path is not for the next. */
	set("/proc/sys/net/ipv4/tcp_no_metrics_save", "1");
	/* A delayed SACK does not wait for somebody else's timer to go with. */
	set("/proc/sys/net/ipv4/tcp_comp_sack_slack_ns", "0");
}

static FILE *batch(void)
{
	FILE *f = popen("ip -batch -", "w");

	if (!f)
		err(1, "ip");
	return f;
}

static void batch_end(FILE *f)
{
	if (pclose(f))
		errx(1, "ip failed");
}

/* In the present namespace, @left; the other end is on the next host. */
static void cable(const char *left, const char *right, enum host next)
{
	FILE *f = batch();

	fprintf(f, "link add %s type veth peer name %s netns /proc/%d/fd/%d\n",
		left, right, getpid(), hosts[next]);
	batch_end(f);
}

static void device(FILE *f, const char *name, int net, int self)
{
	int other = 3 - self;

	fprintf(f,
		"link set %s address 02:00:00:00:0%d:0%d\n"
		"addr add 10.%d.0.%d/24 dev %s\n"
		"link set %s up\n"
		"neigh add 10.%d.0.%d lladdr 02:00:00:00:0%d:0%d dev %s\n",
		name, net, self, net, self, name, name, net, other, net, other,
		name);
}

static void no_offload(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line),
		 "ethtool -K %s tso off gso off gro off >/dev/null", name);
	if (system(line))
		errx(1, "failed: %s", line);
}

static void configure(enum host host)
{
	FILE *f;

	road_enter(host);
	f = batch();
	switch (host) {
	case NEAR:
		device(f, "near0", 1, 1);
		fprintf(f, "route add default via 10.1.0.2\n");
		break;
	case GATE:
		device(f, "gate0", 1, 2);
		device(f, "gate1", 2, 1);
		fprintf(f, "route add 10.3.0.0/24 via 10.2.0.2\n");
		break;
	case PATH:
		device(f, "path0", 2, 2);
		device(f, "path1", 3, 1);
		fprintf(f, "route add 10.1.0.0/24 via 10.2.0.1\n");
		break;
	default:
		device(f, "far0", 3, 2);
		fprintf(f, "route add default via 10.3.0.1\n");
	}
	batch_end(f);
	if (host == NEAR)
		no_offload("near0");
	else if (host == FAR)
		no_offload("far0");
}

void road_open(void)
{
	enum host host;

	/* Here cables are queues of the one CPU; those lose nothing. */
	set("/proc/sys/net/core/netdev_max_backlog", "1000000");
	for (host = 0; host < HOSTS; host++)
		host_open(host);
	road_enter(NEAR);
	cable("near0", "gate0", GATE);
	road_enter(GATE);
	cable("gate1", "path0", PATH);
	road_enter(PATH);
	cable("path1", "far0", FAR);
	for (host = 0; host < HOSTS; host++)
		configure(host);
}

/**
 * road_lay() - make the network a cell's, with nothing on its way
 * @c: the cell
 * @seed: for all chance in it
 */
void road_lay(const struct cell *c, uint64_t seed)
{
	struct netem ahead = c->ahead, back = c->back;

	ahead.seed = seed;
	back.seed = seed + 1000;
	road_enter(GATE);
	netem_lay("gate1", &c->bottle);
	road_enter(PATH);
	netem_lay("path1", &ahead);
	netem_lay("path0", &back);
}
