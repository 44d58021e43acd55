// SPDX-License-Identifier: GPL-2.0
/*
 * GLASS_INFO, field by field: what the two ends of a connection say fits
 * together, and moves with what their users do.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "../../include/uapi/linux/glass.h"

#define TEXT 1000

static struct glass_info info_of(int fd)
{
	struct glass_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0xff, sizeof(info));
	must_be(getsockopt(fd, SOL_GLASS, GLASS_INFO, &info, &len), 0);
	must_be(len, sizeof(info));
	return info;
}

static void only_glass(const struct kind *k)
{
	if (!k->glass)
		skip("TCP has no such option");
}

/* Its length is its version: programs older or newer than the module */
/* tcp(7): INFO */
static void lengths(const struct kind *k)
{
	struct {
		struct glass_info info;
		char more[64];
	} longer;
	socklen_t len = sizeof(longer);
	int fd;

	only_glass(k);
	fd = stream(k);
	must_be(sizeof(struct glass_info) % 8, 0);	/* no hole at its end */
	must_be(getsockopt(fd, SOL_GLASS, GLASS_INFO, &longer, &len), 0);
	must_be(len, sizeof(struct glass_info));
	memset(&longer, 0x55, sizeof(longer));
	len = sizeof(__u32) + 1;
	must_be(getsockopt(fd, SOL_GLASS, GLASS_INFO, &longer, &len), 0);
	must_be(len, sizeof(__u32) + 1);
	must_be(longer.info.state, 7);
	must_be(longer.info.flags, 0x55555500);
	len = -1;
	must_be(getsockopt(fd, SOL_GLASS, GLASS_INFO, &longer, &len), -1);
	must_be(set_int(fd, SOL_GLASS, GLASS_INFO, 1), -1);
}

/* Programs that know it are there: nothing moves, what is new comes last */
static void layout(const struct kind *k)
{
#define AT(name, where) { #name, offsetof(struct glass_info, name), where }
	static const struct {
		const char *name;
		size_t got, want;
	} fields[] = {
		AT(state, 0), AT(flags, 4), AT(accept_queue, 8),
		AT(backlog, 12), AT(syn_queue, 16), AT(timer, 20),
		AT(timer_ms, 24), AT(state_ms, 28), AT(iss, 32),
		AT(snd_una, 36), AT(snd_cur, 40), AT(snd_nxt, 44),
		AT(snd_end, 48), AT(snd_wnd, 52), AT(snd_wl1, 56),
		AT(snd_wl2, 60), AT(snd_wscale, 64), AT(snd_mss, 68),
		AT(irs, 72), AT(rcv_user, 76), AT(rcv_nxt, 80),
		AT(rcv_wnd, 84), AT(rcv_wscale, 88), AT(rcv_mss, 92),
		AT(adv_mss, 96), AT(path_mtu, 100), AT(srtt_us, 104),
		AT(rttvar_us, 108), AT(min_rtt_us, 112), AT(rto_us, 116),
		AT(cwnd, 120), AT(ssthresh, 124), AT(in_flight, 128),
		AT(sacked, 132), AT(lost, 136), AT(held, 140),
		AT(backoff, 144), AT(unanswered, 148), AT(resends, 152),
		AT(quiet_ms, 156), AT(bytes_acked, 160),
		AT(bytes_received, 168), AT(bytes_sent, 176),
		AT(bytes_resent, 184), AT(pacing_rate, 192),
	};
#undef AT
	size_t i;

	only_glass(k);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].got != fields[i].want)
			note("%s has moved", fields[i].name);
		must_be(fields[i].got, fields[i].want);
	}
	/* whoever adds a field adds a line above, and the length here */
	must_be(sizeof(struct glass_info), 200);
}

/* Every number, at both levels: what is not there says so, and nothing else */
/* tcp(7): ENOPROTOOPT */
static void every_option(const struct kind *k)
{
	static const bool has[64] = {
		[GLASS_NODELAY] = true, [GLASS_MAXSEG] = true,
		[GLASS_CORK] = true, [GLASS_KEEPIDLE] = true,
		[GLASS_KEEPINTVL] = true, [GLASS_KEEPCNT] = true,
		[GLASS_SYNCNT] = true, [GLASS_LINGER2] = true,
		[GLASS_DEFER_ACCEPT] = true, [GLASS_WINDOW_CLAMP] = true,
		[GLASS_INFO] = true, [GLASS_QUICKACK] = true,
		[GLASS_CONGESTION] = true, [GLASS_USER_TIMEOUT] = true,
		[GLASS_FASTOPEN] = true, [GLASS_FASTOPEN_CONNECT] = true,
		[GLASS_NOTSENT_LOWAT] = true,
	};
	bool there;
	static const int levels[] = { SOL_GLASS, IPPROTO_TCP };
	int fd, level, value, i;
	socklen_t len;

	only_glass(k);
	fd = stream(k);
	for (i = 0; i < 64; i++) {
		for (level = 0; level < 2; level++) {
			len = sizeof(value);
			errno = 0;
			getsockopt(fd, levels[level], i, &value, &len);
			there = has[i] || (!level && i == GLASS_ZEROCOPY);
			must_be(errno, there ? 0 : ENOPROTOOPT);
			if (there)
				continue;
			set_int(fd, levels[level], i, 1);
			must_be(errno, ENOPROTOOPT);
		}
	}
}

/* What is set at one level is so at the other */
static void both_levels(const struct kind *k)
{
	static const struct {
		int name;
		int value[2];
	} all[] = {
		{ GLASS_NODELAY, { 1, 0 } }, { GLASS_MAXSEG, { 1000, 600 } },
		{ GLASS_CORK, { 1, 0 } }, { GLASS_KEEPIDLE, { 11, 12 } },
		{ GLASS_KEEPINTVL, { 13, 14 } }, { GLASS_KEEPCNT, { 15, 16 } },
		{ GLASS_SYNCNT, { 3, 4 } }, { GLASS_LINGER2, { 17, 18 } },
		{ GLASS_DEFER_ACCEPT, { 1, 3 } },
		{ GLASS_WINDOW_CLAMP, { 5000, 6000 } },
		{ GLASS_QUICKACK, { 0, 1 } },
		{ GLASS_USER_TIMEOUT, { 1900, 2000 } },
		{ GLASS_FASTOPEN, { 21, 22 } },
		{ GLASS_NOTSENT_LOWAT, { 2300, 2400 } },
		{ GLASS_FASTOPEN_CONNECT, { 1, 0 } },
	};
	static const int levels[] = { SOL_GLASS, IPPROTO_TCP };
	char name[16];
	socklen_t len = sizeof(name);
	int fd, from;
	size_t i;

	only_glass(k);
	netns_own();
	sysctl(k, "fastopen", "1");
	fd = stream(k);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (from = 0; from < 2; from++) {
			must_be(set_int(fd, levels[from], all[i].name,
					all[i].value[from]), 0);
			must_be(get_int(fd, levels[!from], all[i].name),
				all[i].value[from]);
		}
	}
	must_be(setsockopt(fd, SOL_GLASS, GLASS_CONGESTION, "reno", 4), 0);
	must_be(getsockopt(fd, IPPROTO_TCP, GLASS_CONGESTION, name, &len), 0);
	must(!strcmp(name, "reno"));
	must_be(setsockopt(fd, IPPROTO_TCP, GLASS_CONGESTION, "cubic", 5), 0);
	len = sizeof(name);
	must_be(getsockopt(fd, SOL_GLASS, GLASS_CONGESTION, name, &len), 0);
	must(!strcmp(name, "cubic"));
}

static void fresh(const struct kind *k)
{
	struct glass_info info, none = { .state = 7 };

	only_glass(k);
	info = info_of(stream(k));
	must(!memcmp(&info, &none, sizeof(info)));
}

static void queues(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	struct glass_info info;
	int l;

	only_glass(k);
	l = listener(k, &at, 5);
	info = info_of(l);
	must_be(info.state, 10);
	must_be(info.backlog, 5);
	must_be(info.accept_queue, 0);
	connected(k, &at);
	connected(k, &at);
	while (info_of(l).accept_queue < 2)
		pause_ms(1);
	must(accept(l, NULL, NULL) >= 0);
	info = info_of(l);
	must_be(info.accept_queue, 1);
	must_be(info.syn_queue, 0);
	must_be(info.iss, 0);
	must_be(info.bytes_sent, 0);
}

/* What listen() asks for is granted up to a limit, and that is told */
static void backlog_limit(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);

	only_glass(k);
	netns_own();
	must(write_file("/proc/sys/net/core/somaxconn", "3"));
	must_be(info_of(listener(k, &at, 5)).backlog, 3);
}

static void opening(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	struct glass_info info;
	int fd;

	only_glass(k);
	fd = stream(k);
	set_nonblock(fd);
	connect(fd, &at.sa, at.len);
	info = info_of(fd);
	must_be(info.state, 2);
	must_be(info.flags, 0);
	must_be(info.snd_una, info.iss);
	must_be(info.snd_nxt, info.iss + 1);
	must_be(info.timer, GLASS_TIMER_RETRANSMIT);
	must(info.timer_ms <= 1000);
	must_be(info.rto_us, 1000000);
	must_be(info.irs, 0);
	must_be(info.rcv_nxt, 0);
	must_be(info.bytes_sent, 0);
}

/*
 * Text is acknowledged while it is sent: on a busy machine the sender's loss
 * probe may come before an ACK that waits, and text is sent twice.
 */
static void pair_quick(const struct kind *k, struct pair *p)
{
	pair_open(k, p);
	must_be(set_int(p->s, SOL_GLASS, GLASS_QUICKACK, 1), 0);
}

/* One end's sequence space is the other end's, seen from there */
static void must_fit(const struct glass_info *a, const struct glass_info *b)
{
	must_be(a->iss, b->irs);
	must_be(a->snd_nxt, b->rcv_nxt);
	/* told in units of the window scale */
	must_be(a->snd_wnd, b->rcv_wnd >> b->rcv_wscale << b->rcv_wscale);
	must_be(a->snd_wscale, b->rcv_wscale);
	must_be(a->bytes_sent, b->bytes_received);
	must_be(a->path_mtu, b->path_mtu);
}

static void open_ends(const struct kind *k)
{
	const __u32 both = GLASS_INFO_TIMESTAMPS | GLASS_INFO_SACK |
			   GLASS_INFO_WSCALE;
	struct glass_info c, s;
	struct pair p;

	only_glass(k);
	pair_quick(k, &p);
	pattern_send(p.c, TEXT, 0, TEXT);
	await_acked(p.c);
	c = info_of(p.c);
	s = info_of(p.s);
	must_fit(&c, &s);
	must_fit(&s, &c);
	must_be(c.state, 1);
	must_be(c.flags, both);
	must_be(s.flags, both | GLASS_INFO_PASSIVE);
	must_be(c.snd_una, c.iss + 1 + TEXT);
	must_be(c.snd_cur, c.snd_nxt);
	must_be(c.snd_end, c.snd_nxt);
	must_be(c.bytes_acked, TEXT);
	must_be(c.bytes_sent, TEXT);
	must_be(c.bytes_resent, 0);
	must_be(c.resends, 0);
	must_be(s.rcv_user, s.irs + 1);
	must_be(s.rcv_mss, TEXT);
	must_be(c.in_flight, 0);
	must_be(c.lost + c.sacked + c.backoff + c.unanswered, 0);
	must_be(c.ssthresh, 0x7fffffff);
	must(c.cwnd >= c.snd_mss);
	must(c.pacing_rate == ~0ULL);
	pattern_recv(p.s, TEXT, 0, TEXT);
	must_be(info_of(p.s).rcv_user, s.irs + 1 + TEXT);
}

/* The ACK waits: a round trip takes time also where time is virtual */
static void round_trip(const struct kind *k)
{
	struct glass_info c;
	struct pair p;

	only_glass(k);
	pair_open(k, &p);
	pattern_send(p.c, TEXT, 0, TEXT);
	await_acked(p.c);
	c = info_of(p.c);
	must(c.srtt_us && c.rttvar_us && c.min_rtt_us && c.rto_us >= 200000);
}

static void closing(const struct kind *k)
{
	struct pair p;

	only_glass(k);
	pair_quick(k, &p);
	pattern_send(p.c, TEXT, 0, TEXT);
	shutdown(p.c, SHUT_WR);
	pattern_recv(p.s, TEXT, 0, TEXT);
	must(await(p.s, POLLRDHUP) & POLLRDHUP);
	while (info_of(p.c).state != 5)
		pause_ms(1);
	must(info_of(p.s).flags & GLASS_INFO_PEER_CLOSED);
	must(info_of(p.c).flags & GLASS_INFO_CLOSED);
	/* neither SYN nor FIN is text */
	must_be(info_of(p.c).bytes_acked, TEXT);
	must_be(info_of(p.c).bytes_sent, TEXT);
	must_be(info_of(p.s).bytes_received, TEXT);
	must_be(info_of(p.s).state, 8);
}

/* It is no longer in this state than since @since, by now_us() */
static struct glass_info state_no_older(int fd, long long since)
{
	struct glass_info info = info_of(fd);

	/* both clocks are cut to milliseconds */
	must(info.state_ms <= (now_us() - since) / 1000 + 1);
	return info;
}

/* Since the state is this one, not since the socket is there */
static void state_time(const struct kind *k)
{
	enum { LONG = 500 };
	long long opened, closed;
	struct pair p;

	only_glass(k);
	opened = now_us();
	pair_open(k, &p);
	while (state_no_older(p.c, opened).state_ms < LONG)
		pause_ms(10);
	while (state_no_older(p.s, opened).state_ms < LONG)
		pause_ms(10);
	/* whole milliseconds: the first and the last may be parts of one */
	must(now_us() - opened > (LONG - 1) * 1000LL);
	closed = now_us();
	shutdown(p.c, SHUT_WR);
	while (state_no_older(p.c, closed).state != 5)
		pause_ms(1);
	while (state_no_older(p.s, closed).state != 8)
		pause_ms(1);
	/* nothing happens, and yet it goes on */
	while (state_no_older(p.c, closed).state_ms < LONG / 10)
		pause_ms(10);
}

/* What is lost is sent again, and counted */
static void resent(const struct kind *k)
{
	struct glass_info info;
	struct link l;
	struct pair p;

	only_glass(k);
	link_open(&l);
	link_pair(k, &l, &p);
	must_be(info_of(p.c).path_mtu, 1500);
	must_be(info_of(p.c).adv_mss, k->wire == AF_INET ? 1460 : 1440);
	must_be(info_of(p.c).snd_mss, k->wire == AF_INET ? 1448 : 1428);
	pattern_send(p.c, TEXT, 0, TEXT);
	pattern_recv(p.s, TEXT, 0, TEXT);
	await_acked(p.c);
	link_cut(&l);
	pattern_send(p.c, TEXT, TEXT, TEXT);
	while (!info_of(p.c).resends)
		pause_ms(10);
	info = info_of(p.c);
	must_be(info.snd_nxt - info.snd_una, TEXT);
	must_be(info.bytes_acked, TEXT);
	must_be(info.bytes_resent, info.resends * TEXT);
	must_be(info.bytes_sent, (2 + info.resends) * TEXT);
	link_mend(&l);
	pattern_recv(p.s, TEXT, TEXT, TEXT);
	await_acked(p.c);
	must_be(info_of(p.c).bytes_acked, 2 * TEXT);
	must_be(info_of(p.s).bytes_received, 2 * TEXT);
}

static const struct test tests[] = {
	TEST(lengths),
	TEST_FLAGS(layout, ONCE),
	TEST(every_option),
	TEST(both_levels),
	TEST(fresh),
	TEST(queues),
	TEST(backlog_limit),
	TEST(opening),
	TEST(open_ends),
	TEST(round_trip),
	TEST(closing),
	TEST(state_time),
	TEST_FLAGS(resent, PROTO),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
