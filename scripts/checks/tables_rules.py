# SPDX-License-Identifier: GPL-2.0
"""For tables.py: Documentation/rules.rst, from the rows of rules.h, from where
module/ records them, and from the tests that name them."""
import os
import re
import textwrap

import proofs
import tree

RULES = "include/glass/rules.h"
PAGE = "Documentation/rules.rst"
GROUP = re.compile(r"/\*((?:[^*]|\*(?!/))+)\*/\n#define GLASS_RULES_\w+\(R\)"
                   r"((?:[^\n]*\\\n)+[^\n]*)")
# A heading, a row, or a group that stands here
ITEM = re.compile(r'/\* (.*?) \*/|\bR\((\w+),\s*"([^"]*)",\s*"([^"]*)",[\s\\]*"([^"]*)"\)')
NAMED = re.compile(r"\b(?:RULE_)?([A-Z][A-Z0-9_]{3,})\b")
SHOWN = 3


def groups():
    """(title, [(heading, [row])]) of each group, in the order of the file"""
    for comment, body in GROUP.findall(tree.read(RULES)):
        parts = [("", [])]
        for heading, rule, rfc, section, phrase in ITEM.findall(body):
            if heading:
                parts.append((heading, []))
            elif rule != "NONE":
                parts[-1][1].append((rule, rfc, section, phrase))
        yield " ".join(comment.replace("\n *", " ").split()), [part for part in parts if part[1]]


def functions_with(path, pattern):
    """(name found, function or None) for each line of a C file that names one"""
    text = tree.read(path)
    spans = [(first, first + size, name) for name, first, size in tree.c_functions(text)]
    for match in pattern.finditer(text):
        line = tree.line_of(text, match.start())
        inside = [name for first, end, name in spans if first <= line < end]
        yield match.group(1), inside[0] if inside else None


def places():
    """Rule: the functions of module/ that name it, but to add them up"""
    found = {}
    for path in tree.c_paths("module/"):
        if path == "module/counters.c":
            continue
        for rule, function in functions_with(path, re.compile(r"\bRULE_(\w+)\b")):
            at = f"{function}() in " if function else ""
            found.setdefault(rule, {})[at + path.removeprefix("module/")] = None
    return found


def tests(rules):
    """Rule: the tests that name it"""
    found = {}
    for path in tree.paths():
        if not path.startswith(proofs.ROOMS):
            continue
        script = proofs.script_test(path)
        if script or path.endswith(".sh"):
            name = str(script) if script else f"{os.path.basename(path)[:-3]} (selftest)"
            for rule in set(NAMED.findall(tree.read(path))) & rules:
                found.setdefault(rule, {})[name] = None
        elif path.endswith(".c"):
            kind = "kunit" if path.startswith("kunit/") else \
                f"selftest {proofs.program_of(path)}"
            for rule, function in functions_with(path, NAMED):
                if rule in rules and function:
                    found.setdefault(rule, {})[f"{function} ({kind})"] = None
    return found


def some(names):
    """The first of them, and how many there are"""
    names = list(names or ())
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more or "-"


def page(table):
    """The whole page; @table makes one of a head and rows."""
    all_groups = list(groups())
    known = {row[0] for _, parts in all_groups for _, rows in parts for row in rows}
    where, named = places(), tests(known)
    title = "The rules of Glass"
    lines = [".. SPDX-License-Identifier: GPL-2.0",
             f".. Written by \"make tables\" from {RULES}, the code and the tests.", "",
             "=" * len(title), title, "=" * len(title), "",
             "Every decision has a name. It stands in the tracepoint of the segment that it is",
             "about, beside the segment in every ladder, and is counted in",
             f"``/proc/net/glass/rules``: {len(known)} of them. Functions and tests are those that",
             "name the rule; more may pass by it.", ""]
    for heading, parts in all_groups:
        heading, _, rest = heading.partition(". ")
        heading = heading.rstrip(".")
        lines += [heading, "=" * len(heading), ""]
        if rest:
            lines += [*textwrap.wrap(rest, 80), ""]
        for under, rows in parts:
            if under:
                under = under[0].upper() + under[1:]
                lines += [under, "-" * len(under), ""]
            lines += table(["Rule", "Section", "What was decided", "Where", "Tests"],
                           [[f"``{rule}``", "-" if rfc == "-" else f"{rfc}#section-{section}",
                             phrase, some(where.get(rule)), some(named.get(rule))]
                            for rule, rfc, section, phrase in rows])
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"
