// SPDX-License-Identifier: GPL-2.0
/*
 * Users inside the kernel, as file systems and block devices over the network
 * are: with callbacks of their own, pages of their own and threads that serve.
 */
#include <linux/bvec.h>
#include <linux/kthread.h>
#include <net/tcp.h>

#include "socks.h"

KUNIT_ARRAY_PARAM(way, ways, way_name);

/* How often each callback of a socket was called */
struct calls {
	int data_ready;
	int state_change;
	int write_space;
};

static void on_data_ready(struct sock *sk)
{
	((struct calls *)sk->sk_user_data)->data_ready++;
}

static void on_state_change(struct sock *sk)
{
	((struct calls *)sk->sk_user_data)->state_change++;
}

static void on_write_space(struct sock *sk)
{
	((struct calls *)sk->sk_user_data)->write_space++;
}

/* As sunrpc does it; what was there is not called: nobody sleeps on it */
static void hook(struct socket *sock, struct calls *calls)
{
	struct sock *sk = sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = calls;
	sk->sk_data_ready = on_data_ready;
	sk->sk_state_change = on_state_change;
	sk->sk_write_space = on_write_space;
	write_unlock_bh(&sk->sk_callback_lock);
}

static void connect_nonblock_callback_tells(struct kunit *test)
{
	struct socks *s = test->priv;
	struct calls calls = {};

	listen_somewhere(test, 5);
	s->client = make(test);
	hook(s->client, &calls);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS,
			connect_to(test, s->client, port_of(s->listener),
				   O_NONBLOCK));
	KUNIT_EXPECT_EQ(test, 1, calls.state_change);
	KUNIT_EXPECT_EQ(test, (int)TCP_ESTABLISHED,
			(int)s->client->sk->sk_state);
	drop(&s->client);
}

static void established_data_ready_called(struct kunit *test)
{
	struct socks *s = test->priv;
	struct calls calls = {};
	char c;

	establish(test);
	hook(s->client, &calls);
	KUNIT_ASSERT_EQ(test, 3, send_bytes(s->child, "abc", 3));
	KUNIT_EXPECT_EQ(test, 1, calls.data_ready);
	KUNIT_EXPECT_EQ(test, 0, calls.state_change);
	drop(&s->child);
	KUNIT_EXPECT_EQ(test, 1, calls.state_change);
	KUNIT_EXPECT_EQ(test, 1, receive_bytes(s->client, &c, 1, 0));
	drop(&s->client);
}

/* Who does not read fills the sender's buffer; who reads makes room there. */
static void established_write_space_called(struct kunit *test)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	struct socks *s = test->priv;
	struct calls calls = {};
	int n, sent = 0, got = 0;

	KUNIT_ASSERT_NOT_NULL(test, page);
	establish(test);
	hook(s->client, &calls);
	do {
		struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
		struct kvec vec = { .iov_base = page, .iov_len = PAGE_SIZE };

		n = kernel_sendmsg(s->client, &msg, &vec, 1, PAGE_SIZE);
		if (n > 0)
			sent += n;
	} while (n > 0 && sent < SZ_64M);
	KUNIT_EXPECT_EQ(test, -EAGAIN, n);
	set_bit(SOCK_NOSPACE, &s->client->flags);
	calls.write_space = 0;
	while (got < sent) {
		n = receive_bytes(s->child, page, PAGE_SIZE, 0);
		if (n <= 0)
			break;
		got += n;
	}
	KUNIT_EXPECT_EQ(test, sent, got);
	KUNIT_EXPECT_GT(test, calls.write_space, 0);
	free_page((unsigned long)page);
	drop(&s->client);
}

static void accept_nonblock_nobody(struct kunit *test)
{
	struct socks *s = test->priv;

	listen_somewhere(test, 5);
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			kernel_accept(s->listener, &s->child, O_NONBLOCK));
	KUNIT_EXPECT_NULL(test, s->child);
}

static void established_names_are_each_others(struct kunit *test)
{
	struct sockaddr_storage mine = {}, peers = {};
	struct socks *s = test->priv;
	int len;

	establish(test);
	len = kernel_getsockname(s->client, (struct sockaddr *)&mine);
	KUNIT_ASSERT_GT(test, len, 0);
	KUNIT_EXPECT_EQ(test, len,
			kernel_getpeername(s->child, (struct sockaddr *)&peers));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&mine, &peers, len));
}

static void shutdown_write_other_way_open(struct kunit *test)
{
	struct socks *s = test->priv;
	char c;

	establish(test);
	KUNIT_EXPECT_EQ(test, 0, kernel_sock_shutdown(s->client, SHUT_WR));
	KUNIT_EXPECT_EQ(test, -EPIPE, send_bytes(s->client, "x", 1));
	KUNIT_EXPECT_EQ(test, 0, receive_bytes(s->child, &c, 1, 0));
	KUNIT_EXPECT_EQ(test, 1, send_bytes(s->child, "y", 1));
	KUNIT_EXPECT_EQ(test, 1, receive_bytes(s->client, &c, 1, 0));
}

/* The kernel's helpers for any socket, and TCP's options by their number */
static void options_set_from_inside(struct kunit *test)
{
	struct socks *s = test->priv;
	int one = 1;
	char c;

	establish(test);
	sock_set_keepalive(s->client->sk);
	KUNIT_EXPECT_TRUE(test, sock_flag(s->client->sk, SOCK_KEEPOPEN));
	KUNIT_EXPECT_EQ(test, 0,
			s->client->ops->setsockopt(s->client, SOL_TCP,
						   TCP_NODELAY,
						   KERNEL_SOCKPTR(&one),
						   sizeof(one)));
	KUNIT_EXPECT_TRUE(test, glass_sk(s->client->sk)->tcb.opt.nodelay);
	s->client->sk->sk_rcvtimeo = 1;
	KUNIT_EXPECT_EQ(test, -EAGAIN, receive_bytes(s->client, &c, 1, 0));
	/* who does not linger resets */
	sock_no_linger(s->client->sk);
	drop(&s->client);
	KUNIT_EXPECT_EQ(test, -ECONNRESET, receive_bytes(s->child, &c, 1, 0));
}

/* A block device's pages, not copied */
static void established_pages_sent(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct msghdr msg = { .msg_flags = MSG_SPLICE_PAGES };
	struct socks *s = test->priv;
	struct bio_vec part;
	char got[8] = {};

	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page) + 100, "of pages", 8);
	bvec_set_page(&part, page, 8, 100);
	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, &part, 1, 8);
	establish(test);
	KUNIT_EXPECT_EQ(test, 8, sock_sendmsg(s->client, &msg));
	KUNIT_EXPECT_EQ(test, 8, receive_bytes(s->child, got, 8, 0));
	KUNIT_EXPECT_EQ(test, 0, memcmp(got, "of pages", 8));
	put_page(page);
}

/* A file system's socket has a page of its own, which no child may inherit. */
static void disconnect_lets_go_of_its_page(struct kunit *test)
{
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	static char much[8192];
	struct socks *s = test->priv;
	struct sock *sk;

	listen_somewhere(test, 5);
	s->client = make(test);
	sk = s->client->sk;
	sk->sk_use_task_frag = false;
	KUNIT_ASSERT_EQ(test, 0, connect_to(test, s->client,
					    port_of(s->listener), 0));
	KUNIT_ASSERT_EQ(test, (int)sizeof(much),
			send_bytes(s->client, much, sizeof(much)));
	KUNIT_EXPECT_NOT_NULL(test, sk->sk_frag.page);
	KUNIT_EXPECT_EQ(test, 0, kernel_connect(s->client, &nowhere,
						sizeof(nowhere), 0));
	KUNIT_EXPECT_NULL(test, sk->sk_frag.page);
}

/* So long it waits for a client that does not come, or says nothing */
#define SERVE_PATIENCE	(5 * HZ)

/* Accepts one connection, and says back what it hears until that ends */
static int serve(void *data)
{
	struct socket *listener = data, *sock = NULL;
	int n = kernel_accept(listener, &sock, 0);
	char buf[16];

	if (!n)
		sock->sk->sk_rcvtimeo = SERVE_PATIENCE;
	while (!n) {
		n = receive_bytes(sock, buf, sizeof(buf), 0);
		if (n > 0)
			n = send_bytes(sock, buf, n) == n ? 0 : -EIO;
		else
			break;
	}
	if (sock)
		sock_release(sock);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return n;
}

static void thread_serves_another(struct kunit *test)
{
	struct socks *s = test->priv;
	struct task_struct *server;
	char buf[8];
	int i;

	listen_somewhere(test, 5);
	s->listener->sk->sk_rcvtimeo = SERVE_PATIENCE;
	server = kthread_run(serve, s->listener, "glass-serve");
	KUNIT_ASSERT_FALSE(test, IS_ERR(server));
	s->client = make(test);
	KUNIT_EXPECT_EQ(test, 0, connect_to(test, s->client,
					    port_of(s->listener), 0));
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_EQ(test, 4, send_bytes(s->client, "ping", 4));
		KUNIT_EXPECT_EQ(test, 4, receive_bytes(s->client, buf, 4,
						       MSG_WAITALL));
	}
	KUNIT_EXPECT_EQ(test, 0, kernel_sock_shutdown(s->client, SHUT_WR));
	KUNIT_EXPECT_EQ(test, 0, receive_bytes(s->client, buf, 1, 0));
	KUNIT_EXPECT_EQ(test, 0, kthread_stop(server));
}

static struct kunit_case kernel_cases[] = {
	KUNIT_CASE_PARAM(connect_nonblock_callback_tells, way_gen_params),
	KUNIT_CASE_PARAM(established_data_ready_called, way_gen_params),
	KUNIT_CASE_PARAM(established_write_space_called, way_gen_params),
	KUNIT_CASE_PARAM(accept_nonblock_nobody, way_gen_params),
	KUNIT_CASE_PARAM(established_names_are_each_others, way_gen_params),
	KUNIT_CASE_PARAM(shutdown_write_other_way_open, way_gen_params),
	KUNIT_CASE_PARAM(options_set_from_inside, way_gen_params),
	KUNIT_CASE_PARAM(established_pages_sent, way_gen_params),
	KUNIT_CASE_PARAM(disconnect_lets_go_of_its_page, way_gen_params),
	KUNIT_CASE_PARAM(thread_serves_another, way_gen_params),
	{}
};

static struct kunit_suite glass_kernel = {
	.name = "glass_kernel",
	.init = socks_init,
	.exit = socks_exit,
	.test_cases = kernel_cases,
};

kunit_test_suite(glass_kernel);
