"""copytaster sources check, and adding an outlet by its name: ask every address once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, counted, dump, outlets_of, progress_bar, rules_of, say, when
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.config import Newsroom
    from monitor.crawl.checking import Checked, Look
    from monitor.crawl.tasks import Network
    from monitor.story import Outlet, Source

__all__ = ["check", "check_sources", "looked_at"]


def check(
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help="Only this outlet or source; all that are polled if left out."),
    ] = "",
    folder: Folder = Path(),
    available: Annotated[
        bool, typer.Option("--available", help="Also outlets that ship with Copytaster but are not polled.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask every source once and say how many are well.

    Politely, and as if for the first time; nothing is recorded and nobody is alerted. A source is well when it answers, lists stories, and its newest one is not too old. Exit codes: 0 all are well; 3 some are not.
    """
    from monitor.crawl.tasks import Network

    raise typer.Exit(check_sources(folder, name, available=available, as_json=as_json, network=Network()))


def check_sources(folder: Path, name: str, *, available: bool, as_json: bool, network: Network) -> int:
    """Do what `sources check` does, over the network given; give the exit code. Works once in a process."""
    rules = rules_of(folder)
    known = outlets_of(rules) if available else {o.name: o for o in rules.outlets}
    wanted = _wanted(known, name)
    if not wanted:
        say(["Nothing is polled yet: copytaster sources add URL"])
        return 0
    seen = looked_at(rules, wanted, known, network=network, quiet=as_json)
    if as_json:
        dump(_values(seen))
    else:
        say(_lines(seen, rules.zone))
    return 130 if seen.stopped else 3 if seen.unhealthy else 0


def looked_at(
    rules: Newsroom,
    sources: Sequence[Source],
    outlets: Mapping[str, Outlet],
    *,
    network: Network,
    quiet: bool = False,
) -> Look:
    """Ask each source once, with a bar on a terminal."""
    from monitor.app.wire import utc_now
    from monitor.crawl.checking import look

    for progress in progress_bar("Asking", wanted=sys.stderr.isatty() and not quiet):
        found = look(
            sources,
            outlets,
            contact=rules.settings.contact,
            network=network,
            clock=utc_now,
            progress=progress,
        )
    return found


def _wanted(known: Mapping[str, Outlet], name: str) -> Sequence[Source]:
    every = [(s, o.title) for o in known.values() for s in o.sources]
    if not name:
        return [s for s, _ in every]
    folded = name.casefold()
    found = [s for s, title in every if folded in {n.casefold() for n in (s.name, s.outlet, s.url, title)}]
    if not found:
        names = ", ".join(sorted({s.name for s, _ in every})) or "none"
        msg = f'There is no source "{name}". The sources are: {names}.'
        raise ConfigError(msg)
    return found


def _lines(seen: Look, zone: str) -> Iterator[str]:
    for one in seen.checked:
        if not one.healthy:
            yield f"{one.source.name}: {one.detail}"
            yield f"   {one.source.url}"
        yield from (f"{one.source.name}: note: {note}" for note in one.notes)
    healthy = len(seen.checked) - len(seen.unhealthy)
    yield f"{healthy} of {len(seen.checked)} healthy."
    newest = max((c.newest for c in seen.checked if c.newest), default=None)
    if newest is not None:
        number = sum(len(c.stories) for c in seen.checked)
        yield f"They list {counted(number, 'story', 'stories')}, the newest of {when(newest, zone)}."


def _values(seen: Look) -> dict[str, object]:
    return {
        "sources": len(seen.checked),
        "healthy": len(seen.checked) - len(seen.unhealthy),
        "stopped": seen.stopped,
        "checked": [_value(one) for one in seen.checked],
    }


def _value(one: Checked) -> dict[str, object]:
    return {
        "name": one.source.name,
        "outlet": one.source.outlet,
        "url": one.source.url,
        "kind": one.source.kind,
        "healthy": one.healthy,
        "detail": one.detail,
        "notes": one.notes,
        "stories": len(one.stories),
        "newest": one.newest,
    }
