# SPDX-License-Identifier: GPL-2.0
"""What the checks share: the tree's files, C without comments, functions.

A check prints one line per finding, "path:line: what", and exits 1 if it
printed any. Files are found by walking the tree, so that what was not
committed yet is checked too.
"""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIP_DIRS = {".git", ".build", "__pycache__", ".tmp_versions"}
# What builds in the tree leave there, and files without a text of ours.
SKIP_FILES = re.compile(
    r".*\.(o|ko|mod|mod\.c|cmd|gen\.h|symvers|order|a|pyc|webp)$|\.(?!gitignore).*|LICENSE$")

_findings = []


def paths():
    """Every text file of the tree, by its path from the top."""
    found = []
    for where, dirs, names in os.walk(TOP):
        dirs[:] = sorted(d for d in dirs if d not in SKIP_DIRS)
        for name in sorted(names):
            path = os.path.join(where, name)
            if not SKIP_FILES.match(name) and not os.path.islink(path):
                found.append(os.path.relpath(path, TOP))
    return found


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def kind(path):
    """c, sh, py, make, or the name's ending."""
    name = os.path.basename(path)
    if name.endswith((".c", ".h")):
        return "c"
    if name in ("Makefile", "Kbuild") or name.startswith("Makefile."):
        return "make"
    ending = os.path.splitext(name)[1][1:]
    if ending:
        return ending
    first = read(path).split("\n", 1)[0]
    if re.match(r"#!.*\b(ba|da|busybox )?sh\b", first):
        return "sh"
    if re.match(r"#!.*python", first):
        return "py"
    return ""


def c_paths(*rooms):
    """C files and headers, of the rooms named or of all."""
    return [p for p in paths() if kind(p) == "c" and
            (not rooms or p.startswith(rooms))]


_TOKEN = re.compile(r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""",
                    re.S | re.X)


def code(text):
    """C with comments and the insides of literals blanked, lines kept."""
    def blank(match):
        token = match.group()
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token[0] + " " * (len(token) - 2) + token[-1]
    return _TOKEN.sub(blank, text)


def comments(text):
    """How many lines of C hold nothing but a comment."""
    bare = code(text).split("\n")
    return sum(1 for line, rest in zip(text.split("\n"), bare)
               if line.strip() and not rest.strip())


def c_functions(text):
    """(name, first line, number of lines) of each function of a C file."""
    lines = code(text).split("\n")
    for number, line in enumerate(lines):
        if not line.startswith("{"):
            continue
        first = number
        while first > 0 and re.match(r"[\w\s*].*[^;{}\s]\s*$", lines[first - 1]):
            first -= 1
        head = " ".join(lines[first:number])
        name = re.search(r"(\w+)\s*\(", head)
        last = number
        while last + 1 < len(lines) and not lines[last].startswith("}"):
            last += 1
        if name:
            yield name.group(1), first + 1, last - first + 1


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def finding(path, line, what):
    _findings.append((path, line, what))


def findings():
    return [f"{path}:{line}: {what}" for path, line, what in sorted(set(_findings))]


def report():
    print("\n".join(findings()), end="\n" if _findings else "")
    sys.exit(1 if _findings else 0)


if __name__ == "__main__":
    # tree.py [KIND]: the tree's files, of a kind
    for each in paths():
        if len(sys.argv) < 2 or kind(each) == sys.argv[1]:
            print(each)
