// SPDX-License-Identifier: GPL-2.0
/*
 * The byte stream on its way out: sendmsg(), and sendfile() and splice(),
 * which Linux makes of it. What arrives: stream.c
 */
#include <net/inet_common.h>
#include <net/tcp.h>

#include "glass_sock.h"

/**
 * glass_write_space() - sk_write_space: text was acknowledged
 * @sk: the socket, locked
 */
void glass_write_space(struct sock *sk)
{
	struct socket_wq *wq;

	/* pairs with the barrier between the bit and the test in poll */
	smp_mb();
	if (!sk->sk_socket || !sk_stream_is_writeable(sk) ||
	    !test_bit(SOCK_NOSPACE, &sk->sk_socket->flags))
		return;
	clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	rcu_read_lock();
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, EPOLLOUT | EPOLLWRNORM |
					   EPOLLWRBAND);
	if (wq && wq->fasync_list && !(sk->sk_shutdown & SEND_SHUTDOWN))
		sock_wake_async(wq, SOCK_WAKE_SPACE, POLL_OUT);
	rcu_read_unlock();
}

static bool may_write(const struct sock *sk)
{
	return glass_opened_fast(sk) ||
	       (1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT);
}

/* Text queued for one push: as much as two full GSO skbs would hold */
#define PUSH_EVERY 131072

/*
 * The user has more to say, in this call or the next: a tail may wait for it,
 * but not once the buffer is full and he has to wait himself.
 */
static void send_push(struct sock *sk, struct msghdr *msg, u32 bytes)
{
	struct tcb *t = &glass_sk(sk)->tcb;

	if (msg->msg_flags & MSG_OOB)
		urgent_send(t, bytes);
	t->push = msg_data_left(msg) && !sk_stream_memory_free(sk);
	t->more = !t->push &&
		  (msg->msg_flags & MSG_MORE || msg_data_left(msg));
	glass_push(sk, bytes);
}

/* Queue what fits the send buffer now: octets, or an error if none */
static int send_some(struct sock *sk, const struct glass_source *from)
{
	struct msghdr *msg = from->msg;
	int done = 0, n = 0;

	while (msg_data_left(msg) && done < PUSH_EVERY &&
	       sk_stream_memory_free(sk)) {
		n = glass_queue_append(sk, from, min_t(size_t, INT_MAX,
						       msg_data_left(msg)));
		if (n < 0)
			break;
		done += n;
	}
	if (unlikely(from->stamps) && !msg_data_left(msg))
		glass_stamp_text(sk, from->stamps);
	if (done)
		send_push(sk, msg, done);
	if (done || n >= 0)
		return done;
	return n;
}

/* Queue all, and wait for room as long as @timeo says */
static int send_all(struct sock *sk, const struct glass_source *from,
		    long timeo, int *copied)
{
	struct msghdr *msg = from->msg;
	int err;

	sk_clear_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	while (msg_data_left(msg)) {
		if (sk->sk_err || sk->sk_shutdown & SEND_SHUTDOWN)
			return -EPIPE;
		err = send_some(sk, from);
		if (err > 0) {
			*copied += err;
			continue;
		}
		/* no room or no memory will pass, a bad address will not */
		if (err && err != -ENOMEM)
			return err;
		set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
		err = sk_stream_wait_memory(sk, &timeo);
		if (err)
			return err;
	}
	return 0;
}

/*
 * What the call asks for is looked at once it may send, as TCP does: what a
 * SYN took before is not told then.
 */
static int send_open(struct sock *sk, struct glass_source *from, int *copied)
{
	struct msghdr *msg = from->msg;
	long timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	int in_syn = *copied, err;

	if (!may_write(sk)) {
		err = sk_stream_wait_connect(sk, &timeo);
		if (err)
			return err;
	}
	from->stamps = READ_ONCE(sk->sk_tsflags);
	if (unlikely(msg->msg_controllen)) {
		err = glass_stamp_control(sk, msg, &from->stamps);
		if (err) {
			*copied = 0;
			return err;
		}
	}
	if (unlikely(from->stamps))
		glass_stamp_begin(sk);
	err = send_all(sk, from, timeo, copied);
	if (unlikely(from->stamps) && err && *copied > in_syn)
		glass_stamp_text(sk, from->stamps);
	return err;
}

/**
 * glass_send() - queue text, and wait for room
 * @sk: the socket; process context
 * @msg: the text; MSG_DONTWAIT, MSG_NOSIGNAL, MSG_OOB, MSG_MORE,
 *	MSG_FASTOPEN, MSG_ZEROCOPY; control messages of SOL_SOCKET
 * @size: octets of it
 * @pages: it lies in pages of the kernel that may be referred to
 *
 * Return: octets queued, or an error if none: -ENOTCONN, -EPIPE (with
 * SIGPIPE), -EAGAIN, -EFAULT, -ENOBUFS, -EINVAL, what sk_err holds, a signal's.
 */
int glass_send(struct sock *sk, struct msghdr *msg, size_t size, bool pages)
{
	struct glass_source from = { .msg = msg };
	int copied = 0, err;

	lock_sock(sk);
	err = glass_source_begin(sk, &from, size, pages);
	if (!err)
		err = glass_fastopen_send(sk, msg, &copied);
	if (!err)
		err = send_open(sk, &from, &copied);
	glass_source_end(&from, copied);
	if (!copied && err) {
		copied = sk_stream_error(sk, msg->msg_flags, err);
		/* an edge-triggered poller hears of the room all the same */
		if (err == -EAGAIN && sk_stream_is_writeable(sk))
			sk->sk_write_space(sk);
	}
	release_sock(sk);
	return copied;
}

/**
 * glass_sendmsg() - proto.sendmsg: glass_send()
 * @sk: the socket; process context
 * @msg: the text; also MSG_SPLICE_PAGES, which users cannot set
 * @size: octets of it
 *
 * Return: as glass_send().
 */
int glass_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	return glass_send(sk, msg, size, glass_compat_spliced(msg));
}

/**
 * glass_splice_eof() - proto.splice_eof: what was to follow does not
 * @sock: the socket; process context
 *
 * The text before was sent as if by MSG_MORE: its tail may wait no longer.
 */
void glass_splice_eof(struct socket *sock)
{
	struct sock *sk = sock->sk;

	lock_sock(sk);
	if (!skb_queue_empty(&sk->sk_write_queue) &&
	    sk->sk_state != TCP_CLOSE)
		glass_push(sk, 0);
	release_sock(sk);
}
