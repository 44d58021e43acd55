/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts of our own making, as many as a test likes, behind a tun device:
 *
 *   kernel 10.8.0.1, fd08::1 ---- hosts ---- 10.8.0.x, fd08::x this program
 *
 * They speak TCP or Glass, whatever the kind is, segment by segment: what one
 * of them sends and when, and what it makes of an answer, is the test's.
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdint.h>

#include "selftest.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

/**
 * struct wire_seg - a segment between the kernel and a host
 * @host: which host, 2 to 60000
 * @port: its port
 * @kernel: the kernel's port
 * @seq: SEG.SEQ
 * @ack: SEG.ACK
 * @flags: as above
 * @wnd: SEG.WND
 * @mss: MSS option, 0 for none
 * @shift: window scale option plus one, 0 for none
 * @len: octets of text
 * @text: them; NULL to send any, and good until the next segment is heard
 */
struct wire_seg {
	unsigned int host;
	uint16_t port;
	uint16_t kernel;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint16_t wnd;
	uint16_t mss;
	uint8_t shift;
	unsigned int len;
	const void *text;
};

#define HOSTS_PACKET 2304	/* the longest that a host sends */
#define HOSTS_PORT 5300	/* where hosts_listener() listens */

void hosts_open(void);
int hosts_listener(const struct kind *k, int backlog);
size_t hosts_packet(const struct kind *k, const struct wire_seg *s,
		    uint8_t *packet);
void hosts_send(const struct kind *k, const struct wire_seg *s);
void hosts_write(const void *packet, size_t len);
void hosts_options(const uint8_t *octets, size_t len);
void hosts_extension(uint8_t first, const uint8_t *octets, size_t len);
void hosts_header(uint8_t class, uint32_t label);
void hosts_hops(uint8_t hops);
void hosts_icmp(const struct kind *k, const struct wire_seg *quoted, int type,
		int code, uint32_t info);
bool hosts_hear(const struct kind *k, struct wire_seg *s, int ms);
void hosts_hear_nothing(const struct kind *k, int ms);
void close_with_fin(int fd);
struct wire_seg host_syn(unsigned int host);
struct wire_seg host_ack(const struct wire_seg *heard, unsigned int len);
struct wire_seg host_shake(const struct kind *k, unsigned int host);
int host_connects(const struct kind *k, int l, unsigned int host,
		  struct wire_seg *next);
void set_sysctl(const struct kind *k, const char *name, int value);
void must_have(const struct kind *k, const char *rule, long count);
uint8_t protocol_of(const struct kind *k);
struct addr addr_kernel(const struct kind *k, unsigned int port);
struct addr addr_host(const struct kind *k, unsigned int host,
		      unsigned int port);

#endif
