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

#define ETHERTYPE_VLAN	0x8100
#define IPV6_HEADER	40

static u16 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

/* Octets in front of IP's header, -1 when that is not known */
static int link_header(int type, const u8 *at, u32 len)
{
	switch (type) {
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return 0;
	case DLT_NULL:
	case DLT_LOOP:
		return 4;
	case DLT_LINUX_SLL:
		return 16;
	case DLT_LINUX_SLL2:
		return 20;
	case DLT_EN10MB:
		return len > 14 && get16(at + 12) == ETHERTYPE_VLAN ? 18 : 14;
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
	int header = have >= SEG_HEADER_MIN ? segment_header_len(at, have) : -1;

	if (header < 0)
		return false;
	memcpy(e->wire, at, header);
	if (!event_decode(e, header, len > (u32)header ? len - header : 0))
		return false;
	e->from.port = e->s.src;
	e->to.port = e->s.dst;
	e->dir = GOT;
	e->rule = RULE_NONE;
	return true;
}

static bool take_ipv4(struct event *e, const u8 *at, u32 have)
{
	u32 header = (at[0] & 0x0f) * 4, total = get16(at + 2);

	/* a fragment that is not the first has no header of ours */
	if (header < 20 || have < header || !ours(at[9]) || get16(at + 6) & 0x1fff)
		return false;
	if (total < header)
		total = have;
	e->family = AF_INET;
	memcpy(e->from.addr, at + 12, 4);
	memcpy(e->to.addr, at + 16, 4);
	return take_segment(e, at + header, have - header, total - header);
}

static bool take_ipv6(struct event *e, const u8 *at, u32 have)
{
	if (have < IPV6_HEADER || !ours(at[6]))
		return false;
	e->family = AF_INET6;
	memcpy(e->from.addr, at + 8, 16);
	memcpy(e->to.addr, at + 24, 16);
	return take_segment(e, at + IPV6_HEADER, have - IPV6_HEADER, get16(at + 4));
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
	if (have >= 40 && at[0] >> 4 == 4 && take_ipv4(e, at, have))
		return true;
	if (have >= 60 && at[0] >> 4 == 6 && take_ipv6(e, at, have))
		return true;
	e->family = AF_INET;
	return take_segment(e, at, have, have);
}

/**
 * capture_read() - hand out the segments of a capture
 * @path: of the file, for messages
 * @f: it, at its beginning; closed on return
 * @fn: gets each
 * @arg: of @fn
 *
 * Return: false after an error, which was told.
 */
bool capture_read(const char *path, FILE *f, event_fn fn, void *arg)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *p = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO,
							     error);
	struct pcap_pkthdr *h;
	const u8 *at;
	u64 first = 0;
	int more = 0;

	if (!p) {
		fprintf(stderr, "glass: %s: %s\n", path, error);
		fclose(f);
		return false;
	}
	while ((more = pcap_next_ex(p, &h, &at)) == 1) {
		int before = link_header(pcap_datalink(p), at, h->caplen);
		u64 time = h->ts.tv_sec * NSEC + h->ts.tv_usec;
		struct event e;

		if (before < 0 || (u32)before >= h->caplen ||
		    !capture_octets(&e, at + before, h->caplen - before))
			continue;
		first = first ?: time;
		e.time = time > first ? time - first : 0;
		fn(&e, arg);
	}
	if (more == PCAP_ERROR)
		fprintf(stderr, "glass: %s: %s\n", path, pcap_geterr(p));
	pcap_close(p);
	return more != PCAP_ERROR;
}
