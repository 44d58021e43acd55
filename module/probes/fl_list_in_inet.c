// SPDX-License-Identifier: GPL-2.0
#include <net/inet_sock.h>

void *probe(struct sock *sk);

void *probe(struct sock *sk)
{
	return rcu_access_pointer(inet_sk(sk)->ipv6_fl_list);
}
