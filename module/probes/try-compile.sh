#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Which kernel is this? Compile each probe; write a header that says which did.
#
#	try-compile.sh PROBES OUTPUT COMPILER ARGS...
#
# PROBES/proto_accept_arg.c that compiles becomes GLASS_HAVE_PROTO_ACCEPT_ARG 1.
set -eu

probes=$1
output=$2
shift 2

{
	echo "/* SPDX-License-Identifier: GPL-2.0 */"
	echo "/* Written by module/probes/try-compile.sh; what each means: compat.h */"
	for probe in "$probes"/*.c; do
		name=$(basename "$probe" .c | tr '[:lower:]' '[:upper:]')
		works=0
		if "$@" -Werror -fsyntax-only "$probe" 2>/dev/null; then
			works=1
		fi
		echo "#define GLASS_HAVE_$name $works"
	done
} > "$output.tmp"
mv "$output.tmp" "$output"
