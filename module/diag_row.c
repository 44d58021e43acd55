// SPDX-License-Identifier: GPL-2.0
/*
 * One answer of sock_diag: a socket, or a record of SYN-RECEIVED or TIME-WAIT,
 * as a message with attributes. What every socket of INET has inet_diag knows
 * to say; the rest is added here, as TCP has it, and Glass' own words with it.
 */
#include <linux/sock_diag.h>
#include <net/tcp.h>

#include "diag.h"

static bool asks(const struct glass_diag *d, int attribute)
{
	return d->req->idiag_ext & 1 << (attribute - 1);
}

/**
 * glass_diag_size() - room that one answer may need
 *
 * Return: octets.
 */
size_t glass_diag_size(void)
{
	return nla_total_size(sizeof(struct inet_diag_msg)) +
	       inet_diag_msg_attrs_size() +
	       nla_total_size(sizeof(struct inet_diag_meminfo)) +
	       nla_total_size(SK_MEMINFO_VARS * sizeof(u32)) +
	       nla_total_size(TCP_CA_NAME_MAX) +
	       nla_total_size_64bit(sizeof(struct tcp_info)) +
	       nla_total_size_64bit(sizeof(struct glass_info)) + 64;
}

/* What a row of the table and an answer have in common */
static void common(const struct glass_row *row, struct inet_diag_msg *r)
{
	r->idiag_rqueue = row->in;
	r->idiag_wqueue = row->out;
	if (!row->timer)
		return;
	r->idiag_timer = row->timer_code;
	r->idiag_retrans = row->retries;
	r->idiag_expires = max(row->timer_ms, 0);
}

/**
 * glass_diag_get_info() - inet_diag_handler.idiag_get_info
 * @sk: the socket, with a reference; process context, not locked
 * @r: gets queues and timer
 * @info: NULL, or a struct tcp_info; every field is written
 */
void glass_diag_get_info(struct sock *sk, struct inet_diag_msg *r, void *info)
{
	struct glass_row row;

	glass_row_of_sock(sk, &row);
	common(&row, r);
	if (info)
		glass_tcp_info_fill(sk, info);
}

static void *reserve(struct sk_buff *skb, int attribute, int len)
{
	struct nlattr *attr;

	attr = nla_reserve_64bit(skb, attribute, len, INET_DIAG_PAD);
	return attr ? nla_data(attr) : NULL;
}

/* INET_DIAG_INFO, and GLASS_INFO beside it */
static bool put_info(struct sk_buff *skb, struct sock *sk)
{
	void *tcp = reserve(skb, INET_DIAG_INFO, sizeof(struct tcp_info));
	void *own = reserve(skb, GLASS_DIAG_INFO, sizeof(struct glass_info));

	if (!tcp || !own)
		return false;
	glass_tcp_info_fill(sk, tcp);
	glass_info_fill(sk, own);
	return true;
}

/* The module of a congestion control stays until RCU readers are done */
static bool put_cong(struct sk_buff *skb, const struct sock *sk)
{
	int err;

	rcu_read_lock();
	err = nla_put_string(skb, INET_DIAG_CONG,
			     READ_ONCE(glass_sk(sk)->tcb.cong.ops)->name);
	rcu_read_unlock();
	return !err;
}

/**
 * glass_diag_put_sock() - an answer for a socket
 * @d: the request
 * @sk: the socket, with a reference; process context, not locked
 *
 * Nothing is added if it left the states that are asked for meanwhile.
 *
 * Return: 0, -EMSGSIZE without room; then nothing is added.
 */
int glass_diag_put_sock(const struct glass_diag *d, struct sock *sk)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)skb_tail_pointer(d->skb);
	const struct inet_diag_msg *r;
	int err;

	err = inet_sk_diag_fill(sk, NULL, d->skb, d->cb, d->req, d->flags,
				d->net_admin);
	if (err)
		return err;
	r = nlmsg_data(nlh);
	if (d->flags & NLM_F_MULTI &&
	    !(d->req->idiag_states & 1 << r->idiag_state)) {
		nlmsg_cancel(d->skb, nlh);
		return 0;
	}
	if ((asks(d, INET_DIAG_INFO) && !put_info(d->skb, sk)) ||
	    (asks(d, INET_DIAG_CONG) && !put_cong(d->skb, sk))) {
		nlmsg_cancel(d->skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(d->skb, nlh);
	return 0;
}

static void ends(const struct glass_tuple *t, struct inet_diag_sockid *id)
{
	id->idiag_sport = htons(t->lport);
	id->idiag_dport = htons(t->rport);
	memcpy(id->idiag_src, &t->laddr, sizeof(id->idiag_src));
	memcpy(id->idiag_dst, &t->raddr, sizeof(id->idiag_dst));
	id->idiag_if = t->ifindex;
	/* a record has none */
	id->idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static bool put_record_info(struct sk_buff *skb, const struct glass_row *row)
{
	struct glass_info *own;

	own = reserve(skb, GLASS_DIAG_INFO, sizeof(*own));
	if (!own)
		return false;
	*own = (struct glass_info){
		.state = row->state,
		.state_ms = row->state_ms,
		.timer = row->state == TCP_TIME_WAIT ?
			 GLASS_TIMER_TIME_WAIT : GLASS_TIMER_RETRANSMIT,
		.timer_ms = max(row->timer_ms, 0),
		.backoff = row->retries,
	};
	return true;
}

/**
 * glass_diag_put_record() - an answer for a record
 * @d: the request
 * @row: what is known of it
 *
 * Any context.
 *
 * Return: 0, -EMSGSIZE without room; then nothing is added.
 */
int glass_diag_put_record(const struct glass_diag *d,
			  const struct glass_row *row)
{
	struct inet_diag_msg *r;
	struct nlmsghdr *nlh;

	nlh = nlmsg_put(d->skb, NETLINK_CB(d->cb->skb).portid,
			d->cb->nlh->nlmsg_seq, d->cb->nlh->nlmsg_type,
			sizeof(*r), d->flags);
	if (!nlh)
		return -EMSGSIZE;
	r = nlmsg_data(nlh);
	*r = (struct inet_diag_msg){
		.idiag_family = row->tuple.family,
		.idiag_state = row->state,
	};
	ends(&row->tuple, &r->id);
	common(row, r);
	if ((d->net_admin && nla_put_u32(d->skb, INET_DIAG_MARK, row->mark)) ||
	    (asks(d, INET_DIAG_INFO) && !put_record_info(d->skb, row))) {
		nlmsg_cancel(d->skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(d->skb, nlh);
	return 0;
}
