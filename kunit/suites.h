/* SPDX-License-Identifier: GPL-2.0 */
/* The suites, one per concern; suites.c registers them all. */
#ifndef GLASS_KUNIT_SUITES_H
#define GLASS_KUNIT_SUITES_H

#include <kunit/test.h>

/* A test that runs once with each set of initial sequence numbers */
#define SCRIPT_CASE(test) KUNIT_CASE_PARAM(test, isn_gen_params)

extern struct kunit_suite glass_seq;
extern struct kunit_suite glass_segment;
extern struct kunit_suite glass_option;
extern struct kunit_suite glass_state;
extern struct kunit_suite glass_reassembly;
extern struct kunit_suite glass_rtt;
extern struct kunit_suite glass_handshake;
extern struct kunit_suite glass_syn_sent;
extern struct kunit_suite glass_syn_received;
extern struct kunit_suite glass_sequence;
extern struct kunit_suite glass_reset;
extern struct kunit_suite glass_ack;
extern struct kunit_suite glass_text;
extern struct kunit_suite glass_closing;
extern struct kunit_suite glass_defer;
extern struct kunit_suite glass_backlog;
extern struct kunit_suite glass_cookies;
extern struct kunit_suite glass_fastopen;
extern struct kunit_suite glass_fastopen_listen;
extern struct kunit_suite glass_challenge;
extern struct kunit_suite glass_timewait;
extern struct kunit_suite glass_output;
extern struct kunit_suite glass_window;
extern struct kunit_suite glass_drs;
extern struct kunit_suite glass_persist;
extern struct kunit_suite glass_shrink;
extern struct kunit_suite glass_timer;
extern struct kunit_suite glass_keepalives;
extern struct kunit_suite glass_urgent;
extern struct kunit_suite glass_nagle;
extern struct kunit_suite glass_patience;
extern struct kunit_suite glass_stuck;
extern struct kunit_suite glass_recovery;
extern struct kunit_suite glass_path_mss;
extern struct kunit_suite glass_mtu_probe;
extern struct kunit_suite glass_mtu_lost;
extern struct kunit_suite glass_scoreboard;
extern struct kunit_suite glass_rack;
extern struct kunit_suite glass_tlp;
extern struct kunit_suite glass_prr;
extern struct kunit_suite glass_undo;
extern struct kunit_suite glass_reno;
extern struct kunit_suite glass_cong;
extern struct kunit_suite glass_pace;
extern struct kunit_suite glass_dctcp;
extern struct kunit_suite glass_bbr;
extern struct kunit_suite glass_ecn;
extern struct kunit_suite glass_cubic;
extern struct kunit_suite glass_hystart;
extern struct kunit_suite glass_timestamp;
extern struct kunit_suite glass_sack;
extern struct kunit_suite glass_transfer;
extern struct kunit_suite glass_fuzz;

#endif
