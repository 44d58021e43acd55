// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of a guest that counts its instructions.
 *
 * Its time stamp counter advances by one for each instruction, and CPU time
 * has no other unit. But it also leaps to the next timer when nothing can run.
 * The kernel knows how long it was idle, in the same unit; that is told apart,
 * so that a transport which waits for a timer is seen, and not charged for it.
 */
#include "bench.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "marks.h"

#define TIMERS	"/proc/timer_list"
#define PACKETS	"/sys/class/net/%s/statistics/%s_packets"

static int timers;
static int packets[2] = { -1, -1 };	/* sent and, but for lo, received */

static int open_counter(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static int open_packets(const char *device, const char *way)
{
	char path[128];

	snprintf(path, sizeof(path), PACKETS, device, way);
	return open_counter(path);
}

void gauge_open(bool wire)
{
	timers = open_counter(TIMERS);
	packets[0] = open_packets(wire ? "near0" : "lo", "tx");
	if (wire)
		packets[1] = open_packets("near0", "rx");
	gauge_next();
}

/* The whole of a file in /proc, whose reads end where they please */
static void slurp(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = pread(fd, buf + len, size - 1 - len, len);
		if (n < 0)
			err(1, "reading a counter");
		len += n;
	} while (n > 0 && len < size - 1);
	buf[len] = '\0';
}

static unsigned long read_idle(void)
{
	static const char field[] = ".idle_sleeptime";
	static char buf[65536];
	char *at;

	slurp(timers, buf, sizeof(buf));
	at = strstr(buf, field);
	at = at ? strchr(at, ':') : NULL;
	if (!at)
		errx(1, TIMERS ": no %s", field + 1);
	return strtoul(at + 1, NULL, 10);
}

static unsigned long read_packets(void)
{
	unsigned long sum = 0;
	char buf[32];
	int i;

	for (i = 0; i < 2 && packets[i] >= 0; i++) {
		slurp(packets[i], buf, sizeof(buf));
		sum += strtoul(buf, NULL, 10);
	}
	return sum;
}

/* The clock is the last to be read here and the first below. */
void gauge_begin(struct reading *r)
{
	r->packets = read_packets();
	r->idle = read_idle();
	MARK(MARK_BEGIN);
	r->instructions = __builtin_ia32_rdtsc();
}

/* @r was filled by gauge_begin(); becomes what happened since */
void gauge_end(struct reading *r)
{
	r->instructions = __builtin_ia32_rdtsc() - r->instructions;
	MARK(MARK_END);
	r->idle = read_idle() - r->idle;
	r->packets = read_packets() - r->packets;
}

void gauge_next(void)
{
	MARK(MARK_NEXT);
}
