// SPDX-License-Identifier: GPL-2.0
/*
 * Connections whose users are gone, rfc9293#section-3.6.1: what was sent is still
 * to arrive. It costs memory which no process answers for, and a peer who says
 * nothing can make that last, so each netns counts them: by max_orphans those that
 * wait for an ACK, and among those in TIME-WAIT, by max_tw_buckets, those in
 * FIN-WAIT-2, which wait for the peer's FIN alone. So nobody who keeps his FIN back
 * takes a place from others who have text to deliver.
 */
#include "glass_sock.h"

/*
 * One that was opened inside the kernel does not hold its netns, which may be gone
 * before the peer has answered. From now on it does, if there is time for that.
 */
static bool hold_netns(struct sock *sk)
{
	struct net *net = sock_net(sk);

	if (sk->sk_net_refcnt)
		return true;
	if (!maybe_get_net(net))
		return false;
	glass_compat_hold_netns(sk);
	put_net(net);
	return true;
}

/* The first netns' limit holds for each of the others, too */
static bool orphan_place(struct glass_net *gn)
{
	int most = min(READ_ONCE(gn->sysctl.max_orphans),
		       READ_ONCE(glass_net(&init_net)->sysctl.max_orphans));

	if (atomic_inc_return(&gn->orphans) <= most)
		return true;
	atomic_dec(&gn->orphans);
	glass_count_event(gn, EVENT_ABORT_ON_MEMORY);
	return false;
}

/* In FIN-WAIT-2 */
static bool wait_for_fin(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);

	gs->counted = glass_timewait_place(glass_sk_net(sk)) ? COUNTED_WAITING :
							      COUNTED_NOT;
	if (gs->counted == COUNTED_WAITING)
		return true;
	/* as with a TIME-WAIT too many the peer, who has all, is told nothing */
	glass_error(sk, ETIMEDOUT, RULE_TW_OVERFLOW);
	return false;
}

/**
 * glass_orphan_begin() - the user is gone: may the connection go on?
 * @sk: the socket, locked, orphaned, not CLOSED, and not counted yet; process
 *	context
 *
 * It is reset if not.
 */
void glass_orphan_begin(struct sock *sk)
{
	if (hold_netns(sk)) {
		if (sk->sk_state == TCP_FIN_WAIT2) {
			wait_for_fin(sk);
			return;
		}
		if (orphan_place(glass_sk_net(sk))) {
			glass_sk(sk)->counted = COUNTED_ORPHAN;
			return;
		}
	}
	glass_user_abort(sk);
}

/**
 * glass_orphan_goes_on() - was its FIN acknowledged, and may it wait for the peer's?
 * @sk: the socket, locked, not CLOSED; no orphan as a rule
 *
 * Return: false if the connection had to end, and the socket may be destroyed.
 */
bool glass_orphan_goes_on(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);

	if (likely(gs->counted != COUNTED_ORPHAN) ||
	    sk->sk_state != TCP_FIN_WAIT2)
		return true;
	atomic_dec(&glass_sk_net(sk)->orphans);
	return wait_for_fin(sk);
}

/**
 * glass_orphan_end() - the connection is over, its place is free
 * @sk: the socket, locked
 */
void glass_orphan_end(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_net *gn = glass_sk_net(sk);

	if (gs->counted == COUNTED_ORPHAN)
		atomic_dec(&gn->orphans);
	else if (gs->counted == COUNTED_WAITING)
		atomic_dec(&gn->timewaits);
	gs->counted = COUNTED_NOT;
}
