/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One event per segment and end: what it was, and which rule decided.
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

#define glass_show_flags(flags)					\
	__print_flags(flags, "|",				\
		      { SEG_FIN, "FIN" }, { SEG_SYN, "SYN" },	\
		      { SEG_RST, "RST" }, { SEG_PSH, "PSH" },	\
		      { SEG_ACK, "ACK" }, { SEG_URG, "URG" },	\
		      { SEG_ECE, "ECE" }, { SEG_CWR, "CWR" })

TRACE_EVENT(glass_segment,
	TP_PROTO(struct glass_net *gn, bool sent,
		 const struct glass_tuple *tuple, const struct segment *s,
		 u8 old_state, u8 state, u16 rule, u32 iss, u32 irs),

	TP_ARGS(gn, sent, tuple, s, old_state, state, rule, iss, irs),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u8, dir)
		__field(u8, family)
		__field(u8, state)
		__field(u8, old_state)
		__field(u8, flags)
		__field(u8, opts)
		__field(u8, wscale)
		__field(u8, sacks)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
		__field(u16, sport)
		__field(u16, dport)
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, len)
		__field(u16, wnd)
		__field(u16, mss)
		__field(u16, rule)
		__field(u32, seq_base)
		__field(u32, ack_base)
		__field(u32, tsval)
		__field(u32, tsecr)
		__array(u32, sack, 2 * SEG_SACK_MAX)
	),

	TP_fast_assign(
		__entry->netns = gn->net->ns.inum;
		__entry->dir = sent;
		__entry->family = tuple->family;
		__entry->state = state;
		__entry->old_state = old_state;
		__entry->flags = s->flags;
		__entry->opts = s->opts;
		__entry->wscale = s->wscale;
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
		__entry->mss = s->mss;
		__entry->rule = rule;
		__entry->seq_base = sent ? iss : irs;
		__entry->ack_base = sent ? irs : iss;
		__entry->sacks = s->sacks;
		__entry->tsval = s->tsval;
		__entry->tsecr = s->tsecr;
		memcpy(__entry->sack, s->sack, sizeof(s->sack));
	),

	TP_printk("%s %u > %u %s seq=%u ack=%u len=%u wnd=%u state=%s rule=%s",
		  __entry->dir ? "sent" : "rcvd",
		  __entry->sport, __entry->dport,
		  glass_show_flags(__entry->flags), __entry->seq, __entry->ack,
		  __entry->len, __entry->wnd, tcb_state_name(__entry->state),
		  glass_rule_name(__entry->rule))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH trace/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE glass
#include <trace/define_trace.h>
