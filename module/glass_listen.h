/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As glass_calls.h: the functions of a listener, its queues, and how a connection
 * comes out of them.
 */
#ifndef GLASS_LISTEN_H
#define GLASS_LISTEN_H

/* listen.c: listen(), accept(), the SYN queue and the accept queue */
bool glass_listen_params(struct glass_net *gn, const struct sock *sk,
			 const struct glass_af *af,
			 const struct glass_tuple *own,
			 const struct glass_manner *m,
			 struct tcb_params *p);
u32 glass_listen_isn(struct glass_net *gn, const struct glass_tuple *own,
		     const u32 *above, u64 now);
int glass_listen(struct socket *sock, int backlog);
struct sock *glass_accept_wait(struct sock *sk, int flags, int *err);
void glass_listen_stop(struct sock *sk);
enum glass_record_fate
glass_listen_rcv(struct glass_net *gn, struct sock *sk,
		 const struct glass_af *af, const struct glass_tuple *tuple,
		 struct sk_buff *skb, const struct segment *s,
		 const u32 *above);
void glass_embryo_gone(struct glass_record *r);
void glass_listener_put(struct glass_listener *l);

/* group.c: which listener; groups of them by SO_REUSEPORT */
int glass_listener_hash(struct sock *sk);
void glass_listener_unhash(struct sock *sk);
struct sock *glass_listener_find(struct glass_net *gn,
				 const struct glass_tuple *tuple);
struct sock *glass_listener_choose(struct glass_net *gn,
				   const struct glass_tuple *tuple,
				   struct sk_buff *skb);

/* cookie.c: SYN cookies */
void glass_cookies_init(struct glass_net *gn);
void glass_cookie_syn(struct glass_net *gn, struct glass_listener *l,
		      const struct glass_af *af, const struct glass_tuple *own,
		      const struct segment *syn, struct glass_manner *m);
void glass_cookie_judge(struct glass_net *gn, struct glass_listener *l,
			const struct glass_af *af,
			const struct glass_tuple *own, const struct segment *s,
			const struct glass_manner *m, struct embryo *e,
			struct verdict *v);

/* fastopen.c: fast open, the server's side and the secrets */
void glass_fastopen_init(struct glass_net *gn);
void glass_fastopen_judge(struct glass_net *gn, struct glass_listener *l,
			  const struct glass_tuple *own,
			  const struct segment *syn, struct verdict *v);
bool glass_fastopen_stale(struct glass_net *gn, const struct glass_tuple *own,
			  const struct segment *syn);
void glass_fastopen_cookie(struct glass_net *gn, const struct glass_tuple *own,
			   struct segment *s);
void glass_fastopen_done(struct glass_listener *l);
void glass_fastopen_settle(struct sock *sk, bool reset);
int glass_fastopen_set(struct sock *sk, int name, int value);
int glass_fastopen_get(const struct sock *sk, int name, int *value);
int glass_fastopen_key(GLASS_SYSCTL_CONST struct ctl_table *table, int write,
		       void *buffer, size_t *len, loff_t *pos);

/* fastclient.c: fast open, the client's side */
struct glass_fastopen_req {
	struct msghdr *msg;
	int copied;
};

u32 glass_fastopen_offer(struct sock *sk, const struct glass_tuple *tuple);
int glass_fastopen_send(struct sock *sk, struct msghdr *msg, int *copied);
void glass_fastopen_stamp(struct sock *sk, struct segment *s);
void glass_fastopen_answered(struct sock *sk, const struct segment *s,
			     bool again, u16 rule);
void glass_fastopen_failed(struct sock *sk);
void glass_fastopen_exit(struct glass_net *gn);

/* challenge.c: limits on answers that anybody can provoke */
void glass_challenge_init(struct glass_net *gn);
bool glass_challenge_ok(struct glass_net *gn, u16 *last,
			const struct segment *s, struct verdict *v, u64 now);

/* child.c: from an embryo to a socket, if there is room for it */
struct backlog glass_listen_backlog(const struct glass_net *gn,
				    const struct glass_listener *l);
enum glass_record_fate
glass_embryo_ready(struct glass_net *gn, struct glass_record *r,
		   const struct embryo *e, struct sk_buff *skb,
		   const struct segment *s);
enum glass_record_fate
glass_fastopen_ready(struct glass_net *gn, struct glass_listener *l,
		     const struct glass_af *af, const struct glass_tuple *own,
		     const struct glass_manner *m, struct sk_buff *skb,
		     const struct segment *s, const u32 *above);
enum glass_record_fate
glass_cookie_ready(struct glass_net *gn, struct glass_listener *l,
		   const struct glass_tuple *own, const struct embryo *e,
		   const struct glass_manner *m, struct sk_buff *skb,
		   const struct segment *s);

#endif
