// SPDX-License-Identifier: GPL-2.0
/* What stands in an event, in words. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "event.h"

#define GLASS_RULE_ROW(id, rfc, section, phrase) { #id, rfc, section, phrase },
static const struct {
	const char *name, *rfc, *section, *phrase;
} rules[] = { GLASS_RULES(GLASS_RULE_ROW) };

/* Spelled as in rfc9293#section-3.3.2 */
static const char *const states[TCB_STATES] = {
	[0] = "-",
	[TCB_ESTABLISHED] = "ESTABLISHED",
	[TCB_SYN_SENT] = "SYN-SENT",
	[TCB_SYN_RECEIVED] = "SYN-RECEIVED",
	[TCB_FIN_WAIT_1] = "FIN-WAIT-1",
	[TCB_FIN_WAIT_2] = "FIN-WAIT-2",
	[TCB_TIME_WAIT] = "TIME-WAIT",
	[TCB_CLOSED] = "CLOSED",
	[TCB_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCB_LAST_ACK] = "LAST-ACK",
	[TCB_LISTEN] = "LISTEN",
	[TCB_CLOSING] = "CLOSING",
};

const char *state_text(u8 state)
{
	return state < TCB_STATES ? states[state] : "-";
}

/* What ss calls a state, where that is not the RFC's word */
static const struct {
	const char *name;
	u8 state;
} aliases[] = {
	{ "listening", TCB_LISTEN },
	{ "estab", TCB_ESTABLISHED },
	{ "syn-recv", TCB_SYN_RECEIVED },
};

/* By its name, in letters of any size; TCB_STATES if there is none such */
u8 state_number(const char *name)
{
	size_t i;
	u8 state;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcasecmp(name, aliases[i].name))
			return aliases[i].state;
	for (state = 1; state < TCB_STATES; state++)
		if (!strcasecmp(name, state_text(state)))
			break;
	return state;
}

/* "SYN ACK", in the order in which people say it */
const char *flags_text(u8 flags)
{
	static const struct {
		u8 bit;
		const char *name;
	} bits[] = {
		{ SEG_SYN, "SYN" }, { SEG_FIN, "FIN" }, { SEG_RST, "RST" },
		{ SEG_URG, "URG" }, { SEG_PSH, "PSH" }, { SEG_ACK, "ACK" },
		{ SEG_ECE, "ECE" }, { SEG_CWR, "CWR" }, { },
	};
	static char text[40];
	int i;

	text[0] = 0;
	for (i = 0; bits[i].bit; i++) {
		if (!(flags & bits[i].bit))
			continue;
		if (text[0])
			strcat(text, " ");
		strcat(text, bits[i].name);
	}
	return text[0] ? text : "no flags";
}

const char *rule_name(u16 rule)
{
	return rule < RULE_COUNT ? rules[rule].name : "UNKNOWN";
}

/* RULE_COUNT for one that this program is too old for */
u16 rule_named(const char *name)
{
	u16 i;

	for (i = 0; i < RULE_COUNT && strcmp(rules[i].name, name); i++)
		;
	return i;
}

/* "rfc9293", "-" for a rule of no RFC */
const char *rule_rfc(u16 rule)
{
	return rule < RULE_COUNT ? rules[rule].rfc : "-";
}

const char *rule_section(u16 rule)
{
	return rule < RULE_COUNT ? rules[rule].section : "-";
}

/* "SEND_SYN rfc9293#section-3.10.1" */
const char *rule_text(u16 rule)
{
	static char text[96];

	if (rule_section(rule)[0] == '-')
		return rule_name(rule);
	snprintf(text, sizeof(text), "%s %s#section-%s", rule_name(rule),
		 rule_rfc(rule), rule_section(rule));
	return text;
}

const char *rule_phrase(u16 rule)
{
	return rule < RULE_COUNT ? rules[rule].phrase :
	       "a rule that this program is too old for";
}

/* By these a segment is not there for its end, or not yet: it judges none of it */
bool rule_stops(u16 rule)
{
	return rule == RULE_FAULT_DROP || rule == RULE_FAULT_CORRUPT ||
	       rule == RULE_FAULT_DELAY || rule == RULE_FAULT_REORDER ||
	       rule == RULE_FAULT_HOLD || rule == RULE_FAULT_FREEZE ||
	       rule == RULE_HOPS_FEW || rule == RULE_POLICY_DROP ||
	       rule == RULE_BACKLOG_FULL;
}

/* What struck an end and is no segment: a fault, or an ICMP error; or RULE_NONE */
u16 change_strike(const struct event *e)
{
	return e->dir == CHANGE && (rule_is_fault(e->rule) || e->rule == RULE_ICMP_SOFT) ?
	       e->rule : RULE_NONE;
}

/* A deadline, enum tcb_due, as glass table calls it */
const char *due_text(int due)
{
	static const char *const names[DUE_COUNT] = {
		[DUE_RETRANSMIT] = "retransmit",
		[DUE_PERSIST] = "persist",
		[DUE_DELAYED_ACK] = "delayed-ack",
		[DUE_ORPHAN] = "orphan",
		[DUE_KEEPALIVE] = "keepalive",
		[DUE_REORDER] = "reorder",
		[DUE_TLP] = "loss-probe",
	};

	return names[due];
}

/* "10.0.0.2:54001", "[fd00::2]:54001" */
const char *end_text(const struct end *e, u8 family)
{
	static char text[INET6_ADDRSTRLEN + 10];
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(family, e->addr, addr, sizeof(addr));
	snprintf(text, sizeof(text), family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 addr, e->port);
	return text;
}

bool end_same(const struct end *a, const struct end *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/* The end that told it */
const struct end *event_teller(const struct event *e)
{
	return e->dir == GOT ? &e->to : &e->from;
}

bool event_wanted(const struct event *e, const struct wanted *w)
{
	if (w->port && e->from.port != w->port && e->to.port != w->port)
		return false;
	return !w->netns || e->netns == w->netns;
}

/**
 * event_decode() - read the header in e->wire into e->s
 * @e: the event
 * @header: octets of the header that are there
 * @len: octets of text
 *
 * Return: false when it is no header.
 */
bool event_decode(struct event *e, unsigned int header, u32 len)
{
	struct segment *s = &e->s;

	if (header > SEG_HEADER_MAX ||
	    segment_header_len(e->wire, header) != (int)header)
		return false;
	segment_decode(s, e->wire, header);
	s->len = len;
	return true;
}
