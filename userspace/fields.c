// SPDX-License-Identifier: GPL-2.0
/*
 * A header field by field: what stands there, and what it means. It may be
 * anybody's: lengths are believed as far as the header goes.
 */
#include <stdarg.h>
#include <string.h>

#include "fields.h"

/**
 * struct walk - a header that is being told
 * @e: the event
 * @from: whose it is
 * @c: the connection, whose ISNs relative numbers are counted from, or NULL
 * @f: the field, as far as it is known
 */
struct walk {
	const struct event *e;
	enum rail from;
	const struct conn *c;
	field_fn fn;
	void *arg;
	struct field f;
};

static void __attribute__((format(printf, 2, 3)))
value(struct walk *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(w->f.value, sizeof(w->f.value), format, args);
	va_end(args);
}

static void __attribute__((format(printf, 2, 3)))
meaning(struct walk *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(w->f.meaning, sizeof(w->f.meaning), format, args);
	va_end(args);
}

/* The field is told, and the next begins behind it. */
static void tell(struct walk *w, unsigned int len, const char *name,
		 const char *ref)
{
	w->f.len = len;
	w->f.name = name;
	w->f.ref = ref;
	w->fn(&w->f, w->arg);
	w->f.offset += len;
	w->f.value[0] = 0;
	w->f.meaning[0] = 0;
}

static const u8 *at(const struct walk *w)
{
	return w->e->wire + w->f.offset;
}

static u16 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 get32(const u8 *p)
{
	return (u32)get16(p) << 16 | get16(p + 2);
}

/* A sequence number of the end @of: relative too, where its ISN is known */
static void number(struct walk *w, u32 n, enum rail of)
{
	if (w->c && w->c->isn_known[of])
		value(w, "%u (%u)", n, n - w->c->isn[of]);
	else
		value(w, "%u", n);
}

static void tell_ports(struct walk *w)
{
	value(w, "%u", get16(at(w)));
	meaning(w, "the sender's port");
	tell(w, 2, "source port", "rfc9293#section-3.1");
	value(w, "%u", get16(at(w)));
	meaning(w, "the receiver's port: with both addresses these name the connection");
	tell(w, 2, "destination port", "rfc9293#section-3.1");
}

static void tell_numbers(struct walk *w)
{
	const struct segment *s = &w->e->s;

	number(w, get32(at(w)), w->from);
	if (s->flags & SEG_SYN)
		meaning(w, "of the SYN, which takes one number: the sender's ISN");
	else if (s->len)
		meaning(w, "of the first of %u octets of text", s->len);
	else if (s->flags & SEG_FIN)
		meaning(w, "of the FIN, which takes one number");
	else
		meaning(w, "of the octet that the sender would send next");
	tell(w, 4, "sequence number", "rfc9293#section-3.4");

	if (s->flags & SEG_ACK) {
		number(w, get32(at(w)), !w->from);
		meaning(w, "all below it arrived; this is the next octet expected");
	} else {
		value(w, "%u", get32(at(w)));
		meaning(w, "nothing, for the ACK bit is not set");
	}
	tell(w, 4, "acknowledgment number", "rfc9293#section-3.4");
}

static void tell_flags(struct walk *w)
{
	static const struct {
		u8 bit;
		const char *meaning;
	} meanings[] = {
		{ SEG_SYN, "numbers begin here" },
		{ SEG_FIN, "no text follows" },
		{ SEG_RST, "the connection is no more, or never was" },
		{ SEG_URG, "the urgent pointer counts" },
		{ SEG_PSH, "the receiver's user should have what came so far" },
		{ SEG_ACK, "the acknowledgment number counts" },
		{ SEG_ECE, "congestion was seen on the way here; in a SYN: ECN is wanted" },
		{ SEG_CWR, "the sender's window is smaller now; in a SYN: ECN is wanted" },
	};
	u8 flags = at(w)[1], words = at(w)[0] >> 4;
	size_t i, n = 0;

	value(w, "%u words", words);
	meaning(w, "the header has %u octets, %u of them options", 4 * words,
		4 * words - SEG_HEADER_MIN);
	tell(w, 1, "data offset", "rfc9293#section-3.1");
	if (at(w)[-1] & 0x0f) {
		w->f.offset--;
		value(w, "%x", at(w)[0] & 0x0f);
		meaning(w, "bits that should be zero; they are ignored");
		tell(w, 1, "reserved", "rfc9293#section-3.1");
	}
	value(w, "%s", flags_text(flags));
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (flags & meanings[i].bit)
			n += snprintf(w->f.meaning + n, sizeof(w->f.meaning) - n,
				      "%s%s", n ? "; " : "", meanings[i].meaning);
		if (n >= sizeof(w->f.meaning))
			break;
	}
	tell(w, 1, "control bits", "rfc9293#section-3.1");
}

static void tell_window(struct walk *w)
{
	const struct event *e = w->e;
	u16 wnd = get16(at(w));

	value(w, "%u", wnd);
	if (e->s.flags & SEG_SYN)
		meaning(w, "octets that may be sent to it; never scaled in a SYN");
	else if (e->dir == SENT && e->has_tcb)
		meaning(w, "times 2^%u of its SYN: %u octets from the ACK on may be sent to it",
			e->tcb.rcv_shift, (u32)wnd << e->tcb.rcv_shift);
	else if (e->dir == GOT && e->has_tcb)
		meaning(w, "times 2^%u of its SYN: %u octets from the ACK on may be sent to it",
			e->tcb.snd_shift, (u32)wnd << e->tcb.snd_shift);
	else
		meaning(w, "octets from the ACK on that may be sent to it, scaled as its SYN said");
	tell(w, 2, "window", "rfc9293#section-3.8.6");

	value(w, "%04x", get16(at(w)));
	if (get16(at(w)))
		meaning(w, "over a pseudo-header with protocol 253, this header and the text");
	else
		meaning(w, "not made yet when this was recorded: a device may do it");
	tell(w, 2, "checksum", "rfc9293#section-3.1");

	value(w, "%u", get16(at(w)));
	if (e->s.flags & SEG_URG)
		meaning(w, "urgent text ends so far from the sequence number");
	else
		meaning(w, "nothing, for the URG bit is not set");
	tell(w, 2, "urgent pointer", "rfc9293#section-3.8.5");
}

static void tell_sack(struct walk *w, u8 len)
{
	size_t i, n = 0;

	for (i = 2; i + 8 <= len; i += 8) {
		u32 isn = w->c ? w->c->isn[!w->from] : 0;

		n += snprintf(w->f.value + n, sizeof(w->f.value) - n, "%s%u-%u",
			      n ? " " : "", get32(at(w) + i) - isn,
			      get32(at(w) + i + 4) - isn);
		if (n >= sizeof(w->f.value))
			break;
	}
	meaning(w, "text behind a gap that its sender holds: the first block tells what came last");
	tell(w, len, "SACK", "rfc2018#section-3");
}

static void tell_cookie(struct walk *w, u8 len)
{
	size_t i;

	for (i = 2; i < len && 2 * i < sizeof(w->f.value); i++)
		sprintf(w->f.value + 2 * (i - 2), "%02x", at(w)[i]);
	meaning(w, len > 2 ? "a cookie: its holder may send text in the SYN" :
		"a cookie is asked for");
	tell(w, len, "fast open cookie", "rfc7413#section-4.1.1");
}

/* An option whose length may be believed */
static void tell_option(struct walk *w, u8 kind, u8 len)
{
	const u8 *o = at(w);

	if (kind == SEG_KIND_MSS && len == 4) {
		value(w, "%u", get16(o + 2));
		meaning(w, "the most octets of text that it takes in one segment");
		tell(w, len, "maximum segment size", "rfc9293#section-3.7.1");
	} else if (kind == SEG_KIND_WSCALE && len == 3) {
		value(w, "%u", o[2]);
		meaning(w, "its windows from now on count in units of %u octets",
			1u << (o[2] > SEG_WSCALE_MAX ? SEG_WSCALE_MAX : o[2]));
		tell(w, len, "window scale", "rfc7323#section-2.2");
	} else if (kind == SEG_KIND_SACK_OK && len == 2) {
		meaning(w, "it understands reports of text behind a gap");
		tell(w, len, "SACK permitted", "rfc2018#section-2");
	} else if (kind == SEG_KIND_SACK) {
		tell_sack(w, len);
	} else if (kind == SEG_KIND_TS && len == 10) {
		value(w, "%u echo %u", get32(o + 2), get32(o + 6));
		meaning(w, "its clock, and the clock that it heard last: for round trips");
		tell(w, len, "timestamps", "rfc7323#section-3.2");
	} else if (kind == SEG_KIND_FASTOPEN) {
		tell_cookie(w, len);
	} else {
		value(w, "kind %u", kind);
		meaning(w, "an option that Glass does not know: skipped");
		tell(w, len, "option", "rfc9293#section-3.2");
	}
}

static void tell_options(struct walk *w, unsigned int end)
{
	while (w->f.offset < end) {
		u8 kind = at(w)[0], len;

		if (kind == SEG_KIND_NOP) {
			meaning(w, "padding");
			tell(w, 1, "no operation", "rfc9293#section-3.2");
			continue;
		}
		if (kind == SEG_KIND_END) {
			meaning(w, "options end here");
			tell(w, end - w->f.offset, "end of options", "rfc9293#section-3.2");
			return;
		}
		len = w->f.offset + 1 < end ? at(w)[1] : 0;
		if (len < 2 || w->f.offset + len > end) {
			value(w, "kind %u", kind);
			meaning(w, "a length that cannot be: the rest is skipped");
			tell(w, end - w->f.offset, "option", "rfc9293#section-3.2");
			return;
		}
		tell_option(w, kind, len);
	}
}

/**
 * segment_fields() - tell a header field by field
 * @e: the event, or one that was made of a header alone
 * @c: its connection, or NULL
 * @fn: gets each field, in the order of the header
 * @arg: of @fn
 */
void segment_fields(const struct event *e, const struct conn *c, field_fn fn,
		    void *arg)
{
	struct walk w = { .e = e, .c = c, .fn = fn, .arg = arg };

	if (c)
		w.from = conn_side(c, &e->from);
	tell_ports(&w);
	tell_numbers(&w);
	tell_flags(&w);
	tell_window(&w);
	tell_options(&w, (e->wire[12] >> 4) * 4);
	if (e->s.len) {
		value(&w, "%u octets", e->s.len);
		meaning(&w, "text: what the user sent");
		tell(&w, 0, "text", "rfc9293#section-3.4");
	}
}
