// SPDX-License-Identifier: GPL-2.0
/*
 * Files of /proc/net/glass: the rows of glass table where sock_diag is not
 * there, and glass rules.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static FILE *open_proc(const char *path)
{
	FILE *f = fopen(path, "r");

	if (!f)
		fprintf(stderr, "glass: %s: %s: %s\n", path, strerror(errno),
			errno == ENOENT ?
			"the module is not loaded; glass doctor says more" :
			"it cannot be read");
	return f;
}

/* "10.0.0.1" and "80" or "*" */
static bool parse_end(struct end *end, const char *addr, const char *port,
		      int family)
{
	end->port = strtoul(port, NULL, 10);
	return inet_pton(family, addr, end->addr) == 1;
}

/* False for a line that is not a row of the table. */
static bool split(const char *text, struct row *r)
{
	char (*f)[FIELD] = r->field;

	memset(r, 0, sizeof(*r));
	if (sscanf(text, "%63s %63s %63s %63s %63s %63s %63s %63s %63s",
		   f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7],
		   f[8]) != COLUMNS)
		return false;
	r->family = strchr(f[LOCAL_ADDRESS], ':') ? AF_INET6 : AF_INET;
	return parse_end(&r->local, f[LOCAL_ADDRESS], f[LOCAL_PORT], r->family) &&
	       parse_end(&r->remote, f[REMOTE_ADDRESS], f[REMOTE_PORT], r->family);
}

/* Rows of a file in the format of /proc/net/glass/connections */
bool proc_rows(const char *path, row_fn each)
{
	FILE *f = open_proc(path);
	char text[512];
	struct row r;

	if (!f)
		return false;
	/* The first line is the heads, which we know. */
	if (!fgets(text, sizeof(text), f))
		fprintf(stderr, "glass: %s is empty\n", path);
	while (fgets(text, sizeof(text), f))
		if (split(text, &r))
			each(&r);
	fclose(f);
	return true;
}

/**
 * proc_rules() - hand out the rules of a file like /proc/net/glass/rules
 * @path: of the file
 * @fn: gets each: its name, section, count and phrase
 * @arg: of @fn
 *
 * Return: false after an error, which was told.
 */
bool proc_rules(const char *path, rule_fn fn, void *arg)
{
	FILE *f = open_proc(path);
	char name[FIELD], section[FIELD], text[512];
	unsigned long long count;
	int at;

	if (!f)
		return false;
	while (fgets(text, sizeof(text), f)) {
		/* Not so the line of heads: its third word is no number. */
		if (sscanf(text, "%63s %63s %llu %n", name, section, &count, &at) == 3)
			fn(name, section, count, text + at, arg);
	}
	fclose(f);
	return true;
}

static void show_rule(const char *name, const char *section,
		      unsigned long long count, const char *phrase, void *all)
{
	if (count || *(bool *)all)
		printf("%-24s  %-26s  %8llu  %s", name, section, count, phrase);
}

/* Rules that were met in this network namespace, or all. */
int show_rules(const char *path, bool all)
{
	printf("%-24s  %-26s  %8s  %s\n", "Rule", "Section", "Count", "Decision");
	return !proc_rules(path, show_rule, &all);
}
