/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sock_diag, asked for TCP and for Glass by the same messages.
 */
#ifndef DIAG_H
#define DIAG_H

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdint.h>

#include "selftest.h"

#define ALL_STATES 0xfffu
#define ASK(attribute) (1u << ((attribute) - 1))

/**
 * struct question - what is asked for
 * @k: the kind: protocol and family
 * @states: a bit per state, of a dump
 * @ext: ASK() of each attribute
 * @id: the ends; of a dump its ports alone
 * @code: a program that filters a dump, or NULL
 * @code_len: octets of it
 */
struct question {
	const struct kind *k;
	uint32_t states;
	uint8_t ext;
	struct inet_diag_sockid id;
	const void *code;
	size_t code_len;
};

/**
 * struct told - one answer
 * @msg: what all have
 * @attrs: the attributes behind it
 * @len: octets of them
 */
struct told {
	struct inet_diag_msg msg;
	char attrs[2048];
	int len;
};

struct question question(const struct kind *k, uint32_t states);
void ask_ends(struct question *q, const struct addr *local,
	      const struct addr *remote);
void ask_socket(struct question *q, int fd);
void ask_told(struct question *q, const struct told *t);

int ask_start(const struct question *q);
int ask_more(int nl, struct told *all, int room, bool *end);
int ask_all(const struct question *q, struct told *all, int room);
int ask_one(const struct question *q, struct told *t);
int ask_kill(const struct question *q);

const void *attr_of(const struct told *t, int type, size_t len);
long attr_u8(const struct told *t, int type);

/* diag_scene.c: an end in each state */

/**
 * struct scene - one end of a connection
 * @q: a question for it
 * @fd: its socket, -1 where no user has it
 * @peer: the socket at the other end, -1 where there is none
 * @l: a listener that has to do with it, -1 for none
 */
struct scene {
	struct question q;
	int fd;
	int peer;
	int l;
};

struct stage {
	const char *name;
	int state;
	void (*make)(const struct kind *k, struct scene *s);
};

extern const struct stage stages[];

extern const struct test diag_info[];
extern const struct test diag_kill[];
extern const struct test diag_walk[];

#endif
