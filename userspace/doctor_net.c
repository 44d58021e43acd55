// SPDX-License-Identifier: GPL-2.0
/*
 * glass doctor, the network's half: what the administrator set, what filters
 * say of protocol 253, and whether a handshake succeeds.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/glass.h>

#include "doctor.h"

#define LOOPBACK_MS	3000
#define HOST_MS		5000

/* Beyond these a connection fails that TCP's would survive */
static const struct {
	const char *name;
	long least, most;
	const char *what;
} sane[] = {
	{ "syn_retries", 3, 127, "an open gives up early, see rfc9293#section-3.8.3" },
	{ "synack_retries", 2, 10, "a lost SYN/ACK or two end a handshake" },
	{ "retries2", 8, 255, "a connection gives up early, see rfc9293#section-3.8.3" },
	{ "rto_min_us", 60000, LONG_MAX, "before a delayed ACK comes, text is sent again" },
	{ "rto_max_ms", 10000, 120000, "a connection gives up early, see rfc9293#section-3.8.3" },
	{ "delack_max_ms", 0, 150, "before an ACK leaves, the peer sends again" },
	{ "max_syn_backlog", 8, LONG_MAX, "a few handshakes at once fill any SYN queue" },
	{ "max_tw_buckets", 1, LONG_MAX, "there is no TIME-WAIT" },
	{ "max_orphans", 64, LONG_MAX, "close() resets connections" },
	{ "syncookies", 0, 1, "cookies for every SYN: no listener remembers a handshake" },
	{ "abort_on_overflow", 0, 0, "who comes when the accept queue is full is reset" },
	{ "abort_on_soft_error", 0, 0, "an ICMP error that may pass ends an open" },
	{ "window_scaling", 1, 1, "no window is larger than 64 KiB" },
	{ "sack", 1, 1, "loss is found by duplicate ACKs alone" },
	{ "timestamps", 1, 1, "no PAWS, and an RTT only now and then" },
	{ "rmem", 1024, LONG_MAX, "receive buffers of less than a segment" },
	{ "wmem", 1024, LONG_MAX, "send buffers of less than a segment" },
};

void doctor_sysctls(void)
{
	size_t i, odd = 0, unread = 0;
	char line[256];
	long value;

	if (!doctor_has("proc/sys/net/glass")) {
		doctor_say(SKIPPED, "sysctls", "net.glass is not there");
		return;
	}
	for (i = 0; i < sizeof(sane) / sizeof(*sane); i++) {
		if (!doctor_line(line, sizeof(line), "proc/sys/net/glass/%s",
				 sane[i].name)) {
			unread++;
			doctor_say(SKIPPED, "sysctls", "net.glass.%s cannot be read: %s",
				   sane[i].name, strerror(errno));
			continue;
		}
		value = strtol(line, NULL, 10);
		if (value >= sane[i].least && value <= sane[i].most)
			continue;
		odd++;
		doctor_say(WRONG, "sysctls", "net.glass.%s is %ld: %s",
			   sane[i].name, value, sane[i].what);
		doctor_next("unless that is meant, its default again: glass_proc(5) has it");
	}
	if (!odd && !unread)
		doctor_say(WELL, "sysctls", "of net.glass are none that surprise");
}

static long reverse_path(const char *interface)
{
	char line[64];

	return doctor_line(line, sizeof(line), "proc/sys/net/ipv4/conf/%s/rp_filter",
			   interface) ? strtol(line, NULL, 10) : 0;
}

/*
 * 1 drops, without a word, what arrives by another interface than its answer
 * would leave by; the greater of an interface's own and that of all counts.
 */
void doctor_reverse_path(void)
{
	long all = reverse_path("all"), own;
	char path[PATH_MAX], strict[256] = "";
	unsigned int interfaces = 0;
	struct dirent *entry;
	DIR *dir = NULL;

	if (doctor_path(path, sizeof(path), "proc/sys/net/ipv4/conf"))
		dir = opendir(path);
	if (!dir) {
		doctor_say(SKIPPED, "rp_filter", "cannot be read");
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "all") ||
		    !strcmp(entry->d_name, "default") || !strcmp(entry->d_name, "lo"))
			continue;
		interfaces++;
		own = reverse_path(entry->d_name);
		if ((own > all ? own : all) == 1 &&
		    strlen(strict) + strlen(entry->d_name) + 2 < sizeof(strict))
			strcat(strcat(strict, " "), entry->d_name);
	}
	closedir(dir);
	if (!*strict || interfaces < 2) {
		doctor_say(WELL, "rp_filter", "drops nothing that has one way only");
		return;
	}
	doctor_say(WRONG, "rp_filter", "is strict on%s: what comes another way "
		   "than its answer goes is dropped",
		   strict);
	doctor_next("where ways differ: sysctl net.ipv4.conf.all.rp_filter=2");
}

/* What a listing of nft(8) says of protocol 253 */
struct filters {
	char table[128], chain[64];	/* where we read */
	char drops[200];		/* where a rule drops it */
	char closed[200];		/* where nothing lets it in that is dropped else */
	bool accepted;
};

/* Is there a 253 that is a word, not a piece of an address or of 1253? */
static bool has_number(const char *line)
{
	const char *at;

	for (at = strstr(line, "253"); at; at = strstr(at + 3, "253"))
		if ((at == line || strchr(" {,", at[-1])) && strchr(" ,}\n", at[3]))
			return true;
	return false;
}

static bool names_protocol(const char *line)
{
	return has_number(line) &&
	       (strstr(line, "l4proto ") || strstr(line, "protocol ") ||
		strstr(line, "nexthdr ")) && !strstr(line, "!= ");
}

static void read_filter(struct filters *f, const char *line)
{
	char where[sizeof(f->drops)];

	if (sscanf(line, " table %127[^{\n]", f->table) == 1 ||
	    sscanf(line, " chain %63s", f->chain) == 1)
		return;
	snprintf(where, sizeof(where), "%s%s", f->table, f->chain);
	if (strstr(line, " hook input ") && strstr(line, "policy drop"))
		snprintf(f->closed, sizeof(f->closed), "%s", where);
	if (!names_protocol(line))
		return;
	if (strstr(line, " drop") || strstr(line, " reject"))
		snprintf(f->drops, sizeof(f->drops), "%s", where);
	else if (strstr(line, " accept"))
		f->accepted = true;
}

static void judge_filters(const struct filters *f)
{
	if (*f->drops) {
		doctor_say(WRONG, "filters", "a rule of chain %s drops protocol 253",
			   f->drops);
		doctor_next("nft -a list ruleset shows its handle, for nft delete rule");
	} else if (*f->closed && !f->accepted) {
		doctor_say(WRONG, "filters", "chain %s drops what no rule accepts, "
			   "and none names protocol 253",
			   f->closed);
		doctor_next("unless a rule accepts all of an interface: "
			    "nft insert rule %s meta l4proto 253 accept",
			    f->closed);
	} else {
		doctor_say(WELL, "filters", "no rule of nft's drops protocol 253");
	}
}

void doctor_filters(void)
{
	struct filters f = { 0 };
	char line[1024];
	int status;
	FILE *rules;

	if (doctor_line(line, sizeof(line), "proc/net/ip_tables_names"))
		doctor_say(SKIPPED, "filters", "there are older rules that nft does "
			   "not show: iptables-legacy -S");
	rules = popen("LC_ALL=C nft list ruleset 2>/dev/null", "r");
	if (!rules) {
		doctor_say(SKIPPED, "filters", "nft cannot be asked: %s", strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), rules))
		read_filter(&f, line);
	status = pclose(rules);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		judge_filters(&f);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		doctor_say(SKIPPED, "filters", "nft is not installed, so nobody to ask");
	else
		doctor_say(SKIPPED, "filters", "nft does not answer; only root may ask");
}

/* False with errno, ETIMEDOUT where nothing came of it */
static bool ready(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, ms);

	if (!n)
		errno = ETIMEDOUT;
	return n == 1;
}

/* IPv6's word for what IPv4 calls protocol unreachable, ENOPROTOOPT */
/* rfc8200#section-4 */
static bool protocol_unknown(const struct sock_extended_err *e)
{
	return e->ee_origin == SO_EE_ORIGIN_ICMP6 && e->ee_type == ICMP6_PARAM_PROB &&
	       e->ee_code == ICMP6_PARAMPROB_NEXTHEADER;
}

/* What ended the open, or what may pass, which is in the queue alone */
static int error_of(int fd)
{
	char control[512];
	struct msghdr m = { .msg_control = control, .msg_controllen = sizeof(control) };
	const struct sock_extended_err *e;
	socklen_t len = sizeof(int);
	struct cmsghdr *c;
	int err = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		return errno;
	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return err;
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if ((c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR) &&
		    (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_RECVERR))
			continue;
		e = (const struct sock_extended_err *)CMSG_DATA(c);
		if (protocol_unknown(e))
			err = ENOPROTOOPT;
		else if (!err)
			err = e->ee_errno;
	}
	return err;
}

/* 0, or the errno of an open that must be over soon */
static int open_within(int fd, const struct sockaddr *to, socklen_t len, int ms)
{
	if (!connect(fd, to, len))
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	return ready(fd, POLLOUT, ms) ? error_of(fd) : errno;
}

/* An octet from one end to the other */
static int pass_octet(int from, int to)
{
	char octet = 'g';
	ssize_t n;

	if (send(from, &octet, 1, MSG_NOSIGNAL) < 0)
		return errno;
	if (!ready(to, POLLIN, LOOPBACK_MS))
		return errno;
	n = recv(to, &octet, 1, 0);
	if (n < 0)
		return errno;
	return n ? 0 : ECONNRESET;
}

/* Two sockets of this process: a handshake, an octet each way */
static int talk(int listener, int client, struct sockaddr *at, socklen_t len)
{
	int server, err;

	if (bind(listener, at, len) || listen(listener, 1) ||
	    getsockname(listener, at, &len))
		return errno;
	err = open_within(client, at, len, LOOPBACK_MS);
	if (err)
		return err;
	if (!ready(listener, POLLIN, LOOPBACK_MS))
		return errno;
	server = accept(listener, NULL, NULL);
	if (server < 0)
		return errno;
	err = pass_octet(client, server);
	if (!err)
		err = pass_octet(server, client);
	close(server);
	return err;
}

static void shake(int family)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool is_v4 = family == AF_INET;
	struct sockaddr *at = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	const char *topic = is_v4 ? "IPv4" : "IPv6";
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int listener = socket(family, type, IPPROTO_GLASS);
	int client = socket(family, type, IPPROTO_GLASS);
	int err = errno;

	if (listener >= 0 && client >= 0)
		err = talk(listener, client, at, is_v4 ? sizeof(v4) : sizeof(v6));
	if (listener >= 0)
		close(listener);
	if (client >= 0)
		close(client);
	if (!err) {
		doctor_say(WELL, topic, "over lo: a handshake, and an octet each way");
	} else if (!is_v4 && (err == EADDRNOTAVAIL || err == EAFNOSUPPORT)) {
		doctor_say(SKIPPED, topic, "is off on this machine");
	} else if (err == ETIMEDOUT) {
		doctor_say(WRONG, topic, "over lo: no answer: something on this "
			   "machine drops protocol 253");
		doctor_next("look through nft list ruleset and iptables-legacy -S; "
			    "glass rules tells what arrived");
	} else {
		doctor_say(WRONG, topic, "over lo: %s", strerror(err));
		doctor_next("glass rules tells what was decided");
	}
}

static bool lo_is_up(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &lo) && lo.ifr_flags & IFF_UP;

	if (fd >= 0)
		close(fd);
	return up;
}

/* A handshake with ourselves: what drops it is on this machine */
void doctor_loopback(void)
{
	if (lo_is_up()) {
		shake(AF_INET);
		shake(AF_INET6);
	} else {
		doctor_say(WRONG, "lo", "is down, as in each new network namespace");
		doctor_next("ip link set lo up");
	}
}

/* 0 or an errno: does it answer, over this protocol? */
static int try_host(const struct addrinfo *a, int protocol)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	int on = 1, err;

	if (fd < 0)
		return errno;
	/* what the way reports is to be heard, though it may pass */
	if (a->ai_family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	err = open_within(fd, a->ai_addr, a->ai_addrlen, HOST_MS);
	close(fd);
	return err;
}

static void say_silence(const struct addrinfo *a, const char *host)
{
	int err = try_host(a, IPPROTO_TCP);

	if (!err || err == ECONNREFUSED) {
		doctor_say(WRONG, "way", "%s answers TCP, but not protocol 253: "
			   "something between drops it, or its own filter",
			   host);
		doctor_next("glass doctor there; then firewalls between, or a cloud that "
			    "lets TCP, UDP and ICMP alone through: a tunnel "
			    "(WireGuard, GRE) hides the protocol");
	} else {
		doctor_say(WRONG, "way", "%s: no answer to protocol 253, nor to TCP", host);
		doctor_next("ping %s; is the address right, and the host up?", host);
	}
}

/* Does protocol 253 get there and back? A refusal says yes as well. */
void doctor_host(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *a;
	int err = getaddrinfo(host, port, &hints, &a);

	if (err) {
		doctor_say(WRONG, "way", "%s port %s: %s", host, port, gai_strerror(err));
		doctor_next("an address in place of the name");
		return;
	}
	err = try_host(a, IPPROTO_GLASS);
	switch (err) {
	case 0:
		doctor_say(WELL, "way", "%s accepts at port %s", host, port);
		break;
	case ECONNREFUSED:
		doctor_say(WELL, "way", "%s answers; nobody listens at its port %s", host, port);
		break;
	case ETIMEDOUT:
		say_silence(a, host);
		break;
	case ENOPROTOOPT:
		doctor_say(WRONG, "way", "%s is reached, and has no Glass", host);
		doctor_next("there: modprobe glass");
		break;
	default:
		doctor_say(WRONG, "way", "%s: %s", host, strerror(err));
		doctor_next("ip route get %s; a router or filter that says so has a reason", host);
	}
	freeaddrinfo(a);
}
