// SPDX-License-Identifier: GPL-2.0
/*
 * A stream whose every octet is known by its place: loss, repetition and
 * change all show, and nobody needs to keep a copy.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

/* Eight octets of the stream at a time */
static uint64_t word_at(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15ULL;
	n = (n ^ (n >> 29)) * 0xbf58476d1ce4e5b9ULL;
	return n ^ (n >> 32);
}

void pattern_fill(void *buf, size_t len, size_t from)
{
	unsigned char *to = buf;
	size_t skip, step;
	uint64_t word;

	while (len) {
		word = word_at(from / 8);
		skip = from % 8;
		step = 8 - skip < len ? 8 - skip : len;
		memcpy(to, (unsigned char *)&word + skip, step);
		to += step;
		from += step;
		len -= step;
	}
}

bool pattern_is(const void *buf, size_t len, size_t from)
{
	static char right[65536];
	size_t step;

	for (; len; len -= step, from += step, buf = (char *)buf + step) {
		step = len < sizeof(right) ? len : sizeof(right);
		pattern_fill(right, step, from);
		if (memcmp(right, buf, step))
			return false;
	}
	return true;
}

/* Sends octets @from and following of the stream in calls of @piece. */
void pattern_send(int fd, size_t len, size_t from, size_t piece)
{
	char *buf = malloc(piece);
	size_t step, done;
	ssize_t n;

	must(buf);
	for (; len; len -= step, from += step) {
		step = len < piece ? len : piece;
		pattern_fill(buf, step, from);
		for (done = 0; done < step; done += n) {
			n = send(fd, buf + done, step - done, MSG_NOSIGNAL);
			must(n > 0);
		}
	}
	free(buf);
}

/* Receives them in calls of at most @piece. */
void pattern_recv(int fd, size_t len, size_t from, size_t piece)
{
	char *buf = malloc(piece);
	ssize_t n;

	must(buf);
	while (len) {
		n = recv(fd, buf, len < piece ? len : piece, 0);
		must(n > 0);
		must(pattern_is(buf, n, from));
		from += n;
		len -= n;
	}
	free(buf);
}

/* Nothing but the end is left. */
void pattern_end(int fd)
{
	char one;

	must_be(recv(fd, &one, 1, 0), 0);
}
