// SPDX-License-Identifier: GPL-2.0
/*
 * Which tests on which kinds, and the loop over them.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

static void choose_kinds(struct choice *c, char *list)
{
	char *name;
	int i;

	memset(c->kind, 0, sizeof(c->kind));
	for (name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		for (i = 0; i < KINDS && strcmp(kinds[i].name, name); i++)
			;
		if (i == KINDS) {
			fprintf(stderr, "no kind %s\n", name);
			exit(2);
		}
		c->kind[i] = true;
	}
}

void choice_parse(struct choice *c, int argc, char **argv)
{
	int option, i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < KINDS; i++)
		c->kind[i] = kinds[i].glass;
	while ((option = getopt(argc, argv, "lsk:")) != -1) {
		if (option == 'l')
			c->list = true;
		else if (option == 's')
			c->slow = true;
		else if (option == 'k')
			choose_kinds(c, optarg);
		else
			exit(2);
	}
	c->names = argv + optind;
}

static int first_kind(const struct choice *c)
{
	int i;

	for (i = 0; i < KINDS - 1 && !c->kind[i]; i++)
		;
	return i;
}

bool choice_wants(const struct choice *c, const struct test *t, int kind)
{
	char **name;

	if (!c->kind[kind] && !(kind == GLASS46 && c->kind[GLASS4] &&
				t->flags & MAPPED))
		return false;
	if ((t->flags & ONCE) && kind != first_kind(c))
		return false;
	if ((t->flags & PROTO) && (kind == OWN4 || kind == OWN6))
		return false;
	if (!*c->names)
		return true;
	for (name = c->names; *name && fnmatch(*name, t->name, FNM_EXTMATCH); name++)
		;
	return *name;
}

static void run_one(const struct choice *c, const struct test *t,
		    const int *netns)
{
	struct running running[KINDS];
	bool now = c->slow || !(t->flags & SLOW);
	int kind, result;

	for (kind = 0; kind < KINDS; kind++)
		if (now && choice_wants(c, t, kind))
			run_start(&running[kind], t, &kinds[kind], netns[kind]);
	for (kind = 0; kind < KINDS; kind++) {
		if (!choice_wants(c, t, kind))
			continue;
		result = now ? run_finish(&running[kind]) : 0;
		if (!now)
			tap_skip("long: where time is virtual", "%s %s", kinds[kind].name,
				 t->name);
		else if (result == EXIT_SKIP)
			tap_skip("not possible here", "%s %s", kinds[kind].name,
				 t->name);
		else
			tap_ok(!result, "%s %s", kinds[kind].name, t->name);
	}
}

void choice_list(const struct choice *c, const struct test *t)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		if (choice_wants(c, t, kind))
			printf("%s %s\n", kinds[kind].name, t->name);
}

int choice_count(const struct choice *c, const struct test *t)
{
	int kind, n = 0;

	for (kind = 0; kind < KINDS; kind++)
		n += choice_wants(c, t, kind);
	return n;
}

/**
 * tests_main() - the whole program of a table of tests
 * @argc: main()'s
 * @argv: main()'s
 * @tests: the table
 * @n: its length
 *
 * All tests of a kind share a network namespace.
 *
 * Return: main()'s.
 */
int tests_main(int argc, char **argv, const struct test *tests, size_t n)
{
	int planned = 0, netns[KINDS], kind;
	struct choice c;
	size_t i;

	choice_parse(&c, argc, argv);
	for (i = 0; i < n; i++) {
		planned += choice_count(&c, &tests[i]);
		if (c.list)
			choice_list(&c, &tests[i]);
	}
	if (c.list)
		return 0;
	tap_plan(planned);
	for (kind = 0; kind < KINDS; kind++)
		netns[kind] = c.kind[kind] || kind == GLASS46 ? netns_new() : -1;
	for (i = 0; i < n; i++)
		run_one(&c, &tests[i], netns);
	return tap_end();
}
