// SPDX-License-Identifier: GPL-2.0
/*
 * Netfilter: rules that drop, reject, mark and log, connection tracking and
 * translated addresses. To it protocol 253 is one without ports: rules find
 * them by their place in the header.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "headers.h"
#include "hosts.h"
#include "oracle.h"

#define PORT	5680
#define HOST	9

#define REFLECT(k) \
	((k)->wire == AF_INET ? "/proc/sys/net/ipv4/fwmark_reflect" : \
				"/proc/sys/net/ipv6/fwmark_reflect")

/* Rules of the present network namespace, in place of all others */
static void rules(const char *text)
{
	command("printf 'flush ruleset\\ntable inet t {\\n%s\\n}\\n' | nft -f -",
		text);
}

static void need_rules(void)
{
	if (access("/proc/sys/net/netfilter", F_OK))
		skip("a kernel without netfilter");
}

/* A chain that does this to what goes to PORT */
static void rule(const struct kind *k, const char *hook, const char *what)
{
	char text[300];

	snprintf(text, sizeof(text),
		 "chain c { type filter hook %s priority 0; "
		 "meta l4proto %d @th,16,16 %d counter %s; }",
		 hook, protocol_of(k), PORT, what);
	rules(text);
}

static void filter_drops(const struct kind *k)
{
	struct addr at = addr_loop(k, PORT);
	int c, l;

	need_rules();
	netns_own();
	l = listen_at(k, at, NULL);
	set_nonblock(l);
	rule(k, "input", "drop");
	c = stream(k);
	set_nonblock(c);
	tell("connect", do_connect(c, &at));
	pause_ms(50);
	tell("accept", do_accept(l));
	rules("");
	/* the SYN that is sent again is let in */
	must(await(c, POLLOUT) & POLLOUT);
	tell("error", get_int(c, SOL_SOCKET, SO_ERROR));
	/* a connection that is cut off, and mended */
	rule(k, "input", "drop");
	tell("send", do_send(c, 5, 0));
	set_nonblock(l);
	c = accept(l, NULL, NULL);
	must(c >= 0);
	tell("recv", do_recv(c, 9, MSG_DONTWAIT));
	rules("");
	tell("recv", do_recv(c, 9, 0));
}

static void rejected(const struct kind *k, const char *how)
{
	struct addr at = addr_loop(k, PORT);

	rule(k, "input", how);
	tell("connect", do_connect(stream(k), &at));
}

/* An ICMP error that ends the open, as the peer's own would */
static void filter_rejects(const struct kind *k)
{
	struct addr at = addr_loop(k, PORT);
	int c, l, s;

	need_rules();
	netns_own();
	l = listen_at(k, at, NULL);
	rejected(k, "reject with icmpx type port-unreachable");
	rejected(k, "reject with icmpx type admin-prohibited");
	/* what may not leave */
	rule(k, "output", "reject with icmpx type port-unreachable");
	tell("connect", do_connect(stream(k), &at));
	/* what is open lives on: such an error may be anybody's */
	rules("");
	c = connected(k, &at);
	s = accept(l, NULL, NULL);
	rule(k, "input", "reject with icmpx type port-unreachable");
	tell("send", do_send(c, 5, 0));
	pause_ms(20);
	tell("error", get_int(c, SOL_SOCKET, SO_ERROR));
	rules("");
	tell("recv", do_recv(s, 9, 0));
	/* a RST of netfilter's is TCP's, and so is what this rule is about */
	rules("chain c { type filter hook input priority 0; "
	      "@th,16,16 5680 reject with tcp reset; }");
	must_be(do_connect(stream(k), &at), k->glass ? 0 : -1);
}

/* Somebody outside comes in, if he may; within @ms it shows that he may not */
static short from_outside(const struct kind *k, const struct link *l,
			  const struct addr *at, int ms)
{
	struct pollfd p = { .events = POLLOUT };

	netns_enter(l->far);
	p.fd = stream(k);
	set_nonblock(p.fd);
	must_be(do_connect(p.fd, at), -1);
	poll(&p, 1, ms);
	close(p.fd);
	netns_enter(l->near);
	return p.revents & POLLOUT;
}

/*
 * The firewall that most hosts have: in comes what belongs to what went out.
 * Without ports that is all that a host sends to whom we have a connection.
 */
static void filter_stateful(const struct kind *k)
{
	struct addr at = addr_near(k, PORT);
	struct link link;
	struct pair p;

	need_rules();
	link_open(&link);
	listen_at(k, at, NULL);
	rules("chain i { type filter hook input priority 0; policy drop;"
	      " ct state established,related accept; icmpv6 type != 0 accept; }\\n"
	      "chain o { type filter hook output priority 0; ct state new accept; }");
	tell("from outside", from_outside(k, &link, &at, 20));
	link_pair(k, &link, &p);
	tell("send", do_send(p.c, 1000, 0));
	tell("recv", drain(p.s, 1000));
	tell("answer", do_send(p.s, 1000, 0));
	tell("recv", drain(p.c, 1000));
	must_be(from_outside(k, &link, &at, k->glass ? 5000 : 20),
		k->glass ? POLLOUT : 0);
	close(p.c);
	tell("end", do_recv(p.s, 1, 0));
}

/* To an address that is nobody's, which means the far host's; and back */
static void filter_translates(const struct kind *k)
{
	struct addr to = addr_text(k, "10.1.0.77", "fd01::77", PORT);
	struct addr peer = { .len = sizeof(peer.ss) };
	bool v4 = k->wire == AF_INET;
	struct link link;
	char text[256];
	int c, l, s;

	need_rules();
	link_open(&link);
	netns_enter(link.far);
	l = listen_at(k, addr_far(k, PORT), NULL);
	netns_enter(link.near);
	snprintf(text, sizeof(text),
		 "chain n { type nat hook output priority -100; "
		 "%s daddr %s dnat %s to %s; }",
		 v4 ? "ip" : "ip6", v4 ? "10.1.0.77" : "fd01::77",
		 v4 ? "ip" : "ip6", v4 ? "10.1.0.2" : "fd01::2");
	rules(text);
	c = stream(k);
	tell("connect", do_connect(c, &to));
	s = accept(l, NULL, NULL);
	tell("send", do_send(c, 3000, 0));
	tell("recv", drain(s, 3000));
	tell("answer", do_send(s, 10, 0));
	tell("recv", drain(c, 10));
	must_be(getpeername(c, &peer.sa, &peer.len), 0);
	tell("peer", addr_port(&peer));
	/*
	 * Where a checksum is looked at, it is of the old address: who
	 * translates knows TCP's and UDP's alone.
	 */
	command("ethtool -K near0 tx off >/dev/null");
	must_be(do_send(c, 10, 0), 10);
	netns_enter(link.far);
	while (k->glass && !rule_count("CHECKSUM_BAD"))
		pause_ms(1);
	if (!k->glass)
		await(s, POLLIN);
	must_be(do_recv(s, 10, MSG_DONTWAIT), k->glass ? -1 : 10);
	reset_by(c);
	reset_by(s);
}

static void tell_mark(const struct kind *k, int watch, const char *what,
		      unsigned int flags)
{
	struct header h;

	headers_await(k, watch, &h, 0, flags, !flags);
	tell(what, h.mark);
}

/* A mark that a rule gives to a SYN: net.ipv4.tcp_fwmark_accept, and a RST's */
static void filter_marks(const struct kind *k)
{
	int fd, l, watch;
	struct wire_seg s;
	char text[200];

	need_rules();
	l = hosts_listener(k, 4);
	watch = headers_watch();
	snprintf(text, sizeof(text), "chain m { type filter hook prerouting "
		 "priority -300; meta l4proto %d meta mark set 77; }",
		 protocol_of(k));
	rules(text);
	must(write_file("/proc/sys/net/ipv4/tcp_fwmark_accept", "1"));
	s = host_syn(HOST);
	hosts_send(k, &s);
	tell_mark(k, watch, "SYN/ACK", SYN | ACK);
	tell_mark(k, watch, "again", SYN | ACK);
	must(hosts_hear(k, &s, 1000));
	s = host_ack(&s, 0);
	hosts_send(k, &s);
	fd = accept(l, NULL, NULL);
	tell("accepted", get_int(fd, SOL_SOCKET, SO_MARK));
	must_be(do_send(fd, 1, 0), 1);
	tell_mark(k, watch, "text", 0);
	reset_by(fd);
	while (hosts_hear(k, &s, 0))
		;
	s = host_syn(HOST + 1);
	s.kernel++;
	hosts_send(k, &s);
	tell_mark(k, watch, "RST", RST | ACK);
	must(write_file(REFLECT(k), "1"));
	headers_forget(watch);
	hosts_send(k, &s);
	tell_mark(k, watch, "RST", RST | ACK);
}

/* net.*.fwmark_reflect: what is answered without a socket gives its mark. */
static void filter_reflects(const struct kind *k)
{
	int fd, l, watch;
	struct wire_seg s;

	need_rules();
	l = hosts_listener(k, 4);
	watch = headers_watch();
	rules("chain m { type filter hook prerouting priority -300; "
	      "meta mark set 77; }");
	must(write_file(REFLECT(k), "1"));
	/* SYN-RECEIVED, by a segment that is not acceptable */
	s = host_shake(k, HOST);
	s = host_ack(&s, 1);
	s.seq += 100000;
	headers_forget(watch);
	hosts_send(k, &s);
	tell_mark(k, watch, "SYN-RECEIVED", ACK);
	/* TIME-WAIT, by a FIN that comes again */
	while (hosts_hear(k, &s, 0))
		;
	fd = host_connects(k, l, HOST + 1, &s);
	tell("accepted", get_int(fd, SOL_SOCKET, SO_MARK));
	close_with_fin(fd);
	must(hosts_hear(k, &s, 1000));
	s = host_ack(&s, 0);
	s.flags |= FIN;
	hosts_send(k, &s);
	headers_await(k, watch, &(struct header){ 0 }, 0, ACK, false);
	headers_forget(watch);
	hosts_send(k, &s);
	tell_mark(k, watch, "TIME-WAIT", ACK);
}

/* A rule's log tells of the packet. */
static void filter_logs(const struct kind *k)
{
	const char *all = "/proc/sys/net/netfilter/nf_log_all_netns";
	struct addr at = addr_loop(k, PORT);
	char b[1024], want[32], log[64];
	int kmsg;
	ssize_t n;

	need_rules();
	netns_enter(open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC));
	command("modprobe -q nf_log_syslog; echo 1 >%s", all);
	netns_own();
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	must(kmsg >= 0);
	lseek(kmsg, 0, SEEK_END);
	listen_at(k, at, NULL);
	snprintf(want, sizeof(want), "t%d: ", getpid());
	snprintf(log, sizeof(log), "log prefix \"%s\" level debug", want);
	rule(k, "input", log);
	connected(k, &at);
	do {
		n = read(kmsg, b, sizeof(b) - 1);
		must(n > 0);
		b[n] = 0;
	} while (!strstr(b, want));
	tell("protocol", !!strstr(b, k->glass ? "PROTO=253" : "PROTO=TCP"));
}

const struct test oracle_filter[] = {
	TEST(filter_drops),
	TEST_FLAGS(filter_rejects, MAPPED),
	TEST(filter_stateful),
	TEST(filter_translates),
	TEST(filter_marks),
	TEST(filter_reflects),
	TEST(filter_logs),
	{ }
};
