"""copytaster backtest: what rules would have matched and alerted over the stored past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.books import RulesFile
from monitor.cli.common import AsJson, Folder, counted, dump, newsroom, say, since_instant, when
from monitor.errors import RulesError

if TYPE_CHECKING:
    from monitor.app.tuning import Backtest, Shown, Tally
    from monitor.app.wire import Wire
    from monitor.rules import Rulebook

__all__ = ["register"]

_FEW = 20  # weeks, outlets and uncertain stories named in a list


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(backtest)


def backtest(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Only this rule.")] = None,
    rules: RulesFile = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Over what was seen since: 90d, or 2021-01-13 (UTC).")
    ] = "90d",
    shown: Annotated[
        int, typer.Option("--show", min=0, metavar="N", help="Also the newest N matches of each rule.")
    ] = 5,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Try rules, live or a draft, on the stored past. Sends and writes nothing.

    What would have matched and alerted, by rule, outlet and week, told as if the rules had come into force at the beginning. Exit code 1 when the rulebook that was live gives other matches than those on record. Example: copytaster backtest "Forced labour" --rules draft.yaml --since 90d
    """
    from monitor.app.tuning import backtest as look_back

    with newsroom(folder, terminal=False) as wire:
        book = _book(wire, rules)
        found = look_back(wire, book, rule=rule, since=since_instant(since, wire.clock()))
        if not as_json:
            say(_report(found, _newest(wire, book, found, shown), wire.zone))
    if as_json:
        dump(_values(found))
    raise typer.Exit(1 if found.disagreements else 0)


def _book(wire: Wire, rules: Path | None) -> Rulebook:
    from monitor import config

    if rules is not None:
        return config.load_rulebook(rules)
    if wire.mistakes:  # the last good rulebook is not what was asked about
        raise RulesError(wire.mistakes)
    return wire.newsroom.rulebook


def _newest(wire: Wire, book: Rulebook, found: Backtest, number: int) -> dict[str, tuple[Shown, ...]]:
    from monitor.app.tuning import shown

    last = {r: [h for h in found.hits if h.rule == r][::-1][:number] for r in found.rules}
    return {r: shown(wire, book, hits) for r, hits in last.items() if hits}


def _values(found: Backtest) -> dict[str, Any]:
    from monitor.app.tuning import tallies, values

    said = values(found)
    assert isinstance(said, dict)
    rows = values(tallies(found)), values(tallies(found, by_outlet=True, by_week=True))
    return {**said, "by_rule": rows[0], "by_outlet_and_week": rows[1]}


def _report(found: Backtest, newest: dict[str, tuple[Shown, ...]], zone: str) -> Iterator[str]:
    from monitor.app.tuning import tallies

    yield _head(found)
    detailed = tallies(found, by_outlet=True, by_week=True)
    for row in tallies(found):
        yield ""
        yield _tally(row)
        mine = [t for t in detailed if t.rule == row.rule]
        for name in ("outlet", "week"):
            counts: Counter[str] = Counter()
            for t in mine:
                counts[getattr(t, name)] += t.matches
            if counts:
                yield f"  by {name}: {_counts(counts, by_name=name == 'week')}"
        for one in newest.get(row.rule, ()):
            yield f"  {when(one.hit.seen, zone)}  {one.hit.outlet}: {one.title}  [{', '.join(one.words)}] {one.hit.reason}"
        gone = [g for g in found.gone if g.rule == row.rule]
        if gone:
            ids = ", ".join(str(g.story_id) for g in gone[:_FEW]) + (", …" if len(gone) > _FEW else "")
            yield f"  text gone: {len(gone)} more may match, nobody can tell (stories {ids})"
    for d in found.disagreements:
        said = "matched then and does not now" if d.recorded else "matches now and did not then"
        yield f"DISAGREES with the record: {d.rule}, story {d.story_id}, revision {d.revision} {said}"


def _head(found: Backtest) -> str:
    since = f" seen since {found.since:%d %b %Y %H:%M} UTC" if found.since else ""
    gone = f", {found.texts_gone} without their full text" if found.texts_gone else ""
    live = "; this rulebook was live" if found.was_live else ""
    return (
        f"{counted(found.looked_at, 'revision')}{since}{gone}: "
        f"{counted(len(found.hits), 'match', 'matches')}, {counted(found.alerts, 'alert')}{live}."
    )


def _tally(row: Tally) -> str:
    reasons = ", ".join(f"{number} {reason}" for reason, number in row.reasons)
    return (
        f"{row.rule}: {counted(row.matches, 'match', 'matches')} of {counted(row.stories, 'story', 'stories')}, "
        f"{counted(row.alerts, 'alert')}{f' ({reasons})' if reasons else ''}"
    )


def _counts(counts: Counter[str], *, by_name: bool) -> str:
    rows = sorted(counts.items()) if by_name else counts.most_common()
    cut = rows[-_FEW:] if by_name else rows[:_FEW]
    said = ", ".join(f"{name} {number}" for name, number in cut)
    return said if len(rows) <= _FEW else f"{said} and {len(rows) - _FEW} {'before' if by_name else 'more'}"
