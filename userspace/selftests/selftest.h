/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness of the selftests: named tests, run on every way into a
 * transport ("kind"), each in a process of its own, told in TAP.
 *
 *	PROGRAM [-l] [-s] [-k KIND,KIND...] [NAME...]
 *
 * -l lists, -s adds the tests that wait for minutes (for a guest whose time is
 * virtual), -k chooses kinds, and a NAME may be a pattern as the shell's. A test
 * runs on all its kinds at once, each in a network namespace that all tests of
 * the kind share. It fails by must() or must_be(), or when it does not end in
 * time; skip() skips it.
 */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

/**
 * struct kind - one way in
 * @name: what tests are told by
 * @family: first argument of socket()
 * @protocol: its third argument
 * @af: family of its addresses
 * @wire: family of its packets: AF_INET below mapped addresses of AF_INET6
 * @glass: Glass; otherwise TCP, which shows what is right
 */
struct kind {
	const char *name;
	int family;
	int protocol;
	int af;
	int wire;
	bool glass;
};

enum kind_index { TCP4, TCP6, GLASS4, GLASS6, OWN4, OWN6, TCP46, GLASS46, KINDS };

extern const struct kind kinds[KINDS];

/* Flags of a test */
enum {
	SLOW = 1,	/* waits for minutes, or is dear without virtual time */
	ONCE = 2,	/* does not depend on the kind: run with the first one */
	PROTO = 4,	/* not for AF_GLASS, or the same there at a price */
	SHOW = 8,	/* an oracle's answers are told also when they agree */
	MAPPED = 16,	/* where glass4 is chosen, glass46 runs too */
};

struct test {
	const char *name;
	void (*run)(const struct kind *k);
	unsigned int flags;
};

#define TEST(fn) { .name = #fn, .run = fn }
#define TEST_FLAGS(fn, bits) { .name = #fn, .run = fn, .flags = bits }

/* What the command line chose */
struct choice {
	bool list;
	bool slow;
	bool kind[KINDS];
	char **names;	/* ends with NULL; empty for all */
};

void choice_parse(struct choice *c, int argc, char **argv);
bool choice_wants(const struct choice *c, const struct test *t, int kind);

void choice_list(const struct choice *c, const struct test *t);
int choice_count(const struct choice *c, const struct test *t);

int tests_main(int argc, char **argv, const struct test *tests, size_t n);

/* tap.c: telling and failing */
void tap_plan(int n);
void tap_ok(bool ok, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void tap_skip(const char *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void tap_todo(const char *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int tap_end(void);
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void skip(const char *why) __attribute__((noreturn));
void check_true(const char *file, int line, const char *text, bool is);
void check_equal(const char *file, int line, const char *text, long got,
		 long want);

#define must(cond) check_true(__FILE__, __LINE__, #cond, (cond))
#define must_be(got, want) \
	check_equal(__FILE__, __LINE__, #got, (long)(got), (long)(want))

/* 1 is what a program returns that has told of each failure. */
enum { EXIT_FAIL = 3, EXIT_SKIP = 4 };

/* A test in a process of its own */
struct running {
	const struct test *test;
	pid_t pid;
	int output;
};

void run_start(struct running *r, const struct test *t, const struct kind *k,
	       int netns);
int run_finish(struct running *r);
pid_t spawn(void (*fn)(void *arg), void *arg);
void reap(pid_t pid);

/* world.c: addresses, network namespaces, connected pairs */
struct addr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage ss;
	};
	socklen_t len;
};

struct pair {
	int c;	/* the end that connected */
	int s;	/* the end that was accepted */
	int l;	/* the listener */
};

struct addr addr_any(const struct kind *k, unsigned int port);
struct addr addr_loop(const struct kind *k, unsigned int port);
struct addr addr_other(const struct kind *k, unsigned int port);
struct addr addr_silent(const struct kind *k, unsigned int port);
struct addr addr_text(const struct kind *k, const char *v4, const char *v6,
		      unsigned int port);
struct addr addr_wire(const struct addr *a);
unsigned int addr_port(const struct addr *a);
unsigned int port_of(int fd);

int netns_new(void);
void netns_enter(int netns);
void netns_own(void);
void addr6_await(const char *text);
int tun_device(const char *name, const char *v4, const char *v6);
void command(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void ip_batch(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool write_file(const char *path, const char *text);
void sysctl(const struct kind *k, const char *name, const char *value);

int stream(const struct kind *k);
int stream_reuse(const struct kind *k);
int listener(const struct kind *k, struct addr *at, int backlog);
int connected(const struct kind *k, const struct addr *to);
void pair_open(const struct kind *k, struct pair *p);
void pair_close(struct pair *p);
void pair_abort(struct pair *p);

int set_int(int fd, int level, int option, int value);
int get_int(int fd, int level, int option);
void set_timeout(int fd, int option, unsigned int ms);
void set_nonblock(int fd);
short await(int fd, short events);
void pause_ms(int ms);
void reset_by(int fd);
bool asleep(int tid);
size_t fill(int fd);
size_t fill_for_good(int fd);
size_t drain(int fd, size_t want);
void await_acked(int fd);

/* link.c: a second host behind a cable */
struct link {
	int near;	/* network namespaces */
	int far;
};

void link_configure(const char *device, int net, int self, int other);
void link_await(const char *device);
void link_join(const struct link *l, const char *near, const char *far, int net);
void link_open(struct link *l);
struct addr addr_near(const struct kind *k, unsigned int port);
struct addr addr_far(const struct kind *k, unsigned int port);
void link_pair(const struct kind *k, const struct link *l, struct pair *p);
void forwarding_on(void);
void link_behind_router(const struct kind *k, const struct link *l,
			struct pair *p, int mtu);
void link_cut(const struct link *l);
void link_mend(const struct link *l);
void link_far(const struct link *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* pattern.c: a stream whose every octet is known by its place */
void pattern_fill(void *buf, size_t len, size_t from);
bool pattern_is(const void *buf, size_t len, size_t from);
void pattern_send(int fd, size_t len, size_t from, size_t piece);
void pattern_recv(int fd, size_t len, size_t from, size_t piece);
void pattern_end(int fd);

/* watch.c: what the kernel tells of connections */
int state_of(const struct kind *k, unsigned int port, unsigned int peer);
void await_state(const struct kind *k, unsigned int port, unsigned int peer,
		 int state);
long rule_count(const char *rule);
long counter_of(const struct kind *k, const char *name);
long packets_on(const char *device);
long long now_us(void);

#endif
