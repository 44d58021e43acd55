// SPDX-License-Identifier: GPL-2.0
/*
 * glass-server - wait for connections, greet each client, echo what it sends
 *
 *	glass-server [-46gt] [-n COUNT] [[HOST] PORT]
 *
 * The calls are those of any server; only socket() names another protocol:
 *
 *	socket()	an end point, without an address yet
 *	bind()		gives it an address and a port of this host
 *	listen()	from here on the kernel answers handshakes by itself
 *	accept()	takes one finished connection, as a socket of its own
 *	recv(), send()	bytes of that connection
 *	close()		says that no more will come
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explain.h"

static void show_usage(void)
{
	fprintf(stderr,
		"usage: glass-server [-46gt] [-n COUNT] [[HOST] PORT]\n"
		OPTIONS_HELP
		"  -n COUNT  leave after COUNT clients\n"
		"HOST: one address of this host, else all; PORT: else 54321.\n");
	exit(2);
}

static void send_all(int fd, const char *bytes, size_t len)
{
	ssize_t sent;

	/* send() may take less than all; MSG_NOSIGNAL: an error, not SIGPIPE */
	for (; len; bytes += sent, len -= sent) {
		sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent < 0)
			fail("send");
	}
}

/* One client, in a process of its own, until it closes. */
static void serve(int fd, const char *peer)
{
	char buf[65536];
	ssize_t len;
	int greeting;

	greeting = snprintf(buf, sizeof(buf), "Thank you for connecting, %s\n", peer);
	send_all(fd, buf, greeting);

	while ((len = recv(fd, buf, sizeof(buf), 0)) > 0)
		send_all(fd, buf, len);
	if (len < 0)
		fail("recv");
	/* recv() gave 0: the client closed and everything was echoed. */
	if (close(fd))
		fail("close");
}

static int listen_on(const char *host, const char *port,
		     const struct options *o)
{
	struct addrinfo *a = resolve(host, port, o);
	int on = 1, fd;

	fd = open_socket(a, o);
	if (fd < 0)
		fail("socket");
	/* Connections of an earlier run may still be in TIME-WAIT. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		fail("setsockopt(SO_REUSEADDR)");
	if (bind(fd, a->ai_addr, a->ai_addrlen))
		fail("bind");
	if (listen(fd, 5))
		fail("listen");
	printf("Listening on %s\n", address_text(a->ai_addr, a->ai_addrlen));
	freeaddrinfo(a);
	return fd;
}

/* Takes one connection and leaves it to a child. */
static void accept_one(int listener)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	const char *text;
	int fd;

	fd = accept(listener, (struct sockaddr *)&peer, &len);
	if (fd < 0)
		fail("accept");
	text = address_text((struct sockaddr *)&peer, len);
	printf("Got connection from %s\n", text);
	switch (fork()) {
	case -1:
		fail("fork");
	case 0:
		close(listener);
		serve(fd, text);
		exit(0);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct options o = { .family = AF_INET };
	const char *host = NULL, *port = "54321";
	long count = -1;
	int opt, listener;

	while ((opt = getopt(argc, argv, "46gtn:")) != -1) {
		if (opt == 'n')
			count = atol(optarg);
		else if (!common_option(&o, opt))
			show_usage();
	}
	if (argc - optind > 2)
		show_usage();
	if (argc - optind == 2)
		host = argv[optind++];
	if (optind < argc)
		port = argv[optind];

	setvbuf(stdout, NULL, _IOLBF, 0);
	listener = listen_on(host, port, &o);
	signal(SIGCHLD, count < 0 ? SIG_IGN : SIG_DFL);
	while (count < 0 || count-- > 0)
		accept_one(listener);
	close(listener);
	while (wait(NULL) > 0)
		;
	return 0;
}
