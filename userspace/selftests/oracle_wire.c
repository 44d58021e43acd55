// SPDX-License-Identifier: GPL-2.0
/*
 * What a program's writes look like on the wire: how they are cut and when
 * they leave. A raw socket on the loopback device watches.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define SEG_URG 0x20

/* A pair in a network namespace of its own, and who watches it */
static int watched_pair(const struct kind *k, struct pair *p)
{
	int raw;

	netns_own();
	pair_open(k, p);
	raw = socket(k->af, SOCK_RAW, k->glass ? 253 : IPPROTO_TCP);
	must(raw >= 0);
	return raw;
}

/* The segments since then with text or URG: "length" or "length>pointer" */
static void tell_segments(const struct kind *k, const char *what, int raw)
{
	unsigned char b[65536], *seg;
	char text[256] = "";
	size_t used = 0;
	int n, len;

	while ((n = recv(raw, b, sizeof(b), MSG_DONTWAIT)) > 0) {
		/* IPv6 keeps its header */
		seg = k->af == AF_INET ? b + (b[0] & 15) * 4 : b;
		len = b + n - seg - (seg[12] >> 4) * 4;
		if (!len && !(seg[13] & SEG_URG))
			continue;
		used += snprintf(text + used, sizeof(text) - used, "%s%d",
				 used ? "," : "", len);
		if (seg[13] & SEG_URG)
			used += snprintf(text + used, sizeof(text) - used,
					 ">%d", seg[18] << 8 | seg[19]);
		must(used < sizeof(text));
	}
	tell_text(what, text);
}

static void say(int fd, size_t len, int flags)
{
	must_be(do_send(fd, len, flags), (long)len);
}

static void wire_urgent(const struct kind *k)
{
	struct pair p;
	int raw = watched_pair(k, &p);

	say(p.c, 1, MSG_OOB);
	await_acked(p.c);
	tell_segments(k, "one", raw);
	say(p.c, 3, MSG_OOB);
	await_acked(p.c);
	tell_segments(k, "three", raw);
	say(p.c, 2, 0);
	await_acked(p.c);
	tell_segments(k, "after", raw);
}

const struct test oracle_wire[] = {
	TEST(wire_urgent),
	{ }
};
