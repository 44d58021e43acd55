/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The glass tool, by file:
 *
 *	glass.c		the command line
 *	table.c		glass table; see table.h
 *	show.c		glass rules, and files of /proc/net/glass
 *	watch.c		glass watch: events drawn as they happen
 *	panes/		the same on the whole screen of a terminal, see panes.h
 *	record.c	glass record: events kept in a file
 *	replay.c	glass replay: such a file drawn, or made into something else
 *	dissect.c	glass explain: a segment octet by octet, see fields.h
 *	why.c		glass why: what became of a connection, and what to try
 *	break.c		glass break: faults that somebody asks for
 *	run.c		glass run: a program of TCP's over Glass, see preload.c and run.h
 *	gateway.c	glass gateway: TCP's hosts reach Glass, and it them, see gateway.h
 *	lab.c		glass lab: the labs of Documentation/labs
 *	doctor.c	glass doctor: what Glass needs and what it is missing, see doctor.h
 *
 * What those that show events share stands in event.h.
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stdio.h>

/* show.c */
int show_rules(const char *path, bool all);

/* watch.c */
int watch_main(int argc, char **argv);

/* record.c */
int record_main(int argc, char **argv);

/* replay.c */
int replay_main(int argc, char **argv);

/* dissect.c */
int explain_main(int argc, char **argv);

/* why.c */
int why_main(int argc, char **argv);

/* break.c */
int break_words(char **words);

/* run.c */
int run_program(char **argv, bool bpf, bool quiet);
bool glass_is_there(const char *command);

/* gateway.c */
int gateway_main(int argc, char **argv);

/* lab.c */
int lab_run(char **argv);

/* doctor.c */
int doctor(const char *dir, const char *host, const char *port);

/* glass.c */
int usage(void);

#endif
