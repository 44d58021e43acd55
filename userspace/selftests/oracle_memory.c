// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of sockets, by cgroup: who opened or accepted one is charged for
 * what waits in it. This process goes from cgroup to cgroup.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracle.h"

#define TEXT (1 << 20)

/* A cgroup whose memory is counted, by its path */
struct cgroup {
	char path[64];
};

static void cgroup_file(const struct cgroup *g, const char *name, char *path)
{
	snprintf(path, 128, "%s/%s", g->path, name);
}

static struct cgroup cgroup_new(const char *top, const char *name)
{
	struct cgroup g;

	snprintf(g.path, sizeof(g.path), "%s/%s.%d", top, name, getpid());
	must_be(mkdir(g.path, 0755), 0);
	return g;
}

static void cgroup_enter(const struct cgroup *g)
{
	char path[128];

	cgroup_file(g, "cgroup.procs", path);
	must(write_file(path, "0"));
}

/* Octets of sockets; what the CPUs counted is told a little later. */
static long charged(const struct cgroup *g)
{
	char path[128], line[64];
	long octets = -1;
	FILE *f;

	cgroup_file(g, "memory.stat", path);
	f = fopen(path, "re");
	must(f);
	while (octets < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "sock %ld", &octets) != 1)
			octets = -1;
	fclose(f);
	must(octets >= 0);
	return octets;
}

/* Is it charged for a text of a megabyte? As it should be, within ten seconds */
static void tell_charged(const char *what, const struct cgroup *g, bool should)
{
	int tries = 1000;

	while ((charged(g) >= TEXT / 2) != should && tries--)
		pause_ms(10);
	tell(what, charged(g) >= TEXT / 2);
}

static void top_open(char *top)
{
	char path[128];

	cgroups_mount(top);
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", top);
	if (!write_file(path, "+memory"))
		skip("a kernel without memory cgroups");
}

static void roomy(int fd)
{
	must_be(set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, 4 * TEXT), 0);
	must_be(set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, 4 * TEXT), 0);
}

/*
 * One opens a listener, one connects to it, a third accepts: the text that
 * came before is his from then on, and so is what comes later.
 */
static void memory_accepted(const struct kind *k)
{
	struct cgroup opener, client, worker;
	char top[CGROUPS_PATH];
	struct addr at;
	int l, c, s;

	top_open(top);
	opener = cgroup_new(top, "opener");
	client = cgroup_new(top, "client");
	worker = cgroup_new(top, "worker");
	netns_own();
	cgroup_enter(&opener);
	l = listener(k, &at, 4);
	roomy(l);
	cgroup_enter(&client);
	c = connected(k, &at);
	roomy(c);
	pattern_send(c, TEXT, 0, TEXT);
	await_acked(c);
	tell_charged("not accepted, opener", &opener, false);
	cgroup_enter(&worker);
	s = accept(l, NULL, NULL);
	must(s >= 0);
	tell_charged("accepted, worker", &worker, true);
	tell_charged("opener", &opener, false);
	tell_charged("client", &client, false);
	pattern_recv(s, TEXT, 0, TEXT);
	tell_charged("read, worker", &worker, false);
	cgroup_enter(&opener);
	pattern_send(c, TEXT, TEXT, TEXT);
	await_acked(c);
	tell_charged("more, worker", &worker, true);
	tell_charged("opener", &opener, false);
	close(s);
	tell_charged("closed, worker", &worker, false);
}

/* What a peer does not take waits with the one who opened the socket. */
static void memory_opened(const struct kind *k)
{
	static const char piece[1 << 16];
	char top[CGROUPS_PATH];
	struct cgroup client;
	struct addr at;
	int l, c, i;

	top_open(top);
	client = cgroup_new(top, "client");
	netns_own();
	l = listener(k, &at, 4);
	must_be(set_int(l, SOL_SOCKET, SO_RCVBUF, 20000), 0);
	cgroup_enter(&client);
	c = connected(k, &at);
	roomy(c);
	for (i = 0; i < 2 * TEXT; i += sizeof(piece))
		must_be(send(c, piece, sizeof(piece), MSG_DONTWAIT),
			sizeof(piece));
	tell_charged("filled", &client, true);
	reset_by(c);
	tell_charged("closed", &client, false);
}

const struct test oracle_memory[] = {
	TEST(memory_accepted),
	TEST(memory_opened),
	{ }
};
