// SPDX-License-Identifier: GPL-2.0
/*
 * Loss found by duplicate ACKs: fast retransmit and fast recovery,
 * rfc5681#section-3.2, with NewReno's answer to partial ACKs,
 * rfc6582#section-3.2.
 *
 * cong.recover is the highest sequence number sent when the last loss was
 * found; duplicate ACKs below it tell of the same loss.
 */
#include <glass/core.h>

#define DUP_ACK_THRESHOLD 3

void recovery_init(struct tcb *t)
{
	t->cong.recover = t->iss;
	t->cong.dup_acks = 0;
	t->cong.in_recovery = 0;
	cong_start(t);
}

/**
 * recovery_dup_ack() - a duplicate ACK arrived
 * @t: the TCB
 *
 * On the third, output will give the segment at SND.UNA again; every one
 * says that a segment has left the network, so one more may enter.
 */
void recovery_dup_ack(struct tcb *t)
{
	u32 mss = t->snd.mss;

	if (t->cong.in_recovery) {
		t->cong.cwnd = min(t->cong.cwnd + mss, 0x40000000u);
		return;
	}
	if (t->cong.dup_acks < 0xffff)
		t->cong.dup_acks++;
	if (t->cong.dup_acks != DUP_ACK_THRESHOLD ||
	    seq_le(t->snd.una, t->cong.recover))
		return;
	cong_lost(t);
	t->cong.in_recovery = 1;
	t->cong.recover = t->snd.nxt;
	t->cong.cwnd = t->cong.ssthresh + DUP_ACK_THRESHOLD * mss;
	t->resend_una = 1;
	rtt_stop(t);
}

/**
 * recovery_new_ack() - SND.UNA is about to move
 * @t: the TCB
 * @ack: SEG.ACK, above SND.UNA
 * @a: what it tells the congestion control
 *
 * Return: true if this is a partial ACK: the segment at @ack is lost too and
 * will be sent again.
 *
 * rfc5681: 4.3
 */
bool recovery_new_ack(struct tcb *t, u32 ack, const struct cong_ack *a)
{
	u32 mss = t->snd.mss;

	t->cong.dup_acks = 0;
	if (t->cong.ops->heard)
		t->cong.ops->heard(t, a);
	if (!t->cong.in_recovery) {
		/* it looks at cong.recover too: has a timeout been repaired? */
		cong_acked(t, a);
		/* or, half the space on, what is behind would look ahead */
		if (seq_gt(ack, t->cong.recover))
			t->cong.recover = ack - 1;
		return false;
	}
	if (seq_ge(ack, t->cong.recover)) {
		u32 flight = t->snd.nxt - ack;

		/* rfc6582#section-3.2 step 3, option 1: no burst at the end */
		t->cong.in_recovery = 0;
		t->cong.cwnd = min(t->cong.ssthresh, max(flight, mss) + mss);
		return false;
	}
	/* deflate by what left, give back one segment for what will enter */
	t->cong.cwnd -= min(t->cong.cwnd - mss, a->bytes);
	if (a->bytes >= mss)
		t->cong.cwnd += mss;
	t->resend_una = 1;
	return true;
}

/**
 * recovery_timeout() - the retransmission timer expired
 * @t: the TCB, snd.cur back at SND.UNA
 *
 * rfc6582#section-4: duplicate ACKs for what is now sent again must not
 * start a recovery.
 */
void recovery_timeout(struct tcb *t)
{
	t->cong.in_recovery = 0;
	t->cong.dup_acks = 0;
	t->cong.recover = t->snd.nxt;
	t->too_big = 0;
	cong_timeout(t);
}

/**
 * recovery_too_big() - the path dropped a segment that it cannot take
 * @t: the TCB
 * @seq: where that segment began, in [SND.UNA, SND.NXT]
 * @mss: octets of text that the path takes in one segment
 *
 * Those behind it were dropped too; one that was smaller arrives twice. Each
 * of them brings an error, and only the first finds segments too big. The
 * network is not congested: its window stays, rfc8201#section-5.4. As after a
 * timeout, duplicate ACKs for what is now sent again start no recovery; were
 * there some already, then all is sent again, whatever the hole was.
 *
 * rfc1191: 6.4; rfc8201: 5.4
 */
void recovery_too_big(struct tcb *t, u32 seq, u32 mss)
{
	bool holes = t->cong.in_recovery || t->cong.dup_acks;
	u32 first = t->syn_acked ? t->snd.una : t->iss + 1;
	u16 before = t->snd.mss;

	tcb_set_path_mss(t, mss);
	if (t->snd.mss >= before || seq_ge(seq, t->snd.cur))
		return;
	/* only a fast open's text leaves before the SYN is acknowledged */
	if (!t->syn_acked && !fastopen_writes(t))
		return;
	if (t->cong.in_recovery)
		t->cong.cwnd = min(t->cong.cwnd, t->cong.ssthresh);
	t->cong.in_recovery = 0;
	t->cong.dup_acks = 0;
	t->cong.recover = t->snd.nxt;
	t->snd.cur = holes ? first : seq_max(seq, first);
	t->resend_una = 0;
	t->too_big = 1;
	rtt_stop(t);
}
