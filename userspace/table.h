/* SPDX-License-Identifier: GPL-2.0 */
/*
 * glass table, by file:
 *
 *	table.c		which rows, in which order, how they are shown or ended
 *	diag.c		rows from sock_diag, which can end connections, too
 *	filter.c	which rows are meant
 *	show.c		rows from /proc/net/glass/connections
 */
#ifndef TABLE_H
#define TABLE_H

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <glass/tcb.h>
#include <linux/glass.h>

#include "event.h"

#define PROC_TABLE	"/proc/net/glass/connections"

#define COLUMNS	9
#define FIELD	64

enum column {
	STATE, LOCAL_ADDRESS, LOCAL_PORT, REMOTE_ADDRESS, REMOTE_PORT, SEND_Q,
	RECV_Q, TIMER, IN_STATE,
};

/**
 * struct row - a socket or a record of the table
 * @field: what is shown
 * @family: AF_INET or AF_INET6
 * @local: this end; IPv4 in the first four bytes
 * @remote: the other end
 * @id: its name to sock_diag; without one: zeros
 * @known: @info is
 * @info: what Glass knows of it
 * @mem: SK_MEMINFO_ of the kernel; a record has none
 * @cong: name of its congestion control, or ""
 */
struct row {
	char field[COLUMNS][FIELD];
	u8 family;
	struct end local, remote;
	struct inet_diag_sockid id;
	bool known;
	struct glass_info info;
	u32 mem[SK_MEMINFO_VARS];
	char cong[16];
};

/**
 * struct side - what one end must be
 * @port: its port, 0 for any
 * @given: there was an address, be it of 0 bits
 * @bits: so many of @addr count, 0 for any
 * @addr: IPv4 is mapped
 */
struct side {
	u16 port;
	bool given;
	u8 bits;
	u8 addr[16];
};

/**
 * struct filter - which rows are meant; zeros are all
 * @states: a bit per enum tcb_state, 0 for all
 * @local: this end
 * @remote: the other end
 */
struct filter {
	u32 states;
	struct side local, remote;
};

/**
 * struct table_options - what the command line says
 * @path: read this file, NULL for what is best
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for both
 * @info: say more of each
 * @kill: end them
 * @verbose: say where rows come from
 * @filter: which
 */
struct table_options {
	const char *path;
	int family;
	bool info;
	bool kill;
	bool verbose;
	struct filter filter;
};

typedef void (*row_fn)(const struct row *r);

/* table.c */
int table(const struct table_options *o);

/* show.c */
bool proc_rows(const char *path, row_fn each);
typedef void (*rule_fn)(const char *name, const char *section,
			unsigned long long count, const char *phrase, void *arg);
bool proc_rules(const char *path, rule_fn fn, void *arg);

/* diag.c */
int diag_rows(row_fn each);
int diag_kill(const struct row *r);

/* filter.c */
bool filter_parse(struct filter *f, char **words);
bool filter_match(const struct filter *f, const struct row *r);

#endif
