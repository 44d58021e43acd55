/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Glass: a teaching TCP on IP protocol 253. What programs need to know.
 *
 *	socket(AF_INET,  SOCK_STREAM, IPPROTO_GLASS)	IPv4
 *	socket(AF_INET6, SOCK_STREAM, IPPROTO_GLASS)	IPv6
 *	socket(AF_GLASS, SOCK_STREAM, GLASSPROTO_IPV4)	IPv4, sockaddr_in
 *	socket(AF_GLASS, SOCK_STREAM, GLASSPROTO_IPV6)	IPv6, sockaddr_in6
 */
#ifndef _UAPI_LINUX_GLASS_H
#define _UAPI_LINUX_GLASS_H

/*
 * The number of a family that Linux never had code for (AF_ASH); the
 * module's parameter "family" moves it.
 */
#ifndef AF_GLASS
#define AF_GLASS	18
#endif
#define PF_GLASS	AF_GLASS

/* rfc3692: a number for experiments */
#ifndef IPPROTO_GLASS
#define IPPROTO_GLASS	253
#endif

/* Third argument of socket(AF_GLASS, ...) */
#define GLASSPROTO_IPV4	0
#define GLASSPROTO_IPV6	1

/*
 * Level for setsockopt() and getsockopt(). The level IPPROTO_TCP with TCP's
 * numbers means the same.
 */
#ifndef SOL_GLASS
#define SOL_GLASS	253
#endif

#define GLASS_NODELAY	1	/* int, as TCP_NODELAY */
#define GLASS_MAXSEG	2	/* int, as TCP_MAXSEG */
#define GLASS_CORK	3	/* int, as TCP_CORK */
#define GLASS_KEEPIDLE	4	/* int, seconds, as TCP_KEEPIDLE */
#define GLASS_KEEPINTVL	5	/* int, seconds, as TCP_KEEPINTVL */
#define GLASS_KEEPCNT	6	/* int, as TCP_KEEPCNT */
#define GLASS_SYNCNT	7	/* int, as TCP_SYNCNT */
#define GLASS_LINGER2	8	/* int, seconds, as TCP_LINGER2 */
#define GLASS_DEFER_ACCEPT 9	/* int, seconds, as TCP_DEFER_ACCEPT */
#define GLASS_WINDOW_CLAMP 10	/* int, octets, as TCP_WINDOW_CLAMP */
#define GLASS_QUICKACK	12	/* int, as TCP_QUICKACK */
#define GLASS_CONGESTION 13	/* a name of 15 characters, as TCP_CONGESTION */
#define GLASS_USER_TIMEOUT 18	/* int, milliseconds, as TCP_USER_TIMEOUT */
#define GLASS_FASTOPEN	23	/* int, pending requests, as TCP_FASTOPEN */
#define GLASS_NOTSENT_LOWAT 25	/* unsigned, octets, as TCP_NOTSENT_LOWAT */
#define GLASS_FASTOPEN_CONNECT 30 /* int, as TCP_FASTOPEN_CONNECT */
/* int, as SO_ZEROCOPY, which not all kernels let Glass have; SOL_GLASS alone */
#define GLASS_ZEROCOPY	60

#endif
