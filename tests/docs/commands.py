#!/usr/bin/env python3
"""Runs what the pages tell a reader to type: commands.py COURSE

Chapters, steps, grading, hints and one-liners, each once, with fewer rounds, in a state of its own: nothing of the reader's
is touched. Left out is what other tests run: the tests themselves, the site, benchmarks, the watch, the resets, and the
Python twins; and what names files that only an instructor has. The last line counts what passed.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

COURSE = pathlib.Path(sys.argv[1]).resolve()
PAGES = [COURSE / "README.md", *sorted(COURSE.glob("docs/*.md")), *sorted(COURSE.glob("chapters/*/README.md")),
         *sorted(COURSE.glob("exercises/*/README.md")), COURSE / "common/README.md"]
RUN = re.compile(r"^(\./learn$|\./learn (run|grade|hint|doctor)\b|build/default/tests/|python3 -(c|m timeit) )")
LEFT_OUT = re.compile(r"--file|--json|--junit|--gradescope|--trace|--svg|…|[A-Z]{4}|learn grade$|learn run$")


def commands(page):
    text = page.read_text()
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
        for line in re.findall(r'(?:[^"\n]|"[^"]*")+', block):  # what is in quotes may go over lines
            yield line if '"' in line else re.split(r"\s+#|\s{3,}", line)[0].strip()
    yield from re.findall(r"`([^`\n]+)`", text)


def shortened(command):
    """The same, and quicker: what it shows does not hang on how often it is measured."""
    command = command.replace(" --python", "")
    if command.startswith("./learn run") and "--rounds" not in command and "/s" not in command:
        command = re.sub(r"( \| .*)?$", r" --rounds 1 --patience 5\1", command, count=1)
    return command


def is_well(command, seen):
    if command.startswith("python3"):  # some show how Python fails, but none by a slip of ours
        return "SyntaxError" not in seen.stderr and "NameError" not in seen.stderr
    # A verdict below full points is one, too: exercises are handed out unsolved.
    return seen.returncode == 0 or ("grade" in command and seen.returncode == 1)


def main():
    all_of_them = {shortened(c) for page in PAGES for c in commands(page) if RUN.match(c) and not LEFT_OUT.search(c)}
    passed = failed = 0
    with tempfile.TemporaryDirectory() as state:
        for command in sorted(all_of_them):
            seen = subprocess.run(["bash", "-c", command], cwd=COURSE, env={**os.environ, "LEARN_STATE": state},
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
            well = is_well(command, seen)
            passed, failed = passed + well, failed + (not well)
            if not well:
                print(f"{command}\n  ended with {seen.returncode}: {(seen.stderr or seen.stdout)[-500:]}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
