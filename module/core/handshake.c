// SPDX-License-Identifier: GPL-2.0
/*
 * The listener's side of the handshake, before there is a TCB.
 *
 * listen_input() judges what arrives at LISTEN, rfc9293#section-3.10.7.2. A
 * SYN makes an embryo: the little that SYN-RECEIVED needs to remember. When
 * its SYN/ACK is acknowledged, tcb_from_embryo() makes a TCB of it.
 */
#include <glass/core.h>

/**
 * handshake_isn() - an initial sequence number, rfc6528#section-3
 * @keyed_hash: a pseudo-random function of the four-tuple and a secret
 * @now: microseconds
 *
 * Return: ISN = M + F(localip, localport, remoteip, remoteport, secretkey),
 * where M ticks every 4 microseconds.
 *
 * rfc9293: MUST-8
 */
u32 handshake_isn(u32 keyed_hash, u64 now)
{
	return keyed_hash + (u32)(now >> 2);
}

/**
 * handshake_shift() - the window scale that lets all of the buffer be promised
 * @p: what the connection starts with
 *
 * It is told once and counts for good: the buffer may grow later.
 *
 * Return: 0 to SEG_WSCALE_MAX, rfc7323#section-2.3.
 */
u8 handshake_shift(const struct tcb_params *p)
{
	u32 buff = max(p->buff, p->buff_max);
	u8 shift = 0;

	while (shift < SEG_WSCALE_MAX && buff >> shift > 65535)
		shift++;
	return shift;
}

/**
 * listen_input() - a segment arrives at LISTEN
 * @s: the segment
 * @v: RULE_LISTEN_SYN if it opens, else it met its fate
 */
void listen_input(const struct segment *s, struct verdict *v)
{
	*v = (struct verdict){};
	if (s->flags & SEG_RST) {			/* first */
		v->rule = RULE_LISTEN_RST;
	} else if (s->flags & SEG_ACK) {		/* second */
		v->rule = RULE_LISTEN_ACK;
		v->bits = V_REJECT;
	} else if (!(s->flags & SEG_SYN)) {		/* fourth */
		v->rule = RULE_LISTEN_NO_SYN;
	} else if (s->flags & SEG_FIN) {
		v->rule = RULE_LISTEN_SYN_FIN;
	} else {					/* third */
		v->rule = RULE_LISTEN_SYN;
	}
}

/**
 * embryo_open() - a SYN that RULE_LISTEN_SYN let in makes an embryo
 * @e: every field is written; output gives the SYN/ACK
 * @syn: the SYN; text in it is not taken, the peer will send it again
 * @p: what the connection starts with
 * @now: microseconds
 *
 * rfc9293: MUST-14, MUST-15, MUST-16
 */
void embryo_open(struct embryo *e, const struct segment *syn,
		 const struct tcb_params *p, u64 now)
{
	u32 mss = syn->opts & SEG_OPT_MSS ? syn->mss : p->default_mss;

	*e = (struct embryo){
		.irs = syn->seq,
		.iss = p->iss,
		.wnd = min(p->buff, 65535u),
		.peer_wnd = syn->wnd,
		.mss = mss_limit(&p->opt, min(max(mss, MSS_MIN),
					      (u32)p->path_mss)),
		.adv_mss = mss_limit(&p->opt, p->adv_mss),
		.rule = RULE_SEND_SYN_ACK,
		.sack_ok = p->sack && syn->opts & SEG_OPT_SACK_OK,
		.cookie = p->cookie,
		.ecn_ok = ecn_granted(syn, p),
		.born = now_ms(now),
		.synack_due = 1,
	};
	if (p->wscale && syn->opts & SEG_OPT_WSCALE) {
		e->wscale_ok = 1;
		e->peer_shift = syn->wscale;
		e->shift = handshake_shift(p);
	}
	if (p->timestamps && syn->opts & SEG_OPT_TS) {
		e->ts_ok = 1;
		e->ts_recent = syn->tsval;
	}
}

static void embryo_challenge(struct embryo *e, struct verdict *v, u16 rule)
{
	v->rule = rule;
	e->rule = rule;
	e->ack_due = 1;
}

/* The SYN itself again: the SYN/ACK was lost or is late */
static bool embryo_syn_again(struct embryo *e, const struct segment *s,
			     struct verdict *v)
{
	if (s->seq != e->irs ||
	    (s->flags & (SEG_SYN | SEG_ACK | SEG_RST)) != SEG_SYN)
		return false;
	if (e->ts_ok)
		e->ts_recent = s->tsval;
	/* rfc3168#section-6.1.1: one that does not ask takes it back */
	if (!(s->flags & SEG_ECE) || !(s->flags & SEG_CWR))
		e->ecn_ok = 0;
	v->rule = RULE_EMBRYO_SYN_AGAIN;
	e->rule = RULE_EMBRYO_SYN_AGAIN;
	e->synack_due = 1;
	return true;
}

/* rfc7323#section-5.3, as timestamp_check() does it for a TCB */
static bool embryo_timestamp(struct embryo *e, const struct segment *s,
			     struct verdict *v)
{
	if (!e->ts_ok || s->flags & SEG_RST)
		return true;
	if (!(s->opts & SEG_OPT_TS)) {
		v->rule = RULE_TS_MISSING;
		return s->flags & SEG_SYN;
	}
	if (timestamp_old(s->tsval, e->ts_recent)) {
		embryo_challenge(e, v, RULE_PAWS);
		return false;
	}
	return true;
}

/**
 * embryo_input() - a segment arrives in SYN-RECEIVED, passive open
 * @e: the embryo
 * @s: the segment
 * @v: V_ESTABLISHED: make a TCB; V_DEAD: forget the embryo; V_REJECT
 *
 * rfc9293#section-3.10.7.4, the same steps as tcb_input().
 *
 * rfc9293: MUST-11
 */
void embryo_input(struct embryo *e, const struct segment *s,
		  struct verdict *v)
{
	u32 nxt = e->irs + 1;

	*v = (struct verdict){};
	if (!embryo_timestamp(e, s, v) || embryo_syn_again(e, s, v))
		return;
	if (!window_acceptable(nxt, nxt + e->wnd, s)) {
		v->rule = RULE_SEQ_RST;
		if (!(s->flags & SEG_RST))
			embryo_challenge(e, v, RULE_EMBRYO_WINDOW);
	} else if (s->flags & SEG_RST) {
		v->rule = RULE_EMBRYO_RST;
		if (s->seq == nxt)
			v->bits = V_DEAD;
		else
			embryo_challenge(e, v, RULE_RST_CHALLENGE);
	} else if (s->flags & SEG_SYN) {
		embryo_challenge(e, v, RULE_EMBRYO_SYN);
	} else if (!(s->flags & SEG_ACK)) {
		v->rule = RULE_EMBRYO_NO_ACK;
	} else if (s->ack != e->iss + 1) {
		v->rule = RULE_EMBRYO_BAD_ACK;
		v->bits = V_REJECT;
	} else {
		if (e->ts_ok && s->seq == nxt)
			e->ts_recent = s->tsval;
		v->rule = RULE_EMBRYO_ACK;
		v->bits = V_ESTABLISHED;
	}
}

/**
 * embryo_timeout() - no ACK came in time
 * @e: the embryo
 * @retries: SYN/ACKs to send again before giving up
 *
 * Return: false if it is to be forgotten.
 *
 * rfc4987: 3.3
 */
bool embryo_timeout(struct embryo *e, u8 retries)
{
	if (e->sent > retries)
		return false;
	e->rule = RULE_SEND_SYN_ACK_AGAIN;
	e->synack_due = 1;
	return true;
}

/* embryo.sent goes no further than 255, and even that must be too many */
static u8 patience(u8 defer)
{
	return min_t(u8, defer, 254);
}

/**
 * embryo_wait() - no ACK came in time, or no text if that is waited for
 * @e: the embryo
 * @retries: SYN/ACKs to send again before giving up
 * @defer: timeouts to wait for text after the ACK, see embryo_defer()
 *
 * While text is waited for the SYN/ACK is not sent again until the last
 * timeout of @defer: the ACK that answers it then opens.
 *
 * Return: false if it is to be forgotten; else output may have a SYN/ACK.
 */
bool embryo_wait(struct embryo *e, u8 retries, u8 defer)
{
	if (!e->acked || !defer)
		return embryo_timeout(e, retries);
	if (e->sent >= defer)
		return embryo_timeout(e, max_t(u8, retries, patience(defer)));
	e->sent++;
	return true;
}

/**
 * embryo_defer() - a bare ACK may have to wait for text: TCP_DEFER_ACCEPT
 * @e: the embryo
 * @s: the segment
 * @defer: timeouts of the SYN/ACK to wait for, 0 for none
 * @v: from embryo_input(); V_ESTABLISHED is taken back if it waits
 */
void embryo_defer(struct embryo *e, const struct segment *s, u8 defer,
		  struct verdict *v)
{
	if (!(v->bits & V_ESTABLISHED) || seg_len(s) ||
	    e->sent > patience(defer))
		return;
	v->rule = RULE_EMBRYO_DEFER;
	v->bits = 0;
	e->acked = 1;
}

/* How long to wait after so many SYN/ACKs, rfc6298#section-5.5 */
static u32 delay_ms(u32 sent, u32 rto_max_ms)
{
	u32 tries = sent ? sent - 1 : 0;

	return min(RTO_INITIAL_US / 1000 << min(tries, 10u), rto_max_ms);
}

/**
 * handshake_timeouts() - how often does a SYN/ACK time out in some seconds?
 * @seconds: any number; below 1 means 0
 * @rto_max_ms: see struct tcb_policy
 *
 * Return: 0 to 255.
 */
u8 handshake_timeouts(int seconds, u32 rto_max_ms)
{
	s64 left = seconds * 1000ll;
	u8 timeouts = 0;

	while (timeouts < 255 && left > 0)
		left -= delay_ms(++timeouts, rto_max_ms);
	return timeouts;
}

/* The inverse, in whole seconds */
u32 handshake_seconds(u8 timeouts, u32 rto_max_ms)
{
	u32 ms = 0;

	for (; timeouts; timeouts--)
		ms += delay_ms(timeouts, rto_max_ms);
	return ms / 1000;
}

/**
 * embryo_delay_ms() - how long to wait for the ACK
 * @e: the embryo, its SYN/ACK sent
 * @rto_max_ms: see struct tcb_policy
 *
 * Return: milliseconds, doubled with every SYN/ACK.
 */
u32 embryo_delay_ms(const struct embryo *e, u32 rto_max_ms)
{
	return delay_ms(e->sent, rto_max_ms);
}

/**
 * embryo_output() - the next segment to send for an embryo
 * @e: the embryo
 * @s: gets the segment without its ports; its tsval and the cookie of
 *	SEG_OPT_FASTOPEN are the caller's to add
 *
 * Return: false when there is nothing to send.
 *
 * rfc9293: SHLD-5, MAY-3
 */
bool embryo_output(struct embryo *e, struct segment *s)
{
	if (!e->synack_due && !e->ack_due)
		return false;
	*s = (struct segment){
		.ack = e->irs + 1,
		.wnd = e->wnd,
		.flags = SEG_ACK,
		.rule = e->rule,
	};
	if (e->synack_due) {
		bool cookie = e->cookie && !e->sent;

		e->synack_due = 0;
		if (e->sent < 255)
			e->sent++;
		s->seq = e->iss;
		s->flags |= SEG_SYN | (e->ecn_ok ? SEG_ECE : 0);
		s->opts = SEG_OPT_MSS | (e->wscale_ok ? SEG_OPT_WSCALE : 0) |
			  (e->sack_ok ? SEG_OPT_SACK_OK : 0) |
			  (cookie ? SEG_OPT_FASTOPEN : 0);
		s->mss = e->adv_mss;
		s->wscale = e->shift;
	} else {
		e->ack_due = 0;
		s->seq = e->iss + 1;
		s->wnd >>= e->shift;
	}
	if (e->ts_ok)
		timestamp_put(s, 0, e->ts_recent);
	return true;
}
