#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Style and static checks of the whole tree; says nothing when there is
# nothing to say, otherwise prints findings and exits 1:
#	lint.sh [CHECK...]	all, or those named (see the list below)
# Each check is a program in scripts/checks/ that prints its findings and
# fails if there are any. Scratch goes to .build/lint/.
set -euo pipefail
cd "$(dirname "$0")/.."

export PYTHONDONTWRITEBYTECODE=1
work=.build/lint
setup=$work/setup.log
checks=scripts/checks

# The slow ones first: they are the ones to wait for.
ALL=(build-6.12 checkpatch build-6.1 clang shellcheck spelling python
	layers sizes seq rules advice tables text manual docs)

# Progress is for people, on a terminal; a failure is for everyone.
progress() { [ ! -t 2 ] || printf 'lint: %s\n' "$*" >&2; }

run() {
	case $1 in
	build-*) "$checks/build.sh" "${1#build-}" ;;
	checkpatch | clang | manual) "$checks/$1.sh" ;;
	shellcheck) scripts_of sh | xargs -r -d '\n' shellcheck -x --format=gcc ;;
	spelling) python3 "$checks/tree.py" | xargs -r -d '\n' codespell ;;
	python) scripts_of py | xargs -r -d '\n' -n 1 python3 -c "$PARSE" ;;
	layers | sizes | seq | rules | advice | tables | text) python3 "$checks/$1.py" ;;
	docs) python3 scripts/docs/selfcheck.py ;;
	*)
		echo "lint.sh: no check '$1': ${ALL[*]}" >&2
		return 2
		;;
	esac
}

# Compiles and keeps nothing.
PARSE='import sys
path = sys.argv[1]
try:
    compile(open(path, encoding="utf-8").read(), path, "exec")
except SyntaxError as error:
    sys.exit(f"{path}:{error.lineno}: {error.msg}")'

# The tree's files of a kind, one a line
scripts_of() { python3 "$checks/tree.py" "$1"; }

# Whatever must be fetched is, before checks that need it run side by side.
prepare() {
	scripts/setup/packages.sh lint
	scripts/vm/kernel.sh 6.12
	scripts/vm/kernel.sh 6.1
}

mkdir -p "$work"
exec 8>"$work/.lock"
flock 8
# What runs beside us does not see the keyboard's interrupt.
trap 'trap "" TERM; kill 0; exit 130' INT
wanted=("$@")
[ $# -gt 0 ] || wanted=("${ALL[@]}")
progress "preparing"
if ! prepare >"$setup" 2>&1; then
	cat "$setup" >&2
	exit 1
fi

pids=()
for check in "${wanted[@]}"; do
	(run "$check" >"$work/$check.out" 2>&1) &
	pids+=($!)
done
failed=0
for i in "${!wanted[@]}"; do
	if ! wait "${pids[i]}"; then
		failed=1
		echo "--- ${wanted[i]}"
		cat "$work/${wanted[i]}.out"
	fi
	progress "${wanted[i]} done"
done
exit "$failed"
