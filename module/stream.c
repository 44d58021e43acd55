// SPDX-License-Identifier: GPL-2.0
/*
 * The byte stream: recvmsg(), splice(), poll(), ioctl(). What is sent: send.c
 *
 * Blocking, errors and signals are as tcp(7) and the man pages say; the
 * kernel's TCP is the oracle of the tests.
 */
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <linux/errqueue.h>
#include <net/inet_common.h>
#include <net/tcp.h>

#include "glass_sock.h"

/* So many octets came at once that their ACK may wait for the reader */
#define READ_SOON	16384u

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
static __always_inline int take_text(struct sock *sk, struct msghdr *msg,
				     u32 *seq, int len, int flags, bool begun,
				     struct scm_timestamping_internal *stamps)
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
		if (stamps)
			glass_stamp_take(skb, stamps);
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

/* @stamps: get those of the last packet that text came from, or NULL */
static __always_inline int receive(struct sock *sk, struct msghdr *msg, int len,
				   int flags,
				   struct scm_timestamping_internal *stamps)
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
		n = take_text(sk, msg, seq, len - copied, flags, copied,
			      stamps);
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

/* The same for who asked when the text came; apart, as few do */
static noinline int receive_stamped(struct sock *sk, struct msghdr *msg,
				    int len, int flags)
{
	struct scm_timestamping_internal stamps = {};
	int n = receive(sk, msg, len, flags, &stamps);

	glass_stamp_tell(sk, msg, &stamps);
	return n;
}

/**
 * glass_reader_waits() - should the ACK of text wait until it is read?
 * @sk: the socket, locked
 *
 * If somebody sleeps on the socket, most likely until there is text, or was
 * just woken, and the ACK is for much: segments are as large as lo's, or came
 * joined. Single segments of a wire are the sender's clock, which counts more.
 */
bool glass_reader_waits(const struct sock *sk)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	struct socket_wq *wq;

	if (max_t(u32, t->adv_mss, t->rcv.nxt - t->rcv.acked) < READ_SOON)
		return false;
	/* none before accept() */
	wq = rcu_dereference_protected(sk->sk_wq, lockdep_sock_is_held(sk));
	/* without a barrier: who is overlooked has his ACK sent at once */
	return wq && waitqueue_active(&wq->wait);
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
	len = min_t(size_t, len, INT_MAX);
	lock_sock(sk);
	if (sk->sk_state == TCP_LISTEN)
		err = -ENOTCONN;
	else if (flags & MSG_OOB)
		err = glass_mark_recv(sk, msg, len, flags);
	else if (unlikely(glass_stamps(sk)))
		err = receive_stamped(sk, msg, len, flags);
	else
		err = receive(sk, msg, len, flags, NULL);
	release_sock(sk);
	return err;
}

/* What a pipe takes of the text that is there: octets, or an error if none */
static int splice_some(struct sock *sk, struct pipe_inode_info *pipe,
		       size_t len, unsigned int flags)
{
	struct glass_sock *gs = glass_sk(sk);
	struct sk_buff *skb;
	int done = 0, n = 0;
	u32 seq;

	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	while (done < len && (skb = text_at(sk, gs->copied_seq, false))) {
		seq = gs->copied_seq;
		/* no splice() goes past the mark, nor takes its octet */
		if (glass_at_mark(sk, seq))
			break;
		n = min_t(size_t, len - done, GLASS_CB(skb)->end - seq);
		n = skb_splice_bits(skb, sk, seq - GLASS_CB(skb)->seq, pipe,
				    glass_mark_before(sk, seq, n), flags);
		if (n <= 0)
			break;
		WRITE_ONCE(gs->copied_seq, seq + n);
		done += n;
	}
	if (!done)
		return n;
	text_at(sk, gs->copied_seq, false);
	glass_after_read(sk);
	return done;
}

/* Nothing came into the pipe: 0 or an error to end with, 1 to try again */
static int splice_wait(struct sock *sk, long *timeo)
{
	int err = why_empty(sk, *timeo);

	if (err <= 0)
		return err;
	/* there is text, at the mark */
	if (!skb_queue_empty(&sk->sk_receive_queue))
		return 0;
	err = sk_wait_data(sk, timeo, NULL);
	return err < 0 ? err : 1;
}

/**
 * glass_splice_read() - proto_ops.splice_read: the pages, not a copy
 * @sock: the socket; process context
 * @ppos: must be at 0
 * @pipe: where to; the caller has found room in it
 * @len: at most so much
 * @flags: SPLICE_F_*; who has not to wait says so by O_NONBLOCK
 *
 * Return: octets, 0 at the end of the stream or at the urgent mark, or an
 * error: -ESPIPE, -ENOTCONN, -EAGAIN, what sk_err holds, a signal's.
 */
ssize_t glass_splice_read(struct socket *sock, loff_t *ppos,
			  struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags)
{
	struct sock *sk = sock->sk;
	size_t done = 0;
	int err = 0;
	long timeo;

	if (*ppos)
		return -ESPIPE;
	lock_sock(sk);
	timeo = sock_rcvtimeo(sk, sock->file->f_flags & O_NONBLOCK);
	while (done < len) {
		err = splice_some(sk, pipe, min_t(size_t, len - done, INT_MAX),
				  flags);
		if (err > 0) {
			done += err;
			/* what waits in the backlog may be more of it */
			release_sock(sk);
			lock_sock(sk);
			if (enough(sk, timeo))
				break;
			continue;
		}
		if (err || done)
			break;
		err = splice_wait(sk, &timeo);
		if (err <= 0)
			break;
	}
	release_sock(sk);
	return done ?: err;
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
	    glass_opened_fast(sk))
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
