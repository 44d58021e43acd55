// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of ends: a copy that was kept comes late, an end stands still, an end
 * loses its memory.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wishes.h"

/*
 * rfc9293#section-3.5, figure 8 but for the new SYN: the old one finds a
 * listener, and nobody where its answer goes.
 */
static void old_syn(const struct kind *k)
{
	struct pair p;

	netns_own();
	must_be(wish("keep with=syn without=ack\n"), 0);
	pair_open(k, &p);
	row_is(1, 1, 1);
	reset_by(p.c);
	must(await(p.s, POLLIN) & POLLERR);
	must_be(wish("replay 1\n"), 0);
	must_be(rule_count("FAULT_REPLAY"), 1);
	await_rule("LISTEN_SYN", 2);
	await_rule("CLOSED_REJECT", 1);
	await_rule("EMBRYO_RST", 1);
	/* and whenever it is asked for */
	must_be(wish("replay\n"), 0);
	await_rule("EMBRYO_RST", 2);
	row_is(1, 1, 1);
	close(p.s);
	close(p.l);
}

/* An old SYN does nothing to the connection that it opened */
static void old_syn_inside(const struct kind *k)
{
	struct pair p;

	netns_own();
	sysctl(k, "timestamps", "0");
	must_be(wish("keep with=syn without=ack\n"), 0);
	pair_open(k, &p);
	must_be(wish("replay\n"), 0);
	await_rule("SEQ_OLD", 1);
	exchange(&p, 10);
	pair_close(&p);
}

/* Copies in the order of their arrival; the user reads each octet once */
static void old_text(const struct kind *k)
{
	struct pair p;

	netns_own();
	/* else their timestamps tell them to be old */
	sysctl(k, "timestamps", "0");
	pair_open(k, &p);
	must_be(wish("keep with=text times=2\n"), 0);
	exchange(&p, 10);
	exchange(&p, 1000);
	await_acked(p.c);
	row_is(1, 2, 2);
	must_be(wish("replay 1\n"), 0);
	must_be(rule_count("FAULT_REPLAY"), 2);
	await_rule("SEQ_OLD", 2);
	must(quiet(p.s, 0));
	exchange(&p, 20);
	pair_close(&p);
}

/* Held is one thing, kept another: neither is let go with the other */
static void kept_is_not_held(const struct kind *k)
{
	struct pair p;
	struct row r;

	netns_own();
	pair_open(k, &p);
	/* times=0: the text is sent again before all of this is done */
	must_be(wish("keep with=text\nhold with=text nth=2 times=0\n"), 0);
	exchange(&p, 10);
	pattern_send(p.c, 20, 10, 10);
	await_held(2, 1);
	must_be(wish("release 1\n"), 0);
	row_is(1, 1, 1);
	must_be(wish("replay 9\n"), ENOENT);
	must_be(wish("replay 2\n"), ENODATA);
	must_be(wish("replay\n"), 0);
	must(row_of(2, &r));
	must(r.held >= 1);
	must_be(r.held, r.done);
	must_be(wish("clear 1\n"), 0);
	must_be(wish("replay\n"), ENODATA);
	must(quiet(p.s, 0));
	must_be(wish("release\n"), 0);
	pattern_recv(p.s, 10, 10, 10);
	must_be(wish("clear 2\n"), 0);
	pattern_recv(p.s, 10, 20, 10);
	pair_close(&p);
}

/* What is sent to it waits, before any other fault; what its user sends, too */
static void frozen(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("drop with=text\nfreeze port=%u\n", port_of(p.s)), 0);
	pattern_send(p.c, 10, 0, 10);
	pattern_send(p.s, 10, 0, 10);
	await_held(2, 1);
	row_is(1, 0, 0);
	must(quiet(p.s, 100));
	must(quiet(p.c, 0));
	must(rule_count("FAULT_FREEZE") >= 1);
	must_be(wish("release\n"), 0);
	must(quiet(p.s, 0));
	must_be(wish("thaw\n"), 0);
	must_be(rule_count("FAULT_THAW"), 1);
	pattern_recv(p.s, 10, 0, 10);
	pattern_recv(p.c, 10, 0, 10);
	pair_close(&p);
}

/* Text is on its way when time stands: nobody sends it again until it goes on */
static void no_clock(const struct kind *k)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("hold with=text to=%u\n", port_of(p.s)), 0);
	pattern_send(p.c, 10, 0, 10);
	await_held(1, 1);
	must_be(wish("freeze\n"), 0);
	pause_ms(10000);
	must_be(rule_count("RESEND_RTO") + rule_count("RESEND_TLP"), 0);
	/* nor has the timer fired in vain */
	must_be(getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	must_be(info.tcpi_backoff, 0);
	must_be(counter_of(k, "TCPTimeouts"), 0);
	must_be(wish("thaw\n"), 0);
	pause_ms(100);
	must_be(rule_count("RESEND_RTO") + rule_count("RESEND_TLP"), 1);
	pattern_recv(p.s, 10, 0, 10);
	pair_close(&p);
}

/* No SYN leaves, and no SYN/ACK leaves again */
static void frozen_open(const struct kind *k)
{
	struct addr at, own = addr_loop(k, 7003);
	int l, fd;

	netns_own();
	l = listener(k, &at, 8);
	must_be(wish("freeze port=7003\nhold with=ack without=syn\n"), 0);
	fd = stream_reuse(k);
	must_be(bind(fd, &own.sa, own.len), 0);
	set_nonblock(fd);
	must_be(connect(fd, &at.sa, at.len), -1);
	must_be(errno, EINPROGRESS);
	pause_ms(3000);
	must_be(rule_count("SEND_SYN"), 0);
	must_be(wish("thaw 1\n"), 0);
	await_held(2, 1);
	must_be(wish("freeze port=%u\n", addr_port(&at)), 0);
	pause_ms(10000);
	must_be(rule_count("SEND_SYN_ACK_AGAIN"), 0);
	must_be(wish("thaw\n"), 0);
	while (!rule_count("SEND_SYN_ACK_AGAIN"))
		pause_ms(100);
	must_be(wish("clear\n"), 0);
	close(accept(l, NULL, NULL));
	close(fd);
	close(l);
}

/* Two wishes are about one end: it goes on when neither is */
static void frozen_twice(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("hold with=text\n"), 0);
	pattern_send(p.c, 10, 0, 10);
	await_held(1, 1);
	must_be(wish("freeze port=%u\nfreeze\n", port_of(p.s)), 0);
	must_be(wish("thaw 1\n"), ENOENT);
	/* released, and it waits where it would arrive */
	must_be(wish("release 1\n"), 0);
	row_is(1, 1, 0);
	row_is(2, 0, 1);
	must_be(wish("thaw 2\n"), 0);
	row_is(3, 0, 1);
	must(quiet(p.s, 100));
	must_be(rule_count("FAULT_THAW"), 0);
	must_be(wish("clear\n"), 0);
	must_be(rule_count("FAULT_THAW"), 2);
	pattern_recv(p.s, 10, 0, 10);
	/* thawed together, each end goes on once */
	must_be(wish("freeze port=%u\nfreeze\nthaw\n", port_of(p.s)), 0);
	must_be(rule_count("FAULT_THAW"), 4);
	pair_close(&p);
}

/* The user closes an end that stands still: the peer hears of it later */
static void frozen_close(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("freeze port=%u\n", port_of(p.s)), 0);
	must_be(shutdown(p.s, SHUT_WR), 0);
	await_state(k, port_of(p.s), port_of(p.c), TCP_FIN_WAIT1);
	must(quiet(p.c, 100));
	must_be(wish("thaw\n"), 0);
	pattern_end(p.c);
	pair_close(&p);
}

/*
 * An end that nobody has any more is given up, frozen or not: its netns may be
 * gone for everybody else, and nobody left to thaw it.
 */
static void frozen_orphan(const struct kind *k)
{
	struct pair p;

	netns_own();
	sysctl(k, "fin_timeout", "1");
	pair_open(k, &p);
	must_be(wish("freeze port=%u\n", port_of(p.c)), 0);
	pattern_send(p.c, 10, 0, 10);
	close(p.c);
	await_rule("ORPHAN_TIMEOUT", 1);
	must(quiet(p.s, 100));
	must_be(wish("clear\n"), 0);
	close(p.s);
	close(p.l);
}

/* Nor does one stay that was an orphan before, and did nothing but wait */
static void orphan_frozen(const struct kind *k)
{
	struct pair p;

	netns_own();
	sysctl(k, "fin_timeout", "1");
	pair_open(k, &p);
	must_be(wish("drop times=0 from=%u\n", port_of(p.c)), 0);
	close(p.c);
	must_be(wish("freeze\n"), 0);
	await_rule("ORPHAN_TIMEOUT", 1);
	must_be(wish("clear\n"), 0);
	close(p.s);
	close(p.l);
}

/* And if he aborts it, never: the peer asks, and finds nobody */
static void frozen_abort(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("freeze port=%u\n", port_of(p.s)), 0);
	reset_by(p.s);
	must_be(wish("thaw\n"), 0);
	must(quiet(p.c, 100));
	must_be(rule_count("SEND_RST_ABORT"), 0);
	must_be(send(p.c, "?", 1, 0), 1);
	must(await(p.c, POLLIN) & POLLERR);
	must_be(get_int(p.c, SOL_SOCKET, SO_ERROR), ECONNRESET);
	close(p.c);
	close(p.l);
}

/* What cannot wait at an end that stands still is lost: it does not arrive */
static void frozen_full(const struct kind *k)
{
	enum { MOST = 1024, REPLAYS = 1100 };
	struct pair p;
	struct row r;
	int i;

	netns_own();
	must_be(wish("keep with=syn without=ack\n"), 0);
	pair_open(k, &p);
	must_be(wish("freeze\n"), 0);
	for (i = 0; i < REPLAYS; i++)
		must_be(wish("replay\n"), 0);
	must(row_of(2, &r));
	/* and the copy is one of those that there may be */
	must_be(r.held, MOST - 1);
	must_be(rule_count("FAULT_DROP"), REPLAYS - (MOST - 1));
	must_be(rule_count("SEQ_OLD") + rule_count("PAWS"), 0);
	pattern_send(p.c, 10, 0, 10);
	must_be(wish("clear\n"), 0);
	pattern_recv(p.s, 10, 0, 10);
	pair_close(&p);
}

/*
 * rfc9293#section-3.5.1: the other end knows nothing of it, until it says
 * something. Who listens is still there.
 */
static void forgotten(const struct kind *k)
{
	unsigned int server, client;
	struct addr at;
	struct pair p;
	int fd;

	netns_own();
	pair_open(k, &p);
	server = port_of(p.s);
	client = port_of(p.c);
	at = addr_loop(k, server);
	pattern_send(p.c, 10, 0, 10);
	/* else it is sent again, to nobody */
	await_acked(p.c);
	must_be(wish("forget port=%u\n", server), 0);
	row_is(1, 1, 0);
	must_be(rule_count("FAULT_FORGET"), 1);
	must_be(get_int(p.s, SOL_SOCKET, SO_ERROR), ECONNABORTED);
	pattern_recv(p.s, 10, 0, 10);
	must_be(state_of(k, server, client), 0);
	must(quiet(p.c, 100));
	must_be(state_of(k, client, server), TCP_ESTABLISHED);
	must_be(rule_count("SEND_RST_ABORT"), 0);
	must_be(send(p.c, "are you there?", 14, 0), 14);
	must(await(p.c, POLLIN) & POLLERR);
	must_be(get_int(p.c, SOL_SOCKET, SO_ERROR), ECONNRESET);
	must_be(rule_count("LISTEN_ACK"), 1);
	fd = connected(k, &at);
	close(accept(p.l, NULL, NULL));
	close(fd);
	pair_close(&p);
}

/* One who says nothing finds out by keepalives */
static void forgotten_keepalive(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_KEEPIDLE, 1), 0);
	must_be(set_int(p.c, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	must_be(wish("forget port=%u\n", port_of(p.s)), 0);
	must(await(p.c, POLLIN) & POLLERR);
	must_be(get_int(p.c, SOL_SOCKET, SO_ERROR), ECONNRESET);
	must_be(rule_count("SEND_KEEPALIVE"), 1);
	pair_close(&p);
}

/* SYN-RECEIVED and TIME-WAIT, which have no socket, and an orphan */
static void forgotten_records(const struct kind *k)
{
	unsigned int server, client;
	struct pair p, orphan;
	struct addr at;
	int l, fd;

	netns_own();
	pair_open(k, &p);
	server = port_of(p.s);
	client = port_of(p.c);
	close(p.c);
	close(p.s);
	await_state(k, client, server, TCP_TIME_WAIT);
	pair_open(k, &orphan);
	must_be(wish("hold with=fin\nhold with=ack to=7004 without=syn\n"), 0);
	close(orphan.c);
	await_held(1, 1);
	l = stream_reuse(k);
	at = addr_loop(k, 7004);
	must_be(bind(l, &at.sa, at.len), 0);
	must_be(listen(l, 1), 0);
	fd = connected(k, &at);
	await_held(2, 1);
	/* TIME-WAIT, the orphan and its peer, SYN-RECEIVED and its client */
	must_be(wish("forget\n"), 0);
	row_is(3, 5, 0);
	must_be(rule_count("FAULT_FORGET"), 5);
	must_be(get_int(fd, SOL_SOCKET, SO_ERROR), ECONNABORTED);
	must_be(rule_count("SEND_RST_ABORT"), 0);
	/* what arrives now is for nobody */
	must_be(wish("clear\n"), 0);
	await_rule("LISTEN_ACK", 2);
	close(fd);
	close(l);
	close(p.l);
	close(orphan.s);
	close(orphan.l);
}

/* A netns ends with all of it: the module's unloading shows what is left */
static void end_with_netns(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	must_be(wish("keep times=0\n"), 0);
	exchange(&p, 10);
	must_be(wish("freeze\nforget port=1\n"), 0);
	pattern_send(p.c, 10, 0, 10);
	must_be(wish("replay\n"), 0);
	must(rule_count("FAULT_FREEZE") > 0);
	pair_abort(&p);
}

static const struct test tests[] = {
	TEST(old_syn),
	TEST(old_syn_inside),
	TEST(old_text),
	TEST(kept_is_not_held),
	TEST(frozen),
	TEST_FLAGS(no_clock, SLOW),
	TEST_FLAGS(frozen_open, SLOW),
	TEST(frozen_twice),
	TEST(frozen_close),
	TEST(frozen_orphan),
	TEST(orphan_frozen),
	TEST(frozen_abort),
	TEST(frozen_full),
	TEST(forgotten),
	TEST(forgotten_keepalive),
	TEST(forgotten_records),
	TEST(end_with_netns),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
