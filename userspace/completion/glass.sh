# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash: completes the words of glass(8). What there is to complete, glass itself
# says, in its help; so this is never behind it.

# The subcommands, or the options of one
_glass_words() {
	glass help 2>/dev/null | awk -v of="$1" '
		{ sub(/^usage:/, "      ") }
		/^ +glass / {
			now = $2
			if (of == "")
				print now
		}
		{ gsub(/[][|,]/, " ") }
		of != "" && now == of {
			for (i = 1; i <= NF; i++)
				if ($i ~ /^--?[a-z0-9]/)
					print $i
		}' | sort -u
}

_glass() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]}
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_glass_words '')" -- "$word")
		return
	fi
	case $before in
	--read | --html | --pcapng | --script | --scene | --with) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	--root) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	--netns) mapfile -t COMPREPLY < <(compgen -W "all self" -- "$word") ;;
	--end) mapfile -t COMPREPLY < <(compgen -W "left right" -- "$word") ;;
	--port | --count | --timeout | --connection | --segment | --speed) ;;
	*)
		case $command in
		run) _glass_program ;;
		record) _glass_record ;;
		replay | explain)
			mapfile -t COMPREPLY < <(compgen -W "$(_glass_words "$command")" -A file -- "$word")
			;;
		lab)
			mapfile -t COMPREPLY < <(compgen -W \
				"list start run check build test shell $(_glass_words lab)" -- "$word")
			;;
		break) mapfile -t COMPREPLY < <(compgen -W "$(_glass_break)" -- "$word") ;;
		gateway)
			mapfile -t COMPREPLY < <(compgen -W \
				"$(_glass_words gateway) $(ls /sys/class/net)" -- "$word")
			;;
		doctor) mapfile -t COMPREPLY < <(compgen -W "$(_glass_words doctor)" -A hostname -- "$word") ;;
		*) mapfile -t COMPREPLY < <(compgen -W "$(_glass_words "$command")" -- "$word") ;;
		esac
		;;
	esac
}

# What a sentence of glass break may have, without numbers and what stands for one
_glass_break() {
	glass break help 2>&1 | sed 1d | tr '][|, :' '\n' | grep -E '^([a-z]+|SYN.*|ACK|FIN|RST)$' |
		grep -vx or | sort -u
}

# An argument of the program that is the word of this number
_glass_argument() {
	if declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

# glass run: the program first, then what is that program's own
_glass_program() {
	local first=2
	while [ "$first" -lt "$COMP_CWORD" ] && [[ ${COMP_WORDS[first]} == -* ]]; do
		first=$((first + 1))
	done
	if [ "$first" -lt "$COMP_CWORD" ]; then
		_glass_argument "$first"
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_glass_words run)" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
	fi
}

# glass record: its options and a file, after "--" a command
_glass_record() {
	local at
	for ((at = 2; at < COMP_CWORD; at++)); do
		[ "${COMP_WORDS[at]}" = -- ] || continue
		if [ "$((at + 1))" -lt "$COMP_CWORD" ]; then
			_glass_argument "$((at + 1))"
		else
			mapfile -t COMPREPLY < <(compgen -c -- "$word")
		fi
		return
	done
	mapfile -t COMPREPLY < <(compgen -W "$(_glass_words record)" -A file -- "$word")
}

complete -o filenames -F _glass glass
