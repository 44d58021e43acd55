// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of all sockets together, as tcp_mem limits TCP's: net.glass.mem.
 *
 * Linux does the counting. A socket has a small credit (sk_forward_alloc),
 * filled in pages from what all have in common; each CPU keeps up to a
 * megabyte of what it took or gave back to itself. What is asked first, and
 * what is done when the answer is no, is here. A memory cgroup counts beside
 * it, for sockets that its processes opened or accepted.
 *
 * Each socket has a right to net.glass.rmem's and wmem's least values, whatever
 * the others use. What fills the memory may be text on its way to this very
 * socket: without a little for whoever reads, nobody would let go of anything.
 *
 * Everything is guarded by the socket lock but what all have in common, which
 * is atomic.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/percpu_counter.h>
#include <linux/swap.h>

#include "glass_sock.h"

atomic_long_t glass_budget_used ____cacheline_aligned_in_smp;
DEFINE_PER_CPU(int, glass_budget_ahead);
unsigned long glass_budget_pressure;
struct percpu_counter glass_budget_sockets;

/* under pressure, where the limit is not reached, Linux knows no netns */
int glass_budget_least = 4096;

/* pages: no pressure below the first, pressure from the second, no more */
long glass_budget_limit[3];

/**
 * glass_budget_init() - limits by the memory that there is, as TCP's
 *
 * Return: 0, -ENOMEM.
 */
int glass_budget_init(void)
{
	long pages = max(nr_free_buffer_pages() / 16, 128ul);

	glass_budget_limit[0] = pages / 4 * 3;
	glass_budget_limit[1] = pages;
	glass_budget_limit[2] = glass_budget_limit[0] * 2;
	return percpu_counter_init(&glass_budget_sockets, 0, GFP_KERNEL);
}

/* No socket is left, and none of their pages */
void glass_budget_exit(void)
{
	long left = atomic_long_read(&glass_budget_used);
	int cpu;

	for_each_possible_cpu(cpu)
		left += per_cpu(glass_budget_ahead, cpu);
	WARN_ONCE(left, "glass: %ld pages of socket memory were not returned\n",
		  left);
	percpu_counter_destroy(&glass_budget_sockets);
}

/**
 * glass_budget_short() - proto.enter_memory_pressure
 * @sk: who asked; its lock may be held
 */
void glass_budget_short(struct sock *sk)
{
	if (!READ_ONCE(glass_budget_pressure))
		WRITE_ONCE(glass_budget_pressure, 1);
}

/*
 * Linux refuses who has less than his send buffer, since he could not wait for
 * room. Who asks for as much as that gets it, a cgroup's limit or not; what is
 * not needed of it is given back by sk_mem_reclaim() when this is charged.
 */
static bool take_anyway(struct sock *sk, int size)
{
	return __sk_mem_schedule(sk, max(size, READ_ONCE(sk->sk_sndbuf)),
				 SK_MEM_SEND);
}

/**
 * glass_budget_send() - may text take memory on its way out?
 * @sk: the socket, locked
 * @size: octets, to be charged if so
 */
bool glass_budget_send(struct sock *sk, int size)
{
	if (sk_wmem_schedule(sk, size))
		return true;
	return sk->sk_wmem_queued < READ_ONCE(glass_sk_net(sk)->sysctl.wmem[0]) &&
	       take_anyway(sk, size);
}

/**
 * glass_budget_receive() - may text that arrived take memory?
 * @sk: the socket, locked
 * @skb: with the text; its truesize is to be charged if so
 * @next: it is what the user waits for
 */
bool glass_budget_receive(struct sock *sk, struct sk_buff *skb, bool next)
{
	if (sk_rmem_schedule(sk, skb, skb->truesize))
		return true;
	return next && atomic_read(&sk->sk_rmem_alloc) <
		       READ_ONCE(glass_sk_net(sk)->sysctl.rmem[0]) &&
	       take_anyway(sk, skb->truesize);
}

#ifdef CONFIG_MEMCG
/*
 * The process' cgroup, held, if its sockets' memory is counted: in cgroup2, and
 * not at its root
 */
static struct mem_cgroup *own_cgroup(void)
{
	struct mem_cgroup *memcg;

	if (!mem_cgroup_sockets_enabled ||
	    !cgroup_subsys_on_dfl(memory_cgrp_subsys))
		return NULL;
	rcu_read_lock();
	memcg = mem_cgroup_from_task(current);
	if (memcg && (!memcg->css.parent || !css_tryget(&memcg->css)))
		memcg = NULL;
	rcu_read_unlock();
	return memcg;
}

/**
 * glass_budget_accepted() - a child is a process': charge its cgroup
 * @sk: the child, not locked; process context
 *
 * As TCP does it: until accept() nobody is charged. What came before is taken
 * once more, which the cgroup sees, and given back, which it does not see.
 */
void glass_budget_accepted(struct sock *sk)
{
	struct mem_cgroup *memcg = own_cgroup();
	int held, sndbuf;

	if (!memcg)
		return;
	lock_sock(sk);
	held = sk_mem_pages(sk->sk_forward_alloc + sk->sk_wmem_queued +
			    atomic_read(&sk->sk_rmem_alloc)) << PAGE_SHIFT;
	sk->sk_memcg = memcg;
	sndbuf = sk->sk_sndbuf;
	if (held && (__sk_mem_schedule(sk, held, SK_MEM_SEND) ||
		     take_anyway(sk, held))) {
		sk->sk_memcg = NULL;
		__sk_mem_reclaim(sk, held);
		sk->sk_memcg = memcg;
		sk_mem_reclaim(sk);
	}
	/* Linux may have cut it, to be asked for less */
	WRITE_ONCE(sk->sk_sndbuf, sndbuf);
	release_sock(sk);
}
#else
void glass_budget_accepted(struct sock *sk)
{
}
#endif

/**
 * glass_budget_sysctl() - net.glass.mem, the same in every netns
 * @table: without data of its own
 * @write: set, in init_net alone
 * @buffer: text
 * @len: octets of it
 * @pos: where in it
 *
 * Return: 0, -EINVAL and the like.
 */
int glass_budget_sysctl(GLASS_SYSCTL_CONST struct ctl_table *table, int write,
			void *buffer, size_t *len, loff_t *pos)
{
	struct ctl_table all = {
		.procname = table->procname,
		.data = glass_budget_limit,
		.maxlen = sizeof(glass_budget_limit),
		.mode = table->mode,
	};

	return proc_doulongvec_minmax(&all, write, buffer, len, pos);
}
