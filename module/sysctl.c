// SPDX-License-Identifier: GPL-2.0
/*
 * net.glass.*, one set per netns. Leaf names are TCP's without "tcp_".
 */
#include <linux/slab.h>

#include "glass_sock.h"

static int zero;
static int one = 1;
static int two = 2;
static int ten = 10;
static int u7_max = 127;
static int seconds_max = 32767;
static int u8_max = 255;
static int second_ms = 1000;
static int minute_ms = 60000;
static int rto_max_most = 120000;
static int delack_most = 499;
static int fastopen_bits = 0x7ff;
static int mss_min = MSS_MIN;
static int mss_max = 65535;
static int search_max = 2147483;	/* its milliseconds fit in 31 bits */

/* data points into a template; each netns gets it moved to its own */
/* rfc9293: SHLD-11, MUST-23 */
static struct glass_sysctl template = {
	.syn_retries = 7,	/* four minutes; TCP's 6 are over after two */
	.synack_retries = 5,
	.retries2 = 15,
	.max_syn_backlog = 1024,
	.window_scaling = 1,
	.timestamps = 1,
	.sack = 1,
	.dsack = 1,
	.ecn = 2,
	.syncookies = 1,
	.challenge_ack_limit = INT_MAX,
	.invalid_ratelimit = 500,
	.max_tw_buckets = 65536,
	.max_orphans = 65536,	/* less where memory is, see buffer.c */
	/* TCP's; the largest are less where memory is, see budget.c */
	.rmem = { 4096, 131072, 6 << 20 },
	.wmem = { 4096, 16384, 4 << 20 },
	.moderate_rcvbuf = 1,
	.notsent_lowat = UINT_MAX,
};

#define ENTRY_SIZED(name, at, size, low, high) {	\
	.procname = name,				\
	.data = &(at),					\
	.maxlen = (size),				\
	.mode = 0644,					\
	.proc_handler = proc_dointvec_minmax,		\
	.extra1 = (low),				\
	.extra2 = (high),				\
}

#define ENTRY_AT(name, at, low, high) \
	ENTRY_SIZED(name, at, sizeof(int), low, high)
#define ENTRY(field, low, high) ENTRY_AT(#field, template.field, low, high)
#define TRIPLE(field, low) \
	ENTRY_SIZED(#field, template.field, 3 * sizeof(int), low, NULL)
#define POLICY(field, low, high) \
	ENTRY_AT(#field, template.policy.field, low, high)

static const struct ctl_table entries[] = {
	ENTRY(syn_retries, &one, &u7_max),
	ENTRY(synack_retries, &one, &ten),
	ENTRY(retries2, &one, &u8_max),
	ENTRY(max_syn_backlog, &one, NULL),
	ENTRY(window_scaling, &zero, &one),
	ENTRY(timestamps, &zero, &one),
	ENTRY(sack, &zero, &one),
	ENTRY(dsack, &zero, &one),
	/* 0 never, 1 asked for too, 2 only granted */
	ENTRY(ecn, &zero, &two),
	/* 0 never, 1 when the SYN queue is full, 2 always */
	ENTRY(syncookies, &zero, &two),
	/* per second and netns, on average; the greatest int for no limit */
	ENTRY(challenge_ack_limit, &one, NULL),
	/* milliseconds between two such ACKs of one connection */
	ENTRY(invalid_ratelimit, &zero, &minute_ms),
	ENTRY(max_tw_buckets, &zero, NULL),
	/* connections without a user: one more is reset */
	ENTRY(max_orphans, &zero, NULL),
	/* RST, not silence, for who completes a handshake too many */
	ENTRY(abort_on_overflow, &zero, &one),
	/* an ICMP error that may pass ends an open too, as it does in TCP */
	ENTRY(abort_on_soft_error, &zero, &one),
	/* a child's class, and its SYN/ACK's, is that of the SYN */
	ENTRY(reflect_tos, &zero, &one),
	/* bits: 1 connect(), 2 listen(), and enum glass_fastopen_bits */
	ENTRY(fastopen, &zero, &fastopen_bits),
	{
		.procname = "congestion_control",
		.data = &template.congestion_control,
		.maxlen = 16,
		.mode = 0644,
		.proc_handler = glass_cong_sysctl,
	},
	/* those that are loaded, and of them those for everyone: of all netns */
	{
		.procname = "available_congestion_control",
		.maxlen = 2048,
		.mode = 0444,
		.proc_handler = glass_cong_sysctl_names,
	},
	{
		.procname = "allowed_congestion_control",
		.maxlen = 2048,
		.mode = 0644,
		.extra1 = &template,	/* see there */
		.proc_handler = glass_cong_sysctl_names,
	},
	/* one or two secrets of listeners, as TCP's; cookies by both are good */
	{
		.procname = "fastopen_key",
		.data = &template.fastopen,
		.maxlen = 2 * sizeof(siphash_key_t),
		.mode = 0600,
		.proc_handler = glass_fastopen_key,
	},
	/*
	 * Off, as rfc9293#section-3.10.7.4 reads and as TCP has it. A peer
	 * that lost its memory, or another host behind the same NAT, opens
	 * with a SYN below RCV.NXT; its RST in answer to our challenge ACK
	 * is what lets it in after a second, not after 2 MSL.
	 */
	ENTRY(rfc1337, &zero, &one),
	TRIPLE(rmem, &one),
	TRIPLE(wmem, &one),
	/* pages that all sockets of all netns may use: low, pressure, high */
	{
		.procname = "mem",
		.maxlen = 3 * sizeof(long),
		.mode = 0644,
		.proc_handler = glass_budget_sysctl,
	},
	ENTRY(moderate_rcvbuf, &zero, &one),
	{
		.procname = "notsent_lowat",
		.data = &template.notsent_lowat,
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec,
	},
	POLICY(keepalive_time, &one, &seconds_max),
	POLICY(keepalive_intvl, &one, &seconds_max),
	POLICY(keepalive_probes, &one, &u8_max),
	POLICY(retries1, &zero, &u8_max),
	POLICY(orphan_retries, &zero, &u8_max),
	POLICY(fin_timeout, &zero, &seconds_max),
	POLICY(stdurg, &zero, &one),
	POLICY(ecn_fallback, &zero, &one),
	/* 0 never, 1 once large segments seem to vanish, 2 always */
	POLICY(mtu_probing, &zero, &two),
	POLICY(base_mss, &mss_min, &mss_max),
	POLICY(mtu_probe_floor, &mss_min, &mss_max),
	POLICY(min_snd_mss, &mss_min, &mss_max),
	POLICY(probe_interval, &zero, &search_max),
	POLICY(probe_threshold, &zero, NULL),
	/* TCP's of newer kernels; what is running takes them up at once */
	POLICY(rto_min_us, &one, NULL),
	POLICY(rto_max_ms, &second_ms, &rto_max_most),
	/* as TCP_DELACK_MAX_US; rfc9293#section-3.8.6.3: less than half a second */
	POLICY(delack_max_ms, &zero, &delack_most),
};

int glass_sysctl_init(struct glass_net *gn)
{
	size_t n = ARRAY_SIZE(entries), i;
	struct ctl_table *table;

	gn->sysctl = template;
	glass_buffer_limits(gn);
	gn->sysctl.policy = tcb_policy_default;
	table = kcalloc(GLASS_SYSCTL_ENTRIES(n), sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	memcpy(table, entries, sizeof(entries));
	for (i = 0; i < n; i++) {
		if (table[i].data)
			table[i].data += (char *)&gn->sysctl - (char *)&template;
		else if (!net_eq(gn->net, &init_net))
			table[i].mode &= ~0222;	/* of all netns, as with TCP */
		/* who may write it in a netns of their own are bound by it, too */
		if (table[i].data == &gn->sysctl.max_orphans &&
		    !net_eq(gn->net, &init_net))
			table[i].extra2 = &glass_net(&init_net)->sysctl.max_orphans;
	}
	glass_cong_net_init(gn);
	gn->sysctl_header = glass_compat_sysctl(gn->net, "net/glass", table, n);
	if (!gn->sysctl_header) {
		glass_cong_net_exit(gn);
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

void glass_sysctl_exit(struct glass_net *gn)
{
	const struct ctl_table *table = gn->sysctl_header->ctl_table_arg;

	unregister_net_sysctl_table(gn->sysctl_header);
	glass_cong_net_exit(gn);
	kfree(table);
}
