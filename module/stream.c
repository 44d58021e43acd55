// SPDX-License-Identifier: GPL-2.0
/*
 * The byte stream: sendmsg(), recvmsg(), poll(), ioctl().
 *
 * Blocking, errors and signals are as tcp(7) and the man pages say; the
 * kernel's TCP is the oracle of the tests.
 */
#include <linux/sockios.h>
#include <asm/ioctls.h>
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

/* The child of a fast open, before its handshake is complete */
static bool opened_fast(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_RECV && glass_sk(sk)->tcb.fastopened;
}

static bool may_write(const struct sock *sk)
{
	return opened_fast(sk) || (1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT);
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

/* Copy what fits the send buffer now: octets, or an error if none */
static int send_some(struct sock *sk, struct msghdr *msg)
{
	int done = 0, n = 0;

	while (msg_data_left(msg) && done < PUSH_EVERY &&
	       sk_stream_memory_free(sk)) {
		n = glass_queue_append(sk, msg, min_t(size_t, INT_MAX,
						      msg_data_left(msg)));
		if (n < 0)
			break;
		done += n;
	}
	if (done)
		send_push(sk, msg, done);
	if (done || n >= 0)
		return done;
	return n;
}

static int send_all(struct sock *sk, struct msghdr *msg, int *copied)
{
	long timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	int err;

	if (!may_write(sk)) {
		err = sk_stream_wait_connect(sk, &timeo);
		if (err)
			return err;
	}
	sk_clear_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	while (msg_data_left(msg)) {
		if (sk->sk_err || sk->sk_shutdown & SEND_SHUTDOWN)
			return -EPIPE;
		err = send_some(sk, msg);
		if (err > 0) {
			*copied += err;
			continue;
		}
		if (err == -EFAULT)
			return err;
		set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
		err = sk_stream_wait_memory(sk, &timeo);
		if (err)
			return err;
	}
	return 0;
}

/**
 * glass_sendmsg() - proto.sendmsg
 * @sk: the socket; process context
 * @msg: the text; MSG_DONTWAIT, MSG_NOSIGNAL, MSG_OOB, MSG_MORE,
 *	MSG_FASTOPEN
 * @size: unused
 *
 * Return: octets queued, or an error if none: -ENOTCONN, -EPIPE (with
 * SIGPIPE), -EAGAIN, -EFAULT, what sk_err holds, a signal's.
 */
int glass_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	int copied = 0, err;

	lock_sock(sk);
	err = glass_fastopen_send(sk, msg, &copied);
	if (!err)
		err = send_all(sk, msg, &copied);
	if (!copied && err) {
		copied = sk_stream_error(sk, msg->msg_flags, err);
		/* an edge-triggered poller hears of the room all the same */
		if (err == -EAGAIN && sk_stream_is_writeable(sk))
			sk->sk_write_space(sk);
	}
	release_sock(sk);
	return copied;
}

/* Nothing to read: 0 at the end of the stream, 1 to wait, or an error */
static int why_empty(struct sock *sk, long timeo)
{
	if (sock_flag(sk, SOCK_DONE))
		return 0;
	if (sk->sk_err)
		return sock_error(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 0;
	if (sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;
	if (!timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(timeo);
	return 1;
}

/* The same once something was read: does it end the call? */
static bool enough(struct sock *sk, long timeo)
{
	return sk->sk_err || sk->sk_state == TCP_CLOSE ||
	       sk->sk_shutdown & RCV_SHUTDOWN || !timeo ||
	       signal_pending(current);
}

/* The skb that has @seq, dropping those before it unless we only peek */
static struct sk_buff *text_at(struct sock *sk, u32 seq, bool peek)
{
	struct sk_buff *skb, *next;

	skb_queue_walk_safe(&sk->sk_receive_queue, skb, next) {
		if (seq_lt(seq, GLASS_CB(skb)->seq))
			return NULL;
		if (seq_lt(seq, GLASS_CB(skb)->end))
			return skb;
		if (!peek)
			sk_eat_skb(sk, skb);
	}
	return NULL;
}

/*
 * Copy from the queue what is there: octets, or -EFAULT if none. @begun: the
 * call has some already, and ends at the urgent mark.
 */
static int take_text(struct sock *sk, struct msghdr *msg, u32 *seq, int len,
		     int flags, bool begun)
{
	struct sk_buff *skb;
	int done = 0, n;

	while (len && (skb = text_at(sk, *seq, flags & MSG_PEEK))) {
		if (glass_at_mark(sk, *seq)) {
			if (done || begun)
				break;
			if (glass_mark_skips(sk)) {
				WRITE_ONCE(*seq, *seq + 1);
				continue;
			}
		}
		n = min_t(u32, len, GLASS_CB(skb)->end - *seq);
		n = glass_mark_before(sk, *seq, n);
		if (!(flags & MSG_TRUNC) &&
		    skb_copy_datagram_msg(skb, *seq - GLASS_CB(skb)->seq, msg,
					  n))
			return done ?: -EFAULT;
		*seq += n;
		done += n;
		len -= n;
	}
	if (!(flags & MSG_PEEK)) {
		text_at(sk, *seq, false);
		glass_mark_passed(sk);
	}
	return done;
}

static int receive(struct sock *sk, struct msghdr *msg, int len, int flags)
{
	struct glass_sock *gs = glass_sk(sk);
	long timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	int target = sock_rcvlowat(sk, flags & MSG_WAITALL, len);
	int copied = 0, n;
	u32 peek = gs->copied_seq, from = peek;
	u32 *seq = flags & MSG_PEEK ? &peek : &gs->copied_seq;

	for (;;) {
		/* another reader took what we were looking at */
		if (from != gs->copied_seq)
			peek = gs->copied_seq;
		from = gs->copied_seq;
		if (!copied && glass_at_mark(sk, *seq) &&
		    signal_pending(current))
			return timeo ? sock_intr_errno(timeo) : -EAGAIN;
		n = take_text(sk, msg, seq, len - copied, flags, copied);
		if (n < 0)
			return copied ?: n;
		copied += n;
		if (from != gs->copied_seq)
			glass_after_read(sk);
		from = gs->copied_seq;
		if (copied && glass_at_mark(sk, *seq))
			return copied;
		if (copied >= target && !READ_ONCE(sk->sk_backlog.tail))
			return copied;
		if (copied) {
			if (copied >= len || enough(sk, timeo))
				return copied;
		} else {
			if (!len && text_at(sk, *seq, true))
				return 0;
			n = why_empty(sk, timeo);
			if (n <= 0)
				return n;
		}
		if (copied >= target) {
			/* what waits in the backlog may be more of it */
			release_sock(sk);
			lock_sock(sk);
			continue;
		}
		n = sk_wait_data(sk, &timeo,
				 skb_peek_tail(&sk->sk_receive_queue));
		if (n < 0)
			return copied ?: n;
	}
}

/**
 * glass_recvmsg() - proto.recvmsg
 * @sk: the socket; process context
 * @msg: where to
 * @len: at most so much
 * @flags: MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_TRUNC (drop, do not copy),
 *	MSG_OOB
 * @addr_len: unused: a stream has no source address
 *
 * Return: octets, 0 at the end of the stream, or an error: -ENOTCONN,
 * -EAGAIN, -EFAULT, what sk_err holds, a signal's.
 */
int glass_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags,
		  int *addr_len)
{
	int err;

	if (unlikely(flags & MSG_ERRQUEUE))
		return inet_recv_error(sk, msg, len, addr_len);
	lock_sock(sk);
	if (sk->sk_state == TCP_LISTEN)
		err = -ENOTCONN;
	else if (flags & MSG_OOB)
		err = glass_mark_recv(sk, msg, len, flags);
	else
		err = receive(sk, msg, min_t(size_t, len, INT_MAX), flags);
	release_sock(sk);
	return err;
}

/* Octets that can be read without waiting */
static u32 readable(const struct sock *sk)
{
	const struct glass_sock *gs = glass_sk(sk);
	u32 n = READ_ONCE(gs->queued_seq) - READ_ONCE(gs->copied_seq);

	return (s32)n > 0 ? n : 0;
}

/**
 * glass_readable() - is there as much to read as SO_RCVLOWAT asks for?
 * @sk: the socket; its lock need not be held
 *
 * Half of the buffer is enough, whatever was asked for: the window may be
 * closed then.
 */
bool glass_readable(const struct sock *sk)
{
	u32 low = min_t(u32, sock_rcvlowat(sk, 0, INT_MAX),
			glass_buffer_capacity(sk) / 2);

	if (glass_at_mark(sk, READ_ONCE(glass_sk(sk)->copied_seq)) &&
	    glass_mark_skips(sk))
		low++;
	return readable(sk) >= max_t(u32, low, 1);
}

/* What a socket that has or had a connection is ready for */
static __poll_t poll_stream(struct sock *sk, struct socket *sock)
{
	__poll_t mask = 0;

	if (glass_readable(sk))
		mask |= EPOLLIN | EPOLLRDNORM;
	mask |= glass_mark_poll(sk);
	if (sk->sk_shutdown & SEND_SHUTDOWN)
		return mask | EPOLLOUT | EPOLLWRNORM;
	if (sk_stream_is_writeable(sk))
		return mask | EPOLLOUT | EPOLLWRNORM;
	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	set_bit(SOCK_NOSPACE, &sock->flags);
	/* room may have come between the test and the bit */
	smp_mb__after_atomic();
	if (sk_stream_is_writeable(sk))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

/**
 * glass_poll() - proto_ops.poll, without the socket lock
 * @file: its file
 * @sock: the socket
 * @wait: where to wait
 *
 * Return: the events that are ready.
 */
__poll_t glass_poll(struct file *file, struct socket *sock, poll_table *wait)
{
	struct sock *sk = sock->sk;
	struct glass_listener *l;
	__poll_t mask = 0;
	u8 shutdown;
	int state;

	sock_poll_wait(file, sock, wait);
	state = inet_sk_state_load(sk);
	if (state == TCP_LISTEN) {
		rcu_read_lock();
		l = rcu_dereference(glass_sk(sk)->listener);
		if (l && !list_empty_careful(&l->accept_queue))
			mask = EPOLLIN | EPOLLRDNORM;
		rcu_read_unlock();
		return mask;
	}
	shutdown = READ_ONCE(sk->sk_shutdown);
	if (shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if ((state != TCP_SYN_SENT && state != TCP_SYN_RECV) ||
	    opened_fast(sk))
		mask |= poll_stream(sk, sock);
	else if (state == TCP_SYN_SENT && glass_compat_deferred(sk))
		mask |= EPOLLOUT | EPOLLWRNORM;
	/* pairs with the barrier before sk_error_report() */
	smp_rmb();
	if (READ_ONCE(sk->sk_err) ||
	    !skb_queue_empty_lockless(&sk->sk_error_queue))
		mask |= EPOLLERR;
	return mask;
}

/**
 * glass_ioctl_value() - proto.ioctl
 * @sk: the socket; process context
 * @cmd: SIOCINQ, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK
 * @value: octets, or whether the next one is at the urgent mark
 *
 * Return: 0, -EINVAL in LISTEN, -ENOIOCTLCMD.
 */
int glass_ioctl_value(struct sock *sk, int cmd, int *value)
{
	struct tcb *t = &glass_sk(sk)->tcb;
	bool open;
	int err = 0;

	lock_sock(sk);
	open = sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_SYN_SENT &&
	       sk->sk_state != TCP_SYN_RECV;
	if (cmd == SIOCATMARK)
		*value = glass_at_mark(sk, glass_sk(sk)->copied_seq);
	else if (cmd != SIOCINQ && cmd != SIOCOUTQ && cmd != SIOCOUTQNSD)
		err = -ENOIOCTLCMD;
	else if (sk->sk_state == TCP_LISTEN)
		err = -EINVAL;
	else if (cmd == SIOCINQ)
		*value = glass_mark_readable(sk, readable(sk));
	else if (!open)
		*value = 0;
	else if (cmd == SIOCOUTQ)
		*value = t->snd.end + t->fin_queued - t->snd.una;
	else
		*value = t->snd.end + t->fin_queued - t->snd.nxt;
	release_sock(sk);
	return err;
}
