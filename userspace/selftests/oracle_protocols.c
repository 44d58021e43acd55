// SPDX-License-Identifier: GPL-2.0
/*
 * A protocol's row in /proc/net/protocols: its sockets, its memory, and which
 * calls it has.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

/* A row, as far as two protocols can be alike */
struct protocol {
	long size;
	long sockets;
	long memory;
	char press[8];
	long header;
	char slab[8];
	char calls[64];
};

static void row_read(const struct kind *k, struct protocol *p)
{
	char want[16], line[256], name[32];
	FILE *f = fopen("/proc/net/protocols", "re");
	bool found = false;

	must(f);
	snprintf(want, sizeof(want), "%s%s", k->glass ? "GLASS" : "TCP",
		 k->af == AF_INET6 ? "v6" : "");
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%31s %ld %ld %ld %7s %ld %7s %*s %63[^\n]",
			       name, &p->size, &p->sockets, &p->memory,
			       p->press, &p->header, p->slab, p->calls) == 8 &&
			!strcmp(name, want);
	fclose(f);
	must(found);
}

static long sockets(const struct kind *k)
{
	struct protocol p;

	row_read(k, &p);
	return p.sockets;
}

static void protocols_columns(const struct kind *k)
{
	struct protocol p;

	netns_own();
	row_read(k, &p);
	must(p.size > 0);
	tell("memory is counted", p.memory >= 0);
	tell_text("press", p.press);
	tell("maxhdr", p.header);
	tell_text("slab", p.slab);
	tell_text("calls", p.calls);
}

/* Those of this network namespace; a connection that is not accepted is one */
static void protocols_sockets(const struct kind *k)
{
	struct addr at;
	int l, c, s;

	netns_own();
	tell("before", sockets(k));
	c = stream(k);
	at = addr_loop(k, 0);
	must_be(do_bind(c, &at), 0);
	tell("bound", sockets(k));
	close(c);
	l = listener(k, &at, 4);
	tell("a listener", sockets(k));
	c = connected(k, &at);
	await(l, POLLIN);
	tell("connected", sockets(k));
	s = accept(l, NULL, NULL);
	must(s >= 0);
	tell("accepted", sockets(k));
	reset_by(c);
	await(s, POLLHUP);
	tell("reset", sockets(k));
	close(s);
	close(l);
	tell("after", sockets(k));
}

const struct test oracle_protocols[] = {
	TEST_FLAGS(protocols_columns, SHOW),
	TEST(protocols_sockets),
	{ }
};
