"""copytaster routes: when they send next, and where a story would go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, dump, newsroom, outlets_of, say, when

if TYPE_CHECKING:
    from monitor.app.routing import Routed
    from monitor.app.timetable import Coming

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(help="When routes send next; where a story would go.", no_args_is_help=True)
    group.command("next")(next_times)
    group.command("test")(test)
    app.add_typer(group, name="routes")


def next_times(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Print the coming send times, and warn where recorded runs do not fit them.

    What is due leaves with the next run: a digest at 07:00 under a cron line of 06:00 leaves 23 hours late.
    """
    from monitor.app.timetable import timetable

    with newsroom(folder, scratch=True) as wire:
        coming = timetable(wire)
        zone = wire.zone
    if as_json:
        dump(coming)
    else:
        say(_lines(coming, zone))


def _lines(coming: tuple[Coming, ...], zone: str) -> Iterator[str]:
    for one in coming:
        yield f"{one.what} -> {', '.join(one.to) or 'nobody'}: {one.when}"
        leaves = (
            f"; leaves about {when(one.leaves, zone)}"
            if one.leaves
            else "; too few runs to say when it leaves"
        )
        yield f"   due {when(one.due, zone)}{leaves}"
        if one.warning:
            yield f"   warning: {one.warning}"
    yield f"Times are in {zone}."


def test(
    story: Annotated[
        str, typer.Argument(metavar="STORY", help="Number of a stored story, or a headline in quotes.")
    ],
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="CHANNELS", help='Channels it must reach, and no others: "desk-mail,desk-chat".'
        ),
    ] = None,
    outlet: Annotated[str, typer.Option(metavar="NAME", help="For a headline: whose it is.")] = "",
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Show where a story would go now, and check it. Tells nobody. Exit code 1 when it is not as expected.

    Example: copytaster routes test "Huawei patent mentions Uighur-spotting tech" --expect desk-mail
    """
    from monitor.app.routing import route_story

    with newsroom(folder, scratch=True) as wire:
        routed = route_story(wire, story, outlet=outlet, outlets=outlets_of(wire.newsroom))
        zone = wire.zone
    wanted = None if expect is None else frozenset(filter(None, (n.strip() for n in expect.split(","))))
    right = wanted is None or wanted == routed.channels
    if as_json:
        dump({"routed": routed, "channels": sorted(routed.channels), "as_expected": right})
    else:
        say(_shown(routed, zone))
        say([] if right else [f"Expected {_names(wanted)}, reaches {_names(routed.channels)}."])
    raise typer.Exit(0 if right else 1)


def _names(channels: frozenset[str] | None) -> str:
    return ", ".join(sorted(channels or ())) or "nobody"


def _shown(routed: Routed, zone: str) -> Iterator[str]:
    yield routed.headline
    if not routed.rules:
        yield "   no rule matches"
    for one in routed.destinations:
        to = (
            f"{one.recipient.address} over {one.recipient.channel}"
            if one.recipient.address
            else one.recipient.channel
        )
        yield f"   {to}, {when(one.due, zone)}: {', '.join(one.rules)}"
