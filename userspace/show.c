// SPDX-License-Identifier: GPL-2.0
/*
 * glass table, glass rules: files of /proc/net/glass with their columns drawn
 * only as wide as they must be.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tool.h"

#define COLUMNS	9
#define FIELD	64

static const char *const heads[COLUMNS] = {
	"State", "Local Address", "Local Port", "Remote Address", "Remote Port",
	"Send-Q", "Recv-Q", "Timer", "In State",
};

struct row {
	char field[COLUMNS][FIELD];
};

static FILE *open_proc(const char *path)
{
	FILE *f = fopen(path, "r");

	if (!f)
		fprintf(stderr, "glass: %s: %s: %s\n", path, strerror(errno),
			errno == ENOENT ?
			"the module is not loaded; load it: insmod glass.ko" :
			"it cannot be read");
	return f;
}

/* False for a line that is not a row of the table. */
static bool split(const char *text, struct row *r)
{
	char (*f)[FIELD] = r->field;

	return sscanf(text, "%63s %63s %63s %63s %63s %63s %63s %63s %63s",
		      f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7],
		      f[8]) == COLUMNS;
}

static bool wanted(const struct row *r, int family, bool listening)
{
	bool ipv6 = strchr(r->field[1], ':');

	if (family == AF_INET && ipv6)
		return false;
	if (family == AF_INET6 && !ipv6)
		return false;
	return !listening || !strcmp(r->field[0], "LISTEN");
}

/* How far a connection has come; rows are shown in this order. */
static int stage(const char *state)
{
	static const char *const order[] = {
		"LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT",
		"LAST-ACK", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT",
		NULL
	};
	int i;

	for (i = 0; order[i]; i++)
		if (!strcmp(order[i], state))
			break;
	return i;
}

static int by_stage(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int column, diff = stage(x->field[0]) - stage(y->field[0]);

	/* Then by the two ends; strverscmp() knows that 9 comes before 10. */
	for (column = 1; !diff && column <= 4; column++)
		diff = strverscmp(x->field[column], y->field[column]);
	return diff;
}

static void print_row(const char (*field)[FIELD], const int *width)
{
	int i;

	for (i = 0; i < COLUMNS; i++)
		printf("%-*s%s", i + 1 < COLUMNS ? width[i] : 0, field[i],
		       i + 1 < COLUMNS ? "  " : "\n");
}

int show_table(const char *path, int family, bool listening)
{
	FILE *f = open_proc(path);
	struct row *rows = NULL, head;
	size_t count = 0, room = 0, i;
	int width[COLUMNS], c;
	char text[512];

	if (!f)
		return 1;
	for (c = 0; c < COLUMNS; c++)
		width[c] = snprintf(head.field[c], FIELD, "%s", heads[c]);
	/* The first line is the heads, which we know. */
	if (!fgets(text, sizeof(text), f))
		fprintf(stderr, "glass: %s is empty\n", path);
	while (fgets(text, sizeof(text), f)) {
		if (count == room) {
			room = room ? 2 * room : 64;
			rows = realloc(rows, room * sizeof(*rows));
			if (!rows) {
				perror("glass: realloc");
				exit(1);
			}
		}
		if (!split(text, &rows[count]) ||
		    !wanted(&rows[count], family, listening))
			continue;
		for (c = 0; c < COLUMNS; c++)
			if (width[c] < (int)strlen(rows[count].field[c]))
				width[c] = strlen(rows[count].field[c]);
		count++;
	}
	fclose(f);
	if (count)
		qsort(rows, count, sizeof(*rows), by_stage);
	print_row(head.field, width);
	for (i = 0; i < count; i++)
		print_row(rows[i].field, width);
	free(rows);
	return 0;
}

/* Rules that were met in this network namespace, or all. */
int show_rules(const char *path, bool all)
{
	FILE *f = open_proc(path);
	char name[FIELD], section[FIELD], text[512];
	unsigned long long count;
	int at;

	if (!f)
		return 1;
	printf("%-24s  %-26s  %8s  %s\n", "Rule", "Section", "Count", "Decision");
	while (fgets(text, sizeof(text), f)) {
		/* Not so the line of heads: its third word is no number. */
		if (sscanf(text, "%63s %63s %llu %n", name, section, &count, &at) < 3)
			continue;
		if (count || all)
			printf("%-24s  %-26s  %8llu  %s", name, section, count,
			       text + at);
	}
	fclose(f);
	return 0;
}
