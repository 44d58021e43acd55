#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# glass run: programs that know of TCP only, over Glass; those that it cannot
# reach are refused. Run by scripts/selftests-guest.sh.
glass=$GLASS_TOP/.build/userspace/glass
work=$(mktemp -d)
# shellcheck source=userspace/selftests/verdict.sh
. "$GLASS_TOP/userspace/selftests/verdict.sh"

echo "TAP version 13"
mkdir "$work/www"
head -c 1000000 /dev/urandom >"$work/www/file"

"$glass" run python3 -m http.server --bind 127.0.0.1 --directory "$work/www" \
	8080 >"$work/server" 2>&1 &
server=$!
for _ in {1..600}; do
	grep -q '^LISTEN .* 8080 ' /proc/net/glass/connections && break
	sleep 0.1
done
! ss -Htln | grep -q ':8080 '
verdict $? "Python's http.server listens on Glass, not on TCP"
grep -q "python3 over Glass" "$work/server"
verdict $? "which way was used is told"

# A script that the kernel would give to its interpreter
cat >"$work/fetch" <<'END'
#!/usr/bin/env python3
import sys, urllib.request
with urllib.request.urlopen("http://127.0.0.1:8080/file") as answer:
    first = answer.read(10)
    with open("/proc/net/glass/connections") as table:
        rows = [row for row in table if " 8080 " in row]
    sys.stderr.writelines(rows)
    sys.stdout.buffer.write(first + answer.read())
END
chmod +x "$work/fetch"
"$glass" run -q "$work/fetch" >"$work/file" 2>"$work/rows"
cmp "$work/www/file" "$work/file"
verdict $? "a client fetches what it serves, to the octet"
grep -q '^\(ESTABLISHED\|CLOSE-WAIT\) .* 8080 ' "$work/rows" &&
	! grep -q "over Glass" "$work/rows"
verdict $? "the table shows their connection"
sed 's/^/# /' "$work/rows"
! "$work/fetch" >/dev/null 2>&1
verdict $? "the same client without glass run asks TCP, and is refused"
kill "$server"
wait "$server" 2>/dev/null

refused 126 "linked statically" "$glass" run busybox true
gcc -x c -o "$work/go" - <<'END'
int main(void) { return 0; }
__asm__(".section .note.go.buildid, \"a\", @note; .long 4, 8, 4; .asciz \"Go\", \"\"; .quad 1");
END
refused 126 "it is Go's.*; and what BPF could choose is not known" "$glass" run "$work/go"
refused 127 "No such file" "$glass" run no-such-program
refused 126 "Permission denied" "$glass" run "$work/www/file"
install -m 4755 -o nobody /bin/true "$work/true"
refused 126 "as another user" "$glass" run "$work/true"
"$glass" run -q sh -c 'exit 7'
[ $? = 7 ]
verdict $? "the status is the program's"

# Where it is installed, the library is elsewhere.
make -s -C "$GLASS_TOP/userspace" install "DESTDIR=$work/root" >/dev/null &&
	"$work/root/usr/local/bin/glass" run -q sh -c 'exit 8'
[ $? = 8 ]
verdict $? "make install: glass run finds its library there"
rm "$work/root/usr/local/lib/glass/glass-run.so"
"$work/root/usr/local/bin/glass" run -q true 2>"$work/err"
[ $? = 125 ] && grep -q "lib/glass/glass-run.so: No such file" "$work/err"
verdict $? "without it nothing runs over TCP unawares"
make -s -C "$GLASS_TOP/userspace" uninstall "DESTDIR=$work/root" &&
	[ -z "$(find "$work/root" ! -type d)" ]
verdict $? "make uninstall leaves nothing"
echo "1..$tests"
rm -r "$work"
