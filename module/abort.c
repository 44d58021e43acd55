// SPDX-License-Identifier: GPL-2.0
/*
 * An administrator ends a connection that is not his: what "ss -K" and
 * "glass table --kill" ask for, see diag.c. To the user it is ECONNABORTED,
 * to the peer the RST of any ABORT, rfc9293#section-3.10.5.
 */
#include <linux/export.h>

#include "glass_sock.h"

/**
 * glass_abort() - proto.diag_destroy: a socket's connection, or its LISTEN, ends
 * @sk: the socket; the caller has a reference, process context, not locked
 * @err: a positive errno, what its user is told
 *
 * Return: 0, -ENOENT if there is nothing to end.
 */
int glass_abort(struct sock *sk, int err)
{
	lock_sock(sk);
	if (sk->sk_state == TCP_CLOSE) {
		release_sock(sk);
		return -ENOENT;
	}
	WRITE_ONCE(sk->sk_err, err);
	glass_count_failed(sk);
	if (sk->sk_state == TCP_LISTEN) {
		glass_listen_stop(sk);
		glass_done(sk);
		sk_error_report(sk);
	} else {
		glass_user_abort(sk);
	}
	release_sock(sk);
	return 0;
}

/**
 * glass_abort_record() - SYN-RECEIVED or TIME-WAIT without a socket ends
 * @gn: the netns
 * @r: the record, RCU read lock held since it was found
 *
 * Nobody is told: the peer's next segment finds LISTEN, or nothing.
 *
 * Return: 0, -ENOENT if it ended by itself meanwhile.
 */
int glass_abort_record(struct glass_net *gn, struct glass_record *r)
{
	if (!glass_table_remove_record(gn, r))
		return -ENOENT;
	glass_record_forget(gn, r);
	return 0;
}
EXPORT_SYMBOL_GPL(glass_abort_record);
