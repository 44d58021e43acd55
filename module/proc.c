// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/glass: what a person, or ss, can see of a netns.
 *
 *	connections	for people: one row per socket and record
 *	tcp, tcp6	the same in the format of /proc/net/tcp, for
 *			PROC_NET_TCP=/proc/net/glass/tcp ss -tan
 *	rules		each rule and how often it decided
 *	snmp, netstat	counters under TCP's names, see counters.c
 *	faults		which segments are to be lost and so on; may be written
 *
 * A step of the walk is one bucket: listeners first, then the table.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "fault.h"
#include "proc.h"

static struct glass_net *seq_gn(struct seq_file *seq)
{
	return glass_net(seq_file_net(seq));
}

/* A bucket that has something in it, from *pos on */
static void *bucket_at(struct glass_net *gn, loff_t *pos)
{
	loff_t last = GLASS_LISTEN_HASH + (loff_t)gn->table.mask;

	for (; *pos - 1 <= last; ++*pos) {
		u64 i = *pos - 1;

		if (i < GLASS_LISTEN_HASH) {
			if (!hlist_nulls_empty(&gn->listen[i].socks))
				return pos;
		} else {
			struct glass_bucket *b;

			b = &gn->table.buckets[i - GLASS_LISTEN_HASH];
			if (!hlist_nulls_empty(&b->socks) ||
			    !hlist_nulls_empty(&b->records))
				return pos;
		}
	}
	return NULL;
}

static void *rows_start(struct seq_file *seq, loff_t *pos)
{
	if (!*pos)
		((struct glass_rows *)seq->private)->row = 0;
	return *pos ? bucket_at(seq_gn(seq), pos) : SEQ_START_TOKEN;
}

static void *rows_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return bucket_at(seq_gn(seq), pos);
}

static void rows_stop(struct seq_file *seq, void *v)
{
}

static void show_bucket(struct seq_file *seq, u64 i)
{
	struct glass_net *gn = seq_gn(seq);
	const struct hlist_nulls_node *node;
	struct hlist_nulls_node *rnode;
	struct glass_bucket *b;
	struct glass_record *r;
	struct glass_row row;
	struct sock *sk;

	if (i < GLASS_LISTEN_HASH) {
		spin_lock_bh(&gn->listen[i].lock);
		sk_nulls_for_each(sk, node, &gn->listen[i].socks) {
			glass_row_of_sock(sk, &row);
			glass_row_show(seq, &row);
		}
		spin_unlock_bh(&gn->listen[i].lock);
		return;
	}
	b = &gn->table.buckets[i - GLASS_LISTEN_HASH];
	spin_lock_bh(&b->lock);
	sk_nulls_for_each(sk, node, &b->socks) {
		glass_row_of_sock(sk, &row);
		glass_row_show(seq, &row);
	}
	hlist_nulls_for_each_entry(r, rnode, &b->records, node) {
		glass_row_of_record(r, &row);
		glass_row_show(seq, &row);
	}
	spin_unlock_bh(&b->lock);
}

static int rows_show(struct seq_file *seq, void *v)
{
	if (v == SEQ_START_TOKEN)
		glass_row_head(seq);
	else
		show_bucket(seq, *(loff_t *)v - 1);
	return 0;
}

static const struct seq_operations rows_ops = {
	.start = rows_start,
	.next = rows_next,
	.stop = rows_stop,
	.show = rows_show,
};

static int rules_show(struct seq_file *seq, void *v)
{
	struct glass_net *gn = glass_net(seq_file_single_net(seq));
	u16 rule;

	seq_printf(seq, "%-26s %-26s %12s  %s\n", "RULE", "SECTION", "COUNT",
		   "PHRASE");
	/* what no rule explains is a mistake of Glass', and shown as such */
	for (rule = !glass_rule_count(gn, RULE_NONE); rule < RULE_COUNT; rule++)
		seq_printf(seq, "%-26s %-26s %12llu  %s\n",
			   glass_rule_name(rule), glass_rule_section(rule),
			   glass_rule_count(gn, rule),
			   glass_rule_phrase(rule));
	return 0;
}

static int rows_file(struct net *net, struct proc_dir_entry *dir,
		     const char *name, enum glass_row_format format)
{
	return proc_create_net_data(name, 0444, dir, &rows_ops,
				    sizeof(struct glass_rows),
				    (void *)(unsigned long)format) ?
	       0 : -ENOMEM;
}

/*
 * Anybody may open "faults" for writing, for who is root of a user namespace
 * need not be its owner; glass_fault_write() judges who writes.
 */
int glass_proc_init(struct glass_net *gn)
{
	struct net *net = gn->net;
	struct proc_dir_entry *dir;

	dir = proc_net_mkdir(net, "glass", net->proc_net);
	if (!dir)
		return -ENOMEM;
	if (rows_file(net, dir, "connections", ROW_PEOPLE) ||
	    rows_file(net, dir, "tcp", ROW_TCP) ||
	    rows_file(net, dir, "tcp6", ROW_TCP6) ||
	    !proc_create_net_single("rules", 0444, dir, rules_show, NULL) ||
	    !proc_create_net_single("snmp", 0444, dir, glass_snmp_show, NULL) ||
	    !proc_create_net_single("netstat", 0444, dir, glass_netstat_show,
				    NULL) ||
	    !proc_create_net_single_write("faults", 0666, dir,
					  glass_fault_show, glass_fault_write,
					  NULL)) {
		remove_proc_subtree("glass", net->proc_net);
		return -ENOMEM;
	}
	return 0;
}

void glass_proc_exit(struct glass_net *gn)
{
	remove_proc_subtree("glass", gn->net->proc_net);
}
