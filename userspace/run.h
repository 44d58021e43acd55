/* SPDX-License-Identifier: GPL-2.0 */
/* glass run: what run.c and run_bpf.c have in common */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>

/* As env(1) and nohup(1) have them */
enum { EXIT_SELF = 125, EXIT_CANNOT = 126, EXIT_MISSING = 127 };

/* run.c: returns only if it failed */
void run_exec(const char *path, char **argv);

/* run_bpf.c */
const char *run_by_bpf(const char *path, char **argv, bool quiet, int *status);

#endif
