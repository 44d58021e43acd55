// SPDX-License-Identifier: GPL-2.0
/*
 * The end of connections: FINs in every order, seen in the table.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

/**
 * struct ends - a pair whose rows in the table can be asked for
 * @p: the pair
 * @c: port of the end that connected
 * @s: port of the end that was accepted
 */
struct ends {
	struct pair p;
	unsigned int c;
	unsigned int s;
};

static void glass_only(const struct kind *k)
{
	if (!k->glass)
		skip("TCP's limits are of all network namespaces");
}

static void ends_open(const struct kind *k, struct ends *e)
{
	pair_open(k, &e->p);
	e->c = port_of(e->p.c);
	e->s = port_of(e->p.s);
}

static void states_are(const struct kind *k, const struct ends *e, int client,
		       int server)
{
	await_state(k, e->c, e->s, client);
	await_state(k, e->s, e->c, server);
}

static void client_closes_first(const struct kind *k)
{
	struct ends e;

	ends_open(k, &e);
	must_be(state_of(k, e.s, 0), TCP_LISTEN);
	states_are(k, &e, TCP_ESTABLISHED, TCP_ESTABLISHED);
	must_be(shutdown(e.p.c, SHUT_WR), 0);
	states_are(k, &e, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
	pattern_end(e.p.s);
	close(e.p.s);
	pattern_end(e.p.c);
	states_are(k, &e, TCP_TIME_WAIT, 0);
	close(e.p.c);
	states_are(k, &e, TCP_TIME_WAIT, 0);
}

static void server_closes_first(const struct kind *k)
{
	struct ends e;

	ends_open(k, &e);
	close(e.p.s);
	states_are(k, &e, TCP_CLOSE_WAIT, TCP_FIN_WAIT2);
	pattern_end(e.p.c);
	close(e.p.c);
	states_are(k, &e, 0, TCP_TIME_WAIT);
}

static void reset_leaves_nothing(const struct kind *k)
{
	struct ends e;

	ends_open(k, &e);
	reset_by(e.p.c);
	states_are(k, &e, 0, 0);
	must(await(e.p.s, POLLHUP) & POLLHUP);
}

static void syn_sent_row(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);
	unsigned int port;

	set_nonblock(fd);
	must_be(connect(fd, &at.sa, at.len), -1);
	port = port_of(fd);
	await_state(k, port, 7, TCP_SYN_SENT);
	close(fd);
	await_state(k, port, 7, 0);
}

/* Text and FIN together, in both directions, in either order. */
static void half_close(const struct kind *k, bool server_first)
{
	struct pair p;
	int a, b;

	pair_open(k, &p);
	a = server_first ? p.s : p.c;
	b = server_first ? p.c : p.s;
	pattern_send(a, 50000, 0, 50000);
	must_be(shutdown(a, SHUT_WR), 0);
	pattern_recv(b, 50000, 0, 3000);
	pattern_end(b);
	/* The other direction is still open, for as long as it likes. */
	pattern_send(b, 50000, 0, 20000);
	pattern_recv(a, 50000, 0, 50000);
	must_be(shutdown(b, SHUT_WR), 0);
	pattern_end(a);
}

static void half_close_client(const struct kind *k)
{
	half_close(k, false);
}

static void half_close_server(const struct kind *k)
{
	half_close(k, true);
}

struct closer {
	int fd;
	size_t len;
};

static void send_and_close(void *arg)
{
	struct closer *c = arg;

	pattern_send(c->fd, c->len, 0, 4000);
	must_be(shutdown(c->fd, SHUT_WR), 0);
	pattern_recv(c->fd, c->len, 0, 4000);
	pattern_end(c->fd);
}

/* Both ends send and close at once; the FINs may cross. */
static void both_close_at_once(const struct kind *k)
{
	struct closer one = { .len = 20000 }, two = { .len = 20000 };
	struct ends e;
	pid_t a, b;
	int i;

	for (i = 0; i < 10; i++) {
		ends_open(k, &e);
		one.fd = e.p.c;
		two.fd = e.p.s;
		a = spawn(send_and_close, &one);
		b = spawn(send_and_close, &two);
		reap(a);
		reap(b);
		pair_close(&e.p);
	}
}

/* close() hands over what was written; the kernel delivers it alone. */
static void orphan_delivers(const struct kind *k)
{
	struct pair p;
	size_t sent;

	pair_open(k, &p);
	pattern_send(p.c, 100000, 0, 100000);
	sent = fill(p.c);
	must_be(close(p.c), 0);
	pattern_recv(p.s, 100000, 0, 5000);
	must_be(drain(p.s, sent), sent);
	pattern_end(p.s);
}

/* Who sends to a closed end is told by a RST. */
/* rfc9293: MAY-1, SHLD-3 */
static void text_after_close(const struct kind *k)
{
	struct ends e;

	ends_open(k, &e);
	close(e.p.s);
	states_are(k, &e, TCP_CLOSE_WAIT, TCP_FIN_WAIT2);
	must_be(send(e.p.c, "x", 1, MSG_NOSIGNAL), 1);
	must(await(e.p.c, POLLHUP) & POLLHUP);
	must_be(send(e.p.c, "x", 1, MSG_NOSIGNAL), -1);
	must_be(errno, EPIPE);
	states_are(k, &e, 0, 0);
}

static void shut_rd_goes_on(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(shutdown(p.s, SHUT_RD), 0);
	pattern_send(p.s, 30000, 0, 30000);
	pattern_recv(p.c, 30000, 0, 30000);
	must_be(send(p.c, "x", 1, 0), 1);
	await_acked(p.c);
	pattern_send(p.s, 30000, 0, 30000);
	pattern_recv(p.c, 30000, 0, 30000);
}

/* The peer holds on: FIN-WAIT-2 without a user lasts a minute. */
static void orphan_gives_up(const struct kind *k)
{
	struct ends e;

	ends_open(k, &e);
	close(e.p.c);
	states_are(k, &e, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
	pause_ms(50000);
	states_are(k, &e, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
	pause_ms(25000);
	must_be(state_of(k, e.c, e.s), 0);
}

/* With a user it lasts as long as he likes. */
static void half_closed_for_long(const struct kind *k)
{
	struct ends e;

	ends_open(k, &e);
	must_be(shutdown(e.p.c, SHUT_WR), 0);
	pause_ms(600000);
	pattern_send(e.p.s, 5000, 0, 5000);
	pattern_recv(e.p.c, 5000, 0, 5000);
	states_are(k, &e, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
}

/* All that @e->p.c sent before it was closed arrives, and its end. */
static void goes_on(struct ends *e, size_t sent)
{
	must_be(drain(e->p.s, sent), sent);
	pattern_end(e->p.s);
}

/*
 * One may go on without its user, and when all it had to send was acknowledged
 * another one; who would be the second is reset.
 */
/* net.glass: max_orphans */
static void orphans_limited(const struct kind *k)
{
	struct ends e[3];
	size_t sent[3];
	int i;

	glass_only(k);
	netns_own();
	must(write_file("/proc/sys/net/glass/max_orphans", "1"));
	for (i = 0; i < 3; i++) {
		ends_open(k, &e[i]);
		sent[i] = fill_for_good(e[i].p.c);
	}
	close(e[0].p.c);
	close(e[1].p.c);
	must(await(e[1].p.s, POLLHUP) & POLLHUP);
	states_are(k, &e[1], 0, 0);
	must_be(counter_of(k, "TCPAbortOnMemory"), 1);
	goes_on(&e[0], sent[0]);
	states_are(k, &e[0], TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
	close(e[2].p.c);
	goes_on(&e[2], sent[2]);
	states_are(k, &e[2], TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
	must_be(counter_of(k, "TCPAbortOnMemory"), 1);
}

/* Another network namespace cannot allow itself more than the first one's. */
/* net.glass: max_orphans */
static void orphans_not_raised(const struct kind *k)
{
	static const char path[] = "/proc/sys/net/glass/max_orphans";
	char most[24] = "";
	FILE *f;

	glass_only(k);
	netns_own();
	f = fopen(path, "re");
	must(f && fgets(most, sizeof(most), f));
	fclose(f);
	must(write_file(path, "1"));
	must(write_file(path, most));
	snprintf(most, sizeof(most), "%ld", atol(most) + 1);
	must(!write_file(path, most));
}

/* Whoever has sent all waits for the peer's FIN as one of those in TIME-WAIT. */
/* net.glass: max_tw_buckets */
static void orphans_wait_for_fin(const struct kind *k)
{
	struct ends e[2];

	glass_only(k);
	netns_own();
	must(write_file("/proc/sys/net/glass/max_tw_buckets", "1"));
	ends_open(k, &e[0]);
	ends_open(k, &e[1]);
	close(e[0].p.c);
	states_are(k, &e[0], TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
	close(e[1].p.c);
	states_are(k, &e[1], 0, TCP_CLOSE_WAIT);
	must_be(counter_of(k, "TCPTimeWaitOverflow"), 1);
	/* its place is enough for its own TIME-WAIT */
	close(e[0].p.s);
	states_are(k, &e[0], TCP_TIME_WAIT, 0);
	must_be(counter_of(k, "TCPTimeWaitOverflow"), 1);
}

/* The last ACK comes while close() has the socket: it is over, nobody is reset. */
static void over_when_closed(const struct kind *k)
{
	struct ends e;

	netns_own();
	must(!k->glass || write_file("/proc/sys/net/glass/max_orphans", "0"));
	ends_open(k, &e);
	must_be(shutdown(e.p.c, SHUT_WR), 0);
	pattern_end(e.p.s);
	close(e.p.s);
	states_are(k, &e, TCP_TIME_WAIT, 0);
	must_be(counter_of(k, "TCPAbortOnMemory"), 0);
	must_be(counter_of(k, "OutRsts"), 0);
}

/* A minute, and as long as Linux' timers may be late: an eighth of it. */
/* rfc9293: MUST-13 */
static void time_wait_lasts(const struct kind *k)
{
	struct ends e;

	netns_own();
	ends_open(k, &e);
	close(e.p.c);
	pattern_end(e.p.s);
	close(e.p.s);
	states_are(k, &e, TCP_TIME_WAIT, 0);
	pause_ms(55000);
	must_be(state_of(k, e.c, e.s), TCP_TIME_WAIT);
	pause_ms(13000);
	must_be(state_of(k, e.c, e.s), 0);
	must(!k->glass || rule_count("TW_EXPIRED") == 1);
}

/* Who does not answer a SYN at all is given up, but not before his time. */
/* rfc9293: MUST-23 */
static void open_given_up_late(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	long long begin = now_us();

	must_be(connect(stream(k), &at.sa, at.len), -1);
	must_be(errno, ETIMEDOUT);
	note("%lld s", (now_us() - begin) / 1000000);
	must(!k->glass || now_us() - begin >= 180000000);
}

/* Nothing is said for an hour, and nothing is lost by it. */
static void idle_for_an_hour(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	pattern_send(p.c, 1000, 0, 1000);
	pattern_recv(p.s, 1000, 0, 1000);
	pause_ms(3600000);
	pattern_send(p.c, 100000, 0, 100000);
	pattern_recv(p.s, 100000, 0, 100000);
}

/*
 * A socket of IPv6 connects over IPv4, then over IPv6, then over IPv4. TCP's
 * own keeps to IPv4's packets after the first, and is not asked.
 */
static void families_in_turn(const struct kind *k)
{
	struct addr none = { .sa.sa_family = AF_UNSPEC, .len = sizeof(none.sa) };
	struct addr at4, at6;
	int fd, i;

	if (!k->glass || k->af == AF_INET)
		skip("one family alone");
	listener(&kinds[GLASS46], &at4, 4);
	listener(&kinds[GLASS6], &at6, 4);
	fd = stream(k);
	for (i = 0; i < 4; i++) {
		const struct addr *to = i % 2 ? &at6 : &at4;
		struct addr peer = { .len = sizeof(peer.ss) };

		must_be(connect(fd, &to->sa, to->len), 0);
		must_be(getpeername(fd, &peer.sa, &peer.len), 0);
		must(!memcmp(&peer.in6.sin6_addr, &to->in6.sin6_addr, 16));
		pattern_send(fd, 100, 0, 100);
		await_acked(fd);
		must_be(connect(fd, &none.sa, none.len), 0);
	}
}

static const struct test tests[] = {
	TEST(families_in_turn),
	TEST(client_closes_first),
	TEST(server_closes_first),
	TEST(reset_leaves_nothing),
	TEST(syn_sent_row),
	TEST(half_close_client),
	TEST(half_close_server),
	TEST(both_close_at_once),
	TEST(orphan_delivers),
	TEST(text_after_close),
	TEST(shut_rd_goes_on),
	TEST(orphans_limited),
	TEST(orphans_not_raised),
	TEST(orphans_wait_for_fin),
	TEST(over_when_closed),
	TEST_FLAGS(orphan_gives_up, SLOW),
	TEST_FLAGS(half_closed_for_long, SLOW),
	TEST_FLAGS(time_wait_lasts, SLOW),
	TEST_FLAGS(idle_for_an_hour, SLOW),
	TEST_FLAGS(open_given_up_late, SLOW),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
