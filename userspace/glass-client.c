// SPDX-License-Identifier: GPL-2.0
/*
 * glass-client - connect, print the greeting, send, check what comes back
 *
 *	glass-client [-46gt] [-b PORT] HOST [PORT [TEXT]]
 *
 * Sends TEXT, or else its standard input until that ends.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "explain.h"

static unsigned int sent_crc, echo_crc;
static unsigned long long sent_bytes, echo_bytes;

static void show_usage(void)
{
	fprintf(stderr,
		"usage: glass-client [-46gt] [-b PORT] HOST [PORT [TEXT]]\n"
		OPTIONS_HELP
		"  -b PORT   connect from this port of ours\n"
		"PORT is 54321. Without TEXT the standard input is sent.\n");
	exit(2);
}

/* CRC-32 as in Ethernet and zip, carried on from @crc */
static unsigned int crc32(unsigned int crc, const char *bytes, size_t len)
{
	int bit;

	for (crc = ~crc; len--; bytes++) {
		crc ^= (unsigned char)*bytes;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* Tries each address of the host, as its name has given them. */
static int connect_to(const char *host, const char *port, in_port_t from,
		      const struct options *o)
{
	struct addrinfo *list = resolve(host, port, o), *a;
	/* The family is filled in below; all other bytes 0: any address. */
	struct sockaddr_in6 local = { .sin6_port = htons(from) };
	int fd = -1;

	for (a = list; a; a = a->ai_next) {
		fd = open_socket(a, o);
		if (fd < 0)
			fail("socket");
		local.sin6_family = a->ai_family;
		if (from && bind(fd, (struct sockaddr *)&local, a->ai_addrlen))
			fail("bind");
		printf("Connecting to %s\n", address_text(a->ai_addr, a->ai_addrlen));
		if (!connect(fd, a->ai_addr, a->ai_addrlen))
			break;
		if (!a->ai_next)
			fail("connect");
		close(fd);
	}
	freeaddrinfo(list);
	return fd;
}

/* The server's greeting: one line, or all it says if it closes. */
static void print_greeting(int fd)
{
	ssize_t len;
	char c = 0;

	while (c != '\n' && (len = recv(fd, &c, 1, 0))) {
		if (len < 0)
			fail("recv");
		putchar(c);
	}
	if (c != '\n')
		putchar('\n');
}

/* Sends a piece and waits until it has come back. */
static void send_and_check(int fd, const char *bytes, size_t len)
{
	char echo[16384];
	size_t done;
	ssize_t n;

	for (done = 0; done < len; done += n) {
		n = send(fd, bytes + done, len - done, MSG_NOSIGNAL);
		if (n < 0)
			fail("send");
	}
	n = recv(fd, echo, len, MSG_WAITALL);
	if (n < 0)
		fail("recv");
	sent_crc = crc32(sent_crc, bytes, len);
	echo_crc = crc32(echo_crc, echo, n);
	sent_bytes += len;
	echo_bytes += n;
}

int main(int argc, char **argv)
{
	struct options o = { .family = AF_UNSPEC };
	const char *host, *port = "54321", *text;
	int opt, fd, from = 0;
	char buf[16384];
	ssize_t len;

	while ((opt = getopt(argc, argv, "46gtb:")) != -1) {
		if (opt == 'b')
			from = atoi(optarg);
		else if (!common_option(&o, opt))
			show_usage();
	}
	if (optind == argc || argc - optind > 3)
		show_usage();
	host = argv[optind++];
	if (optind < argc)
		port = argv[optind++];
	text = argv[optind];	/* NULL after the last */

	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = connect_to(host, port, from, &o);
	print_greeting(fd);
	if (text)
		send_and_check(fd, text, strnlen(text, sizeof(buf)));
	while (!text && (len = read(0, buf, sizeof(buf))) > 0)
		send_and_check(fd, buf, len);

	/* "I have said all"; the server closes in turn and recv() gives 0. */
	if (shutdown(fd, SHUT_WR))
		fail("shutdown");
	while ((len = recv(fd, buf, sizeof(buf), 0)) > 0)
		echo_bytes += len;
	if (len < 0)
		fail("recv");
	close(fd);
	if (sent_bytes || echo_bytes)
		printf("sent %llu bytes, CRC-32 %08x; received %llu bytes, CRC-32 %08x\n",
		       sent_bytes, sent_crc, echo_bytes, echo_crc);
	return sent_bytes != echo_bytes || sent_crc != echo_crc;
}
