/* SPDX-License-Identifier: GPL-2.0 */
/*
 * glass_diag.ko, by file:
 *
 *	diag.c		registration; requests for one socket: show it, end it
 *	diag_walk.c	requests for all: the walk, and what it leaves out
 *	diag_row.c	one answer: a socket or a record as a message
 */
#ifndef GLASS_DIAG_H
#define GLASS_DIAG_H

#include <linux/inet_diag.h>

#include "proc.h"

/**
 * struct glass_diag - a request, while it is answered
 * @gn: the netns of the socket that it came by
 * @cb: netlink's, with the request's header
 * @req: what is asked for
 * @skb: where the answer goes
 * @flags: of each message of the answer
 * @net_admin: may see marks
 */
struct glass_diag {
	struct glass_net *gn;
	struct netlink_callback *cb;
	const struct inet_diag_req_v2 *req;
	struct sk_buff *skb;
	u16 flags;
	bool net_admin;
};

/* diag_row.c */
size_t glass_diag_size(void);
void glass_diag_get_info(struct sock *sk, struct inet_diag_msg *r, void *info);
int glass_diag_put_sock(const struct glass_diag *d, struct sock *sk);
int glass_diag_put_record(const struct glass_diag *d,
			  const struct glass_row *row);

/* diag_walk.c */
void glass_diag_dump(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct inet_diag_req_v2 *req);

#endif
