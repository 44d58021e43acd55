// SPDX-License-Identifier: GPL-2.0
/* What to try when a rule has spoken, by rule. */
#include "advice.h"

#define LOSSY								\
	"something on the way loses segments: glass rules at the other end tells what " \
	"arrived, ip -s link what devices dropped"
#define QUIET								\
	"does it arrive? glass rules at the other end; glass doctor HOST asks what "	\
	"is on the way"
#define BACKLOG								\
	"the server accepts too slowly: accept() sooner, or listen() with more room; " \
	"glass table -l shows both queues"
#define FAULT	"somebody asked for it: glass break shows what, glass break repair ends it"
#define FORGED									\
	"nothing: it was not believed. One end has forgotten the connection, or somebody "	\
	"guesses at it"
#define BROKEN	"whoever sent it is no Glass: glass explain of a capture tells what it was"
#define CHALLENGE "one end has forgotten the connection, or a third one sends segments"

static const struct advice list[] = {
	{ RULE_SYN_SENT_RST, REFUSED,
	  "is the server running, and on this address and port? glass table -l there" },
	{ RULE_RST_REFUSED, REFUSED, "the peer took its SYN back: try again" },
	{ RULE_CLOSED_REJECT, REFUSED,
	  "nobody listens on that port, or the connection is gone: glass table here" },
	{ RULE_LISTEN_ACK, REFUSED, "the segment is of a connection that this host forgot" },
	{ RULE_LISTEN_OVERFLOW_RST, REFUSED, BACKLOG },
	{ RULE_LISTEN_ACCEPT_QUEUE_FULL, REFUSED, BACKLOG },
	{ RULE_LISTEN_SYN_QUEUE_FULL, REFUSED,
	  "net.glass.max_syn_backlog and listen()'s backlog make it longer; "
	  "net.glass.syncookies=1 does without it" },
	{ RULE_LISTEN_NO_MEMORY, REFUSED, "is there a route back? ip route get ADDRESS" },
	{ RULE_COOKIE_BAD, REFUSED, "the ACK answers no SYN of late: connect again" },
	{ RULE_COOKIE_OLD, REFUSED, "the handshake took more than a minute: connect again" },
	{ RULE_SYN_SENT_BAD_ACK, REFUSED, CHALLENGE },
	{ RULE_EMBRYO_BAD_ACK, REFUSED, CHALLENGE },
	{ RULE_ACK_SYN_BAD, REFUSED, CHALLENGE },
	{ RULE_LISTEN_SYN_FIN, REFUSED,
	  "no TCP opens with SYN and FIN: a scanner does, or a broken client" },
	{ RULE_EMBRYO_RST, REFUSED, "the client gave up while its connection opened" },
	{ RULE_ICMP_HARD, REFUSED, "a router or the host says no: ip route get ADDRESS" },
	{ RULE_RST_EXACT, RESET,
	  "the other end gave up: its own rule tells why; did its program close() with "
	  "text unread, or end?" },
	{ RULE_SEND_RST_ABORT, RESET,
	  "the program closed with SO_LINGER 0, or left text unread: read to the end "
	  "before close()" },
	{ RULE_TEXT_AFTER_CLOSE, RESET,
	  "text came for a program that had closed: shutdown(SHUT_WR) ends one way only" },
	{ RULE_ICMP_SOFT, UNREACHABLE,
	  "a router or the host says that nothing gets there: ip route get ADDRESS, here "
	  "and there; it may pass" },
	{ RULE_USER_TIMEOUT, GIVEN_UP,
	  "nothing was answered for net.glass.retries2 (syn_retries) tries or "
	  "TCP_USER_TIMEOUT: is the other end there?" },
	{ RULE_KEEPALIVE_TIMEOUT, GIVEN_UP, "the other end is gone, or cannot be reached" },
	{ RULE_EMBRYO_TIMEOUT, GIVEN_UP, QUIET },
	{ RULE_ORPHAN_TIMEOUT, GIVEN_UP,
	  "the other end never closed: net.glass.fin_timeout is how long is waited" },
	{ RULE_TW_OVERFLOW, FORGOTTEN,
	  "net.glass.max_tw_buckets is how many may be in TIME-WAIT: old duplicates may "
	  "reach the next connection" },
	{ RULE_FAULT_DROP, DROPPED, FAULT },
	{ RULE_FAULT_CORRUPT, DROPPED, FAULT },
	{ RULE_FAULT_HOLD, DROPPED, FAULT },
	{ RULE_FAULT_DELAY, SLOW, FAULT },
	{ RULE_FAULT_REORDER, SLOW, FAULT },
	{ RULE_FAULT_FREEZE, SLOW, FAULT },
	{ RULE_FAULT_DUP, DOUBLED, FAULT },
	{ RULE_FAULT_REPLAY, DOUBLED, FAULT },
	{ RULE_FAULT_FORGET, FORGOTTEN, FAULT },
	{ RULE_CHECKSUM_BAD, DROPPED, "a device or a router damages segments" },
	{ RULE_HEADER_SHORT, DROPPED, BROKEN },
	{ RULE_HEADER_OFFSET, DROPPED, BROKEN },
	{ RULE_NOT_FOR_US, DROPPED, "connect() to the address of one host, not of many" },
	{ RULE_POLICY_DROP, DROPPED, "IPsec's policy or a socket filter: ip xfrm policy" },
	{ RULE_HOPS_FEW, DROPPED,
	  "IP_MINTTL or IPV6_MINHOPCOUNT is set here: the other end must be as near as "
	  "that, or send with a larger IP_TTL" },
	{ RULE_BACKLOG_FULL, DROPPED, "the program is busy with the socket: more SO_RCVBUF" },
	{ RULE_PAWS, DROPPED, "an old duplicate, or two hosts behind one address" },
	{ RULE_TS_MISSING, DROPPED, "something on the way removes options" },
	{ RULE_SEQ_WINDOW, DROPPED, CHALLENGE },
	{ RULE_SEQ_RST, DROPPED, FORGED },
	{ RULE_RST_CHALLENGE, DROPPED, FORGED },
	{ RULE_SYN_SENT_RST_NO_ACK, DROPPED, FORGED },
	{ RULE_ICMP_FORGED, DROPPED, FORGED },
	{ RULE_TEXT_NO_ROOM, DROPPED, "the program reads too slowly: net.glass.rmem, SO_RCVBUF" },
	{ RULE_SEND_SYN_AGAIN, RESENT, QUIET },
	{ RULE_SEND_SYN_ACK_AGAIN, RESENT, QUIET },
	{ RULE_RESEND_RTO, RESENT, LOSSY },
	{ RULE_RESEND_FAST, RESENT, LOSSY },
	{ RULE_RESEND_PARTIAL, RESENT, LOSSY },
	{ RULE_RESEND_RACK, RESENT, LOSSY },
	{ RULE_RESEND_AGAIN, RESENT, LOSSY },
	{ RULE_RESEND_TLP, RESENT, LOSSY },
	{ RULE_RESEND_SMALLER, RESENT,
	  "nothing: that the path takes less than this end's MTU is known now" },
	{ RULE_RESEND_BLACK_HOLE, RESENT,
	  "routers keep silent about a small MTU: net.glass.mtu_probing=1, or a smaller "
	  "MTU here" },
	{ RULE_RESEND_MTU_PROBE, RESENT,
	  "nothing: that the path takes no larger segments is known now" },
	{ RULE_SEND_TLP, SLOW, LOSSY },
	{ RULE_FASTOPEN_FULL, SLOW,
	  "text in SYNs is taken again when earlier ones are accepted: accept() sooner, or "
	  "a larger TCP_FASTOPEN at the listener" },
	{ RULE_SEND_PROBE, SLOW, "the other program does not read: its window is closed" },
	{ RULE_TEXT_ZERO_WINDOW, SLOW, "the program here does not read: its window is closed" },
	{ RULE_SEND_HELD, SLOW, "TCP_CORK or MSG_MORE holds text back: take it off when done" },
	{ RULE_ACK_DELAYED, SLOW,
	  "small writes that wait for each other's ACK: write more at once, or TCP_NODELAY" },
	{ RULE_ACK_MARKED, SLOW, "the network is congested, and says so" },
};

/* NULL for a rule that is no trouble */
const struct advice *advice_on(u16 rule)
{
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i].rule == rule)
			return &list[i];
	return NULL;
}

const char *trouble_text(enum trouble t)
{
	static const char *const texts[TROUBLES] = {
		[REFUSED] = "refused",
		[RESET] = "reset",
		[UNREACHABLE] = "unreachable",
		[GIVEN_UP] = "given up",
		[FORGOTTEN] = "forgotten",
		[DROPPED] = "dropped",
		[RESENT] = "sent again",
		[SLOW] = "slow",
		[DOUBLED] = "doubled",
	};

	return texts[t];
}
