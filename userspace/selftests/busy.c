// SPDX-License-Identifier: GPL-2.0
/*
 * What the module's own test needs to happen beside it:
 *
 *   busy KIND socket	makes a socket as nobody
 *   busy KIND once	one connection, a few octets, its end
 *   busy KIND transfer	text in a circle until it is killed
 *   busy KIND flood	SYNs from nowhere, whether anybody knows them or not
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "../../include/uapi/linux/glass.h"

static int try_socket(const struct kind *k)
{
	must_be(setresuid(65534, 65534, 65534), 0);
	if (socket(k->family, SOCK_STREAM, k->protocol) >= 0)
		return 0;
	perror("socket");
	return 1;
}

static int once(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	pattern_send(p.c, 1000, 0, 1000);
	pattern_recv(p.s, 1000, 0, 1000);
	/* Both ends reset: no TIME-WAIT is left. */
	reset_by(p.c);
	close(p.s);
	close(p.l);
	return 0;
}

static int transfer(const struct kind *k)
{
	struct pair p;
	size_t at;

	pair_open(k, &p);
	for (at = 0;; at += 10000) {
		pattern_send(p.c, 10000, at, 10000);
		pattern_recv(p.s, 10000, at, 10000);
		if (!at)
			printf("running\n");
		fflush(stdout);
		pause_ms(1);
	}
	return 0;
}

static int flood(const struct kind *k)
{
	/* Ports 7 to 7, sequence number 1, five words, SYN; no checksum */
	static const unsigned char syn[20] = {
		0, 7, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff,
	};
	struct addr to = addr_loop(k, 0);
	int raw = socket(k->wire, SOCK_RAW, IPPROTO_GLASS);

	must(raw >= 0);
	for (;;) {
		sendto(raw, syn, sizeof(syn), 0, &to.sa, to.len);
		pause_ms(1);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const struct kind *k);
	} jobs[] = {
		{ "socket", try_socket }, { "once", once },
		{ "transfer", transfer }, { "flood", flood },
	};
	size_t k, j;

	for (k = 0; argc == 3 && k < KINDS; k++)
		for (j = 0; j < 4; j++)
			if (!strcmp(argv[1], kinds[k].name) &&
			    !strcmp(argv[2], jobs[j].name))
				return jobs[j].run(&kinds[k]);
	fprintf(stderr, "usage: busy KIND socket|once|transfer|flood\n");
	return 2;
}
