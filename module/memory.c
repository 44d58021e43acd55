// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of records: 128 octets for nearly all of them, and more for an
 * embryo that must keep the way back to where its SYN came from. Their number
 * is limited by who makes them: the SYN queue and max_tw_buckets.
 */
#include <net/ip.h>

#include "glass_sock.h"

static struct kmem_cache *record_cache;

/* An embryo whose SYN came by a source route, and the way back */
struct routed_record {
	struct glass_record record;
	struct ip_options_data way;
};

int glass_record_cache_create(void)
{
	record_cache = KMEM_CACHE(glass_record, SLAB_HWCACHE_ALIGN);
	return record_cache ? 0 : -ENOMEM;
}

void glass_record_cache_destroy(void)
{
	kmem_cache_destroy(record_cache);
}

/**
 * glass_record_alloc() - a record that is on no list yet
 * @kind: enum glass_record_kind
 * @tuple: the two ends
 * @hash: glass_table_hash()
 * @way: of an embryo, the way back to the source of its SYN, or NULL
 *
 * Any context.
 *
 * Return: the record or NULL.
 */
struct glass_record *glass_record_alloc(u8 kind,
					const struct glass_tuple *tuple,
					u32 hash,
					const struct ip_options_rcu *way)
{
	struct routed_record *routed;
	struct glass_record *r;

	if (way) {
		routed = kzalloc(sizeof(*routed), GFP_ATOMIC);
		if (!routed)
			return NULL;
		memcpy(&routed->way, way, sizeof(*way) + way->opt.optlen);
		r = &routed->record;
		r->routed = true;
	} else {
		r = kmem_cache_zalloc(record_cache, GFP_ATOMIC);
		if (!r)
			return NULL;
	}
	INIT_LIST_HEAD(&r->due);
	r->kind = kind;
	r->tuple = *tuple;
	r->hash = hash;
	return r;
}

/* A record that was never hashed */
void glass_record_free(struct glass_record *r)
{
	if (r->routed)
		kfree(container_of(r, struct routed_record, record));
	else
		kmem_cache_free(record_cache, r);
}

/**
 * glass_record_way() - the way back that an embryo keeps
 * @r: the record
 *
 * Return: IP options, valid as long as the record, or NULL.
 */
struct ip_options_rcu *glass_record_way(struct glass_record *r)
{
	if (!r->routed)
		return NULL;
	return &container_of(r, struct routed_record, record)->way.opt;
}
