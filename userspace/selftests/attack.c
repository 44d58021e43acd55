// SPDX-License-Identifier: GPL-2.0
/*
 * Attacks that rfc9293 and rfc5961 say a connection survives: floods with the
 * right ends and wrong numbers, guesses swept over all sequence numbers, a
 * port scan. After each the connection carries text both ways, every octet
 * known by its place, and the rules tell what became of each segment. TCP, by
 * the same packets, shows that the test asks for what is right.
 *
 * ATTACK_SHARE=N in the environment: an Nth of what is many is sent.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attack.h"

#define TEXT		1000
#define BUFFER		(4 << 20)	/* so that a sweep has a thousand steps */
#define BURSTS		8
#define BURST_MS	600		/* more than invalid_ratelimit */
#define SPACE		(1ULL << 32)

/* What is to be divided by: of TCP a little is enough */
unsigned int attack_share(const struct kind *k)
{
	const char *share = getenv("ATTACK_SHARE");
	unsigned int n = share && *share ? strtoul(share, NULL, 10) : 1;

	return k->glass ? n : 16 * n;
}

/* xorshift32 */
uint32_t random_u32(void)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* In a network namespace of its own */
void victim_open(struct victim *v, const struct kind *k)
{
	int l = hosts_listener(k, 8);
	struct wire_seg s;

	must_be(set_int(l, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER), 0);
	s = host_shake(k, 2);
	*v = (struct victim){
		.k = k, .l = l, .shift = s.shift ? s.shift - 1 : 0,
		.next = host_ack(&s, 0),
	};
	hosts_send(k, &v->next);
	v->fd = accept(l, NULL, NULL);
	must(v->fd >= 0);
	must_have(k, "EMBRYO_ACK", 1);
	set_timeout(v->fd, SO_RCVTIMEO, 5000);
	victim_talks(v);
}

/* The host gets what the user sent, and acknowledges it. */
void victim_hears(struct victim *v)
{
	size_t got = 0, again;
	struct wire_seg s;

	while (got < TEXT) {
		must(hosts_hear(v->k, &s, 1000));
		again = v->next.ack - s.seq;	/* on a path that is smaller */
		must(again <= v->out);
		must(pattern_is(s.text, s.len, v->out - again));
		if (s.len <= again)
			continue;
		must_be(s.ack, v->next.seq);
		got += s.len - again;
		v->out += s.len - again;
		v->next.ack += s.len - again;
		v->window = (uint32_t)s.wnd << v->shift;
	}
	must_be(got, TEXT);
	hosts_send(v->k, &v->next);
}

/* Text there and back: nothing lost, nothing added, nothing changed */
void victim_talks(struct victim *v)
{
	struct wire_seg s = v->next;
	char text[TEXT];

	pattern_fill(text, TEXT, v->in);
	s.flags |= PSH;
	s.len = TEXT;
	s.text = text;
	hosts_send(v->k, &s);
	pattern_recv(v->fd, TEXT, v->in, TEXT);
	v->in += TEXT;
	v->next.seq += TEXT;
	pattern_send(v->fd, TEXT, v->out, TEXT);
	victim_hears(v);
}

/* Answers within so many ms; each says no more than where the kernel is. */
static unsigned int answers(const struct victim *v, int ms)
{
	struct wire_seg s;
	unsigned int n = 0;

	while (hosts_hear(v->k, &s, ms)) {
		must_be(s.flags, ACK);
		must_be(s.host, v->next.host);
		must_be(s.seq, v->next.ack);
		must_be(s.ack, v->next.seq);
		must_be(s.len, 0);
		n++;
	}
	return n;
}

/* Segments that Glass has refused, by whatever rule */
static long refused(const struct kind *k)
{
	static const char *const rules[] = {
		"SEQ_OLD", "SEQ_WINDOW", "SEQ_RST", "RST_CHALLENGE",
		"SYN_CHALLENGE", "ACK_MISSING", "ACK_OLD", "ACK_UNSENT",
		"CHALLENGE_SOON", "CHALLENGE_BUDGET",
	};
	long n = 0;
	size_t i;

	for (i = 0; k->glass && i < sizeof(rules) / sizeof(rules[0]); i++)
		n += rule_count(rules[i]);
	return n;
}

enum where { OUTSIDE, INSIDE, EXACT };
enum answer { NONE, PACED, EACH };
enum { GOOD, UNSENT, OLD };

static const struct attack {
	const char *name;
	uint8_t flags;
	int ack;		/* of the peer's text: as it is, or one that cannot be */
	unsigned int len;
	enum where where;	/* SEG.SEQ in a flood, by the receive window */
	enum answer answer;	/* with an ACK: one per burst, or to each */
} attacks[] = {
	{ "RST outside", RST, GOOD, 0, OUTSIDE, NONE },
	{ "RST inside", RST, GOOD, 0, INSIDE, PACED },
	{ "RST with ACK inside", RST | ACK, GOOD, 0, INSIDE, PACED },
	{ "SYN outside", SYN, GOOD, 0, OUTSIDE, PACED },
	{ "SYN inside", SYN, GOOD, 0, INSIDE, PACED },
	{ "SYN exact", SYN, GOOD, 0, EXACT, PACED },
	{ "FIN outside", FIN | ACK, GOOD, 0, OUTSIDE, EACH },
	{ "FIN of what was never sent", FIN | ACK, UNSENT, 0, EXACT, PACED },
	{ "ACK outside", ACK, GOOD, 0, OUTSIDE, PACED },
	{ "ACK of what was never sent", ACK, UNSENT, 0, EXACT, PACED },
	{ "ACK of long ago", ACK, OLD, 0, EXACT, PACED },
	{ "text outside", ACK | PSH, GOOD, 10, OUTSIDE, EACH },
	{ "text with a wrong ACK", ACK | PSH, UNSENT, 10, INSIDE, PACED },
	{ "text with an old ACK", ACK | PSH, OLD, 10, EXACT, PACED },
	{ "text without ACK", PSH, GOOD, 10, INSIDE, NONE },
};

#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))

/* As somebody forges it who knows the ends */
static struct wire_seg forged(const struct victim *v, const struct attack *a)
{
	struct wire_seg s = v->next;

	s.flags = a->flags;
	s.len = a->len;
	if (!(a->flags & ACK))
		s.ack = 0;
	else if (a->ack != GOOD)
		s.ack += a->ack == UNSENT ? 0x40000000 : -0x40000000;
	return s;
}

/* Far enough from both edges that nothing reaches in */
static uint32_t any_offset(const struct victim *v, enum where where)
{
	if (where == EXACT)
		return 0;
	if (where == INSIDE)
		return 1 + random_u32() % (v->window - 100);
	return v->window + 100 + random_u32() % (UINT32_MAX - v->window - 200);
}

static void check_attack(const struct victim *v, const struct attack *a,
			 unsigned int sent, unsigned int heard,
			 unsigned int bursts, long refused_before)
{
	unsigned int most = a->answer == NONE ? 0 :
			    a->answer == PACED ? bursts : sent;

	if (heard > most || (v->k->glass && a->answer == EACH && heard < most))
		fail(__FILE__, __LINE__, "%s: %u answers to %u, not %u",
		     a->name, heard, sent, most);
	if (v->k->glass && refused(v->k) - refused_before != sent)
		fail(__FILE__, __LINE__, "%s: %ld refused, not %u", a->name,
		     refused(v->k) - refused_before, sent);
	note("%s: %s: %u sent, %u answered", v->k->name, a->name, sent, heard);
}

static void flood(struct victim *v, const struct attack *a)
{
	unsigned int n = 2048 / attack_share(v->k), i, b, heard = 0;
	long before = refused(v->k);
	struct wire_seg s = forged(v, a);

	for (b = 0; b < BURSTS; b++) {
		pause_ms(BURST_MS);
		for (i = 0; i < n / BURSTS; i++) {
			s.seq = v->next.seq + any_offset(v, a->where);
			hosts_send(v->k, &s);
			if (i % 32 == 31)
				heard += answers(v, 0);
		}
		heard += answers(v, 1);
	}
	heard += answers(v, 100);
	check_attack(v, a, n, heard, BURSTS, before);
	victim_talks(v);
}

/* rfc9293: MUST-66; rfc5961: 3.2, 4.2, 5.2, 7 */
static void floods(const struct kind *k)
{
	struct victim v;
	size_t i;

	victim_open(&v, k);
	for (i = 0; i < ATTACKS; i++)
		flood(&v, &attacks[i]);
	must_be(get_int(v.fd, SOL_SOCKET, SO_ERROR), 0);
}

/*
 * All sequence numbers in steps of the window: somewhere one lies in it, but
 * none is the one that is awaited.
 */
static void sweep(struct victim *v, const struct attack *a)
{
	uint32_t steps, i, heard = 0, inside = v->window / 2;
	struct wire_seg s = forged(v, a);
	long before = refused(v->k);

	must(v->window > 0x10000);
	/* TCP's window opens slowly, and it only shows what is right */
	steps = SPACE / v->window / attack_share(v->k);
	pause_ms(BURST_MS);
	for (i = 0; i < steps; i++) {
		s.seq = v->next.seq + inside + i * (SPACE / steps);
		hosts_send(v->k, &s);
		if (i % 32 == 31)
			heard += answers(v, 0);
	}
	heard += answers(v, 100);
	check_attack(v, a, steps, heard, 1, before);
	victim_talks(v);
}

/* Who is off the path knows no number; rfc5961: 3.2, 4.2, 5.2 */
static void sweeps(const struct kind *k)
{
	static const struct attack guesses[] = {
		{ "RST swept", RST, GOOD, 0, INSIDE, PACED },
		{ "SYN swept", SYN, GOOD, 0, INSIDE, PACED },
		{ "FIN swept", FIN | ACK, UNSENT, 0, INSIDE, EACH },
		{ "FIN with an old ACK swept", FIN | ACK, OLD, 0, INSIDE, EACH },
		{ "text swept", ACK | PSH, UNSENT, 100, INSIDE, EACH },
		{ "text with an old ACK swept", ACK | PSH, OLD, 100, INSIDE, EACH },
	};
	struct victim v;
	size_t i;

	victim_open(&v, k);
	for (i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++)
		sweep(&v, &guesses[i]);
	must_be(get_int(v.fd, SOL_SOCKET, SO_ERROR), 0);
	/* Its neighbours are challenged, itself it ends. */
	v.next.flags = RST;
	v.next.seq++;
	hosts_send(k, &v.next);
	v.next.seq -= 2;
	hosts_send(k, &v.next);
	v.next.seq++;
	v.next.flags = ACK;
	must(answers(&v, 100) <= 1);
	victim_talks(&v);
	v.next.flags = RST;
	hosts_send(k, &v.next);
	must_be(recv(v.fd, &v, 1, 0), -1);
	must_be(errno, ECONNRESET);
	must_have(k, "RST_EXACT", 1);
	hosts_hear_nothing(k, 100);
}

/* What the kernel knows: connections, records and listeners */
static int rows(const struct kind *k)
{
	const char *path = k->af == AF_INET ? "/proc/net/tcp" :
			   "/proc/net/tcp6";
	FILE *f = fopen(k->glass ? "/proc/net/glass/connections" : path, "r");
	char line[512];
	int n = 0;

	must(f);
	while (fgets(line, sizeof(line), f))
		n++;
	fclose(f);
	return n;
}

/* What a closed port answers, rfc9293#section-3.10.7.1 */
static void hear_rst(const struct kind *k, const struct wire_seg *to)
{
	uint32_t len = !!(to->flags & SYN) + !!(to->flags & FIN);
	struct wire_seg s;

	if (!hosts_hear(k, &s, 10))
		fail(__FILE__, __LINE__, "port %u is silent", to->kernel);
	must_be(s.kernel, to->kernel);
	must_be(s.port, to->port);
	if (to->flags & ACK) {
		must_be(s.flags, RST);
		must_be(s.seq, to->ack);
	} else {
		must_be(s.flags, RST | ACK);
		must_be(s.seq, 0);
		must_be(s.ack, to->seq + len);
	}
}

/* A SYN to every port: who listens answers, and is told that it was a scan. */
static void scan_all(const struct kind *k)
{
	struct wire_seg s = host_syn(9), heard;
	unsigned int port, step = attack_share(k);

	/* one scan of all is enough */
	if (k != &kinds[GLASS4] && step == 1)
		step = 16;
	for (port = 1; port < 65536; port++) {
		if (port % step && port != HOSTS_PORT)
			continue;
		s.kernel = port;
		hosts_send(k, &s);
		if (port != HOSTS_PORT) {
			hear_rst(k, &s);
			continue;
		}
		must(hosts_hear(k, &heard, 10));
		must_be(heard.flags, SYN | ACK);
		must_be(heard.kernel, HOSTS_PORT);
		heard = host_ack(&heard, 0);
		heard.flags = RST;
		hosts_send(k, &heard);
	}
}

/* Segments that are no SYN: a listener answers nothing that has no ACK. */
static void scan_stealthy(const struct kind *k)
{
	static const uint8_t flags[] = { 0, FIN, FIN | PSH, ACK, FIN | ACK };
	struct wire_seg s = host_syn(9);
	unsigned int port;
	size_t i;

	s.mss = 0;
	s.shift = 0;
	s.ack = 12345;
	for (i = 0; i < sizeof(flags); i++) {
		for (port = HOSTS_PORT - 50; port < HOSTS_PORT + 50; port++) {
			s.kernel = port;
			s.flags = flags[i];
			hosts_send(k, &s);
			if (port == HOSTS_PORT && !(s.flags & ACK))
				hosts_hear_nothing(k, 10);
			else
				hear_rst(k, &s);
		}
	}
}

/* rfc9293: MUST-12 */
static void port_scan(const struct kind *k)
{
	struct addr bound;
	struct victim v;
	int before, fd;

	victim_open(&v, k);
	/* a port that somebody has, but not for visitors */
	bound = addr_kernel(k, HOSTS_PORT + 1);
	fd = stream(k);
	must_be(bind(fd, &bound.sa, bound.len), 0);
	before = rows(k);
	scan_all(k);
	victim_talks(&v);
	must_be(rows(k), before);
	scan_stealthy(k);
	victim_talks(&v);
	must_be(rows(k), before);
	set_nonblock(v.l);
	must_be(accept(v.l, NULL, NULL), -1);
	must_be(errno, EAGAIN);
	/* the listener is as it was */
	must_be(close(host_connects(k, v.l, 10, &v.next)), 0);
}

static const struct test tests[] = {
	TEST_FLAGS(floods, SLOW),
	TEST_FLAGS(sweeps, SLOW),
	TEST_FLAGS(port_scan, SLOW),
	TEST_FLAGS(icmp_flood_forged, SLOW),
	TEST_FLAGS(icmp_flood_in_flight, SLOW),
	TEST_FLAGS(icmp_flood_too_big, SLOW),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
