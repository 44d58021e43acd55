// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of records: 128 octets for nearly all of them, and more for one
 * that must keep a way back, a mark or a flow label. Their number is limited by
 * who makes them: the SYN queue and max_tw_buckets.
 */
#include <net/ip.h>

#include "glass_sock.h"

static struct kmem_cache *record_cache;

/* An embryo or TIME-WAIT that leaves in a manner of its own */
struct manner_record {
	struct glass_record record;
	struct glass_manner manner;
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

/* The same, which keeps what the record itself has no room for */
static struct glass_record *alloc_kept(const struct glass_manner *m)
{
	struct manner_record *kept = kzalloc(sizeof(*kept), GFP_ATOMIC);

	if (!kept)
		return NULL;
	kept->manner.mark = m->mark;
	kept->manner.label = m->label;
	if (m->way) {
		memcpy(&kept->way, m->way, sizeof(*m->way) + m->way->opt.optlen);
		kept->manner.way = &kept->way.opt;
	}
	kept->record.kept = true;
	return &kept->record;
}

/**
 * glass_record_alloc() - a record that is on no list yet
 * @kind: enum glass_record_kind
 * @tuple: the two ends
 * @hash: glass_table_hash()
 * @m: in which manner it speaks: way, mark and label are kept unless they are
 *	0, and the class
 *
 * Any context.
 *
 * Return: the record or NULL.
 */
struct glass_record *glass_record_alloc(u8 kind,
					const struct glass_tuple *tuple,
					u32 hash, const struct glass_manner *m)
{
	struct glass_record *r;

	if (m->way || m->mark || m->label)
		r = alloc_kept(m);
	else
		r = kmem_cache_zalloc(record_cache, GFP_ATOMIC);
	if (!r)
		return NULL;
	INIT_LIST_HEAD(&r->due);
	r->kind = kind;
	r->tuple = *tuple;
	r->hash = hash;
	r->tclass = m->tclass;
	return r;
}

/* A record that was never hashed */
void glass_record_free(struct glass_record *r)
{
	if (r->kept)
		kfree(container_of(r, struct manner_record, record));
	else
		kmem_cache_free(record_cache, r);
}

/**
 * glass_record_kept() - what a record keeps of its manner
 * @r: the record
 *
 * Return: valid as long as the record, or NULL: nothing out of the ordinary.
 */
const struct glass_manner *glass_record_kept(struct glass_record *r)
{
	if (!r->kept)
		return NULL;
	return &container_of(r, struct manner_record, record)->manner;
}
