"""copytaster try and explain: why a text, or a story on record, does or does not reach anyone."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.books import RulesFile, book_of, known
from monitor.cli.common import (
    AsJson,
    Folder,
    console,
    counted,
    dump,
    newsroom,
    outlets_of,
    printable,
    say,
    when,
)
from monitor.cli.trees import brief, nearest_first, print_tree, words_of

if TYPE_CHECKING:
    from monitor.app.explaining import Account, Judgement
    from monitor.app.unseen import Listing, Unseen
    from monitor.matching import Explanation
    from monitor.store import DecisionRow
    from monitor.store.trail import Told
    from monitor.story import Story

__all__ = ["register"]

_MISSES = 5  # rules that are told in a line each when nobody asked for one
STAGES: Mapping[str, str] = {
    "alerted": "alerted",
    "told": "not sent: whoever would be told had heard of this event under this rule",
    "duplicate": "not sent: a duplicate",
    "baseline": "not sent by itself: it was there when the outlet was first read",
    "older": "not sent by itself: older, newly found, so it goes to the digest",
    "silenced": "not sent: silenced",
    "ours": "not sent: our own site is compared, never alerted",
    "imported": "not sent: it came from an archive",
    "replayed": "not sent: it came from a replay",
    "before-rule": "not sent: it was on record before the rule came into force",
    "no-longer": "matched an earlier revision, and this one no longer",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("try")(try_)
    app.command()(explain)


# --- try -------------------------------------------------------------------------------------------------------------


def try_(
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help="A headline; more lines are the body. - reads standard input."),
    ],
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The headline; TEXT is the body then.")
    ] = None,
    outlet: Annotated[str, typer.Option(metavar="NAME", help="As if this outlet had published it.")] = "",
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="As if in this language: en, de.")
    ] = None,
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only this rule, hit or miss.")] = None,
    rules: RulesFile = None,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Try rules on a text: which match, and what others lack.

    Without a rules.yaml in the folder, the shipped one is tried. Example: copytaster try "Huawei patent mentions Uighur-spotting technology"
    """
    from monitor.app.explaining import explain_all
    from monitor.app.wire import utc_now

    book = book_of(folder, rules)
    known(book, rule)
    now = utc_now()
    story = _story(sys.stdin.read() if text == "-" else text, title, outlet, language, now)
    found = explain_all(story, book, None if rule is None else {rule}, now=now)
    if as_json:
        dump({"matches": [e.rule for e in found if e.met], "rules": found})
    else:
        _show_rules(found, every=rule is not None)


def _story(text: str, title: str | None, outlet: str, language: str | None, now: Any) -> Story:
    from monitor.story import Story

    head, _, rest = text.strip().partition("\n")
    headline, body = (head, rest.strip()) if title is None else (title, text.strip())
    return Story(outlet, headline, "", now, body, language=language)


def _show_rules(found: Sequence[Explanation], *, every: bool) -> None:
    """Print the trees of rules that match, and a line for the nearest of the others; all trees with `every`."""
    shown = [e for e in found if e.met or every]
    for e in shown:
        print_tree(e)
    missed = nearest_first(e for e in found if e not in shown)
    if missed and not shown:
        say(["No rule matches."])
    if missed:
        say(["Nearest of the others:" if shown else "Nearest:", *(f"  {brief(e)}" for e in missed[:_MISSES])])
    if len(missed) > _MISSES:
        say([f"  and {len(missed) - _MISSES} more; --rule RULE shows one"])


# --- explain ---------------------------------------------------------------------------------------------------------


def explain(
    asked: Annotated[
        str, typer.Argument(metavar="STORY", help="A story's number (copytaster stories), or its address.")
    ],
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only this rule.")] = None,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Say why a story was sent, not sent, or never seen.

    Each revision with its decisions under the rulebook of that day, and what the rules of today say. For an address that is not on record: the polls of its outlet around its date, gaps and failures, and whether any source lists that site. Examples: copytaster explain 12; copytaster explain https://www.example.org/2021/01/13/story --rule "Forced labour"
    """
    from monitor.app.explaining import account_of, find
    from monitor.app.unseen import look_for
    from monitor.links import safe_url

    with newsroom(folder, terminal=False) as wire:
        story_id = find(wire, asked)
        zone = wire.zone
        if story_id is not None:
            account = account_of(wire, story_id, rule)
        else:
            unseen = look_for(wire, safe_url(asked) or asked, outlets_of(wire.newsroom))
    if story_id is None:
        dump({"seen": False, **_unseen_values(unseen)}) if as_json else say(_unseen(unseen, zone))
    elif as_json:
        dump(_values(account))
    else:
        _show(account, zone, asked=rule)


def _values(found: Account) -> dict[str, Any]:
    row = found.row
    story = {name: getattr(row.story, name) for name in ("outlet", "title", "url", "published", "language")}
    return {
        "seen": True,
        "story": {"id": row.id, **story, "revision": row.revision, "event": row.event,
                  "first_seen": row.first_seen, "imported": row.imported, "text_gone": found.text_gone},
        "judgements": found.judgements,
        "told": found.told,
        "now": {"rulebook": found.rulebook, "rules": found.now},
    }  # fmt: skip


def _show(found: Account, zone: str, *, asked: str | None) -> None:
    from rich.text import Text

    out, row = console(), found.row
    out.print(Text(printable(row.story.title or row.story.url), style="bold"))
    where = f"{row.story.outlet}, {when(row.story.published, zone)}, first seen {when(row.first_seen, zone)}"
    say([f"{where}{', from an archive' if row.imported else ''}  {row.story.url}"])
    say([f"story {row.id}, {counted(row.revision, 'revision')}"])
    for judgement in found.judgements:
        _show_judgement(judgement, zone, asked=asked is not None)
    say([] if found.judgements else ["It was never judged."])
    say(["", "Told:"] if found.told else [])
    say(_told(t, zone) for t in found.told)
    _show_now(found, asked=asked is not None)


def _show_judgement(one: Judgement, zone: str, *, asked: bool) -> None:
    say(["", f"Revision {one.revision}, judged {when(one.decided, zone)} under rulebook {one.rulebook[:12]}"])
    say([f"  {line}" for line in one.unreadable.splitlines()])
    say(
        ["  Its full text was dropped since: headline and lead are all that can be looked at."]
        * one.text_gone
    )
    decided = {d.rule for d in one.decisions}
    say(f"  {_decision(d)}" for d in one.decisions)
    shown = [e for e in one.explanations if asked or e.rule in decided or e.met]
    say([] if decided else ["  No rule matched, so nobody was told."])
    for e in shown:
        print_tree(e, "  ")
    if not shown:
        say(f"  {brief(e)}" for e in nearest_first(one.explanations)[:_MISSES])


def _decision(d: DecisionRow) -> str:
    words = words_of(d.match.evidence) if d.match else ""
    detail = f" ({d.detail})" if d.detail else ""
    return f"{d.rule}: {STAGES[str(d.reason)]}{detail}{f'; words: {words}' if words else ''}"


def _told(t: Told, zone: str) -> str:
    to = f"{t.address} over {t.channel}" if t.address else t.channel
    if t.cancelled:
        state = "taken back"
    elif t.state is None:
        state = f"waits until {when(t.due, zone)}"
    else:
        state = f"{t.state}{f' {when(t.settled, zone)}' if t.settled else ''}, message {t.message_id}"
    return f"  {t.kind} to {to}: {state}"


def _show_now(found: Account, *, asked: bool) -> None:
    last = found.judgements[-1] if found.judgements else None
    if last and (last.rulebook, last.revision) == (found.rulebook, found.row.revision):
        say(["", "These are the rules of today."])
        return
    say(["", f"Under the rules of today ({found.rulebook[:12]}), revision {found.row.revision}:"])
    say(["Its full text was dropped: headline and lead are all that can be looked at."] * found.text_gone)
    _show_rules(found.now, every=asked)


def _unseen_values(found: Unseen) -> dict[str, Any]:
    names = ("url", "site", "since", "until", "listings", "shipped")
    waits = found.waits.seen if found.waits else None
    return {
        "waits_since": waits,
        "day": found.day.isoformat() if found.day else None,
        **{n: getattr(found, n) for n in names},
    }


def _unseen(found: Unseen, zone: str) -> Iterator[str]:
    if found.waits is not None:
        seen = when(found.waits.seen, zone)
        yield f'{found.url} was seen at {seen} as "{printable(found.waits.story.title)}".'
        yield "It is decided as soon as its page was read or could not be; copytaster run does that."
        return
    yield f"{found.url} was never seen."
    if found.listings:
        names = ", ".join(one.name for one in found.listings)
        day = f"its date, {found.day:%d %B %Y}" if found.day else "the last days, as the address has no date"
        yield f"{found.site} is listed by {names}. Around {day}:"
        for one in found.listings:
            yield from _listing(one, found, zone)
        if all(one.polls and not one.failed and not one.incidents for one in found.listings):
            yield "Nothing went wrong then: it was not listed, or is on record under another address or headline."
            yield "Look for it by its words: copytaster stories WORDS"
    else:
        yield f"No source of yours lists {found.site}."
        for name in found.shipped:
            yield f"The outlet {name} comes with Copytaster: add a line `- {name}` to sources."
        if not found.shipped:
            yield f"To have it polled: copytaster sources add https://{found.site}"


def _listing(one: Listing, found: Unseen, zone: str) -> Iterator[str]:
    if not one.polls:
        first = f"; the first poll on record is of {when(one.first, zone)}" if one.first else ""
        yield f"  {one.name}: not polled between {when(found.since, zone)} and {when(found.until, zone)}{first}"
        return
    said = ", ".join(f"{number} {outcome}" for outcome, number in one.outcomes.items())
    failed = f", {one.failed} of them failed" if one.failed else ""
    yield f"  {one.name}: {counted(one.polls, 'poll')} ({said}){failed}; {counted(one.new, 'new entry', 'new entries')}"
    yield from (f"    {when(i.at, zone)}  {i.kind}: {i.text}" for i in one.incidents)
