/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two ends and a link: whole connections in virtual time.
 *
 * Each end is a core with the thinnest glue around it: a user who writes,
 * reads and closes as struct pair_plan says, and the records of LISTEN,
 * SYN-RECEIVED and TIME-WAIT. The link delays, loses, doubles, reorders and
 * corrupts as its seed has it. What pair_run() watches over:
 *
 *  - every octet arrives at its own place, once, and none that was not sent;
 *  - nothing is sent beyond the window that was promised, and a promise
 *    neither shrinks nor exceeds the buffer;
 *  - whenever an end falls silent its clocks are as unsettled() wants them;
 *  - it ends, in bounded time, with both ends closed.
 */
#ifndef GLASS_KUNIT_PAIR_H
#define GLASS_KUNIT_PAIR_H

#include "story.h"

#define PAIR_PACKETS	128
#define PAIR_RANGES	16
#define PAIR_LOSS	64

/**
 * struct pair_plan - what is to happen
 * @seed: of everything random, not 0
 * @bytes: what each end sends
 * @iss: initial sequence numbers
 * @mss: MSS options and path
 * @buff: receive buffers
 * @sndbuf: octets that a user may have queued and not acknowledged
 * @limit: for tcb_output()
 * @read_ms: a user reads only so often, 0 for at once
 * @write_ms: a user writes a little only so often, 0 for all that fits
 * @loss: of a thousand packets, so many are lost
 * @dup: so many come twice
 * @corrupt: so many have one bit turned over
 * @no_room: so many find no memory
 * @delay_ms: each packet takes one millisecond up to so many, in any order
 * @lose: bit n: packet n of the connection is lost, whatever else happens
 * @wscale: window scaling is offered
 * @timestamps: so are timestamps, by each end
 * @sack: so is SACK, by each end
 * @nodelay: without Nagle's algorithm
 * @poor: no memory is lent for what is lost
 * @both_open: both ends open at once, else the second listens
 * @close_last: the second end closes only when it has seen the first's FIN
 */
struct pair_plan {
	u32 seed;
	u32 bytes[2];
	u32 iss[2];
	u16 mss[2];
	u32 buff[2];
	u32 sndbuf;
	u32 limit;
	u32 read_ms[2];
	u32 write_ms[2];
	u16 loss;
	u16 dup;
	u16 corrupt;
	u16 no_room;
	u16 delay_ms;
	u64 lose;
	bool wscale;
	bool timestamps[2];
	bool sack[2];
	bool nodelay;
	bool poor;
	bool both_open;
	bool close_last;
};

/* A segment on its way, as it is on the wire, but for its text */
struct pair_packet {
	u64 at;
	u32 total;
	u32 pos;		/* place of its text in the sender's stream */
	u16 sum;
	u8 to;
	bool used;
	u8 wire[SEG_HEADER_MAX];
};

enum pair_life { PAIR_LISTEN, PAIR_EMBRYO, PAIR_TCB, PAIR_TIME_WAIT, PAIR_GONE };

struct pair_end {
	enum pair_life life;
	struct tcb t;
	struct embryo e;
	struct timewait w;
	struct tcb_params p;
	u64 due;		/* the record's clock */
	u32 written;		/* octets given to tcb_write() */
	u32 acked;		/* of those, acknowledged */
	u32 taken;		/* octets received in order */
	u32 read;		/* of those, taken by the user */
	u64 read_at;
	u64 write_at;
	u32 edge;		/* highest window edge told */
	bool told;
	bool closed;		/* the user called CLOSE */
	bool peer_closed;
	u8 last;		/* the state that CLOSED was entered from */
	u16 fate;		/* verdict bits that ended it */
	struct ranges *held;
	struct loss *loss;	/* NULL if there is none to lend */
	u8 *kept;		/* an octet per octet of the peer's stream */
};

struct pair {
	struct kunit *test;
	const struct pair_plan *plan;
	u64 now;
	u32 random;
	u32 sent;
	u32 steps;
	struct pair_end end[2];
	struct pair_packet packet[PAIR_PACKETS];
	struct story story;
};

void pair_run(struct kunit *test, const struct pair_plan *plan);

/* The next of the numbers that @state, not 0, stands for; below @n */
u32 pair_random(u32 *state, u32 n);

/* pair_link.c: the link */
void pair_send(struct pair *p, int from, const struct segment *s, u32 pos);
struct pair_packet *pair_next(struct pair *p);
bool pair_receive(struct pair *p, struct pair_packet *k, struct segment *s);

/* pair_end.c: one end */
void pair_start(struct pair *p, int i);
void pair_arrive(struct pair *p, int i, const struct segment *s, u32 pos);
void pair_clock(struct pair *p, int i);
u64 pair_due(struct pair *p, int i);
void pair_wrong(struct pair *p, int i, const char *what, u32 number);

#endif
