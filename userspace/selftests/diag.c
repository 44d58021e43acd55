// SPDX-License-Identifier: GPL-2.0
/*
 * sock_diag for protocol 253 answers as for TCP: every test asks both by the
 * same messages. Here: who is found, and by whom; diag_info.c: what is told of
 * one; diag_walk.c: dumps; diag_kill.c: the end of connections.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "diag.h"

/* Each state by its ends: what it is, and whose */
static void each_state(const struct kind *k)
{
	const struct stage *stage;
	struct scene s;
	struct told t;

	for (stage = stages; stage->name; stage++) {
		note("%s", stage->name);
		stage->make(k, &s);
		must_be(ask_one(&s.q, &t), 0);
		must_be(t.msg.idiag_state, stage->state);
		must_be(t.msg.idiag_family, k->af);
		must_be(t.msg.id.idiag_sport, s.q.id.idiag_sport);
		must_be(t.msg.id.idiag_dport, s.q.id.idiag_dport);
		must(!memcmp(t.msg.id.idiag_src, s.q.id.idiag_src, 16));
		must(!memcmp(t.msg.id.idiag_dst, s.q.id.idiag_dst, 16));
		/* again, by the name that the answer gave it */
		ask_told(&s.q, &t);
		must_be(ask_one(&s.q, &t), 0);
		must_be(t.msg.idiag_state, stage->state);
	}
}

static void unknown(const struct kind *k)
{
	struct question q;
	struct scene s;
	struct told t;

	stages[3].make(k, &s);
	q = s.q;
	q.id.idiag_dport ^= htons(1);
	must_be(ask_one(&q, &t), -ENOENT);
	q = s.q;
	q.id.idiag_dst[0] ^= htonl(1);
	must_be(ask_one(&q, &t), -ENOENT);
	must_be(ask_one(&s.q, &t), 0);
	q = s.q;
	memcpy(q.id.idiag_cookie, t.msg.id.idiag_cookie, 8);
	q.id.idiag_cookie[0]++;
	must_be(ask_one(&q, &t), -ENOENT);
	/* a record has no cookie, and is no socket that had one */
	stages[9].make(k, &s);
	memset(s.q.id.idiag_cookie, 0, 8);
	must_be(ask_one(&s.q, &t), -ENOENT);
}

/* A port without a connection finds the listener, as a segment would */
static void falls_to_listener(const struct kind *k)
{
	struct scene s;
	struct told t;

	stages[0].make(k, &s);
	s.q.id.idiag_dport = htons(1);
	memcpy(s.q.id.idiag_dst, s.q.id.idiag_src, 16);
	must_be(ask_one(&s.q, &t), 0);
	must_be(t.msg.idiag_state, TCP_LISTEN);
}

/* Several listeners of one port are told apart by their cookies */
static void one_of_a_group(const struct kind *k)
{
	struct question q = question(k, 1u << TCP_LISTEN);
	struct addr at = addr_loop(k, 5600);
	struct told all[3], t;
	int l[3], i, found = 0;

	netns_own();
	for (i = 0; i < 3; i++) {
		l[i] = stream(k);
		must_be(set_int(l[i], SOL_SOCKET, SO_REUSEPORT, 1), 0);
		must_be(bind(l[i], &at.sa, at.len), 0);
		must_be(listen(l[i], 1), 0);
	}
	q.id.idiag_sport = htons(5600);
	must_be(ask_all(&q, all, 3), 3);
	for (i = 0; i < 3; i++) {
		ask_told(&q, &all[i]);
		/* of TCP's any of them is found, and may be the wrong one */
		if (ask_one(&q, &t)) {
			must(!k->glass);
			continue;
		}
		must_be(t.msg.idiag_inode, all[i].msg.idiag_inode);
		found++;
	}
	must(k->glass ? found == 3 : found >= 1);
}

/* Everybody may look, but not at marks: of a socket, of records */
static void by_anybody(const struct kind *k)
{
	static const int which[] = { 2, 3, 9 };
	const uint32_t *mark;
	struct scene s;
	struct told t;
	int i;

	for (i = 0; i < 3; i++) {
		stages[which[i]].make(k, &s);
		must_be(ask_one(&s.q, &t), 0);
		mark = attr_of(&t, INET_DIAG_MARK, 4);
		must(mark && !*mark);
		must_be(seteuid(65534), 0);
		must_be(ask_one(&s.q, &t), 0);
		must(!attr_of(&t, INET_DIAG_MARK, 0));
		must_be(seteuid(0), 0);
	}
}

static void netns_apart(const struct kind *k)
{
	struct told t[4];
	struct question q = question(k, ALL_STATES);
	struct scene s;

	netns_own();
	stages[3].make(k, &s);
	must_be(ask_one(&s.q, t), 0);
	must_be(ask_all(&q, t, 4), 3);
	netns_own();
	must_be(ask_one(&s.q, t), -ENOENT);
	must_be(ask_all(&q, t, 4), 0);
}

static bool loaded(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

static int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? errno : 0;
}

/*
 * The module comes when somebody asks, keeps glass.ko while it is there, and
 * may go in the middle of a dump, which then has it come again.
 */
static void comes_and_goes(const struct kind *k)
{
	struct question q = question(&kinds[GLASS4], ALL_STATES);
	struct told t[64];
	bool end;
	int nl;

	must(k);
	unload("glass_diag");
	must(!loaded("glass_diag"));
	must_be(ask_all(&q, t, 64), 0);
	must(loaded("glass_diag"));
	must_be(unload("glass"), EWOULDBLOCK);
	nl = ask_start(&q);
	must_be(unload("glass_diag"), 0);
	must_be(ask_more(nl, t, 64, &end), 0);
	must(end);
	must_be(ask_all(&q, t, 64), 0);
}

static const struct test tests[] = {
	TEST_FLAGS(comes_and_goes, ONCE),
	TEST(each_state),
	TEST(unknown),
	TEST(falls_to_listener),
	TEST(one_of_a_group),
	TEST(by_anybody),
	TEST(netns_apart),
	{ NULL, NULL, 0 },
};

/*
 * A directory of modules for modprobe in which there is nothing but ours and
 * what they need, where that is not part of the kernel.
 */
static void install(void)
{
	command("d=/lib/modules/$(uname -r); mkdir -p /tmp/diag;"
		" cp $d/kernel/net/ipv4/inet_diag.ko*"
		" $d/kernel/net/ipv4/tcp_diag.ko* /tmp/diag 2>/dev/null;"
		" mount -t tmpfs none $d &&"
		" mkdir $d/extra && cp ${GLASS_MODULE%%/*}/glass*.ko $d/extra/ &&"
		" { cp /tmp/diag/* $d/extra/ 2>/dev/null; rm -r /tmp/diag; } &&"
		" touch $d/modules.order $d/modules.builtin"
		" $d/modules.builtin.modinfo && depmod");
}

int main(int argc, char **argv)
{
	static const struct test *const tables[] = {
		tests, diag_info, diag_walk, diag_kill,
	};
	const struct test *t;
	struct test all[64];
	size_t i, n = 0;
	int status;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (t = tables[i]; t->name; t++)
			all[n++] = *t;
	install();
	status = tests_main(argc, argv, all, n);
	command("umount -l /lib/modules/$(uname -r)");
	return status;
}
