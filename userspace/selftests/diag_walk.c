// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of sock_diag: what is told, what is filtered out, and how a large
 * table, or one that changes meanwhile, is told in parts.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "diag.h"

#define CONNECTIONS 800

/* One end in each state; each is told by its own mask, and by no other */
static void by_state(const struct kind *k)
{
	struct question q = question(k, 0);
	const struct stage *stage;
	struct told t[32];
	struct scene s;
	int i;

	for (stage = stages; stage->name; stage++) {
		note("%s", stage->name);
		stage->make(k, &s);
		q.id.idiag_sport = s.q.id.idiag_sport;
		q.id.idiag_dport = s.q.id.idiag_dport;
		q.states = 1u << stage->state;
		must_be(ask_all(&q, t, 32), 1);
		must_be(t[0].msg.idiag_state, stage->state);
		must(!memcmp(t[0].msg.id.idiag_src, s.q.id.idiag_src, 16));
		must(!memcmp(t[0].msg.id.idiag_dst, s.q.id.idiag_dst, 16));
		for (i = 1; i < 12; i++) {
			q.states = 1u << i;
			if (i != stage->state)
				must_be(ask_all(&q, t, 32), 0);
		}
	}
}

/* Programs of one step: a port compared, an address */
struct port_code {
	struct inet_diag_bc_op op, port;
};

/* cond and addr are a struct inet_diag_hostcond, whose array has no length */
struct host_code {
	struct inet_diag_bc_op op;
	struct {
		uint8_t family, prefix_len;
		int port;
	} cond;
	uint8_t addr[16];
};

static int rows_of_port(const struct kind *k, int op, unsigned int port)
{
	struct port_code code = {
		.op = { op, sizeof(code), sizeof(code) + 4 },
		.port = { .no = port },
	};
	struct question q = question(k, ALL_STATES);
	struct told t[32];

	q.code = &code;
	q.code_len = sizeof(code);
	return ask_all(&q, t, 32);
}

static int rows_of_host(const struct kind *k, int op, const struct addr *a,
			int bits, int port)
{
	bool v4 = a->sa.sa_family == AF_INET;
	struct host_code code = {
		.op = { op, 0, 0 },
		.cond = { a->sa.sa_family, bits, port },
	};
	struct question q = question(k, ALL_STATES);
	struct told t[32];

	memcpy(code.addr, v4 ? (void *)&a->in.sin_addr : &a->in6.sin6_addr,
	       v4 ? 4 : 16);
	code.op.yes = sizeof(code) - (v4 ? 12 : 0);
	code.op.no = code.op.yes + 4;
	q.code = &code;
	q.code_len = code.op.yes;
	return ask_all(&q, t, 32);
}

/* A listener, both ends of a connection, a record of each kind */
static void filters(const struct kind *k)
{
	struct addr loop = addr_loop(k, 0), other = addr_other(k, 0), wire;
	unsigned int port;
	struct scene s;
	int full;

	netns_own();
	stages[3].make(k, &s);
	stages[9].make(k, &s);
	stages[2].make(k, &s);
	/* 3 listeners; 2 ends, TIME-WAIT, a client and its embryo */
	full = 8;
	must_be(rows_of_port(k, INET_DIAG_BC_S_GE, 1), full);
	must_be(rows_of_port(k, INET_DIAG_BC_D_LE, 0), 3);
	must_be(rows_of_port(k, INET_DIAG_BC_D_GE, 1), 5);
	port = ntohs(s.q.id.idiag_sport);
	must_be(rows_of_port(k, INET_DIAG_BC_S_EQ, port), 2);
	must_be(rows_of_port(k, INET_DIAG_BC_D_EQ, port), 1);
	port = ntohs(s.q.id.idiag_dport);
	must_be(rows_of_port(k, INET_DIAG_BC_D_EQ, port), 1);
	must_be(rows_of_host(k, INET_DIAG_BC_S_COND, &loop,
			     k->af == AF_INET ? 32 : 128, -1), full);
	must_be(rows_of_host(k, INET_DIAG_BC_S_COND, &other,
			     k->af == AF_INET ? 32 : 128, -1), 0);
	must_be(rows_of_host(k, INET_DIAG_BC_D_COND, &loop,
			     k->af == AF_INET ? 8 : 128, -1), 5);
	must_be(rows_of_host(k, INET_DIAG_BC_D_COND, &loop, 0, port), 1);
	/* IPv4's address finds one that is mapped */
	wire = addr_wire(&loop);
	if (k->af != k->wire)
		must_be(rows_of_host(k, INET_DIAG_BC_D_COND, &wire, 32, -1), 5);
	must_be(rows_of_port(k, 99, 1), -EINVAL);
}

/* What an embryo inherits of its listener, and what nobody else may ask for */
static void filter_mark(const struct kind *k)
{
	struct {
		struct inet_diag_bc_op op;
		struct inet_diag_markcond cond;
	} code = {
		.op = { INET_DIAG_BC_MARK_COND, sizeof(code), sizeof(code) + 4 },
		.cond = { 7, 0xff },
	};
	struct question q = question(k, ALL_STATES);
	struct told t[8];
	struct pair p;

	netns_own();
	pair_open(k, &p);
	q.code = &code;
	q.code_len = sizeof(code);
	must_be(ask_all(&q, t, 8), 0);
	must_be(set_int(p.c, SOL_SOCKET, SO_MARK, 0x107), 0);
	must_be(ask_all(&q, t, 8), 1);
	must_be(t[0].msg.id.idiag_sport, htons(port_of(p.c)));
	must_be(seteuid(65534), 0);
	must_be(ask_all(&q, t, 8), -EPERM);
}

/* How often each port was told as the local one, and as the remote one */
static int count_ports(const struct question *q, uint8_t *local,
		       uint8_t *remote, int *parts)
{
	struct told *t = malloc(200 * sizeof(*t));
	int nl = ask_start(q), n = 0, i, more;
	bool end = false;

	must(t);
	*parts = 0;
	while (!end) {
		more = ask_more(nl, t, 200, &end);
		must(more >= 0);
		for (i = 0; i < more; i++) {
			local[ntohs(t[i].msg.id.idiag_sport)]++;
			remote[ntohs(t[i].msg.id.idiag_dport)]++;
		}
		n += more;
		++*parts;
	}
	close(nl);
	free(t);
	return n;
}

/* Both ends of hundreds, in many parts: each is told, and once */
static void hundreds(const struct kind *k)
{
	static uint8_t local[65536], remote[65536];
	struct rlimit files = { 10000, 10000 };
	struct question q = question(k, 1u << TCP_ESTABLISHED);
	struct addr at;
	int l, i, parts, port;

	netns_own();
	must_be(setrlimit(RLIMIT_NOFILE, &files), 0);
	sysctl(k, "max_syn_backlog", "4096");
	must(write_file("/proc/sys/net/core/somaxconn", "4096"));
	l = listener(k, &at, 4096);
	for (i = 0; i < CONNECTIONS; i++)
		connected(k, &at);
	q.ext = ASK(INET_DIAG_INFO) | ASK(INET_DIAG_SKMEMINFO);
	must_be(count_ports(&q, local, remote, &parts), 2 * CONNECTIONS);
	note("%d parts", parts);
	must(parts > 10);
	must_be(local[port_of(l)] | remote[port_of(l)] << 8,
		(CONNECTIONS & 0xff) * 0x101);
	for (port = 0; port < 65536; port++)
		if (port != (int)port_of(l)) {
			must(local[port] <= 1);
			must_be(local[port], remote[port]);
		}
}

static int listen_on(const struct kind *k, unsigned int port)
{
	struct addr at = addr_loop(k, port);
	int l = stream(k);

	must_be(bind(l, &at.sa, at.len), 0);
	must_be(listen(l, 1), 0);
	return l;
}

/*
 * Listeners in one chain of the table, told in parts. Between two of them
 * come more, and some that were told go: the others are each told once. (By
 * TCP they may be told again, or never.)
 */
#define STEADY 200
#define PORT(i) (10240 + 64 * (i))

static void changing_chain(const struct kind *k)
{
	struct question q = question(k, 1u << TCP_LISTEN);
	static uint8_t seen[65536];
	struct told t[200];
	int l[STEADY], nl, i, j, n, parts = 0;
	bool end = false;

	netns_own();
	q.ext = ASK(INET_DIAG_INFO);
	for (i = 0; i < STEADY; i++)
		l[i] = listen_on(k, PORT(i));
	nl = ask_start(&q);
	while (!end) {
		n = ask_more(nl, t, 200, &end);
		must(n >= 0);
		for (i = 0; i < n; i++)
			seen[ntohs(t[i].msg.id.idiag_sport)]++;
		/* every second of those told goes, twenty others come */
		for (i = 0; i < n; i += 2) {
			j = (ntohs(t[i].msg.id.idiag_sport) - PORT(0)) / 64;
			if (j < STEADY)
				close(l[j]);
		}
		for (i = 0; i < 20 && parts < 10; i++)
			listen_on(k, PORT(STEADY + 20 * parts + i));
		parts++;
	}
	close(nl);
	note("%d parts", parts);
	must(parts > 2);
	for (i = 0; i < STEADY; i++)
		must(seen[PORT(i)] == 1 || !k->glass);
}

static void churn(void *arg)
{
	const struct kind *k = arg;
	struct addr at;
	int c, l = listener(k, &at, 8);

	for (;;) {
		c = connected(k, &at);
		close(accept(l, NULL, NULL));
		close(c);
	}
}

/* Who stays is in every dump, however much comes and goes meanwhile */
static void under_churn(const struct kind *k)
{
	struct question q = question(k, ALL_STATES & ~(1u << TCP_TIME_WAIT));
	static uint8_t local[65536], remote[65536];
	int c[100], i, round, l, parts, missing = 0;
	struct addr at;

	netns_own();
	l = listener(k, &at, 100);
	must(l >= 0);
	for (i = 0; i < 100; i++)
		c[i] = connected(k, &at);
	spawn(churn, (void *)k);
	q.ext = ASK(INET_DIAG_INFO);
	for (round = 0; round < 20; round++) {
		memset(local, 0, sizeof(local));
		must(count_ports(&q, local, remote, &parts) >= 200);
		for (i = 0; i < 100; i++)
			missing += !local[port_of(c[i])];
	}
	must_be(missing, 0);
}

const struct test diag_walk[] = {
	TEST(by_state),
	TEST(filters),
	TEST(filter_mark),
	TEST(hundreds),
	TEST(changing_chain),
	TEST(under_churn),
	{ NULL, NULL, 0 },
};
