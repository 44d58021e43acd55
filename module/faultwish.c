// SPDX-License-Identifier: GPL-2.0
/*
 * The wishes of a netns for faults come and go, see fault.c.
 */
#include "fault.h"

#define WISHES_MAX	64

/* What is done at once: by wish @id, which may have been taken back */
static void to_ends(struct glass_net *gn, const struct fault *wish, u32 id)
{
	struct fault *f;
	u32 done;

	if (wish->action == FAULT_FREEZE)
		glass_ends_frozen(gn, wish->to);
	if (wish->action != FAULT_FORGET)
		return;
	done = glass_ends_forget(gn, wish->to);
	spin_lock_bh(&gn->faults.lock);
	f = glass_fault_find(&gn->faults, id);
	if (f) {
		f->seen = done;
		f->done = done;
	}
	spin_unlock_bh(&gn->faults.lock);
}

/**
 * glass_fault_add() - a wish more
 * @gn: the netns
 * @wish: it; gets its number in the copy that is kept
 *
 * Process context.
 *
 * Return: 0, -ENOMEM, or -ENOSPC when there are too many.
 */
int glass_fault_add(struct glass_net *gn, const struct fault *wish)
{
	struct glass_faults *faults = &gn->faults;
	struct fault *f = kmemdup(wish, sizeof(*wish), GFP_KERNEL);
	u32 id = 0;

	if (!f)
		return -ENOMEM;
	static_branch_deferred_inc(&glass_faults_wanted);
	spin_lock_bh(&faults->lock);
	if (faults->wished < WISHES_MAX) {
		WRITE_ONCE(faults->wished, faults->wished + 1);
		if (f->action == FAULT_FREEZE)
			WRITE_ONCE(faults->frozen, faults->frozen + 1);
		f->id = ++faults->last_id;
		list_add_tail(&f->link, &faults->wishes);
		id = f->id;
		f = NULL;
	}
	spin_unlock_bh(&faults->lock);
	if (!f) {
		to_ends(gn, wish, id);
		return 0;
	}
	static_branch_slow_dec_deferred(&glass_faults_wanted);
	kfree(f);
	return -ENOSPC;
}

/**
 * glass_fault_release() - what is held arrives
 * @gn: the netns
 * @id: of the wish that holds it, 0 for all
 *
 * Process context.
 *
 * Return: 0, or -ENOENT when there is no such wish.
 */
int glass_fault_release(struct glass_net *gn, u32 id)
{
	struct glass_faults *faults = &gn->faults;
	bool known;

	spin_lock_bh(&faults->lock);
	known = !id || glass_fault_find(faults, id);
	spin_unlock_bh(&faults->lock);
	if (!known)
		return -ENOENT;
	glass_fault_drain(gn, id);
	return 0;
}

/* Off the list, in @list: all, or one, or those that freeze; how many */
static unsigned int take_wishes(struct glass_faults *faults, u32 id,
				bool freezing, struct list_head *list)
{
	struct fault *f, *next;
	unsigned int n = 0;

	spin_lock_bh(&faults->lock);
	list_for_each_entry_safe(f, next, &faults->wishes, link) {
		if ((id && f->id != id) ||
		    (freezing && f->action != FAULT_FREEZE))
			continue;
		list_move_tail(&f->link, list);
		WRITE_ONCE(faults->wished, faults->wished - 1);
		if (f->action == FAULT_FREEZE)
			WRITE_ONCE(faults->frozen, faults->frozen - 1);
		n++;
	}
	spin_unlock_bh(&faults->lock);
	return n;
}

static void free_wishes(struct list_head *list)
{
	struct fault *f, *next;

	list_for_each_entry_safe(f, next, list, link) {
		static_branch_slow_dec_deferred(&glass_faults_wanted);
		kfree(f);
	}
}

/* Each end once, however many faults froze it */
static void thaw_ends(struct glass_net *gn, const struct list_head *list)
{
	const struct fault *f;

	list_for_each_entry(f, list, link) {
		if (f->action == FAULT_FREEZE && !f->to) {
			glass_ends_thawed(gn, 0);
			return;
		}
	}
	list_for_each_entry(f, list, link)
		if (f->action == FAULT_FREEZE)
			glass_ends_thawed(gn, f->to);
}

static int take_back(struct glass_net *gn, u32 id, bool freezing)
{
	LIST_HEAD(list);
	int err;

	/* held no more from here on, since who holds looks for the wish */
	err = take_wishes(&gn->faults, id, freezing, &list) || !id ?
	      0 : -ENOENT;
	if (!err) {
		glass_fault_drain(gn, FAULT_NOBODY);
		glass_fault_unkeep(gn);
	}
	thaw_ends(gn, &list);
	free_wishes(&list);
	return err;
}

/**
 * glass_fault_clear() - take a wish back; what it holds arrives
 * @gn: the netns
 * @id: its number, 0 for all
 *
 * What it keeps does not, and what it froze goes on. Process context.
 *
 * Return: 0, or -ENOENT when there is no such wish.
 */
int glass_fault_clear(struct glass_net *gn, u32 id)
{
	return take_back(gn, id, false);
}

/**
 * glass_fault_thaw() - the same of a wish that freezes an end
 * @gn: the netns
 * @id: its number, 0 for all of them
 *
 * Process context.
 *
 * Return: 0, or -ENOENT when there is no such wish.
 */
int glass_fault_thaw(struct glass_net *gn, u32 id)
{
	return take_back(gn, id, true);
}

/* All of them, held or not: the netns ends */
void glass_fault_forget(struct glass_net *gn)
{
	LIST_HEAD(list);

	take_wishes(&gn->faults, 0, false, &list);
	free_wishes(&list);
}
