#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks the labs themselves; make labs-check runs it.

    check.py                  plays every scene in a guest; with broken kernels too
    check.py --facts DIR      of scenes that were played, whose facts are in DIR
    check.py --lab PATTERN    only the labs whose names this matches; build is one, and
                              learner, the tree without solutions

A model answer is what an instructor expects; that it is right the kernel says,
when the scene is played. A wrong answer must be caught, with the belief that
lies behind it, and the message must not give the right one away. A broken
Glass (models.toml tells which) must change what the scene finds. The build labs'
suites must pass the solution alone, and good tests of a learner's (own/) must find
every variant that is wrong, empty ones none.
"""
import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lab as labs      # noqa: E402
import check_learner    # noqa: E402

count = [0, 0]


def verdict(good, text, *why):
    count[not good] += 1
    print(f"{'ok' if good else 'not ok'} {sum(count)} - {text}", flush=True)
    for line in () if good else why:
        print(f"#   {line}")


def gives_away(lab, question, fact, said):
    """Does a message name the right answer? Numbers of steps do not count."""
    if fact in ("yes", "no"):
        return False
    text = re.sub(r"steps? \d+( (to|and) \d+)?|rfc\S+|you said .*", "", " ".join(said[1:]))
    return re.search(rf"(?<![\w/-]){re.escape(fact)}(?![\w/-])", text, re.I) is not None


def wrong_answers(lab, model, facts):
    """Each belief of each question, as an answer among model ones."""
    for question in lab["ask"]:
        key = question["key"]
        for wrong, text in question.get("belief", {}).items():
            answers = dict(model, **{key: wrong})
            results = {k: (right, said) for k, right, said in labs.judge(lab, answers, facts)}
            failed = [k for k, (right, _) in results.items() if not right]
            said = results[key][1]
            yield (key, wrong, failed == [key] and any(text in s for s in said) and
                   not gives_away(lab, question, facts[key], said), said)


def check_lab(name, facts, model):
    """The questions of one lab against what its scene found."""
    _, lab = labs.lab_of(name[:2])
    keys = [q["key"] for q in lab["ask"]]
    if facts is None:
        verdict(False, f"{name}: its scene was played to the end")
        return
    verdict(sorted(keys) == sorted(facts) == sorted(model),
            f"{name}: the scene finds an answer to each of {len(keys)} questions",
            f"asked: {sorted(keys)}", f"found: {sorted(facts)}", f"model: {sorted(model)}")
    if not set(keys) <= set(facts):
        return
    wrong = [f"{k}: {model.get(k)} expected, the kernel did {facts[k]}"
             for k, right, _ in labs.judge(lab, model, facts) if not right]
    verdict(not wrong, f"{name}: the model answers pass", *wrong)
    if wrong:
        return
    for key, belief, good, said in wrong_answers(lab, model, facts):
        verdict(good, f"{name}: {key}: {belief} is caught, and told why", *said)
    for answers, what in ({}, "no answer"), ({k: "?" for k in keys}, "an answer that is none"):
        bad = [k for k, right, said in labs.judge(lab, answers, facts) if right or not said]
        verdict(not bad, f"{name}: {what} is caught", *bad)


def check_command(name, facts_dir, model, work):
    """glass lab start and check, as a learner calls them."""
    number = str(int(name[:2]))
    path = os.path.join(work, f"lab-{number}.txt")
    if os.path.exists(path):
        os.remove(path)

    def tool(*words):
        return subprocess.run([sys.executable, "-B", labs.__file__, *words, number, path], text=True,
                              env=dict(os.environ, GLASS_FACTS=facts_dir), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    verdict(tool("start").returncode == 0 and tool("start").returncode != 0,
            f"{name}: start writes the questions, and not over answers")
    with open(path, encoding="utf-8") as f:
        empty = f.read()
    done = tool("check")
    verdict(done.returncode == 1 and f"\n0 passed, {len(model)} failed" in done.stdout,
            f"{name}: check finds no answer in them", done.stdout)
    filled = re.sub(r"^(\w+):$", lambda m: f"{m[1]}: {model[m[1]]}", empty, flags=re.M)
    with open(path, "w", encoding="utf-8") as f:
        f.write(filled)
    done = tool("check")
    verdict(done.returncode == 0 and f"\n{len(model)} passed, 0 failed" in done.stdout,
            f"{name}: check passes the model answers", done.stdout)


def check_broken(broken, models):
    """A Glass that a patch broke: does the scene find other answers?"""
    patch = os.path.join(labs.TOP, broken["patch"])
    name, key = broken["lab"], broken["key"]
    out = f"{labs.FACTS}/broken"
    text = f"{name}: {os.path.basename(patch)[:-6]} changes {key}"
    try:
        module = labs.build(patch)
    except subprocess.CalledProcessError:
        verdict(False, f"{text}: it does not build")
        return
    log = f"{out}/{name}.log"
    for old in (f"{out}/{name}.facts", log):
        if os.path.exists(old):
            os.remove(old)
    labs.play(module, [f"{labs.HERE}/{name}.py"], out, quiet=True)
    facts = labs.facts_of(name, out)
    if facts is None:
        # a scene that waits in vain says for what; a guest that fails says nothing there
        said = labs.pieces.read(log) if os.path.exists(log) else ""
        verdict(key == "ends" and "\nTimeoutError: waited " in said,
                f"{text}: the scene does not end")
        return
    _, lab = labs.lab_of(name[:2])
    wrong = {k: facts.get(k) for k, right, _ in labs.judge(lab, models[name], facts) if not right}
    verdict(key in wrong, f"{text}: {wrong.get(key)}, not {models[name][key]}",
            f"what changed: {wrong}")


def suite_of(tree, piece, text):
    """The suite of a piece, with @text for its file: passed, failed; None: no build"""
    labs.pieces.write(f"{tree}/{piece['file']}", text)
    if labs.pieces.make(tree, "check") is not None:
        return None
    try:
        done = subprocess.run([f"{tree}/.build/check", piece["suite"]], check=False, text=True,
                              timeout=60, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return 0, 1
    totals = re.search(r"^(\d+) passed, (\d+) failed", done.stdout, re.M)
    return (int(totals[1]), int(totals[2])) if totals else (0, 1)


def own_tests(bodies):
    """The file for a learner's tests as it is handed out, with such tests in it."""
    mark = "static struct kunit_case cases[] = {\n"
    before, _, after = labs.pieces.read(f"{labs.HERE}/own_test.c").partition(mark)
    tests = "".join(f"static void {name}(struct kunit *test)\n{{\n{body}}}\n\n"
                    for name, body in bodies.items())
    return before + tests + mark + "".join(f"\tKUNIT_CASE({n}),\n" for n in bodies) + after


def graded(work, name, text):
    """glass lab test: of the tests themselves, and of each variant; all that is said"""
    path = f"{work}/own_test.c"
    labs.pieces.write(path, text)
    found = list(labs.own.judge(name, path, f"{work}/tests"))
    return found[0], found[1:], [line for _, text, more in found for line in (text, *more)]


VACUOUS = {"own_vacuous": "\tKUNIT_EXPECT_EQ(test, 1, 1);\n"}


def check_own(work, name, bad, wrong):
    """Tests that find all variants, none, nothing at all; and a wrong one."""
    first, rest, said = graded(work, name, labs.pieces.read(f"{HERE}/own/{name}.c"))
    verdict(first[0] and [good for good, _, _ in rest] == [True] * len(bad) and len(bad) > 3,
            f"build {name}: good tests find each of {len(bad)} wrong variants", *said)
    for text, what in ("", "an empty file"), (own_tests({}), "a file without tests"):
        first, rest, said = graded(work, name, text)
        verdict(not first[0] and [good for good, _, _ in rest] == [False] * len(bad),
                f"build {name}: {what} finds none of them", *said)
    first, rest, said = graded(work, name, own_tests(VACUOUS))
    verdict(first[0] and [more for good, _, more in rest if not good] ==
            [[f"hint: {b['hint']}"] for b in bad],
            f"build {name}: a test of nothing finds none of them, and gets hints", *said)
    verdict(not any(b["what"] in line for b, line in itertools.product(bad, said)),
            f"build {name}: nobody is told what he did not find", *said)
    first, rest, said = graded(work, name, own_tests(VACUOUS | {"own_belief": wrong}))
    verdict(not first[0] and len(first[2]) == 1 and first[2][0].startswith("own_belief is wrong")
            and not any(good for good, _, _ in rest),
            f"build {name}: a wrong test is called wrong, and finds none of them", *said)


def check_breaking(work):
    """Tests that end the program: on what is right, and on what is wrong."""
    crash = "\tstruct tcb t = { .policy = &tcb_policy_default };\n\n" \
            "\trtt_init(&t);\n\tt.cong.backoff = 1;\n" \
            "\tif (rtt_timeout_ms(&t) == %d)\n\t\tabort();\n"
    first, rest, said = graded(work, "rtt", own_tests(VACUOUS | {"own_crash": crash % 2000}))
    verdict(not first[0] and "own_crash is wrong" in first[2][0] and
            not any(good for good, _, _ in rest),
            "build rtt: a test that ends the program is wrong", *said)
    first, rest, said = graded(work, "rtt", own_tests(VACUOUS | {"own_crash": crash % 1000}))
    caught = [text for good, text, more in rest if good]
    verdict(first[0] and len(caught) == 1 and caught[0].endswith("caught by own_crash"),
            "build rtt: a test that a wrong variant ends has caught it", *said)


def check_taken_away(work):
    """A tree without the instructor's directory grades nothing, and says so."""
    kept, labs.own.BAD = labs.own.BAD, f"{work}/taken-away"
    try:
        graded(work, "rtt", own_tests(VACUOUS))
        verdict(False, "build: without variants nothing is graded")
    except labs.own.Unknown as why:
        verdict("instructor" in str(why), "build: without variants nothing is graded", str(why))
    labs.own.BAD = kept


def check_own_command(work, bad):
    """glass lab build and test, as a learner calls them."""
    tree = f"{work}/glass-rtt"
    shutil.rmtree(tree, ignore_errors=True)

    def tool(word):
        return subprocess.run([sys.executable, "-B", labs.__file__, word, "rtt", tree],
                              env=dict(os.environ, GLASS_FACTS=work), check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    done = tool("build")
    verdict(done.returncode == 0 and tool("build").returncode != 0,
            "build rtt: the command makes a tree, and not over another", done.stdout)
    done = tool("test")
    verdict(done.returncode == 1 and f"\n0 passed, {len(bad) + 1} failed" in done.stdout,
            "build rtt: what is handed out has no tests yet", done.stdout)
    shutil.copy(f"{HERE}/own/rtt.c", f"{tree}/{labs.pieces.OWN}")
    made = labs.pieces.make(tree, "own")
    verdict(made is None and subprocess.run([f"{tree}/.build/own"], check=False,
                                            stdout=subprocess.DEVNULL).returncode == 1,
            "build rtt: make own holds them against the learner's file", made)
    done = tool("test")
    verdict(done.returncode == 0 and f"\n{len(bad) + 1} passed, 0 failed" in done.stdout,
            "build rtt: the command passes good tests", done.stdout)


def check_builds(work):
    """Build labs: the solution passes; nothing, and what is known to be bad, does not."""
    pieces = labs.pieces
    tree = f"{work}/build"
    with open(f"{HERE}/build.toml", "rb") as f:
        known_bad = tomllib.load(f)
    for name, piece in pieces.labs().items():
        good = pieces.solution(piece)
        pieces.fill(piece, tree)        # each file but this one is whole
        empty = pieces.without(good, piece.get("function"))
        got = suite_of(tree, piece, empty)
        verdict(got and got[1], f"build {name}: what is handed out builds, and fails {got}")
        verdict(not any(bad["old"] in empty for bad in known_bad[name]),
                f"build {name}: and has nothing of the solution")
        for bad in known_bad[name]:
            got = suite_of(tree, piece, good.replace(bad["old"], bad["new"], 1))
            verdict(bad["old"] in good and got and got[1],
                    f"build {name}: {bad['what']}: {piece['suite']} fails {got}")
        got = suite_of(tree, piece, good)
        verdict(got and got[0] and not got[1], f"build {name}: the solution passes {got}")
        check_own(work, name, known_bad[name], known_bad["wrong"][name])
    check_breaking(work)
    check_taken_away(work)
    check_own_command(work, known_bad["rtt"])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--facts")
    p.add_argument("--lab", default="")
    o = p.parse_args()
    with open(f"{HERE}/models.toml", "rb") as f:
        models = tomllib.load(f)
    broken = models.pop("broken", [])
    names = [n for n in labs.names() if re.match(o.lab, n)]
    facts_dir = o.facts or labs.FACTS
    print("TAP version 13")
    if not o.facts and names:
        module = labs.build()
        for name in names:
            if os.path.exists(f"{facts_dir}/{name}.facts"):
                os.remove(f"{facts_dir}/{name}.facts")
        labs.play(module, [f"{labs.HERE}/{n}.py" for n in names], facts_dir, quiet=True)
    for name in names:
        check_lab(name, labs.facts_of(name, facts_dir), models.get(name, {}))
    if names:
        check_command(names[0], facts_dir, models[names[0]], facts_dir)
    if not o.facts:
        if re.match(o.lab, "build"):
            os.makedirs(facts_dir, exist_ok=True)
            check_builds(facts_dir)
        if re.match(o.lab, "learner"):
            check_learner.check(f"{facts_dir}/learner", models, verdict)
        without = set(names) - {b["lab"] for b in broken}
        verdict(not without, "each lab has a Glass that it must find out", *sorted(without))
        for b in broken:
            if re.match(o.lab, b["lab"]):
                check_broken(b, models)
    print(f"1..{sum(count)}\n{count[0]} passed, {count[1]} failed, 0 skipped")
    return 1 if count[1] else 0


sys.exit(main())
