// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a TCB: opening, the user's calls, changes of state.
 *
 * Interface: the user calls of rfc9293#section-3.10 that have something to
 * do in the protocol (OPEN, SEND, RECEIVE, CLOSE, ABORT), each changing
 * facts only; tcb_output() acts on them.
 */
#include <glass/core.h>

static const char * const state_names[TCB_STATES] = {
	[TCB_ESTABLISHED]  = "ESTABLISHED",
	[TCB_SYN_SENT]     = "SYN-SENT",
	[TCB_SYN_RECEIVED] = "SYN-RECEIVED",
	[TCB_FIN_WAIT_1]   = "FIN-WAIT-1",
	[TCB_FIN_WAIT_2]   = "FIN-WAIT-2",
	[TCB_TIME_WAIT]    = "TIME-WAIT",
	[TCB_CLOSED]       = "CLOSED",
	[TCB_CLOSE_WAIT]   = "CLOSE-WAIT",
	[TCB_LAST_ACK]     = "LAST-ACK",
	[TCB_LISTEN]       = "LISTEN",
	[TCB_CLOSING]      = "CLOSING",
};

/* rfc9293: MUST-28 */
const struct tcb_policy tcb_policy_default = {
	.keepalive_time = 7200,
	.keepalive_intvl = 75,
	.keepalive_probes = 9,
	.retries1 = 3,
	.fin_timeout = 60,
	.ecn_fallback = 1,
	.base_mss = 1024,
	.mtu_probe_floor = MSS_MIN,
	.min_snd_mss = MSS_MIN,
	.probe_interval = 600,
	.probe_threshold = 8,
	.rto_min_us = 200000,
	.rto_max_ms = 120000,
	.delack_max_ms = 40,
};

#define TO(state) (1u << (state))

/* The arrows of rfc9293#section-3.3.2, figure 5; CLOSED is always allowed */
static const u16 legal[TCB_STATES] = {
	[TCB_CLOSED]       = TO(TCB_SYN_SENT) | TO(TCB_SYN_RECEIVED),
	[TCB_SYN_SENT]     = TO(TCB_SYN_RECEIVED) | TO(TCB_ESTABLISHED),
	[TCB_SYN_RECEIVED] = TO(TCB_ESTABLISHED) | TO(TCB_FIN_WAIT_1),
	[TCB_ESTABLISHED]  = TO(TCB_FIN_WAIT_1) | TO(TCB_CLOSE_WAIT),
	[TCB_FIN_WAIT_1]   = TO(TCB_FIN_WAIT_2) | TO(TCB_CLOSING),
	[TCB_FIN_WAIT_2]   = TO(TCB_TIME_WAIT),
	[TCB_CLOSE_WAIT]   = TO(TCB_LAST_ACK),
	[TCB_CLOSING]      = TO(TCB_TIME_WAIT),
};

/**
 * tcb_state_name() - a state as rfc9293 spells it
 * @state: enum tcb_state
 *
 * Return: a constant string, "?" for a number that is no state.
 */
const char *tcb_state_name(u8 state)
{
	if (state >= TCB_STATES || !state_names[state])
		return "?";
	return state_names[state];
}

/**
 * tcb_set_state() - the only way to change tcb.state
 * @t: the TCB
 * @state: enum tcb_state; a move that figure 5 does not have is a bug
 */
void tcb_set_state(struct tcb *t, u8 state)
{
	WARN_ON_ONCE(state != TCB_CLOSED && !(legal[t->state] & TO(state)));
	t->state = state;
}

/**
 * mss_limit() - the user's own limit on segments
 * @opt: his options
 * @mss: octets of text in one segment
 *
 * Return: @mss, or less.
 */
u16 mss_limit(const struct tcb_options *opt, u16 mss)
{
	return opt->max_seg ? min(mss, opt->max_seg) : mss;
}

/* IP's options in words, for the few octets that a TCB has for them */
static u8 option_words(u32 octets)
{
	return min_t(u32, octets / 4, 255);
}

/**
 * tcb_init() - a TCB in CLOSED
 * @t: the TCB; every field is written
 * @p: what it starts with
 *
 * rfc9293: MUST-15
 */
void tcb_init(struct tcb *t, const struct tcb_params *p)
{
	*t = (struct tcb){
		.state = TCB_CLOSED,
		.iss = p->iss,
		.adv_mss = mss_limit(&p->opt, p->adv_mss),
		.syn_retries = p->syn_retries,
		.retries = p->retries,
		.snd.ip_options = option_words(p->ip_options),
		.wscale_ok = p->wscale,
		.ts_ok = p->timestamps,
		.sack_ok = p->sack,
		.dsack_ok = p->dsack,
		.policy = p->policy ? p->policy : &tcb_policy_default,
		.opt = p->opt,
	};
	t->snd.una = p->iss;
	t->snd.nxt = p->iss;
	t->snd.cur = p->iss;
	t->snd.end = p->iss + 1;
	t->snd.path_mss = mss_limit(&p->opt, p->path_mss);
	t->snd.peer_mss = p->default_mss;
	t->ts.offset = p->ts_offset;
	tcb_update_mss(t);
	t->snd.small = p->iss;
	t->rcv.buff = p->buff;
	t->rcv.room = p->buff;
	t->rcv.shift = handshake_shift(p);
	rtt_init(t);
	t->cong.ops = p->cong ? p->cong : &cong_reno;
	t->ecn_offer = p->ecn == 1 || t->cong.ops->needs_ecn;
	if (t->cong.ops->memory)
		t->cong.memory = p->cong_memory;
	recovery_init(t);
}

/**
 * tcb_open() - active OPEN, rfc9293#section-3.10.1: output will give the SYN
 * @t: a TCB fresh from tcb_init()
 */
void tcb_open(struct tcb *t)
{
	tcb_set_state(t, TCB_SYN_SENT);
}

/**
 * tcb_from_embryo() - a listener's child becomes a TCB in SYN-RECEIVED
 * @t: the TCB; every field is written
 * @p: what it starts with; the embryo's iss wins
 * @e: an embryo whose SYN/ACK was sent
 *
 * The ACK that made it is then given to tcb_input() like any segment.
 *
 * rfc9293: MUST-11
 */
void tcb_from_embryo(struct tcb *t, const struct tcb_params *p,
		     const struct embryo *e)
{
	tcb_init(t, p);
	tcb_set_state(t, TCB_SYN_RECEIVED);
	t->passive = 1;
	t->iss = e->iss;
	t->snd.una = e->iss;
	t->snd.nxt = e->iss + 1;
	t->snd.cur = e->iss + 1;
	t->snd.end = e->iss + 1;
	t->snd.small = e->iss;
	t->snd.peer_mss = e->mss;
	t->snd.wnd = e->peer_wnd;
	t->snd.max_wnd = e->peer_wnd;
	t->snd.wl1 = e->irs;
	t->snd.shift = e->peer_shift;
	t->irs = e->irs;
	t->rcv.nxt = e->irs + 1;
	t->rcv.acked = e->irs + 1;
	t->rcv.up = e->irs + 1;
	t->rcv.wnd = e->wnd;
	t->rcv.shift = e->shift;
	t->wscale_ok = e->wscale_ok;
	t->ts_ok = e->ts_ok;
	t->ts.recent = e->ts_recent;
	t->sack_ok = e->sack_ok;
	t->ecn_ok = e->ecn_ok;
	tcb_update_mss(t);
	/* the SYN/ACK's time is known only by its echo */
	t->ambiguous = !e->acked;
	t->cong.backoff = e->sent > 1 && !e->acked ? e->sent - 1 : 0;
	recovery_init(t);
}

/**
 * tcb_write() - SEND: text was queued
 * @t: the TCB
 * @bytes: how many octets the user added at the end of the send stream
 */
void tcb_write(struct tcb *t, u32 bytes)
{
	t->snd.end += bytes;
}

/**
 * tcb_buffer() - the receive buffer's state, before output is asked
 * @t: the TCB
 * @buff: its size: octets that it may promise when empty
 * @room: octets that are free in it now
 *
 * What is more than the window field can tell, promises nothing: seen as
 * room, it would make every octet read look worth an ACK.
 */
void tcb_buffer(struct tcb *t, u32 buff, u32 room)
{
	if (t->opt.window_clamp)
		buff = min(buff, t->opt.window_clamp);
	t->rcv.buff = min(buff, 65535u << t->rcv.shift);
	t->rcv.room = min(room, t->rcv.buff);
}

/*
 * The peer was told of no window but that of the handshake, which cannot be
 * larger than 65535 octets. An ACK of the first text is owed and will tell of
 * the true one; until then what was told is enough.
 */
static bool told_soon(const struct tcb *t, u32 left)
{
	return t->ack_later && t->rcv.acked == t->irs + 1 &&
	       left >= min_t(u32, t->adv_mss, 32768);
}

/**
 * tcb_read() - RECEIVE: text was taken, and tcb_buffer() told so
 * @t: the TCB
 *
 * rfc9293#section-3.8.6.2.2: a larger window is told in a segment of its own
 * only when that is worth one: half of the buffer has become free, or the
 * peer was left with less than two segments and now has them.
 *
 * rfc9293: MUST-39
 */
void tcb_read(struct tcb *t)
{
	u32 left = t->rcv.acked + t->rcv.wnd - t->rcv.nxt;
	u32 half = t->rcv.buff / 2, two = 2u * t->adv_mss;

	if (t->ack_on_read)
		input_owe_ack(t, RULE_ACK_EVERY_SECOND);
	if (t->state != TCB_ESTABLISHED && t->state != TCB_FIN_WAIT_1 &&
	    t->state != TCB_FIN_WAIT_2)
		return;
	if (t->rcv.room <= left || t->ack_now || told_soon(t, left))
		return;
	if (t->rcv.room - left >= half ||
	    (left < two && t->rcv.room - left >= min(half, two)))
		input_owe_ack(t, RULE_ACK_WINDOW_UPDATE);
}

/* What CLOSE does in each state, rfc9293#section-3.10.4 */
static const u8 after_close[TCB_STATES] = {
	[TCB_SYN_RECEIVED] = TCB_FIN_WAIT_1,
	[TCB_ESTABLISHED]  = TCB_FIN_WAIT_1,
	[TCB_CLOSE_WAIT]   = TCB_LAST_ACK,
};

/**
 * tcb_close() - CLOSE: no more text will be queued
 * @t: the TCB, in any state
 * @v: what came of it
 */
void tcb_close(struct tcb *t, struct verdict *v)
{
	*v = (struct verdict){ .rule = RULE_SEND_FIN };
	if (t->state == TCB_SYN_SENT) {
		tcb_dead(t, v, 0);
		return;
	}
	if (!after_close[t->state])
		return;
	t->fin_queued = 1;
	tcb_set_state(t, after_close[t->state]);
}

/**
 * tcb_shut_read() - the user will not read what comes from now on
 * @t: the TCB, in any state
 */
void tcb_shut_read(struct tcb *t)
{
	t->shut_read = 1;
}

/* States in which ABORT tells the peer, rfc9293#section-3.10.5 */
static bool abort_resets(const struct tcb *t)
{
	switch (t->state) {
	case TCB_SYN_RECEIVED:
	case TCB_ESTABLISHED:
	case TCB_FIN_WAIT_1:
	case TCB_FIN_WAIT_2:
	case TCB_CLOSE_WAIT:
	/*
	 * The RFC stays silent in CLOSING and LAST-ACK; Glass tells the peer,
	 * who may still miss text. Linux does so when not all has been sent.
	 */
	case TCB_CLOSING:
	case TCB_LAST_ACK:
		return true;
	}
	return false;
}

/**
 * tcb_abort() - ABORT: CLOSED at once; output gives the RST if there is one
 * @t: the TCB, in any state
 * @v: what came of it
 */
void tcb_abort(struct tcb *t, struct verdict *v)
{
	bool rst = abort_resets(t);

	*v = (struct verdict){ .rule = RULE_SEND_RST_ABORT };
	tcb_dead(t, v, 0);
	t->rst_due = rst;
	t->ack_rule = v->rule;
}

/**
 * tcb_orphan() - the last user went away after CLOSE
 * @t: the TCB
 * @now: microseconds
 *
 * The peer's own CLOSE may never come. rfc9293#section-3.6 lets FIN-WAIT-2
 * end then; text that arrives from now on is answered with a RST.
 *
 * rfc9293: MAY-1
 */
void tcb_orphan(struct tcb *t, u64 now)
{
	t->orphan = 1;
	due_clear(t, DUE_KEEPALIVE);
	if (t->state == TCB_FIN_WAIT_2)
		due_orphan(t, now);
}

/**
 * tcb_set_path_mss() - the path takes segments of another size
 * @t: the TCB
 * @mss: octets of text in one segment, at least MSS_MIN is used
 *
 * rfc9293: MUST-16
 */
void tcb_set_path_mss(struct tcb *t, u32 mss)
{
	t->snd.path_mss = mss_limit(&t->opt, clamp(mss, MSS_MIN, 65535u));
	tcb_update_mss(t);
}

/**
 * tcb_set_ip_options() - IP's options take another part of each packet
 * @t: the TCB
 * @octets: how much, a multiple of 4; of more than 1020 the rest is not seen
 */
void tcb_set_ip_options(struct tcb *t, u32 octets)
{
	t->snd.ip_options = option_words(octets);
}

/**
 * tcb_update_mss() - the effective send MSS, rfc9293#section-3.7.1
 * @t: the TCB
 *
 * Both limits are without options; those that every segment carries, and
 * IP's, are taken off here (rfc6691). A path or a peer that takes almost
 * nothing would cost more than it is worth: min_snd_mss.
 */
void tcb_update_mss(struct tcb *t)
{
	u32 mss = min(t->snd.peer_mss, t->snd.path_mss);
	u32 options = tcb_ip_options(t);

	if (options)
		mss = max(mss, MSS_MIN + options) - options;
	mss = max_t(u32, mss, READ_ONCE(t->policy->min_snd_mss));
	t->snd.mss = t->ts_ok ? max(mss, MSS_MIN) - SEG_TS_SIZE : mss;
	/* a window below one segment would never be used, and not grow */
	if (t->cong.cwnd)
		t->cong.cwnd = max_t(u32, t->cong.cwnd, t->snd.mss);
}

/**
 * tcb_dead() - the end: CLOSED, nothing due, nothing owed
 * @t: the TCB
 * @v: gets @bits and V_DEAD
 * @bits: why, for the user
 */
void tcb_dead(struct tcb *t, struct verdict *v, u16 bits)
{
	tcb_set_state(t, TCB_CLOSED);
	t->armed = 0;
	t->ack_now = 0;
	t->ack_later = 0;
	t->resend_una = 0;
	t->tlp_due = 0;
	t->probe = 0;
	t->keep_probe = 0;
	v->bits |= bits | V_DEAD;
}
