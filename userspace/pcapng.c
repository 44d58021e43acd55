// SPDX-License-Identifier: GPL-2.0
/*
 * A recording as packets, in the pcapng format (draft-ietf-opsawg-pcapng):
 * a section header, one interface, an enhanced packet block for each segment.
 * Text was not recorded: packets are cut behind their header, as a capture
 * with a short snap length is. Each carries as a comment why it was sent and
 * what was decided about it.
 */
#include <arpa/inet.h>
#include <string.h>

#include <glass/version.h>
#include <linux/glass.h>

#include "export.h"

#define LINKTYPE_RAW	101
#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define TTL		64

enum block { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum option { OPT_END, OPT_COMMENT = 1, OPT_NAME = 2, OPT_APPLICATION = 4,
	      OPT_RESOLUTION = 9 };

/* A block as it grows; words in host order, as the format has it */
struct body {
	u8 at[2048];
	u32 len;
};

static void put(struct body *b, const void *from, u32 len)
{
	memcpy(b->at + b->len, from, len);
	b->len += len;
	while (b->len % 4)
		b->at[b->len++] = 0;
}

static void put32(struct body *b, u32 v)
{
	put(b, &v, sizeof(v));
}

static void put_option(struct body *b, u16 code, const void *from, u16 len)
{
	u16 head[2] = { code, len };

	put(b, head, sizeof(head));
	put(b, from, len);
}

static void write_block(FILE *to, u32 type, struct body *b)
{
	u32 total;

	put32(b, OPT_END);
	total = b->len + 3 * sizeof(total);
	fwrite(&type, sizeof(type), 1, to);
	fwrite(&total, sizeof(total), 1, to);
	fwrite(b->at, b->len, 1, to);
	fwrite(&total, sizeof(total), 1, to);
}

static void write_head(FILE *to)
{
	static const char by[] = "glass " GLASS_VERSION, name[] = "glass";
	const u16 version[2] = { 1, 0 }, link[2] = { LINKTYPE_RAW, 0 };
	const u8 nanoseconds = 9;
	struct body b = { 0 };

	put32(&b, 0x1a2b3c4d);
	put(&b, version, sizeof(version));
	put32(&b, UINT32_MAX);	/* a section of any length, */
	put32(&b, UINT32_MAX);	/* in 64 bits */
	put_option(&b, OPT_APPLICATION, by, sizeof(by) - 1);
	write_block(to, BLOCK_SECTION, &b);

	b.len = 0;
	put(&b, link, sizeof(link));
	put32(&b, 0);
	put_option(&b, OPT_NAME, name, sizeof(name) - 1);
	put_option(&b, OPT_RESOLUTION, &nanoseconds, sizeof(nanoseconds));
	write_block(to, BLOCK_INTERFACE, &b);
}

/* The sum of rfc1071#section-1, not yet folded; @len is even */
static u32 sum(u32 so_far, const u8 *at, u32 len)
{
	for (; len >= 2; len -= 2, at += 2)
		so_far += at[0] << 8 | at[1];
	return so_far;
}

static void put_sum(u8 *at, u32 s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	s = ~s & 0xffff;
	at[0] = s >> 8;
	at[1] = s;
}

static void ipv4_header(const struct event *e, u8 *ip, u32 len)
{
	u32 total = IPV4_HEADER + len;

	ip[0] = 0x45;
	ip[1] = e->s.ecn;
	if (total <= UINT16_MAX) {	/* else 0, as for a device that cuts it */
		ip[2] = total >> 8;
		ip[3] = total;
	}
	ip[6] = 0x40;
	ip[8] = TTL;
	ip[9] = IPPROTO_GLASS;
	memcpy(ip + 12, e->from.addr, 4);
	memcpy(ip + 16, e->to.addr, 4);
	put_sum(ip + 10, sum(0, ip, IPV4_HEADER));
}

static void ipv6_header(const struct event *e, u8 *ip, u32 len)
{
	ip[0] = 0x60;
	ip[1] = e->s.ecn << 4;
	if (len <= UINT16_MAX) {
		ip[4] = len >> 8;
		ip[5] = len;
	}
	ip[6] = IPPROTO_GLASS;
	ip[7] = TTL;
	memcpy(ip + 8, e->from.addr, 16);
	memcpy(ip + 24, e->to.addr, 16);
}

/* The packet up to its text; returns its length. */
static u32 packet(const struct event *e, u8 *ip)
{
	u32 header = (e->wire[12] >> 4) * 4, len = header + e->s.len;
	u32 before = e->family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER;
	u32 size = e->family == AF_INET6 ? 16 : 4;
	u8 *wire = ip + before;

	memset(ip, 0, before);
	memcpy(wire, e->wire, header);
	if (e->family == AF_INET6)
		ipv6_header(e, ip, len);
	else
		ipv4_header(e, ip, len);
	/* the sum of text that is not there cannot be made, nor checked */
	memset(wire + 16, 0, 2);
	if (!e->s.len)
		put_sum(wire + 16, sum(sum(sum(IPPROTO_GLASS + len,
					       e->from.addr, size),
					   e->to.addr, size), wire, header));
	return before + header;
}

static size_t comment(const struct story_arrow *a, char *text, size_t room)
{
	size_t n = 0;

	if (a->sent)
		n = snprintf(text, room, "sent: %s: %s", rule_text(a->sent->rule),
			     rule_phrase(a->sent->rule));
	if (a->got)
		n += snprintf(text + n, room - n, "%sarrived: %s: %s", n ? "\n" : "",
			      rule_text(a->got->rule), rule_phrase(a->got->rule));
	else
		n += snprintf(text + n, room - n, "\nnot seen to arrive");
	return n;
}

static void write_packet(FILE *to, const struct story *s,
			 const struct story_arrow *a)
{
	const struct event *e = a->sent ? a->sent : a->got;
	u64 time = s->r->started + e->time;
	u8 ip[IPV6_HEADER + SEG_HEADER_MAX];
	u32 len = packet(e, ip);
	struct body b = { 0 };
	char text[800];

	put32(&b, 0);
	put32(&b, time >> 32);
	put32(&b, time);
	put32(&b, len);
	put32(&b, len + e->s.len);
	put(&b, ip, len);
	put_option(&b, OPT_COMMENT, text, comment(a, text, sizeof(text)));
	write_block(to, BLOCK_PACKET, &b);
}

/**
 * pcapng_write() - write packets for Wireshark and its kind
 * @s: what happened
 * @conn: only this connection's, 0 for all
 * @path: where to, "-" for the standard output
 *
 * Return: false after an error, which was told.
 */
bool pcapng_write(const struct story *s, unsigned long conn, const char *path)
{
	FILE *to = export_open(path);
	size_t i;

	if (!to)
		return false;
	write_head(to);
	for (i = 0; i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];

		if ((conn && a->conn != conn) || (a->sent && a->sent->dir == CHANGE))
			continue;
		write_packet(to, s, a);
	}
	return export_close(to, path);
}
