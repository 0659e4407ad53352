"""Working ahead in another process: the next lots are made ready there while the caller is busy with this one."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

__all__ = ["ahead"]

FEW = 2  # lots: for no more of them another process is not worth its start
LOTS_AHEAD = 3
_Lot = TypeVar("_Lot")
_Made = TypeVar("_Made")


def ahead(work: Callable[[_Lot], _Made], lots: Iterable[_Lot]) -> Iterator[_Made]:
    """Give what `work` makes of each lot, in their order; another process works ahead where there is a processor for it.

    `work`, the lots and what is made of them must be picklable. What `work` raises is raised here. Until the other
    process is up, and should it die, the work is done in this one.
    """
    todo = iter(lots)
    yield from map(work, islice(todo, FEW) if _processors() > 1 else todo)
    first = next(todo, None)
    if first is None:
        return
    with _another_process() as pool:
        up = pool.submit(os.getpid)
        yield work(first)
        waiting: deque[tuple[_Lot, Future[_Made] | None]] = deque()
        for lot in todo:
            waiting.append((lot, _handed_over(pool, work, lot) if up.done() else None))
            while len(waiting) > (LOTS_AHEAD if up.done() else 0):
                yield _made(work, *waiting.popleft())
        for lot, future in waiting:
            yield _made(work, lot, future)


def _processors() -> int:
    """Give how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _another_process() -> Iterator[ProcessPoolExecutor]:
    # An interrupt is for the process that the person sees: it tells the other one to stop.
    pool = ProcessPoolExecutor(
        1, get_context("spawn"), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _handed_over(pool: ProcessPoolExecutor, work: Callable[[_Lot], _Made], lot: _Lot) -> Future[_Made] | None:
    try:
        return pool.submit(work, lot)
    except BrokenProcessPool:
        return None


def _made(work: Callable[[_Lot], _Made], lot: _Lot, future: Future[_Made] | None) -> _Made:
    if future is None:
        return work(lot)
    try:
        return future.result()
    except BrokenProcessPool:
        return work(lot)
