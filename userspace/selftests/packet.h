/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interpreter of packet scripts, Documentation/packet-scripts.rst.
 *
 *   kernel 10.8.0.1, fd08::1 ---- wire ---- 10.8.0.2, fd08::2 the script
 *    and 10.8.0.3, fd08::3 when a script asks for another address
 *
 * A script plays the remote end of connections segment by segment: it says
 * what it sends and when, what must come and when, and what programs on the
 * kernel's side do meanwhile. One process runs one script, in a network
 * namespace of its own, so that all that is kept here is kept for one run.
 */
#ifndef PACKET_H
#define PACKET_H

#include <stdint.h>
#include <stdio.h>

#include "selftest.h"

enum {
	FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64,
	CWR = 128,
};

#define OPTIONS_MAX 40
#define TEXT_MAX 20000

/**
 * struct segment - one segment, in host order and with absolute numbers
 * @sport: source port
 * @dport: destination port
 * @seq: sequence number
 * @ack: acknowledgment number
 * @flags: control bits
 * @words: length of the header in words, as it says itself
 * @wnd: window, not scaled
 * @urgent: urgent pointer
 * @option: the options, as on the wire
 * @options: octets of them
 * @len: octets of text
 * @from: place in the pattern of the first octet of text
 * @tos: of the IP header: type of service, or traffic class
 * @ttl: of the IP header
 * @cut: to send: octets of the segment that are sent, 0 for all
 * @bad_sum: to send: with a wrong checksum
 * @ip_options: to send: an IP header with options of its own
 * @to_many: to send: to an address of many hosts
 * @from_many: to send: from such an address
 * @other: the kernel's end is its other address
 * @at: heard: when, microseconds
 */
struct segment {
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint8_t words;
	uint16_t wnd;
	uint16_t urgent;
	uint8_t option[OPTIONS_MAX];
	unsigned int options;
	unsigned int len;
	size_t from;
	uint8_t tos;
	uint8_t ttl;
	unsigned int cut;
	bool bad_sum;
	bool ip_options;
	bool to_many;
	bool from_many;
	bool other;
	uint8_t text[TEXT_MAX];
	long long at;
};

/**
 * struct flow - one connection as the script counts it
 * @name: what it is called, "" for the one that need not be named
 * @ours: the script's port
 * @theirs: the kernel's port, 0 until it is known
 * @other: the kernel's end is its other address
 * @isn: the script's initial sequence number
 * @peer_isn: the kernel's, from the last SYN heard
 * @isn_step: by how much it is above the one before
 * @origin: what the script calls @isn
 * @peer_origin: what the script calls @peer_isn
 * @tsval: the last timestamp heard
 * @last: the last segment heard, without its text
 */
struct flow {
	char name[16];
	uint16_t ours;
	uint16_t theirs;
	bool other;
	uint32_t isn;
	uint32_t peer_isn;
	uint32_t isn_step;
	uint32_t origin;
	uint32_t peer_origin;
	uint32_t tsval;
	struct {
		uint32_t seq;
		uint32_t ack;
		uint8_t flags;
	} last;
};

/* Which fields of an expected segment are given */
enum given {
	HAS_FLAGS = 1, HAS_SEQ = 2, HAS_ACK = 4, HAS_WND = 8, HAS_URGENT = 16,
	HAS_OPTIONS = 32, HAS_TOS = 64, HAS_TTL = 128, HAS_MORE_OPTIONS = 256,
	HAS_OFFSET = 512,
};

/* An option's values that may be anything: bits by kind of value */
enum { ANY_VALUE = 1, ANY_ECHO = 2 };

/**
 * struct sketch - a segment as a script writes it
 * @flow: its connection
 * @given: the fields that the script gives
 * @any: by kind of option: values that may be anything
 * @s: the values given; the rest is zero
 */
struct sketch {
	struct flow *flow;
	unsigned int given;
	uint8_t any[256];
	struct segment s;
};

/* packet_wire.c */
void wire_open(const struct kind *k);
int wire_fd(void);
void wire_mtu(int mtu);
void wire_other(void);
void wire_send(const struct segment *s);
bool wire_hear(struct segment *s, const char **flaw);
void wire_icmp(uint8_t type, uint8_t code, uint32_t info,
	       const struct segment *quote);

/* packet_segment.c */
void flows_begin(void);
struct flow *flow_named(const char *name, bool make);
struct flow *flow_of(const struct segment *s);
void sketch_parse(struct sketch *k, char *text, bool inbound);
const char *sketch_differs(const struct sketch *k, const struct segment *s);
void segment_text(char *to, size_t size, const struct segment *s,
		  const struct flow *f, bool inbound);

/* packet_option.c */
void options_parse(struct sketch *k, char *text, bool inbound);
bool options_differ(const struct sketch *k, const struct segment *s);
void options_text(char *to, size_t size, const struct segment *s,
		  const struct flow *f, bool inbound);
const char *options_flaw(const struct segment *s);
const uint8_t *option_find(const struct segment *s, uint8_t kind);
void options_heard(const struct segment *s);

/* packet_call.c */
bool call_play(const char *name, char *rest);
bool call_done(long long *at);
void call_result(char *rest);

/* packet_name.c */
int errno_named(const char *name);

/* packet_icmp.c */
void icmp_play(char *rest);

/* packet_play.c */
extern const struct kind *play_kind;
/* What to play */
struct play {
	const char *path;
	const char *dir;	/* that included files are below */
	const char *fails;	/* how it must fail, or NULL */
	const struct kind *k;
	bool ladder;
};

void play(const struct play *p);

/* packet_tell.c: the ladder, and the end of a script that went wrong */
void tell_line(const char *file, int number, const char *text);
void tell_call(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_text(bool inbound, const struct flow *f, const char *text,
	       const char *remark);
void tell_begin(const char *fails);
void tell_end(void);
void tell_ladder(void);
void wrong(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));
const char *state_now(const struct flow *f);

/* packet_word.c: reading a line */
char *word_next(char **at);
bool word_is(char **at, const char *word);
long number_of(const char *word, long low, long high);
long number_next(char **at, const char *what, long low, long high);
void line_end(char *at);

#endif
