// SPDX-License-Identifier: GPL-2.0
/*
 * A segment's options as packet scripts write them:
 *
 *   <mss 1460, wscale 7, nop, eol, sackOK, sack 1:101 201:301, ts 5 ecr 3,
 *    cookie none, raw 1e0400ff>
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "octets.h"
#include "packet.h"

enum {
	KIND_END, KIND_NOP, KIND_MSS, KIND_WSCALE, KIND_SACK_OK, KIND_SACK,
	KIND_TS = 8, KIND_FASTOPEN = 34,
};

static uint8_t *add(struct segment *s, uint8_t kind, unsigned int len)
{
	uint8_t *at = s->option + s->options;

	if (s->options + len > OPTIONS_MAX)
		wrong("more than %d octets of options", OPTIONS_MAX);
	s->options += len;
	at[0] = kind;
	if (len > 1)
		at[1] = len;
	return at;
}

/* A value that may be "any", or for a path's MTU of 1500 "path" */
static uint32_t value(struct sketch *k, char **at, uint8_t kind, uint8_t bit,
		      long high)
{
	if (word_is(at, "any")) {
		k->any[kind] |= bit;
		return 0;
	}
	if (kind == KIND_MSS && word_is(at, "path"))
		return play_kind->af == AF_INET ? 1460 : 1440;
	if (kind == KIND_TS && word_is(at, "last"))
		return k->flow->tsval;
	return number_next(at, "the option's value", 0, high);
}

static bool number_follows(const char *at)
{
	return strchr("0123456789", at[strspn(at, " \t,")]) &&
	       at[strspn(at, " \t,")];
}

/* Blocks "FIRST:END"; those we send tell of the kernel's octets */
static void parse_sack(struct sketch *k, char **at, bool inbound)
{
	const struct flow *f = k->flow;
	uint32_t delta = inbound ? f->peer_isn - f->peer_origin :
				   f->isn - f->origin;
	uint8_t *to = add(&k->s, KIND_SACK, 2);
	long first, end;
	char *word;

	while (number_follows(*at)) {
		word = word_next(at);
		if (sscanf(word, "%ld:%ld", &first, &end) != 2)
			wrong("'%s' is no block", word);
		add(&k->s, 0, 8);
		put32(to + to[1], (uint32_t)first + delta);
		put32(to + to[1] + 4, (uint32_t)end + delta);
		to[1] += 8;
	}
}

/* Octets in hexadecimal, for what no good peer would send */
static void parse_raw(struct segment *s, char **at)
{
	char *word = word_next(at);
	unsigned int octet;

	for (; word && *word; word += 2) {
		if (sscanf(word, "%2x", &octet) != 1)
			wrong("'%s' is not hexadecimal", word);
		*add(s, octet, 1) = octet;
	}
}

/* The cookie of the last segment that had one */
static uint8_t cookie[OPTIONS_MAX];
static unsigned int cookie_len;

void options_heard(const struct segment *s)
{
	const uint8_t *o = option_find(s, KIND_FASTOPEN);

	if (!o || o[1] == 2)
		return;
	cookie_len = o[1] - 2;
	memcpy(cookie, o + 2, cookie_len);
}

/* rfc7413: "none" asks for a cookie, "any" is one as long as ours */
static void parse_fastopen(struct sketch *k, char **at)
{
	uint8_t *to;

	if (word_is(at, "none")) {
		add(&k->s, KIND_FASTOPEN, 2);
	} else if (word_is(at, "any")) {
		add(&k->s, KIND_FASTOPEN, 10);
		k->any[KIND_FASTOPEN] |= ANY_VALUE;
	} else if (word_is(at, "last")) {
		if (!cookie_len)
			wrong("no cookie was heard");
		to = add(&k->s, KIND_FASTOPEN, 2 + cookie_len);
		memcpy(to + 2, cookie, cookie_len);
	} else {
		to = add(&k->s, KIND_FASTOPEN, 2);
		parse_raw(&k->s, at);
		to[1] = k->s.option + k->s.options - to;
	}
}

static void parse_option(struct sketch *k, const char *word, char **at,
			 bool inbound)
{
	struct segment *s = &k->s;
	uint8_t *to;

	if (!strcmp(word, "mss")) {
		to = add(s, KIND_MSS, 4);
		put16(to + 2, value(k, at, KIND_MSS, ANY_VALUE, 65535));
	} else if (!strcmp(word, "wscale")) {
		to = add(s, KIND_WSCALE, 3);
		to[2] = value(k, at, KIND_WSCALE, ANY_VALUE, 255);
	} else if (!strcmp(word, "sackOK")) {
		add(s, KIND_SACK_OK, 2);
	} else if (!strcmp(word, "sack")) {
		parse_sack(k, at, inbound);
	} else if (!strcmp(word, "ts")) {
		to = add(s, KIND_TS, 10);
		put32(to + 2, value(k, at, KIND_TS, ANY_VALUE, UINT32_MAX));
		if (!word_is(at, "ecr"))
			wrong("ts VALUE ecr VALUE");
		put32(to + 6, value(k, at, KIND_TS, ANY_ECHO, UINT32_MAX));
	} else if (!strcmp(word, "nop")) {
		add(s, KIND_NOP, 1);
	} else if (!strcmp(word, "eol")) {
		add(s, KIND_END, 1);
	} else if (!strcmp(word, "cookie")) {
		parse_fastopen(k, at);
	} else if (!strcmp(word, "raw")) {
		parse_raw(s, at);
	} else if (!strcmp(word, "...") && !inbound) {
		k->given |= HAS_MORE_OPTIONS;
	} else {
		wrong("'%s' is no option", word);
	}
}

/**
 * options_parse() - read what stands between < and >
 * @k: gets the options
 * @text: it is cut up
 * @inbound: they are to be sent
 *
 * Options to send are filled up with zeros to whole words, as any TCP does.
 */
void options_parse(struct sketch *k, char *text, bool inbound)
{
	char *word;

	k->given |= HAS_OPTIONS;
	while ((word = word_next(&text)))
		parse_option(k, word, &text, inbound);
	while (inbound && k->s.options % 4)
		add(&k->s, KIND_END, 1);
}

/* The option at *@at; its length, 0 when there is none left */
static unsigned int option_at(const struct segment *s, unsigned int *at)
{
	while (*at < s->options && s->option[*at] == KIND_NOP)
		(*at)++;
	if (*at + 2 > s->options || s->option[*at] == KIND_END ||
	    s->option[*at + 1] < 2 || *at + s->option[*at + 1] > s->options)
		return 0;
	return s->option[*at + 1];
}

/* What no list of options may have: a wrong length, padding but zeros */
const char *options_flaw(const struct segment *s)
{
	unsigned int at = 0, len;

	while ((len = option_at(s, &at)))
		at += len;
	if (at < s->options && s->option[at] != KIND_END)
		return "an option whose length cannot be";
	for (; at < s->options; at++)
		if (s->option[at])
			return "padding that is not zero";
	return NULL;
}

/* An option of a segment, NULL if it has none of that kind */
const uint8_t *option_find(const struct segment *s, uint8_t kind)
{
	unsigned int at = 0, len;

	for (; (len = option_at(s, &at)); at += len)
		if (s->option[at] == kind)
			return s->option + at;
	return NULL;
}

static int option_count(const struct segment *s)
{
	unsigned int at = 0, len;
	int n = 0;

	for (; (len = option_at(s, &at)); at += len)
		n++;
	return n;
}

static bool one_differs(const struct sketch *k, const uint8_t *want,
			const uint8_t *got)
{
	unsigned int from = 2, to = want[1];

	if (!got || got[1] != want[1])
		return true;
	if (k->any[want[0]] & ANY_VALUE)
		from = want[0] == KIND_TS ? 6 : to;
	if (k->any[want[0]] & ANY_ECHO)
		to = 6;
	return from < to && memcmp(want + from, got + from, to - from);
}

/* In any order; "..." allows for more than those named. */
bool options_differ(const struct sketch *k, const struct segment *s)
{
	unsigned int at = 0, len;

	for (; (len = option_at(&k->s, &at)); at += len)
		if (one_differs(k, k->s.option + at,
				option_find(s, k->s.option[at])))
			return true;
	return !(k->given & HAS_MORE_OPTIONS) &&
		option_count(s) != option_count(&k->s);
}

static size_t sack_text(char *to, size_t size, const uint8_t *o,
			uint32_t delta)
{
	size_t used = snprintf(to, size, "sack");
	int i;

	for (i = 2; i + 8 <= o[1]; i += 8)
		used += snprintf(to + used, size - used, " %d:%d",
				 (int32_t)(get32(o + i) - delta),
				 (int32_t)(get32(o + i + 4) - delta));
	return used;
}

static size_t cookie_text(char *to, size_t size, const uint8_t *o)
{
	size_t used = snprintf(to, size, "cookie%s", o[1] > 2 ? " " : " none");
	int i;

	for (i = 2; i < o[1]; i++)
		used += snprintf(to + used, size - used, "%02x", o[i]);
	return used;
}

void options_text(char *to, size_t size, const struct segment *s,
		  const struct flow *f, bool inbound)
{
	unsigned int at = 0, len;
	uint32_t delta = 0;
	size_t used = 0;

	if (f)
		delta = inbound ? f->peer_isn - f->peer_origin :
				  f->isn - f->origin;
	*to = 0;
	for (; (len = option_at(s, &at)); at += len) {
		const uint8_t *o = s->option + at;

		if (used)
			used += snprintf(to + used, size - used, ", ");
		if (o[0] == KIND_MSS && len == 4)
			used += snprintf(to + used, size - used, "mss %u",
					 get16(o + 2));
		else if (o[0] == KIND_WSCALE && len == 3)
			used += snprintf(to + used, size - used, "wscale %u",
					 o[2]);
		else if (o[0] == KIND_SACK_OK)
			used += snprintf(to + used, size - used, "sackOK");
		else if (o[0] == KIND_SACK)
			used += sack_text(to + used, size - used, o, delta);
		else if (o[0] == KIND_TS && len == 10)
			used += snprintf(to + used, size - used,
					 "ts %u ecr %u", get32(o + 2),
					 get32(o + 6));
		else if (o[0] == KIND_FASTOPEN)
			used += cookie_text(to + used, size - used, o);
		else
			used += snprintf(to + used, size - used, "raw %02x%02x",
					 o[0], o[1]);
	}
}
