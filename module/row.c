// SPDX-License-Identifier: GPL-2.0
/*
 * One row of the connection table: what is in it, and how it is written.
 *
 * The socket is not locked: a row is a glance, its numbers may be of
 * neighbouring moments.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "proc.h"

static const struct {
	const char *name;
	u8 code;
} due_texts[DUE_COUNT] = {
	[DUE_RETRANSMIT]  = { "retransmit", 1 },
	[DUE_PERSIST]     = { "persist", 4 },
	[DUE_DELAYED_ACK] = { "delayed-ack", 4 },
	[DUE_ORPHAN]      = { "orphan", 2 },
	[DUE_KEEPALIVE]   = { "keepalive", 2 },
	[DUE_REORDER]     = { "reorder", 1 },
	[DUE_TLP]         = { "loss-probe", 1 },
};

/* The deadline that is next */
static void row_timer(const struct tcb *t, struct glass_row *row)
{
	u32 when, now = now_ms(glass_now());
	int i;

	if (!tcb_deadline(t, &when))
		return;
	for (i = 0; i < DUE_COUNT; i++) {
		if (t->armed & 1u << i && t->due[i] == when)
			break;
	}
	if (i == DUE_COUNT)
		return;
	row->timer = due_texts[i].name;
	row->timer_code = due_texts[i].code;
	row->timer_ms = when - now;
	row->retries = t->cong.backoff;
}

/* What the sender knows of the path */
static void row_path(const struct tcb *t, struct glass_row *row)
{
	u32 mss = max_t(u16, READ_ONCE(t->snd.mss), 1);
	u32 ssthresh = READ_ONCE(t->cong.ssthresh);

	row->cwnd = READ_ONCE(t->cong.cwnd) / mss;
	row->ssthresh = ssthresh >= 0x7fffffff ? -1 : ssthresh / mss;
	row->rto_ms = rtt_timeout_ms(t);
	row->srtt_us = READ_ONCE(t->srtt);
}

static u32 syn_queue_length(const struct glass_sock *gs)
{
	const struct glass_listener *l;
	u32 length;

	rcu_read_lock();
	l = rcu_dereference(gs->listener);
	length = l ? READ_ONCE(l->embryos) : 0;
	rcu_read_unlock();
	return length;
}

/* Of AF_INET6, but with IPv4 below: its addresses are mapped, as TCP's are */
static void map_ends(struct glass_tuple *t)
{
	if (t->family == AF_INET6)
		return;
	ipv6_addr_set_v4mapped(t->laddr.s6_addr32[0], &t->laddr);
	ipv6_addr_set_v4mapped(t->raddr.s6_addr32[0], &t->raddr);
	t->family = AF_INET6;
}

void glass_row_of_sock(struct sock *sk, struct glass_row *row)
{
	struct glass_sock *gs = glass_sk(sk);
	const struct tcb *t = &gs->tcb;

	*row = (struct glass_row){
		.state = sk->sk_state,
		.state_ms = now_ms(glass_now()) - READ_ONCE(gs->since),
		.uid = sock_i_uid(sk),
		.inode = sock_i_ino(sk),
		.refs = refcount_read(&sk->sk_refcnt),
	};
	glass_tuple_of(sk, &row->tuple);
	if (sk->sk_family == AF_INET6)
		map_ends(&row->tuple);
	if (row->state == TCP_LISTEN) {
		row->syn_queue = syn_queue_length(gs);
		row->in = READ_ONCE(sk->sk_ack_backlog);
		row->out = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	row->in = READ_ONCE(gs->queued_seq) - READ_ONCE(gs->copied_seq);
	row->out = t->syn_acked ? t->snd.end + t->fin_queued - t->snd.una : 0;
	row_timer(t, row);
	row_path(t, row);
}
EXPORT_SYMBOL_GPL(glass_row_of_sock);

void glass_row_of_record(const struct glass_record *r, struct glass_row *row)
{
	u32 now = now_ms(glass_now());

	*row = (struct glass_row){
		.tuple = r->tuple,
		.timer_ms = r->deadline - now,
	};
	if (r->v6)
		map_ends(&row->tuple);
	if (r->kind == RECORD_EMBRYO) {
		row->state = TCB_SYN_RECEIVED;
		row->timer = "retransmit";
		row->timer_code = 1;
		row->retries = r->embryo.sent - 1;
		row->state_ms = now - r->embryo.born;
		row->mark = READ_ONCE(r->listener->sk->sk_mark);
	} else {
		row->state = TCB_TIME_WAIT;
		row->timer = "time-wait";
		row->timer_code = 3;
		row->mark = r->mark;
		row->state_ms = 2 * TIMEWAIT_MSL_MS - row->timer_ms;
	}
}
EXPORT_SYMBOL_GPL(glass_row_of_record);

static enum glass_row_format format_of(struct seq_file *seq)
{
	return (unsigned long)pde_data(file_inode(seq->file));
}

void glass_row_head(struct seq_file *seq)
{
	switch (format_of(seq)) {
	case ROW_PEOPLE:
		seq_printf(seq, "%-12s  %-25s %10s  %-25s %11s  %8s %8s  %-20s %s\n",
			   "State", "Local Address", "Local Port",
			   "Remote Address", "Remote Port", "Send-Q", "Recv-Q",
			   "Timer", "In State");
		break;
	case ROW_TCP:
		seq_setwidth(seq, 150 - 1);
		seq_puts(seq, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode");
		seq_pad(seq, '\n');
		break;
	case ROW_TCP6:
		seq_puts(seq, "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
		break;
	}
}

static void address(char *buf, size_t size, u16 family,
		    const struct in6_addr *addr)
{
	if (family == AF_INET6)
		snprintf(buf, size, "%pI6c", addr);
	else
		snprintf(buf, size, "%pI4", &addr->s6_addr32[0]);
}

static void show_people(struct seq_file *seq, const struct glass_row *row)
{
	const struct glass_tuple *t = &row->tuple;
	char local[48], remote[48], port[8] = "*", timer[32] = "-";
	s32 ms = max(row->timer_ms, 0);

	address(local, sizeof(local), t->family, &t->laddr);
	address(remote, sizeof(remote), t->family, &t->raddr);
	if (row->state != TCP_LISTEN)
		snprintf(port, sizeof(port), "%u", t->rport);
	if (row->state == TCP_LISTEN)
		snprintf(timer, sizeof(timer), "syn-queue:%u", row->syn_queue);
	else if (row->timer)
		snprintf(timer, sizeof(timer), "%s:%d.%03ds", row->timer,
			 ms / 1000, ms % 1000);
	seq_printf(seq, "%-12s  %-25s %10u  %-25s %11s  %8u %8u  %-20s %u.%03us\n",
		   tcb_state_name(row->state), local, t->lport, remote, port,
		   row->out, row->in, timer, row->state_ms / 1000,
		   row->state_ms % 1000);
}

/*
 * TCP's columns: rto, ato, quick ACKs, cwnd, ssthresh. The smoothed round-trip
 * time is Glass' own; ss shows what it does not know as "opt".
 */
static void show_path(struct seq_file *seq, const struct glass_row *row)
{
	seq_printf(seq, " %lu 0 0 %u %d %u",
		   jiffies_to_clock_t(msecs_to_jiffies(row->rto_ms)),
		   row->cwnd, row->ssthresh, row->srtt_us);
}

/* The columns behind the addresses are the same for both families */
static void show_tail(struct seq_file *seq, const struct glass_row *row)
{
	clock_t when = row->timer ?
		       jiffies_to_clock_t(msecs_to_jiffies(max(row->timer_ms, 0))) :
		       0;

	seq_printf(seq, " %02X %08X:%08X %02X:%08lX %08X %5u %8d %lu %d 0000000000000000",
		   row->state,
		   row->state == TCP_LISTEN ? 0 : row->out, row->in,
		   row->timer_code, when, row->retries,
		   from_kuid_munged(seq_user_ns(seq), row->uid), 0,
		   row->inode, row->refs);
	if (row->cwnd)
		show_path(seq, row);
}

static void show_tcp(struct seq_file *seq, const struct glass_row *row)
{
	struct glass_rows *rows = seq->private;
	const struct glass_tuple *t = &row->tuple;

	seq_setwidth(seq, 150 - 1);
	seq_printf(seq, "%4u: %08X:%04X %08X:%04X", rows->row++,
		   t->laddr.s6_addr32[0], t->lport, t->raddr.s6_addr32[0],
		   t->rport);
	show_tail(seq, row);
	seq_pad(seq, '\n');
}

static void show_tcp6(struct seq_file *seq, const struct glass_row *row)
{
	struct glass_rows *rows = seq->private;
	const struct glass_tuple *t = &row->tuple;
	const __be32 *l = t->laddr.s6_addr32, *r = t->raddr.s6_addr32;

	seq_printf(seq,
		   "%4u: %08X%08X%08X%08X:%04X %08X%08X%08X%08X:%04X",
		   rows->row++, l[0], l[1], l[2], l[3], t->lport,
		   r[0], r[1], r[2], r[3], t->rport);
	show_tail(seq, row);
	seq_putc(seq, '\n');
}

void glass_row_show(struct seq_file *seq, const struct glass_row *row)
{
	bool v6 = row->tuple.family == AF_INET6;

	switch (format_of(seq)) {
	case ROW_PEOPLE:
		show_people(seq, row);
		break;
	case ROW_TCP:
		if (!v6)
			show_tcp(seq, row);
		break;
	case ROW_TCP6:
		if (v6)
			show_tcp6(seq, row);
		break;
	}
}
