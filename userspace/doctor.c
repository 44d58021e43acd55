// SPDX-License-Identifier: GPL-2.0
/*
 * glass doctor: is all there that Glass needs? One line for each question,
 * with the next step to take below what is wrong.
 *
 * Files are looked at below a directory that the user may name, so that each
 * answer can be had on purpose.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glass/version.h>
#include <linux/glass.h>

#include "doctor.h"
#include "tool.h"

/* The kernels that Glass is built for and tried with */
#define KERNEL(major, minor)	((major) * 1000 + (minor))
#define OLDEST			KERNEL(6, 1)
#define NEWEST			KERNEL(6, 12)

/* Four bytes of attributes, then the variable */
#define SECURE_BOOT \
	"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static const char *root = "/";
static char release[128];
static int asked_error;		/* of socket(), in this machine */
static unsigned int questions, wrong;

static bool here(void)
{
	return !strcmp(root, "/");
}

void doctor_say(enum finding f, const char *topic, const char *text, ...)
{
	static const char *const words[] = { "ok", "not ok", "skip" };
	va_list args;

	questions++;
	wrong += f == WRONG;
	printf("%-7s %-10s ", words[f], topic);
	va_start(args, text);
	vprintf(text, args);
	va_end(args);
	putchar('\n');
}

/* What to do about it: a line below the one that doctor_say() wrote */
void doctor_next(const char *text, ...)
{
	va_list args;

	printf("        next:      ");
	va_start(args, text);
	vprintf(text, args);
	va_end(args);
	putchar('\n');
}

static bool path_of(char *path, size_t room, const char *name, va_list args)
{
	size_t len = snprintf(path, room, "%s/", root);

	return len < room &&
	       vsnprintf(path + len, room - len, name, args) < (int)(room - len);
}

bool doctor_path(char *path, size_t room, const char *name, ...)
{
	va_list args;
	bool fits;

	va_start(args, name);
	fits = path_of(path, room, name, args);
	va_end(args);
	return fits;
}

/* The first line of a file, without its end; false with errno if there is none */
bool doctor_line(char *line, size_t room, const char *name, ...)
{
	char path[PATH_MAX];
	FILE *f = NULL;
	va_list args;
	bool got;

	va_start(args, name);
	if (path_of(path, sizeof(path), name, args))
		f = fopen(path, "r");
	va_end(args);
	if (!f)
		return false;
	errno = ENODATA;
	got = fgets(line, room, f);
	fclose(f);
	if (got)
		line[strcspn(line, "\n")] = 0;
	return got;
}

bool doctor_has(const char *name, ...)
{
	char path[PATH_MAX];
	va_list args;
	bool has;

	va_start(args, name);
	has = path_of(path, sizeof(path), name, args) && !access(path, F_OK);
	va_end(args);
	return has;
}

static void check_kernel(void)
{
	unsigned int major, minor, number;

	if (!doctor_line(release, sizeof(release), "proc/sys/kernel/osrelease") ||
	    sscanf(release, "%u.%u", &major, &minor) != 2) {
		doctor_say(WRONG, "kernel", "which one runs cannot be read");
		doctor_next("mount -t proc none /proc");
		return;
	}
	number = KERNEL(major, minor);
	if (number >= OLDEST && number <= NEWEST) {
		doctor_say(WELL, "kernel", "%s is one that Glass is made for",
			   release);
		return;
	}
	doctor_say(WRONG, "kernel", "%s is %s that Glass was tried with", release,
		   number < OLDEST ? "older than 6.1, the oldest" :
		   "newer than 6.12, the newest");
	doctor_next("boot a kernel from 6.1 to 6.12, best in a virtual machine");
}

static bool loaded(void)
{
	return doctor_has("sys/module/glass");
}

/* Would modprobe find it? */
static bool installed(void)
{
	char path[PATH_MAX], line[1024], *end;
	const char *name;
	bool found = false;
	FILE *f;

	if (!doctor_path(path, sizeof(path), "lib/modules/%s/modules.dep", release))
		return false;
	f = fopen(path, "r");
	while (f && !found && fgets(line, sizeof(line), f)) {
		end = strchr(line, ':');
		if (!end)
			continue;
		*end = 0;
		name = strrchr(line, '/');
		name = name ? name + 1 : line;
		/* .ko, .ko.xz, .ko.zst */
		found = !strncmp(name, "glass.ko", 8) &&
			(!name[8] || name[8] == '.');
	}
	if (f)
		fclose(f);
	return found;
}

static void check_headers(void)
{
	if (doctor_has("lib/modules/%s/build/Makefile", release)) {
		doctor_say(WELL, "headers", "of this kernel are installed");
	} else if (loaded() || installed()) {
		doctor_say(SKIPPED, "headers",
			   "of this kernel are not installed; its module is built already");
	} else {
		doctor_say(WRONG, "headers",
			   "of this kernel are not installed: no module can be built for it");
		doctor_next("apt install linux-headers-%s", release);
	}
}

/* The firmware's word, or -1 where there is none */
static int secure_boot(void)
{
	unsigned char value[5];
	char path[PATH_MAX];
	ssize_t n = -1;
	int fd;

	if (!doctor_path(path, sizeof(path), SECURE_BOOT))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, value, sizeof(value));
		close(fd);
	}
	return n == sizeof(value) ? value[4] == 1 : -1;
}

/* What refuses a module that nobody signed: NULL if nothing does */
static const char *refuses_unsigned(void)
{
	char line[128];

	if (doctor_line(line, sizeof(line), "sys/kernel/security/lockdown") &&
	    !strstr(line, "[none]"))
		return "the kernel is locked down";
	if (doctor_line(line, sizeof(line), "sys/module/module/parameters/sig_enforce") &&
	    line[0] == 'Y')
		return "the kernel enforces signatures (module.sig_enforce)";
	return NULL;
}

static void check_signing(void)
{
	const char *why = refuses_unsigned();
	int secure = secure_boot();

	if (!why && !doctor_has("sys/kernel/security/lsm") && secure == 1) {
		doctor_say(SKIPPED, "signing",
			   "Secure Boot is on; whether the kernel is locked down is not to be seen");
		doctor_next("mount -t securityfs none /sys/kernel/security, and ask again");
	} else if (!why) {
		doctor_say(WELL, "signing", "the kernel takes a module that nobody signed%s",
			   secure == 1 ? ", though Secure Boot is on" : "");
	} else if (loaded()) {
		doctor_say(WELL, "signing", "%s, and took the module", why);
	} else {
		doctor_say(WRONG, "signing", "%s%s: a module that nobody signed is refused",
			   secure == 1 ? "Secure Boot is on and " : "", why);
		doctor_next("mokutil --import /var/lib/dkms/mok.pub and reboot, "
			    "so that DKMS' signature counts; or turn %s off",
			    secure == 1 ? "Secure Boot" : "that");
	}
}

static void check_version(void)
{
	char version[64];

	if (!doctor_line(version, sizeof(version), "sys/module/glass/version"))
		snprintf(version, sizeof(version), "of no version");
	if (!strcmp(version, GLASS_VERSION)) {
		doctor_say(WELL, "module", "is loaded: %s, as these tools", version);
		return;
	}
	doctor_say(WRONG, "module", "is loaded: %s, but these tools are %s",
		   version, GLASS_VERSION);
	doctor_next("install both from one release; then rmmod glass && modprobe glass");
}

static void check_module(void)
{
	if (loaded()) {
		check_version();
	} else if (!installed()) {
		doctor_say(WRONG, "module", "is not installed for this kernel");
		if (doctor_has("usr/src/glass-" GLASS_VERSION "/dkms.conf"))
			doctor_next("dkms install glass/" GLASS_VERSION
				    "; what fails stands in /var/lib/dkms/glass/"
				    GLASS_VERSION "/build/make.log");
		else
			doctor_next("apt install ./glass-dkms_*.deb; "
				    "or, in the sources, make && insmod glass.ko");
	} else if (asked_error) {
		doctor_say(WRONG, "module", "is installed, but did not come when a socket "
			   "asked: %s",
			   strerror(asked_error));
		doctor_next("modprobe glass, as root, says why; dmesg and "
			    "/etc/modprobe.d may say more");
	} else {
		doctor_say(WELL, "module", "is installed, and comes with the first socket");
	}
}

static void check_proc(void)
{
	static const char *const names[] = { "connections", "rules", "snmp" };
	char line[512];
	size_t i;

	if (!loaded()) {
		doctor_say(SKIPPED, "proc", "the module is not loaded");
		return;
	}
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (doctor_line(line, sizeof(line), "proc/net/glass/%s", names[i]))
			continue;
		doctor_say(WRONG, "proc", "/proc/net/glass/%s: %s", names[i],
			   strerror(errno));
		doctor_next("ls -l /proc/net/glass; in a container its /proc "
			    "must be of its own network namespace");
		return;
	}
	doctor_say(WELL, "proc", "/proc/net/glass can be read");
}

static void check_tracing(void)
{
	char line[64];

	if (!loaded()) {
		doctor_say(SKIPPED, "tracing", "the module is not loaded");
	} else if (doctor_line(line, sizeof(line),
			       "sys/kernel/tracing/events/glass/glass_segment/format")) {
		doctor_say(WELL, "tracing", "glass watch can see segments");
	} else if (errno == EACCES) {
		doctor_say(SKIPPED, "tracing", "only root may look, and use glass watch");
	} else if (!doctor_has("sys/kernel/tracing/events")) {
		doctor_say(WRONG, "tracing", "no tracefs, so no glass watch");
		doctor_next("mount -t tracefs nodev /sys/kernel/tracing");
	} else {
		doctor_say(WRONG, "tracing", "the kernel has no tracepoint glass:glass_segment");
		doctor_next("a kernel with CONFIG_TRACEPOINTS");
	}
}

/* Asks for a socket: that loads the module, where it is installed */
static void ask_for_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_GLASS);

	if (fd < 0)
		asked_error = errno;
	else
		close(fd);
}

/**
 * doctor() - glass doctor
 * @dir: the files below this directory, NULL for the machine itself
 * @host: does protocol 253 reach this one? NULL for no such question
 * @port: its port, in text
 *
 * Return: 0 if nothing is wrong, else 1.
 */
int doctor(const char *dir, const char *host, const char *port)
{
	if (dir)
		root = dir;
	if (here())
		ask_for_socket();
	check_kernel();
	check_headers();
	check_signing();
	check_module();
	check_proc();
	check_tracing();
	doctor_sysctls();
	doctor_reverse_path();
	if (here() && !asked_error) {
		doctor_filters();
		doctor_loopback();
		if (host)
			doctor_host(host, port);
	} else {
		doctor_say(SKIPPED, "way", here() ? "without the module no segment leaves" :
			   "files below a directory send no segments");
	}
	if (wrong)
		printf("%u of %u questions found something wrong\n", wrong, questions);
	else
		printf("all is well\n");
	return wrong > 0;
}
