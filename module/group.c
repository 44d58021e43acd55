// SPDX-License-Identifier: GPL-2.0
/*
 * Which listener is a segment for?
 *
 * Several sockets of one owner that all had SO_REUSEPORT before bind() may
 * listen on one address and port. They are a group, the kernel's own struct
 * sock_reuseport: a new connection goes to the member that a keyed hash of its
 * ends points at, or that a program of SO_ATTACH_REUSEPORT_CBPF chooses. The
 * ACK that ends a handshake finds its listener by the embryo. A cookie's has
 * none: it is chosen as its SYN was, and any member takes it.
 *
 * A socket is in its group for as long as it is in the chain of listeners. Both
 * change under the chain's lock, with the kernel's reuseport_lock inside it.
 * Readers have the RCU read lock and may choose a member that has just left:
 * it is a listener until they are done (SOCK_RCU_FREE), and refuses for itself.
 */
#include <net/addrconf.h>
#include <net/inet_hashtables.h>
#include <net/sock_reuseport.h>

#include "glass_sock.h"

/* Do both listen on the same address, port and device, for one owner? */
static bool same_group(const struct sock *a, const struct sock *b)
{
	return a->sk_num == b->sk_num && a->sk_family == b->sk_family &&
	       ipv6_only_sock(a) == ipv6_only_sock(b) &&
	       a->sk_bound_dev_if == b->sk_bound_dev_if && b->sk_reuseport &&
	       uid_eq(a->sk_uid, b->sk_uid) && inet_rcv_saddr_equal(a, b, false);
}

static bool listens_anywhere(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 ?
	       ipv6_addr_any(&sk->sk_v6_rcv_saddr) : !sk->sk_rcv_saddr;
}

/* Join the group of one that listens there already, or begin one */
static int group_join(struct sock *sk, struct glass_listen_bucket *b)
{
	const struct hlist_nulls_node *node;
	bool any = listens_anywhere(sk);
	struct sock *other;

	lockdep_assert_held(&b->lock);
	if (!sk->sk_reuseport)
		return 0;
	sk_nulls_for_each(other, node, &b->socks) {
		if (same_group(sk, other))
			return reuseport_add_sock(sk, other, any);
	}
	return reuseport_alloc(sk, any);
}

/**
 * glass_listener_hash() - segments may find this listener
 * @sk: the socket, locked, in LISTEN, its port known
 *
 * Return: 0, or -ENOMEM, -EBUSY when it cannot be in its group.
 */
int glass_listener_hash(struct sock *sk)
{
	struct glass_listen_bucket *b =
		glass_listen_bucket(glass_sk_net(sk), sk->sk_num);
	int err;

	spin_lock_bh(&b->lock);
	err = group_join(sk, b);
	if (!err)
		glass_chain(sk, &b->socks);
	spin_unlock_bh(&b->lock);
	return err;
}

/**
 * glass_listener_unhash() - no segment finds this listener any more
 * @sk: the socket, locked, in LISTEN; those who found it before may use it
 *	until the end of their RCU read lock
 */
void glass_listener_unhash(struct sock *sk)
{
	struct glass_listen_bucket *b =
		glass_listen_bucket(glass_sk_net(sk), sk->sk_num);

	spin_lock_bh(&b->lock);
	glass_unchain(sk);
	if (rcu_access_pointer(sk->sk_reuseport_cb))
		reuseport_detach_sock(sk);
	spin_unlock_bh(&b->lock);
}

/*
 * How well does an address fit? 0: not at all. IPv4 may find a listener of
 * AF_INET6, whose IPv4 address is that which is mapped, or 0 for any: rather
 * one of its own.
 */
static int address_fit(const struct sock *sk, const struct glass_tuple *tuple)
{
	if (tuple->family == AF_INET6) {
		if (sk->sk_family != AF_INET6)
			return 0;
		if (ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &tuple->laddr))
			return 4;
		return ipv6_addr_any(&sk->sk_v6_rcv_saddr);
	}
	if (ipv6_only_sock(sk))
		return 0;
	if (sk->sk_rcv_saddr == tuple->laddr.s6_addr32[0])
		return 4 + (sk->sk_family == AF_INET);
	return sk->sk_rcv_saddr ? 0 : 1 + (sk->sk_family == AF_INET);
}

/* How well does a listener fit? Its address counts first, then its device. */
/* rfc9293: MUST-43 */
static int fit(const struct sock *sk, const struct glass_tuple *tuple)
{
	int dev = READ_ONCE(sk->sk_bound_dev_if), score;

	if (sk->sk_num != tuple->lport ||
	    READ_ONCE(sk->sk_state) != TCP_LISTEN ||
	    !inet_sk_bound_dev_eq(sock_net(sk), dev, tuple->ifindex,
				  tuple->sdif))
		return 0;
	score = address_fit(sk, tuple);
	return score ? score + !!dev : 0;
}

/**
 * glass_listener_find() - is anybody there to listen?
 * @gn: the netns
 * @tuple: made from the packet
 *
 * RCU read lock held, for as long as the socket is used.
 *
 * Return: the listener that fits best, of a group any, without a reference,
 * or NULL.
 */
struct sock *glass_listener_find(struct glass_net *gn,
				 const struct glass_tuple *tuple)
{
	struct glass_listen_bucket *b = glass_listen_bucket(gn, tuple->lport);
	const struct hlist_nulls_node *node;
	struct sock *sk, *best;
	int score, best_score;

again:
	best = NULL;
	best_score = 0;
	sk_nulls_for_each_rcu(sk, node, &b->socks) {
		score = fit(sk, tuple);
		if (score > best_score) {
			best = sk;
			best_score = score;
		}
	}
	if (get_nulls_value(node) !=
	    (gn->table.id << 20 | LISTEN_MARK |
	     (tuple->lport & (GLASS_LISTEN_HASH - 1))))
		goto again;
	return best;
}
EXPORT_SYMBOL_GPL(glass_listener_find);

/**
 * glass_listener_choose() - the listener that a packet is for
 * @gn: the netns
 * @tuple: made from the packet
 * @skb: the packet, its data the segment, whose header was validated
 *
 * RCU read lock held, for as long as the socket is used. The table takes its
 * bucket from the hash's low bits, a group its member from the high ones.
 *
 * Return: the socket, without a reference, or NULL.
 */
struct sock *glass_listener_choose(struct glass_net *gn,
				   const struct glass_tuple *tuple,
				   struct sk_buff *skb)
{
	struct sock *sk = glass_listener_find(gn, tuple), *member;

	if (!sk || !rcu_access_pointer(sk->sk_reuseport_cb))
		return sk;
	member = reuseport_select_sock(sk, glass_table_hash(gn, tuple),
				       skb, glass_header_len(skb));
	return member && READ_ONCE(member->sk_state) == TCP_LISTEN ? member : sk;
}
