# SPDX-License-Identifier: GPL-2.0
"""The parts of the manual pages that tables.py writes, between two comments:

	.\\" begin NAME: ...
	.\\" end NAME
"""
import re

import tree

PROC = "Documentation/man/glass_proc.5"
GLASS = "Documentation/man/glass.7"


def roff(text):
    """Plain text: an escape, a hyphen that is one, no request at a line's start"""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def filled(text):
    """Lines of 80 octets, as the rest of the page has them"""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(roff(f"{lines[-1]} {word}")) > 80:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return [roff(line) for line in lines]


def entry(name, kind, text):
    return [".TP", f".BR {roff(name)} \" ({roff(kind)})\"" if kind else f".B {roff(name)}",
            *filled(text)]


def page_with(path, name, lines, old=None):
    """The page as it stands, or OLD, with this part anew"""
    old = tree.read(path) if old is None else old
    new, times = re.subn(rf'(^\.\\" begin {name}:[^\n]*\n).*?(^\.\\" end {name}$)',
                         lambda m: m.group(1) + "".join(f"{x}\n" for x in lines) + m.group(2),
                         old, flags=re.S | re.M)
    if times != 1:
        tree.finding(path, 1, f"no place for {name}")
    return new


def sysctl_part(body):
    """BODY: the rows of Documentation/sysctl.rst"""
    lines = []
    for name, kind, default, span, unit, rfc, meaning, _ in body:
        facts = [f"default {default}", span, unit if unit != kind else ""]
        lines += entry(name.strip("`"), "; ".join(f for f in facts if f not in ("", "-")),
                       f"{meaning}; {rfc}")
    return page_with(PROC, "sysctls", lines)


def glass_parts(options, fields):
    """The rows of Documentation/options.rst: OPTIONS that Glass has, FIELDS that are 0"""
    lines = []
    for number, name, has, what, _ in options:
        if has == "yes":
            lines += entry(f"GLASS_{name}", number, what)
    names = ", ".join(name.strip("`").removeprefix("tcpi_") for name, _ in fields)
    return page_with(GLASS, "fields", filled(names + "."), page_with(GLASS, "options", lines))


def check(version, files):
    """Pages are of this version; FILES of /proc/net/glass stand in their page."""
    for path in tree.paths():
        if not path.startswith("Documentation/man/"):
            continue
        title = next((line for line in tree.read(path).split("\n") if line.startswith(".TH ")), "")
        if not title.endswith(f'"Glass {version}"'):
            tree.finding(path, 2, f"not of Glass {version}")
    text = tree.read(PROC)
    for name in files:
        if not re.search(rf'^\.IR? .*\b{name}\b', text, re.M):
            tree.finding(PROC, 1, f"/proc/net/glass/{name} is missing")
