// SPDX-License-Identifier: GPL-2.0
/*
 * Whose address and port it is: rfc9293#section-3.9.1.1.
 */
#include <string.h>
#include <unistd.h>

#include "oracle.h"

static bool same_host(const struct addr *a, const struct addr *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return !memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
		       sizeof(a->in6.sin6_addr));
}

/* There and back */
static void talk(const struct pair *p)
{
	tell("there", do_send(p->c, 3, 0));
	tell("arrives", do_recv(p->s, 3, MSG_WAITALL));
	tell("back", do_send(p->s, 2, 0));
	tell("arrives", do_recv(p->c, 2, MSG_WAITALL));
}

static int listen_reuse(const struct kind *k, struct addr *at)
{
	int l = stream_reuse(k);

	must_be(do_bind(l, at), 0);
	must_be(listen(l, 4), 0);
	*at = addr_loop(k, port_of(l));
	return l;
}

/* rfc9293: MUST-41 */
static void listen_beside_connection(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	struct pair p;
	int l;

	p.l = listen_reuse(k, &at);
	p.c = connected(k, &at);
	p.s = accept(p.l, NULL, NULL);
	close(p.l);
	l = stream_reuse(k);
	tell("bind", do_bind(l, &at));
	tell("listen", listen(l, 4));
	talk(&p);
	tell("connect", do_connect(stream(k), &at));
	talk(&p);
}

/* Who listens second hears so, and who listens first does not notice */
/* rfc9293: MUST-41 */
static void listen_second_refused(const struct kind *k)
{
	struct addr at = addr_loop(k, 5030);
	int one = stream_reuse(k), two = stream_reuse(k);
	struct pair p;

	tell("bind one", do_bind(one, &at));
	tell("bind two", do_bind(two, &at));
	tell("listen one", listen(one, 4));
	tell("listen two", listen(two, 4));
	p.c = connected(k, &at);
	p.s = accept(one, NULL, NULL);
	talk(&p);
}

/* rfc9293: MUST-42 */
static void listen_while_opening(const struct kind *k)
{
	struct addr at = addr_any(k, 5031), far = addr_silent(k, 7);
	int opening = stream_reuse(k), l = stream_reuse(k);
	struct pair p;

	set_nonblock(opening);
	tell("bind", do_bind(opening, &at));
	tell("connect", do_connect(opening, &far));
	tell("bind", do_bind(l, &at));
	tell("listen", listen(l, 4));
	at = addr_loop(k, 5031);
	p.c = connected(k, &at);
	p.s = accept(l, NULL, NULL);
	talk(&p);
	tell("still", do_connect(opening, &far));
}

/* rfc9293: MUST-43 */
static void connect_from_chosen(const struct kind *k)
{
	struct addr at, mine = addr_other(k, 5032), from, own;
	int fd = stream(k), l = listener(k, &at, 2);

	tell("bind", do_bind(fd, &mine));
	tell("connect", do_connect(fd, &at));
	from.len = sizeof(from.ss);
	tell("accept", accept(l, &from.sa, &from.len) >= 0);
	tell("it is that", same_host(&from, &mine));
	own.len = sizeof(own.ss);
	tell("name", getsockname(fd, &own.sa, &own.len));
	tell("it is that", same_host(&own, &mine));
}

/* A listener for any address answers from the one that was asked */
/* rfc9293: MUST-45 */
static void answer_from_asked(const struct kind *k)
{
	struct addr at = addr_any(k, 5033), asked = addr_other(k, 5033), own;
	int l = stream(k);
	struct pair p;

	must_be(do_bind(l, &at), 0);
	must_be(listen(l, 2), 0);
	p.c = stream(k);
	tell("connect", do_connect(p.c, &asked));
	p.s = accept(l, NULL, NULL);
	own.len = sizeof(own.ss);
	tell("name", getsockname(p.s, &own.sa, &own.len));
	tell("it is that", same_host(&own, &asked));
	talk(&p);
}

const struct test oracle_address[] = {
	TEST(listen_beside_connection),
	TEST(listen_second_refused),
	TEST(listen_while_opening),
	TEST(connect_from_chosen),
	TEST(answer_from_asked),
	{ }
};
