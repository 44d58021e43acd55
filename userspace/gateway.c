// SPDX-License-Identifier: GPL-2.0
/*
 * glass gateway DEVICE...: a BPF program on what arrives by a device and another
 * on what leaves by it (tc's clsact), which make TCP of Glass and Glass of TCP.
 * The kernel keeps them; this process ends.
 *
 * What has to be known to take them away stands with them: the number (handle)
 * of the filter says which offloads were turned off, and whether the clsact is
 * ours, too.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "gateway.h"
#include "tool.h"

#define PRIORITY	253	/* others' filters have theirs before or after */
#define HANDLE		0x100	/* and the bits of what to restore */
#define OWN_CLSACT	8
#define HANDLE_BITS	16

struct gateway {
	const char *device;
	int ifindex;
	bool ethernet;
	struct bpf_tc_hook hook;
};

static bool refuse(const struct gateway *g, const char *what, const char *why)
{
	fprintf(stderr, "glass gateway: %s: %s%s%s\n", g->device, what, why ? ": " : "",
		why ? why : "");
	return false;
}

static const char *reason(int error)
{
	return error == EPERM ? "that is for root (CAP_NET_ADMIN, CAP_BPF, CAP_SYS_ADMIN)" :
				strerror(error);
}

/* Is the program of this number one of ours? An error, if it may not be asked */
static int is_ours(unsigned int id)
{
	struct bpf_prog_info info = { };
	unsigned int size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id), ours;

	if (fd < 0)
		return -errno;
	ours = !bpf_obj_get_info_by_fd(fd, &info, &size) &&
	       !strcmp(info.name, "glass_gateway");
	close(fd);
	return ours;
}

/* The number of our filter there, 0 if there is none, or -EPERM */
static int find(struct gateway *g, enum bpf_tc_attach_point point)
{
	unsigned int bits;
	int ours;

	g->hook.attach_point = point;
	for (bits = 0; bits < HANDLE_BITS; bits++) {
		LIBBPF_OPTS(bpf_tc_opts, filter, .handle = HANDLE | bits,
			    .priority = PRIORITY);

		if (bpf_tc_query(&g->hook, &filter))
			continue;
		ours = is_ours(filter.prog_id);
		if (ours == -EPERM)
			return ours;
		if (ours > 0)
			return HANDLE | bits;
	}
	return 0;
}

/* Both; false if that may not be known, which is said */
static bool find_both(struct gateway *g, int *arriving, int *leaving)
{
	*arriving = find(g, BPF_TC_INGRESS);
	*leaving = find(g, BPF_TC_EGRESS);
	return (*arriving >= 0 && *leaving >= 0) ||
	       refuse(g, "whose its programs are", reason(EPERM));
}

static int put(struct gateway *g, enum bpf_tc_attach_point point, unsigned int handle,
	       int port)
{
	const struct gateway_code what = {
		.ethernet = g->ethernet,
		.arriving = point == BPF_TC_INGRESS,
		.port = port,
	};
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = handle, .priority = PRIORITY,
		    .prog_fd = gateway_load(&what));
	int error = filter.prog_fd < 0 ? -errno : 0;

	if (error)
		return error;
	g->hook.attach_point = point;
	error = bpf_tc_attach(&g->hook, &filter);
	close(filter.prog_fd);
	return error;
}

static bool take(struct gateway *g, enum bpf_tc_attach_point point, unsigned int handle)
{
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = handle, .priority = PRIORITY);

	g->hook.attach_point = point;
	return !handle || !bpf_tc_detach(&g->hook, &filter);
}

/* The clsact, if we have made it and nobody else has put something there since */
static void take_clsact(struct gateway *g)
{
	if (gateway_filters(g->ifindex, true) || gateway_filters(g->ifindex, false))
		return;
	g->hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&g->hook);
}

static bool find_device(struct gateway *g)
{
	const char *why;

	if (!gateway_device(g->device, &g->ethernet, &why))
		return refuse(g, why, NULL);
	g->ifindex = if_nametoindex(g->device);
	g->hook = (struct bpf_tc_hook){ .sz = sizeof(g->hook), .ifindex = g->ifindex };
	return true;
}

/*
 * A device that joins segments as they arrive would give us such as can leave
 * by no other; which of its offloads do so was found in @on, and is off now.
 */
static bool receive_apart(struct gateway *g, unsigned int *on)
{
	unsigned int left, bit;

	/* what has no features joins nothing */
	if (!gateway_offloads(g->device, on))
		return errno == EOPNOTSUPP || refuse(g, "its features", reason(errno));
	if (!*on)
		return true;
	if (!gateway_offloads_set(g->device, *on, false))
		return refuse(g, "its features", reason(errno));
	if (!gateway_offloads(g->device, &left) || !left)
		return true;
	bit = left & -left;
	gateway_offloads_set(g->device, *on, true);
	return refuse(g, gateway_offload_name(bit), "it cannot be turned off");
}

static void tell_offloads(const struct gateway *g, unsigned int which, const char *now)
{
	unsigned int bit;

	for (bit = 1; bit <= RX_ALL; bit <<= 1)
		if (which & bit)
			printf("%s: %s is %s now\n", g->device, gateway_offload_name(bit), now);
}

/* Make it, or find that there is one; @handle then says which */
static int have_clsact(struct gateway *g, unsigned int *handle)
{
	int error;

	g->hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	error = bpf_tc_hook_create(&g->hook);
	if (!error)
		*handle |= OWN_CLSACT;
	return error == -EEXIST && gateway_clsact(g->ifindex) ? 0 : error;
}

/* That of what arrives is there as long as anything is: it says what to restore */
static int put_both(struct gateway *g, unsigned int handle, int port)
{
	int error = put(g, BPF_TC_INGRESS, handle, port);

	if (error)
		return error;
	error = put(g, BPF_TC_EGRESS, HANDLE, port);
	if (error)
		take(g, BPF_TC_INGRESS, handle);
	return error;
}

static bool begin(struct gateway *g, int port)
{
	unsigned int on = 0, handle;
	int arriving, leaving, error;

	if (!find_device(g) || !find_both(g, &arriving, &leaving))
		return false;
	if (arriving || leaving)
		return refuse(g, "it is a gateway already", NULL);
	if (!receive_apart(g, &on))
		return false;
	handle = HANDLE | on;
	error = have_clsact(g, &handle);
	if (!error)
		error = put_both(g, handle, port);
	if (error) {
		if (handle & OWN_CLSACT)
			take_clsact(g);
		if (on)
			gateway_offloads_set(g->device, on, true);
		return refuse(g, "the kernel takes no program for it",
			      error == -EEXIST && !gateway_clsact(g->ifindex) ?
			      "another qdisc is where clsact would be" : reason(-error));
	}
	printf("%s: TCP that arrives is Glass now, Glass that leaves is TCP", g->device);
	if (port)
		printf(", from or to port %d", port);
	putchar('\n');
	tell_offloads(g, on, "off");
	return true;
}

static bool end(struct gateway *g)
{
	int arriving, leaving;
	unsigned int off, now = 0, bit;

	if (!find_device(g) || !find_both(g, &arriving, &leaving))
		return false;
	if (!arriving && !leaving)
		return refuse(g, "it is no gateway", NULL);
	if (!take(g, BPF_TC_EGRESS, leaving))
		return refuse(g, "its programs stay", reason(errno));
	off = arriving & RX_ALL;
	if (off && (!gateway_offloads_set(g->device, off, true) ||
		    !gateway_offloads(g->device, &now)))
		return refuse(g, "its features", reason(errno));
	if (!take(g, BPF_TC_INGRESS, arriving))
		return refuse(g, "its programs stay", reason(errno));
	if (arriving & OWN_CLSACT)
		take_clsact(g);
	printf("%s: TCP is TCP again\n", g->device);
	tell_offloads(g, off & now, "on");
	for (bit = 1; bit <= RX_ALL; bit <<= 1)
		if (off & ~now & bit)
			refuse(g, gateway_offload_name(bit), "it stays off");
	return !(off & ~now);
}

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "off", no_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

/* A decimal number from 1 to 65535, else 0 */
static int port_of(const char *text)
{
	char *end_of;
	long port = strtol(text, &end_of, 10);

	return *end_of || port < 1 || port > 65535 ? 0 : port;
}

/**
 * gateway_main() - glass gateway
 * @argc: how many words
 * @argv: "gateway" and what follows
 *
 * Return: the exit status.
 */
int gateway_main(int argc, char **argv)
{
	bool off = false, well = true;
	int opt, port = 0;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'o')
			off = true;
		else if (opt == 'p')
			port = port_of(optarg);
		else
			return usage();
		if (opt == 'p' && !port) {
			fprintf(stderr, "glass gateway: \"%s\" is no port\n", optarg);
			return 2;
		}
	}
	if (optind == argc || (off && port))
		return usage();
	libbpf_set_print(NULL);
	/* what arrives in one piece is cut by the module */
	if (!off && !glass_is_there("gateway"))
		return 1;
	for (; optind < argc; optind++) {
		struct gateway g = { .device = argv[optind] };

		well &= off ? end(&g) : begin(&g, port);
	}
	return well ? 0 : 1;
}
