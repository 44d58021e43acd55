/* SPDX-License-Identifier: GPL-2.0 */
/* How long an end had text to send, and a window held it back. */
#ifndef WAITS_H
#define WAITS_H

#include "event.h"

/* Whose window: the peer's, for its buffer's sake, or our own, for the network's */
enum wait_kind { WAIT_PEER, WAIT_NETWORK, WAIT_KINDS, WAIT_NONE = WAIT_KINDS };

/**
 * struct waits - of one end of a connection
 * @ns: how long it waited, in nanoseconds
 * @least: octets of the window, at its smallest meanwhile
 * @first: when the end first told that it is open; @last: told of its TCB last
 * @now: what it waits for since @last, WAIT_NONE for nothing
 * @told: it told that it is open
 */
struct waits {
	u64 ns[WAIT_KINDS];
	u32 least[WAIT_KINDS];
	u64 first, last;
	enum wait_kind now;
	bool told;
};

void waits_note(struct waits *w, const struct event *e);
unsigned int waits_tell(const struct waits *w, const struct end *end, u8 family);

#endif
