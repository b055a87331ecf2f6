#!/usr/bin/env python3
"""exercises.py ROOT PAGE: the page of all exercises, with their checks, and which wrong submission loses which.

What a wrong submission loses stands in its own head, and a test grades it and compares: the page says what is so.
"""
import re
import sys
from pathlib import Path

root, page = Path(sys.argv[1]), Path(sys.argv[2])


def head(file):
    """The comment at a submission's top: its sentence, and the words behind `loses:`, `sometimes:` and `says:`."""
    lines = []
    for line in file.read_text().splitlines():
        if not line.startswith("//"):
            break
        lines.append(line[3:])
    said = {"loses": "", "says": "", "racy": "", "sometimes": ""}
    sentence = []
    for line in lines:
        key, colon, rest = line.partition(": ")
        if colon and key in said:
            said[key] = rest
        else:
            sentence.append(line)
    return re.sub(r"^(Wrong|Right): ", "", " ".join(sentence)), said["loses"].split(), said["sometimes"].split(), said["says"]


def cell(text):
    """As Doxygen takes it: a name in back ticks is only code, and what Markdown would take is not its own."""
    for sign in "\\|<>*#@&":
        text = text.replace(sign, "\\" + sign) if sign not in "<>&" else text.replace(
            sign, {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[sign])
    return re.sub(r"\bmp::", "mp\\::", text.replace("`", ""))


def exercise(folder):
    """A section: what it asks, and what it finds."""
    number = folder.name[:4]
    task = (folder / "README.md").read_text()
    title = task.splitlines()[0][2:]
    minutes = re.search(r"About (\d+) minutes", task)[1]
    checks = re.findall(r"^\| (\w+) \| (\d+) \| (.*) \|$", task, re.M)
    submissions = sorted((root / "tests/grading" / folder.name).glob("wrong_*.cpp"))
    rights = len(list((root / "tests/grading" / folder.name).glob("right_*.cpp")))
    lines = [f"## {number} · {title} {{#matrix_{number}}}", "",
             f"@ref exercise_{number} \"The task\", about {minutes} minutes. {len(submissions)} wrong submissions,"
             f" and {rights} right ones beside the reference answer, which get every point.", "",
             "| wrong submission | " + " | ".join(name.replace("_", " ") for name, _, _ in checks) + " | what it is told |",
             "|---|" + ":-:|" * len(checks) + "---|"]
    for file in submissions:
        sentence, loses, sometimes, says = head(file)
        marks = " | ".join("●" if name in loses else "○" if name in sometimes else " " for name, _, _ in checks)
        lines.append(f"| {cell(sentence)} | {marks} | … {cell(says)} … |")
    return (number, title, minutes, checks, len(submissions)), "\n".join(lines) + "\n"


found = [exercise(each) for each in sorted((root / "exercises").iterdir()) if (each / "checks.cpp").exists()]
rows = [f"| @subpage exercise_{n} \"{n}\" | {title} | {minutes} min | {len(checks)} | @ref matrix_{n} \"{wrong}\" |"
        for (n, title, minutes, checks, wrong), _ in found]
total = sum(wrong for (*_, wrong), _ in found)
page.write_text(f"""# Exercises {{#exercises}}

{len(found)} exercises, each worth 100 points, each with one file to edit. `./learn grade 01_1` grades one, and says what
is wrong; `./learn hint 01_1` has a hint for the check that fails; `./learn watch` grades again at every save. The file
`checks.cpp` beside yours is what asks: no secret, and best read when you have passed.

| | exercise | time | checks | wrong |
|---|---|---|---|---|
""" + "\n".join(rows) + f"""

## Who grades the grader? {{#matrix}}

A grader that says "100 of 100" to anything is no grader. So each exercise has submissions that are wrong in one way, and
say in their head which checks they must lose, and with which message; and right ones that go another way than the reference
answer. `./learn test` grades some of them, `./learn test --all` all {total}, and each must lose exactly what it names. The tables
below are made from those heads: a dot is a lost check, a ring one that is lost in some schedules only. They give answers away; do the exercise first.

""" + "\n".join(text for _, text in found))
