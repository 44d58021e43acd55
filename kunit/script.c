// SPDX-License-Identifier: GPL-2.0
/*
 * The script harness: plays the glue and the peer to one TCB, tells the
 * story when it goes wrong. See script.h for how a script reads.
 */
#include "script.h"

static const struct isn isns[] = {
	{ "low numbers", 1000, 50000 },
	{ "across the wrap", 0u - 100, 0u - 50 },
};

/* For KUNIT_CASE_PARAM: every script runs with both sets of ISNs */
const void *isn_gen_params(const void *prev, char *desc)
{
	const struct isn *next = prev ? (const struct isn *)prev + 1 : isns;

	if (next == isns + ARRAY_SIZE(isns))
		return NULL;
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", next->name);
	return next;
}

const struct isn *isn_of(struct kunit *test)
{
	return test->param_value ? test->param_value : isns;
}

static void tell(struct script *s, const char *what, u32 number)
{
	story_tell(&s->story, s->now, what, number, s->t.state);
}

static void tell_segment(struct script *s, const struct segment *seg,
			 bool ours, u16 rule)
{
	story_segment(&s->story, s->now, ours ? ">" : "<", seg,
		      ours ? s->iss : s->irs, ours ? s->irs : s->iss,
		      s->t.state, rule);
}

/* It went wrong: the story so far, then the end of the test */
static void wrong(struct script *s, int line, const char *what, u32 got,
		  u32 want)
{
	story_print(&s->story, s->test);
	KUNIT_ASSERT_TRUE_MSG(s->test, false,
			      "line %d: %s is %u (0x%x), not %u (0x%x)", line,
			      what, got, got, want, want);
}

static void must_be(struct script *s, int line, const char *what, u32 got,
		    u32 want)
{
	if (got != want)
		wrong(s, line, what, got, want);
}

static void must_be_rule(struct script *s, int line, u16 got, u16 want)
{
	if (got == want)
		return;
	tell(s, rule_name(want), want);
	wrong(s, line, "the rule", got, want);
}

/* The glue's part: what the receive buffer holds */
static void tell_buffer(struct script *s)
{
	u32 used = min(s->unread, s->p.buff);

	tcb_buffer(&s->t, s->p.buff, s->p.buff - used);
}

static void arrives(struct script *s, int line, u16 rule)
{
	u32 nxt = s->t.rcv.nxt;
	bool text_state = s->t.state != TCB_SYN_SENT;

	if (s->peer_ts) {
		s->in.opts |= SEG_OPT_TS;
		s->in.tsval = s->peer_ts;
		s->in.tsecr = s->in.flags & SEG_ACK ? s->peer_ecr : 0;
	}
	s->in.no_room = s->no_room;
	s->no_room = false;
	s->in.ecn = s->ecn;
	s->ecn = SEG_NOT_ECT;
	tcb_input(&s->t, &s->in, s->now, &s->v);
	tell_segment(s, &s->in, false, s->v.rule);
	must_be_rule(s, line, s->v.rule, rule);
	if (s->v.text_keep)
		must_be(s, line, "text beyond the segment",
			s->v.text_skip + s->v.text_keep > s->in.len, 0);
	if (text_state)
		s->unread += s->t.rcv.nxt - nxt -
			     !!(s->v.bits & V_PEER_CLOSED);
	tell_buffer(s);
}

void script_inject(struct script *s, int line, const char *flags, u32 seq,
		   u32 len, u32 ack, u32 wnd, u16 rule)
{
	s->in = (struct segment){
		.seq = s->irs + seq,
		.len = len,
		.wnd = wnd,
		.flags = flags_of(flags),
		.src = 7,
		.dst = 54321,
		.up = s->up,
		.piece = s->piece,
	};
	s->up = 0;
	s->piece = 0;
	if (s->in.flags & SEG_ACK)
		s->in.ack = s->iss + ack;
	if (s->block_count)
		s->in.opts |= SEG_OPT_SACK;
	s->in.sacks = s->block_count;
	memcpy(s->in.sack, s->blocks, sizeof(s->blocks));
	s->block_count = 0;
	arrives(s, line, rule);
}

void script_inject_syn(struct script *s, int line, const char *flags, u32 ack,
		       u32 wnd, u16 rule)
{
	s->in = (struct segment){
		.seq = s->irs,
		.wnd = wnd,
		.flags = flags_of(flags),
		.mss = s->peer_mss,
		.opts = s->peer_mss ? SEG_OPT_MSS : 0,
	};
	if (s->in.flags & SEG_ACK)
		s->in.ack = s->iss + ack;
	if (s->peer_shift >= 0) {
		s->in.opts |= SEG_OPT_WSCALE;
		s->in.wscale = s->peer_shift;
	}
	if (s->peer_sack)
		s->in.opts |= SEG_OPT_SACK_OK;
	arrives(s, line, rule);
}

/* The promise of rfc9293#section-3.8.6: the edge told never moves back */
static void check_edge(struct script *s, int line)
{
	bool syn = s->out.flags & SEG_SYN;
	u32 unit = syn ? 0 : s->t.rcv.shift;
	u32 edge = s->out.ack + ((u32)s->out.wnd << unit);

	if (!(s->out.flags & SEG_ACK) || s->out.flags & SEG_RST)
		return;
	if (s->told && seq_lt(edge + (1u << unit) - 1, s->edge))
		wrong(s, line, "the window's edge", edge - s->irs,
		      s->edge - s->irs);
	s->edge = s->told ? seq_max(s->edge, edge) : edge;
	s->told = true;
}

static void give(struct script *s, int line, u16 rule)
{
	if (!tcb_output(&s->t, s->now, s->limit, &s->out)) {
		tell(s, rule_name(rule), rule);
		wrong(s, line, "a segment", 0, 1);
	}
	tell_segment(s, &s->out, true, s->out.rule);
	must_be_rule(s, line, s->out.rule, rule);
	check_edge(s, line);
}

void script_expect(struct script *s, int line, const char *flags, u32 seq,
		   u32 len, u32 ack, int wnd, u16 rule)
{
	give(s, line, rule);
	must_be(s, line, "flags", s->out.flags, flags_of(flags));
	must_be(s, line, "seq", s->out.seq - s->iss, seq);
	must_be(s, line, "len", s->out.len, len);
	must_be(s, line, "ack", s->out.ack - s->irs, ack);
	must_be(s, line, "options", s->out.opts & ~SEG_OPT_SACK,
		s->t.ts_ok ? SEG_OPT_TS : 0);
	if (!s->peer_sack)
		must_be(s, line, "SACK blocks", s->out.sacks, 0);
	if (wnd != ANY)
		must_be(s, line, "window", s->out.wnd, wnd);
}

void script_expect_syn(struct script *s, int line, const char *flags, int mss,
		       int wscale, int wnd, u16 rule)
{
	give(s, line, rule);
	must_be(s, line, "flags", s->out.flags, flags_of(flags));
	must_be(s, line, "seq", s->out.seq, s->iss);
	must_be(s, line, "len", s->out.len, 0);
	must_be(s, line, "MSS option", s->out.opts & SEG_OPT_MSS, SEG_OPT_MSS);
	must_be(s, line, "MSS", s->out.mss, mss);
	must_be(s, line, "window scale option",
		!!(s->out.opts & SEG_OPT_WSCALE), wscale >= 0);
	if (wscale >= 0)
		must_be(s, line, "window scale", s->out.wscale, wscale);
	must_be(s, line, "window", s->out.wnd, wnd);
	if (s->out.flags & SEG_ACK)
		must_be(s, line, "ack", s->out.ack - s->irs, 1);
}

void script_expect_nothing(struct script *s, int line)
{
	struct segment more;
	const char *what;

	if (tcb_output(&s->t, s->now, s->limit, &more)) {
		tell_segment(s, &more, true, more.rule);
		wrong(s, line, "a segment", 1, 0);
	}
	what = unsettled(&s->t);
	if (what)
		wrong(s, line, what, 1, 0);
}

void script_expect_reject(struct script *s, int line, const char *flags,
			  u32 seq, u32 ack)
{
	struct segment rst;

	must_be(s, line, "V_REJECT", s->v.bits & V_REJECT, V_REJECT);
	must_be(s, line, "an answer", segment_reject(&s->in, &rst), 1);
	tell_segment(s, &rst, true, s->v.rule);
	must_be(s, line, "flags", rst.flags, flags_of(flags));
	if (rst.flags & SEG_ACK) {
		must_be(s, line, "seq", rst.seq, 0);
		must_be(s, line, "ack", rst.ack - s->irs, ack);
	} else {
		must_be(s, line, "seq", rst.seq - s->iss, seq);
	}
}

void script_expires(struct script *s, int line, u32 ms, u16 rule)
{
	u32 when = 0;

	must_be(s, line, "a deadline", tcb_deadline(&s->t, &when), 1);
	must_be(s, line, "ms to the deadline", when - now_ms(s->now), ms);
	s->now += 1000ull * ms;
	tcb_timeout(&s->t, s->now, &s->v);
	tell(s, "timer", ms);
	must_be_rule(s, line, s->v.rule, rule);
	tell_buffer(s);
}

void script_passes(struct script *s, int line, u32 ms)
{
	u32 when;

	s->now += 1000ull * ms;
	tell(s, "passes", ms);
	if (tcb_deadline(&s->t, &when))
		must_be(s, line, "a deadline passed",
			seq_le(when, now_ms(s->now)), 0);
}

void script_no_timer(struct script *s, int line)
{
	must_be(s, line, "clocks", s->t.armed, 0);
}

void script_state(struct script *s, int line, u8 state, u16 bits)
{
	must_be(s, line, "state", s->t.state, state);
	must_be(s, line, "verdict", s->v.bits, bits);
}

void script_sacked(struct script *s, int line, const u32 *seqs, u32 n)
{
	u32 i;

	must_be(s, line, "SACK option", !!(s->out.opts & SEG_OPT_SACK), n > 0);
	must_be(s, line, "SACK blocks", s->out.sacks, n / 2);
	for (i = 0; i < n / 2; i++) {
		must_be(s, line, "SACK from", s->out.sack[i].start - s->irs,
			seqs[2 * i]);
		must_be(s, line, "SACK to", s->out.sack[i].end - s->irs,
			seqs[2 * i + 1]);
	}
}

void script_peer_sacks(struct script *s, const u32 *seqs, u32 n)
{
	u32 i;

	for (i = 0; i < n / 2; i++)
		s->blocks[i] = (struct seq_range){
			s->iss + seqs[2 * i], s->iss + seqs[2 * i + 1]
		};
	s->block_count = n / 2;
}

void script_kept(struct script *s, int line, u32 skip, u32 keep)
{
	must_be(s, line, "text kept", s->v.text_keep, keep);
	if (keep)
		must_be(s, line, "text skipped", s->v.text_skip, skip);
}

void user_writes(struct script *s, u32 bytes)
{
	tcb_write(&s->t, bytes);
	tell(s, "user writes", bytes);
}

void user_writes_urgent(struct script *s, u32 bytes)
{
	urgent_send(&s->t, bytes);
	tcb_write(&s->t, bytes);
	tell(s, "user writes urgent", bytes);
}

void user_reads(struct script *s, u32 bytes)
{
	s->unread -= min(bytes, s->unread);
	tell_buffer(s);
	tcb_read(&s->t);
	tell(s, "user reads", bytes);
}

void user_closes(struct script *s)
{
	tcb_close(&s->t, &s->v);
	tell(s, "user closes", 0);
}

void user_aborts(struct script *s)
{
	tcb_abort(&s->t, &s->v);
	tell(s, "user aborts", 0);
}

void user_leaves(struct script *s)
{
	tcb_orphan(&s->t, s->now);
	tell(s, "user leaves", 0);
}
