// SPDX-License-Identifier: GPL-2.0
/*
 * The small world of a test: a network namespace with addresses to talk to.
 *
 *   lo	127.0.0.1, 127.0.0.2, ::1, fd00::1, fd00::2	answers
 *   silent	10.9.0.1/24, fd09::1/64			takes everything, answers nothing
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"
#include "../../include/uapi/linux/glass.h"

const struct kind kinds[KINDS] = {
	[TCP4] = { "tcp4", AF_INET, IPPROTO_TCP, AF_INET, AF_INET, false },
	[TCP6] = { "tcp6", AF_INET6, IPPROTO_TCP, AF_INET6, AF_INET6, false },
	[GLASS4] = { "glass4", AF_INET, IPPROTO_GLASS, AF_INET, AF_INET, true },
	[GLASS6] = { "glass6", AF_INET6, IPPROTO_GLASS, AF_INET6, AF_INET6, true },
	[OWN4] = { "own4", AF_GLASS, GLASSPROTO_IPV4, AF_INET, AF_INET, true },
	[OWN6] = { "own6", AF_GLASS, GLASSPROTO_IPV6, AF_INET6, AF_INET6, true },
	/* ::ffff:a.b.c.d: what they say travels over IPv4 */
	[TCP46] = { "tcp46", AF_INET6, IPPROTO_TCP, AF_INET6, AF_INET, false },
	[GLASS46] = { "glass46", AF_INET6, IPPROTO_GLASS, AF_INET6, AF_INET, true },
};

struct addr addr_text(const struct kind *k, const char *v4, const char *v6,
		      unsigned int port)
{
	struct addr a;
	char mapped[32];

	if (k->af != k->wire) {
		must(snprintf(mapped, sizeof(mapped), "::ffff:%s", v4) > 0);
		v6 = mapped;
	}
	memset(&a, 0, sizeof(a));
	a.sa.sa_family = k->af;
	if (k->af == AF_INET) {
		a.len = sizeof(a.in);
		a.in.sin_port = htons(port);
		must_be(inet_pton(AF_INET, v4, &a.in.sin_addr), 1);
	} else {
		a.len = sizeof(a.in6);
		a.in6.sin6_port = htons(port);
		must_be(inet_pton(AF_INET6, v6, &a.in6.sin6_addr), 1);
	}
	return a;
}

struct addr addr_any(const struct kind *k, unsigned int port)
{
	return addr_text(k, "0.0.0.0", "::", port);
}

struct addr addr_loop(const struct kind *k, unsigned int port)
{
	return addr_text(k, "127.0.0.1", "::1", port);
}

struct addr addr_other(const struct kind *k, unsigned int port)
{
	return addr_text(k, "127.0.0.2", "fd00::2", port);
}

struct addr addr_silent(const struct kind *k, unsigned int port)
{
	return addr_text(k, "10.9.0.2", "fd09::2", port);
}

/* The address as packets have it: an IPv4 address that is mapped, unmapped */
struct addr addr_wire(const struct addr *a)
{
	struct addr to = { .len = sizeof(to.in) };

	if (a->sa.sa_family != AF_INET6 ||
	    !IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return *a;
	to.in.sin_family = AF_INET;
	to.in.sin_port = a->in6.sin6_port;
	memcpy(&to.in.sin_addr, a->in6.sin6_addr.s6_addr + 12, 4);
	return to;
}

unsigned int addr_port(const struct addr *a)
{
	return ntohs(a->sa.sa_family == AF_INET ? a->in.sin_port :
		     a->in6.sin6_port);
}

unsigned int port_of(int fd)
{
	struct addr a = { .len = sizeof(a.ss) };

	must_be(getsockname(fd, &a.sa, &a.len), 0);
	return addr_port(&a);
}

static void device_up(int ctl, const char *name)
{
	struct ifreq ifr = { 0 };

	strcpy(ifr.ifr_name, name);
	must_be(ioctl(ctl, SIOCGIFFLAGS, &ifr), 0);
	ifr.ifr_flags |= IFF_UP;
	must_be(ioctl(ctl, SIOCSIFFLAGS, &ifr), 0);
}

/*
 * A new address is tentative for a moment, even where nobody could have it too,
 * and until then nothing is delivered to it. (With "nodad" it is not, and that
 * cannot be seen.)
 */
void addr6_await(const char *text)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), tries = 2000;

	must(fd >= 0);
	must_be(inet_pton(AF_INET6, text, &at.sin6_addr), 1);
	/* the kernel's worker wants the CPU, and if that is all no time passes */
	while (bind(fd, (struct sockaddr *)&at, sizeof(at)) && tries--) {
		if (tries > 1900)
			sched_yield();
		else
			pause_ms(1);
	}
	must(tries > 0);
	close(fd);
}

static void device_addr6(const char *name, const char *text, int prefix)
{
	struct in6_ifreq ifr = { .ifr6_prefixlen = prefix };
	int ctl = socket(AF_INET6, SOCK_DGRAM, 0);

	must(ctl >= 0);
	ifr.ifr6_ifindex = if_nametoindex(name);
	must_be(inet_pton(AF_INET6, text, &ifr.ifr6_addr), 1);
	must_be(ioctl(ctl, SIOCSIFADDR, &ifr), 0);
	close(ctl);
	addr6_await(text);
}

static void device_addr4(int ctl, const char *name, const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct ifreq ifr = { 0 };

	strcpy(ifr.ifr_name, name);
	must_be(inet_pton(AF_INET, text, &in.sin_addr), 1);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	must_be(ioctl(ctl, SIOCSIFADDR, &ifr), 0);
	must_be(inet_pton(AF_INET, "255.255.255.0", &in.sin_addr), 1);
	memcpy(&ifr.ifr_netmask, &in, sizeof(in));
	must_be(ioctl(ctl, SIOCSIFNETMASK, &ifr), 0);
}

/*
 * A device whose other end is the descriptor returned. It lives as long as
 * that; what nobody reads from it is lost.
 */
int tun_device(const char *name, const char *v4, const char *v6)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int ctl = socket(AF_INET, SOCK_DGRAM, 0);

	must(tun >= 0 && ctl >= 0);
	strcpy(ifr.ifr_name, name);
	must_be(ioctl(tun, TUNSETIFF, &ifr), 0);
	device_addr4(ctl, name, v4);
	device_up(ctl, name);
	device_addr6(name, v6, 64);
	close(ctl);
	return tun;
}

/* Leaves the present network namespace for a new one as drawn above. */
void netns_own(void)
{
	int ctl;

	must_be(unshare(CLONE_NEWNET), 0);
	/* nobody else has the addresses of a cable */
	must(write_file("/proc/sys/net/ipv6/conf/default/accept_dad", "0"));
	ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(ctl >= 0);
	device_up(ctl, "lo");
	device_addr6("lo", "fd00::1", 128);
	device_addr6("lo", "fd00::2", 128);
	close(ctl);
	tun_device("silent", "10.9.0.1", "fd09::1");
}

/* A handle of a new network namespace; the caller stays where it is. */
int netns_new(void)
{
	int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int netns;

	netns_own();
	netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	must(before >= 0 && netns >= 0);
	netns_enter(before);
	close(before);
	return netns;
}

void netns_enter(int netns)
{
	must_be(setns(netns, CLONE_NEWNET), 0);
}

#define WORDS	32	/* of a command */

/* @line, its words separated by blanks, with @input to read; its status */
static int run_words(char *line, int input)
{
	posix_spawn_file_actions_t actions;
	char *argv[WORDS + 1], *word;
	int n = 0, status;
	pid_t pid;

	for (word = strtok(line, " "); word && n < WORDS; word = strtok(NULL, " "))
		argv[n++] = word;
	argv[n] = NULL;
	must(n && !word);
	posix_spawn_file_actions_init(&actions);
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	must_be(posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	must_be(waitpid(pid, &status, 0), pid);
	return status;
}

/* A command that must succeed; the shell is only asked where it has to be. */
void command(const char *fmt, ...)
{
	char line[512], words[512];
	bool plain;
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	fflush(stdout);
	plain = !strpbrk(line, "|&;<>()$`\\\"'*?[#~=\n");
	strcpy(words, line);
	if (plain ? run_words(words, -1) : system(line))
		fail(__FILE__, __LINE__, "failed: %s", line);
}

/* Lines for ip -batch, in the present network namespace */
void ip_batch(const char *fmt, ...)
{
	int input = memfd_create("batch", MFD_CLOEXEC);
	char words[] = "ip -batch -";
	va_list args;

	must(input >= 0);
	fflush(stdout);
	va_start(args, fmt);
	must(vdprintf(input, fmt, args) > 0);
	va_end(args);
	must_be(lseek(input, 0, SEEK_SET), 0);
	must_be(run_words(words, input), 0);
	close(input);
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0)
		n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text);
}

/* What TCP and Glass have under the same name, in this network namespace */
void sysctl(const struct kind *k, const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), k->glass ? "/proc/sys/net/glass/%s" :
		 "/proc/sys/net/ipv4/tcp_%s", name);
	must(write_file(path, value));
}

/* Does a thread, of whichever process, wait for something? */
bool asleep(int tid)
{
	char path[64], line[256] = "", *state;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	must(read(fd, line, sizeof(line) - 1) > 0);
	close(fd);
	state = strrchr(line, ')');
	return state && state[2] == 'S';
}
