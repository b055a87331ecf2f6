"""Pipe, SimpleQueue and Queue by message size in Python: there and back again, to a process."""
import sys
from multiprocessing import Pipe, Process, Queue, SimpleQueue
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure, scale


def echo(receive, send):
    while message := receive():
        send(message)


def converse(send, receive, other, size, n):
    other.start()
    payload = b"x" * size
    same = 0
    for _ in range(n):
        send(payload)
        same += receive() == payload
    send(b"")
    other.join()
    return "all came back" if same == n else f"{same} of {n} came back"


def by_pipe(size, n):
    ours, theirs = Pipe()
    return converse(ours.send, ours.recv, Process(target=echo, args=(theirs.recv, theirs.send)), size, n)


def by_queue(queue, size, n):
    there, back = queue(), queue()
    return converse(there.put, back.get, Process(target=echo, args=(there.get, back.put)), size, n)


def points(name, body):
    for size in (64, 1024, 16384, 262144, 1048576):
        n = max(4, (200 if scale() == "quick" else 10_000) // (1 + size // 8192))
        yield name, 1, lambda o, size=size, n=n: body(size, n), {"operations": n, "at": size}


if __name__ == "__main__":
    measure(
        *points("Pipe", by_pipe),
        *points("SimpleQueue", lambda size, n: by_queue(SimpleQueue, size, n)),
        *points("Queue", lambda size, n: by_queue(Queue, size, n)),
    )
