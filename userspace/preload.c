// SPDX-License-Identifier: GPL-2.0
/*
 * What glass run puts in front of a program's libc: socket() alone. A stream
 * socket of IPv4 or IPv6 becomes one of Glass; all else is as it was, and so
 * is every other call, for such a socket has the same ones.
 */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <netinet/in.h>
#include <unistd.h>

#include <linux/glass.h>

/* The low bits of the second argument are the type, see socket(2) */
#define TYPE_MASK 0xf

int socket(int family, int type, int protocol)
{
	if ((family == AF_INET || family == AF_INET6) &&
	    (type & TYPE_MASK) == SOCK_STREAM &&
	    (protocol == 0 || protocol == IPPROTO_TCP))
		protocol = IPPROTO_GLASS;
	return syscall(SYS_socket, family, type, protocol);
}
