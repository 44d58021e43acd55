/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver of bench-net: what its files share. It runs in a guest whose time
 * is virtual, so that a figure depends on no machine's speed.
 */
#ifndef GLASS_BENCH_NET_H
#define GLASS_BENCH_NET_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A packet as a queue sees it: 1500 octets and Ethernet's header */
#define PACKET_OCTETS	1514

/**
 * struct netem - what sch_netem does to one direction of a link
 * @delay_ms: what it adds to the way of each packet
 * @jitter_ms: how much more or less that may be
 * @in_order: jitter moves no packet in front of another
 * @loss: part of the packets, 0 to 1
 * @burst: how many are lost in a row, on average; 0 for each on its own
 * @reorder: part of the packets that is not delayed
 * @duplicate: part of the packets that comes twice
 * @rate: octets per second, 0 for no limit
 * @limit: packets that fit
 * @seed: of its random numbers
 */
struct netem {
	double delay_ms;
	double jitter_ms;
	bool in_order;
	double loss;
	double burst;
	double reorder;
	double duplicate;
	uint64_t rate;
	unsigned int limit;
	uint64_t seed;
};

/**
 * struct cell - one row of the table: a network, and what is sent through it
 * @number: of the row, from 1
 * @text: the row as it was written, for people
 * @bottle: the bottleneck: a rate and the queue before it
 * @ahead: what happens to text behind the bottleneck
 * @back: what happens to ACKs
 * @octets: to be sent
 * @quick: of the short form
 * @plot: name of its picture, or empty
 */
struct cell {
	unsigned int number;
	char text[80];
	struct netem bottle;
	struct netem ahead;
	struct netem back;
	uint64_t octets;
	bool quick;
	char plot[16];
};

/* net_cells.c: the table */
#define CELLS_MAX 99
size_t cells_read(const char *path, struct cell *cells);
void cell_parse(struct cell *c, const char *row);

/* net_netem.c */
void netem_lay(const char *device, const struct netem *n);

/* net_road.c: the network */
enum host { NEAR, GATE, PATH, FAR, HOSTS };

#define FAR_ADDRESS "10.3.0.2"

void road_open(void);
void road_enter(enum host host);
void road_lay(const struct cell *c, uint64_t seed);

/* One transport, reached by the same calls as the other */
struct kind {
	const char *name;
	int protocol;
};

const struct kind *kind_find(const char *name);

/**
 * struct flow - one connection and its transfer
 * @kind: over what
 * @port: of the receiver
 * @octets: to be sent, 0 for as many as there is time for
 * @start: when it is opened; times are microseconds of the guest's clock
 * @count_from: what is received from then on is counted
 * @until: when it is cut off
 * @counted: octets received that count
 * @began: when counting began
 * @ended: when the last of them had come
 * @whole: what came is what was sent
 * @error: errno of the call that failed, or 0
 * @received: octets so far
 * @sender: the socket that sends
 */
struct flow {
	const struct kind *kind;
	unsigned int port;
	uint64_t octets;
	int64_t start;
	int64_t count_from;
	int64_t until;

	uint64_t counted;
	int64_t began;
	int64_t ended;
	bool whole;
	int error;

	atomic_uint_fast64_t received;
	int sender;
	int receiver;
	int listener;
	unsigned char digest[32];
	pthread_t threads[2];
};

#define FLOWS_MAX 2

/* net_flow.c */
int64_t now_us(void);
void sleep_until(int64_t us);
void thread_start(pthread_t *thread, void *(*run)(void *), void *arg);
void flows_run(struct flow *flows, size_t n, const char *plot);
double flow_goodput(const struct flow *f);

/* net_sample.c: cwnd, srtt and goodput over time, into a file */
struct sampler {
	struct flow *flows;
	size_t n;
	const char *plot;
	atomic_bool stop;
	pthread_t thread;
};

void sampler_start(struct sampler *s);
void sampler_stop(struct sampler *s);

#endif
