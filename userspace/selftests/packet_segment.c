// SPDX-License-Identifier: GPL-2.0
/*
 * Segments as packet scripts write them, and the connections that they
 * belong to.
 */
#include <string.h>

#include "packet.h"

#define FLOWS 8
#define NUMBER_MIN (-(1L << 32))
#define NUMBER_MAX (1L << 33)

static struct flow flows[FLOWS];
static int flow_count;

static const struct {
	char letter;
	uint8_t flag;
} letters[] = {
	{ 'S', SYN }, { 'F', FIN }, { 'R', RST }, { 'P', PSH }, { 'U', URG },
	{ 'E', ECE }, { 'W', CWR }, { '.', ACK },
};

void flows_begin(void)
{
	flow_named("", true);
}

/* The connection of that name, a new one if there is none and @make */
struct flow *flow_named(const char *name, bool make)
{
	struct flow *f;

	for (f = flows; f < flows + flow_count; f++)
		if (!strcmp(f->name, name))
			return f;
	if (!make)
		wrong("no connection is called '%s'", name);
	if (flow_count == FLOWS || strlen(name) >= sizeof(f->name))
		wrong("'%s' is one connection too many, or too long", name);
	strcpy(f->name, name);
	/* numbers wrap within the first text that a script sends */
	f->isn = 0xfffffc00 + 0x1000 * flow_count;
	f->peer_isn = 0x12345678;
	f->ours = 40000 + flow_count;
	flow_count++;
	return f;
}

/**
 * flow_of() - the connection that a segment from the kernel belongs to
 * @s: the segment
 *
 * A SYN tells the kernel's port and initial sequence number.
 *
 * Return: NULL when it is for none that the script knows.
 */
struct flow *flow_of(const struct segment *s)
{
	struct flow *f;

	for (f = flows; f < flows + flow_count; f++)
		if (f->ours == s->dport && f->other == s->other &&
		    (!f->theirs || f->theirs == s->sport))
			break;
	if (f == flows + flow_count)
		return NULL;
	if (s->flags & SYN) {
		f->theirs = s->sport;
		f->isn_step = s->seq - f->peer_isn;
		f->peer_isn = s->seq;
	}
	f->last.seq = s->seq;
	f->last.ack = s->ack;
	f->last.flags = s->flags;
	return f;
}

static void parse_flags(struct sketch *k, const char *word)
{
	size_t i, n = sizeof(letters) / sizeof(letters[0]);

	if (!strcmp(word, "..."))
		return;
	k->given |= HAS_FLAGS;
	if (!strcmp(word, "-"))
		return;
	for (; *word; word++) {
		for (i = 0; i < n && letters[i].letter != *word; i++)
			;
		if (i == n)
			wrong("'%c' is no flag", *word);
		k->s.flags |= letters[i].flag;
	}
}

/* "1:101(100)", or "1" for no text */
static void parse_range(struct sketch *k, const char *word, uint32_t origin,
			uint32_t isn)
{
	long first, end, len;
	int used = -1;

	if (sscanf(word, "%ld:%ld(%ld)%n", &first, &end, &len, &used) == 3 &&
	    used == (int)strlen(word)) {
		if (end - first != len || len < 0 || len > TEXT_MAX)
			wrong("%s: that is not its length", word);
	} else {
		first = number_of(word, NUMBER_MIN, NUMBER_MAX);
		len = 0;
	}
	k->given |= HAS_SEQ;
	k->s.seq = (uint32_t)first - origin + isn;
	k->s.len = len;
	/* the octet after the SYN is the first of the pattern */
	k->s.from = (uint32_t)first - origin - !(k->s.flags & SYN);
}

static void parse_ack(struct sketch *k, char **at, bool inbound)
{
	struct flow *f = k->flow;
	long value = number_next(at, "the number", NUMBER_MIN, NUMBER_MAX);

	k->given |= HAS_ACK;
	if (inbound)
		k->s.ack = (uint32_t)value - f->peer_origin + f->peer_isn;
	else
		k->s.ack = (uint32_t)value - f->origin + f->isn;
}

/* What only a script can do to a segment */
static bool parse_damage(struct sketch *k, const char *word, char **at)
{
	struct segment *s = &k->s;

	if (!strcmp(word, "badsum"))
		s->bad_sum = true;
	else if (!strcmp(word, "ip-options"))
		s->ip_options = true;
	else if (!strcmp(word, "to-many"))
		s->to_many = true;
	else if (!strcmp(word, "from-many"))
		s->from_many = true;
	else if (!strcmp(word, "cut"))
		s->cut = number_next(at, "the length", 1, TEXT_MAX);
	else if (strcmp(word, "doff"))
		return false;
	if (!strcmp(word, "doff")) {
		s->words = number_next(at, "the offset", 0, 15);
		k->given |= HAS_OFFSET;
	}
	return true;
}

static void parse_field(struct sketch *k, const char *word, char **at,
			bool inbound)
{
	if (!strcmp(word, "ack")) {
		parse_ack(k, at, inbound);
	} else if (!strcmp(word, "win")) {
		k->given |= HAS_WND;
		k->s.wnd = number_next(at, "the window", 0, 65535);
	} else if (!strcmp(word, "urg")) {
		k->given |= HAS_URGENT;
		k->s.urgent = number_next(at, "the pointer", 0, 65535);
	} else if (!strcmp(word, "tos")) {
		k->given |= HAS_TOS;
		k->s.tos = number_next(at, "the octet", 0, 255);
	} else if (!strcmp(word, "ttl")) {
		k->given |= HAS_TTL;
		k->s.ttl = number_next(at, "the octet", 1, 255);
	} else if (!inbound || !parse_damage(k, word, at)) {
		wrong("what is '%s'?", word);
	}
}

static void parse_defaults(struct sketch *k)
{
	if (!(k->given & HAS_FLAGS) || !(k->given & HAS_SEQ))
		wrong("a segment to send needs its flags and its number");
	if (k->s.flags & ACK && !(k->given & HAS_ACK))
		wrong("ack is missing");
	if (!(k->given & HAS_WND))
		k->s.wnd = 65535;
	if (!(k->given & HAS_OFFSET))
		k->s.words = 5 + k->s.options / 4;
	if (!k->flow->theirs)
		wrong("the kernel's port is not known yet: 'ports OURS THEIRS'");
	k->s.sport = k->flow->ours;
	k->s.dport = k->flow->theirs;
	k->s.other = k->flow->other;
}

/**
 * sketch_parse() - read a segment
 * @k: every field is written
 * @text: the line behind the arrow; it is cut up
 * @inbound: it is to be sent; otherwise it is expected
 */
void sketch_parse(struct sketch *k, char *text, bool inbound)
{
	char *options = strchr(text, '<'), *end = NULL, *word;
	struct flow *f;

	memset(k, 0, sizeof(*k));
	if (options) {
		*options++ = 0;
		end = strchr(options, '>');
		if (!end)
			wrong("the options have no end");
		*end++ = 0;
	}
	word = word_next(&text);
	f = flow_named(word && *word == '@' ? word + 1 : "", false);
	k->flow = f;
	if (word && *word == '@')
		word = word_next(&text);
	if (!word)
		wrong("a segment has flags");
	parse_flags(k, word);
	word = word_next(&text);
	if (word && strchr("-0123456789", *word)) {
		parse_range(k, word, inbound ? f->origin : f->peer_origin,
			    inbound ? f->isn : f->peer_isn);
		word = word_next(&text);
	}
	for (; word; word = word_next(&text))
		parse_field(k, word, &text, inbound);
	if (options)
		options_parse(k, options, inbound);
	while (end && (word = word_next(&end)))
		parse_field(k, word, &end, inbound);
	if (inbound)
		parse_defaults(k);
}

/**
 * sketch_differs() - is a segment what the script expects?
 * @k: what it expects
 * @s: the segment, of the connection that it is expected of
 *
 * Return: NULL, or what of it is not.
 */
const char *sketch_differs(const struct sketch *k, const struct segment *s)
{
	if (k->given & HAS_FLAGS && k->s.flags != s->flags)
		return "flags";
	if (k->given & HAS_SEQ && k->s.seq != s->seq)
		return "sequence number";
	if (k->given & HAS_SEQ && k->s.len != s->len)
		return "length";
	if (k->given & HAS_ACK && k->s.ack != s->ack)
		return "ack";
	if (k->given & HAS_WND && k->s.wnd != s->wnd)
		return "window";
	if (k->given & HAS_URGENT && k->s.urgent != s->urgent)
		return "urgent pointer";
	if (k->given & HAS_TOS && k->s.tos != s->tos)
		return "tos";
	if (k->given & HAS_TTL && k->s.ttl != s->ttl)
		return "ttl";
	if (k->given & HAS_OPTIONS && options_differ(k, s))
		return "options";
	return NULL;
}

/* The segment in the words of a script */
void segment_text(char *to, size_t size, const struct segment *s,
		  const struct flow *f, bool inbound)
{
	uint32_t seq = s->seq, ack = s->ack;
	char flags[16], options[256];
	size_t i, n = 0, used;

	if (f && inbound) {
		seq += f->origin - f->isn;
		ack += f->peer_origin - f->peer_isn;
	} else if (f) {
		seq += f->peer_origin - f->peer_isn;
		ack += f->origin - f->isn;
	}
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (s->flags & letters[i].flag)
			flags[n++] = letters[i].letter;
	if (!n)
		flags[n++] = '-';
	flags[n] = 0;
	used = snprintf(to, size, "%s %d:%d(%u)", flags, (int32_t)seq,
			(int32_t)(seq + s->len), s->len);
	if (s->flags & ACK)
		used += snprintf(to + used, size - used, " ack %d",
				 (int32_t)ack);
	if (!(s->flags & RST) || s->wnd)
		used += snprintf(to + used, size - used, " win %u", s->wnd);
	if (s->flags & URG)
		used += snprintf(to + used, size - used, " urg %u", s->urgent);
	options_text(options, sizeof(options), s, f, inbound);
	if (*options)
		snprintf(to + used, size - used, " <%s>", options);
}
