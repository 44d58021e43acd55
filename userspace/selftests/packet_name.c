// SPDX-License-Identifier: GPL-2.0
/*
 * Names that packet scripts use for options, events, errors, ICMP messages.
 */
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "packet_call.h"

static const struct {
	const char *name;
	int level;
	int option;
	int level6;	/* zero where it is the same for IPv6 */
	int option6;
} options[] = {
	{ "SO_ERROR", SOL_SOCKET, SO_ERROR, 0, 0 },
	{ "SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 0, 0 },
	{ "SO_LINGER", SOL_SOCKET, SO_LINGER, 0, 0 },
	{ "SO_MAX_PACING_RATE", SOL_SOCKET, SO_MAX_PACING_RATE, 0, 0 },
	{ "SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, 0, 0 },
	{ "SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, 0, 0 },
	{ "SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 0, 0 },
	{ "SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 0, 0 },
	{ "SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, 0, 0 },
	{ "TCP_CORK", IPPROTO_TCP, TCP_CORK, 0, 0 },
	{ "TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, 0, 0 },
	{ "TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, 0, 0 },
	{ "TCP_FASTOPEN_CONNECT", IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 0, 0 },
	{ "TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 0, 0 },
	{ "TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 0, 0 },
	{ "TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 0, 0 },
	{ "TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2, 0, 0 },
	{ "TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG, 0, 0 },
	{ "TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 0, 0 },
	{ "TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK, 0, 0 },
	{ "TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, 0, 0 },
	{ "TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 0, 0 },
	{ "TCP_WINDOW_CLAMP", IPPROTO_TCP, TCP_WINDOW_CLAMP, 0, 0 },
	{ "RECVERR", IPPROTO_IP, IP_RECVERR, IPPROTO_IPV6, IPV6_RECVERR },
	{ "MINTTL", IPPROTO_IP, IP_MINTTL, IPPROTO_IPV6, IPV6_MINHOPCOUNT },
	{ "TOS", IPPROTO_IP, IP_TOS, IPPROTO_IPV6, IPV6_TCLASS },
	{ "TTL", IPPROTO_IP, IP_TTL, IPPROTO_IPV6, IPV6_UNICAST_HOPS },
};

static const struct {
	const char *name;
	int number;
} ioctls[] = {
	{ "SIOCINQ", SIOCINQ },
	{ "SIOCOUTQ", SIOCOUTQ },
	{ "SIOCOUTQNSD", SIOCOUTQNSD },
	{ "SIOCATMARK", SIOCATMARK },
}, events[] = {
	{ "IN", POLLIN },
	{ "PRI", POLLPRI },
	{ "OUT", POLLOUT },
	{ "RDHUP", POLLRDHUP },
	{ "HUP", POLLHUP },
	{ "ERR", POLLERR },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An errno by its name, 0 if that is none */
int errno_named(const char *name)
{
	const char *known;
	int err;

	for (err = 1; err < 200; err++) {
		known = strerrorname_np(err);
		if (known && !strcmp(known, name))
			return err;
	}
	return 0;
}

static void parse_option_name(struct call *c, char **at)
{
	char *word = word_next(at);
	size_t i;

	if (!word)
		wrong("an option is missing");
	for (i = 0; i < COUNT(options) && strcmp(options[i].name, word); i++)
		;
	if (i == COUNT(options))
		wrong("no option is called '%s'", word);
	c->level = options[i].level;
	c->option = options[i].option;
	if (play_kind->af == AF_INET6 && options[i].level6) {
		c->level = options[i].level6;
		c->option = options[i].option6;
	}
}

void call_parse_setsockopt(struct call *c, char *at)
{
	parse_option_name(c, &at);
	c->value[0] = number_next(&at, "the value", -1, 1 << 30);
	c->value_len = sizeof(int);
	if (c->level == SOL_SOCKET && c->option == SO_LINGER) {
		c->value[1] = number_next(&at, "the time", 0, 1 << 30);
		c->value_len = 2 * sizeof(int);
	}
	line_end(at);
}

void call_parse_getsockopt(struct call *c, char *at)
{
	parse_option_name(c, &at);
	line_end(at);
}

void call_parse_ioctl(struct call *c, char *at)
{
	char *word = word_next(&at);
	size_t i;

	for (i = 0; word && i < COUNT(ioctls); i++)
		if (!strcmp(ioctls[i].name, word))
			c->option = ioctls[i].number;
	if (!c->option)
		wrong("no ioctl is called '%s'", word ?: "");
	line_end(at);
}

static long events_named(const char *names)
{
	char buf[64], *at = buf, *word;
	long mask = 0, bit;
	size_t i;

	snprintf(buf, sizeof(buf), "%s", names);
	while ((word = word_next(&at))) {
		bit = 0;
		for (i = 0; i < COUNT(events); i++)
			if (!strcmp(events[i].name, word))
				bit = events[i].number;
		if (!bit && strcmp(word, "nothing"))
			wrong("no event is called '%s'", word);
		mask |= bit;
	}
	return mask;
}

static void events_text(char *to, size_t size, long mask)
{
	size_t i, used = 0;

	snprintf(to, size, "nothing");
	for (i = 0; i < COUNT(events); i++)
		if (mask & events[i].number)
			used += snprintf(to + used, size - used, "%s%s",
					 used ? " " : "", events[i].name);
}

/**
 * call_result_is() - did a call end as the script says?
 * @c: the call
 * @got: gets how it ended, in words
 * @size: octets there
 */
bool call_result_is(const struct call *c, char *got, size_t size)
{
	bool error = c->level == SOL_SOCKET && c->option == SO_ERROR;
	bool poll = !strcmp(c->verb->name, "poll");
	char buf[64], *at = buf, *word;
	int err;

	if (c->result < 0)
		snprintf(got, size, "%s", strerrorname_np(-c->result));
	else if (error && c->result)
		snprintf(got, size, "%s", strerrorname_np(c->result));
	else if (poll)
		events_text(got, size, c->result);
	else
		snprintf(got, size, "%ld", c->result);
	if (poll)
		return c->result == events_named(c->want);
	snprintf(buf, sizeof(buf), "%s", c->want);
	word = word_next(&at);
	if (!word)
		wrong("the result is missing");
	err = errno_named(word);
	if (err)
		return c->result == -err || (error && c->result == err);
	return c->result == number_of(word, 0, 1L << 31);
}
