/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every decision has a name.
 *
 * One row per judgement that the core makes: identifier, RFC, section, and
 * one phrase of our own. The module turns a row into a tracepoint's field, a
 * per-netns counter in /proc/net/glass/rules, and the reason shown for a
 * reset, a drop or a retransmission. Rows are found by position: add new
 * ones where they read best, nothing depends on the numbers.
 */
#ifndef GLASS_RULES_H
#define GLASS_RULES_H

#include <glass/port.h>

/* Faults that somebody asked for: what has not arrived is not judged */
#define GLASS_RULES_FAULT(R)						\
	R(FAULT_DROP,		"-", "-",				\
	  "a fault on demand: it is lost")				\
	R(FAULT_DUP,		"-", "-",				\
	  "a fault on demand: it arrives once more")			\
	R(FAULT_CORRUPT,	"-", "-",				\
	  "a fault on demand: a bit of it is wrong")			\
	R(FAULT_DELAY,		"-", "-",				\
	  "a fault on demand: it arrives later")			\
	R(FAULT_REORDER,	"-", "-",				\
	  "a fault on demand: others overtake it")			\
	R(FAULT_HOLD,		"-", "-",				\
	  "a fault on demand: it is held until it is released")		\
	R(FAULT_REPLAY,		"-", "-",				\
	  "a fault on demand: a copy that was kept arrives")		\
	R(FAULT_FREEZE,		"-", "-",				\
	  "a fault on demand: this end is frozen until it is thawed")	\
	R(FAULT_THAW,		"-", "-",				\
	  "a fault on demand: this end goes on")			\
	R(FAULT_FORGET,		"-", "-",				\
	  "a fault on demand: this end has lost its memory")

/* What is decided about a segment that arrives, counted there */
#define GLASS_RULES_JUDGE(R)						\
	R(NONE,			"-", "-",				\
	  "no rule was recorded")					\
	/* what may enter at all */					\
	R(HEADER_SHORT,		"rfc9293", "3.1",			\
	  "drop: shorter than its own header says")			\
	R(HEADER_OFFSET,	"rfc9293", "3.1",			\
	  "drop: data offset below five words")				\
	R(CHECKSUM_BAD,		"rfc9293", "3.1",			\
	  "drop: the checksum is wrong")				\
	R(NOT_FOR_US,		"rfc1122", "4.2.3.10",			\
	  "drop: sent to a broadcast or multicast address")		\
	R(POLICY_DROP,		"rfc4301", "5.2",			\
	  "drop: refused by policy or a socket filter")			\
	R(HOPS_FEW,		"rfc5082", "3",				\
	  "drop: it came from further away than the user allows")	\
	R(BACKLOG_FULL,		"rfc9293", "3.10.7",			\
	  "drop: the socket is busy and its queue is full")		\
	GLASS_RULES_FAULT(R)						\
	/* CLOSED: nobody is there */					\
	R(CLOSED_RST,		"rfc9293", "3.10.7.1",			\
	  "drop: a RST for nobody")					\
	R(CLOSED_LATE,		"rfc9293", "3.10.7.1",			\
	  "drop: its connection ended while it waited")			\
	R(CLOSED_REJECT,	"rfc9293", "3.10.7.1",			\
	  "RST: nobody is there")					\
	/* LISTEN */							\
	R(LISTEN_RST,		"rfc9293", "3.10.7.2",			\
	  "drop: a RST finds nothing to reset at a listener")		\
	R(LISTEN_ACK,		"rfc9293", "3.10.7.2",			\
	  "RST: an ACK at a listener is for no connection")		\
	R(LISTEN_NO_SYN,	"rfc9293", "3.10.7.2",			\
	  "drop: neither SYN, ACK nor RST at a listener")		\
	R(LISTEN_SYN_FIN,	"rfc9293", "3.10.7.2",			\
	  "drop: SYN and FIN together open nothing")			\
	R(LISTEN_SYN,		"rfc9293", "3.10.7.2",			\
	  "a SYN opens: SYN-RECEIVED, answer SYN/ACK")			\
	R(FASTOPEN_OPEN,	"rfc7413", "4.2.2",			\
	  "a SYN with a good cookie: its text can be read at once")	\
	R(FASTOPEN_ASK,		"rfc7413", "4.2.1",			\
	  "a SYN asks for a cookie: SYN-RECEIVED, answer with one")	\
	R(FASTOPEN_BAD,		"rfc7413", "4.2.2",			\
	  "a SYN with a wrong cookie: SYN-RECEIVED, answer with a new one") \
	R(FASTOPEN_FULL,	"rfc7413", "5.1",			\
	  "too many fast opens are pending: SYN-RECEIVED without its text") \
	R(LISTEN_SYN_QUEUE_FULL, "rfc4987", "3",			\
	  "drop: the SYN queue is full")				\
	R(LISTEN_SYN_COOKIE,	"rfc4987", "3.6",			\
	  "answer a cookie, keep nothing: the SYN queue is full, or by sysctl")	\
	R(COOKIE_ACK,		"rfc4987", "3.6",			\
	  "the ACK of a cookie: ESTABLISHED")				\
	R(COOKIE_BAD,		"rfc4987", "3.6",			\
	  "RST: the ACK is not of a cookie")				\
	R(COOKIE_OLD,		"rfc4987", "3.6",			\
	  "RST: the cookie is too old")					\
	R(LISTEN_ACCEPT_QUEUE_FULL, "rfc9293", "3.10.7.2",		\
	  "drop: the accept queue is full")				\
	R(LISTEN_OVERFLOW_RST,	"rfc9293", "3.10.5",			\
	  "RST: the accept queue is full, and the sysctl says to abort") \
	R(LISTEN_NO_MEMORY,	"rfc9293", "3.10.7.2",			\
	  "drop: no memory or no route for the answer")			\
	/* SYN-RECEIVED, still a record of the listener */		\
	R(EMBRYO_RST,		"rfc9293", "3.10.7.4",			\
	  "a RST ends SYN-RECEIVED: back to LISTEN")			\
	R(EMBRYO_SYN_AGAIN,	"rfc9293", "3.8.1",			\
	  "the SYN came again: answer SYN/ACK again")			\
	R(EMBRYO_SYN,		"rfc5961", "4",				\
	  "challenge ACK: another SYN in SYN-RECEIVED")			\
	R(EMBRYO_WINDOW,	"rfc9293", "3.10.7.4",			\
	  "ACK: outside the window in SYN-RECEIVED")			\
	R(EMBRYO_NO_ACK,	"rfc9293", "3.10.7.4",			\
	  "drop: no ACK in SYN-RECEIVED")				\
	R(EMBRYO_BAD_ACK,	"rfc9293", "3.10.7.4",			\
	  "RST: the ACK is not of our SYN/ACK")				\
	R(EMBRYO_DEFER,		"rfc9293", "3.10.2",			\
	  "the ACK is good, but the listener waits for text")		\
	R(EMBRYO_ACK,		"rfc9293", "3.10.7.4",			\
	  "our SYN is acknowledged: ESTABLISHED")			\
	/* SYN-SENT */							\
	R(SYN_SENT_BAD_ACK,	"rfc9293", "3.10.7.3",			\
	  "RST: the ACK is not of our SYN")				\
	R(SYN_SENT_BAD_ACK_RST,	"rfc9293", "3.10.7.3",			\
	  "drop: a RST whose ACK is not of our SYN")			\
	R(SYN_SENT_RST,		"rfc9293", "3.10.7.3",			\
	  "refused: a RST acknowledges our SYN")			\
	R(SYN_SENT_RST_NO_ACK,	"rfc9293", "3.10.7.3",			\
	  "drop: a RST that does not acknowledge our SYN")		\
	R(SYN_SENT_NO_SYN,	"rfc9293", "3.10.7.3",			\
	  "drop: neither SYN nor RST in SYN-SENT")			\
	R(SYN_SENT_HELD,	"rfc7413", "4.2.1",			\
	  "drop: our own SYN waits for text, the peer's will come again") \
	R(SYN_SENT_SYN_ACK,	"rfc9293", "3.10.7.3",			\
	  "our SYN is acknowledged: ESTABLISHED, answer ACK")		\
	R(FASTOPEN_TAKEN,	"rfc7413", "4.2.2",			\
	  "our SYN and its text are acknowledged: ESTABLISHED, answer ACK") \
	R(FASTOPEN_LEFT,	"rfc7413", "4.2.2",			\
	  "our SYN is acknowledged, its text is not: ESTABLISHED, send it") \
	R(SYN_SENT_SYN,		"rfc9293", "3.5",			\
	  "both ends opened at once: SYN-RECEIVED, answer SYN/ACK")	\
	/* first, second, fourth: sequence number, RST, SYN */		\
	R(PAWS,			"rfc7323", "5.3",			\
	  "ACK: older than what came before, by its timestamp")		\
	R(TS_MISSING,		"rfc7323", "3.2",			\
	  "drop: the timestamp that was agreed upon is missing")	\
	R(SEQ_OLD,		"rfc9293", "3.10.7.4",			\
	  "ACK: all of it was received before")				\
	R(SEQ_WINDOW,		"rfc9293", "3.10.7.4",			\
	  "ACK: outside the receive window")				\
	R(SEQ_RST,		"rfc9293", "3.10.7.4",			\
	  "drop: a RST outside the receive window")			\
	R(RST_EXACT,		"rfc9293", "3.10.7.4",			\
	  "reset: the RST stands exactly at RCV.NXT")			\
	R(RST_REFUSED,		"rfc9293", "3.10.7.4",			\
	  "refused: a RST in SYN-RECEIVED that we opened")		\
	R(RST_CHALLENGE,	"rfc5961", "3.2",			\
	  "challenge ACK: a RST in the window but not at RCV.NXT")	\
	R(SYN_CHALLENGE,	"rfc5961", "4.2",			\
	  "challenge ACK: a SYN on a connection")			\
	R(CHALLENGE_SOON,	"rfc5961", "7",				\
	  "no answer: this connection gave one a moment ago")		\
	R(CHALLENGE_BUDGET,	"rfc5961", "7",				\
	  "no answer: enough challenge ACKs in this second")		\
	/* fifth: ACK */						\
	R(ACK_MISSING,		"rfc9293", "3.10.7.4",			\
	  "drop: no ACK")						\
	R(ACK_SYN_BAD,		"rfc9293", "3.10.7.4",			\
	  "RST: in SYN-RECEIVED the ACK is not of our SYN")		\
	R(ACK_SYN,		"rfc9293", "3.10.7.4",			\
	  "our SYN is acknowledged: ESTABLISHED")			\
	R(ACK_OLD,		"rfc5961", "5.2",			\
	  "challenge ACK: the ACK is older than any window we had")	\
	R(ACK_UNSENT,		"rfc9293", "3.10.7.4",			\
	  "ACK: it acknowledges what was never sent")			\
	R(ACK_NEW,		"rfc9293", "3.10.7.4",			\
	  "text of ours is acknowledged")				\
	R(ACK_DUP,		"rfc5681", "2",				\
	  "a duplicate ACK")						\
	R(ACK_SAME,		"rfc9293", "3.10.7.4",			\
	  "acknowledges nothing new")					\
	R(ACK_WINDOW,		"rfc9293", "3.10.7.4",			\
	  "a new send window")						\
	R(ACK_SACK,		"rfc2018", "5",				\
	  "tells of text that arrived above a gap")			\
	R(ACK_DSACK,		"rfc2883", "5",				\
	  "tells of text that came twice")				\
	R(ACK_LOSS,		"rfc8985", "6.2",			\
	  "what was sent later has arrived: the rest is lost")		\
	R(ACK_REPAIRED,		"rfc8985", "7.4.2",			\
	  "the loss probe has repaired a loss: it costs like any")	\
	R(ACK_FAST_RETRANSMIT,	"rfc5681", "3.2",			\
	  "the third duplicate ACK: send the lost segment again")	\
	R(ACK_PARTIAL,		"rfc6582", "3.2",			\
	  "a partial ACK in recovery: the next hole is sent again")	\
	R(ACK_MTU_PROBE,	"rfc4821", "7.6.1",			\
	  "the larger segment has arrived: all are as large from now on") \
	R(ACK_MTU_TOO_LARGE,	"rfc4821", "7.6.2",			\
	  "the larger segment alone is lost: too large, no congestion")	\
	R(UNDO_TIMESTAMP,	"rfc3522", "3.2",			\
	  "no loss: it echoes the first copy; the windows are restored") \
	R(UNDO_DSACK,		"rfc3708", "3",				\
	  "no loss: all came twice; the windows are restored")		\
	R(UNDO_FRTO,		"rfc5682", "2.1",			\
	  "the timer expired too early: the windows are restored")	\
	R(ACK_MARKED,		"rfc3168", "6.1.2",			\
	  "the network marked text of ours: a smaller window")		\
	R(ACK_FIN_WAIT_2,	"rfc9293", "3.10.7.4",			\
	  "our FIN is acknowledged: FIN-WAIT-2")			\
	R(ACK_TIME_WAIT,	"rfc9293", "3.10.7.4",			\
	  "our FIN is acknowledged in CLOSING: TIME-WAIT")		\
	R(ACK_CLOSED,		"rfc9293", "3.10.7.4",			\
	  "our FIN is acknowledged in LAST-ACK: CLOSED")		\
	/* seventh and eighth: text and FIN */				\
	R(TEXT_IN_ORDER,	"rfc9293", "3.10.7.4",			\
	  "text at RCV.NXT")						\
	R(TEXT_GAP,		"rfc5681", "4.2",			\
	  "ACK at once: text above a gap is held")			\
	R(TEXT_FILLS,		"rfc5681", "4.2",			\
	  "ACK at once: text fills a gap")				\
	R(TEXT_ZERO_WINDOW,	"rfc9293", "3.8.6.1",			\
	  "ACK: text for a closed window, a probe")			\
	R(TEXT_NO_ROOM,		"rfc9293", "3.8.6",			\
	  "ACK: no memory for the text")				\
	R(TEXT_AFTER_FIN,	"rfc9293", "3.10.7.4",			\
	  "text after the peer's FIN is ignored")			\
	R(TEXT_AFTER_CLOSE,	"rfc9293", "3.6.1",			\
	  "RST: text for a user who is gone")				\
	R(URG_NEW,		"rfc9293", "3.8.5",			\
	  "the urgent pointer has moved on: tell the user")		\
	R(FIN_CLOSE_WAIT,	"rfc9293", "3.10.7.4",			\
	  "the peer closes: CLOSE-WAIT")				\
	R(FIN_CLOSING,		"rfc9293", "3.10.7.4",			\
	  "both ends close at once: CLOSING")				\
	R(FIN_TIME_WAIT,	"rfc9293", "3.10.7.4",			\
	  "the peer closes after us: TIME-WAIT")			\
	/* TIME-WAIT, a record */					\
	R(TW_RST,		"rfc9293", "3.10.7.4",			\
	  "a RST at RCV.NXT ends TIME-WAIT")				\
	R(TW_RST_IGNORED,	"rfc1337", "3",				\
	  "drop: no RST ends TIME-WAIT, by sysctl")			\
	R(TW_FIN,		"rfc9293", "3.10.7.4",			\
	  "ACK: the peer's FIN came again, 2 MSL start anew")		\
	R(TW_SYN,		"rfc9293", "3.6.1",			\
	  "a new SYN above the old sequence numbers ends TIME-WAIT")	\
	R(TW_SYN_TS,		"rfc6191", "2",				\
	  "a new SYN with a later timestamp ends TIME-WAIT")		\
	R(TW_SYN_NOBODY,	"rfc5961", "4.2",			\
	  "challenge ACK: nobody listens for a SYN in TIME-WAIT")	\
	R(TW_SYN_OLD,		"rfc5961", "4.2",			\
	  "challenge ACK: an old SYN in TIME-WAIT")			\
	R(TW_OTHER,		"rfc9293", "3.10.7.4",			\
	  "ACK: anything else in TIME-WAIT")				\
	R(TW_QUIET,		"rfc9293", "3.10.7.4",			\
	  "drop: a bare ACK at RCV.NXT in TIME-WAIT needs no answer")

/*
 * Why a segment leaves, counted there. An ACK or RST that answers a segment
 * has that segment's rule, which was counted when it arrived.
 */
#define GLASS_RULES_SEND(R)						\
	R(SEND_SYN,		"rfc9293", "3.10.1",			\
	  "active open")						\
	R(SEND_SYN_TEXT,	"rfc7413", "4.2.2",			\
	  "active open, and text in the SYN")				\
	R(SEND_SYN_AGAIN,	"rfc6298", "5",				\
	  "no answer to our SYN: send it again")			\
	R(SEND_SYN_ACK,		"rfc9293", "3.5",			\
	  "answer to a SYN")						\
	R(SEND_SYN_COOKIE,	"rfc4987", "3.6",			\
	  "answer to a SYN: our sequence number is a cookie")		\
	R(SEND_SYN_ACK_AGAIN,	"rfc6298", "5",				\
	  "no answer to our SYN/ACK: send it again")			\
	R(SEND_TEXT,		"rfc9293", "3.7",			\
	  "a full segment fits the windows")				\
	R(SEND_PUSH,		"rfc9293", "3.8.6.2.1",			\
	  "all that is queued fits and may go")				\
	R(SEND_FIN,		"rfc9293", "3.10.4",			\
	  "the user closed")						\
	R(SEND_HELD,		"rfc9293", "3.8.6.2.1",			\
	  "the user corked it, but for long enough")			\
	R(SEND_PROBE,		"rfc9293", "3.8.6.1",			\
	  "probe of a closed window")					\
	R(SEND_MTU_PROBE,	"rfc4821", "7.5",			\
	  "a larger segment: does the path take it?")			\
	R(SEND_KEEPALIVE,	"rfc9293", "3.8.4",			\
	  "is the peer still there?")					\
	R(RESEND_RTO,		"rfc6298", "5.4",			\
	  "sent again: the retransmission timer expired")		\
	R(RESEND_FAST,		"rfc5681", "3.2",			\
	  "sent again: duplicate ACKs name it lost")			\
	R(RESEND_PARTIAL,	"rfc6582", "3.2",			\
	  "sent again: a partial ACK ends before it")			\
	R(RESEND_RACK,		"rfc8985", "6.2",			\
	  "sent again: what was sent later has arrived")		\
	R(RESEND_AGAIN,		"rfc8985", "6.2",			\
	  "sent once more: what was sent again is lost too")		\
	R(RESEND_TLP,		"rfc8985", "7.3",			\
	  "sent again: a probe, for nothing was heard of the tail")	\
	R(SEND_TLP,		"rfc8985", "7.3",			\
	  "new text as a probe, for nothing was heard of the tail")	\
	R(RESEND_SMALLER,	"rfc1191", "6.4",			\
	  "sent again: it was too big for the path")			\
	R(RESEND_MTU_PROBE,	"rfc4821", "7.6.2",			\
	  "sent again as it used to be: the larger segment was lost")	\
	R(RESEND_BLACK_HOLE,	"rfc4821", "7.7",			\
	  "sent again, smaller: large ones seem to vanish without a word") \
	R(ACK_EVERY_SECOND,	"rfc9293", "3.8.6.3",			\
	  "ACK: more than a full segment arrived")				\
	R(ACK_TAIL,		"rfc9293", "3.8.6.3",			\
	  "ACK: a small segment behind full ones")			\
	R(ACK_QUICK,		"rfc9293", "3.8.6.3",			\
	  "ACK: the user or the administrator wants none delayed")				\
	R(ACK_MARKS,		"rfc8257", "3.2",			\
	  "ACK: marks by the network begin or end")			\
	R(ACK_DELAYED,		"rfc9293", "3.8.6.3",			\
	  "ACK: the delayed-ACK timer expired")				\
	R(ACK_WINDOW_UPDATE,	"rfc9293", "3.8.6.2.2",			\
	  "ACK: the user made room, tell the larger window")		\
	R(SEND_RST_ABORT,	"rfc9293", "3.10.5",			\
	  "RST: the user aborted, or left text unread")

/* What happens without a segment, counted when it does */
#define GLASS_RULES_OTHER(R)						\
	R(USER_TIMEOUT,		"rfc9293", "3.8.3",			\
	  "timed out: sent again too often")				\
	R(PATH_DOUBTED,		"rfc9293", "3.8.3",			\
	  "sent again R1 times: does IP know another way?")		\
	R(KEEPALIVE_TIMEOUT,	"rfc9293", "3.8.4",			\
	  "timed out: keepalives without an answer")			\
	R(ORPHAN_TIMEOUT,	"rfc9293", "3.6",			\
	  "closed: nobody is left to wait in FIN-WAIT-2")		\
	R(EMBRYO_TIMEOUT,	"rfc9293", "3.8.3",			\
	  "the handshake's last ACK never came")			\
	R(TW_EXPIRED,		"rfc9293", "3.10.8",			\
	  "2 MSL are over")						\
	R(TW_OVERFLOW,		"rfc9293", "3.4.2",			\
	  "no TIME-WAIT: there are too many, or no memory")		\
	R(FASTOPEN_RESTS,	"rfc7413", "4.1.3.1",			\
	  "no fast open to this server for a while: one failed")	\
	R(ICMP_HARD,		"rfc9293", "3.9.2.2",			\
	  "an ICMP error ends the open")				\
	R(ICMP_SOFT,		"rfc9293", "3.9.2.2",			\
	  "an ICMP error is remembered")				\
	R(ICMP_PMTU,		"rfc1191", "3",				\
	  "the path takes smaller packets")				\
	R(ROUTE_CHANGED,	"rfc9293", "3.9.2.1",			\
	  "a segment came by another source route: the way back changes")	\
	R(ICMP_FORGED,		"rfc5927", "4.1",			\
	  "drop: an ICMP error that quotes nothing in flight")

#define GLASS_RULES(R) \
	GLASS_RULES_JUDGE(R) GLASS_RULES_SEND(R) GLASS_RULES_OTHER(R)

#define GLASS_RULE_ID(id, rfc, section, phrase) RULE_##id,
enum glass_rule {
	GLASS_RULES(GLASS_RULE_ID)
	RULE_COUNT
};

#undef GLASS_RULE_ID

#define GLASS_RULE_CASE(id, rfc, section, phrase) case RULE_##id:
/* Is this a rule of GLASS_RULES_SEND? */
static inline bool rule_is_send(unsigned int rule)
{
	switch (rule) {
	GLASS_RULES_SEND(GLASS_RULE_CASE)
		return true;
	}
	return false;
}

/* Is this a rule of GLASS_RULES_FAULT? */
static inline bool rule_is_fault(unsigned int rule)
{
	switch (rule) {
	GLASS_RULES_FAULT(GLASS_RULE_CASE)
		return true;
	}
	return false;
}

#undef GLASS_RULE_CASE

#endif
