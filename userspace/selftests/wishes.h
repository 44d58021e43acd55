/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/glass/faults: what is wished for, and what came of it. */
#ifndef WISHES_H
#define WISHES_H

#include "selftest.h"

#define FAULTS	"/proc/net/glass/faults"

/* A row of the file: what was seen, done and is held */
struct row {
	unsigned long long seen, done;
	unsigned int held;
};

int wish(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool row_of(unsigned int id, struct row *r);
void row_is(unsigned int id, unsigned long long done, unsigned int held);
void await_held(unsigned int id, unsigned int n);
void await_let_go(unsigned int id);
void exchange(const struct pair *p, size_t len);
void await_rule(const char *rule, long n);
bool quiet(int fd, int ms);

#endif
