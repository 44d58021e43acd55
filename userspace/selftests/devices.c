// SPDX-License-Identifier: GPL-2.0
/*
 * Large segments over a bridge, and over two tap devices that a program joins:
 * it sees what a NIC would be given.
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "selftest.h"
#include "sha.h"

#define LEN 600000
#define FRAME_MAX 1514	/* octets, MTU 1500 and an Ethernet header */

/* What the program between the taps saw, shared with it */
struct seen {
	long frames;
	long largest;
	long to_cut;	/* left to the device, as TCP's */
};

struct wire {
	int near;
	int far;
	bool header;
	struct seen *seen;
};

/* A tap device; with @header it says that it can cut what is TCP's */
static int tap(const char *name, bool header)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | (header ? IFF_VNET_HDR : 0),
	};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	must(fd >= 0);
	strcpy(ifr.ifr_name, name);
	must_be(ioctl(fd, TUNSETIFF, &ifr), 0);
	if (header)
		must_be(ioctl(fd, TUNSETOFFLOAD,
			      TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6), 0);
	return fd;
}

static void carry(struct wire *w, int from, int to)
{
	static char frame[70000];
	ssize_t n = read(from, frame, sizeof(frame));
	struct virtio_net_hdr *h = (void *)frame;
	long len;

	must(n > 0);
	len = n - (w->header ? (long)sizeof(*h) : 0);
	w->seen->frames++;
	if (len > w->seen->largest)
		w->seen->largest = len;
	if (w->header && h->gso_type != VIRTIO_NET_HDR_GSO_NONE)
		w->seen->to_cut++;
	must_be(write(to, frame, n), n);
}

static void carry_all(void *arg)
{
	struct wire *w = arg;
	struct pollfd p[2] = {
		{ .fd = w->near, .events = POLLIN },
		{ .fd = w->far, .events = POLLIN },
	};

	for (;;) {
		must(poll(p, 2, -1) > 0);
		if (p[0].revents)
			carry(w, w->near, w->far);
		if (p[1].revents)
			carry(w, w->far, w->near);
	}
}

/* As link_open(), but for the cable */
static pid_t taps_open(struct link *l, struct wire *w)
{
	netns_own();
	l->near = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	l->far = netns_new();
	w->seen = mmap(NULL, sizeof(*w->seen), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(w->seen != MAP_FAILED);
	w->near = tap("near0", w->header);
	link_configure("near0", 1, 1, 2);
	netns_enter(l->far);
	w->far = tap("far0", w->header);
	link_configure("far0", 1, 2, 1);
	netns_enter(l->near);
	return spawn(carry_all, w);
}

struct flow {
	int fd;
};

static void send_flow(void *arg)
{
	struct flow *f = arg;

	pattern_send(f->fd, LEN, 0, LEN);
}

/* So many octets each way, their SHA-256 as it must be */
static void both_ways(struct pair *p)
{
	char right[SHA_TEXT], got[SHA_TEXT];
	struct flow f;
	pid_t sender;
	int i;

	sha_pattern(right, LEN, 0);
	for (i = 0; i < 2; i++) {
		f.fd = i ? p->s : p->c;
		sender = spawn(send_flow, &f);
		sha_read(got, i ? p->c : p->s, LEN);
		reap(sender);
		must(!strcmp(right, got));
	}
	note("SHA-256 %s both ways", got);
}

static void over_taps(const struct kind *k, bool header)
{
	struct wire w = { .header = header };
	struct link l;
	struct pair p;

	taps_open(&l, &w);
	link_pair(k, &l, &p);
	both_ways(&p);
	/* the wire ends with this process, before a FIN was acknowledged */
	pair_abort(&p);
	note("%ld frames, the largest of %ld octets, %ld for the device to cut",
	     w.seen->frames, w.seen->largest, w.seen->to_cut);
	if (k->glass || !header) {
		must_be(w.seen->to_cut, 0);
		must(w.seen->largest <= FRAME_MAX);
		must(w.seen->frames > 2 * LEN / 1448);
	} else {
		/* what must not happen to Glass is seen to happen to TCP */
		must(w.seen->to_cut > 0);
		must(w.seen->largest > FRAME_MAX);
	}
}

static void tap_plain(const struct kind *k)
{
	over_taps(k, false);
}

/* The device says that it cuts TCP's segments: it is never given ours. */
static void tap_that_cuts(const struct kind *k)
{
	over_taps(k, true);
}

/* near0 - bridge - far0; the far port may be one that must have frames */
static void over_bridge(const struct kind *k, bool cut)
{
	struct link l;
	struct pair p;
	long before, frames;

	if (access("/sys/module/bridge", F_OK))
		skip("no bridge in this kernel");
	netns_own();
	l.near = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	l.far = netns_new();
	command("ip link add near0 type veth peer name port1");
	command("ip link add port2 type veth peer name far0 netns /proc/%d/fd/%d",
		getpid(), l.far);
	command("ip link add br0 type bridge");
	command("ip link set port1 master br0 up && ip link set port2 master br0 up");
	command("ip link set br0 up");
	if (cut)
		command("ip link set port2 gso_max_segs 1");
	link_configure("near0", 1, 1, 2);
	netns_enter(l.far);
	link_configure("far0", 1, 2, 1);
	netns_enter(l.near);
	link_pair(k, &l, &p);
	before = packets_on("port2");
	both_ways(&p);
	frames = packets_on("port2") - before;
	note("%ld frames to the far host", frames);
	must(cut ? frames >= LEN / 1448 : frames < 400);
}

static void bridge_whole(const struct kind *k)
{
	over_bridge(k, false);
}

static void bridge_cut(const struct kind *k)
{
	over_bridge(k, true);
}

/* One end of the VM's own cable, from the guest to the present netns or back */
static void take_card(const char *card, const char *name)
{
	command("nsenter -t 1 -n ip link set %s name %s netns %d", card, name,
		getpid());
}

static void give_card(const char *name, const char *card)
{
	command("ip link set %s down && ip link set %s name %s netns 1", name,
		name, card);
}

/*
 * Two virtio cards of the VM, at one hub of its host. There is one pair: one
 * test after the other.
 */
static void virtio_cards(const struct kind *k)
{
	const struct kind *both[] = { &kinds[GLASS4], &kinds[GLASS6] };
	struct link l;
	struct pair p;
	size_t i;

	if (access("/sys/class/net/eth0", F_OK) ||
	    access("/sys/class/net/eth1", F_OK))
		skip("no cards in this VM");
	must(k);
	for (i = 0; i < 2; i++) {
		netns_own();
		l.near = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		l.far = netns_new();
		take_card("eth0", "near0");
		link_configure("near0", 1, 1, 2);
		netns_enter(l.far);
		take_card("eth1", "far0");
		link_configure("far0", 1, 2, 1);
		netns_enter(l.near);
		link_pair(both[i], &l, &p);
		note("%s", both[i]->name);
		both_ways(&p);
		pair_abort(&p);
		give_card("near0", "eth0");
		netns_enter(l.far);
		give_card("far0", "eth1");
	}
}

static const struct test tests[] = {
	TEST_FLAGS(virtio_cards, ONCE),
	TEST(tap_plain),
	TEST(tap_that_cuts),
	TEST(bridge_whole),
	TEST(bridge_cut),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
