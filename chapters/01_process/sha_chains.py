"""The SHA-512 chains in Python: serial, by threads, by processes."""
import hashlib
import sys
from multiprocessing import Process, RawArray
from pathlib import Path
from threading import Thread

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure

CHAINS = 16


def worker(first, step, rounds, digests):
    for i in range(first, CHAINS, step):
        s = f"string-{i}"
        for _ in range(rounds):
            s = hashlib.sha512(s.encode()).hexdigest()
        digests[128 * i : 128 * (i + 1)] = s.encode()


def run(options, kind, workers):
    rounds = 45_000 if options.scale == "quick" else 1_000_000
    digests = RawArray("c", 128 * CHAINS)
    if workers == 1:
        worker(0, 1, rounds, digests)
    else:
        all_workers = [kind(target=worker, args=(w, workers, rounds, digests)) for w in range(workers)]
        for each in all_workers:
            each.start()
        for each in all_workers:
            each.join()
    return hashlib.sha512(digests[:]).hexdigest()[:32]


if __name__ == "__main__":
    many = lambda options: options.workers
    measure(
        ("serial", 1, lambda o: run(o, None, 1)),
        ("threads", many, lambda o: run(o, Thread, o.workers)),
        ("processes", many, lambda o: run(o, Process, o.workers)),
    )
