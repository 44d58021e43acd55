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

/* seconds, TCP's limit */
#define LINGER2_MAX 120

/* What an option may be: -EINVAL outside of it, as TCP says */
static int set_range(int value, int low, int high)
{
	return value < low || value > high ? -EINVAL : 0;
}

static bool is_open(const struct sock *sk)
{
	return sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN;
}

/**
 * glass_keepalive() - proto.keepalive: SO_KEEPALIVE is set
 * @sk: the socket, locked
 * @on: to what
 */
void glass_keepalive(struct sock *sk, int on)
{
	u64 now = glass_now();

	keepalive_set(&glass_sk(sk)->tcb, on, now);
	if (is_open(sk))
		glass_clock_arm(sk, now);
}

static int set_keepidle(struct sock *sk, int seconds)
{
	u64 now = glass_now();

	if (set_range(seconds, 1, MAX_TCP_KEEPIDLE))
		return -EINVAL;
	keepalive_set_idle(&glass_sk(sk)->tcb, seconds, now);
	if (is_open(sk))
		glass_clock_arm(sk, now);
	return 0;
}

/* How often and how long to ask whether the peer is there */
static int set_keep(struct sock *sk, int name, int value)
{
	struct tcb_options *opt = &glass_sk(sk)->tcb.opt;

	if (name == GLASS_KEEPIDLE)
		return set_keepidle(sk, value);
	if (name == GLASS_KEEPINTVL) {
		if (set_range(value, 1, MAX_TCP_KEEPINTVL))
			return -EINVAL;
		opt->keep_intvl = value;
		return 0;
	}
	if (set_range(value, 1, MAX_TCP_KEEPCNT))
		return -EINVAL;
	opt->keep_probes = value;
	return 0;
}

/* What Nagle's algorithm or a cork held back may go now */
static void release_tail(struct sock *sk)
{
	struct tcb *t = &glass_sk(sk)->tcb;

	if (!is_open(sk))
		return;
	t->push = t->opt.nodelay;
	glass_push(sk, 0);
}

/* An ACK that was delayed goes at once; an even number means: only that one */
static void set_quickack(struct sock *sk, int value)
{
	struct tcb *t = &glass_sk(sk)->tcb;

	t->opt.quick_ack = value & 1;
	t->opt.lazy_ack = !value || (t->ack_later && !(value & 1));
	if (!value || !t->ack_later)
		return;
	input_owe_ack(t, RULE_ACK_QUICK);
	glass_push(sk, 0);
}

static int set_zerocopy(struct sock *sk, int value)
{
	if (set_range(value, 0, 1))
		return -EINVAL;
	sock_valbool_flag(sk, SOCK_ZEROCOPY, value);
	return 0;
}

/* The socket is locked */
static int set_option(struct sock *sk, int name, int value)
{
	struct tcb_options *opt = &glass_sk(sk)->tcb.opt;
	int err = 0;

	switch (name) {
	case GLASS_NODELAY:
		opt->nodelay = !!value;
		if (value)
			release_tail(sk);
		return 0;
	case GLASS_CORK:
		opt->cork = !!value;
		if (!value)
			release_tail(sk);
		return 0;
	case GLASS_QUICKACK:
		set_quickack(sk, value);
		return 0;
	case GLASS_MAXSEG:
		if (value && set_range(value, TCP_MIN_MSS, MAX_TCP_WINDOW))
			return -EINVAL;
		opt->max_seg = value;
		return 0;
	case GLASS_WINDOW_CLAMP:
		if (!value && sk->sk_state != TCP_CLOSE)
			return -EINVAL;
		opt->window_clamp = value ?
			max_t(u32, value, SOCK_MIN_RCVBUF / 2) : 0;
		return 0;
	case GLASS_SYNCNT:
		err = set_range(value, 1, MAX_TCP_SYNCNT);
		if (!err)
			opt->syn_retries = value;
		return err;
	case GLASS_LINGER2:
		opt->linger2 = clamp(value, -1, LINGER2_MAX);
		return 0;
	case GLASS_USER_TIMEOUT:
		err = set_range(value, 0, INT_MAX);
		if (!err)
			opt->user_timeout = value;
		return err;
	case GLASS_NOTSENT_LOWAT:
		WRITE_ONCE(glass_sk(sk)->notsent_lowat, value);
		sk->sk_write_space(sk);
		return 0;
	case GLASS_KEEPIDLE:
	case GLASS_KEEPINTVL:
	case GLASS_KEEPCNT:
		return set_keep(sk, name, value);
	case GLASS_ZEROCOPY:
		return set_zerocopy(sk, value);
	}
	return glass_fastopen_set(sk, name, value);
}

/* IP options that the user gives win over those of any segment: MUST-52 */
static int set_ip_option(struct sock *sk, int level, int name, sockptr_t val,
			 unsigned int len)
{
	struct glass_sock *gs = glass_sk(sk);
	bool way = name == IP_OPTIONS;
	bool before = READ_ONCE(gs->way_given);
	int err;

	if (way)
		WRITE_ONCE(gs->way_given, true);
	err = ip_setsockopt(sk, level, name, val, len);
	if (way && err)
		WRITE_ONCE(gs->way_given, before);
	if (way && !err)
		glass_way_given(sk);
	if (name == IP_MINTTL && !err && READ_ONCE(inet_sk(sk)->min_ttl))
		glass_min_hops_set();
	return err;
}

/* Does it set headers that every packet carries? */
static bool is_sticky(int name)
{
	switch (name) {
	case IPV6_RTHDR:
	case IPV6_HOPOPTS:
	case IPV6_DSTOPTS:
	case IPV6_RTHDRDSTOPTS:
	case IPV6_2292PKTOPTIONS:
		return true;
	}
	return false;
}

/*
 * IPV6_FL_F_REFLECT: the peer's flow label is ours too, which IPv6 itself would
 * do for TCP alone. All else that a flow label's manager is asked for is its.
 */
static bool set_reflect(struct sock *sk, sockptr_t val, unsigned int len,
			int *err)
{
	struct in6_flowlabel_req ask;

	if (len < sizeof(ask) || copy_from_sockptr(&ask, val, sizeof(ask)) ||
	    !(ask.flr_flags & IPV6_FL_F_REFLECT) ||
	    (ask.flr_action != IPV6_FL_A_GET && ask.flr_action != IPV6_FL_A_PUT))
		return false;
	lock_sock(sk);
	*err = 0;
	if (ask.flr_action == IPV6_FL_A_PUT) {
		*err = glass_compat_reflects(sk) ? 0 : -ESRCH;
		if (!*err) {
			inet6_sk(sk)->flow_label = 0;
			glass_compat_reflect(sk, false);
		}
	} else if (READ_ONCE(sock_net(sk)->ipv6.sysctl.flowlabel_consistency)) {
		*err = -EPERM;
	} else {
		glass_compat_reflect(sk, true);
	}
	release_sock(sk);
	return true;
}

static int set_ipv6_option(struct sock *sk, int name, sockptr_t val,
			   unsigned int len)
{
	int err;

	if (name == IPV6_FLOWLABEL_MGR && set_reflect(sk, val, len, &err))
		return err;
	err = ipv6_setsockopt(sk, SOL_IPV6, name, val, len);
	if (!err && is_sticky(name))
		glass_way_given(sk);
	if (!err && name == IPV6_MINHOPCOUNT &&
	    READ_ONCE(inet6_sk(sk)->min_hopcount))
		glass_min_hops_set();
	return err;
}

/* IPv6 itself knows this option for TCP and UDP alone */
static bool is_addrform(const struct sock *sk, int level, int name)
{
	return level == SOL_IPV6 && name == IPV6_ADDRFORM &&
	       sk->sk_family == AF_INET6;
}

static int set_addrform(struct sock *sk, sockptr_t val, unsigned int len)
{
	int family, err;

	if (len < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&family, val, sizeof(family)))
		return -EFAULT;
	if (family != AF_INET)
		return -EINVAL;
	lock_sock(sk);
	err = glass_addrform(sk);
	release_sock(sk);
	return err;
}

/* Is it for set_option()? */
static bool is_ours(int level, int *name)
{
	if (level == SOL_SOCKET && *name == SO_ZEROCOPY) {
		*name = GLASS_ZEROCOPY;
		return true;
	}
	/* TCP has no such option */
	return level == SOL_GLASS ||
	       (level == SOL_TCP && *name != GLASS_ZEROCOPY);
}

static int set_others(struct sock *sk, int level, int name, sockptr_t val,
		      unsigned int len)
{
	if (level == SOL_TCP)
		return -ENOPROTOOPT;
	if (level == SOL_SOCKET)
		return sock_setsockopt(sk->sk_socket, level, name, val, len);
	if (is_addrform(sk, level, name))
		return set_addrform(sk, val, len);
	if (level == SOL_IP)
		return set_ip_option(sk, level, name, val, len);
	if (sk->sk_family == AF_INET6)
		return level == SOL_IPV6 ?
			set_ipv6_option(sk, name, val, len) :
			ipv6_setsockopt(sk, level, name, val, len);
	return ip_setsockopt(sk, level, name, val, len);
}

/**
 * glass_setsockopt() - proto.setsockopt
 * @sk: the socket; process context
 * @level: any; older kernels keep SOL_SOCKET for themselves
 * @name: the option
 * @val: its value
 * @len: octets of it
 *
 * Return: 0, -EINVAL, -EFAULT, -ENOPROTOOPT, or what glass_cong_set() says.
 *
 * rfc9293: MUST-17
 */
int glass_setsockopt(struct sock *sk, int level, int name, sockptr_t val,
		     unsigned int len)
{
	struct glass_net *gn = glass_sk_net(sk);
	int value, err;

	if (!is_ours(level, &name))
		return set_others(sk, level, name, val, len);
	if (name == GLASS_CONGESTION)
		return glass_cong_set(sk, val, len);
	if (len < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&value, val, sizeof(value)))
		return -EFAULT;
	if (name == GLASS_DEFER_ACCEPT) {
		WRITE_ONCE(glass_sk(sk)->defer_accept,
			   handshake_timeouts(value, glass_rto_max_ms(gn)));
		return 0;
	}
	lock_sock(sk);
	err = set_option(sk, name, value);
	release_sock(sk);
	return err;
}

static int read_addrform(struct sock *sk, int name, int *value)
{
	*value = sk->sk_family;
	return sk->sk_state == TCP_ESTABLISHED ? 0 : -ENOTCONN;
}

static int read_option(struct sock *sk, int name, int *value)
{
	struct glass_net *gn = glass_sk_net(sk);
	struct tcb *t = &glass_sk(sk)->tcb;

	switch (name) {
	case GLASS_NODELAY:
		*value = t->opt.nodelay;
		break;
	case GLASS_DEFER_ACCEPT:
		*value = handshake_seconds(READ_ONCE(glass_sk(sk)->defer_accept),
					   glass_rto_max_ms(gn));
		break;
	case GLASS_MAXSEG:
		*value = t->snd.mss ?: glass_sk_af(sk)->default_mss;
		if (t->opt.max_seg && !is_open(sk))
			*value = t->opt.max_seg;
		break;
	case GLASS_CORK:
		*value = t->opt.cork;
		break;
	case GLASS_QUICKACK:
		*value = !t->opt.lazy_ack;
		break;
	case GLASS_WINDOW_CLAMP:
		*value = t->opt.window_clamp;
		break;
	case GLASS_SYNCNT:
		*value = t->opt.syn_retries ?:
			READ_ONCE(glass_sk_net(sk)->sysctl.syn_retries);
		break;
	case GLASS_LINGER2:
		*value = t->opt.linger2 ?: READ_ONCE(t->policy->fin_timeout);
		break;
	case GLASS_USER_TIMEOUT:
		*value = t->opt.user_timeout;
		break;
	case GLASS_NOTSENT_LOWAT:
		*value = READ_ONCE(glass_sk(sk)->notsent_lowat);
		break;
	case GLASS_KEEPIDLE:
		*value = keepalive_idle(t);
		break;
	case GLASS_KEEPINTVL:
		*value = keepalive_interval(t);
		break;
	case GLASS_KEEPCNT:
		*value = keepalive_limit(t);
		break;
	case GLASS_ZEROCOPY:
		*value = sock_flag(sk, SOCK_ZEROCOPY);
		break;
	default:
		return glass_fastopen_get(sk, name, value);
	}
	return 0;
}

/* What @read says of option @name, as much of it as there is room for */
static int get_value(struct sock *sk, int name, char __user *val,
		     int __user *len,
		     int (*read)(struct sock *sk, int name, int *value))
{
	int value, size, err;

	if (get_user(size, len))
		return -EFAULT;
	if (size < 0)
		return -EINVAL;
	err = read(sk, name, &value);
	if (err)
		return err;
	size = min_t(int, size, sizeof(value));
	if (put_user(size, len) || copy_to_user(val, &value, size))
		return -EFAULT;
	return 0;
}

static int get_others(struct sock *sk, int level, int name, char __user *val,
		      int __user *len)
{
	if (level == SOL_TCP)
		return -ENOPROTOOPT;
	if (is_addrform(sk, level, name))
		return get_value(sk, name, val, len, read_addrform);
	if (sk->sk_family == AF_INET6)
		return ipv6_getsockopt(sk, level, name, val, len);
	return ip_getsockopt(sk, level, name, val, len);
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
	if (!is_ours(level, &name))
		return get_others(sk, level, name, val, len);
	if (name == GLASS_CONGESTION)
		return glass_cong_get(sk, val, len);
	if (name == GLASS_INFO)
		return glass_info_get(sk, level, val, len);
	return get_value(sk, name, val, len, read_option);
}
