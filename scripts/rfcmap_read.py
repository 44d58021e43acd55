#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""For rfcmap.py: the tables of requirements, and who in the tree says that he
does or proves one of them."""
import csv
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "checks"))
import proofs
import tree

TABLES = "Documentation/requirements/"
RULES = "include/glass/rules.h"
MAIN = "9293"

VERDICTS = {"done": "done", "not-applicable": "not applicable",
            "deliberately-not": "deliberately not", "todo": "to do"}
LEVELS = ("MUST", "SHLD", "MAY", "REC")
MAY_BE_REFUSED = ("SHLD", "MAY", "REC")

KEY = r"(?:(?:MUST|SHLD|MAY|REC)-\d+|\d+(?:\.\d+)*)"
NOTE = re.compile(rf"\brfc(\d+): ({KEY}(?:, {KEY})*)")
CITED = re.compile(r"\brfc(\d+)#section-(\d+(?:\.\d+)*)(?: (and|to) (\d+(?:\.\d+)*))?")
RULE = re.compile(r'\bR\((\w+),\s*"rfc(\d+)",\s*"([\d.]+)"')


class Item:
    """One row: what an RFC asks, and who answers."""

    def __init__(self, rfc, row, group):
        self.rfc = rfc
        self.key = row.get("label") or row["section"]
        self.section = row["section"]
        self.phrase = row["phrase"]
        self.verdict = row["verdict"]
        self.why = row.get("why") or ""
        self.group = group
        self.code = []
        self.tests = []

    def level(self):
        return self.key.split("-")[0]


class Map:
    """Tables, annotations and what is wrong with them."""

    def __init__(self):
        self.tables = {}	# RFC: {key: Item}, in the table's order
        self.titles = {}
        self.wrong = []
        self.unknown = []
        for path in tree.paths():
            match = re.fullmatch(TABLES + r"rfc(\d+)\.tsv", path)
            if match:
                self.read_table(path, match.group(1))
        self.read_rules()
        for path in tree.paths():
            self.read_tests(path)
            if tree.kind(path) == "c" and path.startswith(("module/", "include/")):
                self.read_code(path, tree.read(path))

    def read_table(self, path, rfc):
        """Rows below a line of column names; a line of one field is a heading."""
        items = self.tables.setdefault(rfc, {})
        group = ""
        columns = None
        for number, line in enumerate(tree.read(path).splitlines(), 1):
            fields = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE), [])
            if not fields or line.startswith("#"):
                continue
            if len(fields) == 1:
                group = fields[0]
                self.titles.setdefault(rfc, group)
                continue
            if columns is None:
                columns = fields
                continue
            item = Item(rfc, dict(zip(columns, fields)), group)
            fault = self.row_fault(item, items)
            if fault:
                self.wrong.append(f"{path}:{number}: {item.key}: {fault}")
            items[item.key] = item

    @staticmethod
    def row_fault(item, items):
        if item.key in items:
            return "stands there twice"
        if item.verdict not in VERDICTS:
            return f"no verdict '{item.verdict}': {', '.join(VERDICTS)}"
        if item.verdict != "done" and not item.why:
            return f"{VERDICTS[item.verdict]}, but not why"
        if item.verdict == "deliberately-not" and item.level() == "MUST":
            return "a MUST cannot be refused"
        return None

    def find(self, path, line, rfc, key):
        item = self.tables.get(rfc, {}).get(key)
        if not item:
            self.unknown.append(f"{path}:{line}: rfc{rfc} has no {key} in {TABLES}")
        return item

    def section(self, rfc, number):
        """The row of a section, or of the nearest one that contains it."""
        table = self.tables.get(rfc, {}) if rfc != MAIN else {}
        while number and number not in table:
            number = number.rpartition(".")[0]
        return table.get(number)

    def notes(self, path, text):
        """(line, Item) of each annotation."""
        for match in NOTE.finditer(text):
            line = tree.line_of(text, match.start())
            for key in match.group(2).split(", "):
                item = self.find(path, line, match.group(1), key)
                if item:
                    yield line, item

    def read_rules(self):
        """Sections of rules are done where the rule is recorded."""
        self.rules = {name: self.section(rfc, section)
                      for name, rfc, section in RULE.findall(tree.read(RULES))}

    def read_tests(self, path):
        for line, match, test in proofs.notes(path, NOTE):
            for key in match.group(2).split(", "):
                item = self.find(path, line, match.group(1), key)
                if item and test:
                    add(item.tests, test)
                elif item:
                    self.unknown.append(f"{path}:{line}: {key} is not right above a test")

    def read_code(self, path, text):
        functions = list(tree.c_functions(text))
        bare = tree.code(text)

        def note(item, line):
            if item:
                add(item.code, f"{owner(functions, bare, line)} in {path}")

        for line, item in self.notes(path, text):
            note(item, line)
        for match in CITED.finditer(text):
            line = tree.line_of(text, match.start())
            for number in cited_sections(match):
                note(self.section(match.group(1), number), line)
        if path != RULES:
            for match in re.finditer(r"\bRULE_(\w+)", bare):
                note(self.rules.get(match.group(1)), tree.line_of(bare, match.start()))


def add(where, what):
    if str(what) not in map(str, where):
        where.append(what)


def cited_sections(match):
    """rfc6298#section-5.1 to 5.3 are three sections."""
    _, first, word, last = match.groups()
    found = [first]
    if word == "and":
        found.append(last)
    elif word == "to" and first.rpartition(".")[0] == last.rpartition(".")[0]:
        stem = first.rpartition(".")[0]
        found = [f"{stem}.{n}" if stem else str(n) for n in
                 range(int(first.rpartition(".")[2]), int(last.rpartition(".")[2]) + 1)]
    return found


def owner(functions, bare, line):
    """What a comment at @line belongs to: the function around or below it."""
    for name, first, size in functions:
        if first <= line < first + size:
            return name + "()"
    lines = bare.split("\n")
    for number in range(line, len(lines) + 1):
        code = lines[number - 1].strip()
        for name, first, size in functions:
            if first <= number < first + size:
                return name + "()"
        match = re.search(r"#define (\w+)|\bstruct (\w+) \{|\benum (\w+)|"
                          r"(\w+)(?:\[\w*\])*\s*=|\b(\w+)\(|^(?:const )?\w+ \**(\w+)[;:\[]",
                          code)
        if match:
            return next(group for group in match.groups() if group)
    return "the file"
