// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/glass: what people and ss read.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

#define COLUMNS 9

/* A row of /proc/net/glass/connections, cut at its columns */
struct row {
	char cell[COLUMNS][64];
};

enum {
	STATE, LOCAL_ADDRESS, LOCAL_PORT, REMOTE_ADDRESS, REMOTE_PORT, SEND_Q,
	RECV_Q, TIMER, IN_STATE,
};

static void glass_only(const struct kind *k)
{
	if (!k->glass)
		skip("only Glass has this table");
}

static bool row_cut(const char *line, struct row *r)
{
	return sscanf(line, "%63s %63s %63s %63s %63s %63s %63s %63s %63s",
		      r->cell[0], r->cell[1], r->cell[2], r->cell[3],
		      r->cell[4], r->cell[5], r->cell[6], r->cell[7],
		      r->cell[8]) == COLUMNS;
}

/* How many rows have these ports ("*" for a listener's remote one) */
static int find_rows(unsigned int port, const char *peer, struct row *r)
{
	FILE *f = fopen("/proc/net/glass/connections", "r");
	struct row each;
	char line[512];
	int found = 0;

	must(f);
	must(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f)) {
		must(row_cut(line, &each));
		if (strtoul(each.cell[LOCAL_PORT], NULL, 10) != port ||
		    strcmp(each.cell[REMOTE_PORT], peer))
			continue;
		found++;
		*r = each;
	}
	fclose(f);
	return found;
}

static int find_pair(int from, int to, struct row *r)
{
	char peer[8];

	snprintf(peer, sizeof(peer), "%u", port_of(to));
	return find_rows(port_of(from), peer, r);
}

static void check_cell(const struct row *r, int column, const char *want)
{
	if (strcmp(r->cell[column], want))
		fail(__FILE__, __LINE__, "column %d is \"%s\", not \"%s\"",
		     column, r->cell[column], want);
}

static void headings(const struct kind *k)
{
	static const char *const names[] = {
		"State", "Local Address", "Local Port", "Remote Address",
		"Remote Port", "Send-Q", "Recv-Q", "Timer", "In State",
	};
	FILE *f = fopen("/proc/net/glass/connections", "r");
	char line[512], *at = line;
	size_t i;

	glass_only(k);
	must(f && fgets(line, sizeof(line), f));
	for (i = 0; i < COLUMNS; i++) {
		at += strspn(at, " ");
		must(!strncmp(at, names[i], strlen(names[i])));
		at += strlen(names[i]);
	}
	must_be(*at, '\n');
	fclose(f);
}

static void listen_row(const struct kind *k)
{
	struct addr any = addr_any(k, 5400);
	struct row r;
	int l = stream(k);

	glass_only(k);
	must_be(bind(l, &any.sa, any.len), 0);
	must_be(find_rows(5400, "*", &r), 0);
	must_be(listen(l, 5), 0);
	must_be(find_rows(5400, "*", &r), 1);
	check_cell(&r, STATE, "LISTEN");
	check_cell(&r, LOCAL_ADDRESS, k->af == AF_INET ? "0.0.0.0" :
		   k->wire == AF_INET ? "::ffff:0.0.0.0" : "::");
	check_cell(&r, REMOTE_ADDRESS, k->af == AF_INET ? "0.0.0.0" : "::");
	close(l);
	must_be(find_rows(5400, "*", &r), 0);
}

/* Rows of one server differ only in the remote end. */
static void established_rows(const struct kind *k)
{
	const char *loop = k->af == AF_INET ? "127.0.0.1" :
			   k->wire == AF_INET ? "::ffff:127.0.0.1" : "::1";
	struct row one, two;
	struct addr at;
	int l, a, b, s, t;

	glass_only(k);
	l = listener(k, &at, 4);
	a = connected(k, &at);
	b = connected(k, &at);
	s = accept(l, NULL, NULL);
	t = accept(l, NULL, NULL);
	must_be(find_pair(s, a, &one), 1);
	must_be(find_pair(t, b, &two), 1);
	check_cell(&one, STATE, "ESTABLISHED");
	check_cell(&two, STATE, "ESTABLISHED");
	check_cell(&one, LOCAL_ADDRESS, loop);
	check_cell(&one, REMOTE_ADDRESS, loop);
	check_cell(&two, LOCAL_PORT, one.cell[LOCAL_PORT]);
	must(strcmp(one.cell[REMOTE_PORT], two.cell[REMOTE_PORT]));
	must_be(find_pair(a, s, &one), 1);
	check_cell(&one, STATE, "ESTABLISHED");
}

static void queues(const struct kind *k)
{
	struct addr silent = addr_silent(k, 7);
	struct row r;
	struct pair p;
	int fd = stream(k);

	glass_only(k);
	pair_open(k, &p);
	pattern_send(p.c, 1234, 0, 1234);
	await_acked(p.c);
	must_be(find_pair(p.s, p.c, &r), 1);
	check_cell(&r, RECV_Q, "1234");
	must_be(find_pair(p.c, p.s, &r), 1);
	check_cell(&r, SEND_Q, "0");
	set_nonblock(fd);
	must_be(connect(fd, &silent.sa, silent.len), -1);
	must_be(find_rows(port_of(fd), "7", &r), 1);
	check_cell(&r, STATE, "SYN-SENT");
	must(!strncmp(r.cell[TIMER], "retransmit", 10));
}

static void time_wait_row(const struct kind *k)
{
	unsigned int port, peer;
	struct row r;
	struct pair p;
	char text[8];

	glass_only(k);
	pair_open(k, &p);
	port = port_of(p.c);
	peer = port_of(p.s);
	close(p.c);
	pattern_end(p.s);
	close(p.s);
	await_state(k, port, peer, TCP_TIME_WAIT);
	snprintf(text, sizeof(text), "%u", peer);
	must_be(find_rows(port, text, &r), 1);
	check_cell(&r, STATE, "TIME-WAIT");
	must(!strncmp(r.cell[TIMER], "time-wait", 9));
}

/* Columns stand below each other, however long what is in them. */
static void fixed_width(const struct kind *k)
{
	FILE *f;
	char line[512], head[512];
	struct pair p;
	size_t at;

	glass_only(k);
	pair_open(k, &p);
	f = fopen("/proc/net/glass/connections", "r");
	must(f && fgets(head, sizeof(head), f));
	at = strstr(head, "Remote Address") - head;
	while (fgets(line, sizeof(line), f)) {
		must(line[at] != ' ');
		must_be(line[at - 1], ' ');
	}
	fclose(f);
}

/* Many more rows than one page holds: each is there, and once. */
static void many_rows(const struct kind *k)
{
	struct row r;
	struct addr at;
	int l, c[200], s[200], i;

	glass_only(k);
	l = listener(k, &at, 200);
	for (i = 0; i < 200; i++)
		c[i] = connected(k, &at);
	for (i = 0; i < 200; i++)
		s[i] = accept(l, NULL, NULL);
	must(s[199] >= 0);
	for (i = 0; i < 200; i += 19) {
		must_be(find_pair(c[i], l, &r), 1);
		must_be(state_of(k, port_of(c[i]), port_of(l)), TCP_ESTABLISHED);
		must_be(state_of(k, port_of(l), port_of(c[i])), TCP_ESTABLISHED);
	}
}

/* Rows that ss shows in a state with a port at either end */
static int ss_has(const char *state, unsigned int port)
{
	FILE *f = popen("PROC_NET_TCP=/proc/net/glass/tcp "
			"PROC_NET_TCP6=/proc/net/glass/tcp6 ss -Htan", "r");
	char line[512], end[16], *at;
	int found = 0;

	must(f);
	snprintf(end, sizeof(end), ":%u", port);
	while (fgets(line, sizeof(line), f)) {
		at = strstr(line, end);
		found += !strncmp(line, state, strlen(state)) && at &&
			strchr(" \n", at[strlen(end)]);
	}
	must_be(pclose(f), 0);
	return found;
}

static void ss_shows(const struct kind *k)
{
	struct pair p;

	glass_only(k);
	netns_own();
	pair_open(k, &p);
	must_be(ss_has("LISTEN", port_of(p.l)), 1);
	must_be(ss_has("ESTAB", port_of(p.c)), 2);
	close(p.c);
	await_state(k, port_of(p.s), 0, TCP_LISTEN);
	must(await(p.s, POLLRDHUP) & POLLRDHUP);
	must_be(ss_has("CLOSE-WAIT", port_of(p.s)), 1);
}

/* What stands behind the socket's address, in the row of an ESTABLISHED end */
static void path_columns(const struct kind *k)
{
	char path[32], line[256];
	unsigned int port, state, cwnd, srtt;
	struct pair p;
	int ssthresh, found = 0;
	long rto;
	FILE *f;

	glass_only(k);
	netns_own();
	pair_open(k, &p);
	pattern_send(p.c, 1000, 0, 1000);
	await_acked(p.c);
	snprintf(path, sizeof(path), "/proc/net/glass/tcp%s",
		 k->af == AF_INET ? "" : "6");
	f = fopen(path, "r");
	must(f && fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f)) {
		must(sscanf(line, " %*u: %*x:%x %*x:%*x %x", &port, &state) == 2);
		if (state != TCP_ESTABLISHED || port != port_of(p.c))
			continue;
		must_be(sscanf(line, " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			       "%*s %*s %ld 0 0 %u %d %u", &rto, &cwnd,
			       &ssthresh, &srtt), 4);
		/* 200 ms, or more on a busy machine, in ticks of 10 */
		must(rto >= 20 && rto < 50);
		/* rfc6928's window for large segments */
		must(cwnd >= 2 && cwnd <= 10);
		must_be(ssthresh, -1);
		must(srtt < 200000);
		found++;
	}
	must_be(found, 1);
	fclose(f);
	command("PROC_NET_TCP=/proc/net/glass/tcp PROC_NET_TCP6=/proc/net/glass/tcp6 "
		"ss -HtniO | grep -q ' cwnd:[1-9]'");
}

/* What nstat reads of TCP it reads of Glass; each counter: packet/count */
static void nstat_shows(const struct kind *k)
{
	struct pair p;

	netns_own();
	pair_open(k, &p);
	command("export PROC_NET_SNMP=/proc/net/glass/snmp "
		"PROC_NET_NETSTAT=/proc/net/glass/netstat; nstat -asz >/tmp/nstat.%d; "
		"grep -Eq '^GlassActiveOpens +1 ' /tmp/nstat.%d && "
		"grep -Eq '^GlassCurrEstab +2 ' /tmp/nstat.%d && "
		"grep -Eq '^GlassExtTCPTimeouts +0 ' /tmp/nstat.%d; "
		"e=$?; rm /tmp/nstat.%d; exit $e",
		getpid(), getpid(), getpid(), getpid(), getpid());
}

/* NAME rfcNNNN#section-N count phrase; a fault on demand has no section */
static void rules_format(const struct kind *k)
{
	FILE *f = fopen("/proc/net/glass/rules", "r");
	char line[256], name[64], section[64], phrase[128], *end;
	int rows = 0, used;

	glass_only(k);
	must(f && fgets(line, sizeof(line), f));
	for (; fgets(line, sizeof(line), f); rows++) {
		must(sscanf(line, "%63s %63s %n", name, section, &used) >= 2);
		must_be(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"),
			strlen(name));
		if (strncmp(name, "FAULT_", 6)) {
			must(!strncmp(section, "rfc", 3));
			must(strstr(section, "#section-"));
		} else {
			must(!strcmp(section, "-"));
		}
		strtoul(line + used, &end, 10);
		must(end > line + used);
		must_be(sscanf(end, " %127[^\n]", phrase), 1);
	}
	must(rows > 50);
	fclose(f);
}

static void count_is(const char *rule, long want)
{
	long got = rule_count(rule);

	if (got != want)
		fail(__FILE__, __LINE__, "%s: %ld, not %ld", rule, got, want);
}

/*
 * A handshake moves the counts of its steps, each by exactly one: the ACK or
 * RST that answers a segment was counted when that segment was judged.
 */
static void rules_of_handshake(const struct kind *k)
{
	const int one = 1;
	struct pair p;

	glass_only(k);
	netns_own();
	count_is("SEND_SYN", 0);
	pair_open(k, &p);
	count_is("SEND_SYN", 1);
	count_is("LISTEN_SYN", 1);
	count_is("SEND_SYN_ACK", 1);
	count_is("SYN_SENT_SYN_ACK", 1);
	count_is("ACK_SYN", 1);
	/* or the ACK of the FIN would wait for one of ours */
	must_be(setsockopt(p.s, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one)),
		0);
	close(p.c);
	must_be(recv(p.s, &p, 1, 0), 0);
	count_is("FIN_CLOSE_WAIT", 1);
	count_is("ACK_FIN_WAIT_2", 1);
}

static void rules_of_refusal(const struct kind *k)
{
	struct addr at = addr_loop(k, 5401);

	glass_only(k);
	netns_own();
	must_be(connect(stream(k), &at.sa, at.len), -1);
	count_is("CLOSED_REJECT", 1);
	count_is("SYN_SENT_RST", 1);
}

static const struct test tests[] = {
	TEST(headings),
	TEST(listen_row),
	TEST(established_rows),
	TEST(queues),
	TEST(time_wait_row),
	TEST(fixed_width),
	TEST(many_rows),
	TEST(ss_shows),
	TEST(path_columns),
	TEST(nstat_shows),
	TEST(rules_format),
	TEST(rules_of_handshake),
	TEST(rules_of_refusal),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
