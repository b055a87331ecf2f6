"""The adder in Python: a worker that adds what it is sent, answers with the sum, and stops when it gets None."""
import sys
from multiprocessing import Pipe, Process, Queue, SimpleQueue
from pathlib import Path
from threading import Thread

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure, scale

N = 2_000 if scale() == "quick" else 100_000


def add(numbers, sums):
    total = 0
    while (number := numbers.get()) is not None:
        total += number
        sums.put(total)


def add_by_pipe(link):
    total = 0
    while (number := link.recv()) is not None:
        total += number
        link.send(total)


def converse(send, receive, one_at_a_time=True):
    for number in range(N):
        send(number)
        if one_at_a_time:
            total = receive()
    if not one_at_a_time:
        for number in range(N):
            total = receive()
    send(None)
    return str(total)


def by_pipe(worker):
    ours, theirs = Pipe()
    other = worker(target=add_by_pipe, args=(theirs,))
    other.start()
    answer = converse(ours.send, ours.recv)
    other.join()
    return answer


def by_queues(worker, queue, one_at_a_time=True):
    numbers, sums = queue(), queue()
    other = worker(target=add, args=(numbers, sums))
    other.start()
    answer = converse(numbers.put, sums.get, one_at_a_time)
    other.join()
    return answer


if __name__ == "__main__":
    measure(
        ("thread, Pipe", 1, lambda o: by_pipe(Thread), {"operations": N}),
        ("process, Pipe", 1, lambda o: by_pipe(Process), {"operations": N}),
        ("process, SimpleQueue", 1, lambda o: by_queues(Process, SimpleQueue), {"operations": N}),
        ("process, Queue", 1, lambda o: by_queues(Process, Queue), {"operations": N}),
        ("process, Queue, flood", 1, lambda o: by_queues(Process, Queue, False), {"operations": N}),
    )
