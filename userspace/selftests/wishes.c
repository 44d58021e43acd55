// SPDX-License-Identifier: GPL-2.0
/* /proc/net/glass/faults: what is wished for, and what came of it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wishes.h"

/* Lines for the file; 0 or errno */
int wish(const char *fmt, ...)
{
	int fd = open(FAULTS, O_WRONLY | O_CLOEXEC), err = 0;
	char text[300];
	va_list args;

	must(fd >= 0);
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

bool row_of(unsigned int id, struct row *r)
{
	FILE *f = fopen(FAULTS, "re");
	bool found = false;
	char line[300];
	unsigned int n;

	must(f);
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%u %llu %llu %u", &n, &r->seen, &r->done,
			       &r->held) == 4 && n == id;
	fclose(f);
	return found;
}

void row_is(unsigned int id, unsigned long long done, unsigned int held)
{
	struct row r;

	must(row_of(id, &r));
	must_be(r.done, done);
	must_be(r.held, held);
}

/* At least so many: what is not acknowledged is sent again meanwhile */
void await_held(unsigned int id, unsigned int n)
{
	struct row r;

	do {
		must(row_of(id, &r));
	} while (r.held < n && (pause_ms(1), true));
}

void await_let_go(unsigned int id)
{
	struct row r;

	do {
		must(row_of(id, &r));
	} while (r.held && (pause_ms(1), true));
}

void exchange(const struct pair *p, size_t len)
{
	pattern_send(p->c, len, 0, len);
	pattern_recv(p->s, len, 0, len);
}

void await_rule(const char *rule, long n)
{
	int tries = 1000;

	while (rule_count(rule) < n && tries--)
		pause_ms(5);
	if (rule_count(rule) != n)
		fail(__FILE__, __LINE__, "%s: %ld times, not %ld", rule,
		     rule_count(rule), n);
}

/* Nothing to read, by now or for so long */
bool quiet(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return !poll(&p, 1, ms);
}
