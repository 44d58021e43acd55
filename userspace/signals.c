// SPDX-License-Identifier: GPL-2.0
/* Signals that end a command, taken where it waits. */
#include <signal.h>
#include <time.h>

#include "signals.h"

static sigset_t ends;

/* Blocked, a signal ends nothing by itself: signalled() finds it. */
void signals_block(void)
{
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGPIPE);
	sigaddset(&ends, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ends, NULL);
}

/* For a child, before it becomes another program */
void signals_unblock(void)
{
	sigprocmask(SIG_UNBLOCK, &ends, NULL);
}

/* Waits at most @ns; the signal that came, 0 for none. */
int signalled(unsigned long long ns)
{
	struct timespec moment = { .tv_sec = ns / 1000000000,
				   .tv_nsec = ns % 1000000000 };
	int signal = sigtimedwait(&ends, NULL, &moment);

	return signal > 0 ? signal : 0;
}
