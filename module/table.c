// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table: who is at the other end?
 *
 * One table per netns, a keyed hash of the four-tuple (rfc9293#section-3.4.1
 * tells connections apart by it), a lock per bucket for those who change it,
 * none for those who read. A bucket has two lists: full sockets, and the
 * small records of SYN-RECEIVED and TIME-WAIT.
 *
 * Sockets come from a SLAB_TYPESAFE_BY_RCU cache: a reader may find one that
 * has just become another connection, so it takes a reference, compares
 * again, and, by the mark at the chain's end, sees if it was led astray.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <net/inet_hashtables.h>

#include "glass_sock.h"

static unsigned int table_buckets;
module_param(table_buckets, uint, 0444);
MODULE_PARM_DESC(table_buckets,
		 "buckets of each netns' connection table (by memory)");

/* A bucket per 128 KiB of memory, a power of two from 1024 to 65536 */
static u32 table_size(void)
{
	u64 bytes = (u64)totalram_pages() << PAGE_SHIFT;
	u32 n = table_buckets ?: (u32)min_t(u64, bytes >> 17, 65536);

	return roundup_pow_of_two(clamp(n, table_buckets ? 2u : 1024u, 1u << 19));
}

int glass_table_init(struct glass_net *gn)
{
	struct glass_table *t = &gn->table;
	u32 n = table_size(), i;

	t->buckets = kvcalloc(n, sizeof(*t->buckets), GFP_KERNEL);
	if (!t->buckets)
		return -ENOMEM;
	t->mask = n - 1;
	/* 31 bits are left of an end mark where a pointer has 32 */
	t->id = get_random_u32() & 0x7ff;
	get_random_bytes(&t->key, sizeof(t->key));
	for (i = 0; i < n; i++) {
		spin_lock_init(&t->buckets[i].lock);
		INIT_HLIST_NULLS_HEAD(&t->buckets[i].socks, t->id << 20 | i);
		INIT_HLIST_NULLS_HEAD(&t->buckets[i].records, t->id << 20 | i);
	}
	for (i = 0; i < GLASS_LISTEN_HASH; i++) {
		spin_lock_init(&gn->listen[i].lock);
		INIT_HLIST_NULLS_HEAD(&gn->listen[i].socks,
				      t->id << 20 | LISTEN_MARK | i);
	}
	return 0;
}

void glass_table_exit(struct glass_net *gn)
{
	kvfree(gn->table.buckets);
}

/**
 * glass_tuple_of() - the two ends of a socket
 * @sk: the socket, locked or in the table
 * @tuple: every field is written
 */
void glass_tuple_of(const struct sock *sk, struct glass_tuple *tuple)
{
	*tuple = (struct glass_tuple){
		.lport = sk->sk_num,
		.rport = ntohs(sk->sk_dport),
		.ifindex = READ_ONCE(sk->sk_bound_dev_if),
		.foreign = !!(inet_sk_flowi_flags(sk) & FLOWI_FLAG_ANYSRC),
		.family = glass_over_ipv4(sk) ? AF_INET : AF_INET6,
	};
	if (tuple->family == AF_INET6) {
		tuple->laddr = sk->sk_v6_rcv_saddr;
		tuple->raddr = sk->sk_v6_daddr;
	} else {
		tuple->laddr.s6_addr32[0] = sk->sk_rcv_saddr;
		tuple->raddr.s6_addr32[0] = sk->sk_daddr;
	}
}

/**
 * glass_tuple_hash() - a keyed hash of the four-tuple
 * @gn: the netns
 * @tuple: its interface does not count
 * @key: secret; one for ISNs, another for each other use
 *
 * Return: 32 bits that nobody without the key can foresee.
 *
 * rfc9293: SHLD-1, MUST-9
 */
u32 glass_tuple_hash(const struct glass_net *gn,
		     const struct glass_tuple *tuple,
		     const siphash_key_t *key)
{
	u32 ports = (u32)tuple->lport << 16 | tuple->rport;

	if (tuple->family == AF_INET6) {
		const struct in6_addr *l = &tuple->laddr, *r = &tuple->raddr;

		return (u32)siphash_4u64(*(const u64 *)&l->s6_addr32[0] ^
					 ports,
					 *(const u64 *)&l->s6_addr32[2],
					 *(const u64 *)&r->s6_addr32[0],
					 *(const u64 *)&r->s6_addr32[2], key);
	}
	return (u32)siphash_3u32((__force u32)tuple->laddr.s6_addr32[0],
				 (__force u32)tuple->raddr.s6_addr32[0],
				 ports, key);
}

/**
 * glass_table_hash() - where a connection stands in the table
 * @gn: the netns
 * @tuple: its interface does not count
 *
 * A hash of fewer rounds than glass_tuple_hash(): it is taken of each segment
 * that arrives, and shows itself to nobody.
 *
 * Return: 32 bits that nobody without the key can foresee.
 */
u32 glass_table_hash(const struct glass_net *gn,
		     const struct glass_tuple *tuple)
{
	u32 ports = (u32)tuple->lport << 16 | tuple->rport;

	if (tuple->family == AF_INET6) {
		u32 all[9];

		memcpy(all, &tuple->laddr, 16);
		memcpy(all + 4, &tuple->raddr, 16);
		all[8] = ports;
		return hsiphash(all, sizeof(all), &gn->table.key);
	}
	return hsiphash_3u32((__force u32)tuple->laddr.s6_addr32[0],
			     (__force u32)tuple->raddr.s6_addr32[0], ports,
			     &gn->table.key);
}
EXPORT_SYMBOL_GPL(glass_table_hash);

/**
 * glass_ts_offset() - what a connection adds to the timestamp clock
 * @gn: the netns
 * @tuple: its ends
 *
 * The same for every connection between these ends, so that a later one's
 * timestamps are later too (rfc6191#section-2), and foreseen by nobody else
 * (rfc7323#section-7.1).
 */
u32 glass_ts_offset(const struct glass_net *gn,
		    const struct glass_tuple *tuple)
{
	return glass_tuple_hash(gn, tuple, &gn->ts_key);
}

/**
 * glass_tuple_any_way() - the answer may leave by another interface
 * @tuple: made from a packet whose socket was looked up
 *
 * Not so for a link-local address, nor where a VRF decides.
 */
void glass_tuple_any_way(struct glass_tuple *tuple)
{
	if (tuple->sdif)
		return;
	if (tuple->family == AF_INET6 &&
	    ipv6_addr_type(&tuple->raddr) & IPV6_ADDR_LINKLOCAL)
		return;
	tuple->ifindex = 0;
}

struct glass_bucket *glass_bucket(struct glass_net *gn, u32 hash)
{
	return &gn->table.buckets[hash & gn->table.mask];
}

/*
 * Does a packet with @tuple belong to this socket? IPv4's addresses mean
 * nothing in a connection of IPv6. Without a reference the socket may be one
 * that is being made, of no netns yet: @net is the packet's.
 */
static bool sock_matches(struct net *net, const struct sock *sk,
			 const struct glass_tuple *tuple)
{
	if (sk->sk_num != tuple->lport || sk->sk_dport != htons(tuple->rport) ||
	    !inet_sk_bound_dev_eq(net, READ_ONCE(sk->sk_bound_dev_if),
				  tuple->ifindex, tuple->sdif))
		return false;
	if (tuple->family == AF_INET6)
		return sk->sk_family == AF_INET6 &&
		       ipv6_addr_equal(&sk->sk_v6_daddr, &tuple->raddr) &&
		       ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &tuple->laddr);
	return sk->sk_daddr == tuple->raddr.s6_addr32[0] &&
	       sk->sk_rcv_saddr == tuple->laddr.s6_addr32[0] &&
	       (sk->sk_family == AF_INET ||
		ipv6_addr_v4mapped(&sk->sk_v6_daddr));
}

static bool record_matches(const struct glass_record *r,
			   const struct glass_tuple *tuple)
{
	const struct glass_tuple *own = &r->tuple;

	return glass_tuple_same_ends(own, tuple) &&
	       (!own->ifindex || own->ifindex == tuple->ifindex ||
		own->ifindex == tuple->sdif);
}

/**
 * glass_table_find() - the socket that a packet is for
 * @gn: the netns
 * @tuple: made from the packet
 * @hash: glass_table_hash()
 *
 * RCU read lock held.
 *
 * Return: a socket with a reference for the caller, or NULL.
 */
struct sock *glass_table_find(struct glass_net *gn,
			      const struct glass_tuple *tuple, u32 hash)
{
	struct glass_bucket *b = glass_bucket(gn, hash);
	const struct hlist_nulls_node *node;
	struct sock *sk;

again:
	sk_nulls_for_each_rcu(sk, node, &b->socks) {
		if (sk->sk_hash != hash || !sock_matches(gn->net, sk, tuple))
			continue;
		if (unlikely(!refcount_inc_not_zero(&sk->sk_refcnt)))
			return NULL;
		if (likely(sk->sk_hash == hash &&
			   sock_matches(gn->net, sk, tuple) &&
			   net_eq(sock_net(sk), gn->net)))
			return sk;
		sock_put(sk);
		goto again;
	}
	if (get_nulls_value(node) !=
	    (gn->table.id << 20 | (hash & gn->table.mask)))
		goto again;
	return NULL;
}
EXPORT_SYMBOL_GPL(glass_table_find);

/**
 * glass_table_find_record() - the record that a packet is for
 * @gn: the netns
 * @tuple: made from the packet
 * @hash: glass_table_hash()
 *
 * RCU read lock held, for as long as the record is used.
 *
 * Return: the record, which may leave the table at any time, or NULL.
 */
struct glass_record *glass_table_find_record(struct glass_net *gn,
					     const struct glass_tuple *tuple,
					     u32 hash)
{
	struct glass_bucket *b = glass_bucket(gn, hash);
	struct hlist_nulls_node *node;
	struct glass_record *r;

	hlist_nulls_for_each_entry_rcu(r, node, &b->records, node) {
		if (r->hash == hash && record_matches(r, tuple))
			return r;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(glass_table_find_record);

/**
 * glass_table_established() - connections in ESTABLISHED or CLOSE-WAIT
 * @gn: the netns
 *
 * Counted by a walk: who opens and closes need not. Process context.
 *
 * Return: how many.
 */
u32 glass_table_established(struct glass_net *gn)
{
	const struct hlist_nulls_node *node;
	struct glass_bucket *b;
	struct sock *sk;
	u32 i, n = 0;

	for (i = 0; i <= gn->table.mask; i++) {
		b = &gn->table.buckets[i];
		if (hlist_nulls_empty(&b->socks))
			continue;
		spin_lock_bh(&b->lock);
		sk_nulls_for_each(sk, node, &b->socks)
			n += sk->sk_state == TCP_ESTABLISHED ||
			     sk->sk_state == TCP_CLOSE_WAIT;
		spin_unlock_bh(&b->lock);
	}
	return n;
}

/* Is there anything in the bucket with these ends? Bucket lock held. */
static bool taken(struct glass_bucket *b, const struct glass_tuple *tuple,
		  u32 hash)
{
	const struct hlist_nulls_node *node;
	struct hlist_nulls_node *rnode;
	struct glass_record *r;
	struct sock *sk;

	lockdep_assert_held(&b->lock);
	sk_nulls_for_each(sk, node, &b->socks) {
		if (sk->sk_hash == hash &&
		    sock_matches(sock_net(sk), sk, tuple))
			return true;
	}
	hlist_nulls_for_each_entry(r, rnode, &b->records, node) {
		if (r->hash == hash && record_matches(r, tuple))
			return true;
	}
	return false;
}

/**
 * glass_table_add() - put a socket into the table
 * @sk: the socket, locked, both ends known
 *
 * Return: 0, or -EADDRNOTAVAIL if there is such a connection, be it in
 * TIME-WAIT.
 */
int glass_table_add(struct sock *sk)
{
	struct glass_net *gn = glass_sk_net(sk);
	struct glass_tuple tuple;
	struct glass_bucket *b;
	int err = 0;
	u32 hash;

	glass_tuple_of(sk, &tuple);
	hash = glass_table_hash(gn, &tuple);
	b = glass_bucket(gn, hash);
	spin_lock_bh(&b->lock);
	if (taken(b, &tuple, hash)) {
		err = -EADDRNOTAVAIL;
	} else {
		sk->sk_hash = hash;
		WRITE_ONCE(sk->sk_txhash, glass_flow_hash(gn, hash));
		glass_chain(sk, &b->socks);
	}
	spin_unlock_bh(&b->lock);
	return err;
}

/**
 * glass_table_remove() - take a socket out of the table
 * @sk: the socket, locked; need not be in it
 */
void glass_table_remove(struct sock *sk)
{
	struct glass_bucket *b;

	if (sk_unhashed(sk))
		return;
	b = glass_bucket(glass_sk_net(sk), sk->sk_hash);
	spin_lock_bh(&b->lock);
	glass_unchain(sk);
	spin_unlock_bh(&b->lock);
}

/**
 * glass_table_add_record() - put a record into the table
 * @gn: the netns
 * @r: the record; an embryo is only added while its listener lives
 *
 * Return: 0, or -EEXIST if there is such a connection, or if the listener
 * is closing.
 */
int glass_table_add_record(struct glass_net *gn, struct glass_record *r)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);
	int err = 0;

	spin_lock_bh(&b->lock);
	if (taken(b, &r->tuple, r->hash) ||
	    (r->kind == RECORD_EMBRYO && READ_ONCE(r->listener->closing)))
		err = -EEXIST;
	else
		hlist_nulls_add_head_rcu(&r->node, &b->records);
	spin_unlock_bh(&b->lock);
	return err;
}

/**
 * glass_table_replace_record() - an embryo becomes a socket, in one step
 * @gn: the netns
 * @r: the embryo
 * @child: the socket, with the same ends
 *
 * Return: false if the embryo was no longer in the table: another segment
 * was faster, and @child is not in it either.
 */
bool glass_table_replace_record(struct glass_net *gn, struct glass_record *r,
				struct sock *child)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);
	bool here;

	spin_lock_bh(&b->lock);
	here = !hlist_nulls_unhashed(&r->node);
	if (here) {
		child->sk_hash = r->hash;
		glass_chain(child, &b->socks);
		hlist_nulls_del_init_rcu(&r->node);
	}
	spin_unlock_bh(&b->lock);
	return here;
}

/**
 * glass_table_remove_record() - take a record out of the table
 * @gn: the netns
 * @r: the record; RCU read lock held since it was found
 *
 * Return: false if it was no longer in it; else the caller forgets it.
 */
bool glass_table_remove_record(struct glass_net *gn, struct glass_record *r)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);
	bool here;

	spin_lock_bh(&b->lock);
	here = !hlist_nulls_unhashed(&r->node);
	if (here)
		hlist_nulls_del_init_rcu(&r->node);
	spin_unlock_bh(&b->lock);
	return here;
}
