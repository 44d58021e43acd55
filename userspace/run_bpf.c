// SPDX-License-Identifier: GPL-2.0
/*
 * glass run, for programs that no library reaches: since Linux 6.6 the kernel
 * asks update_socket_protocol() for the protocol of each new socket, and a BPF
 * program may answer in its place. Ours answers Glass to the processes of one
 * cgroup (v2), in which the program begins and which its children inherit.
 *
 * All of it is there as long as a process holds it, so this process stays: until
 * the cgroup is empty, or a signal makes an end of what is left in it. A second
 * process, the guard, holds it, too. It waits for the first one's end, however
 * that comes, and takes the cgroup away with all that is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/glass.h>
#include <linux/magic.h>

#include "insn.h"
#include "run.h"

#define BTF		"/sys/kernel/btf/vmlinux"
#define TYPE_MASK	0xf	/* of socket()'s second argument, see socket(2) */

#define ARGUMENT(n)		INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_6, 8 * (n), 0)

/* @map has the cgroup as its only entry, @function is what is asked */
static int load_program(int map, int function)
{
	/* The answer, unless it is 0: then the kernel's own function gives it. */
	const struct bpf_insn program[] = {
		COPY(BPF_REG_6, BPF_REG_1),
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),		/* the value's upper half */
		SET(BPF_REG_2, 0),
		CALL(current_task_under_cgroup),
		UNLESS(BPF_REG_0, 1, 11),
		ARGUMENT(0),
		IF(BPF_REG_1, AF_INET, 1),
		UNLESS(BPF_REG_1, AF_INET6, 8),
		ARGUMENT(1),
		INSN(BPF_ALU | BPF_AND | BPF_K, BPF_REG_1, 0, 0, TYPE_MASK),
		UNLESS(BPF_REG_1, SOCK_STREAM, 5),
		ARGUMENT(2),
		IF(BPF_REG_1, 0, 1),
		UNLESS(BPF_REG_1, IPPROTO_TCP, 2),
		SET(BPF_REG_0, IPPROTO_GLASS),
		EXIT,
		SET(BPF_REG_0, 0),		/* every UNLESS goes here */
		EXIT,
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options,
		    .expected_attach_type = BPF_MODIFY_RETURN,
		    .attach_btf_id = function);

	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "glass_run", "GPL", program,
			     sizeof(program) / sizeof(*program), &options);
}

/* From now on sockets of the cgroup are Glass'. NULL, else why not. */
static const char *attach(int cgroup, int function)
{
	const int first = 0;
	int map, program;

	map = bpf_map_create(BPF_MAP_TYPE_CGROUP_ARRAY, "glass_run", sizeof(int),
			     sizeof(int), 1, NULL);
	if (map < 0 || bpf_map_update_elem(map, &first, &cgroup, BPF_ANY))
		goto refused;
	program = load_program(map, function);
	if (program < 0 || bpf_raw_tracepoint_open(NULL, program) < 0)
		goto refused;
	return NULL;
refused:
	return errno == EPERM ? "BPF is for root here (CAP_BPF, CAP_PERFMON)" :
	       "the kernel refuses the BPF program";
}

/* The directory of our own cgroup (v2); false if there is none */
static bool own_cgroup(char path[PATH_MAX])
{
	char line[PATH_MAX], own[PATH_MAX] = "", *end;
	struct statfs fs;
	FILE *file = fopen("/proc/self/cgroup", "re");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "0::/", 4))
			snprintf(own, sizeof(own), "%s", line + 3);
	if (file)
		fclose(file);
	end = strchr(own, '\n');
	if (!end)
		return false;
	/* the root's name ends as those of directories do */
	end[end - own == 1 ? -1 : 0] = 0;
	return snprintf(path, PATH_MAX, "/sys/fs/cgroup%s", own) < PATH_MAX &&
	       !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static const char *no_cgroup(int error)
{
	static char why[128];

	snprintf(why, sizeof(why), "a cgroup for it cannot be made: %s", strerror(error));
	return why;
}

/* A cgroup below our own, with nobody in it; its descriptor or -1 with @why */
static int make_cgroup(char path[PATH_MAX], const char **why)
{
	char own[PATH_MAX];
	int fd;

	*why = "no cgroup v2 is mounted at /sys/fs/cgroup";
	if (!own_cgroup(own))
		return -1;
	*why = "its cgroup has too long a name";
	if (snprintf(path, PATH_MAX, "%s/glass-run-XXXXXX", own) >= PATH_MAX)
		return -1;
	if (!mkdtemp(path)) {
		*why = errno == EACCES || errno == EPERM ?
		       "a cgroup for it cannot be made: that is for root" :
		       no_cgroup(errno);
		return -1;
	}
	/* programs of other users look into their own cgroup */
	chmod(path, 0755);
	*why = "its cgroup cannot be opened";
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		rmdir(path);
	return fd;
}

static bool write_to(int cgroup, const char *name, const char *text)
{
	int fd = openat(cgroup, name, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

static bool populated(int events)
{
	char text[128];
	ssize_t n = pread(events, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = 0;
	return strstr(text, "populated 1");
}

/*
 * A signal for us is for the program, unless a terminal gave it to both; once the
 * program has ended, for all that is left.
 */
static void pass_on(const struct signalfd_siginfo *s, pid_t child, int cgroup)
{
	if (child && s->ssi_code <= 0)
		kill(child, s->ssi_signo);
	else if (!child && s->ssi_signo != SIGWINCH)
		write_to(cgroup, "cgroup.kill", "1");
}

/* Until the cgroup is empty; the program's status as a shell tells it */
static int stay(pid_t child, int cgroup, int signals)
{
	int events = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC), status = 0;
	struct pollfd wait[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = events, .events = POLLPRI },
	};
	struct signalfd_siginfo s;

	if (signals < 0 || events < 0) {
		perror("glass run");
		write_to(cgroup, "cgroup.kill", "1");
		return EXIT_SELF;
	}
	/* the file has to be read for poll() to wait for the next change */
	while (populated(events) || child) {
		if (poll(wait, 2, -1) < 0)
			continue;
		if (child && waitpid(child, &status, WNOHANG))
			child = 0;
		if (wait[0].revents & POLLIN && read(signals, &s, sizeof(s)) == sizeof(s) &&
		    s.ssi_signo != SIGCHLD)
			pass_on(&s, child, cgroup);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * The guard, with the hook and the cgroup as it was forked: @alive says nothing, and
 * ends with the process that forked it. Signals are that one's: here all are blocked.
 */
static void guard(int alive, int cgroup, const char *dir)
{
	int events = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd emptier = { .fd = events, .events = POLLPRI };
	bool gone;
	char none;

	setsid();
	while (read(alive, &none, 1) < 0)
		;
	/* again if the program entered it in between */
	do {
		write_to(cgroup, "cgroup.kill", "1");
		while (populated(events))
			poll(&emptier, 1, -1);
		gone = !rmdir(dir);
	} while (!gone && errno == EBUSY && populated(events));
	if (!gone)
		fprintf(stderr, "glass run: %s is left behind: %s\n", dir, strerror(errno));
}

/* The descriptor that keeps the guard waiting, -1 with errno if there is no guard */
static int begin_guard(int cgroup, const char *dir, pid_t *pid)
{
	sigset_t all, old;
	int alive[2];

	if (pipe2(alive, O_CLOEXEC))
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	*pid = fork();
	if (!*pid) {
		close(alive[1]);
		guard(alive[0], cgroup, dir);
		_exit(0);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(alive[0]);
	if (*pid < 0) {
		close(alive[1]);
		return -1;
	}
	return alive[1];
}

static void become(const char *path, char **argv, int cgroup, pid_t parent)
{
	/* for who kills the guard, too: what it opens next would be TCP's */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_SELF);
	if (!write_to(cgroup, "cgroup.procs", "0")) {
		perror("glass run: cgroup.procs");
		_exit(EXIT_SELF);
	}
	run_exec(path, argv);
	fprintf(stderr, "glass run: %s: %s\n", argv[0], strerror(errno));
	_exit(EXIT_CANNOT);
}

/* What the hook is put on; -1 and @why if that is not possible */
static int find_function(const char **why)
{
	int function;

	libbpf_set_print(NULL);
	function = libbpf_find_vmlinux_btf_id("update_socket_protocol", BPF_MODIFY_RETURN);
	if (function > 0)
		return function;
	*why = function == -ENOENT && !access(BTF, R_OK) ?
	       "this kernel lets no BPF choose socket()'s protocol (from Linux 6.6 on)" :
	       "what BPF could choose is not known: the kernel's BTF is not at " BTF;
	return -1;
}

/* In the cgroup, its hook in place, from here to the end; NULL, else why not */
static const char *run_in(int cgroup, const char *path, char **argv, int *status)
{
	static const int passed[] = { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM,
				      SIGUSR1, SIGUSR2, SIGWINCH };
	const pid_t self = getpid();
	sighandler_t of_children;
	sigset_t set, old;
	pid_t child;
	int i;

	sigemptyset(&set);
	for (i = 0; i < (int)(sizeof(passed) / sizeof(*passed)); i++)
		sigaddset(&set, passed[i]);
	sigprocmask(SIG_BLOCK, &set, &old);
	/* who ignores it, which is inherited, has no status of his children */
	of_children = signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (!child) {
		signal(SIGCHLD, of_children);
		sigprocmask(SIG_SETMASK, &old, NULL);
		become(path, argv, cgroup, self);
	}
	if (child < 0)
		return strerror(errno);
	*status = stay(child, cgroup, signalfd(-1, &set, SFD_CLOEXEC));
	return NULL;
}

/**
 * run_by_bpf() - run a program in a cgroup whose TCP sockets are Glass'
 * @path: the program's file
 * @argv: its name and arguments
 * @quiet: do not say which way was used
 * @status: gets what it exited with
 *
 * Return: NULL, else why it was not run.
 */
const char *run_by_bpf(const char *path, char **argv, bool quiet, int *status)
{
	const char *why = NULL;
	int function, cgroup, alive = -1, ended;
	char dir[PATH_MAX];
	pid_t pid = -1;

	function = find_function(&why);
	if (function < 0)
		return why;
	cgroup = make_cgroup(dir, &why);
	if (cgroup < 0)
		return why;
	why = attach(cgroup, function);
	if (!why) {
		alive = begin_guard(cgroup, dir, &pid);
		if (alive < 0)
			why = strerror(errno);
	}
	if (why) {
		rmdir(dir);
		return why;
	}
	if (!quiet)
		fprintf(stderr, "glass run: %s over Glass, by BPF, in the cgroup %s\n",
			argv[0], dir);
	why = run_in(cgroup, path, argv, status);
	close(alive);
	/* if somebody has killed it */
	if (waitpid(pid, &ended, 0) != pid || !WIFEXITED(ended))
		rmdir(dir);
	return why;
}
