"""The headline in Python: results in order, as they are completed, and by map, on three engines."""
import hashlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure, scale

UNIT = 14_000 if scale() == "quick" else 200_000
TASKS, IN_A_TASK = 8, 3


def rounds_of(task):
    return 6 * UNIT if task == 0 else UNIT


def chain(i):
    s = f"string-{i}"
    for _ in range(rounds_of(i // IN_A_TASK)):
        s = hashlib.sha512(s.encode()).hexdigest()
    return i, s


def three_chains(task):
    return [chain(i) for i in range(task * IN_A_TASK, (task + 1) * IN_A_TASK)]


def report(results):
    ends = {}
    for i, end in results:
        time.sleep(UNIT / 2e6)  # it is slow
        ends[i] = end
    return hashlib.sha512("".join(ends[i] for i in sorted(ends)).encode()).hexdigest()[:32]


def submit_all(executor):
    return [executor.submit(three_chains, task) for task in range(TASKS)]


def in_order(executor):
    return report(end for future in submit_all(executor) for end in future.result())


def completed(executor):
    return report(end for future in as_completed(submit_all(executor)) for end in future.result())


def by_map(executor):
    return report(executor.map(chain, range(TASKS * IN_A_TASK), timeout=60, chunksize=IN_A_TASK))


def on(engine, take_results):
    def run(options):
        with engine(options.workers) as executor:
            return take_results(executor)

    return run


if __name__ == "__main__":
    many = lambda options: options.workers
    measure(
        ("serial", 1, lambda _: report(map(chain, range(TASKS * IN_A_TASK)))),
        ("threads", many, on(ThreadPoolExecutor, in_order)),
        ("processes", many, on(ProcessPoolExecutor, in_order)),
        ("as completed", many, on(ProcessPoolExecutor, completed)),
        ("map by 3", many, on(ProcessPoolExecutor, by_map)),
    )
