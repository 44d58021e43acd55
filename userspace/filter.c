// SPDX-License-Identifier: GPL-2.0
/*
 * Which rows of the table are meant, in words that ss has too:
 *
 *	state NAME		established, time-wait, listen ...; several are "or"
 *	sport = :PORT		the local port
 *	dport = :PORT		the remote one
 *	src = ADDRESS[/BITS]	the local address
 *	dst = ADDRESS[/BITS]	the remote one
 *
 * All must be so, each but "state" is given once. "=", ":" and "and" may be
 * left out.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static bool whole(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	*value = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && *value <= max;
}

static bool parse_port(struct side *side, const char *word)
{
	unsigned long port;

	if (side->port || !whole(word + (*word == ':'), 65535, &port) || !port)
		return false;
	side->port = port;
	return true;
}

static void map(u8 *addr, const u8 *ipv4)
{
	static const u8 prefix[12] = { [10] = 0xff, [11] = 0xff };

	memmove(addr + 12, ipv4, 4);
	memcpy(addr, prefix, sizeof(prefix));
}

static bool parse_address(struct side *side, const char *word)
{
	char text[64], *slash;
	unsigned long bits;
	bool ipv4;

	if (side->given || strlen(word) >= sizeof(text))
		return false;
	side->given = true;
	strcpy(text, word);
	slash = strchr(text, '/');
	if (slash)
		*slash++ = 0;
	ipv4 = inet_pton(AF_INET, text, side->addr) == 1;
	if (ipv4)
		map(side->addr, side->addr);
	else if (inet_pton(AF_INET6, text, side->addr) != 1)
		return false;
	bits = ipv4 ? 32 : 128;
	if (slash && !whole(slash, bits, &bits))
		return false;
	side->bits = ipv4 ? bits + 96 : bits;
	return true;
}

static bool parse_state(struct filter *f, const char *word)
{
	u8 state = state_number(word);

	if (state == TCB_STATES)
		return false;
	f->states |= 1u << state;
	return true;
}

static bool parse_pair(struct filter *f, const char *key, const char *value)
{
	if (!strcmp(key, "state"))
		return parse_state(f, value);
	if (!strcmp(key, "sport"))
		return parse_port(&f->local, value);
	if (!strcmp(key, "dport"))
		return parse_port(&f->remote, value);
	if (!strcmp(key, "src"))
		return parse_address(&f->local, value);
	if (!strcmp(key, "dst"))
		return parse_address(&f->remote, value);
	return false;
}

/**
 * filter_parse() - words of the command line
 * @f: zeros; gets what they say
 * @words: end with NULL
 *
 * Return: false for what is no filter, which is told.
 */
bool filter_parse(struct filter *f, char **words)
{
	const char *key, *value;

	while (*words) {
		key = *words++;
		if (!strcmp(key, "and") && *words)
			continue;
		if (*words && (!strcmp(*words, "=") || !strcmp(*words, "==")))
			words++;
		value = *words;
		if (!value || !parse_pair(f, key, value)) {
			fprintf(stderr, "glass: no filter: %s %s\n", key, value ?: "");
			return false;
		}
		words++;
	}
	return true;
}

static bool side_matches(const struct side *side, const struct end *end, u8 family)
{
	u8 addr[16], bytes = side->bits / 8, rest = side->bits % 8;

	if (side->port && side->port != end->port)
		return false;
	if (family == AF_INET)
		map(addr, end->addr);
	else
		memcpy(addr, end->addr, sizeof(addr));
	if (memcmp(addr, side->addr, bytes))
		return false;
	return !rest || !((addr[bytes] ^ side->addr[bytes]) >> (8 - rest));
}

bool filter_match(const struct filter *f, const struct row *r)
{
	if (f->states && !(f->states & 1u << state_number(r->field[STATE])))
		return false;
	return side_matches(&f->local, &r->local, r->family) &&
	       side_matches(&f->remote, &r->remote, r->family);
}
