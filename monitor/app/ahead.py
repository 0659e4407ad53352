"""Working ahead in another process: the next lot is made ready there while the caller is busy with this one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar, cast

__all__ = ["ahead"]

FEW = 2  # lots: for no more of them another process is not worth its start
_READY = "ready"
_GONE = (EOFError, OSError)  # OSError also where it went in the middle of an answer
_Lot = TypeVar("_Lot")
_Made = TypeVar("_Made")


def ahead(work: Callable[[_Lot], _Made], lots: Iterable[_Lot]) -> Iterator[_Made]:
    """Give what `work` makes of each lot, in their order; another process works a lot ahead where there is a processor for it.

    `work`, the lots and what is made of them must be picklable. Until the other process is up, and should it die, the
    work is done in this one: so what `work` raises is raised here.
    """
    todo = iter(lots)
    yield from map(work, islice(todo, FEW) if _processors() > 1 else todo)
    first = next(todo, None)
    if first is None:
        return
    with _another_process(work) as pipe:
        up, there = False, list[_Lot]()  # there: the lot the other process is at, or none
        for lot in chain((first,), todo):
            up = up or _is_up(pipe)
            made = [_made(pipe, work, there.pop())] if there else []
            there += _handed_over(pipe, lot) if up else ()
            yield from made
            if not there:
                yield work(lot)
        yield from (_made(pipe, work, lot) for lot in there)


def _processors() -> int:
    """Give how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _another_process(work: Callable[[_Lot], _Made]) -> Iterator[Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.kill()
        process.join()


def _is_up(pipe: Connection) -> bool:
    try:
        return pipe.poll() and pipe.recv() == _READY
    except _GONE:
        return False


def _handed_over(pipe: Connection, lot: _Lot) -> list[_Lot]:
    """Hand a lot over; give it, or nothing where nobody is there any more."""
    try:
        pipe.send(lot)
    except _GONE:
        return []
    return [lot]


def _made(pipe: Connection, work: Callable[[_Lot], _Made], lot: _Lot) -> _Made:
    """Wait for what is made of a lot there; make it here when the other process is gone."""
    try:
        return cast("_Made", pipe.recv())
    except _GONE:
        return work(lot)


# in the other process


def _serve(pipe: Connection, work: Callable[[_Lot], _Made]) -> None:
    """Work on one lot after the other until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    pipe.send(_READY)
    while True:
        try:
            pipe.send(work(pipe.recv()))
        except _GONE:
            return
