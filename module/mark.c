// SPDX-License-Identifier: GPL-2.0
/*
 * The urgent mark in the stream that is read, and the octet at it.
 *
 * The core says where the peer's urgent text ends (RCV.UP). Programs know it
 * as out-of-band data: the last urgent octet is taken out of the stream and
 * given to recv(MSG_OOB), a read stops before it, SIGURG and POLLPRI tell of
 * it; or it stays in its place by SO_OOBINLINE. There is one mark, a newer
 * one takes its place.
 */
#include <net/tcp.h>

#include "glass_sock.h"

/* glass_sock.urg_data: 0 when there is no mark, or one of these */
#define URG_AWAITED	0x100	/* the octet is still to come */
#define URG_TAKEN	0x200	/* recv(MSG_OOB) has had it */
#define URG_HERE	0x400	/* the low eight bits are the octet */

/*
 * The last octet read was an urgent one that nobody took, and a new mark
 * comes: the old octet must not turn up in the stream.
 */
static void pass_old_mark(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);

	if (gs->urg_data && gs->urg_seq == gs->copied_seq &&
	    !sock_flag(sk, SOCK_URGINLINE) &&
	    gs->copied_seq != gs->queued_seq)
		WRITE_ONCE(gs->copied_seq, gs->copied_seq + 1);
}

/**
 * glass_mark_input() - a segment was judged: is there a mark, or its octet?
 * @sk: the socket, locked
 * @skb: the segment, its data is the header
 * @s: @skb decoded
 * @v: the verdict
 *
 * The octet is taken from a segment that brings a new mark even if there is
 * no room for its text.
 *
 * rfc9293: MUST-30, MUST-32, MUST-47
 */
void glass_mark_input(struct sock *sk, struct sk_buff *skb,
		      const struct segment *s, const struct verdict *v)
{
	struct glass_sock *gs = glass_sk(sk);
	u32 at;
	u8 octet;

	if (v->bits & V_URGENT) {
		sk_send_sigurg(sk);
		pass_old_mark(sk);
		WRITE_ONCE(gs->urg_data, URG_AWAITED);
		WRITE_ONCE(gs->urg_seq, gs->tcb.rcv.up - 1);
	}
	if (gs->urg_data != URG_AWAITED ||
	    !(v->text_keep || v->bits & V_URGENT))
		return;
	at = gs->urg_seq - seg_text(s);
	if (at >= s->len ||
	    skb_copy_bits(skb, glass_header_len(skb) + at, &octet, 1))
		return;
	WRITE_ONCE(gs->urg_data, URG_HERE | octet);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}

/**
 * glass_mark_forget() - another connection begins
 * @sk: the socket, locked
 */
void glass_mark_forget(struct sock *sk)
{
	WRITE_ONCE(glass_sk(sk)->urg_data, 0);
}

/**
 * glass_at_mark() - is this place in the stream the mark?
 * @sk: the socket
 * @seq: a sequence number
 *
 * Return: true if the octet there is the last urgent one.
 *
 * rfc9293: MUST-33
 */
bool glass_at_mark(const struct sock *sk, u32 seq)
{
	const struct glass_sock *gs = glass_sk(sk);

	return READ_ONCE(gs->urg_data) && READ_ONCE(gs->urg_seq) == seq;
}

/**
 * glass_mark_skips() - is the octet at the mark out of the stream?
 * @sk: the socket
 *
 * Return: false if SO_OOBINLINE leaves it there.
 *
 * rfc6093: 6
 */
bool glass_mark_skips(const struct sock *sk)
{
	return !sock_flag(sk, SOCK_URGINLINE);
}

/**
 * glass_mark_before() - a read does not go past the mark
 * @sk: the socket, locked
 * @seq: where it begins
 * @len: octets that it could take, above 0
 *
 * Return: octets that it may take.
 */
u32 glass_mark_before(const struct sock *sk, u32 seq, u32 len)
{
	const struct glass_sock *gs = glass_sk(sk);
	u32 left = gs->urg_seq - seq;

	return gs->urg_data && left && left < len ? left : len;
}

/**
 * glass_mark_passed() - text was read: has the mark been left behind?
 * @sk: the socket, locked
 */
void glass_mark_passed(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);

	if (gs->urg_data && seq_gt(gs->copied_seq, gs->urg_seq))
		WRITE_ONCE(gs->urg_data, 0);
}

/**
 * glass_mark_readable() - of what is queued, how much is before the mark?
 * @sk: the socket
 * @octets: queued and not read
 *
 * Return: @octets, or fewer.
 *
 * rfc9293: MUST-33
 */
u32 glass_mark_readable(const struct sock *sk, u32 octets)
{
	const struct glass_sock *gs = glass_sk(sk);
	u32 before = READ_ONCE(gs->urg_seq) - READ_ONCE(gs->copied_seq);

	if (!READ_ONCE(gs->urg_data) || !glass_mark_skips(sk) ||
	    before >= octets)
		return octets;
	return before;
}

/**
 * glass_mark_poll() - POLLPRI
 * @sk: the socket
 *
 * Return: EPOLLPRI if the urgent octet is here and nobody has had it.
 */
__poll_t glass_mark_poll(const struct sock *sk)
{
	return READ_ONCE(glass_sk(sk)->urg_data) & URG_HERE ? EPOLLPRI : 0;
}

/**
 * glass_mark_recv() - recv(MSG_OOB)
 * @sk: the socket, locked; process context
 * @msg: where to
 * @len: at most so much
 * @flags: MSG_PEEK, MSG_TRUNC
 *
 * Return: 1 or, with @len 0, 0; 0 at the end of the stream; -EINVAL if
 * nothing is urgent, -EAGAIN if the octet is still to come: it never waits;
 * -ENOTCONN, -EFAULT.
 */
int glass_mark_recv(struct sock *sk, struct msghdr *msg, size_t len,
		    int flags)
{
	struct glass_sock *gs = glass_sk(sk);
	u8 octet = gs->urg_data;

	if (!glass_mark_skips(sk) || !gs->urg_data ||
	    gs->urg_data == URG_TAKEN)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (gs->urg_data == URG_AWAITED)
		return sk->sk_state == TCP_CLOSE ||
		       sk->sk_shutdown & RCV_SHUTDOWN ? 0 : -EAGAIN;
	if (!(flags & MSG_PEEK))
		WRITE_ONCE(gs->urg_data, URG_TAKEN);
	msg->msg_flags |= MSG_OOB;
	if (!len) {
		msg->msg_flags |= MSG_TRUNC;
		return 0;
	}
	if (!(flags & MSG_TRUNC) && memcpy_to_msg(msg, &octet, 1))
		return -EFAULT;
	return 1;
}
