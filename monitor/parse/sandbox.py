"""A killable child for parsing: whatever a body does to a parser, it does it to a process we can lose.

Children come from a forkserver that has the parsers loaded and was started before the first thread, so that one costs
a fork, not an interpreter. They are kept between calls, bounded in address space and CPU by the kernel and in wall time
by the caller, and replaced when they met a limit. Only our own values come back: what a child sends is unpickled
against a list of types.
"""

from __future__ import annotations

import gc
import importlib
import io
import multiprocessing
import pickle
import queue
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

from monitor.errors import CopytasterError, SandboxError

__all__ = ["PAGES", "Limits", "Sandbox"]

P = ParamSpec("P")
R = TypeVar("R")

_PRELOAD = [
    "monitor.parse.sandbox",
    "monitor.parse.feed",
    "monitor.parse.sitemap",
    "monitor.parse.listing",
    "feedparser",
]
PAGES = ("monitor.parse.article", "trafilatura", "htmldate")  # to be preloaded where pages are read
_PLAIN = frozenset({"set", "frozenset", "complex", "bytearray"})
_OURS = ("monitor.story", "monitor.errors", "monitor.parse.")
_READY = b"ready"
_PATIENCE = (
    1.0  # seconds a call waits for a child that is busy, or being started, before another one is started
)
_START = 60.0  # seconds a child may take to start on a machine that is busy
_GARBAGE = 10_000  # objects more than before, after which Python looks for cyclic garbage
_CALLS = 2_000  # before a child is replaced: parsers' caches grow


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may use."""

    memory: int = 768 * 2**20  # bytes of address space, the interpreter's own 200 MiB included
    cpu: int = 5  # seconds
    wall: float = 10.0  # seconds


@dataclass(slots=True)
class _Child:
    """One living child and the pipe to it."""

    process: multiprocessing.process.BaseProcess
    pipe: Connection
    calls: int = 0

    def end(self) -> int | None:
        """Kill it, wait for it, and give its exit code as it was before."""
        if not self.pipe.closed:
            self.pipe.close()
        self.process.kill()
        self.process.join()
        return self.process.exitcode


class Sandbox:
    """A pool of one or more such children; a context manager. `call` may be used from any thread."""

    def __init__(
        self, *, workers: int = 1, limits: Limits | None = None, preload: Sequence[str] = ()
    ) -> None:
        self.limits = limits or Limits()
        self._workers = workers
        self._preload = [*_PRELOAD, *preload]
        self._context = multiprocessing.get_context("forkserver")
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._unused: queue.LifoQueue[None] = queue.LifoQueue()  # places of children that nobody needed yet

    def __enter__(self) -> Self:
        """Start the forkserver: before any thread of this process, so that it inherits none's locks."""
        self._context.set_forkserver_preload(self._preload)
        forkserver.ensure_running()
        self._idle.put(None)
        for _ in range(self._workers - 1):
            self._unused.put(None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every child."""
        for _ in range(self._workers - self._unused.qsize()):
            child = self._idle.get()
            if child is not None:
                child.end()

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a module-level function in a child and give its answer; waits while every child is busy.

        What the function raises of `CopytasterError` is raised here. SandboxError when it met a limit ("cpu", "memory",
        "wall") or broke down ("crash"); the child is then replaced and the next call goes on.
        """
        child = self._place()
        try:
            child = child or self._start()
            answer = self._ask(child, pickle.dumps((function, args, kwargs), protocol=5))
        except SandboxError:
            child = None
            raise
        finally:
            self._idle.put(self._keep(child))
        if isinstance(answer, CopytasterError):
            raise answer
        return cast("R", answer)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the same without holding up an event loop."""
        from asyncio import to_thread  # late: the children have no use for it

        return await to_thread(partial(self.call, function, *args, **kwargs))

    def _place(self) -> _Child | None:
        """Give a child that is idle; None where one is to be started, of which there are no more than needed."""
        with suppress(queue.Empty):
            return self._idle.get(timeout=_PATIENCE)
        with suppress(queue.Empty):
            return self._unused.get_nowait()
        return self._idle.get()

    def _start(self) -> _Child:
        ours, theirs = self._context.Pipe()
        arguments = (theirs, self.limits.memory, self.limits.cpu)
        process = self._context.Process(target=_serve, args=arguments, daemon=True, name="copytaster-parser")
        process.start()
        theirs.close()
        child = _Child(process, ours)
        if not _is_ready(ours):
            raise SandboxError("crash", f"The parsing child could not be started (exit code {child.end()}).")
        return child

    def _keep(self, child: _Child | None) -> _Child | None:
        if child is None or child.calls < _CALLS:
            return child
        child.end()
        return None

    def _ask(self, child: _Child, question: bytes) -> object:
        child.calls += 1
        try:
            child.pipe.send_bytes(question)
            if not child.pipe.poll(self.limits.wall):
                child.end()
                raise SandboxError(
                    "wall", f"Parsing took more than {self.limits.wall:g} seconds and was ended."
                )
            answer = _load(child.pipe.recv_bytes())
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            child.process.join(1)
            raise self._died(child.end()) from error
        if isinstance(answer, SandboxError):
            child.end()
            raise answer
        return answer

    def _died(self, code: int | None) -> SandboxError:
        if code == -signal.SIGXCPU:
            return SandboxError(
                "cpu", f"Parsing took more than {self.limits.cpu} seconds of CPU and was ended."
            )
        return SandboxError("crash", f"The parser broke down (exit code {code}).")


class _OnlyOurs(pickle.Unpickler):
    """Unpickles the values and errors of this project and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Give a type by name; refuse functions and strangers."""
        known = module == "datetime" or (module == "builtins" and name in _PLAIN) or module.startswith(_OURS)
        found = getattr(importlib.import_module(module), name, None) if known and "." not in name else None
        if not isinstance(found, type):
            msg = f"the parsing child may not send {module}.{name}"
            raise pickle.UnpicklingError(msg)
        return found


def _is_ready(pipe: Connection) -> bool:
    """Wait for a new child's first word: its start is no part of any call's time."""
    try:
        return pipe.poll(_START) and pipe.recv_bytes() == _READY
    except (EOFError, OSError):
        return False


def _load(data: bytes) -> object:
    try:
        return _OnlyOurs(io.BytesIO(data)).load()
    except pickle.UnpicklingError as error:
        return SandboxError("crash", f"{str(error).capitalize()}.")


# in the child


def _serve(pipe: Connection, memory: int, cpu: int) -> None:
    """Answer calls until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # what was loaded stays; looking through it again and again took a tenth of the time
    gc.set_threshold(_GARBAGE)
    pipe.send_bytes(_READY)
    while True:
        try:
            question = pipe.recv_bytes()
        except EOFError:
            return
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + cpu + 1, hard))
        with _Reporting(pipe):
            pipe.send_bytes(pickle.dumps(_answer(question), protocol=5))


def _answer(question: bytes) -> object:
    try:
        function, args, kwargs = pickle.loads(question)  # noqa: S301 - from our own parent
        return function(*args, **kwargs)
    except CopytasterError as error:
        return error
    except MemoryError:
        return SandboxError("memory", "Parsing needed more memory than allowed and was ended.")
    except RecursionError:
        return SandboxError("crash", "The parser broke down on too deep a nesting.")


class _Reporting:
    """Tells the parent what broke the child, in the moment before it ends."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or error is None:
            return
        where = traceback.extract_tb(trace)[-1]
        said = (
            f"The parser broke down: {kind.__name__}: {str(error)[:200]} ({where.filename}:{where.lineno})."
        )
        self.pipe.send_bytes(pickle.dumps(SandboxError("crash", said), protocol=5))
        sys.exit(70)
