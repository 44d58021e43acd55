// SPDX-License-Identifier: GPL-2.0
/*
 * What sock_diag tells of one socket, and whether its user is told the same.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"
#include "../../include/uapi/linux/glass.h"

#define SKMEM_RMEM	0	/* SK_MEMINFO_ of the kernel */
#define SKMEM_RCVBUF	1
#define SKMEM_SNDBUF	3

static void queues(const struct kind *k)
{
	struct question q = question(k, 0);
	struct addr at;
	struct pair p;
	struct told t;
	int l, i;

	pair_open(k, &p);
	pattern_send(p.c, 1234, 0, 1234);
	await_acked(p.c);
	ask_socket(&q, p.s);
	must_be(ask_one(&q, &t), 0);
	must_be(t.msg.idiag_rqueue, 1234);
	must_be(t.msg.idiag_wqueue, 0);
	l = listener(k, &at, 5);
	for (i = 0; i < 2; i++)
		connected(k, &at);
	ask_socket(&q, l);
	for (i = 0; i < 1000; i++) {
		must_be(ask_one(&q, &t), 0);
		if (t.msg.idiag_rqueue == 2)
			break;
		pause_ms(5);
	}
	must_be(t.msg.idiag_rqueue, 2);
	must_be(t.msg.idiag_wqueue, 5);
}

static void timers(const struct kind *k)
{
	struct scene s;
	struct told t;

	stages[1].make(k, &s);
	must_be(ask_one(&s.q, &t), 0);
	must_be(t.msg.idiag_timer, 1);
	must(t.msg.idiag_expires > 0 && t.msg.idiag_expires <= 3100);
	stages[2].make(k, &s);
	must_be(ask_one(&s.q, &t), 0);
	must_be(t.msg.idiag_timer, 1);
	stages[3].make(k, &s);
	must_be(ask_one(&s.q, &t), 0);
	must_be(t.msg.idiag_timer, 0);
	stages[9].make(k, &s);
	must_be(ask_one(&s.q, &t), 0);
	must_be(t.msg.idiag_timer, 3);
	must(t.msg.idiag_expires > 10000 && t.msg.idiag_expires <= 60000);
}

static void whose(const struct kind *k)
{
	struct question q = question(k, 0);
	struct pair p;
	struct stat st;
	struct told t;

	pair_open(k, &p);
	ask_socket(&q, p.c);
	must_be(ask_one(&q, &t), 0);
	must_be(fstat(p.c, &st), 0);
	must_be(t.msg.idiag_inode, st.st_ino);
	must_be(t.msg.idiag_uid, st.st_uid);
	must_be(t.msg.id.idiag_if, 0);
}

static const uint32_t *skmem(const struct told *t)
{
	const uint32_t *mem = attr_of(t, INET_DIAG_SKMEMINFO, 9 * 4);

	must(mem);
	return mem;
}

/* Memory: what the options of the socket say, and what is in its queues */
static void memory(const struct kind *k)
{
	struct question q = question(k, 0);
	const struct inet_diag_meminfo *m;
	struct pair p;
	struct told t;

	pair_open(k, &p);
	pattern_send(p.c, 5000, 0, 5000);
	await_acked(p.c);
	ask_socket(&q, p.s);
	must_be(ask_one(&q, &t), 0);
	must(!attr_of(&t, INET_DIAG_MEMINFO, 0));
	must(!attr_of(&t, INET_DIAG_SKMEMINFO, 0));
	q.ext = ASK(INET_DIAG_MEMINFO) | ASK(INET_DIAG_SKMEMINFO);
	must_be(ask_one(&q, &t), 0);
	must_be(skmem(&t)[SKMEM_RCVBUF], get_int(p.s, SOL_SOCKET, SO_RCVBUF));
	must_be(skmem(&t)[SKMEM_SNDBUF], get_int(p.s, SOL_SOCKET, SO_SNDBUF));
	must(skmem(&t)[SKMEM_RMEM] >= 5000);
	m = attr_of(&t, INET_DIAG_MEMINFO, sizeof(*m));
	must(m);
	must_be(m->idiag_rmem, skmem(&t)[SKMEM_RMEM]);
	pattern_recv(p.s, 5000, 0, 5000);
	must_be(ask_one(&q, &t), 0);
	must_be(skmem(&t)[SKMEM_RMEM], 0);
}

/* What is told of TCP_INFO is what the socket's own user is told */
static void info(const struct kind *k)
{
	struct question q = question(k, 0);
	const struct tcp_info *got;
	struct tcp_info own;
	socklen_t len = sizeof(own);
	struct pair p;
	struct told t;

	pair_open(k, &p);
	/* or the ACK waits, and the text may be sent again before it comes */
	must_be(set_int(p.s, IPPROTO_TCP, TCP_QUICKACK, 1), 0);
	pattern_send(p.c, 3000, 0, 3000);
	await_acked(p.c);
	ask_socket(&q, p.c);
	must_be(ask_one(&q, &t), 0);
	must(!attr_of(&t, INET_DIAG_INFO, 0));
	must(!attr_of(&t, GLASS_DIAG_INFO, 0));
	q.ext = ASK(INET_DIAG_INFO);
	must_be(ask_one(&q, &t), 0);
	got = attr_of(&t, INET_DIAG_INFO, sizeof(*got));
	must(got);
	must_be(getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &own, &len), 0);
	must_be(got->tcpi_state, TCP_ESTABLISHED);
	must_be(got->tcpi_options, own.tcpi_options);
	must_be(got->tcpi_rto, own.tcpi_rto);
	must_be(got->tcpi_rtt, own.tcpi_rtt);
	must_be(got->tcpi_snd_mss, own.tcpi_snd_mss);
	must_be(got->tcpi_snd_cwnd, own.tcpi_snd_cwnd);
	must_be(got->tcpi_total_retrans, 0);
	must_be(got->tcpi_unacked, 0);
	must(got->tcpi_snd_cwnd > 1);
}

/* Glass' own words, beside TCP's */
static void own_info(const struct kind *k)
{
	const struct glass_info *got;
	struct glass_info own;
	socklen_t len = sizeof(own);
	struct scene s;
	struct told t;

	stages[3].make(k, &s);
	s.q.ext = ASK(INET_DIAG_INFO);
	must_be(ask_one(&s.q, &t), 0);
	got = attr_of(&t, GLASS_DIAG_INFO, sizeof(*got));
	must_be(!!got, k->glass);
	if (!got)
		return;
	must_be(getsockopt(s.fd, SOL_GLASS, GLASS_INFO, &own, &len), 0);
	must_be(got->state, own.state);
	must_be(got->iss, own.iss);
	must_be(got->rcv_nxt, own.rcv_nxt);
	must_be(got->cwnd, own.cwnd);
	stages[2].make(k, &s);
	s.q.ext = ASK(INET_DIAG_INFO);
	must_be(ask_one(&s.q, &t), 0);
	must(!attr_of(&t, INET_DIAG_INFO, 0));
	got = attr_of(&t, GLASS_DIAG_INFO, sizeof(*got));
	must(got);
	must_be(got->state, TCP_SYN_RECV);
	must_be(got->timer, GLASS_TIMER_RETRANSMIT);
	stages[9].make(k, &s);
	s.q.ext = ASK(INET_DIAG_INFO);
	must_be(ask_one(&s.q, &t), 0);
	got = attr_of(&t, GLASS_DIAG_INFO, sizeof(*got));
	must(got);
	must_be(got->state, TCP_TIME_WAIT);
	must_be(got->timer, GLASS_TIMER_TIME_WAIT);
	must(got->timer_ms > 10000 && got->timer_ms <= 60000);
}

static void options(const struct kind *k)
{
	struct question q = question(k, 0);
	char name[16] = "";
	const char *cong;
	const uint32_t *mark;
	socklen_t len = sizeof(name);
	struct pair p;
	struct told t;

	pair_open(k, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_MARK, 0x1234), 0);
	must_be(set_int(p.c, IPPROTO_IP, IP_TOS, 0x48), 0);
	if (k->af == AF_INET6)
		must_be(set_int(p.c, IPPROTO_IPV6, IPV6_TCLASS, 0x88), 0);
	ask_socket(&q, p.c);
	q.ext = ASK(INET_DIAG_TOS) | ASK(INET_DIAG_TCLASS) | ASK(INET_DIAG_CONG);
	must_be(ask_one(&q, &t), 0);
	mark = attr_of(&t, INET_DIAG_MARK, 4);
	must(mark && *mark == 0x1234);
	must_be(attr_u8(&t, INET_DIAG_TOS), 0x48);
	must_be(attr_u8(&t, INET_DIAG_TCLASS), k->af == AF_INET6 ? 0x88 : -1);
	must_be(attr_u8(&t, INET_DIAG_SHUTDOWN), 0);
	must_be(getsockopt(p.c, IPPROTO_TCP, TCP_CONGESTION, name, &len), 0);
	cong = attr_of(&t, INET_DIAG_CONG, 4);
	must(cong && !strcmp(cong, name));
	must_be(shutdown(p.c, SHUT_WR), 0);
	must_be(ask_one(&q, &t), 0);
	must_be(attr_u8(&t, INET_DIAG_SHUTDOWN), 2);
}

/* TIME-WAIT keeps its socket's mark */
static void mark_stays(const struct kind *k)
{
	struct question q = question(k, 0);
	const uint32_t *mark;
	struct pair p;
	struct told t;

	pair_open(k, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_MARK, 77), 0);
	ask_socket(&q, p.c);
	close(p.c);
	pattern_end(p.s);
	close(p.s);
	must_be(ask_one(&q, &t), 0);
	must_be(t.msg.idiag_state, TCP_TIME_WAIT);
	mark = attr_of(&t, INET_DIAG_MARK, 4);
	must(mark && *mark == 77);
}

const struct test diag_info[] = {
	TEST(queues),
	TEST(timers),
	TEST(whose),
	TEST(memory),
	TEST(info),
	TEST(own_info),
	TEST(options),
	TEST(mark_stays),
	{ NULL, NULL, 0 },
};
