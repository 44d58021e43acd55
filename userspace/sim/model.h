/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two cores and a channel, small enough that every state they can be in is
 * visited. The cores are module/core itself; around each stands the thinnest
 * glue: a user and the records of LISTEN, SYN-RECEIVED and TIME-WAIT.
 *
 * Whatever can happen next is an action: a segment arrives, a deadline
 * passes, a user calls. search.c tries all of them in every state. What makes
 * the states finite, and why nothing is overlooked by it:
 *
 *  - Time stands still. Of a deadline only "armed or not" is kept, and any
 *    armed deadline may pass at any moment, also one that a clock would make
 *    wait: more can happen here than in truth, never less. So the measured
 *    round trip, which only moves deadlines, is cleared. (Slow start after
 *    idleness never happens; it could not lower a window of ten segments.)
 *    One thing is less than in truth: what is sent again has always left at
 *    the same time, so that of two such segments RACK takes the one with the
 *    higher number for the later, and text that was overtaken counts as lost
 *    at once, without the wait for reordering. kunit/ has those.
 *  - The channel is a set. Delivering leaves the segment in it: a segment may
 *    arrive any number of times, in any order, so two equal ones are one.
 *    Loss is that it never arrives; a segment is thrown out only to make
 *    room, for to keep it allows all that could happen without it.
 *    @flight bounds the set; a segment that finds it full is lost.
 *  - Sequence numbers are used by their distances alone (the check seq.py
 *    watches over that), so one pair of ISNs stands for all; explore.sh runs
 *    a case with two others and must count the same states. One number is
 *    absolute: the SEQ of 0 of a RST that answers a SYN. The ISNs here lie so
 *    that the streams cross the wrap and 0 is in the window, which adds to
 *    what can happen.
 *  - The users have few octets to write; retransmissions are few (R2); counts
 *    are cut where the core no longer tells them apart, see freeze.c.
 *
 * From every state the ends must also be able to finish: see fair.c.
 */
#ifndef GLASS_SIM_MODEL_H
#define GLASS_SIM_MODEL_H

#include <glass/core.h>

#include "story.h"

#define SIM_NOW		1000000000ull
#define SIM_WIRES	12	/* room in the channel when nothing is lost */
#define SIM_RANGES	4
#define SIM_LOSS	8
#define SIM_ACTIONS	64
#define SIM_PATIENT	8	/* R2 while nothing is lost, see fair.c */
#define SIM_PATIENT_SYN	2	/* that of a SYN/ACK, which is always smaller */
#define SIM_STALE	255	/* the connection of a segment of no connection */

enum sim_life {
	SIM_CLOSED,
	SIM_LISTEN,
	SIM_EMBRYO,
	SIM_TCB,
	SIM_TIME_WAIT,
};

enum sim_role { SIM_ACTIVE = 1, SIM_PASSIVE = 2 };

/**
 * struct sim_case - the bounds of one exploration
 * @name: one word
 * @what: what it is about
 * @iss: initial sequence numbers of the first connection
 * @role: how each end may open, enum sim_role
 * @opens: how often
 * @isns: how many ISNs it has; a listener without one takes no SYN
 * @bytes: octets that each user has to write
 * @mss: largest text of a segment
 * @buff: receive buffers
 * @flight: segments in the channel
 * @retries: R2, also for the SYN
 * @crashes: how often end 0 may lose its memory
 * @early: users may close before all is written
 * @aborts: users may abort
 * @orphans: users may go away after they have closed
 * @lazy: users read when they like, else at once
 * @dear: an octet that is not read takes the room of two, as memory does
 * @nodelay: without Nagle's algorithm
 * @sack: what arrived is reported
 * @states: explore so many of them, as far as they go; 0 for all there are
 * @stale: old duplicates in the channel from the beginning: bits of SEG_SYN,
 *	SEG_ACK, SEG_RST, SEG_FIN
 * @forged: segments of somebody who knows the ends and guesses a number in
 *	the window, but no more
 */
struct sim_case {
	const char *name;
	const char *what;
	u32 iss[2];
	u8 role[2];
	u8 opens[2];
	u8 isns[2];
	u8 bytes[2];
	u8 mss;
	u8 buff;
	u8 flight;
	u8 retries;
	u8 crashes;
	u8 stale;
	bool early;
	bool aborts;
	bool orphans;
	bool lazy;
	bool dear;
	bool nodelay;
	bool sack;
	bool forged;
	u32 states;
};

/**
 * struct sim_wire - a segment in the channel
 * @s: the segment; its rule is not kept, nobody on the way knows it
 * @to: the end it goes to
 * @isn: the connection it is of: how many ISNs its sender had used
 * @pos: place of its text in the stream of that connection
 */
struct sim_wire {
	struct segment s;
	u8 to;
	u8 isn;
	u8 pos;
};

/**
 * struct sim_end - one end
 * @life: enum sim_life
 * @opens: how often it was opened
 * @isn: how many ISNs it has used
 * @with: the @isn of the peer whose SYN it took
 * @written: octets given to tcb_write()
 * @taken: octets received in order
 * @read: of those, taken by the user
 * @kept: a bit for each octet of the peer that was kept
 * @edge: highest window edge told, if @told
 * @closed: the user called CLOSE
 * @peer_closed: the peer's FIN was taken
 * @held: memory for struct ranges
 * @loss: memory for struct loss
 *
 * All of it but the union is for watching.
 */
struct sim_end {
	u8 life;
	u8 opens;
	u8 isn;
	u8 with;
	u8 written;
	u8 taken;
	u8 read;
	u8 kept;
	u8 told;
	u32 edge;
	u8 closed;
	u8 peer_closed;
	union {
		struct tcb t;
		struct embryo e;
		struct timewait w;
	};
	u32 held[sizeof(struct ranges) / 4 + 2 * SIM_RANGES];
	u32 loss[sizeof(struct loss) / 4 + 4 * SIM_LOSS];
};

/* A state; everything but the used wires is zero beyond what is said */
struct sim {
	struct sim_end end[2];
	u8 crashes;
	u8 patient;	/* nothing is lost any more, see fair.c */
	u8 flight;
	struct sim_wire wire[SIM_WIRES];
} __attribute__((aligned(8)));

enum sim_kind {
	ACT_OPEN,
	ACT_LISTEN,
	ACT_WRITE,
	ACT_READ,
	ACT_CLOSE,
	ACT_ORPHAN,
	ACT_ABORT,
	ACT_CRASH,
	ACT_TIMER,
	ACT_DELIVER,
	ACT_LOSE,
};

/* @end: who acts; @arg: the deadline, or the place in the channel */
struct sim_action {
	u8 kind:5;
	u8 end:1;
	u8 arg;
};

/* model.c: what can happen, and that it happens */
void sim_start(struct sim *m, const struct sim_case *c);
u32 sim_actions(const struct sim *m, const struct sim_case *c,
		struct sim_action *list);
const char *sim_apply(struct sim *m, const struct sim_case *c,
		      struct sim_action a);
u8 sim_state(const struct sim_end *e);
u32 sim_iss(const struct sim_case *c, int i, u32 isn);
size_t sim_size(const struct sim *m);

/* freeze.c: an end between events, and for the next one */
const struct tcb_policy *sim_policy(void);
void sim_freeze(struct sim_end *e, const struct sim_case *c);
void sim_thaw(struct sim_end *e);

/* side.c: one end */
void side_open(struct sim *m, const struct sim_case *c, int i, bool active);
void side_user(struct sim *m, const struct sim_case *c, int i, u8 kind);
void side_timer(struct sim *m, const struct sim_case *c, int i, u32 which);
void side_arrive(struct sim *m, const struct sim_case *c,
		 const struct sim_wire *w);
void sim_send(struct sim *m, const struct sim_case *c, int from,
	      const struct segment *s, u8 pos);

/* judge.c: what must be true */
extern const char *sim_wrong;

/* What brought an end from one state to another */
struct sim_step {
	const struct sim_wire *w;	/* the segment, if it was one */
	u32 rcv_nxt;			/* before */
	u32 snd_nxt;
	u16 bits;			/* of the verdict */
	u16 rule;
	u8 kind;			/* enum sim_kind */
	u8 before;			/* enum tcb_state */
	u8 after;
};

void must(bool good, const char *what);
void judge_step(const struct sim *m, const struct sim_case *c, int i,
		const struct sim_step *step);
void judge_sent(struct sim *m, const struct sim_case *c, int i,
		const struct segment *s);
void judge_streams(const struct sim *m, const struct sim_case *c);
bool sim_connected(const struct sim *m, int i);

#define ARROWS 23
extern bool arrow_seen[ARROWS];
const char *arrow_name(u32 i);

/* fair.c */
const char *fair_check(const struct sim *m, const struct sim_case *c);
void fair_tell(const struct sim *m, const struct sim_case *c);
void fair_forget(u64 *states, u64 *exchanges);

/* visited.c: fingerprints, and states waiting for their turn */
struct visited {
	u64 *slot;
	u64 n;
	u64 size;
};

u64 sim_fingerprint(const struct sim *m);
bool visited_add(struct visited *v, u64 print);
bool visited_has(const struct visited *v, u64 print);
void visited_free(struct visited *v);

struct backlog {
	struct backlog_block *first;
	struct backlog_block *last;
};

void backlog_put(struct backlog *b, const struct sim *m);
bool backlog_get(struct backlog *b, struct sim *m);
void backlog_free(struct backlog *b);

/* retell.c: the ladder of a path */
extern bool telling;
void tell_begin(const struct sim_case *c);
void tell_text(const char *text);
void tell_action(const struct sim *m, struct sim_action a);
void tell_sent(const struct sim *m, const struct sim_case *c, int from,
	       const struct segment *s, bool lost);
void tell_step(const struct sim *m, const struct sim_case *c, int i,
	       const struct sim_step *step);

/* search.c */
struct search_result {
	u64 states;
	u64 steps;
	u64 fair;
	u64 storms;
	u32 depth;
	u32 kilobytes;
	double seconds;
	bool all;
	bool arrow[ARROWS];
	char wrong[96];
};

void search(const struct sim_case *c, u64 limit, struct search_result *r);

/* cases.c */
extern const struct sim_case sim_cases[];

#endif
