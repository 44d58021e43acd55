/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What IP's header says of each packet that leaves: a packet socket watches.
 */
#ifndef HEADERS_H
#define HEADERS_H

#include <stdint.h>

#include "selftest.h"

#define CHAIN 8

/**
 * struct header - a packet of the kind's protocol that left
 * @class: type of service, or traffic class
 * @hops: time to live, or hop limit
 * @label: flow label
 * @mark: SO_MARK's, for policy routing
 * @chain: extension headers of IPv6, by number, in their order
 * @links: how many
 * @from: source port
 * @flags: of the segment
 * @text: octets of text
 * @segment: all of it, good until the next packet
 */
struct header {
	unsigned int class;
	unsigned int hops;
	uint32_t label;
	uint32_t mark;
	int chain[CHAIN];
	int links;
	unsigned int from;
	unsigned int flags;
	int text;
	const uint8_t *segment;
};

int headers_watch(void);
bool headers_next(const struct kind *k, int watch, struct header *h);
void headers_await(const struct kind *k, int watch, struct header *h,
		   unsigned int from, unsigned int flags, bool text);
void headers_forget(int watch);

#endif
