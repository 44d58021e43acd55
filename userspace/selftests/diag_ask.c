// SPDX-License-Identifier: GPL-2.0
/*
 * Questions to sock_diag, and their answers.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "diag.h"

struct question question(const struct kind *k, uint32_t states)
{
	struct question q = { .k = k, .states = states };

	q.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	q.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return q;
}

static void end_of(const struct addr *a, __be16 *port, __be32 *addr)
{
	memset(addr, 0, 16);
	if (a->sa.sa_family == AF_INET) {
		*port = a->in.sin_port;
		memcpy(addr, &a->in.sin_addr, 4);
	} else {
		*port = a->in6.sin6_port;
		memcpy(addr, &a->in6.sin6_addr, 16);
	}
}

void ask_ends(struct question *q, const struct addr *local,
	      const struct addr *remote)
{
	end_of(local, &q->id.idiag_sport, q->id.idiag_src);
	end_of(remote, &q->id.idiag_dport, q->id.idiag_dst);
}

/* By the ends of a socket; those of a listener have no remote one */
void ask_socket(struct question *q, int fd)
{
	struct addr local = { .len = sizeof(local.ss) };
	struct addr remote = { .len = sizeof(remote.ss) };

	must_be(getsockname(fd, &local.sa, &local.len), 0);
	if (getpeername(fd, &remote.sa, &remote.len)) {
		must_be(errno, ENOTCONN);
		remote.sa.sa_family = local.sa.sa_family;
	}
	ask_ends(q, &local, &remote);
}

/* What a dump told, by its cookie too */
void ask_told(struct question *q, const struct told *t)
{
	q->id = t->msg.id;
}

static int send_question(const struct question *q, int type, int flags)
{
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req_v2 req;
		struct nlattr code;
	} m = {
		.nlh = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(m.req)),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
		},
		.req = {
			.sdiag_family = q->k->af,
			.sdiag_protocol = q->k->glass ? 253 : IPPROTO_TCP,
			.idiag_ext = q->ext,
			.idiag_states = q->states,
			.id = q->id,
		},
		.code = {
			.nla_type = INET_DIAG_REQ_BYTECODE,
			.nla_len = sizeof(m.code) + q->code_len,
		},
	};
	struct iovec parts[] = {
		{ &m, m.nlh.nlmsg_len }, { (void *)q->code, q->code_len },
	};
	int nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	must(nl >= 0);
	if (q->code) {
		m.nlh.nlmsg_len += m.code.nla_len;
		parts[0].iov_len = sizeof(m);
	}
	must_be(writev(nl, parts, q->code ? 2 : 1), m.nlh.nlmsg_len);
	return nl;
}

/* The errno of the last message of an answer, negative */
static int error_of(const struct nlmsghdr *h)
{
	int err;

	memcpy(&err, NLMSG_DATA(h), sizeof(err));
	return err;
}

static void keep(struct told *t, const struct nlmsghdr *h)
{
	const char *data = NLMSG_DATA(h);
	int len = h->nlmsg_len - NLMSG_LENGTH(sizeof(t->msg));

	must(len >= 0 && len <= (int)sizeof(t->attrs));
	memcpy(&t->msg, data, sizeof(t->msg));
	memcpy(t->attrs, data + NLMSG_ALIGN(sizeof(t->msg)), len);
	t->len = len;
}

int ask_start(const struct question *q)
{
	return send_question(q, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
}

/**
 * ask_more() - one part of a dump
 * @nl: from ask_start()
 * @all: gets answers
 * @room: no more than this
 * @end: was it the last part?
 *
 * Return: how many, or a negative errno.
 */
int ask_more(int nl, struct told *all, int room, bool *end)
{
	char buf[65536];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	int len = recv(nl, buf, sizeof(buf), 0), n = 0;

	must(len > 0);
	*end = false;
	for (; len > 0 && NLMSG_OK(h, (unsigned int)len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_type == NLMSG_DONE ||
		    h->nlmsg_type == NLMSG_ERROR) {
			*end = true;
			return error_of(h) ?: n;
		}
		must(n < room);
		keep(&all[n++], h);
	}
	return n;
}

int ask_all(const struct question *q, struct told *all, int room)
{
	int nl = ask_start(q), n = 0, more;
	bool end = false;

	while (!end) {
		more = ask_more(nl, all + n, room - n, &end);
		if (more < 0) {
			n = more;
			break;
		}
		n += more;
	}
	close(nl);
	return n;
}

static int ask_exact(const struct question *q, int type, int flags,
		     struct told *t)
{
	int nl = send_question(q, type, flags), n;
	struct told none;
	bool end;

	n = ask_more(nl, t ?: &none, 1, &end);
	close(nl);
	return n < 0 ? n : 0;
}

/* One socket by its ends: 0, or a negative errno */
int ask_one(const struct question *q, struct told *t)
{
	return ask_exact(q, SOCK_DIAG_BY_FAMILY, 0, t);
}

int ask_kill(const struct question *q)
{
	return ask_exact(q, SOCK_DESTROY, NLM_F_ACK, NULL);
}

/* An attribute that has at least so many octets, or NULL */
const void *attr_of(const struct told *t, int type, size_t len)
{
	const struct rtattr *a = (const struct rtattr *)t->attrs;
	int left = t->len;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == type)
			return RTA_PAYLOAD(a) >= len ? RTA_DATA(a) : NULL;
	return NULL;
}

long attr_u8(const struct told *t, int type)
{
	const uint8_t *value = attr_of(t, type, 1);

	return value ? *value : -1;
}
