/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels that Glass builds on, and nothing
 * else. Which of them applies is found by compiling a probe against the
 * headers at hand (module/probes/try-compile.sh writes compat_features.gen.h), never
 * by a version number: stable kernels carry backports.
 *
 *	GLASS_HAVE_PROTO_ACCEPT_ARG	proto.accept takes one struct
 *	GLASS_HAVE_PROTO_IOCTL_KARG	proto.ioctl takes a kernel pointer
 *	GLASS_HAVE_PINFO_OFFSET		proto.ipv6_pinfo_offset must be set;
 *					before, ipv6_pinfo had to come last
 *	GLASS_HAVE_INET_FLAGS		inet_set_bit() in place of bit fields
 *	GLASS_HAVE_FL_LIST_IN_INET	flow labels hang off inet_sock
 *	GLASS_HAVE_GSO_HEADER		net/gso.h, once part of others
 *	GLASS_HAVE_PROTO_MEMORY	net/proto_memory.h, once part of net/sock.h
 *	GLASS_HAVE_SYSCTL_CONST		handlers of sysctls get a const table
 *	GLASS_HAVE_SYSCTL_SZ		register_net_sysctl_sz(), no end mark
 *	GLASS_HAVE_SPLICE_PAGES		splice() comes as sendmsg() with
 *					MSG_SPLICE_PAGES; before, sendpage()
 *	GLASS_HAVE_CUSTOM_SOCKOPT	a socket may ask for the options of
 *					SOL_SOCKET
 *	GLASS_HAVE_TCP_INFO_RCV_WND	struct tcp_info has our window
 *	GLASS_HAVE_BPF_CONNECT_LEN	programs of a cgroup may change how long
 *					connect()'s address is
 *	GLASS_HAVE_RX_FILTER		a socket that has text stamped that leaves
 *					may not want to hear of what arrives
 *	GLASS_HAVE_DIAG_OWNER		inet_diag holds the module of a handler by
 *					its owner; before, by a mutex
 *	GLASS_HAVE_NET_REFCNT_UPGRADE	a kernel's socket can be made to hold its
 *					netns by one call
 */
#ifndef GLASS_COMPAT_H
#define GLASS_COMPAT_H

#include <linux/bpf-cgroup.h>
#include <linux/bvec.h>
#include <linux/ipv6.h>
#include <linux/net_tstamp.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/sysctl.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>

#include "compat_features.gen.h"

#if GLASS_HAVE_GSO_HEADER
#include <net/gso.h>
#endif

#if GLASS_HAVE_PROTO_MEMORY
#include <net/proto_memory.h>
#endif

static inline void glass_compat_inet_flags(struct sock *sk)
{
#if GLASS_HAVE_INET_FLAGS
	inet_set_bit(MC_LOOP, sk);
	inet_set_bit(MC_ALL, sk);
#else
	inet_sk(sk)->mc_loop = 1;
	inet_sk(sk)->mc_all = 1;
#endif
}

static inline void glass_compat_ipv6_flags(struct sock *sk)
{
#if GLASS_HAVE_INET_FLAGS
	inet6_set_bit(MC6_LOOP, sk);
	inet6_set_bit(MC6_ALL, sk);
#else
	inet6_sk(sk)->mc_loop = 1;
	inet6_sk(sk)->mc_all = 1;
#endif
}

/* Does the user want to hear of soft errors? IP_RECVERR, IPV6_RECVERR */
static inline bool glass_compat_recverr(const struct sock *sk, bool v4)
{
#if GLASS_HAVE_INET_FLAGS
	return v4 ? inet_test_bit(RECVERR, sk) : inet6_test_bit(RECVERR6, sk);
#else
	return v4 ? inet_sk(sk)->recverr : inet6_sk(sk)->recverr;
#endif
}

/* connect() has returned, but the SYN waits for the first write() */
static inline bool glass_compat_deferred(const struct sock *sk)
{
#if GLASS_HAVE_INET_FLAGS
	return inet_test_bit(DEFER_CONNECT, sk);
#else
	return inet_sk(sk)->defer_connect;
#endif
}

static inline void glass_compat_defer(struct sock *sk, bool defer)
{
#if GLASS_HAVE_INET_FLAGS
	inet_assign_bit(DEFER_CONNECT, sk, defer);
#else
	inet_sk(sk)->defer_connect = defer;
#endif
}

/* connect() is told a flow label: IPV6_FLOWINFO_SEND */
static inline bool glass_compat_sends_label(const struct sock *sk)
{
#if GLASS_HAVE_INET_FLAGS
	return inet6_test_bit(SNDFLOW, sk);
#else
	return inet6_sk(sk)->sndflow;
#endif
}

/* The peer's flow label is ours too: IPV6_FL_F_REFLECT */
static inline bool glass_compat_reflects(const struct sock *sk)
{
#if GLASS_HAVE_INET_FLAGS
	return inet6_test_bit(REPFLOW, sk);
#else
	return inet6_sk(sk)->repflow;
#endif
}

static inline void glass_compat_reflect(struct sock *sk, bool on)
{
#if GLASS_HAVE_INET_FLAGS
	inet6_assign_bit(REPFLOW, sk, on);
#else
	inet6_sk(sk)->repflow = on;
#endif
}

/* A child does not share its listener's flow labels */
static inline void glass_compat_no_flow_labels(struct sock *sk)
{
#if GLASS_HAVE_FL_LIST_IN_INET
	RCU_INIT_POINTER(inet_sk(sk)->ipv6_fl_list, NULL);
#else
	RCU_INIT_POINTER(inet6_sk(sk)->ipv6_fl_list, NULL);
#endif
}

/*
 * Does the core hand us setsockopt(SOL_SOCKET) too? Only there can SO_ZEROCOPY
 * be allowed, which the core refuses for all but TCP and UDP.
 */
static inline void glass_compat_own_options(struct socket *sock)
{
#if GLASS_HAVE_CUSTOM_SOCKOPT
	set_bit(SOCK_CUSTOM_SOCKOPT, &sock->flags);
#endif
}

#if GLASS_HAVE_SPLICE_PAGES
/* Does sendmsg() bring pages of the kernel's? */
static inline bool glass_compat_spliced(const struct msghdr *msg)
{
	return msg->msg_flags & MSG_SPLICE_PAGES;
}

static inline ssize_t glass_compat_splice(struct sk_buff *skb,
					  struct iov_iter *from, size_t size,
					  gfp_t gfp)
{
	return skb_splice_from_iter(skb, from, size, gfp);
}
#else
static inline bool glass_compat_spliced(const struct msghdr *msg)
{
	return false;
}

/* @from is one page, from sendpage(); octets, or -EMSGSIZE if @skb is full */
static inline ssize_t glass_compat_splice(struct sk_buff *skb,
					  struct iov_iter *from, size_t size,
					  gfp_t gfp)
{
	const struct bio_vec *part = from->bvec;
	int err;

	err = skb_append_pagefrags(skb, part->bv_page,
				   part->bv_offset + from->iov_offset, size);
	if (err)
		return err;
	skb_len_add(skb, size);
	iov_iter_advance(from, size);
	return size;
}
#endif

#if GLASS_HAVE_SYSCTL_CONST
#define GLASS_SYSCTL_CONST const
#else
#define GLASS_SYSCTL_CONST
#endif

/* Entries to allocate for a table of @n: older kernels want an end mark */
#if GLASS_HAVE_SYSCTL_SZ
#define GLASS_SYSCTL_ENTRIES(n) (n)
#else
#define GLASS_SYSCTL_ENTRIES(n) ((n) + 1)
#endif

static inline struct ctl_table_header *
glass_compat_sysctl(struct net *net, const char *path,
		    struct ctl_table *table, size_t n)
{
#if GLASS_HAVE_SYSCTL_SZ
	return register_net_sysctl_sz(net, path, table, n);
#else
	return register_net_sysctl(net, path, table);
#endif
}

/* Does who set these flags of SO_TIMESTAMPING want stamps of what arrives? */
static inline bool glass_compat_rx_stamps(u32 flags, u32 reports, u32 makes)
{
#if GLASS_HAVE_RX_FILTER
	if (flags & SOF_TIMESTAMPING_OPT_RX_FILTER && !(flags & makes))
		return false;
#endif
	return flags & reports;
}

/* What the programs of the process' cgroup say of connect()'s address */
static inline int glass_compat_bpf_connect(struct sock *sk,
					   struct sockaddr *addr, int len,
					   bool v6)
{
#if GLASS_HAVE_BPF_CONNECT_LEN
	return v6 ? BPF_CGROUP_RUN_PROG_INET6_CONNECT(sk, addr, &len) :
		    BPF_CGROUP_RUN_PROG_INET4_CONNECT(sk, addr, &len);
#else
	return v6 ? BPF_CGROUP_RUN_PROG_INET6_CONNECT(sk, addr) :
		    BPF_CGROUP_RUN_PROG_INET4_CONNECT(sk, addr);
#endif
}

/* A socket that was opened inside the kernel holds its netns from now on */
static inline void glass_compat_hold_netns(struct sock *sk)
{
#if GLASS_HAVE_NET_REFCNT_UPGRADE
	sk_net_refcnt_upgrade(sk);
#else
	sk->sk_net_refcnt = 1;
	get_net_track(sock_net(sk), &sk->ns_tracker, GFP_KERNEL);
	sock_inuse_add(sock_net(sk), 1);
#endif
}

#if GLASS_HAVE_DIAG_OWNER
#define GLASS_DIAG_OWNER .owner = THIS_MODULE,
#else
#define GLASS_DIAG_OWNER
#endif

static inline void glass_compat_rcv_wnd(struct tcp_info *info, u32 wnd)
{
#if GLASS_HAVE_TCP_INFO_RCV_WND
	info->tcpi_rcv_wnd = wnd;
#endif
}

#endif
