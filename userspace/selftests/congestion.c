// SPDX-License-Identifier: GPL-2.0
/*
 * Congestion controls that are modules of their own: they come when they are
 * asked for, stay while a socket or a namespace has them, and may be changed
 * for one another in the middle of a transfer.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "selftest.h"

static long choose(int fd, const char *name)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name));
}

static bool has(int fd, const char *name)
{
	char got[16] = "";
	socklen_t len = sizeof(got);

	must_be(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, got, &len), 0);
	return !strcmp(got, name);
}

static bool is_loaded(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

/* What rmmod says: 0 or an errno; what RCU still holds goes in a moment */
static int unload(const char *module, bool wait)
{
	int tries = wait ? 200 : 1;

	while (syscall(SYS_delete_module, module, O_NONBLOCK)) {
		if (!--tries || errno != EAGAIN)
			return errno;
		pause_ms(50);
	}
	return 0;
}

/* A directory of modules in which there is nothing but ours, for modprobe */
static void install(void)
{
	command("d=/lib/modules/$(uname -r); mount -t tmpfs none $d &&"
		" mkdir $d/extra &&"
		" cp ${GLASS_MODULE%%/*}/glass*.ko $d/extra/ &&"
		" touch $d/modules.order $d/modules.builtin"
		" $d/modules.builtin.modinfo && depmod");
}

static void uninstall(void)
{
	command("umount -l /lib/modules/$(uname -r)");
}

static bool in_sysctl(const char *name, const char *word)
{
	char path[128], text[256] = " ";
	char padded[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/glass/%s", name);
	fd = open(path, O_RDONLY);
	must(fd >= 0);
	n = read(fd, text + 1, sizeof(text) - 3);
	close(fd);
	must(n > 0);
	text[n] = ' ';
	text[n + 1] = 0;
	snprintf(padded, sizeof(padded), " %s ", word);
	return strstr(text, padded);
}

/* Asked for by the administrator; then, as it says, by everyone or by none */
/* net.glass: available_congestion_control */
static void asked_for(const struct kind *k)
{
	int fd = stream(k);

	install();
	unload("glass_dctcp", true);
	unload("glass_bbr", true);
	must_be(seteuid(65534), 0);
	must_be(choose(fd, "dctcp"), -1);
	must_be(errno, ENOENT);
	must_be(seteuid(0), 0);
	must(!in_sysctl("available_congestion_control", "dctcp"));
	must_be(choose(fd, "dctcp"), 0);
	must(has(fd, "dctcp"));
	must(is_loaded("glass_dctcp"));
	must(in_sysctl("available_congestion_control", "dctcp"));
	must(!in_sysctl("allowed_congestion_control", "dctcp"));
	must_be(choose(fd, "bbr"), 0);
	must(is_loaded("glass_bbr"));
	must(in_sysctl("allowed_congestion_control", "bbr"));

	must_be(seteuid(65534), 0);
	must_be(choose(fd, "dctcp"), -1);
	must_be(errno, EPERM);
	must_be(choose(fd, "bbr"), 0);
	must_be(seteuid(0), 0);
	uninstall();
}

/* A socket that has it keeps its module: fresh, listening, connected */
static void kept_by_socket(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	struct pair p;
	int fd;

	install();
	fd = stream(k);
	must_be(choose(fd, "dctcp"), 0);
	must_be(unload("glass_dctcp", false), EAGAIN);
	must_be(choose(fd, "cubic"), 0);
	must_be(unload("glass_dctcp", true), 0);

	must_be(choose(fd, "bbr"), 0);
	must_be(bind(fd, &at.sa, at.len), 0);
	must_be(listen(fd, 4), 0);
	at = addr_loop(k, port_of(fd));
	p.c = connected(k, &at);
	p.s = accept(fd, NULL, NULL);
	must(has(p.s, "bbr"));
	close(fd);
	pattern_send(p.s, 500000, 0, 10000);
	must_be(unload("glass_bbr", false), EAGAIN);
	pattern_recv(p.c, 500000, 0, 10000);
	/* what waits to be sent keeps it even without a user */
	close(p.s);
	pattern_end(p.c);
	close(p.c);
	must_be(unload("glass_bbr", true), 0);
	uninstall();
}

static void in_namespace(void *arg)
{
	const struct kind *k = arg;
	struct pair p;

	netns_own();
	sysctl(k, "congestion_control", "bbr");
	pair_open(k, &p);
	must(has(p.c, "bbr"));
	must(has(p.s, "bbr"));
	pattern_send(p.c, 100000, 0, 10000);
	pattern_recv(p.s, 100000, 0, 10000);
	pair_close(&p);
	must_be(unload("glass_bbr", false), EAGAIN);
}

/* So does a namespace whose default it is, until its end */
static void kept_by_namespace(const struct kind *k)
{
	install();
	command("modprobe glass_bbr");
	reap(spawn(in_namespace, (void *)k));
	must_be(unload("glass_bbr", true), 0);
	uninstall();
}

struct writer {
	int fd;
	size_t len;
};

static void write_all(void *arg)
{
	struct writer *w = arg;

	pattern_send(w->fd, w->len, 0, 100000);
	shutdown(w->fd, SHUT_WR);
}

/* Each for each other in the middle of a transfer, over a path with delay */
static void switched_in_transfer(const struct kind *k)
{
	static const char *const names[] = { "reno", "bbr", "cubic", "dctcp" };
	struct writer w = { .len = 8 << 20 };
	size_t got = 0, i;
	struct link l;
	struct pair p;
	pid_t child;

	install();
	link_open(&l);
	netns_enter(l.near);
	command("tc qdisc add dev near0 root netem delay 5ms rate 100mbit limit 200");
	link_pair(k, &l, &p);
	w.fd = p.c;
	child = spawn(write_all, &w);
	for (i = 0; got < w.len; i++, got += 1 << 18) {
		must_be(choose(p.c, names[i % 4]), 0);
		must(has(p.c, names[i % 4]));
		pattern_recv(p.s, 1 << 18, got, 1 << 16);
	}
	pattern_end(p.s);
	reap(child);
	must_be(choose(p.c, "reno"), 0);
	must_be(unload("glass_bbr", true), 0);
	must_be(unload("glass_dctcp", true), 0);
	uninstall();
}

/* What root takes away from everyone, and what a default gives back */
static void allowed(const struct kind *k)
{
	int fd, first = open("/proc/1/ns/net", O_RDONLY);

	netns_enter(first);
	fd = stream(k);
	sysctl(k, "allowed_congestion_control", "reno");
	must_be(seteuid(65534), 0);
	/* what it has already it may have */
	must_be(choose(fd, "cubic"), 0);
	must_be(choose(fd, "reno"), 0);
	must_be(choose(fd, "cubic"), -1);
	must_be(errno, EPERM);
	must_be(seteuid(0), 0);
	must_be(choose(fd, "cubic"), 0);
	must(!write_file(k->glass ?
			 "/proc/sys/net/glass/allowed_congestion_control" :
			 "/proc/sys/net/ipv4/tcp_allowed_congestion_control",
			 "reno nosuchthing"));
	sysctl(k, "congestion_control", "cubic");
	must_be(choose(fd, "reno"), 0);
	must_be(seteuid(65534), 0);
	must_be(choose(fd, "cubic"), 0);
	must_be(seteuid(0), 0);
}

/* TCP says the same */
/* net.glass: allowed_congestion_control */
static void allowed_as_tcp(const struct kind *k)
{
	allowed(&kinds[TCP4]);
	allowed(k);
}

/* Two megabytes at a megabyte a second: how long they took, in us */
static long long pace(const struct kind *k)
{
	struct writer w = { .len = 2 << 20 };
	long long start, took;
	struct pair p;
	pid_t child;
	int i;

	pair_open(k, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_MAX_PACING_RATE, 1 << 20), 0);
	w.fd = p.c;
	start = now_us();
	child = spawn(write_all, &w);
	for (i = 1; i <= 16; i++) {
		pattern_recv(p.s, 1 << 17, (i - 1) << 17, 1 << 17);
		must(now_us() - start > i * 115000ll - 120000);
	}
	took = now_us() - start;
	pattern_end(p.s);
	reap(child);
	return took;
}

/* No burst of a tenth of a megabyte */
static void paced(const struct kind *k)
{
	pace(k);
}

/* Nor slower; but time in which nobody ran is not caught up */
static void paced_in_full(const struct kind *k)
{
	must(pace(k) < 2400000);
}

/*
 * An fq queue may let by at once what is not TCP's, whatever the socket's rate
 * is: once BBR has seen the path, a window takes its time all the same.
 */
static void paced_over_fq(const struct kind *k)
{
	long long start;
	struct link l;
	struct pair p;

	link_open(&l);
	command("tc qdisc add dev near0 root fq");
	link_far(&l, "tc qdisc add dev far0 root netem delay 300ms");
	install();
	link_pair(k, &l, &p);
	must_be(choose(p.c, "bbr"), 0);
	pattern_send(p.c, 1000, 0, 1000);
	pattern_recv(p.s, 1000, 0, 1000);
	await_acked(p.c);
	start = now_us();
	pattern_send(p.c, 13000, 1000, 13000);
	pattern_recv(p.s, 13000, 1000, 13000);
	note("%lld us", now_us() - start);
	must(now_us() - start > 50000);
	pair_close(&p);
	must_be(unload("glass_bbr", true), 0);
	uninstall();
}

static const struct test tests[] = {
	TEST_FLAGS(asked_for, ONCE),
	TEST_FLAGS(kept_by_socket, ONCE),
	TEST_FLAGS(kept_by_namespace, ONCE),
	TEST_FLAGS(switched_in_transfer, ONCE),
	TEST_FLAGS(allowed_as_tcp, ONCE),
	TEST(paced),
	TEST_FLAGS(paced_in_full, SLOW),
	TEST_FLAGS(paced_over_fq, ONCE),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
