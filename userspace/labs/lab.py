#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""glass lab: predict, run, compare, explain.

    glass lab [list]            the labs
    glass lab start N [FILE]    the questions of lab N, to be answered in FILE
    glass lab run N             plays its scene in a throwaway guest
      --scene FILE              a scene of one's own in its place
      --with PATCH              a Glass that is changed, or broken, by a patch
    glass lab check N [FILE]    compares the answers with what the kernel did
    glass lab build [NAME [DIR]]
                                a piece of TCP to be written, in DIR (glass-NAME);
                                make there grades it
    glass lab shell [KERNEL]    four hosts in a throwaway guest, at this terminal;
                                KERNEL: 6.12 or 6.1 in a VM, not User-mode Linux
    glass lab test NAME [DIR]   holds the tests that were written in DIR against
                                variants of the piece that are wrong

FILE is lab-N.txt unless it is named. What is right no file of this tree says:
it is what the kernel did when the scene was last played here.
"""
import argparse
import glob
import os
import subprocess
import sys
import textwrap
import tomllib

import build as pieces
import own

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "../.."))
FACTS = os.environ.get("GLASS_FACTS") or os.path.join(TOP, ".build/labs")
WIDTH = 78


def die(text):
    sys.exit(f"glass lab: {text}")


def names():
    return sorted(os.path.basename(p)[:-5] for p in glob.glob(f"{HERE}/[0-9][0-9]_*.toml"))


def lab_of(number):
    """A lab by its number: its name and its questions."""
    for name in names():
        if number.isdecimal() and int(name[:2]) == int(number):
            with open(f"{HERE}/{name}.toml", "rb") as f:
                return name, tomllib.load(f)
    return die(f"there is no lab {number}; glass lab list tells which there are")


def read_pairs(path):
    """Lines "key: value"; # begins a comment."""
    pairs = {}
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            key, colon, value = line.partition(":")
            if not colon:
                die(f"{path}:{number}: a line is \"key: answer\"")
            if key.strip() in pairs:
                die(f"{path}:{number}: {key.strip()} has an answer above")
            pairs[key.strip()] = " ".join(value.split())
    return pairs


def facts_of(name, where=FACTS):
    path = f"{where}/{name}.facts"
    return read_pairs(path) if os.path.exists(path) else None


def same(question, answer, fact):
    """Numbers by value, words whatever their case."""
    if answer.lower() == fact.lower():
        return True
    try:
        distance = abs(float(answer.split()[0]) - float(fact))
    except (ValueError, IndexError):
        return False
    return distance <= question.get("within", 0)


def understood(question, answer):
    """Is it an answer at all? What is wrong with it, or None"""
    if not answer:
        return "there is no prediction yet; a wrong one teaches more than none"
    choices = question.get("choices")
    if choices and answer.lower() not in [c.lower() for c in choices]:
        return f"\"{answer}\" is none of: {', '.join(choices)}"
    if question.get("number"):
        try:
            float(answer.split()[0])
        except ValueError:
            return f"\"{answer}\" is no number"
    return None


def judge(lab, answers, facts):
    """For each question: key, is it right, what there is to say."""
    for question in lab["ask"]:
        key = question["key"]
        answer = answers.get(key, "")
        wrong = understood(question, answer)
        if wrong:
            yield key, False, [wrong]
        elif same(question, answer, facts[key]):
            yield key, True, []
        else:
            beliefs = {k.lower(): v for k, v in question.get("belief", {}).items()}
            said = [f"you said {answer}; the kernel did something else"]
            if answer.lower() in beliefs:
                said.append("behind it: " + beliefs[answer.lower()])
            said.append("look at: " + question["look"])
            yield key, False, said


def wrapped(text, first, rest=None):
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest or first,
                         break_on_hyphens=False, break_long_words=False)


def check(lab, answers, facts):
    """Prints TAP; True if all are right."""
    results = list(judge(lab, answers, facts))
    print(f"TAP version 13\n1..{len(results)}")
    for number, (key, right, said) in enumerate(results, 1):
        print(f"{'ok' if right else 'not ok'} {number} - {key}")
        for text in said:
            print(wrapped(text, "#   ", "#     "))
    for key in answers.keys() - {q["key"] for q in lab["ask"]}:
        print(f"# nobody asked for \"{key}\"")
    good = sum(right for _, right, _ in results)
    if good == len(results):
        print(wrapped(" ".join(lab["explain"].split()), "# "))
    print(f"{good} passed, {len(results) - good} failed, 0 skipped")
    return good == len(results)


def template(number, name, lab):
    """The questions, as a file that is to be filled in."""
    yield f"# Lab {number}: {lab['title']}"
    yield wrapped(f"Often believed: {lab['belief']}", "# ")
    yield "#"
    yield wrapped(f"Write down what you expect, then: glass lab run {number}; "
                  f"glass lab check {number}. The lab's page: Documentation/labs/{name}.rst", "# ")
    explain = False
    for question in lab["ask"]:
        if question.get("after") and not explain:
            explain = True
            yield "\n# --- After the run: why was it so?"
        yield ""
        yield wrapped(question["ask"], "# ")
        if "choices" in question:
            yield wrapped("one of: " + ", ".join(question["choices"]), "#   ", "#           ")
        yield f"{question['key']}:"


def cmd_list(_):
    for name in names():
        print(f"{int(name[:2]):3}  {lab_of(name[:2])[1]['title']}")


def cmd_start(o):
    name, lab = lab_of(o.number)
    path = o.file or f"lab-{int(o.number)}.txt"
    if os.path.exists(path):
        die(f"{path} is there already; what you wrote stays")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(template(int(o.number), name, lab)) + "\n")
    print(f"{path}: {len(lab['ask'])} questions; then: glass lab run {int(o.number)}")


def build(patch=None):
    """What the guest needs; minutes the first time, when its kernel is built."""
    subprocess.run([f"{TOP}/scripts/setup/packages.sh", "labs"], check=True)
    subprocess.run(["make", "-s", "-C", f"{TOP}/userspace"], check=True)
    command = [f"{TOP}/scripts/vm/build-module.sh", "uml-fast"]
    env = dict(os.environ)
    if patch:
        command.append(f"{FACTS}/changed")
        env["GLASS_PATCH"] = os.path.abspath(patch)
    return subprocess.run(command, check=True, text=True, env=env,
                          stdout=subprocess.PIPE).stdout.strip()


def play(module, scenes, out, quiet=False):
    """Plays scenes in a guest, in virtual time; facts go to the directory out."""
    os.makedirs(out, exist_ok=True)
    command = [f"{TOP}/scripts/vm/run.sh", "--kernel", "uml-fast", "--virtual-time",
               "--mem", "256", "--append", "kunit.enable=0", "--timeout", "300",
               "--out", out, "--", "python3", "-B", f"{HERE}/guest.py"]
    command += ["-q"] if quiet else []
    return subprocess.run(command + [module, *scenes], check=False).returncode


def cmd_run(o):
    name, lab = lab_of(o.number)
    own = o.scene or getattr(o, "with")
    scene = os.path.abspath(o.scene or f"{HERE}/{name}.py")
    if not os.path.exists(scene):
        die(f"{scene}: there is no such file")
    module = build(getattr(o, "with"))
    for old in glob.glob(f"{FACTS}/{name}-*.jsonl"):
        os.remove(old)
    print(f"Lab {int(o.number)}: {lab['title']}", flush=True)
    status = play(module, [scene], f"{FACTS}/own" if own else FACTS)
    if status == 0 and not own:
        print(f"\nNow compare: glass lab check {int(o.number)}")
        for path in sorted(glob.glob(f"{FACTS}/{name}-*.jsonl")):
            print(f"Recorded: {os.path.relpath(path)} (glass replay, explain, why)")
    return status


def cmd_check(o):
    name, lab = lab_of(o.number)
    path = o.file or f"lab-{int(o.number)}.txt"
    if not os.path.exists(path):
        die(f"{path}: no such file; glass lab start {o.number} makes one")
    facts = facts_of(name)
    if facts is None:
        die(f"the kernel has not been asked yet: glass lab run {o.number}")
    return 0 if check(lab, read_pairs(path), facts) else 1


def piece_of(name):
    labs = pieces.labs()
    if name not in labs:
        die(f"nothing of the name {name}; glass lab build tells what there is")
    return labs[name]


def cmd_build(o):
    if not o.name:
        for name, piece in pieces.labs().items():
            print(f"{name:8} {piece['title']}")
        return
    piece, to = piece_of(o.name), o.dir or f"glass-{o.name}"
    if os.path.exists(to):
        die(f"{to} is there already; what you wrote stays")
    pieces.make_tree(o.name, piece, to)
    what = f"{piece['function']}() in " if "function" in piece else ""
    print(f"Write {what}{to}/{piece['file']}: {piece['title']}.\n"
          f"See too: {piece['also']}.\nmake -C {to} -j{os.cpu_count()} runs {piece['suite']}.\n"
          f"Tests of your own: {to}/{pieces.OWN}, make own, glass lab test {o.name}.")


def cmd_test(o):
    piece_of(o.name)
    where = o.dir or f"glass-{o.name}"
    path = where if os.path.isfile(where) else f"{where}/{pieces.OWN}"
    if not os.path.exists(path):
        die(f"{path}: there is no such file; glass lab build {o.name} makes one")
    subprocess.run([f"{TOP}/scripts/setup/packages.sh", "labs"], check=True)
    results = []
    print("TAP version 13")
    try:
        for good, text, more in own.judge(o.name, path, f"{FACTS}/tests"):
            results.append(good)
            print(f"{'ok' if good else 'not ok'} {len(results)} - {text}", flush=True)
            for line in more:
                print(wrapped(line, "#   ", "#     "), flush=True)
    except own.Unknown as nothing:
        die(nothing)
    print(f"1..{len(results)}\n{sum(results)} passed, {results.count(False)} failed, 0 skipped")
    return 0 if all(results) else 1


def cmd_shell(o):
    os.execv(f"{TOP}/scripts/shell.sh", ["shell.sh", o.kernel])


def arguments():
    p = argparse.ArgumentParser(prog="glass lab", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(required=False)
    p.set_defaults(run=cmd_list)
    sub.add_parser("list").set_defaults(run=cmd_list)
    s = sub.add_parser("build")
    s.set_defaults(run=cmd_build)
    s.add_argument("name", metavar="NAME", nargs="?")
    s.add_argument("dir", metavar="DIR", nargs="?")
    s = sub.add_parser("test")
    s.set_defaults(run=cmd_test)
    s.add_argument("name", metavar="NAME")
    s.add_argument("dir", metavar="DIR", nargs="?")
    s = sub.add_parser("shell")
    s.set_defaults(run=cmd_shell)
    s.add_argument("kernel", metavar="KERNEL", nargs="?", default="uml-fast",
                   choices=("uml-fast", "6.12", "6.1"))
    for word, run in ("start", cmd_start), ("run", cmd_run), ("check", cmd_check):
        s = sub.add_parser(word)
        s.set_defaults(run=run)
        s.add_argument("number", metavar="N")
        if word == "run":
            s.add_argument("--scene", metavar="FILE")
            s.add_argument("--with", metavar="PATCH")
        else:
            s.add_argument("file", metavar="FILE", nargs="?")
    return p.parse_args()


if __name__ == "__main__":
    options = arguments()
    try:
        sys.exit(options.run(options))
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:     # a pager that has seen enough
        os._exit(1)
