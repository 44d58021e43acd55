// SPDX-License-Identifier: GPL-2.0
#include <linux/sysctl.h>

static int probe_handler(const struct ctl_table *table, int write,
			 void *buffer, size_t *len, loff_t *pos)
{
	return 0;
}

struct ctl_table probe = {
	.proc_handler = probe_handler,
};
