"""The headline in Python: results in order, as they are completed, and by map, on three engines."""
import hashlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from itertools import count
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure, scale

UNIT = 40_000 if scale() == "quick" else 600_000
LENGTHS = [6 * UNIT] + 7 * [UNIT]


def links(s, rounds):
    for _ in range(rounds):
        s = hashlib.sha512(s.encode()).hexdigest()
    return s


def chain(i, rounds):
    return i, links(f"string-{i}", rounds)


def report(results):
    ends = {}
    for i, end in results:
        time.sleep(UNIT / 2e6)  # it is slow
        ends[i] = end
    return hashlib.sha512("".join(ends[i] for i in sorted(ends)).encode()).hexdigest()[:32]


def submit_all(executor):
    return [executor.submit(chain, i, rounds) for i, rounds in enumerate(LENGTHS)]


def in_order(executor):
    return report(future.result() for future in submit_all(executor))


def completed(executor):
    return report(future.result() for future in as_completed(submit_all(executor)))


def by_map(executor):
    return report(executor.map(chain, count(), LENGTHS, timeout=60, chunksize=3))


def on(engine, take_results):
    def run(options):
        with engine(options.workers) as executor:
            return take_results(executor)

    return run


if __name__ == "__main__":
    many = lambda options: options.workers
    measure(
        ("serial", 1, lambda _: report(map(chain, count(), LENGTHS))),
        ("threads", many, on(ThreadPoolExecutor, in_order)),
        ("processes", many, on(ProcessPoolExecutor, in_order)),
        ("as completed", many, on(ProcessPoolExecutor, completed)),
        ("map by 3", many, on(ProcessPoolExecutor, by_map)),
    )
