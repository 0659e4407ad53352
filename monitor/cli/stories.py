"""copytaster stories: search and list what is on record."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    AsJson,
    Folder,
    console,
    counted,
    dump,
    newsroom,
    notes,
    printable,
    say,
    since_instant,
    when,
)
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.app.wire import Wire
    from monitor.store import StoryRow

__all__ = ["register"]

_COLUMNS = ("id", "published", "first_seen", "outlet", "title", "url", "rules", "matched")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what spreadsheets would run


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(stories)


def stories(
    text: Annotated[
        str,
        typer.Argument(
            metavar="WORDS", help="What to look for in headline, summary and body.", show_default=False
        ),
    ] = "",
    match: Annotated[
        bool | None,
        typer.Option("--match/--no-match", help="Only stories that a rule met; or that none did."),
    ] = None,
    possible: Annotated[
        bool,
        typer.Option("--possible", help="Only stories judged by their headline that almost met a rule."),
    ] = False,
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only stories that this rule met.")] = None,
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="Only this outlet.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="First seen since: 7d, or 2021-01-13 (UTC).")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="First seen before: 7d, or 2021-01-14 (UTC).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most this many, newest first.")] = 100,
    folder: Folder = Path(),
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Comma-separated values, safe to open in a spreadsheet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Search and list stories on record, with what matched.

    Each with the words that matched and what was decided. Example: copytaster stories Huawei --match --since 30d
    """
    if as_csv and as_json:
        msg = "Say --csv or --json, not both."
        raise ConfigError(msg)
    asked = _Asked(text, match, possible, rule, outlet, since, until, limit)
    with newsroom(folder) as wire:
        rows = _search(wire, asked)
        almost = _almost(wire, rows)
        zone, hint = wire.zone, "" if rows else _hint(wire, rule, outlet)
    if as_json:
        dump([_values(r, almost.get(r.id, {})) for r in rows])
    elif as_csv:
        _csv(rows)
    else:
        _show(rows, almost, zone)
        _say_more(len(rows), limit, hint)


def _say_more(number: int, limit: int, hint: str) -> None:
    say([f"No story on record fits.{hint}"] if not number else [])
    if number == limit:
        notes().print(f"The newest {counted(limit, 'story', 'stories')}; --limit shows more.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, as it was written."""

    text: str
    match: bool | None
    possible: bool
    rule: str | None
    outlet: str | None
    since: str | None
    until: str | None
    limit: int


def _search(wire: Wire, asked: _Asked) -> tuple[StoryRow, ...]:
    from monitor.store import stories as shelf
    from monitor.store.index import searching

    now = wire.clock()
    with searching(wire.store) if asked.text else wire.store.reading() as tx:
        return shelf.search(
            tx,
            text=asked.text or None,
            rule=asked.rule,
            outlet=asked.outlet,
            since=since_instant(asked.since, now) if asked.since else None,
            until=since_instant(asked.until, now) if asked.until else None,
            matched=asked.match,
            possible=asked.possible,
            limit=asked.limit,
        )


def _almost(wire: Wire, rows: tuple[StoryRow, ...]) -> dict[int, dict[str, str]]:
    from monitor.store import stories as shelf

    with wire.store.reading() as tx:
        return shelf.possible_of(tx, [r.id for r in rows])


def _hint(wire: Wire, rule: str | None, outlet: str | None) -> str:
    """Say so when a name was asked for that nothing bears."""
    if rule is not None and rule not in wire.newsroom.rulebook.rules:
        return f' There is no rule "{rule}" in rules.yaml; the rules are: {", ".join(wire.newsroom.rulebook.rules)}.'
    names = sorted({o.name for o in wire.newsroom.outlets})
    if outlet is not None and outlet not in names:
        return f' No outlet in rules.yaml is named "{outlet}"; the outlets are: {", ".join(names) or "none"}.'
    return ""


def _values(row: StoryRow, almost: Mapping[str, str]) -> dict[str, Any]:
    story = row.story
    return {
        "id": row.id,
        "outlet": story.outlet,
        "title": story.title,
        "url": story.url,
        "published": story.published,
        "first_seen": row.first_seen,
        "summary": story.summary,
        "language": story.language,
        "revision": row.revision,
        "event": row.event,
        "imported": row.imported,
        "correction": story.correction,
        "origin": story.origin,
        "vanished": story.vanished,
        "possible": almost,
        "matches": [
            {
                "rule": m.rule,
                "reason": m.reason,
                "detail": m.detail,
                "revision": m.revision,
                "decided": m.decided,
                "rulebook": m.rulebook,
                "score": m.score,
                "evidence": m.evidence,
            }
            for m in row.matches
        ],
    }


def _matched(row: StoryRow) -> str:
    return "; ".join(dict.fromkeys(e.text for m in row.matches for e in m.evidence))


def _safe(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run, behind spaces too."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _csv(rows: tuple[StoryRow, ...]) -> None:
    import csv

    out = csv.writer(sys.stdout)
    out.writerow(_COLUMNS)
    for r in rows:
        rules = "; ".join(dict.fromkeys(m.rule for m in r.matches))
        cells = (r.story.outlet, r.story.title, r.story.url, rules, _matched(r))
        out.writerow((r.id, r.story.published.isoformat(), r.first_seen.isoformat(), *map(_safe, cells)))


def _show(rows: tuple[StoryRow, ...], almost: Mapping[int, Mapping[str, str]], zone: str) -> None:
    from rich.text import Text

    out = console()
    for r in rows:
        title = printable(r.story.title or r.story.url)
        out.print(Text.assemble((f"{r.id} ", "dim"), (title, "bold")))
        where = f"   {r.story.outlet}, {when(r.story.published, zone)}  {r.story.url}"
        out.print(Text(printable(where), style="dim"))
        for m in r.matches:
            words = ", ".join(dict.fromkeys(e.text for e in m.evidence))
            out.print(Text(printable(f"   {m.rule}: {words} ({m.reason})")))
        for rule, lacks in almost.get(r.id, {}).items():
            out.print(Text(printable(f"   {rule}: possible, judged by its headline only: {lacks}")))
        if r.story.vanished:
            out.print(Text("   Taken down: its page is gone from the outlet's site."))
