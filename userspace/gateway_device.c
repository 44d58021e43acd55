// SPDX-License-Identifier: GPL-2.0
/*
 * glass gateway: what a device is, what it joins before anybody sees it, and
 * what of tc others have put on it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include "gateway.h"

#define BLOCK_BITS	32	/* features come in words of so many */

/* As ethtool -k has them */
static const char *const names[] = { "rx-gro", "rx-lro", "rx-gro-hw" };

const char *gateway_offload_name(enum receive_offload which)
{
	return names[__builtin_ctz(which)];
}

/* An ioctl about a device, which may answer with a number; false with errno */
static bool ask(const char *name, unsigned long request, struct ifreq *r)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error;
	bool done;

	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", name);
	done = fd >= 0 && ioctl(fd, request, r) >= 0;
	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return done;
}

static bool ethtool(const char *name, void *command)
{
	struct ifreq r = { .ifr_data = command };

	return ask(name, SIOCETHTOOL, &r);
}

/**
 * gateway_device() - can there be a gateway on a device?
 * @name: the device
 * @ethernet: is set if its packets begin with a header of Ethernet
 * @why: is set if there cannot
 *
 * Return: whether there can.
 */
bool gateway_device(const char *name, bool *ethernet, const char **why)
{
	struct ifreq r = { };

	if (strlen(name) >= IFNAMSIZ) {
		*why = "no device has so long a name";
	} else if (!ask(name, SIOCGIFHWADDR, &r)) {
		*why = strerror(errno);
	} else if (r.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK) {
		*why = "what leaves by it arrives by it: there is nobody behind";
	} else if (r.ifr_hwaddr.sa_family != ARPHRD_ETHER &&
		   r.ifr_hwaddr.sa_family != ARPHRD_NONE) {
		*why = "only Ethernet, and devices without any header (tun, WireGuard)";
	} else {
		*ethernet = r.ifr_hwaddr.sa_family == ARPHRD_ETHER;
		return true;
	}
	return false;
}

/* The names of all features, in the order of their bits; NULL if it has none */
static struct ethtool_gstrings *feature_names(const char *name)
{
	/* its answer, one number for each set that was asked for, comes behind it */
	union {
		struct ethtool_sset_info info;
		char room[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} set = { .info.cmd = ETHTOOL_GSSET_INFO,
		  .info.sset_mask = 1ull << ETH_SS_FEATURES };
	struct ethtool_gstrings *strings;

	if (!ethtool(name, &set))
		return NULL;
	strings = calloc(1, sizeof(*strings) + (size_t)set.info.data[0] * ETH_GSTRING_LEN);
	if (!strings)
		return NULL;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = set.info.data[0];
	if (ethtool(name, strings))
		return strings;
	free(strings);
	return NULL;
}

/* The bit of one of ours, -1 if this kernel does not know it */
static int feature_bit(const struct ethtool_gstrings *strings, int ours)
{
	uint32_t i;

	for (i = 0; i < strings->len; i++)
		if (!strncmp((const char *)strings->data + i * ETH_GSTRING_LEN,
			     names[ours], ETH_GSTRING_LEN))
			return i;
	return -1;
}

/**
 * gateway_offloads() - which of them are active?
 * @name: the device
 * @on: gets them
 *
 * Return: false with errno if that cannot be known.
 */
bool gateway_offloads(const char *name, unsigned int *on)
{
	struct ethtool_gstrings *strings = feature_names(name);
	struct ethtool_gfeatures *get;
	uint32_t blocks;
	bool known;
	int i, bit;

	*on = 0;
	if (!strings)
		return false;
	blocks = (strings->len + BLOCK_BITS - 1) / BLOCK_BITS;
	get = calloc(1, sizeof(*get) + blocks * sizeof(get->features[0]));
	if (!get) {
		free(strings);
		return false;
	}
	get->cmd = ETHTOOL_GFEATURES;
	get->size = blocks;
	known = ethtool(name, get);
	for (i = 0; known && 1u << i <= RX_ALL; i++) {
		bit = feature_bit(strings, i);
		if (bit >= 0 && get->features[bit / BLOCK_BITS].active >> bit % BLOCK_BITS & 1)
			*on |= 1u << i;
	}
	free(get);
	free(strings);
	return known;
}

/**
 * gateway_offloads_set() - turn some of them on or off
 * @name: the device
 * @which: bits
 * @on: on or off
 *
 * What the device may not change stays as it is, which gateway_offloads() tells.
 *
 * Return: false with errno if that cannot be asked for.
 */
bool gateway_offloads_set(const char *name, unsigned int which, bool on)
{
	struct ethtool_gstrings *strings = feature_names(name);
	struct ethtool_sfeatures *set;
	uint32_t blocks, mask;
	bool done;
	int i, bit;

	if (!strings)
		return false;
	blocks = (strings->len + BLOCK_BITS - 1) / BLOCK_BITS;
	set = calloc(1, sizeof(*set) + blocks * sizeof(set->features[0]));
	if (!set) {
		free(strings);
		return false;
	}
	set->cmd = ETHTOOL_SFEATURES;
	set->size = blocks;
	for (i = 0; 1u << i <= RX_ALL; i++) {
		bit = feature_bit(strings, i);
		if (bit < 0 || !(which & 1u << i))
			continue;
		mask = 1u << bit % BLOCK_BITS;
		set->features[bit / BLOCK_BITS].valid |= mask;
		if (on)
			set->features[bit / BLOCK_BITS].requested |= mask;
	}
	done = ethtool(name, set);
	free(set);
	free(strings);
	return done;
}

struct question {
	struct nlmsghdr h;
	struct tcmsg t;
};

/*
 * What @judge says of the first message that tells it anything: it gets them one
 * by one, and returns -1 for those that do not. -1 if there is no answer.
 */
static int ask_tc(const struct question *q, int (*judge)(const struct nlmsghdr *))
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), found = -1;
	char answer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n = fd < 0 ? -1 : send(fd, q, sizeof(*q), 0);

	while (n > 0 && found < 0) {
		struct nlmsghdr *h = (struct nlmsghdr *)answer;
		unsigned int left;

		n = recv(fd, answer, sizeof(answer), 0);
		left = n > 0 ? n : 0;
		for (; found < 0 && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			found = judge(h);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

static bool is_last(const struct nlmsghdr *h)
{
	return h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR;
}

static int is_filter(const struct nlmsghdr *h)
{
	if (is_last(h))
		return 0;
	return h->nlmsg_type == RTM_NEWTFILTER ? 1 : -1;
}

static int is_clsact(const struct nlmsghdr *h)
{
	const struct rtattr *a = (void *)((char *)NLMSG_DATA(h) +
					  NLMSG_ALIGN(sizeof(struct tcmsg)));
	unsigned int left;

	if (is_last(h))
		return 0;
	if (h->nlmsg_type != RTM_NEWQDISC)
		return -1;
	left = NLMSG_PAYLOAD(h, sizeof(struct tcmsg));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == TCA_KIND)
			return !strncmp(RTA_DATA(a), "clsact", RTA_PAYLOAD(a));
	return 0;
}

/**
 * gateway_filters() - has a device any filter?
 * @ifindex: the device
 * @arriving: for packets that arrive, else for those that leave
 *
 * Return: whether it has, also if that cannot be known.
 */
bool gateway_filters(int ifindex, bool arriving)
{
	const struct question q = {
		.h = { .nlmsg_len = sizeof(q), .nlmsg_type = RTM_GETTFILTER,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.t = { .tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex,
		       .tcm_parent = TC_H_MAKE(TC_H_CLSACT, arriving ? TC_H_MIN_INGRESS :
					       TC_H_MIN_EGRESS) },
	};

	return ask_tc(&q, is_filter) != 0;
}

/**
 * gateway_clsact() - is the qdisc of what arrives by a device a clsact?
 * @ifindex: the device
 *
 * An ingress has the same place and number, and nothing for what leaves.
 *
 * Return: whether there is one and it is.
 */
bool gateway_clsact(int ifindex)
{
	const struct question q = {
		.h = { .nlmsg_len = sizeof(q), .nlmsg_type = RTM_GETQDISC,
		       /* or it is not told to who asks */
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ECHO },
		.t = { .tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex,
		       .tcm_parent = TC_H_CLSACT },
	};

	return ask_tc(&q, is_clsact) == 1;
}
