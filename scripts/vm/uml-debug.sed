# SPDX-License-Identifier: GPL-2.0
# Applied to arch/um/kernel/stacktrace.c. The checkers save a stack trace for
# each object; User-mode Linux asks of every word on the stack whether it points
# into code, although only the frame pointers' chain is kept: half of the
# debug kernel's time. Ask of that chain alone.
s/if (__kernel_text_address(addr)) {/if ((unsigned long)sp == bp + sizeof(long) \&\& __kernel_text_address(addr)) {/
