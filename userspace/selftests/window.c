// SPDX-License-Identifier: GPL-2.0
/*
 * Flow control: a slow reader loses nothing and is not fed in crumbs
 * (rfc9293#section-3.8.6.2).
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "selftest.h"

#define BUFFER 16384
#define STREAM 400000

static void send_stream(void *arg)
{
	int fd = *(int *)arg;

	pattern_send(fd, STREAM, 0, 20000);
	must_be(shutdown(fd, SHUT_WR), 0);
}

/* A pair in a network namespace of its own, with a small receive buffer. */
static void narrow_pair(const struct kind *k, struct pair *p)
{
	struct addr at;

	netns_own();
	p->l = listener(k, &at, 1);
	must_be(set_int(p->l, SOL_SOCKET, SO_RCVBUF, BUFFER), 0);
	p->c = connected(k, &at);
	p->s = accept(p->l, NULL, NULL);
	must(p->s >= 0);
}

/* Everything is read in pieces; few packets are enough for it. */
static void slow_reader(const struct kind *k, size_t piece, long most)
{
	struct pair p;
	pid_t sender;
	long packets;

	narrow_pair(k, &p);
	packets = packets_on("lo");
	sender = spawn(send_stream, &p.c);
	pattern_recv(p.s, STREAM, 0, piece);
	pattern_end(p.s);
	reap(sender);
	packets = packets_on("lo") - packets;
	note("%ld packets for %d octets read in pieces of %zu", packets, STREAM,
	     piece);
	must(packets < most);
}

/* rfc9293: MUST-39 */
static void reader_of_crumbs(const struct kind *k)
{
	slow_reader(k, 50, 800);
}

static void reader_of_pieces(const struct kind *k)
{
	slow_reader(k, 3000, 800);
}

/* A window that closed opens again, without a packet per octet read. */
static void window_opens(const struct kind *k)
{
	struct pair p;
	long packets;
	size_t sent;

	narrow_pair(k, &p);
	sent = fill(p.c);
	must(!(await(p.s, POLLIN) & POLLHUP));
	packets = packets_on("lo");
	must_be(drain(p.s, 100), 100);
	pause_ms(20);
	must(packets_on("lo") - packets < 5);
	must_be(drain(p.s, sent - 100), sent - 100);
	must(await(p.c, POLLOUT) & POLLOUT);
	pattern_send(p.c, 5000, 0, 5000);
	pattern_recv(p.s, 5000, 0, 5000);
}

/* rfc9293: MAY-8, MUST-37 */
static void window_shut_for_minutes(const struct kind *k)
{
	struct pair p;
	size_t sent;

	narrow_pair(k, &p);
	sent = fill(p.c);
	pause_ms(600000);
	must_be(drain(p.s, sent), sent);
	pattern_send(p.c, 5000, 0, 5000);
	pattern_recv(p.s, 5000, 0, 5000);
}

/* What is in flight when the buffer shrinks still finds room. */
static void buffer_shrinks(const struct kind *k)
{
	struct pair p;
	pid_t sender;

	pair_open(k, &p);
	sender = spawn(send_stream, &p.c);
	pattern_recv(p.s, 50000, 0, 10000);
	must_be(set_int(p.s, SOL_SOCKET, SO_RCVBUF, 4096), 0);
	pattern_recv(p.s, 100000, 50000, 10000);
	must_be(set_int(p.s, SOL_SOCKET, SO_RCVBUF, 200000), 0);
	pattern_recv(p.s, STREAM - 150000, 150000, 10000);
	pattern_end(p.s);
	reap(sender);
}

/* Small writes in a row share segments while one is unacknowledged. */
static void cork_by_buffer(const struct kind *k)
{
	struct pair p;
	long packets;
	int i;

	netns_own();
	pair_open(k, &p);
	packets = packets_on("lo");
	for (i = 0; i < 1000; i++)
		pattern_send(p.c, 10, 10 * i, 10);
	pattern_recv(p.s, 10000, 0, 10000);
	await_acked(p.c);
	packets = packets_on("lo") - packets;
	note("%ld packets for 1000 writes", packets);
	must(packets < 2100);
}

static const struct test tests[] = {
	TEST(reader_of_crumbs),
	TEST(reader_of_pieces),
	TEST(window_opens),
	TEST_FLAGS(window_shut_for_minutes, SLOW),
	TEST(buffer_shrinks),
	TEST(cork_by_buffer),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
