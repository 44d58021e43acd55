// SPDX-License-Identifier: GPL-2.0
/*
 * A skb for each segment, built from the queue of what is to be sent.
 */
#include <net/tcp.h>

#include "glass_sock.h"

/* The queued skb that has @seq; most often it follows the last one asked for */
static struct sk_buff *queue_find(struct sock *sk, u32 seq)
{
	struct sk_buff *skb = sk->sk_send_head;

	if (!skb || seq_lt(seq, GLASS_CB(skb)->seq))
		skb = skb_peek(&sk->sk_write_queue);
	while (skb && seq_ge(seq, GLASS_CB(skb)->end))
		skb = skb_peek_next(skb, &sk->sk_write_queue);
	sk->sk_send_head = skb;
	return skb;
}

/* Copy what of @len octets of @from at @off is not in pages; none if too many */
static u32 add_octets(struct sk_buff *to, const struct sk_buff *from, u32 off,
		      u32 len)
{
	u32 size;

	if (off >= skb_headlen(from))
		return 0;
	size = min(skb_headlen(from) - off, len);
	if (skb_is_nonlinear(to) || skb_tailroom(to) < size)
		return 0;
	skb_put_data(to, from->data + off, size);
	return size;
}

/* Refer to @len octets of @from at @off; returns how many fitted */
static u32 add_text(struct sk_buff *to, const struct sk_buff *from, u32 off,
		    u32 len)
{
	u32 octets = add_octets(to, from, off, len), done = 0;
	int i;

	len -= octets;
	off += octets;
	if (off < skb_headlen(from))
		return octets;
	off -= skb_headlen(from);
	for (i = 0; i < skb_shinfo(from)->nr_frags && done < len; i++) {
		const skb_frag_t *frag = &skb_shinfo(from)->frags[i];
		u32 size = skb_frag_size(frag), n = skb_shinfo(to)->nr_frags;

		if (off >= size) {
			off -= size;
			continue;
		}
		size = min(size - off, len - done);
		if (skb_can_coalesce(to, n, skb_frag_page(frag),
				     skb_frag_off(frag) + off)) {
			skb_frag_size_add(&skb_shinfo(to)->frags[n - 1], size);
		} else {
			if (n == MAX_SKB_FRAGS)
				break;
			skb_fill_page_desc(to, n, skb_frag_page(frag),
					   skb_frag_off(frag) + off, size);
			get_page(skb_frag_page(frag));
		}
		done += size;
		off = 0;
	}
	to->len += done;
	to->data_len += done;
	to->truesize += done;
	return octets + done;
}

/* The text of a whole skb, for a header in front of it */
static struct sk_buff *share(struct sk_buff *from)
{
	struct sk_buff *skb = skb_clone(from, GFP_ATOMIC);

	/* IP's own from here on */
	if (skb)
		memset(skb->cb, 0, sizeof(skb->cb));
	return skb;
}

/* Is the segment one skb, whose last clone is gone, and will not be cut? */
static bool may_share(const struct sk_buff *from, u32 seq, u32 len, u32 piece)
{
	return from && GLASS_CB(from)->seq == seq &&
	       GLASS_CB(from)->end == seq + len && !piece &&
	       !skb_cloned(from);
}

/*
 * Too many fragments for one skb, or pages that two wait for: copy. Rare: text
 * in tiny pieces.
 */
static struct sk_buff *copy_segment(struct sock *sk, u32 seq, u32 len)
{
	struct sk_buff *skb, *from;
	u32 n;

	skb = alloc_skb(MAX_TCP_HEADER + len, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, MAX_TCP_HEADER);
	while (len) {
		from = queue_find(sk, seq);
		n = from ? min(len, GLASS_CB(from)->end - seq) : 0;
		if (!n || skb_copy_bits(from, seq - GLASS_CB(from)->seq,
					skb_put(skb, n), n)) {
			kfree_skb(skb);
			return NULL;
		}
		glass_source_copied(from);
		seq += n;
		len -= n;
	}
	return skb;
}

/* As glass_build() says; @told: there is something to be told of what it has */
static struct sk_buff *build(struct sock *sk, u32 seq, u32 len, u32 piece,
			     bool *told)
{
	struct sk_buff *skb, *from = len ? queue_find(sk, seq) : NULL;
	u32 left = len, n;

	*told = from && GLASS_CB(from)->stamped;
	if (may_share(from, seq, len, piece))
		return share(from);
	skb = alloc_skb(MAX_TCP_HEADER, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, MAX_TCP_HEADER);
	while (left) {
		from = queue_find(sk, seq);
		if (WARN_ON_ONCE(!from))
			break;
		*told |= GLASS_CB(from)->stamped;
		if (!glass_source_share(skb, from)) {
			if (piece)
				return skb;
			break;
		}
		n = add_text(skb, from, seq - GLASS_CB(from)->seq, left);
		if (!n)
			break;
		seq += n;
		left -= n;
	}
	if (!left)
		return skb;
	if (piece && skb->len >= piece &&
	    !pskb_trim(skb, skb->len - skb->len % piece))
		return skb;
	kfree_skb(skb);
	*told = true;	/* perhaps: not all was looked at */
	return copy_segment(sk, seq + left - len, piece ? min(len, piece) : len);
}

/* Octets that are to be told of when they leave, among those @skb has */
static void pass_stamps(struct sock *sk, struct sk_buff *skb, u32 seq)
{
	struct sk_buff *from = queue_find(sk, seq);
	u32 end = seq + skb->len;

	while (from && seq_lt(GLASS_CB(from)->seq, end)) {
		if (GLASS_CB(from)->stamped &&
		    seq_ge(GLASS_CB(from)->stamp, seq) &&
		    seq_lt(GLASS_CB(from)->stamp, end))
			glass_stamp_pass(skb, from);
		from = skb_peek_next(from, &sk->sk_write_queue);
	}
}

/**
 * glass_build() - a skb with a range of the send stream
 * @sk: the socket, locked
 * @seq: its first sequence number
 * @len: octets of text, may be 0
 * @piece: if not 0, fewer will do: a multiple of this where a skb takes no
 *	more fragments, any number before pages that somebody else waits for
 *
 * Return: a skb with room for all headers in front, or NULL without memory.
 */
struct sk_buff *glass_build(struct sock *sk, u32 seq, u32 len, u32 piece)
{
	bool told;
	struct sk_buff *skb = build(sk, seq, len, piece, &told);

	if (unlikely(told) && skb)
		pass_stamps(sk, skb, seq);
	return skb;
}
