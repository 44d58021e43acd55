// SPDX-License-Identifier: GPL-2.0
/*
 * Congestion window and smoothed round-trip time of the senders, and what the
 * receivers have, at even intervals of the guest's time. TCP tells by TCP_INFO,
 * Glass in /proc/net/glass/tcp. A row of a file:
 *
 *	SECONDS CWND(packets) SRTT(ms) OCTETS
 */
#include "net.h"

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INTERVAL_US	20000

struct sample {
	unsigned int cwnd;
	unsigned int srtt_us;
};

static bool sample_tcp(const struct flow *f, struct sample *s)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(f->sender, IPPROTO_TCP, TCP_INFO, &info, &len))
		err(1, "TCP_INFO");
	s->cwnd = info.tcpi_snd_cwnd;
	s->srtt_us = info.tcpi_rtt;
	return info.tcpi_state == TCP_ESTABLISHED;
}

static unsigned int port_of(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, (struct sockaddr *)&a, &len))
		err(1, "getsockname");
	return ntohs(a.sin_port);
}

/*
 * Behind the socket's address /proc/net/tcp has rto, ato, flags, cwnd and
 * ssthresh; Glass' has the smoothed round-trip time behind them.
 */
static bool parse_row(const char *row, unsigned int port, struct sample *s)
{
	unsigned int local, state, cwnd, srtt;

	if (sscanf(row, " %*u: %*x:%x %*x:%*x %x %*s %*s %*s %*s %*s %*s %*s "
		   "%*s %*s %*s %*s %u %*d %u", &local, &state, &cwnd,
		   &srtt) != 4)
		return false;
	if (local != port || state != TCP_ESTABLISHED)
		return false;
	s->cwnd = cwnd;
	s->srtt_us = srtt;
	return true;
}

/* The table of the namespace that the thread is in */
static bool sample_glass(const struct flow *f, struct sample *s)
{
	FILE *table = fopen("/proc/thread-self/net/glass/tcp", "r");
	unsigned int port = port_of(f->sender);
	char row[256];
	bool found = false;

	if (!table)
		err(1, "/proc/thread-self/net/glass/tcp");
	while (!found && fgets(row, sizeof(row), table))
		found = parse_row(row, port, s);
	fclose(table);
	return found;
}

static FILE *file_of(const struct sampler *s, size_t i)
{
	const char *dir = getenv("GLASS_OUT");
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-%zu-%s.samples", dir ? dir : ".",
		 s->plot, i, s->flows[i].kind->name);
	f = fopen(path, "w");
	if (!f)
		err(1, "%s", path);
	return f;
}

static void *sample_all(void *arg)
{
	struct sampler *s = arg;
	int64_t start = s->flows[0].start, now = start;
	FILE *files[FLOWS_MAX];
	struct sample sample;
	size_t i;

	road_enter(NEAR);
	for (i = 0; i < s->n; i++)
		files[i] = file_of(s, i);
	for (; sleep_until(now), !s->stop; now += INTERVAL_US) {
		for (i = 0; i < s->n; i++) {
			const struct flow *f = &s->flows[i];

			if (f->kind->protocol == IPPROTO_TCP ?
			    sample_tcp(f, &sample) : sample_glass(f, &sample))
				fprintf(files[i], "%.2f %u %.3f %llu\n",
					(now - start) / 1e6, sample.cwnd,
					sample.srtt_us / 1e3,
					(unsigned long long)f->received);
		}
	}
	for (i = 0; i < s->n; i++)
		if (fclose(files[i]))
			err(1, "samples");
	return NULL;
}

/**
 * sampler_start() - sample flows while they run
 * @s: with all but @s->thread set; the files are $GLASS_OUT/PLOT-N-KIND.samples
 */
void sampler_start(struct sampler *s)
{
	s->stop = false;
	thread_start(&s->thread, sample_all, s);
}

void sampler_stop(struct sampler *s)
{
	s->stop = true;
	pthread_join(s->thread, NULL);
}
