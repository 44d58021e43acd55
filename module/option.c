// SPDX-License-Identifier: GPL-2.0
/*
 * Options at level SOL_GLASS and, under TCP's numbers, at IPPROTO_TCP, so
 * that programs written for TCP need no change. What Glass does not have is
 * refused with ENOPROTOOPT.
 */
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "glass_sock.h"

/**
 * glass_setsockopt() - proto.setsockopt
 * @sk: the socket; process context
 * @level: any but SOL_SOCKET
 * @name: the option
 * @val: its value
 * @len: octets of it
 *
 * Return: 0, -EINVAL, -EFAULT, -ENOPROTOOPT.
 *
 * rfc9293: MUST-17
 */
int glass_setsockopt(struct sock *sk, int level, int name, sockptr_t val,
		     unsigned int len)
{
	int value;

	if (level != SOL_GLASS && level != SOL_TCP) {
		if (sk->sk_family == AF_INET6)
			return ipv6_setsockopt(sk, level, name, val, len);
		return ip_setsockopt(sk, level, name, val, len);
	}
	if (len < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&value, val, sizeof(value)))
		return -EFAULT;
	if (name == GLASS_DEFER_ACCEPT) {
		WRITE_ONCE(glass_sk(sk)->defer_accept,
			   handshake_timeouts(value));
		return 0;
	}
	if (name != GLASS_NODELAY)
		return -ENOPROTOOPT;
	lock_sock(sk);
	glass_sk(sk)->tcb.nodelay = !!value;
	/* what Nagle's algorithm held back may go now */
	if (value && sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		glass_push(sk, 0);
	release_sock(sk);
	return 0;
}

/**
 * glass_getsockopt() - proto.getsockopt
 * @sk: the socket; process context
 * @level: any but SOL_SOCKET
 * @name: the option
 * @val: where to
 * @len: octets there, then octets written
 *
 * Return: 0, -EINVAL, -EFAULT, -ENOPROTOOPT.
 */
int glass_getsockopt(struct sock *sk, int level, int name,
		     char __user *val, int __user *len)
{
	struct tcb *t = &glass_sk(sk)->tcb;
	int value, size;

	if (level != SOL_GLASS && level != SOL_TCP) {
		if (sk->sk_family == AF_INET6)
			return ipv6_getsockopt(sk, level, name, val, len);
		return ip_getsockopt(sk, level, name, val, len);
	}
	if (get_user(size, len))
		return -EFAULT;
	if (size < 0)
		return -EINVAL;
	switch (name) {
	case GLASS_NODELAY:
		value = t->nodelay;
		break;
	case GLASS_DEFER_ACCEPT:
		value = handshake_seconds(READ_ONCE(glass_sk(sk)->defer_accept));
		break;
	case GLASS_MAXSEG:
		value = t->snd.mss ?: glass_sk(sk)->af->default_mss;
		break;
	default:
		return -ENOPROTOOPT;
	}
	size = min_t(int, size, sizeof(value));
	if (put_user(size, len) || copy_to_user(val, &value, size))
		return -EFAULT;
	return 0;
}
