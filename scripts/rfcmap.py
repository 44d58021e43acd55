#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The map from what the RFCs ask to the code that does it and the tests that
prove it.

	rfcmap.py			writes the pages
	rfcmap.py --check [--results FILE...]
					are they true? TAP, and a line of totals

What is asked stands in Documentation/requirements/rfcNNNN.tsv, a table per
RFC: a phrase of our own, a verdict and, unless that is "done", why. Who does
or proves it says so himself, in a comment:

	rfc9293: MUST-66, SHLD-2; rfc5961: 3.2

In module/ and include/ it stands in, or right above, the function that does
it. Above a function of kunit/ or userspace/selftests/, or in the heading of a
packet script, it says that this test fails if the requirement is broken. For
RFCs whose rows are sections the rules of rules.h and citations like
rfc5961#section-3.2 count as code too.

FILE is a log of scripts/check.sh or of the suites: with them every test that
names a MUST has to have passed in one of them.
"""
import argparse
import os
import sys

from rfcmap_pages import PAGE_MAIN, PAGE_OTHERS, page_main, page_others, totals
from rfcmap_read import MAIN, Map, proofs, tree


def stale(path, text):
    full = os.path.join(tree.TOP, path)
    return not os.path.exists(full) or tree.read(path) != text


def unanswered(items):
    for item in items:
        lacks = [what for what, have in (("code", item.code), ("test", item.tests)) if not have]
        if item.verdict == "done" and lacks:
            yield f"rfc{item.rfc}: {item.key} is done, but by no {' and by no '.join(lacks)}"


def not_passed(items, passed):
    """What is still to do may have a test that says so, and fails."""
    for item in items:
        if item.level() != "MUST" or item.verdict == "todo":
            continue
        for test in item.tests:
            if not test.in_results(passed):
                yield f"{test} names {item.key} and passed nowhere"


def check(found, results):
    passed = proofs.passed_tests(results) if results is not None else None
    everything = [item for items in found.tables.values() for item in items.values()]
    main = list(found.tables[MAIN].values())
    parts = [
        ("the tables of requirements are well formed", found.wrong),
        ("every annotation names a requirement and a test", found.unknown),
        ("whatever is done has code and a test", list(unanswered(everything))),
        ("the pages are what the tables, code and tests say",
         [f"{path} is stale: run \"make rfcmap\"" for path, text in
          ((PAGE_MAIN, page_main(found)), (PAGE_OTHERS, page_others(found)))
          if stale(path, text)]),
    ]
    if passed is not None:
        parts.append(("every test that names a MUST passed", list(not_passed(main, passed))))
    failed = proofs.tell("rfcmap", parts)
    for item in main:
        if item.level() == "MUST" and item.verdict == "todo":
            print(f"# missing: {item.key}: {item.phrase}")
    print(f"# {totals(main, passed)}")
    proofs.tell_totals(parts, failed)
    return failed


def write(path, text):
    with open(os.path.join(tree.TOP, path), "w", encoding="utf-8") as file:
        file.write(text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="check, write nothing")
    parser.add_argument("--results", nargs="+", metavar="FILE", help="logs of tests, in TAP")
    return parser.parse_args()


def run():
    args = arguments()
    found = Map()
    if args.check:
        return 1 if check(found, args.results) else 0
    for fault in found.wrong + found.unknown:
        print(fault, file=sys.stderr)
    write(PAGE_MAIN, page_main(found))
    write(PAGE_OTHERS, page_others(found))
    print(totals(list(found.tables[MAIN].values()), None))
    return 1 if found.wrong or found.unknown else 0


if __name__ == "__main__":
    sys.exit(run())
