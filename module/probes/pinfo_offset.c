// SPDX-License-Identifier: GPL-2.0
#include <net/sock.h>

struct proto probe = {
	.ipv6_pinfo_offset = 1,
};
