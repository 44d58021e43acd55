/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver of the benchmark: what its files share. It runs in a guest of
 * one CPU whose clock advances by one for each instruction executed.
 */
#ifndef GLASS_BENCH_H
#define GLASS_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* One transport, reached by the same calls as the others */
struct kind {
	const char *name;
	int family;
	int protocol;
	const char *cache;	/* of its sockets, in /sys/kernel/slab */
	size_t block;		/* what a bulk stream is written in */
};

/* What the guest's counters say at one moment; differences are what counts */
struct reading {
	unsigned long instructions;	/* the clock, idle time and all */
	unsigned long idle;		/* of which nothing ran */
	unsigned long packets;		/* sent by either end */
};

/* A bulk operation moves so many bytes */
#define BULK_BYTES	65536

/* link.c: the calls that differ between kinds */
const struct kind *kind_find(const char *name);
void link_use_wire(void);
int link_listen(const struct kind *kind);
int link_connect(const struct kind *kind);
int link_connect_from(const struct kind *kind, unsigned int host);
int link_accept(int listener);
void link_write(int fd, const void *from, size_t len);
size_t link_read(int fd, void *to, size_t len);

/* gauge.c: the guest's counters */
void gauge_open(bool wire);
void gauge_begin(struct reading *r);
void gauge_end(struct reading *r);
void gauge_next(void);

/* work.c: the operations */
struct work {
	const char *name;
	/* How many make a batch, and how many warm up before the first */
	unsigned int few, many, warm;
	unsigned int rounds;	/* with one server, until there is another */
	bool wire;	/* the server is on a host behind a cable */
	bool steady;	/* who is woken waits until the other one sleeps */
	void (*start)(const struct kind *kind);
	void (*run)(unsigned int times);
	void (*stop)(void);
};

const struct work *work_find(const char *name);

/* flood.c: SYNs of hosts that never answer */
void flood_open(const struct kind *kind);
void flood_close(void);
void flood_run(unsigned int times);
void flood_run_spoilt(unsigned int times);
void flood_siege(void);

/* memory.c: what idle connections take */
struct memory {
	unsigned long slab;	/* bytes of objects in use */
	unsigned long taken;	/* from the free pages, by anybody */
};

void memory_read(struct memory *m);
void grow_files(int files);
void memory_measure(const struct kind *kind);

/* scale.c: one port with 100 and with 100,000 connections */
void scale_measure(const struct kind *kind);

#endif
