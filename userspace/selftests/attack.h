/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection that somebody attacks who is not on its path, or not its peer.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include "hosts.h"

/**
 * struct victim - a connection of the kernel with a host, which is true
 * @k: the kind
 * @fd: the kernel's end
 * @l: the listener that it came from
 * @next: the next segment that the host would send: an ACK
 * @shift: the kernel's window scale
 * @window: what the kernel last promised, octets
 * @in: octets of text that the kernel has had
 * @out: octets that it has sent
 */
struct victim {
	const struct kind *k;
	int fd;
	int l;
	struct wire_seg next;
	uint8_t shift;
	uint32_t window;
	size_t in;
	size_t out;
};

void victim_open(struct victim *v, const struct kind *k);
void victim_talks(struct victim *v);
void victim_hears(struct victim *v);
uint32_t random_u32(void);
unsigned int attack_share(const struct kind *k);

/* attack_icmp.c */
void icmp_flood_forged(const struct kind *k);
void icmp_flood_in_flight(const struct kind *k);
void icmp_flood_too_big(const struct kind *k);

#endif
