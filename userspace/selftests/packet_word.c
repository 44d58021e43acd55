// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a line of a packet script: words and numbers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

/* The next word of a line, cut off from it; NULL at its end */
char *word_next(char **at)
{
	char *word = *at + strspn(*at, " \t,");

	if (!*word)
		return NULL;
	*at = word + strcspn(word, " \t,");
	if (**at)
		*(*at)++ = 0;
	return word;
}

/* Takes the next word if it is @word */
bool word_is(char **at, const char *word)
{
	char *start = *at + strspn(*at, " \t,");
	size_t len = strlen(word);

	if (strncmp(start, word, len) || !strchr(" \t,", start[len]))
		return false;
	*at = start + len;
	return true;
}

long number_of(const char *word, long low, long high)
{
	long value;
	char *end;

	errno = 0;
	value = strtol(word, &end, 0);
	if (end == word || *end || errno)
		wrong("'%s' is no number", word);
	if (value < low || value > high)
		wrong("%ld is not from %ld to %ld", value, low, high);
	return value;
}

long number_next(char **at, const char *what, long low, long high)
{
	char *word = word_next(at);

	if (!word)
		wrong("%s is missing", what);
	return number_of(word, low, high);
}

/* Nothing more is expected on the line. */
void line_end(char *at)
{
	char *word = word_next(&at);

	if (word)
		wrong("what is '%s'?", word);
}
