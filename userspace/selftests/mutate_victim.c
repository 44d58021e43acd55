// SPDX-License-Identifier: GPL-2.0
/*
 * Victims: one connection in each state over each IP version, made anew when
 * it is used up.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mutate.h"

#define LIFE 200
#define RESETS 4
#define FAMILIES 2

static struct victim victims[FAMILIES][TARGETS];
static struct victim *by_peer[FAMILIES][65536];
static int doors[FAMILIES], targets[FAMILIES];
static uint16_t next_peer = 20000;
static unsigned long made;

static int family(const struct kind *k)
{
	return k->af == AF_INET6;
}

struct victim *victim_of(int af, uint16_t peer)
{
	return by_peer[af == AF_INET6][peer];
}

unsigned long victims_made(void)
{
	return made;
}

static int listen_at(const struct kind *k, unsigned int port)
{
	struct addr at = addr_any(k, port);
	int l = stream_reuse(k);

	/* beside the victims of IPv4 on the same port */
	if (k->wire == AF_INET6)
		must_be(set_int(l, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
	must_be(bind(l, &at.sa, at.len), 0);
	/* Small, so that windows close */
	must_be(set_int(l, SOL_SOCKET, SO_RCVBUF, 8192), 0);
	must_be(listen(l, 256), 0);
	set_nonblock(l);
	return l;
}

static void say(struct victim *v, uint8_t flags, unsigned int len)
{
	struct seg s;

	seg_plain(&s, v, flags);
	s.len = len;
	wire_send(v->k, &s);
	wire_hear();
}

/*
 * Everybody who waits at the door goes to the victim that it belongs to, or
 * goes.
 */
static void let_in(int f)
{
	struct addr from;
	struct victim *v;
	int s;

	for (;;) {
		from.len = sizeof(from.ss);
		s = accept4(doors[f], &from.sa, &from.len, SOCK_NONBLOCK);
		if (s < 0)
			return;
		v = by_peer[f][addr_port(&from)];
		if (v && v->fd < 0 && v->target != T_SYN_SENT)
			v->fd = s;
		else
			reset_by(s);
	}
}

static void opening(struct victim *v)
{
	struct addr at = addr_text(v->k, "10.8.0.2", "fd08::2", v->peer);

	v->fd = stream(v->k);
	set_nonblock(v->fd);
	must_be(connect(v->fd, &at.sa, at.len), -1);
	must_be(errno, EINPROGRESS);
	v->port = port_of(v->fd);
	wire_hear();
	v->ack = v->first + 1;
}

/* The user closes: a shutdown() or, for an orphan, a close(). */
static void finish(struct victim *v)
{
	if (v->fd >= 0 && one_in(2)) {
		shutdown(v->fd, SHUT_WR);
	} else {
		close(v->fd);
		v->fd = -1;
	}
	wire_hear();
}

static void fin(struct victim *v, uint32_t ack)
{
	uint32_t before = v->ack;

	v->ack = ack;
	say(v, FIN | ACK, 0);
	v->ack = before;
}

/* Leads an established connection on to the state that is wanted. */
static void lead(struct victim *v)
{
	uint32_t before_fin = v->ack;

	switch (v->target) {
	case T_CLOSE_WAIT:
		fin(v, v->ack);
		break;
	case T_FIN_WAIT_1:
		finish(v);
		break;
	case T_FIN_WAIT_2:
		finish(v);
		say(v, ACK, 0);
		break;
	case T_CLOSING:
		finish(v);
		fin(v, before_fin);
		break;
	case T_LAST_ACK:
		fin(v, v->ack);
		finish(v);
		break;
	case T_TIME_WAIT:
		finish(v);
		say(v, ACK, 0);
		fin(v, v->ack);
		break;
	default:
		break;
	}
}

static void make(struct victim *v)
{
	int f = family(v->k);

	made++;
	do {
		if (++next_peer < 20000)
			next_peer = 20000;
	} while (by_peer[f][next_peer]);
	v->fd = -1;
	v->modern = one_in(2);
	v->port = v->target == T_LISTEN ? TARGET : DOOR;
	v->peer = next_peer;
	v->seq = random_u32();
	v->ack = random_u32();
	v->left = v->target == T_LISTEN ? 30 : 1 + random_u32() % LIFE;
	v->resets = 0;
	by_peer[f][v->peer] = v;
	if (v->target == T_LISTEN)
		return;
	if (v->target == T_SYN_SENT) {
		opening(v);
		return;
	}
	v->ack = 0;
	say(v, SYN, 0);
	if (v->target == T_SYN_RECEIVED)
		return;
	say(v, ACK, 0);
	let_in(f);
	/* Lost to a full queue: what comes of its mutants is good too. */
	if (v->fd >= 0)
		lead(v);
}

/*
 * Ends what is left of it in the kernel, or, gently, leaves it to end by
 * itself.
 */
static void forget(struct victim *v, bool gently)
{
	int f = family(v->k);

	let_in(f);
	if (v->fd >= 0 && gently)
		close(v->fd);
	else if (v->fd >= 0)
		reset_by(v->fd);
	else if (!gently && v->target != T_LISTEN)
		say(v, RST, 0);
	by_peer[f][v->peer] = NULL;
}

void victims_open(const struct kind *v4, const struct kind *v6)
{
	int f, t;

	for (f = 0; f < FAMILIES; f++) {
		doors[f] = listen_at(f ? v6 : v4, DOOR);
		targets[f] = listen_at(f ? v6 : v4, TARGET);
		for (t = 0; t < TARGETS; t++) {
			victims[f][t].k = f ? v6 : v4;
			victims[f][t].target = t;
			make(&victims[f][t]);
		}
	}
}

/* Any of them, in good health */
struct victim *victim_any(void)
{
	int target = one_in(4) ? T_ESTABLISHED : (int)(random_u32() % TARGETS);
	struct victim *v = &victims[random_u32() % FAMILIES][target];

	if (!v->left-- || v->resets > RESETS) {
		forget(v, false);
		make(v);
	}
	return v;
}

/* What the program at the kernel's end might do meanwhile */
void victim_use(struct victim *v)
{
	static char buf[4096];
	int value;

	let_in(family(v->k));
	if (v->fd < 0)
		return;
	switch (random_u32() % 8) {
	case 0:
	case 1:
		send(v->fd, buf, random_u32() % sizeof(buf),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	case 2:
		ioctl(v->fd, one_in(2) ? FIONREAD : SIOCOUTQ, &value);
		break;
	case 3:
		recv(v->fd, buf, 100, MSG_DONTWAIT | MSG_PEEK);
		break;
	default:
		recv(v->fd, buf, sizeof(buf), MSG_DONTWAIT);
		break;
	}
	if (one_in(64))
		shutdown(v->fd, random_u32() % 3);
}

void victims_close(void)
{
	int f, t;

	for (f = 0; f < FAMILIES; f++) {
		for (t = 0; t < TARGETS; t++)
			forget(&victims[f][t], true);
		close(doors[f]);
		close(targets[f]);
	}
}
