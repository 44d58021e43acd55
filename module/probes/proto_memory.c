// SPDX-License-Identifier: GPL-2.0
/* Has the accounting of a protocol's memory a header of its own? */
#include <net/proto_memory.h>
