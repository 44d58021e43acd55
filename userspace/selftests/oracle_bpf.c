// SPDX-License-Identifier: GPL-2.0
/*
 * The programs of a cgroup, by which a container's manager decides where its
 * processes may connect and bind, and leads connections to a proxy.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "oracle.h"

#define DENIED	5710
#define ASKED	5711
#define LED_TO	5712

#define PORT_AT	offsetof(struct bpf_sock_addr, user_port)

#define INSN(c, d, s, o, i) \
	{ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

/* One port is refused, another becomes LED_TO. */
static const struct bpf_insn chooser[] = {
	INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 1, PORT_AT, 0),
	INSN(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 5, 0),	/* DENIED */
	INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 2, 0),	/* ASKED */
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 0),	/* LED_TO */
	INSN(BPF_STX | BPF_MEM | BPF_W, 1, 2, PORT_AT, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load(int type)
{
	struct bpf_insn program[sizeof(chooser) / sizeof(chooser[0])];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = type,
		.insn_cnt = sizeof(chooser) / sizeof(chooser[0]),
		.insns = (uintptr_t)program,
		.license = (uintptr_t)"GPL",
	};

	memcpy(program, chooser, sizeof(chooser));
	program[1].imm = htons(DENIED);
	program[2].imm = htons(ASKED);
	program[3].imm = htons(LED_TO);
	return bpf(BPF_PROG_LOAD, &attr);
}

/* One that says no, whatever it is asked */
static int load_refusal(int program)
{
	struct bpf_insn no[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr = {
		.prog_type = program,
		.insn_cnt = 2,
		.insns = (uintptr_t)no,
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

/* The program is gone with the descriptor, at the latest with the process. */
static int attach(int cgroup, int type, int program)
{
	union bpf_attr attr = {
		.link_create.prog_fd = program,
		.link_create.target_fd = cgroup,
		.link_create.attach_type = type,
	};

	int link;

	must(program >= 0);
	link = bpf(BPF_LINK_CREATE, &attr);
	must(link >= 0);
	return link;
}

/* The hierarchy of cgroups, where only this process sees it: @dir gets the path */
void cgroups_mount(char dir[CGROUPS_PATH])
{
	strcpy(dir, "/tmp/cgroup.XXXXXX");
	must_be(unshare(CLONE_NEWNS), 0);
	must_be(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	must(mkdtemp(dir));
	if (mount("none", dir, "cgroup2", 0, NULL))
		skip("a kernel without cgroups");
}

/* This process in a cgroup of its own */
static int cgroup_own(void)
{
	char dir[CGROUPS_PATH], own[64], line[128];
	int fd;

	cgroups_mount(dir);
	snprintf(own, sizeof(own), "%s/bpf.%d", dir, getpid());
	must_be(mkdir(own, 0755), 0);
	fd = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(fd >= 0);
	snprintf(line, sizeof(line), "%s/cgroup.procs", own);
	must(write_file(line, "0"));
	return fd;
}

static int ready(const struct kind *k, int v4, int v6)
{
	int type = k->af == AF_INET ? v4 : v6;

	bpf_needed();
	attach(cgroup_own(), type, load(type));
	netns_own();
	return type;
}

static long connect_port(const struct kind *k, int fd, unsigned int port)
{
	struct addr at = addr_loop(k, port);

	return do_connect(fd, &at);
}

static void bpf_connect(const struct kind *k)
{
	struct addr at = addr_loop(k, LED_TO);
	struct addr peer = { .len = sizeof(peer.ss) };
	int c, l;

	ready(k, BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET6_CONNECT);
	l = stream_reuse(k);
	must_be(do_bind(l, &at), 0);
	must_be(listen(l, 4), 0);
	tell("denied", connect_port(k, stream(k), DENIED));
	tell("untouched", connect_port(k, stream(k), ASKED + 10));
	c = stream(k);
	tell("led", connect_port(k, c, ASKED));
	must_be(getpeername(c, &peer.sa, &peer.len), 0);
	tell("peer", addr_port(&peer));
	tell("accept", do_accept(l));
	c = stream(k);
	tell("short", connect(c, &at.sa, 4));
	tell("straight", do_connect(c, &at));
}

static void bpf_bind(const struct kind *k)
{
	struct addr at = addr_loop(k, DENIED);
	int fd;

	ready(k, BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND);
	tell("denied", do_bind(stream(k), &at));
	at = addr_loop(k, ASKED);
	fd = stream(k);
	tell("led", do_bind(fd, &at));
	tell("port", port_of(fd));
}

/* Programs that let no socket be made, no packet in, and none out */
static void bpf_refuses(const struct kind *k)
{
	static const struct {
		int type;
		int program;
	} all[] = {
		{ BPF_CGROUP_INET_SOCK_CREATE, BPF_PROG_TYPE_CGROUP_SOCK },
		{ BPF_CGROUP_INET_INGRESS, BPF_PROG_TYPE_CGROUP_SKB },
		{ BPF_CGROUP_INET_EGRESS, BPF_PROG_TYPE_CGROUP_SKB },
	};
	int c, cgroup, fd, link;
	struct addr at;
	size_t i;

	bpf_needed();
	cgroup = cgroup_own();
	netns_own();
	listener(k, &at, 4);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		c = stream(k);
		set_timeout(c, SO_SNDTIMEO, 100);
		link = attach(cgroup, all[i].type, load_refusal(all[i].program));
		tell("connect", do_connect(c, &at));
		fd = socket(k->family, SOCK_STREAM, k->protocol);
		tell("socket", fd < 0 ? fd : 0);
		close(link);
	}
	tell("connect", do_connect(stream(k), &at));
}

const struct test oracle_bpf[] = {
	TEST_FLAGS(bpf_connect, MAPPED),
	TEST_FLAGS(bpf_bind, MAPPED),
	TEST_FLAGS(bpf_refuses, MAPPED),
	{ }
};
