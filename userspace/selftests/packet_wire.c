// SPDX-License-Identifier: GPL-2.0
/*
 * The wire of packet scripts: segments and ICMP messages into the kernel,
 * segments out of it, through a tun device.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "octets.h"
#include "packet.h"

#define DEVICE "wire"
#define QUOTED_TEXT 8	/* what rfc792 promises to quote of a segment */

static const struct kind *kind;
static int wire;

/* Addresses as on the wire: in use are 4 or 16 octets of each */
static uint8_t kernel[16], other[16], script[16], many[16];
static unsigned int address_len;

static unsigned int protocol(void)
{
	return kind->glass ? 253 : 6;
}

static void address(uint8_t *to, const char *v4, const char *v6)
{
	must_be(inet_pton(kind->wire, kind->wire == AF_INET ? v4 : v6, to), 1);
}

void wire_open(const struct kind *k)
{
	kind = k;
	address_len = k->wire == AF_INET ? 4 : 16;
	address(kernel, "10.8.0.1", "fd08::1");
	address(other, "10.8.0.3", "fd08::3");
	address(script, "10.8.0.2", "fd08::2");
	address(many, "10.8.0.255", "ff02::1");
	wire = tun_device(DEVICE, "10.8.0.1", "fd08::1");
	must_be(fcntl(wire, F_SETFL, O_NONBLOCK), 0);
}

int wire_fd(void)
{
	return wire;
}

void wire_mtu(int mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };
	int ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(ctl >= 0);
	strcpy(ifr.ifr_name, DEVICE);
	must_be(ioctl(ctl, SIOCSIFMTU, &ifr), 0);
	close(ctl);
}

/* One more address for the kernel */
void wire_other(void)
{
	command("ip address replace 10.8.0.3/24 dev " DEVICE);
	command("ip address replace fd08::3/64 dev " DEVICE);
	addr6_await("fd08::3");
}

static uint32_t pseudo(const uint8_t *src, const uint8_t *dst,
		       unsigned int proto, size_t len)
{
	return sum_octets(sum_octets(proto + len, src, address_len), dst,
			  address_len);
}

/* The IP header for @len octets of @proto at @at; octets of it */
static size_t put_ip(uint8_t *at, const uint8_t *src, const uint8_t *dst,
		     unsigned int proto, size_t len, const struct segment *s)
{
	/* Three of "no operation" and the end of options */
	static const uint8_t options4[4] = { 1, 1, 1, 0 };
	/* Destination options: six octets of padding */
	uint8_t options6[8] = { proto, 0, 1, 4 };
	bool options = s && s->ip_options;
	size_t head;

	if (kind->wire == AF_INET) {
		head = options ? 24 : 20;
		memset(at, 0, head);
		at[0] = 0x40 | head / 4;
		at[1] = s ? s->tos : 0;
		put16(at + 2, head + len);
		at[6] = 0x40;	/* don't fragment */
		at[8] = s && s->ttl ? s->ttl : 64;
		at[9] = proto;
		memcpy(at + 12, src, 4);
		memcpy(at + 16, dst, 4);
		memcpy(at + 20, options4, head - 20);
		put16(at + 10, sum_fold(sum_octets(0, at, head)));
	} else {
		head = options ? 48 : 40;
		memset(at, 0, 40);
		put32(at, 6u << 28 | (s ? s->tos : 0u) << 20);
		put16(at + 4, head - 40 + len);
		at[6] = options ? IPPROTO_DSTOPTS : proto;
		at[7] = s && s->ttl ? s->ttl : 64;
		memcpy(at + 8, src, 16);
		memcpy(at + 24, dst, 16);
		memcpy(at + 40, options6, head - 40);
	}
	return head;
}

/* The segment at @at, as from @src to @dst; octets of it */
static size_t put_segment(uint8_t *at, const struct segment *s,
			  const uint8_t *src, const uint8_t *dst)
{
	size_t head = 20 + s->options, len = head + s->len;

	put16(at, s->sport);
	put16(at + 2, s->dport);
	put32(at + 4, s->seq);
	put32(at + 8, s->ack);
	at[12] = s->words << 4;
	at[13] = s->flags;
	put16(at + 14, s->wnd);
	put16(at + 16, 0);
	put16(at + 18, s->urgent);
	memcpy(at + 20, s->option, s->options);
	pattern_fill(at + head, s->len, s->from);
	if (s->cut && s->cut < len)
		len = s->cut;
	/* what is too short has no checksum */
	if (len >= 18)
		put16(at + 16, sum_fold(sum_octets(pseudo(src, dst, protocol(),
							  len), at, len)));
	at[16] ^= s->bad_sum;
	return len;
}

void wire_send(const struct segment *s)
{
	static uint8_t packet[TEXT_MAX + 256], segment[TEXT_MAX + 128];
	const uint8_t *src = s->from_many ? many : script;
	const uint8_t *dst = s->to_many ? many : s->other ? other : kernel;
	size_t len = put_segment(segment, s, src, dst), head;

	head = put_ip(packet, src, dst, protocol(), len, s);
	memcpy(packet + head, segment, len);
	must_be(write(wire, packet, head + len), head + len);
}

/**
 * wire_icmp() - an ICMP error about a segment that the kernel sent
 * @type: ICMP's type, or ICMPv6's
 * @code: its code
 * @info: the second word: a next hop's MTU, or zero
 * @quote: the segment; as much of it is quoted as rfc792 promises
 */
void wire_icmp(uint8_t type, uint8_t code, uint32_t info,
	       const struct segment *quote)
{
	unsigned int proto = kind->wire == AF_INET ? IPPROTO_ICMP :
						   IPPROTO_ICMPV6;
	uint8_t packet[256], segment[128], message[128] = { type, code };
	size_t len = put_segment(segment, quote, kernel, script), head;
	uint32_t from;

	put32(message + 4, info);
	head = put_ip(message + 8, kernel, script, protocol(), len, NULL);
	memcpy(message + 8 + head, segment, QUOTED_TEXT);
	len = 8 + head + QUOTED_TEXT;
	from = kind->wire == AF_INET ? 0 : pseudo(script, kernel, proto, len);
	put16(message + 2, sum_fold(sum_octets(from, message, len)));
	head = put_ip(packet, script, kernel, proto, len, NULL);
	memcpy(packet + head, message, len);
	must_be(write(wire, packet, head + len), head + len);
}

/* Is it a segment for the script? Octets of the IP header, or 0 */
static size_t ip_header(const uint8_t *at, size_t len, struct segment *s)
{
	if (kind->wire == AF_INET && at[0] >> 4 == 4 && len >= 40 &&
	    at[9] == protocol() && !memcmp(at + 16, script, 4)) {
		s->other = !memcmp(at + 12, other, 4);
		s->tos = at[1];
		s->ttl = at[8];
		return (at[0] & 15) * 4;
	}
	if (kind->wire == AF_INET6 && at[0] >> 4 == 6 && len >= 60 &&
	    at[6] == protocol() && !memcmp(at + 24, script, 16)) {
		s->other = !memcmp(at + 8, other, 16);
		s->tos = get32(at) >> 20;
		s->ttl = at[7];
		return 40;
	}
	return 0;
}

static const char *get_segment(struct segment *s, const uint8_t *at,
			       size_t len)
{
	size_t head = (at[12] >> 4) * 4;

	s->sport = get16(at);
	s->dport = get16(at + 2);
	s->seq = get32(at + 4);
	s->ack = get32(at + 8);
	s->words = at[12] >> 4;
	s->flags = at[13];
	s->wnd = get16(at + 14);
	s->urgent = get16(at + 18);
	if (head < 20 || head > len)
		return "a header length that cannot be";
	s->options = head - 20;
	memcpy(s->option, at + 20, s->options);
	s->len = len - head;
	if (s->len > TEXT_MAX)
		return "more text than a packet has";
	memcpy(s->text, at + head, s->len);
	if (sum_fold(sum_octets(pseudo(s->other ? other : kernel, script,
				       protocol(), len), at, len)))
		return "a wrong checksum";
	if (at[12] & 15)
		return "reserved bits that are not zero";
	return options_flaw(s);
}

/**
 * wire_hear() - the next segment that the kernel has sent
 * @s: where to
 * @flaw: gets what no segment may have, or NULL
 *
 * Return: false if there is none.
 */
bool wire_hear(struct segment *s, const char **flaw)
{
	static uint8_t packet[65536 + 256];
	size_t head;
	ssize_t n;

	while ((n = read(wire, packet, sizeof(packet))) > 0) {
		*s = (struct segment){ .at = now_us() };
		head = ip_header(packet, n, s);
		if (!head)
			continue;
		*flaw = get_segment(s, packet + head, n - head);
		return true;
	}
	return false;
}
