// SPDX-License-Identifier: GPL-2.0
/*
 * Text in pages that are not ours: of a file or a pipe (sendfile(), splice()),
 * or of the user's memory (MSG_ZEROCOPY). A queued skb refers to them as it
 * does to our own, see queue.c.
 *
 * They may change until the text is acknowledged. What is sent, and what is
 * sent again, is what they hold at that time, as with TCP: no sum of them is
 * kept. It is the device that sums what it takes from memory; where it
 * cannot, a copy is summed and sent, for the skb is SKBFL_SHARED_FRAG.
 *
 * Whoever gave pages with MSG_ZEROCOPY is told, on the socket's error queue,
 * once nobody looks at them any more. The kernel's struct ubuf_info counts
 * who does: each skb in the queue and each segment built from one. A skb has
 * one such count, so what belongs to two is never joined in one skb. Large
 * segments end there; a small one across the border is copied, and the user
 * is told so.
 */
#include <net/tcp.h>

#include "glass_sock.h"

/* Who is told of the text behind which @size more is queued? */
static struct ubuf_info *who_is_told(struct sock *sk, size_t size)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	/* of what was sent already the user hears without more of it */
	if (tail && seq_le(GLASS_CB(tail)->end, glass_sk(sk)->tcb.snd.nxt))
		tail = NULL;
	return msg_zerocopy_realloc(sk, size, skb_zcopy(tail));
}

/**
 * glass_source_begin() - sendmsg(): copy the text, or refer to its pages?
 * @sk: the socket, locked; process context
 * @from: where the text is; told how it is taken
 * @size: octets of it
 * @pages: it is in pages of the kernel that may be referred to
 *
 * A device that must have its packets in one piece gets copies.
 *
 * Return: 0, -ENOBUFS if the user has too many pages or notifications
 * outstanding.
 */
int glass_source_begin(struct sock *sk, struct glass_source *from, size_t size,
		       bool pages)
{
	bool fit = sk->sk_route_caps & NETIF_F_SG;

	if (!size)
		return 0;
	from->pages = pages && fit;
	if (!(from->msg->msg_flags & MSG_ZEROCOPY) ||
	    !sock_flag(sk, SOCK_ZEROCOPY))
		return 0;
	from->user = who_is_told(sk, size);
	if (!from->user)
		return -ENOBUFS;
	from->pages = fit;
	if (!fit)
		uarg_to_msgzc(from->user)->zerocopy = 0;
	return 0;
}

/**
 * glass_source_end() - the call is over
 * @from: from glass_source_begin()
 * @used: some of the text was taken; if not, it is as if never called
 */
void glass_source_end(const struct glass_source *from, bool used)
{
	if (used)
		net_zcopy_put(from->user);
	else
		net_zcopy_put_abort(from->user, true);
}

/**
 * glass_source_refer() - put pages behind what a queued skb has
 * @sk: the socket, locked; process context
 * @skb: the skb
 * @from: the pages
 * @size: octets at most, above 0
 *
 * The socket is charged as for a copy, see glass_queue_append().
 *
 * Return: octets, 0 if @skb takes no more of them, -EFAULT, -EIO.
 */
int glass_source_refer(struct sock *sk, struct sk_buff *skb,
		       const struct glass_source *from, int size)
{
	struct msghdr *msg = from->msg;
	int done;

	if (from->user) {
		done = skb_zerocopy_iter_stream(sk, skb, msg, size,
						from->user);
	} else {
		done = glass_compat_splice(skb, &msg->msg_iter, size,
					   sk->sk_allocation);
		if (done > 0) {
			skb_shinfo(skb)->flags |= SKBFL_SHARED_FRAG;
			sk_wmem_queued_add(sk, done);
			sk_mem_charge(sk, done);
		}
	}
	return done == -EMSGSIZE || done == -EEXIST ? 0 : done;
}

/**
 * glass_source_share() - a segment will refer to pages of a queued skb
 * @to: the segment
 * @skb: the queued skb
 *
 * Return: false if there are pages in @to that somebody else waits for.
 */
bool glass_source_share(struct sk_buff *to, struct sk_buff *skb)
{
	struct ubuf_info *user = skb_zcopy(skb), *other = skb_zcopy(to);

	if (user && other && user != other)
		return false;
	skb_zcopy_set(to, user, NULL);
	skb_shinfo(to)->flags |= skb_shinfo(skb)->flags & SKBFL_SHARED_FRAG;
	return true;
}

/**
 * glass_source_copied() - what is in a queued skb had to be copied
 * @skb: the skb
 *
 * The notice says so: who hears that often does better without MSG_ZEROCOPY.
 */
void glass_source_copied(struct sk_buff *skb)
{
	struct ubuf_info *user = skb_zcopy(skb);

	if (user)
		uarg_to_msgzc(user)->zerocopy = 0;
}
