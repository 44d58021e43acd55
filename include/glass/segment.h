/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whole wire format on one page, rfc9293#section-3.1.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 * 0 |          source port          |       destination port        |
 *   +-------------------------------+-------------------------------+
 * 4 |                        sequence number                        |
 *   +---------------------------------------------------------------+
 * 8 |                     acknowledgment number                     |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * 12| offset|  rsrv |C|E|U|A|P|R|S|F|            window             |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * 16|           checksum            |        urgent pointer         |
 *   +-------------------------------+-------------------------------+
 * 20|     options, padded with zero bytes to a multiple of four     |
 *   +---------------------------------------------------------------+
 *
 * It is TCP's header byte for byte; only the IP protocol number differs
 * (253, also in the checksum's pseudo-header). Wireshark reads it with
 * -d ip.proto==253,tcp.
 *
 * segment_decode() turns these bytes into a struct segment once; nothing
 * behind it sees the wire. segment_encode() is its inverse.
 */
#ifndef GLASS_SEGMENT_H
#define GLASS_SEGMENT_H

#include <glass/seq.h>

#define SEG_HEADER_MIN	20
#define SEG_HEADER_MAX	60

/* Control bits, as they stand in byte 13 of the header */
enum seg_flags {
	SEG_FIN = 0x01,
	SEG_SYN = 0x02,
	SEG_RST = 0x04,
	SEG_PSH = 0x08,
	SEG_ACK = 0x10,
	SEG_URG = 0x20,
	SEG_ECE = 0x40,
	SEG_CWR = 0x80,
};

/* Option kinds on the wire: rfc9293#section-3.1, rfc7323, rfc2018, rfc7413 */
enum seg_option_kind {
	SEG_KIND_END	= 0,	/* one byte, ends the list */
	SEG_KIND_NOP	= 1,	/* one byte of padding */
	SEG_KIND_MSS	= 2,	/* 4 bytes, only in a SYN */
	SEG_KIND_WSCALE	= 3,	/* 3 bytes, only in a SYN */
	SEG_KIND_SACK_OK = 4,	/* 2 bytes, only in a SYN */
	SEG_KIND_SACK	= 5,	/* 2 bytes and 8 for each of up to 4 blocks */
	SEG_KIND_TS	= 8,	/* 10 bytes */
	SEG_KIND_FASTOPEN = 34,	/* 2 bytes and a cookie or none, only in a SYN */
};

/* Options found in, or wanted in, a segment: bits of segment.opts */
enum seg_options {
	SEG_OPT_MSS	= 0x01,
	SEG_OPT_WSCALE	= 0x02,
	SEG_OPT_SACK_OK	= 0x04,
	SEG_OPT_SACK	= 0x08,
	SEG_OPT_TS	= 0x10,
	SEG_OPT_FASTOPEN = 0x20,
	SEG_OPT_OTHER	= 0x40,	/* some option that Glass does not know */
	SEG_OPT_BAD	= 0x80,	/* a length that cannot be: the rest was skipped */
};

/* IP's ECN field, rfc3168#section-5: what the network may do, or did */
enum seg_ecn {
	SEG_NOT_ECT	= 0,
	SEG_ECT_1	= 1,
	SEG_ECT_0	= 2,	/* it may mark this one in place of a drop */
	SEG_CE		= 3,	/* it met a queue that is too long */
};

#define SEG_WSCALE_MAX	14	/* rfc7323#section-2.3 */
#define SEG_SACK_MAX	4	/* blocks that fit, rfc2018#section-3 */
#define SEG_TS_SIZE	12	/* the timestamps option with its padding */
#define SEG_COOKIE_MIN	4	/* octets of a cookie, an even number: */
#define SEG_COOKIE_MAX	16	/* rfc7413#section-4.1.1 */

/* A piece of sequence space, start included and end not */
struct seq_range {
	u32 start;
	u32 end;
};

/**
 * struct segment - one segment in host byte order
 * @seq: SEG.SEQ, sequence number of the first octet (of the SYN if there is one)
 * @ack: SEG.ACK, meaningful when SEG_ACK is set
 * @len: octets of text, without SYN and FIN; see seg_len()
 * @wnd: SEG.WND as on the wire, not scaled
 * @up: SEG.UP, urgent pointer
 * @src: source port
 * @dst: destination port
 * @mss: value of the MSS option when SEG_OPT_MSS is set
 * @rule: for a segment to send, why it is sent (enum glass_rule)
 * @piece: octets of text in each of the segments that this one will be cut
 *	into before it meets a wire, or that the network joined; 0 if it is one
 * @flags: enum seg_flags
 * @opts: enum seg_options
 * @wscale: shift count when SEG_OPT_WSCALE is set, 0 to 14
 * @sacks: blocks in @sack when SEG_OPT_SACK is set, 1 to 4
 * @ecn: of IP's header, not of ours: enum seg_ecn
 * @no_room: set by the receiver's memory keeper: there is no room for the text
 * @tsval: the sender's timestamp clock when SEG_OPT_TS is set
 * @tsecr: the timestamp that it echoes, meaningful when SEG_ACK is set too
 * @sack: text that the sender of the segment holds, rfc2018#section-3
 * @cookie_len: octets in @cookie when SEG_OPT_FASTOPEN is set, 0 to ask for one
 * @cookie: the server's cookie, rfc7413
 */
struct segment {
	u32	seq;
	u32	ack;
	u32	len;
	u16	wnd;
	u16	up;
	u16	src;
	u16	dst;
	u16	mss;
	u16	rule;
	u16	piece;
	u8	flags;
	u8	opts;
	u8	wscale;
	u8	sacks;
	u8	ecn;
	bool	no_room;
	u32	tsval;
	u32	tsecr;
	struct seq_range sack[SEG_SACK_MAX];
	u8	cookie_len;
	u8	cookie[SEG_COOKIE_MAX];
};

/* SEG.LEN: the octets of sequence space that a segment occupies */
static inline u32 seg_len(const struct segment *s)
{
	return s->len + !!(s->flags & SEG_SYN) + !!(s->flags & SEG_FIN);
}

/* The sequence number of the first octet of text */
static inline u32 seg_text(const struct segment *s)
{
	return s->seq + !!(s->flags & SEG_SYN);
}

int segment_header_len(const u8 *wire, u32 total);
void segment_decode(struct segment *s, const u8 *wire, u32 total);
u32 segment_size(const struct segment *s);
void segment_encode(const struct segment *s, u8 *wire);
bool segment_reject(const struct segment *s, struct segment *rst);

#endif
