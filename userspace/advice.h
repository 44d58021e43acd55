/* SPDX-License-Identifier: GPL-2.0 */
/* Rules that tell why a connection was not what its user wished. */
#ifndef ADVICE_H
#define ADVICE_H

#include "event.h"

/* What went wrong, the gravest first */
enum trouble {
	REFUSED, RESET, UNREACHABLE, GIVEN_UP, FORGOTTEN, DROPPED, RESENT, SLOW, DOUBLED,
	TROUBLES
};

/**
 * struct advice - what to make of a rule
 * @rule: enum glass_rule
 * @trouble: what it was for the connection
 * @next: what to try
 */
struct advice {
	u16 rule;
	u8 trouble;
	const char *next;
};

const struct advice *advice_on(u16 rule);
const char *trouble_text(enum trouble t);

#endif
