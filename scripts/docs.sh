#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The documentation: pages made by Sphinx, their links followed, one PDF, and
# every output that they show printed anew and compared:
#   docs.sh [--update] [pages|links|pdf|scenes|SCENE]...
# Without names all of it. Pages go to .build/docs/html, the PDF is
# .build/docs/glass.pdf. --update keeps outputs that have changed, and pictures.
# The last line says how much there is and how much of it is wrong.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONDONTWRITEBYTECODE=1
out=.build/docs
tool=scripts/docs

update=()
if [ "${1-}" = --update ]; then
	update=(--update)
	shift
fi
parts=() scenes=()
for name; do
	case $name in
	pages | links | pdf | scenes) parts+=("$name") ;;
	*) scenes+=("$name") ;;
	esac
done
[ ${#scenes[@]} -eq 0 ] || parts+=(scenes)
[ $# -gt 0 ] || parts=(pages links pdf scenes)

step() { printf 'docs: [%3d s] %s\n' "$SECONDS" "$*" >&2; }

# sphinx BUILDER: all read anew, or what was wrong with a page would be told once
sphinx() {
	sphinx-build -q -E -a -n -W --keep-going -b "$1" -d "$out/doctrees-$1" \
		-w "$out/$1.warnings" Documentation "$out/$1" >"$out/$1.log" 2>&1 ||
		[ -s "$out/$1.warnings" ] || { cat "$out/$1.log" >&2; exit 1; }
	sed -n "s|^$PWD/||; /^ *\$/!s/^/warning: /p" "$out/$1.warnings"
}

pages() {
	sphinx html
	scripts/checks/manual.sh | sed 's/^/warning: /'
}

pdf() {
	sphinx singlehtml
	/usr/bin/python3 $tool/pdf.py $out/singlehtml/index.html $out/glass.pdf
}

links() { /usr/bin/python3 $tool/links.py $out/html; }

scenes() { $tool/scenes.sh "${update[@]}" "${scenes[@]}"; }

step "looking for the Debian packages it needs"
scripts/setup/packages.sh docs
mkdir -p "$out"
/usr/bin/python3 $tool/selfcheck.py
failed=0
: >"$out/said"
for part in "${parts[@]}"; do
	step "$part"
	"$part" 2>&1 | tee -a "$out/said" || failed=1
done

# Sphinx says the same of the pages and of the PDF.
count() { sort -u "$out/said" | grep -c "^$1: " || true; }
last() { sed -n "s/^\([0-9]*\) $1\$/\1/p" "$out/said" | tail -n 1; }
warnings=$(count warning) dead=$(count "dead link") stale=$(count "stale output")
outputs=$(last outputs) played=$(last scenes)
printf '%d pages, %d outputs of %d scenes, warnings %d, dead links %d, stale outputs %d\n' \
	"$(find Documentation -name '*.rst' | wc -l)" "${outputs:-0}" "${played:-0}" \
	"$warnings" "$dead" "$stale"
[ "$failed$warnings$dead$stale" = 0000 ]
