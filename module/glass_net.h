/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Glass knows of one network namespace: the connection table and its
 * records, listeners, ports, and what differs between IPv4 and IPv6. Which
 * lock guards what stands with each; their order is in glass_sock.h.
 */
#ifndef GLASS_NET_H
#define GLASS_NET_H

#include <linux/list_nulls.h>
#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include <glass/challenge.h>
#include <glass/cookies.h>
#include <glass/core.h>

/**
 * struct glass_tuple - the two ends of a connection
 * @laddr: local address; IPv4 in the first four octets, zeros behind
 * @raddr: remote address, likewise
 * @lport: local port, host order
 * @rport: remote port, host order
 * @ifindex: the interface that the connection is bound to, or 0; in a tuple
 *	made from a packet, the interface that it came in by
 * @sdif: in a tuple made from a packet, the slave below @ifindex, or 0
 * @foreign: @laddr need not be of this host: IP_TRANSPARENT
 * @family: AF_INET or AF_INET6, by the packets and not by the socket
 */
struct glass_tuple {
	struct in6_addr laddr;
	struct in6_addr raddr;
	u16 lport;
	u16 rport;
	int ifindex;
	u16 sdif;
	u8 foreign;
	u8 family;
};

/* The same ends, of packets of the same family, whatever the interface */
static inline bool glass_tuple_same_ends(const struct glass_tuple *a,
					 const struct glass_tuple *b)
{
	return a->lport == b->lport && a->rport == b->rport &&
	       a->family == b->family &&
	       ipv6_addr_equal(&a->laddr, &b->laddr) &&
	       ipv6_addr_equal(&a->raddr, &b->raddr);
}

/**
 * struct glass_listener - what a socket in LISTEN has beside the socket
 * @sk: the socket
 * @users: the socket, and children that a fast open made, until it is complete
 * @lock: guards @accept_queue, @embryos, @pending, @resets and @closing
 * @accept_queue: children that wait for accept(), by glass_sock.accept_link
 * @embryos: children in SYN-RECEIVED, the length of the SYN queue
 * @pending: fast opens whose handshake is not complete, or ended by a RST
 *	not long ago
 * @resets: the latter, the oldest first
 * @closing: no child may be added any more
 * @cookie_sent: one more than the slot of the last SYN cookie, 0 for never;
 *	no lock
 * @rcu: freed after readers of the table are done
 */
struct glass_listener {
	struct sock *sk;
	refcount_t users;
	spinlock_t lock;		/* see above */
	struct list_head accept_queue;
	u32 embryos;
	u32 pending;
	struct list_head resets;
	bool closing;
	u32 cookie_sent;
	struct rcu_head rcu;
};

struct glass_port;
struct glass_manner;

enum glass_record_kind {
	RECORD_EMBRYO,
	RECORD_TIMEWAIT,
};

/**
 * struct glass_record - SYN-RECEIVED or TIME-WAIT in the connection table
 * @node: in glass_bucket.records; bucket lock, read under RCU
 * @due: in glass_due_list; that list's lock
 * @rcu: once it is off both
 * @tuple: the two ends, constant
 * @hash: of @tuple, constant
 * @deadline: when its time is over, milliseconds
 * @kind: which of the two
 * @reuse: sk_reuse of the socket that it came from
 * @reuseport: its sk_reuseport
 * @v6: it was, or its listener is, of AF_INET6: IPv4's addresses are mapped
 * @v6only: its sk_ipv6only
 * @kept: part of a larger object, which keeps more of its manner: memory.c
 * @tclass: class of an embryo's SYN, or of the socket that TIME-WAIT came from
 * @listener: of an embryo; valid while the record is hashed
 * @embryo: bucket lock
 * @bind_node: of a TIME-WAIT, in the waits of the port that it holds, if
 *	any; that port's lock
 * @timewait: bucket lock
 * @mark: of a TIME-WAIT, SO_MARK of the socket that it came from, constant
 *
 * rfc4987: 3.5
 */
struct glass_record {
	struct hlist_nulls_node node;
	union {
		struct list_head due;
		struct rcu_head rcu;
	};
	struct glass_tuple tuple;
	u32 hash;
	u32 deadline;
	u8 kind;
	u8 reuse:1;
	u8 reuseport:1;
	u8 v6:1;
	u8 v6only:1;
	u8 kept:1;
	u8 tclass;
	union {
		struct {
			struct glass_listener *listener;
			struct embryo embryo;
		};
		struct {
			struct hlist_node bind_node;
			struct timewait timewait;
			u32 mark;
		};
	};
};

/* What became of a segment that was given to a record */
enum glass_record_fate {
	RECORD_CONSUMED,
	RECORD_AGAIN,		/* the record is gone: look up anew */
	RECORD_TO_LISTENER,	/* TIME-WAIT has made way for a new SYN */
};

/* One chain of the connection table */
struct glass_bucket {
	spinlock_t lock;			/* both lists */
	struct hlist_nulls_head socks;		/* sk_nulls_node */
	struct hlist_nulls_head records;	/* glass_record.node */
};

struct glass_table {
	struct glass_bucket *buckets;
	u32 mask;
	unsigned long id;		/* part of each chain's end mark */
	hsiphash_key_t key;
};

#define GLASS_LISTEN_HASH 64
#define LISTEN_MARK BIT(19)	/* in a chain's end mark: not of the table */

struct glass_listen_bucket {
	spinlock_t lock;	/* the list, and who is in which group */
	struct hlist_nulls_head socks;		/* sk_nulls_node */
};

#define GLASS_PORT_HASH 1024

struct glass_port_head {
	spinlock_t lock;			/* chain and all ports on it */
	struct hlist_head chain;
};

/**
 * struct glass_port - a local port in use
 * @node: in glass_port_head.chain
 * @head: that chain
 * @num: host order
 * @connect_only: only connect() chose it, bind() did not: connections to
 *	other ends may share it
 * @socks: bound sockets, by sk_bind_node
 * @waits: TIME-WAIT records, by bind_node
 */
struct glass_port {
	struct hlist_node node;
	struct glass_port_head *head;
	u16 num;
	bool connect_only;
	struct hlist_head socks;
	struct hlist_head waits;
};

/*
 * Every record in one list waits equally long, unless rto_max_ms was changed
 * meanwhile. Each list is in the order of deadlines: its head is its earliest.
 */
#define GLASS_DUE_LISTS 12	/* TIME-WAIT, and one per number of SYN/ACKs */

struct glass_due_list {
	spinlock_t lock;			/* the lists */
	struct list_head list[GLASS_DUE_LISTS];
	struct timer_list timer;
	struct glass_net *gn;
};

/**
 * struct glass_cookies - secrets of SYN cookies
 * @lock: guards the rest; readers only look if it changed meanwhile
 * @slot: cookie_slot() that @key begins with
 * @key: a secret for each slot, newest first
 */
struct glass_cookies {
	seqlock_t lock;			/* see above */
	u32 slot;
	siphash_key_t key[COOKIE_SLOTS];
};

/* Challenge ACKs of all connections of a netns */
struct glass_challenge {
	spinlock_t lock;			/* the budget */
	struct challenge_budget budget;
};

#define GLASS_FASTOPEN_HASH 64
#define GLASS_FASTOPEN_PEERS 1024	/* servers that a netns remembers */

/**
 * struct glass_fastopen - fast open's secrets, and the cookies of servers
 * @lock: guards the rest
 * @key: our secrets: cookies are made with the first, both are good
 * @keys: how many there are, 1 or 2
 * @peers: servers known
 * @chain: them, by address
 * @recent: them, the one used last first
 */
struct glass_fastopen {
	spinlock_t lock;			/* see above */
	siphash_key_t key[2];
	u8 keys;
	u32 peers;
	struct hlist_head chain[GLASS_FASTOPEN_HASH];
	struct list_head recent;
};

/**
 * struct glass_faults - faults that somebody asked for, see fault.c
 * @lock: guards the rest
 * @wishes: struct fault, the oldest first
 * @wished: how many
 * @frozen: how many of them freeze an end
 * @last_id: number of the newest ever
 * @held: segments that wait, in the order of their arrival
 * @kept: copies of some that have arrived, likewise
 * @count: how many are held or kept
 * @octets: of memory that they take
 * @timer: when the next of them is due
 */
struct glass_faults {
	spinlock_t lock;			/* see above */
	struct list_head wishes;
	u32 wished;
	u32 frozen;
	u32 last_id;
	struct list_head held;
	struct list_head kept;
	u32 count;
	u32 octets;
	struct timer_list timer;
};

/* Bits of net.glass.fastopen, as TCP has them */
enum glass_fastopen_bits {
	FASTOPEN_CLIENT		= 0x001,
	FASTOPEN_SERVER		= 0x002,
	FASTOPEN_CLIENT_FREE	= 0x004,	/* text in a SYN without cookie */
	FASTOPEN_SERVER_FREE	= 0x200,	/* which a listener takes */
	FASTOPEN_ALL_LISTEN	= 0x400,	/* without GLASS_FASTOPEN */
	FASTOPEN_BITS		= 0x607,
};

struct glass_cong;

/* Set by sysctl, see sysctl.c */
struct glass_sysctl {
	int syn_retries;
	int synack_retries;
	int retries2;
	int max_syn_backlog;
	int window_scaling;
	int timestamps;
	int sack;
	int dsack;
	int ecn;
	int syncookies;
	int challenge_ack_limit;
	int invalid_ratelimit;
	int max_tw_buckets;
	int max_orphans;
	int rfc1337;
	int abort_on_overflow;
	int abort_on_soft_error;
	int reflect_tos;
	int fastopen;
	int rmem[3];			/* least, first and largest SO_RCVBUF */
	int wmem[3];			/* of SO_SNDBUF */
	int moderate_rcvbuf;
	unsigned int notsent_lowat;
	struct glass_cong *congestion_control;	/* never NULL, read under RCU */
	struct tcb_policy policy;
};

/* What no rule tells, and /proc/net/glass/snmp or netstat does */
enum glass_event {
	EVENT_ANSWERS,		/* sent in answer, by the rule of what arrived */
	EVENT_PIECES,		/* beyond the first, of a segment that is cut */
	EVENT_RSTS,		/* of the answers, those that are RSTs */
	EVENT_ATTEMPT_FAILS,	/* SYN-SENT or SYN-RECEIVED ended in an error */
	EVENT_ESTAB_RESETS,	/* ESTABLISHED or CLOSE-WAIT became CLOSED */
	EVENT_TIMEOUTS,		/* the retransmission timer expired */
	EVENT_ABORT_ON_CLOSE,	/* close() with text unread */
	EVENT_ABORT_ON_DATA,	/* close() that was told not to linger */
	EVENT_ABORT_ON_MEMORY,	/* close(), and there were too many orphans */
	EVENT_COUNT,
};

struct glass_stats {
	u64 rule[RULE_COUNT];
	u64 event[EVENT_COUNT];
};

/* All that Glass knows of one network namespace */
struct glass_net {
	struct net *net;
	struct glass_table table;
	struct glass_listen_bucket listen[GLASS_LISTEN_HASH];
	struct glass_port_head *ports;
	struct glass_due_list due;
	atomic_t timewaits;		/* in TIME-WAIT, orphans in FIN-WAIT-2 */
	siphash_key_t isn_key;
	siphash_key_t ts_key;
	siphash_key_t port_key;
	struct glass_cookies cookies;
	struct glass_challenge challenge;
	struct glass_fastopen fastopen;
	struct glass_faults faults;
	atomic_t port_counter;
	atomic_t orphans;		/* connections without a user */
	struct glass_sysctl sysctl;
	struct glass_stats __percpu *stats;
	struct sock *ctl_v4;
	struct sock *ctl_v6;
	struct ctl_table_header *sysctl_header;
};

/**
 * struct glass_af - what differs between IPv4 and IPv6
 * @family: AF_INET or AF_INET6
 * @default_mss: when the peer names none
 * @xmit: give a segment of a connected socket to IP, with IP's ECN field
 * @reply: send a segment that no socket of its own sends; consumes the skb
 * @child_route: route a fresh child; false if there is no route
 * @path_mss: largest text towards the other end of @tuple, without options
 * @checksum: start the checksum of a skb whose header is written, between
 *	these addresses, of one or of four words
 */
struct glass_af {
	u16 family;
	u16 default_mss;
	int (*xmit)(struct sock *sk, struct sk_buff *skb, u8 ecn);
	void (*reply)(struct glass_net *gn, const struct sock *sk,
		      struct sk_buff *skb, const struct glass_tuple *tuple,
		      const struct glass_manner *m);
	bool (*child_route)(struct sock *child);
	u32 (*path_mss)(struct glass_net *gn, const struct sock *sk,
			const struct glass_tuple *tuple,
			const struct glass_manner *m);
	void (*checksum)(struct sk_buff *skb, const __be32 *laddr,
			 const __be32 *raddr);
};

/* Whoever listens on @port, host order, is in this chain. */
static inline struct glass_listen_bucket *
glass_listen_bucket(struct glass_net *gn, u16 port)
{
	return &gn->listen[port & (GLASS_LISTEN_HASH - 1)];
}

extern unsigned int glass_net_id;

static inline struct glass_net *glass_net(const struct net *net)
{
	return net_generic(net, glass_net_id);
}

/* Milliseconds, see struct tcb_policy */
static inline u32 glass_rto_max_ms(const struct glass_net *gn)
{
	return READ_ONCE(gn->sysctl.policy.rto_max_ms);
}

#endif
