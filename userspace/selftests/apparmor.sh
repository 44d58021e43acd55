#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A profile of AppArmor's decides about Glass as about TCP. Run by
# scripts/selftests-guest.sh.
if [ -z "${GLASS_APPARMOR_NETNS-}" ]; then
	GLASS_APPARMOR_NETNS=1 exec unshare -n "$0"
fi
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

# profile NAME RULE...: files and the like are free, the network is as told
profile() {
	printf 'abi <abi/3.0>,\nprofile %s {\nfile,\ncapability,\nunix,\n%s\n}\n' \
		"$1" "${*:2}" | apparmor_parser -rK
}

cat >"$work/ask" <<'END'
import errno, socket

WAYS = (("tcp4", socket.AF_INET, 6), ("glass4", socket.AF_INET, 253),
        ("tcp6", socket.AF_INET6, 6), ("glass6", socket.AF_INET6, 253),
        ("own4", 18, 0))
NODE = {socket.AF_INET6: "::1"}

def told(call, *args):
    try:
        return "ok", call(*args)
    except OSError as error:
        return errno.errorcode[error.errno], None

def pair(family, protocol):
    """What each step of a connection with oneself is answered, to the first no"""
    steps, make = [], lambda: socket.socket(family, socket.SOCK_STREAM, protocol)
    for step in ("socket", "bind", "listen", "connect", "send"):
        if step == "socket":
            word, listener = told(make)
        elif step == "bind":
            word, _ = told(listener.bind, (NODE.get(family, "127.0.0.1"), 0))
        elif step == "listen":
            word, _ = told(listener.listen)
        elif step == "connect":
            client = make()
            word, _ = told(client.connect, listener.getsockname())
        else:
            word, _ = told(client.send, b"x")
        steps.append(f"{step}={word}")
        if word != "ok":
            break
    return " ".join(steps)

for name, family, protocol in WAYS:
    if family == 18:
        word, _ = told(socket.socket, family, socket.SOCK_STREAM, protocol)
        print(name, f"socket={word}")
    else:
        print(name, pair(family, protocol))
END

# answers PROFILE: what each way was answered, told to people too
answers() {
	aa-exec -p "$1" -- python3 -I "$work/ask" >"$work/$1"
	sed "s/^/# $1: /" "$work/$1"
}

# way PROFILE NAME: what that one was
way() { sed -n "s/^$2 //p" "$work/$1"; }

# alike PROFILE WORDS: Glass as TCP on both families, and they end in WORDS
alike() {
	[ -n "$(way "$1" tcp4)" ] && [ "$(way "$1" tcp4)" = "$(way "$1" glass4)" ] &&
		[ "$(way "$1" tcp6)" = "$(way "$1" glass6)" ] &&
		[ "$(way "$1" tcp4 | sed "s/.*$2\$//")" = "" ]
}

echo "TAP version 13"
ip link set lo up
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security
if ! command -v apparmor_parser >/dev/null || [ ! -d /sys/kernel/security/apparmor ]; then
	echo "ok 1 - a profile # SKIP no AppArmor here"
	echo "1..1"
	exit
fi
profile glass-none ''
profile glass-inet 'network inet stream,' 'network inet6 stream,'
answers glass-none
alike glass-none 'socket=EACCES'
verdict $? "who may use no network opens no socket, of TCP or of Glass"
answers glass-inet
alike glass-inet 'send=ok'
verdict $? "who may use streams of inet and inet6 uses both"
[ "$(way glass-inet own4)" = socket=EACCES ]
verdict $? "AF_GLASS is a family of its own, and not among them"
echo "1..$tests"
