/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A system call of a packet script, between its line and its result.
 */
#ifndef PACKET_CALL_H
#define PACKET_CALL_H

#include "packet.h"

/* A socket of the script: what it has sent and got places it in the pattern */
struct named {
	char name[16];
	bool open;
	int fd;
	size_t sent;
	size_t got;
};

struct call;

struct verb {
	const char *name;
	void (*parse)(struct call *c, char *at);
	long (*act)(struct call *c);
};

struct call {
	const struct verb *verb;
	struct named *s;
	struct named *other;	/* what accept() makes */
	struct flow *flow;	/* whom connect() is for */
	bool many;
	bool other_address;	/* bind() to the kernel's other one */
	int level;
	int option;
	int value[2];
	socklen_t value_len;
	int flags;
	char want[64];
	bool garbled;		/* what was received is not the pattern */
	long result;		/* or an errno, negative */
	long long at;		/* of a call that blocks: when it came back */
	volatile bool done;
};

/* packet_name.c */
void call_parse_setsockopt(struct call *c, char *at);
void call_parse_getsockopt(struct call *c, char *at);
void call_parse_ioctl(struct call *c, char *at);
bool call_result_is(const struct call *c, char *got, size_t size);

#endif
