// SPDX-License-Identifier: GPL-2.0
/*
 * What was sent and is too big for the path: sent again in smaller segments.
 */
#include <glass/core.h>

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
	bool holes = t->cong.in_recovery || t->cong.dup_acks ||
		     (t->loss && t->loss->n);
	u32 first = t->syn_acked ? t->snd.una : t->iss + 1;
	u16 before = t->snd.mss;

	mtu_path(t, mss);
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
	if (!t->loss)
		return;
	scoreboard_forget(t);
	t->loss->frto = 0;
	t->loss->tlp = 0;
	t->loss->undo = 0;
	t->troubled = 1;
	recovery_allow(t);
}
