// SPDX-License-Identifier: GPL-2.0
/* glass - look into Glass: its connections, its rules, its segments */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <glass/version.h>

#include "table.h"
#include "tool.h"

#define PROC_NET	"/proc/net/glass/"

static const char help[] =
	"usage: glass table [-4|-6] [-l] [-v] [--info|--kill] [--read FILE] [FILTER...]\n"
	"         the connections of this network namespace\n"
	"           -4, -6     IPv4 or IPv6 only\n"
	"           -l         listening sockets only\n"
	"           -v         say where the rows come from\n"
	"           --info     what each knows of its path, and what it holds\n"
	"           --kill     end those that the filter names, and show them\n"
	"           FILTER     state NAME, sport = :PORT, dport = :PORT,\n"
	"                      src = ADDRESS[/BITS], dst = ADDRESS[/BITS]\n"
	"       glass rules [-a] [--read FILE]\n"
	"         the rules that decided something here, and how often\n"
	"           -a         those that did not, too\n"
	"       glass watch [OPTION...]\n"
	"         every segment as an arrow, as it happens, with its reasons;\n"
	"         on a terminal states, windows, timers and queues beside it\n"
	"           --port P      only from or to this port\n"
	"           --netns all   every network namespace (so it is without)\n"
	"           --netns self  only what this one records\n"
	"           --count N     end after N segments\n"
	"           --timeout S   end after S seconds; an error if N are not there\n"
	"           --brief       arrows without reasons\n"
	"           --lines       on a terminal, too, arrow by arrow, as with the last four\n"
	"       glass record [OPTION...] FILE [-- COMMAND [ARGUMENT...]]\n"
	"         every segment, the state of its end, what it decided, into a file,\n"
	"         until the command has ended, or until a signal; - is the output\n"
	"           --port P      only from or to this port\n"
	"           --netns all   every network namespace (so it is without)\n"
	"           --netns self  only what this one records\n"
	"       glass replay [OPTION...] FILE\n"
	"         such a file drawn as glass watch draws; - is the input\n"
	"           --speed X        as fast as it was, X times (2, 0.5)\n"
	"           --connection N   only the Nth that the file tells of\n"
	"           --brief          arrows without reasons\n"
	"           --lines          on a terminal, too, arrow by arrow\n"
	"           --html OUT       a page to scrub through, in a file of its own\n"
	"           --pcapng OUT     packets for Wireshark, with -d ip.proto==253,tcp\n"
	"           --script OUT     one connection as a packet script\n"
	"           --end left|right the end that it tests; else the one that opened\n"
	"       glass explain [OPTION...] [FILE|HEX...|-]\n"
	"         a segment octet by octet: of a recording or a capture, or in hex\n"
	"           --connection N   of a recording: only this one's\n"
	"           --segment N      only the Nth\n"
	"       glass why [PORT]\n"
	"         what went wrong in this network namespace, in all connections together\n"
	"           PORT       show those that have it now, above\n"
	"       glass why --read FILE [CONNECTION|--last]\n"
	"         of a recording: what became of a connection, by which rule, and what to\n"
	"         try; CONNECTION is its number or a port, else it is the last\n"
	"       glass break [WORD...]\n"
	"         which segment that arrives here is to go wrong: glass break drop\n"
	"         the 2nd SYN/ACK; or which end is to: freeze, forget; release, replay,\n"
	"         thaw, repair; without words, what was asked for\n"
	"       glass run [-b] [-q] PROGRAM [ARGUMENT...]\n"
	"         the program with Glass where it asks for TCP\n"
	"           -b         by BPF, whatever the program: for its children's sake\n"
	"           -q         do not say which way that is done\n"
	"       glass gateway [--port P] DEVICE...\n"
	"         who speaks TCP behind these devices speaks with Glass: TCP's segments\n"
	"         that arrive become Glass', and Glass' that leave TCP's\n"
	"           --port P   only from or to this port\n"
	"       glass gateway --off DEVICE...\n"
	"         take that back\n"
	"       glass lab [list | start N [FILE] | run N [OPTION...] | check N [FILE]\n"
	"                 | build [NAME [DIR]] | test NAME [DIR] | shell [KERNEL]]\n"
	"         predict, run, compare, explain: Documentation/labs, in Glass' source\n"
	"           --scene FILE  a scene of one's own\n"
	"           --with PATCH  a Glass that is changed by a patch\n"
	"       glass doctor [--root DIR] [HOST [PORT]]\n"
	"         is all there that Glass needs, and what to do if not\n"
	"           --root DIR    ask the files below DIR, not this machine\n"
	"           HOST          does protocol 253 reach it? PORT: else 54321\n"
	"       glass --version\n";

int usage(void)
{
	fputs(help, stderr);
	return 2;
}

static const struct option table_options[] = {
	{ "read", required_argument, NULL, 'r' },
	{ "info", no_argument, NULL, 'i' },
	{ "kill", no_argument, NULL, 'K' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static int table_main(int argc, char **argv)
{
	struct table_options o = { .family = AF_UNSPEC };
	int opt;

	while ((opt = getopt_long(argc, argv, "+46lv", table_options, NULL)) != -1) {
		if (opt == '4')
			o.family = AF_INET;
		else if (opt == '6')
			o.family = AF_INET6;
		else if (opt == 'l')
			o.filter.states = 1u << TCB_LISTEN;
		else if (opt == 'r')
			o.path = optarg;
		else if (opt == 'i')
			o.info = true;
		else if (opt == 'K')
			o.kill = true;
		else if (opt == 'v')
			o.verbose = true;
		else
			return usage();
	}
	if (!filter_parse(&o.filter, argv + optind))
		return 2;
	if (!o.kill)
		return table(&o);
	if (o.path || optind == argc) {
		fputs("glass: --kill wants a filter, and no file\n", stderr);
		return 2;
	}
	return table(&o);
}

static const struct option rules_options[] = {
	{ "read", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static int rules_main(int argc, char **argv)
{
	const char *path = PROC_NET "rules";
	bool all = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "a", rules_options, NULL)) != -1) {
		if (opt == 'a')
			all = true;
		else if (opt == 'r')
			path = optarg;
		else
			return usage();
	}
	return optind < argc ? usage() : show_rules(path, all);
}

static int run_main(int argc, char **argv)
{
	bool bpf = false, quiet = false;
	int opt;

	/* "+": what follows the program is its own */
	while ((opt = getopt(argc, argv, "+bq")) != -1) {
		switch (opt) {
		case 'b':
			bpf = true;
			break;
		case 'q':
			quiet = true;
			break;
		default:
			return usage();
		}
	}
	return optind < argc ? run_program(argv + optind, bpf, quiet) : usage();
}

static const struct option doctor_options[] = {
	{ "root", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static int doctor_main(int argc, char **argv)
{
	const char *root = NULL, *host, *port = "54321";
	int opt;

	while ((opt = getopt_long(argc, argv, "", doctor_options, NULL)) != -1) {
		if (opt != 'r')
			return usage();
		root = optarg;
	}
	if (argc - optind > 2)
		return usage();
	host = argv[optind];	/* NULL after the last */
	if (argc - optind == 2)
		port = argv[optind + 1];
	return doctor(root, host, port);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "table"))
		return table_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "rules"))
		return rules_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "watch"))
		return watch_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "record"))
		return record_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "replay"))
		return replay_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "explain"))
		return explain_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "why"))
		return why_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "break"))
		return break_words(argv + 2);
	if (!strcmp(argv[1], "run"))
		return run_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "gateway"))
		return gateway_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "lab"))
		return lab_run(argv);
	if (!strcmp(argv[1], "doctor"))
		return doctor_main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "--version")) {
		puts("glass " GLASS_VERSION);
		return 0;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		fputs(help, stdout);
		return 0;
	}
	return usage();
}
