// SPDX-License-Identifier: GPL-2.0
/*
 * Segments on the wire and off it, rfc9293#section-3.1.
 *
 * Interface: segment_header_len() checks the fixed header before more of it
 * is touched, segment_decode() reads all of it once, segment_encode() writes
 * it, segment_reject() makes the RST for a segment that nobody wants.
 * None keeps anything.
 */
#include <glass/core.h>

/* The timestamps option as it stands with its padding in front */
#define TS_ALONE ((u32)SEG_KIND_NOP << 24 | SEG_KIND_NOP << 16 | \
		  SEG_KIND_TS << 8 | 10)

static u16 get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static u32 get32(const u8 *p)
{
	return (u32)get16(p) << 16 | get16(p + 2);
}

static void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/**
 * segment_header_len() - length of a header, options included
 * @wire: at least SEG_HEADER_MIN octets, if @total says so
 * @total: octets of the whole segment
 *
 * Return: 20 to 60, or a negative enum glass_rule when it cannot be one.
 */
int segment_header_len(const u8 *wire, u32 total)
{
	u32 len;

	if (total < SEG_HEADER_MIN)
		return -RULE_HEADER_SHORT;
	len = (wire[12] >> 4) * 4;
	if (len < SEG_HEADER_MIN)
		return -RULE_HEADER_OFFSET;
	if (len > total)
		return -RULE_HEADER_SHORT;
	return len;
}

/* rfc2018#section-3: as many blocks as its length says */
static void decode_sack(struct segment *s, const u8 *p, u32 len)
{
	u32 n = (len - 2) / 8, i;

	if (len != 2 + 8 * n || !n || n > SEG_SACK_MAX) {
		s->opts |= SEG_OPT_BAD;
		return;
	}
	if (s->flags & SEG_SYN)
		return;
	s->opts |= SEG_OPT_SACK;
	s->sacks = n;
	for (i = 0; i < n; i++) {
		s->sack[i].start = get32(p + 2 + 8 * i);
		s->sack[i].end = get32(p + 6 + 8 * i);
	}
}

/* rfc7413#section-4.1.1: none, or an even number of octets, four at least */
static void decode_fastopen(struct segment *s, const u8 *p, u32 len)
{
	u32 n = len - 2;

	if (n % 2 || n > SEG_COOKIE_MAX || (n && n < SEG_COOKIE_MIN)) {
		s->opts |= SEG_OPT_BAD;
	} else if (s->flags & SEG_SYN) {
		s->opts |= SEG_OPT_FASTOPEN;
		s->cookie_len = n;
		memcpy(s->cookie, p + 2, n);
	}
}

/* One option whose length octet is known to fit; @len counts kind and length */
/* rfc9293: MUST-6, MUST-14 */
static void decode_option(struct segment *s, const u8 *p, u32 len)
{
	switch (p[0]) {
	case SEG_KIND_MSS:
		if (len != 4) {
			s->opts |= SEG_OPT_BAD;
		} else if (s->flags & SEG_SYN) {
			s->opts |= SEG_OPT_MSS;
			s->mss = get16(p + 2);
		}
		break;
	case SEG_KIND_WSCALE:
		if (len != 3) {
			s->opts |= SEG_OPT_BAD;
		} else if (s->flags & SEG_SYN) {
			s->opts |= SEG_OPT_WSCALE;
			s->wscale = min_t(u8, p[2], SEG_WSCALE_MAX);
		}
		break;
	case SEG_KIND_SACK_OK:
		if (len != 2)
			s->opts |= SEG_OPT_BAD;
		else if (s->flags & SEG_SYN)
			s->opts |= SEG_OPT_SACK_OK;
		break;
	case SEG_KIND_SACK:
		decode_sack(s, p, len);
		break;
	case SEG_KIND_TS:
		if (len != 10) {
			s->opts |= SEG_OPT_BAD;
		} else {
			s->opts |= SEG_OPT_TS;
			s->tsval = get32(p + 2);
			s->tsecr = get32(p + 6);
		}
		break;
	case SEG_KIND_FASTOPEN:
		decode_fastopen(s, p, len);
		break;
	default:
		/* rfc9293#section-3.1: an option that is not known is skipped */
		s->opts |= SEG_OPT_OTHER;
		break;
	}
}

/* Nothing but timestamps, as nearly all segments have them */
static bool decode_timestamps(struct segment *s, const u8 *p, u32 left)
{
	if (left != SEG_TS_SIZE || get32(p) != TS_ALONE)
		return false;
	s->opts = SEG_OPT_TS;
	s->tsval = get32(p + 4);
	s->tsecr = get32(p + 8);
	return true;
}

/*
 * A length of 0 or 1 or one that leaves the header would make a careless
 * reader loop or read on: what follows it is not looked at.
 * rfc9293: MUST-4, MUST-6, MUST-7, MUST-64
 */
static void decode_options(struct segment *s, const u8 *p, u32 left)
{
	while (left && p[0] != SEG_KIND_END) {
		u32 len = 1;

		if (p[0] != SEG_KIND_NOP) {
			if (left < 2 || p[1] < 2 || p[1] > left) {
				s->opts |= SEG_OPT_BAD;
				return;
			}
			len = p[1];
			decode_option(s, p, len);
		}
		p += len;
		left -= len;
	}
}

/**
 * segment_decode() - read a header into host order
 * @s: where to; every field is written
 * @wire: as many octets as segment_header_len() returned
 * @total: octets of the whole segment
 *
 * rfc9293: MUST-1, MUST-5
 */
void segment_decode(struct segment *s, const u8 *wire, u32 total)
{
	u32 header = (wire[12] >> 4) * 4;

	*s = (struct segment){
		.src = get16(wire),
		.dst = get16(wire + 2),
		.seq = get32(wire + 4),
		.ack = get32(wire + 8),
		.flags = wire[13],
		.wnd = get16(wire + 14),
		.up = get16(wire + 18),
		.len = total - header,
	};
	wire += SEG_HEADER_MIN;
	header -= SEG_HEADER_MIN;
	if (!decode_timestamps(s, wire, header))
		decode_options(s, wire, header);
}

/* With its padding */
static u32 fastopen_size(const struct segment *s)
{
	return (2 + s->cookie_len + 3) & ~3u;
}

/**
 * segment_size() - octets that segment_encode() will write
 * @s: the segment
 *
 * Return: 20 to 60, a multiple of four.
 */
u32 segment_size(const struct segment *s)
{
	u32 size = SEG_HEADER_MIN;

	if (s->opts == SEG_OPT_TS)
		return size + SEG_TS_SIZE;
	if (s->opts & SEG_OPT_MSS)
		size += 4;
	if (s->opts & SEG_OPT_WSCALE)
		size += 4;
	if (s->opts & SEG_OPT_TS)
		size += SEG_TS_SIZE;
	else if (s->opts & SEG_OPT_SACK_OK)
		size += 4;
	if (s->opts & SEG_OPT_SACK)
		size += 4 + 8 * s->sacks;
	if (s->opts & SEG_OPT_FASTOPEN)
		size += fastopen_size(s);
	return size;
}

/* Options that pad each other to multiples of four, rfc7323's appendix A */
static u8 *put_ts_sack_ok(const struct segment *s, u8 *p)
{
	bool sack_ok = s->opts & SEG_OPT_SACK_OK;

	if (!(s->opts & (SEG_OPT_TS | SEG_OPT_SACK_OK)))
		return p;
	p[0] = sack_ok ? SEG_KIND_SACK_OK : SEG_KIND_NOP;
	p[1] = sack_ok ? 2 : SEG_KIND_NOP;
	if (!(s->opts & SEG_OPT_TS)) {
		p[2] = SEG_KIND_NOP;
		p[3] = SEG_KIND_NOP;
		return p + 4;
	}
	p[2] = SEG_KIND_TS;
	p[3] = 10;
	put32(p + 4, s->tsval);
	put32(p + 8, s->tsecr);
	return p + SEG_TS_SIZE;
}

static u8 *put_sack(const struct segment *s, u8 *p)
{
	u8 i;

	p[0] = SEG_KIND_NOP;
	p[1] = SEG_KIND_NOP;
	p[2] = SEG_KIND_SACK;
	p[3] = 2 + 8 * s->sacks;
	for (i = 0; i < s->sacks; i++) {
		put32(p + 4 + 8 * i, s->sack[i].start);
		put32(p + 8 + 8 * i, s->sack[i].end);
	}
	return p + 4 + 8 * s->sacks;
}

static void put_fastopen(const struct segment *s, u8 *p)
{
	if (s->cookie_len % 4 == 0) {
		*p++ = SEG_KIND_NOP;
		*p++ = SEG_KIND_NOP;
	}
	p[0] = SEG_KIND_FASTOPEN;
	p[1] = 2 + s->cookie_len;
	memcpy(p + 2, s->cookie, s->cookie_len);
}

static void encode_options(const struct segment *s, u8 *p)
{
	if (s->opts & SEG_OPT_MSS) {
		p[0] = SEG_KIND_MSS;
		p[1] = 4;
		put16(p + 2, s->mss);
		p += 4;
	}
	if (s->opts & SEG_OPT_WSCALE) {
		p[0] = SEG_KIND_NOP;
		p[1] = SEG_KIND_WSCALE;
		p[2] = 3;
		p[3] = s->wscale;
		p += 4;
	}
	p = put_ts_sack_ok(s, p);
	if (s->opts & SEG_OPT_SACK)
		p = put_sack(s, p);
	if (s->opts & SEG_OPT_FASTOPEN)
		put_fastopen(s, p);
}

/**
 * segment_encode() - write a header
 * @s: the segment
 * @wire: segment_size() octets; the checksum is left zero for the caller
 *
 * rfc9293: MUST-68, MUST-69
 */
void segment_encode(const struct segment *s, u8 *wire)
{
	put16(wire, s->src);
	put16(wire + 2, s->dst);
	put32(wire + 4, s->seq);
	put32(wire + 8, s->flags & SEG_ACK ? s->ack : 0);
	wire[12] = segment_size(s) / 4 << 4;
	wire[13] = s->flags;
	put16(wire + 14, s->wnd);
	put16(wire + 16, 0);
	put16(wire + 18, s->up);
	encode_options(s, wire + SEG_HEADER_MIN);
}

/**
 * segment_reject() - the RST for a segment that nobody wants
 * @s: the segment
 * @rst: the answer, with the ports turned round; @rst->rule is for the caller
 *
 * rfc9293#section-3.10.7.1: made to look acceptable to whoever sent @s.
 *
 * Return: false if @s is a RST itself, which is never answered.
 */
bool segment_reject(const struct segment *s, struct segment *rst)
{
	if (s->flags & SEG_RST)
		return false;
	*rst = (struct segment){ .src = s->dst, .dst = s->src };
	if (s->flags & SEG_ACK) {
		rst->seq = s->ack;
		rst->flags = SEG_RST;
	} else {
		rst->ack = s->seq + seg_len(s);
		rst->flags = SEG_RST | SEG_ACK;
	}
	return true;
}
