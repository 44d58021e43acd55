// SPDX-License-Identifier: GPL-2.0
/*
 * What the headers of IPv6 said of the last packet, for who asked for it by
 * IPV6_RECVTCLASS and the like: a stream has no packet to tell it with, so
 * getsockopt(IPV6_2292PKTOPTIONS) has it of the last that was in order.
 */
#include <net/inet_sock.h>
#include <net/transp_v6.h>

#include "glass_sock.h"

/**
 * glass_latched() - the same segment was processed
 * @sk: its socket, locked; may be CLOSED by now
 * @skb: from glass_latch(); consumed
 * @s: decoded
 */
void glass_latched(struct sock *sk, struct sk_buff *skb,
		   const struct segment *s)
{
	struct ipv6_pinfo *np = inet6_sk(sk);
	u32 end = s->seq + seg_len(s);
	const struct ipv6hdr *hdr = ipv6_hdr(skb);

	if (end != glass_sk(sk)->tcb.rcv.nxt || sk->sk_state == TCP_CLOSE) {
		kfree_skb(skb);
		return;
	}
	if (np->rxopt.bits.rxinfo || np->rxopt.bits.rxoinfo)
		WRITE_ONCE(np->mcast_oif, inet6_iif(skb));
	if (np->rxopt.bits.rxhlim || np->rxopt.bits.rxohlim)
		np->mcast_hops = hdr->hop_limit;
	if (np->rxopt.bits.rxflow || np->rxopt.bits.rxtclass)
		np->rcv_flowinfo = ip6_flowinfo(hdr);
	if (glass_compat_reflects(sk))
		np->flow_label = ip6_flowlabel(hdr);
	if (!ipv6_opt_accepted(sk, skb, IP6CB(skb))) {
		consume_skb(skb);
		skb = NULL;
	} else if (sk_rmem_schedule(sk, skb, skb->truesize)) {
		skb_set_owner_r(skb, sk);
	} else {
		kfree_skb(skb);
		skb = NULL;
	}
	consume_skb(xchg(&np->pktoptions, skb));
}
