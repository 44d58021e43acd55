// SPDX-License-Identifier: GPL-2.0
/*
 * The backlog's rule: what a full queue does to a SYN, and to the ACK that
 * would complete a handshake. Nobody who is turned away here is told so, unless
 * the administrator wants it: a client that hears nothing tries again.
 */
#include <glass/backlog.h>

/* More than the limit, as in Linux' TCP */
static bool queue_full(const struct backlog *b, u32 children)
{
	return children > b->limit;
}

/**
 * accept_queue_full() - has one whose handshake is complete to stay outside?
 * @b: the queues
 *
 * Return: true if the accept queue is full.
 */
bool accept_queue_full(const struct backlog *b)
{
	return queue_full(b, b->waiting);
}

/**
 * backlog_syn() - a SYN that LISTEN lets in: is there room for it?
 * @b: the queues
 * @known: it comes from TIME-WAIT: he had a connection before, and his ISN
 *	must be chosen, which a cookie's cannot
 *
 * The accept queue comes first: who could not be accepted gets no cookie
 * either. Who is known needs no room in the SYN queue, but is counted there.
 *
 * Return: RULE_LISTEN_SYN, and the SYN queue is longer by one;
 * RULE_LISTEN_SYN_COOKIE, and it is not; else the SYN is dropped.
 *
 * rfc4987: 3.2, 3.6, 3.7
 */
u16 backlog_syn(const struct backlog *b, bool known)
{
	if (accept_queue_full(b))
		return RULE_LISTEN_ACCEPT_QUEUE_FULL;
	if (known)
		return RULE_LISTEN_SYN;
	if (b->cookies == COOKIES_ALWAYS)
		return RULE_LISTEN_SYN_COOKIE;
	if (!queue_full(b, b->embryos) && b->embryos < b->most)
		return RULE_LISTEN_SYN;
	return b->cookies == COOKIES_NEVER ? RULE_LISTEN_SYN_QUEUE_FULL :
					     RULE_LISTEN_SYN_COOKIE;
}

/**
 * backlog_ack() - the ACK came that completes a handshake
 * @b: the queues
 * @abort: net.glass.abort_on_overflow
 *
 * Return: RULE_EMBRYO_ACK: a child is made, and waits in the accept queue;
 * RULE_LISTEN_ACCEPT_QUEUE_FULL: the ACK is dropped, the embryo stays and sends
 * its SYN/ACK again; RULE_LISTEN_OVERFLOW_RST: it is aborted.
 */
u16 backlog_ack(const struct backlog *b, bool abort)
{
	if (!accept_queue_full(b))
		return RULE_EMBRYO_ACK;
	return abort ? RULE_LISTEN_OVERFLOW_RST :
		       RULE_LISTEN_ACCEPT_QUEUE_FULL;
}
