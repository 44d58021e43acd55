// SPDX-License-Identifier: GPL-2.0
#include <linux/net_tstamp.h>

int probe(void);

int probe(void)
{
	return SOF_TIMESTAMPING_OPT_RX_FILTER;
}
