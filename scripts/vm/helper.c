// SPDX-License-Identifier: GPL-2.0
/*
 * What a throwaway guest needs before, or faster than, a shell could do it: a
 * process costs 60 ms on the debug kernel. Linked statically: it must run
 * before there is a root file system.
 *
 *   helper system ROOT    what a command expects of a running system
 *   helper entropy FILE   credit the kernel's generator with FILE's bytes
 *   helper stream FILE    append stdin to FILE, at once visible on the host
 *   helper poweroff
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

/* In this order; a name without a type is a directory to make. */
static const struct { const char *at, *type, *options; } tree[] = {
	{ "proc", "proc", "" },
	{ "sys", "sysfs", "" },
	{ "sys/kernel/debug", "debugfs", "" },
	{ "sys/kernel/tracing", "tracefs", "" },
	{ "dev", "devtmpfs", "" },
	{ "dev/pts", NULL, NULL },
	{ "dev/shm", NULL, NULL },
	{ "dev/pts", "devpts", "gid=5,mode=620,ptmxmode=666" },
	{ "dev/shm", "tmpfs", "mode=1777" },
	{ "run", "tmpfs", "mode=755" },
	{ "run/glass", NULL, NULL },
	{ "run/glass-out", NULL, NULL },
	{ "run/netns", NULL, NULL },
	{ "run/lock", NULL, NULL },
	{ "run/old", NULL, NULL },
	{ "lib/modules", NULL, NULL },
};

static const struct { const char *at, *to; } links[] = {
	{ "dev/fd", "/proc/self/fd" },
	{ "dev/stdin", "fd/0" },
	{ "dev/stdout", "fd/1" },
	{ "dev/stderr", "fd/2" },
	{ "etc/mtab", "/proc/self/mounts" },
};

static int lay_tree(void)
{
	struct utsname name;
	char modules[128];
	size_t i;

	for (i = 0; i < sizeof(tree) / sizeof(*tree); i++) {
		if (!tree[i].type)
			mkdir(tree[i].at, 0755);
		else if (mount(tree[i].type, tree[i].at, tree[i].type, 0, tree[i].options))
			return fail(tree[i].at);
	}
	for (i = 0; i < sizeof(links) / sizeof(*links); i++) {
		unlink(links[i].at);
		if (symlink(links[i].to, links[i].at))
			return fail(links[i].at);
	}
	uname(&name);
	snprintf(modules, sizeof(modules), "lib/modules/%s", name.release);
	if (mkdir(modules, 0755) && errno != EEXIST)
		return fail(modules);
	return 0;
}

static int lay_system(const char *root)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int sock = socket(AF_INET, SOCK_DGRAM, 0);

	if (chdir(root))
		return fail(root);
	if (sethostname("glass", 5))
		return fail("sethostname");
	if (sock < 0 || ioctl(sock, SIOCSIFFLAGS, &lo))
		return fail("lo");
	return lay_tree();
}

static int entropy(const char *path)
{
	struct {
		struct rand_pool_info head;
		unsigned char bytes[64];
	} pool = { .head = { .entropy_count = 512, .buf_size = 64 } };
	int from = open(path, O_RDONLY);
	int to = open("/dev/urandom", O_RDWR);

	if (from < 0 || read(from, pool.bytes, sizeof(pool.bytes)) != sizeof(pool.bytes))
		return fail(path);
	if (to < 0 || ioctl(to, RNDADDENTROPY, &pool))
		return fail("RNDADDENTROPY");
	/* The pool reseeds the generator only when somebody asks for bytes. */
	if (read(to, pool.bytes, 1) != 1)
		return fail("/dev/urandom");
	return 0;
}

/*
 * User-mode Linux keeps written pages to itself until they are written back;
 * nobody would see the output of a guest that hangs. fsync would also make the
 * host write to its disk.
 */
static int stream(const char *path)
{
	static char buf[65536];
	int to = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	ssize_t n, done, step;

	if (to < 0)
		return fail(path);
	while ((n = read(0, buf, sizeof(buf))) > 0) {
		for (done = 0; done < n; done += step) {
			step = write(to, buf + done, n - done);
			if (step < 0)
				return fail(path);
		}
		sync_file_range(to, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE |
				SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "system"))
		return lay_system(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "entropy"))
		return entropy(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "stream"))
		return stream(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "poweroff")) {
		sync();
		reboot(RB_POWER_OFF);
		return fail("reboot");
	}
	fprintf(stderr, "usage: helper system ROOT | entropy FILE | stream FILE | poweroff\n");
	return 2;
}
