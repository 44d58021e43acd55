// SPDX-License-Identifier: GPL-2.0
/*
 * An embryo becomes a socket while two CPUs have a segment for it: both found
 * it in the table and judged theirs, one after the other replaces it.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/net.h>
#include <net/sock.h>

#include "../module/glass_sock.h"

#define IRS	7000u
#define ISS	0xfffffff0u
#define PEER	9

static struct socket *listen_on_loopback(struct kunit *test, int backlog)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct socket *sock = NULL;

	KUNIT_ASSERT_EQ(test, 0, sock_create_kern(&init_net, AF_INET,
						  SOCK_STREAM, IPPROTO_GLASS,
						  &sock));
	KUNIT_ASSERT_EQ(test, 0, kernel_bind(sock, (struct sockaddr *)&sin,
					     sizeof(sin)));
	KUNIT_ASSERT_EQ(test, 0, kernel_listen(sock, backlog));
	return sock;
}

/* An embryo in the table, as if its SYN/ACK had been sent */
static struct glass_record *hashed_embryo(struct glass_net *gn, struct sock *sk)
{
	struct glass_listener *l = rcu_dereference(glass_sk(sk)->listener);
	struct segment out, syn = { .seq = IRS, .wnd = 9000, .flags = SEG_SYN };
	struct glass_tuple tuple = {
		.laddr.s6_addr32[0] = htonl(INADDR_LOOPBACK),
		.raddr.s6_addr32[0] = htonl(INADDR_LOOPBACK),
		.lport = inet_sk(sk)->inet_num,
		.rport = PEER,
		.family = AF_INET,
	};
	struct glass_manner manner = {};
	struct glass_record *r;
	struct tcb_params p;

	r = glass_record_alloc(RECORD_EMBRYO, &tuple,
			       glass_table_hash(gn, &tuple), &manner);
	if (!r)
		return NULL;
	glass_params(sk, &p);
	p.path_mss = 1000;
	p.adv_mss = 1000;
	p.iss = ISS;
	r->listener = l;
	embryo_open(&r->embryo, &syn, &p, glass_now());
	embryo_output(&r->embryo, &out);
	spin_lock_bh(&l->lock);
	l->embryos++;
	spin_unlock_bh(&l->lock);
	return glass_table_add_record(gn, r) ? NULL : r;
}

/* A segment of the peer that completes the handshake, with text */
static struct sk_buff *last_ack(struct segment *s, u16 port, const char *text)
{
	struct sk_buff *skb = alloc_skb(256, GFP_ATOMIC);

	*s = (struct segment){
		.seq = IRS + 1,
		.ack = ISS + 1,
		.len = strlen(text),
		.wnd = 9000,
		.src = PEER,
		.dst = port,
		.flags = SEG_ACK,
	};
	if (!skb)
		return NULL;
	/* behind a header of IPv4 */
	skb_reset_network_header(skb);
	memset(skb_put(skb, sizeof(struct iphdr)), 0, sizeof(struct iphdr));
	__skb_pull(skb, sizeof(struct iphdr));
	segment_encode(s, skb_put(skb, segment_size(s)));
	skb_put_data(skb, text, s->len);
	return skb;
}

/* To the socket that the loser's next look finds */
static bool again_finds_socket(struct glass_net *gn, struct glass_record *r,
			       struct sk_buff *skb, struct segment *s)
{
	struct sock *sk = glass_table_find(gn, &r->tuple, r->hash);

	if (!sk)
		return false;
	bh_lock_sock(sk);
	glass_input(sk, skb, s);
	bh_unlock_sock(sk);
	sock_put(sk);
	return true;
}

static void accepted_text(struct kunit *test, struct socket *listener,
			  const char *want)
{
	struct kvec vec = { .iov_len = 16 };
	struct socket *child = NULL;
	struct msghdr msg = {};
	char got[16] = "";

	vec.iov_base = got;
	KUNIT_ASSERT_EQ(test, 0, kernel_accept(listener, &child, O_NONBLOCK));
	KUNIT_EXPECT_EQ(test, (int)strlen(want),
			kernel_recvmsg(child, &msg, &vec, 1, sizeof(got),
				       MSG_DONTWAIT));
	KUNIT_EXPECT_STREQ(test, got, want);
	sock_release(child);
}

/* The bare ACK wins; the text that came with the other is not lost */
static void race(struct kunit *test, int backlog)
{
	struct socket *listener = listen_on_loopback(test, backlog);
	u16 port = inet_sk(listener->sk)->inet_num;
	struct glass_net *gn = glass_net(&init_net);
	enum glass_record_fate won, lost;
	struct sk_buff *ack, *text;
	struct segment a, t;
	struct glass_record *r;
	bool found;

	ack = last_ack(&a, port, "");
	text = last_ack(&t, port, "hello");
	KUNIT_ASSERT_NOT_NULL(test, ack);
	KUNIT_ASSERT_NOT_NULL(test, text);
	local_bh_disable();
	rcu_read_lock();
	r = hashed_embryo(gn, listener->sk);
	won = glass_embryo_ready(gn, r, &r->embryo, ack, &a);
	lost = glass_embryo_ready(gn, r, &r->embryo, text, &t);
	found = lost == RECORD_AGAIN && again_finds_socket(gn, r, text, &t);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, (int)won, (int)RECORD_CONSUMED);
	KUNIT_EXPECT_EQ(test, (int)lost, (int)RECORD_AGAIN);
	KUNIT_EXPECT_TRUE(test, found);
	accepted_text(test, listener, "hello");
	sock_release(listener);
}

static void embryo_two_last_acks_both_taken(struct kunit *test)
{
	race(test, 5);
}

/* The winner took the last place: the loser is not to wait for another */
static void embryo_two_last_acks_fill_queue(struct kunit *test)
{
	race(test, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(embryo_two_last_acks_both_taken),
	KUNIT_CASE(embryo_two_last_acks_fill_queue),
	{}
};

static struct kunit_suite glass_embryo = {
	.name = "glass_embryo",
	.test_cases = cases,
};

kunit_test_suite(glass_embryo);
