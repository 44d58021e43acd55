// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/glass/faults: what was asked for goes wrong, and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wishes.h"

/* The first comes, the second of the same handshake does not */
static void drop_synacks(const struct kind *k)
{
	long long start = now_us(), took;
	struct pair p;

	netns_own();
	must_be(wish("drop with=syn,ack times=2\n"), 0);
	pair_open(k, &p);
	took = now_us() - start;
	note("%lld ms for a handshake whose SYN/ACK came the third time", took / 1000);
	must(took >= 1000000);
	row_is(1, 2, 0);
	must_be(rule_count("FAULT_DROP"), 2);
	exchange(&p, 10);
	pair_close(&p);
}

static void drop_the_third(const struct kind *k)
{
	struct pair p;
	struct row r;
	int i;

	netns_own();
	must_be(wish("drop with=text nth=3\n"), 0);
	pair_open(k, &p);
	for (i = 0; i < 5; i++)
		exchange(&p, 10);
	must(row_of(1, &r));
	must_be(r.done, 1);
	/* five, and the third again */
	must_be(r.seen, 6);
}

static void twice(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("dup with=text times=0\n"), 0);
	exchange(&p, 1000);
	exchange(&p, 1000);
	row_is(1, 2, 0);
	must_be(rule_count("FAULT_DUP"), 2);
	pair_close(&p);
}

static void damaged(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("corrupt with=text times=2\ncorrupt without=text\n"), 0);
	exchange(&p, 100000);
	row_is(1, 2, 0);
	row_is(2, 1, 0);
	must_be(rule_count("FAULT_CORRUPT"), 3);
	must_be(rule_count("CHECKSUM_BAD"), 3);
	pair_close(&p);
}

static void later(const struct kind *k)
{
	long long start, took;
	struct pair p;

	netns_own();
	pair_open(k, &p);
	exchange(&p, 10);
	must_be(wish("delay with=text ms=100 times=1\n"), 0);
	start = now_us();
	exchange(&p, 10);
	took = now_us() - start;
	note("%lld ms for text that was delayed by 100", took / 1000);
	must(took >= 90000);
	await_let_go(1);
	row_is(1, 1, 0);
	must_be(rule_count("FAULT_DELAY"), 1);
	pair_close(&p);
}

/* Nobody overtakes: it comes in the end */
static void behind_nobody(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("reorder with=syn without=ack behind=5 ms=300\n"), 0);
	pair_open(k, &p);
	row_is(1, 1, 0);
	exchange(&p, 10);
}

/* Three segments, the first last: what the user reads is in order */
static void behind_others(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	must_be(wish("reorder with=text behind=2 ms=3600000\n"), 0);
	pattern_send(p.c, 10, 0, 10);
	await_held(1, 1);
	pattern_send(p.c, 20, 10, 10);
	pattern_recv(p.s, 30, 0, 30);
	row_is(1, 1, 0);
	must_be(rule_count("FAULT_REORDER"), 1);
	pair_close(&p);
}

/* More gaps than there is room for at first: every second segment is held */
static void many_gaps(const struct kind *k)
{
	enum { SEGMENTS = 60, LEN = 10, BEFORE = 1000000 };
	struct pair p;
	int i;

	netns_own();
	pair_open(k, &p);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	for (i = 0; i < BEFORE; i += 50000) {
		pattern_send(p.c, 50000, i, 50000);
		pattern_recv(p.s, 50000, i, 50000);
	}
	/* the sender is not to hear of them */
	must_be(wish("hold from=%u times=0\n", port_of(p.s)), 0);
	for (i = 0; i < SEGMENTS; i++) {
		if (i % 2 == 0)
			must_be(wish("hold with=text\n"), 0);
		pattern_send(p.c, LEN, BEFORE + i * LEN, LEN);
	}
	must_be(wish("clear\n"), 0);
	pattern_recv(p.s, SEGMENTS * LEN, BEFORE, LEN);
	pair_close(&p);
}

/* rfc9293#section-3.5: both SYNs are on their way, then both arrive */
static void simultaneous_open(const struct kind *k)
{
	struct addr at[2] = { addr_loop(k, 7001), addr_loop(k, 7002) };
	char octet;
	int fd[2], i;

	netns_own();
	must_be(wish("hold with=syn without=ack times=0\n"), 0);
	for (i = 0; i < 2; i++) {
		fd[i] = stream_reuse(k);
		must_be(bind(fd[i], &at[i].sa, at[i].len), 0);
		set_nonblock(fd[i]);
	}
	for (i = 0; i < 2; i++) {
		must_be(connect(fd[i], &at[!i].sa, at[!i].len), -1);
		must_be(errno, EINPROGRESS);
	}
	await_held(1, 2);
	must_be(rule_count("FAULT_HOLD"), 2);
	must_be(wish("release 1\n"), 0);
	for (i = 0; i < 2; i++) {
		must(await(fd[i], POLLOUT) & POLLOUT);
		must_be(get_int(fd[i], SOL_SOCKET, SO_ERROR), 0);
	}
	await_state(k, 7001, 7002, TCP_ESTABLISHED);
	await_state(k, 7002, 7001, TCP_ESTABLISHED);
	must_be(send(fd[0], "a", 1, 0), 1);
	must(await(fd[1], POLLIN) & POLLIN);
	must_be(recv(fd[1], &octet, 1, 0), 1);
}

/* What is held arrives when the wish is taken back */
static void clear_lets_go(const struct kind *k)
{
	struct pair p;
	struct row r;

	netns_own();
	pair_open(k, &p);
	must_be(wish("hold with=text\n"), 0);
	pattern_send(p.c, 10, 0, 10);
	await_held(1, 1);
	must_be(wish("clear 1\n"), 0);
	pattern_recv(p.s, 10, 0, 10);
	must(!row_of(1, &r));
	pair_close(&p);
}

/* The netns ends, and so do segments that wait in it, and the wishes */
static void end_with_netns(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("hold with=text times=0\ndrop with=urg\n"), 0);
	pattern_send(p.c, 10, 0, 10);
	await_held(1, 1);
	/* an orphan would keep the netns for minutes */
	pair_abort(&p);
}

static void by_ports(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("drop with=text from=%u to=%u\n", port_of(p.s),
		     port_of(p.c)), 0);
	exchange(&p, 10);
	row_is(1, 0, 0);
	must_be(send(p.s, "text", 4, 0), 4);
	must_be(drain(p.c, 4), 4);
	row_is(1, 1, 0);
	pair_close(&p);
}

static void elsewhere(const struct kind *k)
{
	struct pair p;
	struct row r;

	netns_own();
	must_be(wish("drop times=0\n"), 0);
	netns_own();
	must(!row_of(1, &r));
	pair_open(k, &p);
	exchange(&p, 10);
	pair_close(&p);
}

static void refused(const struct kind *k)
{
	static const char *const bad[] = {
		"lose\n", "drop syn\n", "drop with=\n", "drop with=syn,\n",
		"drop with=SYN\n", "drop from=0\n", "drop to=65536\n",
		"drop nth=0\n", "drop nth=4294967296\n", "drop nth=-1\n",
		"drop ms=5\n", "drop behind=2\n", "delay\n", "delay ms=0\n",
		"delay ms=3600001\n", "reorder behind=0\n", "hold ms=1\n",
		"release 0\n", "release 1\n", "release x\n", "clear 7\n",
		"clear 1 2\n", "drop =\n", "drop nth\n", "\1\n",
		"keep ms=1\n", "replay\n", "replay 1\n", "thaw 1\n",
		"freeze with=syn\n", "freeze to=80\n", "freeze nth=1\n",
		"freeze port=0\n", "forget from=80\n", "forget times=0\n",
		"drop port=80\n",
	};
	struct pair p;
	struct row r;
	size_t i;

	netns_own();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!wish("%s", bad[i]))
			fail(__FILE__, __LINE__, "accepted: %s", bad[i]);
	must(!row_of(1, &r));
	pair_open(k, &p);
	pair_close(&p);
	/* nothing is something that can be said */
	must_be(wish("\n \t\n"), 0);
	must_be(wish("release\nclear\n"), 0);
	for (i = 0; i < 64; i++)
		must_be(wish("drop with=urg\n"), 0);
	must_be(wish("drop with=urg\n"), ENOSPC);
	must_be(wish("clear\n"), 0);
	must_be(wish("drop with=urg\ndrop nonsense\n"), EINVAL);
	must(row_of(65, &r));
}

static void not_for_everybody(const struct kind *k)
{
	struct pair p;
	struct row r;
	int fd;

	netns_own();
	fd = open(FAULTS, O_RDWR | O_CLOEXEC);
	must(fd >= 0);
	must_be(setresuid(65534, 65534, 65534), 0);
	must_be(wish("drop with=text\n"), EPERM);
	/* what root opened for him is root's doing */
	must_be(write(fd, "drop with=text\n", 15), 15);
	pair_open(k, &p);
	exchange(&p, 10);
	must(row_of(1, &r));
	must_be(r.done, 1);
}

static const struct test tests[] = {
	TEST(drop_synacks),
	TEST(drop_the_third),
	TEST(twice),
	TEST(damaged),
	TEST(later),
	TEST(behind_nobody),
	TEST(behind_others),
	TEST(many_gaps),
	TEST(simultaneous_open),
	TEST(clear_lets_go),
	TEST(end_with_netns),
	TEST(by_ports),
	TEST(elsewhere),
	TEST_FLAGS(refused, ONCE),
	TEST_FLAGS(not_for_everybody, ONCE),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
