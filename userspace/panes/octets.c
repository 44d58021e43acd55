// SPDX-License-Identifier: GPL-2.0
/*
 * The header of the cursor's segment, octet by octet and field by field; where
 * it is on none, of that before it. The trace holds headers, and of text how
 * much there was.
 */
#include <string.h>

#include "panes.h"
#include "../fields.h"

#define OCTETS	10	/* of a field that are shown */
#define INDENT	(3 * OCTETS + 1)

/**
 * struct rows - fields on their way to the screen
 * @e: the segment
 * @before: it came before what the cursor is on
 * @at: where
 * @row: so many are filled
 * @dry: they are only counted
 */
struct rows {
	const struct event *e;
	struct area at;
	int row;
	bool before, dry;
};

/* The event that saw most of it, or NULL */
static const struct event *segment_of(const struct panes *p, bool *before)
{
	const struct pane_arrow *at = panes_at(p), *a;
	size_t i = at ? p->cursor + 1 : 0;

	while (i--) {
		a = &p->arrows[i];
		if (a->conn != at->conn || a->sent.dir == CHANGE)
			continue;
		*before = a != at;
		return a->is_got ? &a->got : &a->sent;
	}
	return NULL;
}

static void octets(const struct rows *r, const struct field *f, char *text)
{
	unsigned int i, n = f->len > OCTETS ? OCTETS - 1 : f->len;

	text[0] = 0;
	for (i = 0; i < n; i++)
		sprintf(text + 3 * i, "%02x ", r->e->wire[f->offset + i]);
	if (n < f->len)
		strcat(text, "..");
	else if (!f->len)
		strcat(text, "(not in the trace)");
}

static void field(const struct field *f, void *arg)
{
	struct rows *r = arg;
	char text[INDENT + 1];

	if (!r->dry) {
		octets(r, f, text);
		put_line(r->at, r->row, 0, "%-*s %s%s%s", INDENT, text, f->name,
			 *f->value ? " " : "", f->value);
	}
	r->row++;
}

static void walk(const struct panes *p, struct rows *r)
{
	r->e = segment_of(p, &r->before);
	r->row = 1;
	if (r->e)
		segment_fields(r->e, panes_conn(p), field, r);
}

/* A line for each field, and one above */
int octets_rows(const struct panes *p)
{
	struct rows r = { .dry = true };

	walk(p, &r);
	return r.row;
}

void octets_pane(const struct panes *p, struct area at)
{
	struct rows r = { .at = at };

	at.x++;
	at.width--;
	r.at = at;
	walk(p, &r);
	if (!r.e)
		put_line(at, 0, A_BOLD, "no segment, no octets");
	else
		put_line(at, 0, A_BOLD, "%sheader, %u octets, %s",
			 r.before ? "before it: " : "", (r.e->wire[12] >> 4) * 4, r.e->dir == GOT ?
			 "as it came" : "as it was sent: its checksum is not made yet");
}
