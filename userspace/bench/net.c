// SPDX-License-Identifier: GPL-2.0
/*
 * Goodput over bad networks, of two transports side by side:
 *
 *	net [-k KIND,KIND] [-p PART/PARTS] matrix TABLE
 *	net [-p PART/PARTS] fair
 *	net quick TABLE
 *
 * KIND is glass or tcp, and what is told of a kind is told by its place in the
 * pair: "tcp,tcp" shows how far figures of the same are apart. PART of PARTS is
 * every so manieth row or pair, so that several guests share them. Lines of
 * output, rates in octets per second of the guest's time:
 *
 *	cell ROW TEXT
 *	run ROW SEED PLACE KIND GOODPUT
 *	fair KIND KIND SEED GOODPUT GOODPUT
 *	broken WHAT
 *
 * quick tells TAP of a few rows: what was sent arrived, and when it is sent
 * again the figure is the same, but for what lies in fractions of a microsecond.
 */
#include "net.h"

#include <err.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/times.h>
#include <unistd.h>

#define SECOND		1000000LL
/* A transfer is cut off then */
#define PATIENCE	(600 * SECOND)
#define SEEDS		7
/* Two flows that share take a minute of each: three are near enough */
#define FAIR_SEEDS	3
/* of the guest's, microseconds; so many are one to a timer of 40 s */
#define TICK		10000LL
#define TICKS		512

/* What is measured twice may differ by so much */
#define SAME		0.02

static const struct kind *pair[2];
static unsigned int part, parts = 1;
static unsigned int broken;

/*
 * How a timer is rounded depends on the tick that it is set at, and the longer
 * it is, the more ticks are one to it. All transfers begin at the same; when
 * within it is of the seed, as chance in a network that has none itself.
 */
static int64_t next_start(unsigned int seed)
{
	int64_t now = (now_us() / TICK + 1) * TICK + TICK / 2;

	sleep_until(now);
	return now + (TICKS - times(NULL) % TICKS) * TICK + seed * 1370 % TICK;
}

static void check(const struct flow *f, const char *what, unsigned int seed)
{
	if (f->whole && !f->error)
		return;
	broken++;
	printf("broken %s, %s, seed %u: %s after %llu octets\n", f->kind->name,
	       what, seed, f->whole ? strerror(f->error) : "other text arrived",
	       (unsigned long long)f->received);
}

static double transfer(const struct cell *c, const struct kind *kind,
		       unsigned int seed, const char *plot)
{
	struct flow f = {
		.kind = kind,
		.port = 5201,
		.octets = c->octets,
	};

	road_lay(c, seed);
	f.start = next_start(seed);
	f.count_from = f.start;
	f.until = f.start + PATIENCE;
	flows_run(&f, 1, plot);
	check(&f, c->text, seed);
	return flow_goodput(&f);
}

static void run_cell(const struct cell *c)
{
	unsigned int seed, i;

	printf("cell %u %s\n", c->number, c->text);
	for (seed = 1; seed <= SEEDS; seed++) {
		for (i = 0; i < 2; i++) {
			printf("run %u %u %u %s %.0f\n", c->number, seed, i,
			       pair[i]->name, transfer(c, pair[i], seed,
						       seed == 1 ? c->plot : ""));
			fflush(stdout);
		}
	}
}

static void run_matrix(const char *path)
{
	static struct cell cells[CELLS_MAX];
	size_t i, n = cells_read(path, cells);

	for (i = part; i < n; i += parts)
		run_cell(&cells[i]);
}

/*
 * Two flows, a minute together. The second begins within a second after the
 * first, when chance has it; a way that wobbles a little keeps them from
 * falling into step.
 */
static void run_pair(const struct kind *first, const struct kind *second,
		     unsigned int seed)
{
	const char *plot = seed == 1 && first != second ? "fair" : "";
	struct flow f[2] = {
		{ .kind = first, .port = 5201 },
		{ .kind = second, .port = 5202 },
	};
	struct cell c;
	size_t i;

	cell_parse(&c, "10 40 normal 1 wobble 1");
	road_lay(&c, seed);
	f[0].start = next_start(seed);
	f[1].start = f[0].start + seed * 337 % 1000 * 1000;
	for (i = 0; i < 2; i++) {
		f[i].count_from = f[1].start;
		f[i].until = f[1].start + 60 * SECOND;
	}
	flows_run(f, 2, plot);
	for (i = 0; i < 2; i++)
		check(&f[i], "beside another", seed);
	printf("fair %s %s %u %.0f %.0f\n", first->name, second->name, seed,
	       flow_goodput(&f[0]), flow_goodput(&f[1]));
	fflush(stdout);
}

static void run_fair(void)
{
	static const char *const pairs[][2] = {
		{ "glass", "tcp" },
		{ "tcp", "glass" },
		{ "glass", "glass" },
		{ "tcp", "tcp" },
	};
	unsigned int seed;
	size_t i;

	for (i = part; i < ARRAY_SIZE(pairs); i += parts)
		for (seed = 1; seed <= FAIR_SEEDS; seed++)
			run_pair(kind_find(pairs[i][0]), kind_find(pairs[i][1]),
				 seed);
}

static void quick_cell(const struct cell *c, const char *name)
{
	const struct kind *kind = kind_find(name);
	static unsigned int told;
	unsigned int before = broken;
	double once = transfer(c, kind, 1, ""), again = transfer(c, kind, 1, "");

	if (broken == before && once > 0 && fabs(again / once - 1) < SAME) {
		printf("ok %u - %s %s\n", ++told, name, c->text);
		return;
	}
	printf("# %.0f, then %.0f octets per second\n", once, again);
	printf("not ok %u - %s %s\n", ++told, name, c->text);
	broken++;
}

static void run_quick(const char *path)
{
	static struct cell cells[CELLS_MAX];
	size_t i, n = cells_read(path, cells);

	for (i = 0; i < n; i++) {
		if (!cells[i].quick)
			continue;
		quick_cell(&cells[i], "glass");
		quick_cell(&cells[i], "tcp");
	}
}

/* Glass is held against what Linux does unless told otherwise. */
static void check_cubic(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/tcp_congestion_control", "r");
	char name[16] = "";

	if (!f || fscanf(f, "%15s", name) != 1 || strcmp(name, "cubic"))
		errx(1, "TCP has \"%s\", not cubic", name);
	fclose(f);
}

static void usage(void)
{
	errx(2, "usage: net [-k KIND,KIND] [-p PART/PARTS] matrix TABLE | fair | quick TABLE");
}

static void options(int argc, char **argv)
{
	char *second;
	int option;

	while ((option = getopt(argc, argv, "k:p:")) != -1) {
		if (option == 'k') {
			second = strchr(optarg, ',');
			if (!second)
				usage();
			*second++ = '\0';
			pair[0] = kind_find(optarg);
			pair[1] = kind_find(second);
		} else if (option != 'p' ||
			   sscanf(optarg, "%u/%u", &part, &parts) != 2 ||
			   part >= parts) {
			usage();
		}
	}
}

int main(int argc, char **argv)
{
	const struct sched_param first = { .sched_priority = 1 };
	const char *what, *table;

	pair[0] = kind_find("glass");
	pair[1] = kind_find("tcp");
	options(argc, argv);
	if (optind == argc)
		usage();
	what = argv[optind];
	table = argv[optind + 1];
	check_cubic();
	/* Sleep ends when it is time, not when it suits other timers. */
	prctl(PR_SET_TIMERSLACK, 1);
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		err(1, "sched_setscheduler");
	road_open();
	if (!strcmp(what, "fair") && !table)
		run_fair();
	else if (!strcmp(what, "matrix") && table)
		run_matrix(table);
	else if (!strcmp(what, "quick") && table)
		run_quick(table);
	else
		usage();
	return broken ? 1 : 0;
}
