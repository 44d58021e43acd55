// SPDX-License-Identifier: GPL-2.0
/*
 * Answers that anybody can provoke: how many there are, and what their number
 * tells. TCP, with the same sysctls, must pass all that is not of records.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hosts.h"
#include "stall.h"

/* Segments that the kernel sends within so many ms, all of them ACKs */
static int acks_heard(const struct kind *k, int ms)
{
	struct wire_seg s;
	int n = 0;

	while (hosts_hear(k, &s, ms)) {
		must_be(s.flags, ACK);
		n++;
	}
	return n;
}

/* @next with other flags, and its sequence number moved */
static void provoke(const struct kind *k, const struct wire_seg *next,
		    uint8_t flags, int offset)
{
	struct wire_seg s = *next;

	s.flags = flags;
	s.seq += offset;
	hosts_send(k, &s);
}

/* Within invalid_ratelimit a connection gives one such answer; rfc5961: 7 */
/* net.glass: invalid_ratelimit */
static void one_at_a_time(const struct kind *k)
{
	int l = hosts_listener(k, 8), i;
	struct wire_seg next;

	/* ms: a busy machine may not send thirty within the default's 500 */
	set_sysctl(k, "invalid_ratelimit", 3000);
	host_connects(k, l, 2, &next);
	for (i = 0; i < 10; i++) {
		provoke(k, &next, RST, 1);
		provoke(k, &next, SYN, 5);
		provoke(k, &next, ACK, -1);
	}
	must_be(acks_heard(k, 100), 1);
	must_have(k, "RST_CHALLENGE", 1);
	must_have(k, "CHALLENGE_SOON", 29);
	pause_ms(3000);
	provoke(k, &next, RST, 1);
	provoke(k, &next, RST, 2);
	must_be(acks_heard(k, 100), 1);
	must_have(k, "RST_CHALLENGE", 2);
	/* What was held back changed nothing. */
	next.len = 3;
	hosts_send(k, &next);
	must_be(acks_heard(k, 100), 1);
}

/* net.glass: invalid_ratelimit */
static void limit_off(const struct kind *k)
{
	int l = hosts_listener(k, 8), i;
	struct wire_seg next;

	set_sysctl(k, "invalid_ratelimit", 0);
	host_connects(k, l, 2, &next);
	for (i = 0; i < 10; i++)
		provoke(k, &next, RST, 1);
	must_be(acks_heard(k, 100), 10);
}

/* Text that comes again lost its ACK: it is told each time. */
static void text_is_answered(const struct kind *k)
{
	int l = hosts_listener(k, 8), i;
	struct wire_seg next;

	host_connects(k, l, 2, &next);
	next.len = 10;
	hosts_send(k, &next);
	must_be(acks_heard(k, 100), 1);
	for (i = 0; i < 5; i++)
		hosts_send(k, &next);
	must_be(acks_heard(k, 100), 5);
}

/*
 * What gets no answer takes none away: text is owed an ACK, a RST behind it
 * comes too soon after the last one, and both waited for the same user.
 */
/* net.glass: invalid_ratelimit */
static void owed_to_text(const struct kind *k)
{
	int l = hosts_listener(k, 8), i;
	struct wire_seg next, s;
	struct stall user;
	long delayed;

	set_sysctl(k, "invalid_ratelimit", 60000);
	stall_open(&user, host_connects(k, l, 2, &next));
	provoke(k, &next, RST, 1);
	must_be(acks_heard(k, 50), 1);
	next.len = 10;
	hosts_send(k, &next);
	next.seq += 10;
	must_be(acks_heard(k, 200), 1);
	delayed = k->glass ? rule_count("ACK_DELAYED") : 0;
	stall_recv(&user, 10);
	for (i = 0; i < 2; i++) {
		next.len = 1300;
		hosts_send(k, &next);
		next.seq += 1300;
	}
	next.len = 0;
	provoke(k, &next, RST, 1);
	hosts_hear_nothing(k, 10);
	stall_end(&user);
	must(hosts_hear(k, &s, 1000));
	must_be(s.flags, ACK);
	must_be(s.ack, next.seq);
	must_have(k, "CHALLENGE_SOON", 1);
	must_have(k, "ACK_EVERY_SECOND", 1);
	must_have(k, "ACK_DELAYED", delayed);
}

#define CROWD 60

static void crowd_connects(const struct kind *k, int l, struct wire_seg *next)
{
	int i;

	for (i = 0; i < CROWD; i++)
		host_connects(k, l, 10 + i, &next[i]);
}

/* All of a crowd are challenged at once: how many were answered? */
static int challenge_crowd(const struct kind *k, const struct wire_seg *next)
{
	int i;

	for (i = 0; i < CROWD; i++)
		provoke(k, &next[i], RST, 1);
	return acks_heard(k, 20);
}

/* Unless a limit is set, connections share nothing; rfc5961: 7 */
static void nothing_shared(const struct kind *k)
{
	struct wire_seg next[CROWD], victim;
	int l = hosts_listener(k, CROWD), i;

	host_connects(k, l, 2, &victim);
	crowd_connects(k, l, next);
	for (i = 0; i < 4; i++) {
		if (i % 2)
			provoke(k, &victim, RST, 1);
		must_be(challenge_crowd(k, next), CROWD + i % 2);
		pause_ms(600);
	}
	must_have(k, "CHALLENGE_BUDGET", 0);
}

#define LIMIT	20
#define ROUNDS	40

static int ascending(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int distinct(int *of)
{
	int i, n = 1;

	qsort(of, ROUNDS, sizeof(*of), ascending);
	for (i = 1; i < ROUNDS; i++)
		n += of[i] != of[i - 1];
	return n;
}

/* In how many of all rounds does the best threshold guess right? */
static int best_guess(const int *quiet, const int *busy)
{
	int edge, i, right, best = 0;

	for (edge = 0; edge <= CROWD; edge++) {
		right = 0;
		for (i = 0; i < ROUNDS; i++)
			right += (quiet[i] >= edge) + (busy[i] < edge);
		best = right > best ? right : best;
	}
	return best;
}

/*
 * The side channel of CVE-2016-5696: an attacker who is off the path counts
 * the challenge ACKs of his own connections. If their number says whether a
 * victim's connection was challenged too, he can search for its numbers.
 * rfc5961: 7
 */
/* net.glass: challenge_ack_limit */
static void budget_tells_nothing(const struct kind *k)
{
	int l = hosts_listener(k, CROWD), i, got, right;
	int count[2][ROUNDS];
	struct wire_seg next[CROWD], victim;

	set_sysctl(k, "challenge_ack_limit", LIMIT);
	host_connects(k, l, 2, &victim);
	crowd_connects(k, l, next);
	for (i = 0; i < 2 * ROUNDS; i++) {
		/* Each round has a second for itself. */
		pause_ms(1100 - now_us() / 1000 % 1000);
		if (i % 2) {
			provoke(k, &victim, RST, 1);
			must_be(acks_heard(k, 20), 1);
		}
		got = challenge_crowd(k, next);
		must(got >= LIMIT / 2 - 1 && got < LIMIT / 2 + LIMIT);
		count[i % 2][i / 2] = got;
	}
	right = best_guess(count[0], count[1]);
	note("%s: the best threshold is right in %d of %d rounds", k->name,
	     right, 2 * ROUNDS);
	must(distinct(count[0]) >= 6);
	must(distinct(count[1]) >= 6);
	must(right < 2 * ROUNDS * 8 / 10);
}

/* SYN-RECEIVED and TIME-WAIT are no sockets, but have the same limits. */
static void records_limited(const struct kind *k)
{
	int l = hosts_listener(k, 8), fd, i;
	struct wire_seg synack, next, s;

	if (!k->glass)
		return;
	set_sysctl(k, "invalid_ratelimit", 60000);
	synack = host_shake(k, 2);
	next = host_ack(&synack, 0);
	for (i = 0; i < 10; i++) {
		provoke(k, &next, SYN, 50);
		provoke(k, &next, RST, 1);
		provoke(k, &next, ACK, -1);
	}
	/* Its SYN/ACK would come again in the midst of what follows. */
	provoke(k, &next, RST, 0);
	must_have(k, "EMBRYO_RST", 1);
	must_be(acks_heard(k, 100), 1);
	must_have(k, "EMBRYO_SYN", 1);
	must_have(k, "CHALLENGE_SOON", 29);

	fd = host_connects(k, l, 3, &next);
	close_with_fin(fd);
	must(hosts_hear(k, &s, 100));
	must_be(s.flags, FIN | ACK);
	next = host_ack(&s, 0);
	next.flags |= FIN;
	hosts_send(k, &next);
	must_be(acks_heard(k, 100), 1);
	next.seq++;
	for (i = 0; i < 10; i++) {
		provoke(k, &next, SYN, -100);
		provoke(k, &next, ACK, -1);
	}
	must_be(acks_heard(k, 100), 1);
	must_have(k, "TW_SYN_OLD", 1);
	must_have(k, "CHALLENGE_SOON", 29 + 19);
	/* The peer's FIN again is answered each time. */
	next.seq--;
	next.flags = FIN | ACK;
	for (i = 0; i < 3; i++)
		hosts_send(k, &next);
	must_be(acks_heard(k, 100), 3);
}

/* A SYN that comes again and again is no way to make many of one packet. */
static void syn_again_limited(const struct kind *k)
{
	struct wire_seg s;
	int i, n = 0;

	hosts_listener(k, 8);
	host_shake(k, 2);
	for (i = 0; i < 10; i++) {
		s = host_syn(2);
		hosts_send(k, &s);
	}
	while (hosts_hear(k, &s, 100)) {
		must_be(s.flags, SYN | ACK);
		n++;
	}
	must_be(n, 1);
	must_have(k, "EMBRYO_SYN_AGAIN", 1);
}

static const struct test tests[] = {
	TEST(one_at_a_time),
	TEST(limit_off),
	TEST(text_is_answered),
	TEST(owed_to_text),
	TEST(nothing_shared),
	TEST_FLAGS(budget_tells_nothing, SLOW),
	TEST(records_limited),
	TEST(syn_again_limited),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
