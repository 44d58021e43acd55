// SPDX-License-Identifier: GPL-2.0
/*
 * glass break: faults by segment, in words, for /proc/net/glass/faults.
 *
 *	ACTION [the] [WHICH] KIND [from PORT] [to PORT] [by TIME] [behind N]
 *	freeze|forget [port PORT]
 *	release|replay|thaw|repair [ID]
 *
 * As many words as needed are skipped ("the"), so that a sentence may sound
 * like one: "drop the 2nd SYN/ACK".
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tool.h"

#define FAULTS	"/proc/net/glass/faults"
#define MS_MAX	3600000ul	/* an hour, as the kernel has it */
#define WORDS	16

static const struct word {
	const char *word, *means;
} actions[] = {
	{ "drop", "drop" }, { "lose", "drop" },
	{ "duplicate", "dup" }, { "dup", "dup" },
	{ "corrupt", "corrupt" }, { "damage", "corrupt" },
	{ "delay", "delay" },
	{ "reorder", "reorder" },
	{ "hold", "hold" },
	{ "keep", "keep" },
	{ }
}, ends[] = {
	{ "freeze", "freeze" },
	{ "forget", "forget" },
	{ }
}, commands[] = {
	{ "release", "release" },
	{ "replay", "replay" },
	{ "thaw", "thaw" },
	{ "repair", "clear" },
	{ }
}, kinds[] = {
	{ "syn", "with=syn without=ack" },
	{ "syn/ack", "with=syn,ack" }, { "syn-ack", "with=syn,ack" },
	{ "synack", "with=syn,ack" },
	{ "ack", "with=ack without=syn,fin,rst,text" },
	{ "fin", "with=fin" },
	{ "rst", "with=rst" }, { "reset", "with=rst" },
	{ "text", "with=text" }, { "data", "with=text" },
	{ "segment", "" },
	{ }
}, ordinals[] = {
	{ "first", "1" }, { "second", "2" }, { "third", "3" },
	{ "fourth", "4" }, { "fifth", "5" }, { "next", "1" },
	{ }
};

/* In place of the word that is there, what it means; or NULL */
static const char *means(const struct word *words, const char *word)
{
	for (; words->word; words++)
		if (!strcasecmp(words->word, word))
			return words->means;
	return NULL;
}

/* "3rd" or "third", or 0 */
static unsigned long ordinal(const char *word)
{
	static const char ends[] = "stndrdth";	/* two letters each */
	const char *text = means(ordinals, word);
	unsigned long n;
	char *end;
	size_t i;

	if (text)
		return strtoul(text, NULL, 10);
	n = isdigit((unsigned char)*word) ? strtoul(word, &end, 10) : 0;
	for (i = 0; n && ends[i]; i += 2)
		if (strlen(end) == 2 && !strncasecmp(end, ends + i, 2))
			return n;
	return 0;
}

/* A number alone, or 0 */
static unsigned long number(const char *word)
{
	unsigned long n;
	char *end;

	if (!word || !isdigit((unsigned char)*word))
		return 0;
	n = strtoul(word, &end, 10);
	return *end ? 0 : n;
}

/* "200ms", "200 ms", "2 s": milliseconds, or 0; *at is behind what is good */
static unsigned long duration(char **words, int *at)
{
	unsigned long n, ms = 0;
	int used = 1;
	char *unit;

	if (!words[*at] || !isdigit((unsigned char)*words[*at]))
		return 0;
	n = strtoul(words[*at], &unit, 10);
	if (!*unit && words[*at + 1]) {
		unit = words[*at + 1];
		used = 2;
	}
	if (n <= MS_MAX && !strcmp(unit, "ms"))
		ms = n;
	else if (n <= MS_MAX / 1000 && !strcmp(unit, "s"))
		ms = 1000 * n;
	*at += ms ? used : used - 1;
	return ms;
}

static int wrong(const char *word)
{
	if (word)
		fprintf(stderr, "glass break: \"%s\" has no meaning there\n", word);
	else
		fputs("glass break: there is a word missing at the end\n", stderr);
	fputs("  drop | duplicate | corrupt | delay | reorder | hold | keep\n"
	      "  [the] [2nd | first 3 | every] SYN | SYN/ACK | ACK | FIN | RST | text | segment\n"
	      "  [from PORT] [to PORT] [by 200 ms] [behind 2]\n"
	      "or: freeze [port PORT], forget [port PORT]\n"
	      "or: release [ID], replay [ID], thaw [ID], repair [ID]\n", stderr);
	return 2;
}

/* "SYN", or "SYNs" */
static const char *kind_of(const char *word)
{
	const char *kind = means(kinds, word);
	size_t len = strlen(word);
	char one[16];

	if (kind || len < 2 || len > sizeof(one) ||
	    tolower((unsigned char)word[len - 1]) != 's')
		return kind;
	memcpy(one, word, len - 1);
	one[len - 1] = 0;
	return means(kinds, one);
}

/* Which of those that fit, and what they are: *at is behind it */
static bool put_which(char *line, size_t room, char **words, int *at)
{
	unsigned long nth = 1, times = 1, n;
	const char *kind;

	if (!words[*at])
		return false;
	n = ordinal(words[*at]);
	if (!strcasecmp(words[*at], "every") || !strcasecmp(words[*at], "all")) {
		times = 0;
		++*at;
	} else if (n) {
		nth = n;
		++*at;
		n = number(words[*at]);
		if (n) {
			times = n;
			++*at;
		}
	}
	if (!words[*at])
		return false;
	kind = kind_of(words[*at]);
	if (!kind)
		return false;
	++*at;
	snprintf(line, room, " %s nth=%lu times=%lu", kind, nth, times);
	return true;
}

/* "to 80": as a word of the file's; *at is behind it */
static bool put_detail(char *line, size_t room, char **words, int *at)
{
	const char *word = words[*at];
	unsigned long n;

	++*at;
	if (!strcasecmp(word, "by")) {
		n = duration(words, at);
		snprintf(line, room, " ms=%lu", n);
		return n;
	}
	if (strcasecmp(word, "from") && strcasecmp(word, "to") &&
	    strcasecmp(word, "behind")) {
		--*at;
		return false;
	}
	n = number(words[*at]);
	if (!n)
		return false;
	snprintf(line, room, " %s=%lu", word, n);
	++*at;
	return true;
}

/* The line for the file, or false with *at at the word that is wrong */
static bool translate(char *line, size_t room, char **words, int *at)
{
	const char *action = words[0] ? means(actions, words[0]) : NULL;
	size_t len;

	*at = 0;
	if (!action)
		return false;
	len = snprintf(line, room, "%s", action);
	*at = 1;
	if (words[*at] && !strcasecmp(words[*at], "the"))
		++*at;
	if (!put_which(line + len, room - len, words, at))
		return false;
	while (words[*at]) {
		len = strlen(line);
		if (!put_detail(line + len, room - len, words, at))
			return false;
	}
	return true;
}

/* What is asked of ends, or of faults there are: the same with *at as above */
static bool translate_short(char *line, size_t room, char **words, int *at)
{
	const char *command = means(commands, words[0]);

	*at = 1;
	if (!command && words[1]) {
		if (strcasecmp(words[1], "port"))
			return false;
		*at = 2;
	}
	if (words[*at] || *at == 2) {
		if (!number(words[*at]))
			return false;
		++*at;
	}
	snprintf(line, room, "%s %s%s", command ?: means(ends, words[0]),
		 *at == 3 ? "port=" : "", *at > 1 ? words[*at - 1] : "");
	return !words[*at];
}

static int show(void)
{
	FILE *f = fopen(FAULTS, "re");
	char line[300];

	if (!f) {
		perror("glass break: " FAULTS);
		return 1;
	}
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	fclose(f);
	return 0;
}

static int tell(const char *line)
{
	int fd = open(FAULTS, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, line, strlen(line));

	if (n < 0 && errno == ENOENT && fd >= 0)
		fprintf(stderr, "glass break: there is no such fault\n");
	else if (n < 0 && errno == ENODATA)
		fprintf(stderr, "glass break: no segment was kept\n");
	else if (n < 0)
		fprintf(stderr, "glass break: %s: %s\n", FAULTS, strerror(errno));
	if (fd >= 0)
		close(fd);
	return n < 0 ? 1 : show();
}

/**
 * break_words() - what glass break was given
 * @words: they; NULL behind. One argument of several words is cut up.
 *
 * Return: exit status.
 */
int break_words(char **words)
{
	char line[256], *cut[WORDS + 1], *word;
	int n = 0, at;
	bool good;

	for (; *words; words++)
		for (word = strtok(*words, " \t"); word; word = strtok(NULL, " \t"))
			if (n < WORDS)
				cut[n++] = word;
			else
				return wrong(word);
	cut[n] = NULL;
	if (!n)
		return show();
	if (means(commands, cut[0]) || means(ends, cut[0]))
		good = translate_short(line, sizeof(line), cut, &at);
	else
		good = translate(line, sizeof(line), cut, &at);
	return good ? tell(line) : wrong(cut[at]);
}
