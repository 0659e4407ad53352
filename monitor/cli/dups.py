"""copytaster dups: which stories were taken for one, why, and what to do when that was wrong."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, counted, dump, newsroom, printable, say, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.app.dups import Pair
    from monitor.store import StoryRow

__all__ = ["register"]

One = Annotated[str, typer.Argument(metavar="A", help="A story: its number or address.")]
Other = Annotated[str, typer.Argument(metavar="B", help="The other story.")]
By = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who says so. Default: the user at this machine.")
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(no_args_is_help=True)
    group.callback()(dups)
    group.command("list")(list_)
    group.command()(why)
    group.command()(split)
    group.command()(join)
    app.add_typer(group, name="dups")


def dups() -> None:
    """See which stories were taken for one and why; part or join them.

    Examples: copytaster dups list; copytaster dups why 12 40; copytaster dups split 12 40
    """


def list_(
    limit: Annotated[
        int, typer.Option(min=1, metavar="N", help="At most this many, the youngest first.")
    ] = 50,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """List stories that joined another one's event."""
    from monitor.app.dups import recent

    with newsroom(folder) as wire:
        found = recent(wire, limit)
        zone = wire.zone
    if as_json:
        dump([_document(pair) for pair in found])
    else:
        say(
            [line for pair in found for line in _shown(pair, zone)]
            or ["No story was taken for another one yet."]
        )


def why(a: One, b: Other, folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Say whether two stories are one, by which method, and on what evidence."""
    from monitor.app.dups import why as look

    with newsroom(folder) as wire:
        pair = look(wire, a, b)
        zone = wire.zone
    if as_json:
        dump(_document(pair))
    else:
        say(_shown(pair, zone))


def split(a: One, b: Other, by: By = "", folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Part two stories: they are never taken for one again, and what was held back is told."""
    from monitor.app.dups import split as part

    with newsroom(folder) as wire:
        done = part(wire, a, b, by=by or getpass.getuser())
    if as_json:
        dump({"pair": _document(done.pair), "alerts": done.alerts})
    else:
        say([f"Parted for ever. {counted(done.alerts, 'alert')} to be told at the next pass."])


def join(a: One, b: Other, by: By = "", folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Put two stories into one event, with everything that is in the later one's."""
    from monitor.app.dups import join as put

    with newsroom(folder) as wire:
        pair = put(wire, a, b, by=by or getpass.getuser())
    if as_json:
        dump(_document(pair))
    else:
        say([f"Joined: both are of event {pair.a.event}."])


def _document(pair: Pair) -> dict[str, object]:
    return {"a": pair.a, "b": pair.b, "merge": pair.merge, "now": pair.now, "together": pair.together}


def _shown(pair: Pair, zone: str) -> Iterator[str]:
    yield from (_named(pair.a, zone), _named(pair.b, zone))
    merge = pair.merge
    if merge is not None:
        yield f"   {_said(merge.kind, merge.method, merge.score)}{f', by {merge.by}' if merge.by else ''}"
        yield from (f"   - {printable(line)}" for line in merge.evidence)
        if merge.undone is not None:
            yield f"   parted by {merge.undone_by or 'somebody'}, {when(merge.undone, zone)}: never taken for one again"
    if pair.now is not None:
        yield f"   of one event: {'yes' if pair.together else 'no'}"
        yield f"   compared now: {_said(str(pair.now.kind), pair.now.method, pair.now.score)}"
        yield from (f"   - {printable(line)}" for line in pair.now.evidence)


def _said(kind: str, method: str, score: float) -> str:
    return f"{kind} ({method}, {score:.2f})"


def _named(row: StoryRow, zone: str) -> str:
    return printable(
        f"{row.id}  {row.story.title} ({row.story.outlet}, {when(row.story.published, zone)})  {row.story.url}"
    )
