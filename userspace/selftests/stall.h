/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A user who is in the middle of a call and holds his socket: recv() writes to
 * a page that is not there until the test says so. What arrives meanwhile
 * waits in the socket's backlog.
 *
 *	stall_open(&s, fd);	skips the test where there is no userfaultfd()
 *	stall_recv(&s, 10);	on return recv() stands still
 *	...
 *	stall_end(&s);		on return recv() has come back, with ten octets
 */
#ifndef STALL_H
#define STALL_H

#include <pthread.h>
#include <stddef.h>

/**
 * struct stall - a call that stands still
 * @fd: the socket
 * @len: octets to receive
 * @uffd: from userfaultfd()
 * @page: where to
 * @thread: who is in the call
 */
struct stall {
	int fd;
	size_t len;
	int uffd;
	void *page;
	pthread_t thread;
};

void stall_open(struct stall *s, int fd);
void stall_recv(struct stall *s, size_t len);
void stall_end(struct stall *s);

#endif
