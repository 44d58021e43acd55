// SPDX-License-Identifier: GPL-2.0
/*
 * glass_diag.ko: sock_diag for protocol 253, as tcp_diag.ko is for TCP. It is
 * a module of its own so that glass.ko does not need inet_diag; inet_diag asks
 * for it by its alias when glass.ko is there.
 *
 * A request for one socket names its ends, and perhaps its cookie, as a dump
 * told them.
 */
#include <linux/module.h>
#include <linux/sock_diag.h>

#include <glass/version.h>

#include "diag.h"

/* The ends that a request names, as packets have them */
static int tuple_of(const struct inet_diag_req_v2 *req, struct glass_tuple *t)
{
	*t = (struct glass_tuple){
		.lport = ntohs(req->id.idiag_sport),
		.rport = ntohs(req->id.idiag_dport),
		.ifindex = req->id.idiag_if,
		.family = req->sdiag_family,
	};
	memcpy(&t->laddr, req->id.idiag_src, sizeof(t->laddr));
	memcpy(&t->raddr, req->id.idiag_dst, sizeof(t->raddr));
	if (t->family == AF_INET6 && ipv6_addr_v4mapped(&t->laddr) &&
	    ipv6_addr_v4mapped(&t->raddr)) {
		t->family = AF_INET;
		t->laddr.s6_addr32[0] = t->laddr.s6_addr32[3];
		t->raddr.s6_addr32[0] = t->raddr.s6_addr32[3];
	}
	if (t->family == AF_INET) {
		/* behind an IPv4 address there is nothing */
		memset(&t->laddr.s6_addr32[1], 0, 12);
		memset(&t->raddr.s6_addr32[1], 0, 12);
	}
	return t->family == AF_INET || t->family == AF_INET6 ? 0 : -EINVAL;
}

static bool cookie_given(const struct inet_diag_req_v2 *req)
{
	return req->id.idiag_cookie[0] != INET_DIAG_NOCOOKIE ||
	       req->id.idiag_cookie[1] != INET_DIAG_NOCOOKIE;
}

/*
 * A listener with a reference. Of several on one port a segment may find any;
 * a cookie says which is meant.
 */
static struct sock *find_listener(struct glass_net *gn,
				  const struct glass_tuple *t,
				  const struct inet_diag_req_v2 *req)
{
	struct glass_listen_bucket *b = glass_listen_bucket(gn, t->lport);
	const struct hlist_nulls_node *node;
	struct sock *sk = glass_listener_find(gn, t), *other;
	u16 num = t->lport;

	if (!sk || !cookie_given(req) || !rcu_access_pointer(sk->sk_reuseport_cb))
		return sk && refcount_inc_not_zero(&sk->sk_refcnt) ? sk : NULL;
	sk = NULL;
	spin_lock_bh(&b->lock);
	sk_nulls_for_each(other, node, &b->socks) {
		if (other->sk_num == num &&
		    !sock_diag_check_cookie(other, req->id.idiag_cookie) &&
		    refcount_inc_not_zero(&other->sk_refcnt)) {
			sk = other;
			break;
		}
	}
	spin_unlock_bh(&b->lock);
	return sk;
}

/*
 * What a request is about: a socket with a reference, or a record that may
 * leave the table at any time. RCU read lock held. 0, -EINVAL or -ENOENT.
 */
static int find(struct glass_net *gn, const struct inet_diag_req_v2 *req,
		struct sock **sk, struct glass_record **r)
{
	struct glass_tuple t;
	int err = tuple_of(req, &t);
	u32 hash;

	*sk = NULL;
	*r = NULL;
	if (err)
		return err;
	hash = glass_table_hash(gn, &t);
	*sk = glass_table_find(gn, &t, hash);
	if (!*sk)
		*r = glass_table_find_record(gn, &t, hash);
	if (*r)
		return cookie_given(req) ? -ENOENT : 0;
	if (!*sk)
		*sk = find_listener(gn, &t, req);
	if (!*sk)
		return -ENOENT;
	if (sock_diag_check_cookie(*sk, req->id.idiag_cookie)) {
		sock_put(*sk);
		return -ENOENT;
	}
	return 0;
}

/* inet_diag_handler.dump_one */
static int diag_one(struct netlink_callback *cb,
		    const struct inet_diag_req_v2 *req)
{
	struct net *net = sock_net(cb->skb->sk);
	struct glass_diag d = {
		.gn = glass_net(net),
		.cb = cb,
		.req = req,
		.net_admin = netlink_net_capable(cb->skb, CAP_NET_ADMIN),
	};
	struct glass_record *r;
	struct glass_row row;
	struct sock *sk;
	int err;

	rcu_read_lock();
	err = find(d.gn, req, &sk, &r);
	if (!err && r)
		glass_row_of_record(r, &row);
	rcu_read_unlock();
	if (err)
		return err;
	d.skb = nlmsg_new(glass_diag_size(), GFP_KERNEL);
	if (!d.skb)
		err = -ENOMEM;
	else
		err = sk ? glass_diag_put_sock(&d, sk) :
			   glass_diag_put_record(&d, &row);
	if (sk)
		sock_put(sk);
	if (err) {
		nlmsg_free(d.skb);
		return err;
	}
	return nlmsg_unicast(net->diag_nlsk, d.skb,
			     NETLINK_CB(cb->skb).portid);
}

/* inet_diag_handler.destroy */
static int diag_destroy(struct sk_buff *skb, const struct inet_diag_req_v2 *req)
{
	struct net *net = sock_net(skb->sk);
	struct glass_net *gn = glass_net(net);
	struct glass_record *r;
	struct sock *sk;
	int err;

	rcu_read_lock();
	err = find(gn, req, &sk, &r);
	if (!err && r)
		err = ns_capable(net->user_ns, CAP_NET_ADMIN) ?
		      glass_abort_record(gn, r) : -EPERM;
	rcu_read_unlock();
	if (err || !sk)
		return err;
	/*
	 * Whoever named both ends of a connection did not mean its listener,
	 * which is found when the record is gone. Records have no cookie.
	 */
	if (req->id.idiag_dport && sk->sk_state == TCP_LISTEN) {
		sock_put(sk);
		return -ENOENT;
	}
	err = sock_diag_destroy(sk, ECONNABORTED);
	sock_put(sk);
	return err;
}

static const struct inet_diag_handler handler = {
	GLASS_DIAG_OWNER
	.dump = glass_diag_dump,
	.dump_one = diag_one,
	.idiag_get_info = glass_diag_get_info,
	.destroy = diag_destroy,
	.idiag_type = IPPROTO_GLASS,
	.idiag_info_size = sizeof(struct tcp_info),
};

static int __init diag_init(void)
{
	return inet_diag_register(&handler);
}

static void __exit diag_exit(void)
{
	inet_diag_unregister(&handler);
}

module_init(diag_init);
module_exit(diag_exit);

MODULE_DESCRIPTION("sock_diag for Glass");
MODULE_AUTHOR("The Glass developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(GLASS_VERSION);
/* PF_NETLINK, NETLINK_SOCK_DIAG, AF_INET, 253: what inet_diag asks for */
MODULE_ALIAS("net-pf-16-proto-4-type-2-253");
