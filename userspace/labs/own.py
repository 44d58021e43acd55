# SPDX-License-Identifier: GPL-2.0
"""glass lab test: a learner's own tests, held against what is right and what is wrong.

First against the piece as this tree has it: a test that fails there is wrong itself,
and what it says of anything else does not count. Then against variants of it that are
known to be bad, the instructor's. Of those that are caught a learner is told what was
wrong, of the others he gets a hint.
"""
import fcntl
import glob
import os
import re
import subprocess
import tomllib
import zlib

import build as pieces

BAD = f"{pieces.HERE}/instructor/build.toml"
SECONDS = 60
LINES = 20

RESULT = re.compile(r"^ {4}(not )?ok \d+ (\S+)$", re.M)
FAILED = re.compile(r"^ *# (\S+): FAILED at (.*)$", re.M)
CASE = re.compile(r"\b(?:KUNIT|SCRIPT)_CASE(?:_PARAM)?\((\w+)")
TOTALS = re.compile(r"^\d+ passed, \d+ failed, 0 skipped$", re.M)


class Unknown(Exception):
    """There is nothing to hold the tests against."""


def object_of(path):
    """A variant that was compiled, and says of itself what it is"""
    told = subprocess.run(["objcopy", "--dump-section", ".glass=/dev/stdout", path, "/dev/null"],
                          check=True, stdout=subprocess.PIPE).stdout
    what, hint = zlib.decompress(told).decode().split("\n")
    with open(path, "rb") as f:
        return what, hint, f.read()


def variants(name, piece):
    """The known-bad ones of a piece: what is wrong, a hint, the text or the object"""
    good = pieces.solution(piece)
    if isinstance(good, bytes):
        return [object_of(path) for path in sorted(glob.glob(f"{pieces.HERE}/pieces/{name}-*.o_shipped"))]
    if not os.path.exists(BAD):
        raise Unknown("which variants are wrong is for the instructor to know: "
                      "userspace/labs/instructor is not here")
    with open(BAD, "rb") as f:
        bad = tomllib.load(f)[name]
    for b in bad:
        if b["old"] not in good:
            raise Unknown(f"{piece['file']} is not what the variants were made of; "
                          "was it changed here?")
    return [(b["what"], b["hint"], good.replace(b["old"], b["new"], 1)) for b in bad]


def named(tests):
    """The tests of a file, in their order"""
    return CASE.findall(re.sub(r"/\*.*?\*/", "", pieces.read(tests), flags=re.S))


class Run:
    """What the tests said: their names in order, and those that failed."""

    def __init__(self, text, expected):
        results = RESULT.findall(text)
        self.names = [name for _, name in results]
        self.failed = {name for bad, name in results if bad}
        self.why = dict(reversed(FAILED.findall(text)))
        if not TOTALS.search(text):
            # one ended the program, or did not end
            broke = [*expected, "(unknown)"][min(len(results), len(expected))]
            self.names.append(broke)
            self.failed.add(broke)
            self.why[broke] = "the program ended in it, or did not end"


def run(tree, piece, text, expected):
    """The tests of @tree, which are @expected, with @text for the piece, or an object: a Run;
    or what the compiler said"""
    pieces.place(piece, tree, text)
    words = pieces.make(tree, "own")
    if words is not None:
        return words
    try:
        out = subprocess.run([f"{tree}/.build/own"], check=False, timeout=SECONDS,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    except subprocess.TimeoutExpired as late:
        out = late.stdout or b""
    return Run(out.decode(errors="replace"), expected)


def judge_right(right, what):
    """Of the tests themselves: is all well, what is said, what else"""
    if isinstance(right, str):
        lines = [s for s in right.splitlines() if s and not s.startswith("make: ")]
        return False, "your tests compile", lines[:LINES]
    if not right.names:
        return False, "there are tests", []
    wrong = [f"{name} is wrong, and does not count: {right.why.get(name, 'it fails')}"
             for name in right.names if name in right.failed]
    return not wrong, f"what is right, {what}, passes your tests: {len(right.names)}", wrong


def judge_wrong(caught, number, what, hint):
    """Of one variant, likewise"""
    if not caught:
        return False, f"variant {number} is caught", [f"hint: {hint}"]
    by = ", ".join(caught[:3]) + (f" and {len(caught) - 3} more" if len(caught) > 3 else "")
    return True, f"variant {number} is caught by {by}", [what]


def judge(name, tests, tree):
    """The tests of the file @tests; @tree is made, or was made by this."""
    piece = pieces.labs()[name]
    bad = variants(name, piece)
    os.makedirs(tree, exist_ok=True)
    with open(f"{tree}/.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pieces.fill(piece, tree)
        pieces.copy_changed(tests, f"{tree}/{pieces.OWN}")
        right = run(tree, piece, pieces.solution(piece), named(tests))
        yield judge_right(right, piece["file"])
        counts = [] if isinstance(right, str) else \
            [n for n in right.names if n not in right.failed]
        for number, (what, hint, text) in enumerate(bad, 1):
            caught = []
            if counts:
                wrong = run(tree, piece, text, right.names)
                if isinstance(wrong, str):
                    raise Unknown(f"a variant does not compile: {what}\n{wrong}")
                caught = [n for n in counts if n in wrong.failed]
            yield judge_wrong(caught, f"{number} of {len(bad)}", what, hint)
