// SPDX-License-Identifier: GPL-2.0
/*
 * glass run PROGRAM...: a program that knows of TCP only, over Glass.
 *
 * A library in front of its libc answers socket() (preload.c). That works
 * for who calls libc's socket(); who makes system calls by himself does not
 * notice, and would go on over TCP without a word. So the file is looked at
 * first; what the library cannot reach is run by BPF where the kernel has the
 * hook for that (run_bpf.c), and refused elsewhere.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/glass.h>

#include "run.h"
#include "tool.h"

#define LIBRARY		"glass-run.so"
#define NOTES_MAX	4096	/* of one segment, looked at */
#define SCRIPTS_MAX	4	/* a script's interpreter may be a script, as the kernel has it */

/* Where the shell would find it; false with errno if nowhere */
static bool find_program(const char *name, char path[PATH_MAX])
{
	const char *dirs = getenv("PATH"), *end;

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX &&
		       !access(path, X_OK);
	errno = ENOENT;
	for (; dirs; dirs = *end ? end + 1 : NULL) {
		end = strchrnul(dirs, ':');
		if (snprintf(path, PATH_MAX, "%.*s/%s", (int)(end - dirs),
			     end == dirs ? "." : dirs, name) < PATH_MAX &&
		    !access(path, X_OK))
			return true;
	}
	return false;
}

/* "#!/usr/bin/env python3": the program that reads the script */
static bool interpreter_of(const char *line, char path[PATH_MAX])
{
	char first[PATH_MAX], second[PATH_MAX];
	int n = sscanf(line, "#! %4095s %4095s", first, second);

	if (n < 1)
		return false;
	if (n == 2 && !strcmp(basename(strdupa(first)), "env"))
		return find_program(second, path);
	return snprintf(path, PATH_MAX, "%s", first) < PATH_MAX;
}

/*
 * Go's linker leaves a note. What is Go's makes its system calls by itself, though
 * it may well be linked with libc.
 */
static bool is_go(int fd, const Elf64_Phdr *part)
{
	char notes[NOTES_MAX];
	ssize_t size = pread(fd, notes, MIN(part->p_filesz, sizeof(notes)), part->p_offset);
	size_t at = 0, align = part->p_align == 8 ? 8 : 4;
	Elf64_Nhdr head;

	while (size > 0 && at + sizeof(head) + sizeof("Go") < (size_t)size) {
		memcpy(&head, notes + at, sizeof(head));
		if (!memcmp(notes + at + sizeof(head), "Go", sizeof("Go")))
			return true;
		at += roundup(sizeof(head) + (size_t)head.n_namesz, align) +
		      roundup((size_t)head.n_descsz, align);
	}
	return false;
}

/* The loader that an ELF file of this machine asks for; NULL on success */
static const char *loader_of(int fd, char loader[PATH_MAX])
{
	bool dynamic = false;
	Elf64_Ehdr head;
	Elf64_Phdr part;
	int i;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    head.e_phentsize != sizeof(part))
		return "it is no program of 64 bits, which the library is";
	for (i = 0; i < head.e_phnum; i++) {
		if (pread(fd, &part, sizeof(part),
			  head.e_phoff + i * sizeof(part)) != sizeof(part))
			return "its file is cut short";
		if (part.p_type == PT_NOTE && is_go(fd, &part))
			return "it is Go's, and makes system calls by itself";
		if (part.p_type != PT_INTERP)
			continue;
		if (part.p_filesz >= PATH_MAX ||
		    pread(fd, loader, part.p_filesz, part.p_offset) !=
		    (ssize_t)part.p_filesz)
			return "its file is cut short";
		loader[part.p_filesz] = 0;
		dynamic = true;
	}
	return dynamic ? NULL : "it is linked statically: it has no libc that could be told";
}

/* What the loader ignores LD_PRELOAD for: other users, capabilities of the file */
static bool changes_user(int fd)
{
	struct stat s;

	if (fstat(fd, &s))
		return false;
	if (geteuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		return true;
	return (s.st_mode & S_ISUID && s.st_uid != geteuid()) ||
	       (s.st_mode & S_ISGID && s.st_gid != getegid());
}

/* Can the library reach it? NULL if so, else why not */
static const char *look_at(const char *program)
{
	char path[PATH_MAX], line[PATH_MAX] = "", loader[PATH_MAX];
	const char *why = "a script of a script of a script";
	int fd, scripts;
	ssize_t n;

	snprintf(path, sizeof(path), "%s", program);
	for (scripts = 0; scripts <= SCRIPTS_MAX; scripts++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? -1 : pread(fd, line, sizeof(line) - 1, 0);
		if (n < SELFMAG) {
			why = "it cannot be read, so whether it would hear is not known";
			break;
		}
		line[n] = 0;
		if (memcmp(line, ELFMAG, SELFMAG)) {
			close(fd);
			/* the shell takes what has no first line of this kind */
			if (!interpreter_of(line, path))
				snprintf(path, sizeof(path), "/bin/sh");
			continue;
		}
		why = loader_of(fd, loader);
		if (!why && strstr(loader, "ld-musl"))
			why = "it has another libc (musl)";
		if (!why && changes_user(fd))
			why = "it runs as another user, or with more rights";
		break;
	}
	if (fd >= 0)
		close(fd);
	return why;
}

/**
 * glass_is_there() - can sockets of Glass be made?
 * @command: who asks, in what is said if not
 *
 * Asking loads the module where it is installed.
 *
 * Return: whether they can.
 */
bool glass_is_there(const char *command)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_GLASS);

	if (fd < 0)
		fprintf(stderr, "glass %s: socket(): %s: %s\n", command, strerror(errno),
			errno == EPROTONOSUPPORT ?
			"the module is not there; glass doctor says more" :
			"a sandbox that allows TCP only?");
	else
		close(fd);
	return fd >= 0;
}

/* Beside the program where it was built, in ../lib/glass where it is installed */
static bool find_library(char library[PATH_MAX])
{
	static const char *const places[] = { "", "/../lib/glass" };
	ssize_t n = readlink("/proc/self/exe", library, PATH_MAX - 1);
	char self[PATH_MAX], *dir;
	size_t i;

	if (n < 0)
		return false;
	library[n] = 0;
	dir = dirname(strcpy(self, library));
	for (i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (snprintf(library, PATH_MAX, "%s%s/" LIBRARY, dir,
			     places[i]) < PATH_MAX && !access(library, R_OK))
			return true;
	fprintf(stderr, "glass run: %s: %s\n", library, strerror(errno));
	return false;
}

/* Before what is there already: others may want socket(), too */
static bool put_in_front(void)
{
	char library[PATH_MAX], list[2 * PATH_MAX];
	const char *others = getenv("LD_PRELOAD");

	if (!find_library(library))
		return false;
	if (strpbrk(library, " :")) {
		fprintf(stderr, "glass run: %s: LD_PRELOAD takes no spaces or colons\n",
			library);
		return false;
	}
	if (snprintf(list, sizeof(list), "%s%s%s", library,
		     others && *others ? ":" : "",
		     others ? others : "") >= (int)sizeof(list))
		return false;
	return !setenv("LD_PRELOAD", list, 1);
}

void run_exec(const char *path, char **argv)
{
	execv(path, argv);
	/* a script without a first line of its own is the shell's */
	if (errno == ENOEXEC)
		execvp(path, argv);
}

/* @why: what stands in the library's way, NULL if BPF was asked for */
static int by_bpf(const char *path, char **argv, bool quiet, const char *why)
{
	const char *why_not;
	int status;

	why_not = run_by_bpf(path, argv, quiet, &status);
	if (!why_not)
		return status;
	fprintf(stderr, "glass run: %s: %s%s%s\n", argv[0], why ? why : "",
		why ? "; and " : "", why_not);
	return EXIT_CANNOT;
}

/**
 * run_program() - glass run
 * @argv: the program and its arguments, NULL at the end
 * @bpf: by BPF, though a library might do
 * @quiet: do not say which way was used
 *
 * Return: the program's status, if it was run by BPF; else only if it could not
 * be run: 125, 126 or 127 as env(1).
 */
int run_program(char **argv, bool bpf, bool quiet)
{
	char path[PATH_MAX];
	const char *why;

	if (!find_program(argv[0], path)) {
		fprintf(stderr, "glass run: %s: %s\n", argv[0],
			strerror(errno));
		return errno == ENOENT ? EXIT_MISSING : EXIT_CANNOT;
	}
	if (!glass_is_there("run"))
		return EXIT_SELF;
	why = bpf ? NULL : look_at(path);
	if (bpf || why)
		return by_bpf(path, argv, quiet, why);
	if (!put_in_front())
		return EXIT_SELF;
	if (!quiet)
		fprintf(stderr, "glass run: %s over Glass, by a library in front of its libc\n",
			argv[0]);
	run_exec(path, argv);
	fprintf(stderr, "glass run: %s: %s\n", argv[0], strerror(errno));
	return EXIT_CANNOT;
}
