// SPDX-License-Identifier: GPL-2.0
/*
 * glass table: the rows that are meant, with columns only as wide as they must
 * be, in the order of a connection's life. From sock_diag where it is there,
 * which knows more of each and can end it; from /proc otherwise.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

static const char *const heads[COLUMNS] = {
	"State", "Local Address", "Local Port", "Remote Address", "Remote Port",
	"Send-Q", "Recv-Q", "Timer", "In State",
};

static const struct table_options *options;
static struct row *rows;
static size_t count, room;

static void add(const struct row *r)
{
	if (options->family != AF_UNSPEC && options->family != r->family)
		return;
	if (!filter_match(&options->filter, r))
		return;
	if (count == room) {
		room = room ? 2 * room : 64;
		rows = realloc(rows, room * sizeof(*rows));
		if (!rows) {
			perror("glass: realloc");
			exit(1);
		}
	}
	rows[count++] = *r;
}

/* How far a connection has come; rows are shown in this order. */
static int stage(const struct row *r)
{
	static const u8 order[] = {
		TCB_LISTEN, TCB_SYN_SENT, TCB_SYN_RECEIVED, TCB_ESTABLISHED,
		TCB_CLOSE_WAIT, TCB_LAST_ACK, TCB_FIN_WAIT_1, TCB_FIN_WAIT_2,
		TCB_CLOSING, TCB_TIME_WAIT,
	};
	u8 state = state_number(r->field[STATE]);
	size_t i;

	for (i = 0; i < sizeof(order); i++)
		if (order[i] == state)
			break;
	return i;
}

static int by_stage(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int column, diff = stage(x) - stage(y);

	/* Then by the two ends; strverscmp() knows that 9 comes before 10. */
	for (column = LOCAL_ADDRESS; !diff && column <= REMOTE_PORT; column++)
		diff = strverscmp(x->field[column], y->field[column]);
	return diff;
}

static void print_fields(const char (*field)[FIELD], const int *width)
{
	int i;

	for (i = 0; i < COLUMNS; i++)
		printf("%-*s%s", i + 1 < COLUMNS ? width[i] : 0, field[i],
		       i + 1 < COLUMNS ? "  " : "\n");
}

/* What a connection knows of its path, and what it holds */
static void print_info(const struct row *r)
{
	const struct glass_info *i = &r->info;
	char ssthresh[16] = "-";

	if (!r->known || !i->snd_mss)
		return;
	if (i->ssthresh < 0x7fffffff)
		snprintf(ssthresh, sizeof(ssthresh), "%u", i->ssthresh);
	printf("    %s  cwnd:%u  ssthresh:%s  in-flight:%u  srtt:%u.%03ums"
	       "  rto:%ums  mss:%u\n", r->cong, i->cwnd, ssthresh, i->in_flight,
	       i->srtt_us / 1000, i->srtt_us % 1000, i->rto_us / 1000,
	       i->snd_mss);
	printf("    sent:%llu  acked:%llu  received:%llu  resends:%u  resent:%llu"
	       "  memory:%u/%u in, %u/%u out\n",
	       (unsigned long long)i->bytes_sent,
	       (unsigned long long)i->bytes_acked,
	       (unsigned long long)i->bytes_received, i->resends,
	       (unsigned long long)i->bytes_resent,
	       r->mem[SK_MEMINFO_RMEM_ALLOC], r->mem[SK_MEMINFO_RCVBUF],
	       r->mem[SK_MEMINFO_WMEM_QUEUED], r->mem[SK_MEMINFO_SNDBUF]);
}

static void print_table(void)
{
	char head[COLUMNS][FIELD];
	int width[COLUMNS], c;
	size_t i;

	for (c = 0; c < COLUMNS; c++) {
		width[c] = snprintf(head[c], FIELD, "%s", heads[c]);
		for (i = 0; i < count; i++)
			if (width[c] < (int)strlen(rows[i].field[c]))
				width[c] = strlen(rows[i].field[c]);
	}
	if (count)
		qsort(rows, count, sizeof(*rows), by_stage);
	print_fields(head, width);
	for (i = 0; i < count; i++) {
		print_fields(rows[i].field, width);
		if (options->info)
			print_info(&rows[i]);
	}
}

/* Ends all rows; only those that it ended are left */
static int kill_rows(void)
{
	size_t i, ended = 0;
	int err = 0, each;

	for (i = 0; i < count && err != EPERM; i++) {
		each = diag_kill(&rows[i]);
		if (!each)
			rows[ended++] = rows[i];
		else if (each != ENOENT)
			err = each;
	}
	count = ended;
	if (err)
		fprintf(stderr, "glass: --kill: %s%s\n", strerror(err),
			err == EPERM ? ": it needs CAP_NET_ADMIN here" : "");
	else if (!count)
		fputs("glass: --kill: nothing matches\n", stderr);
	return err || !count;
}

/* Rows from sock_diag, or from a file; false if there are none to be had */
static bool find_rows(void)
{
	int err = options->path ? 0 : diag_rows(add);

	if (!options->path && !err) {
		if (options->verbose)
			fputs("glass: rows from sock_diag\n", stderr);
		return true;
	}
	count = 0;
	if (options->path && !options->kill)
		return proc_rows(options->path, add);
	if (options->kill) {
		fprintf(stderr, "glass: --kill: no sock_diag: %s; is glass_diag.ko there?\n",
			strerror(err));
		return false;
	}
	if (options->verbose || options->info)
		fprintf(stderr, "glass: no sock_diag: %s; rows from " PROC_TABLE
			", which knows no more of them\n", strerror(err));
	return proc_rows(PROC_TABLE, add);
}

int table(const struct table_options *o)
{
	int status;

	options = o;
	if (!find_rows())
		return 1;
	status = o->kill ? kill_rows() : 0;
	print_table();
	free(rows);
	return status;
}
