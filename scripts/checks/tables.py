#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The tables of sysctls, of options and of rules, the tests of the counters, and those
that Documentation/linux.rst names.

	tables.py		are the pages true, and is there a test for each row?
	tables.py --write	writes Documentation/rules.rst, sysctl.rst, options.rst
				and their parts of the manual pages in Documentation/man/
	tables.py --results FILE...
				the first, and has each test passed in one of these
				logs of scripts/check.sh? TAP, and a line of totals

Words stand in Documentation/tables/: one row more there for one sysctl or
option more in the code. Defaults and ranges are read from module/sysctl.c. A
test says what it proves in a comment right above it, a packet script in its
heading; "ENOPROTOOPT" stands for all options that Glass does not have:

	tcp(7): NODELAY, CORK
	net.glass: syn_retries
"""
import argparse
import csv
import fnmatch
import os
import re
import sys

import proofs
import tables_man
import tables_rules
import tree

SYSCTL = "Documentation/tables/sysctl.tsv"
OPTIONS = "Documentation/tables/options.tsv"
FIELDS = "Documentation/tables/tcp_info.tsv"
ZERO_TEST = "userspace/selftests/info_rare.c"
CODE = "module/sysctl.c"
POLICY = "module/core/tcb.c"
CORE = "include/glass/core.h"
UAPI = "include/uapi/linux/glass.h"
COUNTERS = "module/counters.c"
SCRIPTS = "userspace/selftests/packet/count/"
NOTE = re.compile(r"(?<!\S)(tcp\(7\)|net\.glass): (\w+(?:, \w+)*)")
REST = "ENOPROTOOPT"
# Tests that the page names after a point: of the oracle, or of that program
LINUX = "Documentation/linux.rst"
CALLS = "Documentation/calls.rst"
NAMED = re.compile(r"\(((?:``[\w*]+``(?:,\s+)?)+)(?:\s+of\s+``(\w+)``)?\)")

# What core.h has and no sysctl moves: name, RFC, meaning
FIXED = (
    ("TIMEWAIT_MSL_MS", "rfc9293#section-3.6.1", "half of TIME-WAIT; fixed in Linux' TCP, too"),
    ("RTO_INITIAL_US", "rfc6298#section-2", "the retransmission timeout before a measurement"),
    ("RTO_AFTER_SYN_US", "rfc6298#section-5", "the least of it after a SYN that was sent again, if rto_max_ms allows"),
    ("RTT_MAX_US", "rfc6298#section-2", "a round trip counts as no longer"),
    ("ACK_ON_READ_MS", "rfc9293#section-3.8.6.3",
     "an ACK waits for a reader who was woken, or delack_max_ms if that is less"),
)


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
        found[name] = (default, f"{limit(low)} to {limit(top)}" if limit(top) else
                       f"{limit(low)} and more")
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


def said():
    """By "tcp(7)" and "net.glass": what tests say that they prove, and those tests."""
    found = {"tcp(7)": {}, "net.glass": {}}
    for path in tree.paths():
        for line, match, test in proofs.notes(path, NOTE):
            if not test:
                tree.finding(path, line, "not right above a test")
                continue
            for name in match.group(2).split(", "):
                found[match.group(1)].setdefault(name, []).append((path, line, test))
    return found


def tests_of(what, name):
    return [test for _, _, test in TESTS[what].get(name, [])]


def tests_cell(what, name):
    return ", ".join(sorted(f"{test.name} ({test.program})" for test in tests_of(what, name)))


def check_tests(path, what, names):
    """Is there a test of each name, and does none name what is not there?"""
    for line, name in names:
        if not tests_of(what, name):
            tree.finding(path, line, f"no test says \"{what}: {name}\"")
    for name, places in TESTS[what].items():
        if name not in [known for _, known in names]:
            tree.finding(*places[0][:2], f"{path} has no {name}")


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
                     row["unit"], row["rfc"], row["meaning"],
                     tests_cell("net.glass", row["name"])])
    for name in have:
        tree.finding(SYSCTL, 1, f"net.glass.{name} is missing")
    check_tests(SYSCTL, "net.glass", [(line, row["name"]) for line, row in rows(SYSCTL)])
    return body


def fixed_rows():
    text = tree.read(CORE)
    for name, rfc, meaning in FIXED:
        found = re.search(rf"^#define {name}\s+(\d+)u\b", text, re.M)
        if not found:
            tree.finding(CORE, 1, f"{name} is no constant")
            continue
        ms = int(found.group(1)) // (1000 if name.endswith("_US") else 1)
        yield [f"``{name}``", f"{ms} ms", rfc, meaning]


def fixed_section():
    title = "What is fixed"
    return "\n".join(["", title, "=" * len(title), "",
                      f"Constants of ``{CORE}``, which no sysctl moves:", "",
                      *table(["Name", "Value", "RFC", "Meaning"], list(fixed_rows())), "",
                      "``mem`` is one account for the sockets of all network namespaces; none has a",
                      "share of its own."]) + "\n"


def sysctl_page():
    return page("The sysctls of Glass",
                ["``net.glass.*``, of each network namespace. Names are TCP's without ``tcp_``.",
                 "Timers of the protocol that have none stand below."],
                ["Name", "Type", "Default", "Range", "Unit", "RFC", "Meaning", "Tests"],
                sysctl_rows()) + fixed_section()


def has(row):
    return row["has"] == "yes"


def option_rows():
    text = tree.read(UAPI)
    have = dict((name, int(number)) for name, number in
                re.findall(r"^#define GLASS_(?!INFO_|TIMER_)(\w+)\s+(\d+)\s+/\*", text, re.M))
    body, proved = [], []
    for line, row in rows(OPTIONS):
        name = row["name"]
        if has(row) != (have.pop(name, None) == int(row["number"])):
            tree.finding(OPTIONS, line, f"{UAPI} says otherwise of {name}")
        proved.append((line, name if has(row) else REST))
        body.append([row["number"], name, "yes" if has(row) else REST, row["what"],
                     tests_cell("tcp(7)", proved[-1][1])])
    for name in have:
        tree.finding(OPTIONS, 1, f"GLASS_{name} is missing")
    check_tests(OPTIONS, "tcp(7)", proved)
    return body


def field_rows():
    """Of TCP_INFO: name, why, of those that are 0; the test knows the others"""
    text = "".join(tree.read(path) for path in tree.c_paths(proofs.ROOMS[1]))
    told = re.findall(r"(?<!define )\bTOLD\((\w+)\)", tree.read(ZERO_TEST))
    body = []
    for line, row in rows(FIELDS):
        name = row["field"]
        if has(row) != (name in told):
            tree.finding(FIELDS, line, f"{ZERO_TEST} says otherwise of {name}")
        if has(row) and not re.search(rf"\btcpi_{name}\b", text):
            tree.finding(FIELDS, line, f"no test names tcpi_{name}")
        if not has(row):
            body.append([f"``tcpi_{name}``", row["why"]])
    for name in set(told) - {row["field"] for _, row in rows(FIELDS)}:
        tree.finding(FIELDS, 1, f"{name} is missing")
    return body


def fields_section():
    title = "What TCP_INFO does not tell"
    return "\n".join(["", title, "=" * len(title), "",
                      "``TCP_INFO`` has TCP's layout. What TCP counts in segments is told in full",
                      "segments. These fields are 0, whatever happens; the test ``not_told`` of",
                      "``info_rare`` holds that, and every other field is told by a test:", "",
                      *table(["Field", "Why"], field_rows()), "",
                      "``tcpi_reordering`` is always 3: RACK measures reordering as time."]) + "\n"


def options_page():
    return page("The options of a socket",
                ["At level ``SOL_GLASS`` as ``GLASS_`` and, with the same number, at",
                 "``IPPROTO_TCP`` as ``TCP_``. A number that does not stand here answers",
                 "``ENOPROTOOPT``, too. The test ``every_option`` asks for all of them."],
                ["Number", "Name", "Glass has it", "What", "Tests"],
                option_rows()) + fields_section()


def counters():
    """(line, name) of each counter that moves"""
    text = tree.read(COUNTERS)
    fixed = ("RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn")
    for match in re.finditer(r'^\t(?:RULES|EVENT|VALUE)\("(\w+)"', text, re.M):
        if match.group(1) not in fixed:
            yield tree.line_of(text, match.start()), match.group(1)


def counter_tests(name):
    """The scripts that move it by one"""
    return [proofs.script_test(path) for path in tree.paths()
            if path.startswith(SCRIPTS) and f"count {name} +1\n" in tree.read(path)]


def check_counters():
    for line, name in counters():
        if not counter_tests(name):
            tree.finding(COUNTERS, line, f"no script of {SCRIPTS} moves {name} by one")


def named():
    """(line, program, name or pattern) of each test that LINUX names in parentheses"""
    text = tree.read(LINUX)
    for match in NAMED.finditer(text):
        for name in re.findall(r"``([\w*]+)``", match.group(1)):
            yield tree.line_of(text, match.start()), match.group(2) or "oracle", name


def check_named():
    """Is there each test that the page names, a program or a suite of that name?"""
    text = tree.read(LINUX)
    suites = "".join(tree.read(path) for path in tree.c_paths(proofs.ROOMS[0]))
    for match in re.finditer(r"``(glass_\w+)``", text):
        if f'.name = "{match.group(1)}"' not in suites:
            tree.finding(LINUX, tree.line_of(text, match.start()),
                         f"there is no suite {match.group(1)}")
    for line, program, name in named():
        if not fnmatch.filter(proofs.tests_of(program), name) and \
                not proofs.is_program(name):
            tree.finding(LINUX, line, f"there is no test {name}")


def check_calls():
    """Is there each function that the page of calls names?"""
    text = tree.read(CALLS)
    known = {(name, os.path.basename(path)) for path in tree.c_paths("module/")
             for name, _, _ in tree.c_functions(tree.read(path))}
    names = {name for name, _ in known}
    for match in re.finditer(r"``(glass_\w+)\(\)``(?:\s+in\s+(\w+\.c))?", text):
        if match.groups() not in known and (match.group(2) or match.group(1) not in names):
            tree.finding(CALLS, tree.line_of(text, match.start()),
                         f"there is no {match.group(1)}() in {match.group(2)}")


def not_passed(logs):
    """Rows none of whose tests has passed, and tests that have not"""
    passed = proofs.passed_tests(logs)
    proved = [(f"{what}: {name}", tests_of(what, name)) for what in TESTS for name in TESTS[what]]
    proved += [(f"counter {name}", counter_tests(name)) for _, name in counters()]
    for what, tests in proved:
        for test in tests:
            if not test.in_results(passed):
                yield f"{test} says \"{what}\" and passed nowhere"
    for line, program, name in named():
        if not fnmatch.filter((name for of, name in passed if of == program), name) and \
                not (proofs.is_program(name) and name in (of for of, _ in passed)):
            yield f"{LINUX}:{line} names {name}, which passed nowhere"


def check_manual():
    version = re.search(r'GLASS_VERSION\s+"(.*)"', tree.read("include/glass/version.h")).group(1)
    proc = tree.read("module/proc.c")
    tables_man.check(version, re.findall(r'(?:rows_file\(net, dir, |net_single\()"(\w+)"', proc))


TESTS = said()
PAGES = {"Documentation/sysctl.rst": sysctl_page, "Documentation/options.rst": options_page,
         tables_rules.PAGE: lambda: tables_rules.page(table),
         tables_man.PROC: lambda: tables_man.sysctl_part(sysctl_rows()),
         tables_man.GLASS: lambda: tables_man.glass_parts(option_rows(), field_rows())}


def check_pages(write):
    for target, make in PAGES.items():
        wanted = make()
        full = os.path.join(tree.TOP, target)
        if write:
            with open(full, "w", encoding="utf-8") as file:
                file.write(wanted)
        elif not os.path.exists(full) or tree.read(target) != wanted:
            tree.finding(target, 1, "stale: run \"make tables\"")


def run():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--write", action="store_true", help="write the pages")
    parser.add_argument("--results", nargs="+", metavar="FILE", help="logs of tests, in TAP")
    args = parser.parse_args()
    check_pages(args.write)
    check_counters()
    check_named()
    check_calls()
    check_manual()
    if not args.results:
        tree.report()
    parts = [("the pages are true, and each row has a test", tree.findings()),
             ("every test of an option, a sysctl, a counter or of Linux passed",
              list(not_passed(args.results)))]
    failed = proofs.tell("tables", parts)
    proofs.tell_totals(parts, failed)
    sys.exit(failed > 0)


run()
