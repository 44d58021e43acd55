// SPDX-License-Identifier: GPL-2.0
/*
 * The answers of TCP and of Glass side by side: ORACLE_TABLE=TITLE in the
 * environment prints all cases that were run as one table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define LINES 1000

static struct line {
	char *label;
	char *right;
	char *got;
	const char *verdict;
	const char *why;
} lines[LINES];

static int used, equal, different, unexplained;

static bool row_same(const struct row *a, const struct row *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->told, b->told);
}

/* A row that differs must say why, and one that says why must differ. */
bool table_same(const struct answer *right, const struct answer *got)
{
	int i;

	if (right->used != got->used)
		return false;
	for (i = 0; i < got->used; i++)
		if (row_same(&right->rows[i], &got->rows[i]) ==
		    !!got->rows[i].why)
			return false;
	return true;
}

static void add_line(const char *test, const char *kind, const struct row *r,
		     const struct row *g)
{
	struct line *l = &lines[used++];
	bool same = row_same(r, g);
	int made;

	must(used < LINES);
	made = asprintf(&l->label, "%s %s%s%s", kind, test,
			*g->name ? ": " : "", g->name);
	must(made > 0);
	l->right = strdup(r->told);
	l->got = strdup(g->told);
	must(l->right && l->got);
	l->verdict = same ? "equal" : "DIFFERENT";
	l->why = same ? NULL : g->why;
	equal += same;
	different += !same;
	unexplained += !same && !g->why;
}

void table_add(const char *test, const char *kind, const struct answer *right,
	       const struct answer *got)
{
	static const struct row none;
	int i, n = right->used > got->used ? right->used : got->used;

	for (i = 0; i < n; i++)
		add_line(test, kind, i < right->used ? &right->rows[i] : &none,
			 i < got->used ? &got->rows[i] : &none);
}

static int wider(int width, const char *text, int most)
{
	int len = strlen(text);

	if (len > most)
		len = most;
	return len > width ? len : width;
}

/* rows, columns, and a reason under each row that differs */
void table_print(const char *title)
{
	int label = 4, right = 3, got = 5;
	struct line *l;

	for (l = lines; l < lines + used; l++) {
		label = wider(label, l->label, 60);
		right = wider(right, l->right, 100);
		got = wider(got, l->got, 100);
	}
	note("%s", "");
	note("%s: TCP and Glass", title);
	note("%-*s | %-*s | %-*s |", label, "case", right, "TCP", got, "Glass");
	for (l = lines; l < lines + used; l++) {
		note("%-*s | %-*s | %-*s | %s", label, l->label, right,
		     l->right, got, l->got, l->verdict);
		if (l->why)
			note("%-*s   because %s", label, "", l->why);
	}
	note("%s: %d equal, %d different, %d unexplained", title, equal,
	     different, unexplained);
}
