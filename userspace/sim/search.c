// SPDX-License-Identifier: GPL-2.0
/*
 * Breadth first through all states: a ladder that is found is a shortest.
 * Of a state that was looked at remain its fingerprint, the state before it
 * and the action between: enough to walk the path again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "model.h"

struct origin {
	u32 parent;
	struct sim_action action;
};

struct search_state {
	const struct sim_case *c;
	struct visited seen;
	struct backlog todo;
	struct origin *origin;
	u64 size;
	u64 n;
};

static void remember(struct search_state *s, u64 parent, struct sim_action a)
{
	if (s->n == s->size) {
		s->size = s->size ? 2 * s->size : 1024;
		s->origin = realloc(s->origin, s->size * sizeof(*s->origin));
		if (!s->origin) {
			fputs("explore: out of memory\n", stderr);
			exit(2);
		}
	}
	s->origin[s->n++] = (struct origin){ .parent = parent, .action = a };
}

/* From the start to state @n, told if @telling */
static void walk(const struct search_state *s, u64 n, struct sim *m)
{
	if (!n) {
		sim_start(m, s->c);
		return;
	}
	walk(s, s->origin[n].parent, m);
	sim_apply(m, s->c, s->origin[n].action);
}

static void retell(const struct search_state *s, u64 n, const char *wrong,
		   const struct sim_action *last)
{
	struct sim m;

	telling = true;
	tell_begin(s->c);
	walk(s, n, &m);
	if (last)
		sim_apply(&m, s->c, *last);
	else
		fair_tell(&m, s->c);
	telling = false;
	tell_text(wrong);
}

/* All that can come of state @n. Return: what is wrong, or NULL. */
static const char *expand(struct search_state *s, const struct sim *m, u64 n,
			  struct search_result *r)
{
	struct sim_action list[SIM_ACTIONS];
	u32 count = sim_actions(m, s->c, list), i;
	const char *wrong;
	struct sim next;

	for (i = 0; i < count; i++) {
		memcpy(&next, m, sizeof(next));
		wrong = sim_apply(&next, s->c, list[i]);
		r->steps++;
		if (wrong) {
			retell(s, n, wrong, &list[i]);
			return wrong;
		}
		if (!visited_add(&s->seen, sim_fingerprint(&next)))
			continue;
		remember(s, n, list[i]);
		wrong = fair_check(&next, s->c);
		if (wrong) {
			retell(s, s->n - 1, wrong, NULL);
			return wrong;
		}
		backlog_put(&s->todo, &next);
	}
	return NULL;
}

/**
 * search() - explore a case
 * @c: its bounds
 * @limit: states after which to give up, 0 for none
 * @r: what came of it
 *
 * A violation's ladder is printed.
 */
void search(const struct sim_case *c, u64 limit, struct search_result *r)
{
	struct search_state s = { .c = c };
	const char *wrong = NULL;
	struct rusage usage;
	u64 level = 1, n;
	struct sim m;

	*r = (struct search_result){};
	sim_start(&m, c);
	visited_add(&s.seen, sim_fingerprint(&m));
	remember(&s, 0, (struct sim_action){});
	backlog_put(&s.todo, &m);
	for (n = 0; !wrong && backlog_get(&s.todo, &m); n++) {
		if (limit && s.n >= limit)
			break;
		if (n == level) {
			r->depth++;
			level = s.n;
		}
		wrong = expand(&s, &m, n, r);
	}
	r->all = !wrong && n == s.n;
	r->states = s.n;
	fair_forget(&r->fair, &r->storms);
	memcpy(r->arrow, arrow_seen, sizeof(r->arrow));
	if (wrong)
		snprintf(r->wrong, sizeof(r->wrong), "%s", wrong);
	visited_free(&s.seen);
	backlog_free(&s.todo);
	free(s.origin);
	getrusage(RUSAGE_SELF, &usage);
	r->kilobytes = usage.ru_maxrss;
	r->seconds = usage.ru_utime.tv_sec + usage.ru_utime.tv_usec / 1e6 +
		     usage.ru_stime.tv_sec + usage.ru_stime.tv_usec / 1e6;
}
