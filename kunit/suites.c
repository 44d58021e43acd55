// SPDX-License-Identifier: GPL-2.0
/*
 * The pure suites, in the order in which a reader would want them to fail:
 * what the others stand on comes first.
 */
#include "suites.h"

/* What is a module of its own, in a kernel, is tested as a program alone */
#ifdef __KERNEL__
#define MODULES
#else
#define MODULES	, &glass_dctcp, &glass_bbr
#endif

kunit_test_suites(&glass_seq, &glass_segment, &glass_option, &glass_state,
		  &glass_reassembly, &glass_rtt, &glass_handshake,
		  &glass_syn_sent, &glass_syn_received, &glass_sequence,
		  &glass_reset, &glass_ack, &glass_text, &glass_closing,
		  &glass_backlog, &glass_cookies, &glass_timewait,
		  &glass_output, &glass_window, &glass_drs, &glass_persist,
		  &glass_timer, &glass_recovery, &glass_path_mss, &glass_mtu_probe,
		  &glass_mtu_lost, &glass_scoreboard, &glass_rack, &glass_tlp,
		  &glass_prr, &glass_undo, &glass_reno, &glass_cong,
		  &glass_cubic, &glass_hystart, &glass_ecn, &glass_pace,
		  &glass_timestamp, &glass_sack, &glass_transfer, &glass_fuzz,
		  &glass_shrink, &glass_challenge, &glass_defer,
		  &glass_keepalives, &glass_urgent, &glass_patience,
		  &glass_stuck, &glass_nagle, &glass_fastopen,
		  &glass_fastopen_listen MODULES);
