// SPDX-License-Identifier: GPL-2.0
/*
 * SYN cookies: the arithmetic. Secrets and their hash are the caller's.
 */
#include <glass/cookies.h>

/*
 * What peers announce: the least that is allowed, the defaults of IPv4 and
 * IPv6, Ethernet behind a tunnel, with PPPoE, under IPv6, under IPv4, jumbo
 * frames. A peer gets the greatest that is not more than it asked for.
 */
static const u16 mss_of_class[COOKIE_CLASSES] = {
	MSS_MIN, 536, 1220, 1360, 1412, 1440, 1460, 8960,
};

static u32 class_of_mss(u32 mss)
{
	u32 class = COOKIE_CLASSES - 1;

	while (class && mss_of_class[class] > mss)
		class--;
	return class;
}

/**
 * cookie_slot() - the slot of time that a moment lies in
 * @now: microseconds
 *
 * Return: a number that grows by one every COOKIE_SLOT_MS.
 */
u32 cookie_slot(u64 now)
{
	return (u32)div_u64(now, COOKIE_SLOT_MS * 1000);
}

/*
 * The low bits of the SYN/ACK's timestamp, which the ACK echoes: the peer's
 * window scale, or all ones without, and whether SACK and ECN are agreed on.
 */
#define TS_SCALE	0x0fu
#define TS_SACK		0x10u
#define TS_ECN		0x20u
#define TS_BITS		0x3fu

/* What can be agreed on without memory: but for MSS, what timestamps carry */
static void drop_options(struct segment *syn, const struct tcb_params *p)
{
	if (p->timestamps && syn->opts & SEG_OPT_TS)
		return;
	syn->opts &= SEG_OPT_MSS;
	syn->flags &= ~(SEG_ECE | SEG_CWR);
}

/**
 * cookie_timestamp() - a timestamp that brings the options back
 * @e: from cookie_open()
 * @clock: timestamp_clock()
 *
 * Return: TSval of the SYN/ACK, less than 128 ms behind @clock, never ahead of
 * it, never 0.
 */
u32 cookie_timestamp(const struct embryo *e, u32 clock)
{
	u32 told = clock & ~TS_BITS;

	told |= e->wscale_ok ? e->peer_shift : TS_SCALE;
	told |= e->sack_ok ? TS_SACK : 0;
	told |= e->ecn_ok ? TS_ECN : 0;
	/* 0 would say that it is still to be added */
	if (timestamp_old(clock, told) || !told)
		told -= TS_BITS + 1;
	return told;
}

static void options_of_echo(struct segment *syn, const struct segment *s)
{
	u32 shift = s->tsecr & TS_SCALE;

	if (!(s->opts & SEG_OPT_TS))
		return;
	syn->opts |= SEG_OPT_TS;
	syn->tsval = s->tsval;
	if (shift <= SEG_WSCALE_MAX) {
		syn->opts |= SEG_OPT_WSCALE;
		syn->wscale = shift;
	}
	if (s->tsecr & TS_SACK)
		syn->opts |= SEG_OPT_SACK_OK;
	if (s->tsecr & TS_ECN)
		syn->flags |= SEG_ECE | SEG_CWR;
}

/**
 * cookie_open() - a SYN is answered and forgotten
 * @e: every field is written; output gives the SYN/ACK
 * @syn: the SYN
 * @p: what the connection starts with; @p->iss is not used
 * @keyed_hash: of the four-tuple and @syn->seq, under this slot's secret
 * @now: microseconds
 */
void cookie_open(struct embryo *e, const struct segment *syn,
		 const struct tcb_params *p, u32 keyed_hash, u64 now)
{
	struct segment bare = *syn;

	drop_options(&bare, p);
	embryo_open(e, &bare, p, now);
	e->iss = keyed_hash + class_of_mss(e->mss);
	e->rule = RULE_SEND_SYN_COOKIE;
}

/**
 * cookie_input() - an ACK arrives at LISTEN: is it of a cookie?
 * @e: with V_ESTABLISHED, as if it had been kept since the SYN
 * @s: a segment with ACK, without SYN and RST
 * @p: what the connection starts with; @p->iss is not used
 * @keyed_hash: COOKIE_SLOTS hashes of the four-tuple and @s->seq - 1, under
 *	the secrets of this slot and of those before, newest first
 * @now: microseconds
 * @v: V_ESTABLISHED: make a TCB of @e, then give it @s; or V_REJECT
 *
 * Any ACK is judged, a forged one too: nothing but the cookie is believed.
 */
void cookie_input(struct embryo *e, const struct segment *s,
		  const struct tcb_params *p, const u32 *keyed_hash, u64 now,
		  struct verdict *v)
{
	struct tcb_params params = *p;
	struct segment syn = {
		.seq = s->seq - 1,
		.wnd = s->wnd,
		.flags = SEG_SYN,
		.opts = SEG_OPT_MSS,
	};
	u32 class = COOKIE_CLASSES;
	int slot;

	params.iss = s->ack - 1;
	for (slot = 0; slot < COOKIE_SLOTS; slot++) {
		class = params.iss - keyed_hash[slot];
		if (class < COOKIE_CLASSES)
			break;
	}
	*v = (struct verdict){ .bits = V_REJECT };
	if (slot == COOKIE_SLOTS) {
		v->rule = RULE_COOKIE_BAD;
		return;
	}
	if (slot >= COOKIE_GOOD) {
		v->rule = RULE_COOKIE_OLD;
		return;
	}
	v->rule = RULE_COOKIE_ACK;
	v->bits = V_ESTABLISHED;
	syn.mss = mss_of_class[class];
	if (p->timestamps)
		options_of_echo(&syn, s);
	embryo_open(e, &syn, &params, now);
	e->synack_due = 0;
	e->sent = 1;
}
