// SPDX-License-Identifier: GPL-2.0
/*
 * Initial sequence numbers: rfc6528. Nobody can tell one from others that he
 * was given, and one of the same four-tuple lies above the last.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hosts.h"

#define MANY 2048
#define SAMPLES 2

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/*
 * Numbers that ought to be random. Each bit is set in about half of them
 * (five standard deviations are 113, and one of 32 bits is farther off in one
 * of 50,000 samples). The top octet, and that of the differences, is evenly
 * spread: chi-square with 255 degrees of freedom is above 380 once in a million
 * times. Of all differences of neighbours none should come twice; that two do
 * by chance happens once in two thousand.
 */
static bool is_random(const uint32_t *isn)
{
	static uint32_t step[MANY];
	int bit, i, set, twice = 0;
	double chi[2] = { 0 };
	int bin[2][256] = { 0 };
	bool halves = true;

	for (bit = 0; bit < 32; bit++) {
		set = 0;
		for (i = 0; i < MANY; i++)
			set += isn[i] >> bit & 1;
		halves &= abs(set - MANY / 2) <= 113;
	}
	for (i = 0; i < MANY; i++) {
		step[i] = isn[i] - isn[(i + MANY - 1) % MANY];
		bin[0][isn[i] >> 24]++;
		bin[1][step[i] >> 24]++;
	}
	for (i = 0; i < 256; i++) {
		chi[0] += (bin[0][i] - 8.0) * (bin[0][i] - 8.0) / 8.0;
		chi[1] += (bin[1][i] - 8.0) * (bin[1][i] - 8.0) / 8.0;
	}
	qsort(step, MANY, sizeof(step[0]), ascending);
	for (i = 1; i < MANY; i++)
		twice += step[i] == step[i - 1];
	if (halves && chi[0] < 380 && chi[1] < 380 && twice <= 1)
		return true;
	note("each bit in half of them: %d, chi-square %.0f and %.0f, twice %d",
	     halves, chi[0], chi[1], twice);
	return false;
}

typedef void sampler(const struct kind *k, uint32_t *isn, int port);

/*
 * In one of two samples, each from other ports and with a secret of its own:
 * what chance does to one it does not do to both.
 */
static void must_be_random(const struct kind *k, sampler *sample)
{
	static uint32_t isn[MANY];
	int i;

	for (i = 0; i < SAMPLES; i++) {
		sample(k, isn, 4000 + 10000 * i);
		if (is_random(isn))
			return;
	}
	fail(__FILE__, __LINE__, "none of %d samples is random", SAMPLES);
}

/* The ISN that a host's SYN is answered with; then it is forgotten. */
static uint32_t isn_of_answer(const struct kind *k, unsigned int host, int port)
{
	struct wire_seg s = host_syn(host), rst;

	s.port = port;
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 500));
	must_be(s.flags, SYN | ACK);
	rst = host_ack(&s, 0);
	rst.flags = RST;
	hosts_send(k, &rst);
	return s.seq;
}

static void sample_accepted(const struct kind *k, uint32_t *isn, int port)
{
	int i;

	hosts_listener(k, MANY);
	for (i = 0; i < MANY; i++)
		isn[i] = i % 2 ? isn_of_answer(k, 2, port + i) :
				 isn_of_answer(k, 2 + i, port);
}

/* Accepted connections, of one host and of many */
static void accepted(const struct kind *k)
{
	must_be_random(k, sample_accepted);
}

static void sample_cookies(const struct kind *k, uint32_t *isn, int port)
{
	int i;

	hosts_listener(k, MANY);
	set_sysctl(k, "syncookies", 2);
	/* 10.8.0.255 is a broadcast address, which gets no answer */
	for (i = 0; i < MANY; i++)
		isn[i] = isn_of_answer(k, 256 + i, port);
}

/* Cookies are ISNs too. */
static void cookies(const struct kind *k)
{
	must_be_random(k, sample_cookies);
}

static void sample_opened(const struct kind *k, uint32_t *isn, int port)
{
	struct addr from, to;
	struct wire_seg s;
	int i, fd;

	netns_own();
	hosts_open();
	for (i = 0; i < MANY; i++) {
		fd = stream(k);
		from = addr_kernel(k, 10000 + i);
		to = addr_host(k, 2, port);
		must_be(bind(fd, &from.sa, from.len), 0);
		set_nonblock(fd);
		must_be(connect(fd, &to.sa, to.len), -1);
		must_be(errno, EINPROGRESS);
		must(hosts_hear(k, &s, 500));
		must_be(s.flags, SYN);
		isn[i] = s.seq;
		close(fd);
	}
}

/* Opened ones, from ports that follow each other */
static void opened(const struct kind *k)
{
	must_be_random(k, sample_opened);
}

/*
 * The same four-tuple again and again: the number grows, by a tick every four
 * microseconds (TCP's clock is faster), so that nothing of the last connection
 * is taken for the next one's.
 */
static void same_tuple_grows(const struct kind *k)
{
	long long sent[2], heard[2];	/* the one before, and this one */
	uint32_t isn[2], ticks;
	int i;

	hosts_listener(k, 8);
	sent[0] = now_us();
	isn[0] = isn_of_answer(k, 2, 4000);
	heard[0] = now_us();
	for (i = 0; i < 50; i++) {
		pause_ms(1 + i * 7);
		sent[1] = now_us();
		isn[1] = isn_of_answer(k, 2, 4000);
		heard[1] = now_us();
		ticks = isn[1] - isn[0];
		must((int32_t)ticks > 0);
		if (k->glass) {
			must(ticks >= (sent[1] - heard[0]) / 4 - 1);
			must(ticks <= (heard[1] - sent[0]) / 4 + 1);
		}
		isn[0] = isn[1];
		sent[0] = sent[1];
		heard[0] = heard[1];
	}
}

#define NETNS 3
#define NEAR 1000000

/*
 * Other network namespaces have other secrets. By chance the number of one of
 * them is near to the first once in 4000 times, of both in 18 million.
 */
static void other_netns_differs(const struct kind *k)
{
	uint32_t first = 0, isn;
	int i, near = 0;

	for (i = 0; i < NETNS; i++) {
		hosts_listener(k, 8);
		isn = isn_of_answer(k, 2, 4000);
		if (i)
			near += isn - first <= NEAR;
		else
			first = isn;
	}
	/* TCP has one secret for all. */
	if (k->glass)
		must(near < NETNS - 1);
}

static const struct test tests[] = {
	TEST(accepted),
	TEST(cookies),
	TEST(opened),
	TEST(same_tuple_grows),
	TEST(other_netns_differs),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
