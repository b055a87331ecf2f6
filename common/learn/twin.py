"""What the Python twins share: options, and one line of JSON for each variant (see common/learn/python.hpp)."""
import argparse
import json
import resource
import time

parser = argparse.ArgumentParser()
parser.add_argument("--scale", choices=("quick", "full"), default="quick")
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--json", action="store_true", help="one JSON object a line")


def scale():
    """The size asked for: "quick" or "full"."""
    return parser.parse_known_args()[0].scale


def used():
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def measure(*variants):
    """Times each (name, workers, function of the options[, more fields of its row]) and prints what came of it."""
    options = parser.parse_args()
    for name, workers, body, *more in variants:
        more = more[0] if more else {}
        before, start = used(), time.perf_counter()
        answer = body(options)
        wall, after = time.perf_counter() - start, used()
        change = lambda field: sum(getattr(a, field) - getattr(b, field) for a, b in zip(after, before))
        row = {
            "name": name,
            "workers": workers(options) if callable(workers) else workers,
            "wall_seconds": wall,
            "cpu_seconds": change("ru_utime") + change("ru_stime"),
            "context_switches": change("ru_nvcsw") + change("ru_nivcsw"),
            "peak_memory_kib": max(usage.ru_maxrss for usage in after),
            "answer": answer,
            **more,
        }
        each = f"{wall / more['operations'] * 1e6:8.1f} us each" if "operations" in more else ""
        print(json.dumps(row) if options.json else f"{name:24} {wall:8.3f} s {each}   {answer}", flush=True)
