// SPDX-License-Identifier: GPL-2.0
/*
 * A run in a file: JSON, one object a line, the first of which tells what it
 * is. Documentation/recording.rst tells it to those who read or write one.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include <glass/version.h>

#include "recording.h"

const char *hex_text(const u8 *bytes, unsigned int count)
{
	static const char digits[] = "0123456789abcdef";
	static char text[2 * SEG_HEADER_MAX + 1];
	char *to = text;
	unsigned int i;

	/* for each event of a run: not by sprintf() */
	for (i = 0; i < count && i < SEG_HEADER_MAX; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 0xf];
	}
	*to = 0;
	return text;
}

/* How many octets @text tells, spaces and colons apart; -1 if that is no hex */
int hex_bytes(const char *text, u8 *bytes, unsigned int room)
{
	unsigned int n = 0, value;

	while (*text) {
		if (isspace((unsigned char)*text) || *text == ':') {
			text++;
			continue;
		}
		if (n == room || !isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]) ||
		    sscanf(text, "%2x", &value) != 1)
			return -1;
		bytes[n++] = value;
		text += 2;
	}
	return n;
}

/**
 * recording_head() - write the first line
 * @to: the file
 * @started: nanoseconds since 1970 at the time that events call 0
 * @command: what is run meanwhile, NULL if nothing is
 */
void recording_head(FILE *to, u64 started, char **command)
{
	json_t *head = json_pack("{s:i, s:s, s:I}", "glass-recording", 1,
				 "by", "glass " GLASS_VERSION,
				 "started", (json_int_t)started);
	json_t *words = json_array();

	for (; command && *command; command++)
		json_array_append_new(words, json_string(*command) ?: json_string("?"));
	if (json_array_size(words))
		json_object_set(head, "command", words);
	json_dumpf(head, to, JSON_COMPACT);
	fputc('\n', to);
	json_decref(words);
	json_decref(head);
}

void recording_missed(FILE *to, u64 time)
{
	fprintf(to, "{\"t\":%llu,\"event\":\"missed\"}\n", (unsigned long long)time);
}

static void put_end(FILE *to, const char *name, const struct end *e, u8 family)
{
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(family, e->addr, addr, sizeof(addr));
	fprintf(to, ",\"%s\":[\"%s\",%u]", name, addr, e->port);
}

static void put_tcb(FILE *to, const struct shown_tcb *t)
{
	const char *comma = "";
	u32 i;

	fprintf(to, ",\"tcb\":{\"una\":%u,\"nxt\":%u,\"wnd\":%u,\"cur\":%u,\"end\":%u,\"mss\":%u,"
		"\"snd_shift\":%u,\"rcv_nxt\":%u,\"rcv_wnd\":%u,\"rcv_acked\":%u,\"room\":%u,"
		"\"buff\":%u,\"rcv_shift\":%u,\"cwnd\":%u,\"ssthresh\":%u,\"srtt\":%u,"
		"\"rttvar\":%u,\"rto\":%u,\"backoff\":%u,\"dup_acks\":%u,\"recovery\":%u",
		t->una, t->nxt, t->wnd, t->cur, t->end, t->mss, t->snd_shift,
		t->rcv_nxt, t->rcv_wnd, t->acked, t->room, t->buff, t->rcv_shift,
		t->cwnd, t->ssthresh, t->srtt, t->rttvar, t->rto, t->backoff,
		t->dup_acks, t->recovery);
	fprintf(to, ",\"held_count\":%u,\"held\":[", t->held_count);
	for (i = 0; i < t->held_count && i < HELD_SHOWN; i++)
		fprintf(to, "%s[%u,%u]", i ? "," : "", t->held[i].start,
			t->held[i].end);
	fputs("],\"timers\":{", to);
	for (i = 0; i < DUE_COUNT; i++) {
		if (!(t->armed & 1u << i))
			continue;
		fprintf(to, "%s\"%s\":%d", comma, due_text(i), t->due[i]);
		comma = ",";
	}
	fputs("}}", to);
}

/* An event as a line; a header is told in hex, what it says for the eye only */
void recording_event(FILE *to, const struct event *e)
{
	static const char *const words[] = { "got", "sent", "state" };
	const struct segment *s = &e->s;

	fprintf(to, "{\"t\":%llu,\"event\":\"%s\",\"netns\":%u",
		(unsigned long long)e->time, words[e->dir], e->netns);
	put_end(to, "from", &e->from, e->family);
	put_end(to, "to", &e->to, e->family);
	fprintf(to, ",\"was\":\"%s\",\"state\":\"%s\"", state_text(e->old_state),
		state_text(e->state));
	if (e->dir == CHANGE) {
		if (e->error)
			fprintf(to, ",\"error\":\"%s\"",
				strerrorname_np(e->error) ?: "EIO");
		if (e->rule)
			fprintf(to, ",\"rule\":\"%s\"", rule_name(e->rule));
	} else {
		fprintf(to, ",\"rule\":\"%s\",\"seq_base\":%u,\"ack_base\":%u,\"len\":%u,"
			"\"piece\":%u,\"ecn\":%u,\"header\":\"%s\",\"flags\":\"%s\",\"seq\":%u,"
			"\"ack\":%u,\"wnd\":%u",
			rule_name(e->rule), e->seq_base, e->ack_base, s->len, s->piece,
			s->ecn, hex_text(e->wire, (e->wire[12] >> 4) * 4),
			flags_text(s->flags), s->seq, s->ack, s->wnd);
		if (e->has_tcb)
			put_tcb(to, &e->tcb);
	}
	fputs("}\n", to);
}
