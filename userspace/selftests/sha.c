// SPDX-License-Identifier: GPL-2.0
/*
 * SHA-256 of what was sent and of what arrived.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sha.h"
#include "selftest.h"

static void in_hex(char *text, const unsigned char *sha)
{
	int i;

	for (i = 0; i < 32; i++)
		sprintf(text + 2 * i, "%02x", sha[i]);
}

/* Of so many octets of the pattern, from this place */
void sha_pattern(char *text, size_t len, size_t from)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char buf[4096], sha[32];
	size_t n;

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL));
	for (; len; len -= n, from += n) {
		n = len < sizeof(buf) ? len : sizeof(buf);
		pattern_fill(buf, n, from);
		must_be(EVP_DigestUpdate(ctx, buf, n), 1);
	}
	must_be(EVP_DigestFinal_ex(ctx, sha, NULL), 1);
	EVP_MD_CTX_free(ctx);
	in_hex(text, sha);
}

/* Of so many octets read from a socket, a pipe or a file */
void sha_read(char *text, int fd, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char sha[32];
	static char buf[65536];
	ssize_t n;

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL));
	for (; len; len -= n) {
		n = read(fd, buf, len < sizeof(buf) ? len : sizeof(buf));
		must(n > 0);
		must_be(EVP_DigestUpdate(ctx, buf, n), 1);
	}
	must_be(EVP_DigestFinal_ex(ctx, sha, NULL), 1);
	EVP_MD_CTX_free(ctx);
	in_hex(text, sha);
}

/* A file in memory with so many octets of the pattern, read from its start */
int pattern_file(size_t len, size_t from)
{
	int fd = memfd_create("pattern", MFD_CLOEXEC);
	char buf[4096];
	size_t n;

	must(fd >= 0);
	for (; len; len -= n, from += n) {
		n = len < sizeof(buf) ? len : sizeof(buf);
		pattern_fill(buf, n, from);
		must_be(write(fd, buf, n), n);
	}
	must_be(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}
