// SPDX-License-Identifier: GPL-2.0
/*
 * The link between two ends: it loses, doubles, delays, reorders and
 * corrupts. Segments cross it as octets, so that encoding and decoding are
 * part of every connection.
 */
#include "pair.h"

/* xorshift, 32 bits: the same story from the same seed everywhere */
u32 pair_random(u32 *state, u32 n)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % n;
}

/* The checksum of rfc9293#section-3.1 without its pseudo-header */
static u16 checksum(const u8 *wire, u32 len)
{
	u32 sum = 0, i;

	for (i = 0; i < len; i += 2)
		sum += (u32)wire[i] << 8 | wire[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void put(struct pair *p, int to, const struct segment *s, u32 pos)
{
	const struct pair_plan *plan = p->plan;
	struct pair_packet *k = p->packet;
	u32 header = segment_size(s), bit;

	while (k < p->packet + PAIR_PACKETS && k->used)
		k++;
	if (k == p->packet + PAIR_PACKETS)
		return;		/* a full queue: it is lost */
	*k = (struct pair_packet){
		.at = p->now + 1000 +
		      1000 * pair_random(&p->random, plan->delay_ms),
		.total = header + s->len,
		.pos = pos,
		.to = to,
		.used = true,
	};
	segment_encode(s, k->wire);
	k->sum = checksum(k->wire, header);
	if (pair_random(&p->random, 1000) < plan->corrupt) {
		bit = pair_random(&p->random, header * 8);
		k->wire[bit / 8] ^= 1u << bit % 8;
	}
}

/* @pos: place of the text in the sender's stream */
void pair_send(struct pair *p, int from, const struct segment *s, u32 pos)
{
	u32 number = p->sent++;
	bool lost = pair_random(&p->random, 1000) < p->plan->loss ||
		    (number < 64 && p->plan->lose >> number & 1);

	story_segment(&p->story, p->now,
		      lost ? (from ? "x <" : "> x") : (from ? "  <" : ">  "),
		      s, p->plan->iss[from], p->plan->iss[!from],
		      p->end[from].t.state, s->rule);
	if (lost)
		return;
	put(p, !from, s, pos);
	if (pair_random(&p->random, 1000) < p->plan->dup)
		put(p, !from, s, pos);
}

/* The packet that arrives first, NULL if the link is empty */
struct pair_packet *pair_next(struct pair *p)
{
	struct pair_packet *k, *first = NULL;

	for (k = p->packet; k < p->packet + PAIR_PACKETS; k++)
		if (k->used && (!first || k->at < first->at))
			first = k;
	return first;
}

/* Return: false if the packet has to be dropped */
bool pair_receive(struct pair *p, struct pair_packet *k, struct segment *s)
{
	int header = segment_header_len(k->wire, k->total);

	k->used = false;
	if (header < 0 || checksum(k->wire, header) != k->sum)
		return false;
	segment_decode(s, k->wire, k->total);
	s->no_room = pair_random(&p->random, 1000) < p->plan->no_room;
	return true;
}
