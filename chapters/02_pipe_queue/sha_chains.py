"""The SHA-512 chains through queues, in Python: any worker takes the next one."""
import hashlib
import queue
import sys
from multiprocessing import Process, Queue
from pathlib import Path
from threading import Thread

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure

CHAINS = 16


def chain(i, rounds):
    s = f"string-{i}"
    for _ in range(rounds):
        s = hashlib.sha512(s.encode()).hexdigest()
    return s


def work(tasks, results, rounds):
    while (task := tasks.get()) is not None:
        results.put((task, chain(task, rounds)))


def run(options, kind, make_queue):
    rounds = 30_000 if options.scale == "quick" else 1_000_000
    if kind is None:
        ends = [chain(i, rounds) for i in range(CHAINS)]
    else:
        tasks, results = make_queue(), make_queue()
        workers = [kind(target=work, args=(tasks, results, rounds)) for _ in range(options.workers)]
        for worker in workers:
            worker.start()
        for task in [*range(CHAINS), *[None] * len(workers)]:
            tasks.put(task)
        ends = [end for _, end in sorted(results.get() for _ in range(CHAINS))]
        for worker in workers:
            worker.join()
    return hashlib.sha512("".join(ends).encode()).hexdigest()[:32]


if __name__ == "__main__":
    many = lambda options: options.workers
    measure(
        ("serial", 1, lambda o: run(o, None, None)),
        ("threads, queue.Queue", many, lambda o: run(o, Thread, queue.Queue)),
        ("processes, Queue", many, lambda o: run(o, Process, Queue)),
    )
