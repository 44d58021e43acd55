// SPDX-License-Identifier: GPL-2.0
/*
 * glass lab: the labs of Glass' source tree, see userspace/labs/lab.py there.
 *
 * A lab builds the module for its guest, so the source is at hand: this program
 * was built in it, or is called in it.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define SCRIPT	"userspace/labs/lab.py"

/* Is @dir, or a directory above it, the source? Then @path is the script. */
static bool find_above(char *dir, char path[PATH_MAX])
{
	for (;;) {
		if (snprintf(path, PATH_MAX, "%s/" SCRIPT, dir) < PATH_MAX &&
		    !access(path, R_OK))
			return true;
		if (!strcmp(dir, "/") || !strcmp(dir, "."))
			return false;
		dir = dirname(dir);
	}
}

/**
 * lab_run() - glass lab [WORD...]
 * @argv: "glass", "lab" and the words, NULL at the end; becomes the script's
 *
 * Return: an exit status, and only if there is no such script.
 */
int lab_run(char **argv)
{
	char dir[PATH_MAX], path[PATH_MAX];
	ssize_t len;

	len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	dir[len > 0 ? len : 0] = 0;
	if (!(len > 0 && find_above(dir, path)) &&
	    !(getcwd(dir, sizeof(dir)) && find_above(dir, path))) {
		fputs("glass lab: the labs are in Glass' source tree: call it there\n",
		      stderr);
		return 1;
	}
	argv[0] = "python3";
	argv[1] = path;
	/* Nothing is written beside the sources. */
	setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
	execvp(argv[0], argv);
	fprintf(stderr, "glass lab: python3: %s\n", strerror(errno));
	return 1;
}
