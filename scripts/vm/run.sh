#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs a command in a throwaway guest:
#   run.sh --kernel 6.12|6.1|uml-fast|uml-debug [options] -- COMMAND [ARG...]
# The guest sees the host's files read-only under a file system in memory. The
# command's output and exit status are run.sh's own; 125 means that the guest
# failed, and 1 also that its kernel complained (see check-log.sh).
# With --terminal the command has a terminal in the guest, which is ours until it
# ends; a window that changes its size is followed in User-mode Linux only.
set -euo pipefail
# shellcheck source=scripts/vm/lib.sh
. "$(dirname "$0")/lib.sh"

usage() {
	cat >&2 <<'END'
usage: run.sh --kernel 6.12|6.1|uml-fast|uml-debug [options] -- COMMAND [ARG...]
  --virtual-time       time passes only by waiting (uml-*)
  --icount             count instructions, one CPU, no KVM (6.*)
  --smp N --mem MB     size of the guest (2 CPUs and 1024 MB; uml-* has one CPU)
  --timeout SECONDS    real time for all of it (900)
  --append ARGS        further kernel arguments
  --dir DIR            where the command runs (here)
  --out DIR            host directory that the guest has as $GLASS_OUT
  --log FILE           the guest's kernel log goes there
  --no-log-check       accept any kernel log
  --leaks              fail on what kmemleak finds (uml-debug)
  --terminal           the command is used at this terminal, as long as one likes
  --qemu-arg ARG       one further argument of QEMU (repeatable)
END
	exit 2
}

kernel='' virtual=0 icount=0 smp=2 mem=1024 timeout=900 append='' dir=$PWD out=''
log='' log_check=1 leaks=0 terminal=0 qemu_args=() command=()

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--virtual-time) virtual=1 ;;
		--icount) icount=1 ;;
		--no-log-check) log_check=0 ;;
		--leaks) leaks=1 ;;
		--terminal) terminal=1 timeout=$FOREVER ;;
		--)
			shift
			command=("$@")
			break
			;;
		--kernel | --smp | --mem | --timeout | --append | --dir | --out | --log | --qemu-arg)
			[ $# -ge 2 ] || usage
			parse_value "$1" "$2"
			shift
			;;
		*) usage ;;
		esac
		shift
	done
	[ ${#command[@]} -gt 0 ] || usage
	case $kernel in
	6.1 | 6.12) [ "$virtual$leaks" = 00 ] || usage ;;
	uml-fast | uml-debug) [ "$icount" = 0 ] || usage ;;
	*) usage ;;
	esac
	[ "$leaks" = 0 ] || [ "$kernel" = uml-debug ] || usage
	[ "$terminal" = 0 ] || { [ -t 0 ] && [ -t 1 ]; } || die "--terminal: this is none"
}
FOREVER=31536000

parse_value() {
	case $1 in
	--kernel) kernel=$2 ;;
	--smp) smp=$2 ;;
	--mem) mem=$2 ;;
	--timeout) timeout=$2 ;;
	--append) append=$2 ;;
	--dir) dir=$(cd "$2" && pwd) ;;
	--out) mkdir -p "$2" && out=$(cd "$2" && pwd) ;;
	--log) log=$2 ;;
	--qemu-arg) qemu_args+=("$2") ;;
	esac
}

# What the guest calls the terminal that it is given
terminal_of() {
	case $kernel in
	uml-*) echo /dev/tty0 ;;
	*) echo /dev/ttyS1 ;;
	esac
}

# Starts a guest: COMMAND..., with a file for its errors; either with nothing to
# read, or at a terminal of its own that script(1) keeps between it and ours: what
# the guest does to that is undone when it ends, however it does.
launch() {
	local errors=$1 words
	shift
	if [ "$terminal" = 0 ]; then
		setsid setpriv --pdeathsig KILL "$@" </dev/null >"$errors" 2>&1 &
	else
		printf -v words '%q ' "$@"
		SHELL=/bin/bash setpriv --pdeathsig TERM \
			script -qc "exec $words 2>$(printf %q "$errors")" /dev/null <&3 3<&- &
	fi
	guest=$!
}

# Built once for each version of its source.
helper() {
	local hash path new
	hash=$(sha256sum <"$VM_DIR/helper.c" | cut -c 1-12)
	path=$GLASS_CACHE/helper-$hash
	if [ ! -x "$path" ]; then
		new=$(cache_scratch)
		gcc -O2 -static -s -o "$new/helper" "$VM_DIR/helper.c" || die "cannot build the helper"
		mv "$new/helper" "$path"
		rm -rf "$new"
	fi
	echo "$path"
}

# $job is ours; $job/share the guest sees, and may write.
prepare_job() {
	job=$(mktemp -d "${TMPDIR:-/tmp}/glass-vm.XXXXXX")
	share=$job/share
	mkdir "$share"
	{
		printf 'kernel=%q dir=%q leaks_wanted=%s\n' "$kernel" "$dir" "$leaks"
		[ "$terminal" = 0 ] ||
			printf 'terminal=%q type=%q size=%q\n' "$(terminal_of)" "${TERM-dumb}" "$(stty size)"
		printf 'command=('
		printf '%q ' "${command[@]}"
		printf ')\n'
	} >"$share/config"
	cp "$VM_DIR/guest.sh" "$(helper)" "$share/"
	mv "$share"/helper-* "$share/helper"
	echo "$share" >"$job/share-path"
	[ -z "$out" ] || echo "$out" | tee "$job/out-shared" >"$share/out-shared"
	# Counted instructions should not depend on chance.
	if [ "$icount" = 1 ]; then
		printf '%064d' 0 >"$share/seed"
	else
		head -c 64 /dev/urandom >"$share/seed"
	fi
	: >"$share/output"
}

# The initrd: busybox, and the modules between the kernel and its root.
initrd() {
	local release=$1 tree=$2 hash path new module
	command -v busybox >/dev/null || die "busybox-static is missing (scripts/setup/packages.sh demo)"
	hash=$({
		cat "$VM_DIR/init-qemu.sh"
		echo "${tree#"$GLASS_CACHE"/}"
		sha256sum <"$(command -v busybox)"
	} | sha256sum | cut -c 1-12)
	path=$GLASS_CACHE/initrd-$release-$hash
	if [ ! -e "$path" ]; then
		new=$(cache_scratch)
		mkdir -p "$new/root/bin" "$new/root/modules"
		cp "$(command -v busybox)" "$new/root/bin/busybox"
		cp "$VM_DIR/init-qemu.sh" "$new/root/init"
		chmod 755 "$new/root/init"
		initrd_modules "$release" "$tree" "$new/root/modules"
		(cd "$new/root" && find . | cpio -o -H newc --quiet -R 0:0) >"$new/initrd"
		mv "$new/initrd" "$path"
		rm -rf "$new"
	fi
	echo "$path"
}

initrd_modules() {
	local release=$1 tree=$2 to=$3 module name path
	for module in virtio_pci 9pnet_virtio 9p overlay; do
		modprobe -d "$tree" -S "$release" --show-depends "$module"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
		while read -r path; do
			name=${path##*/}
			case $name in
			*.xz)
				name=${name%.xz}
				xz -dc "$path" >"$to/$name"
				;;
			*) cp "$path" "$to/$name" ;;
			esac
			echo "$name" >>"$to/order"
		done
}

# /dev/kvm exists where no CPU can serve it; then it fails late and strangely.
kvm_works() {
	[ "$icount" = 0 ] && grep -qwE 'vmx|svm' /proc/cpuinfo &&
		[ -r /dev/kvm ] && [ -w /dev/kvm ]
}

# Linux changes its own code while it runs, by way of a breakpoint in front of it.
# QEMU before 8.1 may keep that breakpoint in what it has translated, if another CPU
# came by at that moment, and Linux dies of it much later ("int3: 0000"). In one
# thread CPUs take turns, and none does.
tcg_thread() {
	local version
	version=$(qemu-system-x86_64 --version | sed -nE '1s/.*version ([0-9.]+).*/\1/p')
	if dpkg --compare-versions "$version" ge 8.1; then echo multi; else echo single; fi
}

start_qemu() {
	local series=$kernel release tree accel
	command -v qemu-system-x86_64 >/dev/null ||
		die "qemu-system-x86 is missing (scripts/setup/packages.sh demo)"
	tree=$("$VM_DIR/kernel.sh" "$series" --dir)
	release=$("$VM_DIR/kernel.sh" "$series" --release)
	if kvm_works; then
		accel=(-accel kvm -cpu host -smp "$smp")
	elif [ "$icount" = 1 ]; then
		accel=(-accel tcg -icount "shift=0" -cpu qemu64 -smp 1)
	else
		accel=(-accel "tcg,thread=$(tcg_thread)" -cpu "$TCG_CPU" -smp "$smp")
	fi
	echo "$tree/lib/modules/$release" >"$share/modules"
	local nine="security_model=none,multidevs=remap"
	local shares=(-virtfs "local,path=/,mount_tag=host,readonly=on,$nine"
		-virtfs "local,path=${share//,/,,},mount_tag=job,$nine")
	[ -z "$out" ] || shares+=(-virtfs "local,path=${out//,/,,},mount_tag=out,$nine")
	# Only warnings and worse reach the console; the whole log is saved at
	# the end. A panic must end the guest: nobody is there to look at it.
	[ "$terminal" = 0 ] || shares+=(-chardev "stdio,id=terminal,signal=off" -serial chardev:terminal)
	launch "$job/vmm" qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
		"${accel[@]}" -m "$mem" -serial "file:$job/console" \
		-kernel "$("$VM_DIR/kernel.sh" "$series" --image)" \
		-initrd "$(initrd "$release" "$tree")" \
		-append "console=ttyS0 loglevel=5 panic=-1 oops=panic nokaslr mitigations=off no_timer_check audit=0 log_buf_len=4M $append" \
		"${shares[@]}" "${qemu_args[@]}"
}
TCG_CPU=qemu64

start_uml() {
	local linux time=() console=()
	linux=$("$VM_DIR/uml.sh" "${kernel#uml-}" --linux)
	cp "$VM_DIR/init-uml.sh" "$job/init"
	chmod 755 "$job/init"
	[ "$virtual" = 0 ] || time=(time-travel=inf-cpu)
	[ "$terminal" = 0 ] || console=('con0=fd:0,fd:1')
	# shellcheck disable=SC2086 # $append is a list of words
	launch "$job/console" "$linux" "mem=${mem}M" rootfstype=hostfs root=/dev/root rootflags=/ ro \
		"init=$job/init" con=null "${console[@]}" ssl=null console=stderr0 "uml_dir=$job/" umid=uml \
		loglevel=5 panic=-1 oops=panic kunit.enable=1 kasan_multi_shot dummy.numdummies=0 \
		"${time[@]}" $append
}

# Waits for the guest, showing the command's output meanwhile. The shell tells
# of a child that a signal ended; here that is not news.
follow() {
	local deadline=$((SECONDS + timeout)) tail
	tail -c +1 -s 0.1 -f --pid="$guest" "$share/output" 2>/dev/null &
	tail=$!
	while kill -0 "$guest" && [ "$SECONDS" -lt "$deadline" ]; do
		sleep 0.1
	done 2>/dev/null
	if kill -0 "$guest" 2>/dev/null; then
		say "the guest took more than $timeout s"
		stop_guest
	fi
	{
		wait "$guest" || true
		wait "$tail" || true
	} 2>/dev/null
	guest=''
}

# User-mode Linux is many processes; the group is theirs alone. At a terminal they
# hang up with script(1), which puts ours back as it was.
stop_guest() {
	if [ "$terminal" = 0 ]; then
		kill -KILL -- "-$guest" 2>/dev/null || true
	else
		kill -TERM "$guest" 2>/dev/null || true
		wait "$guest" 2>/dev/null || true
	fi
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
	[ -z "${guest-}" ] || stop_guest
	[ -n "${GLASS_KEEP-}" ] || rm -rf "${job-}"
}

# What is left when the guest did not say how it ended: of a panic, how it began
explain_failure() {
	say "the guest ended without a word; its console:"
	"$VM_DIR/check-log.sh" "$job/console" >&2 || true
	tail -n 40 "$job/console" >&2
	[ ! -s "$job/vmm" ] || tail -n 20 "$job/vmm" >&2
}

finish() {
	local status=125 kernel_log=$share/dmesg
	if [ -s "$share/status" ]; then
		status=$(<"$share/status")
	else
		explain_failure
		kernel_log=$job/console log_check=0
	fi
	[ -z "$log" ] || cp "$kernel_log" "$log"
	if [ -s "$share/kmemleak" ]; then
		say "kmemleak found:"
		cat "$share/kmemleak" >&2
		[ "$status" -ne 0 ] || status=1
	fi
	if [ "$log_check" = 1 ] && ! "$VM_DIR/check-log.sh" "$kernel_log" >&2; then
		[ "$status" -ne 0 ] || status=1
	fi
	return "$status"
}

main() {
	parse "$@"
	guest=''
	[ "$terminal" = 0 ] || exec 3<&0
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	prepare_job
	case $kernel in
	uml-*) start_uml ;;
	*) start_qemu ;;
	esac
	follow
	local status=0
	finish || status=$?
	exit "$status"
}

main "$@"
