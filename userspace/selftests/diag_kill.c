// SPDX-License-Identifier: GPL-2.0
/*
 * An administrator ends connections: in each state, what the victim's calls
 * say and what its peer sees.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"

/* Not every kernel's TCP can: CONFIG_INET_DIAG_DESTROY */
static void kill_it(const struct question *q)
{
	int err = ask_kill(q);

	if (err == -EOPNOTSUPP && !q->k->glass)
		skip("this kernel's TCP cannot do it");
	must_be(err, 0);
}

static bool gone(const struct question *q)
{
	struct told t;
	int err = ask_one(q, &t);

	/* behind an embryo there is its listener */
	return err == -ENOENT || (!err && t.msg.idiag_state == TCP_LISTEN);
}

static void victim_is_told(int fd)
{
	char byte;

	must((await(fd, POLLIN) & (POLLERR | POLLHUP)) == (POLLERR | POLLHUP));
	must_be(recv(fd, &byte, 1, 0), -1);
	must_be(errno, ECONNABORTED);
	must_be(recv(fd, &byte, 1, 0), 0);
	must_be(send(fd, "x", 1, MSG_NOSIGNAL), -1);
	must_be(errno, EPIPE);
}

static void peer_is_reset(int fd)
{
	must(await(fd, POLLRDHUP) & POLLHUP);
	must_be(get_int(fd, SOL_SOCKET, SO_ERROR), ECONNRESET);
}

static void killed(const struct kind *k, int stage, struct scene *s)
{
	stages[stage].make(k, s);
	must(!gone(&s->q) || stages[stage].state == TCP_LISTEN);
	kill_it(&s->q);
	must(gone(&s->q));
}

static void kill_established(const struct kind *k)
{
	struct scene s;

	killed(k, 3, &s);
	victim_is_told(s.fd);
	peer_is_reset(s.peer);
	must_be(ask_kill(&s.q), -ENOENT);
}

static void kill_syn_sent(const struct kind *k)
{
	struct scene s;

	killed(k, 1, &s);
	must(await(s.fd, POLLOUT) & POLLERR);
	must_be(get_int(s.fd, SOL_SOCKET, SO_ERROR), ECONNABORTED);
}

/* The listener does not know that there was an embryo, nor does the client */
static void kill_syn_received(const struct kind *k)
{
	struct scene s;
	char byte;

	killed(k, 2, &s);
	must_be(ask_one(&s.q, &(struct told){}), 0);
	must_be(send(s.peer, "x", 1, 0), 1);
	must_be(recv(s.peer, &byte, 1, 0), -1);
	must_be(errno, ECONNRESET);
	set_nonblock(s.l);
	must_be(accept(s.l, NULL, NULL), -1);
	must_be(errno, EAGAIN);
}

static void kill_fin_wait_1(const struct kind *k)
{
	struct scene s;

	killed(k, 4, &s);
	must_be(get_int(s.fd, SOL_SOCKET, SO_ERROR), ECONNABORTED);
	peer_is_reset(s.peer);
}

static void kill_fin_wait_2(const struct kind *k)
{
	struct scene s;

	killed(k, 5, &s);
	must_be(get_int(s.fd, SOL_SOCKET, SO_ERROR), ECONNABORTED);
	/* its FIN came before the RST */
	must(await(s.peer, 0) & POLLHUP);
	must_be(get_int(s.peer, SOL_SOCKET, SO_ERROR), EPIPE);
}

static void kill_close_wait(const struct kind *k)
{
	struct scene s;

	killed(k, 6, &s);
	must_be(get_int(s.fd, SOL_SOCKET, SO_ERROR), ECONNABORTED);
	peer_is_reset(s.peer);
}

/*
 * CLOSING, LAST-ACK: as Linux has them, the FIN waits behind text. Of a close()
 * that aborts TCP then tells the peer, of this it does not.
 */
static void kill_closing(const struct kind *k)
{
	struct question q = question(k, ALL_STATES);
	struct scene s;
	struct told t;
	int i;

	for (i = 7; i <= 8; i++) {
		note("%s", stages[i].name);
		killed(k, i, &s);
		must_be(get_int(s.fd, SOL_SOCKET, SO_ERROR), ECONNABORTED);
		ask_socket(&q, s.peer);
		if (k->glass) {
			peer_is_reset(s.peer);
			continue;
		}
		must_be(ask_one(&q, &t), 0);
		must_be(t.msg.idiag_state, TCP_FIN_WAIT2);
	}
}

static void kill_time_wait(const struct kind *k)
{
	struct scene s;

	killed(k, 9, &s);
	must_be(ask_kill(&s.q), -ENOENT);
}

/* Its server closed first: behind the record, when it is gone, is LISTEN */
static void kill_not_the_listener(const struct kind *k)
{
	struct question q = question(k, ALL_STATES);
	struct pair p;

	if (!k->glass)
		skip("TCP's records are known by cookies");
	pair_open(k, &p);
	ask_socket(&q, p.s);
	must_be(close(p.s), 0);
	pattern_end(p.c);
	must_be(close(p.c), 0);
	await_state(k, ntohs(q.id.idiag_sport), ntohs(q.id.idiag_dport),
		    TCP_TIME_WAIT);
	kill_it(&q);
	must_be(ask_kill(&q), -ENOENT);
	must_be(state_of(k, ntohs(q.id.idiag_sport), 0), TCP_LISTEN);
}

/*
 * Nobody is left to be told, but for the peer. (An orphan in FIN-WAIT-2 is a
 * record with TCP, which ends without a word.)
 */
static void kill_orphan(const struct kind *k)
{
	struct scene s;
	int i;

	for (i = 4; i <= 5; i++) {
		note("%s", stages[i].name);
		stages[i].make(k, &s);
		must_be(close(s.fd), 0);
		must(!gone(&s.q));
		kill_it(&s.q);
		if (!k->glass && !gone(&s.q))
			skip("this kernel's TCP leaves orphans alone");
		must(gone(&s.q));
		if (k->glass || i == 4)
			must(await(s.peer, POLLRDHUP) & POLLHUP);
	}
}

/* Those who connected, accepted or not yet, and the port, afterwards */
static void kill_listen(const struct kind *k)
{
	struct question q = question(k, ALL_STATES);
	struct addr at;
	int l = listener(k, &at, 3), waits, c, a;
	char byte;

	c = connected(k, &at);
	a = accept(l, NULL, NULL);
	waits = connected(k, &at);
	must(c >= 0 && a >= 0);
	ask_socket(&q, l);
	while (!(await(l, POLLIN) & POLLIN))
		;
	kill_it(&q);
	must_be(ask_one(&q, &(struct told){}), -ENOENT);
	peer_is_reset(waits);
	must_be(send(c, "x", 1, 0), 1);
	must_be(recv(a, &byte, 1, 0), 1);
	must_be(accept(l, NULL, NULL), -1);
	must_be(errno, EINVAL);
	must_be(get_int(l, SOL_SOCKET, SO_ERROR), ECONNABORTED);
	must_be(connect(stream(k), &at.sa, at.len), -1);
	must_be(errno, ECONNREFUSED);
}

/* One that nobody has accepted yet: who accepts it is told */
static void kill_in_queue(const struct kind *k)
{
	struct question q = question(k, 1u << TCP_ESTABLISHED);
	struct addr at;
	int l = listener(k, &at, 3), c = connected(k, &at), s;
	struct told t;

	q.id.idiag_sport = htons(addr_port(&at));
	q.id.idiag_dport = htons(port_of(c));
	while (ask_all(&q, &t, 1) != 1)
		pause_ms(1);
	ask_told(&q, &t);
	kill_it(&q);
	peer_is_reset(c);
	s = accept(l, NULL, NULL);
	must(s >= 0);
	victim_is_told(s);
	/* and once more, with the listener gone first */
	c = connected(k, &at);
	q.id.idiag_dport = htons(port_of(c));
	q.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	q.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	while (ask_one(&q, &t) || t.msg.idiag_state != TCP_ESTABLISHED)
		pause_ms(1);
	kill_it(&q);
	close(l);
	must(gone(&q));
}

/* Calls that wait */
struct waiting {
	const struct kind *k;
	int fd;
	struct addr at;
};

static void wait_recv(void *arg)
{
	struct waiting *w = arg;
	char byte;

	must_be(recv(w->fd, &byte, 1, 0), -1);
	must_be(errno, ECONNABORTED);
}

static void wait_send(void *arg)
{
	struct waiting *w = arg;

	must_be(send(w->fd, "x", 1, MSG_NOSIGNAL), -1);
	must_be(errno, ECONNABORTED);
}

static void wait_accept(void *arg)
{
	struct waiting *w = arg;

	must_be(accept(w->fd, NULL, NULL), -1);
	must_be(errno, EINVAL);
}

static void wait_connect(void *arg)
{
	struct waiting *w = arg;

	must_be(connect(w->fd, &w->at.sa, w->at.len), -1);
	must_be(errno, ECONNABORTED);
}

static void wake_up(struct waiting *w, void (*call)(void *arg),
		    const struct question *q)
{
	pid_t pid = spawn(call, w);

	while (!asleep(pid))
		pause_ms(1);
	kill_it(q);
	reap(pid);
}

static void kill_waiting(const struct kind *k)
{
	struct waiting w = { .k = k, .at = addr_silent(k, 7) };
	struct question q = question(k, 1u << TCP_SYN_SENT);
	struct addr own = addr_any(k, 5700);
	struct scene s;

	stages[3].make(k, &s);
	w.fd = s.fd;
	wake_up(&w, wait_recv, &s.q);
	stages[3].make(k, &s);
	w.fd = s.fd;
	fill_for_good(s.fd);
	wake_up(&w, wait_send, &s.q);
	stages[0].make(k, &s);
	w.fd = s.fd;
	wake_up(&w, wait_accept, &s.q);
	w.fd = stream(k);
	must_be(bind(w.fd, &own.sa, own.len), 0);
	own = addr_text(k, "10.9.0.1", "fd09::1", 5700);
	ask_ends(&q, &own, &w.at);
	wake_up(&w, wait_connect, &q);
}

static void by_nobody(const struct kind *k)
{
	static const int which[] = { 3, 0, 2, 9 };
	struct question q;
	struct scene s;
	struct told t;
	size_t i;
	int err;

	for (i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		stages[which[i]].make(k, &s);
		must_be(seteuid(65534), 0);
		err = ask_kill(&s.q);
		if (err == -EOPNOTSUPP && !k->glass)
			skip("this kernel's TCP cannot do it");
		must_be(err, -EPERM);
		q = s.q;
		if (which[i] == 3) {
			q.id.idiag_dport ^= htons(1);
			must_be(ask_kill(&q), -ENOENT);
		}
		must_be(seteuid(0), 0);
		must_be(ask_one(&s.q, &t), 0);
		must_be(t.msg.idiag_state, stages[which[i]].state);
	}
}

static void kill_elsewhere(const struct kind *k)
{
	struct scene s;
	struct told t;

	netns_own();
	stages[3].make(k, &s);
	kill_it(&s.q);
	stages[3].make(k, &s);
	netns_own();
	must_be(ask_kill(&s.q), -ENOENT);
	must_be(send(s.fd, "x", 1, 0), 1);
	must_be(recv(s.peer, &t, 1, 0), 1);
}

static void ask_to_kill(void *arg)
{
	ask_kill(arg);
}

/* Who ends, and who closes: whoever is first, nothing is left */
static void kill_or_close(const struct kind *k)
{
	struct scene s;
	pid_t pid;
	int i;

	for (i = 0; i < 50; i++) {
		stages[3].make(k, &s);
		pid = spawn(ask_to_kill, &s.q);
		close(s.fd);
		close(s.peer);
		reap(pid);
	}
}

const struct test diag_kill[] = {
	TEST(kill_established),
	TEST(kill_syn_sent),
	TEST(kill_syn_received),
	TEST(kill_fin_wait_1),
	TEST(kill_fin_wait_2),
	TEST(kill_close_wait),
	TEST(kill_closing),
	TEST(kill_time_wait),
	TEST(kill_not_the_listener),
	TEST(kill_orphan),
	TEST(kill_listen),
	TEST(kill_in_queue),
	TEST(kill_waiting),
	TEST(by_nobody),
	TEST(kill_elsewhere),
	TEST(kill_or_close),
	{ NULL, NULL, 0 },
};
