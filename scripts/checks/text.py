#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What every file must have, and what none may: a licence line first, a
newline last, no space at a line's end, no place of one machine."""
import re

from tree import finding, kind, line_of, paths, read, report

SPDX = re.compile(r"(//|/\*|#|\.\.|\.\\\"|<!--) SPDX-License-Identifier: GPL-2\.0\b( WITH Linux-syscall-note)?")
# Prose and data that have no comments to hold it.
NO_SPDX = ("md", "txt", "json", "jsonl", "csv", "tsv", "svg", "gitignore")
# Debian's formats that have none either; the licence stands in copyright.
DEBIAN = re.compile(r"scripts/packages/debian/(changelog|copyright|docs|.*\.examples|source/format)$")
UAPI = "include/uapi/"
# A directory of somebody's machine, at the start of a path; a package host.
PLACES = re.compile(
    r"(?<![\w})\]*.])(?<![\w})]\")/(?:work|root|home|Users)/|"
    r"\b(?:deb|security|ftp|snapshot|archive|packages|cdn-fastly)\."
    r"(?:\w+\.)?(?:debian|ubuntu)\.(?:org|com)\b|"
    r"\bpypi\.org\b|\bpythonhosted\.org\b")


def check_spdx(path, text):
    if kind(path) in NO_SPDX or path == ".gitignore" or DEBIAN.match(path) or not text:
        return
    lines = text.split("\n")
    line = 1 if lines[0].startswith("#!") else 0
    match = SPDX.match(lines[line]) if len(lines) > line else None
    if not match:
        finding(path, line + 1, "the licence line (SPDX) belongs here")
        return
    comment = {".c": "//", ".h": "/*"}.get(path[-2:], match.group(1))
    if match.group(1) != comment:
        finding(path, line + 1, f"the licence line of such a file starts with {comment}")
    if path.startswith(UAPI) != bool(match.group(2)):
        finding(path, line + 1, "WITH Linux-syscall-note belongs to uapi headers, and there alone")


def check_lines(path, text):
    for match in re.finditer(r"[ \t\r]+$", text, re.M):
        finding(path, line_of(text, match.start()), "space at the end of the line")
    if text and not text.endswith("\n"):
        finding(path, text.count("\n") + 1, "no newline at the end of the file")
    if text.endswith("\n\n"):
        finding(path, text.count("\n"), "empty line at the end of the file")


def check_places(path, text):
    for match in PLACES.finditer(text):
        finding(path, line_of(text, match.start()),
                f"names a place of one machine or a package host: {match.group()}")


for file in paths():
    content = read(file)
    check_spdx(file, content)
    check_lines(file, content)
    check_places(file, content)
report()
