// SPDX-License-Identifier: GPL-2.0
/* The screen, its keys, and where what is on it comes from. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "panes.h"
#include "../signals.h"

#define ESCAPE	27
#define TICK		50	/* milliseconds between looks at the kernel */

/* One row of an area; what does not fit is cut off */
void put_line(struct area at, int row, int attr, const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (row < 0 || row >= at.height || at.width <= 0)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	attrset(attr);
	mvaddnstr(at.y + row, at.x, text, at.width);
	attrset(0);
}

static void start(void)
{
	setlocale(LC_ALL, "");
	initscr();
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, true);
	set_escdelay(TICK);
	timeout(TICK);
	/* where there are none, bold, dim and reverse remain */
	if (!has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(LOOK_LEFT, COLOR_CYAN, -1);
	init_pair(LOOK_RIGHT, COLOR_YELLOW, -1);
	init_pair(LOOK_BAD, COLOR_RED, -1);
	init_pair(LOOK_DIM, -1, -1);
}

/* Along with what comes, from its end on, or not any more */
static void follow(struct panes *p)
{
	bool now = p->live && !p->follow;

	if (now)
		panes_step(p, p->count);
	p->follow = now;
}

static long steps_of(int c, const struct panes *p)
{
	switch (c) {
	case KEY_LEFT:
	case KEY_UP:
	case 'k':
		return -1;
	case KEY_RIGHT:
	case KEY_DOWN:
	case 'j':
		return 1;
	case KEY_PPAGE:
		return -10;
	case KEY_NPAGE:
		return 10;
	case KEY_HOME:
	case 'g':
		return -(long)p->count;
	case KEY_END:
	case 'G':
		return p->count;
	}
	return 0;
}

/* The words of the filter, letter by letter */
static void type(struct panes *p, int c)
{
	size_t len = strlen(p->typed);

	if (c == '\n' || c == KEY_ENTER) {
		p->asks = false;
		panes_filter(p, p->typed);
	} else if (c == ESCAPE) {
		p->asks = false;
	} else if (c == KEY_BACKSPACE || c == '\b' || c == 127) {
		p->typed[len ? len - 1 : 0] = 0;
	} else if (c >= ' ' && c < 127 && len + 1 < sizeof(p->typed)) {
		p->typed[len] = c;
		p->typed[len + 1] = 0;
	}
}

static void ask(struct panes *p)
{
	p->asks = true;
	p->typed[0] = 0;
}

/* False to quit */
static bool key(struct panes *p, int c)
{
	long steps = steps_of(c, p);

	if (c == ERR)
		return true;
	if (p->asks) {
		type(p, c);
		return true;
	}
	p->strange = false;
	if (steps)
		panes_step(p, steps);
	else if (c == ' ')
		follow(p);
	else if (c == '\t')
		panes_next_conn(p);
	else if (c == '/')
		ask(p);
	else if (c == 's')
		layout_next(p);
	else if (c == 'x')
		p->octets = !p->octets;
	return c != 'q';
}

/* What is shown, and where more of it comes from, or NULL */
struct source {
	struct panes *p;
	struct live *l;
	bool failed;
};

static void come(const struct event *sent, const struct event *got, void *arg)
{
	struct source *s = arg;

	if (!panes_add(s->p, sent, got, conn_of(sent, got)))
		s->failed = true;
}

static void pair(struct event *e, void *arg)
{
	(void)arg;
	pair_add(e);
}

static void take(struct source *s)
{
	if (live_read(s->l, pair, NULL, &s->p->missed))
		s->failed = true;
	pair_drain(live_now(), 0, come, s);
}

/* Until it is quit, or a signal comes */
static int run(struct source *s)
{
	int c = 0;

	start();
	do {
		if (s->l)
			take(s);
		/* a key that comes late is none */
		if (c != ERR || s->l)
			layout(s->p);
		c = getch();
	} while (!s->failed && key(s->p, c) && !signalled(0));
	endwin();
	return s->failed;
}

/* What is told meanwhile would stand in the middle of the screen. */
static int silence(void)
{
	int kept = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	if (null >= 0)
		dup2(null, STDERR_FILENO);
	close(null);
	return kept;
}

/**
 * panes_live() - watch on the whole screen
 * @w: which events
 *
 * Return: the status to exit with.
 */
int panes_live(const struct watch *w)
{
	struct panes p = { .follow = true, .live = true };
	struct source s = { .p = &p };
	int kept;

	s.l = live_open(w->who, &w->wanted, true);
	if (!s.l)
		return 1;
	signals_block();
	kept = silence();
	run(&s);
	dup2(kept, STDERR_FILENO);
	live_close(s.l);
	panes_free(&p);
	if (s.failed)
		fprintf(stderr, "glass %s: %s\n", w->who, strerror(errno));
	return s.failed;
}

/**
 * panes_story() - look at a recording on the whole screen
 * @story: it
 * @conn: the connection that alone is shown, 0 for all
 *
 * Return: the status to exit with.
 */
int panes_story(const struct story *story, unsigned long conn)
{
	struct panes p = { .conn = conn, .missed = story->r->missed };
	struct source s = { .p = &p };
	size_t i;

	for (i = 0; i < story->count && !s.failed; i++) {
		const struct story_arrow *a = &story->arrows[i];

		s.failed = !panes_add(&p, a->sent, a->got,
				      &story->conns[a->conn - 1]);
	}
	if (!panes_at(&p))
		panes_step(&p, 1);
	signals_block();
	if (s.failed)
		fprintf(stderr, "glass replay: %s\n", strerror(errno));
	else
		run(&s);
	panes_free(&p);
	return s.failed;
}
