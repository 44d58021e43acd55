// SPDX-License-Identifier: GPL-2.0
#include <linux/net.h>

int probe(void);

int probe(void)
{
	return SOCK_CUSTOM_SOCKOPT;
}
