// SPDX-License-Identifier: GPL-2.0
/*
 * Fast open as programs see it: the kernel's TCP is asked the same.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define ASKED 23	/* octets, as of nothing else */

static long fast_send(int fd, const struct addr *to, int flags)
{
	char text[ASKED];
	long n;

	memset(text, 'a', sizeof(text));
	n = sendto(fd, text, sizeof(text), MSG_FASTOPEN | MSG_NOSIGNAL | flags,
		   to ? &to->sa : NULL, to ? to->len : 0);
	return n < 0 ? -errno : n;
}

/* Does TCP_INFO say that the text of a SYN was taken? */
static void tell_taken(const char *whose, int fd)
{
	struct tcp_info info = { };
	socklen_t len = sizeof(info);

	must(!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	tell(whose, info.tcpi_options & TCPI_OPT_SYN_DATA);
}

/* What the child of @l has to read at once */
static void tell_child(int l)
{
	char text[100];
	int c = accept(l, NULL, NULL);

	must(c >= 0);
	tell("child reads", recv(c, text, sizeof(text), 0));
	tell_taken("child's SYN", c);
	close(c);
}

/* Both ends in one host: without cookie, then with it */
/* tcp(7): FASTOPEN, FASTOPEN_CONNECT */
static void fastopen_both_ends(const struct kind *k)
{
	struct addr at;
	int l, fd;

	netns_own();
	sysctl(k, "fastopen", "3");
	l = listener(k, &at, 5);
	tell("limit", set_int(l, IPPROTO_TCP, TCP_FASTOPEN, 5));
	tell("limit is", get_int(l, IPPROTO_TCP, TCP_FASTOPEN));
	fd = stream(k);
	tell("first", fast_send(fd, &at, 0));
	tell_child(l);
	tell_taken("first SYN", fd);
	close(fd);
	fd = stream(k);
	tell("second", fast_send(fd, &at, MSG_DONTWAIT));
	tell_child(l);
	tell_taken("second SYN", fd);
	tell("connected", fast_send(fd, &at, 0));
	close(fd);
	fd = stream(k);
	tell("option", set_int(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1));
	tell("connect", connect(fd, &at.sa, at.len));
	tell("write", write(fd, "abc", 3));
	tell_child(l);
}

static void fastopen_refusals(const struct kind *k)
{
	struct addr at = addr_loop(k, 9);
	int fd;

	netns_own();
	fd = stream(k);
	sysctl(k, "fastopen", "0");
	tell("off", fast_send(fd, &at, 0));
	sysctl(k, "fastopen", "1");
	tell("no address", fast_send(fd, NULL, 0));
	tell("refused", fast_send(fd, &at, 0));
	tell("negative", set_int(fd, IPPROTO_TCP, TCP_FASTOPEN, -1));
	tell("three", set_int(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 3));
}

const struct test oracle_fastopen[] = {
	TEST(fastopen_both_ends),
	TEST(fastopen_refusals),
	{ }
};
