// SPDX-License-Identifier: GPL-2.0
/*
 * Socket families: the ways in, and the tables of calls behind them.
 *
 * socket(AF_INET or AF_INET6, SOCK_STREAM, 253) comes through the kernel's
 * own families by inet_register_protosw(); socket(AF_GLASS, ...) comes to
 * glass_create(), which does by hand what those do.
 */
#include <linux/module.h>
#include <net/inet_common.h>
#include <net/protocol.h>
#include <net/tcp.h>
#include <net/transp_v6.h>
#include <linux/bpf-cgroup.h>

#include "glass_sock.h"

unsigned int glass_family = AF_GLASS;
module_param_named(family, glass_family, uint, 0444);
MODULE_PARM_DESC(family, "number of the address family, unused by others (18)");

/* sk_destruct: the last reference is gone */
static void glass_destruct(struct sock *sk)
{
	glass_pace_free(sk);
	/* what it was made as: see glass_addrform() */
	if (sk->sk_prot_creator == &glass6_prot)
		inet6_sock_destruct(sk);
	else
		inet_sock_destruct(sk);
}

/**
 * glass_use() - a socket speaks IPv4 or IPv6 from now on
 * @sk: the socket, locked or new, with no connection and no route
 * @af: which of them
 *
 * A socket of AF_INET6 that connects to ::ffff:a.b.c.d, or whose listener is
 * reached by IPv4, has packets and routes of IPv4 below addresses of IPv6.
 */
void glass_use(struct sock *sk, const struct glass_af *af)
{
	glass_sk(sk)->v6 = af == &glass_ipv6;
	glass_offload_socket(sk);
}

/* As its family has it */
void glass_use_own(struct sock *sk)
{
	glass_use(sk, sk->sk_family == AF_INET6 ? &glass_ipv6 : &glass_ipv4);
}

/**
 * glass_sock_init() - proto.init: a socket is made, in CLOSED
 * @sk: the socket; process context
 *
 * Return: 0.
 */
int glass_sock_init(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_net *gn = glass_sk_net(sk);

	glass_use_own(sk);
	gs->tcb.state = TCB_CLOSED;
	gs->tcb.policy = &gn->sysctl.policy;
	glass_cong_assign(sk);
	glass_clock_init(sk);
	sk->sk_write_space = glass_write_space;
	sk->sk_destruct = glass_destruct;
	glass_compat_own_options(sk->sk_socket);
	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	glass_buffer_init(sk);
	sk_sockets_allocated_inc(sk);
	return 0;
}

/* proto.destroy: nothing of the connection may be left when memory goes */
static void glass_sock_destroy(struct sock *sk)
{
	glass_clock_stop(sk);
	glass_pace_stop(sk);
	glass_queue_purge(sk);
	glass_lend_end(&glass_sk(sk)->tcb);
	glass_fastopen_settle(sk, false);
	glass_cong_release(sk);
	glass_put_port(sk);
	sk_sockets_allocated_dec(sk);
}

/* The callers of hash and unhash are inet_* functions that Glass has no use for */
static int glass_hash(struct sock *sk)
{
	return 0;
}

static void glass_unhash(struct sock *sk)
{
	glass_table_remove(sk);
}

#define GLASS_PROTO_CALLS			\
	.owner = THIS_MODULE,			\
	.close = glass_close,			\
	.disconnect = glass_disconnect,		\
	.accept = glass_compat_accept,		\
	.ioctl = glass_compat_ioctl,		\
	.init = glass_sock_init,		\
	.destroy = glass_sock_destroy,		\
	.shutdown = glass_shutdown,		\
	.setsockopt = glass_setsockopt,		\
	.getsockopt = glass_getsockopt,		\
	.keepalive = glass_keepalive,		\
	.diag_destroy = glass_abort,		\
	.sendmsg = glass_sendmsg,		\
	.splice_eof = glass_splice_eof,		\
	.recvmsg = glass_recvmsg,		\
	.backlog_rcv = glass_backlog_rcv,	\
	.release_cb = glass_release_cb,		\
	.hash = glass_hash,			\
	.unhash = glass_unhash,			\
	.get_port = glass_get_port,		\
	.put_port = glass_put_port,		\
	.no_autobind = true,			\
	.stream_memory_free = glass_buffer_send_more, \
	.memory_allocated = &glass_budget_used,	\
	.per_cpu_fw_alloc = &glass_budget_ahead, \
	.memory_pressure = &glass_budget_pressure, \
	.enter_memory_pressure = glass_budget_short, \
	.sockets_allocated = &glass_budget_sockets, \
	.sysctl_mem = glass_budget_limit,	\
	.sysctl_rmem = &glass_budget_least,	\
	.sysctl_wmem = &glass_budget_least,	\
	.max_header = MAX_TCP_HEADER,		\
	.slab_flags = SLAB_TYPESAFE_BY_RCU

#if GLASS_HAVE_PROTO_ACCEPT_ARG
static struct sock *glass_compat_accept(struct sock *sk,
					struct proto_accept_arg *arg)
{
	return glass_accept_wait(sk, arg->flags, &arg->err);
}

static int glass_compat_accept_socket(struct socket *sock,
				      struct socket *accepted,
				      struct proto_accept_arg *arg)
{
	glass_compat_own_options(accepted);
	return inet_accept(sock, accepted, arg);
}
#else
static struct sock *glass_compat_accept(struct sock *sk, int flags, int *err,
					bool kern)
{
	return glass_accept_wait(sk, flags, err);
}

static int glass_compat_accept_socket(struct socket *sock,
				      struct socket *accepted, int flags,
				      bool kern)
{
	glass_compat_own_options(accepted);
	return inet_accept(sock, accepted, flags, kern);
}
#endif

#if GLASS_HAVE_PROTO_IOCTL_KARG
static int glass_compat_ioctl(struct sock *sk, int cmd, int *karg)
{
	return glass_ioctl_value(sk, cmd, karg);
}
#else
static int glass_compat_ioctl(struct sock *sk, int cmd, unsigned long arg)
{
	int value, err;

	err = glass_ioctl_value(sk, cmd, &value);
	return err ? err : put_user(value, (int __user *)arg);
}
#endif

#if GLASS_HAVE_SPLICE_PAGES
#define GLASS_PROTO_SENDPAGE
#define GLASS_STREAM_SENDPAGE
#else
#define GLASS_PROTO_SENDPAGE .sendpage = glass_compat_sendpage,
#define GLASS_STREAM_SENDPAGE .sendpage = inet_sendpage,

/* A page that is not the last is followed at once: as good as MSG_MORE */
static int glass_compat_sendpage(struct sock *sk, struct page *page,
				 int offset, size_t size, int flags)
{
	struct bio_vec part = {
		.bv_page = page, .bv_len = size, .bv_offset = offset,
	};
	struct msghdr msg = { .msg_flags = flags };

	if (flags & MSG_SENDPAGE_NOTLAST)
		msg.msg_flags |= MSG_MORE;
	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, &part, 1, size);
	return glass_send(sk, &msg, size, sendpage_ok(page));
}
#endif

/* Before connect(): the programs of a cgroup may refuse it or lead it elsewhere */
static int glass_v4_pre_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	if (len < sizeof(struct sockaddr_in))
		return -EINVAL;
	return glass_compat_bpf_connect(sk, addr, len, false);
}

static int glass_v6_pre_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	return glass_compat_bpf_connect(sk, addr, len, true);
}

struct proto glass_prot = {
	.name = "GLASS",
	.pre_connect = glass_v4_pre_connect,
	.connect = glass_v4_connect,
	.obj_size = sizeof(struct glass_sock),
	GLASS_PROTO_SENDPAGE
	GLASS_PROTO_CALLS,
};

struct proto glass6_prot = {
	.name = "GLASSv6",
	.pre_connect = glass_v6_pre_connect,
	.connect = glass_v6_connect,
	.obj_size = sizeof(struct glass6_sock),
#if GLASS_HAVE_PINFO_OFFSET
	.ipv6_pinfo_offset = offsetof(struct glass6_sock, inet6),
#endif
	GLASS_PROTO_SENDPAGE
	GLASS_PROTO_CALLS,
};

#define GLASS_STREAM_CALLS			\
	.owner = THIS_MODULE,			\
	.connect = inet_stream_connect,		\
	.socketpair = sock_no_socketpair,	\
	.accept = glass_compat_accept_socket,	\
	.poll = glass_poll,			\
	.listen = glass_listen,			\
	.shutdown = inet_shutdown,		\
	.setsockopt = sock_common_setsockopt,	\
	.getsockopt = sock_common_getsockopt,	\
	.sendmsg = inet_sendmsg,		\
	.splice_eof = inet_splice_eof,		\
	.recvmsg = inet_recvmsg,		\
	.splice_read = glass_splice_read,	\
	.set_rcvlowat = glass_set_rcvlowat,	\
	.mmap = sock_no_mmap

static const struct proto_ops glass_ops = {
	.family = PF_INET,
	.release = inet_release,
	.bind = inet_bind,
	.getname = inet_getname,
	.ioctl = inet_ioctl,
	GLASS_STREAM_SENDPAGE
	GLASS_STREAM_CALLS,
};

static const struct proto_ops glass6_ops = {
	.family = PF_INET6,
	.release = inet6_release,
	.bind = inet6_bind,
	.getname = inet6_getname,
	.ioctl = inet6_ioctl,
	GLASS_STREAM_SENDPAGE
	GLASS_STREAM_CALLS,
};

static struct inet_protosw glass_protosw = {
	.type = SOCK_STREAM,
	.protocol = IPPROTO_GLASS,
	.prot = &glass_prot,
	.ops = &glass_ops,
};

static struct inet_protosw glass6_protosw = {
	.type = SOCK_STREAM,
	.protocol = IPPROTO_GLASS,
	.prot = &glass6_prot,
	.ops = &glass6_ops,
};

/**
 * glass_addrform() - IPV6_ADDRFORM: a socket becomes one of AF_INET
 * @sk: the socket, locked
 *
 * It is as large as before: the way back to IPv6 is closed, not its memory.
 *
 * Return: 0, -ENOTCONN, -EADDRNOTAVAIL if its addresses are not mapped,
 * -EBUSY if it is in groups of IPv6, which only IPv6 itself can leave,
 * -ENOPROTOOPT if another was faster.
 */
int glass_addrform(struct sock *sk)
{
	struct ipv6_pinfo *np = inet6_sk(sk);

	if (sk->sk_family != AF_INET6)
		return -ENOPROTOOPT;
	if (sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	if (!glass_over_ipv4(sk))
		return -EADDRNOTAVAIL;
	if (rcu_access_pointer(np->ipv6_mc_list) || np->ipv6_ac_list)
		return -EBUSY;
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
	sock_prot_inuse_add(sock_net(sk), &glass_prot, 1);
	WRITE_ONCE(sk->sk_prot, &glass_prot);
	WRITE_ONCE(sk->sk_socket->ops, &glass_ops);
	WRITE_ONCE(sk->sk_family, AF_INET);
	np->rxopt.all = 0;
	inet6_cleanup_sock(sk);
	return 0;
}

/* What inet6_create() does beyond inet_create() */
static void create_ipv6(struct net *net, struct sock *sk)
{
	struct ipv6_pinfo *np = &((struct glass6_sock *)sk)->inet6;

	inet_sk(sk)->pinet6 = np;
	sk->sk_destruct = inet6_sock_destruct;
	np->hop_limit = -1;
	np->mcast_hops = IPV6_DEFAULT_MCASTHOPS;
	np->pmtudisc = IPV6_PMTUDISC_WANT;
	sk->sk_ipv6only = READ_ONCE(net->ipv6.sysctl.bindv6only);
	glass_compat_ipv6_flags(sk);
	glass_compat_reflect(sk, READ_ONCE(net->ipv6.sysctl.flowlabel_reflect) &
				 FLOWLABEL_REFLECT_ESTABLISHED);
}

/* What inet_create() and inet6_create() have in common */
static void create_common(struct net *net, struct socket *sock,
			  struct sock *sk, int family)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->pmtudisc = READ_ONCE(net->ipv4.sysctl_ip_no_pmtu_disc) ?
			 IP_PMTUDISC_DONT : IP_PMTUDISC_WANT;
	atomic_set(&inet->inet_id, 0);
	sock_init_data(sock, sk);
	sk->sk_family = family;
	sk->sk_destruct = inet_sock_destruct;
	sk->sk_protocol = IPPROTO_GLASS;
	sk->sk_backlog_rcv = sk->sk_prot->backlog_rcv;
	sk->sk_txrehash = READ_ONCE(net->core.sysctl_txrehash);
	inet->uc_ttl = -1;
	inet->mc_ttl = 1;
	glass_compat_inet_flags(sk);
}

/* socket(AF_GLASS, type, protocol) */
static int glass_create(struct net *net, struct socket *sock, int protocol,
			int kern)
{
	bool v6 = protocol == GLASSPROTO_IPV6;
	struct sock *sk;
	int err;

	if (sock->type != SOCK_STREAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != GLASSPROTO_IPV4 && protocol != GLASSPROTO_IPV6 &&
	    protocol != IPPROTO_GLASS)
		return -EPROTONOSUPPORT;
	if (v6 && !ipv6_mod_enabled())
		return -EAFNOSUPPORT;
	sock->state = SS_UNCONNECTED;
	sock->ops = v6 ? &glass6_ops : &glass_ops;
	sk = sk_alloc(net, v6 ? PF_INET6 : PF_INET, GFP_KERNEL,
		      v6 ? &glass6_prot : &glass_prot, kern);
	if (!sk)
		return -ENOBUFS;
	create_common(net, sock, sk, v6 ? PF_INET6 : PF_INET);
	if (v6)
		create_ipv6(net, sk);
	err = sk->sk_prot->init(sk);
	if (!err && !kern)
		err = BPF_CGROUP_RUN_PROG_INET_SOCK(sk);
	if (err) {
		sk_common_release(sk);
		sock->sk = NULL;
	}
	return err;
}

static struct net_proto_family glass_family_ops = {
	.create = glass_create,
	.owner = THIS_MODULE,
};

/**
 * glass_family_register() - open the ways in, last of all
 *
 * Return: 0, -EEXIST if the family's number is taken, -ENOBUFS if there is
 * no such number.
 */
int glass_family_register(void)
{
	int err;

	glass_family_ops.family = glass_family;
	err = sock_register(&glass_family_ops);
	if (err) {
		pr_err("glass: address family %u: %d\n", glass_family, err);
		return err;
	}
	inet_register_protosw(&glass_protosw);
	err = inet6_register_protosw(&glass6_protosw);
	if (err) {
		inet_unregister_protosw(&glass_protosw);
		sock_unregister(glass_family);
	}
	return err;
}

void glass_family_unregister(void)
{
	inet6_unregister_protosw(&glass6_protosw);
	inet_unregister_protosw(&glass_protosw);
	sock_unregister(glass_family);
}
