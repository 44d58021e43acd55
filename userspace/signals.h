/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIGNALS_H
#define SIGNALS_H

void signals_block(void);
void signals_unblock(void);
int signalled(unsigned long long ns);

#endif
