// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_INFO: what does not depend on time or on the size of buffers is what
 * TCP says of the same connection.
 */
#include <linux/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

static long long asked;	/* when, by now_us() */

static struct tcp_info info_of(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	asked = now_us();
	memset(&info, 0xff, sizeof(info));
	must_be(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	must_be(len, sizeof(info));
	return info;
}

/* What all states have */
static void tell_state(const char *what, int fd)
{
	struct tcp_info info = info_of(fd);

	tell(what, info.tcpi_state);
	tell("ca", info.tcpi_ca_state);
	tell("reordering", info.tcpi_reordering);
	tell("retransmits", info.tcpi_retransmits);
	tell("probes", info.tcpi_probes);
	tell("backoff", info.tcpi_backoff);
	tell("lost", info.tcpi_lost);
	tell("retrans", info.tcpi_retrans);
	tell("total", info.tcpi_total_retrans);
	tell("fackets", info.tcpi_fackets);
	tell("paced", info.tcpi_max_pacing_rate == ~0ULL);
}

/* What is agreed upon, and what the path says */
static void tell_open(const char *what, int fd)
{
	struct tcp_info info = info_of(fd);

	tell_state(what, fd);
	tell("options", info.tcpi_options);
	tell("unacked", info.tcpi_unacked);
	tell("sacked", info.tcpi_sacked);
	tell("mss", info.tcpi_snd_mss);
	tell("advmss", info.tcpi_advmss);
	tell("pmtu", info.tcpi_pmtu);
	tell("cwnd", info.tcpi_snd_cwnd);
	tell("ssthresh", info.tcpi_snd_ssthresh);
	tell("not sent", info.tcpi_notsent_bytes);
	tell("received", info.tcpi_bytes_received);
	tell("resent", info.tcpi_bytes_retrans);
}

/* tcp(7): INFO */
static void info_lengths(const struct kind *k)
{
	struct tcp_info info;
	socklen_t len;
	int fd = stream(k);

	len = 0;
	tell("none", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	tell("len", len);
	memset(&info, 0x55, sizeof(info));
	len = 5;
	tell("five", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	tell("len", len);
	tell("fifth", ((char *)&info)[4]);
	tell("sixth", ((char *)&info)[5]);
	len = -1;
	tell("negative", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	len = sizeof(info);
	tell("fault", getsockopt(fd, IPPROTO_TCP, TCP_INFO, (void *)8, &len));
	tell("len", len);
	tell("no len", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, (void *)8));
	tell("set", set_int(fd, IPPROTO_TCP, TCP_INFO, 1));
	tell("short set", setsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, 1));
}

/* More than there is: how much that is depends on the kernel alone */
static void info_more(const struct kind *k)
{
	char all[1024];
	socklen_t len = sizeof(all);

	tell("more", getsockopt(stream(k), IPPROTO_TCP, TCP_INFO, all, &len));
	tell("len", len);
}

static void info_listener(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	int l = listener(k, &at, 7), c;
	struct tcp_info info = info_of(l);

	tell("state", info.tcpi_state);
	tell("waiting", info.tcpi_unacked);
	tell("backlog", info.tcpi_sacked);
	c = connected(k, &at);
	must_be(await(l, POLLIN), POLLIN);
	info = info_of(l);
	tell("waiting", info.tcpi_unacked);
	tell("rtt", info.tcpi_rtt);
	tell("mss", info.tcpi_snd_mss);
	must_be(do_accept(l), 0);
	tell("waiting", info_of(l).tcpi_unacked);
	close(c);
}

static void info_opening(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	tell_state("fresh", fd);
	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell_state("opening", fd);
	tell("unacked", info_of(fd).tcpi_unacked);
	tell("options", info_of(fd).tcpi_options);
	tell("rto", info_of(fd).tcpi_rto);
	tell("cwnd", info_of(fd).tcpi_snd_cwnd);
	tell("pmtu", info_of(fd).tcpi_pmtu);
}

static void info_open(const struct kind *k)
{
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	do_send(p.c, 1000, 0);
	must_be(do_recv(p.s, 1000, MSG_WAITALL), 1000);
	do_send(p.s, 500, 0);
	must_be(do_recv(p.c, 500, MSG_WAITALL), 500);
	await_acked(p.s);
	tell_row("client");
	tell_open("state", p.c);
	tell_row("server");
	tell_open("state", p.s);
	tell("acked", info_of(p.s).tcpi_bytes_acked);
	tell("sent", info_of(p.s).tcpi_bytes_sent);
}

/* Milliseconds: TCP counts them in ticks */
#define TICK 10

/* Is it so long ago what happened between @from and @to? */
static void tell_since(const char *what, __u32 ms, long long from, long long to)
{
	long long least = (asked - to) / 1000 - TICK;
	long long most = (now_us() - from) / 1000 + TICK;

	tell(what, ms >= least && ms <= most);
}

/* What depends on time: how long ago things happened, and how long they take */
static void info_times(const struct kind *k)
{
	enum { PAUSE = 200, LEN = 100000 };
	long long opened, begun, sent, came;
	struct tcp_info c, s;
	struct link l;
	struct pair p;

	link_open(&l);
	opened = now_us();
	link_pair(k, &l, &p);
	begun = now_us();
	pause_ms(PAUSE);
	/* no text yet: since the handshake */
	tell_since("client open", info_of(p.c).tcpi_last_data_recv, opened, begun);
	tell_since("server open", info_of(p.s).tcpi_last_data_recv, opened, begun);
	opened = now_us();
	pattern_send(p.c, LEN, 0, LEN);
	pattern_recv(p.s, LEN, 0, LEN);
	await_acked(p.c);
	sent = now_us();
	pause_ms(PAUSE);
	begun = now_us();
	pattern_send(p.s, LEN, 0, LEN);
	pattern_recv(p.c, LEN, 0, LEN);
	await_acked(p.s);
	came = now_us();
	pause_ms(PAUSE);
	c = info_of(p.c);
	tell_since("client sent", c.tcpi_last_data_sent, opened, sent);
	tell_since("client received", c.tcpi_last_data_recv, begun, came);
	tell_since("client heard", c.tcpi_last_ack_recv, begun, came);
	s = info_of(p.s);
	tell_since("server sent", s.tcpi_last_data_sent, begun, came);
	tell_since("server received", s.tcpi_last_data_recv, opened, sent);
	tell_since("server heard", s.tcpi_last_ack_recv, begun, came);
	tell("delayed", c.tcpi_ato >= 1000 && c.tcpi_ato <= 200000);
	tell("shortest", c.tcpi_min_rtt > 0 && c.tcpi_min_rtt < 1000000);
	tell("receiver's", c.tcpi_rcv_rtt > 0 && c.tcpi_rcv_rtt < 1000000);
	tell("paced", c.tcpi_pacing_rate > 0);
	/* where time is virtual, nothing takes any but an ACK that waits */
	set_int(p.s, IPPROTO_TCP, TCP_QUICKACK, 0);
	do_send(p.c, 1, 0);
	await_acked(p.c);
	c = info_of(p.c);
	tell("round trip", c.tcpi_rtt > 1000 && c.tcpi_rtt < 1000000);
	tell("varies", c.tcpi_rttvar > 1000 && c.tcpi_rttvar < 1000000);
}

static void tell_loss(const char *what, int fd)
{
	struct tcp_info info = info_of(fd);

	tell_row("%s", what);
	tell("unacked", info.tcpi_unacked);
	tell("sacked", info.tcpi_sacked);
	tell("lost", info.tcpi_lost);
	tell("again", info.tcpi_retrans);
	tell("twice", info.tcpi_dsack_dups);
	tell("held", info.tcpi_rcv_ooopack);
	tell("retransmits", info.tcpi_retransmits);
	tell("total", info.tcpi_total_retrans);
	tell("ca", info.tcpi_ca_state);
}

/* Text is lost on a cable that is cut, and sent again into it */
static void info_losses(const struct kind *k)
{
	struct link l;
	struct pair p;
	int ms, n;

	link_open(&l);
	link_pair(k, &l, &p);
	set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1);
	pattern_send(p.c, 1000, 0, 1000);
	pattern_recv(p.s, 1000, 0, 1000);
	await_acked(p.c);
	link_cut(&l);
	pattern_send(p.c, 1000, 1000, 1000);
	tell_loss("sent", p.c);
	for (n = 1; n <= 3; n++) {
		for (ms = 0; info_of(p.c).tcpi_backoff < n; ms++) {
			must(ms < 20000);
			pause_ms(1);
		}
		tell_loss("timeout", p.c);
	}
	link_mend(&l);
	pattern_recv(p.s, 1000, 1000, 1000);
	await_acked(p.c);
	tell_loss("client", p.c);
	tell_loss("server", p.s);
}

/* What was sent first comes last */
static void info_gap(const struct kind *k)
{
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1);
	pattern_send(p.c, 1000, 0, 1000);
	pattern_recv(p.s, 1000, 0, 1000);
	await_acked(p.c);
	link_cut(&l);
	pattern_send(p.c, 1000, 1000, 1000);
	link_mend(&l);
	pattern_send(p.c, 2000, 2000, 1000);
	pattern_recv(p.s, 3000, 1000, 1000);
	await_acked(p.c);
	tell_loss("client", p.c);
	tell_loss("server", p.s);
}

/* Text arrives, but no word of it: it comes twice, and that is told */
static void info_twice(const struct kind *k)
{
	struct link l;
	struct pair p;
	int ms;

	link_open(&l);
	link_pair(k, &l, &p);
	pattern_send(p.c, 1000, 0, 1000);
	pattern_recv(p.s, 1000, 0, 1000);
	await_acked(p.c);
	link_far(&l, "tc qdisc replace dev far0 root netem loss 100%%");
	pattern_send(p.c, 1000, 1000, 1000);
	pattern_recv(p.s, 1000, 1000, 1000);
	for (ms = 0; !info_of(p.c).tcpi_backoff; ms++) {
		must(ms < 20000);
		pause_ms(1);
	}
	tell_loss("no word", p.c);
	link_far(&l, "tc qdisc del dev far0 root");
	await_acked(p.c);
	tell_loss("client", p.c);
	tell_loss("server", p.s);
}

/* A window as who has it tells it, and as the other end was told */
static void tell_window(const char *what, int here, int there)
{
	union {
		struct tcp_info info;
		struct {
			char before[232];
			__u32 tcpi_rcv_wnd;	/* not of all kernels */
		} late;
	} own = { };
	struct tcp_info peer = info_of(there);
	socklen_t len = sizeof(own);
	__u32 scale;

	must_be(getsockopt(here, IPPROTO_TCP, TCP_INFO, &own, &len), 0);
	scale = own.info.tcpi_rcv_wscale;
	tell_row("%s", what);
	tell("scaled", scale > 0 && scale == peer.tcpi_snd_wscale);
	tell("window", peer.tcpi_snd_wnd >> scale << scale ==
	     peer.tcpi_snd_wnd && peer.tcpi_snd_wnd >= 10000);
	tell("len", len == sizeof(own));
	if (len == sizeof(own))
		tell("same", peer.tcpi_snd_wnd ==
		     own.late.tcpi_rcv_wnd >> scale << scale);
	tell("ssthresh", own.info.tcpi_rcv_ssthresh >= 10000);
}

/* What depends on buffers: both ends know of the same window */
static void info_windows(const struct kind *k)
{
	enum { LEN = 50000 };
	struct tcp_info info;
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	info = info_of(p.s);
	tell("space", info.tcpi_rcv_space / 1000 == info.tcpi_advmss / 100);
	pattern_send(p.c, LEN, 0, LEN);
	pattern_recv(p.s, LEN, 0, LEN);
	await_acked(p.c);
	tell("received", info_of(p.s).tcpi_rcv_mss);
	tell_window("server's", p.s, p.c);
	tell_window("client's", p.c, p.s);
}

/* tcpi_state, as in /proc/net/tcp */
enum { FIN_WAIT_1 = 4, FIN_WAIT_2 = 5 };

static void info_closing(const struct kind *k)
{
	struct pair p;
	int state;

	pair_open(k, &p);
	shutdown(p.c, SHUT_WR);
	must(await(p.s, POLLRDHUP) & POLLRDHUP);
	tell("peer closed", info_of(p.s).tcpi_state);
	/* the FIN's ACK may wait a while, or may be here */
	state = info_of(p.c).tcpi_state;
	tell("closed", state == FIN_WAIT_1 || state == FIN_WAIT_2);
	reset_by(p.s);
	must(await(p.c, POLLHUP) & POLLHUP);
	tell("reset", info_of(p.c).tcpi_state);
}

const struct test oracle_info[] = {
	TEST(info_lengths),
	TEST(info_more),
	TEST(info_listener),
	TEST(info_opening),
	TEST_FLAGS(info_open, PROTO),
	TEST_FLAGS(info_times, PROTO),
	TEST_FLAGS(info_losses, SLOW | PROTO),
	TEST_FLAGS(info_gap, SLOW | PROTO),
	TEST_FLAGS(info_twice, SLOW | PROTO),
	TEST_FLAGS(info_windows, PROTO),
	TEST(info_closing),
	{ }
};
