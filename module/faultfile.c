// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/glass/faults: what is to go wrong, one wish a line.
 *
 *	drop with=syn,ack nth=2		lose the second SYN/ACK
 *	dup with=text from=54321	the next text from this port arrives twice
 *	corrupt, hold			likewise damaged; held until released
 *	delay ms=200			so late
 *	reorder behind=3 ms=1000	after three more, or so late at most
 *	keep with=syn			it arrives, and a copy of it is kept
 *	freeze port=80			this end takes none, sends none, has no time
 *	forget port=80			its connections are gone, and nobody is told
 *	release, release 4		what is held arrives, or what wish 4 holds
 *	replay, replay 4		copies arrive, as often as is asked for
 *	thaw, thaw 4			ends that are frozen go on
 *	clear, clear 4			as if it had never been wished
 *
 * Words for all about segments: with= and without= (fin syn rst psh ack urg ece
 * cwr text), from=PORT, to=PORT, nth=N (the first of those that fit), times=N
 * (so many from there on; 0: all). Ends are named by their port, or all are
 * meant. "glass break" writes such lines from plainer ones.
 */
#include <linux/seq_file.h>
#include <linux/string.h>

#include "fault.h"

#define MS_REORDER	1000

static const char *const actions[FAULT_ACTIONS] = {
	[FAULT_DROP] = "drop",
	[FAULT_DUP] = "dup",
	[FAULT_CORRUPT] = "corrupt",
	[FAULT_DELAY] = "delay",
	[FAULT_REORDER] = "reorder",
	[FAULT_HOLD] = "hold",
	[FAULT_KEEP] = "keep",
	[FAULT_FREEZE] = "freeze",
	[FAULT_FORGET] = "forget",
};

/* Is it about ends, not about segments? */
static bool of_ends(int action)
{
	return action == FAULT_FREEZE || action == FAULT_FORGET;
}

/* The control bits from the lowest, as in the header, then FAULT_TEXT */
static const char *const bits[] = {
	"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "text",
};

static void show_bits(struct seq_file *seq, const char *word, u16 set)
{
	unsigned long left = set;
	char before = '=';
	unsigned int i;

	if (!set)
		return;
	seq_printf(seq, " %s", word);
	for_each_set_bit(i, &left, ARRAY_SIZE(bits)) {
		seq_printf(seq, "%c%s", before, bits[i]);
		before = ',';
	}
}

static void show_number(struct seq_file *seq, const char *word, u32 n)
{
	if (n)
		seq_printf(seq, " %s=%u", word, n);
}

static void show_words(struct seq_file *seq, const struct fault *f)
{
	if (of_ends(f->action)) {
		show_number(seq, "port", f->to);
		return;
	}
	show_bits(seq, "with", f->with);
	show_bits(seq, "without", f->without);
	show_number(seq, "from", f->from);
	show_number(seq, "to", f->to);
	show_number(seq, "nth", f->nth);
	seq_printf(seq, " times=%u", f->times);
	show_number(seq, "behind", f->behind);
	show_number(seq, "ms", f->ms);
}

static void show_wish(struct seq_file *seq, const struct fault *f)
{
	seq_printf(seq, "%4u %10llu %10llu %6u  %s", f->id, f->seen, f->done,
		   f->held, actions[f->action]);
	show_words(seq, f);
	seq_putc(seq, '\n');
}

/* Behind each number what was written, in full */
int glass_fault_show(struct seq_file *seq, void *v)
{
	struct glass_net *gn = glass_net(seq_file_single_net(seq));
	const struct fault *f;

	seq_printf(seq, "%4s %10s %10s %6s  %s\n", "ID", "SEEN", "DONE", "HELD",
		   "FAULT");
	spin_lock_bh(&gn->faults.lock);
	list_for_each_entry(f, &gn->faults.wishes, link)
		show_wish(seq, f);
	spin_unlock_bh(&gn->faults.lock);
	return 0;
}

static int parse_bits(char *words, u16 *set)
{
	char *word;
	int i;

	while ((word = strsep(&words, ","))) {
		i = match_string(bits, ARRAY_SIZE(bits), word);
		if (i < 0)
			return -EINVAL;
		*set |= BIT(i);
	}
	return 0;
}

/* From 1 to 65535 */
static int parse_port(const char *word, u16 *port)
{
	int err = kstrtou16(word, 10, port);

	return err ?: *port ? 0 : -EINVAL;
}

static int parse_number(const char *word, u32 least, u32 most, u32 *n)
{
	int err = kstrtou32(word, 10, n);

	return err ?: *n < least || *n > most ? -ERANGE : 0;
}

static int parse_word(char *word, struct fault *f)
{
	char *value = strchr(word, '=');

	if (!value)
		return -EINVAL;
	*value++ = 0;
	if (of_ends(f->action))
		return strcmp(word, "port") ? -EINVAL :
					      parse_port(value, &f->to);
	if (!strcmp(word, "with"))
		return parse_bits(value, &f->with);
	if (!strcmp(word, "without"))
		return parse_bits(value, &f->without);
	if (!strcmp(word, "from"))
		return parse_port(value, &f->from);
	if (!strcmp(word, "to"))
		return parse_port(value, &f->to);
	if (!strcmp(word, "nth"))
		return parse_number(value, 1, U32_MAX, &f->nth);
	if (!strcmp(word, "times"))
		return parse_number(value, 0, U32_MAX, &f->times);
	if (!strcmp(word, "behind") && f->action == FAULT_REORDER)
		return parse_number(value, 1, U32_MAX, &f->behind);
	if (!strcmp(word, "ms") &&
	    (f->action == FAULT_DELAY || f->action == FAULT_REORDER))
		return parse_number(value, 1, FAULT_MS_MAX, &f->ms);
	return -EINVAL;
}

/* The next word behind white space, or NULL */
static char *next_word(char **line)
{
	char *word;

	do {
		word = strsep(line, " \t\r");
	} while (word && !*word);
	return word;
}

static int add(struct glass_net *gn, int action, char *line)
{
	struct fault f = { .action = action, .nth = 1, .times = 1 };
	char *word;
	int err;

	if (action == FAULT_REORDER) {
		f.behind = 1;
		f.ms = MS_REORDER;
	}
	while ((word = next_word(&line))) {
		err = parse_word(word, &f);
		if (err)
			return err;
	}
	if (action == FAULT_DELAY && !f.ms)
		return -EINVAL;
	return glass_fault_add(gn, &f);
}

static const struct {
	const char *word;
	int (*what)(struct glass_net *gn, u32 id);
} commands[] = {
	{ "release", glass_fault_release },
	{ "replay", glass_fault_replay },
	{ "thaw", glass_fault_thaw },
	{ "clear", glass_fault_clear },
};

/* Of one or of all */
static int command(struct glass_net *gn, char *line,
		   int (*what)(struct glass_net *gn, u32 id))
{
	char *word = next_word(&line);
	u32 id = 0;
	int err = word ? parse_number(word, 1, U32_MAX, &id) : 0;

	if (err)
		return err;
	return next_word(&line) ? -EINVAL : what(gn, id);
}

static int obey(struct glass_net *gn, char *line)
{
	char *word = next_word(&line);
	int action, i;

	if (!word)
		return 0;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(word, commands[i].word))
			return command(gn, line, commands[i].what);
	action = match_string(actions, ARRAY_SIZE(actions), word);
	return action < 0 ? -EINVAL : add(gn, action, line);
}

/**
 * glass_fault_write() - a write to /proc/net/glass/faults
 * @file: opened in the netns that it is about
 * @buf: whole lines, NUL behind; will be cut to pieces
 * @size: octets
 *
 * Of several lines those before a bad one are done.
 *
 * Return: 0; -EPERM without CAP_NET_ADMIN, -EINVAL and -ERANGE for what has no
 * meaning, -ENOENT for a number that nothing has, -ENODATA to replay nothing,
 * -ENOSPC for too many wishes.
 */
int glass_fault_write(struct file *file, char *buf, size_t size)
{
	struct net *net = seq_file_single_net(file->private_data);
	char *line;
	int err;

	if (!file_ns_capable(file, net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	while ((line = strsep(&buf, "\n"))) {
		err = obey(glass_net(net), line);
		if (err)
			return err;
	}
	return 0;
}
