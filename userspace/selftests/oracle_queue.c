// SPDX-License-Identifier: GPL-2.0
/*
 * Queues of a device that tell connections apart: by skb->hash, by the socket,
 * and htb, which holds back what is of a class. Packets are of the class that
 * their socket's priority names, so that nothing else is in these queues.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define CLASS	0x10001		/* 1:1 */
#define FLOWS	3
#define SOME	4000		/* octets, of which a class lets a first lot by */
#define MUCH	131072

/* near0 has a class of its own for our sockets, this fast and with that queue */
static void queue_open(struct link *l, const char *rate, const char *leaf)
{
	if (access("/sys/module/sch_htb", F_OK))
		skip("a kernel without these queues");
	link_open(l);
	command("tc qdisc add dev near0 root handle 1: htb");
	command("tc class add dev near0 parent 1: classid 1:1 htb rate %s burst 2000 quantum 2000",
		rate);
	if (leaf)
		command("tc qdisc add dev near0 parent 1:1 %s", leaf);
}

/* A figure of near0's queues that one of them has */
static long queue_figure(const char *name)
{
	FILE *f = popen("tc -s -j qdisc show dev near0", "re");
	static char text[16384];
	char key[64];
	const char *at;
	size_t len;

	must(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	must_be(pclose(f), 0);
	text[len] = 0;
	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(text, key);
	must(at);
	return strtol(at + strlen(key), NULL, 10);
}

/* Connections between the same two hosts, and ports that differ by one */
static void connect_all(const struct kind *k, const struct link *l, int *c)
{
	struct addr at = addr_far(k, 5200);
	struct pair p;
	int i;

	link_pair(k, l, &p);
	for (i = 0; i < FLOWS; i++) {
		c[i] = connected(k, &at);
		must(accept(p.l, NULL, NULL) >= 0);
		await_acked(c[i]);
		must_be(set_int(c[i], SOL_SOCKET, SO_PRIORITY, CLASS), 0);
	}
}

/* What waits there is thrown away, and nobody stays to send it again */
static void queue_close(const int *c)
{
	int i;

	command("tc qdisc del dev near0 root");
	for (i = 0; i < FLOWS; i++)
		reset_by(c[i]);
}

/*
 * A queue that hardly moves: what waits there is of so many flows. Whoever sends
 * it again takes another path, but that is a round trip away.
 */
static void queue_codel_flows(const struct kind *k)
{
	int c[FLOWS], i;
	struct link l;

	queue_open(&l, "8kbit", "fq_codel flows 65536");
	link_far(&l, "tc qdisc add dev far0 root netem delay 300ms");
	connect_all(k, &l, c);
	/* a lot that is let by at once, and some that waits */
	tell("send", do_send(c[0], SOME, 0));
	for (i = 0; i < FLOWS; i++)
		tell("send", do_send(c[i], SOME, 0));
	/* more, where a slow machine let one be sent again */
	tell("flows", queue_figure("new_flows_len") +
	     queue_figure("old_flows_len") >= FLOWS);
	queue_close(c);
}

/* fq has a flow for each socket that is paced; TCP's first ten are not. */
static void queue_fq_flows(const struct kind *k)
{
	int c[FLOWS], i, n;
	struct link l;

	queue_open(&l, "100mbit", "fq");
	connect_all(k, &l, c);
	for (i = 0; i < FLOWS; i++) {
		must_be(set_int(c[i], IPPROTO_TCP, TCP_NODELAY, 1), 0);
		for (n = 0; n < 12; n++)
			send_octet(c[i]);
		await_acked(c[i]);
		must_be(set_int(c[i], SOL_SOCKET, SO_MAX_PACING_RATE, 2000), 0);
		tell("send", do_send(c[i], 1000, 0));
		tell("send", do_send(c[i], 1000, 0));
		tell("flows", queue_figure("flows"));
	}
	queue_close(c);
}

struct writer {
	int fd;
	size_t len;
};

static void write_all(void *arg)
{
	const struct writer *w = arg;

	pattern_send(w->fd, w->len, 0, w->len);
}

/* All of it arrives by a class with this queue, at @pace octets a second if set */
static void tell_pace(const struct kind *k, const char *rate, const char *leaf,
		      int pace)
{
	struct writer w = { .len = MUCH };
	long long start;
	struct link l;
	struct pair p;
	pid_t child;
	long took;

	queue_open(&l, rate, leaf);
	link_pair(k, &l, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_PRIORITY, CLASS), 0);
	if (pace)
		must_be(set_int(p.c, SOL_SOCKET, SO_MAX_PACING_RATE, pace), 0);
	w.fd = p.c;
	start = now_us();
	child = spawn(write_all, &w);
	pattern_recv(p.s, MUCH, 0, MUCH);
	took = (now_us() - start) / 1000;
	reap(child);
	note("%ld ms", took);
	tell("not sooner", took >= 250);
	tell("nor later", took <= 4000);
}

/* A quarter of a megabyte a second, by the socket's wish */
static void queue_fq_pace(const struct kind *k)
{
	tell_pace(k, "100mbit", "fq", MUCH * 2);
}

/* The same by the class */
static void queue_htb_rate(const struct kind *k)
{
	tell_pace(k, "2mbit", "fq_codel", 0);
}

const struct test oracle_queue[] = {
	TEST_FLAGS(queue_codel_flows, PROTO),
	TEST_FLAGS(queue_fq_flows, PROTO),
	TEST_FLAGS(queue_fq_pace, PROTO),
	TEST_FLAGS(queue_htb_rate, PROTO),
	{ }
};
