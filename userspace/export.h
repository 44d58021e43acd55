/* SPDX-License-Identifier: GPL-2.0 */
/* What a recording is made into: each tells its errors, and returns false. */
#ifndef EXPORT_H
#define EXPORT_H

#include "recording.h"

/**
 * struct story - a recording, its segments and its connections found
 * @r: the recording
 * @arrows: segments by time, and changes of states
 * @count: of them
 * @conns: connections by number - 1
 * @conn_count: of them
 */
struct story {
	const struct recording *r;
	struct story_arrow {
		const struct event *sent, *got;	/* in @r; one may be NULL */
		u32 conn;			/* its number */
	} *arrows;
	size_t count;
	struct conn *conns;
	size_t conn_count;
};

/* story.c */
bool story_tell(struct story *s, const struct recording *r);
void story_free(struct story *s);
const struct conn *story_conn(const struct story *s, unsigned long number);
FILE *export_open(const char *path);
bool export_close(FILE *to, const char *path);

/* pcapng.c */
bool pcapng_write(const struct story *s, unsigned long conn, const char *path);

/* script.c */
bool script_write(const struct story *s, unsigned long conn, int end,
		  const char *path);

/* page.c */
bool page_write(const struct story *s, unsigned long conn, const char *path);

#endif
