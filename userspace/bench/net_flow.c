// SPDX-License-Identifier: GPL-2.0
/*
 * Transfers: a thread sends on the near host, another receives on the far one,
 * both with calls that wait and without any option that would tune them.
 */
#include "net.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <linux/glass.h>

/* One call reads so much: samples of what was received are no finer. */
#define PIECE	16384
/* The text that is sent, again and again; no power of two, no multiple of it */
#define TEXT	4194389
#define SECOND	1000000

static const struct kind kinds[] = {
	{ "glass", IPPROTO_GLASS },
	{ "tcp", IPPROTO_TCP },
};

const struct kind *kind_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	errx(2, "no transport is called %s", name);
}

int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

void sleep_until(int64_t us)
{
	const struct timespec t = {
		.tv_sec = us / SECOND,
		.tv_nsec = us % SECOND * 1000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		;
}

void thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	errno = pthread_create(thread, NULL, run, arg);
	if (errno)
		err(1, "pthread_create");
}

/* xorshift64*: text that does not repeat within itself */
static const unsigned char *text(void)
{
	static unsigned char *made;
	uint64_t x = 0x676c617373;
	size_t i;

	if (made)
		return made;
	made = malloc(TEXT);
	if (!made)
		err(1, "malloc");
	for (i = 0; i < TEXT; i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		made[i] = (x * 0x2545f4914f6cdd1dULL) >> 56;
	}
	return made;
}

static EVP_MD_CTX *sha_start(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
		errx(1, "no SHA-256");
	return ctx;
}

static void sha_end(EVP_MD_CTX *ctx, unsigned char *digest)
{
	EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
}

/* SHA-256 of the first @octets that are sent; most ask for the same again. */
static const unsigned char *digest_of(uint64_t octets)
{
	static unsigned char digest[32];
	static uint64_t known = UINT64_MAX;
	EVP_MD_CTX *ctx;
	size_t step;
	uint64_t left;

	if (known == octets)
		return digest;
	ctx = sha_start();
	for (left = octets; left; left -= step) {
		step = left < TEXT ? left : TEXT;
		EVP_DigestUpdate(ctx, text(), step);
	}
	sha_end(ctx, digest);
	known = octets;
	return digest;
}

/* Calls on a socket wait no longer than until then; false: it is then. */
static bool wait_at_most(int fd, int option, int64_t until)
{
	int64_t left = until - now_us();
	const struct timeval t = {
		.tv_sec = left / SECOND,
		.tv_usec = left % SECOND,
	};

	if (left <= 0)
		return false;
	if (setsockopt(fd, SOL_SOCKET, option, &t, sizeof(t)))
		err(1, "a timeout");
	return true;
}

static bool timed_out(void)
{
	return errno == EAGAIN || errno == EINPROGRESS || errno == EALREADY;
}

static void address(const struct flow *f, struct sockaddr_in *a)
{
	memset(a, 0, sizeof(*a));
	a->sin_family = AF_INET;
	a->sin_port = htons(f->port);
	inet_pton(AF_INET, FAR_ADDRESS, &a->sin_addr);
}

static bool open_sender(struct flow *f)
{
	struct sockaddr_in a;

	address(f, &a);
	wait_at_most(f->sender, SO_SNDTIMEO, f->until);
	if (!connect(f->sender, (struct sockaddr *)&a, sizeof(a)))
		return true;
	if (!timed_out())
		f->error = errno;
	return false;
}

static void *send_text(void *arg)
{
	struct flow *f = arg;
	uint64_t sent = 0;
	ssize_t n;

	sleep_until(f->start);
	if (!open_sender(f))
		return NULL;
	while (!f->octets || sent < f->octets) {
		size_t at = sent % TEXT, len = TEXT - at;

		if (f->octets && len > f->octets - sent)
			len = f->octets - sent;
		if (!wait_at_most(f->sender, SO_SNDTIMEO, f->until))
			break;
		n = send(f->sender, text() + at, len, MSG_NOSIGNAL);
		if (n < 0 && !timed_out()) {
			f->error = errno;
			break;
		}
		if (n > 0)
			sent += n;
	}
	return NULL;
}

/* Something came, or it is time: does it count? */
static void count(struct flow *f, size_t n)
{
	int64_t now = now_us();

	if (f->began < 0 && now >= f->count_from) {
		/* all before belongs to the time before */
		f->began = now;
	} else if (f->began >= 0) {
		f->counted += n;
		f->ended = now;
	}
}

static void receive_all(struct flow *f)
{
	const int fd = f->receiver;
	EVP_MD_CTX *ctx = sha_start();
	char buf[PIECE];
	size_t want;
	ssize_t n;

	while (!f->octets || f->received < f->octets) {
		want = PIECE;
		if (f->octets && want > f->octets - f->received)
			want = f->octets - f->received;
		if (!wait_at_most(fd, SO_RCVTIMEO, f->began < 0 ?
				  f->count_from : f->until) && f->began >= 0)
			break;
		n = recv(fd, buf, want, MSG_WAITALL);
		if (!n || (n < 0 && errno != EAGAIN)) {
			f->error = n ? errno : ENODATA;
			break;
		}
		count(f, n > 0 ? n : 0);
		if (n > 0) {
			EVP_DigestUpdate(ctx, buf, n);
			f->received += n;
		}
	}
	sha_end(ctx, f->digest);
}

static void *receive_text(void *arg)
{
	struct flow *f = arg;

	if (wait_at_most(f->listener, SO_RCVTIMEO, f->until))
		f->receiver = accept(f->listener, NULL, NULL);
	if (f->receiver < 0) {
		if (errno != EAGAIN)
			f->error = errno;
		f->ended = f->until;
		return NULL;
	}
	receive_all(f);
	/* What is cut off had all of its time. */
	if (f->ended < f->until && (!f->octets || f->received < f->octets))
		f->ended = f->until;
	return NULL;
}

static int stream(const struct flow *f)
{
	int fd = socket(AF_INET, SOCK_STREAM, f->kind->protocol);

	if (fd < 0)
		err(1, "%s: socket", f->kind->name);
	return fd;
}

static void flow_open(struct flow *f)
{
	struct sockaddr_in a;
	int on = 1;

	f->received = 0;
	f->counted = 0;
	f->error = 0;
	f->receiver = -1;
	f->began = f->count_from <= f->start ? f->start : -1;
	f->ended = f->began;
	address(f, &a);
	road_enter(FAR);
	f->listener = stream(f);
	if (setsockopt(f->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(f->listener, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(f->listener, 1))
		err(1, "%s: no listener", f->kind->name);
	road_enter(NEAR);
	f->sender = stream(f);
	thread_start(&f->threads[0], receive_text, f);
	thread_start(&f->threads[1], send_text, f);
}

static void flow_join(struct flow *f)
{
	pthread_join(f->threads[0], NULL);
	pthread_join(f->threads[1], NULL);
	f->whole = !f->received ||
		   !memcmp(f->digest, digest_of(f->received), 32);
}

/* Gone without a trace: nothing of it may meet the next transfer. */
static void close_hard(int fd)
{
	const struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void flow_close(struct flow *f)
{
	if (f->receiver >= 0)
		close_hard(f->receiver);
	close_hard(f->sender);
	close(f->listener);
}

/**
 * flows_run() - transfers at the same time, over what road_lay() laid
 * @flows: which
 * @n: how many, at most FLOWS_MAX
 * @plot: the name that samples of them are kept under; empty for none
 */
void flows_run(struct flow *flows, size_t n, const char *plot)
{
	struct sampler s = { .flows = flows, .n = n, .plot = plot };
	size_t i;

	text();
	for (i = 0; i < n; i++)
		flow_open(&flows[i]);
	if (*plot)
		sampler_start(&s);
	for (i = 0; i < n; i++)
		flow_join(&flows[i]);
	if (*plot)
		sampler_stop(&s);
	for (i = 0; i < n; i++)
		flow_close(&flows[i]);
}

/* Octets per second that arrived while they counted */
double flow_goodput(const struct flow *f)
{
	if (f->error || f->ended <= f->began || f->began < 0)
		return 0;
	return (double)f->counted * SECOND / (f->ended - f->began);
}
