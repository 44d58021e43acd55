// SPDX-License-Identifier: GPL-2.0
/*
 * Mutated segments at listening, connecting, established and closing sockets:
 *
 *   mutate [-s] [-n SEGMENTS] [-r SEED]
 *
 * -s says that time is virtual: then it is made to pass, so that timers run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/random.h>
#include <unistd.h>

#include "mutate.h"

#define STATES 10

static const char *const state_names[STATES] = {
	"LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
	"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
};

static unsigned long states_seen[STATES];
static unsigned long octets_live;

/* Connections that have nothing to do with it all */
static struct pair live[4];

static void live_open(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		pair_open(&kinds[GLASS4 + i], &live[i]);
		set_timeout(live[i].c, SO_RCVTIMEO, 30000);
		set_timeout(live[i].s, SO_RCVTIMEO, 30000);
	}
}

/* There and back; everything must be as it was. */
static bool live_echo(void)
{
	static char out[4096], in[4096];
	size_t len = 1 + random_u32() % sizeof(out);
	struct pair *p = &live[random_u32() % 4];
	size_t from = random_u32();

	pattern_fill(out, len, from);
	if (send(p->c, out, len, MSG_NOSIGNAL) != (ssize_t)len ||
	    recv(p->s, in, len, MSG_WAITALL) != (ssize_t)len ||
	    memcmp(in, out, len) ||
	    send(p->s, in, len, MSG_NOSIGNAL) != (ssize_t)len ||
	    recv(p->c, out, len, MSG_WAITALL) != (ssize_t)len ||
	    memcmp(in, out, len))
		return false;
	octets_live += 2 * len;
	return true;
}

static void look_at_states(void)
{
	FILE *f = fopen("/proc/net/glass/connections", "r");
	char line[512];
	size_t len;
	int i;

	must(f);
	while (fgets(line, sizeof(line), f)) {
		for (i = 0; i < STATES; i++) {
			len = strlen(state_names[i]);
			states_seen[i] += !strncmp(line, state_names[i], len) &&
				line[len] == ' ';
		}
	}
	fclose(f);
}

/* Rows of the table besides listeners and the live connections */
static int strangers(void)
{
	FILE *f = fopen("/proc/net/glass/connections", "r");
	char line[512];
	int n = -1 - 8 - 4;	/* the head, two ends of four, their listeners */

	must(f);
	while (fgets(line, sizeof(line), f))
		n++;
	fclose(f);
	return n;
}

/* In the end timers alone must clear away all that was left half done. */
static bool all_ends(void)
{
	int minutes;

	for (minutes = 0; minutes < 60 && strangers(); minutes++)
		pause_ms(60000);
	note("%d connections are left after %d minutes", strangers(), minutes);
	if (!strangers())
		return true;
	system("head -n 40 /proc/net/glass/connections | sed 's/^/# /'");
	return false;
}

static int splats(void)
{
	static const char *const signs[] = {
		"BUG", "WARNING:", "KASAN", "UBSAN", "Call Trace", "refcount_t",
		"INFO: ", "Oops", "ODEBUG",
	};
	static char log[1 << 20];
	int n = klogctl(3 /* read all */, log, sizeof(log) - 1), found = 0;
	char *line, *save;
	size_t i;

	must(n >= 0);
	for (line = strtok_r(log, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
			if (strstr(line, signs[i])) {
				note("%s", line);
				found++;
				break;
			}
	return found;
}

/* False if something was decided by none of them: there is a row for that, then. */
static bool print_rules(void)
{
	FILE *f = fopen("/proc/net/glass/rules", "r");
	bool explained = true;
	char line[256];

	must(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		note("%s", line);
		explained = explained && strncmp(line, "NONE ", 5);
	}
	fclose(f);
	return explained;
}

static bool print_states(void)
{
	bool all = true;
	int i;

	for (i = 0; i < STATES; i++) {
		note("%-12s seen %lu times", state_names[i], states_seen[i]);
		all = all && states_seen[i];
	}
	return all;
}

/* Sends @n of them; false when a live connection was disturbed. */
static bool bombard(unsigned long n, bool virtual)
{
	struct victim *v;
	unsigned long i;
	int again;
	struct seg s;

	for (i = 0; i < n; i++) {
		v = victim_any();
		seg_plain(&s, v, ACK);
		seg_mutate(&s);
		wire_send(v->k, &s);
		/* Some come again and again, as duplicate ACKs do. */
		for (again = one_in(40) ? 4 : 0; again; again--)
			wire_send(v->k, &s);
		if (i % 4 == 0)
			wire_hear();
		if (i % 16 == 0)
			victim_use(v);
		if (i % 512 == 0 && !live_echo())
			return false;
		if (virtual && i % 256 == 0)
			wire_wait(random_u32() % (one_in(50) ? 70000 : 50));
		if (i % 10000 == 0)
			look_at_states();
		if (i && i % 200000 == 0)
			note("%lu segments", i);
	}
	return true;
}

int main(int argc, char **argv)
{
	unsigned long n = 1000000, sent;
	bool virtual = false, undisturbed;
	uint64_t seed = 0;
	int option, found;

	must(getrandom(&seed, 4, 0) == 4);
	while ((option = getopt(argc, argv, "sn:r:")) != -1) {
		if (option == 's')
			virtual = true;
		else if (option == 'n')
			n = strtoul(optarg, NULL, 0);
		else if (option == 'r')
			seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	tap_plan(7);
	note("%lu mutated segments, seed %lu", n, (unsigned long)seed);
	random_seed(seed);
	found = splats();
	netns_own();
	wire_open();
	live_open();
	victims_open(&kinds[GLASS4], &kinds[GLASS6]);
	sent = wire_sent;
	undisturbed = bombard(n, virtual);
	sent = wire_sent - sent;
	note("%lu segments sent, %lu answers, %lu connections used up", sent,
	     wire_heard, victims_made());
	tap_ok(undisturbed && sent >= n, "all segments are sent");
	tap_ok(undisturbed && live_echo(),
	       "live connections are not disturbed: %lu octets", octets_live);
	tap_ok(!wire_alien, "every answer comes from the address that was asked");
	tap_ok(print_states(), "every state is seen");
	victims_close();
	if (virtual)
		tap_ok(all_ends(), "what was left half done ends by itself");
	else
		tap_skip("takes minutes", "what was left half done ends by itself");
	tap_ok(print_rules(), "a rule explains each decision");
	found = splats() - found;
	tap_ok(!found, "no splats");
	note("mutated segments: %lu, seed: %lu, splats: %d", n,
	     (unsigned long)seed, found);
	return tap_end();
}
