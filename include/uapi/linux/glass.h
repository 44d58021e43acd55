/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Glass: a teaching TCP on IP protocol 253. What programs need to know.
 *
 *	socket(AF_INET,  SOCK_STREAM, IPPROTO_GLASS)	IPv4
 *	socket(AF_INET6, SOCK_STREAM, IPPROTO_GLASS)	IPv6
 *	socket(AF_GLASS, SOCK_STREAM, GLASSPROTO_IPV4)	IPv4, sockaddr_in
 *	socket(AF_GLASS, SOCK_STREAM, GLASSPROTO_IPV6)	IPv6, sockaddr_in6
 */
#ifndef _UAPI_LINUX_GLASS_H
#define _UAPI_LINUX_GLASS_H

#include <linux/types.h>

/*
 * The number of a family that Linux never had code for (AF_ASH); the
 * module's parameter "family" moves it.
 */
#ifndef AF_GLASS
#define AF_GLASS	18
#endif
#define PF_GLASS	AF_GLASS

/* rfc3692: a number for experiments */
#ifndef IPPROTO_GLASS
#define IPPROTO_GLASS	253
#endif

/* Third argument of socket(AF_GLASS, ...) */
#define GLASSPROTO_IPV4	0
#define GLASSPROTO_IPV6	1

/*
 * Level for setsockopt() and getsockopt(). The level IPPROTO_TCP with TCP's
 * numbers means the same.
 */
#ifndef SOL_GLASS
#define SOL_GLASS	253
#endif

#define GLASS_NODELAY	1	/* int, as TCP_NODELAY */
#define GLASS_MAXSEG	2	/* int, as TCP_MAXSEG */
#define GLASS_CORK	3	/* int, as TCP_CORK */
#define GLASS_KEEPIDLE	4	/* int, seconds, as TCP_KEEPIDLE */
#define GLASS_KEEPINTVL	5	/* int, seconds, as TCP_KEEPINTVL */
#define GLASS_KEEPCNT	6	/* int, as TCP_KEEPCNT */
#define GLASS_SYNCNT	7	/* int, as TCP_SYNCNT */
#define GLASS_LINGER2	8	/* int, seconds, as TCP_LINGER2 */
#define GLASS_DEFER_ACCEPT 9	/* int, seconds, as TCP_DEFER_ACCEPT */
#define GLASS_WINDOW_CLAMP 10	/* int, octets, as TCP_WINDOW_CLAMP */
#define GLASS_INFO	11	/* struct glass_info, read only; see there */
#define GLASS_QUICKACK	12	/* int, as TCP_QUICKACK */
#define GLASS_CONGESTION 13	/* a name of 15 characters, as TCP_CONGESTION */
#define GLASS_USER_TIMEOUT 18	/* int, milliseconds, as TCP_USER_TIMEOUT */
#define GLASS_FASTOPEN	23	/* int, pending requests, as TCP_FASTOPEN */
#define GLASS_NOTSENT_LOWAT 25	/* unsigned, octets, as TCP_NOTSENT_LOWAT */
#define GLASS_FASTOPEN_CONNECT 30 /* int, as TCP_FASTOPEN_CONNECT */
/* int, as SO_ZEROCOPY, which not all kernels let Glass have; SOL_GLASS alone */
#define GLASS_ZEROCOPY	60

/* Bits of glass_info.flags */
#define GLASS_INFO_TIMESTAMPS	0x001	/* both SYNs carried timestamps */
#define GLASS_INFO_SACK		0x002	/* both SYNs permitted SACK */
#define GLASS_INFO_WSCALE	0x004	/* both SYNs carried a window scale */
#define GLASS_INFO_ECN		0x008	/* both SYNs asked for ECN */
#define GLASS_INFO_PASSIVE	0x010	/* a listener opened it */
#define GLASS_INFO_RECOVERY	0x020	/* something is lost, and is sent again */
#define GLASS_INFO_PEER_CLOSED	0x040	/* the peer's FIN was taken */
#define GLASS_INFO_CLOSED	0x080	/* the user's FIN is queued or sent */
#define GLASS_INFO_URGENT	0x100	/* urgent text is not acknowledged yet */
#define GLASS_INFO_FASTOPEN	0x200	/* a SYN's cookie was good: the peer's, or ours with text */

/* Values of glass_info.timer: which deadline is next */
#define GLASS_TIMER_NONE	0
#define GLASS_TIMER_RETRANSMIT	1	/* rfc6298#section-5 */
#define GLASS_TIMER_PERSIST	2	/* rfc9293#section-3.8.6.1 */
#define GLASS_TIMER_DELAYED_ACK	3	/* rfc9293#section-3.8.6.3 */
#define GLASS_TIMER_ORPHAN	4	/* FIN-WAIT-2 without a user */
#define GLASS_TIMER_KEEPALIVE	5	/* rfc9293#section-3.8.4 */
#define GLASS_TIMER_REORDER	6	/* rfc8985#section-6.2 */
#define GLASS_TIMER_LOSS_PROBE	7	/* rfc8985#section-7 */

#define GLASS_TIMER_TIME_WAIT	8	/* rfc9293#section-3.6.1; sock_diag alone */

/*
 * sock_diag for AF_INET and AF_INET6, protocol 253, answers as for TCP. Where
 * INET_DIAG_INFO is asked for it has an attribute of this type, too: a struct
 * glass_info. That of SYN-RECEIVED or TIME-WAIT without a socket says what is
 * known of it: state, state_ms, timer, timer_ms and backoff.
 */
enum {
	GLASS_DIAG_INFO = 253,
};

/**
 * struct glass_info - GLASS_INFO: what a connection is at this moment
 * @state: as Linux numbers TCP's: 1 ESTABLISHED, 2 SYN-SENT, 3 SYN-RECEIVED,
 *	4 FIN-WAIT-1, 5 FIN-WAIT-2, 7 CLOSED, 8 CLOSE-WAIT, 9 LAST-ACK,
 *	10 LISTEN, 11 CLOSING; in sock_diag alone 6 TIME-WAIT
 * @flags: GLASS_INFO_ bits
 * @accept_queue: in LISTEN, children that wait for accept()
 * @backlog: in LISTEN, what listen() was given, net.core.somaxconn at most
 * @syn_queue: in LISTEN, children in SYN-RECEIVED
 * @timer: GLASS_TIMER_ of the deadline that is next
 * @timer_ms: milliseconds until then, 0 when it has passed
 * @state_ms: milliseconds in this state
 * @iss: initial send sequence number
 * @snd_una: SND.UNA, the oldest octet that is not acknowledged
 * @snd_cur: where sending goes on, below @snd_nxt while it is done again
 * @snd_nxt: SND.NXT
 * @snd_end: one past the last octet that the user queued
 * @snd_wnd: SND.WND in octets
 * @snd_wl1: SND.WL1
 * @snd_wl2: SND.WL2
 * @snd_wscale: shift count of the peer's windows
 * @snd_mss: effective send MSS: octets of text that a segment may carry
 * @irs: initial receive sequence number
 * @rcv_user: the next octet that recv() will give
 * @rcv_nxt: RCV.NXT
 * @rcv_wnd: octets of window as promised last, counted from the RCV.NXT that
 *	was told then, which may be below @rcv_nxt
 * @rcv_wscale: shift count of our windows
 * @rcv_mss: the largest text seen in a segment
 * @adv_mss: the MSS option that we sent
 * @path_mtu: largest packet that the path takes, as IP knows it; what
 *	net.glass.mtu_probing found is in @snd_mss
 * @srtt_us: smoothed round-trip time, 0 before the first sample
 * @rttvar_us: its variation
 * @min_rtt_us: the shortest of late, 0 before the first sample
 * @rto_us: retransmission timeout, with its backoff
 * @cwnd: congestion window in octets
 * @ssthresh: slow start threshold in octets, 0x7fffffff until a loss, a mark
 *	or the end of slow start has set it
 * @in_flight: octets that are thought to be in the network
 * @sacked: octets above SND.UNA that the peer reports
 * @lost: octets that are thought lost and not sent again yet; without SACK
 *	known after a timeout alone
 * @held: ranges of text that are held above a gap
 * @backoff: times in a row that the retransmission or persist timer expired
 * @unanswered: probes and keepalives in a row that nothing answered
 * @resends: segments with text or FIN that were sent again, in all
 * @quiet_ms: milliseconds since an acceptable ACK came, 0 before the first
 * @bytes_acked: octets of text that the peer acknowledged
 * @bytes_received: octets of text taken in order
 * @bytes_sent: octets of text sent, those sent again too
 * @bytes_resent: octets of text sent again
 * @pacing_rate: octets a second at which text leaves, all ones for no limit
 *
 * In LISTEN, and before a first connect(), what a connection has is 0. After
 * a connection's end the numbers are its last ones.
 *
 * The structure only ever grows, at its end, and no field changes its
 * meaning: its length is its version. getsockopt() fills as much as fits and
 * says how much that was; what is beyond that is not known to the module.
 */
struct glass_info {
	__u32	state;
	__u32	flags;
	__u32	accept_queue;
	__u32	backlog;
	__u32	syn_queue;
	__u32	timer;
	__u32	timer_ms;
	__u32	state_ms;

	__u32	iss;
	__u32	snd_una;
	__u32	snd_cur;
	__u32	snd_nxt;
	__u32	snd_end;
	__u32	snd_wnd;
	__u32	snd_wl1;
	__u32	snd_wl2;
	__u32	snd_wscale;
	__u32	snd_mss;

	__u32	irs;
	__u32	rcv_user;
	__u32	rcv_nxt;
	__u32	rcv_wnd;
	__u32	rcv_wscale;
	__u32	rcv_mss;
	__u32	adv_mss;
	__u32	path_mtu;

	__u32	srtt_us;
	__u32	rttvar_us;
	__u32	min_rtt_us;
	__u32	rto_us;
	__u32	cwnd;
	__u32	ssthresh;
	__u32	in_flight;
	__u32	sacked;
	__u32	lost;
	__u32	held;
	__u32	backoff;
	__u32	unanswered;
	__u32	resends;
	__u32	quiet_ms;

	__u64	bytes_acked;
	__u64	bytes_received;
	__u64	bytes_sent;
	__u64	bytes_resent;
	__u64	pacing_rate;
};

#endif
