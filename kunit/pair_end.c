// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a pair: its user, the records around the TCB, and the checks
 * of all that it sends and takes.
 */
#include "pair.h"

static void pump(struct pair *p, int i);

/* It went wrong: seed and story, then the end of the test */
void pair_wrong(struct pair *p, int i, const char *what, u32 number)
{
	story_print(&p->story, p->test);
	KUNIT_ASSERT_TRUE_MSG(p->test, false, "seed %u, end %d: %s (%u)",
			      p->plan->seed, i, what, number);
}

static void must(struct pair *p, int i, bool good, const char *what,
		 u32 number)
{
	if (!good)
		pair_wrong(p, i, what, number);
}

static struct tcb_params params(const struct pair_plan *plan, int i)
{
	return (struct tcb_params){
		.iss = plan->iss[i],
		.buff = plan->buff[i],
		.adv_mss = plan->mss[i],
		.path_mss = plan->mss[i],
		.default_mss = 536,
		.syn_retries = 127,
		.retries = 255,
		.wscale = plan->wscale,
		.timestamps = plan->timestamps[i],
		.sack = plan->sack[i],
		.dsack = true,
		.ts_offset = plan->iss[!i],
	};
}

void pair_start(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];

	e->p = params(p->plan, i);
	e->life = PAIR_LISTEN;
	if (i && !p->plan->both_open)
		return;
	e->life = PAIR_TCB;
	tcb_init(&e->t, &e->p);
	e->t.held = e->held;
	e->t.loss = p->plan->poor ? NULL : e->loss;
	e->t.opt.nodelay = p->plan->nodelay;
	tcb_open(&e->t);
	pump(p, i);
}

static void user_writes(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];
	u32 room = p->plan->sndbuf - (e->written - e->acked);
	u32 n = min(p->plan->bytes[i] - e->written, room), some;

	if (e->closed)
		return;
	if (p->plan->write_ms[i]) {
		if (p->now < e->write_at)
			return;
		e->write_at = p->now + 1000 * p->plan->write_ms[i];
		some = 1 + pair_random(&p->random, 2 * p->plan->mss[i]);
		n = min(n, some);
	}
	tcb_write(&e->t, n);
	e->written += n;
}

static void user_reads(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];
	u32 n = e->taken - e->read, some;

	if (p->plan->read_ms[i] && !e->peer_closed) {
		if (p->now < e->read_at) {
			n = 0;
		} else {
			e->read_at = p->now + 1000 * p->plan->read_ms[i];
			some = 1 + pair_random(&p->random, e->p.buff);
			n = min(n, some);
		}
	}
	e->read += n;
	tcb_buffer(&e->t, e->p.buff, e->p.buff - (e->taken - e->read));
	tcb_read(&e->t);
}

static void user_closes(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];
	struct verdict v;

	if (e->closed || e->written != p->plan->bytes[i] ||
	    (i && p->plan->close_last && !e->peer_closed) ||
	    e->t.state == TCB_SYN_SENT)
		return;
	e->closed = true;
	tcb_close(&e->t, &v);
	story_tell(&p->story, p->now, "closes end", i, e->t.state);
}

/* The promise: kept, and never more than the buffer */
static void check_window(struct pair *p, int i, const struct segment *s)
{
	struct pair_end *e = &p->end[i];
	u32 shift = s->flags & SEG_SYN ? 0 : e->t.rcv.shift;
	u32 edge = s->ack + ((u32)s->wnd << shift);

	if (!(s->flags & SEG_ACK) || s->flags & SEG_RST)
		return;
	if (e->told && !(s->flags & SEG_SYN && s->wnd == 65535))
		must(p, i, seq_gt(edge + (1u << shift), e->edge),
		     "the window shrank", e->edge - edge);
	e->edge = e->told ? seq_max(e->edge, edge) : edge;
	e->told = true;
	must(p, i, e->edge - e->t.rcv.nxt + 1 <=
	     e->p.buff - (e->taken - e->read) + 1,
	     "more promised than there is room", e->edge - e->t.rcv.nxt);
}

/* New text stays below what the other end ever promised */
static void check_sent(struct pair *p, int i, const struct segment *s)
{
	const struct pair_end *e = &p->end[i], *other = &p->end[!i];
	u32 room = e->t.snd.mss - (s->sacks ? 4 + 8 * s->sacks : 0);
	u32 max = max(p->plan->limit, room);

	must(p, i, s->len <= max, "a segment too long", s->len);
	if (s->len > room)
		must(p, i, s->piece == room, "pieces of another size", s->piece);
	if (!(s->flags & SEG_SYN) && s->rule != RULE_SEND_PROBE && seg_len(s))
		must(p, i, other->told &&
		     seq_le(s->seq + seg_len(s), other->edge),
		     "text beyond the window", s->seq + seg_len(s) -
		     other->edge);
	check_window(p, i, s);
}

/* After an event: the user has his turn, then output says all it has */
static void pump(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];
	struct segment s;
	const char *what;
	u32 n = 0;

	if (e->life != PAIR_TCB)
		return;
	user_reads(p, i);
	user_writes(p, i);
	user_closes(p, i);
	while (tcb_output(&e->t, p->now, p->plan->limit, &s)) {
		must(p, i, n < 2000, "output does not end", n);
		n++;
		pair_send(p, i, &s, e->acked + (s.seq - e->t.snd.una) -
			  !e->t.syn_acked);
		check_sent(p, i, &s);
	}
	what = unsettled(&e->t);
	must(p, i, !what, what, e->t.state);
	if (e->t.state == TCB_TIME_WAIT) {
		e->life = PAIR_TIME_WAIT;
		timewait_open(&e->w, &e->t);
		e->due = p->now + 2000ull * TIMEWAIT_MSL_MS;
	}
}

/* The text that the verdict keeps, and what became readable of it */
static void take_text(struct pair *p, int i, const struct segment *s, u32 pos,
		      const struct verdict *v, u32 nxt)
{
	struct pair_end *e = &p->end[i];
	u32 place = e->taken + (seg_text(s) + v->text_skip - nxt), n;

	if (v->text_keep) {
		must(p, i, v->text_skip + v->text_keep <= s->len,
		     "kept more than there is", v->text_keep);
		must(p, i, place == pos + v->text_skip,
		     "text in the wrong place", place);
		must(p, i, place + v->text_keep <= p->plan->bytes[!i],
		     "text that was never sent", place + v->text_keep);
		must(p, i, place + v->text_keep <= e->read + e->p.buff,
		     "text beyond the buffer", place + v->text_keep);
		memset(e->kept + place, 1, v->text_keep);
	}
	n = e->t.rcv.nxt - nxt - !!(v->bits & V_PEER_CLOSED);
	must(p, i, !n == !(v->bits & V_READABLE), "V_READABLE", n);
	for (; n; n--, e->taken++)
		must(p, i, e->kept[e->taken], "an octet that never came",
		     e->taken);
	if (v->bits & V_PEER_CLOSED) {
		must(p, i, e->taken == p->plan->bytes[!i],
		     "a FIN before all text", e->taken);
		e->peer_closed = true;
	}
}

static void reject(struct pair *p, int i, const struct segment *s, u16 rule)
{
	struct segment rst;

	if (!segment_reject(s, &rst))
		return;
	rst.rule = rule;
	pair_send(p, i, &rst, 0);
}

static void tcb_event(struct pair *p, int i, u8 before, u16 bits)
{
	struct pair_end *e = &p->end[i];

	must(p, i, !(bits & V_DEAD) == (e->t.state != TCB_CLOSED), "V_DEAD",
	     bits);
	if (bits & V_DEAD) {
		e->life = PAIR_GONE;
		e->last = before;
		e->fate = bits;
	}
	pump(p, i);
}

static void tcb_arrive(struct pair *p, int i, const struct segment *s, u32 pos)
{
	struct pair_end *e = &p->end[i];
	u32 una = e->t.snd.una, nxt = e->t.rcv.nxt;
	bool syn_acked = e->t.syn_acked, fin;
	u8 before = e->t.state;
	struct verdict v;

	tcb_input(&e->t, s, p->now, &v);
	must(p, i, v.rule, "no rule for a segment", s->flags);
	if (before == TCB_SYN_SENT)
		nxt = e->t.rcv.nxt;
	if (e->t.syn_acked) {
		fin = e->closed && e->t.snd.una == e->t.snd.end + 1 &&
		      una != e->t.snd.una;
		e->acked += e->t.snd.una - una - !syn_acked - fin;
	}
	take_text(p, i, s, pos, &v, nxt);
	if (v.bits & V_REJECT)
		reject(p, i, s, v.rule);
	tcb_event(p, i, before, v.bits);
}

/* A record has no clock of its own */
static void stamp(struct pair *p, int i, struct segment *s)
{
	if (s->opts & SEG_OPT_TS)
		s->tsval = timestamp_clock(p->now, p->end[i].p.ts_offset);
}

static void embryo_sends(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];
	struct segment s;

	while (embryo_output(&e->e, &s)) {
		stamp(p, i, &s);
		check_window(p, i, &s);
		pair_send(p, i, &s, 0);
		if (s.flags & SEG_SYN)
			e->due = p->now + 1000ull * embryo_delay_ms(&e->e, 120000);
	}
}

/* LISTEN and SYN-RECEIVED below it */
static void record_arrive(struct pair *p, int i, const struct segment *s,
			  u32 pos)
{
	struct pair_end *e = &p->end[i];
	struct verdict v;

	if (e->life == PAIR_LISTEN) {
		listen_input(s, &v);
		if (v.rule == RULE_LISTEN_SYN) {
			embryo_open(&e->e, s, &e->p, p->now);
			e->t.rcv.nxt = s->seq + 1;
			e->t.rcv.shift = e->e.shift;
			e->life = PAIR_EMBRYO;
		}
	} else {
		embryo_input(&e->e, s, &v);
	}
	if (v.bits & V_REJECT)
		reject(p, i, s, v.rule);
	if (v.bits & V_ESTABLISHED) {
		e->life = PAIR_TCB;
		tcb_from_embryo(&e->t, &e->p, &e->e);
		e->t.held = e->held;
		e->t.loss = p->plan->poor ? NULL : e->loss;
		e->t.opt.nodelay = p->plan->nodelay;
		tcb_arrive(p, i, s, pos);
	} else if (e->life == PAIR_EMBRYO) {
		embryo_sends(p, i);
	}
}

static void timewait_arrive(struct pair *p, int i, const struct segment *s)
{
	struct pair_end *e = &p->end[i];
	struct segment ack;
	struct verdict v;

	timewait_input(&e->w, s, &v);
	if (v.bits & V_TIME_WAIT)
		e->due = p->now + 2000ull * TIMEWAIT_MSL_MS;
	if (v.bits & V_DEAD)
		e->life = PAIR_GONE;
	while (timewait_output(&e->w, &ack)) {
		stamp(p, i, &ack);
		pair_send(p, i, &ack, 0);
	}
}

void pair_arrive(struct pair *p, int i, const struct segment *s, u32 pos)
{
	switch (p->end[i].life) {
	case PAIR_LISTEN:
	case PAIR_EMBRYO:
		record_arrive(p, i, s, pos);
		break;
	case PAIR_TCB:
		tcb_arrive(p, i, s, pos);
		break;
	case PAIR_TIME_WAIT:
		timewait_arrive(p, i, s);
		break;
	case PAIR_GONE:
		reject(p, i, s, RULE_CLOSED_REJECT);
		break;
	}
}

/* When this end wants to be called, all ones for never */
u64 pair_due(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];
	u64 due = ~0ull;
	u32 when;

	if (e->life == PAIR_EMBRYO || e->life == PAIR_TIME_WAIT)
		return e->due;
	if (e->life != PAIR_TCB)
		return due;
	if (tcb_deadline(&e->t, &when))
		due = p->now - p->now % 1000 +
		      1000ll * (s32)(when - now_ms(p->now));
	if (p->plan->read_ms[i] && e->taken != e->read)
		due = min(due, e->read_at);
	if (p->plan->write_ms[i] && e->written != p->plan->bytes[i] &&
	    e->written - e->acked < p->plan->sndbuf)
		due = min(due, e->write_at);
	return due;
}

/* Time has come */
void pair_clock(struct pair *p, int i)
{
	struct pair_end *e = &p->end[i];
	u8 before = e->t.state;
	struct verdict v;

	if (e->life == PAIR_EMBRYO) {
		must(p, i, embryo_timeout(&e->e, 250), "embryo lost", 0);
		embryo_sends(p, i);
	} else if (e->life == PAIR_TIME_WAIT) {
		e->life = PAIR_GONE;
	} else {
		tcb_timeout(&e->t, p->now, &v);
		if (v.rule == RULE_RESEND_RTO)
			story_tell(&p->story, p->now, "timer of end", i,
				   before);
		tcb_event(p, i, before, v.bits);
	}
}
