// SPDX-License-Identifier: GPL-2.0
/*
 * SYN cookies: secrets, and a listener that keeps nothing.
 *
 * The core does the arithmetic (core/cookies.c). Here are the keyed hash, a
 * fresh secret for each slot of time, and the two moments of a handshake: a
 * SYN that is answered without a record, an ACK that makes a socket at once.
 * Nothing is allocated for the SYN but the answer's skb.
 */
#include <net/sock_reuseport.h>

#include "glass_sock.h"

void glass_cookies_init(struct glass_net *gn)
{
	struct glass_cookies *c = &gn->cookies;

	seqlock_init(&c->lock);
	c->slot = cookie_slot(glass_now());
	get_random_bytes(c->key, sizeof(c->key));
}

/* A later slot has begun: what is too old makes way for fresh secrets */
static void next_slot(struct glass_cookies *c, u32 slot)
{
	u32 steps;
	int i;

	write_seqlock_bh(&c->lock);
	if (seq_lt(c->slot, slot)) {
		steps = min_t(u32, slot - c->slot, COOKIE_SLOTS);
		for (i = COOKIE_SLOTS - 1; i >= (int)steps; i--)
			c->key[i] = c->key[i - steps];
		get_random_bytes(c->key, steps * sizeof(c->key[0]));
		c->slot = slot;
	}
	write_sequnlock_bh(&c->lock);
}

/* Secrets of the present slot and of the @n - 1 before it, newest first */
static void secrets(struct glass_net *gn, siphash_key_t *key, u32 n, u64 now)
{
	struct glass_cookies *c = &gn->cookies;
	u32 slot = cookie_slot(now);
	unsigned int seq;

	if (seq_lt(READ_ONCE(c->slot), slot))
		next_slot(c, slot);
	do {
		seq = read_seqbegin(&c->lock);
		memcpy(key, c->key, n * sizeof(*key));
	} while (read_seqretry(&c->lock, seq));
}

/* All that makes a handshake this one: both ends and the peer's ISN */
static u32 handshake_hash(const struct glass_tuple *tuple, u32 irs,
			  const siphash_key_t *key)
{
	u32 ports = (u32)tuple->lport << 16 | tuple->rport;
	struct {
		struct in6_addr laddr;
		struct in6_addr raddr;
		u32 ports;
		u32 irs;
	} ends __aligned(SIPHASH_ALIGNMENT);

	if (tuple->family == AF_INET)
		return siphash_4u32((__force u32)tuple->laddr.s6_addr32[0],
				    (__force u32)tuple->raddr.s6_addr32[0],
				    ports, irs, key);
	ends.laddr = tuple->laddr;
	ends.raddr = tuple->raddr;
	ends.ports = ports;
	ends.irs = irs;
	return siphash(&ends, sizeof(ends), key);
}

/*
 * One more than the slot of the last cookie, 0 for never. A group has it in
 * common: whoever of it is left takes back what another has sent.
 */
static u32 *last_sent(struct glass_listener *l)
{
	struct sock_reuseport *group = rcu_dereference(l->sk->sk_reuseport_cb);

	return group ? &group->synq_overflow_ts : &l->cookie_sent;
}

/**
 * glass_cookie_syn() - answer a SYN and forget it
 * @gn: the netns
 * @l: the listener
 * @af: IPv4 or IPv6
 * @own: the ends, as a record would have them
 * @syn: the SYN
 * @m: the manner of the answer; gets its hash
 *
 * RCU read lock held, softirqs off.
 */
void glass_cookie_syn(struct glass_net *gn, struct glass_listener *l,
		      const struct glass_af *af, const struct glass_tuple *own,
		      const struct segment *syn, struct glass_manner *m)
{
	u64 now = glass_now();
	struct tcb_params p;
	siphash_key_t key;
	struct segment out;
	struct embryo e;
	u32 slot, clock, *sent = last_sent(l);

	if (!glass_listen_params(gn, l->sk, af, own, m, &p)) {
		glass_count(gn, RULE_LISTEN_NO_MEMORY);
		return;
	}
	secrets(gn, &key, 1, now);
	cookie_open(&e, syn, &p, handshake_hash(own, syn->seq, &key), now);
	/* zero means never; a slot's number is told plus one */
	slot = cookie_slot(now) + 1;
	if (READ_ONCE(*sent) != slot)
		WRITE_ONCE(*sent, slot);
	memzero_explicit(&key, sizeof(key));
	embryo_output(&e, &out);
	if (out.opts & SEG_OPT_TS) {
		clock = timestamp_clock(now, glass_ts_offset(gn, own));
		out.tsval = cookie_timestamp(&e, clock);
	}
	m->hash = glass_flow_hash(gn, glass_table_hash(gn, own));
	glass_reply(gn, l->sk, af, own, &out, TCB_LISTEN, m);
}

/*
 * Only a listener that has sent cookies takes them back: at any other time an
 * ACK out of nowhere has no chance at all.
 */
static bool expects_cookies(struct glass_net *gn, struct glass_listener *l,
			    u64 now)
{
	u32 sent = READ_ONCE(*last_sent(l));

	return sent && READ_ONCE(gn->sysctl.syncookies) &&
	       cookie_slot(now) + 1 - sent < COOKIE_SLOTS;
}

/**
 * glass_cookie_judge() - is this ACK to a listener of a cookie?
 * @gn: the netns
 * @l: the listener
 * @af: IPv4 or IPv6
 * @own: the ends, as a record would have them
 * @s: the segment
 * @m: the manner of its packets
 * @e: what the cookie says, if it opens
 * @v: what listen_input() said of @s; changed if cookies are expected
 *
 * RCU read lock held, softirqs off.
 */
void glass_cookie_judge(struct glass_net *gn, struct glass_listener *l,
			const struct glass_af *af,
			const struct glass_tuple *own, const struct segment *s,
			const struct glass_manner *m, struct embryo *e,
			struct verdict *v)
{
	siphash_key_t key[COOKIE_SLOTS];
	u32 hash[COOKIE_SLOTS];
	u64 now = glass_now();
	struct tcb_params p;
	int i;

	if (v->rule != RULE_LISTEN_ACK || s->flags & SEG_SYN ||
	    !expects_cookies(gn, l, now))
		return;
	secrets(gn, key, COOKIE_SLOTS, now);
	for (i = 0; i < COOKIE_SLOTS; i++)
		hash[i] = handshake_hash(own, s->seq - 1, &key[i]);
	if (!glass_listen_params(gn, l->sk, af, own, m, &p))
		*v = (struct verdict){ .rule = RULE_LISTEN_NO_MEMORY };
	else
		cookie_input(e, s, &p, hash, now, v);
	memzero_explicit(key, sizeof(key));
}
