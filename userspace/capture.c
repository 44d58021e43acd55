// SPDX-License-Identifier: GPL-2.0
/*
 * Segments out of captured packets, or of octets that somebody typed: Glass's,
 * or TCP's, whose header is the same.
 */
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include <linux/glass.h>

#include "capture.h"

#define IPV6_HEADER	40u
#define EXTENSION_UNIT	8u	/* octets of the least extension header of IPv6 */

enum ethertype {
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	TYPE_VLAN = 0x8100,
	TYPE_VLAN_SERVICE = 0x88a8,
	TYPE_VLAN_OLD = 0x9100,	/* what devices wrote before 802.1ad */
};

/**
 * struct link_type - what stands in front of a captured packet
 * @dlt: libpcap's number of it
 * @header: octets
 * @type: where in them the EtherType is; -1 if all that follows is IP
 */
struct link_type {
	int dlt, header, type;
};

static const struct link_type link_types[] = {
	{ DLT_RAW, 0, -1 },
	{ DLT_IPV4, 0, -1 },
	{ DLT_IPV6, 0, -1 },
	{ DLT_NULL, 4, -1 },
	{ DLT_LOOP, 4, -1 },
	{ DLT_EN10MB, 14, 12 },
	{ DLT_LINUX_SLL, 16, 14 },
	{ DLT_LINUX_SLL2, 20, 0 },
};

/* NULL for one that is not known */
static const struct link_type *link_type(int dlt)
{
	size_t i;

	for (i = 0; i < sizeof(link_types) / sizeof(link_types[0]); i++)
		if (link_types[i].dlt == dlt)
			return &link_types[i];
	return NULL;
}

static u16 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

/* Octets in front of IP's header, tags of VLANs included; -1 if there is none */
static int link_header(const struct link_type *l, const u8 *at, u32 have)
{
	u32 header = l->header, type = l->type;

	while (header <= have) {
		if (l->type < 0)
			return header;
		switch (get16(at + type)) {
		case TYPE_IPV4:
		case TYPE_IPV6:
			return header;
		case TYPE_VLAN:
		case TYPE_VLAN_SERVICE:
		case TYPE_VLAN_OLD:
			/* two octets of the tag, then the type of what follows */
			type = header + 2;
			header += 4;
			break;
		default:
			return -1;
		}
	}
	return -1;
}

static bool ours(u8 protocol)
{
	return protocol == IPPROTO_GLASS || protocol == IPPROTO_TCP;
}

/* @have octets of a segment are there, of @len */
static bool take_segment(struct event *e, const u8 *at, u32 have, u32 len)
{
	int header;

	if (have > len)
		have = len;	/* the link's padding is behind them */
	header = have >= SEG_HEADER_MIN ? segment_header_len(at, have) : -1;
	if (header < 0)
		return false;
	memcpy(e->wire, at, header);
	if (!event_decode(e, header, len - header))
		return false;
	e->from.port = e->s.src;
	e->to.port = e->s.dst;
	e->dir = GOT;
	e->rule = RULE_NONE;
	return true;
}

/* A device that cuts packets may be given one without a length: it is all */
static bool take_ipv4(struct event *e, const u8 *at, u32 have, u32 len)
{
	u32 header = (at[0] & 0x0f) * 4, total = get16(at + 2);

	if (!total)
		total = len;
	/* a fragment that is not the first has no header of ours */
	if (header < 20 || have < header || total < header || !ours(at[9]) ||
	    get16(at + 6) & 0x1fff)
		return false;
	e->family = AF_INET;
	memcpy(e->from.addr, at + 12, 4);
	memcpy(e->to.addr, at + 16, 4);
	return take_segment(e, at + header, have - header, total - header);
}

/*
 * rfc8200#section-4: octets of IPv6's header and of all extension headers behind
 * it, 0 if they do not end in front of a segment of ours. Each has eight or more,
 * so this ends where the packet does.
 */
static u32 ipv6_headers(const u8 *at, u32 have)
{
	u32 header = IPV6_HEADER;
	u8 next = at[6];

	while (!ours(next)) {
		const u8 *h = at + header;

		if (have - header < EXTENSION_UNIT)
			return 0;
		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			header += (h[1] + 1) * EXTENSION_UNIT;
			break;
		case IPPROTO_FRAGMENT:
			if (get16(h + 2) & 0xfff8)
				return 0;	/* not the first */
			header += EXTENSION_UNIT;
			break;
		case IPPROTO_AH:
			/* this one counts words, without two of them */
			header += (h[1] + 2) * 4;
			break;
		default:
			return 0;
		}
		if (header > have)
			return 0;
		next = h[0];
	}
	return header;
}

static bool take_ipv6(struct event *e, const u8 *at, u32 have, u32 len)
{
	u32 total = get16(at + 4) ? IPV6_HEADER + get16(at + 4) : len;
	u32 header = have >= IPV6_HEADER ? ipv6_headers(at, have) : 0;

	if (!header || total < header)
		return false;
	e->family = AF_INET6;
	memcpy(e->from.addr, at + 8, 16);
	memcpy(e->to.addr, at + 24, 16);
	return take_segment(e, at + header, have - header, total - header);
}

/* The segment in an IP packet of @len octets, of which @have are there */
static bool take_packet(struct event *e, const u8 *at, u32 have, u32 len)
{
	if (have >= 40 && at[0] >> 4 == 4)
		return take_ipv4(e, at, have, len);
	return have >= 60 && at[0] >> 4 == 6 && take_ipv6(e, at, have, len);
}

/**
 * capture_octets() - the segment in an IP packet, or in a header alone
 * @e: gets it
 * @at: the octets
 * @have: how many are there
 *
 * Return: false when there is none.
 */
bool capture_octets(struct event *e, const u8 *at, u32 have)
{
	memset(e, 0, sizeof(*e));
	/* a header alone may begin like IP's, but then ends differently */
	if (take_packet(e, at, have, have))
		return true;
	e->family = AF_INET;
	return take_segment(e, at, have, have);
}

/* One packet; of @first, 0 until it came, all times count from */
static bool take_captured(const struct link_type *l, const struct pcap_pkthdr *h,
			  const u8 *at, u64 *first, struct event *e)
{
	u64 time = (u64)h->ts.tv_sec * NSEC + h->ts.tv_usec;
	int before = link_header(l, at, h->caplen);
	u32 len = h->len > h->caplen ? h->len : h->caplen;

	memset(e, 0, sizeof(*e));
	if (before < 0 ||
	    !take_packet(e, at + before, h->caplen - before, len - before))
		return false;
	*first = *first ?: time;
	e->time = time > *first ? time - *first : 0;
	return true;
}

static bool read_packets(const char *path, pcap_t *p, event_fn fn, void *arg)
{
	const struct link_type *l = link_type(pcap_datalink(p));
	unsigned long told = 0, packets = 0;
	struct pcap_pkthdr *h;
	const u8 *at;
	u64 first = 0;
	int more;

	if (!l) {
		const char *name = pcap_datalink_val_to_name(pcap_datalink(p));

		fprintf(stderr, "glass: %s: link type %s is not known, %s\n", path,
			name ?: "of its packets", "but those of Ethernet, lo and any are");
		return false;
	}
	while ((more = pcap_next_ex(p, &h, &at)) == 1) {
		struct event e;

		packets++;
		if (!take_captured(l, h, at, &first, &e))
			continue;
		told++;
		fn(&e, arg);
	}
	if (more == PCAP_ERROR)
		fprintf(stderr, "glass: %s: %s\n", path, pcap_geterr(p));
	else if (!told)
		fprintf(stderr, "glass: %s: no segment of Glass or TCP among %lu packets\n",
			path, packets);
	return told && more != PCAP_ERROR;
}

/**
 * capture_read() - hand out the segments of a capture
 * @path: of the file, for messages
 * @f: it, at its beginning; closed on return
 * @fn: gets each
 * @arg: of @fn
 *
 * Return: false after an error, or if there are none; both were told.
 */
bool capture_read(const char *path, FILE *f, event_fn fn, void *arg)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *p = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO,
							     error);
	bool good;

	if (!p) {
		fprintf(stderr, "glass: %s: %s\n", path, error);
		fclose(f);
		return false;
	}
	good = read_packets(path, p, fn, arg);
	pcap_close(p);
	return good;
}
