// SPDX-License-Identifier: GPL-2.0
/*
 * sock_diag: the rows of the table as the kernel gives them to programs, with
 * what each socket knows; and the way to end one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "table.h"

struct request {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
};

static struct request request(int family, int type, int flags)
{
	return (struct request){
		.nlh = {
			.nlmsg_len = sizeof(struct request),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
		},
		.req = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_GLASS,
			.idiag_ext = 1 << (INET_DIAG_INFO - 1) |
				     1 << (INET_DIAG_CONG - 1) |
				     1 << (INET_DIAG_SKMEMINFO - 1),
			.idiag_states = ~0u,
		},
	};
}

static const char *timer_text(u32 timer)
{
	static const char *const names[] = {
		[GLASS_TIMER_RETRANSMIT] = "retransmit",
		[GLASS_TIMER_PERSIST] = "persist",
		[GLASS_TIMER_DELAYED_ACK] = "delayed-ack",
		[GLASS_TIMER_ORPHAN] = "orphan",
		[GLASS_TIMER_KEEPALIVE] = "keepalive",
		[GLASS_TIMER_REORDER] = "reorder",
		[GLASS_TIMER_LOSS_PROBE] = "loss-probe",
		[GLASS_TIMER_TIME_WAIT] = "time-wait",
	};

	return timer < sizeof(names) / sizeof(names[0]) ? names[timer] : NULL;
}

static void put_end(struct end *end, __be16 port, const __be32 *addr)
{
	end->port = ntohs(port);
	memcpy(end->addr, addr, sizeof(end->addr));
}

/* As /proc/net/glass/connections has it */
static void put_fields(struct row *r, const struct inet_diag_msg *m)
{
	const struct glass_info *i = &r->info;
	char (*f)[FIELD] = r->field;

	snprintf(f[STATE], FIELD, "%s", state_text(m->idiag_state));
	inet_ntop(r->family, r->local.addr, f[LOCAL_ADDRESS], FIELD);
	inet_ntop(r->family, r->remote.addr, f[REMOTE_ADDRESS], FIELD);
	snprintf(f[LOCAL_PORT], FIELD, "%u", r->local.port);
	snprintf(f[REMOTE_PORT], FIELD, "%u", r->remote.port);
	snprintf(f[SEND_Q], FIELD, "%u", m->idiag_wqueue);
	snprintf(f[RECV_Q], FIELD, "%u", m->idiag_rqueue);
	snprintf(f[TIMER], FIELD, "-");
	snprintf(f[IN_STATE], FIELD, "%u.%03us", i->state_ms / 1000,
		 i->state_ms % 1000);
	if (m->idiag_state == TCB_LISTEN) {
		snprintf(f[REMOTE_PORT], FIELD, "*");
		snprintf(f[TIMER], FIELD, "syn-queue:%u", i->syn_queue);
	} else if (timer_text(i->timer)) {
		snprintf(f[TIMER], FIELD, "%s:%u.%03us", timer_text(i->timer),
			 i->timer_ms / 1000, i->timer_ms % 1000);
	}
}

/* As much of an attribute as both sides know of */
static void copy(void *to, size_t size, const struct rtattr *a)
{
	memcpy(to, RTA_DATA(a), RTA_PAYLOAD(a) < size ? RTA_PAYLOAD(a) : size);
}

static void take(const struct nlmsghdr *h, row_fn each)
{
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	const struct rtattr *a = (const struct rtattr *)(m + 1);
	int len = h->nlmsg_len - NLMSG_LENGTH(sizeof(*m));
	struct row r = { .family = m->idiag_family, .id = m->id };

	for (; RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		if (a->rta_type == GLASS_DIAG_INFO) {
			copy(&r.info, sizeof(r.info), a);
			r.known = true;
		} else if (a->rta_type == INET_DIAG_SKMEMINFO) {
			copy(r.mem, sizeof(r.mem), a);
		} else if (a->rta_type == INET_DIAG_CONG) {
			copy(r.cong, sizeof(r.cong) - 1, a);
		}
	}
	put_end(&r.local, m->id.idiag_sport, m->id.idiag_src);
	put_end(&r.remote, m->id.idiag_dport, m->id.idiag_dst);
	put_fields(&r, m);
	each(&r);
}

/* Answers up to the last: 0 or an errno */
static int answers(int nl, row_fn each)
{
	static char buf[65536] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *h;
	int err, len;

	for (;;) {
		len = recv(nl, buf, sizeof(buf), 0);
		if (len < 0)
			return errno;
		for (h = (void *)buf; NLMSG_OK(h, (unsigned int)len);
		     h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type != NLMSG_DONE &&
			    h->nlmsg_type != NLMSG_ERROR) {
				take(h, each);
				continue;
			}
			memcpy(&err, NLMSG_DATA(h), sizeof(err));
			return -err;
		}
	}
}

static int ask(const struct request *q, row_fn each)
{
	int nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int err = 0;

	if (nl < 0)
		return errno;
	if (send(nl, q, sizeof(*q), 0) < 0)
		err = errno;
	else
		err = answers(nl, each);
	close(nl);
	return err;
}

/**
 * diag_rows() - all of this network namespace
 * @each: gets them
 *
 * Return: 0 or an errno; ENOENT where glass_diag.ko or glass.ko is not there.
 */
int diag_rows(row_fn each)
{
	struct request v4 = request(AF_INET, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	struct request v6 = request(AF_INET6, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	int err = ask(&v4, each);

	return err ?: ask(&v6, each);
}

/**
 * diag_kill() - end one of them
 * @r: as diag_rows() gave it
 *
 * Return: 0 or an errno; ENOENT if it is gone.
 */
int diag_kill(const struct row *r)
{
	struct request q = request(r->family, SOCK_DESTROY, NLM_F_ACK);

	q.req.id = r->id;
	return ask(&q, NULL);
}
