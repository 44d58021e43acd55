#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Rules and citations.

Every rule of rules.h is recorded somewhere in module/; every section of an
RFC that is named, there or in a comment, exists; and RFCs are cited in one
spelling, rfc9293#section-3.10.7.4. rfc-sections.txt says which sections there
are. To cite a new RFC, list again from a directory of RFC texts:
    rules.py --sections DIR >rfc-sections.txt
"""
import os
import re
import sys

import tree

RULES = "include/glass/rules.h"
SECTIONS = "scripts/checks/rfc-sections.txt"
ROW = re.compile(r'\bR\((\w+),\s*"([^"]*)",\s*"([^"]*)"')
CITED = re.compile(r"\brfc(\d+)(?:#(section|appendix)-([0-9A-Z]+(?:\.\d+)*))?")
MISSPELT = re.compile(r"\bRFC[ -]?\d{3,4}\b|\b[Rr][Ff][Cc] ?\d{3,4}(?:,| |, )[Ss]ection|"
                      r"\brfc\d+#(?!section-[0-9A-Z]|appendix-[A-Z])|\brfc \d{3,4}\b")
# Prose for people may name an RFC as people do.
SOURCES = ("c", "sh", "py", "make")


def rows():
    text = tree.read(RULES)
    for match in ROW.finditer(text):
        yield match.groups(), tree.line_of(text, match.start())


def known_sections():
    known = {}
    for line in tree.read(SECTIONS).split("\n"):
        if line and not line.startswith("#"):
            rfc, section = line.split()
            known.setdefault(rfc, set()).add(section)
    return known


def check_used():
    used = set()
    for path in tree.c_paths("module/"):
        used.update(re.findall(r"\bRULE_(\w+)", tree.code(tree.read(path))))
    for (name, _, _), line in rows():
        if name not in used:
            tree.finding(RULES, line, f"nothing in module/ records RULE_{name}")


def check_section(known, path, line, rfc, section):
    if rfc not in known:
        tree.finding(path, line, f"{rfc} is not in {SECTIONS}")
    elif section not in known[rfc]:
        tree.finding(path, line, f"{rfc} has no section {section}")


def check_sections():
    known = known_sections()
    for (_, rfc, section), line in rows():
        if rfc != "-":
            check_section(known, RULES, line, rfc, section)
    for path in tree.paths():
        text = tree.read(path)
        if path == SECTIONS:
            continue
        for match in CITED.finditer(text):
            if match.group(3):
                check_section(known, path, tree.line_of(text, match.start()),
                              f"rfc{match.group(1)}", match.group(3))


def check_spelling():
    for path in tree.paths():
        if tree.kind(path) not in SOURCES or path.startswith("scripts/checks/"):
            continue
        text = tree.read(path)
        for match in MISSPELT.finditer(text):
            tree.finding(path, tree.line_of(text, match.start()),
                         f"spell it rfcNNNN#section-x.y: {match.group()}")


def cited():
    found = {rfc for (_, rfc, _), _ in rows() if rfc != "-"}
    for path in tree.paths():
        if path != SECTIONS:
            found.update(f"rfc{m.group(1)}" for m in CITED.finditer(tree.read(path)))
    return sorted(found, key=lambda rfc: int(rfc[3:]))


def headings(text):
    """Numbers of the headings of an RFC's plain text, old style or new."""
    found = set()
    for line in text.split("\n"):
        match = re.match(r"\s{0,12}(\d{1,2}(?:\.\d{1,2})+|[A-Z](?:\.\d{1,2})+)\.?\s+\S", line) or \
            re.match(r"(\d{1,2})\.?\s+[A-Z]", line) or \
            re.match(r"\s{0,4}(\d{1,2})\.?\s+\S.*\.\s?\.+\s*\d+\s*$", line) or \
            re.match(r"\s{0,4}\((\d{1,2}\.\d{1,2})\)\s+\S", line) or \
            re.match(r"\s{0,4}Appendix ([A-Z])\b", line)
        if match and not match.group(1).startswith("0"):
            found.add(match.group(1))
    return found


def print_sections(directory):
    print("# SPDX-License-Identifier: GPL-2.0")
    print("# Sections of the RFCs that Glass cites; written by rules.py --sections")
    kept = known_sections() if os.path.exists(os.path.join(tree.TOP, SECTIONS)) else {}
    for rfc in cited():
        path = os.path.join(directory, rfc + ".txt")
        found = kept.get(rfc, set())
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                found = headings(file.read())
        else:
            print(f"rules.py: no text of {rfc}; what was known of it stays", file=sys.stderr)
        for section in sorted(found, key=lambda s: [int(p) if p.isdigit() else ord(p) + 1000
                                                    for p in s.split(".")]):
            print(rfc, section)


if len(sys.argv) == 3 and sys.argv[1] == "--sections":
    print_sections(sys.argv[2])
else:
    check_used()
    check_sections()
    check_spelling()
    tree.report()
