"""One pass of the demo, in a process of its own: what `copytaster run` does, with a clock and a network handed in."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.alerts import Telling
    from monitor.app.deliver import Sent
    from monitor.app.report import RunReport
    from monitor.app.wire import Wire
    from monitor.store.rows import PollRow

__all__ = ["Assignment", "Passed", "Told", "make_pass"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the child needs to know."""

    folder: Path
    now: datetime
    host_map: dict[str, tuple[str, int]]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message of the pass, with the stories it told or, to the operator, its words."""

    sent: Sent
    tellings: tuple[Telling, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What one pass did, as far as the demo shows it."""

    report: RunReport
    told: tuple[Told, ...]
    polls: tuple[PollRow, ...]


def make_pass(assignment: Assignment) -> Passed:
    """Make one pass in a fresh child process, as `run --every` does."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, assignment).result()


def _run(given: Assignment) -> Passed:
    from monitor.app.wire import open_wire
    from monitor.crawl.catalogue import declared_outlets
    from monitor.crawl.passes import PassOptions, one_pass
    from monitor.crawl.tasks import Network

    wire = open_wire(given.folder, declared_outlets(), clock=_Standing(given.now), process={}, terminal=False)
    try:
        options = PassOptions(version=given.version, network=Network.local(given.host_map))
        report = one_pass(wire, options)
        return _passed(wire, report, given.now)
    finally:
        wire.store.close()


@dataclass(frozen=True, slots=True)
class _Standing:
    """A clock that stands still while a pass goes on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def _passed(wire: Wire, report: RunReport, now: datetime) -> Passed:
    from monitor.app.tellings import telling
    from monitor.store import outbox, sources

    outlets = {o.name: o for o in wire.newsroom.outlets}
    told = []
    with wire.store.reading() as tx:
        for sent in report.sent:
            rows = outbox.alerts_of(tx, sent.message.id)
            stories = tuple(telling(r, outlets, wire.newsroom) for r in rows if r.story is not None)
            texts = tuple(r.alert.text for r in rows if r.story is None)
            told.append(Told(sent=sent, tellings=stories, texts=texts))
        polls = sources.polls(tx, since=now)
    return Passed(report=report, told=tuple(told), polls=polls)
