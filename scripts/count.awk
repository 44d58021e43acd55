# SPDX-License-Identifier: GPL-2.0
# Passes TAP on and ends with one line alone, "N passed, N failed, N skipped". Such
# a line of a part counts, too, as a comment:
#	... | mawk -W interactive -f count.awk
/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
	passed += $1
	failed += $3
	skipped += $5
	$0 = "# " $0
}
/^ok .*# SKIP/ {
	skipped++
	passed--
}
/^ok / { passed++ }
/^not ok / { failed++ }
{
	print
	fflush()
}
END {
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0
}
