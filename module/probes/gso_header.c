// SPDX-License-Identifier: GPL-2.0
/* Has segmentation a header of its own? */
#include <net/gso.h>
