// SPDX-License-Identifier: GPL-2.0
/* A whole recording: which events are a segment, and whose they are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

static void add(const struct event *sent, const struct event *got, void *arg)
{
	const struct event *events;
	struct story *s = arg;
	struct story_arrow *a = &s->arrows[s->count++];
	struct conn *c;

	c = conn_of(sent, got);
	events = s->r->events;
	a->sent = sent ? &events[sent->number] : NULL;
	a->got = got ? &events[got->number] : NULL;
	a->conn = c->number;
	s->conns[c->number - 1] = *c;
}

/**
 * story_tell() - find the segments and connections of a recording
 * @s: gets them; free it whatever is returned
 * @r: the recording, which is kept
 *
 * Once in a program: pairs and connections are found by what was seen before.
 *
 * Return: false after an error, which was told.
 */
bool story_tell(struct story *s, const struct recording *r)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	s->r = r;
	/* no more of either than events */
	s->arrows = calloc(r->count + 1, sizeof(*s->arrows));
	s->conns = calloc(r->count + 1, sizeof(*s->conns));
	if (!s->arrows || !s->conns) {
		fprintf(stderr, "glass: %s: %s\n", r->path, strerror(errno));
		return false;
	}
	for (i = 0; i < r->count; i++) {
		pair_add(&r->events[i]);
		pair_drain(r->events[i].time, 0, add, s);
	}
	pair_drain(UINT64_MAX, 0, add, s);
	s->conn_count = conn_count();
	return true;
}

void story_free(struct story *s)
{
	free(s->arrows);
	free(s->conns);
}

/* The connection of this number, or NULL, which is told */
const struct conn *story_conn(const struct story *s, unsigned long number)
{
	if (number && number <= s->conn_count)
		return &s->conns[number - 1];
	fprintf(stderr, "glass: %s: no connection %lu: it has %zu\n", s->r->path,
		number, s->conn_count);
	return NULL;
}

FILE *export_open(const char *path)
{
	FILE *to = strcmp(path, "-") ? fopen(path, "w") : stdout;

	if (!to)
		fprintf(stderr, "glass: %s: %s\n", path, strerror(errno));
	return to;
}

bool export_close(FILE *to, const char *path)
{
	bool good = !fflush(to) && !ferror(to);

	if (to != stdout && fclose(to))
		good = false;
	if (!good)
		fprintf(stderr, "glass: %s: %s\n", path, strerror(errno));
	return good;
}
