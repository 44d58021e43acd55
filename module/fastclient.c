// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Fast Open, rfc7413: the client's side.
 *
 * What servers gave is remembered per netns, by both addresses, with the MSS
 * that they announced: so many servers, then those used longest ago are
 * forgotten. A server or a path that takes a SYN without its text, or
 * swallows it, gets none for a while: rfc7413#section-4.1.3.1.
 */
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/inet_common.h>

#include "glass_sock.h"

#define REST_MS		60000u	/* after one failure, doubled by each */
#define REST_DOUBLES	10

/**
 * struct fastopen_peer - a server
 * @node: in glass_fastopen.chain
 * @recent: in glass_fastopen.recent
 * @laddr: our address
 * @raddr: its address
 * @rest_until: when it may be tried again, milliseconds; if @failures
 * @mss: that it announced, 0 if it named none
 * @family: AF_INET or AF_INET6
 * @rest_port: its port that failed last
 * @failures: in a row
 * @cookie_len: octets in @cookie, 0 while there is none
 * @cookie: what it gave last
 *
 * All of it: glass_fastopen.lock.
 */
struct fastopen_peer {
	struct hlist_node node;
	struct list_head recent;
	struct in6_addr laddr;
	struct in6_addr raddr;
	u32 rest_until;
	u16 mss;
	u16 family;
	u16 rest_port;
	u8 failures;
	u8 cookie_len;
	u8 cookie[SEG_COOKIE_MAX];
};

static struct hlist_head *chain_of(struct glass_fastopen *f,
				   const struct glass_tuple *tuple)
{
	u32 hash = jhash2((const u32 *)&tuple->raddr, 4, tuple->family);

	return &f->chain[hash % GLASS_FASTOPEN_HASH];
}

/* Lock held */
static struct fastopen_peer *peer_find(struct glass_fastopen *f,
				       const struct glass_tuple *tuple)
{
	struct fastopen_peer *p;

	hlist_for_each_entry(p, chain_of(f, tuple), node) {
		if (p->family == tuple->family &&
		    ipv6_addr_equal(&p->raddr, &tuple->raddr) &&
		    ipv6_addr_equal(&p->laddr, &tuple->laddr)) {
			list_move(&p->recent, &f->recent);
			return p;
		}
	}
	return NULL;
}

static void peer_forget(struct glass_fastopen *f, struct fastopen_peer *p)
{
	hlist_del(&p->node);
	list_del(&p->recent);
	f->peers--;
	kfree(p);
}

/* Lock held. NULL without memory. */
static struct fastopen_peer *peer_get(struct glass_fastopen *f,
				      const struct glass_tuple *tuple)
{
	struct fastopen_peer *p = peer_find(f, tuple);

	if (p)
		return p;
	if (f->peers >= GLASS_FASTOPEN_PEERS)
		peer_forget(f, list_last_entry(&f->recent,
					       struct fastopen_peer, recent));
	p = kzalloc(sizeof(*p), GFP_ATOMIC);
	if (!p)
		return NULL;
	p->laddr = tuple->laddr;
	p->raddr = tuple->raddr;
	p->family = tuple->family;
	hlist_add_head(&p->node, chain_of(f, tuple));
	list_add(&p->recent, &f->recent);
	f->peers++;
	return p;
}

/* The netns goes: nobody opens any more */
void glass_fastopen_exit(struct glass_net *gn)
{
	struct glass_fastopen *f = &gn->fastopen;
	struct fastopen_peer *p, *next;

	list_for_each_entry_safe(p, next, &f->recent, recent)
		peer_forget(f, p);
}

/* What is known of the server: does it rest, has it a cookie, which MSS? */
static bool peer_known(struct glass_net *gn, const struct glass_tuple *tuple,
		       bool *rests, u16 *mss)
{
	struct glass_fastopen *f = &gn->fastopen;
	struct fastopen_peer *p;
	bool cookie = false;

	*rests = false;
	*mss = 0;
	spin_lock_bh(&f->lock);
	p = peer_find(f, tuple);
	if (p) {
		*rests = p->failures && p->rest_port == tuple->rport &&
			 seq_lt(now_ms(glass_now()), p->rest_until);
		*mss = p->mss;
		cookie = p->cookie_len;
	}
	spin_unlock_bh(&f->lock);
	return cookie;
}

/* Text of the user's into the SYN: octets, perhaps none */
static u32 take_text(struct sock *sk, struct glass_fastopen_req *req,
		     u32 room)
{
	const struct glass_source from = { .msg = req->msg };
	u32 done = 0;
	int n;

	/* a SYN's text has no urgent octet */
	if (req->msg->msg_flags & MSG_OOB)
		room = 0;
	while (done < room && msg_data_left(req->msg)) {
		n = min_t(size_t, room - done, msg_data_left(req->msg));
		n = glass_queue_append(sk, &from, n);
		if (n <= 0)
			break;
		done += n;
	}
	req->copied = done;
	return done;
}

/**
 * glass_fastopen_offer() - connect(): what of fast open goes into the SYN?
 * @sk: the socket, locked, its TCB opened and nothing sent
 * @tuple: its ends
 *
 * With GLASS_FASTOPEN_CONNECT and a cookie the SYN waits for the first
 * write().
 *
 * Return: octets of text that were queued for it.
 */
u32 glass_fastopen_offer(struct sock *sk, const struct glass_tuple *tuple)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_fastopen_req *req = gs->fastopen_req;
	int on = READ_ONCE(glass_sk_net(sk)->sysctl.fastopen);
	bool cookie, rests, free = on & FASTOPEN_CLIENT_FREE;
	u32 room;
	u16 mss;

	gs->fastopen_req = NULL;
	glass_compat_defer(sk, false);
	if (!(on & FASTOPEN_CLIENT) || (!req && !gs->fastopen_connect))
		return 0;
	cookie = peer_known(glass_sk_net(sk), tuple, &rests, &mss);
	if (rests)
		return 0;
	fastopen_offer(&gs->tcb, !free, 0);
	if (!cookie && !free)
		return 0;
	room = fastopen_room(&gs->tcb, mss);
	if (req)
		room = take_text(sk, req, room);
	fastopen_offer(&gs->tcb, !free, room);
	if (req)
		return room;
	fastopen_hold(&gs->tcb);
	glass_compat_defer(sk, true);
	return 0;
}

/* The first write() after a connect() that only pretended: send the SYN */
static int send_held(struct sock *sk, struct glass_fastopen_req *req)
{
	struct tcb *t = &glass_sk(sk)->tcb;

	if (!t->syn_held)
		return -EALREADY;
	fastopen_release(t);
	glass_push(sk, take_text(sk, req, t->syn_text));
	return 0;
}

/**
 * glass_fastopen_send() - sendmsg() that may be a connect() too
 * @sk: the socket, locked
 * @msg: MSG_FASTOPEN, or anything after GLASS_FASTOPEN_CONNECT
 * @copied: gets the octets that went into the SYN
 *
 * Return: 0 if it is none, or is connected now; else what connect() says,
 * -EOPNOTSUPP, -EALREADY, -EISCONN.
 */
int glass_fastopen_send(struct sock *sk, struct msghdr *msg, int *copied)
{
	struct glass_fastopen_req req = { .msg = msg };
	struct glass_sock *gs = glass_sk(sk);
	struct sockaddr *to = msg->msg_name;
	bool deferred = glass_compat_deferred(sk);
	int err;

	if (!(msg->msg_flags & MSG_FASTOPEN) && !deferred)
		return 0;
	if (!(READ_ONCE(glass_sk_net(sk)->sysctl.fastopen) & FASTOPEN_CLIENT) ||
	    (to && msg->msg_namelen >= (int)sizeof(to->sa_family) &&
	     to->sa_family == AF_UNSPEC))
		return -EOPNOTSUPP;
	if (deferred) {
		err = send_held(sk, &req);
		if (err)
			return err;
	} else if (sk->sk_socket->state == SS_UNCONNECTED) {
		/* consumed at once, if at all: whoever waits must not offer it */
		gs->fastopen_req = &req;
	}
	err = __inet_stream_connect(sk->sk_socket, to, msg->msg_namelen,
				    msg->msg_flags & MSG_DONTWAIT ? O_NONBLOCK : 0,
				    1);
	if (gs->fastopen_req == &req)
		gs->fastopen_req = NULL;
	if (!gs->tcb.syn_held)
		glass_compat_defer(sk, false);
	/* an open that failed took the text with it */
	*copied = err && sk->sk_state == TCP_CLOSE ? 0 : req.copied;
	return err;
}

/**
 * glass_fastopen_stamp() - add the cookie to a SYN or SYN/ACK of a socket
 * @sk: the socket, locked
 * @s: the segment, with SEG_OPT_FASTOPEN; without cookie it asks for one
 */
void glass_fastopen_stamp(struct sock *sk, struct segment *s)
{
	struct glass_fastopen *f = &glass_sk_net(sk)->fastopen;
	struct glass_tuple tuple;
	struct fastopen_peer *p;

	glass_tuple_of(sk, &tuple);
	if (s->flags & SEG_ACK) {
		glass_fastopen_cookie(glass_sk_net(sk), &tuple, s);
		return;
	}
	spin_lock_bh(&f->lock);
	p = peer_find(f, &tuple);
	if (p) {
		s->cookie_len = p->cookie_len;
		memcpy(s->cookie, p->cookie, sizeof(s->cookie));
	}
	spin_unlock_bh(&f->lock);
}

static void peer_rests(struct glass_net *gn, const struct glass_tuple *tuple)
{
	struct glass_fastopen *f = &gn->fastopen;
	struct fastopen_peer *p;

	spin_lock_bh(&f->lock);
	p = peer_get(f, tuple);
	if (p) {
		p->rest_port = tuple->rport;
		p->rest_until = now_ms(glass_now()) +
				(REST_MS << min_t(u8, p->failures,
						  REST_DOUBLES));
		p->failures += p->failures < 255;
	}
	spin_unlock_bh(&f->lock);
	glass_count(gn, RULE_FASTOPEN_RESTS);
}

static void peer_answered(struct glass_net *gn,
			  const struct glass_tuple *tuple,
			  const struct segment *s)
{
	struct glass_fastopen *f = &gn->fastopen;
	struct fastopen_peer *p;

	spin_lock_bh(&f->lock);
	p = peer_get(f, tuple);
	if (p) {
		p->mss = s->opts & SEG_OPT_MSS ? s->mss : 0;
		p->failures = 0;
		if (s->cookie_len) {
			p->cookie_len = s->cookie_len;
			memcpy(p->cookie, s->cookie, sizeof(p->cookie));
		}
	}
	spin_unlock_bh(&f->lock);
}

/**
 * glass_fastopen_answered() - the SYN/ACK came
 * @sk: the socket, locked
 * @s: the SYN/ACK
 * @again: our SYN had to be sent again, without option and text
 * @rule: that judged it
 *
 * rfc7413: 4.1.3, 4.1.3.1
 */
void glass_fastopen_answered(struct sock *sk, const struct segment *s,
			     bool again, u16 rule)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	struct glass_net *gn = glass_sk_net(sk);
	struct glass_tuple tuple;

	glass_sk(sk)->syn_taken = rule == RULE_FASTOPEN_TAKEN;
	if (!t->fastopen && !t->syn_text)
		return;
	glass_tuple_of(sk, &tuple);
	if (t->fastopen && (s->cookie_len || rule == RULE_FASTOPEN_TAKEN))
		peer_answered(gn, &tuple, s);
	else if (rule == RULE_FASTOPEN_LEFT ||
		 (again && rule != RULE_FASTOPEN_TAKEN))
		peer_rests(gn, &tuple);
}

/**
 * glass_fastopen_failed() - the open failed: by time, or by an ICMP error
 * @sk: the socket, locked; its TCB as it was in SYN-SENT, if it was there
 */
void glass_fastopen_failed(struct sock *sk)
{
	const struct tcb *t = &glass_sk(sk)->tcb;
	struct glass_tuple tuple;

	if (t->syn_acked || t->passive || (!t->fastopen && !t->syn_text))
		return;
	glass_tuple_of(sk, &tuple);
	peer_rests(glass_sk_net(sk), &tuple);
}
