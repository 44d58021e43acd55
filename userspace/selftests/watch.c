// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel tells of connections, of Glass as of TCP.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "selftest.h"

static const char *table_of(const struct kind *k)
{
	if (k->glass)
		return k->af == AF_INET ? "/proc/net/glass/tcp" :
			"/proc/net/glass/tcp6";
	return k->af == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6";
}

/* "ADDRESS:PORT" in hexadecimal at *@at, which moves behind it */
static unsigned int port_at(char **at)
{
	char *colon = strchr(*at, ':');

	return colon ? strtoul(colon + 1, at, 16) : 0;
}

/**
 * state_of() - the state of a connection by its ports
 * @k: the kind
 * @port: the local port
 * @peer: the remote port
 *
 * Return: the number that Linux gives the state, 0 when there is no such row.
 */
int state_of(const struct kind *k, unsigned int port, unsigned int peer)
{
	FILE *f = fopen(table_of(k), "r");
	char line[512], *at;
	int state = 0;

	must(f);
	while (fgets(line, sizeof(line), f)) {
		at = strchr(line, ':');
		if (!at)
			continue;
		at++;
		if (port_at(&at) != port || port_at(&at) != peer)
			continue;
		state = strtol(at, NULL, 16);
		break;
	}
	fclose(f);
	return state;
}

void await_state(const struct kind *k, unsigned int port, unsigned int peer,
		 int state)
{
	int tries = 1000;

	while (state_of(k, port, peer) != state && tries--)
		pause_ms(5);
	must_be(state_of(k, port, peer), state);
}

/* How often Glass decided by this rule in this network namespace. */
long rule_count(const char *rule)
{
	FILE *f = fopen("/proc/net/glass/rules", "r");
	char line[256], name[64];
	long count = -1;
	int used = 0;
	char *at;

	must(f);
	while (count < 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %*s %n", name, &used) < 1)
			continue;
		if (strcmp(name, rule))
			continue;
		count = strtol(line + used, &at, 10);
		must(at > line + used);
	}
	fclose(f);
	must(count >= 0);
	return count;
}

/* The column @name of two lines, names and numbers, behind the same prefix */
static bool find_column(FILE *f, const char *prefix, const char *name,
			long *value)
{
	char names[8192], numbers[8192], *n, *v, *at_n, *at_v;

	while (fgets(names, sizeof(names), f)) {
		if (strncmp(names, prefix, strlen(prefix)) ||
		    !fgets(numbers, sizeof(numbers), f))
			continue;
		n = strtok_r(names, " \n", &at_n);
		v = strtok_r(numbers, " \n", &at_v);
		while (n && v && strcmp(n, name)) {
			n = strtok_r(NULL, " \n", &at_n);
			v = strtok_r(NULL, " \n", &at_v);
		}
		if (!n || !v)
			continue;
		*value = strtol(v, NULL, 10);
		return true;
	}
	return false;
}

/**
 * counter_of() - one of the counters that nstat shows
 * @k: of TCP or of Glass, in this network namespace
 * @name: without its prefix
 *
 * Return: its value, LONG_MIN when there is none of this name.
 */
long counter_of(const struct kind *k, const char *name)
{
	static const struct {
		const char *path[2];
		const char *prefix[2];
	} files[] = {
		{ { "/proc/net/snmp", "/proc/net/glass/snmp" },
		  { "Tcp:", "Glass:" } },
		{ { "/proc/net/netstat", "/proc/net/glass/netstat" },
		  { "TcpExt:", "GlassExt:" } },
	};
	long value = LONG_MIN;
	size_t i;
	FILE *f;

	for (i = 0; i < 2 && value == LONG_MIN; i++) {
		f = fopen(files[i].path[k->glass], "r");
		must(f);
		find_column(f, files[i].prefix[k->glass], name, &value);
		fclose(f);
	}
	return value;
}

/* Packets that a device has sent so far. */
long packets_on(const char *device)
{
	FILE *f = fopen("/proc/net/dev", "r");
	char line[512], *at;
	long packets = -1;
	int i;

	must(f);
	while (packets < 0 && fgets(line, sizeof(line), f)) {
		at = line + strspn(line, " ");
		if (strncmp(at, device, strlen(device)) ||
		    at[strlen(device)] != ':')
			continue;
		at += strlen(device) + 1;
		/* Bytes, packets and six more received; bytes, packets sent. */
		for (i = 0; i < 9; i++)
			strtol(at, &at, 10);
		packets = strtol(at, &at, 10);
	}
	fclose(f);
	must(packets >= 0);
	return packets;
}

long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}
