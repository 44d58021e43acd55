/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events of connections, for all that shows them, by file:
 *
 *	live.c		from the kernel's trace buffer
 *	recording.c	to a file and from it
 *	event.c		in words
 *	pair.c		two events of a segment, sent and received, are an arrow
 *	conn.c		which connection an event is of
 *	ladder.c	arrows drawn in a terminal
 *	pcapng.c	for Wireshark
 *	script.c	as a packet script
 *	page.c		as a page for a browser
 */
#ifndef EVENT_H
#define EVENT_H

#include <stdio.h>

#include <glass/rules.h>
#include <glass/segment.h>
#include <glass/tcb.h>

#define HELD_SHOWN	4
#define MSEC		1000000ll	/* nanoseconds */
#define NSEC		1000000000ll

/* A segment arrives, one is sent, or a state changes */
enum direction { GOT, SENT, CHANGE };

enum rail { LEFT, RIGHT };

/* One end of a connection: IPv4 in the first four bytes of addr */
struct end {
	u8 addr[16];
	u16 port;
};

/**
 * struct shown_tcb - what an event tells of its end's TCB, after it
 * @una: this and what follows, to @end: send sequence variables
 * @rcv_nxt: this and what follows, to @buff: receive sequence variables
 * @due: milliseconds from then, for each bit of @armed (enum tcb_due)
 * @held_count: ranges held out of order; the first of them are in @held
 * @rto: without backoff; this and all other times are microseconds
 *
 * See struct tcb for all of them.
 */
struct shown_tcb {
	u32 una, nxt, wnd, cur, end;
	u32 rcv_nxt, rcv_wnd, acked, room, buff;
	u32 cwnd, ssthresh, srtt, rttvar, rto;
	u32 mss, dup_acks, held_count;
	u8 snd_shift, rcv_shift, recovery, backoff, armed;
	s32 due[DUE_COUNT];
	struct seq_range held[HELD_SHOWN];
};

/**
 * struct event - the tracepoints glass:glass_segment and glass:glass_state
 * @time: nanoseconds, of the monotonic clock or since a recording began
 * @number: its place in the recording
 * @netns: inode number of the network namespace that told it
 * @seq_base: the ISN of the end that sent it, 0 if unknown; @ack_base that of
 *	the other end
 * @from: the segment's source; of a change, the end whose state it is
 * @to: its destination
 * @rule: why it was sent, or what was decided about it (enum glass_rule); of a
 *	change, by which the connection ended, or what struck its end, else 0
 * @family: AF_INET or AF_INET6
 * @dir: enum direction; after a CHANGE only the fields to @rule are valid
 * @state: the telling end's state after it; @old_state is that before
 * @error: of a change: what the user is told, an errno
 * @s: the segment, decoded from @wire
 * @wire: its header
 * @has_tcb: there is a TCB, and it is @tcb
 */
struct event {
	u64 time;
	u32 number;
	u32 netns;
	struct end from, to;
	u8 family, dir;
	u8 state, old_state;
	int error;
	u16 rule;
	u32 seq_base, ack_base;
	struct segment s;
	u8 wire[SEG_HEADER_MAX];
	bool has_tcb;
	struct shown_tcb tcb;
};

/**
 * struct wanted - which events are
 * @port: only segments from or to this port, 0 for all
 * @netns: only events of the network namespace with this inode, 0 for all
 */
struct wanted {
	u16 port;
	u32 netns;
};

/* event.c: all texts are good until the next call */
const char *state_text(u8 state);
u8 state_number(const char *name);
const char *flags_text(u8 flags);
const char *rule_name(u16 rule);
u16 rule_named(const char *name);
const char *rule_text(u16 rule);
const char *rule_phrase(u16 rule);
const char *rule_rfc(u16 rule);
const char *rule_section(u16 rule);
const char *due_text(int due);
const char *end_text(const struct end *e, u8 family);
bool end_same(const struct end *a, const struct end *b);
const struct end *event_teller(const struct event *e);
bool event_wanted(const struct event *e, const struct wanted *w);
bool event_decode(struct event *e, unsigned int header, u32 len);
bool rule_stops(u16 rule);
u16 change_strike(const struct event *e);

/* live.c */
struct live;
struct live *live_open(const char *who, const struct wanted *w, bool changes);
typedef void (*event_fn)(struct event *e, void *arg);
int live_read(struct live *l, event_fn fn, void *arg, bool *missed);
void live_close(struct live *l);
u64 live_now(void);
bool netns_of(const char *name, u32 *inode);

/* pair.c: @sent or @got may be NULL; of a change, it is @sent */
typedef void (*arrow_fn)(const struct event *sent, const struct event *got,
			 void *arg);
void pair_add(const struct event *e);
unsigned long pair_drain(u64 now, unsigned long max, arrow_fn fn, void *arg);

/**
 * struct watch - what to watch, and for how long
 * @who: the command, for messages
 * @wanted: which events
 * @changes: changes of states, too
 * @count: end after so many segments, 0 for never
 * @timeout: end after so many seconds, 0 for never
 */
struct watch {
	const char *who;
	struct wanted wanted;
	bool changes;
	unsigned long count;
	double timeout;
};

/* watch.c */
int watch(const struct watch *w, arrow_fn fn, void *arg);

/**
 * struct conn - a connection; end[LEFT] spoke first
 * @start: when, as in struct event
 * @number: from 1
 * @isn: of each end, 0 until @isn_known
 * @state: of each end, as last shown
 * @shown: it was
 */
struct conn {
	struct end end[2];
	u64 start;
	unsigned long number;
	u32 isn[2];
	bool isn_known[2];
	u8 state[2];
	u8 family;
	bool shown;
};

/* conn.c: of one event, or of both that a segment made */
struct conn *conn_of(const struct event *sent, const struct event *got);
unsigned long conn_count(void);
enum rail conn_side(const struct conn *c, const struct end *e);

/* ladder.c */
void ladder_draw(struct conn *c, const struct event *sent,
		 const struct event *got, bool brief);

#endif
