// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing: a timer holds text back until its time has come. Its memory is there
 * from the first time that the socket needs it: SO_MAX_PACING_RATE, a congestion
 * control that has a rate, or an fq queue, which asks for it by sk_pacing_status.
 *
 * fq itself could hold packets back, by sk_pacing_rate; but that of Linux 6.12
 * may let by at once what is not TCP's. So it is told that there is no rate.
 */
#include <linux/hrtimer.h>
#include <linux/slab.h>

#include "glass_sock.h"

/**
 * struct glass_pace - the clock of a socket that sends at a rate
 * @timer: holds the socket while it is set
 * @sk: the socket
 * @pace: socket lock
 * @deferred: the timer fired while a user held the lock
 * @rcu: the timer may run while the socket goes
 */
struct glass_pace {
	struct hrtimer timer;
	struct sock *sk;
	struct pace pace;
	bool deferred;
	struct rcu_head rcu;
};

/* Softirq. A user who holds the lock does it on release. */
static enum hrtimer_restart pace_fired(struct hrtimer *timer)
{
	struct glass_pace *p = container_of(timer, struct glass_pace, timer);
	struct sock *sk = p->sk;

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		p->deferred = true;
	else
		glass_paced(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
	return HRTIMER_NORESTART;
}

static struct glass_pace *pace_new(struct sock *sk)
{
	struct glass_pace *p = kzalloc(sizeof(*p), GFP_ATOMIC);

	if (!p)
		return NULL;
	hrtimer_init(&p->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_SOFT);
	p->timer.function = pace_fired;
	p->sk = sk;
	glass_sk(sk)->pace = p;
	return p;
}

/**
 * glass_pace_begin() - text may be about to leave
 * @sk: the socket, locked; its sk_pacing_status is not SK_PACING_NONE
 *
 * Without memory it leaves unpaced.
 */
void glass_pace_begin(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	unsigned long limit = READ_ONCE(sk->sk_max_pacing_rate);
	u32 rate = min_t(unsigned long, cong_rate(&gs->tcb), limit);

	/* setsockopt() stores it, too */
	WRITE_ONCE(sk->sk_pacing_rate, ~0UL);
	if (gs->pace || (rate != PACE_FREE && pace_new(sk)))
		gs->pace->pace.rate = rate;
}

/**
 * glass_pace_rate() - at which rate text leaves
 * @sk: the socket, locked
 *
 * Return: octets a second, ~0UL for as fast as it can.
 */
unsigned long glass_pace_rate(const struct sock *sk)
{
	const struct glass_pace *p = glass_sk(sk)->pace;
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);

	if (!p || p->pace.rate == PACE_FREE)
		return rate;
	return min_t(unsigned long, p->pace.rate, rate);
}

/**
 * glass_pace_look() - may the next text leave?
 * @sk: the socket, locked, with a clock
 * @now: microseconds
 */
void glass_pace_look(struct sock *sk, u64 now)
{
	struct glass_sock *gs = glass_sk(sk);

	gs->tcb.paced = pace_wait(&gs->pace->pace, now) > 0;
}

/**
 * glass_pace_limit() - octets that may leave as one segment
 * @sk: the socket, locked, with a clock
 * @limit: as many as it could be
 *
 * Return: a millisecond's worth, or @limit.
 */
u32 glass_pace_limit(const struct sock *sk, u32 limit)
{
	return min(limit, glass_sk(sk)->pace->pace.rate >> 10);
}

/**
 * glass_pace_sent() - a segment has left
 * @sk: the socket, locked, with a clock
 * @now: microseconds
 * @bytes: octets of its text
 */
void glass_pace_sent(struct sock *sk, u64 now, u32 bytes)
{
	if (bytes)
		pace_sent(&glass_sk(sk)->pace->pace, now, bytes);
}

/**
 * glass_pace_end() - nothing more leaves now: be back when it may
 * @sk: the socket, locked, with a clock
 * @now: microseconds
 */
void glass_pace_end(struct sock *sk, u64 now)
{
	struct glass_pace *p = glass_sk(sk)->pace;
	u64 ns = (u64)pace_wait(&p->pace, now) * NSEC_PER_USEC;

	if (!glass_sk(sk)->tcb.paced || hrtimer_is_queued(&p->timer))
		return;
	sock_hold(sk);
	hrtimer_start(&p->timer, ns_to_ktime(ns),
		      HRTIMER_MODE_REL_PINNED_SOFT);
}

/**
 * glass_pace_deferred() - the user lets go: did the timer fire meanwhile?
 * @sk: the socket, its spinlock held, with @pace
 */
void glass_pace_deferred(struct sock *sk)
{
	struct glass_pace *p = glass_sk(sk)->pace;

	if (!p->deferred)
		return;
	p->deferred = false;
	glass_paced(sk);
}

/**
 * glass_pace_stop() - the connection is over
 * @sk: the socket, locked or without users; the caller has a reference
 */
void glass_pace_stop(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_pace *p = gs->pace;

	gs->tcb.paced = 0;
	if (!p)
		return;
	p->deferred = false;
	/* one that runs at this moment may be set again already: it holds sk */
	if (hrtimer_try_to_cancel(&p->timer) == 1)
		__sock_put(sk);
	p->pace.at = 0;
}

/**
 * glass_pace_free() - nobody has the socket any more
 * @sk: the socket, without references: no timer is set, one may be running
 */
void glass_pace_free(struct sock *sk)
{
	struct glass_pace *p = glass_sk(sk)->pace;

	if (p)
		kfree_rcu(p, rcu);
}
