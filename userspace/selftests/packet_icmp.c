// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP messages of packet scripts:
 *
 *	< icmp NAME [@CONNECTION] [mtu N] [seq N]
 *
 * What is quoted is the last segment that came from the kernel, or that with
 * the sequence number given.
 */
#include <string.h>

#include "packet.h"

static const struct message {
	const char *name;
	int type;
	int code;
	int type6;	/* -1 where IPv6 has no such message */
	int code6;
} messages[] = {
	{ "net-unreachable", 3, 0, 1, 0 },
	{ "host-unreachable", 3, 1, 1, 3 },
	{ "protocol-unreachable", 3, 2, 4, 1 },
	{ "port-unreachable", 3, 3, 1, 4 },
	{ "too-big", 3, 4, 2, 0 },
	{ "source-route-failed", 3, 5, 1, 5 },
	{ "prohibited", 3, 13, 1, 1 },
	{ "source-quench", 4, 0, -1, 0 },
	{ "time-exceeded", 11, 0, 3, 0 },
	{ "parameter-problem", 12, 0, 4, 0 },
};

static const struct message *message_named(const char *name)
{
	size_t i, n = sizeof(messages) / sizeof(messages[0]);

	for (i = 0; name && i < n; i++)
		if (!strcmp(messages[i].name, name))
			return &messages[i];
	wrong("no ICMP message is called '%s'", name ?: "");
}

void icmp_play(char *rest)
{
	const struct message *m = message_named(word_next(&rest));
	struct flow *f = flow_named("", false);
	bool v4 = play_kind->wire == AF_INET;
	struct segment quote = { 0 };
	bool seq_given = false;
	uint32_t info = 0;
	char *word;

	while ((word = word_next(&rest))) {
		if (*word == '@') {
			f = flow_named(word + 1, false);
		} else if (!strcmp(word, "mtu")) {
			info = number_next(&rest, "the MTU", 0, 65535);
		} else if (!strcmp(word, "seq")) {
			quote.seq = number_next(&rest, "the number",
						-(1L << 32), 1L << 33);
			seq_given = true;
		} else {
			wrong("what is '%s'?", word);
		}
	}
	if (!v4 && m->type6 < 0)
		wrong("IPv6 has no %s", m->name);
	quote.seq = seq_given ? quote.seq - f->peer_origin + f->peer_isn :
				f->last.seq;
	quote.ack = f->last.ack;
	quote.flags = f->last.flags;
	quote.sport = f->theirs;
	quote.dport = f->ours;
	quote.words = 5;
	wire_icmp(v4 ? m->type : m->type6, v4 ? m->code : m->code6, info,
		  &quote);
}
