#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""For rfcmap.py: what was found, as pages of Documentation/."""
import textwrap

from rfcmap_read import LEVELS, MAIN, TABLES, VERDICTS

PAGE_MAIN = "Documentation/rfc9293.rst"
PAGE_OTHERS = "Documentation/rfcs.rst"


def proven(item, passed):
    """Has it a test, and, where results are known, one that passed?"""
    return item.verdict == "done" and \
        any(passed is None or test.in_results(passed) for test in item.tests)


def totals(items, passed):
    count = {verdict: sum(item.verdict == verdict for item in items) for verdict in VERDICTS}
    bare = [item for item in items if item.level() == "MUST" and
            item.verdict != "not-applicable" and not proven(item, passed)]
    return f"{len(items)} labels: " + \
        ", ".join(f"{count[verdict]} {name}" for verdict, name in VERDICTS.items()) + \
        f"; {len(bare)} MUST without a {'' if passed is None else 'passing '}test"


def wrap(text, indent, first=None):
    return textwrap.fill(text, 79, initial_indent=indent if first is None else first,
                         subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def heading(text, mark):
    return [text, mark * len(text), ""]


def entry(item):
    """One row of a page"""
    where = "" if item.key == item.section else f" rfc{item.rfc}#section-{item.section}"
    lines = [f"**{item.key}** *{VERDICTS[item.verdict]}*{where}", wrap(item.phrase, "  "), ""]
    if item.verdict != "done":	# or what was missing yesterday would stand there
        lines.append(wrap(item.why, "    ", "  :Why: "))
    if item.code:
        lines.append(wrap("; ".join(item.code), "    ", "  :Code: "))
    if item.tests:
        lines.append(wrap(", ".join(sorted(map(str, item.tests))), "    ", "  :Tests: "))
    if lines[-1]:
        lines.append("")
    return lines


def table(head, rows):
    """A simple table of reStructuredText"""
    widths = [max(len(str(row[i])) for row in [head] + rows) for i in range(len(head))]
    rule = "  ".join("=" * width for width in widths)
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in [head] + rows]
    return [rule, lines[0], rule, *lines[1:], rule, ""]


def level_table(items):
    rows = []
    for level in LEVELS:
        mine = [item for item in items if item.level() == level]
        rows.append([level, len(mine)] + [sum(item.verdict == verdict for item in mine)
                                          for verdict in VERDICTS])
    return table(["Level", "Labels"] + list(VERDICTS.values()), rows)


NOTICE = [".. SPDX-License-Identifier: GPL-2.0",
          f".. Written by scripts/rfcmap.py from {TABLES} and from",
          "   comments in code and tests: edit those, then run \"make rfcmap\".", ""]


def page_main(found):
    items = list(found.tables[MAIN].values())
    title = f"RFC {MAIN}, requirement by requirement"
    lines = NOTICE + ["=" * len(title)] + heading(title, "=")
    lines += [wrap("Each label of the RFC's Appendix B in its order: what it asks in our own "
                   "words, whether Glass does it, which function does and which tests fail "
                   "if it does not. \"make check\" fails when this page is stale, when "
                   "something done has no code or no test, and when a test that names a MUST "
                   "did not pass.", ""), "", wrap(totals(items, None) + ".", ""), ""]
    lines += level_table(items)
    missing = [item.key for item in items if item.level() == "MUST" and item.verdict == "todo"]
    if missing:
        lines += [wrap(f"**Missing, though the RFC says MUST:** {', '.join(missing)}.", ""), ""]
    group = None
    for item in items:
        if item.group != group:
            group = item.group
            lines += heading(group, "=")
        lines += entry(item)
    return "\n".join(lines).rstrip() + "\n"


def page_others(found):
    title = f"The RFCs that RFC {MAIN} leans on"
    lines = NOTICE + ["=" * len(title)] + heading(title, "=")
    lines += [wrap("Section by section, as far as they bind an end of a connection.", ""), ""]
    rows = []
    body = []
    for rfc in sorted(found.tables, key=int):
        if rfc == MAIN:
            continue
        items = list(found.tables[rfc].values())
        rows.append([rfc, len(items)] + [sum(item.verdict == verdict for item in items)
                                         for verdict in VERDICTS])
        body += heading(f"RFC {rfc}: {found.titles[rfc]}", "=")
        for item in items:
            body += entry(item)
    lines += table(["RFC", "Rows"] + list(VERDICTS.values()), rows)
    return "\n".join(lines + body).rstrip() + "\n"
