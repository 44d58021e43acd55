/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of a connection that loses text, or seems to: the
 * scoreboard, how far a recovery has come, and the search for the path's MTU.
 * A connection without loss has none of it; the glue lends the memory when
 * tcb_wants_loss() asks for it.
 *
 *   una                                 top       cur, nxt
 *    |  lost  | sacked | again | sacked  |  once     |
 *  --+--------+--------+-------+---------+-----------+--
 *
 * The ranges say what is known from SND.UNA to @top. Above it everything was
 * sent once. What lies between snd.cur and SND.NXT is going to be sent again
 * anyway, unless it is sacked; the scoreboard calls the rest of it "once".
 */
#ifndef GLASS_LOSS_H
#define GLASS_LOSS_H

#include <glass/segment.h>

#define DUP_ACK_THRESHOLD 3	/* rfc5681#section-3.2 */

enum sent_state {
	SENT_ONCE,	/* on its way, as far as is known */
	SENT_AGAIN,	/* on its way again */
	SENT_LOST,	/* to be sent again */
	SENT_SACKED,	/* the peer has it */
};

/**
 * struct sent_range - what is known of a range of what was sent
 * @start: its first sequence number; it ends where the next one starts
 * @at: if @overtaken: since when, else, in SENT_AGAIN, when it was sent;
 *	microseconds
 * @nxt: SND.NXT when it was sent again, in SENT_AGAIN
 * @times: how often it was sent again
 * @state: enum sent_state
 * @overtaken: something sent later has arrived
 */
struct sent_range {
	u32 start;
	u32 at;
	u32 nxt;
	u16 times;
	u8 state;
	u8 overtaken;
};

/**
 * struct mtu_search - how large may a segment be? rfc4821#section-7.1
 * @low: search_low: the path takes it. snd.path_mss is the same.
 * @high: search_high: what is larger it does not, as far as is known
 * @limit: what the route and the peer take: where @high begins
 * @size: of the probe in flight, 0 for none
 * @start: first sequence number of the probe; once it is @failed, of what is
 *	still to be sent again of it
 * @end: one past its last
 * @since: when @wait began, milliseconds
 * @wait: no probe for so long, milliseconds
 * @on: there is a search. The others are zero before.
 * @failed: the probe, and nothing else, was lost
 * @converged: @wait is for a new search
 * @dark: what the timer sends again has become smaller, see mtu_timeout()
 *
 * Sizes are octets of text without options, as snd.path_mss is.
 */
struct mtu_search {
	u16 low;
	u16 high;
	u16 limit;
	u16 size;
	u32 start;
	u32 end;
	u32 since;
	u32 wait;
	u8 on:1;
	u8 failed:1;
	u8 converged:1;
	u8 dark:1;
};

/**
 * struct loss - the scoreboard, and the recovery that it serves
 * @n: ranges in use
 * @cap: ranges that fit in @r
 * @top: what is above was sent once and not reported
 * @sacked: octets in SENT_SACKED
 * @lost: octets in SENT_LOST
 * @fack: highest sequence number that arrived, rfc8985#section-6.2
 * @once: everything below was sent, if only once, before something that
 *	arrived; what was sent again, if SND.NXT was below it then
 * @again_at: RACK.xmit_ts of what was sent again and arrived, if @again
 * @again_end: its last sequence number plus one
 * @dsack_round: @dsacked in this round trip, until SND.UNA is here
 * @prr_delivered: octets that arrived during this recovery, rfc6937
 * @prr_out: octets sent in it
 * @prr_flight: octets in flight when it began
 * @prior_cwnd: cong.cwnd before it
 * @prior_ssthresh: cong.ssthresh before it
 * @undo_from: SND.UNA when it began
 * @undo_end: one past the last octet that was sent again since, if @resent
 * @undo_octets: sent again since, and not reported to have come twice
 * @undo_clock: our timestamp of the first of them
 * @tlp_end: SND.NXT when the loss probe left, if @tlp
 * @frto_end: end of what the timeout sent again first, if @frto
 * @reo_mult: RACK.reo_wnd_mult
 * @reo_persist: RACK.reo_wnd_persist
 * @frto: step of rfc5682 that waits for an ACK, 0 for none
 * @quota: segments that may be sent again before the next ACK, however small
 * @mtu: the search for the path's MTU, off unless the administrator wants it
 * @resends: segments that were sent again, in all
 * @dups: segments that came twice, as the peer told
 * @resent_octets: octets of text in them
 *
 * The bits below them are facts.
 */
struct loss {
	u16 n;
	u16 cap;
	u32 top;
	u32 sacked;
	u32 lost;
	u32 fack;
	u32 once;
	u32 again_at;
	u32 again_end;
	u32 dsack_round;
	u32 prr_delivered;
	u32 prr_out;
	u32 prr_flight;
	u32 prior_cwnd;
	u32 prior_ssthresh;
	u32 undo_from;
	u32 undo_end;
	u32 undo_octets;
	u32 undo_clock;
	u32 tlp_end;
	u32 frto_end;
	u8 reo_mult;
	u8 reo_persist;
	u8 frto;
	u16 quota;
	u8 again:1;		/* RACK.xmit_ts is known */
	u8 reordered:1;		/* RACK.reordering_seen */
	u8 dsacked:1;		/* RACK.dsack_round is set */
	u8 undo:1;		/* what the loss cost can be restored */
	u8 resent:1;		/* undo_clock is set */
	u8 tlp:1;		/* a loss probe is on its way */
	u8 tlp_again:1;		/* ... which repeats text */
	u8 tlp_untimed:1;	/* no round trip was measured since the last */
	u8 echo:1;		/* the next ACK of text may echo the first copy */
	u8 dsack_seen:1;	/* the peer tells of what comes twice */
	u8 thrice:1;		/* sent again more than once: no undo by that */
	u32 resends;
	u32 dups;
	u64 resent_octets;
	struct mtu_search mtu;
	struct sent_range r[];
};

/* One past the last octet of range @i */
static inline u32 loss_end(const struct loss *l, u16 i)
{
	return i + 1 < l->n ? l->r[i + 1].start : l->top;
}

/**
 * struct ack_news - what an ACK told, in octets
 * @acked: SND.UNA moved by so much
 * @sacked: newly reported above it
 * @delivered: of both, arrived since the ACK before
 * @high: end of the highest range that is newly reported, if @sacked
 * @twice: what came twice, rfc2883; empty when both are equal
 * @original: something that was sent only once has arrived
 * @dup: a duplicate ACK, rfc5681#section-2
 */
struct ack_news {
	u32 acked;
	u32 sacked;
	u32 delivered;
	u32 high;
	struct seq_range twice;
	bool original;
	bool dup;
};

#endif
