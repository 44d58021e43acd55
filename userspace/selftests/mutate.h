/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mutated-segment generator.
 *
 *   kernel 10.8.0.1, fd08::1 ---- wire ---- 10.8.0.2, fd08::2 this program
 *
 * This program is the remote end of connections in every state (victims). It
 * reads what the kernel answers and so knows the real sequence numbers, which
 * lets mutants through to where the deep code is.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdint.h>

#include "selftest.h"

#define DOOR 7001	/* listener that victims come through */
#define TARGET 7002	/* listener that is a victim itself */

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 };

/* A segment to send, before and after mutation */
struct seg {
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint8_t words;		/* of the header, as it says */
	uint16_t wnd;
	uint16_t urgent;
	uint8_t option[40];
	unsigned int options;	/* octets of it */
	unsigned int len;	/* octets of text */
	int cut;		/* octets of the segment that are sent, or -1 */
	bool bad_sum;
	bool odd_ip;		/* an IP header with options of its own */
	bool lost_host;		/* to an address of many hosts */
};

enum target {
	T_LISTEN, T_SYN_RECEIVED, T_SYN_SENT, T_ESTABLISHED, T_CLOSE_WAIT,
	T_FIN_WAIT_1, T_FIN_WAIT_2, T_CLOSING, T_LAST_ACK, T_TIME_WAIT,
	TARGETS,
};

struct victim {
	const struct kind *k;
	enum target target;
	int fd;			/* the kernel's end, -1 when nobody has it */
	uint16_t port;		/* the kernel's */
	uint16_t peer;		/* ours */
	uint32_t seq;		/* its RCV.NXT as it told last */
	uint32_t ack;		/* its SND.NXT as seen last */
	uint32_t first;		/* its initial sequence number */
	unsigned int left;	/* mutants until it is replaced */
	unsigned int resets;	/* RSTs that it answered with */
	bool modern;		/* agrees to timestamps and SACK */
};

/* mutate_wire.c */
extern unsigned long wire_sent, wire_heard;
extern unsigned long wire_alien;	/* answers from an address not its own */
void wire_open(void);
void wire_send(const struct kind *k, const struct seg *s);
void wire_hear(void);
void wire_wait(int ms);

/* mutate_make.c */
void random_seed(uint64_t seed);
uint32_t random_u32(void);
bool one_in(unsigned int n);
void seg_plain(struct seg *s, const struct victim *v, uint8_t flags);
void seg_mutate(struct seg *s);

/* mutate_victim.c */
void victims_open(const struct kind *v4, const struct kind *v6);
struct victim *victim_any(void);
struct victim *victim_of(int af, uint16_t peer);
void victim_use(struct victim *v);
void victims_close(void);
unsigned long victims_made(void);

#endif
