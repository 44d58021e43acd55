// SPDX-License-Identifier: GPL-2.0
/*
 * Users inside the kernel whose sockets are of another network namespace than the
 * first: that in which the module is loaded. Such a socket does not hold it.
 */
#include <linux/nsproxy.h>
#include <linux/sched.h>

#include "socks.h"

KUNIT_ARRAY_PARAM(way, ways, way_name);

#define PIECE 4096

static struct net *other;

/* In the process that loads the module; cases have threads of their own */
static int other_get(struct kunit_suite *suite)
{
	other = get_net(current->nsproxy->net_ns);
	return 0;
}

static void other_put(struct kunit_suite *suite)
{
	put_net(other);
}

static int other_init(struct kunit *test)
{
	int err = socks_init(test);
	struct socks *s = test->priv;

	if (!err)
		s->net = other;
	return err;
}

/* As much as the buffers of both ends take */
static size_t fill(struct socket *sock, void *buf)
{
	size_t sent = 0;
	int n;

	do {
		struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
		struct kvec vec = { .iov_base = buf, .iov_len = PIECE };

		n = kernel_sendmsg(sock, &msg, &vec, 1, PIECE);
		sent += max(n, 0);
	} while (n > 0);
	return sent;
}

static void closed_with_text_delivers(struct kunit *test)
{
	struct socks *s = test->priv;
	size_t sent, got = 0;
	struct sock *sk;
	void *buf;
	int n;

	if (net_eq(other, &init_net))
		kunit_skip(test, "the module was loaded in the first netns");
	buf = kunit_kzalloc(test, PIECE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	establish(test);
	sk = s->client->sk;
	KUNIT_EXPECT_EQ(test, 0, (int)sk->sk_net_refcnt);
	sent = fill(s->client, buf);
	KUNIT_ASSERT_GT(test, sent, (size_t)0);
	sock_hold(sk);
	drop(&s->client);
	KUNIT_EXPECT_EQ(test, 1, (int)sk->sk_net_refcnt);
	sock_put(sk);
	while ((n = receive_bytes(s->child, buf, PIECE, 0)) > 0)
		got += n;
	KUNIT_EXPECT_EQ(test, 0, n);
	KUNIT_EXPECT_EQ(test, sent, got);
}

static struct kunit_case netns_cases[] = {
	KUNIT_CASE_PARAM(closed_with_text_delivers, way_gen_params),
	{}
};

static struct kunit_suite glass_netns = {
	.name = "glass_netns",
	.suite_init = other_get,
	.suite_exit = other_put,
	.init = other_init,
	.exit = socks_exit,
	.test_cases = netns_cases,
};

kunit_test_suite(glass_netns);
