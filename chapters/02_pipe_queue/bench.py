"""What a message costs in Python: there and back again by Pipe, SimpleQueue and Queue."""
import time
from multiprocessing import Pipe, Process, Queue, SimpleQueue


def echo(receive, send):
    while True:
        send(receive())


def timed(name, send, receive, other, payload, rounds):
    other.daemon = True
    other.start()
    start = time.perf_counter()
    for _ in range(rounds):
        send(payload)
        receive()
    print(f"{name:40} {(time.perf_counter() - start) / rounds * 1e6:12.1f} us", flush=True)
    other.terminate()


if __name__ == "__main__":
    for size, rounds in ((64, 3000), (65536, 1000)):
        ours, theirs = Pipe()
        other = Process(target=echo, args=(theirs.recv, theirs.send))
        timed(f"Pipe, there and back, {size} bytes", ours.send, ours.recv, other, b"x" * size, rounds)
        for kind in (SimpleQueue, Queue):
            there, back = kind(), kind()
            other = Process(target=echo, args=(there.get, back.put))
            timed(f"{kind.__name__}, there and back, {size} bytes", there.put, back.get, other, b"x" * size, rounds)
