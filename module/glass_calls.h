/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every function that crosses from one file of module/ to another, grouped by
 * file; those of a listener are in glass_listen.h. Included by glass_sock.h,
 * which has the types.
 */
#ifndef GLASS_CALLS_H
#define GLASS_CALLS_H

/* family.c: socket(), and the tables of calls */
extern struct proto glass_prot;
extern struct proto glass6_prot;
extern unsigned int glass_family;
int glass_family_register(void);
void glass_family_unregister(void);
int glass_sock_init(struct sock *sk);
void glass_use(struct sock *sk, const struct glass_af *af);
void glass_use_own(struct sock *sk);
int glass_addrform(struct sock *sk);

/* cong.c: which congestion control a socket has */
void glass_cong_init(void);
void glass_cong_net_init(struct glass_net *gn);
void glass_cong_net_exit(struct glass_net *gn);
void glass_cong_assign(struct sock *sk);
void glass_cong_inherit(struct sock *child);
void glass_cong_release(struct sock *sk);
int glass_cong_set(struct sock *sk, sockptr_t val, unsigned int len);
int glass_cong_get(struct sock *sk, char __user *val, int __user *len);
int glass_cong_sysctl(GLASS_SYSCTL_CONST struct ctl_table *table, int write,
		      void *buffer, size_t *len, loff_t *pos);
int glass_cong_sysctl_names(GLASS_SYSCTL_CONST struct ctl_table *table,
			    int write, void *buffer, size_t *len, loff_t *pos);

/* open.c: connect(), close(), shutdown() and what they share */
int glass_connect_start(struct sock *sk);
void glass_connect_failed(struct sock *sk);
int glass_disconnect(struct sock *sk, int flags);
void glass_close(struct sock *sk, long timeout);
void glass_shutdown(struct sock *sk, int how);
void glass_done(struct sock *sk);
void glass_destroy(struct sock *sk);
void glass_params(const struct sock *sk, struct tcb_params *p);

/* abort.c: an administrator ends it */
int glass_abort(struct sock *sk, int err);
int glass_abort_record(struct glass_net *gn, struct glass_record *r);

/* send.c: sendmsg() and sendfile() */
int glass_send(struct sock *sk, struct msghdr *msg, size_t size, bool pages);
int glass_sendmsg(struct sock *sk, struct msghdr *msg, size_t size);
void glass_splice_eof(struct socket *sock);
void glass_write_space(struct sock *sk);

/* stream.c: recvmsg(), splice(), poll(), ioctl() */
bool glass_reader_waits(const struct sock *sk);
int glass_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags,
		  int *addr_len);
__poll_t glass_poll(struct file *file, struct socket *sock, poll_table *wait);
bool glass_readable(const struct sock *sk);
int glass_ioctl_value(struct sock *sk, int cmd, int *value);
ssize_t glass_splice_read(struct socket *sock, loff_t *ppos,
			  struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags);

/* lend.c: memory that the core borrows */
struct rb_root *glass_held(const struct tcb *t);
void glass_held_more(struct tcb *t, u32 n);
u32 glass_held_count(const struct tcb *t);
void glass_lend_ranges(struct tcb *t);
void glass_lend_loss(struct tcb *t);
void glass_lend_end(struct tcb *t);

/* pump.c: the four beats */
void glass_input(struct sock *sk, struct sk_buff *skb, struct segment *s);
void glass_timeout(struct sock *sk);
void glass_backlog_done(struct sock *sk);
void glass_push(struct sock *sk, u32 bytes);
void glass_after_read(struct sock *sk);
void glass_fast_open(struct sock *sk, struct sk_buff *skb, struct segment *s);
void glass_user_close(struct sock *sk);
void glass_user_abort(struct sock *sk);
void glass_user_orphan(struct sock *sk);
void glass_error(struct sock *sk, int err, u16 rule);
void glass_too_big(struct sock *sk, u32 seq, u32 mss);
void glass_paced(struct sock *sk);

/* rx.c: from IP to the socket */
int glass_rcv(struct sk_buff *skb, const struct glass_af *af);
void glass_min_hops_set(void);
bool glass_hops_few(const struct sock *sk, bool v6, u8 left);
int glass_backlog_rcv(struct sock *sk, struct sk_buff *skb);

/* tx.c: from the core to IP */
void glass_transmit(struct sock *sk, struct segment *s, u8 state);
void glass_reply(struct glass_net *gn, const struct sock *sk,
		 const struct glass_af *af, const struct glass_tuple *tuple,
		 struct segment *s, u8 state, const struct glass_manner *m);
void glass_reject(struct glass_net *gn, const struct sock *sk,
		  const struct glass_tuple *tuple, const struct sk_buff *skb,
		  const struct segment *s, u16 rule);

/* offload.c: skbs that are cut later */
int glass_offload_register(void);
void glass_offload_unregister(void);
void glass_offload_socket(struct sock *sk);
u32 glass_offload_limit(const struct sock *sk);
bool glass_offload_mark(struct sk_buff *skb, const struct sock *sk, u32 text,
			u32 piece);

/* way.c: source routes */
struct ip_options_rcu *glass_way_back(const struct sk_buff *skb,
				      struct ip_options_data *way);
u32 glass_way_len(const struct sock *sk);
void glass_way_given(struct sock *sk);
bool glass_way_take(struct sock *sk, const struct ip_options_rcu *way);
void glass_way_changed(struct sock *sk, const struct sk_buff *skb,
		       const struct segment *s);

/* ipv4.c, ipv6.c */
extern const struct glass_af glass_ipv4;
extern const struct glass_af glass_ipv6;

/* IPv4 or IPv6, by the ends of a connection */
static inline const struct glass_af *glass_af(const struct glass_tuple *tuple)
{
	return tuple->family == AF_INET6 ? &glass_ipv6 : &glass_ipv4;
}

static inline const struct glass_af *glass_sk_af(const struct sock *sk)
{
	return glass_over_ipv4(sk) ? &glass_ipv4 : &glass_ipv6;
}

int glass_v4_connect(struct sock *sk, struct sockaddr *addr, int len);
int glass_v4_register(void);
void glass_v4_unregister(void);
void glass_v6_no_ipv4(struct sock *sk);
int glass_v6_connect(struct sock *sk, struct sockaddr *addr, int len);
int glass_v6_register(void);
void glass_v6_unregister(void);

/* icmp.c: errors that come back */
struct glass_icmp_error {
	int err;		/* a positive errno */
	bool soft;		/* it may pass: rfc9293#section-3.9.2.2 */
	bool pmtu;		/* the packet was too large */
	bool redirect;
	u8 hops;		/* left: IPv4's of what it quotes, IPv6's its own, as TCP */
	u32 info;		/* the MTU, if the error names one */
};

u32 glass_route_mss(struct sock *sk);
void glass_path_look(struct sock *sk);
void glass_icmp_deferred(struct sock *sk);
bool glass_soft_error(struct sock *sk, int err);
void glass_path_doubted(struct sock *sk);
int glass_icmp(struct glass_net *gn, const struct glass_tuple *tuple,
	       struct sk_buff *skb, const u8 *quoted,
	       const struct glass_icmp_error *e);

/* zerocopy.c: pages that are not ours */
/**
 * struct glass_source - where the text of one call is
 * @msg: the text
 * @user: MSG_ZEROCOPY: who is told when nobody looks at its pages any more;
 *	NULL for all other text
 * @stamps: SOF_TIMESTAMPING_*, what is to be told of its last octet
 * @pages: refer to its pages, do not copy it
 */
struct glass_source {
	struct msghdr *msg;
	struct ubuf_info *user;
	u32 stamps;
	bool pages;
};

int glass_source_begin(struct sock *sk, struct glass_source *from, size_t size,
		       bool pages);
void glass_source_end(const struct glass_source *from, bool used);
int glass_source_refer(struct sock *sk, struct sk_buff *skb,
		       const struct glass_source *from, int size);
bool glass_source_share(struct sk_buff *to, struct sk_buff *skb);
void glass_source_copied(struct sk_buff *skb);

/* queue.c: the bytes */
int glass_queue_append(struct sock *sk, const struct glass_source *from,
		       int size);
void glass_queue_acked(struct sock *sk, u32 una);
void glass_queue_text(struct sock *sk, struct sk_buff *skb,
		      const struct segment *s, const struct verdict *v);
void glass_queue_drop_sent(struct sock *sk);
void glass_queue_purge(struct sock *sk);
void glass_queue_drop_held(struct sock *sk);

/* buffer.c: how large the two buffers are */
void glass_buffer_limits(struct glass_net *gn);
void glass_buffer_init(struct sock *sk);
u32 glass_buffer_capacity(const struct sock *sk);
u32 glass_buffer_most(const struct sock *sk);
u32 glass_buffer_room(const struct sock *sk);
bool glass_buffer_full(struct sock *sk, struct sk_buff *skb,
		       const struct segment *s);
void glass_buffer_taken(struct sock *sk);
void glass_buffer_expand(struct sock *sk);
void glass_buffer_space(struct sock *sk);
bool glass_buffer_send_more(const struct sock *sk, int wake);
int glass_set_rcvlowat(struct sock *sk, int octets);

/* budget.c: memory of all sockets together */
extern atomic_long_t glass_budget_used;
DECLARE_PER_CPU(int, glass_budget_ahead);
extern unsigned long glass_budget_pressure;
extern struct percpu_counter glass_budget_sockets;
extern long glass_budget_limit[3];
extern int glass_budget_least;
int glass_budget_init(void);
void glass_budget_exit(void);
void glass_budget_short(struct sock *sk);
bool glass_budget_send(struct sock *sk, int size);
bool glass_budget_receive(struct sock *sk, struct sk_buff *skb, bool next);
void glass_budget_accepted(struct sock *sk);
int glass_budget_sysctl(GLASS_SYSCTL_CONST struct ctl_table *table, int write,
			void *buffer, size_t *len, loff_t *pos);

/* orphan.c: connections whose users are gone */
void glass_orphan_begin(struct sock *sk);
bool glass_orphan_goes_on(struct sock *sk);
void glass_orphan_end(struct sock *sk);

/* pages.c: pages to send from */
bool glass_pages_refill(struct sock *sk, struct page_frag *pfrag);
void glass_pages_exit(void);

/* build.c: skbs for segments */
struct sk_buff *glass_build(struct sock *sk, u32 seq, u32 len, u32 piece);

/* mark.c: the urgent mark */
void glass_mark_input(struct sock *sk, struct sk_buff *skb,
		      const struct segment *s, const struct verdict *v);
void glass_mark_forget(struct sock *sk);
bool glass_at_mark(const struct sock *sk, u32 seq);
bool glass_mark_skips(const struct sock *sk);
u32 glass_mark_before(const struct sock *sk, u32 seq, u32 len);
void glass_mark_passed(struct sock *sk);
u32 glass_mark_readable(const struct sock *sk, u32 octets);
__poll_t glass_mark_poll(const struct sock *sk);
int glass_mark_recv(struct sock *sk, struct msghdr *msg, size_t len,
		    int flags);

/* pace.c: text leaves at a rate */
void glass_pace_begin(struct sock *sk);
unsigned long glass_pace_rate(const struct sock *sk);
void glass_pace_look(struct sock *sk, u64 now);
u32 glass_pace_limit(const struct sock *sk, u32 limit);
void glass_pace_sent(struct sock *sk, u64 now, u32 bytes);
void glass_pace_end(struct sock *sk, u64 now);
void glass_pace_deferred(struct sock *sk);
void glass_pace_stop(struct sock *sk);
void glass_pace_free(struct sock *sk);

/* clock.c: one timer per socket */
void glass_clock_init(struct sock *sk);
void glass_clock_arm(struct sock *sk, u64 now);
void glass_clock_stop(struct sock *sk);
void glass_release_cb(struct sock *sk);

/* table.c: connections by their two ends */
int glass_table_init(struct glass_net *gn);
void glass_table_exit(struct glass_net *gn);
void glass_tuple_of(const struct sock *sk, struct glass_tuple *tuple);
u32 glass_ts_offset(const struct glass_net *gn,
		    const struct glass_tuple *tuple);
u32 glass_tuple_hash(const struct glass_net *gn,
		     const struct glass_tuple *tuple,
		     const siphash_key_t *key);
u32 glass_table_hash(const struct glass_net *gn,
		     const struct glass_tuple *tuple);
void glass_tuple_any_way(struct glass_tuple *tuple);
struct glass_bucket *glass_bucket(struct glass_net *gn, u32 hash);
struct sock *glass_table_find(struct glass_net *gn,
			      const struct glass_tuple *tuple, u32 hash);
struct glass_record *glass_table_find_record(struct glass_net *gn,
					     const struct glass_tuple *tuple,
					     u32 hash);
u32 glass_table_established(struct glass_net *gn);

/*
 * Where segments find a socket, and /proc/net/protocols counts it. The lock of the
 * list is held.
 */
static inline void glass_chain(struct sock *sk, struct hlist_nulls_head *list)
{
	__sk_nulls_add_node_rcu(sk, list);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
}

static inline void glass_unchain(struct sock *sk)
{
	if (__sk_nulls_del_node_init_rcu(sk))
		sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
}

int glass_table_add(struct sock *sk);
void glass_table_remove(struct sock *sk);
int glass_table_add_record(struct glass_net *gn, struct glass_record *r);
bool glass_table_remove_record(struct glass_net *gn, struct glass_record *r);
bool glass_table_replace_record(struct glass_net *gn, struct glass_record *r,
				struct sock *child);

/* memory.c: records come and go; see manner.h */
int glass_record_cache_create(void);
void glass_record_cache_destroy(void);
void glass_record_free(struct glass_record *r);

/* record.c: SYN-RECEIVED and TIME-WAIT without a socket */
void glass_record_net_init(struct glass_net *gn);
void glass_record_net_exit(struct glass_net *gn);
void glass_record_forget(struct glass_net *gn, struct glass_record *r);
struct glass_record *
glass_record_take(struct glass_bucket *b,
		  bool (*wanted)(const struct glass_record *r, const void *arg),
		  const void *arg);
void glass_record_schedule(struct glass_net *gn, struct glass_record *r,
			   u32 delay_ms, unsigned int list);
void glass_record_start(struct glass_net *gn, struct glass_record *r);
enum glass_record_fate
glass_record_input(struct glass_net *gn, const struct glass_af *af,
		   struct glass_record *r, const struct glass_tuple *tuple,
		   struct sk_buff *skb, const struct segment *s, u32 *above);

/* timewait.c: a record takes the place of a socket */
bool glass_timewait_place(struct glass_net *gn);
void glass_timewait_start(struct sock *sk);

/* port.c: bind() and ephemeral ports */
int glass_ports_init(struct glass_net *gn);
void glass_ports_exit(struct glass_net *gn);
int glass_get_port(struct sock *sk, unsigned short num);
int glass_port_recheck(struct sock *sk);
void glass_put_port(struct sock *sk);
int glass_port_connect(struct sock *sk);
void glass_port_inherit(struct sock *child, struct sock *listener);
void glass_port_wait(struct sock *sk, struct glass_record *r);
void glass_port_unwait(struct glass_net *gn, struct glass_record *r);

/* option.c: setsockopt() and getsockopt() */
void glass_keepalive(struct sock *sk, int on);
int glass_setsockopt(struct sock *sk, int level, int name, sockptr_t val,
		     unsigned int len);
int glass_getsockopt(struct sock *sk, int level, int name,
		     char __user *val, int __user *len);

/* info.c: GLASS_INFO and TCP_INFO */
void glass_info_fill(struct sock *sk, struct glass_info *info);
void glass_tcp_info_fill(struct sock *sk, struct tcp_info *info);
int glass_info_get(struct sock *sk, int level, char __user *val,
		   int __user *len);

/* proc.c, sysctl.c, stats.c, counters.c */
int glass_proc_init(struct glass_net *gn);
void glass_proc_exit(struct glass_net *gn);
int glass_sysctl_init(struct glass_net *gn);
void glass_sysctl_exit(struct glass_net *gn);
int glass_stats_init(struct glass_net *gn);
void glass_stats_exit(struct glass_net *gn);
const char *glass_rule_name(u16 rule);
const char *glass_rule_phrase(u16 rule);
const char *glass_rule_section(u16 rule);
void glass_count(struct glass_net *gn, u16 rule);
void glass_count_event(struct glass_net *gn, enum glass_event event);
void glass_count_failed(const struct sock *sk);
void glass_count_sent(struct glass_net *gn, const struct segment *s);
u64 glass_rule_count(struct glass_net *gn, u16 rule);
int glass_snmp_show(struct seq_file *seq, void *v);
int glass_netstat_show(struct seq_file *seq, void *v);
DECLARE_TRACEPOINT(glass_segment);

/* Does anybody watch? One jump over nothing if not. */
static inline bool glass_watched(void)
{
	return tracepoint_enabled(glass_segment);
}

void glass_trace(struct glass_net *gn, bool sent,
		 const struct glass_tuple *tuple, const struct segment *s,
		 const struct sk_buff *skb, u8 old_state, u8 state, u16 rule,
		 u32 iss, u32 irs);
void glass_judged(struct glass_net *gn, const struct glass_tuple *tuple,
		  const struct segment *s, const struct sk_buff *skb,
		  u8 old_state, u8 state, u16 rule, u32 iss, u32 irs);
void glass_trace_sock(const struct sock *sk, bool sent,
		      const struct segment *s, const struct sk_buff *skb,
		      u8 old_state, u8 state, u16 rule);
void glass_trace_state(const struct sock *sk, u8 state, u16 rule);
void glass_trace_record(struct glass_net *gn, const struct glass_record *r,
			u16 rule);

#endif
