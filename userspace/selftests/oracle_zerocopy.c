// SPDX-License-Identifier: GPL-2.0
/*
 * MSG_ZEROCOPY: pages lent to the kernel, and the notice that they are free.
 */
#include <errno.h>
#include <time.h>
#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../include/uapi/linux/glass.h"
#include "oracle.h"

#define PAGE 4096

/* By the name that TCP has for it where Glass may have it, else its own */
static int allow_by(const struct kind *k, int fd, int value)
{
	int ret = set_int(fd, SOL_SOCKET, SO_ZEROCOPY, value);

	if (ret && errno == EOPNOTSUPP && k->glass)
		ret = set_int(fd, SOL_GLASS, GLASS_ZEROCOPY, value);
	return ret;
}

void zerocopy_allow(const struct kind *k, int fd)
{
	must_be(allow_by(k, fd, 1), 0);
}

static void open_allowed(const struct kind *k, struct pair *p)
{
	pair_open(k, p);
	zerocopy_allow(k, p->c);
}

static long lend(int fd, const void *buf, size_t len, int flags)
{
	return send(fd, buf, len, MSG_ZEROCOPY | MSG_NOSIGNAL | flags);
}

/* Pages that nobody else has, with the pattern */
static char *pages(size_t len, size_t from)
{
	char *buf = mmap(NULL, len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(buf != MAP_FAILED);
	pattern_fill(buf, len, from);
	return buf;
}

/* The next notice, if there is one */
static bool notice(int fd, struct sock_extended_err *e)
{
	char control[256];
	struct msghdr m = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
		must_be(errno, EAGAIN);
		return false;
	}
	c = CMSG_FIRSTHDR(&m);
	must(c && (m.msg_flags & MSG_ERRQUEUE));
	memcpy(e, CMSG_DATA(c), sizeof(*e));
	return true;
}

void zerocopy_tell(int fd)
{
	struct sock_extended_err e;
	char text[96];

	if (!notice(fd, &e)) {
		tell_text("notice", "none");
		return;
	}
	snprintf(text, sizeof(text), "%u-%u errno %u origin %u type %u code %u",
		 e.ee_info, e.ee_data, e.ee_errno, e.ee_origin, e.ee_type,
		 e.ee_code);
	tell_text("notice", text);
}

/*
 * All of the first @n calls, whatever ranges the notices are cut into; they
 * come in order.
 */
static void tell_all(int fd, unsigned int n)
{
	struct sock_extended_err e;
	unsigned int next = 0;

	while (next < n) {
		must(await(fd, POLLERR) & POLLERR);
		while (notice(fd, &e)) {
			must_be(e.ee_origin, SO_EE_ORIGIN_ZEROCOPY);
			must_be(e.ee_info, next);
			must(e.ee_data >= e.ee_info);
			next = e.ee_data + 1;
		}
	}
	tell("notices of", next);
	tell_events("then", events_now(fd) & POLLERR);
}

/* tcp(7): ZEROCOPY */
static void zerocopy_option(const struct kind *k)
{
	int fd = stream(k);

	tell("before", get_int(fd, SOL_SOCKET, SO_ZEROCOPY));
	tell("2", allow_by(k, fd, 2));
	tell("-1", allow_by(k, fd, -1));
	tell("1", allow_by(k, fd, 1));
	tell("is", get_int(fd, SOL_SOCKET, SO_ZEROCOPY));
	if (k->glass)
		must_be(get_int(fd, SOL_GLASS, GLASS_ZEROCOPY), 1);
	tell("0", allow_by(k, fd, 0));
	tell("is", get_int(fd, SOL_SOCKET, SO_ZEROCOPY));
	tell("no option of TCP's", set_int(fd, IPPROTO_TCP, GLASS_ZEROCOPY, 1));
	if (k->glass)
		must_be(set_int(fd, SOL_GLASS, GLASS_ZEROCOPY, 1), 0);
	else
		zerocopy_allow(k, fd);
	tell("is", get_int(fd, SOL_SOCKET, SO_ZEROCOPY));
}

/* SO_ZEROCOPY itself, and the other options of its level, of both ends */
static void zerocopy_as_of_tcp(const struct kind *k)
{
	struct utsname u;
	struct pair p;
	int i;

	must_be(uname(&u), 0);
	if (k->glass && !strncmp(u.release, "6.1.", 4))
		skip("6.1 refuses SO_ZEROCOPY to all but TCP and UDP");
	pair_open(k, &p);
	for (i = 0; i < 2; i++) {
		int fd = i ? p.s : p.c;

		tell("set", set_int(fd, SOL_SOCKET, SO_ZEROCOPY, 1));
		tell("is", get_int(fd, SOL_SOCKET, SO_ZEROCOPY));
		tell("short", setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &i, 2));
		tell("NULL", setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, NULL, 4));
		tell("SNDBUF", set_int(fd, SOL_SOCKET, SO_SNDBUF, 50000));
		tell("is", get_int(fd, SOL_SOCKET, SO_SNDBUF));
		tell("unknown", set_int(fd, SOL_SOCKET, 9999, 1));
	}
}

static void zerocopy_inherited(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 5), c, s;

	zerocopy_allow(k, l);
	c = connected(k, &at);
	s = accept(l, NULL, NULL);
	tell("child", get_int(s, SOL_SOCKET, SO_ZEROCOPY));
	tell("other", get_int(c, SOL_SOCKET, SO_ZEROCOPY));
	tell("lend", lend(s, pages(PAGE, 0), PAGE, 0));
	tell_sha("sha256", c, PAGE, 0);
	tell_all(s, 1);
}

/* Without the option the flag means nothing. */
static void zerocopy_not_asked(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("lend", lend(p.c, pages(PAGE, 0), PAGE, 0));
	await_acked(p.c);
	zerocopy_tell(p.c);
	tell_sha("sha256", p.s, PAGE, 0);
}

static void zerocopy_one(const struct kind *k)
{
	struct pair p;

	open_allowed(k, &p);
	tell("lend", lend(p.c, pages(20000, 0), 20000, 0));
	await_acked(p.c);
	tell_events("poll", events_now(p.c));
	tell("SO_ERROR", get_int(p.c, SOL_SOCKET, SO_ERROR));
	zerocopy_tell(p.c);
	zerocopy_tell(p.c);
	tell_events("poll", events_now(p.c));
	tell("again", lend(p.c, pages(10, 20000), 10, 0));
	await_acked(p.c);
	zerocopy_tell(p.c);
	tell_sha("sha256", p.s, 20010, 0);
}

/* Notices that nobody fetched become one. */
static void zerocopy_ranges(const struct kind *k)
{
	char *buf = pages(50000, 0);
	struct pair p;
	int i;

	open_allowed(k, &p);
	for (i = 0; i < 5; i++) {
		must_be(lend(p.c, buf + 10000 * i, 10000, 0), 10000);
		await_acked(p.c);
	}
	zerocopy_tell(p.c);
	zerocopy_tell(p.c);
	tell_sha("sha256", p.s, 50000, 0);
}

/* A call that takes nothing is none. */
static void zerocopy_nothing(const struct kind *k)
{
	struct pair p;
	int fd = stream(k);

	zerocopy_allow(k, fd);
	tell("fresh", lend(fd, pages(PAGE, 0), PAGE, 0));
	open_allowed(k, &p);
	tell("none", lend(p.c, "", 0, 0));
	tell("fault", lend(p.c, (void *)8, 100, 0));
	tell("good", lend(p.c, pages(PAGE, 0), PAGE, 0));
	await_acked(p.c);
	zerocopy_tell(p.c);
	fill_for_good(p.c);
	tell("full", lend(p.c, pages(PAGE, 0), PAGE, MSG_DONTWAIT));
	zerocopy_tell(p.c);
	must_be(shutdown(p.c, SHUT_WR), 0);
	tell("shut", lend(p.c, pages(PAGE, 0), PAGE, 0));
	zerocopy_tell(p.c);
}

/* The first piece is good, the second is not. */
static void zerocopy_fault_second(const struct kind *k)
{
	struct iovec iov[2] = {
		{ pages(PAGE, 0), PAGE }, { (void *)8, 10 },
	};
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 };
	struct pair p;

	open_allowed(k, &p);
	tell("lend", sendmsg(p.c, &m, MSG_ZEROCOPY));
	tell("good", lend(p.c, pages(PAGE, 0), PAGE, 0));
	await_acked(p.c);
	zerocopy_tell(p.c);
}

/* Far more than the buffer holds, in a few calls and in many */
static void zerocopy_much(const struct kind *k, size_t piece, size_t len)
{
	char *buf = pages(len, 0);
	struct pair p;
	size_t at, n;
	pid_t sender;

	open_allowed(k, &p);
	sender = fork();
	if (!sender) {
		for (at = 0; at < len; at += n) {
			n = len - at < piece ? len - at : piece;
			must_be(lend(p.c, buf + at, n, 0), n);
		}
		await_acked(p.c);
		_exit(0);
	}
	tell_sha("sha256", p.s, len, 0);
	reap(sender);
	tell_all(p.c, (len + piece - 1) / piece);
}

static void zerocopy_large(const struct kind *k)
{
	zerocopy_much(k, 1200000, 3000000);
}

static void zerocopy_small(const struct kind *k)
{
	zerocopy_much(k, 3001, 400000);
}

/* Lent pages, copies, and pages of a file in one stream */
static void zerocopy_mixed(const struct kind *k)
{
	char *buf = pages(200000, 0);
	const size_t lens[] = { 10, 5000, 1, 9000, 1448, 200, 40000 };
	size_t at = 0, i, calls = 0;
	struct pair p;

	open_allowed(k, &p);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_CORK, 1), 0);
	for (i = 0; i < 21; i++) {
		bool lent = i % 3;

		calls += lent;
		must_be(send(p.c, buf + at, lens[i % 7],
			     lent ? MSG_ZEROCOPY : 0), lens[i % 7]);
		at += lens[i % 7];
	}
	must_be(set_int(p.c, IPPROTO_TCP, TCP_CORK, 0), 0);
	tell("sum", at);
	tell_sha("sha256", p.s, at, 0);
	await_acked(p.c);
	tell_all(p.c, calls);
}

/* What is sent again is what the page holds then: it was not copied. */
static void zerocopy_changes(const struct kind *k)
{
	char *buf = pages(PAGE, 0), got[PAGE];
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	zerocopy_allow(k, p.c);
	link_cut(&l);
	must_be(lend(p.c, buf, PAGE, 0), PAGE);
	zerocopy_tell(p.c);
	memcpy(buf + 2000, "changed", 7);
	link_mend(&l);
	tell("recv", recv(p.s, got, sizeof(got), MSG_WAITALL));
	tell("same", !memcmp(buf, got, PAGE));
	await_acked(p.c);
	zerocopy_tell(p.c);
}

/* Nobody copied what never arrived anywhere. */
static void zerocopy_times_out(const struct kind *k)
{
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	zerocopy_allow(k, p.c);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000), 0);
	link_cut(&l);
	must_be(lend(p.c, pages(12000, 0), 12000, 0), 12000);
	must_be(lend(p.c, pages(10, 0), 10, 0), 10);
	must(await(p.c, POLLERR) & POLLERR);
	while (!(events_now(p.c) & POLLHUP))
		pause_ms(20);
	tell_events("poll", events_now(p.c));
	tell("SO_ERROR", get_int(p.c, SOL_SOCKET, SO_ERROR));
	zerocopy_tell(p.c);
	zerocopy_tell(p.c);
	/* the other end's FIN is answered, or it would be sent for minutes */
	link_mend(&l);
}

/* The other end does not want it, and says so. */
static void zerocopy_reset(const struct kind *k)
{
	char *buf = pages(8 << 20, 0);
	struct pair p;

	open_allowed(k, &p);
	must(lend(p.c, buf, 8 << 20, MSG_DONTWAIT) > 0);
	zerocopy_tell(p.c);
	reset_by(p.s);
	must(await(p.c, POLLHUP) & POLLHUP);
	tell_events("poll", events_now(p.c));
	zerocopy_tell(p.c);
	zerocopy_tell(p.c);
}

/* close() does not wait; the text is sent all the same, and is what it was. */
static void zerocopy_closed(const struct kind *k)
{
	char *buf = pages(12000, 0);
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	zerocopy_allow(k, p.c);
	link_cut(&l);
	must_be(lend(p.c, buf, 12000, 0), 12000);
	must_be(close(p.c), 0);
	must_be(munmap(buf, 12000), 0);
	link_mend(&l);
	tell_sha("sha256", p.s, 12000, 0);
	tell("end", do_recv(p.s, 1, 0));
}

/* Each notice that is to come has its cost, and a limit. */
static void zerocopy_limit(const struct kind *k)
{
	char *buf = pages(PAGE, 0);
	struct link l;
	struct pair p;
	int i;

	link_open(&l);
	if (!write_file("/proc/sys/net/core/optmem_max", "3000"))
		skip("no limit of a network namespace's own");
	link_pair(k, &l, &p);
	zerocopy_allow(k, p.c);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	link_cut(&l);
	for (i = 0; i < 8; i++)
		tell("lend", lend(p.c, buf + i, 1, MSG_DONTWAIT));
	tell("copy", send(p.c, buf + 100, 1, MSG_DONTWAIT));
	link_mend(&l);
	await_acked(p.c);
	zerocopy_tell(p.c);
	tell("lend", lend(p.c, buf, 1, 0));
	await_acked(p.c);
	zerocopy_tell(p.c);
}

const struct test oracle_zerocopy[] = {
	TEST(zerocopy_option),
	TEST(zerocopy_as_of_tcp),
	TEST(zerocopy_inherited),
	TEST(zerocopy_not_asked),
	TEST(zerocopy_one),
	TEST(zerocopy_ranges),
	TEST(zerocopy_nothing),
	TEST(zerocopy_fault_second),
	TEST(zerocopy_large),
	TEST(zerocopy_small),
	TEST(zerocopy_mixed),
	TEST(zerocopy_changes),
	TEST(zerocopy_times_out),
	TEST(zerocopy_reset),
	TEST(zerocopy_closed),
	TEST(zerocopy_limit),
	{ }
};
