"""Factorials of big numbers in Python: digests are compared, for Python refuses to print more than 4,300 digits."""
import hashlib
import math
import sys
from multiprocessing import Pool
from multiprocessing.pool import ThreadPool
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure, scale

FIRST, STEP = (60_000, 15_000) if scale() == "quick" else (100_000, 25_000)
NUMBERS = range(FIRST, FIRST + 17 * STEP, STEP)


def sha(text):
    return hashlib.sha512(text.encode()).hexdigest()


def factorial(n):
    return sha(f"{math.factorial(n):x}")  # hexadecimal: no limit, and no slow conversion


def answer(digests):
    return sha("".join(digests))[:12]


def by(pool_class, chunksize=None):
    def run(options):
        with pool_class(options.workers) as pool:
            return answer(pool.map(factorial, NUMBERS, chunksize))

    return run


if __name__ == "__main__":
    many = lambda options: options.workers
    measure(
        ("serial", 1, lambda _: answer(map(factorial, NUMBERS))),
        ("ThreadPool", many, by(ThreadPool, 1)),
        ("Pool, chunksize 1", many, by(Pool, 1)),
        ("Pool, default", many, by(Pool)),
        ("Pool, chunksize 9", many, by(Pool, 9)),
    )
