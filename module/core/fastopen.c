// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Fast Open: text in a SYN, rfc7413.
 *
 * The client's first SYN carries a cookie that the server gave it before, and
 * text; one that is sent again carries neither, in case that is what the path
 * does not let pass. A listener's child that a good cookie made is a TCB in
 * SYN-RECEIVED from the start: its SYN/ACK acknowledges the text, and text of
 * ours may follow before the handshake is complete.
 *
 * The cookies themselves are the glue's: to keep, to make and to compare.
 */
#include <glass/core.h>

/* What a SYN's options may take */
#define SYN_OPTIONS	(SEG_HEADER_MAX - SEG_HEADER_MIN)

/**
 * fastopen_room() - how much text does a SYN take?
 * @t: a TCB fresh from tcb_init()
 * @mss: what the server announced last time, 0 if that is not known
 *
 * Return: octets.
 *
 * rfc7413: 4.1.3
 */
u32 fastopen_room(const struct tcb *t, u16 mss)
{
	u32 limit = min_t(u32, mss ? mss : t->snd.peer_mss, t->snd.path_mss);
	u32 options = SYN_OPTIONS + tcb_ip_options(t);

	return limit > options ? limit - options : 0;
}

/**
 * fastopen_offer() - the SYN of an active open is a fast one
 * @t: the TCB, its SYN not sent
 * @option: it carries the option; the caller adds the cookie that it has
 * @text: octets of text that it may carry, at most fastopen_room()
 */
void fastopen_offer(struct tcb *t, bool option, u16 text)
{
	t->fastopen = option;
	t->syn_text = text;
}

/* The SYN waits until there is text to go with it */
void fastopen_hold(struct tcb *t)
{
	t->syn_held = 1;
}

void fastopen_release(struct tcb *t)
{
	t->syn_held = 0;
}

/**
 * fastopen_stamp() - the option and the text of a SYN or SYN/ACK
 * @t: the TCB
 * @s: the segment being built
 *
 * rfc7413#section-4.2.2: only what is sent for the first time has them.
 *
 * rfc7413: 4.2.1, 4.2.2
 */
void fastopen_stamp(struct tcb *t, struct segment *s)
{
	bool answer = s->flags & SEG_ACK;

	if (t->syn_again) {
		t->syn_again = 0;
		s->rule = t->ack_rule;
	}
	/* both ends opened at once: our answer to the peer's SYN has none */
	if (t->cong.backoff || answer != t->passive)
		return;
	if (t->fastopen)
		s->opts |= SEG_OPT_FASTOPEN;
	if (answer) {
		t->fastopen = 0;
		return;
	}
	s->len = min_t(u32, t->snd.end - (t->iss + 1), t->syn_text);
	if (s->len)
		s->rule = RULE_SEND_SYN_TEXT;
}

/**
 * fastopen_answered() - what did the SYN/ACK say of the text in our SYN?
 * @t: the TCB; the ACK was taken
 * @nxt: SND.NXT before it
 *
 * Return: the rule that judges the SYN/ACK.
 *
 * rfc7413: 4.2.2
 */
u16 fastopen_answered(const struct tcb *t, u32 nxt)
{
	if (nxt == t->iss + 1)
		return RULE_SYN_SENT_SYN_ACK;
	return t->snd.una == nxt ? RULE_FASTOPEN_TAKEN : RULE_FASTOPEN_LEFT;
}

/**
 * fastopen_judge() - a SYN that LISTEN lets in: does it open at once?
 * @syn: the SYN
 * @pending: fast opens of this listener whose handshake is not complete
 * @limit: how many there may be; 0: the listener wants none
 * @free: no cookie is asked for
 * @good: the SYN's cookie is one of ours
 *
 * The limit comes first: an attacker's guesses then cost nothing more.
 *
 * Return: RULE_FASTOPEN_OPEN, or a rule of which listen_opens() is true.
 *
 * rfc7413: 4.2, 4.2.1, 4.2.2, 5.1
 */
u16 fastopen_judge(const struct segment *syn, u32 pending, u32 limit,
		   bool free, bool good)
{
	bool asked = syn->opts & SEG_OPT_FASTOPEN;

	if (!limit || (!asked && !(free && syn->len)))
		return RULE_LISTEN_SYN;
	if (pending >= limit)
		return RULE_FASTOPEN_FULL;
	if (free || good)
		return RULE_FASTOPEN_OPEN;
	return syn->cookie_len ? RULE_FASTOPEN_BAD : RULE_FASTOPEN_ASK;
}

/* Does this judgement of a SYN at LISTEN make an embryo? */
bool listen_opens(u16 rule)
{
	return rule == RULE_LISTEN_SYN || rule == RULE_FASTOPEN_ASK ||
	       rule == RULE_FASTOPEN_BAD || rule == RULE_FASTOPEN_FULL;
}

/* Does the SYN/ACK bring a cookie then? */
bool listen_gives_cookie(u16 rule)
{
	return rule == RULE_FASTOPEN_ASK || rule == RULE_FASTOPEN_BAD;
}

/**
 * tcb_fast_open() - a SYN with a good cookie opens
 * @t: from tcb_from_embryo(), of an embryo whose SYN/ACK was not sent
 * @syn: the SYN
 * @v: what came of it; text to keep
 *
 * Output gives the SYN/ACK. It acknowledges the text, as much of it as fits
 * the window; the rest comes again.
 *
 * rfc7413: 4.2.2
 */
void tcb_fast_open(struct tcb *t, const struct segment *syn,
		   struct verdict *v)
{
	*v = (struct verdict){ .rule = RULE_FASTOPEN_OPEN };
	t->fastopened = 1;
	t->snd.nxt = t->iss;
	t->snd.cur = t->iss;
	/* its SYN/ACK is timed as an active open's SYN is */
	t->ambiguous = 0;
	t->cong.backoff = 0;
	if (syn->no_room || !syn->len || !t->rcv.wnd)
		return;
	v->text_keep = min(syn->len, t->rcv.wnd);
	v->bits = V_READABLE;
	t->rcv.mss = min_t(u32, v->text_keep, t->adv_mss);
	t->rcv.nxt += v->text_keep;
}

/**
 * fastopen_writes() - may text go before our SYN is acknowledged?
 * @t: the TCB
 *
 * Not once the SYN/ACK had to be sent again: what went with it may be what
 * the path does not let pass.
 */
bool fastopen_writes(const struct tcb *t)
{
	return t->fastopened && !t->cong.backoff;
}

/**
 * fastopen_syn_again() - is it the SYN that opened, once more?
 * @t: the TCB
 * @s: a segment that timestamp_check() let pass
 * @v: what came of it
 *
 * The client did not hear the SYN/ACK; an ACK would tell it nothing.
 */
bool fastopen_syn_again(struct tcb *t, const struct segment *s,
			struct verdict *v)
{
	if (!t->fastopened || t->syn_acked || s->seq != t->irs ||
	    (s->flags & (SEG_SYN | SEG_ACK | SEG_RST)) != SEG_SYN)
		return false;
	v->rule = RULE_EMBRYO_SYN_AGAIN;
	t->ack_rule = v->rule;
	t->syn_again = 1;
	/* Karn: an ACK may be for either SYN/ACK; the newer SYN is echoed */
	rtt_stop(t);
	if (t->ts_ok && s->opts & SEG_OPT_TS)
		t->ts.recent = s->tsval;
	return true;
}
