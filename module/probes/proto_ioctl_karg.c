// SPDX-License-Identifier: GPL-2.0
#include <net/sock.h>

static int probe_ioctl(struct sock *sk, int cmd, int *karg)
{
	return 0;
}

struct proto probe = {
	.ioctl = probe_ioctl,
};
