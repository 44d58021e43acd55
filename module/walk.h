/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All sockets of a chain of the table, a few at a time, see walk.c.
 */
#ifndef GLASS_WALK_H
#define GLASS_WALK_H

#include "glass_sock.h"

#define GLASS_WALK_FEW 16

/**
 * struct glass_walk - where a walk along a chain is
 * @left: so many at the chain's end are still to be looked at
 * @sk: the few that were taken, each with a reference
 * @distance: of each from the chain's end
 */
struct glass_walk {
	long left;
	struct sock *sk[GLASS_WALK_FEW];
	long distance[GLASS_WALK_FEW];
};

/* From a chain's head, or where another walk left it: @left of that, not 0 */
static inline void glass_walk_start(struct glass_walk *w, long left)
{
	w->left = left ?: LONG_MAX;
}

int glass_walk_take(struct glass_walk *w, spinlock_t *lock,
		    struct hlist_nulls_head *chain,
		    bool (*wanted)(struct sock *sk, const void *arg),
		    const void *arg);
long glass_chain_length(const struct hlist_nulls_head *chain);

#endif
