"""The demo from curtain to curtain: serve, furnish a folder, three passes, keep what arrived."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.demo.keeping import keep
from monitor.demo.outlets import INSTANTS, Outlet, newsroom
from monitor.demo.passing import Assignment, Passed, make_pass
from monitor.demo.performance import Performance
from monitor.demo.rulebook import furnish
from monitor.demo.server import serving
from monitor.demo.sink import sinks
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["perform", "play"]


def play(folder: Path | None, out: Console, *, version: str, as_json: bool) -> int:
    """Play the demo in `folder` (None: a new one under the system's temporary folder); give the exit code.

    0: every message arrived; 1: one did not. Raises ConfigError for a folder that is not empty.
    """
    from monitor.demo import show

    home, outlets = _home(folder), newsroom()
    if as_json:
        done = perform(home, outlets, version=version)
        out.file.write(json.dumps(show.document(done), ensure_ascii=False, indent=2) + "\n")
    else:
        show.opening(out, len(outlets), home)
        done = perform(
            home, outlets, version=version, on_pass=lambda n, passed: show.one_pass(out, n, passed, outlets)
        )
        show.closing(out, done)
    return 0 if done.complete else 1


def perform(
    home: Path,
    outlets: Mapping[str, Outlet],
    *,
    version: str,
    on_pass: Callable[[int, Passed], None] = lambda _number, _passed: None,
) -> Performance:
    """Make the three passes in an empty folder. `on_pass` hears of each as it ends."""
    with serving(outlets, INSTANTS[0]) as servers, sinks() as sink:
        furnish(home, outlets.values(), sink)
        passes = []
        for number, servers.now in enumerate(INSTANTS, start=1):
            given = Assignment(folder=home, now=servers.now, host_map=servers.host_map, version=version)
            passes.append(make_pass(given))
            on_pass(number, passes[-1])
    return Performance(
        home=home,
        outlets=outlets,
        passes=tuple(passes),
        asked=tuple(servers.asked),
        mails=tuple(sink.mails),
        hooks=tuple(sink.hooks),
        kept=keep(home, sink, passes),
    )


def _home(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="copytaster-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder.absolute()} is there already and is not empty. Name a new folder: copytaster demo --keep DIR"
        raise ConfigError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.absolute()
