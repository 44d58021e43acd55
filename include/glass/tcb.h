/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The transmission control block, rfc9293#section-3.3.1: everything that the
 * protocol remembers of one connection.
 *
 * It holds no lock, no clock, no buffer and no pointer but five: the
 * congestion control's table of functions, the host's policy, and what the
 * glue lends: memory for ranges held out of order and for what was lost, and
 * for a congestion control that needs more than a few words. It can be copied
 * and compared.
 *
 *        send sequence space                  receive sequence space
 *
 *   una     cur      nxt   una+wnd            nxt         acked+wnd
 *    |       |        |       |                |               |
 *  --+-------+--------+-------+----     -------+---------------+----
 *   acked  resent   in flight  not yet   read or  acceptable
 *          so far
 *
 * Locking: the owner of the TCB (in the module: the socket lock) serialises
 * every call. Times are microseconds of a clock that never steps back;
 * deadlines are kept as 32 bits of milliseconds.
 */
#ifndef GLASS_TCB_H
#define GLASS_TCB_H

#include <glass/segment.h>

/*
 * The eleven states of rfc9293#section-3.3.2, with the numbers that Linux
 * gives them, so that tools which know TCP know these.
 */
enum tcb_state {
	TCB_ESTABLISHED	= 1,
	TCB_SYN_SENT	= 2,
	TCB_SYN_RECEIVED = 3,
	TCB_FIN_WAIT_1	= 4,
	TCB_FIN_WAIT_2	= 5,
	TCB_TIME_WAIT	= 6,
	TCB_CLOSED	= 7,
	TCB_CLOSE_WAIT	= 8,
	TCB_LAST_ACK	= 9,
	TCB_LISTEN	= 10,
	TCB_CLOSING	= 11,
	TCB_STATES	= 12,
};

/* Deadlines, each independent of the others: bits of tcb.armed */
enum tcb_due {
	DUE_RETRANSMIT,		/* rfc6298#section-5 */
	DUE_PERSIST,		/* rfc9293#section-3.8.6.1 */
	DUE_DELAYED_ACK,	/* rfc9293#section-3.8.6.3 */
	DUE_ORPHAN,		/* nobody will read what FIN-WAIT-2 waits for */
	DUE_KEEPALIVE,		/* rfc9293#section-3.8.4 */
	DUE_REORDER,		/* rfc8985#section-6.2 */
	DUE_TLP,		/* rfc8985#section-7 */
	DUE_COUNT,
};

struct tcb;
struct loss;

/**
 * struct cong_ack - what an ACK of new text tells a congestion control
 * @now: microseconds
 * @una: SND.UNA before it
 * @bytes: octets that it acknowledges, above 0
 * @flight: octets that were in flight before it
 * @rtt: a round trip that it measured, microseconds, 0 for none
 * @ece: it echoes that the network marked text of ours
 */
struct cong_ack {
	u64 now;
	u32 una;
	u32 bytes;
	u32 flight;
	u32 rtt;
	bool ece;
};

/**
 * struct cong_ops - a congestion control
 * @name: as in TCP_CONGESTION, at most 15 characters
 * @memory: octets of private state, 0 if tcb.cong.word is enough: the glue
 *	lends them as tcb.cong.memory
 * @init: the connection opens, or goes on under this one: the windows are set,
 *	the private state is zero; or NULL
 * @heard: text was acknowledged, in recovery too, before @acked; or NULL
 * @acked: text was acknowledged outside of recovery without an echo: the
 *	window may grow
 * @lost: text was found lost: sets ssthresh; the window follows in recovery
 * @marked: the network marked text (ECN), once in a window: sets ssthresh,
 *	which the window then is; NULL to do as @lost does
 * @timeout: the retransmission timer expired: sets ssthresh and cwnd
 * @undo: the loss was none, and both windows are as they were; or NULL
 * @idle: nothing was sent for longer than the RTO; or NULL
 * @rate: octets a second to send at, at most; NULL for what cong_rate() says
 * @needs_ecn: connections ask for ECN, whatever the administrator says, and
 *	their receivers echo each mark alone, rfc8257#section-3.2
 * @no_ect: it takes no notice of marks: its text may not be marked
 *
 * All are called under the socket lock, in softirq or process context, and
 * write only to tcb.cong.
 */
struct cong_ops {
	const char *name;
	u16 memory;
	bool needs_ecn;
	bool no_ect;
	void (*init)(struct tcb *t);
	void (*heard)(struct tcb *t, const struct cong_ack *a);
	void (*acked)(struct tcb *t, const struct cong_ack *a);
	void (*lost)(struct tcb *t);
	void (*marked)(struct tcb *t);
	void (*timeout)(struct tcb *t);
	void (*undo)(struct tcb *t);
	void (*idle)(struct tcb *t);
	u32 (*rate)(const struct tcb *t);
};

#define CONG_WORDS	6		/* private state without memory of its own */
#define CONG_CWND_MAX	0x40000000u
#define CONG_SSTHRESH	0x7fffffffu	/* before a loss, a mark, slow start's end */

extern const struct cong_ops cong_reno;
extern const struct cong_ops cong_cubic;
extern const struct cong_ops cong_dctcp;
extern const struct cong_ops cong_bbr;

/**
 * struct ranges - text held out of order: sorted, disjoint, never touching
 * @n: ranges in use
 * @cap: ranges that fit in @r
 * @recent: a sequence number in each of the ranges that grew last, the latest
 *	first, for SACK; one that is in no range any more says nothing
 * @r: the ranges, by sequence number
 */
struct ranges {
	u16 n;
	u16 cap;
	u32 recent[SEG_SACK_MAX];
	struct seq_range r[];
};

/**
 * struct tcb_policy - what the administrator of the host set
 * @keepalive_time: seconds of silence before the first keepalive, 1 to 32767
 * @keepalive_intvl: seconds from one keepalive to the next, 1 to 32767
 * @keepalive_probes: keepalives without an answer before giving up, 1 to 255
 * @retries1: the retransmission at which another route is looked for (R1,
 *	rfc9293#section-3.8.3), 0 to 255; 0 means never
 * @orphan_retries: retransmissions before giving up once no user is left,
 *	0 to 255; 0 means ORPHAN_RETRIES
 * @fin_timeout: seconds in FIN-WAIT-2 once no user is left, 0 to 32767
 * @ecn_fallback: a SYN that is sent again asks for no ECN; 0 or 1
 * @stdurg: the peer's urgent pointer points at the last urgent octet, not
 *	behind it; 0 or 1
 * @mtu_probing: how large segments may be is found by trying (rfc4821): 0
 *	never, 1 once large ones seem to vanish, 2 always
 * @base_mss: octets of text in a segment that any path should take, 48 to 65535
 * @mtu_probe_floor: where it ends when even those vanish, likewise
 * @min_snd_mss: no segment is cut smaller, with its options, likewise
 * @probe_interval: seconds from one search to the next, 0 to 2147483
 * @probe_threshold: octets that are not worth a probe
 * @rto_min_us: microseconds that the RTO is at least, once a round trip was
 *	measured (rfc6298#section-2.4), 1 and more
 * @rto_max_ms: milliseconds that it is at most, backoff included, whatever
 *	@rto_min_us says (rfc6298#section-2.5), 1000 to 120000
 * @delack_max_ms: milliseconds that an ACK waits for company at most
 *	(rfc9293#section-3.8.6.3), 0 to 499; 0 means that none waits
 *
 * The glue owns it and may change it at any time, one field at a time: each
 * is read once per decision, with READ_ONCE().
 */
struct tcb_policy {
	int keepalive_time;
	int keepalive_intvl;
	int keepalive_probes;
	int retries1;
	int orphan_retries;
	int fin_timeout;
	int stdurg;
	int ecn_fallback;
	int mtu_probing;
	int base_mss;
	int mtu_probe_floor;
	int min_snd_mss;
	int probe_interval;
	int probe_threshold;
	int rto_min_us;
	int rto_max_ms;
	int delack_max_ms;
};

extern const struct tcb_policy tcb_policy_default;

/**
 * struct tcb_options - what the user set for his socket
 * @user_timeout: milliseconds that text may wait for its ACK, 0 for as long
 *	as the retransmissions take (rfc5482)
 * @window_clamp: octets that the window may promise, 0 for all of the buffer
 * @max_seg: octets of text in one segment, either way, 0 for as the path has
 *	it; as with TCP_MAXSEG the timestamps of each segment take theirs of it
 * @linger2: in place of fin_timeout, seconds, 0 if not set, -1 for no wait
 * @syn_retries: in place of tcb.syn_retries, 0 if not set
 * @keep_idle: in place of keepalive_time, 0 if not set
 * @keep_intvl: in place of keepalive_intvl, 0 if not set
 * @keep_probes: in place of keepalive_probes, 0 if not set
 * @keepalive: keepalives are sent
 * @nodelay: Nagle's algorithm is off
 * @cork: nothing but full segments leaves, for a while
 * @quick_ack: text is acknowledged at once
 * @lazy_ack: the user asked for the contrary
 *
 * They outlive a connection, and a listener's children begin with a copy.
 */
struct tcb_options {
	u32 user_timeout;
	u32 window_clamp;
	u16 max_seg;
	s16 linger2;
	u16 keep_idle;
	u16 keep_intvl;
	u8 keep_probes;
	u8 syn_retries;
	u8 keepalive:1;
	u8 nodelay:1;
	u8 cork:1;
	u8 quick_ack:1;
	u8 lazy_ack:1;
};

/**
 * struct tcb - the transmission control block
 * @snd: send sequence variables. @una, @nxt, @wnd, @up, @wl1, @wl2 are the
 *	RFC's; @up counts while @urgent is set.
 *	@cur is where output goes on: equal to @nxt but while lost text is
 *	sent again. @end is one past the last octet that the user queued.
 *	@small is one past the last segment that was smaller than @mss.
 *	@max_wnd is the largest window seen, @mss the effective send MSS: text
 *	that fits beside the options of every segment; @peer_mss is what the
 *	peer takes and @path_mss what the path takes, without options; @shift
 *	the peer's window scale, @ip_options words of four octets that IP's
 *	options take in each packet.
 * @iss: initial send sequence number
 * @rcv: receive sequence variables. @nxt, @wnd and @up are the RFC's. @acked is
 *	the @nxt that the peer was last told: it was promised the octets up to
 *	@acked + @wnd, and that edge never moves back. @buff is the size of
 *	the receive buffer, @room what is free of it, @fin the sequence number
 *	of a FIN that came early, @mss the largest text seen, @shift our
 *	window scale.
 * @irs: initial receive sequence number
 * @ts: timestamps, rfc7323#section-4.3: @recent is TS.Recent, @age the time
 *	that it was taken at, in units of 2^20 microseconds, @offset what our
 *	clock of milliseconds is told with
 * @dsack: text that came twice, to be told once; empty when both are equal
 * @drs: how much the user takes in a round trip, see drs.c: @seq is one past
 *	what he had taken when the round began, @at when that was (by the
 *	clock of @heard), @space the most that he took in a round, 0 before
 *	the first, @rtt the round trip as the receiver sees it, microseconds,
 *	0 while it is not known
 * @rto: retransmission timeout in microseconds without backoff
 * @srtt: smoothed round-trip time in microseconds, 0 before the first sample
 * @rttvar: its variation in microseconds
 * @min_rtt: the shortest round trip of late in microseconds, 0 before
 * @timed_seq: an ACK above this sequence number ends the running RTT sample
 * @timed_at: when that segment was sent, microseconds
 * @last_sent: when a segment with text was last sent, milliseconds
 * @waits_since: when the octet at @snd.una began to wait for its ACK, while
 *	one does, milliseconds
 * @heard: when an acceptable ACK last came, milliseconds
 * @due: deadlines in milliseconds, valid where @armed has the bit
 * @min_rtt_at: when @min_rtt was taken, in units of 2^20 microseconds
 * @snd_turns: how often @snd.una has passed @iss: 2^32 octets each
 * @rcv_turns: how often text has taken @rcv.nxt past @irs
 * @cong: congestion control: windows in octets, NewReno's recovery point,
 *	@used the SND.NXT up to which text has filled the window, see
 *	cong_used(), @reduced that at which ECN last had it reduced, @backoff
 *	how often the retransmission or persist timer expired in a row; private
 *	state in @word or, by cong_ops.memory, @memory
 * @policy: what the administrator set, never NULL
 * @held: ranges held out of order, NULL until the first gap; the glue's memory
 * @loss: the scoreboard, NULL until the first sign of loss; the glue's memory
 * @opt: what the user set
 * @adv_mss: the MSS option that we send
 * @syn_text: octets of text that our first SYN may carry, see fastopen_offer()
 * @state: enum tcb_state, changed only by tcb_set_state()
 * @armed: bit per enum tcb_due
 * @silent: zero-window probes or keepalives in a row that nothing answered
 * @syn_retries: how often a SYN is sent again before the open fails
 * @retries: how often anything else is (R2, rfc9293#section-3.8.3)
 *
 * The bits below them are facts that output acts on.
 */
struct tcb {
	struct {
		u32 una;
		u32 nxt;
		u32 wnd;
		u32 up;
		u32 wl1;
		u32 wl2;
		u32 cur;
		u32 end;
		u32 max_wnd;
		u32 small;
		u16 mss;
		u16 peer_mss;
		u16 path_mss;
		u8 shift;
		u8 ip_options;
	} snd;
	u32 iss;
	struct {
		u32 nxt;
		u32 wnd;
		u32 up;
		u32 acked;
		u32 buff;
		u32 room;
		u32 fin;
		u16 mss;
		u8 shift;
	} rcv;
	u32 irs;
	struct {
		u32 recent;
		u32 age;
		u32 offset;
	} ts;
	struct seq_range dsack;
	struct {
		u32 seq;
		u32 at;
		u32 space;
		u32 rtt;
	} drs;

	u32 rto;
	u32 srtt;
	u32 rttvar;
	u32 min_rtt;
	u32 timed_seq;
	u32 timed_at;
	u32 last_sent;
	u32 waits_since;
	u32 heard;
	u32 due[DUE_COUNT];
	u16 min_rtt_at;
	u16 snd_turns;

	struct {
		const struct cong_ops *ops;
		union {
			u32 word[CONG_WORDS];
			void *memory;
		};
		u32 cwnd;
		u32 ssthresh;
		u32 recover;
		u32 used;
		u32 reduced;
		u16 dup_acks;
		u8 in_recovery;
		u8 backoff;
	} cong;
	const struct tcb_policy *policy;
	struct ranges *held;
	struct loss *loss;

	struct tcb_options opt;
	u16 adv_mss;
	u16 syn_text;
	u8 state;
	u8 armed;
	u8 silent;
	u8 syn_retries;
	u8 retries;

	u8 ack_now:1;		/* an ACK is owed at once */
	u8 ack_later:1;		/* an ACK is owed by DUE_DELAYED_ACK */
	u8 resend_una:1;	/* lost: one segment goes whatever the window */
	u8 probe:1;		/* a zero-window probe is to be sent */
	u8 fin_queued:1;	/* the user closed: a FIN follows snd.end */
	u8 fin_seen:1;		/* rcv.fin is valid */
	u8 rst_due:1;		/* CLOSED by abort: one RST is to be sent */
	u8 timing:1;		/* an RTT sample is running */
	u8 ambiguous:1;		/* sent twice: only timestamps can tell the RTT */
	u8 passive:1;		/* opened by a listener */
	u8 orphan:1;		/* no user is left to read */
	u8 shut_read:1;		/* the user will not read what comes from now on */
	u8 more:1;		/* the user is about to add text to what is queued */
	u8 push:1;		/* ... or cannot: do not hold back the tail */
	u8 full_before:1;	/* the text that came last was a full segment */
	u8 keep_probe:1;	/* a keepalive is to be sent */
	u8 urgent:1;		/* snd.up is not acknowledged yet */
	u8 wscale_ok:1;		/* both SYNs carried the window scale option */
	u8 ts_ok:1;		/* both SYNs carried timestamps */
	u8 sack_ok:1;		/* both SYNs permitted SACK */
	u8 dsack_ok:1;		/* text that came twice is told */
	u8 syn_acked:1;		/* the peer acknowledged our SYN */
	u8 too_big:1;		/* what is sent again was not lost but too big */
	u8 fastopen:1;		/* our SYN or SYN/ACK has the option */
	u8 fastopened:1;	/* the peer's SYN brought a good cookie */
	u8 syn_held:1;		/* our SYN waits for text */
	u8 syn_again:1;		/* the SYN/ACK is to be sent again */
	u8 ecn_offer:1;		/* our SYN asks for ECN */
	u8 ecn_ok:1;		/* both SYNs did: our text may be marked */
	u8 ecn_echo:1;		/* text came marked: ACKs tell of it */
	u8 paced:1;		/* text must wait until the glue says otherwise */
	u8 ecn_cwr:1;		/* the next new text tells of a smaller window */

	u8 troubled:1;		/* an ACK may tell of loss: recovery_ack() */
	u8 tlp_due:1;		/* a loss probe is to be sent */
	u8 ack_on_read:1;	/* the ACK that waits is for every second segment */

	u16 ack_rule;		/* why the owed ACK, or the last RST, is owed */
	u16 challenged;		/* see challenge_spaced() */
	u16 rcv_turns;
};

/* Microseconds that the RTO is at least, rfc6298#section-2.4 */
static inline u32 tcb_rto_min_us(const struct tcb *t)
{
	return READ_ONCE(t->policy->rto_min_us);
}

/* ... and at most, backoff included, rfc6298#section-2.5 */
static inline u32 tcb_rto_max_us(const struct tcb *t)
{
	return READ_ONCE(t->policy->rto_max_ms) * 1000u;
}

#endif
