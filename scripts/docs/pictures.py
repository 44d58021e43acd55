#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Pictures of the runs that scenes recorded: their pages, in headless Chromium.

	pictures.py MADE SCENE...

MADE/SCENE/pictures has a row for each: name, event, width, panes (CSS). One is
made anew if there is none, or if its ladder was kept anew just now.
"""
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "userspace/page"))

from chromium import Page, browser  # noqa: E402 pylint: disable=wrong-import-position

HEIGHT = 900

# What encloses all that is selected, and a little more
AROUND = """((css) => {
    const all = [...document.querySelectorAll(css)].map(e => e.getBoundingClientRect());
    const x = Math.min(...all.map(r => r.left)) - 6, y = Math.min(...all.map(r => r.top)) - 6;
    return {x, y, width: Math.max(...all.map(r => r.right)) + 6 - x,
            height: Math.max(...all.map(r => r.bottom)) + 6 - y, scale: 1};
})(arguments[0])"""


def content(path):
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return file.read()


def wanted(made, scenes):
    """The rows of pictures to be made"""
    for scene in scenes:
        for row in (content(f"{made}/{scene}/pictures") or "").splitlines():
            name, event, width, css = row.split("\t")
            kept = f"{TOP}/Documentation/book/outputs/picture-{name}.txt"
            path = f"{TOP}/Documentation/pictures/book-{name}.webp"
            # no two runs have the same numbers
            if not os.path.exists(path) or \
                    content(kept) == content(f"{made}/{scene}/picture-{name}.txt"):
                yield f"{made}/{scene}/{name}.jsonl", int(event), int(width), css, path


def take(driver, recording, event, width, css, path):
    page = os.path.abspath(recording.replace(".jsonl", ".html"))
    subprocess.run([f"{TOP}/.build/userspace/glass", "replay", recording, "--html", page],
                   check=True)
    page = Page(driver, page, (width, HEIGHT))
    page.scrub(event - 1)
    page.picture(path, page.ask(AROUND, css) if css else None)
    print(os.path.relpath(path, TOP) + ": taken anew")


def main():
    rows = list(wanted(sys.argv[1], sys.argv[2:]))
    if not rows:
        return
    driver = browser()
    try:
        for row in rows:
            take(driver, *row)
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
