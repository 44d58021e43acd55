/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults that somebody asked for: which segment that arrives in a netns is
 * lost, held and so on, which end of a connection stands still or loses its
 * memory. By file:
 *
 *	fault.c		what is done to segments
 *	faultkeep.c	copies of them, for later
 *	faultend.c	what is done to ends
 *	faultwish.c	what is wished for
 *	faultfile.c	reads and tells it
 */
#ifndef GLASS_FAULT_H
#define GLASS_FAULT_H

#include <linux/jump_label_ratelimit.h>

#include "glass_sock.h"

enum fault_action {
	FAULT_DROP,
	FAULT_DUP,
	FAULT_CORRUPT,
	FAULT_DELAY,
	FAULT_REORDER,
	FAULT_HOLD,
	FAULT_KEEP,
	FAULT_FREEZE,		/* this and the next: an end, not a segment */
	FAULT_FORGET,
	FAULT_ACTIONS
};

/* In fault.with and fault.without, above the control bits */
#define FAULT_TEXT	BIT(8)

#define FAULT_MS_MAX	(3600 * 1000)

/* For glass_fault_drain(): what the wish for is gone */
#define FAULT_NOBODY	U32_MAX

/**
 * struct fault - one wish, written by the administrator
 * @link: in glass_faults.wishes
 * @id: from 1 on
 * @action: enum fault_action
 * @with: control bits that the segment must have, and FAULT_TEXT
 * @without: and those that it must not have
 * @from: its source port, 0 for any
 * @to: its destination port, 0 for any; of an end, its local port
 * @nth: the first that is concerned, of those that fit, from 1 on
 * @times: how many from there on, 0 for all
 * @ms: how long FAULT_DELAY and FAULT_REORDER hold it at most
 * @behind: how many segments overtake it in FAULT_REORDER
 * @seen: how many fitted
 * @done: how often it was done
 * @held: how many it holds or keeps now
 *
 * @seen, @done and @held: glass_faults.lock. The others are constant.
 */
struct fault {
	struct list_head link;
	u32 id;
	u8 action;
	u16 with;
	u16 without;
	u16 from;
	u16 to;
	u32 nth;
	u32 times;
	u32 ms;
	u32 behind;
	u64 seen;
	u64 done;
	u32 held;
};

/**
 * struct held - a segment that waits, or a copy of one
 * @link: in glass_faults.held or glass_faults.kept
 * @skb: it; without a device
 * @ifindex: the interface that it came in by
 * @id: of the wish that holds it
 * @due: when it arrives by itself, milliseconds; 0 for never
 * @behind: how many more of its connection must pass before it does
 * @tuple: its ends
 */
struct held {
	struct list_head link;
	struct sk_buff *skb;
	int ifindex;
	u32 id;
	u32 due;
	u32 behind;
	struct glass_tuple tuple;
};

/*
 * Off a while after the last wish is gone: each change interrupts all CPUs, and
 * whoever has a netns could ask for as many as he likes.
 */
extern struct static_key_false_deferred glass_faults_wanted;

/* Is there a wish in any netns? One jump over nothing if not. */
static inline bool glass_faulty(void)
{
	return static_branch_unlikely(&glass_faults_wanted.key);
}

/* faultwish.c */
int glass_fault_add(struct glass_net *gn, const struct fault *wish);
int glass_fault_release(struct glass_net *gn, u32 id);
int glass_fault_clear(struct glass_net *gn, u32 id);
int glass_fault_thaw(struct glass_net *gn, u32 id);
void glass_fault_forget(struct glass_net *gn);

/* fault.c */
void glass_fault_init(struct glass_net *gn);
void glass_fault_exit(struct glass_net *gn);
struct fault *glass_fault_find(struct glass_faults *faults, u32 id);
void glass_fault_drain(struct glass_net *gn, u32 id);
void glass_fault_deliver(struct glass_net *gn, struct list_head *list);
bool glass_fault_hold(struct glass_net *gn, struct sk_buff *skb,
		      const struct glass_tuple *tuple,
		      const struct segment *s, const struct fault *wish);
void glass_fault_tell(struct glass_net *gn, const struct sk_buff *skb,
		      const struct glass_tuple *tuple,
		      const struct segment *s, u16 rule);
void glass_fault_rcv(struct glass_net *gn, struct sk_buff *skb,
		     const struct glass_af *af, struct segment *s);

/* faultkeep.c */
bool glass_fault_keep(struct glass_net *gn, struct sk_buff *skb,
		      const struct glass_tuple *tuple, struct segment *s,
		      const struct fault *wish);
int glass_fault_replay(struct glass_net *gn, u32 id);
void glass_fault_unkeep(struct glass_net *gn);

/* faultend.c */
struct fault *glass_fault_freezes(struct glass_faults *faults, u16 port);
bool glass_frozen(struct glass_net *gn, u16 port);
void glass_ends_frozen(struct glass_net *gn, u16 port);
void glass_ends_thawed(struct glass_net *gn, u16 port);
u32 glass_ends_forget(struct glass_net *gn, u16 port);

/* Is this end of a connection, or of one to come, to stand still? */
static inline bool glass_end_frozen(struct glass_net *gn, u16 port)
{
	return glass_faulty() && READ_ONCE(gn->faults.frozen) &&
	       glass_frozen(gn, port);
}

/* The same of a socket, locked */
static inline bool glass_stands_still(const struct sock *sk)
{
	return glass_faulty() && glass_end_frozen(glass_sk_net(sk), sk->sk_num);
}

/* An orphan that does is given up as in FIN-WAIT-2, see faultend.c */
static inline void glass_orphan_stands(struct sock *sk, u64 now)
{
	if (glass_stands_still(sk))
		due_orphan(&glass_sk(sk)->tcb, now);
}

/* rx.c: what fault.c stands between */
void glass_decode(struct segment *s, const struct sk_buff *skb);
void glass_tuple_of_skb(const struct sk_buff *skb, const struct glass_af *af,
			const struct segment *s, struct glass_tuple *tuple);
void glass_deliver(struct glass_net *gn, struct sk_buff *skb,
		   const struct glass_af *af, struct segment *s);
void glass_rcv_late(struct glass_net *gn, struct sk_buff *skb,
		    const struct glass_af *af);

/* faultfile.c: /proc/net/glass/faults */
int glass_fault_show(struct seq_file *seq, void *v);
int glass_fault_write(struct file *file, char *buf, size_t size);

#endif
