/* SPDX-License-Identifier: GPL-2.0 */
/* What glass-server and glass-client share: where to go, and what went wrong. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <netdb.h>
#include <stddef.h>
#include <stdnoreturn.h>

struct options {
	int family;		/* -4, -6: AF_INET, AF_INET6, or AF_UNSPEC */
	int own_family;		/* -g: socket(AF_GLASS, ...) */
	int tcp;		/* -t: plain TCP, to compare */
};

#define OPTIONS_HELP							\
	"  -4, -6    IPv4 or IPv6 only\n"				\
	"  -g        socket(AF_GLASS, ...) in place of protocol 253\n"	\
	"  -t        TCP, to compare\n"

/* Takes one of the options above; false when it is another. */
int common_option(struct options *o, int opt);

/* Ends the program: the call that failed, errno's text, what it means. */
noreturn void fail(const char *call);

/* Ends the program when getaddrinfo() cannot; never returns NULL. */
struct addrinfo *resolve(const char *host, const char *service,
			 const struct options *o);

/* socket() for an address that resolve() gave, or -1 */
int open_socket(const struct addrinfo *a, const struct options *o);

/* ('10.0.0.2', 54001), as Python prints an address */
const char *address_text(const struct sockaddr *a, socklen_t len);

#endif
