// SPDX-License-Identifier: GPL-2.0
/*
 * Real sockets, opened from inside the kernel, over loopback: the module
 * around the core. Each case runs for every way in.
 */
#include <kunit/test.h>
#include <linux/random.h>

#include "socks.h"

KUNIT_ARRAY_PARAM(way, ways, way_name);

static void closed_connect_refused(struct kunit *test)
{
	struct socks *s = test->priv;
	u16 port;

	listen_somewhere(test, 1);
	s->client = make(test);
	/* a port that was free a moment ago: the listener's, once closed */
	port = port_of(s->listener);
	drop(&s->listener);
	KUNIT_EXPECT_EQ(test, -ECONNREFUSED,
			connect_to(test, s->client, port, 0));
	KUNIT_EXPECT_EQ(test, (int)TCP_CLOSE, (int)s->client->sk->sk_state);
}

/* rfc9293: MUST-44 */
static void listen_connect_established(struct kunit *test)
{
	struct socks *s = test->priv;
	struct glass_tuple a, b;

	establish(test);
	KUNIT_EXPECT_EQ(test, (int)TCP_ESTABLISHED,
			(int)s->client->sk->sk_state);
	KUNIT_EXPECT_EQ(test, (int)TCP_ESTABLISHED,
			(int)s->child->sk->sk_state);
	glass_tuple_of(s->client->sk, &a);
	glass_tuple_of(s->child->sk, &b);
	KUNIT_EXPECT_EQ(test, a.lport, b.rport);
	KUNIT_EXPECT_EQ(test, a.rport, b.lport);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&a.laddr, &b.raddr));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&a.raddr, &b.laddr));
}

static void listen_connect_without_accept_established(struct kunit *test)
{
	struct socks *s = test->priv;

	listen_somewhere(test, 5);
	s->client = make(test);
	KUNIT_EXPECT_EQ(test, 0, connect_to(test, s->client,
					    port_of(s->listener), 0));
	KUNIT_EXPECT_EQ(test, (int)TCP_ESTABLISHED,
			(int)s->client->sk->sk_state);
	KUNIT_EXPECT_EQ(test, 1u, s->listener->sk->sk_ack_backlog);
}

static void established_send_received(struct kunit *test)
{
	struct socks *s = test->priv;
	char buf[8] = {};

	establish(test);
	KUNIT_ASSERT_EQ(test, 5, send_bytes(s->client, "hello", 5));
	KUNIT_EXPECT_EQ(test, 5, receive_bytes(s->child, buf, 8, 0));
	KUNIT_EXPECT_STREQ(test, buf, "hello");
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			receive_bytes(s->child, buf, 8, MSG_DONTWAIT));
}

static void established_many_pieces_in_order(struct kunit *test)
{
	struct socks *s = test->priv;
	u8 *out = kunit_kzalloc(test, 20000, GFP_KERNEL);
	u8 *in = kunit_kzalloc(test, 20000, GFP_KERNEL);
	int i, n;

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, in);
	establish(test);
	get_random_bytes(out, 20000);
	for (i = 0; i < 20000; i += 20)
		KUNIT_ASSERT_EQ(test, 20, send_bytes(s->client, out + i, 20));
	n = receive_bytes(s->child, in, 20000, MSG_WAITALL);
	KUNIT_EXPECT_EQ(test, 20000, n);
	KUNIT_EXPECT_EQ(test, 0, memcmp(in, out, 20000));
}

/* rfc9293: MUST-12 */
static void established_child_closes_end_of_stream(struct kunit *test)
{
	struct socks *s = test->priv;
	char c;

	establish(test);
	drop(&s->child);
	KUNIT_EXPECT_EQ(test, 0, receive_bytes(s->client, &c, 1, 0));
	KUNIT_EXPECT_EQ(test, (int)TCP_CLOSE_WAIT,
			(int)s->client->sk->sk_state);
}

static void established_close_leaves_time_wait(struct kunit *test)
{
	struct glass_net *gn = glass_net(&init_net);
	struct socks *s = test->priv;
	struct glass_tuple tuple;
	u32 hash;
	char c;

	establish(test);
	glass_tuple_of(s->client->sk, &tuple);
	hash = glass_table_hash(gn, &tuple);
	drop(&s->client);
	KUNIT_EXPECT_EQ(test, 0, receive_bytes(s->child, &c, 1, 0));
	drop(&s->child);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, glass_table_find(gn, &tuple, hash));
	KUNIT_EXPECT_NOT_NULL(test,
			      glass_table_find_record(gn, &tuple, hash));
	rcu_read_unlock();
}

/* rfc9293: MUST-12, SHLD-3 */
static void established_close_unread_resets(struct kunit *test)
{
	struct socks *s = test->priv;
	char c;

	establish(test);
	KUNIT_ASSERT_EQ(test, 5, send_bytes(s->client, "hello", 5));
	drop(&s->child);
	KUNIT_EXPECT_EQ(test, -ECONNRESET, receive_bytes(s->client, &c, 1, 0));
}

static void listen_close_resets_waiting_child(struct kunit *test)
{
	struct socks *s = test->priv;
	char c;

	listen_somewhere(test, 5);
	s->client = make(test);
	KUNIT_ASSERT_EQ(test, 0, connect_to(test, s->client,
					    port_of(s->listener), 0));
	drop(&s->listener);
	KUNIT_EXPECT_EQ(test, -ECONNRESET, receive_bytes(s->client, &c, 1, 0));
}

static void bound_bind_again_in_use(struct kunit *test)
{
	struct socks *s = test->priv;
	struct sockaddr_storage addr;
	int len;

	listen_somewhere(test, 5);
	len = loopback(test, &addr, port_of(s->listener));
	s->client = make(test);
	KUNIT_EXPECT_EQ(test, -EADDRINUSE,
			kernel_bind(s->client, (struct sockaddr *)&addr, len));
}

static void established_same_tuple_refused(struct kunit *test)
{
	struct glass_net *gn = glass_net(&init_net);
	struct socks *s = test->priv;
	struct sock *found;
	struct glass_tuple tuple;
	u32 hash;

	establish(test);
	glass_tuple_of(s->client->sk, &tuple);
	hash = glass_table_hash(gn, &tuple);
	rcu_read_lock();
	found = glass_table_find(gn, &tuple, hash);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, found, s->client->sk);
	if (found)
		sock_put(found);
	/* once more into the table: its own entry is in the way */
	lock_sock(s->client->sk);
	KUNIT_EXPECT_EQ(test, -EADDRNOTAVAIL, glass_table_add(s->client->sk));
	release_sock(s->client->sk);
}

/* rfc9293: SHLD-1, MUST-9; rfc6528: 3 */
static void isn_other_tuple_differs(struct kunit *test)
{
	struct glass_net *gn = glass_net(&init_net);
	const struct way *way = test->param_value;
	struct glass_tuple a = { .lport = 1, .rport = 2,
				 .family = way->addr_family };
	struct glass_tuple b = a;
	u32 one, other;

	b.lport = 3;
	one = glass_tuple_hash(gn, &a, &gn->isn_key);
	other = glass_tuple_hash(gn, &b, &gn->isn_key);
	KUNIT_EXPECT_NE(test, one, other);
	KUNIT_EXPECT_EQ(test, one, glass_tuple_hash(gn, &a, &gn->isn_key));
	KUNIT_EXPECT_NE(test, one, glass_tuple_hash(gn, &a, &gn->port_key));
	/* rfc6528#section-3: one tick every 4 microseconds */
	KUNIT_EXPECT_EQ(test, 250u, handshake_isn(one, 1000) -
				    handshake_isn(one, 0));
}

/* Ten segments wait for a busy user and are acknowledged once */
/* rfc9293: MUST-59 */
static void established_backlog_acked_once(struct kunit *test)
{
	struct glass_net *gn = glass_net(&init_net);
	u8 *buf = kunit_kzalloc(test, 10000, GFP_KERNEL);
	struct socks *s = test->priv;
	struct sock *sk;
	u64 before;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	establish(test);
	lock_sock(s->client->sk);
	tcb_set_path_mss(&glass_sk(s->client->sk)->tcb, 1000);
	release_sock(s->client->sk);
	sk = s->child->sk;
	before = glass_rule_count(gn, RULE_ACK_EVERY_SECOND);
	/* a listener aborts its children with one depth less */
	lock_sock_nested(sk, SINGLE_DEPTH_NESTING + 1);
	KUNIT_EXPECT_EQ(test, 10000, send_bytes(s->client, buf, 10000));
	KUNIT_EXPECT_NOT_NULL(test, READ_ONCE(sk->sk_backlog.tail));
	release_sock(sk);
	KUNIT_EXPECT_EQ(test, before + 1,
			glass_rule_count(gn, RULE_ACK_EVERY_SECOND));
	KUNIT_EXPECT_EQ(test, 10000, receive_bytes(s->child, buf, 10000,
						   MSG_DONTWAIT));
}

/* rfc9293: MUST-15 */
static void closed_default_mss_is_the_familys(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct socks *s = test->priv;

	s->client = make(test);
	KUNIT_EXPECT_EQ(test, glass_sk_af(s->client->sk)->default_mss,
			way->addr_family == AF_INET6 ? 1220 : 536);
}

/* rfc4987: 3.5 */
static void syn_received_record_is_small(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, sizeof(struct glass_record), (size_t)128);
}

static struct kunit_case socket_cases[] = {
	KUNIT_CASE_PARAM(closed_connect_refused, way_gen_params),
	KUNIT_CASE_PARAM(listen_connect_established, way_gen_params),
	KUNIT_CASE_PARAM(listen_connect_without_accept_established,
			 way_gen_params),
	KUNIT_CASE_PARAM(established_send_received, way_gen_params),
	KUNIT_CASE_PARAM(established_many_pieces_in_order, way_gen_params),
	KUNIT_CASE_PARAM(established_child_closes_end_of_stream,
			 way_gen_params),
	KUNIT_CASE_PARAM(established_close_leaves_time_wait, way_gen_params),
	KUNIT_CASE_PARAM(established_close_unread_resets, way_gen_params),
	KUNIT_CASE_PARAM(listen_close_resets_waiting_child, way_gen_params),
	KUNIT_CASE_PARAM(bound_bind_again_in_use, way_gen_params),
	KUNIT_CASE_PARAM(established_same_tuple_refused, way_gen_params),
	KUNIT_CASE_PARAM(isn_other_tuple_differs, way_gen_params),
	KUNIT_CASE_PARAM(established_backlog_acked_once, way_gen_params),
	KUNIT_CASE_PARAM(closed_default_mss_is_the_familys, way_gen_params),
	KUNIT_CASE(syn_received_record_is_small),
	{}
};

static struct kunit_suite glass_socket = {
	.name = "glass_socket",
	.init = socks_init,
	.exit = socks_exit,
	.test_cases = socket_cases,
};

kunit_test_suite(glass_socket);
