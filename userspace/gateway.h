/* SPDX-License-Identifier: GPL-2.0 */
/*
 * glass gateway, by file:
 *
 *	gateway.c		the command: what is put where, and taken away
 *	gateway_code.c		the program that each packet of a device runs through
 *	gateway_device.c	what a device is asked, and what it is told
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>

/* What a device joins before a program sees it: bits, by enum receive_offload */
enum receive_offload { RX_GRO = 1, RX_LRO = 2, RX_GRO_HW = 4, RX_ALL = 7 };

/* gateway_code.c */
struct gateway_code {
	bool ethernet;		/* packets begin with a header of Ethernet */
	bool arriving;		/* TCP becomes Glass; else Glass TCP */
	int port;		/* only from or to this one; 0: any */
};

int gateway_load(const struct gateway_code *what);

/* gateway_device.c */
bool gateway_device(const char *name, bool *ethernet, const char **why);
bool gateway_offloads(const char *name, unsigned int *on);
bool gateway_offloads_set(const char *name, unsigned int which, bool on);
const char *gateway_offload_name(enum receive_offload which);
bool gateway_filters(int ifindex, bool arriving);
bool gateway_clsact(int ifindex);

#endif
