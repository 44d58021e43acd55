/* SPDX-License-Identifier: GPL-2.0 */
/*
 * glass doctor, by file:
 *
 *	doctor.c	the kernel and its module; the order of it all
 *	doctor_net.c	sysctls, filters, a handshake
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum finding { WELL, WRONG, SKIPPED };

/* doctor.c */
void doctor_say(enum finding f, const char *topic, const char *text, ...)
	__attribute__((format(printf, 3, 4)));
void doctor_next(const char *text, ...) __attribute__((format(printf, 1, 2)));
bool doctor_path(char *path, size_t room, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
bool doctor_line(char *line, size_t room, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
bool doctor_has(const char *name, ...) __attribute__((format(printf, 1, 2)));

/* doctor_net.c */
void doctor_sysctls(void);
void doctor_reverse_path(void);
void doctor_filters(void);
void doctor_loopback(void);
void doctor_host(const char *host, const char *port);

#endif
