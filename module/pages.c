// SPDX-License-Identifier: GPL-2.0
/*
 * Pages to send from, used again.
 *
 * Text from the user is copied into pages of 32 KB, one behind the other. A
 * page that is full goes into a ring of its CPU; when the peers have read, or
 * acknowledged, what it held, nobody but the ring has it, and it is filled
 * anew. A new page would have to be cleared first (init_on_alloc), only to be
 * overwritten: that costs as much as half of the copying.
 *
 * What a page held before is never seen: a skb refers to octets that were
 * written for it, and to no others.
 */
#include <linux/percpu.h>
#include <net/sock.h>

#include "glass_sock.h"

/* Pages of a ring, so 512 KB: a stream has about as much on its way */
#define RING 16

/**
 * struct page_ring - full pages, the one that was filled first is the next
 * @page: each with a reference of the ring's
 * @next: which is next
 * @n: how many there are
 *
 * Preemption is off while one is used; only process context does.
 */
struct page_ring {
	struct page *page[RING];
	u8 next;
	u8 n;
};

static DEFINE_PER_CPU(struct page_ring, rings);

/* Is it one of the large ones, and no part of the memory of last resort? */
static bool worth_keeping(const struct page_frag *pfrag)
{
	return pfrag->page && pfrag->size == 32768 &&
	       !page_is_pfmemalloc(pfrag->page);
}

/* The full page into the ring; gets one that is free, or none */
static void exchange(struct page_frag *pfrag)
{
	struct page_ring *r = get_cpu_ptr(&rings);
	struct page *oldest = r->n ? r->page[r->next] : NULL;
	u8 last = (r->next + r->n) % RING;

	if (oldest && page_ref_count(oldest) == 1) {
		/* where it stood, if the ring is full */
		r->page[last] = pfrag->page;
		r->next = (r->next + 1) % RING;
		pfrag->page = oldest;
		pfrag->offset = 0;
	} else if (r->n < RING) {
		r->page[last] = pfrag->page;
		r->n++;
		pfrag->page = NULL;
	}
	put_cpu_ptr(&rings);
}

/**
 * glass_pages_refill() - room in a page for text
 * @sk: the socket, locked; process context
 * @pfrag: where there may be some
 *
 * Return: false without memory.
 */
bool glass_pages_refill(struct sock *sk, struct page_frag *pfrag)
{
	if (pfrag->page && pfrag->offset < pfrag->size)
		return true;
	if (worth_keeping(pfrag) && page_ref_count(pfrag->page) != 1)
		exchange(pfrag);
	return sk_page_frag_refill(sk, pfrag);
}

/* No socket is left */
void glass_pages_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct page_ring *r = per_cpu_ptr(&rings, cpu);

		while (r->n)
			put_page(r->page[(r->next + --r->n) % RING]);
	}
}
