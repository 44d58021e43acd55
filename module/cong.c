// SPDX-License-Identifier: GPL-2.0
/*
 * Which congestion control a socket has: the registry, TCP_CONGESTION and the
 * three sysctls, all as tcp(7) has them.
 *
 * A socket, and a netns whose default it is, keep the module of a congestion
 * control loaded. Reno and CUBIC are part of glass.ko and need no keeping.
 */
#include <linux/slab.h>
#include <net/tcp.h>

#include "glass_cong.h"
#include "glass_sock.h"

#define NAME_SIZE	16			/* with the zero behind it */
#define NAMES_SIZE	(128 * NAME_SIZE)

static DEFINE_SPINLOCK(cong_lock);	/* the list, and glass_cong.everyone */
static LIST_HEAD(cong_list);

static struct glass_cong cubic = { .ops = &cong_cubic, .everyone = true };
static struct glass_cong reno = { .ops = &cong_reno, .everyone = true };

/* cong_lock or the RCU read lock is held */
static struct glass_cong *find(const char *name)
{
	struct glass_cong *c;

	list_for_each_entry_rcu(c, &cong_list, list,
				lockdep_is_held(&cong_lock)) {
		if (!strcmp(c->ops->name, name))
			return c;
	}
	return NULL;
}

/**
 * glass_register_congestion_control() - sockets may choose it from now on
 * @c: what; kept until it is unregistered
 *
 * Process context.
 *
 * Return: 0, -EINVAL if functions are missing or the name is too long,
 * -EEXIST if there is one of this name.
 */
int glass_register_congestion_control(struct glass_cong *c)
{
	const struct cong_ops *ops = c->ops;
	int err = 0;

	if (!ops->acked || !ops->lost || !ops->timeout ||
	    strlen(ops->name) >= NAME_SIZE)
		return -EINVAL;
	spin_lock(&cong_lock);
	if (find(ops->name))
		err = -EEXIST;
	else
		list_add_tail_rcu(&c->list, &cong_list);
	spin_unlock(&cong_lock);
	return err;
}
EXPORT_SYMBOL_GPL(glass_register_congestion_control);

/**
 * glass_unregister_congestion_control() - nobody uses it, nobody may any more
 * @c: what; its module is about to go, so no socket has it
 */
void glass_unregister_congestion_control(struct glass_cong *c)
{
	spin_lock(&cong_lock);
	list_del_rcu(&c->list);
	spin_unlock(&cong_lock);
	/* who has just found it has not got the module */
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(glass_unregister_congestion_control);

/* A socket or a netns lets go */
static void put(const struct cong_ops *ops)
{
	struct glass_cong *c;

	if (ops == &cong_cubic || ops == &cong_reno)
		return;
	rcu_read_lock();
	c = find(ops->name);
	if (!WARN_ON_ONCE(!c))
		module_put(c->owner);
	rcu_read_unlock();
}

/*
 * The one of this name, its module kept for the caller. The name may call for
 * a module if the administrator asks.
 */
static struct glass_cong *get(const char *name, bool any, int *err)
{
	struct glass_cong *c;

	rcu_read_lock();
	c = find(name);
	if (!c && capable(CAP_NET_ADMIN)) {
		rcu_read_unlock();
		request_module("glass_cong_%s", name);
		rcu_read_lock();
		c = find(name);
	}
	*err = 0;
	if (!c)
		*err = -ENOENT;
	else if (!any && !READ_ONCE(c->everyone))
		*err = -EPERM;
	else if (!try_module_get(c->owner))
		*err = -EBUSY;
	rcu_read_unlock();
	return *err ? NULL : c;
}

/* Memory that it wants lent, zeroed by the core; false if there is none */
static bool lend(const struct cong_ops *ops, gfp_t gfp, void **memory)
{
	*memory = ops->memory ? kmalloc(ops->memory, gfp) : NULL;
	return *memory || !ops->memory;
}

/* The default of a netns, kept, with its memory; Reno if there is none */
static const struct cong_ops *take_default(struct glass_net *gn, gfp_t gfp,
					   void **memory)
{
	const struct cong_ops *ops = &cong_reno;
	struct glass_cong *c;

	rcu_read_lock();
	c = READ_ONCE(gn->sysctl.congestion_control);
	if (try_module_get(c->owner))
		ops = c->ops;
	rcu_read_unlock();
	if (lend(ops, gfp, memory))
		return ops;
	put(ops);
	return &cong_reno;
}

/* One that has a rate is to be kept to it */
static void take_up(struct sock *sk, const struct cong_ops *ops, void *memory)
{
	cong_select(&glass_sk(sk)->tcb, ops, memory);
	if (ops->rate)
		cmpxchg(&sk->sk_pacing_status, SK_PACING_NONE,
			SK_PACING_NEEDED);
}

/**
 * glass_cong_assign() - a new socket gets the default of its netns
 * @sk: the socket, without users
 */
void glass_cong_assign(struct sock *sk)
{
	const struct cong_ops *ops;
	void *memory;

	ops = take_default(glass_sk_net(sk), GFP_KERNEL, &memory);
	take_up(sk, ops, memory);
}

/**
 * glass_cong_inherit() - a listener's child: what the listener's user chose
 * @child: the child, still with the TCB of its listener
 *
 * Or the default, if he chose nothing.
 */
void glass_cong_inherit(struct sock *child)
{
	struct glass_sock *gs = glass_sk(child);
	const struct cong_ops *ops = gs->tcb.cong.ops;
	struct glass_cong *c = NULL;
	void *memory;

	if (gs->cong_set) {
		rcu_read_lock();
		c = find(ops->name);
		if (c && !try_module_get(c->owner))
			c = NULL;
		rcu_read_unlock();
	}
	if (c && !lend(ops, GFP_ATOMIC, &memory)) {
		put(ops);
		c = NULL;
	}
	if (!c)
		ops = take_default(glass_sk_net(child), GFP_ATOMIC, &memory);
	take_up(child, ops, memory);
}

/**
 * glass_cong_release() - the socket goes
 * @sk: the socket, locked or without users
 */
void glass_cong_release(struct sock *sk)
{
	struct tcb *t = &glass_sk(sk)->tcb;
	const struct cong_ops *ops = t->cong.ops;
	void *memory = ops->memory ? t->cong.memory : NULL;

	cong_select(t, &cong_reno, NULL);
	kfree(memory);
	put(ops);
}

/* Another one from now on; it and its memory are the socket's */
static void change(struct sock *sk, struct glass_cong *c, void *memory)
{
	glass_cong_release(sk);
	take_up(sk, c->ops, memory);
}

/**
 * glass_cong_set() - setsockopt(TCP_CONGESTION)
 * @sk: the socket; process context
 * @val: the name
 * @len: octets of it
 *
 * Return: 0, -EINVAL, -EFAULT, -ENOENT, -EPERM, -EBUSY, -ENOMEM.
 */
int glass_cong_set(struct sock *sk, sockptr_t val, unsigned int len)
{
	char name[NAME_SIZE];
	struct glass_cong *c;
	void *memory;
	bool any;
	int err;

	if (!len)
		return -EINVAL;
	err = strncpy_from_sockptr(name, val,
				   min_t(unsigned int, len, NAME_SIZE - 1));
	if (err < 0)
		return -EFAULT;
	name[err] = 0;
	any = ns_capable(sock_net(sk)->user_ns, CAP_NET_ADMIN);
	lock_sock(sk);
	/* what it has already it may have */
	any = any || !strcmp(name, glass_sk(sk)->tcb.cong.ops->name);
	release_sock(sk);
	c = get(name, any, &err);
	if (!c)
		return err;
	if (!lend(c->ops, GFP_KERNEL, &memory)) {
		put(c->ops);
		return -ENOMEM;
	}
	lock_sock(sk);
	glass_sk(sk)->cong_set = true;
	if (c->ops == glass_sk(sk)->tcb.cong.ops) {
		kfree(memory);
		put(c->ops);
	} else {
		change(sk, c, memory);
	}
	release_sock(sk);
	return 0;
}

/**
 * glass_cong_get() - getsockopt(TCP_CONGESTION)
 * @sk: the socket; process context
 * @val: where to
 * @len: octets there, then octets written
 *
 * Return: 0, -EINVAL, -EFAULT.
 */
int glass_cong_get(struct sock *sk, char __user *val, int __user *len)
{
	char name[NAME_SIZE] = "";
	int size;

	if (get_user(size, len))
		return -EFAULT;
	if (size < 0)
		return -EINVAL;
	size = min(size, NAME_SIZE);
	lock_sock(sk);
	strscpy(name, glass_sk(sk)->tcb.cong.ops->name, sizeof(name));
	release_sock(sk);
	if (put_user(size, len) || copy_to_user(val, name, size))
		return -EFAULT;
	return 0;
}

static int set_default(struct glass_net *gn, const char *name)
{
	struct glass_cong *c, *before;
	int err;

	/* a restricted one is for the first netns to make a default */
	c = get(name, net_eq(gn->net, &init_net), &err);
	if (!c)
		return err;
	/* while the reference is ours: another writer may give it back */
	spin_lock(&cong_lock);
	WRITE_ONCE(c->everyone, true);
	spin_unlock(&cong_lock);
	before = xchg(&gn->sysctl.congestion_control, c);
	put(before->ops);
	return 0;
}

/**
 * glass_cong_sysctl() - net.glass.congestion_control is read or written
 * @table: its entry; its data is glass_sysctl.congestion_control of its netns
 * @write: it is written
 * @buffer: the text
 * @len: octets of it
 * @pos: where in it
 *
 * Return: 0, -ENOENT, -EPERM, -EBUSY.
 */
int glass_cong_sysctl(GLASS_SYSCTL_CONST struct ctl_table *table, int write,
		      void *buffer, size_t *len, loff_t *pos)
{
	struct glass_net *gn = container_of((struct glass_cong **)table->data,
					    struct glass_net,
					    sysctl.congestion_control);
	char name[NAME_SIZE];
	struct ctl_table whole = { .data = name, .maxlen = sizeof(name) };
	int err;

	rcu_read_lock();
	strscpy(name, READ_ONCE(gn->sysctl.congestion_control)->ops->name,
		sizeof(name));
	rcu_read_unlock();
	err = proc_dostring(&whole, write, buffer, len, pos);
	if (!err && write)
		err = set_default(gn, name);
	return err;
}

/* The names of all, or of those that everyone may choose */
static void list_names(char *text, bool everyone)
{
	struct glass_cong *c;
	size_t used = 0;

	*text = 0;
	rcu_read_lock();
	list_for_each_entry_rcu(c, &cong_list, list) {
		if (everyone && !READ_ONCE(c->everyone))
			continue;
		used += scnprintf(text + used, NAMES_SIZE - used, "%s%s",
				  used ? " " : "", c->ops->name);
	}
	rcu_read_unlock();
}

/* All of the names must be known, or nothing changes */
static int set_allowed(char *text)
{
	char *copy = kstrdup(text, GFP_KERNEL), *at = copy, *name;
	struct glass_cong *c;
	int err = 0;

	if (!copy)
		return -ENOMEM;
	spin_lock(&cong_lock);
	while (!err && (name = strsep(&at, " ")))
		err = *name && !find(name) ? -ENOENT : 0;
	if (!err) {
		list_for_each_entry(c, &cong_list, list)
			WRITE_ONCE(c->everyone, false);
		while ((name = strsep(&text, " ")))
			if (*name)
				WRITE_ONCE(find(name)->everyone, true);
	}
	spin_unlock(&cong_lock);
	kfree(copy);
	return err;
}

/**
 * glass_cong_sysctl_names() - available_ or allowed_congestion_control
 * @table: its entry; extra1 is set if it is the latter
 * @write: it is written
 * @buffer: the text
 * @len: octets of it
 * @pos: where in it
 *
 * Return: 0, -ENOENT, -ENOMEM.
 */
int glass_cong_sysctl_names(GLASS_SYSCTL_CONST struct ctl_table *table,
			    int write, void *buffer, size_t *len, loff_t *pos)
{
	struct ctl_table whole = { .maxlen = NAMES_SIZE };
	char *text = kmalloc(NAMES_SIZE, GFP_KERNEL);
	int err;

	if (!text)
		return -ENOMEM;
	list_names(text, table->extra1);
	whole.data = text;
	err = proc_dostring(&whole, write, buffer, len, pos);
	if (!err && write)
		err = set_allowed(text);
	kfree(text);
	return err;
}

/* A new netns has the default of the first, or Reno if that is about to go */
void glass_cong_net_init(struct glass_net *gn)
{
	struct glass_cong *c = &cubic;

	if (!net_eq(gn->net, &init_net)) {
		rcu_read_lock();
		c = READ_ONCE(glass_net(&init_net)->sysctl.congestion_control);
		if (!try_module_get(c->owner))
			c = &reno;
		rcu_read_unlock();
	}
	gn->sysctl.congestion_control = c;
}

void glass_cong_net_exit(struct glass_net *gn)
{
	put(gn->sysctl.congestion_control->ops);
}

void glass_cong_init(void)
{
	glass_register_congestion_control(&reno);
	glass_register_congestion_control(&cubic);
}
