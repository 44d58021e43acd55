// SPDX-License-Identifier: GPL-2.0
/* Stories, names, and what a settled TCB looks like. See story.h. */
#include "story.h"

#define NAME(id, rfc, section, phrase) [RULE_##id] = #id,
static const char * const rule_names[RULE_COUNT] = {
	GLASS_RULES(NAME)
};

const char *rule_name(u16 rule)
{
	return rule < RULE_COUNT ? rule_names[rule] : "?";
}

static const struct {
	char letter;
	u8 flag;
} letters[] = {
	{ 'S', SEG_SYN }, { 'F', SEG_FIN }, { 'R', SEG_RST },
	{ 'P', SEG_PSH }, { 'U', SEG_URG }, { 'E', SEG_ECE },
	{ 'W', SEG_CWR }, { '.', SEG_ACK },
};

u8 flags_of(const char *text)
{
	u8 flags = 0;
	u32 i;

	for (; *text; text++)
		for (i = 0; i < ARRAY_SIZE(letters); i++)
			if (letters[i].letter == *text)
				flags |= letters[i].flag;
	return flags;
}

static void flags_print(u8 flags, char *text)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(letters); i++)
		if (flags & letters[i].flag)
			*text++ = letters[i].letter;
	*text = 0;
}

static char *next_line(struct story *story)
{
	return story->text[story->lines++ % STORY_LINES];
}

void story_tell(struct story *story, u64 now, const char *what, u32 number,
		u8 state)
{
	scnprintf(next_line(story), STORY_WIDTH, "%7u  %s %u  %s",
		  now_ms(now - STORY_START_US), what, number,
		  tcb_state_name(state));
}

/* Relative numbers: @seq_base is the sender's ISN, @ack_base the other's */
void story_segment(struct story *story, u64 now, const char *arrow,
		   const struct segment *s, u32 seq_base, u32 ack_base,
		   u8 state, u16 rule)
{
	u32 seq = s->seq - seq_base;
	char flags[ARRAY_SIZE(letters) + 1], text[64];

	flags_print(s->flags, flags);
	scnprintf(text, sizeof(text), "%-3s %u:%u(%u) ack %u win %u", flags,
		  seq, seq + s->len, s->len,
		  s->flags & SEG_ACK ? s->ack - ack_base : 0, s->wnd);
	scnprintf(next_line(story), STORY_WIDTH, "%7u  %s %-42s  %-12s %s",
		  now_ms(now - STORY_START_US), arrow, text,
		  tcb_state_name(state), rule_name(rule));
}

void story_print(const struct story *story, struct kunit *test)
{
	u32 i = story->lines > STORY_LINES ? story->lines - STORY_LINES : 0;

	for (; i != story->lines; i++)
		kunit_err(test, "%s", story->text[i % STORY_LINES]);
}

/* The clocks: what may be lost is always watched, and by one clock only */
static const char *unsettled_clocks(const struct tcb *t)
{
	bool rto = t->armed & 1u << DUE_RETRANSMIT;
	bool persist = t->armed & 1u << DUE_PERSIST;
	bool delayed = t->armed & 1u << DUE_DELAYED_ACK;
	bool flight = t->snd.una != t->snd.nxt;
	u32 last = t->snd.end + t->fin_queued;

	if (rto && persist)
		return "retransmission and persist timer both run";
	if (flight && !rto && !persist)
		return "something is outstanding and no clock runs";
	if (rto && !flight)
		return "the retransmission timer runs for nothing";
	if (persist && t->snd.cur != t->snd.una)
		return "the persist timer runs with text in flight";
	if (t->syn_acked && t->snd.una != last && !flight && !persist)
		return "something waits to be sent and no clock runs";
	if (t->syn_acked && t->snd.una == last && persist)
		return "the persist timer runs and nothing waits";
	if (t->armed & (1u << DUE_TLP | 1u << DUE_REORDER) && !rto)
		return "a loss is looked for and the retransmission timer rests";
	if (t->ack_later != delayed)
		return "a delayed ACK and its clock disagree";
	return NULL;
}

/**
 * unsettled() - is this a TCB that has said all it had to say?
 * @t: a TCB after output returned false
 *
 * Return: what is wrong with it, or NULL.
 */
const char *unsettled(const struct tcb *t)
{
	u32 mss = t->snd.mss;

	if (t->state == TCB_CLOSED)
		return t->armed || t->ack_now || t->ack_later || t->probe ||
		       t->tlp_due || t->keep_probe || t->resend_una || t->rst_due ?
		       "CLOSED, but something is still due" : NULL;
	if (t->ack_now)
		return "an ACK is still owed";
	if (seq_gt(t->snd.una, t->snd.cur) || seq_gt(t->snd.cur, t->snd.nxt))
		return "una, cur and nxt are out of order";
	if (t->syn_acked && seq_gt(t->snd.nxt, t->snd.end + t->fin_queued))
		return "snd.nxt is beyond what was queued";
	if (t->snd.mss + (t->ts_ok ? SEG_TS_SIZE : 0u) <
	    min_t(u32, MSS_MIN, t->snd.path_mss) || t->cong.cwnd < mss)
		return "less than one segment may be sent";
	if (t->probe || t->keep_probe || t->resend_una || t->tlp_due)
		return "something is still to be sent again";
	return unsettled_clocks(t);
}
