#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Dead links: of the pages as they were built, and of what texts name.

	links.py HTML

HTML is Sphinx' directory: every link in it to a file or a place of a file must
lead there. In README.md, the pages' sources and the manual pages every file of
the tree that is named must exist, every page, every target of make, and every
section of an RFC. Links to elsewhere cannot be followed on a machine without a
network: their form is checked, and they are counted. A line for each finding.
"""
import fnmatch
import html.parser
import os
import re
import subprocess
import sys
import urllib.parse

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts/checks"))

import tree  # noqa: E402 pylint: disable=wrong-import-position

ROOMS = "module|include|kunit|userspace|scripts|Documentation|[.]ci"
# A file of the tree, by its path from the top; ends of sentences are no part
PATH = re.compile(rf"(?<![\w/.$}}{{~*-])(?:{ROOMS})/[\w./*+-]*[\w/*]")
PAGE = re.compile(r"(?<![\w/.*-])(?:[\w-]+/)*[\w-]+\.rst\b")
FILE = re.compile(r"(?:[\w-]+/)*[\w*-]+\.(?:c|h|S|py|sh|tsv|toml|pkt|patch|awk)")
MAKE = re.compile(r"(?:^|\bsudo )make ([a-z][\w-]*)(?=\s|$)")
LITERAL = re.compile(r"``([^`]+)``")
LITERAL_MARKDOWN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
LINK_MARKDOWN = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"\bhttps?://[^\s<>`\"')\]]+")
# What a page calls a file whose name is the reader's to choose
ANY = re.compile(r"NN_name|NAME|rfcNNNN|\bmine|(?<=_)mine")

findings = []


def finding(where, what):
    if (where, what) not in findings:
        findings.append((where, what))
        print(f"dead link: {where}: {what}")


class Page(html.parser.HTMLParser):
    """Places and links of a page"""

    def __init__(self, path):
        super().__init__()
        self.places = set()
        self.links = []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for name in "id", "name":
            if attrs.get(name):
                self.places.add(attrs[name])
        link = attrs.get("href") if tag in ("a", "link") else attrs.get("src")
        if link:
            self.links.append(link)


def built_pages(top):
    pages = {}
    for where, dirs, names in os.walk(top):
        dirs[:] = [name for name in dirs if name != "_static"]
        for name in names:
            if name.endswith(".html"):
                path = os.path.join(where, name)
                pages[os.path.relpath(path, top)] = Page(path)
    return pages


def check_built(top):
    """Returns how many pages link to what elsewhere"""
    pages = built_pages(top)
    outside = set()
    for name, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                outside.add(link)
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(name),
                                                   urllib.parse.unquote(parts.path))) \
                if parts.path else name
            if not os.path.exists(os.path.join(top, target)):
                finding(name, f"{link}: no such file")
            elif parts.fragment and target in pages and \
                    urllib.parse.unquote(parts.fragment) not in pages[target].places:
                finding(name, f"{link}: no such place in it")
    return outside


def check_form(where, link):
    try:
        parts = urllib.parse.urlsplit(link)
        host, port = parts.hostname or "", parts.port   # which may raise
        good = re.fullmatch(r"localhost|[\w-]+(\.[\w-]+)+", host) and port != 0 and \
            not re.search(r"[.,;:]$", link)
    except ValueError:
        good = False
    if not good:
        finding(where, f"{link}: no address")


# what glass lab build puts into a learner's tree beside copies of this one's
HANDED_OUT = ["kunit/own_test.c"]


class Tree:
    """What there is to be named"""

    def __init__(self):
        self.files = [os.path.relpath(os.path.join(where, name), TOP)
                      for where, dirs, names in self.walk() for name in names]
        self.files += HANDED_OUT
        self.dirs = {os.path.dirname(path) for path in self.files}
        self.dirs |= {os.path.dirname(path) for path in self.dirs}
        self.targets = set()
        for path in self.files:
            if os.path.basename(path).startswith("Makefile") or path.endswith("labs/build.py"):
                for line in re.findall(r"^([a-z][\w -]*):(?!=)", tree.read(path), re.M):
                    self.targets.update(line.split())

    @staticmethod
    def walk():
        for where, dirs, names in os.walk(TOP):
            dirs[:] = [name for name in dirs if name not in tree.SKIP_DIRS]
            yield where, dirs, names

    def has(self, name):
        """A path from the top, or the end of one"""
        name = ANY.sub("*", name.rstrip("/"))
        if os.path.exists(os.path.join(TOP, name)):
            return True
        return any(fnmatch.fnmatchcase("/" + path, "*/" + name)
                   for path in (*self.files, *self.dirs))


def blocks(text, always):
    """The lines of literal blocks, without prompts and indentation: @always what
    is indented, or what is so after a line that ends in ::"""
    inside = None
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if inside is not None and line.strip() and indent <= inside:
            inside = None
        if indent and (always or inside is not None):
            yield re.sub(r"^(?:[a-z]\w*#|[$#]) ", "", line.strip())
        elif line.endswith("::"):
            inside = indent


def check_named(there, where, text, literals):
    for match in PATH.finditer(text):
        if not match.group().endswith(".rst") and not there.has(match.group()):
            finding(where, f"{match.group()}: no such file")
    for match in PAGE.finditer(text):
        if not there.has(match.group()):
            finding(where, f"{match.group()}: no such page")
    for literal in literals:
        name = re.split(r"\s", literal, maxsplit=1)[0]
        if FILE.fullmatch(name) and not there.has(name):
            finding(where, f"{name}: no such file")
    markdown = where.endswith(".md")
    for line in (*literals, *blocks(text, markdown)):
        for target in MAKE.findall(line):
            if target not in there.targets:
                finding(where, f"make {target}: no such target")
    for link in LINK_MARKDOWN.findall(text) if markdown else ():
        if not urllib.parse.urlsplit(link).scheme and \
                not os.path.exists(os.path.join(TOP, link.split("#")[0])):
            finding(where, f"{link}: no such file")


def check_texts():
    """Returns the links to elsewhere"""
    there = Tree()
    outside = set()
    for path in tree.paths():
        if path != "README.md" and not (path.startswith("Documentation/") and
                                        tree.kind(path) in ("rst", "1", "5", "7", "8")):
            continue
        text = tree.read(path)
        markup = LITERAL_MARKDOWN if path.endswith(".md") else LITERAL
        literals = [re.sub(r"\s+", " ", literal) for literal in markup.findall(text)]
        check_named(there, path, text.replace("\\-", "-"), literals)
        for link in ELSEWHERE.findall(text):
            check_form(path, link)
            outside.add(link)
    return outside


def check_rfcs():
    """Sections that are cited: lint has a check of the whole tree."""
    found = subprocess.run([sys.executable, "scripts/checks/rules.py"], cwd=TOP, text=True,
                           stdout=subprocess.PIPE, check=False)
    for line in found.stdout.splitlines():
        where, _, what = line.split(":", 2)
        if where.startswith("Documentation/") or where == "README.md":
            finding(where, what.strip())


def main():
    outside = check_texts() | check_built(sys.argv[1])
    for link in sorted(outside):
        check_form("pages", link)
    check_rfcs()
    print(f"{len(outside)} links to elsewhere, checked in form alone")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
