// SPDX-License-Identifier: GPL-2.0
/*
 * What a mutant looks like: a segment that would be right, with something
 * wrong about it.
 */
#include <string.h>

#include "mutate.h"

static uint64_t state;

void random_seed(uint64_t seed)
{
	state = seed * 2 + 1;
}

/* xorshift64* */
uint32_t random_u32(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dULL) >> 32;
}

bool one_in(unsigned int n)
{
	return random_u32() % n == 0;
}

static uint32_t below(uint32_t n)
{
	return random_u32() % n;
}

static void put32(uint8_t *at, uint32_t n)
{
	at[0] = n >> 24;
	at[1] = n >> 16;
	at[2] = n >> 8;
	at[3] = n;
}

/* Timestamps, and in a SYN the permission to SACK */
static void modern_options(struct seg *s)
{
	static uint32_t clock = 1000;

	s->option[0] = s->flags & SYN ? 4 : 1;
	s->option[1] = s->flags & SYN ? 2 : 1;
	s->option[2] = 8;
	s->option[3] = 10;
	put32(s->option + 4, ++clock);
	s->options = 12;
	s->words = 8;
}

/* What a good peer would send now */
void seg_plain(struct seg *s, const struct victim *v, uint8_t flags)
{
	memset(s, 0, sizeof(*s));
	s->sport = v->peer;
	s->dport = v->port;
	s->seq = v->seq;
	s->ack = flags & ACK ? v->ack : 0;
	s->flags = flags;
	s->words = 5;
	s->wnd = 30000;
	s->cut = -1;
	if (v->modern)
		modern_options(s);
}

/* Numbers near the edges that matter, and far from them */
static uint32_t near(uint32_t exact)
{
	switch (below(16)) {
	case 0: return exact + 1;
	case 1: return exact - 1;
	case 2: return exact + below(3000);
	case 3: return exact - below(3000);
	case 4: return exact + below(65536);
	case 5: return exact - below(65536);
	case 6: return exact + 0x7fffffff + below(3);
	case 7: return random_u32();
	default: return exact;
	}
}

static void mutate_flags(struct seg *s)
{
	static const uint8_t usual[] = {
		ACK, ACK, ACK | PSH, ACK | FIN, ACK | PSH | FIN, SYN,
		SYN | ACK, RST, RST | ACK,
	};

	if (one_in(2)) {
		s->flags = usual[below(sizeof(usual))];
	} else {
		s->flags = random_u32();
		/* Most states end by the first good RST: not too many. */
		if (!one_in(4))
			s->flags &= ~RST;
	}
}

/* Good options, in any order, with any value */
static void good_options(struct seg *s)
{
	static const uint8_t sizes[] = { 4, 3, 2, 10, 18, 1 };
	static const uint8_t types[] = { 2, 3, 4, 8, 5, 1 };
	unsigned int n = below(4) + 1, which, i;

	while (n--) {
		which = below(6);
		if (s->options + sizes[which] > 40)
			break;
		s->option[s->options] = types[which];
		if (sizes[which] > 1)
			s->option[s->options + 1] = sizes[which];
		for (i = 2; i < sizes[which]; i++)
			s->option[s->options + i] = random_u32();
		s->options += sizes[which];
	}
	while (s->options % 4)
		s->option[s->options++] = one_in(2);
}

/* One option of each length in turn, whatever room there is for it */
static void bad_options(struct seg *s)
{
	static unsigned int length;
	unsigned int i;

	s->options = 4 * (below(10) + 1);
	for (i = 0; i < s->options; i++)
		s->option[i] = one_in(2) ? 1 : random_u32();
	i = below(s->options - 1);
	s->option[i] = one_in(2) ? 2 + below(4) : random_u32();
	s->option[i + 1] = length++;
}

static void mutate_header(struct seg *s)
{
	/* an old timestamp, one from the future, a strange echo */
	if (s->options >= 12 && one_in(16))
		s->option[4 + below(8)] = random_u32();
	if (one_in(3))
		good_options(s);
	else if (one_in(3))
		bad_options(s);
	s->words = 5 + s->options / 4;
	if (one_in(12))
		s->words = below(16);
	switch (below(8)) {
	case 0:
		s->wnd = 0;
		break;
	case 1:
		s->wnd = 1;
		break;
	case 2:
		s->wnd = 65535;
		break;
	case 3:
		s->wnd = random_u32();
		break;
	}
	if (one_in(4))
		s->urgent = random_u32();
	if (one_in(40))
		s->sport = random_u32();
	if (one_in(40))
		s->dport = one_in(2) ? TARGET : random_u32();
}

static void mutate_text(struct seg *s)
{
	switch (below(8)) {
	case 0:
		s->len = 1;
		break;
	case 1:
		s->len = below(100);
		break;
	case 2:
		s->len = below(1460);
		break;
	case 3:
		s->len = one_in(8) ? below(9000) : below(536);
		break;
	}
}

/* Wrong in one way only: such a mutant gets far. */
static void mutate_once(struct seg *s)
{
	switch (below(6)) {
	case 0:
		mutate_flags(s);
		break;
	case 1:
		s->seq = near(s->seq);
		break;
	case 2:
		s->ack = near(s->ack);
		break;
	case 3:
		mutate_header(s);
		break;
	default:
		mutate_text(s);
		break;
	}
}

void seg_mutate(struct seg *s)
{
	if (one_in(3)) {
		mutate_once(s);
		return;
	}
	mutate_flags(s);
	s->seq = near(s->seq);
	s->ack = near(s->ack);
	mutate_header(s);
	mutate_text(s);
	s->bad_sum = one_in(12);
	s->odd_ip = one_in(50);
	s->lost_host = one_in(100);
	if (one_in(16))
		s->cut = below(20 + s->options + s->len + 1);
	else if (one_in(16))
		s->cut = below(24);
}
