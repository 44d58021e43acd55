/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SYN cookies, rfc4987#section-3.6: a handshake of which nothing is kept.
 *
 * The initial sequence number of such a SYN/ACK is a keyed hash of the
 * four-tuple and the peer's ISN, plus a small number that names the peer's
 * MSS; the other options are in the low bits of the SYN/ACK's timestamp, if
 * there is one. The ACK that completes the handshake brings all of it back. Time is
 * cut into slots, each with a secret of its own; a cookie is good in its slot
 * and the next one, so it lives one to two slots.
 *
 * Of 2**32 numbers, 2 * COOKIE_CLASSES open a connection at any moment, and
 * no bit of a cookie tells which: a blind guess is right once in 2**28.
 */
#ifndef GLASS_COOKIES_H
#define GLASS_COOKIES_H

#include <glass/core.h>

#define COOKIE_SLOT_MS	60000u	/* a cookie lives at most twice as long */
#define COOKIE_GOOD	2	/* slots whose cookies open */
#define COOKIE_SLOTS	3	/* and one whose are still known, as too old */
#define COOKIE_CLASSES	8	/* values of MSS that a cookie can name */

u32 cookie_slot(u64 now);
void cookie_open(struct embryo *e, const struct segment *syn,
		 const struct tcb_params *p, u32 keyed_hash, u64 now);
u32 cookie_timestamp(const struct embryo *e, u32 clock);
void cookie_input(struct embryo *e, const struct segment *s,
		  const struct tcb_params *p, const u32 *keyed_hash, u64 now,
		  struct verdict *v);

#endif
