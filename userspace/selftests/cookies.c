// SPDX-License-Identifier: GPL-2.0
/*
 * A listener in a flood of SYNs: the SYN queue, and cookies beyond it. TCP,
 * with the same sysctls, must pass what does not look at Glass' own files.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hosts.h"

#define BACKLOG	2
#define QUEUE	(BACKLOG + 1)	/* what the SYN queue holds */

/* SYNs of hosts that never answer, as many as the SYN queue holds */
static void fill_queue(const struct kind *k)
{
	unsigned int host;

	for (host = 100; host < 100 + QUEUE; host++)
		must(host_shake(k, host).shift);
}

/* Beyond the queue each SYN gets a cookie, its ACK opens; rfc4987: 3.6, 3.7 */
static void cookies_when_full(const struct kind *k)
{
	int l = hosts_listener(k, BACKLOG), s;
	struct wire_seg first, again, ack;
	char text[16];

	fill_queue(k);
	must_have(k, "LISTEN_SYN_COOKIE", 0);
	first = host_shake(k, 2);
	/* What cannot be remembered is not agreed on. */
	must_be(first.shift, 0);
	must(first.mss);
	again = host_shake(k, 2);
	must_be(again.seq, first.seq);
	must(host_shake(k, 3).seq != first.seq);
	must_have(k, "LISTEN_SYN_COOKIE", 3);
	must_have(k, "SEND_SYN_COOKIE", 3);

	ack = host_ack(&first, 5);
	hosts_send(k, &ack);
	s = accept(l, NULL, NULL);
	must(s >= 0);
	must_be(recv(s, text, sizeof(text), 0), 5);
	must_be(get_int(s, IPPROTO_TCP, TCP_MAXSEG) <= 1300, true);
	must_be(get_int(s, IPPROTO_TCP, TCP_MAXSEG) >= 1200, true);
	must_have(k, "COOKIE_ACK", 1);
	must_be(send(s, "hello", 5, 0), 5);
	do
		must(hosts_hear(k, &ack, 500));
	while (!ack.len);
	must_be(ack.len, 5);
	must_be(ack.seq, first.seq + 1);
}

/* The second ACK of a cookie is one of the connection that the first made. */
static void cookie_ack_twice(const struct kind *k)
{
	int l = hosts_listener(k, BACKLOG), s;
	struct wire_seg synack, ack;
	char text[16];

	fill_queue(k);
	synack = host_shake(k, 2);
	ack = host_ack(&synack, 0);
	hosts_send(k, &ack);
	hosts_send(k, &ack);
	ack.len = 3;
	hosts_send(k, &ack);
	s = accept(l, NULL, NULL);
	must_be(recv(s, text, sizeof(text), 0), 3);
	must_have(k, "COOKIE_ACK", 1);
	set_nonblock(l);
	must_be(accept(l, NULL, NULL), -1);
	must_be(errno, EAGAIN);
}

/* An ACK that no cookie asked for: RST, with its own number; rfc4987: 3.6 */
static void cookie_forged(const struct kind *k)
{
	int l = hosts_listener(k, BACKLOG), i;
	struct wire_seg synack, ack, rst;

	fill_queue(k);
	synack = host_shake(k, 2);
	for (i = 0; i < 200; i++) {
		ack = host_ack(&synack, 0);
		ack.ack += i % 4 == 0 ? 1000 + i : 0;
		ack.seq += i % 4 == 1 ? 1 + i : 0;
		ack.port += i % 4 == 2 ? 1 + i : 0;
		ack.host += i % 4 == 3 ? 2000 + i : 0;
		hosts_send(k, &ack);
		/* The embryos' SYN/ACKs may come again meanwhile. */
		do
			must(hosts_hear(k, &rst, 500));
		while (rst.host != ack.host);
		must_be(rst.flags, RST);
		must_be(rst.seq, ack.ack);
	}
	must_have(k, "COOKIE_BAD", 200);
	set_nonblock(l);
	must_be(accept(l, NULL, NULL), -1);
	/* It was the forger's, not ours: ours is still good. */
	ack = host_ack(&synack, 0);
	hosts_send(k, &ack);
	must(await(l, POLLIN) & POLLIN);
}

/* A listener without cookies is not asked about them. */
static void ack_without_cookies(const struct kind *k)
{
	struct wire_seg s = host_syn(2);

	hosts_listener(k, BACKLOG);
	s.flags = ACK;
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 500));
	must_be(s.flags, RST);
	must_have(k, "LISTEN_ACK", 1);
	must_have(k, "COOKIE_BAD", 0);
}

/* One minute: good. More than two: too old. */
static void cookie_life(const struct kind *k)
{
	int l = hosts_listener(k, BACKLOG);
	struct wire_seg early, late, s;

	fill_queue(k);
	early = host_shake(k, 2);
	late = host_shake(k, 3);
	/* The embryos' SYN/ACKs come again meanwhile. */
	pause_ms(58000);
	while (hosts_hear(k, &s, 0))
		;
	s = host_ack(&early, 0);
	hosts_send(k, &s);
	must(await(l, POLLIN) & POLLIN);
	pause_ms(72000);
	while (hosts_hear(k, &s, 0))
		;
	/* Cookies are expected: new ones are being sent. */
	fill_queue(k);
	host_shake(k, 4);
	s = host_ack(&late, 0);
	hosts_send(k, &s);
	do
		must(hosts_hear(k, &s, 500));
	while (s.host != 3);
	must_be(s.flags, RST);
	if (k->glass)
		must_be(rule_count("COOKIE_OLD") + rule_count("COOKIE_BAD"), 1);
}

/* net.glass: syncookies */
static void cookies_off(const struct kind *k)
{
	struct wire_seg s = host_syn(2);
	int l = hosts_listener(k, BACKLOG);

	set_sysctl(k, "syncookies", 0);
	fill_queue(k);
	hosts_send(k, &s);
	hosts_hear_nothing(k, 100);
	must_have(k, "LISTEN_SYN_QUEUE_FULL", 1);
	must_have(k, "LISTEN_SYN_COOKIE", 0);
	close(l);
}

/* Every handshake by cookie, although there is room */
/* net.glass: syncookies */
static void cookies_always(const struct kind *k)
{
	int l = hosts_listener(k, BACKLOG);
	struct wire_seg s;

	set_sysctl(k, "syncookies", 2);
	s = host_shake(k, 2);
	must_be(s.shift, 0);
	s = host_ack(&s, 1);
	hosts_send(k, &s);
	must(accept(l, NULL, NULL) >= 0);
	must_have(k, "LISTEN_SYN", 0);
	must_have(k, "COOKIE_ACK", 1);
}

/* With the accept queue full too, nothing is answered. */
static void accept_queue_full(const struct kind *k)
{
	int l = hosts_listener(k, 0);
	struct wire_seg s;

	s = host_shake(k, 50);
	s = host_ack(&s, 0);
	hosts_send(k, &s);
	must(await(l, POLLIN) & POLLIN);
	s = host_syn(2);
	hosts_send(k, &s);
	hosts_hear_nothing(k, 100);
	must_have(k, "LISTEN_ACCEPT_QUEUE_FULL", 1);
}

/* The accept queue was full when the cookie's ACK came: the next one opens. */
static void cookie_waits_for_room(const struct kind *k)
{
	int l = hosts_listener(k, 0);
	struct wire_seg one, two, ack;

	set_sysctl(k, "syncookies", 2);
	one = host_shake(k, 2);
	two = host_shake(k, 3);
	ack = host_ack(&one, 0);
	hosts_send(k, &ack);
	ack = host_ack(&two, 4);
	hosts_send(k, &ack);
	hosts_hear_nothing(k, 20);
	must(accept(l, NULL, NULL) >= 0);
	hosts_send(k, &ack);
	must(accept(l, NULL, NULL) >= 0);
}

/* Thousands of SYNs, and whoever means it gets in. */
static void flood(const struct kind *k)
{
	struct addr at = addr_kernel(k, 5300);
	int l = hosts_listener(k, 8), i, c, s;
	struct wire_seg syn;
	char text[8];

	for (i = 0; i < 5000; i++) {
		syn = host_syn(1000 + i);
		hosts_send(k, &syn);
		while (hosts_hear(k, &syn, 0))
			;
		if (i % 50)
			continue;
		c = connected(k, &at);
		must_be(send(c, "hello", 5, 0), 5);
		s = accept(l, NULL, NULL);
		must_be(recv(s, text, 5, MSG_WAITALL), 5);
		close(c);
		close(s);
	}
	/* Only those who mean it ever use room in the queue for long. */
	if (k->glass)
		must(rule_count("COOKIE_ACK") >= 98);
}

/* Rows of a table that have this text in them */
static int rows_with(const char *path, const char *text)
{
	FILE *f = fopen(path, "r");
	char line[256];
	int rows = 0;

	must(f);
	while (fgets(line, sizeof(line), f))
		rows += !!strstr(line, text);
	fclose(f);
	return rows;
}

/* Each embryo has a row, the listener their number, a cookie has nothing. */
static void queue_is_seen(const struct kind *k)
{
	const char *table = k->af == AF_INET ? "tcp" : "tcp6";
	char path[64];

	hosts_listener(k, BACKLOG);
	fill_queue(k);
	host_shake(k, 2);
	snprintf(path, sizeof(path), "/proc/net/%s%s", k->glass ? "glass/" : "",
		 table);
	must_be(rows_with(path, " 03 0000"), QUEUE);
	/* The head and the listener: nothing for a cookie */
	must_be(rows_with(path, ""), 2 + QUEUE);
	if (!k->glass)
		return;
	must_be(rows_with("/proc/net/glass/connections", " syn-queue:3 "), 1);
	must_be(rows_with("/proc/net/glass/connections", "SYN-RECEIVED"), QUEUE);
}

static const struct test tests[] = {
	TEST(cookies_when_full),
	TEST(cookie_ack_twice),
	TEST(cookie_forged),
	TEST(ack_without_cookies),
	TEST_FLAGS(cookie_life, SLOW),
	TEST(cookies_off),
	TEST(cookies_always),
	TEST(accept_queue_full),
	TEST(cookie_waits_for_room),
	TEST(flood),
	TEST(queue_is_seen),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
