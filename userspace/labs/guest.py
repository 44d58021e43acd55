#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Inside the guest: plays scenes, and keeps the facts they state.

    guest.py GLASS.KO SCENE.py...

The facts of each scene go to $GLASS_OUT/NAME.facts, its recordings beside them,
what it shows to the standard output. With -q as first argument nothing is shown but to $GLASS_OUT/NAME.log.
"""
import contextlib
import os
import runpy
import subprocess
import sys
import traceback

from scene import Lab


def play(path, name, where, out):
    """One scene on hosts of its own; its facts, or None if it did not end well."""
    lab = Lab(name, where, out)
    lab.up()
    try:
        runpy.run_path(path)["scene"](lab)
        return lab.facts
    except Exception:           # whatever it is, the next scene shall be played
        traceback.print_exc(file=out)
        return None
    finally:
        lab.down()


def main(arguments):
    quiet = arguments[0] == "-q"
    module, *scenes = arguments[quiet:]
    where = os.environ["GLASS_OUT"]
    tools = os.path.join(os.path.dirname(__file__), "../../.build/userspace")
    os.environ["PATH"] = os.path.abspath(tools) + ":" + os.environ["PATH"]
    if not os.path.exists("/sys/module/glass"):
        subprocess.run(["insmod", module], check=True)
    failed = 0
    for path in scenes:
        name = os.path.basename(path)[:-3]
        with contextlib.ExitStack() as stack:
            out = sys.stdout
            if quiet:
                out = stack.enter_context(open(f"{where}/{name}.log", "w", encoding="utf-8"))
            facts = play(path, name, where, out)
        if facts is None:
            failed += 1
            continue
        with open(f"{where}/{name}.facts", "w", encoding="utf-8") as f:
            f.writelines(f"{key}: {value}\n" for key, value in facts.items())
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
