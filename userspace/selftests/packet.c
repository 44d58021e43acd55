// SPDX-License-Identifier: GPL-2.0
/*
 * Packet scripts, each on IPv4 and IPv6:
 *
 *	packet [-s] [-l] [-k KIND,KIND...] [-p 6] [-d DIR] [--ladder] [PART...]
 *
 * runs the scripts below DIR whose path has one of the PARTs in it. -p 6 runs
 * them on the kernel's TCP. What a script may say is in
 * Documentation/packet-scripts.rst. Without -s time is not virtual: nothing
 * is exact then, and nothing is run.
 */
#include <fts.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

#define SCRIPTS 500

static struct script {
	char *path;
	const char *name;	/* its path below the directory, no suffix */
	char *title;		/* its first remark: what it shows */
	char *todo;		/* why it fails, if it does for now */
	char *tcp_differs;	/* why TCP does something else */
	char *fails;		/* how it must fail: it tests the interpreter */
	int af;			/* the only family it is about, or 0 */
} scripts[SCRIPTS];

static int script_count;
static const struct script *playing;

static struct {
	bool list;
	bool virtual;
	bool ladder;
	bool kind[KINDS];
	const char *dir;
	char **parts;
} chosen = { .kind[GLASS4] = true, .kind[GLASS6] = true };

/* "# KEY: VALUE" */
static char *heading(const char *line, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(line, "# ", 2) || strncmp(line + 2, key, len) ||
	    strncmp(line + 2 + len, ": ", 2))
		return NULL;
	return strdup(line + len + 4);
}

static void read_headings(struct script *s)
{
	FILE *f = fopen(s->path, "r");
	char line[512], *value;

	must(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!s->title && !strncmp(line, "# ", 2) &&
		    strncmp(line, "# SPDX", 6))
			s->title = strdup(line + 2);
		value = heading(line, "todo");
		s->todo = value ?: s->todo;
		value = heading(line, "tcp differs");
		s->tcp_differs = value ?: s->tcp_differs;
		value = heading(line, "must fail");
		s->fails = value ?: s->fails;
		value = heading(line, "only");
		if (value)
			s->af = strcmp(value, "ipv4") ? AF_INET6 : AF_INET;
	}
	fclose(f);
}

static bool wanted(const char *name)
{
	char **part;

	if (!*chosen.parts)
		return true;
	for (part = chosen.parts; *part; part++)
		if (strstr(name, *part))
			return true;
	return false;
}

static int by_path(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void find_scripts(void)
{
	char *const roots[2] = { (char *)chosen.dir };
	FTS *fts = fts_open(roots, FTS_LOGICAL, by_path);
	size_t skip = strlen(chosen.dir) + 1;
	struct script *s;
	FTSENT *e;

	must(fts);
	while ((e = fts_read(fts))) {
		if (e->fts_info != FTS_F || e->fts_namelen < 5 ||
		    strcmp(e->fts_name + e->fts_namelen - 4, ".pkt") ||
		    !wanted(e->fts_path + skip))
			continue;
		must(script_count < SCRIPTS);
		s = &scripts[script_count++];
		s->path = strdup(e->fts_path);
		s->name = strndup(s->path + skip, strlen(s->path) - skip - 4);
		read_headings(s);
	}
	fts_close(fts);
}

static void choose_kinds(char *list)
{
	char *name;
	int i;

	memset(chosen.kind, 0, sizeof(chosen.kind));
	for (name = strtok(list, ","); name; name = strtok(NULL, ","))
		for (i = 0; i < KINDS; i++)
			chosen.kind[i] |= !strcmp(kinds[i].name, name);
}

static void parse_options(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "ladder", no_argument, NULL, 'L' },
		{ NULL, 0, NULL, 0 },
	};
	char tcp[] = "tcp4,tcp6";
	int option;

	chosen.dir = "userspace/selftests/packet";
	while ((option = getopt_long(argc, argv, "lsk:p:d:", longs, NULL)) !=
	       -1) {
		if (option == 'l')
			chosen.list = true;
		else if (option == 's')
			chosen.virtual = true;
		else if (option == 'L')
			chosen.ladder = true;
		else if (option == 'd')
			chosen.dir = optarg;
		else if (option == 'k')
			choose_kinds(optarg);
		else if (option == 'p' && atoi(optarg) == 6)
			choose_kinds(tcp);
		else
			exit(2);
	}
	chosen.parts = argv + optind;
}

static void run_script(const struct kind *k)
{
	const struct play p = {
		.path = playing->path,
		.dir = chosen.dir,
		.fails = playing->fails,
		.k = k,
		.ladder = chosen.ladder,
	};

	play(&p);
}

static bool suits(const struct script *s, int kind)
{
	return chosen.kind[kind] && (!s->af || s->af == kinds[kind].wire);
}

static void tell(const struct script *s, const struct kind *k, int result)
{
	if (!chosen.virtual)
		tap_skip("needs virtual time", "%s %s", k->name, s->name);
	else if (!k->glass && s->tcp_differs)
		tap_skip(s->tcp_differs, "%s %s", k->name, s->name);
	else if (!k->glass || !s->todo)
		tap_ok(!result, "%s %s", k->name, s->name);
	else if (result)
		tap_todo(s->todo, "%s %s", k->name, s->name);
	else
		tap_ok(false, "%s %s: passes, but is marked todo", k->name,
		       s->name);
}

static void run_kinds(const struct script *s)
{
	static const struct test test = { "script", run_script, SLOW };
	struct running r;
	int kind, result;

	for (kind = 0; kind < KINDS; kind++) {
		if (!suits(s, kind))
			continue;
		result = 0;
		if (chosen.ladder)
			note("--- %s (%s %s)", s->title ?: "", kinds[kind].name,
			     s->name);
		if (chosen.virtual && (kinds[kind].glass || !s->tcp_differs)) {
			playing = s;
			run_start(&r, &test, &kinds[kind], -1);
			result = run_finish(&r);
		}
		tell(s, &kinds[kind], result);
	}
}

int main(int argc, char **argv)
{
	int i, kind, planned = 0;

	parse_options(argc, argv);
	find_scripts();
	for (i = 0; i < script_count; i++)
		for (kind = 0; kind < KINDS; kind++) {
			planned += suits(&scripts[i], kind);
			if (chosen.list && suits(&scripts[i], kind))
				printf("%s %s\n", kinds[kind].name,
				       scripts[i].name);
		}
	if (chosen.list)
		return 0;
	tap_plan(planned);
	for (i = 0; i < script_count; i++)
		run_kinds(&scripts[i]);
	return tap_end();
}
