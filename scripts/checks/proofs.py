# SPDX-License-Identifier: GPL-2.0
"""For rfcmap.py and tables.py: what tests say that they prove, and which of
them have passed.

A test says so in a comment right above its function, in kunit/ or in
userspace/selftests/, or in the heading of a packet script.
"""
import functools
import os
import re

import tree

SCRIPTS = "userspace/selftests/packet/"
ROOMS = ("kunit/", "userspace/selftests/")
# A row in a suite's or a program's table of tests
LISTED = r"\b(?:TEST|TEST_FLAGS|TABLE|KUNIT_CASE|KUNIT_CASE_PARAM|SCRIPT_CASE)\(\s*{}\b"

KUNIT_LINE = re.compile(r"    ok \d+ (\w+)$")
SELFTEST_LINE = re.compile(r"ok \d+ - \S+: (\w+): (?:(\w+) )?(\S+)$")
# One of a suite that is a script: it says in words what is so
SCRIPT_LINE = re.compile(r"ok \d+ - \S+: (\w+): ([^#]+)$")
GLASS = ("glass4", "glass6", "glass46", "own4", "own6", None)


class Test:
    """A test as a page names it and as TAP does."""

    def __init__(self, name, kind, program):
        self.name = name
        self.kind = kind
        self.program = program

    def __str__(self):
        return f"{self.name} ({self.kind})"

    def in_results(self, passed):
        """A packet script may be told by its path or by its file's name."""
        names = (self.name, os.path.basename(self.name))
        return any((self.program, name) in passed for name in names)


def script_test(path):
    """The test that a packet script is, None for other files"""
    if not path.startswith(SCRIPTS) or not path.endswith(".pkt"):
        return None
    return Test(path[len(SCRIPTS):-len(".pkt")], "packet", "packet")


def heading(text):
    """Of a packet script: its lines before the first that does something"""
    return re.match(r"(?:(?:#.*)?\n)*", text).group()


@functools.lru_cache(maxsize=1)
def functions_at(text):
    """First line: name of each function of a C file; its lines without comments"""
    return {first: name for name, first, _ in tree.c_functions(text)}, \
        tree.code(text).split("\n")


def test_below(path, text, line):
    """The test that the comment on this line of a C file is right above, or None."""
    starts, bare = functions_at(text)
    lines = text.split("\n")
    while line < len(bare) and not bare[line].strip() and lines[line].strip():
        line += 1
    name = starts.get(line + 1)
    if not name or not re.search(LISTED.format(name), text):
        return None
    program = program_of(path)
    if path.startswith("kunit/"):
        return Test(name, "kunit", "kunit")
    return Test(name, f"selftest {program}", program)


def program_of(path):
    """The selftest that a C file is part of"""
    return os.path.basename(path)[:-2].split("_")[0]


def is_program(name):
    """Is it a selftest as a whole?"""
    return any(os.path.exists(os.path.join(tree.TOP, f"{ROOMS[1]}{name}{ext}"))
               for ext in (".c", ".sh"))


def tests_of(program):
    """The names in the tables of tests of a selftest, which may be several files"""
    found = set()
    for path in tree.paths():
        if path.startswith(ROOMS[1]) and path.endswith(".c") and \
                program_of(path) == program:
            found.update(re.findall(LISTED.format(r"(\w+)"), tree.read(path)))
    return found


def notes(path, pattern):
    """(line, match, Test or None) wherever a test's comment has the pattern."""
    script = script_test(path)
    if not script and not (tree.kind(path) == "c" and path.startswith(ROOMS)):
        return
    text = tree.read(path)
    for match in pattern.finditer(heading(text) if script else text):
        line = tree.line_of(text, match.start())
        yield line, match, script or test_below(path, text, line)


def passed_tests(files):
    """(program, name) of each test that a log says has passed on Glass."""
    found = set()
    for path in files:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                match = KUNIT_LINE.match(line.rstrip("\n"))
                if match:
                    found.add(("kunit", match.group(1)))
                match = SELFTEST_LINE.match(line.rstrip("\n"))
                if match and match.group(2) in GLASS:
                    found.add((match.group(1), match.group(3).removesuffix(".pkt")))
                elif not match and (match := SCRIPT_LINE.match(line.rstrip("\n"))):
                    found.add(match.groups())
    return found


def tell(program, parts):
    """TAP: what each part checks, and what it found; the number that found something."""
    for number, (what, findings) in enumerate(parts, 1):
        for finding in findings:
            print(f"# {finding}")
        print(f"{'not ok' if findings else 'ok'} {number} - {program}: {what}")
    return sum(bool(findings) for _, findings in parts)


def tell_totals(parts, failed):
    print(f"{len(parts) - failed} passed, {failed} failed, 0 skipped")
