// SPDX-License-Identifier: GPL-2.0
/* glass_bbr.ko: BBR for Glass, module/core/cong_bbr.c. */
#include "glass_cong.h"

static struct glass_cong bbr = {
	.ops = &cong_bbr,
	.owner = THIS_MODULE,
	.everyone = true,
};

static int __init bbr_init(void)
{
	return glass_register_congestion_control(&bbr);
}

static void __exit bbr_exit(void)
{
	glass_unregister_congestion_control(&bbr);
}

module_init(bbr_init);
module_exit(bbr_exit);

MODULE_DESCRIPTION("BBR congestion control for Glass");
MODULE_AUTHOR("The Glass developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(GLASS_VERSION);
GLASS_CONG_ALIAS("bbr");
