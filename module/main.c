// SPDX-License-Identifier: GPL-2.0
/*
 * Registration and its mirror image, and the life of a network namespace.
 */
#include <linux/module.h>
#include <glass/version.h>
#include <net/inet_common.h>

#include "fault.h"

unsigned int glass_net_id __read_mostly;
EXPORT_SYMBOL_GPL(glass_net_id);

static int __net_init glass_net_init(struct net *net)
{
	struct glass_net *gn = glass_net(net);
	int err;

	gn->net = net;
	get_random_bytes(&gn->isn_key, sizeof(gn->isn_key));
	get_random_bytes(&gn->ts_key, sizeof(gn->ts_key));
	get_random_bytes(&gn->port_key, sizeof(gn->port_key));
	atomic_set(&gn->port_counter, 0);
	glass_record_net_init(gn);
	glass_cookies_init(gn);
	glass_challenge_init(gn);
	glass_fastopen_init(gn);
	glass_fault_init(gn);
	err = glass_stats_init(gn);
	if (err)
		return err;
	err = glass_table_init(gn);
	if (err)
		goto no_table;
	err = glass_ports_init(gn);
	if (err)
		goto no_ports;
	err = inet_ctl_sock_create(&gn->ctl_v4, PF_INET, SOCK_RAW,
				   IPPROTO_GLASS, net);
	if (err)
		goto no_ctl_v4;
	if (ipv6_mod_enabled())
		err = inet_ctl_sock_create(&gn->ctl_v6, PF_INET6, SOCK_RAW,
					   IPPROTO_GLASS, net);
	if (err)
		goto no_ctl_v6;
	err = glass_sysctl_init(gn);
	if (err)
		goto no_sysctl;
	err = glass_proc_init(gn);
	if (err)
		goto no_proc;
	return 0;

no_proc:
	glass_sysctl_exit(gn);
no_sysctl:
	inet_ctl_sock_destroy(gn->ctl_v6);
no_ctl_v6:
	inet_ctl_sock_destroy(gn->ctl_v4);
no_ctl_v4:
	glass_ports_exit(gn);
no_ports:
	glass_table_exit(gn);
no_table:
	glass_stats_exit(gn);
	return err;
}

static void __net_exit glass_net_exit(struct net *net)
{
	struct glass_net *gn = glass_net(net);

	glass_proc_exit(gn);
	glass_sysctl_exit(gn);
	glass_fault_exit(gn);
	glass_record_net_exit(gn);
	inet_ctl_sock_destroy(gn->ctl_v6);
	inet_ctl_sock_destroy(gn->ctl_v4);
	glass_ports_exit(gn);
	glass_table_exit(gn);
	glass_fastopen_exit(gn);
	glass_stats_exit(gn);
}

static struct pernet_operations glass_net_ops = {
	.init = glass_net_init,
	.exit = glass_net_exit,
	.id = &glass_net_id,
	.size = sizeof(struct glass_net),
};

/* The core's numbers are Linux's, so that ss and the tracepoints know them */
static void __init check_constants(void)
{
	BUILD_BUG_ON((int)TCB_ESTABLISHED != (int)TCP_ESTABLISHED);
	BUILD_BUG_ON((int)TCB_SYN_SENT != (int)TCP_SYN_SENT);
	BUILD_BUG_ON((int)TCB_SYN_RECEIVED != (int)TCP_SYN_RECV);
	BUILD_BUG_ON((int)TCB_FIN_WAIT_1 != (int)TCP_FIN_WAIT1);
	BUILD_BUG_ON((int)TCB_FIN_WAIT_2 != (int)TCP_FIN_WAIT2);
	BUILD_BUG_ON((int)TCB_TIME_WAIT != (int)TCP_TIME_WAIT);
	BUILD_BUG_ON((int)TCB_CLOSED != (int)TCP_CLOSE);
	BUILD_BUG_ON((int)TCB_CLOSE_WAIT != (int)TCP_CLOSE_WAIT);
	BUILD_BUG_ON((int)TCB_LAST_ACK != (int)TCP_LAST_ACK);
	BUILD_BUG_ON((int)TCB_LISTEN != (int)TCP_LISTEN);
	BUILD_BUG_ON((int)TCB_CLOSING != (int)TCP_CLOSING);
	BUILD_BUG_ON(SEG_HEADER_MIN != sizeof(struct tcphdr));
	BUILD_BUG_ON(sizeof(struct glass_record) > 128);
	BUILD_BUG_ON(sizeof(struct glass_cb) >
		     sizeof_field(struct sk_buff, cb));
}

static int __init glass_init(void)
{
	int err;

	check_constants();
	err = glass_budget_init();
	if (err)
		return err;
	err = glass_record_cache_create();
	if (err)
		goto no_cache;
	glass_cong_init();
	err = register_pernet_subsys(&glass_net_ops);
	if (err)
		goto no_net;
	err = proto_register(&glass_prot, 1);
	if (err)
		goto no_prot;
	err = proto_register(&glass6_prot, 1);
	if (err)
		goto no_prot6;
	err = glass_v4_register();
	if (err)
		goto no_v4;
	err = glass_v6_register();
	if (err)
		goto no_v6;
	err = glass_offload_register();
	if (err)
		goto no_offload;
	err = glass_family_register();
	if (err)
		goto no_family;
	return 0;

no_family:
	glass_offload_unregister();
no_offload:
	glass_v6_unregister();
no_v6:
	glass_v4_unregister();
no_v4:
	proto_unregister(&glass6_prot);
no_prot6:
	proto_unregister(&glass_prot);
no_prot:
	unregister_pernet_subsys(&glass_net_ops);
	static_key_deferred_flush(&glass_faults_wanted);
no_net:
	rcu_barrier();
	glass_record_cache_destroy();
no_cache:
	glass_budget_exit();
	return err;
}

static void __exit glass_exit(void)
{
	glass_family_unregister();
	glass_offload_unregister();
	glass_v6_unregister();
	glass_v4_unregister();
	unregister_pernet_subsys(&glass_net_ops);
	static_key_deferred_flush(&glass_faults_wanted);
	/* sockets, listeners and records that RCU still has to free */
	rcu_barrier();
	proto_unregister(&glass6_prot);
	proto_unregister(&glass_prot);
	glass_record_cache_destroy();
	glass_budget_exit();
	glass_pages_exit();
}

module_init(glass_init);
module_exit(glass_exit);

MODULE_DESCRIPTION("Glass: a TCP you can see through, on IP protocol 253");
MODULE_AUTHOR("The Glass developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(GLASS_VERSION);
MODULE_ALIAS_NETPROTO(PF_GLASS);
/* the type as a number: the macro makes a string of what it is given */
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET, IPPROTO_GLASS, 1);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET6, IPPROTO_GLASS, 1);
MODULE_ALIAS_NET_PF_PROTO(PF_INET, IPPROTO_GLASS);
MODULE_ALIAS_NET_PF_PROTO(PF_INET6, IPPROTO_GLASS);
