/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A row of the connection table, between row.c, which knows what is in it and
 * writes it, and those who walk: proc.c, and sock_diag's diag.c.
 */
#ifndef GLASS_PROC_H
#define GLASS_PROC_H

#include "glass_sock.h"

struct seq_file;

enum glass_row_format {
	ROW_PEOPLE,	/* /proc/net/glass/connections */
	ROW_TCP,	/* as /proc/net/tcp */
	ROW_TCP6,	/* as /proc/net/tcp6 */
};

/* seq_file.private of the three files */
struct glass_rows {
	struct seq_net_private net;	/* must be first */
	u32 row;			/* number of the next row */
};

/**
 * struct glass_row - what all files show of one end
 * @tuple: both ends; the remote one is zero in LISTEN
 * @state: enum tcb_state
 * @out: octets queued and not acknowledged; in LISTEN the backlog
 * @in: octets not read; in LISTEN the children that wait for accept()
 * @syn_queue: in LISTEN, children in SYN-RECEIVED; people see it in the
 *	timer's column
 * @timer: which deadline is next, or NULL
 * @timer_ms: milliseconds until then, negative when it has passed
 * @timer_code: as /proc/net/tcp has it: 0 none, 1 retransmit, 2 another,
 *	3 TIME-WAIT, 4 probe
 * @retries: how often it expired in a row
 * @state_ms: milliseconds in this state
 * @uid: of the socket's owner
 * @inode: of the socket, 0 for none
 * @refs: references to the socket
 * @mark: of a record, SO_MARK of its listener, or of the socket it came from
 * @cwnd: congestion window in full segments, 0 where there is none
 * @ssthresh: slow start threshold in full segments, -1 before it was ever set
 * @rto_ms: retransmission timeout with its backoff
 * @srtt_us: smoothed round-trip time, 0 before the first sample
 */
struct glass_row {
	struct glass_tuple tuple;
	u8 state;
	u32 out;
	u32 in;
	u32 syn_queue;
	const char *timer;
	s32 timer_ms;
	u8 timer_code;
	u8 retries;
	u32 state_ms;
	kuid_t uid;
	unsigned long inode;
	int refs;
	u32 mark;
	u32 cwnd;
	int ssthresh;
	u32 rto_ms;
	u32 srtt_us;
};

void glass_row_of_sock(struct sock *sk, struct glass_row *row);
void glass_row_of_record(const struct glass_record *r, struct glass_row *row);
void glass_row_head(struct seq_file *seq);
void glass_row_show(struct seq_file *seq, const struct glass_row *row);

#endif
