/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "event.h"

bool capture_octets(struct event *e, const u8 *at, u32 have);
bool capture_read(const char *path, FILE *f, event_fn fn, void *arg);

#endif
