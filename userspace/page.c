// SPDX-License-Identifier: GPL-2.0
/*
 * A recording as one page for a browser: its style, its programs and the
 * events within it, so that it opens from a disk and asks nobody for anything.
 * What stands in the page is in page/, see page_data.S.
 */
#include <stdlib.h>

#include "export.h"
#include "fields.h"

extern const char page_head[], page_css[], page_drawing[], page_body[], page_model[],
	page_ladder[], page_states[], page_windows[], page_detail[], page_main[];

/* Text that is no tag within a page: JSON has another way to write "<". */
static void put_safe(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("\\u003c", to);
		else
			fputc(*text, to);
	}
}

/* A string of JSON; what was read has no control characters */
static void put_string(FILE *to, const char *text)
{
	char c[2] = "";

	fputc('"', to);
	for (; *text; text++) {
		c[0] = *text;
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		put_safe(to, c);
	}
	fputc('"', to);
}

static bool put_events(FILE *to, const struct story *s)
{
	size_t i, len;
	char *text;
	FILE *line = open_memstream(&text, &len);

	if (!line)
		return false;
	for (i = 0; i < s->r->count; i++) {
		if (i)
			fputc(',', line);
		recording_event(line, &s->r->events[i]);
	}
	if (fclose(line))
		return false;
	put_safe(to, text);
	free(text);
	return true;
}

/* Of each arrow: who sent it, who got it, of which connection */
static void put_arrows(FILE *to, const struct story *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];

		fprintf(to, "%s[%d,%d,%u]", i ? "," : "",
			a->sent ? (int)a->sent->number : -1,
			a->got ? (int)a->got->number : -1, a->conn);
	}
}

/* A field of a header: offset, octets, name, value, meaning, RFC */
static void put_field(const struct field *f, void *arg)
{
	FILE *to = arg;

	fprintf(to, "[%u,%u,\"%s\",", f->offset, f->len, f->name);
	put_string(to, f->value);
	fputc(',', to);
	put_string(to, f->meaning);
	fprintf(to, ",\"%s\"],", f->ref);
}

/* Of each arrow its header, as it arrived where it did; 0 ends each list */
static void put_headers(FILE *to, const struct story *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct story_arrow *a = &s->arrows[i];
		const struct event *e = a->got ? a->got : a->sent;

		fputs(i ? ",\n[" : "[", to);
		if (e->dir != CHANGE)
			segment_fields(e, &s->conns[a->conn - 1], put_field, to);
		fputs("0]", to);
	}
}

static void put_conns(FILE *to, const struct story *s)
{
	size_t i;

	for (i = 0; i < s->conn_count; i++) {
		const struct conn *c = &s->conns[i];

		fprintf(to, "%s{\"left\":\"%s\",", i ? "," : "",
			end_text(&c->end[LEFT], c->family));
		fprintf(to, "\"right\":\"%s\",\"isn\":[%u,%u],\"known\":[%d,%d]}",
			end_text(&c->end[RIGHT], c->family), c->isn[LEFT],
			c->isn[RIGHT], c->isn_known[LEFT], c->isn_known[RIGHT]);
	}
}

/* The rules that decided something: RFC, section, phrase */
static void put_rules(FILE *to, const struct recording *r)
{
	bool used[RULE_COUNT + 1] = { false };
	const char *comma = "";
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->events[i].dir != CHANGE || r->events[i].rule)
			used[r->events[i].rule] = true;
	for (i = 0; i <= RULE_COUNT; i++) {
		if (!used[i])
			continue;
		fprintf(to, "%s\"%s\":[\"%s\",\"%s\",", comma, rule_name(i),
			rule_rfc(i), rule_section(i));
		put_string(to, rule_phrase(i));
		fputc(']', to);
		comma = ",";
	}
}

static bool put_data(FILE *to, const struct story *s, unsigned long conn)
{
	bool good;

	fprintf(to, "<script type=\"application/json\" id=\"recording\">\n"
		"{\"version\":1,\"started\":%llu,\"missed\":%s,\"connection\":%lu,\"command\":",
		(unsigned long long)s->r->started, s->r->missed ? "true" : "false",
		conn);
	put_string(to, s->r->command ? s->r->command : "");
	fputs(",\n\"rules\":{", to);
	put_rules(to, s->r);
	fputs("},\n\"connections\":[", to);
	put_conns(to, s);
	fputs("],\n\"arrows\":[", to);
	put_arrows(to, s);
	fputs("],\n\"headers\":[", to);
	put_headers(to, s);
	fputs("],\n\"events\":[", to);
	good = put_events(to, s);
	fputs("]}\n</script>\n", to);
	return good;
}

/**
 * page_write() - write a page for a browser
 * @s: what happened
 * @conn: the connection that it shows first, 0 for the first
 * @path: where to, "-" for the standard output
 *
 * Return: false after an error, which was told.
 */
bool page_write(const struct story *s, unsigned long conn, const char *path)
{
	static const char *const programs[] = {
		page_model, page_ladder, page_states, page_windows,
		page_detail, page_main,
	};
	FILE *to = export_open(path);
	bool good;
	size_t i;

	if (!to)
		return false;
	fprintf(to, "%s<style>\n%s%s</style>\n%s", page_head, page_drawing, page_css,
		page_body);
	good = put_data(to, s, conn ?: 1);
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		fprintf(to, "<script>\n%s</script>\n", programs[i]);
	fputs("</body>\n</html>\n", to);
	return export_close(to, path) && good;
}
