/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which manner packets leave that no socket of their own sends: SYN/ACKs of
 * embryos, ACKs of TIME-WAIT, RSTs. As in TCP, that is the listener's manner,
 * or that of the connection that was, or that of the packet that is answered.
 */
#ifndef GLASS_MANNER_H
#define GLASS_MANNER_H

#include <net/ip.h>
#include <net/ipv6.h>

/**
 * struct glass_manner - beside the two ends, what IP is to know of a packet
 * @way: IPv4's options, or NULL
 * @sticky: IPv6's extension headers, or NULL; under RCU
 * @mark: for policy routing
 * @hash: of its flow, by which queues and labels are chosen; 0 if not known
 * @label: IPv6's flow label, 0 if IP is to choose
 * @uid: whose packet it is, for policy routing
 * @tclass: type of service or traffic class, ECN's bits are 0
 */
struct glass_manner {
	struct ip_options_rcu *way;
	struct ipv6_txoptions *sticky;
	u32 mark;
	u32 hash;
	__be32 label;
	kuid_t uid;
	u8 tclass;
};

/* manner.c */
u32 glass_flow_hash(const struct glass_net *gn, u32 hash);
void glass_manner_sock(const struct sock *sk, struct glass_manner *m);
void glass_manner_listen(const struct sock *sk, const struct sk_buff *skb,
			 struct ip_options_data *came, struct glass_manner *m);
void glass_manner_record(struct glass_net *gn, struct glass_record *r,
			 struct glass_manner *m);
void glass_manner_ack(struct glass_net *gn, struct glass_record *r,
		      const struct sk_buff *skb, struct glass_manner *m);
void glass_manner_reject(struct glass_net *gn, const struct sock *sk,
			 const struct sk_buff *skb,
			 struct ip_options_data *came, struct glass_manner *m);
u8 glass_skb_class(const struct sk_buff *skb);
void glass_child_manner(struct sock *child, const struct glass_manner *m,
			const struct sk_buff *skb);

/* stamp.c: when text arrived and left */
struct scm_timestamping_internal;
void glass_stamp_take(struct sk_buff *skb,
		      struct scm_timestamping_internal *stamps);
void glass_stamp_join(struct sk_buff *to, const struct sk_buff *from);
void glass_stamp_tell(const struct sock *sk, struct msghdr *msg,
		      struct scm_timestamping_internal *stamps);

int glass_stamp_control(struct sock *sk, struct msghdr *msg, u32 *stamps);
void glass_stamp_begin(struct sock *sk);
void glass_stamp_text(struct sock *sk, u32 stamps);
void glass_stamp_pass(struct sk_buff *to, const struct sk_buff *from);
void glass_stamp_acked(struct sock *sk, struct sk_buff *skb);

/* Did the user ask for it? */
static inline bool glass_stamps(const struct sock *sk)
{
	return READ_ONCE(sk->sk_tsflags) || sock_flag(sk, SOCK_RCVTSTAMP);
}

/* latch.c: IPv6's headers of the last packet, for who asked for them */
void glass_latched(struct sock *sk, struct sk_buff *skb,
		   const struct segment *s);

/* A copy for glass_latched() to look at; NULL: nobody asked, or no memory */
static inline struct sk_buff *glass_latch(struct sock *sk, struct sk_buff *skb)
{
	return unlikely(inet6_sk(sk)->rxopt.all) ? skb_clone(skb, GFP_ATOMIC) :
						   NULL;
}

/* memory.c */
struct glass_record *glass_record_alloc(u8 kind,
					const struct glass_tuple *tuple,
					u32 hash, const struct glass_manner *m);
const struct glass_manner *glass_record_kept(struct glass_record *r);

#endif
