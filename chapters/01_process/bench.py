"""What a process costs in Python: to start and end one, by each start method, beside a thread."""
import multiprocessing as mp
import threading
import time


def nothing():
    pass


def timed(name, make, rounds):
    start = time.perf_counter()
    for _ in range(rounds):
        each = make()
        each.start()
        each.join()
    print(f"{name:24} {(time.perf_counter() - start) / rounds * 1e6:12.0f} us", flush=True)


if __name__ == "__main__":
    timed("thread", lambda: threading.Thread(target=nothing), 2000)
    for method, rounds in (("fork", 200), ("forkserver", 50), ("spawn", 20)):
        context = mp.get_context(method)
        context.Process(target=nothing).start()
        timed(f"process by {method}", lambda: context.Process(target=nothing), rounds)
