/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The core's contract: one event in, a verdict out.
 *
 * Everything here is plain C that owns nothing: no buffer, no lock, no
 * clock, no memory, no lookup. The caller holds what guards the TCB, passes
 * the time, and applies the verdict. What must be sent is a fact in the TCB
 * and leaves through tcb_output(), the one place that builds segments of a
 * connection.
 */
#ifndef GLASS_CORE_H
#define GLASS_CORE_H

#include <glass/cong.h>
#include <glass/loss.h>
#include <glass/rules.h>
#include <glass/tcb.h>

/* What an event did that the world around the core must know about */
enum verdict_bits {
	V_ESTABLISHED	= 0x001,	/* the handshake is complete */
	V_READABLE	= 0x002,	/* rcv.nxt moved over text */
	V_WRITABLE	= 0x004,	/* snd.una moved: text can be let go */
	V_PEER_CLOSED	= 0x008,	/* the peer's FIN was taken */
	V_REFUSED	= 0x010,	/* RST in answer to our SYN */
	V_RESET		= 0x020,	/* RST on a connection that was open */
	V_TIMED_OUT	= 0x040,	/* sent again too often without an answer */
	V_REJECT	= 0x080,	/* answer this segment with segment_reject() */
	V_TIME_WAIT	= 0x100,	/* TIME-WAIT was entered: keep a record */
	V_DEAD		= 0x200,	/* the TCB is CLOSED: take it off the table */
	V_URGENT	= 0x400,	/* rcv.up moved: urgent text is to come */
	V_BAD_PATH	= 0x800,	/* R1: perhaps another route is better */
};

/**
 * struct verdict - what came of one event
 * @bits: enum verdict_bits
 * @rule: the rule that decided (enum glass_rule)
 * @text_skip: octets of this segment's text to skip
 * @text_keep: octets after those to keep, 0 for none
 */
struct verdict {
	u16 bits;
	u16 rule;
	u32 text_skip;
	u32 text_keep;
};

/**
 * struct tcb_params - what a connection starts with
 * @iss: initial send sequence number, see handshake_isn()
 * @buff: octets that the receive buffer may promise
 * @buff_max: octets that it may ever promise, for the window scale; 0 for @buff
 * @adv_mss: MSS option to send
 * @path_mss: largest text that the path takes in one segment
 * @ip_options: octets of IP's options or extension headers in each packet,
 *	which both that and the peer's MSS are without, a multiple of 4
 * @default_mss: what to send when the peer names no MSS (rfc9293#section-3.7.1)
 * @syn_retries: retransmissions of a SYN before giving up, 0 to 127
 * @retries: retransmissions of anything else before giving up, 1 to 255
 * @policy: what the administrator set, or NULL for tcb_policy_default
 * @ecn: 0 for no ECN, 1 to ask for it, 2 to grant it to who asks
 * @cong: the congestion control, or NULL for Reno
 * @cong_memory: what is lent to it, cong_ops.memory octets
 * @opt: what the user set
 * @ts_offset: added to our timestamp clock, rfc7323#section-5.4
 * @wscale: offer the window scale option
 * @timestamps: offer timestamps
 * @sack: permit SACK
 * @dsack: tell of text that came twice, rfc2883
 * @cookie: the SYN/ACK brings a cookie, rfc7413
 */
struct tcb_params {
	u32 iss;
	u32 buff;
	u32 buff_max;
	u16 adv_mss;
	u16 path_mss;
	u16 default_mss;
	u8 syn_retries;
	u8 retries;
	u16 ip_options;
	u8 ecn;
	bool wscale;
	bool timestamps;
	bool sack;
	bool dsack;
	bool cookie;
	u32 ts_offset;
	const struct tcb_policy *policy;
	const struct cong_ops *cong;
	void *cong_memory;
	struct tcb_options opt;
};

/**
 * struct embryo - a SYN-RECEIVED child of a listener, not yet a TCB
 * @irs: the peer's initial sequence number
 * @iss: ours
 * @born: when the SYN arrived, milliseconds
 * @ts_recent: the peer's timestamp to echo
 * @wnd: the window that the SYN/ACK promises, octets
 * @peer_wnd: the window in the peer's SYN, octets
 * @mss: the MSS to send with
 * @adv_mss: the MSS option to send
 * @rule: why what is due is sent
 * @sent: SYN/ACKs sent so far
 * @shift: our window scale
 * @peer_shift: the peer's
 * @wscale_ok: the SYN carried the window scale option
 * @ts_ok: it carried timestamps
 * @sack_ok: it permitted SACK
 * @ecn_ok: it asked for ECN, which is granted
 * @synack_due: a SYN/ACK is to be sent
 * @ack_due: an ACK is to be sent
 * @cookie: the first SYN/ACK brings a cookie
 * @acked: the ACK came, but what is waited for is text
 * @challenged: see challenge_spaced()
 */
struct embryo {
	u32 irs;
	u32 iss;
	u32 born;
	u32 ts_recent;
	u16 wnd;
	u16 peer_wnd;
	u16 mss;
	u16 adv_mss;
	u16 rule;
	u16 challenged;
	u8 sent;
	u8 shift:4;
	u8 peer_shift:4;
	u8 wscale_ok:1;
	u8 ts_ok:1;
	u8 sack_ok:1;
	u8 synack_due:1;
	u8 ack_due:1;
	u8 acked:1;
	u8 cookie:1;
	u8 ecn_ok:1;
};

/**
 * struct timewait - what TIME-WAIT needs to remember
 * @snd_nxt: SND.NXT
 * @rcv_nxt: RCV.NXT
 * @ts_recent: the peer's last timestamp
 * @wnd: the window to advertise, as on the wire
 * @rule: why an ACK is owed, RULE_NONE if none is
 * @ts_ok: the connection carried timestamps
 * @challenged: see challenge_spaced()
 */
struct timewait {
	u32 snd_nxt;
	u32 rcv_nxt;
	u32 ts_recent;
	u16 wnd;
	u16 rule:15;
	u16 ts_ok:1;
	u16 challenged;
};

#define TIMEWAIT_MSL_MS		30000u	/* half of the TIME-WAIT state */
#define RTO_INITIAL_US		1000000u
#define RTO_AFTER_SYN_US	3000000u
#define RTT_MAX_US		120000000u	/* a round trip counts as no longer */
/* of an ACK that waits for its reader: less than a sender's PTO_MIN_MS */
#define ACK_ON_READ_MS		4u
#define ORPHAN_RETRIES		8	/* no user is left to wait longer */
#define MSS_DEFAULT_V4		536u
#define MSS_DEFAULT_V6		1220u
#define MSS_MIN			48u	/* all options and a little text */

/* tcb.c: life, state, what the user does */
const char *tcb_state_name(u8 state);
void tcb_set_state(struct tcb *t, u8 state);
u16 mss_limit(const struct tcb_options *opt, u16 mss);
void tcb_init(struct tcb *t, const struct tcb_params *p);
void tcb_open(struct tcb *t);
void tcb_from_embryo(struct tcb *t, const struct tcb_params *p,
		     const struct embryo *e);
void tcb_write(struct tcb *t, u32 bytes);
void tcb_buffer(struct tcb *t, u32 buff, u32 room);
void tcb_read(struct tcb *t);
void tcb_close(struct tcb *t, struct verdict *v);
void tcb_shut_read(struct tcb *t);
void tcb_abort(struct tcb *t, struct verdict *v);
void tcb_orphan(struct tcb *t, u64 now);
void tcb_set_path_mss(struct tcb *t, u32 mss);
void tcb_set_ip_options(struct tcb *t, u32 octets);

/* Octets of each packet that IP's options take */
static inline u32 tcb_ip_options(const struct tcb *t)
{
	return t->snd.ip_options * 4u;
}

void tcb_update_mss(struct tcb *t);
void tcb_dead(struct tcb *t, struct verdict *v, u16 bits);

/* input.c: SEGMENT ARRIVES, rfc9293#section-3.10.7 */
void tcb_input(struct tcb *t, const struct segment *s, u64 now,
	       struct verdict *v);

/* synsent.c: SEGMENT ARRIVES in SYN-SENT, rfc9293#section-3.10.7.3 */
void syn_sent_input(struct tcb *t, const struct segment *s, u64 now,
		    struct verdict *v);

/* ack.c: what an acceptable ACK does, rfc9293#section-3.10.7.4 fifth step */
bool input_check_ack(struct tcb *t, const struct segment *s, u64 now,
		     struct verdict *v);
void ack_window(struct tcb *t, const struct segment *s);
u32 ack_advance(struct tcb *t, const struct segment *s, u64 now,
		struct verdict *v);

/* text.c: the receive window, the text and the FIN, steps one, seven, eight */
struct text_span {
	u32 seq;	/* first octet of the segment that is in the window */
	u32 len;	/* octets of text from there that are in the window */
	bool fin;	/* the FIN is in the window too */
};

bool window_acceptable(u32 nxt, u32 edge, const struct segment *s);
bool input_check_sequence(struct tcb *t, const struct segment *s,
			  struct text_span *in, struct verdict *v);
void input_process_text(struct tcb *t, const struct segment *s,
			const struct text_span *in, u64 now, struct verdict *v);
void input_check_fin(struct tcb *t, const struct segment *s, u64 now,
		     struct verdict *v);
void tcb_reader_woken(struct tcb *t, u64 now);
void input_owe_ack(struct tcb *t, u16 rule);
void receive_window(struct tcb *t);

/* drs.c: how large the receive buffer should be */
void drs_heard(struct tcb *t, const struct segment *s, u64 now);
u32 drs_space(const struct tcb *t);
u32 drs_taken(struct tcb *t, u32 seq);

/* output.c: the one place that builds a connection's segments */
bool tcb_silent(const struct tcb *t);
bool tcb_output(struct tcb *t, u64 now, u32 limit, struct segment *s);
void output_stamp(struct tcb *t, struct segment *s);
void output_fill(struct tcb *t, struct segment *s, u32 seq, u32 len, bool fin);
void output_fill_again(struct tcb *t, struct segment *s, u32 seq, u32 len,
		       bool fin);
void output_sent(struct tcb *t, u32 len, bool small, u64 now);
u32 output_room(const struct tcb *t);
u32 output_after(const struct tcb *t, u32 seq);
u32 output_usable(const struct tcb *t);

/* probe.c: segments that ask for an answer */
bool output_probe(struct tcb *t, u64 now, struct segment *s);
bool output_loss_probe(struct tcb *t, u64 now, struct segment *s);
u32 control_seq(const struct tcb *t);
void output_mtu_probe(struct tcb *t, u64 now, struct segment *s);

/* timer.c: deadlines */
void due_set(struct tcb *t, enum tcb_due which, u64 now, u32 delay_ms);
void due_clear(struct tcb *t, enum tcb_due which);
void due_retransmit(struct tcb *t, u64 now);
void due_orphan(struct tcb *t, u64 now);
u32 due_patience_ms(const struct tcb *t, u64 now);
void text_waits(struct tcb *t, u64 now);
bool tcb_deadline(const struct tcb *t, u32 *when);
bool tcb_misses(const struct tcb *t, u64 now);
void tcb_timeout(struct tcb *t, u64 now, struct verdict *v);

/* keepalive.c: is the peer still there? rfc9293#section-3.8.4 */
void keepalive_set(struct tcb *t, bool on, u64 now);
void keepalive_set_idle(struct tcb *t, u16 seconds, u64 now);
void keepalive_start(struct tcb *t, u64 now);
void keepalive_timeout(struct tcb *t, u64 now, struct verdict *v);
bool keepalive_output(struct tcb *t, struct segment *s);
u32 keepalive_idle(const struct tcb *t);
u32 keepalive_interval(const struct tcb *t);
u32 keepalive_limit(const struct tcb *t);

/* urgent.c: rfc9293#section-3.8.5 */
void urgent_send(struct tcb *t, u32 bytes);
void urgent_acked(struct tcb *t);
void urgent_stamp(const struct tcb *t, struct segment *s);
void urgent_check(struct tcb *t, const struct segment *s, struct verdict *v);

/* rtt.c: rfc6298 */
void rtt_init(struct tcb *t);
void rtt_start(struct tcb *t, u32 seq, u64 now);
void rtt_stop(struct tcb *t);
u32 rtt_acked(struct tcb *t, const struct segment *s, u64 now);
u32 rtt_echo(const struct tcb *t, const struct segment *s, u64 now);
void rtt_sample(struct tcb *t, u32 usec);
u32 rtt_timeout_ms(const struct tcb *t);

/* recovery.c: what is lost, and what is done about it */
#define LOSS_RANGES_MIN		20	/* room that one ACK may need */
void recovery_init(struct tcb *t);
void loss_init(struct loss *l, u16 ranges);
bool tcb_wants_loss(const struct tcb *t, const struct segment *s);
u32 tcb_in_flight(const struct tcb *t);
void recovery_new_ack(struct tcb *t, const struct cong_ack *a);
void recovery_ack(struct tcb *t, const struct segment *s,
		  const struct cong_ack *c, bool dup, struct verdict *v);
u16 recovery_lost(const struct tcb *t, struct seq_range *lost);
void recovery_resent(struct tcb *t, u32 start, u32 end, u64 now);
u32 recovery_skip(struct tcb *t);
void recovery_allow(struct tcb *t);
bool recovery_may_resend(const struct tcb *t);
void recovery_timeout(struct tcb *t);
void recovery_reorder_timeout(struct tcb *t, u64 now, struct verdict *v);

/* toobig.c: rfc1191, rfc8201 */
void recovery_too_big(struct tcb *t, u32 seq, u32 mss);

/* mtuprobe.c: rfc4821 */
enum mtu_due { MTU_PROBE_NONE, MTU_PROBE_WAIT, MTU_PROBE_NOW };

bool mtu_wanted(const struct tcb *t);
void mtu_start(struct tcb *t);
void mtu_limit(struct tcb *t, u32 mss);
enum mtu_due mtu_probe_due(struct tcb *t, u64 now);
u32 mtu_probe_sent(struct tcb *t);
void mtu_acked(struct tcb *t, struct verdict *v);
bool mtu_probe_again(const struct tcb *t, struct seq_range *lost);
bool mtu_probe_lost(struct tcb *t, u64 now);
void mtu_path(struct tcb *t, u32 mss);
void mtu_timeout(struct tcb *t, u64 now, bool full_stop);

/* scoreboard.c: rfc2018, the sender's side */
void scoreboard_clear(struct loss *l);
void scoreboard_take(struct tcb *t, const struct segment *s, u64 now,
		     struct ack_news *a);
void scoreboard_again(struct tcb *t, u32 start, u32 end, u64 now);
void scoreboard_forget(struct tcb *t);
void scoreboard_timeout(struct tcb *t);
int scoreboard_lost(const struct loss *l, struct seq_range *lost);
u32 scoreboard_skip(const struct loss *l, u32 seq, u32 *end);
u32 scoreboard_left(const struct tcb *t);

/* rack.c: rfc8985#section-6 */
void rack_arrived(struct tcb *t, const struct sent_range *r, u32 end,
		  const struct segment *s, u64 now, struct ack_news *a);
void rack_duplicate(struct tcb *t, u32 octets);
void rack_recovered(struct loss *l);
u32 rack_detect(struct tcb *t, u64 now);

/* tlp.c: rfc8985#section-7 */
void tlp_start(struct tcb *t, u64 now);
void tlp_timeout(struct tcb *t, u64 now, struct verdict *v);
void tlp_sent(struct tcb *t, bool again);
bool tlp_acked(struct tcb *t, const struct segment *s,
	       const struct ack_news *a);

/* prr.c: rfc6937 */
void prr_begin(struct tcb *t, u32 delivered);
void prr_acked(struct tcb *t, u32 delivered, u32 lost);

/* undo.c: rfc3522, rfc3708, rfc4015, rfc5682 */
void undo_prepare(struct tcb *t);
void undo_resent(struct tcb *t, u32 start, u32 end, u64 now);
void undo_judge(struct tcb *t, const struct segment *s,
		const struct ack_news *a, struct verdict *v);
void frto_begin(struct tcb *t, bool already);
bool frto_acked(struct tcb *t, const struct ack_news *a, struct verdict *v);

/* reassembly.c: ranges of text held out of order */
bool ranges_add(struct ranges *h, u32 start, u32 end);
u32 ranges_take(struct ranges *h, u32 nxt);
const struct seq_range *ranges_find(const struct ranges *h, u32 seq);
bool tcb_wants_ranges(const struct tcb *t, const struct segment *s);

/* timestamp.c: rfc7323 */
u32 timestamp_clock(u64 now, u32 offset);
bool timestamp_old(u32 tsval, u32 recent);
bool timestamp_check(struct tcb *t, const struct segment *s, u64 now,
		     struct verdict *v);
void timestamp_keep(struct tcb *t, const struct segment *s, u64 now);
void timestamp_put(struct segment *s, u32 clock, u32 recent);

/* sack.c: rfc2018 and rfc2883, the receiver's side */
void sack_duplicate(struct tcb *t, u32 start, u32 end);
u32 sack_size(const struct tcb *t);
void sack_put(struct tcb *t, struct segment *s);

/* handshake.c: the listener's side, before there is a TCB */
u32 handshake_isn(u32 keyed_hash, u64 now);
u8 handshake_shift(const struct tcb_params *p);
void listen_input(const struct segment *s, struct verdict *v);
void embryo_open(struct embryo *e, const struct segment *syn,
		 const struct tcb_params *p, u64 now);
void embryo_input(struct embryo *e, const struct segment *s,
		  struct verdict *v);
bool embryo_timeout(struct embryo *e, u8 retries);
bool embryo_wait(struct embryo *e, u8 retries, u8 defer);
void embryo_defer(struct embryo *e, const struct segment *s, u8 defer,
		  struct verdict *v);
u8 handshake_timeouts(int seconds, u32 rto_max_ms);
u32 handshake_seconds(u8 timeouts, u32 rto_max_ms);
u32 embryo_delay_ms(const struct embryo *e, u32 rto_max_ms);
bool embryo_output(struct embryo *e, struct segment *s);

/* fastopen.c: text in a SYN, rfc7413 */
u32 fastopen_room(const struct tcb *t, u16 mss);
void fastopen_offer(struct tcb *t, bool option, u16 text);
void fastopen_hold(struct tcb *t);
void fastopen_release(struct tcb *t);
void fastopen_stamp(struct tcb *t, struct segment *s);
u16 fastopen_answered(const struct tcb *t, u32 nxt);
u16 fastopen_judge(const struct segment *syn, u32 pending, u32 limit,
		   bool free, bool good);
bool listen_opens(u16 rule);
bool listen_gives_cookie(u16 rule);
void tcb_fast_open(struct tcb *t, const struct segment *syn,
		   struct verdict *v);
bool fastopen_writes(const struct tcb *t);
bool fastopen_syn_again(struct tcb *t, const struct segment *s,
			struct verdict *v);

/* timewait.c: TIME-WAIT, rfc9293#section-3.10.7.4 and rfc6191 */
void timewait_open(struct timewait *w, const struct tcb *t);
void timewait_input(struct timewait *w, const struct segment *s,
		    struct verdict *v);
void timewait_no_listener(struct timewait *w, struct verdict *v);
void timewait_ignore_rst(struct verdict *v);
bool timewait_output(struct timewait *w, struct segment *s);

/* Does a segment report text that is held, and was that agreed on? */
static inline bool sack_told(const struct tcb *t, const struct segment *s)
{
	return t->sack_ok && s->opts & SEG_OPT_SACK;
}

/* Is the path's MTU looked for? */
static inline bool mtu_probes(const struct tcb *t)
{
	return t->loss && t->loss->mtu.on;
}

static inline u32 min_of3(u32 a, u32 b, u32 c)
{
	return min(min(a, b), c);
}

static inline u32 now_ms(u64 now)
{
	return (u32)div_u64(now, 1000);
}

#endif
