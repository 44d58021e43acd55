// SPDX-License-Identifier: GPL-2.0
/*
 * IP's headers, taken apart.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "headers.h"
#include "hosts.h"
#include "octets.h"

#ifndef SO_RCVMARK
#define SO_RCVMARK	75
#endif

#define HOP_BY_HOP	0
#define ROUTING		43
#define FRAGMENT	44
#define DESTINATION	60

/* All devices of the network namespace; what lo hears is not looked at. */
int headers_watch(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, htons(ETH_P_ALL));

	must(fd >= 0);
	must_be(set_int(fd, SOL_SOCKET, SO_RCVMARK, 1), 0);
	return fd;
}

/* Passes over the headers between IPv6's and the segment */
static const uint8_t *follow(struct header *h, const uint8_t *at,
			     const uint8_t *end, uint8_t *next)
{
	while (*next == HOP_BY_HOP || *next == ROUTING || *next == FRAGMENT ||
	       *next == DESTINATION) {
		must(h->links < CHAIN && at + 8 <= end);
		h->chain[h->links++] = *next;
		*next = at[0];
		at += h->chain[h->links - 1] == FRAGMENT ? 8 : 8 + at[1] * 8;
	}
	return at;
}

static bool take(const struct kind *k, const uint8_t *b, size_t n,
		 struct header *h)
{
	const uint8_t *at = b + 40;
	uint8_t next = b[6];

	*h = (struct header){ 0 };
	if (n < 40 || b[0] >> 4 != (k->wire == AF_INET ? 4 : 6))
		return false;
	if (k->wire == AF_INET) {
		h->class = b[1];
		h->hops = b[8];
		next = b[9];
		at = b + (b[0] & 15) * 4;
	} else {
		h->class = (b[0] & 15) << 4 | b[1] >> 4;
		h->label = get32(b) & 0xfffff;
		h->hops = b[7];
		at = follow(h, at, b + n, &next);
	}
	if (next != protocol_of(k))
		return false;
	h->segment = at;
	h->from = get16(at);
	h->flags = at[13] & (FIN | SYN | RST | ACK);
	h->text = b + n - at - (at[12] >> 4) * 4;
	return true;
}

/* The next packet that has left already, if there is one */
bool headers_next(const struct kind *k, int watch, struct header *h)
{
	static uint8_t b[70000];
	struct iovec to = { .iov_base = b, .iov_len = sizeof(b) };
	struct sockaddr_ll from;
	char control[CMSG_SPACE(sizeof(uint32_t))];
	struct msghdr msg = {
		.msg_name = &from, .msg_iov = &to, .msg_iovlen = 1,
		.msg_control = control,
	};
	ssize_t n;

	for (;;) {
		msg.msg_namelen = sizeof(from);
		msg.msg_controllen = sizeof(control);
		n = recvmsg(watch, &msg, 0);
		if (n < 0) {
			must_be(errno, EAGAIN);
			return false;
		}
		if (from.sll_pkttype != PACKET_OUTGOING || !take(k, b, n, h))
			continue;
		must(CMSG_FIRSTHDR(&msg));
		memcpy(&h->mark, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(h->mark));
		return true;
	}
}

/**
 * headers_await() - the next packet of its sort
 * @k: the kind
 * @watch: from headers_watch()
 * @h: gets it
 * @from: its source port, 0 for any
 * @flags: its flags, exactly; 0 for any
 * @text: it has text
 */
void headers_await(const struct kind *k, int watch, struct header *h,
		   unsigned int from, unsigned int flags, bool text)
{
	struct pollfd p = { .fd = watch, .events = POLLIN };

	for (;;) {
		while (headers_next(k, watch, h))
			if ((!from || h->from == from) &&
			    (!flags || h->flags == flags) &&
			    (!text || h->text))
				return;
		must_be(poll(&p, 1, 5000), 1);
	}
}

/* What has left until now is of no interest. */
void headers_forget(int watch)
{
	char b[1];

	while (recv(watch, b, sizeof(b), 0) >= 0)
		;
	must_be(errno, EAGAIN);
}
