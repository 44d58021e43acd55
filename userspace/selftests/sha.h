/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHA_H
#define SHA_H

#include <stddef.h>

#define SHA_TEXT 65	/* octets of a digest as text */

void sha_pattern(char *text, size_t len, size_t from);
void sha_read(char *text, int fd, size_t len);
int pattern_file(size_t len, size_t from);

#endif
