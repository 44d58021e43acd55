// SPDX-License-Identifier: GPL-2.0
/*
 * One event, in words and as a line of text; and the two events of a segment,
 * sent by one end and received by the other, brought together.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <glass/rules.h>
#include <glass/tcb.h>

#include "tool.h"

#define NSEC	1000000000ull

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

/* "SEND_SYN rfc9293#section-3.10.1" */
const char *rule_text(u16 rule)
{
	static char text[96];

	if (rule >= RULE_COUNT)
		snprintf(text, sizeof(text), "rule %u", rule);
	else if (rules[rule].section[0] == '-')
		snprintf(text, sizeof(text), "%s", rules[rule].name);
	else
		snprintf(text, sizeof(text), "%s %s#section-%s", rules[rule].name,
			 rules[rule].rfc, rules[rule].section);
	return text;
}

const char *rule_phrase(u16 rule)
{
	return rule < RULE_COUNT ? rules[rule].phrase :
	       "a rule that this program is too old for";
}

bool event_wanted(const struct event *e, const struct watch_options *o)
{
	if (o->port && e->from.port != o->port && e->to.port != o->port)
		return false;
	return !o->netns || e->netns == o->netns;
}

/*
 * An event as a line: what `glass watch --record` writes and `--read` reads.
 * Rules go by name, for their numbers change.
 */
void event_print(const struct event *e)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	u8 i;

	inet_ntop(e->family, e->from.addr, from, sizeof(from));
	inet_ntop(e->family, e->to.addr, to, sizeof(to));
	printf("%llu.%09llu %u %s %s %u %s %u %s %s %02x",
	       (unsigned long long)e->time / NSEC,
	       (unsigned long long)e->time % NSEC, e->netns,
	       e->dir == SENT ? "sent" : "got", from, e->from.port, to,
	       e->to.port,
	       state_text(e->old_state), state_text(e->state), e->flags);
	printf(" seq %u %u ack %u %u len %u wnd %u opts %02x %u %u %s",
	       e->seq, e->seq_base, e->ack, e->ack_base, e->len, e->wnd, e->opts,
	       e->mss, e->wscale,
	       e->rule < RULE_COUNT ? rules[e->rule].name : "NONE");
	if (e->opts & SEG_OPT_TS)
		printf(" ts %u %u", e->tsval, e->tsecr);
	if (e->sacks)
		printf(" sack");
	for (i = 0; i < e->sacks; i++)
		printf(" %u-%u", e->sack[i].start, e->sack[i].end);
	putchar('\n');
}

/* What event_print() writes; strings with their room in event_parse() */
#define EVENT_FORMAT							\
	"%llu.%9llu %u %4s %63s %hu %63s %hu %15s %15s %x seq %u %u "	\
	"ack %u %u len %u wnd %hu opts %x %hu %hhu %39s%n"

/* What may follow the rule: timestamps and SACK blocks */
static void parse_options(const char *line, struct event *e)
{
	int n = 0;

	if (sscanf(line, " ts %u %u%n", &e->tsval, &e->tsecr, &n) == 2)
		line += n;
	n = 0;
	sscanf(line, " sack%n", &n);
	while (n && e->sacks < SEG_SACK_MAX) {
		line += n;
		n = 0;
		if (sscanf(line, " %u-%u%n", &e->sack[e->sacks].start,
			   &e->sack[e->sacks].end, &n) == 2)
			e->sacks++;
	}
}

static u8 state_number(const char *name)
{
	u8 i;

	for (i = TCB_STATES - 1; i && strcmp(states[i], name); i--)
		;
	return i;
}

bool event_parse(const char *line, struct event *e)
{
	char dir[5], from[64], to[64], old[16], new[16], rule[40];
	unsigned long long sec, nsec;
	unsigned int flags, opts;
	int n, end = 0;

	memset(e, 0, sizeof(*e));
	n = sscanf(line, EVENT_FORMAT, &sec, &nsec, &e->netns, dir, from,
		   &e->from.port, to, &e->to.port, old, new, &flags, &e->seq, &e->seq_base, &e->ack,
		   &e->ack_base, &e->len, &e->wnd, &opts, &e->mss, &e->wscale,
		   rule, &end);
	if (n != 21)
		return false;
	parse_options(line + end, e);
	e->time = sec * NSEC + nsec;
	e->dir = !strcmp(dir, "sent") ? SENT : GOT;
	e->family = strchr(from, ':') ? AF_INET6 : AF_INET;
	e->flags = flags;
	e->opts = opts;
	e->old_state = state_number(old);
	e->state = state_number(new);
	for (e->rule = RULE_COUNT - 1; e->rule; e->rule--)
		if (!strcmp(rules[e->rule].name, rule))
			break;
	return inet_pton(e->family, from, e->from.addr) == 1 &&
	       inet_pton(e->family, to, e->to.addr) == 1;
}

/*
 * Arrows to draw, by the time of their first event. A segment that was sent
 * waits here until it is received, or so long that it must be lost.
 */
#define LOST_AFTER_NS	200000000ull

static struct arrow {
	struct event sent, got;
	bool is_sent, is_got;
	u32 covered;	/* octets of the text that were received */
} *arrows;
static size_t first, end, room;

static bool same_ends(const struct event *a, const struct event *b)
{
	return a->family == b->family && !memcmp(&a->from, &b->from, sizeof(a->from)) &&
	       !memcmp(&a->to, &b->to, sizeof(a->to));
}

/*
 * Is @got what @sent became? A large segment may arrive in pieces, and pieces
 * may arrive as one; anything without text arrives as it was.
 */
static bool same_segment(const struct event *sent, const struct event *got)
{
	if (!same_ends(sent, got))
		return false;
	if (!sent->len || !got->len)
		return sent->seq == got->seq && sent->ack == got->ack &&
		       sent->len == got->len && sent->flags == got->flags;
	return seq_lt(sent->seq, got->seq + got->len) &&
	       seq_lt(got->seq, sent->seq + sent->len);
}

static struct arrow *arrow_new(void)
{
	struct arrow *a;

	if (end == room && first > room / 2) {
		memmove(arrows, arrows + first, (end - first) * sizeof(*arrows));
		end -= first;
		first = 0;
	}
	if (end == room) {
		room = room ? 2 * room : 64;
		arrows = realloc(arrows, room * sizeof(*arrows));
		if (!arrows) {
			perror("glass: realloc");
			exit(1);
		}
	}
	a = &arrows[end++];
	memset(a, 0, sizeof(*a));
	return a;
}

void pair_add(const struct event *e)
{
	struct arrow *a;
	bool taken = false;
	size_t i;

	if (e->dir == SENT) {
		a = arrow_new();
		a->sent = *e;
		a->is_sent = true;
		return;
	}
	for (i = first; i < end; i++) {
		a = &arrows[i];
		if (!a->is_sent || !same_segment(&a->sent, e))
			continue;
		if (a->is_got && a->covered >= a->sent.len)
			continue;
		/* Of several pieces the last tells what became of all. */
		a->got = *e;
		a->is_got = true;
		a->covered += e->len;
		taken = true;
		if (e->len <= a->sent.len)
			break;
	}
	if (taken)
		return;
	a = arrow_new();
	a->got = *e;
	a->is_got = true;
}

static bool arrow_ready(const struct arrow *a, u64 now)
{
	if (!a->is_sent || (a->is_got && a->covered >= a->sent.len))
		return true;
	return now > a->sent.time + LOST_AFTER_NS;
}

/* Draws what is ready, oldest first; returns how many arrows. */
unsigned long pair_draw(u64 now, const struct watch_options *o)
{
	static unsigned long drawn;

	for (; first < end && arrow_ready(&arrows[first], now); first++) {
		struct arrow *a = &arrows[first];

		if (o->count && drawn == o->count)
			break;
		ladder_draw(a->is_sent ? &a->sent : NULL,
			    a->is_got ? &a->got : NULL, o->brief);
		drawn++;
	}
	if (first == end) {
		first = 0;
		end = 0;
	}
	fflush(stdout);
	return drawn;
}
