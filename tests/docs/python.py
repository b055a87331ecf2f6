"""What Python has, a line each: the heading of docs/python.md that it belongs under, a tab, its name."""
import concurrent.futures as futures
import inspect
import multiprocessing as mp
import queue
import sys
from multiprocessing import connection, managers, pool, queues, shared_memory, sharedctypes

if not (3, 11) <= sys.version_info < (3, 15):
    sys.exit(f"the page is about Python 3.11 to 3.14, and this is {sys.version.split()[0]}")


def tell(heading, names):
    for name in names:
        if not name.startswith("_"):
            print(heading, name, sep="\t")


def options(function):
    """The parameters that need not be given."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.default is not p.empty]


MEMBERS = {
    "Process": [mp.Process],
    "Queue": [queues.Queue],
    "SimpleQueue": [queues.SimpleQueue],
    "JoinableQueue": [queues.JoinableQueue],
    "Connection": [connection.Connection],
    "Barrier": [mp.Barrier(1)],
    "BoundedSemaphore": [mp.BoundedSemaphore()],
    "Condition": [mp.Condition()],
    "Event": [mp.Event()],
    "Lock": [mp.Lock()],
    "RLock": [mp.RLock()],
    "Semaphore": [mp.Semaphore()],
    "Value": [mp.Value("i")],
    "Array": [mp.Array("i", 1), mp.Array("c", 1)],
    "Managers": [managers.BaseManager],
    "SyncManager": [managers.SyncManager],
    "Proxies": [
        managers.DictProxy,
        managers.ListProxy,
        managers.NamespaceProxy,
        managers.ValueProxy,
        managers.AcquirerProxy,
        managers.ConditionProxy,
        managers.EventProxy,
        managers.BarrierProxy,
        queue.Queue,
    ],
    "Pool": [pool.Pool, pool.IMapIterator],
    "AsyncResult": [pool.AsyncResult, pool.MapResult],
    "Listeners and clients": [connection.Listener],
    "Shared memory": [shared_memory.SharedMemory, shared_memory.ShareableList],
    "Executor": [futures.Executor],
    "ThreadPoolExecutor": [futures.ThreadPoolExecutor],
    "ProcessPoolExecutor": [futures.ProcessPoolExecutor],
    "Future": [futures.Future],
}
for heading, classes in MEMBERS.items():
    for each in classes:
        tell(heading, dir(each))

tell("Process", options(mp.Process))
tell("Barrier", options(mp.Barrier))
tell("Value", options(mp.Value))
tell("Pool", options(pool.Pool))
tell("Pool", options(pool.Pool.apply_async))
tell("Shared memory", options(shared_memory.SharedMemory))
tell("Executor", options(futures.Executor.map))
tell("Executor", options(futures.Executor.shutdown))
tell("ThreadPoolExecutor", options(futures.ThreadPoolExecutor))
tell("ProcessPoolExecutor", options(futures.ProcessPoolExecutor))
tell("Future", options(futures.Future.result))
tell("Waiting for futures", options(futures.wait))
tell("Waiting for futures", options(futures.as_completed))

# Under whatever heading.
tell("", [name for name in dir(mp) if not inspect.ismodule(getattr(mp, name))])
for module in connection, managers, pool, shared_memory, sharedctypes, futures:
    tell("", module.__all__)
