/* SPDX-License-Identifier: GPL-2.0 */
/* Of the modules, the tools and the packages: they come together */
#ifndef GLASS_VERSION_H
#define GLASS_VERSION_H

#define GLASS_VERSION	"0.1"

#endif
