// SPDX-License-Identifier: GPL-2.0
/*
 * DCTCP, rfc8257: a window that becomes smaller by how much of it was marked.
 *
 * For networks in which every router marks early and every host does this:
 * a queue stays as short as the threshold at which it is marked. alpha is a
 * moving average of the part of each window that was marked, in 65536ths. All
 * else is Reno's.
 */
#include <glass/core.h>

#define SCALE	65536u
#define SHIFT	4		/* the gain: 1/16 */

/* tcb.cong.word */
struct dctcp {
	u32 reno;		/* what Reno keeps there */
	u32 alpha;
	u32 end;		/* SND.NXT when this window began */
	u32 acked;		/* octets of it */
	u32 marked;		/* ... of which the ACK had ECE */
};

static_assert(sizeof(struct dctcp) <= CONG_WORDS * sizeof(u32),
	      "the words of a TCB are enough");

static struct dctcp *state(struct tcb *t)
{
	return (struct dctcp *)t->cong.word;
}

/* Until something is known the first mark costs as much as a loss */
static void dctcp_init(struct tcb *t)
{
	state(t)->alpha = SCALE;
	state(t)->end = t->snd.una;
}

/* rfc8257: 3.3, 4.2 */
static void dctcp_heard(struct tcb *t, const struct cong_ack *a)
{
	struct dctcp *d = state(t);
	u32 now;

	d->acked += a->bytes;
	if (a->ece)
		d->marked += a->bytes;
	if (seq_le(a->una + a->bytes, d->end))
		return;
	now = div_u64((u64)SCALE * d->marked, d->acked);
	/* what the shift would never let go */
	if (!(d->alpha >> SHIFT))
		d->alpha = 0;
	d->alpha = min(d->alpha - (d->alpha >> SHIFT) + (now >> SHIFT), SCALE);
	d->end = t->snd.nxt;
	d->acked = 0;
	d->marked = 0;
}

/* rfc8257: 3.3 */
static void dctcp_marked(struct tcb *t)
{
	u32 cwnd = t->cong.cwnd;

	state(t)->reno = 0;
	cwnd -= (u32)div_u64((u64)cwnd * state(t)->alpha, 2 * SCALE);
	t->cong.ssthresh = max(cwnd, 2u * t->snd.mss);
}

/* rfc8257: 3.4, 3.5 */
const struct cong_ops cong_dctcp = {
	.name = "dctcp",
	.needs_ecn = true,
	.init = dctcp_init,
	.heard = dctcp_heard,
	.acked = reno_acked,
	.lost = reno_lost,
	.marked = dctcp_marked,
	.timeout = reno_timeout,
	.idle = cong_idle,
};
