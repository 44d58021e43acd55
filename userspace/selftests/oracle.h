/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What TCP answers is right. A case makes calls on a kind of socket and tells
 * what each of them answered; the text it told on TCP and the text it told on
 * Glass, in one boot, must be the same.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <linux/net_tstamp.h>

#include "selftest.h"

/* Each case by the file that holds it; a table ends with an empty row. */
extern const struct test oracle_address[];
extern const struct test oracle_bind[];
extern const struct test oracle_dual[];
extern const struct test oracle_mapped[];
extern const struct test oracle_reuse[];
extern const struct test oracle_reuseport[];
extern const struct test oracle_group[];
extern const struct test oracle_device[];
extern const struct test oracle_foreign[];
extern const struct test oracle_self[];
extern const struct test oracle_connect[];
extern const struct test oracle_listen[];
extern const struct test oracle_backlog[];
extern const struct test oracle_send[];
extern const struct test oracle_recv[];
extern const struct test oracle_close[];
extern const struct test oracle_poll[];
extern const struct test oracle_edge[];
extern const struct test oracle_option[];
extern const struct test oracle_info[];
extern const struct test oracle_congestion[];
extern const struct test oracle_fastopen[];
extern const struct test oracle_signal[];
extern const struct test oracle_keep[];
extern const struct test oracle_urgent[];
extern const struct test oracle_wire[];
extern const struct test oracle_linger[];
extern const struct test oracle_shutdown[];
extern const struct test oracle_errno[];
extern const struct test oracle_lowat[];
extern const struct test oracle_patience[];
extern const struct test oracle_route[];
extern const struct test oracle_error[];
extern const struct test oracle_class[];
extern const struct test oracle_label[];
extern const struct test oracle_extension[];
extern const struct test oracle_scope[];
extern const struct test oracle_stamp[];
extern const struct test oracle_control[];
extern const struct test oracle_vrf[];
extern const struct test oracle_filter[];
extern const struct test oracle_bpf[];
extern const struct test oracle_queue[];
extern const struct test oracle_memory[];
extern const struct test oracle_protocols[];
extern const struct test oracle_sendfile[];
extern const struct test oracle_splice[];
extern const struct test oracle_zerocopy[];

#define ROWS 160

/**
 * struct row - what one row of a table, or a whole case, told
 * @name: of the row, empty where the case has but one
 * @told: what it told
 * @why: the reason why Glass answers otherwise, NULL if it must not
 */
struct row {
	char name[48];
	char told[2048];
	const char *why;
};

struct answer {
	int used;
	struct row rows[ROWS];
};

bool table_same(const struct answer *right, const struct answer *got);
void table_add(const char *test, const char *kind, const struct answer *right,
	       const struct answer *got);
void table_print(const char *title);

void tell_row(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_differs(const char *why);
void tell(const char *what, long answer);
void tell_text(const char *what, const char *text);
void tell_sha(const char *what, int fd, size_t len, size_t from);
void tell_talk(int a, int b);
void tell_close(int c, int s);
void tell_events(const char *what, short events);

void bpf_needed(void);

#define CGROUPS_PATH 24
void cgroups_mount(char dir[CGROUPS_PATH]);

/* oracle_stamp.c: how stamps of what is sent are told, and which there are */
#define TOLD (SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | \
	      SOF_TIMESTAMPING_OPT_TSONLY)
#define ACKED SOF_TIMESTAMPING_TX_ACK
#define LEFT SOF_TIMESTAMPING_TX_SOFTWARE
#define ALL (SOF_TIMESTAMPING_TX_SCHED | LEFT | ACKED)

void tell_sent_acked(int fd);

/* oracle_control.c: sendmsg() with control messages */
size_t control_put(void *at, int level, int type, size_t len,
		   unsigned int value);
long send_control(int fd, size_t len, int flags, void *control, size_t size);
long send_asking(int fd, size_t len, int flags, unsigned int stamps);

/* oracle_zerocopy.c: MSG_ZEROCOPY may be asked for, and the next notice */
void zerocopy_allow(const struct kind *k, int fd);
void zerocopy_tell(int fd);

/* Calls with the arguments that nearly every case uses */
long do_bind(int fd, const struct addr *a);
long do_connect(int fd, const struct addr *a);
long do_accept(int fd);
long do_recv(int fd, size_t len, int flags);
long do_send(int fd, size_t len, int flags);
void send_octet(int fd);
int bind_device(int fd, const char *device);
int listen_at(const struct kind *k, struct addr at, const char *device);
short events_now(int fd);

#endif
