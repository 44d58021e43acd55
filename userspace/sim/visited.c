// SPDX-License-Identifier: GPL-2.0
/*
 * What was seen, by fingerprints, and what waits to be looked at, packed.
 *
 * A state is known by 64 bits of hash. That two of n states share one, so
 * that the second is not looked at, has a chance of n * n / 2 ** 65: for ten
 * million states one in 370,000.
 */
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

static void *need(void *p)
{
	if (p)
		return p;
	fputs("explore: out of memory\n", stderr);
	exit(2);
}

/* Both halves of a 128-bit product */
static u64 fold(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

/* Never 0, which is an empty slot */
u64 sim_fingerprint(const struct sim *m)
{
	size_t words = sim_size(m) / sizeof(u32), i;
	const u32 *w = (const u32 *)m;
	u64 h = 0x9e3779b97f4a7c15ull ^ words;

	for (i = 0; i + 3 < words; i += 4)
		h = fold((w[i] | (u64)w[i + 1] << 32) ^ h,
			 (w[i + 2] | (u64)w[i + 3] << 32) ^
			 0xd6e8feb86659fd93ull) + 0xa0761d6478bd642full;
	for (; i < words; i++)
		h = fold(w[i] ^ h, 0xe7037ed1a0b428dbull) + i;
	h = fold(h ^ 0x8ebc6af09c88c6e3ull, 0x589965cc75374cc3ull);
	return h ? h : 1;
}

static u64 *slot_of(const struct visited *v, u64 print)
{
	u64 i = print & (v->size - 1);

	while (v->slot[i] && v->slot[i] != print)
		i = (i + 1) & (v->size - 1);
	return &v->slot[i];
}

static void grow(struct visited *v)
{
	struct visited old = *v;
	u64 i;

	v->size = old.size ? 2 * old.size : 1 << 12;
	v->slot = need(calloc(v->size, sizeof(*v->slot)));
	for (i = 0; i < old.size; i++)
		if (old.slot[i])
			*slot_of(v, old.slot[i]) = old.slot[i];
	free(old.slot);
}

/* Return: true if it was not there before */
bool visited_add(struct visited *v, u64 print)
{
	u64 *slot;

	if (2 * v->n >= v->size)
		grow(v);
	slot = slot_of(v, print);
	if (*slot)
		return false;
	*slot = print;
	v->n++;
	return true;
}

bool visited_has(const struct visited *v, u64 print)
{
	return v->size && *slot_of(v, print);
}

void visited_free(struct visited *v)
{
	free(v->slot);
	memset(v, 0, sizeof(*v));
}

#define BLOCK_WORDS	(1 << 18)
#define SIM_WORDS	(sizeof(struct sim) / sizeof(u32))
#define MAP_WORDS	((SIM_WORDS + 31) / 32)

struct backlog_block {
	struct backlog_block *next;
	u32 used;
	u32 taken;
	u32 word[BLOCK_WORDS];
};

static struct backlog_block *last_block(struct backlog *b)
{
	struct backlog_block *k = b->last;

	if (k && k->used + SIM_WORDS + MAP_WORDS <= BLOCK_WORDS)
		return k;
	k = need(malloc(sizeof(*k)));
	k->next = NULL;
	k->used = 0;
	k->taken = 0;
	if (b->last)
		b->last->next = k;
	else
		b->first = k;
	b->last = k;
	return k;
}

/* Most words of a state are zero: a map of those that are not, and they */
void backlog_put(struct backlog *b, const struct sim *m)
{
	struct backlog_block *k = last_block(b);
	u32 words = sim_size(m) / sizeof(u32), i;
	const u32 *w = (const u32 *)m;
	u32 *map = k->word + k->used;

	memset(map, 0, MAP_WORDS * sizeof(u32));
	k->used += MAP_WORDS;
	for (i = 0; i < words; i++) {
		if (!w[i])
			continue;
		map[i / 32] |= 1u << i % 32;
		k->word[k->used++] = w[i];
	}
}

bool backlog_get(struct backlog *b, struct sim *m)
{
	struct backlog_block *k = b->first;
	u32 *w = (u32 *)m, *map;
	u32 i;

	if (k && k->taken == k->used) {
		b->first = k->next;
		if (!b->first)
			b->last = NULL;
		free(k);
		k = b->first;
	}
	if (!k || k->taken == k->used)
		return false;
	map = k->word + k->taken;
	k->taken += MAP_WORDS;
	for (i = 0; i < SIM_WORDS; i++)
		w[i] = map[i / 32] & 1u << i % 32 ? k->word[k->taken++] : 0;
	return true;
}

void backlog_free(struct backlog *b)
{
	struct backlog_block *k;

	while ((k = b->first)) {
		b->first = k->next;
		free(k);
	}
	b->last = NULL;
}
