// SPDX-License-Identifier: GPL-2.0
/*
 * A stream of known size across a bad cable, with its SHA-256 taken at both
 * ends:
 *
 *   gigabyte [-s] [-k KIND] [-n MEGABYTES] [-r SEED]
 *
 * Without -k each of three kinds carries a third of it.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

#define MEGA (1UL << 20)
#define PIECE (256 * 1024)
#define PROGRESS (128 * MEGA)

static const char netem[] =
	"loss 2% reorder 5% duplicate 1% corrupt 0.5% delay 5ms";

struct digest {
	unsigned char sha[32];
};

static uint64_t seed = 0x676c617373;

/* xorshift64*: text that does not repeat and cannot be compressed */
static void random_fill(uint64_t *to, size_t words, uint64_t *state)
{
	uint64_t x = *state;

	while (words--) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		*to++ = x * 0x2545f4914f6cdd1dULL;
	}
	*state = x;
}

static EVP_MD_CTX *sha_start(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL));
	return ctx;
}

static void sha_end(EVP_MD_CTX *ctx, struct digest *d)
{
	must_be(EVP_DigestFinal_ex(ctx, d->sha, NULL), 1);
	EVP_MD_CTX_free(ctx);
}

static void send_random(int fd, size_t len, struct digest *d)
{
	EVP_MD_CTX *ctx = sha_start();
	uint64_t state = seed | 1;
	size_t step, done;
	char *buf = malloc(PIECE);
	ssize_t n;

	for (; len; len -= step) {
		step = len < PIECE ? len : PIECE;
		random_fill((uint64_t *)buf, PIECE / 8, &state);
		must_be(EVP_DigestUpdate(ctx, buf, step), 1);
		for (done = 0; done < step; done += n) {
			n = send(fd, buf + done, step - done, MSG_NOSIGNAL);
			must(n > 0);
		}
	}
	must_be(shutdown(fd, SHUT_WR), 0);
	sha_end(ctx, d);
}

static size_t recv_random(int fd, struct digest *d)
{
	EVP_MD_CTX *ctx = sha_start();
	char *buf = malloc(PIECE);
	size_t sum = 0, told = 0;
	ssize_t n;

	while ((n = recv(fd, buf, PIECE, 0)) > 0) {
		must_be(EVP_DigestUpdate(ctx, buf, n), 1);
		sum += n;
		if (sum - told >= PROGRESS) {
			told += PROGRESS;
			note("%zu MB, %lld s of the guest's time", told / MEGA,
			     now_us() / 1000000);
		}
	}
	must_be(n, 0);
	sha_end(ctx, d);
	return sum;
}

static void print_digest(const char *who, const struct digest *d)
{
	char text[65];
	int i;

	for (i = 0; i < 32; i++)
		sprintf(text + 2 * i, "%02x", d->sha[i]);
	note("%-8s sha256 %s", who, text);
}

static void carry(const struct kind *k, size_t len)
{
	struct digest sent, got;
	int result[2], fate;
	struct link l;
	struct pair p;
	long long at;
	pid_t sender;

	link_open(&l);
	command("tc qdisc add dev near0 root netem limit 20000 %s", netem);
	link_far(&l, "tc qdisc add dev far0 root netem limit 20000 %s", netem);
	link_pair(k, &l, &p);
	must_be(pipe(result), 0);
	note("%s: %zu MB, seed 0x%llx, both ways: %s", k->name, len / MEGA,
	     (unsigned long long)seed, netem);
	at = now_us();
	fflush(stdout);
	sender = fork();
	if (!sender) {
		send_random(p.c, len, &sent);
		must_be(write(result[1], &sent, sizeof(sent)), sizeof(sent));
		_exit(0);
	}
	must_be(recv_random(p.s, &got), len);
	must_be(read(result[0], &sent, sizeof(sent)), sizeof(sent));
	must_be(waitpid(sender, &fate, 0), sender);
	must_be(fate, 0);
	print_digest("sent", &sent);
	print_digest("received", &got);
	at = now_us() - at;
	note("%lld.%03lld s of the guest's time, %lld KB/s", at / 1000000,
	     at / 1000 % 1000, (long long)len * 1000 / 1024 * 1000 / at);
	must(!memcmp(&sent, &got, sizeof(sent)));
}

static bool find_kind(const char *name, int *kind)
{
	for (*kind = 0; *kind < KINDS; ++*kind)
		if (!strcmp(kinds[*kind].name, name))
			return true;
	return false;
}

static void carried(const struct kind *k, size_t megabytes)
{
	int fate = -1;
	pid_t pid = fork();

	if (!pid) {
		carry(k, megabytes * MEGA);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &fate, 0);
	tap_ok(!fate, "%s %zu MB arrive whole", k->name, megabytes);
}

int main(int argc, char **argv)
{
	static const int all[] = { GLASS4, GLASS6, GLASS46 };
	size_t megabytes = 1024, n = sizeof(all) / sizeof(all[0]), i;
	int option, kind = KINDS;

	while ((option = getopt(argc, argv, "sk:n:r:")) != -1) {
		if (option == 'k' && find_kind(optarg, &kind))
			continue;
		else if (option == 'n')
			megabytes = strtoul(optarg, NULL, 0);
		else if (option == 'r')
			seed = strtoull(optarg, NULL, 0);
		else if (option != 's')
			return 2;
	}
	tap_plan(kind == KINDS ? n : 1);
	if (kind != KINDS)
		carried(&kinds[kind], megabytes);
	for (i = 0; i < n && kind == KINDS; i++)
		carried(&kinds[all[i]], (megabytes + n - 1) / n);
	return tap_end();
}
