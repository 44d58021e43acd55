// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/glass/snmp and netstat: counters under TCP's names, in TCP's two
 * lines, for
 *
 *	PROC_NET_SNMP=/proc/net/glass/snmp PROC_NET_NETSTAT=/proc/net/glass/netstat nstat
 *
 * A counter is the sum of the rules that are its event: what happens is
 * counted once, when it is decided. What no rule tells is an event of its own
 * (enum glass_event), at places that are not passed often. What Glass cannot
 * count exactly it does not have.
 *
 * Each moves by exactly one in a script of userspace/selftests/packet/count.
 */
#include <linux/seq_file.h>

#include "glass_sock.h"

#define RULES_MAX 5

/**
 * struct counter - one column
 * @name: TCP's
 * @event: one of enum glass_event, plus one; 0 for none
 * @rules: whose counts are added; ends with RULE_NONE
 * @value: in place of all that
 */
struct counter {
	const char *name;
	u8 event;
	u16 rules[RULES_MAX];
	s64 (*value)(struct glass_net *gn);
};

#define RULES(column, ...) { .name = column, .rules = { __VA_ARGS__ } }
#define EVENT(column, id, ...) \
	{ .name = column, .event = EVENT_##id + 1, .rules = { __VA_ARGS__ } }
#define VALUE(column, fn) { .name = column, .value = fn }

static u64 event_count(struct glass_net *gn, unsigned int event)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(gn->stats, cpu)->event[event]);
	return sum;
}

/* In the MIB's list 5 is rfc2988, whose place rfc6298 took */
static s64 rto_algorithm(struct glass_net *gn)
{
	return 5;
}

static s64 rto_min(struct glass_net *gn)
{
	return DIV_ROUND_UP((u32)READ_ONCE(gn->sysctl.policy.rto_min_us), 1000);
}

static s64 rto_max(struct glass_net *gn)
{
	return glass_rto_max_ms(gn);
}

/* No fixed number */
static s64 max_conn(struct glass_net *gn)
{
	return -1;
}

static s64 curr_estab(struct glass_net *gn)
{
	return glass_table_established(gn);
}

/*
 * Rules that a segment is judged by before the next one judges it again, and
 * faults: what has not arrived is not judged.
 */
static bool judged_again(u16 rule)
{
	return rule == RULE_EMBRYO_ACK || rule == RULE_COOKIE_ACK ||
	       rule == RULE_TW_SYN || rule == RULE_TW_SYN_TS ||
	       rule_is_fault(rule);
}

/* Each segment that arrives is judged by a rule, the bad ones too */
static s64 in_segs(struct glass_net *gn)
{
	s64 sum = 0;
	u16 rule;

	for (rule = 0; rule < RULE_COUNT && !rule_is_send(rule); rule++)
		if (!judged_again(rule))
			sum += glass_rule_count(gn, rule);
	return sum;
}

/* Nothing of it is new */
static bool sent_again(u16 rule)
{
	switch (rule) {
	case RULE_SEND_SYN_AGAIN:
	case RULE_RESEND_RTO:
	case RULE_RESEND_FAST:
	case RULE_RESEND_PARTIAL:
	case RULE_RESEND_RACK:
	case RULE_RESEND_AGAIN:
	case RULE_RESEND_TLP:
	case RULE_RESEND_SMALLER:
	case RULE_RESEND_MTU_PROBE:
	case RULE_RESEND_BLACK_HOLE:
		return true;
	}
	return false;
}

/*
 * Each segment that leaves has a rule, or answers one that had. One that is
 * cut on its way counts as its pieces, one that repeats old text not at all.
 */
static s64 out_segs(struct glass_net *gn)
{
	s64 sum = event_count(gn, EVENT_ANSWERS) +
		  event_count(gn, EVENT_PIECES);
	u16 rule;

	for (rule = 0; rule < RULE_COUNT; rule++)
		if (rule_is_send(rule) && !sent_again(rule))
			sum += glass_rule_count(gn, rule);
	return sum;
}

/* The SYN/ACK again too, whoever asked for it */
static s64 retrans_segs(struct glass_net *gn)
{
	s64 sum = glass_rule_count(gn, RULE_SEND_SYN_ACK_AGAIN) +
		  glass_rule_count(gn, RULE_EMBRYO_SYN_AGAIN);
	u16 rule;

	for (rule = 0; rule < RULE_COUNT; rule++)
		if (sent_again(rule))
			sum += glass_rule_count(gn, rule);
	return sum;
}

/* Ends that entered TIME-WAIT and found room there */
static s64 time_waits(struct glass_net *gn)
{
	return glass_rule_count(gn, RULE_FIN_TIME_WAIT) +
	       glass_rule_count(gn, RULE_ACK_TIME_WAIT) -
	       glass_rule_count(gn, RULE_TW_OVERFLOW);
}

static const struct counter snmp[] = {
	VALUE("RtoAlgorithm", rto_algorithm),
	VALUE("RtoMin", rto_min),
	VALUE("RtoMax", rto_max),
	VALUE("MaxConn", max_conn),
	RULES("ActiveOpens", RULE_SEND_SYN, RULE_SEND_SYN_TEXT),
	RULES("PassiveOpens", RULE_EMBRYO_ACK, RULE_COOKIE_ACK,
	      RULE_FASTOPEN_OPEN),
	EVENT("AttemptFails", ATTEMPT_FAILS, RULE_EMBRYO_RST),
	EVENT("EstabResets", ESTAB_RESETS),
	VALUE("CurrEstab", curr_estab),
	VALUE("InSegs", in_segs),
	VALUE("OutSegs", out_segs),
	VALUE("RetransSegs", retrans_segs),
	RULES("InErrs", RULE_HEADER_SHORT, RULE_HEADER_OFFSET,
	      RULE_CHECKSUM_BAD),
	EVENT("OutRsts", RSTS, RULE_SEND_RST_ABORT),
	RULES("InCsumErrors", RULE_CHECKSUM_BAD),
};

static const struct counter netstat[] = {
	RULES("SyncookiesSent", RULE_SEND_SYN_COOKIE),
	RULES("SyncookiesRecv", RULE_COOKIE_ACK),
	RULES("SyncookiesFailed", RULE_COOKIE_BAD, RULE_COOKIE_OLD),
	RULES("EmbryonicRsts", RULE_EMBRYO_RST, RULE_LISTEN_OVERFLOW_RST),
	RULES("OutOfWindowIcmps", RULE_ICMP_FORGED),
	VALUE("TW", time_waits),
	RULES("PAWSEstab", RULE_PAWS),
	RULES("DelayedACKs", RULE_ACK_DELAYED),
	RULES("ListenOverflows", RULE_LISTEN_ACCEPT_QUEUE_FULL,
	      RULE_LISTEN_OVERFLOW_RST),
	RULES("ListenDrops", RULE_LISTEN_ACCEPT_QUEUE_FULL,
	      RULE_LISTEN_OVERFLOW_RST, RULE_LISTEN_SYN_QUEUE_FULL,
	      RULE_LISTEN_NO_MEMORY),
	RULES("TCPDSACKUndo", RULE_UNDO_DSACK),
	RULES("TCPLostRetransmit", RULE_RESEND_AGAIN),
	RULES("TCPFastRetrans", RULE_RESEND_FAST, RULE_RESEND_PARTIAL,
	      RULE_RESEND_RACK, RULE_RESEND_AGAIN),
	EVENT("TCPTimeouts", TIMEOUTS),
	RULES("TCPLossProbes", RULE_RESEND_TLP, RULE_SEND_TLP),
	RULES("TCPLossProbeRecovery", RULE_ACK_REPAIRED),
	RULES("TCPDSACKRecv", RULE_ACK_DSACK, RULE_UNDO_DSACK),
	EVENT("TCPAbortOnData", ABORT_ON_DATA, RULE_TEXT_AFTER_CLOSE),
	EVENT("TCPAbortOnClose", ABORT_ON_CLOSE),
	EVENT("TCPAbortOnMemory", ABORT_ON_MEMORY),
	RULES("TCPAbortOnTimeout", RULE_USER_TIMEOUT, RULE_KEEPALIVE_TIMEOUT),
	RULES("TCPSpuriousRTOs", RULE_UNDO_FRTO),
	RULES("TCPDeferAcceptDrop", RULE_EMBRYO_DEFER),
	RULES("TCPTimeWaitOverflow", RULE_TW_OVERFLOW),
	RULES("TCPMinTTLDrop", RULE_HOPS_FEW),
	RULES("TCPReqQFullDoCookies", RULE_LISTEN_SYN_COOKIE),
	RULES("TCPReqQFullDrop", RULE_LISTEN_SYN_QUEUE_FULL),
	RULES("TCPOFOQueue", RULE_TEXT_GAP),
	RULES("TCPChallengeACK", RULE_RST_CHALLENGE, RULE_SYN_CHALLENGE,
	      RULE_ACK_OLD),
	RULES("TCPSYNChallenge", RULE_SYN_CHALLENGE),
	RULES("TCPFastOpenActive", RULE_FASTOPEN_TAKEN),
	RULES("TCPFastOpenActiveFail", RULE_FASTOPEN_LEFT),
	RULES("TCPFastOpenPassive", RULE_FASTOPEN_OPEN),
	RULES("TCPFastOpenPassiveFail", RULE_FASTOPEN_BAD),
	RULES("TCPFastOpenListenOverflow", RULE_FASTOPEN_FULL),
	RULES("TCPFastOpenCookieReqd", RULE_FASTOPEN_ASK),
	RULES("TCPSynRetrans", RULE_SEND_SYN_AGAIN, RULE_SEND_SYN_ACK_AGAIN,
	      RULE_EMBRYO_SYN_AGAIN),
	RULES("TCPWinProbe", RULE_SEND_PROBE),
	RULES("TCPKeepAlive", RULE_SEND_KEEPALIVE),
	RULES("TCPZeroWindowDrop", RULE_TEXT_ZERO_WINDOW),
};

static s64 count(struct glass_net *gn, const struct counter *c)
{
	s64 sum = 0;
	int i;

	if (c->value)
		return c->value(gn);
	if (c->event)
		sum = event_count(gn, c->event - 1);
	for (i = 0; i < RULES_MAX && c->rules[i] != RULE_NONE; i++)
		sum += glass_rule_count(gn, c->rules[i]);
	return sum;
}

static void show_lines(struct seq_file *seq, const char *prefix,
		       const struct counter *c, size_t n)
{
	struct glass_net *gn = glass_net(seq_file_single_net(seq));
	size_t i;

	seq_puts(seq, prefix);
	for (i = 0; i < n; i++)
		seq_printf(seq, " %s", c[i].name);
	seq_printf(seq, "\n%s", prefix);
	for (i = 0; i < n; i++)
		seq_printf(seq, " %lld", count(gn, &c[i]));
	seq_putc(seq, '\n');
}

/**
 * glass_snmp_show() - /proc/net/glass/snmp, in the form of /proc/net/snmp
 * @seq: the file
 * @v: unused
 *
 * Return: 0.
 */
int glass_snmp_show(struct seq_file *seq, void *v)
{
	show_lines(seq, "Glass:", snmp, ARRAY_SIZE(snmp));
	return 0;
}

/**
 * glass_netstat_show() - /proc/net/glass/netstat, as /proc/net/netstat
 * @seq: the file
 * @v: unused
 *
 * Return: 0.
 */
int glass_netstat_show(struct seq_file *seq, void *v)
{
	show_lines(seq, "GlassExt:", netstat, ARRAY_SIZE(netstat));
	return 0;
}
