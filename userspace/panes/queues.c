// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners: what waits in the SYN queue for the last ACK of its handshake, and
 * in the accept queue for accept(). From the table, as it is now.
 */
#include <stdio.h>

#include "panes.h"

#define TABLE	"/proc/net/glass/connections"

static void bar(char *text, unsigned int n, unsigned int of)
{
	unsigned int i;

	for (i = 0; i < 10; i++)
		text[i] = of && i * of < n * 10 ? '#' : '.';
	text[10] = 0;
}

void queues_pane(struct area at)
{
	char line[400], accepted[11], syns[11];
	FILE *f = fopen(TABLE, "re");
	int row = 0;

	put_line(at, row++, A_BOLD, "listener  accept queue     SYN queue");
	while (f && row < at.height && fgets(line, sizeof(line), f)) {
		unsigned int port, backlog, ready, syn;

		if (sscanf(line, "LISTEN %*s %u %*s %*s %u %u syn-queue:%u",
			   &port, &backlog, &ready, &syn) != 4)
			continue;
		bar(accepted, ready, backlog + 1);
		bar(syns, syn, backlog);
		put_line(at, row++, 0, "%8u  %s %u/%u  %s %u", port, accepted,
			 ready, backlog, syns, syn);
	}
	if (f)
		fclose(f);
}
