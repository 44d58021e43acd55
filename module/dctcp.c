// SPDX-License-Identifier: GPL-2.0
/* glass_dctcp.ko: DCTCP for Glass, module/core/cong_dctcp.c. */
#include "glass_cong.h"

static struct glass_cong dctcp = {
	.ops = &cong_dctcp,
	.owner = THIS_MODULE,
};

static int __init dctcp_init(void)
{
	return glass_register_congestion_control(&dctcp);
}

static void __exit dctcp_exit(void)
{
	glass_unregister_congestion_control(&dctcp);
}

module_init(dctcp_init);
module_exit(dctcp_exit);

MODULE_DESCRIPTION("DCTCP congestion control for Glass");
MODULE_AUTHOR("The Glass developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(GLASS_VERSION);
GLASS_CONG_ALIAS("dctcp");
