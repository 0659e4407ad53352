"""One real pass in a fresh process: what `run` does, with the clock and the network handed in."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.app.report import RunReport


@dataclass(frozen=True)
class Standing:
    """A clock that stands still."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def one_run(
    folder: Path,
    hosts: dict[str, tuple[str, int]],
    now: datetime,
    *,
    dry: bool = False,
    only: str | None = None,
) -> RunReport:
    """Make a pass and give its report."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_run, folder, hosts, now, dry, only).result()


def _run(
    folder: Path, hosts: dict[str, tuple[str, int]], now: datetime, dry: bool, only: str | None
) -> RunReport:
    from monitor.app.wire import open_wire
    from monitor.crawl.catalogue import declared_outlets
    from monitor.crawl.passes import PassOptions, one_pass
    from monitor.crawl.tasks import Network

    wire = open_wire(folder, declared_outlets(), clock=Standing(now), process={}, terminal=False)
    try:
        options = PassOptions(version="test", network=Network.local(hosts), dry=dry, only=only)
        return one_pass(wire, options)
    finally:
        wire.store.close()
