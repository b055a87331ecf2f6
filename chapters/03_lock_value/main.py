"""Counting together in Python: without a lock, with one for each step, and each for itself first."""
import sys
from multiprocessing import Process, RawValue, Value
from pathlib import Path
from threading import Thread

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure, scale

N = 6_000_000 if scale() == "quick" else 60_000_000


def without_lock(counter, n):
    for _ in range(n):
        counter.value += 1


def with_lock(counter, n):
    for _ in range(n):
        with counter.get_lock():
            counter.value += 1


def local_first(counter, n):
    mine = 0
    for _ in range(n):
        mine += 1
    with counter.get_lock():
        counter.value += mine


def share(kind, count, counter, workers):
    all_workers = [kind(target=count, args=(counter, N // workers)) for _ in range(workers)]
    for worker in all_workers:
        worker.start()
    for worker in all_workers:
        worker.join()
    return str(counter.value)


def variant(name, kind, count, make, workers=None, wrong=False):
    run = lambda options: share(kind, count, make("l", 0), workers or options.workers)
    return name, workers or (lambda options: options.workers), run, {"operations": N, "wrong_on_purpose": wrong}


if __name__ == "__main__":
    measure(
        variant("serial, no lock", Thread, without_lock, RawValue, 1),
        variant("threads, no lock", Thread, without_lock, RawValue, wrong=True),
        variant("processes, no lock", Process, without_lock, RawValue, wrong=True),
        variant("serial, lock", Thread, with_lock, Value, 1),
        variant("processes, lock", Process, with_lock, Value),
        variant("processes, local sums", Process, local_first, Value),
    )
