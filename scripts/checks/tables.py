#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The tables of sysctls and of options, and the tests of the counters.

	tables.py		are the pages true, and is there a test for each row?
	tables.py --write	writes Documentation/sysctl.rst, options.rst and their
				parts of the manual pages in Documentation/man/

Words stand in Documentation/tables/: one row more there for one sysctl or
option more in the code. Defaults and ranges are read from module/sysctl.c. A
test says that it proves an option in a comment right above it:

	tcp(7): NODELAY, CORK
"""
import csv
import os
import re
import sys

import tables_man
import tree

SYSCTL = "Documentation/tables/sysctl.tsv"
OPTIONS = "Documentation/tables/options.tsv"
CODE = "module/sysctl.c"
POLICY = "module/core/tcb.c"
UAPI = "include/uapi/linux/glass.h"
COUNTERS = "module/counters.c"
SCRIPTS = "userspace/selftests/packet/count/"
NOTE = re.compile(r"/\* tcp\(7\): ([A-Z_0-9]+(?:, [A-Z_0-9]+)*)")


def rows(path):
    """(line, row by column) of a table; a field that is missing is empty."""
    names = None
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        if line.startswith("#") or not line:
            continue
        fields = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE))
        if names is None:
            names = fields
        else:
            yield number, dict(zip(names, fields + [""] * len(names)))


def number_of(text):
    """Of a C expression: a number, a shift, INT_MAX, MSS_MIN."""
    text = text.replace("MSS_MIN", "48")
    text = text.replace("UINT_MAX", "4294967295").replace("INT_MAX", "2147483647").strip()
    if not re.fullmatch(r"(0x)?[0-9a-fA-F]+(\s*<<\s*\d+)?", text):
        return None
    left, _, shift = text.partition("<<")
    return int(left, 0) << int(shift or 0)


def members(path, start):
    """Name: value of each member of an initialiser."""
    body = tree.read(path).split(start, 1)[1].split("\n};", 1)[0]
    return dict(re.findall(r"^\t\.(\w+) = ([^,]+),", body, re.M))


def limits():
    """What the names of limits stand for"""
    found = dict(re.findall(r"^static int (\w+)(?: = (\w+))?;", tree.read(CODE), re.M))
    return {name: number_of(value or "0") for name, value in found.items()}


def triple(name):
    """The default of three numbers"""
    match = re.search(rf"\.{name} = {{ (.*) }},", tree.read(CODE))
    return " ".join(str(number_of(part)) for part in match.group(1).split(",")) if match else None


def sysctls():
    """Name: (default, range) of each sysctl of the code."""
    text = tree.read(CODE)
    body = text.split("static const struct ctl_table entries[]", 1)[1].split("\n};", 1)[0]
    own = members(CODE, "static struct glass_sysctl template = {")
    policy = members(POLICY, "const struct tcb_policy tcb_policy_default = {")
    high = limits()

    def limit(word):
        return "" if word == "NULL" else str(high.get(word.lstrip("&"), word))

    found = {}
    for macro, name, low, top in re.findall(
            r"\b(ENTRY|POLICY)\((\w+), (&?\w+), (&?\w+)\)", body):
        default = number_of((own if macro == "ENTRY" else policy).get(name, "0"))
        found[name] = (default, f"{limit(low)} to {limit(top)}".removesuffix(" to "))
    for name in re.findall(r"\bTRIPLE\((\w+), &\w+\)", body):
        found[name] = (triple(name), "1 and more")
    for name in re.findall(r'\.procname = "(\w+)"', body):
        found[name] = (number_of(own.get(name, "-")), "")
    return found


def table(head, body):
    """A list table: cells may be long."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in [head] + body:
        for i, cell in enumerate(row):
            lines.append(f"   {'* -' if i == 0 else '  -'} {'' if cell == '-' else cell}".rstrip())
    return lines


def page(title, intro, head, body):
    return "\n".join([".. SPDX-License-Identifier: GPL-2.0",
                      ".. Written by \"make tables\" from Documentation/tables/ and from the code.",
                      "", "=" * len(title), title, "=" * len(title), "", *intro, "",
                      *table(head, body)]) + "\n"


def sysctl_rows():
    have = sysctls()
    body = []
    for line, row in rows(SYSCTL):
        if row["name"] not in have:
            tree.finding(SYSCTL, line, f"{CODE} has no {row['name']}")
            continue
        default, span = have.pop(row["name"])
        if default is None and not row["default"]:
            tree.finding(SYSCTL, line, f"the default of {row['name']} is missing")
        kind = {int: "int", str: "three ints"}.get(type(default), "text")
        body.append([f"``{row['name']}``", kind, row["default"] or str(default), span or "-",
                     row["unit"], row["rfc"], row["meaning"]])
    for name in have:
        tree.finding(SYSCTL, 1, f"net.glass.{name} is missing")
    return body


def sysctl_page():
    return page("The sysctls of Glass",
                ["``net.glass.*``, of each network namespace. Names are TCP's without ``tcp_``."],
                ["Name", "Type", "Default", "Range", "Unit", "RFC", "Meaning"], sysctl_rows())


def option_tests():
    """Option: tests that say they prove it."""
    found = {}
    for path in tree.c_paths("userspace/selftests/"):
        text = tree.read(path)
        starts = {line: name for name, line, _ in tree.c_functions(text)}
        for match in NOTE.finditer(text):
            line = tree.line_of(text, match.start()) + 1
            while line not in starts and line - tree.line_of(text, match.start()) < 4:
                line += 1
            if line not in starts:
                tree.finding(path, tree.line_of(text, match.start()), "not right above a test")
                continue
            for name in match.group(1).split(", "):
                found.setdefault(name, []).append(
                    f"{starts[line]} ({os.path.basename(path)[:-2].split('_')[0]})")
    return found


def option_rows():
    text = tree.read(UAPI)
    have = dict((name, int(number)) for name, number in
                re.findall(r"^#define GLASS_(?!INFO_|TIMER_)(\w+)\s+(\d+)\s+/\*", text, re.M))
    tests = option_tests()
    body = []
    for line, row in rows(OPTIONS):
        name, yes = row["name"], row["has"] == "yes"
        if yes != (have.pop(name, None) == int(row["number"])):
            tree.finding(OPTIONS, line, f"{UAPI} says otherwise of {name}")
        if yes and name not in tests:
            tree.finding(OPTIONS, line, f"no test says \"tcp(7): {name}\"")
        body.append([row["number"], name, "yes" if yes else "ENOPROTOOPT", row["what"],
                     ", ".join(sorted(tests.get(name, []))) if yes else "every_option (info)"])
    for name in have:
        tree.finding(OPTIONS, 1, f"GLASS_{name} is missing")
    return body


def options_page():
    return page("The options of a socket",
                ["At level ``SOL_GLASS`` as ``GLASS_`` and, with the same number, at",
                 "``IPPROTO_TCP`` as ``TCP_``. A number that does not stand here answers",
                 "``ENOPROTOOPT``, too. The test ``every_option`` asks for all of them."],
                ["Number", "Name", "Glass has it", "What", "Tests"], option_rows())


def check_counters():
    text = tree.read(COUNTERS)
    scripts = "".join(tree.read(path) for path in tree.paths() if path.startswith(SCRIPTS))
    fixed = ("RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn")
    for match in re.finditer(r'^\t(?:RULES|EVENT|VALUE)\("(\w+)"', text, re.M):
        if match.group(1) not in fixed and f"count {match.group(1)} +1\n" not in scripts:
            tree.finding(COUNTERS, tree.line_of(text, match.start()),
                         f"no script of {SCRIPTS} moves {match.group(1)} by one")


def check_manual():
    version = re.search(r'GLASS_VERSION\s+"(.*)"', tree.read("include/glass/version.h")).group(1)
    proc = tree.read("module/proc.c")
    tables_man.check(version, re.findall(r'(?:rows_file\(net, dir, |net_single\()"(\w+)"', proc))


PAGES = {"Documentation/sysctl.rst": sysctl_page, "Documentation/options.rst": options_page,
         tables_man.PROC: lambda: tables_man.sysctl_part(sysctl_rows()),
         tables_man.GLASS: lambda: tables_man.option_part(option_rows())}

for target, make in PAGES.items():
    wanted = make()
    full = os.path.join(tree.TOP, target)
    if "--write" in sys.argv[1:]:
        with open(full, "w", encoding="utf-8") as file:
            file.write(wanted)
    elif not os.path.exists(full) or tree.read(target) != wanted:
        tree.finding(target, 1, "stale: run \"make tables\"")
check_counters()
check_manual()
tree.report()
