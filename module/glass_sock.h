/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The glue between Linux and the core: the socket. What belongs to a network
 * namespace is in glass_net.h, what the files of module/ offer each other in
 * glass_calls.h and glass_listen.h.
 *
 * Locks, outermost first:
 *
 *	socket lock		one socket: its TCB, queues and options
 *	glass_port_head.lock	one chain of bound ports
 *	glass_listen_bucket.lock	one chain of listeners
 *	glass_listener.lock	one accept queue
 *	glass_bucket.lock	one chain of connections
 *	glass_due_list.lock	the deadlines of the records of one netns
 *	glass_challenge.lock	the budget of challenge ACKs of one netns
 *	glass_fastopen.lock	cookies and secrets of fast open of one netns
 *	glass_faults.lock	what one netns is to lose or to get late
 *	cong_lock		the list of congestion controls, see cong.c
 *
 * All spinlocks here are taken with softirqs off. Readers of the connection
 * table and of the listeners hold only the RCU read lock.
 */
#ifndef GLASS_SOCK_H
#define GLASS_SOCK_H

#include <linux/compiler.h>
#include <linux/tcp.h>
#include <linux/tracepoint-defs.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include <glass/core.h>
#include <uapi/linux/glass.h>

#include "compat.h"
#include "glass_net.h"

struct glass_pace;

/* Where its netns counts it, see orphan.c */
enum glass_counted { COUNTED_NOT, COUNTED_ORPHAN, COUNTED_WAITING };

/**
 * struct glass_sock - a Glass socket
 *
 * Everything below @inet is guarded by the socket lock but where said.
 *
 * @inet: must be first
 * @tcb: the protocol's state; CLOSED while listening
 * @listener: not NULL in LISTEN; written under the socket lock, read under RCU
 * @port: the local port, or NULL; that port's lock
 * @accept_link: of a child that nobody has accepted, in its listener's queue;
 *	the listener's lock. Where there is a user it has the place of the
 *	next three
 * @fastopen_req: text that connect() may send in the SYN, or NULL
 * @fastopen_max: GLASS_FASTOPEN: pending fast opens of a listener; no lock
 * @mtu_seq: where the segment began that @mtu_deferred is about
 * @copied_seq: sequence number of the next octet for the user
 * @queued_seq: one past the last octet in sk_receive_queue
 * @out_seq: one past the last octet in sk_write_queue
 * @urg_seq: sequence number of the urgent mark
 * @alarm: what the pending timer is set for, milliseconds
 * @notsent_lowat: GLASS_NOTSENT_LOWAT, 0 for the sysctl's; no lock
 * @urg_data: the octet at it, see mark.c; 0 when there is no mark
 * @fastopen_of: the listener that counts this child as a pending fast open
 * @pace: when text may leave, NULL while it always may
 * @since: when sk_state changed last, milliseconds
 * @text_at: when text in order came last, before that when it opened, likewise
 * @mtu_deferred: the path's MTU by an ICMP error that came while a user held
 *	the lock, or 0
 * @defer_accept: TCP_DEFER_ACCEPT as timeouts of a SYN/ACK; no lock
 * @timer_deferred: the timer fired while a user held the lock
 * @way_given: IP's options are the user's, not those of a segment
 * @in_backlog: a segment that waited for the user is being processed
 * @answer_deferred: what it calls for is said when all of them are
 * @fastopen_connect: GLASS_FASTOPEN_CONNECT
 * @cong_set: the user chose the congestion control
 * @syn_taken: the peer took the text of our SYN
 * @counted: enum glass_counted
 * @v6: its packets are IPv6's: a socket of AF_INET6 may speak IPv4, see
 *	glass_use(). Does not change while it is in the table, where it is read
 *	without the lock
 */
struct glass_sock {
	struct inet_sock inet;
	struct tcb tcb;
	struct glass_listener __rcu *listener;
	struct glass_port *port;
	union {
		struct list_head accept_link;
		struct {
			struct glass_fastopen_req *fastopen_req;
			u32 fastopen_max;
			u32 mtu_seq;
		};
	};
	struct glass_listener *fastopen_of;
	struct glass_pace *pace;
	u32 copied_seq;
	u32 queued_seq;
	u32 out_seq;
	u32 since;
	u32 text_at;
	u32 urg_seq;
	u32 alarm;
	u32 notsent_lowat;
	u16 urg_data;
	u16 mtu_deferred;
	u8 defer_accept;
	bool timer_deferred;
	bool way_given;
	u8 in_backlog:1;
	u8 answer_deferred:1;
	u8 fastopen_connect:1;
	u8 cong_set:1;
	u8 syn_taken:1;
	u8 counted:2;
	u8 v6:1;
};

/* With inet_sock's 1000 octets, and 8 that are the slab's, that makes 1408 */
static_assert(sizeof(struct glass_sock) - sizeof(struct inet_sock) <= 400,
	      "an object of the next larger size");

/* ipv6_pinfo must be the last bytes of the object, compat.h says why */
struct glass6_sock {
	struct glass_sock glass;
	struct ipv6_pinfo inet6;
};

/**
 * struct glass_cb - what a skb in a queue carries
 * @seq: sequence number of the first octet of its text
 * @end: one past the last
 * @stamp: of what is sent, if @stamped: the octet of which is to be told when
 *	it leaves, see stamp.c
 * @stamped: there is one
 * @stamps_ack: and its ACK is to be told
 */
struct glass_cb {
	u32 seq;
	u32 end;
	u32 stamp;
	bool stamped;
	bool stamps_ack;
};

#define GLASS_CB(skb) ((struct glass_cb *)&(skb)->cb[0])

static inline struct glass_sock *glass_sk(const struct sock *sk)
{
	return (struct glass_sock *)sk;
}

/* Are its packets IPv4's? A socket of AF_INET6 may have mapped addresses. */
static inline bool glass_over_ipv4(const struct sock *sk)
{
	/* its octet has bits that change under the lock, which a lookup has not */
	return data_race(!glass_sk(sk)->v6);
}

static inline struct glass_net *glass_sk_net(const struct sock *sk)
{
	return glass_net(sock_net(sk));
}

/* The child of a fast open, before its handshake is complete */
static inline bool glass_opened_fast(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_RECV && glass_sk(sk)->tcb.fastopened;
}

/* Octets of the header that skb->data points at, once validated */
static inline u32 glass_header_len(const struct sk_buff *skb)
{
	return (skb->data[12] >> 4) * 4;
}

/* Microseconds of a clock that never steps back: the core's "now" */
static inline u64 glass_now(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

#include "manner.h"
#include "glass_calls.h"
#include "glass_listen.h"

#endif
