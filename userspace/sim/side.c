// SPDX-License-Identifier: GPL-2.0
/*
 * One end: what the module's glue does around the core, without the module.
 * A listener has room for one connection, which takes its place; where an
 * end may open again it listens anew behind TIME-WAIT.
 */
#include "model.h"

/* The default, but that segments may be as small as they are here */
const struct tcb_policy *sim_policy(void)
{
	static struct tcb_policy policy;

	if (!policy.min_snd_mss) {
		policy = tcb_policy_default;
		policy.min_snd_mss = 1;
	}
	return &policy;
}

static struct tcb_params params(const struct sim *m, const struct sim_case *c,
				int i)
{
	u8 retries = m->patient ? SIM_PATIENT : c->retries;

	return (struct tcb_params){
		.iss = sim_iss(c, i, m->end[i].isn),
		.buff = c->buff,
		.adv_mss = c->mss,
		.path_mss = c->mss,
		.default_mss = c->mss,
		.syn_retries = retries,
		.retries = retries,
		.policy = sim_policy(),
		.opt.nodelay = c->nodelay,
		.sack = c->sack,
		.dsack = c->sack,
	};
}

/* Another life, of which nothing is remembered yet */
static void become(struct sim_end *e, u8 life)
{
	e->life = life;
	memset(&e->t, 0, sizeof(e->t));
	memset(e->held, 0, sizeof(e->held));
	memset(e->loss, 0, sizeof(e->loss));
}

static void lend(struct sim_end *e)
{
	e->t.held = (struct ranges *)e->held;
	e->t.held->cap = SIM_RANGES;
	e->t.loss = (struct loss *)e->loss;
	loss_init(e->t.loss, SIM_LOSS);
}

/* A new connection: what was watched of the last one is over */
static void begin(struct sim_end *e, u8 life)
{
	u8 opens = e->opens + 1, isn = e->isn;

	memset(e, 0, sizeof(*e));
	e->opens = opens;
	e->isn = isn;
	e->life = life;
}

static void sends(struct sim *m, const struct sim_case *c, int i,
		  const struct segment *s, u8 pos)
{
	judge_sent(m, c, i, s);
	sim_send(m, c, i, s, pos);
}

/* What is free of the receive buffer; it may shrink below what was promised */
static u32 room(const struct sim_end *e, const struct sim_case *c)
{
	u32 taken = (e->taken - e->read) << c->dear;

	return c->buff > taken ? c->buff - taken : 0;
}

static void pump_tcb(struct sim *m, const struct sim_case *c, int i)
{
	struct sim_end *e = &m->end[i];
	struct segment s;
	const char *what;
	u32 n = 0, pos;

	if (!c->lazy && e->read != e->taken) {
		e->read = e->taken;
		tcb_buffer(&e->t, c->buff, c->buff);
		tcb_read(&e->t);
	}
	tcb_buffer(&e->t, c->buff, room(e, c));
	while (!sim_wrong && tcb_output(&e->t, SIM_NOW, 0, &s)) {
		must(n++ < 8, "output ends");
		pos = e->written - (e->t.snd.end - s.seq);
		must(!s.len || pos + s.len <= e->written,
		     "only what the user wrote is sent");
		sends(m, c, i, &s, pos);
	}
	what = unsettled(&e->t);
	must(!what, what);
}

/* After an event: all that there is to say leaves */
static void pump(struct sim *m, const struct sim_case *c, int i)
{
	struct sim_end *e = &m->end[i];
	struct timewait w;
	struct segment s;

	if (e->life == SIM_TCB)
		pump_tcb(m, c, i);
	if (e->life == SIM_TCB && e->t.state == TCB_CLOSED) {
		become(e, SIM_CLOSED);
	} else if (e->life == SIM_TCB && e->t.state == TCB_TIME_WAIT) {
		timewait_open(&w, &e->t);
		become(e, SIM_TIME_WAIT);
		e->w = w;
	}
	while (e->life == SIM_EMBRYO && embryo_output(&e->e, &s)) {
		/* nobody asks a record why, once it has answered */
		e->e.rule = RULE_NONE;
		sends(m, c, i, &s, 0);
	}
	while (e->life == SIM_TIME_WAIT && timewait_output(&e->w, &s)) {
		e->w.rule = RULE_NONE;
		sends(m, c, i, &s, 0);
	}
}

static void reject(struct sim *m, const struct sim_case *c, int i,
		   const struct segment *s, u16 rule)
{
	struct segment rst;

	if (!segment_reject(s, &rst))
		return;
	rst.rule = rule;
	sim_send(m, c, i, &rst, 0);
}

void side_open(struct sim *m, const struct sim_case *c, int i, bool active)
{
	struct sim_end *e = &m->end[i];
	struct sim_step step = { .before = TCB_CLOSED };
	struct tcb_params p;

	begin(e, active ? SIM_TCB : SIM_LISTEN);
	if (active) {
		e->isn++;
		p = params(m, c, i);
		tcb_init(&e->t, &p);
		lend(e);
		tcb_open(&e->t);
	}
	step.kind = active ? ACT_OPEN : ACT_LISTEN;
	step.after = sim_state(e);
	judge_step(m, c, i, &step);
	pump(m, c, i);
}

static struct sim_step step_of(const struct sim_end *e, u8 kind)
{
	struct sim_step step = { .kind = kind, .before = sim_state(e) };

	if (e->life == SIM_TCB) {
		step.rcv_nxt = e->t.rcv.nxt;
		step.snd_nxt = e->t.snd.nxt;
	} else if (e->life == SIM_EMBRYO) {
		step.rcv_nxt = e->e.irs + 1;
		step.snd_nxt = e->e.iss + 1;
	} else if (e->life == SIM_TIME_WAIT) {
		step.rcv_nxt = e->w.rcv_nxt;
		step.snd_nxt = e->w.snd_nxt;
	}
	return step;
}

static void done(struct sim *m, const struct sim_case *c, int i,
		 struct sim_step *step, const struct verdict *v)
{
	step->bits = v->bits;
	step->rule = v->rule;
	step->after = sim_state(&m->end[i]);
	judge_step(m, c, i, step);
	pump(m, c, i);
}

void side_user(struct sim *m, const struct sim_case *c, int i, u8 kind)
{
	struct sim_end *e = &m->end[i];
	struct sim_step step = step_of(e, kind);
	struct verdict v = {};

	switch (kind) {
	case ACT_WRITE:
		e->written++;
		tcb_write(&e->t, 1);
		break;
	case ACT_READ:
		e->read = e->taken;
		tcb_buffer(&e->t, c->buff, c->buff);
		tcb_read(&e->t);
		break;
	case ACT_CLOSE:
		if (e->life == SIM_LISTEN) {
			become(e, SIM_CLOSED);
			break;
		}
		e->closed = true;
		tcb_close(&e->t, &v);
		break;
	case ACT_ORPHAN:
		tcb_orphan(&e->t, SIM_NOW);
		break;
	case ACT_ABORT:
		e->closed = true;
		tcb_abort(&e->t, &v);
		break;
	case ACT_CRASH:
		m->crashes++;
		become(e, SIM_CLOSED);
		break;
	}
	done(m, c, i, &step, &v);
}

void side_timer(struct sim *m, const struct sim_case *c, int i, u32 which)
{
	struct sim_end *e = &m->end[i];
	struct sim_step step = step_of(e, ACT_TIMER);
	u8 retries = m->patient ? SIM_PATIENT_SYN : c->retries;
	struct verdict v = {};
	u32 due;

	if (e->life == SIM_TIME_WAIT) {
		v.rule = RULE_TW_EXPIRED;
		become(e, SIM_CLOSED);
	} else if (e->life == SIM_EMBRYO) {
		if (!embryo_timeout(&e->e, retries)) {
			v.rule = RULE_EMBRYO_TIMEOUT;
			become(e, SIM_LISTEN);
		}
	} else {
		for (due = 0; due < DUE_COUNT; due++)
			e->t.due[due] = now_ms(SIM_NOW) + 1000 * (due != which);
		tcb_timeout(&e->t, SIM_NOW, &v);
	}
	done(m, c, i, &step, &v);
}

/* The text that the verdict keeps, and what became readable of it */
static void take_text(struct sim_end *e, const struct sim_wire *w,
		      const struct verdict *v, u32 nxt)
{
	u32 place, n, k;

	if (v->text_keep) {
		place = e->taken + (seg_text(&w->s) + v->text_skip - nxt);
		must(v->text_skip + v->text_keep <= w->s.len,
		     "no more is kept than there is");
		must(w->isn == e->with, "no text of another connection");
		must(place == w->pos + v->text_skip,
		     "text at its own place");
		must(place >= e->taken && place + v->text_keep <= 8,
		     "text is taken once");
		for (k = 0; k < v->text_keep && !sim_wrong; k++)
			e->kept |= 1u << (place + k);
	}
	n = e->t.rcv.nxt - nxt - !!(v->bits & V_PEER_CLOSED);
	must(n <= 8, "RCV.NXT moves over text only");
	must(!n == !(v->bits & V_READABLE), "the user is told of text");
	for (; n && !sim_wrong; n--, e->taken++)
		must(e->kept & 1u << e->taken, "no octet that never came");
	if (v->bits & V_PEER_CLOSED)
		e->peer_closed = true;
}

static void tcb_arrive(struct sim *m, const struct sim_case *c, int i,
		       const struct sim_wire *w, struct sim_step *step)
{
	struct sim_end *e = &m->end[i];
	u8 before = e->t.state;
	u32 nxt = e->t.rcv.nxt;
	struct verdict v;

	tcb_input(&e->t, &w->s, SIM_NOW, &v);
	must(v.rule, "every segment has its rule");
	if (before == TCB_SYN_SENT && e->t.state != before &&
	    e->t.state != TCB_CLOSED) {
		nxt = e->t.rcv.nxt;
		e->with = w->isn;
	}
	take_text(e, w, &v, nxt);
	if (v.bits & V_REJECT)
		reject(m, c, i, &w->s, v.rule);
	done(m, c, i, step, &v);
}

static void listener_arrive(struct sim *m, const struct sim_case *c, int i,
			    const struct sim_wire *w, struct sim_step *step)
{
	struct sim_end *e = &m->end[i];
	struct tcb_params p;
	struct verdict v;

	listen_input(&w->s, &v);
	if (v.rule == RULE_LISTEN_SYN && e->isn == c->isns[i] && !m->patient) {
		v.rule = RULE_LISTEN_SYN_QUEUE_FULL;
	} else if (v.rule == RULE_LISTEN_SYN) {
		become(e, SIM_EMBRYO);
		e->isn++;
		p = params(m, c, i);
		e->with = w->isn;
		e->told = false;
		embryo_open(&e->e, &w->s, &p, SIM_NOW);
	}
	if (v.bits & V_REJECT)
		reject(m, c, i, &w->s, v.rule);
	done(m, c, i, step, &v);
}

static void embryo_arrive(struct sim *m, const struct sim_case *c, int i,
			  const struct sim_wire *w, struct sim_step *step)
{
	struct sim_end *e = &m->end[i];
	struct tcb_params p = params(m, c, i);
	struct embryo embryo;
	struct verdict v;

	embryo_input(&e->e, &w->s, &v);
	if (v.bits & V_ESTABLISHED) {
		must(w->s.ack == e->e.iss + 1,
		     "only the ACK of our SYN/ACK establishes");
		embryo = e->e;
		become(e, SIM_TCB);
		tcb_from_embryo(&e->t, &p, &embryo);
		lend(e);
		tcb_arrive(m, c, i, w, step);
		return;
	}
	if (v.bits & V_DEAD)
		become(e, SIM_LISTEN);
	if (v.bits & V_REJECT)
		reject(m, c, i, &w->s, v.rule);
	done(m, c, i, step, &v);
}

static void timewait_arrive(struct sim *m, const struct sim_case *c, int i,
			    const struct sim_wire *w, struct sim_step *step)
{
	struct sim_end *e = &m->end[i];
	struct verdict v;

	timewait_input(&e->w, &w->s, &v);
	if (v.rule == RULE_TW_SYN)
		must(seq_gt(w->s.seq, e->w.rcv_nxt),
		     "only a new SYN ends TIME-WAIT");
	if (!(v.bits & V_DEAD)) {
		done(m, c, i, step, &v);
		return;
	}
	become(e, SIM_CLOSED);
	if (v.rule == RULE_TW_SYN && e->opens < c->opens[i] &&
	    c->role[i] & SIM_PASSIVE) {
		begin(e, SIM_LISTEN);
		listener_arrive(m, c, i, w, step);
		return;
	}
	if (v.rule == RULE_TW_SYN)
		reject(m, c, i, &w->s, RULE_CLOSED_REJECT);
	done(m, c, i, step, &v);
}

void side_arrive(struct sim *m, const struct sim_case *c,
		 const struct sim_wire *w)
{
	struct sim_end *e = &m->end[w->to];
	struct sim_step step = step_of(e, ACT_DELIVER);
	struct tcb closed = { .state = TCB_CLOSED };
	struct verdict v;

	step.w = w;
	switch (e->life) {
	case SIM_CLOSED:
		tcb_input(&closed, &w->s, SIM_NOW, &v);
		if (v.bits & V_REJECT)
			reject(m, c, w->to, &w->s, v.rule);
		done(m, c, w->to, &step, &v);
		break;
	case SIM_LISTEN:
		listener_arrive(m, c, w->to, w, &step);
		break;
	case SIM_EMBRYO:
		embryo_arrive(m, c, w->to, w, &step);
		break;
	case SIM_TCB:
		tcb_arrive(m, c, w->to, w, &step);
		break;
	case SIM_TIME_WAIT:
		timewait_arrive(m, c, w->to, w, &step);
		break;
	}
}
