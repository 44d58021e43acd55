// SPDX-License-Identifier: GPL-2.0
#include <linux/ipv6.h>
#include <net/inet_sock.h>

void probe(struct sock *sk);

void probe(struct sock *sk)
{
	inet_set_bit(MC_LOOP, sk);
	inet6_set_bit(MC6_LOOP, sk);
}
