/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The glass tool, by file:
 *
 *	glass.c		the command line
 *	table.c		glass table; see table.h
 *	show.c		glass rules, and files of /proc/net/glass
 *	watch.c		glass watch: events from the kernel's trace buffer
 *	break.c		glass break: faults that somebody asks for
 *	run.c		glass run: a program of TCP's over Glass, see preload.c and run.h
 *	doctor.c	glass doctor: what Glass needs and what it is missing, see doctor.h
 *	event.c		one event; two of them, sent and received, are an arrow
 *	ladder.c	draws arrows
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdio.h>

#include <glass/segment.h>

enum direction { GOT, SENT };

/* One end of a connection: IPv4 in the first four bytes of addr */
struct end {
	u8 addr[16];
	u16 port;
};

/**
 * struct event - the tracepoint glass:glass_segment
 * @time: nanoseconds of the monotonic clock
 * @netns: inode number of the network namespace that recorded it
 * @seq: sequence number; @seq_base is the ISN of the same end, 0 if unknown
 * @ack: acknowledgment number; @ack_base is the other end's ISN
 * @len: octets of text
 * @from: the segment's source
 * @to: its destination
 * @wnd: the window as on the wire
 * @mss: value of the MSS option, see @opts
 * @rule: why it was sent, or what was decided about it (enum glass_rule)
 * @family: AF_INET or AF_INET6
 * @dir: enum direction
 * @state: the recording end's state after it; @old_state is that before
 * @flags: control bits
 * @opts: enum seg_options
 * @wscale: value of the window scale option, see @opts
 */
struct event {
	u64 time;
	u32 netns;
	u32 seq, seq_base;
	u32 ack, ack_base;
	u32 len;
	struct end from, to;
	u16 wnd, mss, rule;
	u8 family, dir;
	u8 state, old_state;
	u8 flags, opts, wscale, sacks;
	u32 tsval, tsecr;
	struct seq_range sack[SEG_SACK_MAX];
};

/**
 * struct watch_options - what to watch, and for how long
 * @count: end after so many arrows, 0 for never
 * @timeout: end after so many seconds, 0 for never
 * @port: only segments from or to this port, 0 for all
 * @netns: only events of the network namespace with this inode, 0 for all
 * @brief: arrows only, no reasons
 * @record: write events as lines in place of a ladder
 * @file: read such lines from this file, NULL for the kernel's events
 */
struct watch_options {
	unsigned long count;
	double timeout;
	u16 port;
	u32 netns;
	bool brief;
	bool record;
	const char *file;
};

/* show.c */
int show_rules(const char *path, bool all);

/* watch.c */
int watch(const struct watch_options *o);

/* break.c */
int break_words(char **words);

/* run.c */
int run_program(char **argv, bool bpf, bool quiet);

/* doctor.c */
int doctor(const char *dir, const char *host, const char *port);

/* event.c */
const char *state_text(u8 state);
const char *flags_text(u8 flags);
const char *rule_text(u16 rule);
const char *rule_phrase(u16 rule);
bool event_wanted(const struct event *e, const struct watch_options *o);
bool event_parse(const char *line, struct event *e);
void event_print(const struct event *e);
void pair_add(const struct event *e);
unsigned long pair_draw(u64 now, const struct watch_options *o);

/* ladder.c */
void ladder_draw(const struct event *sent, const struct event *got,
		 bool brief);

#endif
