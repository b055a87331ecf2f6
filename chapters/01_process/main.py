"""The headline in Python: eight tasks, one crashes, one never ends; a process for each."""
import os
import signal
import sys
import time
from multiprocessing import Process, RawArray
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure

TASKS, CRASHING, ENDLESS = 8, 3, 5


def task(i, results):
    if i == CRASHING:
        os.kill(os.getpid(), signal.SIGSEGV)
    if i == ENDLESS:
        signal.pause()
    results[i] = i * i


def processes(options):
    results = RawArray("l", TASKS)
    workers = [Process(target=task, args=(i, results)) for i in range(TASKS)]
    for worker in workers:
        worker.start()
    end = time.monotonic() + 0.3
    answers = []
    for i, worker in enumerate(workers):
        worker.join(max(0, end - time.monotonic()))
        if worker.is_alive():
            worker.kill()
            answers.append("timeout")
        else:
            answers.append(str(results[i]) if worker.exitcode == 0 else f"({worker.exitcode})")
    return " ".join(answers)


if __name__ == "__main__":
    measure(("8 processes", 8, processes))
