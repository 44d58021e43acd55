// SPDX-License-Identifier: GPL-2.0
/*
 * Local ports: bind(), and the ports that connect() finds for itself.
 *
 * A port in use is one struct glass_port with all that are bound to it:
 * sockets, and TIME-WAIT records, which hold it as TCP's do. bind() looks
 * for conflicts on that list. connect() shares a port with other
 * connections as long as the four-tuple is unique, which the connection
 * table decides.
 */
#include <net/addrconf.h>
#include <net/inet_hashtables.h>

#include "glass_sock.h"

int glass_ports_init(struct glass_net *gn)
{
	int i;

	gn->ports = kvcalloc(GLASS_PORT_HASH, sizeof(*gn->ports), GFP_KERNEL);
	if (!gn->ports)
		return -ENOMEM;
	for (i = 0; i < GLASS_PORT_HASH; i++)
		spin_lock_init(&gn->ports[i].lock);
	return 0;
}

void glass_ports_exit(struct glass_net *gn)
{
	kvfree(gn->ports);
}

static struct glass_port_head *port_head(struct glass_net *gn, u16 num)
{
	return &gn->ports[num & (GLASS_PORT_HASH - 1)];
}

static struct glass_port *port_find(struct glass_port_head *head, u16 num)
{
	struct glass_port *p;

	hlist_for_each_entry(p, &head->chain, node) {
		if (p->num == num)
			return p;
	}
	return NULL;
}

static struct glass_port *port_create(struct glass_port_head *head, u16 num)
{
	struct glass_port *p = kzalloc(sizeof(*p), GFP_ATOMIC);

	if (!p)
		return NULL;
	p->head = head;
	p->num = num;
	hlist_add_head(&p->node, &head->chain);
	return p;
}

/* Free once nobody is bound. Its head's lock held. */
static void port_release(struct glass_port *p)
{
	if (!hlist_empty(&p->socks) || !hlist_empty(&p->waits))
		return;
	hlist_del(&p->node);
	kfree(p);
}

static void port_join(struct sock *sk, struct glass_port *p)
{
	inet_sk(sk)->inet_num = p->num;
	sk_add_bind_node(sk, &p->socks);
	glass_sk(sk)->port = p;
}

static bool same_device(int a, int b)
{
	return !a || !b || a == b;
}

/*
 * May @sk share a port by SO_REUSEPORT? A program that chooses among the
 * sockets of a port is given to one of them that has it already: who brings
 * one of his own does not join them.
 */
static bool joins(const struct sock *sk)
{
	return sk->sk_reuseport && !rcu_access_pointer(sk->sk_reuseport_cb);
}

/*
 * Does @sk have the address of a TIME-WAIT? As inet_rcv_saddr_equal() has it
 * for sockets: a connection of IPv6 whose listener took IPv4 too is in the way
 * of who asks for any address of IPv4.
 */
static bool has_address(const struct sock *sk, const struct glass_record *r)
{
	bool v4 = r->tuple.family == AF_INET;

	if (sk->sk_family == AF_INET6) {
		if (ipv6_addr_any(&sk->sk_v6_rcv_saddr))
			return !(v4 && ipv6_only_sock(sk));
		if (!v4)
			return ipv6_addr_equal(&sk->sk_v6_rcv_saddr,
					       &r->tuple.laddr);
		if (!ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr))
			return false;
	}
	if (!sk->sk_rcv_saddr)
		return !r->v6only;
	return v4 && sk->sk_rcv_saddr == r->tuple.laddr.s6_addr32[0];
}

/* Would a bind of @sk clash with a TIME-WAIT that has the port? */
static bool wait_conflicts(const struct sock *sk, const struct glass_record *r,
			   bool share)
{
	if (!same_device(sk->sk_bound_dev_if, r->tuple.ifindex))
		return false;
	if (share && ((sk->sk_reuse && r->reuse) || (joins(sk) && r->reuseport)))
		return false;
	return has_address(sk, r);
}

/*
 * May @sk share an address with @other? Both have SO_REUSEADDR and @other does
 * not listen, or both have SO_REUSEPORT and one owner: nobody steals
 * another user's connections. The owner is sk_uid and not that of the inode,
 * which a child that waits for accept() does not have.
 */
static bool may_share(const struct sock *sk, const struct sock *other)
{
	if (sk->sk_reuse && other->sk_reuse && other->sk_state != TCP_LISTEN)
		return true;
	return joins(sk) && other->sk_reuseport &&
	       uid_eq(sk->sk_uid, other->sk_uid);
}

/*
 * The rule of bind(), as in TCP: two sockets may share a port if their
 * addresses or devices differ, or if @share and may_share().
 * rfc9293: MUST-42
 */
static bool bind_conflicts(struct sock *sk, struct glass_port *p, bool share)
{
	struct glass_record *r;
	struct sock *other;

	hlist_for_each_entry(other, &p->socks, sk_bind_node) {
		if (other == sk ||
		    !same_device(sk->sk_bound_dev_if, other->sk_bound_dev_if))
			continue;
		if (share && may_share(sk, other))
			continue;
		if (inet_rcv_saddr_equal(sk, other, true))
			return true;
	}
	hlist_for_each_entry(r, &p->waits, bind_node) {
		if (wait_conflicts(sk, r, share))
			return true;
	}
	return false;
}

/* Bind to one port: 0, -EADDRINUSE or -ENOMEM */
static int bind_to(struct sock *sk, u16 num, bool share)
{
	struct glass_port_head *head = port_head(glass_sk_net(sk), num);
	struct glass_port *p;
	int err = -EADDRINUSE;

	spin_lock_bh(&head->lock);
	p = port_find(head, num);
	if (p && bind_conflicts(sk, p, share))
		goto out;
	if (!p)
		p = port_create(head, num);
	err = -ENOMEM;
	if (!p)
		goto out;
	err = 0;
	p->connect_only = false;
	if (!glass_sk(sk)->port)
		port_join(sk, p);
out:
	spin_unlock_bh(&head->lock);
	return err;
}

/* The ports that may be chosen: first and count */
static u32 port_range(struct sock *sk, u32 *first)
{
	int low, high;

	inet_sk_get_local_port_range(sk, &low, &high);
	*first = low;
	return high - low + 1;
}

static bool reserved(struct sock *sk, u16 num)
{
	return inet_is_local_reserved_port(sock_net(sk), num);
}

/**
 * glass_get_port() - proto.get_port: bind
 * @sk: the socket, locked, its address set
 * @num: the port, host order, or 0 for any
 *
 * Return: 0, -EADDRINUSE, -ENOMEM.
 *
 * rfc9293: MUST-43
 */
int glass_get_port(struct sock *sk, unsigned short num)
{
	u32 first, count, offset, i;
	int err = -EADDRINUSE;

	if (num)
		return bind_to(sk, num, true);
	count = port_range(sk, &first);
	offset = reciprocal_scale(get_random_u32(), count);
	/* who asks for any port wants one that can listen: no sharing */
	for (i = 0; i < count && err == -EADDRINUSE; i++) {
		u16 port = first + (offset + i) % count;

		if (!reserved(sk, port))
			err = bind_to(sk, port, false);
	}
	return err;
}

/**
 * glass_port_recheck() - may a bound socket begin to listen?
 * @sk: the socket, locked, its state already LISTEN
 *
 * Return: 0 or -EADDRINUSE.
 */
int glass_port_recheck(struct sock *sk)
{
	struct glass_port *p = glass_sk(sk)->port;
	bool bad;

	if (!p)
		return glass_get_port(sk, inet_sk(sk)->inet_num);
	spin_lock_bh(&p->head->lock);
	bad = bind_conflicts(sk, p, true);
	spin_unlock_bh(&p->head->lock);
	return bad ? -EADDRINUSE : 0;
}

/**
 * glass_put_port() - proto.put_port: let go of the port
 * @sk: the socket, locked or without users; need not have one
 */
void glass_put_port(struct sock *sk)
{
	struct glass_port *p = glass_sk(sk)->port;
	struct glass_port_head *head;

	if (!p)
		return;
	head = p->head;
	spin_lock_bh(&head->lock);
	__sk_del_bind_node(sk);
	glass_sk(sk)->port = NULL;
	inet_sk(sk)->inet_num = 0;
	port_release(p);
	spin_unlock_bh(&head->lock);
}

/* Try one port for connect(): -EADDRNOTAVAIL means the next one */
static int connect_from(struct sock *sk, u16 num)
{
	struct glass_port_head *head = port_head(glass_sk_net(sk), num);
	struct glass_port *p;
	int err = -EADDRNOTAVAIL;
	bool fresh = false;

	spin_lock_bh(&head->lock);
	p = port_find(head, num);
	if (p && !p->connect_only)
		goto out;
	if (!p) {
		p = port_create(head, num);
		err = -ENOMEM;
		if (!p)
			goto out;
		p->connect_only = true;
		fresh = true;
	}
	port_join(sk, p);
	inet_sk(sk)->inet_sport = htons(num);
	err = glass_table_add(sk);
	if (err) {
		__sk_del_bind_node(sk);
		glass_sk(sk)->port = NULL;
		inet_sk(sk)->inet_num = 0;
		inet_sk(sk)->inet_sport = 0;
		if (fresh)
			port_release(p);
	}
out:
	spin_unlock_bh(&head->lock);
	return err;
}

/* Would the connection be one of a socket with itself? */
static bool is_self(const struct glass_tuple *tuple, u16 port)
{
	return port == tuple->rport &&
	       ipv6_addr_equal(&tuple->laddr, &tuple->raddr);
}

/**
 * glass_port_connect() - a local port for connect(), and into the table
 * @sk: the socket, locked, everything but the local port known
 *
 * rfc6056#section-3.3.3, with a step of random length per connection: where
 * the search begins depends on the ends and a secret, so ports to one peer
 * say nothing of those to another.
 *
 * Return: 0, or -EADDRNOTAVAIL if no port makes the four-tuple unique.
 */
int glass_port_connect(struct sock *sk)
{
	struct glass_net *gn = glass_sk_net(sk);
	u32 first, count, offset, step, i;
	struct glass_tuple tuple;
	int err = -EADDRNOTAVAIL;

	if (inet_sk(sk)->inet_num)
		return glass_table_add(sk);
	count = port_range(sk, &first);
	glass_tuple_of(sk, &tuple);
	step = 1 + reciprocal_scale(get_random_u32(), 16);
	offset = glass_tuple_hash(gn, &tuple, &gn->port_key) +
		 atomic_add_return(step, &gn->port_counter);
	for (i = 0; i < count && err == -EADDRNOTAVAIL; i++) {
		u16 port = first + (offset + i) % count;

		/* nobody means to be connected to himself by chance */
		if (!reserved(sk, port) && !is_self(&tuple, port))
			err = connect_from(sk, port);
	}
	return err;
}

/**
 * glass_port_inherit() - a child has its listener's port
 * @child: the child, locked
 * @listener: the listener, not locked
 */
void glass_port_inherit(struct sock *child, struct sock *listener)
{
	u16 num = inet_sk(child)->inet_num;
	struct glass_port_head *head = port_head(glass_sk_net(child), num);
	struct glass_port *p;

	spin_lock_bh(&head->lock);
	/* gone if the listener closed meanwhile; the child will not live */
	p = port_find(head, num);
	if (p)
		port_join(child, p);
	spin_unlock_bh(&head->lock);
}

/**
 * glass_port_wait() - a TIME-WAIT record holds its socket's port
 * @sk: the socket, locked
 * @r: the record
 */
void glass_port_wait(struct sock *sk, struct glass_record *r)
{
	struct glass_port *p = glass_sk(sk)->port;

	if (!p)
		return;
	spin_lock_bh(&p->head->lock);
	hlist_add_head(&r->bind_node, &p->waits);
	spin_unlock_bh(&p->head->lock);
}

/**
 * glass_port_unwait() - a TIME-WAIT record lets go of its port
 * @gn: the netns
 * @r: the record, unhashed; need not have a port
 */
void glass_port_unwait(struct glass_net *gn, struct glass_record *r)
{
	struct glass_port_head *head = port_head(gn, r->tuple.lport);

	if (hlist_unhashed(&r->bind_node))
		return;
	spin_lock_bh(&head->lock);
	hlist_del(&r->bind_node);
	port_release(port_find(head, r->tuple.lport));
	spin_unlock_bh(&head->lock);
}
