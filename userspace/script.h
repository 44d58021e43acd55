/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording as a packet script, by file:
 *
 *	script.c	what happened, and which calls must have been made
 *	script_line.c	a segment as a line
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "export.h"

#define AT_ONCE		(2 * MSEC)

/**
 * struct scribe - a script that is being written
 * @to: its file
 * @c: the connection
 * @us: the end that is the kernel
 * @told: what that end told, in order; @count of them
 * @before: the time of the last line
 * @queued: the sequence number up to which text was sent by calls
 * @read: up to which it was read
 * @readable: up to which it may be
 * @fin: the other end's FIN came
 * @passive: it was opened by a listener
 * @accepted: its program has the socket
 * @closed: its program has closed it
 */
struct scribe {
	FILE *to;
	const struct conn *c;
	enum rail us;
	const struct event **told;
	size_t count;
	u64 before;
	u32 queued, read, readable;
	bool fin, passive, accepted, closed;
};

/* script_line.c */
void put_time(struct scribe *w, u64 now, u64 least);
void put_inbound(struct scribe *w, const struct event *e);
void put_outbound(struct scribe *w, size_t i);

#endif
