// SPDX-License-Identifier: GPL-2.0
/*
 * TIME-WAIT met by hosts of our own making. TCP must pass all of it.
 */
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "hosts.h"

/* The kernel's end closes first; @next is then what the host would send. */
static void close_first(const struct kind *k, int fd, struct wire_seg *next)
{
	struct wire_seg s;

	close_with_fin(fd);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags & FIN, FIN);
	*next = host_ack(&s, 0);
	next->flags |= FIN;
	hosts_send(k, next);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags, ACK);
	next->flags = ACK;
	next->seq++;
}

static void to_time_wait(const struct kind *k, int fd, struct wire_seg *next)
{
	close_first(k, fd, next);
	await_state(k, HOSTS_PORT, next->port, TCP_TIME_WAIT);
}

/* A host's connection, served and closed; returns the listener. */
static int one_in_time_wait(const struct kind *k, struct wire_seg *next)
{
	int l = hosts_listener(k, 8);

	to_time_wait(k, host_connects(k, l, 2, next), next);
	return l;
}

static struct wire_seg new_syn(const struct wire_seg *next, int above)
{
	struct wire_seg syn = host_syn(next->host);

	syn.seq = next->seq + above;
	return syn;
}

/* Nobody listens any more: a SYN is no reason to forget. */
static void new_syn_without_listener(const struct kind *k)
{
	struct wire_seg next, s;

	close(one_in_time_wait(k, &next));
	s = new_syn(&next, 1000);
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags, ACK);
	must_be(s.ack, next.seq);
	must_be(s.seq, next.ack);
	must_be(state_of(k, HOSTS_PORT, next.port), TCP_TIME_WAIT);
	must_have(k, "TW_SYN", 0);
	must_have(k, "TW_SYN_NOBODY", 1);
}

/* Sends text that the host acknowledges at once; the host's next segment. */
static void serve(const struct kind *k, int fd, struct wire_seg *next)
{
	static char text[100000];
	size_t sent = 0;
	struct wire_seg s;
	ssize_t n;

	while (sent < sizeof(text)) {
		n = send(fd, text + sent, sizeof(text) - sent, MSG_DONTWAIT);
		if (n > 0)
			sent += n;
		while (hosts_hear(k, &s, 20)) {
			must(s.len);
			*next = host_ack(&s, 0);
			hosts_send(k, next);
		}
	}
}

/*
 * rfc1122#section-4.2.2.13: the new connection's numbers are above all that
 * the old one used, also when that was faster than the clock of ISNs.
 * rfc9293: MAY-2
 */
static void new_syn_reopens(const struct kind *k)
{
	int l = hosts_listener(k, 8), fd;
	struct wire_seg next, s;

	fd = host_connects(k, l, 2, &next);
	serve(k, fd, &next);
	to_time_wait(k, fd, &next);
	s = new_syn(&next, 1000);
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags, SYN | ACK);
	must_be(s.ack, next.seq + 1001);
	must((int32_t)(s.seq - next.ack) > 0);
	s = host_ack(&s, 0);
	hosts_send(k, &s);
	await_state(k, HOSTS_PORT, next.port, TCP_ESTABLISHED);
	must_have(k, "TW_SYN", 1);
}

/*
 * A full SYN queue, or cookies for all, do not keep it out. (So in TCP of
 * 6.12, and not in that of 6.1, which answers a cookie.)
 */
static void new_syn_passes_full_queue(const struct kind *k)
{
	struct wire_seg next, s;

	one_in_time_wait(k, &next);
	set_sysctl(k, "syncookies", 2);
	s = new_syn(&next, 1000);
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags, SYN | ACK);
	if (!k->glass)
		return;
	must((int32_t)(s.seq - next.ack) > 0);
	await_state(k, HOSTS_PORT, next.port, TCP_SYN_RECV);
}

/* rfc1337: 2.3 */
static void old_syn_challenged(const struct kind *k)
{
	struct wire_seg next, s;

	one_in_time_wait(k, &next);
	s = new_syn(&next, -100);
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags, ACK);
	must_be(state_of(k, HOSTS_PORT, next.port), TCP_TIME_WAIT);
	/* A host that sent it in earnest answers that with a RST. */
	s = next;
	s.flags = RST;
	hosts_send(k, &s);
	await_state(k, HOSTS_PORT, next.port, 0);
}

/* The same RST, ignored; rfc1337: 3 */
/* net.glass: rfc1337 */
static void rst_ignored(const struct kind *k)
{
	struct wire_seg next, s;

	one_in_time_wait(k, &next);
	set_sysctl(k, "rfc1337", 1);
	s = next;
	s.flags = RST;
	hosts_send(k, &s);
	s.flags = RST | ACK;
	hosts_send(k, &s);
	hosts_hear_nothing(k, 50);
	must_be(state_of(k, HOSTS_PORT, next.port), TCP_TIME_WAIT);
	must_have(k, "TW_RST", 0);
	must_have(k, "TW_RST_IGNORED", 2);
}

/* Where nothing is missing an ACK needs no answer, whatever it acknowledges. */
static void bare_acks_unanswered(const struct kind *k)
{
	struct wire_seg next, s;

	one_in_time_wait(k, &next);
	set_sysctl(k, "invalid_ratelimit", 0);
	s = next;
	hosts_send(k, &s);
	s.ack--;
	hosts_send(k, &s);
	s.ack += 1000;
	hosts_send(k, &s);
	hosts_hear_nothing(k, 50);
	must_have(k, "TW_QUIET", 3);
	/* One that stands elsewhere is told where we are. */
	s = next;
	s.seq--;
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags, ACK);
	must_be(s.ack, next.seq);
}

/* net.glass: max_tw_buckets */
static void limited(const struct kind *k)
{
	struct wire_seg next[3];
	int l, fd[3], i;

	l = hosts_listener(k, 8);
	set_sysctl(k, "max_tw_buckets", 2);
	for (i = 0; i < 3; i++)
		fd[i] = host_connects(k, l, 2 + i, &next[i]);
	to_time_wait(k, fd[0], &next[0]);
	to_time_wait(k, fd[1], &next[1]);
	close_first(k, fd[2], &next[2]);
	/* The third connection is over at once: nobody is there. */
	hosts_send(k, &next[2]);
	must(hosts_hear(k, &next[2], 100));
	must_be(next[2].flags, RST);
	must_have(k, "TW_OVERFLOW", 1);
	/* Those that were there before stay. */
	hosts_send(k, &next[0]);
	hosts_send(k, &next[1]);
	hosts_hear_nothing(k, 50);
	/* When one ends, there is room again. */
	next[0].flags = RST;
	hosts_send(k, &next[0]);
	to_time_wait(k, host_connects(k, l, 9, &next[2]), &next[2]);
	hosts_send(k, &next[2]);
	hosts_hear_nothing(k, 50);
	must_have(k, "TW_OVERFLOW", 1);
}

static const struct test tests[] = {
	TEST(new_syn_without_listener),
	TEST(new_syn_reopens),
	TEST(new_syn_passes_full_queue),
	TEST(old_syn_challenged),
	TEST(rst_ignored),
	TEST(bare_acks_unanswered),
	TEST(limited),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
