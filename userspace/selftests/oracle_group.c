// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners that share a port by SO_REUSEPORT: which of them gets a connection.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "oracle.h"

#define MEMBERS	4

static int sharing(const struct kind *k)
{
	int fd = stream(k);

	must_be(set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	return fd;
}

static int in_group(const struct kind *k, const struct addr *at)
{
	int fd = sharing(k);

	must_be(do_bind(fd, at), 0);
	must_be(listen(fd, 128), 0);
	return fd;
}

static void group_open(const struct kind *k, const struct addr *at, int *l)
{
	int i;

	for (i = 0; i < MEMBERS; i++)
		l[i] = in_group(k, at);
}

/* Whose is the connection that waits? It is accepted. */
static int taken_by(const int *l, int *s)
{
	struct pollfd p[MEMBERS];
	int i;

	for (i = 0; i < MEMBERS; i++)
		p[i] = (struct pollfd){ .fd = l[i], .events = POLLIN };
	must_be(poll(p, MEMBERS, 5000), 1);
	for (i = 0; !(p[i].revents & POLLIN); i++)
		;
	*s = accept(l[i], NULL, NULL);
	must(*s >= 0);
	return i;
}

/* Connect from @port, or any for 0, be told who takes it, and leave no trace */
static int ask_from(const struct kind *k, const struct addr *at, const int *l,
		    unsigned int port)
{
	struct addr from = addr_loop(k, port);
	int c = stream_reuse(k), s, who;

	if (port)
		must_be(do_bind(c, &from), 0);
	must_be(do_connect(c, at), 0);
	who = taken_by(l, &s);
	reset_by(c);
	must_be(await(s, POLLIN) & POLLERR, POLLERR);
	close(s);
	return who;
}

/* 400 connections to four: each of them gets about a hundred */
static void group_spreads(const struct kind *k)
{
	struct addr at = addr_loop(k, 5187);
	int l[MEMBERS], got[MEMBERS] = { 0 }, i;
	char text[64];

	group_open(k, &at, l);
	for (i = 0; i < 400; i++)
		got[ask_from(k, &at, l, 0)]++;
	snprintf(text, sizeof(text), "%s: %d %d %d %d", k->name, got[0],
		 got[1], got[2], got[3]);
	note("%s", text);
	for (i = 0; i < MEMBERS; i++)
		tell("fair", got[i] >= 60 && got[i] <= 140);
}

/* The same ends, the same listener, however the handshake is done */
static void group_stays(const struct kind *k)
{
	struct addr at = addr_loop(k, 5188);
	int l[MEMBERS], before[32], i, same = 0, cookie = 0;

	netns_own();
	group_open(k, &at, l);
	for (i = 0; i < 32; i++)
		before[i] = ask_from(k, &at, l, 42000 + i);
	for (i = 0; i < 32; i++)
		same += before[i] == ask_from(k, &at, l, 42000 + i);
	tell("same", same);
	sysctl(k, "syncookies", "2");
	for (i = 0; i < 32; i++)
		cookie += before[i] == ask_from(k, &at, l, 42000 + i);
	tell("by cookie", cookie);
}

/* Who leaves gets no more, who is left gets all, who comes gets a share */
static void group_leaves(const struct kind *k)
{
	struct addr at = addr_loop(k, 5189);
	int l[MEMBERS], got[MEMBERS] = { 0 }, first, i;

	group_open(k, &at, l);
	first = l[0];
	tell("shutdown", shutdown(first, SHUT_RD));
	l[0] = -1;
	close(l[1]);
	l[1] = -1;
	for (i = 0; i < 60; i++)
		got[ask_from(k, &at, l, 0)]++;
	tell("none", got[0] + got[1]);
	tell("all", got[2] + got[3]);
	close(l[2]);
	l[2] = -1;
	tell("alone", ask_from(k, &at, l, 0));
	close(l[3]);
	l[3] = -1;
	tell("nobody", do_connect(stream(k), &at));
	tell("listen", listen(first, 64));
	l[0] = first;
	tell("back", ask_from(k, &at, l, 0));
	l[1] = in_group(k, &at);
	got[0] = 0;
	got[1] = 0;
	for (i = 0; i < 60; i++)
		got[ask_from(k, &at, l, 0)]++;
	tell("both", got[0] && got[1]);
}

/* What waited at a member that closes is reset, others do not get it */
static void group_close_resets(const struct kind *k)
{
	struct addr at = addr_loop(k, 5190);
	int l[MEMBERS], c, i, who;

	/* 42100 may have been some other test's, and be in TIME-WAIT */
	netns_own();
	group_open(k, &at, l);
	who = ask_from(k, &at, l, 42100);
	c = stream_reuse(k);
	at = addr_loop(k, 42100);
	must_be(do_bind(c, &at), 0);
	at = addr_loop(k, 5190);
	tell("connect", do_connect(c, &at));
	close(l[who]);
	tell("recv", do_recv(c, 1, 0));
	for (i = 0; i < MEMBERS; i++) {
		if (i == who)
			continue;
		set_nonblock(l[i]);
		tell("accept", do_accept(l[i]));
	}
}

/* A listener of its own address is nearer than a group that has any */
static void group_nearer(const struct kind *k)
{
	struct addr any = addr_any(k, 5191), one = addr_loop(k, 5191);
	int l[MEMBERS] = {
		in_group(k, &any), in_group(k, &any),
		in_group(k, &one), in_group(k, &one),
	};
	int got[MEMBERS] = { 0 }, i;

	for (i = 0; i < 40; i++)
		got[ask_from(k, &one, l, 0)]++;
	tell("any", got[0] + got[1]);
	tell("one", got[2] && got[3]);
	one = addr_other(k, 5191);
	got[0] = 0;
	got[1] = 0;
	for (i = 0; i < 40; i++)
		got[ask_from(k, &one, l, 0)]++;
	tell("any", got[0] && got[1]);
}

/* A program that always says the same, @who */
static int choose_always(int fd, int who)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, who) };
	struct sock_fprog prog = { .len = 1, .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog,
			  sizeof(prog));
}

static void group_program(const struct kind *k)
{
	struct addr at = addr_loop(k, 5192);
	int l[MEMBERS], i, own;

	tell("plain socket", choose_always(stream(k), 0));
	group_open(k, &at, l);
	for (i = 0; i < MEMBERS; i++) {
		tell("attach", choose_always(l[1], i));
		tell("chosen", ask_from(k, &at, l, 0));
	}
	tell("nobody", choose_always(l[0], 99));
	tell("by hash", ask_from(k, &at, l, 0) >= 0);
	tell("detach", set_int(l[0], SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0));
	tell("detach", set_int(l[0], SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0));
	own = sharing(k);
	tell("attach", choose_always(own, 0));
	tell("with its own", do_bind(own, &at));
}

/* Given to one of them before there is a group: who comes first brings it */
static void group_program_first(const struct kind *k)
{
	struct addr at = addr_loop(k, 5193);
	int l[MEMBERS], i;

	for (i = 0; i < MEMBERS; i++) {
		l[i] = sharing(k);
		if (!i)
			tell("attach", choose_always(l[0], 2));
		tell("bind", do_bind(l[i], &at));
		tell("listen", listen(l[i], 64));
	}
	for (i = 0; i < 3; i++)
		tell("chosen", ask_from(k, &at, l, 0));
}

/* An extended program of the socket filter's kind: "return 3" */
static void group_extended(const struct kind *k)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0,
		  .imm = 3 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)code,
		.insn_cnt = 2,
		.license = (uintptr_t)"GPL",
	};
	struct addr at = addr_loop(k, 5194);
	int l[MEMBERS], prog;

	bpf_needed();
	prog = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	must(prog >= 0);
	group_open(k, &at, l);
	tell("attach", set_int(l[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, prog));
	tell("chosen", ask_from(k, &at, l, 0));
	tell("chosen", ask_from(k, &at, l, 0));
}

const struct test oracle_group[] = {
	TEST_FLAGS(group_spreads, SHOW),
	TEST(group_stays),
	TEST(group_leaves),
	TEST(group_close_resets),
	TEST(group_nearer),
	TEST(group_program),
	TEST(group_program_first),
	TEST(group_extended),
	{ }
};
