// SPDX-License-Identifier: GPL-2.0
/*
 * GLASS_INFO of what is not there on a good day: losses and their repair, marks,
 * urgent text, cookies, silence. Each is made by segments that come or do not.
 */
#include <linux/tcp.h>
#include <string.h>
#include <unistd.h>

#include "wishes.h"
#include "../../include/uapi/linux/glass.h"

#define TEXT 1000
#define LOST 6	/* segments, */
#define CAME 3	/* and those behind them */

static struct glass_info info_of(int fd)
{
	struct glass_info info;
	socklen_t len = sizeof(info);

	must_be(getsockopt(fd, SOL_GLASS, GLASS_INFO, &info, &len), 0);
	must_be(len, sizeof(info));
	return info;
}

static bool flagged(int fd, unsigned int flag)
{
	return info_of(fd).flags & flag;
}

/* Of the segment that the send window was last taken from, rfc9293#section-3.10.7.4 */
static void window_from(const struct kind *k)
{
	struct glass_info c;
	struct pair p;
	__u32 irs;

	netns_own();
	pair_open(k, &p);
	c = info_of(p.c);
	irs = c.irs;
	must_be(c.snd_wl1, irs);
	must_be(c.snd_wl2, c.iss + 1);
	/* text of the peer's, which acknowledges nothing new */
	pattern_send(p.s, TEXT, 0, TEXT);
	pattern_recv(p.c, TEXT, 0, TEXT);
	must_be(info_of(p.c).snd_wl1, irs + 1);
	pattern_send(p.s, TEXT, TEXT, TEXT);
	pattern_recv(p.c, TEXT, TEXT, TEXT);
	c = info_of(p.c);
	must_be(c.snd_wl1, irs + 1 + TEXT);
	must_be(c.snd_wl2, c.iss + 1);
	/* and its bare ACK of ours */
	pattern_send(p.c, TEXT, 0, TEXT);
	pattern_recv(p.s, TEXT, 0, TEXT);
	await_acked(p.c);
	c = info_of(p.c);
	must_be(c.snd_wl1, irs + 1 + 2 * TEXT);
	must_be(c.snd_wl2, c.iss + 1 + TEXT);
}

/* Both SYNs ask for it */
static void marks(const struct kind *k)
{
	struct pair p;

	netns_own();
	sysctl(k, "ecn", "1");
	pair_open(k, &p);
	must(flagged(p.c, GLASS_INFO_ECN));
	must(flagged(p.s, GLASS_INFO_ECN));
	sysctl(k, "ecn", "0");
	pair_open(k, &p);
	must(!flagged(p.c, GLASS_INFO_ECN));
	must(!flagged(p.s, GLASS_INFO_ECN));
}

/* Until it is acknowledged */
static void urgent(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must(!flagged(p.c, GLASS_INFO_URGENT));
	must_be(wish("drop with=urg times=0\n"), 0);
	must_be(send(p.c, "u", 1, MSG_OOB), 1);
	must(flagged(p.c, GLASS_INFO_URGENT));
	must_be(wish("clear\n"), 0);
	await_acked(p.c);
	must(!flagged(p.c, GLASS_INFO_URGENT));
	must(!flagged(p.s, GLASS_INFO_URGENT));
}

/* The first open gets a cookie, the second has text in its SYN that is taken */
static void cookie(const struct kind *k)
{
	struct addr at;
	int c, l, s, i;

	netns_own();
	sysctl(k, "fastopen", "3");
	l = listener(k, &at, 4);
	must_be(set_int(l, SOL_GLASS, GLASS_FASTOPEN, 4), 0);
	for (i = 0; i < 2; i++) {
		c = stream(k);
		must_be(sendto(c, "x", 1, MSG_FASTOPEN, &at.sa, at.len), 1);
		s = accept(l, NULL, NULL);
		must_be(recv(s, &(char){ 0 }, 1, 0), 1);
		await_acked(c);
		must_be(flagged(c, GLASS_INFO_FASTOPEN), i);
		must_be(flagged(s, GLASS_INFO_FASTOPEN), i);
	}
}

static void send_segments(int fd, size_t len, int n, size_t from)
{
	while (n--) {
		pattern_send(fd, len, from, len);
		from += len;
	}
}

/*
 * Segments are lost, and what is sent again is lost too, until the timer has
 * expired twice; then all is well.
 */
static void losing(const struct kind *k)
{
	struct glass_info i;
	unsigned int mss, rto, ms;
	struct link l;
	struct pair p;

	link_open(&l);
	link_pair(k, &l, &p);
	set_int(p.c, SOL_GLASS, GLASS_NODELAY, 1);
	pattern_send(p.c, TEXT, 0, TEXT);
	pattern_recv(p.s, TEXT, 0, TEXT);
	await_acked(p.c);
	i = info_of(p.c);
	mss = i.snd_mss;
	rto = i.rto_us;
	netns_enter(l.far);
	must_be(wish("drop with=text times=%d\n", LOST), 0);
	send_segments(p.c, mss, LOST, TEXT);
	/* as one packet, so that all are heard of at once */
	must_be(wish("drop with=text nth=2 times=0\n"), 0);
	send_segments(p.c, CAME * mss, 1, TEXT + LOST * mss);
	/* no time passes: it is heard of while the last send() goes on */
	i = info_of(p.c);
	must(i.flags & GLASS_INFO_RECOVERY);
	must_be(i.sacked, CAME * mss);
	/* as much as has arrived is sent again, and one more: the rest waits */
	must_be(i.resends, CAME + 1);
	must_be(i.bytes_resent, i.resends * mss);
	must_be(i.in_flight, i.bytes_resent);
	must_be(i.lost, LOST * mss - i.bytes_resent);
	must_be(info_of(p.s).held, 1);
	must_be(info_of(p.s).rcv_nxt, i.snd_una);
	for (ms = 0; info_of(p.c).backoff < 2; ms++) {
		must(ms < 60000);
		pause_ms(1);
	}
	i = info_of(p.c);
	must_be(i.backoff, 2);
	must(i.rto_us >= 4 * rto);
	must_be(i.sacked, CAME * mss);
	/* the first of them is on its way once more */
	must_be(i.in_flight, mss);
	must_be(i.lost, (LOST - 1) * mss);
	must_be(i.timer, GLASS_TIMER_RETRANSMIT);
	must_be(wish("clear\n"), 0);
	pattern_recv(p.s, (LOST + CAME) * mss, TEXT, mss);
	await_acked(p.c);
	i = info_of(p.c);
	must_be(i.sacked + i.lost + i.backoff + i.in_flight, 0);
	must(!(i.flags & GLASS_INFO_RECOVERY));
	must_be(info_of(p.s).held, 0);
}

#define TOLD(name) { offsetof(struct tcp_info, tcpi_##name), \
		     sizeof(((struct tcp_info *)0)->tcpi_##name) }

/* What Documentation/tables/tcp_info.tsv says Glass has */
static const struct {
	size_t at, size;
} told[] = {
	TOLD(state), TOLD(ca_state), TOLD(retransmits), TOLD(probes),
	TOLD(backoff), TOLD(options), TOLD(rto), TOLD(ato), TOLD(snd_mss),
	TOLD(rcv_mss), TOLD(unacked), TOLD(sacked), TOLD(lost),
	TOLD(last_data_sent), TOLD(last_data_recv), TOLD(last_ack_recv),
	TOLD(pmtu), TOLD(rcv_ssthresh), TOLD(rtt), TOLD(rttvar),
	TOLD(snd_ssthresh), TOLD(snd_cwnd), TOLD(advmss),
	TOLD(reordering), TOLD(rcv_rtt), TOLD(rcv_space),
	TOLD(total_retrans), TOLD(pacing_rate),
	TOLD(max_pacing_rate), TOLD(bytes_acked), TOLD(bytes_received),
	TOLD(notsent_bytes), TOLD(min_rtt), TOLD(bytes_sent),
	TOLD(bytes_retrans), TOLD(snd_wnd), TOLD(retrans),
	TOLD(dsack_dups), TOLD(rcv_ooopack),
	{ 6, 1 },	/* bits: TOLD(snd_wscale), TOLD(rcv_wscale) */
	{ 232, 4 },	/* TOLD(rcv_wnd), which older headers do not have */
};

/* What TCP_INFO says, but for what it is said to tell */
static void rest_is_0(int fd)
{
	unsigned char all[512];
	socklen_t len = sizeof(all), at;
	size_t i;

	memset(all, 0xff, sizeof(all));
	must_be(getsockopt(fd, IPPROTO_TCP, TCP_INFO, all, &len), 0);
	must(len >= sizeof(struct tcp_info) && len < sizeof(all));
	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		memset(all + told[i].at, 0, told[i].size);
	for (at = 0; at < len; at++)
		if (all[at])
			fail(__FILE__, __LINE__, "octet %u is %u", at, all[at]);
}

static void rest_of_both_is_0(const struct pair *p)
{
	rest_is_0(p->c);
	rest_is_0(p->s);
}

/*
 * What the pages say is always 0 is so in all that can happen: text overtakes
 * lost text, is sent again, twice too, and both ends have talked.
 */
static void not_told(const struct kind *k)
{
	struct link l;
	struct pair p;
	int ms;

	link_open(&l);
	link_pair(k, &l, &p);
	set_int(p.c, SOL_GLASS, GLASS_NODELAY, 1);
	rest_of_both_is_0(&p);
	pattern_send(p.s, 100 * TEXT, 0, TEXT);
	pattern_recv(p.c, 100 * TEXT, 0, TEXT);
	rest_of_both_is_0(&p);
	netns_enter(l.far);
	must_be(wish("drop with=text times=%d\n", LOST), 0);
	send_segments(p.c, TEXT, LOST + CAME, 0);
	rest_of_both_is_0(&p);
	pattern_recv(p.s, (LOST + CAME) * TEXT, 0, TEXT);
	await_acked(p.c);
	must(info_of(p.c).bytes_resent >= LOST * TEXT);
	/* both copies arrive */
	must_be(wish("hold with=text times=1\n"), 0);
	pattern_send(p.c, TEXT, (LOST + CAME) * TEXT, TEXT);
	pattern_recv(p.s, TEXT, (LOST + CAME) * TEXT, TEXT);
	must_be(wish("clear\n"), 0);
	rest_of_both_is_0(&p);
	must_be(wish("drop with=text times=0\n"), 0);
	pattern_send(p.c, TEXT, (LOST + CAME + 1) * TEXT, TEXT);
	for (ms = 0; info_of(p.c).backoff < 2; ms += 10) {
		must(ms < 60000);
		pause_ms(10);
	}
	rest_of_both_is_0(&p);
	must_be(wish("clear\n"), 0);
	pattern_recv(p.s, TEXT, (LOST + CAME + 1) * TEXT, TEXT);
	await_acked(p.c);
	rest_of_both_is_0(&p);
}

/* Keepalives that nobody answers */
static void unanswered(const struct kind *k)
{
	struct glass_info i;
	struct pair p;
	int ms;

	netns_own();
	pair_open(k, &p);
	must_be(set_int(p.c, SOL_GLASS, GLASS_KEEPIDLE, 1), 0);
	must_be(set_int(p.c, SOL_GLASS, GLASS_KEEPINTVL, 1), 0);
	must_be(set_int(p.c, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	must_be(info_of(p.c).timer, GLASS_TIMER_KEEPALIVE);
	must_be(wish("drop times=0\n"), 0);
	for (ms = 0; info_of(p.c).unanswered < 2; ms += 10) {
		must(ms < 20000);
		pause_ms(10);
	}
	i = info_of(p.c);
	must_be(i.timer, GLASS_TIMER_KEEPALIVE);
	must(i.quiet_ms >= 2000);
	must_be(wish("clear\n"), 0);
	for (ms = 0; info_of(p.c).unanswered; ms += 10) {
		must(ms < 20000);
		pause_ms(10);
	}
}

static const struct test tests[] = {
	TEST(window_from),
	TEST(marks),
	TEST(urgent),
	TEST(cookie),
	TEST_FLAGS(losing, SLOW | PROTO),
	TEST_FLAGS(not_told, PROTO),
	TEST_FLAGS(unanswered, SLOW),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
