/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two queues behind a listener, and who is let in when they are full.
 *
 * A child whose SYN/ACK is not yet acknowledged is in the SYN queue; one whose
 * handshake is complete waits in the accept queue until accept() takes it. The
 * glue keeps and counts both. What listen() was told bounds each by itself, and
 * as in Linux' TCP a queue is full when it holds more than that: listen(fd, 0)
 * lets one child wait.
 */
#ifndef GLASS_BACKLOG_H
#define GLASS_BACKLOG_H

#include <glass/rules.h>

/* net.glass.syncookies: when is a SYN answered with a cookie? */
enum backlog_cookies {
	COOKIES_NEVER,
	COOKIES_WHEN_FULL,
	COOKIES_ALWAYS,
};

/**
 * struct backlog - a listener's queues at one moment
 * @limit: what listen() was told
 * @most: children that no SYN queue holds more of, 1 at least
 * @waiting: children in the accept queue
 * @embryos: children in the SYN queue
 * @cookies: enum backlog_cookies
 */
struct backlog {
	u32 limit;
	u32 most;
	u32 waiting;
	u32 embryos;
	u8 cookies;
};

bool accept_queue_full(const struct backlog *b);
u16 backlog_syn(const struct backlog *b, bool known);
u16 backlog_ack(const struct backlog *b, bool abort);

#endif
