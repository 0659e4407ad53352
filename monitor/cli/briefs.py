"""copytaster brief: draft, pick, edit, check, export, send."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import (
    AsJson,
    Folder,
    counted,
    dump,
    newsroom,
    outlets_of,
    say,
    since_instant,
    version,
    when,
)
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.app.brief_check import Finding
    from monitor.brief import Issue

__all__ = ["register"]

Which = Annotated[
    str, typer.Argument(metavar="BRIEF", help="Its name in rules.yaml: its latest issue; or weekly/3.")
]


class Form(StrEnum):
    """What a brief can be exported as."""

    HTML = "html"
    MARKDOWN = "md"
    TEXT = "txt"
    MAIL = "eml"
    WORD = "docx"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(help="Make a brief: draft, pick, edit, check, export, send.", no_args_is_help=True)
    for name, command in (
        ("new", new), ("show", show), ("pick", pick), ("edit", edit), ("check", check), ("export", export), ("send", send),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="brief")


def _instant(words: str | None, now: datetime, zone: str) -> datetime | None:
    if words is None:
        return None
    found = since_instant(words, now)
    from zoneinfo import ZoneInfo

    return found.replace(tzinfo=ZoneInfo(zone)) if len(words) == 10 and "-" in words else found


def new(
    brief: Annotated[str, typer.Argument(metavar="BRIEF", help="Its name in rules.yaml.")],
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="WHEN", help="First seen since: 7d, 2021-01-13. Else since the last issue."
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="WHEN", help="First seen before. Else now.")
    ] = None,
    top: Annotated[int, typer.Option(min=0, metavar="N", help="Pick the N worthiest to begin with.")] = 10,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Draft the next issue from what matched and was not printed yet.

    Candidates are ranked, one for each event, and grouped in the brief's sections.
    """
    from monitor.app.brief import new as make
    from monitor.app.brief import plan_named

    with newsroom(folder) as wire:
        plan, _ = plan_named(wire, brief)
        since, until = _instant(from_, wire.clock(), wire.zone), _instant(to, wire.clock(), wire.zone)
        issue = make(wire, plan, outlets_of(wire.newsroom), since=since, until=until, top=top)
        zone = wire.zone
    _tell(issue, zone, as_json=as_json)


def show(brief: Which, folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Show an issue: what is picked, what else could be, what is TODO."""
    from monitor.app.brief import look

    with newsroom(folder) as wire:
        issue = look(wire, brief)
        zone = wire.zone
    _tell(issue, zone, as_json=as_json)


def _tell(issue: Issue, zone: str, *, as_json: bool) -> None:
    if as_json:
        dump(issue)
    else:
        say(_shown(issue, zone))


def _shown(issue: Issue, zone: str) -> Iterator[str]:
    from monitor.brief import by_section, missing

    state = "checked" if issue.checked and not issue.sent else str(issue.stage)
    yield f"{issue.title}, {issue.day} ({issue.brief}/{issue.number}, {state})"
    yield f"First seen {when(issue.since, zone)} to {when(issue.until, zone)} ({zone})"
    for section, entries in by_section(issue.picked):
        yield f"\n{section}" if section else ""
        for one in entries:
            lacks = f"   TODO: {', '.join(missing(one))}" if missing(one) else ""
            yield f"  {one.position:>2}. [{one.story_id}] {one.headline}"
            yield f"      {one.outlet}, {one.day}. Photo {one.credit}{lacks}"
    rest = [e for e in issue.entries if not e.position]
    if rest:
        yield "\nNot picked, the worthiest first"
        yield from (f"      [{e.story_id}] {e.headline} ({e.outlet}, {e.day})" for e in rest)


def pick(
    brief: Which,
    stories: Annotated[
        list[int] | None, typer.Argument(metavar="ID", help="Numbers of stories, in the order of printing.")
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Take them out again.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Add what came in since the draft was made.")
    ] = False,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Choose what is printed. Any story on record can be picked."""
    from monitor.app.brief import fresh as refresh
    from monitor.app.brief import pick as choose

    if not stories and not fresh:
        msg = "Pick what? Give the numbers of stories, or --fresh."
        raise ConfigError(msg)
    with newsroom(folder) as wire:
        outlets = outlets_of(wire.newsroom)
        issue = refresh(wire, brief, outlets) if fresh else None
        if stories:
            issue = choose(wire, brief, stories, outlets, drop=drop)
        zone = wire.zone
    assert issue is not None
    _tell(issue, zone, as_json=as_json)


def edit(
    brief: Which,
    story: Annotated[int, typer.Argument(metavar="ID", help="The story's number.")],
    headline: Annotated[str | None, typer.Option(metavar="TEXT", help="Another headline.")] = None,
    outlet: Annotated[str | None, typer.Option(metavar="TEXT", help="How its outlet is named.")] = None,
    date: Annotated[str | None, typer.Option(metavar="TEXT", help="Its day: 13 January 2021.")] = None,
    credit: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Whose photo; none for no photo.")
    ] = None,
    lead: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its lead, at most the set quotation.")
    ] = None,
    link: Annotated[str | None, typer.Option(metavar="URL", help="Where Read More leads.")] = None,
    section: Annotated[str | None, typer.Option(metavar="NAME", help="Its section.")] = None,
    position: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Its place in the section.")
    ] = None,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Change what is printed of one story."""
    from monitor.app.brief import edit as change

    given = {
        "headline": headline, "outlet": outlet, "day": date, "credit": credit, "lead": lead, "url": link, "section": section,
    }  # fmt: skip
    changes = {name: text for name, text in given.items() if text is not None}
    if not changes and position is None:
        msg = "Change what? Say --headline, --date, --credit, --lead, --link, --section or --position."
        raise ConfigError(msg)
    with newsroom(folder) as wire:
        issue = change(wire, brief, story, changes, position)
        zone = wire.zone
    _tell(issue, zone, as_json=as_json)


def check(brief: Which, folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Visit every link again; name changed headlines and what is TODO. Exit code 1 when something is to be mended.

    Only an issue found clean can be sent.
    """
    from monitor.app.brief import look
    from monitor.app.brief_check import check as judge
    from monitor.crawl.revisit import revisit

    with newsroom(folder) as wire:
        issue = look(wire, brief)
        urls = [one.url for one in issue.picked if one.url.startswith("http")]
        visits = revisit(urls, now=wire.clock(), contact=wire.newsroom.settings.contact) if urls else {}
        issue, found = judge(wire, brief, visits)
    if as_json:
        dump({"issue": issue, "findings": found, "clean": not any(f.grave for f in found)})
    else:
        say(_findings(issue, found))
    raise typer.Exit(1 if any(f.grave for f in found) else 0)


def _findings(issue: Issue, found: Sequence[Finding]) -> Iterator[str]:
    for one in found:
        yield f"[{one.story_id}] {one.headline}: {one.text}"
    if not any(f.grave for f in found):
        yield f"{counted(len(issue.picked), 'entry', 'entries')}, nothing to mend. Send it: copytaster brief send {issue.brief}"


def export(
    brief: Which,
    form: Annotated[
        Form, typer.Option("--as", metavar="FORM", help="html, md, txt, eml or docx.")
    ] = Form.HTML,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to; standard output if left out."),
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Write an issue as HTML for e-mail, Markdown, plain text, a mail file or a Word document.

    The same issue gives the same bytes. Word needs the extra `docx`.
    """
    from monitor.alerts.briefs import export as written
    from monitor.app.brief import look
    from monitor.app.imprint import head_of

    with newsroom(folder) as wire:
        issue = look(wire, brief)
        content = written(issue, form.value, head_of(wire, issue))
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        msg = f"{output} cannot be written: {error.strerror}."
        raise ConfigError(msg) from error


def send(brief: Which, folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Send a checked issue to the channels of its `to:`. Exit code 1 when a message was given up."""
    from monitor.app.brief import send as put
    from monitor.app.deliver import deliver, paused
    from monitor.app.lock import run_lock
    from monitor.app.wire import lock_path
    from monitor.cli.reports import RESTORED, sent_as_values, sent_lines
    from monitor.outbox import State

    with newsroom(folder, terminal=False if as_json else None) as wire:
        with run_lock(lock_path(wire.newsroom, wire.folder), wire.clock()):
            issue, count = put(wire, brief)
            sent = deliver(wire, outlets_of(wire.newsroom), version())
        held = paused(wire)
    if as_json:
        dump({"issue": f"{issue.brief}/{issue.number}", "recipients": count, "sent": sent_as_values(sent)})
    else:
        say([f"{issue.title} {issue.brief}/{issue.number} goes to {counted(count, 'recipient')}."])
        say([RESTORED] if held else sent_lines(sent))
    raise typer.Exit(1 if any(s.state is State.DEAD for s in sent) else 0)
