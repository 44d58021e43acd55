/* SPDX-License-Identifier: GPL-2.0 */
/* A header field by field, for glass explain and for the page. */
#ifndef FIELDS_H
#define FIELDS_H

#include "event.h"

/**
 * struct field - some octets of a header
 * @offset: of the first, from the header's beginning
 * @len: of them; 0 for the text, which is not there
 * @name: what the RFC calls it
 * @value: as people write it
 * @meaning: in a sentence
 * @ref: "rfc9293#section-3.1"
 */
struct field {
	unsigned int offset, len;
	const char *name;
	char value[96];
	char meaning[200];
	const char *ref;
};

typedef void (*field_fn)(const struct field *f, void *arg);
void segment_fields(const struct event *e, const struct conn *c, field_fn fn,
		    void *arg);

#endif
