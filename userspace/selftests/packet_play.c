// SPDX-License-Identifier: GPL-2.0
/*
 * Playing a packet script: line by line, each at its time.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

#include "octets.h"
#include "packet.h"

#define LONGEST 20000000000LL	/* what "any time" means, microseconds */
#define EARLY_US 1000		/* deadlines are kept in milliseconds */
#define RULES 64

const struct kind *play_kind;

static void play_file(const char *path, bool included);
static char directory[256];	/* that the script is below */

static long long last;		/* when the last event was, microseconds */
static struct segment heard;
static const char *flaw;
static int alarm_clock;
static bool waiting;		/* heard has a segment that was not expected yet */

static struct {
	char name[32];
	long count;
} rules[RULES];

/*
 * Listens until a segment came, which is kept, or it is @until. The time limit
 * of poll() would be taken lightly, by a thousandth.
 */
static bool listen_until(long long until)
{
	struct pollfd p[2] = {
		{ .fd = wire_fd(), .events = POLLIN },
		{ .fd = alarm_clock, .events = POLLIN },
	};
	struct itimerspec at = {
		.it_value = { until / 1000000, until % 1000000 * 1000 },
	};

	if (!waiting)
		waiting = wire_hear(&heard, &flaw);
	if (waiting || now_us() >= until)
		return waiting;
	must_be(timerfd_settime(alarm_clock, TFD_TIMER_ABSTIME, &at, NULL), 0);
	while (!waiting && now_us() < until) {
		poll(p, 2, -1);
		waiting = wire_hear(&heard, &flaw);
	}
	return waiting;
}

static void unexpected(void)
{
	const struct flow *f = flow_of(&heard);
	char text[400];

	segment_text(text, sizeof(text), &heard, f, false);
	tell_text(false, f, text, "unexpected");
	wrong("%.3f s after the last event came what was not expected: %s%s",
	      (heard.at - last) / 1e6, text,
	      f ? "" : ", of no connection that the script knows");
}

/* All is quiet until @delay after the last event. */
static void quiet(long long delay)
{
	if (listen_until(last + delay))
		unexpected();
	last += delay;
}

/*
 * How late a timer may be that was set @delay ago. Its time becomes whole
 * jiffies, counts from the next and ends with one; the timer wheel counts
 * long times in eights, sixty-fours and so on.
 */
static long long lateness(long long delay)
{
	long long jiffy, granule;
	struct timespec t;

	if (!delay)
		return EARLY_US;
	must_be(clock_getres(CLOCK_MONOTONIC_COARSE, &t), 0);
	jiffy = t.tv_nsec / 1000;
	granule = jiffy;
	while (delay + 3 * jiffy >= 63 * granule)
		granule *= 8;
	return 3 * jiffy + (granule > jiffy ? granule : 0);
}

static void check_time(long long at, long long delay, const char *what)
{
	if (delay < 0)
		return;
	if (at < last + delay - EARLY_US)
		wrong("%s came after %.3f s, too early", what,
		      (at - last) / 1e6);
	if (at > last + delay + lateness(delay))
		wrong("%s came after %.3f s, too late", what,
		      (at - last) / 1e6);
}

/* What was heard is what the line says, when it says it. */
static void expect(char *rest, long long delay, const char *remark)
{
	long long until = delay < 0 ? LONGEST : delay + lateness(delay);
	const uint8_t *timestamps;
	const char *differs;
	struct sketch k;
	struct flow *f;
	char text[400];

	if (!listen_until(last + until))
		wrong("nothing came");
	f = flow_of(&heard);
	sketch_parse(&k, rest, false);
	segment_text(text, sizeof(text), &heard, f, false);
	tell_text(false, f, text, remark);
	if (flaw)
		wrong("what came has %s: %s", flaw, text);
	if (f != k.flow)
		wrong("what came is of another connection: %s", text);
	differs = sketch_differs(&k, &heard);
	if (differs)
		wrong("the %s differs in what came: %s", differs, text);
	if (!pattern_is(heard.text, heard.len,
			heard.seq - f->peer_isn - !(heard.flags & SYN)))
		wrong("the text of what came is not the pattern: %s", text);
	check_time(heard.at, delay, "it");
	last = heard.at;
	waiting = false;
	options_heard(&heard);
	timestamps = option_find(&heard, 8);
	if (timestamps)
		f->tsval = get32(timestamps + 2);
}

static void inject(char *rest, const char *remark)
{
	struct sketch k;
	char text[400];

	if (word_is(&rest, "icmp")) {
		tell_text(true, NULL, rest, remark);
		icmp_play(rest);
		return;
	}
	sketch_parse(&k, rest, true);
	segment_text(text, sizeof(text), &k.s, k.flow, true);
	wire_send(&k.s);
	tell_text(true, k.flow, text, remark);
}

static struct flow *flow_next(char **at, bool make)
{
	char *start = *at + strspn(*at, " \t");

	if (*start != '@')
		return flow_named("", false);
	return flow_named(word_next(at) + 1, make);
}

static void check_state(char *rest)
{
	const struct flow *f = flow_next(&rest, false);
	const char *want = word_next(&rest), *is = state_now(f);

	if (!want || strcmp(is, want))
		wrong("the state is %s", is);
}

/* The kernel's ISN is so much above that of its SYN before, give or take 1 ms */
static void check_isn_step(char *rest)
{
	const struct flow *f = flow_next(&rest, false);
	long want = number_next(&rest, "the step", 0, UINT32_MAX);

	if (labs((long)f->isn_step - want) > 250)
		wrong("the ISN is %u above that before", f->isn_step);
}

/* What is counted moved by so much since it was last asked for, or began */
static void check_count(char *rest, bool rule)
{
	char *name = word_next(&rest);
	long more = number_next(&rest, "how often", -1000, 1 << 30), count;
	int i;

	if (rule && !play_kind->glass)
		return;
	for (i = 0; i < RULES - 1 && *rules[i].name &&
	     strcmp(rules[i].name, name); i++)
		;
	snprintf(rules[i].name, sizeof(rules[i].name), "%s", name);
	count = rule ? rule_count(name) : counter_of(play_kind, name);
	if (count - rules[i].count != more)
		wrong(rule ? "%s decided %ld times" : "%s moved by %ld", name,
		      count - rules[i].count);
	rules[i].count = count;
}

static void set_sysctl(char *rest)
{
	char *name = word_next(&rest), *value = rest;
	char path[128];

	value += strspn(value, " \t");

	snprintf(path, sizeof(path), "/proc/sys/net/%s%s",
		 play_kind->glass ? "glass/" : "ipv4/tcp_", name);
	if (!*value || !write_file(path, value))
		wrong("%s is not taken", path);
}

static void set_flow(const char *what, char *rest)
{
	struct flow *f = flow_next(&rest, true);
	long ours = number_next(&rest, "the number", 0, UINT32_MAX), theirs;

	if (!strcmp(what, "isn")) {
		f->isn = ours;
		return;
	}
	theirs = number_next(&rest, "the kernel's", 0, UINT32_MAX);
	if (!strcmp(what, "ports")) {
		f->ours = ours;
		f->theirs = theirs;
		f->other = word_is(&rest, "other");
		if (f->other)
			wire_other();
	} else {
		f->origin = ours;
		f->peer_origin = theirs;
	}
}

static void await_done(char *rest, long long delay)
{
	long long until = last + (delay < 0 ? LONGEST :
				  delay + lateness(delay)), at;

	while (!call_done(&at) && now_us() < until)
		if (listen_until(now_us() + EARLY_US))
			unexpected();
	if (!call_done(&at))
		wrong("the call blocks still");
	check_time(at, delay, "the call's end");
	last = at;
	call_result(rest);
}

/* A line about the world: true if @word is one */
static bool arrange(const char *word, char *rest)
{
	if (!strcmp(word, "ports") || !strcmp(word, "numbers") ||
	    !strcmp(word, "isn"))
		set_flow(word, rest);
	else if (!strcmp(word, "sysctl"))
		set_sysctl(rest);
	else if (!strcmp(word, "mtu"))
		wire_mtu(number_next(&rest, "the MTU", 68, 65535));
	else if (!strcmp(word, "state"))
		check_state(rest);
	else if (!strcmp(word, "isn-step"))
		check_isn_step(rest);
	else if (!strcmp(word, "rule"))
		check_count(rest, true);
	else if (!strcmp(word, "count"))
		check_count(rest, false);
	else if (!strcmp(word, "include"))
		play_file(word_next(&rest), true);
	else
		return false;
	return true;
}

/* Seconds, as microseconds */
static long long time_of(const char *word)
{
	char *end;
	double s = strtod(word, &end);

	if (end == word || *end || s < 0)
		wrong("'%s' is no time", word);
	return (long long)(s * 1e6 + 0.5);
}

static void play_event(char *rest, long long delay, const char *remark)
{
	char text[400], *word;

	snprintf(text, sizeof(text), "%s", rest);
	word = word_next(&rest);
	if (!word)
		wrong("an event is missing");
	if (!strcmp(word, ">")) {
		expect(rest, delay, remark);
		return;
	}
	if (!strcmp(word, "done")) {
		tell_call("%s", text);
		await_done(rest, delay);
		return;
	}
	if (delay < 0)
		wrong("only what comes from the kernel may come at any time");
	if (delay)
		quiet(delay);
	/* to look at the answer to the last event may wait for this */
	if (arrange(word, rest))
		return;
	quiet(0);
	if (!strcmp(word, "<")) {
		inject(rest, remark);
	} else if (!strcmp(word, "nothing")) {
		quiet(time_of(word_next(&rest) ?: ""));
	} else {
		tell_call("%s", text);
		if (!call_play(word, rest))
			wrong("what is '%s'?", word);
	}
}

/* What stands behind a #, which is cut off */
static char *cut_remark(char *at)
{
	char *remark = strchr(at, '#');

	if (!remark)
		return NULL;
	*remark++ = 0;
	return remark + strspn(remark, " ");
}

static void play_line(char *at)
{
	char *remark = cut_remark(at), *word;
	long long delay = 0;

	if (!at[strspn(at, " \t")])
		return;
	if (word_is(&at, "ipv4") && play_kind->wire != AF_INET)
		return;
	if (word_is(&at, "ipv6") && play_kind->wire != AF_INET6)
		return;
	if (word_is(&at, "*")) {
		delay = -1;
	} else if (at[strspn(at, " \t")] == '+') {
		word = word_next(&at);
		delay = time_of(word + 1);
	}
	play_event(at + strspn(at, " \t"), delay, remark);
}

/* What TCP has beyond Glass would show in every segment. */
static void plain_tcp(void)
{
	static const char *const off[] = {
		"timestamps", "sack", "ecn", "recovery", "early_retrans",
		"fastopen", "syn_linear_timeouts", "autocorking", NULL,
	};
	char path[128];
	int i;

	for (i = 0; off[i]; i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/tcp_%s",
			 off[i]);
		write_file(path, "0");
	}
	write_file("/proc/sys/net/ipv4/tcp_congestion_control", "reno");
}

static void play_file(const char *path, bool included)
{
	char line[512], below[512];
	int number = 0;
	FILE *f;

	if (included) {
		snprintf(below, sizeof(below), "%s/%s", directory, path);
		path = below;
	}
	f = fopen(path, "r");
	if (!f)
		wrong("there is no %s", path);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		tell_line(path, ++number, line);
		play_line(line);
	}
	fclose(f);
}

/**
 * play() - run one script from its first to its last line
 * @p: the script, and on what
 */
void play(const struct play *p)
{
	play_kind = p->k;
	snprintf(directory, sizeof(directory), "%s", p->dir);
	netns_own();
	if (!p->k->glass)
		plain_tcp();
	wire_open(p->k);
	flows_begin();
	alarm_clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	must(alarm_clock >= 0);
	tell_begin(p->fails);
	last = now_us();
	play_file(p->path, false);
	tell_line(p->path, 0, "the end");
	if (listen_until(last))
		unexpected();
	tell_end();
	if (p->ladder)
		tell_ladder();
}
