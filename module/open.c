// SPDX-License-Identifier: GPL-2.0
/*
 * Opening and closing: what connect(), shutdown() and close() have in common
 * for IPv4 and IPv6, rfc9293#section-3.9.1.
 */
#include <net/xfrm.h>

#include "glass_sock.h"

/**
 * glass_params() - what a connection of this socket starts with
 * @sk: the socket, or its listener
 * @p: every field is written; what the path decides is left to the caller
 */
void glass_params(const struct sock *sk, struct tcb_params *p)
{
	struct glass_net *gn = glass_sk_net(sk);

	*p = (struct tcb_params){
		.buff = min(glass_buffer_capacity(sk),
			    glass_sk(sk)->tcb.opt.window_clamp ?: U32_MAX),
		.buff_max = min(glass_buffer_most(sk),
				glass_sk(sk)->tcb.opt.window_clamp ?: U32_MAX),
		.syn_retries = READ_ONCE(gn->sysctl.syn_retries),
		.retries = READ_ONCE(gn->sysctl.retries2),
		.default_mss = glass_sk_af(sk)->default_mss,
		.wscale = READ_ONCE(gn->sysctl.window_scaling),
		.timestamps = READ_ONCE(gn->sysctl.timestamps),
		.sack = READ_ONCE(gn->sysctl.sack),
		.dsack = READ_ONCE(gn->sysctl.dsack),
		.ecn = READ_ONCE(gn->sysctl.ecn),
		.policy = &gn->sysctl.policy,
		.cong = glass_sk(sk)->tcb.cong.ops,
		.cong_memory = glass_sk(sk)->tcb.cong.memory,
		.opt = glass_sk(sk)->tcb.opt,
	};
}

/**
 * glass_connect_start() - the ends are known and hashed: send the SYN
 * @sk: the socket, locked, with a route
 *
 * Return: 0.
 */
int glass_connect_start(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_net *gn = glass_sk_net(sk);
	struct glass_tuple tuple;
	struct tcb_params p;

	glass_tuple_of(sk, &tuple);
	glass_params(sk, &p);
	p.path_mss = glass_route_mss(sk);
	p.adv_mss = p.path_mss;
	p.ip_options = glass_way_len(sk);
	p.iss = handshake_isn(glass_tuple_hash(gn, &tuple, &gn->isn_key),
			      glass_now());
	p.ts_offset = glass_ts_offset(gn, &tuple);
	glass_queue_drop_held(sk);
	glass_lend_end(&gs->tcb);
	tcb_init(&gs->tcb, &p);
	/* an earlier connection of this socket is forgotten */
	WRITE_ONCE(sk->sk_err, 0);
	sock_reset_flag(sk, SOCK_DONE);
	glass_mark_forget(sk);
	gs->out_seq = gs->tcb.snd.end;
	tcb_open(&gs->tcb);
	glass_push(sk, glass_fastopen_offer(sk, &tuple));
	return 0;
}

/**
 * glass_connect_failed() - connect() found no route or no port
 * @sk: the socket, locked; as before the call afterwards
 */
void glass_connect_failed(struct sock *sk)
{
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	sk_dst_reset(sk);
	sk->sk_route_caps = 0;
	inet_sk(sk)->inet_dport = 0;
}

/* A port that bind() did not ask for goes with the connection */
static void release_port(struct sock *sk)
{
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		glass_put_port(sk);
}

/**
 * glass_done() - the connection is over
 * @sk: the socket, locked
 *
 * CLOSED, off the table; destroyed if no user is left. Who lent pages to what
 * was not acknowledged has them back.
 */
void glass_done(struct sock *sk)
{
	glass_clock_stop(sk);
	glass_pace_stop(sk);
	glass_queue_drop_sent(sk);
	glass_table_remove(sk);
	release_port(sk);
	if (sk->sk_state == TCP_ESTABLISHED || sk->sk_state == TCP_CLOSE_WAIT)
		glass_count_event(glass_sk_net(sk), EVENT_ESTAB_RESETS);
	if (sk->sk_state != TCP_CLOSE)
		inet_sk_set_state(sk, TCP_CLOSE);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_state_change(sk);
	else
		glass_destroy(sk);
}

/**
 * glass_destroy() - no user and no connection is left
 * @sk: the socket, locked, CLOSED, orphaned; the caller has a reference
 */
void glass_destroy(struct sock *sk)
{
	WARN_ON_ONCE(sk->sk_state != TCP_CLOSE);
	WARN_ON_ONCE(!sock_flag(sk, SOCK_DEAD));
	glass_orphan_end(sk);
	sk->sk_prot->destroy(sk);
	xfrm_sk_free_policy(sk);
	sock_put(sk);
}

/* If it listens next, its children would have the page of their own, too */
static void drop_page(struct sock *sk)
{
	struct page_frag *frag = &sk->sk_frag;

	if (frag->page)
		put_page(frag->page);
	*frag = (struct page_frag){};
}

/**
 * glass_disconnect() - proto.disconnect: back to a socket as good as new
 * @sk: the socket, locked
 * @flags: unused
 *
 * connect(AF_UNSPEC), a connect() that failed, shutdown() of a listener.
 *
 * Return: 0.
 */
int glass_disconnect(struct sock *sk, int flags)
{
	u8 old = sk->sk_state;

	if (old == TCP_LISTEN) {
		glass_listen_stop(sk);
	} else if (old != TCP_CLOSE) {
		WRITE_ONCE(sk->sk_err, ECONNRESET);
		glass_user_abort(sk);
	}
	glass_queue_purge(sk);
	glass_mark_forget(sk);
	drop_page(sk);
	glass_table_remove(sk);
	release_port(sk);
	inet_sk(sk)->inet_dport = 0;
	glass_use_own(sk);
	glass_compat_defer(sk, false);
	glass_sk(sk)->fastopen_req = NULL;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	WRITE_ONCE(sk->sk_shutdown, 0);
	sock_reset_flag(sk, SOCK_DONE);
	sk_dst_reset(sk);
	sk_error_report(sk);
	return 0;
}

/**
 * glass_shutdown() - proto.shutdown
 * @sk: the socket, locked, connected
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN or both
 */
void glass_shutdown(struct sock *sk, int how)
{
	if (how & RCV_SHUTDOWN)
		tcb_shut_read(&glass_sk(sk)->tcb);
	if (how & SEND_SHUTDOWN)
		glass_user_close(sk);
}

/* Octets that arrived and that nobody has read */
static bool unread(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);

	return seq_lt(gs->copied_seq, gs->queued_seq);
}

/*
 * The user's part of CLOSE. rfc9293#section-3.6.1 and rfc2525#section-2.17:
 * text that nobody will read is a loss that the peer must hear of, as a RST.
 * rfc9293: MAY-1, SHLD-3
 */
static void close_connection(struct sock *sk)
{
	struct glass_net *gn = glass_sk_net(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if (unread(sk)) {
		glass_count_event(gn, EVENT_ABORT_ON_CLOSE);
		glass_user_abort(sk);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime) {
		glass_count_event(gn, EVENT_ABORT_ON_DATA);
		glass_user_abort(sk);
	} else {
		glass_user_close(sk);
	}
}

/**
 * glass_close() - proto.close: the last user is gone
 * @sk: the socket; process context, may sleep to linger
 * @timeout: how long SO_LINGER waits, jiffies
 */
void glass_close(struct sock *sk, long timeout)
{
	int state;

	lock_sock(sk);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (sk->sk_state == TCP_LISTEN) {
		glass_listen_stop(sk);
	} else {
		close_connection(sk);
		/* text that comes while it lingers is lost as well */
		tcb_shut_read(&glass_sk(sk)->tcb);
		sk_stream_wait_close(sk, timeout);
	}
	sock_hold(sk);
	sock_orphan(sk);
	state = sk->sk_state;
	if (state != TCP_CLOSE)
		glass_user_orphan(sk);
	/*
	 * The backlog runs here. From now on a segment or the clock that
	 * ends the connection destroys the socket; one that was CLOSED
	 * before is destroyed below, and only there.
	 */
	release_sock(sk);
	lock_sock(sk);
	if (state == TCP_CLOSE)
		glass_destroy(sk);
	else if (sk->sk_state != TCP_CLOSE)
		glass_orphan_begin(sk);
	release_sock(sk);
	sock_put(sk);
}
