// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake at capacity, packet by packet: both queues at n-1, n and n+1,
 * and what is sent to whom there is no room for.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "hosts.h"
#include "oracle.h"

static const int backlogs[] = { 0, 1, 2, 5 };

#define BACKLOGS (sizeof(backlogs) / sizeof(backlogs[0]))

/* A SYN; what answers it: 0 nothing, 1 a cookie, 2 an embryo, 3 a RST */
static int knock(const struct kind *k, unsigned int host, struct wire_seg *s)
{
	*s = host_syn(host);
	hosts_send(k, s);
	if (!hosts_hear(k, s, 20))
		return 0;
	if (s->flags & RST)
		return 3;
	must_be(s->flags, SYN | ACK);
	return s->shift ? 2 : 1;
}

/* SYNs of hosts that never answer: embryos, then cookies or silence */
static void syn_queue(const struct kind *k, int cookies)
{
	struct wire_seg s;
	int host, got[4];
	size_t i;

	for (i = 0; i < BACKLOGS; i++) {
		got[0] = 0;
		got[1] = 0;
		got[2] = 0;
		tell_row("backlog %d", backlogs[i]);
		hosts_listener(k, backlogs[i]);
		set_sysctl(k, "syncookies", cookies);
		for (host = 2; host < 12; host++)
			got[knock(k, host, &s)]++;
		tell("embryos", got[2]);
		tell("cookies", got[1]);
	}
}

static void syn_queue_with_cookies(const struct kind *k)
{
	syn_queue(k, 1);
}

static void syn_queue_without_cookies(const struct kind *k)
{
	syn_queue(k, 0);
}

/* Hosts that complete their handshakes one by one: how many are let in? */
static void accept_queue(const struct kind *k)
{
	struct wire_seg s;
	int host, l, in;
	size_t i;

	for (i = 0; i < BACKLOGS; i++) {
		in = 0;
		tell_row("backlog %d", backlogs[i]);
		l = hosts_listener(k, backlogs[i]);
		for (host = 2; host < 12; host++) {
			if (!knock(k, host, &s))
				continue;
			s = host_ack(&s, 0);
			hosts_send(k, &s);
			in++;
		}
		tell("answered", in);
		set_nonblock(l);
		for (in = 0; !do_accept(l); in++)
			;
		tell("accepted", in);
	}
}

/* One host's neighbours fill the accept queue between its SYN and its ACK. */
static int overtaken(const struct kind *k, struct wire_seg *ack)
{
	int l = hosts_listener(k, 1), host;
	struct wire_seg s[3];

	for (host = 0; host < 3; host++)
		must(knock(k, 2 + host, &s[host]));
	for (host = 1; host < 3; host++) {
		*ack = host_ack(&s[host], 0);
		hosts_send(k, ack);
	}
	*ack = host_ack(&s[0], 0);
	return l;
}

/* The timers of both are a little late, and the later the longer they are. */
static long seconds_since(long long start)
{
	return (now_us() - start + 500000) / 1000000;
}

/* What is heard, and after how many seconds, until nothing is for two minutes */
static void tell_times(const struct kind *k)
{
	long long start = now_us();
	struct wire_seg s;
	char name[32];

	while (hosts_hear(k, &s, 130000)) {
		snprintf(name, sizeof(name), "flags %#x", s.flags);
		tell(name, seconds_since(start));
	}
}

/* No room for the ACK that completes: the SYN/ACK comes again, and again. */
static void overflow_synacks(const struct kind *k)
{
	struct wire_seg ack, s = { 0 };

	overtaken(k, &ack);
	hosts_send(k, &ack);
	tell_times(k);
	hosts_send(k, &ack);
	tell("answered", hosts_hear(k, &s, 100));
	tell("flags", s.flags);
}

/* Room in time: the ACK that answers the next SYN/ACK completes. */
static void overflow_recovers(const struct kind *k)
{
	struct wire_seg ack, s = { 0 };
	int l = overtaken(k, &ack);

	hosts_send(k, &ack);
	tell("first", do_accept(l));
	tell("second", do_accept(l));
	set_nonblock(l);
	tell("too early", do_accept(l));
	must(hosts_hear(k, &s, 2000));
	tell("flags", s.flags);
	hosts_send(k, &ack);
	tell("third", do_accept(l));
}

/* The third's text comes where there is no room, then again where there is. */
static void overflow_text(const struct kind *k)
{
	struct wire_seg ack;
	int l = overtaken(k, &ack);

	ack.len = 5;
	hosts_send(k, &ack);
	tell("first", do_accept(l));
	tell("second", do_accept(l));
	hosts_send(k, &ack);
	tell("third", do_recv(accept(l, NULL, NULL), 9, 0));
}

/* net.glass: abort_on_overflow */
static void overflow_aborts(const struct kind *k)
{
	struct wire_seg ack, s = { 0 };
	int l = overtaken(k, &ack);

	set_sysctl(k, "abort_on_overflow", 1);
	hosts_send(k, &ack);
	tell("answered", hosts_hear(k, &s, 100));
	tell("flags", s.flags);
	tell("seq", s.seq == ack.ack);
	tell_times(k);
	tell("first", do_accept(l));
	tell("second", do_accept(l));
	tell("again", knock(k, 20, &s));
}

/* tcp(7): DEFER_ACCEPT */
static void defer_values(const struct kind *k)
{
	static const int seconds[] = {
		-1, 0, 1, 2, 3, 4, 7, 8, 100, 127, 128, 1000, 1 << 30,
	};
	struct addr at;
	int l = listener(k, &at, 3);
	size_t i;

	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		tell("set", set_int(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds[i]));
		tell("get", get_int(l, IPPROTO_TCP, TCP_DEFER_ACCEPT));
	}
}

/* A bare ACK is not enough, text is. */
static void defer_text(const struct kind *k)
{
	int l = hosts_listener(k, 3), s;
	struct wire_seg ack;

	tell("set", set_int(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5));
	ack = host_shake(k, 2);
	ack = host_ack(&ack, 0);
	hosts_send(k, &ack);
	set_nonblock(l);
	tell("early", do_accept(l));
	tell_events("poll", events_now(l));
	ack.len = 3;
	hosts_send(k, &ack);
	s = accept(l, NULL, NULL);
	tell("recv", do_recv(s, 9, 0));
	tell("inherited", get_int(s, IPPROTO_TCP, TCP_DEFER_ACCEPT));
}

/* Only ever a bare ACK: the SYN/ACK comes late, and its answer opens. */
static void defer_times(const struct kind *k)
{
	int l = hosts_listener(k, 3);
	struct wire_seg ack, s = { 0 };
	long long start;

	tell("set", set_int(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 7));
	ack = host_shake(k, 2);
	start = now_us();
	ack = host_ack(&ack, 0);
	hosts_send(k, &ack);
	set_nonblock(l);
	while (do_accept(l) && hosts_hear(k, &s, 130000)) {
		tell("after", seconds_since(start));
		tell("flags", s.flags);
		hosts_send(k, &ack);
	}
	tell("until", seconds_since(start));
}

/* Never an answer */
static void defer_without_ack(const struct kind *k)
{
	int l = hosts_listener(k, 3);

	tell("set", set_int(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 200));
	host_shake(k, 2);
	tell_times(k);
}

/* Text that the listener's filter cuts off was not received: it comes again. */
static void filter_cuts_text(const struct kind *k)
{
	struct sock_filter first[] = { BPF_STMT(BPF_RET | BPF_K, 60) };
	struct sock_fprog program = { 1, first };
	struct wire_seg ack, s = { 0 };
	int l = hosts_listener(k, 3), fd;

	tell("attach", setsockopt(l, SOL_SOCKET, SO_ATTACH_FILTER, &program,
				  sizeof(program)));
	ack = host_shake(k, 2);
	ack = host_ack(&ack, 0);
	ack.len = 100;
	hosts_send(k, &ack);
	fd = accept(l, NULL, NULL);
	tell("text", do_recv(fd, 200, 0));
	must(hosts_hear(k, &s, 500));
	tell("acknowledged", (int)(s.ack - ack.seq));
	/* the child has a filter of its own */
	must_be(set_int(fd, SOL_SOCKET, SO_DETACH_FILTER, 0), 0);
	ack.seq += 40;
	ack.len = 60;
	hosts_send(k, &ack);
	tell("more", do_recv(fd, 200, 0));
}

/* A listener goes, with children in both queues. */
static void closed_with_children(const struct kind *k)
{
	struct wire_seg embryo, ack, s = { 0 };
	int l = hosts_listener(k, 3), i;
	char name[32];

	for (i = 0; i < 2; i++) {
		ack = host_shake(k, 2 + i);
		ack = host_ack(&ack, 0);
		hosts_send(k, &ack);
	}
	embryo = host_shake(k, 9);
	close(l);
	for (i = 0; hosts_hear(k, &s, 130000); i++) {
		snprintf(name, sizeof(name), "host %u", s.host);
		tell(name, s.flags);
	}
	tell("heard", i);
	s = host_ack(&embryo, 0);
	hosts_send(k, &s);
	tell("answered", hosts_hear(k, &s, 100));
	tell("flags", s.flags);
	tell("syn", knock(k, 20, &s));
}

/* The same, and the embryo's ACK comes at once */
static void closed_then_ack(const struct kind *k)
{
	int l = hosts_listener(k, 3);
	struct wire_seg s = host_shake(k, 9);

	close(l);
	s = host_ack(&s, 0);
	hosts_send(k, &s);
	tell("answered", hosts_hear(k, &s, 100));
	tell("flags", s.flags);
}

#define TABLE(fn, bits) TEST_FLAGS(fn, SHOW | (bits))

const struct test oracle_backlog[] = {
	TABLE(syn_queue_with_cookies, SLOW),
	TABLE(syn_queue_without_cookies, SLOW),
	TABLE(accept_queue, SLOW),
	TABLE(overflow_synacks, SLOW),
	TABLE(overflow_recovers, 0),
	TABLE(overflow_text, 0),
	TABLE(overflow_aborts, SLOW),
	TABLE(defer_values, 0),
	TABLE(defer_text, 0),
	TABLE(defer_times, SLOW),
	TABLE(defer_without_ack, SLOW),
	TABLE(filter_cuts_text, 0),
	TABLE(closed_with_children, SLOW),
	TABLE(closed_then_ack, 0),
	{ }
};
