// SPDX-License-Identifier: GPL-2.0
/*
 * Every decision is counted and can be watched: per-netns counters of the
 * rules, and the tracepoints: one per segment, one per change of a state.
 */
#include "glass_sock.h"

#define CREATE_TRACE_POINTS
#include <trace/events/glass.h>

struct rule_text {
	const char *name;
	const char *section;
	const char *phrase;
};

#define RULE_TEXT(id, rfc, section, phrase) \
	[RULE_##id] = { #id, rfc "#section-" section, phrase },
static const struct rule_text rule_texts[RULE_COUNT] = {
	GLASS_RULES(RULE_TEXT)
};

static const struct rule_text *rule_text(u16 rule)
{
	return &rule_texts[rule < RULE_COUNT ? rule : RULE_NONE];
}

const char *glass_rule_name(u16 rule)
{
	return rule_text(rule)->name;
}

/* "-" for a rule that is nobody's: a fault on demand */
const char *glass_rule_section(u16 rule)
{
	const char *section = rule_text(rule)->section;

	return *section == '-' ? "-" : section;
}

const char *glass_rule_phrase(u16 rule)
{
	return rule_text(rule)->phrase;
}

int glass_stats_init(struct glass_net *gn)
{
	gn->stats = alloc_percpu(struct glass_stats);
	return gn->stats ? 0 : -ENOMEM;
}

void glass_stats_exit(struct glass_net *gn)
{
	free_percpu(gn->stats);
}

/* Any context */
void glass_count(struct glass_net *gn, u16 rule)
{
	this_cpu_inc(gn->stats->rule[rule]);
}

/* The same for what no rule tells */
void glass_count_event(struct glass_net *gn, enum glass_event event)
{
	this_cpu_inc(gn->stats->event[event]);
}

/* An error ends the connection: was it an attempt to open? @sk is locked. */
void glass_count_failed(const struct sock *sk)
{
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV)
		glass_count_event(glass_sk_net(sk), EVENT_ATTEMPT_FAILS);
}

/**
 * glass_count_sent() - a segment is sent: count why
 * @gn: the netns
 * @s: the segment; if it answers one that arrived, why was counted then
 *
 * Any context.
 */
void glass_count_sent(struct glass_net *gn, const struct segment *s)
{
	if (s->piece && s->len > s->piece)
		this_cpu_add(gn->stats->event[EVENT_PIECES],
			     (s->len - 1) / s->piece);
	if (rule_is_send(s->rule)) {
		glass_count(gn, s->rule);
		return;
	}
	glass_count_event(gn, EVENT_ANSWERS);
	if (s->flags & SEG_RST)
		glass_count_event(gn, EVENT_RSTS);
}

/* The sum over all CPUs; it may miss what is counted meanwhile */
u64 glass_rule_count(struct glass_net *gn, u16 rule)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(gn->stats, cpu)->rule[rule]);
	return sum;
}

/**
 * glass_trace() - show a segment and what was decided
 * @gn: the netns
 * @sent: it leaves; else it arrived
 * @tuple: the ends, ours first
 * @s: the segment
 * @skb: it where it arrived, from its header on, which is linear; else NULL
 * @old_state: this end's state before, enum tcb_state
 * @state: and after
 * @rule: why it is sent, or what was decided about it
 * @iss: our initial sequence number, to make relative ones; 0 if unknown
 * @irs: the peer's
 *
 * Costs one jump over nothing when nobody watches.
 */
void glass_trace(struct glass_net *gn, bool sent,
		 const struct glass_tuple *tuple, const struct segment *s,
		 const struct sk_buff *skb, u8 old_state, u8 state, u16 rule,
		 u32 iss, u32 irs)
{
	trace_glass_segment(gn, sent, tuple, s, skb, old_state, state, rule,
			    iss, irs, NULL);
}

/**
 * glass_judged() - count and show what was decided about a segment that arrived
 * @gn: the netns
 * @tuple: the ends, ours first
 * @s: the segment
 * @skb: it, from its header on
 * @old_state: this end's state before, enum tcb_state
 * @state: and after
 * @rule: what was decided
 * @iss: our initial sequence number, 0 if unknown
 * @irs: the peer's
 */
void glass_judged(struct glass_net *gn, const struct glass_tuple *tuple,
		  const struct segment *s, const struct sk_buff *skb,
		  u8 old_state, u8 state, u16 rule, u32 iss, u32 irs)
{
	glass_count(gn, rule);
	glass_trace(gn, false, tuple, s, skb, old_state, state, rule, iss, irs);
}

/* glass_trace() of a segment of a socket, whose TCB knows where it started */
void glass_trace_sock(const struct sock *sk, bool sent,
		      const struct segment *s, const struct sk_buff *skb,
		      u8 old_state, u8 state, u16 rule)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	struct glass_tuple tuple;

	glass_tuple_of(sk, &tuple);
	trace_glass_segment(glass_sk_net(sk), sent, &tuple, s, skb, old_state,
			    state, rule, t->iss, t->irs, t);
}

/**
 * glass_trace_state() - show that a connection's state changes
 * @sk: the socket, locked; its own state is still the one before
 * @state: the state from now on
 * @rule: by which it ended, or what struck it, a fault or an ICMP error; else
 *	RULE_NONE. One for which a segment is sent is told with that
 */
void glass_trace_state(const struct sock *sk, u8 state, u16 rule)
{
	struct glass_tuple tuple;

	if (!trace_glass_state_enabled())
		return;
	glass_tuple_of(sk, &tuple);
	trace_glass_state(glass_sk_net(sk), &tuple, sk->sk_state, state,
			  READ_ONCE(sk->sk_err),
			  rule_is_send(rule) ? RULE_NONE : rule);
}

/* The same of a record that ends: SYN-RECEIVED or TIME-WAIT without a socket */
void glass_trace_record(struct glass_net *gn, const struct glass_record *r,
			u16 rule)
{
	trace_glass_state(gn, &r->tuple, r->kind == RECORD_EMBRYO ?
			  TCB_SYN_RECEIVED : TCB_TIME_WAIT, TCB_CLOSED, 0,
			  rule);
}
