#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Stale outputs: what the scenes kept just now, beside what the pages show.

	stale.py [--update] [--all] MADE SCENE...

MADE/SCENE/ has the outputs of a scene that was played. Each is compared with
the one of Documentation/book/outputs; if one of a scene differs, --update keeps
all of that scene anew, for they are of one run and name the same numbers. --all:
these are all scenes there are, so that an output that none of them made, or that
no page shows, is stale too; and so are the blocks of blocks.tsv. A line for each
finding, a diff, and the number of outputs.
"""
import argparse
import difflib
import os
import re
import sys
import textwrap

from settle import approach, form, settle

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUTPUTS = "Documentation/book/outputs"
SCENES = "Documentation/book/scenes"
PICTURES = "Documentation/pictures"
BLOCKS = "scripts/docs/blocks.tsv"
PROMPT = re.compile(r"^\s*(?:[a-z]\w*#|[$#]) ")
NEXT = re.compile(r"\s*(?:[a-z]\w*#|\$|===|---|make) ")

findings = []


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def finding(what, details=()):
    findings.append(what)
    print(f"stale output: {what}")
    for line in details:
        print(f"    {line}")


def names(directory, ending=".txt"):
    if not os.path.isdir(os.path.join(TOP, directory)):
        return []
    return sorted(name.removesuffix(ending)
                  for name in os.listdir(os.path.join(TOP, directory)) if name.endswith(ending))


def keep(made, scene):
    """All outputs of a scene: those that differ by their numbers alone, too"""
    for name in names(f"{made}/{scene}"):
        path = f"{OUTPUTS}/{name}.txt"
        with open(os.path.join(TOP, path), "w", encoding="utf-8") as file:
            file.write(read(f"{made}/{scene}/{name}.txt"))
        print(f"{path}: kept anew")


def compare(made, scene, update):
    """Each output of a scene"""
    text = read(f"{SCENES}/{scene}.sh")
    for name in names(f"{made}/{scene}"):
        path = f"{OUTPUTS}/{name}.txt"
        new = read(f"{made}/{scene}/{name}.txt")
        old = read(path) if os.path.exists(os.path.join(TOP, path)) else None
        before = settle(old or "", text)
        after = approach(before, settle(new, text))
        if old is not None and before == after:
            continue
        if update:
            keep(made, scene)
            return
        if old is None:
            finding(f"{path} is not kept, but scene {scene} makes it")
        else:
            finding(f"{path}, of scene {scene}", difflib.unified_diff(
                before, after, "kept", "now", n=1, lineterm=""))


def check_orphans(made, scenes, update):
    """Who makes it, who shows it?"""
    makers = {}
    for scene in scenes:
        for name in names(f"{made}/{scene}"):
            if name in makers:
                finding(f"{name} is made by {makers[name]} and by {scene}")
            makers[name] = scene
    shown = {block[2] for block in blocks()}
    for where, _, files in os.walk(os.path.join(TOP, "Documentation")):
        for name in files:
            if name.endswith(".rst"):
                shown.update(re.findall(r"outputs/([a-z0-9-]+)\.txt",
                                        read(os.path.join(where, name))))
    for name in names(OUTPUTS):
        path = f"{OUTPUTS}/{name}.txt"
        if name not in makers and update:
            os.remove(os.path.join(TOP, path))
            print(f"{path}: nobody makes it, removed")
        elif name not in makers:
            finding(f"{path}: no scene makes it")
        elif name not in shown and not name.startswith("picture-"):
            finding(f"{path}: no page shows it")


def check_pictures():
    """A picture's ladder is compared as an output; here: is there a scene?"""
    kept = names(OUTPUTS)
    for name in names(PICTURES, ".webp"):
        if name.startswith("book-") and name.replace("book-", "picture-", 1) not in kept:
            finding(f"{PICTURES}/{name}.webp: no scene makes it")


def blocks():
    """(page, first line, output, how) of each row"""
    for row in read(BLOCKS).splitlines():
        if row and not row.startswith("#"):
            yield row.split("\t")


def command(line):
    """A prompt may be anybody's."""
    return PROMPT.sub("# ", line)


def block_of(page, first):
    """A block of a page, until the indentation ends, or at the next prompt"""
    lines = read(page).expandtabs().splitlines()
    for number, line in enumerate(lines):
        if line.strip() != first:
            continue
        block = [line]
        for line in lines[number + 1:]:
            if line.strip() and not line.startswith("  ") or NEXT.match(line):
                break
            block.append(line)
        return "\n".join(block).rstrip().splitlines()
    return None


def flush_left(lines):
    return textwrap.dedent("\n".join(lines)).splitlines()


def same(text, scene):
    return flush_left(map(command, settle(text, scene)))


def formed(text, scene):
    return [form(command(line)) for line in settle(text, scene)]


def flowed(text, scene):
    """One long line, in which no space counts, nor which number was first"""
    line = "".join(" ".join(settle(text, scene)).split())
    return [re.sub(r"(ISN|TIME|PORT|NUMBER)\d+", r"\1", line)]


def check_block(page, first, output, how, scene):
    block = block_of(page, first)
    if block is None:
        finding(f"{page}: there is no line \"{first}\"")
        return
    if output not in names(OUTPUTS):
        finding(f"{page}: \"{first}\": no scene makes {output}")
        return
    whole = read(f"{OUTPUTS}/{output}.txt").expandtabs().splitlines()
    view = {"same": same, "form": formed, "flow": flowed}[how]
    wanted = view("\n".join(flush_left(block)), scene)
    if how == "flow" and wanted[0] in view("\n".join(whole), scene)[0]:
        return
    for start in range(len(whole) - len(block) + 1):
        if view("\n".join(flush_left(whole[start:start + len(block)])), scene) == wanted:
            return
    finding(f"{page}: \"{first}\" is not what {output} has", difflib.unified_diff(
        wanted, view("\n".join(whole), scene), page, output, n=1, lineterm=""))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--update", action="store_true", help="keep what is new")
    parser.add_argument("--all", action="store_true", help="these are all scenes")
    parser.add_argument("made")
    parser.add_argument("scenes", nargs="*")
    return parser.parse_args()


def run():
    args = arguments()
    for scene in args.scenes:
        compare(args.made, scene, args.update)
    if args.all:
        check_orphans(args.made, args.scenes, args.update)
        check_pictures()
        every = "\n".join(read(f"{SCENES}/{scene}.sh") for scene in args.scenes)
        for page, first, output, how in blocks():
            check_block(page, first, output, how, every)
    print(f"{len(names(OUTPUTS))} outputs")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(run())
