# SPDX-License-Identifier: GPL-2.0
"""Checks the learner's tree, for check.py: nothing that a learner is to find is in it, no
page names what is not there, and what learners are told to run does run there."""
import os
import re
import shutil
import subprocess
import sys
import tomllib

import build as pieces
import learner

HERE = os.path.dirname(os.path.abspath(__file__))
# A shorter line could be anybody's
LONG = 16
# Paths that pages name: such files are in a tree, or are made there
PATH = re.compile(r"(?<![\w/.-])((?:userspace|Documentation|scripts|module|include|kunit)/"
                  r"[\w./-]*\w)")


def texts(tree):
    """Each file of a tree, but what was built there"""
    for where, dirs, names in os.walk(tree):
        dirs[:] = [d for d in dirs if d not in (".build", ".git")]
        for path in (os.path.join(where, name) for name in names):
            if not os.path.islink(path):
                with open(path, "rb") as f:
                    yield os.path.relpath(path, tree), f.read()


def lines_of(piece, others):
    """Lines of a solution that stand nowhere else"""
    good = pieces.solution(piece)
    given = {line.strip() for line in
             pieces.without(good, piece.get("function")).splitlines()}
    lines = {line.strip() for line in good.splitlines()} - given
    return [line for line in lines if len(line) >= LONG and not line.startswith(("*", "/")) and
            not any(line.encode() in text for path, text in others if path != piece["file"])]


def secrets(models):
    """What must not be in the tree, by what it is: solutions, and the model answers"""
    known = subprocess.run(["git", "-C", pieces.TOP, "ls-files", "-z"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split("\0")
    others = []
    for path in known:
        if path and not path.startswith(learner.AWAY) and os.path.isfile(f"{pieces.TOP}/{path}"):
            with open(f"{pieces.TOP}/{path}", "rb") as f:
                others.append((path, f.read()))
    for name, piece in pieces.labs().items():
        yield f"lines of the solution of {name}", lines_of(piece, others)
    yield "model answers", ["\n".join(f'{key} = "{value}"' for key, value in answers.items())
                            for answers in models.values()]
    with open(f"{HERE}/build.toml", "rb") as f:
        bad = tomllib.load(f)
    yield "what is wrong with variants", [f'what = "{b["what"]}"' for name in pieces.labs()
                                            for b in bad[name]]


def dangling(tree, files):
    """Paths that a page or the Makefile names, and that only the whole tree has"""
    for path, text in files:
        if not path.endswith((".rst", ".md", "Makefile", ".toml")):
            continue
        for named in PATH.findall(text.decode(errors="replace")):
            if os.path.exists(f"{pieces.TOP}/{named}") and not os.path.exists(f"{tree}/{named}") \
                    and named not in [p["file"] for p in pieces.labs().values()]:
                yield f"{path}: {named}"
        if path.startswith("Documentation") and re.search(rb"^ +instructor$", text, re.M):
            yield f"{path}: instructor, in a list of pages"


def tool(tree, work, *words):
    done = subprocess.run([sys.executable, "-B", f"{tree}/userspace/labs/lab.py", *words],
                          cwd=work, env={k: v for k, v in os.environ.items() if k != "GLASS_FACTS"},
                          check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def check_lab(tree, work, model, verdict):
    """One lab as a learner does it, all in that tree"""
    status, said = tool(tree, work, "run", "1")
    verdict(status == 0 and "Now compare" in said, "learner: the scene of lab 1 is played", said)
    status, said = tool(tree, work, "start", "1")
    with open(f"{work}/lab-1.txt", encoding="utf-8") as f:
        questions = f.read()
    with open(f"{work}/lab-1.txt", "w", encoding="utf-8") as f:
        f.write(re.sub(r"^(\w+):$", lambda m: f"{m[1]}: {model[m[1]]}", questions, flags=re.M))
    status, said = tool(tree, work, "check", "1")
    verdict(status == 0, "learner: check passes the model answers", said)


def made(tree, goal):
    """What make says in the tree of a piece"""
    done = subprocess.run(["make", "-s", f"-j{os.cpu_count()}", "-C", tree, goal], check=False,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout[-2000:].splitlines()


def check_piece(tree, work, name, verdict):
    """A piece to be written: not there, then written; and the variants of it"""
    piece, to = pieces.labs()[name], f"{work}/glass-{name}"
    status, said = tool(tree, work, "build", name)
    status, lines = made(to, "check")
    totals = re.search(r"^(\d+) passed, ([1-9]\d*) failed", "\n".join(lines), re.M)
    verdict(status and totals, f"learner: {name}: what is handed out builds, and fails", said, *lines)
    shutil.copy(f"{HERE}/own/{name}.c", f"{to}/{pieces.OWN}")
    status, said = tool(tree, work, "test", name)
    verdict(status == 0 and said.count("\nok ") > 4,
            f"learner: {name}: good tests find each of the wrong variants", *said.splitlines())
    good = pieces.solution(piece)
    base = name if "function" in piece else os.path.basename(piece["file"])[:-2]
    pieces.write(f"{to}/module/core/{base}.c", learner.alone(good, piece.get("function")))
    status, lines = made(to, "all-suites")
    verdict(status == 0, f"learner: {name}: the solution passes, and all that stand on it", *lines)


def check(work, models, verdict):
    """@verdict takes what is good, of what, and why not."""
    tree = f"{work}/tree"
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(f"{work}/work")
    learner.learner_tree(tree)
    files = list(texts(tree))
    for what, lines in secrets(models):
        there = [f"{path}: {line}" for line in lines for path, text in files
                 if line.encode() in text]
        verdict(len(lines) > 4 and not there,
                f"learner: {what}, {len(lines)} of them: none is in the tree", *there)
    there = list(dangling(tree, files))
    verdict(not there, "learner: no page names what is not in it", *there)
    check_lab(tree, f"{work}/work", models["01_accept"], verdict)
    for name in pieces.labs():
        check_piece(tree, f"{work}/work", name, verdict)
