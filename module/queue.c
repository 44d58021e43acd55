// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes: what the user gave and the peer has not acknowledged, what
 * arrived and the user has not taken.
 *
 * Out: sk_write_queue holds skbs of page fragments, without headers. A
 * segment is a fresh skb with a header that refers to a range of those
 * pages: nothing is copied to send, nothing to send again. Our pages never
 * change behind a reference, new text goes behind the old; pages that are not
 * ours lie between them, see zerocopy.c. Text of a few
 * octets lies in the skb itself. What is one skb and one segment too, as the
 * small messages of a dialogue are, is sent as a clone with the header in
 * front; nothing is added to it while that is on its way.
 *
 * In: sk_receive_queue holds received skbs in order, glass_held() those above
 * a gap. Nothing is cut: GLASS_CB says which sequence numbers a skb has, and
 * whoever reads starts at gs->copied_seq.
 */
#include <net/tcp.h>

#include "glass_sock.h"

#define QUEUE_SKB_MAX 65536

static void wmem_free(struct sock *sk, struct sk_buff *skb)
{
	sk_wmem_queued_add(sk, -skb->truesize);
	sk_mem_uncharge(sk, skb->truesize);
	__kfree_skb(skb);
}

static struct sk_buff *new_tail(struct sock *sk)
{
	struct sk_buff *skb = alloc_skb_fclone(MAX_TCP_HEADER,
					       sk->sk_allocation);

	if (!skb)
		return NULL;
	if (!glass_budget_send(sk, skb->truesize)) {
		__kfree_skb(skb);
		return NULL;
	}
	skb_reserve(skb, MAX_TCP_HEADER);
	/* whoever clones it may write in front of the text */
	__skb_header_release(skb);
	/* the pages are summed when they are sent */
	skb->ip_summed = CHECKSUM_PARTIAL;
	GLASS_CB(skb)->seq = glass_sk(sk)->out_seq;
	GLASS_CB(skb)->end = glass_sk(sk)->out_seq;
	sk_wmem_queued_add(sk, skb->truesize);
	sk_mem_charge(sk, skb->truesize);
	__skb_queue_tail(&sk->sk_write_queue, skb);
	return skb;
}

/* A few octets, into the skb itself */
static int append_octets(struct sk_buff *skb, struct msghdr *msg, int size)
{
	if (memcpy_from_msg(skb_put(skb, size), msg, size)) {
		skb_trim(skb, skb->len - size);
		return -EFAULT;
	}
	return size;
}

/* One page fragment at most; 0 if the skb takes no more of them */
static int append_pages(struct sock *sk, struct sk_buff *skb,
			struct msghdr *msg, int size)
{
	struct page_frag *pfrag = sk_page_frag(sk);
	int n = skb_shinfo(skb)->nr_frags, err;
	bool merge;

	if (!glass_pages_refill(sk, pfrag))
		return -ENOMEM;
	/* never into a fragment that is not ours */
	merge = !skb_has_shared_frag(skb) &&
		skb_can_coalesce(skb, n, pfrag->page, pfrag->offset);
	if (!merge && n >= MAX_SKB_FRAGS)
		return 0;
	size = min_t(int, size, pfrag->size - pfrag->offset);
	if (!glass_budget_send(sk, size))
		return -ENOMEM;
	err = skb_copy_to_page_nocache(sk, &msg->msg_iter, skb, pfrag->page,
				       pfrag->offset, size);
	if (err)
		return err;
	if (merge) {
		skb_frag_size_add(&skb_shinfo(skb)->frags[n - 1], size);
	} else {
		skb_fill_page_desc(skb, n, pfrag->page, pfrag->offset, size);
		get_page(pfrag->page);
	}
	pfrag->offset += size;
	return size;
}

/* By the way that suits @size and where it comes from; 0 if the skb is full */
static int append(struct sock *sk, struct sk_buff *skb,
		  const struct glass_source *from, int size)
{
	if (from->pages) {
		size = min_t(int, size, QUEUE_SKB_MAX - skb->len);
		if (!glass_budget_send(sk, size))
			return -ENOMEM;
		return glass_source_refer(sk, skb, from, size);
	}
	if (!skb_is_nonlinear(skb) && size <= skb_tailroom(skb))
		return append_octets(skb, from->msg, size);
	return append_pages(sk, skb, from->msg, size);
}

/* Has it an octet that is told of, and that was sent? No other's may be told */
static bool stamp_left(const struct sock *sk, const struct sk_buff *skb)
{
	return GLASS_CB(skb)->stamped &&
	       seq_lt(GLASS_CB(skb)->stamp, glass_sk(sk)->tcb.snd.nxt);
}

/**
 * glass_queue_append() - take text from the user
 * @sk: the socket, locked; process context
 * @from: where it is
 * @size: at most so much, above 0
 *
 * Return: octets taken, what one skb takes at most; -ENOMEM, -EFAULT, -EIO.
 */
int glass_queue_append(struct sock *sk, const struct glass_source *from,
		       int size)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);
	int done;

	if (!skb || skb->len >= QUEUE_SKB_MAX || skb_cloned(skb) ||
	    unlikely(stamp_left(sk, skb)))
		skb = new_tail(sk);
	if (!skb)
		return -ENOMEM;
	done = append(sk, skb, from, size);
	if (!done) {
		skb = new_tail(sk);
		if (!skb)
			return -ENOMEM;
		done = append(sk, skb, from, size);
	}
	if (done > 0) {
		GLASS_CB(skb)->end += done;
		glass_sk(sk)->out_seq += done;
	} else if (!skb->len) {
		__skb_unlink(skb, &sk->sk_write_queue);
		wmem_free(sk, skb);
	}
	sk_mem_reclaim(sk);
	return done;
}

/*
 * What is in front of @una, of a skb that nobody else has. Its last octets may
 * wait long for their ACK, while who filled the buffer waits for room.
 */
static void free_front(struct sock *sk, struct sk_buff *skb, u32 una)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	u32 left = una - GLASS_CB(skb)->seq, sum = left;
	int n = 0;

	if (skb_headlen(skb) || skb_cloned(skb))
		return;
	while (left >= skb_frag_size(&info->frags[n])) {
		left -= skb_frag_size(&info->frags[n]);
		put_page(skb_frag_page(&info->frags[n++]));
	}
	info->nr_frags -= n;
	memmove(info->frags, info->frags + n,
		info->nr_frags * sizeof(info->frags[0]));
	skb_frag_off_add(&info->frags[0], left);
	skb_frag_size_sub(&info->frags[0], left);
	GLASS_CB(skb)->seq += sum;
	skb->len -= sum;
	skb->data_len -= sum;
	skb->truesize -= sum;
	sk_wmem_queued_add(sk, -sum);
	sk_mem_uncharge(sk, sum);
}

/**
 * glass_queue_acked() - let go of what the peer has acknowledged
 * @sk: the socket, locked
 * @una: SND.UNA
 */
void glass_queue_acked(struct sock *sk, u32 una)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&sk->sk_write_queue)) &&
	       seq_le(GLASS_CB(skb)->end, una)) {
		if (sk->sk_send_head == skb)
			sk->sk_send_head = NULL;
		__skb_unlink(skb, &sk->sk_write_queue);
		if (unlikely(GLASS_CB(skb)->stamps_ack))
			glass_stamp_acked(sk, skb);
		wmem_free(sk, skb);
	}
	if (!skb || seq_ge(GLASS_CB(skb)->seq, una))
		return;
	if (unlikely(GLASS_CB(skb)->stamps_ack) &&
	    seq_lt(GLASS_CB(skb)->stamp, una))
		glass_stamp_acked(sk, skb);
	free_front(sk, skb, una);
}

/* Is the whole skb text that is wanted? */
static bool is_whole(const struct sk_buff *skb)
{
	return GLASS_CB(skb)->end - GLASS_CB(skb)->seq == skb->len;
}

/*
 * Text in tiny segments wastes memory many times its size. Once that begins
 * to fill the buffer, gather it: copy it behind the text before it.
 */
static bool gather(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);

	if (skb->len > 256 ||
	    atomic_read(&sk->sk_rmem_alloc) < sk->sk_rcvbuf / 4)
		return false;
	if (!tail || skb_is_nonlinear(tail) || skb_cloned(tail) ||
	    !is_whole(tail) || skb_tailroom(tail) < skb->len ||
	    GLASS_CB(tail)->end != GLASS_CB(skb)->seq) {
		tail = alloc_skb(SKB_WITH_OVERHEAD(4096), GFP_ATOMIC);
		if (!tail)
			return false;
		if (!sk_rmem_schedule(sk, tail, tail->truesize)) {
			kfree_skb(tail);
			return false;
		}
		GLASS_CB(tail)->seq = GLASS_CB(skb)->seq;
		skb_set_owner_r(tail, sk);
		__skb_queue_tail(&sk->sk_receive_queue, tail);
	}
	if (skb_copy_bits(skb, 0, skb_put(tail, skb->len), skb->len)) {
		skb_trim(tail, tail->len - skb->len);
		return false;
	}
	GLASS_CB(tail)->end = GLASS_CB(skb)->end;
	if (unlikely(glass_stamps(sk)))
		glass_stamp_join(tail, skb);
	kfree_skb(skb);
	return true;
}

/* Join text with the text before it, so that it needs no skb of its own */
static bool join(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);
	bool stolen;
	int delta;

	if (!is_whole(skb))
		return false;
	if (tail && is_whole(tail) &&
	    GLASS_CB(tail)->end == GLASS_CB(skb)->seq &&
	    skb_try_coalesce(tail, skb, &stolen, &delta)) {
		atomic_add(delta, &sk->sk_rmem_alloc);
		sk_mem_charge(sk, delta);
		GLASS_CB(tail)->end = GLASS_CB(skb)->end;
		if (unlikely(glass_stamps(sk)))
			glass_stamp_join(tail, skb);
		kfree_skb_partial(skb, stolen);
		return true;
	}
	return gather(sk, skb);
}

/* Above a gap: into the tree, by sequence number */
static void hold(struct sock *sk, struct sk_buff *skb)
{
	struct rb_root *held = glass_held(&glass_sk(sk)->tcb);
	struct rb_node **p = &held->rb_node, *parent = NULL;

	while (*p) {
		parent = *p;
		if (seq_lt(GLASS_CB(skb)->seq, GLASS_CB(rb_to_skb(parent))->seq))
			p = &parent->rb_left;
		else
			p = &parent->rb_right;
	}
	skb_set_owner_r(skb, sk);
	rb_link_node(&skb->rbnode, parent, p);
	rb_insert_color(&skb->rbnode, held);
}

/* A gap was filled: what was held above it is in order now */
static void release_held(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct rb_root *held = glass_held(&gs->tcb);
	struct rb_node *node;

	while ((node = rb_first(held))) {
		struct sk_buff *skb = rb_to_skb(node);

		if (seq_gt(GLASS_CB(skb)->seq, gs->queued_seq))
			break;
		rb_erase(node, held);
		RB_CLEAR_NODE(node);
		skb->next = NULL;
		skb->prev = NULL;
		if (seq_le(GLASS_CB(skb)->end, gs->queued_seq)) {
			kfree_skb(skb);
			continue;
		}
		gs->queued_seq = GLASS_CB(skb)->end;
		__skb_queue_tail(&sk->sk_receive_queue, skb);
	}
}

/**
 * glass_queue_text() - keep the text that the core named
 * @sk: the socket, locked
 * @skb: consumed; its data is the header
 * @s: @skb decoded
 * @v: the verdict, with text to keep
 */
void glass_queue_text(struct sock *sk, struct sk_buff *skb,
		      const struct segment *s, const struct verdict *v)
{
	struct glass_sock *gs = glass_sk(sk);
	u32 start = seg_text(s) + v->text_skip;

	__skb_pull(skb, glass_header_len(skb));
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	GLASS_CB(skb)->seq = seg_text(s);
	GLASS_CB(skb)->end = start + v->text_keep;
	if (start != gs->queued_seq) {
		glass_held_more(&gs->tcb, max_t(u16, 1,
						skb_shinfo(skb)->gso_segs));
		hold(sk, skb);
		return;
	}
	gs->queued_seq = GLASS_CB(skb)->end;
	/* its ACK is as good; that of a SYN which opened fast is still to come */
	if (gs->tcb.heard)
		gs->text_at = gs->tcb.heard;
	if (!join(sk, skb)) {
		skb_set_owner_r(skb, sk);
		__skb_queue_tail(&sk->sk_receive_queue, skb);
	}
	if (gs->tcb.held)
		release_held(sk);
}

/**
 * glass_queue_drop_held() - memory is short: forget what is above gaps
 * @sk: the socket, locked; the core forgets its ranges too
 */
void glass_queue_drop_held(struct sock *sk)
{
	struct tcb *t = &glass_sk(sk)->tcb;
	struct rb_node *node;

	while (t->held && (node = rb_first(glass_held(t)))) {
		rb_erase(node, glass_held(t));
		RB_CLEAR_NODE(node);
		kfree_skb(rb_to_skb(node));
	}
}

/**
 * glass_queue_drop_sent() - nobody will acknowledge what is to be sent
 * @sk: the socket, locked or without users
 */
void glass_queue_drop_sent(struct sock *sk)
{
	struct sk_buff *skb;

	sk->sk_send_head = NULL;
	while ((skb = __skb_dequeue(&sk->sk_write_queue)))
		wmem_free(sk, skb);
}

/**
 * glass_queue_purge() - drop everything in every queue
 * @sk: the socket, locked or without users
 */
void glass_queue_purge(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);

	glass_queue_drop_sent(sk);
	glass_queue_drop_held(sk);
	if (gs->tcb.held)
		gs->tcb.held->n = 0;
	__skb_queue_purge(&sk->sk_receive_queue);
	gs->copied_seq = gs->queued_seq;
}
