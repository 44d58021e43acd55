// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Fast Open, rfc7413: the server's side, and the secrets of its cookies.
 *
 * The core says what a SYN with a cookie does (core/fastopen.c). Here is what
 * makes a cookie, what counts those whose handshake is not complete, and what
 * programs and the administrator can set.
 */

#include "glass_sock.h"

#define COOKIE_LEN 8

/* A fast open that ended by a RST counts for so long, as TCP has it */
#define RESET_MS 60000

/**
 * struct reset - a fast open that ended by a RST
 * @link: in glass_listener.resets; that listener's lock
 * @until: when it counts no more, milliseconds
 */
struct reset {
	struct list_head link;
	u32 until;
};

void glass_fastopen_init(struct glass_net *gn)
{
	struct glass_fastopen *f = &gn->fastopen;

	spin_lock_init(&f->lock);
	INIT_LIST_HEAD(&f->recent);
	get_random_bytes(f->key, sizeof(f->key));
	f->keys = 1;
}

/* The server's address counts too: one host may have several */
static __le64 cookie_of(const struct glass_tuple *own, const siphash_key_t *key)
{
	const struct in6_addr *l = &own->laddr, *r = &own->raddr;
	u64 hash;

	if (own->family == AF_INET)
		hash = siphash_2u32((__force u32)r->s6_addr32[0],
				    (__force u32)l->s6_addr32[0], key);
	else
		hash = siphash_4u64(*(const u64 *)&r->s6_addr32[0],
				    *(const u64 *)&r->s6_addr32[2],
				    *(const u64 *)&l->s6_addr32[0],
				    *(const u64 *)&l->s6_addr32[2], key);
	return cpu_to_le64(hash);
}

/* Which secret made the SYN's cookie: 0, 1, or -1 for none */
static int secret_of(struct glass_net *gn, const struct glass_tuple *own,
		     const struct segment *syn)
{
	struct glass_fastopen *f = &gn->fastopen;
	siphash_key_t key[2];
	__le64 cookie;
	int i, n;

	if (!(syn->opts & SEG_OPT_FASTOPEN) || syn->cookie_len != COOKIE_LEN)
		return -1;
	spin_lock_bh(&f->lock);
	n = f->keys;
	memcpy(key, f->key, sizeof(key));
	spin_unlock_bh(&f->lock);
	memcpy(&cookie, syn->cookie, COOKIE_LEN);
	for (i = 0; i < n; i++)
		if (cookie == cookie_of(own, &key[i]))
			break;
	memzero_explicit(key, sizeof(key));
	return i < n ? i : -1;
}

/**
 * glass_fastopen_stale() - is a SYN's cookie good, but of the older secret?
 * @gn: the netns
 * @own: the ends
 * @syn: the SYN
 *
 * Any context. Such a client is told a fresh one.
 */
bool glass_fastopen_stale(struct glass_net *gn, const struct glass_tuple *own,
			  const struct segment *syn)
{
	return secret_of(gn, own, syn) > 0;
}

/**
 * glass_fastopen_cookie() - add the cookie to a SYN/ACK
 * @gn: the netns
 * @own: the ends
 * @s: the segment, with SEG_OPT_FASTOPEN
 *
 * Any context.
 *
 * rfc7413: 4.1.2
 */
void glass_fastopen_cookie(struct glass_net *gn, const struct glass_tuple *own,
			   struct segment *s)
{
	siphash_key_t key;
	__le64 cookie;

	spin_lock_bh(&gn->fastopen.lock);
	key = gn->fastopen.key[0];
	spin_unlock_bh(&gn->fastopen.lock);
	s->cookie_len = COOKIE_LEN;
	cookie = cookie_of(own, &key);
	memcpy(s->cookie, &cookie, COOKIE_LEN);
	memzero_explicit(&key, sizeof(key));
}

/* How many fast opens of this listener may be pending? rfc7413: 4.2, 7.3 */
static u32 limit_of(const struct sock *sk, int on)
{
	u32 limit = READ_ONCE(glass_sk(sk)->fastopen_max);

	if (!(on & FASTOPEN_SERVER))
		return 0;
	if (!limit && on & FASTOPEN_ALL_LISTEN)
		limit = READ_ONCE(sk->sk_max_ack_backlog);
	return limit;
}

/* Those whose time is over count no more; the listener's lock is held */
static void forget_resets(struct glass_listener *l, u32 now)
{
	struct reset *r, *next;

	list_for_each_entry_safe(r, next, &l->resets, link) {
		if (seq_lt(now, r->until))
			break;
		list_del(&r->link);
		kfree(r);
		l->pending--;
	}
}

/**
 * glass_fastopen_judge() - does a SYN open at once?
 * @gn: the netns
 * @l: the listener
 * @own: the ends
 * @syn: the SYN
 * @v: RULE_LISTEN_SYN, counted in the SYN queue; changed for a fast open.
 *	With RULE_FASTOPEN_OPEN it is counted as pending instead, and @l is
 *	held until glass_fastopen_done().
 *
 * RCU read lock held, softirqs off.
 */
void glass_fastopen_judge(struct glass_net *gn, struct glass_listener *l,
			  const struct glass_tuple *own,
			  const struct segment *syn, struct verdict *v)
{
	int on = READ_ONCE(gn->sysctl.fastopen);
	u32 limit;
	bool good;

	if (!on || v->rule != RULE_LISTEN_SYN)
		return;
	limit = limit_of(l->sk, on);
	if (!limit)
		return;
	good = secret_of(gn, own, syn) >= 0;
	spin_lock_bh(&l->lock);
	if (l->pending >= limit)
		forget_resets(l, now_ms(glass_now()));
	v->rule = fastopen_judge(syn, l->pending, limit,
				 on & FASTOPEN_SERVER_FREE, good);
	if (v->rule == RULE_FASTOPEN_OPEN &&
	    !refcount_inc_not_zero(&l->users)) {
		v->rule = RULE_LISTEN_SYN;
	} else if (v->rule == RULE_FASTOPEN_OPEN) {
		l->pending++;
		l->embryos--;
	}
	spin_unlock_bh(&l->lock);
}

/* A listener goes once no child is pending any more */
void glass_listener_put(struct glass_listener *l)
{
	struct reset *r, *next;
	LIST_HEAD(resets);

	if (!refcount_dec_and_test(&l->users))
		return;
	spin_lock_bh(&l->lock);
	list_splice_init(&l->resets, &resets);
	spin_unlock_bh(&l->lock);
	list_for_each_entry_safe(r, next, &resets, link)
		kfree(r);
	kfree_rcu(l, rcu);
}

/* A fast open is no longer pending */
void glass_fastopen_done(struct glass_listener *l)
{
	spin_lock_bh(&l->lock);
	l->pending--;
	spin_unlock_bh(&l->lock);
	glass_listener_put(l);
}

/*
 * Who sends SYNs in the name of others makes them send RSTs: these free no
 * place for the next one, or there would be no limit. Without memory they do.
 */
/* rfc7413: 5.1 */
static bool still_counts(struct glass_listener *l)
{
	struct reset *r = kmalloc(sizeof(*r), GFP_ATOMIC);

	if (!r)
		return false;
	r->until = now_ms(glass_now()) + RESET_MS;
	spin_lock_bh(&l->lock);
	list_add_tail(&r->link, &l->resets);
	spin_unlock_bh(&l->lock);
	return true;
}

/**
 * glass_fastopen_settle() - the handshake of a fast open is over
 * @sk: the child, locked or without users; need not be one
 * @reset: a RST ended it
 */
void glass_fastopen_settle(struct sock *sk, bool reset)
{
	struct glass_listener *l = glass_sk(sk)->fastopen_of;

	if (!l)
		return;
	glass_sk(sk)->fastopen_of = NULL;
	if (reset && still_counts(l))
		glass_listener_put(l);
	else
		glass_fastopen_done(l);
}

/**
 * glass_fastopen_set() - GLASS_FASTOPEN and GLASS_FASTOPEN_CONNECT
 * @sk: the socket, locked
 * @name: the option
 * @value: its value
 *
 * Return: 0, -EINVAL, -EOPNOTSUPP, -ENOPROTOOPT.
 */
int glass_fastopen_set(struct sock *sk, int name, int value)
{
	struct glass_sock *gs = glass_sk(sk);

	switch (name) {
	case GLASS_FASTOPEN:
		if (value < 0 || (sk->sk_state != TCP_CLOSE &&
				  sk->sk_state != TCP_LISTEN))
			return -EINVAL;
		value = min(value, READ_ONCE(sock_net(sk)->core.sysctl_somaxconn));
		WRITE_ONCE(gs->fastopen_max, value);
		return 0;
	case GLASS_FASTOPEN_CONNECT:
		if (value < 0 || value > 1)
			return -EINVAL;
		if (!(READ_ONCE(glass_sk_net(sk)->sysctl.fastopen) &
		      FASTOPEN_CLIENT))
			return -EOPNOTSUPP;
		if (sk->sk_state != TCP_CLOSE)
			return -EINVAL;
		gs->fastopen_connect = value;
		return 0;
	}
	return -ENOPROTOOPT;
}

/* getsockopt() of the same: 0, -ENOPROTOOPT */
int glass_fastopen_get(const struct sock *sk, int name, int *value)
{
	const struct glass_sock *gs = glass_sk(sk);

	if (name == GLASS_FASTOPEN)
		*value = READ_ONCE(gs->fastopen_max);
	else if (name == GLASS_FASTOPEN_CONNECT)
		*value = gs->fastopen_connect;
	else
		return -ENOPROTOOPT;
	return 0;
}

/* "xxxxxxxx-xxxxxxxx-xxxxxxxx-xxxxxxxx", as TCP writes its own */
#define KEY_TEXT 36

static void key_text(char *to, const siphash_key_t *key)
{
	snprintf(to, KEY_TEXT, "%08x-%08x-%08x-%08x", (u32)key->key[0],
		 (u32)(key->key[0] >> 32), (u32)key->key[1],
		 (u32)(key->key[1] >> 32));
}

static bool key_of_text(siphash_key_t *key, const char *text)
{
	u32 word[4];

	if (sscanf(text, "%x-%x-%x-%x", word, word + 1, word + 2,
		   word + 3) != 4)
		return false;
	key->key[0] = (u64)word[1] << 32 | word[0];
	key->key[1] = (u64)word[3] << 32 | word[2];
	return true;
}

/* What was written becomes the secrets; -EINVAL and nothing changes */
static int take_keys(struct glass_fastopen *f, char *text)
{
	char *second = strchr(text, ',');
	siphash_key_t key[2] = {};

	if (second)
		*second++ = 0;
	if (!key_of_text(&key[0], strim(text)) ||
	    (second && !key_of_text(&key[1], strim(second))))
		return -EINVAL;
	spin_lock_bh(&f->lock);
	memcpy(f->key, key, sizeof(key));
	f->keys = second ? 2 : 1;
	spin_unlock_bh(&f->lock);
	return 0;
}

/**
 * glass_fastopen_key() - net.glass.fastopen_key is read or written
 * @table: its entry; its data points at glass_sysctl.fastopen of its netns
 * @write: it is written
 * @buffer: the text
 * @len: octets of it
 * @pos: where in it
 *
 * Return: 0, -EINVAL.
 */
int glass_fastopen_key(GLASS_SYSCTL_CONST struct ctl_table *table, int write,
		       void *buffer, size_t *len, loff_t *pos)
{
	struct glass_net *gn = container_of((int *)table->data,
					    struct glass_net, sysctl.fastopen);
	struct glass_fastopen *f = &gn->fastopen;
	char text[2 * KEY_TEXT + 16];
	struct ctl_table whole = { .data = text, .maxlen = sizeof(text) };
	siphash_key_t key[2];
	int err, n;

	spin_lock_bh(&f->lock);
	n = f->keys;
	memcpy(key, f->key, sizeof(key));
	spin_unlock_bh(&f->lock);
	key_text(text, &key[0]);
	if (n == 2) {
		text[KEY_TEXT - 1] = ',';
		key_text(text + KEY_TEXT, &key[1]);
	}
	err = proc_dostring(&whole, write, buffer, len, pos);
	if (!err && write)
		err = take_keys(f, text);
	memzero_explicit(key, sizeof(key));
	memzero_explicit(text, sizeof(text));
	return err;
}
