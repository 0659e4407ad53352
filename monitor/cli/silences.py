"""copytaster silence: mute a rule for a while."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, dump, newsroom, say, span, when
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.store import SilenceRow

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(help="Mute a rule for a while, with author and reason.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_silences)
    group.command("expire")(expire)
    app.add_typer(group, name="silence")


def add(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="The rule; every rule with --all-rules.")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who mutes it.")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    span_: Annotated[str | None, typer.Option("--for", metavar="SPAN", help="How long: 2h, 3d, 1w.")] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Until when: 2026-03-10, or 2026-03-10T18:00 (newsroom's zone)."),
    ] = None,
    all_rules: Annotated[bool, typer.Option("--all-rules", help="Mute everything.")] = False,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Mute a rule until a time. What it would have told is recorded, and counted in the next message.

    Example: copytaster silence add Olympics --for 2d --by Ann --reason "opening ceremony"
    """
    from monitor.app.silences import add as put

    if (rule is None) is not all_rules:
        msg = "Mute what? Name a rule, or say --all-rules."
        raise ConfigError(msg)
    if (span_ is None) is (until is None):
        msg = "Mute how long? Say --for 2d, or --until 2026-03-10T18:00."
        raise ConfigError(msg)
    with newsroom(folder) as wire:
        end = wire.clock() + span(span_) if span_ else _instant(until or "", wire.zone)
        row = put(wire, rule, until=end, author=by, reason=reason)
        zone = wire.zone
    if as_json:
        dump(row)
    else:
        say([f"{_line(row, zone)}. End it sooner: copytaster silence expire {row.id}"])


def _instant(words: str, zone: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        msg = f'"{words}" is no time. Write it like 2026-03-10 or 2026-03-10T18:00.'
        raise ConfigError(msg) from None
    from zoneinfo import ZoneInfo

    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def _line(row: SilenceRow, zone: str) -> str:
    what = f'"{row.silence.rule}"' if row.silence.rule else "every rule"
    return f"{row.id}  {what} until {when(row.silence.until, zone)}, by {row.silence.author}: {row.silence.reason}"


def list_silences(
    everything: Annotated[bool, typer.Option("--all", help="Those that ended, too.")] = False,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """List what is muted: until when, by whom and why."""
    from monitor.app.silences import listed

    with newsroom(folder) as wire:
        rows = listed(wire, everything=everything)
        zone = wire.zone
    if as_json:
        dump(rows)
    else:
        say([_line(r, zone) for r in rows] or ["Nothing is muted."])


def expire(
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number, as `silence list` shows it.")],
    folder: Folder = Path(),
) -> None:
    """End a silence now."""
    from monitor.app.silences import expire as end

    with newsroom(folder) as wire:
        ended = end(wire, number)
    if not ended:
        msg = f"There is no silence {number} in force. See copytaster silence list."
        raise ConfigError(msg)
    say([f"Silence {number} has ended."])
