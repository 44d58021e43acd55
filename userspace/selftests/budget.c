// SPDX-License-Identifier: GPL-2.0
/*
 * net.glass.mem: memory of all sockets together. A program of its own, since
 * every socket of the machine is short of it meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "selftest.h"

#define PAIRS 24
#define PIECE 20000
#define PLENTY "100000 200000 300000"

/* Of /proc/net/protocols: pages in use, but for what the CPUs keep */
static long pages(const struct kind *k, bool *pressure)
{
	char line[256], name[32], press[8];
	FILE *f = fopen("/proc/net/protocols", "r");
	long memory = -1;

	must(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%31s %*d %*d %ld %7s", name, &memory,
			   press) == 3 &&
		    !strcmp(name, k->glass ? "GLASS" : "TCP"))
			break;
	}
	fclose(f);
	*pressure = !strcmp(press, "yes");
	return memory;
}

/* The limits are those of the first network namespace. */
static void limit(const struct kind *k, const char *pages)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int first = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);

	must(here >= 0 && first >= 0);
	netns_enter(first);
	sysctl(k, "mem", pages);
	netns_enter(here);
	close(here);
	close(first);
}

/* As much as it takes, the text that belongs there */
static size_t stuff(int fd)
{
	static char buf[PIECE];
	size_t sum = 0;
	ssize_t n;

	for (;;) {
		pattern_fill(buf, PIECE, sum);
		n = send(fd, buf, PIECE, MSG_DONTWAIT);
		if (n <= 0)
			break;
		sum += n;
	}
	must_be(errno, EAGAIN);
	return sum;
}

static size_t stuff_all(const struct pair *p, size_t *sent)
{
	size_t sum = 0;
	int i;

	for (i = 0; i < PAIRS; i++) {
		sent[i] = stuff(p[i].c);
		sum += sent[i];
	}
	return sum;
}

/*
 * What was refused comes again by a timer that waits longer each time, and for
 * ever refused ends a connection: nobody may wait for one while others hold
 * what they could have taken.
 */
static void take_all(const struct pair *p, const size_t *sent)
{
	int there[PAIRS], i;

	for (i = 0; i < PAIRS; i++) {
		must(ioctl(p[i].s, FIONREAD, &there[i]) == 0);
		pattern_recv(p[i].s, there[i], 0, PIECE);
	}
	for (i = 0; i < PAIRS; i++)
		pattern_recv(p[i].s, sent[i] - there[i], there[i], PIECE);
}

/* Nobody reads: each connection keeps little, and loses none of it. */
/* net.glass: mem */
static void short_of_memory(const struct kind *k)
{
	struct pair p[PAIRS];
	size_t sent[PAIRS], sum;
	bool pressure;
	int i;

	for (i = 0; i < PAIRS; i++)
		pair_open(k, &p[i]);
	limit(k, "64 128 200");
	sum = stuff_all(p, sent);
	note("%zu octets in %d connections, %ld pages counted", sum, PAIRS,
	     pages(k, &pressure));
	must(pressure);
	must(sum < 5000000);
	/* each has his least */
	for (i = 0; i < PAIRS; i++)
		must(sent[i] > 0);
	take_all(p, sent);
	/* and goes on, while memory is as short as before */
	for (i = 0; i < PAIRS; i++) {
		must(await(p[i].c, POLLOUT) & POLLOUT);
		must_be(send(p[i].c, "more", 4, 0), 4);
		must_be(drain(p[i].s, 4), 4);
	}
	limit(k, PLENTY);
	sum = stuff_all(p, sent);
	note("%zu octets with enough of it", sum);
	pages(k, &pressure);
	must(!pressure);
	take_all(p, sent);
	for (i = 0; i < PAIRS; i++)
		pair_close(&p[i]);
}

/* All of it comes back: no CPU keeps more than a megabyte for itself. */
static void memory_comes_back(const struct kind *k)
{
	bool pressure;
	int i;

	/* whatever became of the test before */
	limit(k, PLENTY);
	for (i = 0; i < 100 && pages(k, &pressure) > 512; i++)
		pause_ms(100);
	must(pages(k, &pressure) <= 512);
}

static void read_only_elsewhere(const struct kind *k)
{
	netns_own();
	must(access(k->glass ? "/proc/sys/net/glass/mem" :
		    "/proc/sys/net/ipv4/tcp_mem", R_OK) == 0);
	must(!k->glass || !write_file("/proc/sys/net/glass/mem", "1 2 3"));
}

static const struct test tests[] = {
	/* orphans of other tests may have their part of it for minutes */
	TEST_FLAGS(short_of_memory, ONCE | SLOW),
	TEST_FLAGS(memory_comes_back, ONCE),
	TEST_FLAGS(read_only_elsewhere, ONCE),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
