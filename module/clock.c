// SPDX-License-Identifier: GPL-2.0
/*
 * The clock: one Linux timer per socket, armed for the earliest of the
 * core's deadlines and armed lazily: a deadline that moves later leaves the
 * timer alone, which then fires once for nothing and is set anew.
 */
#include "glass_sock.h"

/* Softirq. A user who holds the lock runs it on release, see release_sock(). */
static void clock_fired(struct timer_list *timer)
{
	struct sock *sk = from_timer(sk, timer, sk_timer);

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		glass_sk(sk)->timer_deferred = 1;
	else
		glass_timeout(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
}

void glass_clock_init(struct sock *sk)
{
	timer_setup(&sk->sk_timer, clock_fired, 0);
	glass_sk(sk)->timer_deferred = 0;
	glass_sk(sk)->mtu_deferred = 0;
	glass_sk(sk)->in_backlog = false;
	glass_sk(sk)->answer_deferred = false;
}

/**
 * glass_release_cb() - proto.release_cb: the user lets go of the lock
 * @sk: the socket, its spinlock held, still owned by the user
 */
void glass_release_cb(struct sock *sk)
{
	if (glass_sk(sk)->answer_deferred)
		glass_backlog_done(sk);
	if (glass_sk(sk)->pace)
		glass_pace_deferred(sk);
	if (glass_sk(sk)->mtu_deferred)
		glass_icmp_deferred(sk);
	if (!glass_sk(sk)->timer_deferred)
		return;
	glass_sk(sk)->timer_deferred = 0;
	glass_timeout(sk);
}

/**
 * glass_clock_arm() - fourth beat: be back for the earliest deadline
 * @sk: the socket, locked
 * @now: when the event began, microseconds
 */
void glass_clock_arm(struct sock *sk, u64 now)
{
	struct glass_sock *gs = glass_sk(sk);
	s32 left;
	u32 when;

	if (!tcb_deadline(&gs->tcb, &when))
		return;
	if (timer_pending(&sk->sk_timer) && seq_le(gs->alarm, when))
		return;
	gs->alarm = when;
	left = when - now_ms(now);
	/* one jiffy more: never early, the current one has already begun */
	sk_reset_timer(sk, &sk->sk_timer,
		       jiffies + msecs_to_jiffies(max(left, 0)) + 1);
}

/**
 * glass_clock_stop() - the socket will have no deadline any more
 * @sk: the socket, locked or without users
 */
void glass_clock_stop(struct sock *sk)
{
	glass_sk(sk)->timer_deferred = 0;
	glass_sk(sk)->answer_deferred = false;
	sk_stop_timer(sk, &sk->sk_timer);
}
