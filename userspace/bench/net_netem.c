// SPDX-License-Identifier: GPL-2.0
/*
 * sch_netem by netlink: tc of Debian 12 knows of no seed.
 */
#include "net.h"

#include <err.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* TCA_NETEM_PRNG_SEED, since Linux 6.6 */
#define NETEM_SEED 14

struct request {
	struct nlmsghdr h;
	struct tcmsg t;
	char attributes[512];
};

/* The length of an attribute is known once what belongs to it is there. */
static struct rtattr *put(struct request *r, int type, const void *data,
			  size_t len)
{
	struct rtattr *a;

	a = (struct rtattr *)((char *)r + NLMSG_ALIGN(r->h.nlmsg_len));
	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	r->h.nlmsg_len = NLMSG_ALIGN(r->h.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static void put_end(struct request *r, struct rtattr *outer)
{
	outer->rta_len = (char *)r + r->h.nlmsg_len - (char *)outer;
}

/* A part of one as netem has it: of all numbers of 32 bits */
static uint32_t chance(double part)
{
	return part >= 1 ? UINT32_MAX : (uint32_t)(part * 4294967296.0);
}

/* Gilbert's model: a good state that loses nothing and a bad one, all */
static void put_bursts(struct request *r, const struct netem *n)
{
	const double leave = 1 / n->burst;
	const struct tc_netem_gemodel model = {
		.p = chance(leave * n->loss / (1 - n->loss)),
		.r = chance(leave),
	};
	struct rtattr *outer = put(r, TCA_NETEM_LOSS, NULL, 0);

	put(r, NETEM_LOSS_GE, &model, sizeof(model));
	put_end(r, outer);
}

static void put_options(struct request *r, const struct netem *n)
{
	const struct tc_netem_qopt options = {
		.limit = n->limit,
		.loss = n->burst ? 0 : chance(n->loss),
		.duplicate = chance(n->duplicate),
		.gap = n->reorder ? 1 : 0,
	};
	const struct tc_netem_reorder reorder = {
		.probability = chance(n->reorder),
	};
	const int64_t delay = n->delay_ms * 1e6, jitter = n->jitter_ms * 1e6;
	const struct tc_netem_rate rate = { 0 };
	struct rtattr *outer;

	outer = put(r, TCA_OPTIONS, &options, sizeof(options));
	put(r, TCA_NETEM_LATENCY64, &delay, sizeof(delay));
	put(r, TCA_NETEM_JITTER64, &jitter, sizeof(jitter));
	put(r, NETEM_SEED, &n->seed, sizeof(n->seed));
	if (n->reorder)
		put(r, TCA_NETEM_REORDER, &reorder, sizeof(reorder));
	if (n->burst)
		put_bursts(r, n);
	if (n->rate) {
		put(r, TCA_NETEM_RATE, &rate, sizeof(rate));
		put(r, TCA_NETEM_RATE64, &n->rate, sizeof(n->rate));
	}
	put_end(r, outer);
}

static int ask(struct request *r)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char more[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || send(fd, r, r->h.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		err(1, "netlink");
	close(fd);
	if (answer.h.nlmsg_type != NLMSG_ERROR)
		errx(1, "netlink answers with a message of type %u",
		     answer.h.nlmsg_type);
	return -answer.e.error;
}

static void request(struct request *r, const char *device, int type, int flags)
{
	memset(r, 0, sizeof(*r));
	r->h.nlmsg_len = NLMSG_LENGTH(sizeof(r->t));
	r->h.nlmsg_type = type;
	r->h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	r->t.tcm_family = AF_UNSPEC;
	r->t.tcm_ifindex = if_nametoindex(device);
	r->t.tcm_parent = TC_H_ROOT;
	if (!r->t.tcm_ifindex)
		err(1, "%s", device);
}

/**
 * netem_lay() - give a device a netem of its own, in place of what it has
 * @device: in the present network namespace
 * @n: what the netem does
 *
 * What the one before still held is lost with it.
 */
void netem_lay(const char *device, const struct netem *n)
{
	struct request r;

	request(&r, device, RTM_DELQDISC, 0);
	errno = ask(&r);
	/* at first there is none */
	if (errno && errno != ENOENT && errno != EINVAL)
		err(1, "%s: cannot take netem away", device);
	request(&r, device, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
	put(&r, TCA_KIND, "netem", sizeof("netem"));
	put_options(&r, n);
	errno = ask(&r);
	if (errno)
		err(1, "%s: no netem", device);
}
