// SPDX-License-Identifier: GPL-2.0
/*
 * The operations. A child plays the server; there is one CPU, and always one
 * of the two that can run.
 */
#include "bench.h"

#include <err.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct kind *kind;
static int peer = -1;		/* the client's end of the connection */
static pid_t server;
static char block[BULK_BYTES];

/* What the server of a bulk stream must have read before it answers */
static atomic_size_t *expected;

static void start_server(const struct kind *k, void (*serve)(int listener))
{
	int listener = link_listen(k);

	kind = k;
	server = fork();
	if (server < 0)
		err(1, "fork");
	if (!server) {
		serve(listener);
		_exit(0);
	}
	close(listener);
}

static void stop_server(void)
{
	int status;

	if (peer >= 0)
		close(peer);
	peer = -1;
	kill(server, SIGTERM);
	if (waitpid(server, &status, 0) != server)
		err(1, "waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status))
		errx(1, "the server failed");
}

/* One byte there, one byte back */
static void serve_trips(int listener)
{
	int fd = link_accept(listener);
	char c;

	while (link_read(fd, &c, 1))
		link_write(fd, &c, 1);
}

static void trip(int fd)
{
	char c = 'x';

	link_write(fd, &c, 1);
	if (!link_read(fd, &c, 1))
		errx(1, "the server has gone");
}

static void start_trips(const struct kind *k)
{
	start_server(k, serve_trips);
	peer = link_connect(k);
}

static void run_trips(unsigned int times)
{
	while (times--)
		trip(peer);
}

/* A connection for one byte and its answer; the client closes first */
static void serve_connections(int listener)
{
	char c;

	for (;;) {
		int fd = link_accept(listener);

		while (link_read(fd, &c, 1))
			link_write(fd, &c, 1);
		close(fd);
	}
}

static void start_connections(const struct kind *k)
{
	start_server(k, serve_connections);
}

static void run_connections(unsigned int times)
{
	while (times--) {
		int fd = link_connect(kind);

		trip(fd);
		close(fd);
	}
}

/* A stream in one direction; one byte back when all of a batch was read */
static void serve_bulk(int listener)
{
	int fd = link_accept(listener);
	size_t n, got = 0;

	while ((n = link_read(fd, block, sizeof(block)))) {
		got += n;
		if (got < *expected)
			continue;
		got = 0;
		link_write(fd, block, 1);
	}
}

static void start_bulk(const struct kind *k)
{
	if (!expected)
		expected = mmap(NULL, sizeof(*expected), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (expected == MAP_FAILED)
		err(1, "mmap");
	memset(block, 'x', sizeof(block));
	start_server(k, serve_bulk);
	peer = link_connect(k);
}

static void run_bulk(unsigned int times)
{
	char c;

	*expected = (size_t)times * BULK_BYTES;
	times *= BULK_BYTES / kind->block;
	while (times--)
		link_write(peer, block, kind->block);
	if (!link_read(peer, &c, 1))
		errx(1, "the server has gone");
}

/* The same to a host behind a cable */
static void start_wire(const struct kind *k)
{
	link_use_wire();
	start_bulk(k);
}

/* A flood of SYNs, alone and with connections that are meant */
static void start_flood(const struct kind *k)
{
	start_server(k, serve_connections);
	flood_open(k);
}

static void stop_flood(void)
{
	flood_close();
	stop_server();
}

static void start_siege(const struct kind *k)
{
	start_flood(k);
	/* more than fit into any SYN queue */
	flood_run(512);
}

static void run_siege(unsigned int times)
{
	while (times--) {
		flood_siege();
		run_connections(1);
	}
}

/* No batch of a stream is like the next: 8 MiB each, and many of them. */
static const struct work works[] = {
	{ "round-trip", 200, 2200, 200, 1, false, false,
	  start_trips, run_trips, stop_server },
	{ "connection", 50, 450, 50, 1, false, false,
	  start_connections, run_connections, stop_server },
	{ "bulk", 1, 129, 1024, 32, false, false,
	  start_bulk, run_bulk, stop_server },
	{ "wire", 1, 129, 1024, 32, true, false,
	  start_wire, run_bulk, stop_server },
	{ "steady-bulk", 128, 1152, 1024, 1, false, true,
	  start_bulk, run_bulk, stop_server },
	{ "steady-wire", 128, 1152, 1024, 1, true, true,
	  start_wire, run_bulk, stop_server },
	{ "spoilt", 200, 2200, 200, 1, false, false,
	  start_flood, flood_run_spoilt, stop_flood },
	{ "flood", 200, 2200, 512, 1, false, false,
	  start_flood, flood_run, stop_flood },
	{ "siege", 50, 450, 50, 1, false, false,
	  start_siege, run_siege, stop_flood },
};

const struct work *work_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(works); i++) {
		if (!strcmp(works[i].name, name))
			return &works[i];
	}
	errx(2, "no operation is called %s", name);
}
