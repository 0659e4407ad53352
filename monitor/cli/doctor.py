"""copytaster sources doctor: what a source did lately, what changed, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, dump, newsroom, say, when

if TYPE_CHECKING:
    from monitor.app.doctor import Diagnosis
    from monitor.app.remedies import Remedy
    from monitor.store import PollRow

__all__ = ["doctor"]


def doctor(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A source or outlet: bbc, bbc/asia, or an address.")
    ],
    folder: Folder = Path(),
    fetches: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many of the last fetches to show.")
    ] = 10,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="Take what its stories carry now for usual: it is not decayed any more."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a source's last fetches, what changed, and the likely fix.

    Reads the record and asks no outlet. Exit code 3 when something ails it. Example: copytaster sources doctor bbc
    """
    from monitor.app.doctor import diagnose, take_as_usual

    with newsroom(folder) as wire:
        usual = take_as_usual(wire, name) if accept else ()
        found = diagnose(wire, name, shown=fetches, shipped=_shipped())
        zone = wire.zone
    if as_json:
        dump({"accepted": usual, "sources": found})
    else:
        say([f"{one}: what its stories carry now is usual from now on." for one in usual])
        say(["It was not held to be decayed; nothing was changed."] if accept and not usual else [])
        for number, one in enumerate(found):
            say([""] if number else [])
            say(_lines(one, zone))
    raise typer.Exit(0 if all(str(one.health) == "ok" for one in found) else 3)


def _shipped() -> frozenset[str]:
    from monitor.crawl.catalogue import declared_outlets

    return frozenset(declared_outlets())


def _lines(one: Diagnosis, zone: str) -> Iterator[str]:
    since = f" since {when(one.since, zone)}" if one.since and str(one.health) != "ok" else ""
    yield f"{one.name}{f'  {one.url}' if one.url else ''}: {one.health}{since}"
    if one.detail:
        yield f"   {one.detail}"
    if one.url:
        yield from _fetches(one.fetches, zone)
    yield "What changed:" if one.changes else "Nothing changed in the polls on record."
    yield from (f"   {change}" for change in one.changes)
    if one.remedies:
        yield "What to do:"
        for number, remedy in enumerate(one.remedies, start=1):
            yield from _remedy(number, remedy)


def _fetches(fetches: tuple[PollRow, ...], zone: str) -> Iterator[str]:
    if not fetches:
        yield "   It was never polled: copytaster run"
        return
    yield f"Last fetches (times are in {zone}):"
    yield f"   {'Time':17}  {'Status':>6}  {'Bytes':>9}  {'Entries':>7}  {'New':>4}  Outcome"
    for p in fetches:
        status = str(p.status or "-")
        row = f"   {when(p.at, zone):17}  {status:>6}  {p.size:>9,}  {p.total:>7}  {p.new:>4}  {p.outcome}"
        yield f"{row}, from {p.landed}" if p.landed else row


def _remedy(number: int, remedy: Remedy) -> Iterator[str]:
    yield f"{number:>2}. {remedy.text}"
    if remedy.line:
        yield f"      - {remedy.line}"
    if remedy.command:
        yield f"      {remedy.command}"
