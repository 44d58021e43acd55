// SPDX-License-Identifier: GPL-2.0
/*
 * Which arrows of the ladder are wanted, in words that must all be so:
 *
 *	7000		a port of either end
 *	fin, text	segments with this flag, or with text
 *	lost, fault	what did not arrive; what somebody asked for
 *	time-wait	what an end in this state tells of
 *	resend		a part of the name of a rule that decided
 */
#include <stdlib.h>
#include <string.h>

#include "panes.h"

/* What is no flag */
enum { TEXT = 0x100, LOST, FAULT };

static const struct {
	const char *name;
	u16 what;
} words[] = {
	{ "syn", SEG_SYN }, { "fin", SEG_FIN }, { "rst", SEG_RST },
	{ "urg", SEG_URG }, { "psh", SEG_PSH }, { "ack", SEG_ACK },
	{ "ece", SEG_ECE }, { "cwr", SEG_CWR }, { "text", TEXT },
	{ "lost", LOST }, { "fault", FAULT },
};

static int word_number(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(word, words[i].name))
			return i;
	return -1;
}

static bool is_rule(const char *word)
{
	u16 rule;

	for (rule = 1; rule < RULE_COUNT; rule++)
		if (strcasestr(rule_name(rule), word))
			return true;
	return false;
}

static bool is_port(const char *word)
{
	return strspn(word, "0123456789") == strlen(word);
}

static bool has_meaning(const char *word)
{
	if (is_port(word))
		return strlen(word) < 6 && atoi(word) <= UINT16_MAX;
	return word_number(word) >= 0 || state_number(word) < TCB_STATES ||
	       is_rule(word);
}

/* What both of an arrow's events are about: no part of a change is a segment */
static bool word_matches(int number, const struct pane_arrow *a)
{
	const struct event *e = a->is_sent ? &a->sent : &a->got;
	bool change = e->dir == CHANGE;

	switch (words[number].what) {
	case TEXT:
		return e->s.len;
	case LOST:
		return !change && (!a->is_got || rule_stops(a->got.rule));
	case FAULT:
		return change ? rule_is_fault(e->rule) :
		       a->is_got && rule_is_fault(a->got.rule);
	}
	return e->s.flags & words[number].what;
}

static bool one_matches(const char *word, const struct event *e)
{
	u8 state = state_number(word);

	if (is_port(word))
		return e->from.port == atoi(word) || e->to.port == atoi(word);
	if (state < TCB_STATES)
		return e->state == state;
	return e->rule && strcasestr(rule_name(e->rule), word);
}

static bool matches(const char *word, const struct pane_arrow *a)
{
	int number = word_number(word);

	if (number >= 0)
		return word_matches(number, a);
	return (a->is_sent && one_matches(word, &a->sent)) ||
	       (a->is_got && one_matches(word, &a->got));
}

/* Is this one wanted? */
bool filter_wants(const struct pane_filter *f, const struct pane_arrow *a)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (!matches(f->words[i], a))
			return false;
	return true;
}

/**
 * filter_set() - new words, or none for all
 * @f: gets them; it stays as it was if they have no meaning
 * @text: the words
 *
 * Return: false for words that have no meaning, or for too many.
 */
bool filter_set(struct pane_filter *f, const char *text)
{
	struct pane_filter new = { 0 };
	char *word, *rest;

	snprintf(new.text, sizeof(new.text), "%s", text);
	for (word = strtok_r(new.text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		if (new.count == FILTER_WORDS || !has_meaning(word))
			return false;
		strcpy(new.words[new.count++], word);
	}
	*f = new;
	snprintf(f->text, sizeof(f->text), "%s", text);
	return true;
}
