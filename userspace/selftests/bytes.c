// SPDX-License-Identifier: GPL-2.0
/*
 * The byte stream: what goes in comes out, whatever the sizes and the calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "selftest.h"

#define MEGA (1 << 20)

/**
 * struct flow - one direction, for spawn()
 * @fd: the sending end
 * @len: octets in all
 * @piece: octets per call
 */
struct flow {
	int fd;
	size_t len;
	size_t piece;
};

static void send_flow(void *arg)
{
	struct flow *f = arg;

	pattern_send(f->fd, f->len, 0, f->piece);
	must_be(shutdown(f->fd, SHUT_WR), 0);
}

/* @len octets from one end to the other, sent and received in pieces. */
static void transfer(const struct kind *k, size_t len, size_t out, size_t in)
{
	struct flow f = { .len = len, .piece = out };
	struct pair p;
	pid_t sender;

	pair_open(k, &p);
	f.fd = p.c;
	sender = spawn(send_flow, &f);
	pattern_recv(p.s, len, 0, in);
	pattern_end(p.s);
	reap(sender);
	pair_close(&p);
}

static void sixteen_megabytes(const struct kind *k)
{
	transfer(k, 16 * MEGA, 256 * 1024, 256 * 1024);
}

static void small_writes(const struct kind *k)
{
	transfer(k, 20000, 7, 4096);
}

static void small_reads(const struct kind *k)
{
	transfer(k, 200000, 65536, 61);
}

static void odd_sizes(const struct kind *k)
{
	static const size_t sizes[] = {
		1, 2, 3, 47, 535, 536, 537, 1219, 1220, 1221, 1447, 1448, 1460,
		4095, 4096, 4097, 16384, 32741, 65483, 65535, 65536, 65537,
	};
	struct pair p;
	size_t i;

	pair_open(k, &p);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pattern_send(p.c, sizes[i], i, sizes[i]);
		pattern_recv(p.s, sizes[i], i, sizes[i]);
		pattern_send(p.s, sizes[i], i, sizes[i]);
		pattern_recv(p.c, sizes[i], i, sizes[i]);
	}
	pair_close(&p);
}

static void recv_flow(void *arg)
{
	struct flow *f = arg;

	pattern_recv(f->fd, f->len, 0, f->piece);
	pattern_end(f->fd);
}

static void both_ways(const struct kind *k)
{
	struct flow there = { .len = 2 * MEGA, .piece = 30000 };
	struct flow back = { .len = 2 * MEGA, .piece = 50000 };
	struct flow end = { .len = 2 * MEGA, .piece = 16384 };
	pid_t one, two, three;
	struct pair p;

	pair_open(k, &p);
	there.fd = p.c;
	end.fd = p.c;
	back.fd = p.s;
	one = spawn(send_flow, &there);
	two = spawn(send_flow, &back);
	three = spawn(recv_flow, &end);
	end.fd = p.s;
	recv_flow(&end);
	reap(one);
	reap(two);
	reap(three);
}

static void ping_pong(const struct kind *k)
{
	char byte;
	struct pair p;
	int i;

	pair_open(k, &p);
	for (i = 0; i < 500; i++) {
		byte = i;
		must_be(send(p.c, &byte, 1, 0), 1);
		must_be(recv(p.s, &byte, 1, 0), 1);
		must_be(byte, (char)i);
		must_be(send(p.s, &byte, 1, 0), 1);
		must_be(recv(p.c, &byte, 1, 0), 1);
	}
}

static void waitall_long(const struct kind *k)
{
	struct flow f = { .len = 900000, .piece = 777 };
	char *buf = malloc(f.len);
	struct pair p;
	pid_t sender;

	pair_open(k, &p);
	f.fd = p.c;
	sender = spawn(send_flow, &f);
	must_be(recv(p.s, buf, f.len, MSG_WAITALL), f.len);
	must(pattern_is(buf, f.len, 0));
	pattern_end(p.s);
	reap(sender);
}

static void peek_long(const struct kind *k)
{
	size_t len = 40000;
	char *buf = malloc(len);
	struct pair p;

	pair_open(k, &p);
	pattern_send(p.c, len, 0, 3000);
	must_be(recv(p.s, buf, len, MSG_PEEK | MSG_WAITALL), len);
	must(pattern_is(buf, len, 0));
	must_be(recv(p.s, buf, 12345, 0), 12345);
	must(pattern_is(buf, 12345, 0));
	memset(buf, 0, len);
	must_be(recv(p.s, buf, len, MSG_PEEK), len - 12345);
	must(pattern_is(buf, len - 12345, 12345));
	pattern_recv(p.s, len - 12345, 12345, len);
}

/* Discards without a copy, and loses its place by nothing. */
static void trunc_long(const struct kind *k)
{
	size_t len = 40000;
	struct pair p;

	pair_open(k, &p);
	pattern_send(p.c, len, 0, len);
	must_be(recv(p.s, NULL, 30001, MSG_TRUNC | MSG_WAITALL), 30001);
	pattern_recv(p.s, len - 30001, 30001, 500);
}

static void scattered(const struct kind *k)
{
	static const size_t cuts[] = { 1, 0, 5000, 17, 4096, 20000, 3, 883 };
	struct iovec iov[8];
	size_t len = 0, i;
	char *out, *in;
	struct pair p;

	for (i = 0; i < 8; i++)
		len += cuts[i];
	out = malloc(len);
	in = malloc(len);
	pattern_fill(out, len, 0);
	for (i = 0, len = 0; i < 8; len += cuts[i++])
		iov[i] = (struct iovec){ out + len, cuts[i] };
	pair_open(k, &p);
	must_be(writev(p.c, iov, 8), len);
	await_acked(p.c);
	for (i = 0, len = 0; i < 8; len += cuts[7 - i++])
		iov[i] = (struct iovec){ in + len, cuts[7 - i] };
	must_be(readv(p.s, iov, 8), len);
	must(pattern_is(in, len, 0));
}

/* A file of @len octets of the stream */
static int pattern_file(size_t len)
{
	int fd = memfd_create("pattern", 0);
	char *map;

	must_be(ftruncate(fd, len), 0);
	map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(map != MAP_FAILED);
	pattern_fill(map, len, 0);
	munmap(map, len);
	return fd;
}

static void send_file(void *arg)
{
	struct flow *f = arg;
	int file = pattern_file(f->len);
	size_t left = f->len;
	ssize_t n;

	for (; left; left -= n) {
		n = sendfile(f->fd, file, NULL, left);
		must(n > 0);
	}
	must_be(shutdown(f->fd, SHUT_WR), 0);
}

static void sendfile_megabyte(const struct kind *k)
{
	struct flow f = { .len = MEGA + 123 };
	struct pair p;
	pid_t sender;

	pair_open(k, &p);
	f.fd = p.c;
	sender = spawn(send_file, &f);
	pattern_recv(p.s, f.len, 0, 50000);
	pattern_end(p.s);
	reap(sender);
}

static void splice_out(void *arg)
{
	struct flow *f = arg;
	int file = pattern_file(f->len);
	size_t left = f->len;
	int pipes[2];
	ssize_t n, m;

	must_be(pipe(pipes), 0);
	for (; left; left -= n) {
		n = splice(file, NULL, pipes[1], NULL, left, 0);
		must(n > 0);
		for (m = n; m; m -= splice(pipes[0], NULL, f->fd, NULL, m, 0))
			;
	}
	must_be(shutdown(f->fd, SHUT_WR), 0);
}

static void splice_both_ends(const struct kind *k)
{
	struct flow f = { .len = 300000 };
	size_t got = 0;
	int pipes[2];
	char *buf;
	struct pair p;
	pid_t sender;
	ssize_t n;

	pair_open(k, &p);
	must_be(pipe(pipes), 0);
	buf = malloc(f.len);
	f.fd = p.c;
	sender = spawn(splice_out, &f);
	while (got < f.len) {
		n = splice(p.s, NULL, pipes[1], NULL, 60000, 0);
		must(n > 0);
		must_be(read(pipes[0], buf + got, n), n);
		got += n;
	}
	must(pattern_is(buf, f.len, 0));
	pattern_end(p.s);
	reap(sender);
}

static void small_buffers(const struct kind *k)
{
	struct flow f = { .len = 300000, .piece = 9000 };
	struct addr at;
	struct pair p;
	pid_t sender;

	p.l = listener(k, &at, 1);
	must_be(set_int(p.l, SOL_SOCKET, SO_RCVBUF, 1), 0);
	p.c = stream(k);
	must_be(set_int(p.c, SOL_SOCKET, SO_SNDBUF, 1), 0);
	must_be(connect(p.c, &at.sa, at.len), 0);
	p.s = accept(p.l, NULL, NULL);
	f.fd = p.c;
	sender = spawn(send_flow, &f);
	pattern_recv(p.s, f.len, 0, 7000);
	pattern_end(p.s);
	reap(sender);
}

static void without_nagle(const struct kind *k)
{
	struct pair p;
	int i;

	pair_open(k, &p);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	for (i = 0; i < 300; i++)
		pattern_send(p.c, 3, 3 * i, 3);
	pattern_recv(p.s, 900, 0, 900);
}

static const struct test tests[] = {
	TEST(sixteen_megabytes),
	TEST(small_writes),
	TEST(small_reads),
	TEST(odd_sizes),
	TEST(both_ways),
	TEST(ping_pong),
	TEST(waitall_long),
	TEST(peek_long),
	TEST(trunc_long),
	TEST(scattered),
	TEST(sendfile_megabyte),
	TEST(splice_both_ends),
	TEST(small_buffers),
	TEST(without_nagle),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
