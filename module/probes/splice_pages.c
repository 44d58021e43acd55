// SPDX-License-Identifier: GPL-2.0
#include <linux/skbuff.h>
#include <linux/socket.h>

ssize_t probe(struct sk_buff *skb, struct msghdr *msg);

ssize_t probe(struct sk_buff *skb, struct msghdr *msg)
{
	if (!(msg->msg_flags & MSG_SPLICE_PAGES))
		return 0;
	return skb_splice_from_iter(skb, &msg->msg_iter, 1, GFP_KERNEL);
}
