// SPDX-License-Identifier: GPL-2.0
/*
 * Every decision is counted and can be watched: per-netns counters of the
 * rules, and the one tracepoint per segment.
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

const char *glass_rule_section(u16 rule)
{
	return rule_text(rule)->section;
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

/* A segment is sent: count why, unless that was counted on arrival */
void glass_count_sent(struct glass_net *gn, u16 rule)
{
	if (rule_is_send(rule))
		glass_count(gn, rule);
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
		 u8 old_state, u8 state, u16 rule, u32 iss, u32 irs)
{
	trace_glass_segment(gn, sent, tuple, s, old_state, state, rule, iss,
			    irs);
}

/* The same of a segment of a socket, whose TCB knows where it started */
void glass_trace_sock(const struct sock *sk, bool sent,
		      const struct segment *s, u8 old_state, u8 state,
		      u16 rule)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	struct glass_tuple tuple;

	glass_tuple_of(sk, &tuple);
	trace_glass_segment(glass_sk_net(sk), sent, &tuple, s, old_state,
			    state, rule, t->iss, t->irs);
}
