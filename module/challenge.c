// SPDX-License-Identifier: GPL-2.0
/*
 * May the answer that anybody could provoke be sent? The core's limits with
 * this netns' settings.
 */
#include "glass_sock.h"

void glass_challenge_init(struct glass_net *gn)
{
	spin_lock_init(&gn->challenge.lock);
}

/**
 * glass_challenge_ok() - may the ACK that a segment is owed be sent?
 * @gn: the netns
 * @last: of the connection, see challenge_spaced(); guarded as its other facts
 * @s: the segment
 * @v: what was decided about it; its rule tells if the answer is no
 * @now: microseconds
 *
 * Any context but hard interrupts.
 *
 * rfc5961: 7
 */
bool glass_challenge_ok(struct glass_net *gn, u16 *last,
			const struct segment *s, struct verdict *v, u64 now)
{
	u32 limit = READ_ONCE(gn->sysctl.challenge_ack_limit);
	enum challenge_kind kind = challenge_kind(v->rule, s);
	bool ok;

	if (kind == CHALLENGE_NONE)
		return true;
	if (!challenge_spaced(last, now,
			      READ_ONCE(gn->sysctl.invalid_ratelimit))) {
		v->rule = RULE_CHALLENGE_SOON;
		return false;
	}
	/* by default nothing is shared, so nothing can be counted */
	if (kind != CHALLENGE_PROOF || limit == INT_MAX)
		return true;
	spin_lock_bh(&gn->challenge.lock);
	ok = challenge_take(&gn->challenge.budget, now, limit,
			    get_random_u32());
	spin_unlock_bh(&gn->challenge.lock);
	if (!ok)
		v->rule = RULE_CHALLENGE_BUDGET;
	return ok;
}
