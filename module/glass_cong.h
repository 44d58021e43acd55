/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a module with a congestion control needs to know of Glass.
 */
#ifndef GLASS_CONG_H
#define GLASS_CONG_H

#include <linux/list.h>
#include <linux/module.h>

#include <glass/core.h>
#include <glass/version.h>

/* request_module() looks for this when somebody asks for the name */
#define GLASS_CONG_ALIAS(name) MODULE_ALIAS("glass_cong_" name)

/**
 * struct glass_cong - a congestion control that sockets may choose
 * @ops: what it does
 * @owner: THIS_MODULE, which stays while a socket or a netns uses it
 * @everyone: users without CAP_NET_ADMIN may choose it; cong_lock
 * @list: of all that are registered; cong_lock, read under RCU
 */
struct glass_cong {
	const struct cong_ops *ops;
	struct module *owner;
	bool everyone;
	struct list_head list;
};

int glass_register_congestion_control(struct glass_cong *c);
void glass_unregister_congestion_control(struct glass_cong *c);

#endif
