// SPDX-License-Identifier: GPL-2.0
/*
 * The four beats, whoever woke us: feed the core one event, apply its
 * verdict, send what it has to say, set the clock.
 *
 * Every function here is called with the socket lock held, by a user in process
 * context or by a softirq that found none, and may end with the socket destroyed:
 * who calls has a reference. Nothing else asks the core for output.
 */
#include <net/ip.h>

#include "fault.h"

/*
 * sk_state follows the TCB, so that Linux and its tracepoints know; not to
 * TIME-WAIT, by which Linux means that this is no full socket any more.
 */
static void follow_state(struct sock *sk, u64 now)
{
	struct glass_sock *gs = glass_sk(sk);

	if (sk->sk_state == gs->tcb.state || gs->tcb.state == TCB_TIME_WAIT)
		return;
	gs->since = now_ms(now);
	glass_trace_state(sk, gs->tcb.state, RULE_NONE);
	inet_sk_set_state(sk, gs->tcb.state);
}

/* The same, text not before its time */
static void drain_paced(struct sock *sk, u32 limit, u64 now)
{
	struct glass_sock *gs = glass_sk(sk);
	struct segment s;

	for (;;) {
		glass_pace_look(sk, now);
		if (!tcb_output(&gs->tcb, now, glass_pace_limit(sk, limit), &s))
			break;
		glass_pace_sent(sk, now, s.len);
		glass_transmit(sk, &s, gs->tcb.state);
	}
	glass_pace_end(sk, now);
}

/* Third beat: what the core has to say */
static void drain(struct sock *sk, u64 now)
{
	struct glass_sock *gs = glass_sk(sk);
	struct segment s;
	u32 limit;

	if (tcb_silent(&gs->tcb) || glass_stands_still(sk))
		return;
	if (mtu_probes(&gs->tcb))
		glass_path_look(sk);
	limit = glass_offload_limit(sk);
	tcb_buffer(&gs->tcb, glass_buffer_capacity(sk), glass_buffer_room(sk));
	if (READ_ONCE(sk->sk_pacing_status) != SK_PACING_NONE)
		glass_pace_begin(sk);
	if (gs->pace) {
		drain_paced(sk, limit, now);
		return;
	}
	while (tcb_output(&gs->tcb, now, limit, &s))
		glass_transmit(sk, &s, gs->tcb.state);
}

/* What an error means to the user, as TCP has it */
/* rfc9293: MUST-12, SHLD-25 */
static int verdict_error(const struct sock *sk, const struct verdict *v)
{
	if (v->bits & V_REFUSED)
		return ECONNREFUSED;
	if (v->bits & V_RESET)
		return sk->sk_state == TCP_CLOSE_WAIT ? EPIPE : ECONNRESET;
	if (v->bits & V_TIMED_OUT)
		return READ_ONCE(sk->sk_err_soft) ?: ETIMEDOUT;
	return 0;
}

static void wake(struct sock *sk, const struct verdict *v, u64 now)
{
	if (v->bits & V_ESTABLISHED) {
		glass_buffer_expand(sk);
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	}
	if (v->bits & V_PEER_CLOSED) {
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_IN);
	} else if (v->bits & V_READABLE && glass_readable(sk)) {
		if (glass_reader_waits(sk))
			tcb_reader_woken(&glass_sk(sk)->tcb, now);
		sk->sk_data_ready(sk);
	}
}

/* Second beat: what the world must know */
static void apply(struct sock *sk, const struct verdict *v, u64 now)
{
	struct glass_sock *gs = glass_sk(sk);
	int err = verdict_error(sk, v), before = sk->sk_state;

	if (gs->fastopen_of && (gs->tcb.syn_acked || v->bits & V_DEAD))
		glass_fastopen_settle(sk, v->bits & V_RESET);
	if (v->bits & V_WRITABLE) {
		glass_queue_acked(sk, gs->tcb.snd.una);
		/* it arrives again: what went wrong before is past */
		WRITE_ONCE(sk->sk_err_soft, 0);
	}
	if (v->bits & V_PEER_CLOSED) {
		sk->sk_shutdown |= RCV_SHUTDOWN;
		sock_set_flag(sk, SOCK_DONE);
	}
	if (err) {
		WRITE_ONCE(sk->sk_err, err);
		glass_count_failed(sk);
	}
	if (!(v->bits & V_DEAD))
		follow_state(sk, now);
	if (sock_flag(sk, SOCK_DEAD))
		return;
	wake(sk, v, now);
	/* close() may linger until the FIN is acknowledged */
	if (before == TCP_FIN_WAIT1 && sk->sk_state == TCP_FIN_WAIT2)
		sk->sk_state_change(sk);
}

/* The end of a TCB: TIME-WAIT lives on as a record, CLOSED not at all */
static void finish(struct sock *sk, const struct verdict *v)
{
	struct glass_sock *gs = glass_sk(sk);
	bool error = sk->sk_err && !sock_flag(sk, SOCK_DEAD);

	if (v->bits & V_TIME_WAIT) {
		struct verdict dead = {};

		glass_timewait_start(sk);
		tcb_dead(&gs->tcb, &dead, 0);
	} else {
		glass_trace_state(sk, TCB_CLOSED, v->rule);
	}
	glass_done(sk);
	if (error)
		sk_error_report(sk);
}

/*
 * Segments that waited for a busy user are all processed before anything is
 * said. Not while text is held above a gap: the peer counts its ACKs. Nor of an
 * orphan, which has none.
 * rfc9293: MUST-59
 */
static bool answer_later(struct sock *sk, const struct verdict *v)
{
	struct glass_sock *gs = glass_sk(sk);

	if (!gs->in_backlog || sock_flag(sk, SOCK_DEAD) ||
	    v->bits & (V_TIME_WAIT | V_DEAD) ||
	    (gs->tcb.held && gs->tcb.held->n))
		return false;
	gs->answer_deferred = true;
	return true;
}

static void beats(struct sock *sk, const struct verdict *v, u64 now)
{
	apply(sk, v, now);
	if (answer_later(sk, v))
		return;
	drain(sk, now);
	glass_buffer_space(sk);
	if (v->bits & (V_TIME_WAIT | V_DEAD))
		finish(sk, v);
	else if (glass_orphan_goes_on(sk))
		glass_clock_arm(sk, now);
}

/* What the core refuses is answered with a RST */
static void reject(struct sock *sk, const struct sk_buff *skb,
		   const struct segment *s, u16 rule)
{
	struct glass_tuple tuple;

	glass_tuple_of(sk, &tuple);
	glass_reject(glass_sk_net(sk), sk, &tuple, skb, s, rule);
}

/**
 * glass_input() - event: a segment arrived
 * @sk: its socket
 * @skb: consumed
 * @s: @skb decoded; gets what the memory keeper has to say
 */
void glass_input(struct sock *sk, struct sk_buff *skb, struct segment *s)
{
	struct glass_sock *gs = glass_sk(sk);
	struct tcb *t = &gs->tcb;
	u64 now = glass_now();
	u8 old = t->state, tries = t->cong.backoff, probes = t->silent;
	bool owed = t->ack_now;	/* to a segment that waited with this one */
	struct sk_buff *latched = NULL;
	struct verdict v;

	/* looked up before it ended: by now the socket may have other ends */
	if (old == TCB_CLOSED) {
		glass_count(glass_sk_net(sk), RULE_CLOSED_LATE);
		kfree_skb(skb);
		return;
	}
	if (!glass_over_ipv4(sk))
		latched = glass_latch(sk, skb);
	else if (IPCB(skb)->opt.srr)
		glass_way_changed(sk, skb, s);
	s->no_room = glass_buffer_full(sk, skb, s);
	if (tcb_wants_ranges(t, s))
		glass_lend_ranges(t);
	if (tcb_wants_loss(t, s))
		glass_lend_loss(t);
	tcb_input(t, s, now, &v);
	/* it arrives: what went wrong before is past */
	if (probes && !t->silent)
		WRITE_ONCE(sk->sk_err_soft, 0);
	if (!glass_challenge_ok(glass_sk_net(sk), &t->challenged, s, &v,
				now) && !owed)
		tcb_withhold(t);
	if (old == TCB_SYN_SENT && t->state != TCB_SYN_SENT) {
		gs->copied_seq = t->rcv.nxt;
		gs->queued_seq = t->rcv.nxt;
		gs->text_at = now_ms(now);
	}
	glass_count(glass_sk_net(sk), v.rule);
	if (old == TCB_SYN_SENT && v.bits & V_ESTABLISHED) {
		security_inet_conn_established(sk, skb);
		glass_fastopen_answered(sk, s, tries, v.rule);
	}
	if (glass_watched())
		glass_trace_sock(sk, false, s, skb, old, t->state, v.rule);
	if (v.bits & V_REJECT)
		reject(sk, skb, s, v.rule);
	if (v.bits & V_URGENT || gs->urg_data)
		glass_mark_input(sk, skb, s, &v);
	if (v.text_keep)
		glass_queue_text(sk, skb, s, &v);
	else
		kfree_skb(skb);
	if (latched)
		glass_latched(sk, latched, s);
	sk_mem_reclaim(sk);
	DEBUG_NET_WARN_ON_ONCE(v.text_keep && gs->queued_seq +
			       !!(v.bits & V_PEER_CLOSED) != t->rcv.nxt);
	beats(sk, &v, now);
}

/**
 * glass_fast_open() - event: a SYN with a good cookie opened
 * @sk: the listener's child, which has its embryo's TCB
 * @skb: consumed
 * @s: @skb decoded
 */
void glass_fast_open(struct sock *sk, struct sk_buff *skb, struct segment *s)
{
	struct verdict v;

	s->no_room = glass_buffer_full(sk, skb, s);
	tcb_fast_open(&glass_sk(sk)->tcb, s, &v);
	glass_count(glass_sk_net(sk), v.rule);
	if (glass_watched())
		glass_trace_sock(sk, false, s, skb, TCB_LISTEN,
				 TCB_SYN_RECEIVED, v.rule);
	if (v.text_keep)
		glass_queue_text(sk, skb, s, &v);
	else
		kfree_skb(skb);
	sk_mem_reclaim(sk);
	beats(sk, &v, glass_now());
}

/**
 * glass_timeout() - event: a deadline passed, or may have
 * @sk: its socket
 */
void glass_timeout(struct sock *sk)
{
	struct tcb *t = &glass_sk(sk)->tcb;
	u64 now = glass_now();
	struct verdict v;

	if (t->state == TCB_CLOSED || (!t->orphan && glass_stands_still(sk)))
		return;
	if (!t->loss && tcb_misses(t, now))
		glass_lend_loss(t);
	tcb_timeout(t, now, &v);
	if (v.rule == RULE_RESEND_RTO || v.rule == RULE_SEND_SYN_AGAIN) {
		glass_count_event(glass_sk_net(sk), EVENT_TIMEOUTS);
		sk_rethink_txhash(sk);	/* another label, another path */
	}
	if (v.bits & V_DEAD) {
		glass_count(glass_sk_net(sk), v.rule);
		glass_fastopen_failed(sk);
	}
	if (v.bits & V_BAD_PATH)
		glass_path_doubted(sk);
	beats(sk, &v, now);
}

/**
 * glass_backlog_done() - event: all that waited for the user is processed
 * @sk: its socket
 */
void glass_backlog_done(struct sock *sk)
{
	u64 now = glass_now();

	glass_sk(sk)->answer_deferred = false;
	drain(sk, now);
	glass_buffer_space(sk);
	glass_clock_arm(sk, now);
}

/**
 * glass_push() - event: the user queued text, or opened
 * @sk: its socket
 * @bytes: how many octets
 */
void glass_push(struct sock *sk, u32 bytes)
{
	struct tcb *t = &glass_sk(sk)->tcb;
	u64 now = glass_now();

	tcb_write(t, bytes);
	follow_state(sk, now);
	drain(sk, now);
	t->more = 0;
	t->push = 0;
	glass_clock_arm(sk, now);
}

/**
 * glass_after_read() - event: the user took text
 * @sk: its socket
 */
void glass_after_read(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	u64 now;

	if (gs->tcb.state == TCB_CLOSED)
		return;
	glass_buffer_taken(sk);
	tcb_buffer(&gs->tcb, glass_buffer_capacity(sk), glass_buffer_room(sk));
	tcb_read(&gs->tcb);
	if (!gs->tcb.ack_now)
		return;
	now = glass_now();
	drain(sk, now);
	glass_clock_arm(sk, now);
}

/**
 * glass_user_close() - event: CLOSE
 * @sk: its socket
 */
void glass_user_close(struct sock *sk)
{
	struct verdict v;

	tcb_close(&glass_sk(sk)->tcb, &v);
	beats(sk, &v, glass_now());
}

/**
 * glass_user_abort() - event: ABORT
 * @sk: its socket
 */
void glass_user_abort(struct sock *sk)
{
	struct verdict v;

	tcb_abort(&glass_sk(sk)->tcb, &v);
	beats(sk, &v, glass_now());
}

/**
 * glass_user_orphan() - event: nobody is left to read
 * @sk: its socket
 */
void glass_user_orphan(struct sock *sk)
{
	u64 now = glass_now();

	tcb_orphan(&glass_sk(sk)->tcb, now);
	glass_orphan_stands(sk, now);
	glass_clock_arm(sk, now);
}

/**
 * glass_error() - event: the connection ends, and the peer is told nothing
 * @sk: its socket, not CLOSED
 * @err: a positive errno
 * @rule: why
 */
void glass_error(struct sock *sk, int err, u16 rule)
{
	struct verdict v = { .rule = rule };

	WRITE_ONCE(sk->sk_err, err);
	glass_count_failed(sk);
	tcb_dead(&glass_sk(sk)->tcb, &v, 0);
	beats(sk, &v, glass_now());
}

/**
 * glass_too_big() - event: the path dropped a segment that it cannot take
 * @sk: its socket
 * @seq: where the segment began
 * @mss: octets of text that the path takes
 */
void glass_too_big(struct sock *sk, u32 seq, u32 mss)
{
	u64 now = glass_now();

	recovery_too_big(&glass_sk(sk)->tcb, seq, mss);
	drain(sk, now);
	glass_clock_arm(sk, now);
}

/**
 * glass_paced() - event: the time of the next text has come
 * @sk: its socket
 */
void glass_paced(struct sock *sk)
{
	u64 now = glass_now();

	if (glass_sk(sk)->tcb.state == TCB_CLOSED)
		return;
	drain(sk, now);
	glass_buffer_space(sk);
	glass_clock_arm(sk, now);
}
