// SPDX-License-Identifier: GPL-2.0
/*
 * What a connection is at this moment, for its user and for tools: GLASS_INFO
 * in Glass' own words, TCP_INFO in TCP's layout. What TCP counts in segments
 * is told in full segments there; what Glass does not know is 0.
 *
 * Nothing of it is kept for this alone but the turns of the sequence numbers,
 * when text came last, and, where something was lost, what was sent again.
 * Segments are counted by network namespace, not by connection.
 */
#include <net/tcp.h>

#include "glass_sock.h"

/**
 * struct octets - text that went either way, in 64 bits
 * @acked: ours, acknowledged
 * @sent: ours, sent again too
 * @resent: ours, sent again
 * @received: the peer's, in order
 */
struct octets {
	u64 acked;
	u64 sent;
	u64 resent;
	u64 received;
};

/*
 * From sequence numbers, which count the SYN and the FIN too. The socket is
 * locked and has been connected.
 */
static void count_octets(const struct glass_sock *gs, struct octets *o)
{
	const struct tcb *t = &gs->tcb;
	u32 una = t->snd.una - t->iss, nxt = t->snd.nxt - t->iss;
	u64 turns = (u64)t->snd_turns << 32, end = t->snd.end - t->iss;
	bool fin_sent = t->fin_queued && t->snd.nxt == t->snd.end + 1;
	bool fin_acked = t->fin_queued && t->snd.una == t->snd.end + 1;

	*o = (struct octets){ .resent = t->loss ? t->loss->resent_octets : 0 };
	if (!t->syn_acked) {
		/* what a SYN carried may still turn out not to be taken */
		o->sent = min(nxt - !!nxt, (u32)end - 1);
	} else {
		o->acked = turns + una - 1 - fin_acked;
		if (seq_turned(t->iss, t->snd.una, t->snd.nxt))
			turns += 1ULL << 32;
		o->sent = turns + nxt - 1 - fin_sent;
	}
	o->sent += o->resent;
	if (t->rcv.nxt != t->irs)
		o->received = ((u64)t->rcv_turns << 32) +
			      (u32)(gs->queued_seq - t->irs - 1);
}

/* The path's MTU as IP knows it */
static u32 path_mtu(const struct sock *sk)
{
	const struct dst_entry *dst = __sk_dst_get((struct sock *)sk);

	return dst ? dst_mtu(dst) : 0;
}

static bool peer_closed(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DONE);
}

static u32 info_flags(const struct sock *sk)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	u32 flags = 0;

	/* what is only offered is not agreed upon */
	if (t->syn_acked || t->state == TCB_SYN_RECEIVED)
		flags |= (t->ts_ok ? GLASS_INFO_TIMESTAMPS : 0) |
			 (t->sack_ok ? GLASS_INFO_SACK : 0) |
			 (t->wscale_ok ? GLASS_INFO_WSCALE : 0) |
			 (t->ecn_ok ? GLASS_INFO_ECN : 0);
	return flags | (t->passive ? GLASS_INFO_PASSIVE : 0) |
	       (t->cong.in_recovery ? GLASS_INFO_RECOVERY : 0) |
	       (peer_closed(sk) ? GLASS_INFO_PEER_CLOSED : 0) |
	       (t->fin_queued ? GLASS_INFO_CLOSED : 0) |
	       (t->urgent ? GLASS_INFO_URGENT : 0) |
	       ((t->passive ? t->fastopened : glass_sk(sk)->syn_taken) ?
		GLASS_INFO_FASTOPEN : 0);
}

static const u8 timers[DUE_COUNT] = {
	[DUE_RETRANSMIT]  = GLASS_TIMER_RETRANSMIT,
	[DUE_PERSIST]     = GLASS_TIMER_PERSIST,
	[DUE_DELAYED_ACK] = GLASS_TIMER_DELAYED_ACK,
	[DUE_ORPHAN]      = GLASS_TIMER_ORPHAN,
	[DUE_KEEPALIVE]   = GLASS_TIMER_KEEPALIVE,
	[DUE_REORDER]     = GLASS_TIMER_REORDER,
	[DUE_TLP]         = GLASS_TIMER_LOSS_PROBE,
};

static void fill_timer(const struct tcb *t, u32 now, struct glass_info *info)
{
	u32 when;
	int i;

	if (!tcb_deadline(t, &when))
		return;
	for (i = 0; i < DUE_COUNT; i++)
		if (t->armed & 1u << i && t->due[i] == when)
			info->timer = timers[i];
	info->timer_ms = seq_lt(now, when) ? when - now : 0;
}

static bool syn_came(const struct tcb *t)
{
	return t->rcv.nxt != t->irs || t->rcv_turns;
}

/* Both sequence spaces */
static void fill_spaces(const struct glass_sock *gs, struct glass_info *info)
{
	const struct tcb *t = &gs->tcb;

	info->iss = t->iss;
	info->snd_una = t->snd.una;
	info->snd_cur = t->snd.cur;
	info->snd_nxt = t->snd.nxt;
	info->snd_end = t->snd.end;
	info->snd_wnd = t->snd.wnd;
	info->snd_wl1 = t->snd.wl1;
	info->snd_wl2 = t->snd.wl2;
	info->snd_wscale = t->snd.shift;
	info->snd_mss = t->snd.mss;
	info->adv_mss = t->adv_mss;
	if (!syn_came(t))
		return;
	info->irs = t->irs;
	info->rcv_user = gs->copied_seq;
	info->rcv_nxt = t->rcv.nxt;
	info->rcv_wnd = t->rcv.wnd;
	info->rcv_wscale = t->rcv.shift;
	info->rcv_mss = t->rcv.mss;
	info->held = t->held ? t->held->n : 0;
}

/* What was marked as lost, and after a timeout all that was not reported */
static u32 octets_lost(const struct tcb *t, u32 in_flight)
{
	const struct loss *l = t->loss;

	if (!t->troubled)
		return 0;
	if (t->sack_ok)
		return t->snd.nxt - t->snd.una - in_flight -
		       (l ? l->sacked : 0);
	return t->snd.cur != t->snd.nxt ? t->snd.nxt - t->snd.cur :
	       l ? l->lost : 0;
}

/* What was sent again and not heard of since */
static u32 octets_again(const struct tcb *t)
{
	const struct loss *l = t->loss;
	u32 octets = 0;
	u16 i;

	if (!t->troubled || !l)
		return 0;
	if (!t->sack_ok)
		return t->snd.cur != t->snd.nxt ? t->snd.cur - t->snd.una : 0;
	for (i = 0; i < l->n; i++)
		if (l->r[i].state == SENT_AGAIN)
			octets += loss_end(l, i) - l->r[i].start;
	return octets;
}

/* Round trips, the congestion window, and what became of what was sent */
static void fill_path(const struct tcb *t, u32 now, struct glass_info *info)
{
	info->srtt_us = t->srtt;
	info->rttvar_us = t->rttvar;
	info->min_rtt_us = t->min_rtt;
	info->rto_us = rtt_timeout_ms(t) * 1000;
	info->cwnd = t->cong.cwnd;
	info->ssthresh = t->cong.ssthresh;
	info->in_flight = tcb_in_flight(t);
	info->sacked = t->loss ? t->loss->sacked : 0;
	info->lost = octets_lost(t, info->in_flight);
	info->resends = t->loss ? t->loss->resends : 0;
	info->backoff = t->cong.backoff;
	info->unanswered = t->silent;
	info->quiet_ms = t->heard ? now - t->heard : 0;
}

/* No limit is none in 64 bits, too */
static u64 pacing_rate(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

static void fill_connection(struct sock *sk, u32 now, struct glass_info *info)
{
	const struct glass_sock *gs = glass_sk(sk);
	struct octets o;

	count_octets(gs, &o);
	info->flags = info_flags(sk);
	info->path_mtu = path_mtu(sk);
	info->pacing_rate = pacing_rate(glass_pace_rate(sk));
	info->bytes_acked = o.acked;
	info->bytes_received = o.received;
	info->bytes_sent = o.sent;
	info->bytes_resent = o.resent;
	fill_timer(&gs->tcb, now, info);
	fill_spaces(gs, info);
	fill_path(&gs->tcb, now, info);
}

static void fill_listener(struct sock *sk, struct glass_info *info)
{
	const struct glass_listener *l;

	info->accept_queue = READ_ONCE(sk->sk_ack_backlog);
	info->backlog = READ_ONCE(sk->sk_max_ack_backlog);
	rcu_read_lock();
	l = rcu_dereference(glass_sk(sk)->listener);
	info->syn_queue = l ? READ_ONCE(l->embryos) : 0;
	rcu_read_unlock();
}

/* A socket that never opened has a TCB without a congestion control's window */
static bool was_open(const struct sock *sk)
{
	return glass_sk(sk)->tcb.snd.mss;
}

/**
 * glass_info_fill() - what GLASS_INFO says
 * @sk: the socket; process context, not locked
 * @info: every field is written
 */
void glass_info_fill(struct sock *sk, struct glass_info *info)
{
	bool slow;
	u32 now;

	memset(info, 0, sizeof(*info));
	slow = lock_sock_fast(sk);
	/* not before anything that happened while another had the lock */
	now = now_ms(glass_now());
	info->state = sk->sk_state;
	if (glass_sk(sk)->since)
		info->state_ms = now - glass_sk(sk)->since;
	if (sk->sk_state == TCP_LISTEN)
		fill_listener(sk, info);
	else if (was_open(sk))
		fill_connection(sk, now, info);
	unlock_sock_fast(sk, slow);
}
EXPORT_SYMBOL_GPL(glass_info_fill);

/* TCP's name for how the sender fares */
static u8 ca_state(const struct tcb *t)
{
	if (t->syn_acked && t->armed & 1u << DUE_RETRANSMIT && t->cong.backoff)
		return TCP_CA_Loss;
	if (t->cong.in_recovery)
		return TCP_CA_Recovery;
	if (t->ecn_ok && seq_lt(t->snd.una, t->cong.reduced))
		return TCP_CA_CWR;
	if (t->cong.dup_acks || (t->loss && t->loss->sacked))
		return TCP_CA_Disorder;
	return TCP_CA_Open;
}

/* Octets as full segments, the last of which need not be full */
static u32 segments(const struct tcb *t, u32 octets)
{
	return DIV_ROUND_UP(octets, t->snd.mss);
}

static u8 tcp_options(u32 flags)
{
	return (flags & GLASS_INFO_TIMESTAMPS ? TCPI_OPT_TIMESTAMPS : 0) |
	       (flags & GLASS_INFO_SACK ? TCPI_OPT_SACK : 0) |
	       (flags & GLASS_INFO_WSCALE ? TCPI_OPT_WSCALE : 0) |
	       (flags & GLASS_INFO_ECN ? TCPI_OPT_ECN : 0) |
	       (flags & GLASS_INFO_FASTOPEN ? TCPI_OPT_SYN_DATA : 0);
}

/* What is the same number under another name */
static void tcp_same(const struct glass_info *own, struct tcp_info *info)
{
	info->tcpi_options = tcp_options(own->flags);
	info->tcpi_rto = own->rto_us;
	info->tcpi_snd_mss = own->snd_mss;
	info->tcpi_rcv_mss = own->rcv_mss;
	info->tcpi_probes = own->unanswered;
	info->tcpi_backoff = own->backoff;
	info->tcpi_pmtu = own->path_mtu;
	info->tcpi_rtt = own->srtt_us;
	info->tcpi_rttvar = own->rttvar_us;
	info->tcpi_min_rtt = own->min_rtt_us ?: ~0u;
	info->tcpi_last_ack_recv = own->quiet_ms;
	info->tcpi_total_retrans = own->resends;
	info->tcpi_bytes_acked = own->bytes_acked;
	info->tcpi_bytes_received = own->bytes_received;
	info->tcpi_bytes_sent = own->bytes_sent;
	info->tcpi_bytes_retrans = own->bytes_resent;
	info->tcpi_snd_wnd = own->snd_wnd;
	glass_compat_rcv_wnd(info, own->rcv_wnd);
}

/* What became of what was sent: what is on its way again is still "lost" there */
static void tcp_losses(const struct tcb *t, const struct glass_info *own,
		       struct tcp_info *info)
{
	u32 again = octets_again(t);
	bool probe = t->loss && t->loss->tlp && t->loss->tlp_again;

	info->tcpi_ca_state = ca_state(t);
	if (own->timer == GLASS_TIMER_RETRANSMIT)
		info->tcpi_retransmits = t->cong.backoff;
	info->tcpi_unacked = segments(t, t->snd.nxt - t->snd.una);
	info->tcpi_sacked = segments(t, own->sacked);
	info->tcpi_retrans = segments(t, again);
	info->tcpi_lost = segments(t, own->lost + (probe ? 0 : again));
	info->tcpi_dsack_dups = t->loss ? t->loss->dups : 0;
	info->tcpi_rcv_ooopack = glass_held_count(t);
}

/* What TCP sees otherwise; the socket is locked */
static void tcp_connection(struct sock *sk, u32 now, struct tcp_info *info)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	struct glass_info own = {};

	fill_connection(sk, now, &own);
	tcp_same(&own, info);
	tcp_losses(t, &own, info);
	if (own.flags & GLASS_INFO_WSCALE) {
		info->tcpi_snd_wscale = t->snd.shift;
		info->tcpi_rcv_wscale = t->rcv.shift;
	}
	info->tcpi_ato = READ_ONCE(t->policy->delack_max_ms) * 1000;
	info->tcpi_snd_cwnd = t->cong.cwnd / t->snd.mss;
	info->tcpi_snd_ssthresh = t->cong.ssthresh >= CONG_SSTHRESH ?
		CONG_SSTHRESH : t->cong.ssthresh / t->snd.mss;
	info->tcpi_advmss = t->adv_mss - (t->ts_ok ? SEG_TS_SIZE : 0);
	info->tcpi_rcv_ssthresh = t->rcv.buff;
	info->tcpi_rcv_rtt = t->drs.rtt;
	if (syn_came(t)) {
		info->tcpi_rcv_space = drs_space(t);
		info->tcpi_last_data_recv = now - glass_sk(sk)->text_at;
	}
	if (t->last_sent)
		info->tcpi_last_data_sent = now - t->last_sent;
	if (seq_gt(t->snd.end, t->snd.nxt))
		info->tcpi_notsent_bytes = t->snd.end - t->snd.nxt;
}

/**
 * glass_tcp_info_fill() - what TCP_INFO says
 * @sk: the socket; process context, not locked
 * @info: every field is written; a listener's tcpi_unacked and tcpi_sacked are
 *	its accept queue and its backlog, as TCP has it
 */
void glass_tcp_info_fill(struct sock *sk, struct tcp_info *info)
{
	bool slow;
	u32 now;

	memset(info, 0, sizeof(*info));
	slow = lock_sock_fast(sk);
	now = now_ms(glass_now());
	info->tcpi_state = sk->sk_state;
	info->tcpi_pacing_rate = pacing_rate(glass_pace_rate(sk));
	info->tcpi_max_pacing_rate =
		pacing_rate(READ_ONCE(sk->sk_max_pacing_rate));
	info->tcpi_reordering = DUP_ACK_THRESHOLD;
	if (sk->sk_state == TCP_LISTEN) {
		info->tcpi_unacked = READ_ONCE(sk->sk_ack_backlog);
		info->tcpi_sacked = READ_ONCE(sk->sk_max_ack_backlog);
	} else if (was_open(sk)) {
		tcp_connection(sk, now, info);
	}
	unlock_sock_fast(sk, slow);
}
EXPORT_SYMBOL_GPL(glass_tcp_info_fill);

/**
 * glass_info_get() - getsockopt() of GLASS_INFO or TCP_INFO
 * @sk: the socket; process context
 * @level: SOL_GLASS or SOL_TCP
 * @val: where to
 * @len: octets there, then octets written: no more than fit, and no more
 *	than there are
 *
 * Return: 0, -EINVAL, -EFAULT.
 */
int glass_info_get(struct sock *sk, int level, char __user *val,
		   int __user *len)
{
	union {
		struct glass_info glass;
		struct tcp_info tcp;
	} info;
	int size;

	if (get_user(size, len))
		return -EFAULT;
	if (size < 0)
		return -EINVAL;
	if (level == SOL_GLASS) {
		glass_info_fill(sk, &info.glass);
		size = min_t(int, size, sizeof(info.glass));
	} else {
		glass_tcp_info_fill(sk, &info.tcp);
		size = min_t(int, size, sizeof(info.tcp));
	}
	if (put_user(size, len) || copy_to_user(val, &info, size))
		return -EFAULT;
	return 0;
}
