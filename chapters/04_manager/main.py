"""Word count in Python, word by word or at home first. Its managers have no counter, so we register one."""
import os
import sys
from collections import Counter
from multiprocessing import Process
from multiprocessing.managers import SyncManager
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "common/learn"))
from twin import measure, scale

SIZE = 1_600_000 if scale() == "quick" else 30_000_000
LETTERS = bytes(c if chr(c).islower() else ord(chr(c).lower()) if chr(c).isupper() else 32 for c in range(128)) + b" " * 128


def real_files(size):
    """The same as in C++: licence texts, then headers, until there are enough bytes."""
    for folder in "/usr/share/common-licenses", "/usr/include":
        paths = (os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)
        for path in sorted((p for p in paths if os.path.isfile(p) and not os.path.islink(p)), key=os.fsencode):
            if size <= 0:
                return
            size -= os.path.getsize(path)
            yield path


FILES = [Path(path).read_bytes().translate(LETTERS).decode().split() for path in real_files(SIZE)]
N = sum(map(len, FILES))


class Tally:
    """What the server holds. Each call of it runs in the server, and they may run at the same time, but for the GIL."""

    def __init__(self):
        self.counts = Counter()

    def add(self, word):
        self.counts[word] += 1

    def update(self, counts):
        self.counts.update(counts)

    def all(self):
        return self.counts


class Manager(SyncManager):
    pass


Manager.register("Tally", Tally)


def top_ten(counts):
    best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]
    return "".join(f"{word} {n} " for word, n in best)


def word_by_word(tally, files):
    for words in files:
        for word in words:
            tally.add(word)


def file_by_file(tally, files):
    for words in files:
        tally.update(Counter(words))


def once(tally, files):
    counts = Counter()
    for words in files:
        counts.update(words)
    tally.update(counts)


def serial(_):
    counts = Counter()
    for words in FILES:
        counts.update(words)
    return top_ten(counts)


def by(work):
    def run(options):
        with Manager() as manager:
            tally = manager.Tally()
            shares = [FILES[w :: options.workers] for w in range(options.workers)]
            workers = [Process(target=work, args=(tally, mine)) for mine in shares]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            return top_ten(tally.all())

    return run


if __name__ == "__main__":
    measure(
        ("serial", 1, serial, {"operations": N}),
        *(
            (name, lambda options: options.workers, by(work), {"operations": N})
            for name, work in [
                ("dict, word by word", word_by_word),
                ("counter, file by file", file_by_file),
                ("counter, once", once),
            ]
        ),
    )
