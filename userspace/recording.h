/* SPDX-License-Identifier: GPL-2.0 */
/* A run in a file, Documentation/recording.rst. */
#ifndef RECORDING_H
#define RECORDING_H

#include "event.h"

/**
 * struct recording - one that was read
 * @path: its file, for messages
 * @events: by time; event.number is the place here
 * @count: of them
 * @started: when, nanoseconds since 1970; 0 if that is not told
 * @command: what was run meanwhile, or NULL
 * @missed: events came faster than they were kept
 */
struct recording {
	const char *path;
	struct event *events;
	size_t count;
	u64 started;
	char *command;
	bool missed;
};

bool recording_from(struct recording *r, const char *path, FILE *f);
bool recording_read(struct recording *r, const char *path);
void recording_free(struct recording *r);
void recording_head(FILE *to, u64 started, char **command);
void recording_event(FILE *to, const struct event *e);
void recording_missed(FILE *to, u64 time);
const char *hex_text(const u8 *bytes, unsigned int count);
int hex_bytes(const char *text, u8 *bytes, unsigned int room);

#endif
