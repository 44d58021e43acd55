// SPDX-License-Identifier: GPL-2.0
#include <net/sock.h>

int probe(struct proto_accept_arg *arg);

int probe(struct proto_accept_arg *arg)
{
	return arg->flags;
}
