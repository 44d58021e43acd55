// SPDX-License-Identifier: GPL-2.0
/*
 * Sleeping and waking: a call that waits ends when, and only when, what it
 * waits for happens.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "selftest.h"

/**
 * struct sleeper - a thread in one blocking call
 * @call: the call
 * @fd: its socket
 * @tid: the thread's, 0 until it runs
 * @ret: what the call returned
 * @err: errno after it
 */
struct sleeper {
	ssize_t (*call)(int fd);
	int fd;
	int tid;
	ssize_t ret;
	int err;
	pthread_t thread;
};

static void *sleep_in_call(void *arg)
{
	struct sleeper *s = arg;

	__atomic_store_n(&s->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	s->ret = s->call(s->fd);
	s->err = s->ret < 0 ? errno : 0;
	return NULL;
}

static void sleeper_start(struct sleeper *s, ssize_t (*call)(int fd), int fd)
{
	*s = (struct sleeper){ .call = call, .fd = fd };
	must_be(pthread_create(&s->thread, NULL, sleep_in_call, s), 0);
	while (!__atomic_load_n(&s->tid, __ATOMIC_ACQUIRE) || !asleep(s->tid))
		pause_ms(1);
}

static void sleeper_is(struct sleeper *s, ssize_t ret, int err)
{
	must_be(pthread_join(s->thread, NULL), 0);
	must_be(s->ret, ret);
	must_be(s->err, err);
}

static ssize_t call_recv(int fd)
{
	char buf[16];

	return recv(fd, buf, sizeof(buf), 0);
}

static ssize_t call_send(int fd)
{
	return send(fd, "x", 1, MSG_NOSIGNAL);
}

static ssize_t call_accept(int fd)
{
	int s = accept(fd, NULL, NULL);

	return s < 0 ? -1 : 0;
}

static ssize_t call_poll(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, -1) == 1 ? p.revents : -1;
}

static ssize_t call_poll_out(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) == 1 ? p.revents : -1;
}

static void recv_woken_by_text(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	sleeper_start(&s, call_recv, p.s);
	must_be(send(p.c, "abc", 3, 0), 3);
	sleeper_is(&s, 3, 0);
}

static void recv_woken_by_end(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	sleeper_start(&s, call_recv, p.s);
	must_be(shutdown(p.c, SHUT_WR), 0);
	sleeper_is(&s, 0, 0);
}

static void recv_woken_by_reset(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	sleeper_start(&s, call_recv, p.s);
	reset_by(p.c);
	sleeper_is(&s, -1, ECONNRESET);
}

static void recv_woken_by_shutdown(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	sleeper_start(&s, call_recv, p.s);
	must_be(shutdown(p.s, SHUT_RD), 0);
	sleeper_is(&s, 0, 0);
}

static void send_woken_by_room(const struct kind *k)
{
	struct sleeper s;
	struct pair p;
	size_t sent;

	pair_open(k, &p);
	sent = fill_for_good(p.c);
	sleeper_start(&s, call_send, p.c);
	must_be(drain(p.s, sent), sent);
	sleeper_is(&s, 1, 0);
	must_be(drain(p.s, 1), 1);
}

static void send_woken_by_reset(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	fill_for_good(p.c);
	sleeper_start(&s, call_send, p.c);
	reset_by(p.s);
	sleeper_is(&s, -1, ECONNRESET);
}

static void send_woken_by_shutdown(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	fill_for_good(p.c);
	sleeper_start(&s, call_send, p.c);
	must_be(shutdown(p.c, SHUT_WR), 0);
	sleeper_is(&s, -1, EPIPE);
}

static void accept_woken_by_connect(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	struct sleeper s;

	sleeper_start(&s, call_accept, l);
	connected(k, &at);
	sleeper_is(&s, 0, 0);
}

static void accept_woken_by_shutdown(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	struct sleeper s;

	sleeper_start(&s, call_accept, l);
	must_be(shutdown(l, SHUT_RD), 0);
	sleeper_is(&s, -1, EINVAL);
}

static void poll_woken_by_text(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	sleeper_start(&s, call_poll, p.s);
	must_be(send(p.c, "abc", 3, 0), 3);
	sleeper_is(&s, POLLIN, 0);
}

static void poll_woken_by_connect(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);
	struct sleeper s;

	sleeper_start(&s, call_poll, l);
	connected(k, &at);
	sleeper_is(&s, POLLIN, 0);
}

static void poll_woken_by_room(const struct kind *k)
{
	struct sleeper s;
	struct pair p;
	size_t sent;

	pair_open(k, &p);
	sent = fill_for_good(p.c);
	sleeper_start(&s, call_poll_out, p.c);
	must_be(drain(p.s, sent), sent);
	sleeper_is(&s, POLLOUT, 0);
}

static void poll_woken_by_reset(const struct kind *k)
{
	struct sleeper s;
	struct pair p;

	pair_open(k, &p);
	sleeper_start(&s, call_poll, p.s);
	reset_by(p.c);
	sleeper_is(&s, POLLIN | POLLERR | POLLHUP, 0);
}

/*
 * A timeout is never early, and not absurdly late: on a clock that only waiting
 * moves, not on one that a busy host holds back.
 */
static void timeouts_keep_time(const struct kind *k)
{
	struct pair p;
	long long at;

	pair_open(k, &p);
	set_timeout(p.s, SO_RCVTIMEO, 120);
	at = now_us();
	must_be(call_recv(p.s), -1);
	must_be(errno, EAGAIN);
	at = now_us() - at;
	must(at >= 115000 && at < 3000000);
	fill_for_good(p.c);
	set_timeout(p.c, SO_SNDTIMEO, 120);
	at = now_us();
	must_be(call_send(p.c), -1);
	must_be(errno, EAGAIN);
	at = now_us() - at;
	must(at >= 115000 && at < 3000000);
}

/* Two readers of one stream share it without loss. */
static ssize_t call_recv_all(int fd)
{
	char buf[100];
	ssize_t n, sum = 0;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		sum += n;
	return n < 0 ? -1 : sum;
}

static void readers_share(const struct kind *k)
{
	struct sleeper s[4];
	ssize_t sum = 0;
	struct pair p;
	int i;

	pair_open(k, &p);
	for (i = 0; i < 4; i++)
		sleeper_start(&s[i], call_recv_all, p.s);
	pattern_send(p.c, 200000, 0, 5000);
	must_be(shutdown(p.c, SHUT_WR), 0);
	for (i = 0; i < 4; i++) {
		must_be(pthread_join(s[i].thread, NULL), 0);
		must(s[i].ret >= 0);
		sum += s[i].ret;
	}
	must_be(sum, 200000);
}

static ssize_t call_send_much(int fd)
{
	static const char buf[30000];
	ssize_t sum = 0, n;

	while (sum < 200000) {
		n = send(fd, buf, sizeof(buf), 0);
		if (n < 0)
			return -1;
		sum += n;
	}
	return sum;
}

static void writers_share(const struct kind *k)
{
	struct sleeper s[3];
	struct pair p;
	size_t filled, sum = 0;
	int i;

	pair_open(k, &p);
	filled = fill_for_good(p.c);
	for (i = 0; i < 3; i++)
		sleeper_start(&s[i], call_send_much, p.c);
	must_be(drain(p.s, filled), filled);
	must_be(drain(p.s, 600000), 600000);
	for (i = 0; i < 3; i++) {
		/* Each sends some 30000 more than its last call needed. */
		must_be(pthread_join(s[i].thread, NULL), 0);
		must(s[i].ret >= 200000);
		sum += s[i].ret;
	}
	must_be(drain(p.s, sum - 600000), sum - 600000);
}

static const struct test tests[] = {
	TEST(recv_woken_by_text),
	TEST(recv_woken_by_end),
	TEST(recv_woken_by_reset),
	TEST(recv_woken_by_shutdown),
	TEST(send_woken_by_room),
	TEST(send_woken_by_reset),
	TEST(send_woken_by_shutdown),
	TEST(accept_woken_by_connect),
	TEST(accept_woken_by_shutdown),
	TEST(poll_woken_by_text),
	TEST(poll_woken_by_connect),
	TEST(poll_woken_by_room),
	TEST(poll_woken_by_reset),
	TEST_FLAGS(timeouts_keep_time, SLOW),
	TEST(readers_share),
	TEST(writers_share),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
