/* SPDX-License-Identifier: GPL-2.0 */
/*
 * glass_segment: one event per segment and end: what it was, and which rule
 * decided. glass_state: a connection's state changes, whether a segment made
 * it or a call or a timer.
 *
 * Most segments show twice: where they are sent, with the reason, and where
 * they arrive, with the decision. Ports and numbers are in host order. A
 * relative number is seq - seq_base or ack - ack_base; a base of 0 means
 * that the initial sequence number is not known.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM glass

#if !defined(_TRACE_GLASS_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_GLASS_H

#include <linux/tracepoint.h>

struct glass_net;
struct glass_tuple;
struct segment;

#ifndef GLASS_HELD_SHOWN
#define GLASS_HELD_SHOWN	4	/* ranges held out of order */
#endif

#define glass_show_flags(flags)					\
	__print_flags(flags, "|",				\
		      { SEG_FIN, "FIN" }, { SEG_SYN, "SYN" },	\
		      { SEG_RST, "RST" }, { SEG_PSH, "PSH" },	\
		      { SEG_ACK, "ACK" }, { SEG_URG, "URG" },	\
		      { SEG_ECE, "ECE" }, { SEG_CWR, "CWR" })

/*
 * wire: the header; as it stood on the wire where it arrived, without its
 * checksum where it is sent. From snd_una on: the TCB of this end after the
 * segment, where has_tcb says so; a listener, an end in SYN-RECEIVED that has
 * no socket yet and one in TIME-WAIT have none. due: milliseconds from now
 * for each enum tcb_due whose bit is in armed. held: text out of order, the
 * first ranges of held_count.
 */
TRACE_EVENT(glass_segment,
	TP_PROTO(struct glass_net *gn, bool sent,
		 const struct glass_tuple *tuple, const struct segment *s,
		 const struct sk_buff *skb, u8 old_state, u8 state, u16 rule,
		 u32 iss, u32 irs, const struct tcb *t),

	TP_ARGS(gn, sent, tuple, s, skb, old_state, state, rule, iss, irs, t),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u8, dir)
		__field(u8, family)
		__field(u8, state)
		__field(u8, old_state)
		__field(u8, flags)
		__field(u8, ecn)
		__field(u8, has_tcb)
		__array(u8, wire, SEG_HEADER_MAX)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
		__field(u16, sport)
		__field(u16, dport)
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, len)
		__field(u16, wnd)
		__field(u16, piece)
		__field(u16, rule)
		__field(u32, seq_base)
		__field(u32, ack_base)
		__field(u32, snd_una)
		__field(u32, snd_nxt)
		__field(u32, snd_wnd)
		__field(u32, snd_cur)
		__field(u32, snd_end)
		__field(u32, rcv_nxt)
		__field(u32, rcv_wnd)
		__field(u32, rcv_acked)
		__field(u32, rcv_room)
		__field(u32, rcv_buff)
		__field(u32, cwnd)
		__field(u32, ssthresh)
		__field(u32, srtt)
		__field(u32, rttvar)
		__field(u32, rto)
		__field(u16, snd_mss)
		__field(u16, dup_acks)
		__field(u16, held_count)
		__field(u8, snd_shift)
		__field(u8, rcv_shift)
		__field(u8, recovery)
		__field(u8, backoff)
		__field(u8, armed)
		__array(s32, due, DUE_COUNT)
		__array(u32, held, 2 * GLASS_HELD_SHOWN)
	),

	TP_fast_assign(
		u32 now = now_ms(glass_now());
		u32 i;

		/* all, holes too: what is not assigned is nobody's secret */
		memset((u8 *)__entry + sizeof(struct trace_entry), 0,
		       sizeof(*__entry) - sizeof(struct trace_entry));
		__entry->netns = gn->net->ns.inum;
		__entry->dir = sent;
		__entry->family = tuple->family;
		__entry->state = state;
		__entry->old_state = old_state;
		__entry->flags = s->flags;
		__entry->ecn = s->ecn;
		if (skb)
			memcpy(__entry->wire, skb->data,
			       glass_header_len(skb));
		else
			segment_encode(s, __entry->wire);
		memcpy(__entry->saddr, sent ? &tuple->laddr : &tuple->raddr,
		       16);
		memcpy(__entry->daddr, sent ? &tuple->raddr : &tuple->laddr,
		       16);
		__entry->sport = s->src;
		__entry->dport = s->dst;
		__entry->seq = s->seq;
		__entry->ack = s->ack;
		__entry->len = s->len;
		__entry->wnd = s->wnd;
		__entry->piece = s->piece;
		__entry->rule = rule;
		__entry->seq_base = sent ? iss : irs;
		__entry->ack_base = sent ? irs : iss;
		if (t) {
			__entry->has_tcb = 1;
			__entry->snd_una = t->snd.una;
			__entry->snd_nxt = t->snd.nxt;
			__entry->snd_wnd = t->snd.wnd;
			__entry->snd_cur = t->snd.cur;
			__entry->snd_end = t->snd.end;
			__entry->rcv_nxt = t->rcv.nxt;
			__entry->rcv_wnd = t->rcv.wnd;
			__entry->rcv_acked = t->rcv.acked;
			__entry->rcv_room = t->rcv.room;
			__entry->rcv_buff = t->rcv.buff;
			__entry->cwnd = t->cong.cwnd;
			__entry->ssthresh = t->cong.ssthresh;
			__entry->srtt = t->srtt;
			__entry->rttvar = t->rttvar;
			__entry->rto = t->rto;
			__entry->snd_mss = t->snd.mss;
			__entry->dup_acks = t->cong.dup_acks;
			__entry->snd_shift = t->snd.shift;
			__entry->rcv_shift = t->rcv.shift;
			__entry->recovery = t->cong.in_recovery;
			__entry->backoff = t->cong.backoff;
			__entry->armed = t->armed;
			for (i = 0; i < DUE_COUNT; i++)
				if (t->armed & 1u << i)
					__entry->due[i] = t->due[i] - now;
			__entry->held_count = t->held ? t->held->n : 0;
			for (i = 0; i < min_t(u32, __entry->held_count,
					      GLASS_HELD_SHOWN); i++) {
				__entry->held[2 * i] = t->held->r[i].start;
				__entry->held[2 * i + 1] = t->held->r[i].end;
			}
		}
	),

	TP_printk("%s %u > %u %s seq=%u ack=%u len=%u wnd=%u state=%s rule=%s",
		  __entry->dir ? "sent" : "rcvd",
		  __entry->sport, __entry->dport,
		  glass_show_flags(__entry->flags), __entry->seq, __entry->ack,
		  __entry->len, __entry->wnd, tcb_state_name(__entry->state),
		  glass_rule_name(__entry->rule))
);

/*
 * error: what the user is told, a positive errno, 0 for nothing. rule: by which
 * it ended, or by which fault; else 0. A fault may leave the state as it is.
 */
TRACE_EVENT(glass_state,
	TP_PROTO(struct glass_net *gn, const struct glass_tuple *tuple,
		 u8 old_state, u8 state, int error, u16 rule),

	TP_ARGS(gn, tuple, old_state, state, error, rule),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(int, error)
		__field(u8, family)
		__field(u8, state)
		__field(u8, old_state)
		__array(u8, laddr, 16)
		__array(u8, raddr, 16)
		__field(u16, lport)
		__field(u16, rport)
		__field(u16, rule)
	),

	TP_fast_assign(
		__entry->netns = gn->net->ns.inum;
		__entry->error = error;
		__entry->family = tuple->family;
		__entry->state = state;
		__entry->old_state = old_state;
		memcpy(__entry->laddr, &tuple->laddr, 16);
		memcpy(__entry->raddr, &tuple->raddr, 16);
		__entry->lport = tuple->lport;
		__entry->rport = tuple->rport;
		__entry->rule = rule;
	),

	TP_printk("%u > %u %s > %s error=%d rule=%s", __entry->lport,
		  __entry->rport, tcb_state_name(__entry->old_state),
		  tcb_state_name(__entry->state), __entry->error,
		  glass_rule_name(__entry->rule))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH trace/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE glass
#include <trace/define_trace.h>
