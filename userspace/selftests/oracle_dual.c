// SPDX-License-Identifier: GPL-2.0
/*
 * Who may share a port with whom, and who gets what comes: sockets of IPv4 and
 * IPv6, each with every address that it can have. All pairs are made, not
 * those alone that somebody thought of.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

static unsigned int port = 5240;

/* What a socket is bound to */
static const struct shape {
	const char *name;
	const char *v4;		/* or */
	const char *v6;
	int only;		/* IPV6_V6ONLY */
} shapes[] = {
	{ "0.0.0.0", "0.0.0.0", NULL, 0 },
	{ "127.0.0.1", "127.0.0.1", NULL, 0 },
	{ "127.0.0.2", "127.0.0.2", NULL, 0 },
	{ "::", NULL, "::", 0 },
	{ ":: only", NULL, "::", 1 },
	{ "::1", NULL, "::1", 0 },
	{ "::ffff:0.0.0.0", NULL, "::ffff:0.0.0.0", 0 },
	{ "::ffff:127.0.0.1", NULL, "::ffff:127.0.0.1", 0 },
	{ "::ffff:127.0.0.2", NULL, "::ffff:127.0.0.2", 0 },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static const struct kind *kind_of(const struct kind *k, const struct shape *s)
{
	return &kinds[s->v4 ? k->glass ? GLASS4 : TCP4 :
		      k->glass ? GLASS6 : TCP6];
}

/* Each row has a port of its own: nothing of the one before is in the way. */
static struct addr address_of(const struct kind *k, const struct shape *s)
{
	return addr_text(kind_of(k, s), s->v4, s->v6, port);
}

static int make(const struct kind *k, const struct shape *s, int option)
{
	int fd = stream(kind_of(k, s));

	if (s->only)
		must_be(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
	if (option)
		must_be(set_int(fd, SOL_SOCKET, option, 1), 0);
	return fd;
}

/* b: bind() says no, l: listen() does, y: neither */
static char enter(const struct kind *k, const struct shape *s, int fd,
		  bool listens)
{
	struct addr at = address_of(k, s);

	if (do_bind(fd, &at))
		return 'b';
	return listens && listen(fd, 1) ? 'l' : 'y';
}

/* A row for each shape, in it a letter for each that comes second */
static void tell_pairs(const struct kind *k, int one, int two, bool listens)
{
	char told[SHAPES + 1] = "";
	size_t i, j;

	netns_own();
	for (i = 0; i < SHAPES; i++, port++) {
		for (j = 0; j < SHAPES; j++) {
			int a = make(k, &shapes[i], one);
			int b = make(k, &shapes[j], two);

			must_be(enter(k, &shapes[i], a, listens), 'y');
			told[j] = enter(k, &shapes[j], b, listens);
			close(a);
			close(b);
		}
		tell_row("%s", shapes[i].name);
		tell_text("second", told);
	}
}

static void dual_bound(const struct kind *k)
{
	tell_pairs(k, 0, 0, false);
}

static void dual_bound_reuseaddr(const struct kind *k)
{
	tell_pairs(k, SO_REUSEADDR, SO_REUSEADDR, false);
}

static void dual_bound_reuseaddr_first(const struct kind *k)
{
	tell_pairs(k, SO_REUSEADDR, 0, false);
}

static void dual_bound_reuseport(const struct kind *k)
{
	tell_pairs(k, SO_REUSEPORT, SO_REUSEPORT, false);
}

static void dual_bound_mixed(const struct kind *k)
{
	tell_pairs(k, SO_REUSEADDR, SO_REUSEPORT, false);
}

static void dual_listening(const struct kind *k)
{
	tell_pairs(k, 0, 0, true);
}

static void dual_listening_reuseaddr(const struct kind *k)
{
	tell_pairs(k, SO_REUSEADDR, SO_REUSEADDR, true);
}

static void dual_listening_reuseport(const struct kind *k)
{
	tell_pairs(k, SO_REUSEPORT, SO_REUSEPORT, true);
}

/* Who gets a connection: 1, 2, or - for nobody */
static char who_gets(const struct kind *k, const struct shape *to,
		     const int *fd, int listeners)
{
	struct pollfd p[2] = {
		{ .fd = fd[0], .events = POLLIN }, { .fd = fd[1], .events = POLLIN },
	};
	struct addr at = address_of(k, to);
	int c = stream(kind_of(k, to)), i, s;
	char who = '-';

	if (!do_connect(c, &at)) {
		must_be(poll(p, listeners, 1000), 1);
		i = !p[0].revents;
		who = '1' + i;
		s = accept(fd[i], NULL, NULL);
		must(s >= 0);
		/* nothing is left in TIME-WAIT */
		reset_by(s);
	}
	close(c);
	return who;
}

/* Both listen: what comes by 127.0.0.1, 127.0.0.2 and ::1? */
static void tell_choice(const struct kind *k, int option)
{
	static const struct shape *const to[] = {
		&shapes[1], &shapes[2], &shapes[5],
	};
	char told[SHAPES * 4 + 1];
	size_t i, j, n, used;
	bool both;

	netns_own();
	for (i = 0; i < SHAPES; i++, port++) {
		used = 0;
		for (j = 0; j < SHAPES; j++) {
			int fd[2] = { make(k, &shapes[i], option),
				      make(k, &shapes[j], option) };

			must_be(enter(k, &shapes[i], fd[0], true), 'y');
			both = enter(k, &shapes[j], fd[1], true) == 'y';
			for (n = 0; n < 3; n++)
				told[used++] = who_gets(k, to[n], fd, 1 + both);
			told[used++] = ' ';
			close(fd[0]);
			close(fd[1]);
		}
		told[used] = 0;
		tell_row("%s", shapes[i].name);
		tell_text("gets", told);
	}
}

static void dual_choice(const struct kind *k)
{
	tell_choice(k, 0);
}

static void dual_choice_reuseaddr(const struct kind *k)
{
	tell_choice(k, SO_REUSEADDR);
}

/* A connection by this listener to this address, and no listener any more */
static void connection(const struct kind *k, const struct shape *l,
		       const struct shape *to, int option, struct pair *p)
{
	struct addr at = address_of(k, to);

	p->l = make(k, l, option);
	must_be(enter(k, l, p->l, true), 'y');
	p->c = stream(kind_of(k, to));
	must_be(do_connect(p->c, &at), 0);
	p->s = accept(p->l, NULL, NULL);
	must(p->s >= 0);
	close(p->l);
}

/* What is in the way of whom: a connection, or its TIME-WAIT, and bind() */
static void tell_beside(const struct kind *k, bool waits, int option)
{
	static const struct {
		int l;
		int to;
	} made[] = {
		{ 0, 1 }, { 1, 1 }, { 3, 1 }, { 3, 5 }, { 4, 5 }, { 5, 5 },
		{ 6, 1 }, { 7, 7 },
	};
	size_t i, j;

	netns_own();
	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++, port++) {
		const struct shape *l = &shapes[made[i].l];
		const struct shape *to = &shapes[made[i].to];
		char told[SHAPES + 1] = "";
		struct pair p;

		connection(k, l, to, option, &p);
		if (waits) {
			close(p.s);
			must_be(do_recv(p.c, 1, 0), 0);
			close(p.c);
		}
		for (j = 0; j < SHAPES; j++) {
			int fd = make(k, &shapes[j], option);

			told[j] = enter(k, &shapes[j], fd, true);
			close(fd);
		}
		tell_row("%s by %s", to->name, l->name);
		tell_text("beside", told);
	}
}

static void dual_beside_connection(const struct kind *k)
{
	tell_beside(k, false, 0);
}

static void dual_beside_connection_reuseaddr(const struct kind *k)
{
	tell_beside(k, false, SO_REUSEADDR);
}

static void dual_beside_timewait(const struct kind *k)
{
	tell_beside(k, true, 0);
}

static void dual_beside_timewait_reuseaddr(const struct kind *k)
{
	tell_beside(k, true, SO_REUSEADDR);
}

const struct test oracle_dual[] = {
	TEST_FLAGS(dual_bound, SLOW | ONCE),
	TEST_FLAGS(dual_bound_reuseaddr, SLOW | ONCE),
	TEST_FLAGS(dual_bound_reuseaddr_first, SLOW | ONCE),
	TEST_FLAGS(dual_bound_reuseport, SLOW | ONCE),
	TEST_FLAGS(dual_bound_mixed, SLOW | ONCE),
	TEST_FLAGS(dual_listening, SLOW | ONCE),
	TEST_FLAGS(dual_listening_reuseaddr, SLOW | ONCE),
	TEST_FLAGS(dual_listening_reuseport, SLOW | ONCE),
	TEST_FLAGS(dual_choice, SLOW | ONCE),
	TEST_FLAGS(dual_choice_reuseaddr, SLOW | ONCE),
	TEST_FLAGS(dual_beside_connection, SLOW | ONCE),
	TEST_FLAGS(dual_beside_connection_reuseaddr, SLOW | ONCE),
	TEST_FLAGS(dual_beside_timewait, SLOW | ONCE),
	TEST_FLAGS(dual_beside_timewait_reuseaddr, SLOW | ONCE),
	{ }
};
