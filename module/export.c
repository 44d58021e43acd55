// SPDX-License-Identifier: GPL-2.0
/*
 * What the core, which knows nothing of Linux, offers modules with a
 * congestion control.
 */
#include <linux/export.h>

#include <glass/core.h>

EXPORT_SYMBOL_GPL(cong_used);
EXPORT_SYMBOL_GPL(cong_flight);
EXPORT_SYMBOL_GPL(cong_slow_start);
EXPORT_SYMBOL_GPL(cong_idle);
EXPORT_SYMBOL_GPL(reno_acked);
EXPORT_SYMBOL_GPL(reno_lost);
EXPORT_SYMBOL_GPL(reno_timeout);
