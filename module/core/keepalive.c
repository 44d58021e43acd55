// SPDX-License-Identifier: GPL-2.0
/*
 * Keepalives, rfc9293#section-3.8.4: off unless the user asks.
 *
 * A keepalive is a segment without text at SND.NXT - 1. The peer has that
 * octet, so what it must answer is an ACK, if it is there and knows us. One
 * that stays out proves nothing, since ACKs without text are not sent again:
 * only a row of them ends the connection. While anything of ours is
 * unacknowledged the retransmission and persist timers ask the question.
 */
#include <glass/core.h>

/**
 * keepalive_idle() - how long may the peer be silent?
 * @t: the TCB
 *
 * Return: seconds, as the user set it or else the administrator.
 *
 * rfc9293: MUST-27
 */
u32 keepalive_idle(const struct tcb *t)
{
	return t->opt.keep_idle ? t->opt.keep_idle :
				  READ_ONCE(t->policy->keepalive_time);
}

/**
 * keepalive_interval() - how long does a keepalive wait for its answer?
 * @t: the TCB
 *
 * Return: seconds.
 */
u32 keepalive_interval(const struct tcb *t)
{
	return t->opt.keep_intvl ? t->opt.keep_intvl :
				   READ_ONCE(t->policy->keepalive_intvl);
}

/**
 * keepalive_limit() - how many may stay without an answer?
 * @t: the TCB
 *
 * Return: a number.
 */
u32 keepalive_limit(const struct tcb *t)
{
	return t->opt.keep_probes ? t->opt.keep_probes :
				    READ_ONCE(t->policy->keepalive_probes);
}

static bool is_open(const struct tcb *t)
{
	return t->syn_acked && t->state != TCB_CLOSED && !t->orphan;
}

static void wait_seconds(struct tcb *t, u32 seconds, u64 now)
{
	due_set(t, DUE_KEEPALIVE, now, seconds * 1000);
}

/**
 * keepalive_start() - the connection opens
 * @t: the TCB
 * @now: microseconds
 */
void keepalive_start(struct tcb *t, u64 now)
{
	t->heard = now_ms(now);
	if (t->opt.keepalive && !t->orphan)
		wait_seconds(t, keepalive_idle(t), now);
}

/**
 * keepalive_set() - the user turns keepalives on or off
 * @t: the TCB, in any state
 * @on: which of the two
 * @now: microseconds
 *
 * rfc9293: MAY-5, MUST-24, MUST-25
 */
void keepalive_set(struct tcb *t, bool on, u64 now)
{
	t->opt.keepalive = on;
	if (!on)
		due_clear(t, DUE_KEEPALIVE);
	else if (is_open(t))
		wait_seconds(t, keepalive_idle(t), now);
}

/**
 * keepalive_set_idle() - the user says how long the peer may be silent
 * @t: the TCB, in any state
 * @seconds: 1 to 32767; the silence so far counts
 * @now: microseconds
 */
void keepalive_set_idle(struct tcb *t, u16 seconds, u64 now)
{
	u32 silence = now_ms(now) - t->heard, idle = seconds * 1000u;

	t->opt.keep_idle = seconds;
	if (t->opt.keepalive && is_open(t))
		due_set(t, DUE_KEEPALIVE, now,
			idle > silence ? idle - silence : 0);
}

/* The user's SND.UNA is not where it will be: other timers watch */
static bool in_flight(const struct tcb *t)
{
	return t->snd.una != t->snd.end + t->fin_queued;
}

/* The user's own limit counts the silence, not the questions: rfc5482 */
static bool enough(const struct tcb *t, u32 silence)
{
	if (t->opt.user_timeout)
		return t->silent && silence >= t->opt.user_timeout;
	return t->silent >= keepalive_limit(t);
}

/**
 * keepalive_timeout() - DUE_KEEPALIVE passed
 * @t: the TCB
 * @now: microseconds
 * @v: what came of it
 *
 * rfc9293: MUST-26, MUST-29
 */
void keepalive_timeout(struct tcb *t, u64 now, struct verdict *v)
{
	u32 silence = now_ms(now) - t->heard;
	u32 idle = keepalive_idle(t) * 1000;

	if (in_flight(t)) {
		due_set(t, DUE_KEEPALIVE, now, idle);
	} else if (silence < idle) {
		due_set(t, DUE_KEEPALIVE, now, idle - silence);
	} else if (enough(t, silence)) {
		v->rule = RULE_KEEPALIVE_TIMEOUT;
		tcb_dead(t, v, V_TIMED_OUT);
		t->rst_due = 1;
		t->ack_rule = v->rule;
	} else {
		v->rule = RULE_SEND_KEEPALIVE;
		t->silent++;
		t->keep_probe = 1;
		wait_seconds(t, keepalive_interval(t), now);
	}
}

/**
 * keepalive_output() - the keepalive that is due
 * @t: the TCB, with nothing else to say
 * @s: gets the segment without its ports
 *
 * Its window is no news: what was worth telling was told when the user read.
 *
 * Return: false if none is.
 *
 * rfc9293: MAY-5, SHLD-12
 */
bool keepalive_output(struct tcb *t, struct segment *s)
{
	if (!t->keep_probe)
		return false;
	t->keep_probe = 0;
	s->seq = t->snd.nxt - 1;
	s->rule = RULE_SEND_KEEPALIVE;
	output_stamp(t, s);
	return true;
}
