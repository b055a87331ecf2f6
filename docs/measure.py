#!/usr/bin/env python3
"""Measures all chapters anew, in some minutes: python3 docs/measure.py BUILD

Writes docs/measured.md and the pictures of real runs, docs/pictures. On a quiet machine, or it measures its neighbours.
"""
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
build = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else root / "build/default"

# Each chapter's headline, and what to look for in it; then pictures alone, by the program that draws them.
HEADLINES = {
    "01_process": ("01 · Process", "Look at who is right, not at who is fast: the crash takes all threads along, and the task "
                   "without end holds up everybody but the processes."),
    "02_pipe_queue": ("02 · Pipe and Queue", "The same numbers there and back. A message is cheap, and waiting for it is "
                      "not: many under way cost a fraction of one at a time."),
    "03_lock_value": ("03 · Lock and Value", "Without a lock it is quick and wrong. With a lock for each step it is right, "
                      "and slower than one alone; summed up apart it is both quick and right."),
    "04_manager": ("04 · The manager", "Each word a message to the server, or all of them in one: the number of messages is "
                   "the time."),
    "05_pool": ("05 · The pool", "The same calls, dealt out one by one or many at once."),
    "06_executor": ("06 · The executor", "Whoever takes results as they come does not wait for the slowest."),
}
PICTURES = {
    "01_process/main": "01_main", "02_pipe_queue/sizes": "02_sizes", "03_lock_value/race": "03_race",
    "04_manager/always_on": "04_always_on", "05_pool/main": "05_main", "06_executor/main": "06_main",
}


def run(program, *words):
    """What it found, as data."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run([build / "chapters" / program, "--json", file.name, *words], check=True, cwd=root,
                       stdout=subprocess.DEVNULL)
        return json.load(open(file.name))[0]


def span(seconds):
    for unit, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= 0.9995 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 1e-9:.3g} ns"


def table(found):
    operations = any("operations" in variant for variant in found["variants"])
    comparable = found["variants"][0]["correct"]  # how much faster than what is wrong?
    lines = [f"| variant | wall | spread | processor time | {'each' if operations else 'faster'} | answer |",
             "|---|--:|--:|--:|--:|---|"]
    for v in found["variants"]:
        ratio = (span(v["wall_seconds"] / v["operations"]) if v.get("operations") else f"{v['speedup']:.2f}")
        lines.append(f"| {v['name']} | {span(v['wall_seconds'])} | {100 * v['spread']:.0f} % | {span(v['cpu_seconds'])} "
                     f"| {ratio if v['correct'] and comparable else '–'} | {'right' if v['correct'] else 'wrong'} |")
    return "\n".join(lines)


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    return (f"{cpu[1] if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} processors, Linux "
            f"{platform.release().split('-')[0]}, {compiler}, CPython {platform.python_version()}")


def main():
    for program, picture in PICTURES.items():
        run(program, "--rounds", "3", "--svg", str(root / f"docs/pictures/{picture}.svg"))
    parts = []
    for chapter, (title, sentence) in HEADLINES.items():
        found = run(f"{chapter}/main", "--rounds", "3", "--python")
        parts.append(f"## {title} {{#measured_{chapter[:2]}}}\n\n{sentence}\n\n{found['workload']}:\n\n{table(found)}\n")
    (root / "docs/measured.md").write_text(f"""# Measured {{#measured}}

One run of all headlines, each variant three times, interleaved; the medians. The spread is (slowest − fastest) / median: a
difference smaller than that is none. Lines that begin with `python` are CPython's own, measured once, by the chapter's `main.py`. The machine:
{machine()}; {time.strftime('%B %Y')}. Yours will differ, and that is the point: `./learn run` measures it.

All of this, and the pictures of real runs on the other pages, is made anew by `python3 docs/measure.py`, in some minutes.

{chr(10).join(parts)}
## Beside others {{#measured_beside}}

`./learn bench --python` runs each chapter's benchmark beside CPython's counterpart: one operation at a time, and many at
once, of everything that a chapter builds.
""")


main()
