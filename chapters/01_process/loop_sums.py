"""Loop sums in Python, where threads gain nothing. The loop is slow there: at --scale quick it runs for a minute."""
import sys
from multiprocessing import Process, RawArray
from pathlib import Path
from threading import Thread

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure

TASKS = 8


def worker(first, step, n, sums):
    for i in range(first, TASKS, step):
        total = 0
        for number in range(n):
            total += number
        sums[i] = total


def run(options, kind, workers):
    n = 150_000_000 if options.scale == "quick" else 500_000_000
    sums = RawArray("Q", TASKS)
    if workers == 1:
        worker(0, 1, n, sums)
    else:
        all_workers = [kind(target=worker, args=(w, workers, n, sums)) for w in range(workers)]
        for each in all_workers:
            each.start()
        for each in all_workers:
            each.join()
    return str(sum(sums))


if __name__ == "__main__":
    many = lambda options: options.workers
    measure(
        ("serial", 1, lambda o: run(o, None, 1)),
        ("threads", many, lambda o: run(o, Thread, o.workers)),
        ("processes", many, lambda o: run(o, Process, o.workers)),
    )
