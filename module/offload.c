// SPDX-License-Identifier: GPL-2.0
/*
 * Segmentation as late as possible: a skb of up to 64 KB goes down in one
 * piece and is cut where the packet meets a device that cannot take it whole.
 *
 * To Linux such a skb is TCP's and SCTP's at once. Devices of software take
 * both kinds and hand it on as it is; no hardware claims SCTP's, so none is
 * given what it would take for TCP, and IP comes to glass_segment() before.
 * What asks for the length of the pieces finds TCP's header, which ours is.
 */
#include <linux/tcp.h>
#include <net/ip6_checksum.h>
#include <net/protocol.h>
#include <net/tcp.h>

#include "glass_sock.h"

/* What a device might know of TCP and UDP but not of us, or do by half */
#define NOT_FOR_US \
	(NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM | NETIF_F_GSO_PARTIAL)

/* The sum of the pseudo-header for another length of header and text */
static __sum16 sum_for_length(__sum16 sum, u32 from, u32 to)
{
	__wsum w = csum_sub(csum_unfold(sum), (__force __wsum)htonl(from));

	return ~csum_fold(csum_add(w, (__force __wsum)htonl(to)));
}

/* The pieces have the header of the whole; @whole was the length of that */
static void finish_pieces(struct sk_buff *segs, u32 header, u32 whole)
{
	u32 seq = ntohl(tcp_hdr(segs)->seq), len;
	struct sk_buff *skb;
	__wsum rest;

	for (skb = segs; skb; skb = skb->next) {
		struct tcphdr *th = tcp_hdr(skb);

		len = skb->len - skb_transport_offset(skb);
		th->seq = htonl(seq);
		seq += len - header;
		if (skb != segs)
			th->cwr = 0;
		if (skb->next) {
			th->fin = 0;
			th->psh = 0;
		}
		th->check = sum_for_length(th->check, whole, len);
		rest = csum_unfold((__force __sum16)~(__force u16)th->check);
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			gso_reset_checksum(skb, rest);
		else
			th->check = gso_make_checksum(skb, rest);
	}
}

/*
 * Cut @skb, whose data is the header of a segment. It may come from a guest
 * or a program behind a tun device: nothing of it is certain. The pieces are
 * always made, never left to the device.
 */
static struct sk_buff *glass_segment(struct sk_buff *skb,
				     netdev_features_t features)
{
	u32 whole = skb->len, header;
	struct sk_buff *segs;

	if (!pskb_may_pull(skb, SEG_HEADER_MIN))
		return ERR_PTR(-EINVAL);
	header = tcp_hdr(skb)->doff * 4;
	if (header < SEG_HEADER_MIN || !pskb_may_pull(skb, header))
		return ERR_PTR(-EINVAL);
	if (whole - header <= skb_shinfo(skb)->gso_size)
		return ERR_PTR(-EINVAL);
	__skb_pull(skb, header);
	segs = skb_segment(skb, features & ~NOT_FOR_US);
	if (IS_ERR(segs))
		return segs;
	finish_pieces(segs, header, whole);
	/* the last piece is the socket's, and tells when all of it left */
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP))
		glass_stamp_pass(segs->prev, skb);
	return segs;
}

/* A sum that is complete already, or never was begun, is begun anew */
static void begin_sum(struct sk_buff *skb, __sum16 pseudo)
{
	tcp_hdr(skb)->check = pseudo;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

static struct sk_buff *v4_segment(struct sk_buff *skb,
				  netdev_features_t features)
{
	const struct iphdr *iph;

	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4) ||
	    !pskb_may_pull(skb, SEG_HEADER_MIN))
		return ERR_PTR(-EINVAL);
	iph = ip_hdr(skb);
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		begin_sum(skb, ~csum_tcpudp_magic(iph->saddr, iph->daddr,
						  skb->len, IPPROTO_GLASS, 0));
	return glass_segment(skb, features);
}

static struct sk_buff *v6_segment(struct sk_buff *skb,
				  netdev_features_t features)
{
	const struct ipv6hdr *hdr;

	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6) ||
	    !pskb_may_pull(skb, SEG_HEADER_MIN))
		return ERR_PTR(-EINVAL);
	hdr = ipv6_hdr(skb);
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		begin_sum(skb, ~csum_ipv6_magic(&hdr->saddr, &hdr->daddr,
						skb->len, IPPROTO_GLASS, 0));
	return glass_segment(skb, features);
}

static const struct net_offload v4_offload = {
	.callbacks.gso_segment = v4_segment,
};

static const struct net_offload v6_offload = {
	.callbacks.gso_segment = v6_segment,
};

/**
 * glass_offload_register() - before the first socket is made
 *
 * Return: 0, or -1 if somebody else has protocol 253.
 */
int glass_offload_register(void)
{
	int err = inet_add_offload(&v4_offload, IPPROTO_GLASS);

	if (err)
		return err;
	err = inet6_add_offload(&v6_offload, IPPROTO_GLASS);
	if (err)
		inet_del_offload(&v4_offload, IPPROTO_GLASS);
	return err;
}

void glass_offload_unregister(void)
{
	inet6_del_offload(&v6_offload, IPPROTO_GLASS);
	inet_del_offload(&v4_offload, IPPROTO_GLASS);
}

/**
 * glass_offload_socket() - what a socket's skbs are to Linux
 * @sk: the socket; before it has a route
 */
void glass_offload_socket(struct sock *sk)
{
	sk->sk_gso_type = SKB_GSO_SCTP | (glass_over_ipv4(sk) ?
					  SKB_GSO_TCPV4 : SKB_GSO_TCPV6);
}

/**
 * glass_offload_limit() - octets of text that one skb may take down
 * @sk: the socket, locked
 *
 * Return: octets, without the header; 0 if it is to be one segment.
 */
u32 glass_offload_limit(const struct sock *sk)
{
	if (!sk_can_gso(sk))
		return 0;
	/* the largest size leaves room for headers, see sk_setup_caps() */
	return min_t(u32, sk->sk_gso_max_size,
		     sk->sk_gso_max_segs * glass_sk(sk)->tcb.snd.mss);
}

/**
 * glass_offload_mark() - a skb is to be cut where it must be
 * @skb: its header is written
 * @sk: its socket
 * @text: octets of text
 * @piece: octets of text in each piece, 0 if it is one
 *
 * Return: false if it is one.
 */
bool glass_offload_mark(struct sk_buff *skb, const struct sock *sk, u32 text,
			u32 piece)
{
	if (!piece || text <= piece)
		return false;
	skb_shinfo(skb)->gso_size = piece;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(text, piece);
	skb_shinfo(skb)->gso_type = sk->sk_gso_type;
	return true;
}
