// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of a case: a listener, a client, and what is accepted.
 */
#include "socks.h"

int socks_init(struct kunit *test)
{
	struct socks *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	test->priv = s;
	if (!s)
		return -ENOMEM;
	s->net = &init_net;
	return 0;
}

void drop(struct socket **sock)
{
	if (*sock)
		sock_release(*sock);
	*sock = NULL;
}

void socks_exit(struct kunit *test)
{
	struct socks *s = test->priv;

	if (!s)
		return;
	drop(&s->child);
	drop(&s->client);
	drop(&s->listener);
}

struct socket *make(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct socks *s = test->priv;
	struct socket *sock = NULL;
	int err;

	err = sock_create_kern(s->net, way->family, SOCK_STREAM,
			       way->protocol, &sock);
	KUNIT_ASSERT_EQ(test, err, 0);
	return sock;
}

int loopback(struct kunit *test, struct sockaddr_storage *addr, u16 port)
{
	const struct way *way = test->param_value;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)addr;
	struct sockaddr_in *sin = (struct sockaddr_in *)addr;

	memset(addr, 0, sizeof(*addr));
	if (way->addr_family == AF_INET6) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(port);
		sin6->sin6_addr = in6addr_loopback;
		return sizeof(*sin6);
	}
	sin->sin_family = AF_INET;
	sin->sin_port = htons(port);
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(*sin);
}

u16 port_of(struct socket *sock)
{
	return inet_sk(sock->sk)->inet_num;
}

/* A listener on a port of its own */
void listen_somewhere(struct kunit *test, int backlog)
{
	struct socks *s = test->priv;
	struct sockaddr_storage addr;
	int len = loopback(test, &addr, 0);

	s->listener = make(test);
	KUNIT_ASSERT_EQ(test, 0, kernel_bind(s->listener,
					     (struct sockaddr *)&addr, len));
	KUNIT_ASSERT_EQ(test, 0, kernel_listen(s->listener, backlog));
}

int connect_to(struct kunit *test, struct socket *sock, u16 port, int flags)
{
	struct sockaddr_storage addr;
	int len = loopback(test, &addr, port);

	return kernel_connect(sock, (struct sockaddr *)&addr, len, flags);
}

/* Listener, client and child, ESTABLISHED */
void establish(struct kunit *test)
{
	struct socks *s = test->priv;

	listen_somewhere(test, 5);
	s->client = make(test);
	KUNIT_ASSERT_EQ(test, 0, connect_to(test, s->client,
					    port_of(s->listener), 0));
	KUNIT_ASSERT_EQ(test, 0, kernel_accept(s->listener, &s->child, 0));
}

int send_bytes(struct socket *sock, void *buf, size_t len)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = buf, .iov_len = len };

	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

int receive_bytes(struct socket *sock, void *buf, size_t len, int flags)
{
	struct msghdr msg = {};
	struct kvec vec = { .iov_base = buf, .iov_len = len };

	return kernel_recvmsg(sock, &msg, &vec, 1, len, flags);
}
