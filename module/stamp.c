// SPDX-License-Identifier: GPL-2.0
/*
 * When text arrived and when it left: SO_TIMESTAMP and SO_TIMESTAMPING.
 *
 * With each recvmsg() a program hears when the last of the text came, by the
 * host's clock or by its device's. Of each send(), the error queue tells when
 * its last octet was queued at the device, left, and was acknowledged.
 */
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/socket.h>
#include <net/scm.h>

#include "glass_sock.h"

/* Does it say when it came? Not if nobody on this host asked for that then */
static bool stamped(const struct sk_buff *skb)
{
	return skb->tstamp ||
	       skb_hwtstamps((struct sk_buff *)skb)->hwtstamp;
}

/**
 * glass_stamp_take() - text of this packet goes to the user
 * @skb: the packet
 * @stamps: get its stamps; are left alone if it has none
 */
void glass_stamp_take(struct sk_buff *skb,
		      struct scm_timestamping_internal *stamps)
{
	if (!stamped(skb))
		return;
	stamps->ts[0] = ktime_to_timespec64(skb->tstamp);
	stamps->ts[2] = ktime_to_timespec64(skb_hwtstamps(skb)->hwtstamp);
}

/**
 * glass_stamp_join() - the text of one packet is appended to another's
 * @to: that, which has the later packet's stamps from now on
 * @from: the later one; without stamps it changes none
 */
void glass_stamp_join(struct sk_buff *to, const struct sk_buff *from)
{
	if (!stamped(from))
		return;
	to->tstamp = from->tstamp;
	skb_hwtstamps(to)->hwtstamp =
		skb_hwtstamps((struct sk_buff *)from)->hwtstamp;
}

static bool known(const struct timespec64 *ts)
{
	return ts->tv_sec || ts->tv_nsec;
}

/* SO_TIMESTAMP and SO_TIMESTAMPNS, in the form that the program asked for */
static void tell_one(struct msghdr *msg, const struct sock *sk,
		     const struct timespec64 *ts)
{
	bool ns = sock_flag(sk, SOCK_RCVTSTAMPNS);
	struct __kernel_timespec wide = {
		.tv_sec = ts->tv_sec, .tv_nsec = ts->tv_nsec,
	};
	struct __kernel_old_timespec narrow = {
		.tv_sec = ts->tv_sec, .tv_nsec = ts->tv_nsec,
	};
	/* of microseconds; both structs of it look like those of nanoseconds */
	struct __kernel_sock_timeval wide_us = {
		.tv_sec = ts->tv_sec, .tv_usec = ts->tv_nsec / NSEC_PER_USEC,
	};
	struct __kernel_old_timeval narrow_us = {
		.tv_sec = ts->tv_sec, .tv_usec = ts->tv_nsec / NSEC_PER_USEC,
	};

	if (sock_flag(sk, SOCK_TSTAMP_NEW) && ns)
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMPNS_NEW, sizeof(wide), &wide);
	else if (sock_flag(sk, SOCK_TSTAMP_NEW))
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMP_NEW, sizeof(wide_us),
			 &wide_us);
	else if (ns)
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMPNS_OLD, sizeof(narrow),
			 &narrow);
	else
		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMP_OLD, sizeof(narrow_us),
			 &narrow_us);
}

/**
 * glass_stamp_tell() - recvmsg() ends
 * @sk: the socket
 * @msg: the call's
 * @stamps: of the last packet that text was taken from; are overwritten
 */
void glass_stamp_tell(const struct sock *sk, struct msghdr *msg,
		      struct scm_timestamping_internal *stamps)
{
	u32 flags = READ_ONCE(sk->sk_tsflags);

	if (known(&stamps->ts[0]) && sock_flag(sk, SOCK_RCVTSTAMP))
		tell_one(msg, sk, &stamps->ts[0]);
	if (!glass_compat_rx_stamps(flags, SOF_TIMESTAMPING_SOFTWARE,
				    SOF_TIMESTAMPING_RX_SOFTWARE))
		stamps->ts[0] = (struct timespec64){};
	if (!glass_compat_rx_stamps(flags, SOF_TIMESTAMPING_RAW_HARDWARE,
				    SOF_TIMESTAMPING_RX_HARDWARE))
		stamps->ts[2] = (struct timespec64){};
	if (!known(&stamps->ts[0]) && !known(&stamps->ts[2]))
		return;
	if (sock_flag(sk, SOCK_TSTAMP_NEW))
		put_cmsg_scm_timestamping64(msg, stamps);
	else
		put_cmsg_scm_timestamping(msg, stamps);
}

/**
 * glass_stamp_control() - what the control messages of a sendmsg() ask for
 * @sk: the socket, locked
 * @msg: the call's
 * @stamps: SOF_TIMESTAMPING_*, the socket's own; changed by SO_TIMESTAMPING
 *
 * All else of SOL_SOCKET that Linux knows there is of no use to a stream; what
 * is of other levels is ignored.
 *
 * Return: 0, -EINVAL: one is unknown, not allowed or not all there.
 */
int glass_stamp_control(struct sock *sk, struct msghdr *msg, u32 *stamps)
{
	struct sockcm_cookie asked;

	sockcm_init(&asked, sk);
	if (sock_cmsg_send(sk, msg, &asked))
		return -EINVAL;
	*stamps = asked.tsflags;
	return 0;
}

/**
 * glass_stamp_begin() - text is sent whose user may want to know when it left
 * @sk: the socket, locked
 *
 * OPT_ID counts octets from the first that is sent after it was asked for.
 */
void glass_stamp_begin(struct sock *sk)
{
	if (!atomic_read(&sk->sk_tskey))
		atomic_set(&sk->sk_tskey, glass_sk(sk)->out_seq ?: 1);
}

/**
 * glass_stamp_text() - the last of what a send() has is queued
 * @sk: the socket, locked
 * @stamps: SOF_TIMESTAMPING_*, what is to be told of it
 *
 * Of a skb one octet is told. What was asked of an earlier one that has not
 * left yet is told of this one too, as TCP has it.
 */
void glass_stamp_text(struct sock *sk, u32 stamps)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);
	struct skb_shared_info *info;

	if (!skb || !(stamps & SOF_TIMESTAMPING_TX_RECORD_MASK))
		return;
	info = skb_shinfo(skb);
	__sock_tx_timestamp(stamps, &info->tx_flags);
	info->tskey = GLASS_CB(skb)->end - 1 - atomic_read(&sk->sk_tskey);
	GLASS_CB(skb)->stamp = GLASS_CB(skb)->end - 1;
	GLASS_CB(skb)->stamped = true;
	GLASS_CB(skb)->stamps_ack |= !!(stamps & SOF_TIMESTAMPING_TX_ACK);
}

/**
 * glass_stamp_pass() - a packet has the text of another
 * @to: it
 * @from: the other, of which it has the octet that is to be told
 */
void glass_stamp_pass(struct sk_buff *to, const struct sk_buff *from)
{
	skb_shinfo(to)->tx_flags |=
		skb_shinfo(from)->tx_flags & SKBTX_ANY_TSTAMP;
	skb_shinfo(to)->tskey = skb_shinfo(from)->tskey;
}

/**
 * glass_stamp_acked() - the last octet of a send() was acknowledged
 * @sk: the socket, locked
 * @skb: has it
 */
void glass_stamp_acked(struct sock *sk, struct sk_buff *skb)
{
	GLASS_CB(skb)->stamps_ack = false;
	__skb_tstamp_tx(skb, NULL, NULL, sk, SCM_TSTAMP_ACK);
}
