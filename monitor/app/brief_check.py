"""Judge an issue before it is sent: its links as they are now, what is TODO, what became of its stories since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from monitor.app.brief import found, plan_named
from monitor.app.brief_changes import what_matters
from monitor.app.wire import Wire
from monitor.brief import Entry, Issue, Stage, missing
from monitor.store import Tx, briefs, stories
from monitor.text import fold

__all__ = ["Finding", "Visit", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a link gave when it was visited again: the headlines of its page, or why there were none."""

    url: str
    titles: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend in an issue before it is sent. `grave` False: worth a look, nothing to mend."""

    story_id: int
    headline: str
    text: str
    grave: bool = True


def check(wire: Wire, reference: str, visits: Mapping[str, Visit]) -> tuple[Issue, tuple[Finding, ...]]:
    """Judge an issue by what its links gave (by address); one that is found clean may be sent."""
    plan, number = plan_named(wire, reference)
    with wire.store.writing() as tx:
        issue = found(tx, plan, number)
        findings = tuple(_judged(tx, wire, issue, visits))
        if issue.stage is Stage.DRAFT:
            clean = not any(f.grave for f in findings)
            briefs.stamp(tx, issue.id, checked=wire.clock() if clean else None)
        return found(tx, plan, issue.number), findings


def _judged(tx: Tx, wire: Wire, issue: Issue, visits: Mapping[str, Visit]) -> Iterable[Finding]:
    if not issue.picked:
        yield Finding(story_id=0, headline=issue.title, text="nothing is picked")
    most = wire.newsroom.settings.quotation
    quoted = issue.imprint.quotation if issue.imprint else most
    changes = briefs.changed_since(tx, issue.id)
    for one in issue.picked:
        visit = visits.get(one.url)
        moved = _other_headline(tx, one, visit)
        if moved and issue.stage is Stage.DRAFT:
            briefs.put(tx, issue.id, replace(one, page_headline=moved))
        since = [text for c in changes if c.entry.story_id == one.story_id and (text := what_matters(c))]
        for text in (*_lacking(one, visit), *_moved(moved), *_told(since), *_too_long(one, quoted, most)):
            yield Finding(story_id=one.story_id, headline=one.headline, text=text)
        if issue.sections and one.section not in issue.sections:
            text = f'its section "{one.section}" is none of {", ".join(issue.sections)}'
            yield Finding(story_id=one.story_id, headline=one.headline, text=text, grave=False)


def _lacking(one: Entry, visit: Visit | None) -> Iterable[str]:
    yield from (f"{name} is TODO" for name in missing(one))
    if visit is None and "link" not in missing(one):
        yield "its link was not visited"
    if visit is not None and visit.trouble:
        yield f"its link does not lead to it: {visit.trouble}"


def _other_headline(tx: Tx, one: Entry, visit: Visit | None) -> str:
    """Give the headline its page shows where that is none we know of and none the editor let stand; else ""."""
    if visit is None or visit.trouble or not visit.titles:
        return ""
    row = stories.at_revision(tx, one.story_id, one.revision)
    known = {_plain(title) for title in (*(row.story.titles if row else ()), one.headline, one.confirmed)}
    return "" if known & {_plain(title) for title in visit.titles} else visit.titles[0]


def _moved(headline: str) -> Iterable[str]:
    if headline:
        yield (
            f'the headline is now "{headline}"; edit it, or confirm the one to be printed: '
            "copytaster brief edit ... --headline"
        )


def _told(changes: Iterable[str]) -> Iterable[str]:
    """Say what became of a story since its entry was made; who edits the entry knows it."""
    for text in changes:
        yield f"since it was drafted: {text} Edit it, or confirm it: copytaster brief edit ... --headline or --lead"


def _too_long(one: Entry, quoted: int, most: int) -> Iterable[str]:
    """Hold a lead against the quotation that is set now: the issue may have been drafted under another."""
    if (length := min(len(one.lead), quoted)) > most:
        yield (
            f"its lead has {length} characters and at most {most} may be quoted now (settings: quotation); "
            "edit it: copytaster brief edit ... --lead"
        )


def _plain(title: str) -> str:
    return " ".join(fold(title).text.split())
