#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Inside the guest of shell.sh, at its terminal: hosts.sh's hosts, the module, and a
# window of tmux for each host and for the guest, from where all are seen. When the
# guest's window ends all ends.
#   shell-guest.sh PATH/glass.ko
set -euo pipefail

module=$1
top=$(cd "$(dirname "$0")/.." && pwd)
hosts=(guest server client1 client2 client3)
work=$(mktemp -d)
export PATH=$top/.build/userspace:$top/userspace/examples:$PATH
export PYTHONDONTWRITEBYTECODE=1

mux() { tmux -L shell -f /dev/null "$@"; }

# What each shell begins with; names as the documentation's prompts have them
startup() {
	cat <<-END
		PS1='\h# '
		shopt -s checkwinsize
		unset HISTFILE
		. "$top/userspace/completion/glass.sh"
		cd "\$GLASS_OUT"
	END
}

greeting() {
	cat <<-'END'
		Glass, on four hosts. A window each: F1 guest, F2 server, F3 client1, F4 client2, F5 client3.
		  1. F1: glass watch             2. F2: glass-server        3. F3: glass-client -4 server 54321
		  Break it, in F3: glass break "drop the 1st SYN/ACK", and connect again; then glass why
		Files that are written here stay, in .build/shell of the clone. "exit" in this window ends it all.
	END
}

# shell_of HOST: the command of its window; who ends a host's shell gets another
shell_of() {
	local bash="bash --rcfile $work/startup"
	case $1 in
	guest) echo "hostname guest; cat $work/greeting; $bash; tmux -L shell kill-server" ;;
	*) echo "while :; do $top/scripts/net/on.sh $1 $bash; clear; done" ;;
	esac
}

# A window's key is its place.
windows() {
	local n
	mux new-session -d -s glass -n guest "$(shell_of guest)"
	for n in 1 2 3 4; do
		mux new-window -d -t glass:"$n" -n "${hosts[n]}" "$(shell_of "${hosts[n]}")"
	done
	for n in 0 1 2 3 4; do
		mux bind-key -n "F$((n + 1))" select-window -t glass:"$n"
	done
	mux set-option -g mouse on
	mux set-option -g status-left ''
	mux set-option -g status-right ''
	mux set-option -g window-status-format ' F#{e|+:#I,1} #W '
	mux set-option -g window-status-current-format '[F#{e|+:#I,1} #W]'
}

# What was begun in the windows ends, also in the background: all that is of another
# session than this script and init, or the kernel. Connections in TIME-WAIT or the
# like go with their namespaces.
end() {
	# who ends by himself meanwhile is no matter
	ps -eo pid=,sess= | awk -v own="$(ps -o sess= -p $$)" -v init="$(ps -o sess= -p 1)" \
		'$2 && $2 != own + 0 && $2 != init + 0 { print $1 }' | xargs -r kill -KILL || true
	"$top/scripts/net/hosts.sh" down
	for _ in {1..100}; do
		rmmod glass 2>/dev/null && return
		sleep 0.1
	done
	echo "shell: the module is still in use" >&2
	return 1
}

export GLASS_OUT
startup >"$work/startup"
greeting >"$work/greeting"
"$top/scripts/net/hosts.sh" up
insmod "$module"
windows
mux attach-session -t glass || true
end
