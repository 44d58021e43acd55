// SPDX-License-Identifier: GPL-2.0
/*
 * A flood of SYNs from hosts that never answer, and connections meanwhile.
 *
 * A SYN enters through a raw socket, over loopback, under the address of some
 * host of 10.8.0.0/16; the answer leaves by a device that swallows it (see
 * bench-guest.sh). What that way costs by itself is told by packets that only
 * differ in their checksum, which is wrong.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT		54321
#define HOSTS		0x0a080000u	/* 10.8.0.0 */
#define SYNS_EACH	20		/* per connection in a siege */

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t mss[4];
} __attribute__((packed));

static int raw = -1;
static int protocol;
static uint32_t serial;

static uint32_t sum(const void *at, size_t len, uint32_t from)
{
	const uint16_t *word = at;

	for (; len > 1; len -= 2)
		from += *word++;
	return from;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return ~value;
}

/* A SYN of the next host to the listener on loopback */
static void send_syn(uint16_t spoil)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct packet p = {
		.ip = {
			.version = 4,
			.ihl = 5,
			.ttl = 64,
			.tot_len = htons(sizeof(p)),
			.protocol = protocol,
			.saddr = htonl(HOSTS | (0x100 + serial % 0xfe00)),
			.daddr = to.sin_addr.s_addr,
		},
		.tcp = {
			.source = htons(1024 + serial % 60000),
			.dest = htons(PORT),
			.seq = htonl(serial * 2654435761u),
			.doff = (sizeof(p) - sizeof(p.ip)) / 4,
			.syn = 1,
			.window = htons(64000),
		},
		.mss = { 2, 4, 1460 >> 8, 1460 & 255 },
	};
	size_t len = sizeof(p) - sizeof(p.ip);

	serial++;
	p.tcp.check = fold(sum(&p.tcp, len, sum(&p.ip.saddr, 8,
						htons(protocol) + htons(len))));
	p.tcp.check ^= spoil;
	if (sendto(raw, &p, sizeof(p), 0, (struct sockaddr *)&to,
		   sizeof(to)) != sizeof(p))
		err(1, "a packet of the flood");
}

void flood_open(const struct kind *kind)
{
	protocol = kind->protocol;
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (raw < 0)
		err(1, "a raw socket");
}

void flood_close(void)
{
	close(raw);
	raw = -1;
}

void flood_run(unsigned int times)
{
	while (times--)
		send_syn(0);
}

void flood_run_spoilt(unsigned int times)
{
	while (times--)
		send_syn(0x5555);
}

void flood_siege(void)
{
	flood_run(SYNS_EACH);
}
