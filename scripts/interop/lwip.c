// SPDX-License-Identifier: GPL-2.0
/*
 * A host of its own with lwIP for its TCP, on a tap device that is there already:
 *	lwip DEVICE IPV4 IPV6
 * The prefixes are /24 and /64. It does what its input tells it, a line each, and
 * answers each with a line; the verbs stand in ends.py.
 *
 * The driver is our own: the library's (tapif, of Debian's 2.1.3) writes behind
 * the end of its buffers when a packet has more than some 590 octets.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include <lwip/api.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>
#include <lwip/sockets.h>
#include <lwip/priv/sockets_priv.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>
#include <netif/etharp.h>

#define PIECE	16384
#define MTU	1500
#define FRAME	(MTU + 14)

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static struct netif device;
static int tap;
static int listener = -1, connection = -1;

static void ok(void)
{
	puts("ok");
}

static void error(void)
{
	printf("error %s\n", strerrorname_np(errno));
}

/* The length of @to, 0 if @text is no address */
static socklen_t address(union address *to, const char *text, int port)
{
	memset(to, 0, sizeof(*to));
	if (lwip_inet_pton(AF_INET, text, &to->v4.sin_addr) == 1) {
		to->any.sa_family = AF_INET;
		to->v4.sin_port = htons(port);
		return sizeof(to->v4);
	}
	to->any.sa_family = AF_INET6;
	to->v6.sin6_port = htons(port);
	return lwip_inet_pton(AF_INET6, text, &to->v6.sin6_addr) == 1 ? sizeof(to->v6) : 0;
}

static void hang_up(int *s)
{
	if (*s >= 0)
		lwip_close(*s);
	*s = -1;
}

static void begin_listening(const char *text, int port)
{
	union address a;
	socklen_t len = address(&a, text, port);
	int one = 1;

	hang_up(&listener);
	listener = lwip_socket(a.any.sa_family, SOCK_STREAM, 0);
	lwip_setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (listener < 0 || lwip_bind(listener, &a.any, len) || lwip_listen(listener, 5))
		error();
	else
		ok();
}

static void take_one(void)
{
	hang_up(&connection);
	connection = lwip_accept(listener, NULL, NULL);
	if (connection < 0)
		error();
	else
		ok();
}

static void open_one(const char *text, int port)
{
	union address a;
	socklen_t len = address(&a, text, port);

	hang_up(&connection);
	connection = lwip_socket(a.any.sa_family, SOCK_STREAM, 0);
	if (connection >= 0 && !lwip_connect(connection, &a.any, len)) {
		ok();
		return;
	}
	error();
	hang_up(&connection);
}

/* As many octets of @from as go into the connection now: none left, the end */
static ssize_t give(FILE *from)
{
	char piece[PIECE];
	size_t n = fread(piece, 1, sizeof(piece), from);
	ssize_t sent = 0;

	if (!n)
		return 0;
	sent = lwip_send(connection, piece, n, MSG_DONTWAIT);
	if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		return -1;
	if (sent < 0)
		sent = 0;
	fseek(from, sent - (long)n, SEEK_CUR);
	return 1;
}

/* Until what is to be sent is sent, and as much as @wanted (0: all) was received */
static void exchange(const char *in, const char *out, long wanted)
{
	FILE *from = strcmp(in, "-") ? fopen(in, "r") : NULL;
	FILE *to = strcmp(out, "-") ? fopen(out, "w") : NULL;
	bool sending = from, receiving = to;
	long received = 0;
	char piece[PIECE];
	int failed;
	ssize_t n = 0;

	while (n >= 0 && (sending || receiving)) {
		struct pollfd p = { .fd = connection, .events = (sending ? POLLOUT : 0) |
				    (receiving ? POLLIN : 0) };

		lwip_poll(&p, 1, -1);
		if (receiving && p.revents & (POLLIN | POLLERR | POLLHUP)) {
			n = lwip_recv(connection, piece, sizeof(piece), MSG_DONTWAIT);
			if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
				n = 1;
			else if (n >= 0)
				received += fwrite(piece, 1, n, to);
			receiving = n > 0 && (!wanted || received < wanted);
		}
		if (n >= 0 && sending && p.revents & (POLLOUT | POLLERR)) {
			n = give(from);
			sending = n > 0;
		}
	}
	failed = n < 0 ? errno : 0;
	if (from)
		fclose(from);
	if (to)
		fclose(to);
	/* whoever hears that may look at the file */
	errno = failed;
	if (failed)
		error();
	else
		printf("ok %ld\n", received);
}

static void finish(void)
{
	if (lwip_shutdown(connection, SHUT_WR))
		error();
	else
		ok();
}

/* SO_LINGER does this in lwIP only while text is under way */
static void abort_it(void)
{
	struct lwip_sock *s = lwip_socket_dbg_get_socket(connection);

	LOCK_TCPIP_CORE();
	if (s && s->conn->pcb.tcp)
		tcp_abort(s->conn->pcb.tcp);
	UNLOCK_TCPIP_CORE();
	hang_up(&connection);
	ok();
}

static void obey(char *line)
{
	char verb[16] = "", a[256] = "-", b[256] = "-";
	long n = 0;

	if (sscanf(line, "exchange %255s %255s %ld", a, b, &n) == 3) {
		exchange(a, b, n);
		return;
	}
	if (sscanf(line, "%15s %255s %ld", verb, a, &n) < 1)
		return;
	if (!strcmp(verb, "listen")) {
		begin_listening(a, n);
	} else if (!strcmp(verb, "accept")) {
		take_one();
	} else if (!strcmp(verb, "connect")) {
		open_one(a, n);
	} else if (!strcmp(verb, "finish")) {
		finish();
	} else if (!strcmp(verb, "close")) {
		hang_up(&connection);
		ok();
	} else if (!strcmp(verb, "deaf")) {
		hang_up(&listener);
		ok();
	} else if (!strcmp(verb, "abort")) {
		abort_it();
	} else {
		puts("error verb");
	}
}

/* What the stack sends, with its thread */
static err_t transmit(struct netif *n, struct pbuf *p)
{
	char frame[FRAME];
	u16_t octets = pbuf_copy_partial(p, frame, sizeof(frame), 0);

	(void)n;
	return p->tot_len == octets && write(tap, frame, octets) == octets ? ERR_OK : ERR_IF;
}

/* What arrives, in a thread of its own */
static void receive(void *to)
{
	struct netif *n = to;
	char frame[FRAME];
	struct pbuf *p;
	ssize_t octets;

	for (;;) {
		octets = read(tap, frame, sizeof(frame));
		p = octets > 0 ? pbuf_alloc(PBUF_RAW, octets, PBUF_RAM) : NULL;
		if (!p)
			continue;
		pbuf_take(p, frame, octets);
		if (n->input(p, n) != ERR_OK)
			pbuf_free(p);
	}
}

static err_t begin_device(struct netif *n)
{
	static const u8_t address[] = { 2, 0, 0, 0, 0, 12 };

	memcpy(n->hwaddr, address, sizeof(address));
	n->hwaddr_len = sizeof(address);
	n->name[0] = 't';
	n->name[1] = 'p';
	n->mtu = MTU;
	n->output = etharp_output;
	n->output_ip6 = ethip6_output;
	n->linkoutput = transmit;
	n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		   NETIF_FLAG_MLD6;
	sys_thread_new("tap", receive, n, DEFAULT_THREAD_STACKSIZE, DEFAULT_THREAD_PRIO);
	return ERR_OK;
}

static void open_tap(const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	tap = open("/dev/net/tun", O_RDWR);
	if (tap >= 0 && !ioctl(tap, TUNSETIFF, &r))
		return;
	perror(name);
	exit(1);
}

static void set_up(const char *v4, const char *v6)
{
	ip4_addr_t address, mask, none = { 0 };
	ip6_addr_t address6;

	if (!ip4addr_aton(v4, &address) || !ip6addr_aton(v6, &address6))
		exit(2);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	LOCK_TCPIP_CORE();
	if (!netif_add(&device, &address, &mask, &none, NULL, begin_device, tcpip_input))
		exit(1);
	netif_set_default(&device);
	netif_create_ip6_linklocal_address(&device, 1);
	netif_ip6_addr_set(&device, 1, &address6);
	netif_ip6_addr_set_state(&device, 0, IP6_ADDR_PREFERRED);
	netif_ip6_addr_set_state(&device, 1, IP6_ADDR_PREFERRED);
	netif_set_up(&device);
	netif_set_link_up(&device);
	UNLOCK_TCPIP_CORE();
}

int main(int argc, char **argv)
{
	char line[1024];

	if (argc != 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	open_tap(argv[1]);
	tcpip_init(NULL, NULL);
	set_up(argv[2], argv[3]);
	ok();
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	/* the stack's threads end with us */
	_exit(0);
}
