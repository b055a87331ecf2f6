"""A worker puts a thousand messages and kills itself right after the last, in Python."""
import os
import signal
import sys
from multiprocessing import Pipe, Process, Queue
from multiprocessing.connection import wait
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure

MESSAGES = 1000


def put_all(queue):
    for i in range(MESSAGES):
        queue.put(i)


def put_and_die(queue):
    put_all(queue)
    os.kill(os.getpid(), signal.SIGKILL)


def put_join_and_die(queue):
    put_all(queue)
    queue.close()
    queue.join_thread()
    os.kill(os.getpid(), signal.SIGKILL)


def send_and_die(link, other):
    other.close()
    for i in range(MESSAGES):
        link.send(i)
    os.kill(os.getpid(), signal.SIGKILL)


def by_queue(work):
    queue = Queue()
    worker = Process(target=work, args=(queue,))
    worker.start()
    worker.join(0.1)
    arrived = 0
    while queue._reader in wait([queue._reader, worker.sentinel]):
        queue.get()
        arrived += 1
    worker.join()
    return f"{arrived} of {MESSAGES} arrived"


def by_pipe():
    reader, writer = Pipe(False)
    worker = Process(target=send_and_die, args=(writer, reader))
    worker.start()
    writer.close()
    worker.join(0.1)
    arrived = 0
    try:
        while True:
            reader.recv()
            arrived += 1
    except EOFError:
        worker.join()
        return f"{arrived} of {MESSAGES} arrived"


if __name__ == "__main__":
    measure(
        ("Pipe", 1, lambda o: by_pipe()),
        ("Queue", 1, lambda o: by_queue(put_and_die), {"wrong_on_purpose": True}),
        ("Queue, joined first", 1, lambda o: by_queue(put_join_and_die)),
        ("Queue, ends normally", 1, lambda o: by_queue(put_all)),
    )
