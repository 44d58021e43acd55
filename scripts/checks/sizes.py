#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Files of 450 lines or less, functions of 60 or less; --table: per room.

A function's length is counted from its first line (the type) to its closing
brace. C, shell and Python are held to it alike.
"""
import ast
import os
import re
import sys

import tree

FILE_LINES = 450
FUNCTION_LINES = 60
COUNTED = ("c", "sh", "py", "make")


def sh_functions(text):
    lines = text.split("\n")
    first = None
    for number, line in enumerate(lines):
        start = re.match(r"(\w+) ?\(\) ?[{(]", line)
        if start and line.rstrip()[-1] not in "})":
            first, name = number, start.group(1)
        elif first is not None and re.match(r"[})]", line):
            yield name, first + 1, number - first + 1
            first = None


def py_functions(text):
    try:
        tree_of = ast.parse(text)
    except SyntaxError:
        return  # another check says so
    for node in ast.walk(tree_of):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def functions(path, text):
    how = {"c": tree.c_functions, "sh": sh_functions, "py": py_functions}.get(tree.kind(path))
    return list(how(text)) if how else []


def hash_comments(text):
    return sum(1 for line in text.split("\n") if re.match(r"\s*#(?!!)", line))


def check():
    for path in tree.paths():
        if tree.kind(path) not in COUNTED:
            continue
        text = tree.read(path)
        lines = text.count("\n")
        if lines > FILE_LINES:
            tree.finding(path, lines, f"{lines} lines, {FILE_LINES} are enough")
        for name, line, size in functions(path, text):
            if size > FUNCTION_LINES:
                tree.finding(path, line, f"{name} has {size} lines, {FUNCTION_LINES} are enough")
    tree.report()


def room_of(path):
    """Its directory, two deep at most."""
    return "/".join(os.path.dirname(path).split("/")[:2]) or "."


def table():
    rooms = {}
    for path in tree.paths():
        if tree.kind(path) not in COUNTED:
            continue
        text = tree.read(path)
        room = rooms.setdefault(room_of(path), dict(
            files=0, lines=0, blank=0, comments=0, biggest=(0, "-"), longest=(0, "-")))
        lines = text.count("\n")
        room["files"] += 1
        room["lines"] += lines
        room["blank"] += sum(1 for line in text.split("\n")[:-1] if not line.strip())
        room["comments"] += (tree.comments if tree.kind(path) == "c" else hash_comments)(text)
        room["biggest"] = max(room["biggest"], (lines, os.path.basename(path)))
        for name, _, size in functions(path, text):
            room["longest"] = max(room["longest"], (size, name))
    row = "{:<24} {:>5} {:>6} {:>6} {:>8}  {:<28} {}"
    print(row.format("room", "files", "lines", "code", "comments", "biggest file",
                     "longest function"))
    total = [0, 0, 0, 0]
    for name, room in sorted(rooms.items()):
        kept = room["lines"] - room["blank"] - room["comments"]
        print(row.format(name, room["files"], room["lines"], kept, density(room["comments"], kept),
                         "{} {}".format(*room["biggest"]), "{} {}".format(*room["longest"])))
        for i, n in enumerate((room["files"], room["lines"], kept, room["comments"])):
            total[i] += n
    print(row.format("all", *total[:3], density(total[3], total[2]), "", "").rstrip())


def density(comment_lines, code_lines):
    """Lines of comment for a hundred lines of code."""
    return f"{100 * comment_lines // max(code_lines, 1)} %"


if "--table" in sys.argv[1:]:
    table()
else:
    check()
