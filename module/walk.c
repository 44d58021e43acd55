// SPDX-License-Identifier: GPL-2.0
/*
 * A walk along a chain of the table, for those who want the socket lock of each
 * and so cannot hold the chain's meanwhile.
 *
 * A few sockets at a time are given a reference under the chain's lock; the
 * caller does with them what he must without it. By then the chain may have
 * changed. As what is new stands at a chain's head, the place to go on is kept
 * as a distance from its end: who came meanwhile is not met, and moves nobody.
 * If one behind that place has left, one in front of it is met again; none is
 * left out.
 */
#include "walk.h"

/* With the chain's lock */
long glass_chain_length(const struct hlist_nulls_head *chain)
{
	struct hlist_nulls_node *node;
	long n = 0;

	for (node = chain->first; !is_a_nulls(node); node = node->next)
		n++;
	return n;
}
EXPORT_SYMBOL_GPL(glass_chain_length);

/**
 * glass_walk_take() - the next few of a chain
 * @w: where the walk is; there is more while @left is not 0
 * @lock: the chain's
 * @chain: of sockets, by sk_nulls_node
 * @wanted: is it one to take? Under @lock
 * @arg: of @wanted
 *
 * Process context.
 *
 * Return: how many are in @w; the caller gives their references back.
 */
int glass_walk_take(struct glass_walk *w, spinlock_t *lock,
		    struct hlist_nulls_head *chain,
		    bool (*wanted)(struct sock *sk, const void *arg),
		    const void *arg)
{
	const struct hlist_nulls_node *node;
	struct sock *sk;
	long at;
	int n = 0;

	spin_lock_bh(lock);
	at = glass_chain_length(chain);
	sk_nulls_for_each(sk, node, chain) {
		if (n == GLASS_WALK_FEW)
			break;
		if (at <= w->left && wanted(sk, arg) &&
		    refcount_inc_not_zero(&sk->sk_refcnt)) {
			w->distance[n] = at;
			w->sk[n++] = sk;
		}
		at--;
	}
	spin_unlock_bh(lock);
	w->left = at;
	return n;
}
EXPORT_SYMBOL_GPL(glass_walk_take);
