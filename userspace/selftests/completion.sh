#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What bash offers to complete a line that begins with "glass". Run by
# scripts/selftests-guest.sh.
PATH=$GLASS_TOP/.build/userspace:$PATH
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"
# shellcheck source=userspace/completion/glass.sh
. "$GLASS_TOP/userspace/completion/glass.sh"

# offers "LINE" WORD...: these and no others, whatever their order
offers() {
	local line=$1 got
	shift
	read -ra COMP_WORDS <<<"$line"
	[ "${line% }" = "$line" ] || COMP_WORDS+=("")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_glass
	got=$(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | paste -sd ' ')
	[ "$got" = "$*" ]
	verdict $? "\"$line\": ${*:-nothing}"
	[ "$got" = "$*" ] || echo "# $got"
}

# Is this among what is offered?
among() {
	offers "$1" "$2" >/dev/null
	tests=$((tests - 1))
	printf '%s\n' "${COMPREPLY[@]}" | grep -qx -- "$2"
	verdict $? "\"$1\": $2, among others"
}

echo "TAP version 13"
complete -p glass | grep -q "_glass glass$"
verdict $? "bash knows whom to ask"
among "glass " table
among "glass " doctor
offers "glass ta" table
offers "glass do" doctor
offers "glass --v" --version
offers "glass table -" --info --kill --read -4 -6 -l -v
offers "glass rules --" --read
offers "glass watch --c" --count
offers "glass watch --netns " all self
offers "glass watch --port "
offers "glass doctor --r" --root
offers "glass gateway --" --off --port
offers "glass gateway --port "
offers "glass gateway l" lo
offers "glass lab " --scene --with build check list run shell start test
offers "glass lab ch" check
offers "glass lab run 1 --scene /proc/vers" /proc/version
offers "glass run -" -b -q
among "glass run ba" bash
among "glass run -q ba" bash
offers "glass run -q cat /proc/vers" /proc/version
offers "glass table --read /proc/vers" /proc/version
offers "glass doctor --root /proc/sys/ker" /proc/sys/kernel
offers "glass replay --end " left right
offers "glass replay --html /proc/vers" /proc/version
offers "glass replay /proc/vers" /proc/version
offers "glass record --port "
offers "glass record /proc/vers" /proc/version
among "glass record /tmp/run -- ba" bash
offers "glass record /tmp/run -- cat /proc/vers" /proc/version
offers "glass explain --s" --segment
offers "glass break fr" freeze from
offers "glass break drop the SYN" SYN SYN/ACK
offers "glass break re" release reorder repair replay
offers "glass break drop 2"
offers "glass why --" --last --read

# Every option that the help names is offered, of every subcommand.
for command in $(_glass_words '' | grep -v ^-); do
	for word in $(_glass_words "$command"); do
		among "glass $command $word" "$word"
	done
done
[ "$(_glass_words replay | wc -l)" -ge 7 ]
verdict $? "the help was read to its end"
echo "1..$tests"
