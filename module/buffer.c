// SPDX-License-Identifier: GPL-2.0
/*
 * How large a socket's two buffers are, and who is woken when there is room.
 *
 * Both begin small (the second value of net.glass.rmem and wmem) and grow up to
 * the third, unless the user has set a size: the one for receiving as the user
 * takes text, see core/drs.c, the one for sending with the window. Neither
 * grows while memory is short, and then no more is promised to the peer than a
 * few segments.
 */
#include <linux/swap.h>
#include <net/tcp.h>

#include "glass_sock.h"

/* Segments that a peer may send while memory is short, as with TCP */
#define FEW_SEGMENTS	4u

/* So many octets of memory let there be one orphan more: a tenth for all of them */
#define ORPHAN_MEMORY	65536

/**
 * glass_buffer_limits() - what a new netns may use: rmem, wmem, max_orphans
 * @gn: the netns; has the values of a machine with much memory
 *
 * As with TCP: no buffer may take more than a 128th of memory, and what the
 * administrator set in init_net counts for those made later.
 */
void glass_buffer_limits(struct glass_net *gn)
{
	unsigned long most = nr_free_buffer_pages() << (PAGE_SHIFT - 7);
	struct glass_sysctl *s = &gn->sysctl;

	if (net_eq(gn->net, &init_net)) {
		s->rmem[2] = max_t(int, min_t(ulong, s->rmem[2], most),
				   s->rmem[1]);
		s->wmem[2] = max_t(int, min_t(ulong, s->wmem[2], most), 65536);
		s->max_orphans = min_t(ulong, s->max_orphans,
				       nr_free_buffer_pages() /
				       (ORPHAN_MEMORY / PAGE_SIZE));
		return;
	}
	s->max_orphans = READ_ONCE(glass_net(&init_net)->sysctl.max_orphans);
	memcpy(s->rmem, glass_net(&init_net)->sysctl.rmem, sizeof(s->rmem));
	memcpy(s->wmem, glass_net(&init_net)->sysctl.wmem, sizeof(s->wmem));
}

/* What a new socket has */
void glass_buffer_init(struct sock *sk)
{
	struct glass_sysctl *s = &glass_sk_net(sk)->sysctl;

	WRITE_ONCE(sk->sk_rcvbuf, READ_ONCE(s->rmem[1]));
	WRITE_ONCE(sk->sk_sndbuf, READ_ONCE(s->wmem[1]));
}

/**
 * glass_buffer_capacity() - octets that the empty receive buffer may promise
 * @sk: the socket
 *
 * Half of SO_RCVBUF: the rest is for what skbs cost beyond their text.
 *
 * Return: octets.
 */
u32 glass_buffer_capacity(const struct sock *sk)
{
	return READ_ONCE(sk->sk_rcvbuf) / 2;
}

/**
 * glass_buffer_most() - octets that it may ever promise
 * @sk: the socket
 *
 * It may grow, or the user may set SO_RCVBUF, while the window scale stays.
 *
 * Return: octets.
 */
u32 glass_buffer_most(const struct sock *sk)
{
	u32 grown = READ_ONCE(glass_sk_net(sk)->sysctl.rmem[2]) / 2;

	return max3(glass_buffer_capacity(sk), grown,
		    (u32)READ_ONCE(sysctl_rmem_max));
}

/**
 * glass_buffer_room() - octets of it that are free
 * @sk: the socket, locked
 *
 * Return: octets, 0 when it is full.
 */
u32 glass_buffer_room(const struct sock *sk)
{
	int room = READ_ONCE(sk->sk_rcvbuf) -
		   atomic_read(&sk->sk_rmem_alloc);

	room = max(room, 0) / 2;
	if (sk_under_memory_pressure(sk))
		return min_t(u32, room,
			     FEW_SEGMENTS * glass_sk(sk)->tcb.adv_mss);
	return room;
}

/**
 * glass_buffer_full() - is there no room for a segment's text?
 * @sk: the socket, locked
 * @skb: the segment; its memory may be charged if there is
 * @s: @skb decoded
 *
 * The receive buffer has a hard limit, whatever was promised: tiny segments
 * cost more memory than they carry. Text held out of order goes first, so
 * that the text which fills the gap always finds room.
 */
bool glass_buffer_full(struct sock *sk, struct sk_buff *skb,
		       const struct segment *s)
{
	struct tcb *t = &glass_sk(sk)->tcb;
	bool next = seq_le(seg_text(s), t->rcv.nxt);
	bool fits = atomic_read(&sk->sk_rmem_alloc) <= sk->sk_rcvbuf;

	if (!s->len || (fits && glass_budget_receive(sk, skb, next)))
		return false;
	if (!next || !t->held || !t->held->n)
		return true;
	t->held->n = 0;
	glass_queue_drop_held(sk);
	return atomic_read(&sk->sk_rmem_alloc) > sk->sk_rcvbuf ||
	       !glass_budget_receive(sk, skb, next);
}

/**
 * glass_buffer_taken() - the user took text: must the receive buffer grow?
 * @sk: the socket, locked
 */
void glass_buffer_taken(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	const struct glass_sysctl *s = &glass_sk_net(sk)->sysctl;
	u32 want;

	if (sk->sk_userlocks & SOCK_RCVBUF_LOCK ||
	    !READ_ONCE(s->moderate_rcvbuf))
		return;
	want = drs_taken(&gs->tcb, gs->copied_seq);
	if (!want || sk_under_memory_pressure(sk))
		return;
	want = min_t(u32, 2 * want, READ_ONCE(s->rmem[2]));
	if (want > sk->sk_rcvbuf)
		WRITE_ONCE(sk->sk_rcvbuf, want);
}

/**
 * glass_buffer_expand() - a send buffer of twice the window
 * @sk: the socket, locked, its peer's window known
 *
 * One window is on its way and the next one waits for ACKs. What the peer
 * cannot take need not wait. Each segment counts as what it would be as a skb
 * of its own, as with TCP.
 */
void glass_buffer_expand(struct sock *sk)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	u32 wnd = min(t->cong.cwnd, t->snd.max_wnd);
	u32 mss = max(t->snd.mss, t->snd.peer_mss), segments;
	u64 want;

	segments = max(DIV_ROUND_UP(wnd, max_t(u32, t->snd.mss, 1)), 2u);
	want = roundup_pow_of_two(mss + MAX_TCP_HEADER +
				  SKB_DATA_ALIGN(sizeof(struct skb_shared_info)));
	want = 2 * segments * (want + SKB_DATA_ALIGN(sizeof(struct sk_buff)));
	want = min_t(u64, want, READ_ONCE(glass_sk_net(sk)->sysctl.wmem[2]));
	if (!(sk->sk_userlocks & SOCK_SNDBUF_LOCK) && want > sk->sk_sndbuf)
		WRITE_ONCE(sk->sk_sndbuf, want);
}

/* Is it the send buffer that holds the sender up, and is there memory? */
static bool should_expand(const struct sock *sk)
{
	const struct tcb *t = &glass_sk(sk)->tcb;

	return tcb_in_flight(t) < t->cong.cwnd &&
	       !sk_under_memory_pressure(sk) &&
	       atomic_long_read(&glass_budget_used) <
	       READ_ONCE(glass_budget_limit[0]);
}

/**
 * glass_buffer_space() - text was acknowledged, or left: who waits for room?
 * @sk: the socket, locked
 */
void glass_buffer_space(struct sock *sk)
{
	/* pairs with the barrier between the bit and the test in poll */
	smp_mb();
	if (!sk->sk_socket || !test_bit(SOCK_NOSPACE, &sk->sk_socket->flags))
		return;
	if (should_expand(sk))
		glass_buffer_expand(sk);
	sk->sk_write_space(sk);
}

/**
 * glass_buffer_send_more() - proto.stream_memory_free: TCP_NOTSENT_LOWAT
 * @sk: the socket; its lock need not be held
 * @wake: 1 to ask whether a sleeper is worth waking: by half of the mark
 */
bool glass_buffer_send_more(const struct sock *sk, int wake)
{
	const struct glass_sock *gs = glass_sk(sk);
	s32 unsent = READ_ONCE(gs->out_seq) - READ_ONCE(gs->tcb.snd.nxt);
	u32 mark = READ_ONCE(gs->notsent_lowat);

	if (!mark)
		mark = READ_ONCE(glass_sk_net(sk)->sysctl.notsent_lowat);
	return (u32)max(unsent, 0) << wake < mark;
}

/**
 * glass_set_rcvlowat() - proto_ops.set_rcvlowat
 * @sk: the socket, locked
 * @octets: 0 means 1; more than the buffer can become means that much
 *
 * Return: 0.
 */
int glass_set_rcvlowat(struct sock *sk, int octets)
{
	bool locked = sk->sk_userlocks & SOCK_RCVBUF_LOCK;
	int most = READ_ONCE(glass_sk_net(sk)->sysctl.rmem[2]);

	octets = min_t(u32, octets, (locked ? sk->sk_rcvbuf : most) / 2);
	WRITE_ONCE(sk->sk_rcvlowat, octets ?: 1);
	/* what was too little before may be enough now */
	if (glass_readable(sk))
		sk->sk_data_ready(sk);
	if (!locked && 2 * octets > sk->sk_rcvbuf)
		WRITE_ONCE(sk->sk_rcvbuf, 2 * octets);
	return 0;
}
