"""Make an issue of a brief: draft it, pick, edit, check, send; and tell its editor when what was printed changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts import Letterhead, Rendered
from monitor.alerts.briefs import render_brief
from monitor.app import pages
from monitor.app.wire import Wire
from monitor.brief import Candidate, Entry, Issue, Stage, day, entry, missing, rank
from monitor.config.newsroom import BriefPlan
from monitor.errors import ConfigError
from monitor.outbox import Alert, Kind
from monitor.routes import Priority, Recipient, Route, recipients
from monitor.store import StoryRow, Tx, briefs, labels, outbox, stories
from monitor.story import Outlet
from monitor.text import fold

__all__ = [
    "Finding",
    "Visit",
    "check",
    "draft",
    "edit",
    "fresh",
    "look",
    "new",
    "pick",
    "plan_named",
    "printed",
    "recipients_of",
    "send",
]

TOP = 10  # entries a draft begins with
MOST_CANDIDATES = 500
_FIRST = timedelta(days=7)  # the period of a first issue


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


def plan_named(wire: Wire, reference: str) -> tuple[BriefPlan, int | None]:
    """Read "weekly" or "weekly/3": the plan, and the number or None for the latest. Raises ConfigError."""
    name, _, number = reference.partition("/")
    plans = wire.newsroom.briefs
    if name not in plans:
        known = f"The briefs are: {', '.join(plans)}." if plans else "rules.yaml has no briefs: section yet."
        msg = f'There is no brief "{name}". {known}'
        raise ConfigError(msg)
    if number and not number.isdigit():
        msg = f'"{reference}" names no issue. Write {name} for the latest, {name}/3 for the third.'
        raise ConfigError(msg)
    return plans[name], int(number) if number else None


def look(wire: Wire, reference: str) -> Issue:
    """Give an issue. Raises ConfigError when there is none."""
    plan, number = plan_named(wire, reference)
    with wire.store.reading() as tx:
        return _found(tx, plan, number)


def _found(tx: Tx, plan: BriefPlan, number: int | None) -> Issue:
    issue = briefs.find(tx, plan.name, number)
    if issue is None:
        which = f"issue {number} of" if number else "issue of"
        msg = f"There is no {which} {plan.name}. Make one: copytaster brief new {plan.name}"
        raise ConfigError(msg)
    return issue


def _draft(tx: Tx, plan: BriefPlan, number: int | None) -> Issue:
    issue = _found(tx, plan, number)
    if issue.stage is not Stage.DRAFT:
        msg = f"{issue.brief}/{issue.number} was sent and stays as it is. Make the next: copytaster brief new {plan.name}"
        raise ConfigError(msg)
    return issue


def new(
    wire: Wire,
    plan: BriefPlan,
    outlets: Mapping[str, Outlet],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    top: int = TOP,
) -> Issue:
    """Draft the next issue, with the `top` candidates picked. Raises ConfigError when a draft is open."""
    with wire.store.writing() as tx:
        last = briefs.find(tx, plan.name)
        if last is not None and last.stage is Stage.DRAFT:
            msg = (
                f"{plan.name}/{last.number} is still a draft. Send it, or add to it: "
                f"copytaster brief pick {plan.name} --fresh"
            )
            raise ConfigError(msg)
        return draft(tx, wire, plan, outlets, since=since, until=until, top=top)


def draft(
    tx: Tx,
    wire: Wire,
    plan: BriefPlan,
    outlets: Mapping[str, Outlet],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    top: int = TOP,
    planned: datetime | None = None,
) -> Issue:
    """Draft the next issue of what was first seen since the last one, or in the period given."""
    now = wire.clock()
    last = briefs.find(tx, plan.name)
    begin = since or (last.until if last else now - _FIRST)
    end = until or now
    issue = Issue(
        id=0,
        brief=plan.name,
        number=0,
        title=plan.title,
        stage=Stage.DRAFT,
        since=begin,
        until=end,
        created=now,
        day=day(now, wire.zone),
        sections=plan.sections,
        entries=_entries(tx, wire, plan, outlets, (begin, end), top=top),
    )
    return briefs.add(tx, issue, planned=planned)


def _entries(
    tx: Tx,
    wire: Wire,
    plan: BriefPlan,
    outlets: Mapping[str, Outlet],
    period: tuple[datetime, datetime],
    *,
    top: int,
    but: int = 0,
) -> tuple[Entry, ...]:
    told, events = briefs.used(tx, plan.name, but=but)
    rows = stories.search(tx, matched=True, since=period[0], until=period[1], limit=MOST_CANDIDATES)
    fresh = [row for row in rows if row.id not in told and row.event not in events]
    made = (_candidate(tx, wire, row, outlets) for row in fresh)
    ranked = rank(c for c in made if not c.outlet.ours)
    return tuple(
        replace(
            entry(one, score, plan.sections, wire.newsroom.settings.quotation),
            position=place if place <= top and one.relevant >= 0 else 0,
        )
        for place, (one, score) in enumerate(ranked, start=1)
    )


def _candidate(tx: Tx, wire: Wire, row: StoryRow, outlets: Mapping[str, Outlet]) -> Candidate:
    names = tuple(dict.fromkeys(m.rule for m in row.matches))
    rules = [wire.newsroom.rulebook.rules[name] for name in names if name in wire.newsroom.rulebook.rules]
    said = {label.person: label.verdict for label in labels.for_story(tx, row.id)}
    story = row.story
    return Candidate(
        story_id=row.id,
        revision=row.revision,
        event=row.event,
        story=story,
        outlet=outlets.get(story.outlet) or Outlet(name=story.outlet, title=story.outlet),
        rules=names,
        tags=tuple(dict.fromkeys(tag for rule in rules for tag in rule.tags)),
        priority=max((rule.priority for rule in rules), default=Priority.NORMAL),
        relevant=sum(1 if verdict == "relevant" else -1 for verdict in said.values()),
    )


def pick(
    wire: Wire, reference: str, numbers: Sequence[int], outlets: Mapping[str, Outlet], *, drop: bool = False
) -> Issue:
    """Print these stories after those picked already, or with `drop` not at all. Any story on record can be picked."""
    plan, number = plan_named(wire, reference)
    with wire.store.writing() as tx:
        issue = _draft(tx, plan, number)
        if not drop:
            _make_room(tx, wire, plan, issue, numbers, outlets)
            issue = _draft(tx, plan, number)
        known = {e.story_id: e for e in issue.entries}
        if lost := [n for n in numbers if n not in known]:
            msg = f"Story {lost[0]} is not in {issue.brief}/{issue.number}."
            raise ConfigError(msg)
        last = max((e.position for e in issue.entries), default=0)
        for place, story_id in enumerate(numbers, start=last + 1):
            was = known[story_id].position
            briefs.put(tx, issue.id, replace(known[story_id], position=0 if drop else was or place))
        return _found(tx, plan, number)


def _make_room(
    tx: Tx,
    wire: Wire,
    plan: BriefPlan,
    issue: Issue,
    numbers: Iterable[int],
    outlets: Mapping[str, Outlet],
) -> None:
    """Make candidates of stories that were none: of another time, or told in an earlier issue."""
    known = {e.story_id for e in issue.entries}
    for number in numbers:
        if number in known:
            continue
        row = stories.get(tx, number)
        if row is None:
            msg = f"There is no story {number}. See copytaster stories."
            raise ConfigError(msg)
        one = _candidate(tx, wire, row, outlets)
        made = entry(one, 0.0, plan.sections, wire.newsroom.settings.quotation)
        briefs.add_entries(tx, issue.id, [made])


def fresh(wire: Wire, reference: str, outlets: Mapping[str, Outlet]) -> Issue:
    """Add what came in since the draft was made to its candidates."""
    plan, number = plan_named(wire, reference)
    with wire.store.writing() as tx:
        issue = _draft(tx, plan, number)
        now = wire.clock()
        more = _entries(tx, wire, plan, outlets, (issue.since, now), top=0, but=issue.id)
        events = {e.event for e in issue.entries}
        briefs.add_entries(tx, issue.id, [e for e in more if e.event not in events])
        briefs.stamp(tx, issue.id, until=now, checked=None)
        return _found(tx, plan, number)


def edit(
    wire: Wire, reference: str, story_id: int, changes: Mapping[str, str], position: int | None
) -> Issue:
    """Change what is printed of a story. A lead longer than the set quotation is refused. Raises ConfigError."""
    plan, number = plan_named(wire, reference)
    most = wire.newsroom.settings.quotation
    clean = {name: " ".join(text.split()) for name, text in changes.items()}
    if len(clean.get("lead", "")) > most:
        msg = f"The lead has {len(clean['lead'])} characters; at most {most} may be quoted (settings: quotation)."
        raise ConfigError(msg)
    if empty := [name for name, text in clean.items() if not text and name != "section"]:
        msg = f"{empty[0]} cannot be empty. For an entry without a photo say --credit none."
        raise ConfigError(msg)
    with wire.store.writing() as tx:
        issue = _draft(tx, plan, number)
        known = next((e for e in issue.entries if e.story_id == story_id), None)
        if known is None:
            msg = f"Story {story_id} is not in {issue.brief}/{issue.number}. Pick it first."
            raise ConfigError(msg)
        if position is not None:
            _shift(tx, issue, story_id, position)
            known = replace(known, position=position)
        briefs.put(tx, issue.id, _changed(known, clean))
        return _found(tx, plan, number)


def _changed(one: Entry, texts: Mapping[str, str]) -> Entry:
    return replace(
        one,
        headline=texts.get("headline", one.headline),
        outlet=texts.get("outlet", one.outlet),
        day=texts.get("day", one.day),
        credit=texts.get("credit", one.credit),
        lead=texts.get("lead", one.lead),
        url=texts.get("url", one.url),
        section=texts.get("section", one.section),
    )


def _shift(tx: Tx, issue: Issue, story_id: int, position: int) -> None:
    for other in issue.entries:
        if other.position >= position and other.story_id != story_id:
            briefs.put(tx, issue.id, replace(other, position=other.position + 1))


def check(wire: Wire, reference: str, visits: Mapping[str, Visit]) -> tuple[Issue, tuple[Finding, ...]]:
    """Judge an issue by what its links gave (by address); one that is found clean may be sent."""
    plan, number = plan_named(wire, reference)
    with wire.store.writing() as tx:
        issue = _found(tx, plan, number)
        found = tuple(f for one in issue.picked for f in _findings(tx, one, visits.get(one.url)))
        if not issue.picked:
            found = (Finding(story_id=0, headline=issue.title, text="nothing is picked"),)
        if issue.stage is Stage.DRAFT:
            clean = not any(f.grave for f in found)
            briefs.stamp(tx, issue.id, checked=wire.clock() if clean else None)
        return _found(tx, plan, issue.number), found


def _findings(tx: Tx, one: Entry, visit: Visit | None) -> Iterable[Finding]:
    def finding(text: str, *, grave: bool = True) -> Finding:
        return Finding(story_id=one.story_id, headline=one.headline, text=text, grave=grave)

    for name in missing(one):
        yield finding(f"{name} is TODO")
    if visit is None:
        if "link" not in missing(one):
            yield finding("its link was not visited")
        return
    if visit.trouble:
        yield finding(f"its link does not lead to it: {visit.trouble}")
        return
    row = stories.at_revision(tx, one.story_id, one.revision)
    known = {_plain(title) for title in (*(row.story.titles if row else ()), one.headline)}
    if visit.titles and not known & {_plain(title) for title in visit.titles}:
        text = f'the headline is now "{visit.titles[0]}"'
        yield finding(f"{text}; edit it, or confirm it: copytaster brief edit ... --headline")


def _plain(title: str) -> str:
    return " ".join(fold(title).text.split())


def printed(tx: Tx, wire: Wire, issue_id: int, head: Letterhead) -> Rendered:
    """Render an issue as it is sent: from what is on record alone, so that it can be made again byte for byte."""
    issue = briefs.get(tx, issue_id)
    if issue is None:
        msg = f"There is no issue {issue_id} on record."
        raise ConfigError(msg)
    return render_brief(issue, head, quotation=wire.newsroom.settings.quotation)


def recipients_of(wire: Wire, channels: Sequence[str]) -> tuple[Recipient, ...]:
    """Give everyone behind some channels, each once."""
    return recipients(Route(to=tuple(channels)), wire.newsroom.channels)


def send(wire: Wire, reference: str) -> tuple[Issue, int]:
    """Put a checked issue into the outbox for everyone it goes to; give it and their number. Raises ConfigError."""
    plan, number = plan_named(wire, reference)
    if not plan.to:
        msg = f"Nobody gets {plan.name}: name channels in rules.yaml, such as to: [readers-mail]."
        raise ConfigError(msg)
    now = wire.clock()
    with wire.store.writing() as tx:
        issue = _draft(tx, plan, number)
        if issue.checked is None:
            msg = f"{issue.brief}/{issue.number} was not checked since its last change: copytaster brief check {plan.name}"
            raise ConfigError(msg)
        alerts = [
            Alert(
                recipient=recipient,
                kind=Kind.BRIEF,
                due=now,
                occasions=(f"brief:{issue.brief}:{issue.number}",),
                text=str(issue.id),
                rulebook=wire.newsroom.rulebook.hash,
            )
            for recipient in recipients_of(wire, plan.to)
        ]
        added = outbox.add(tx, alerts, now)
        briefs.stamp(tx, issue.id, stage=Stage.SENT.value, sent=now)
        _watch(tx, wire, issue, now)
        return _found(tx, plan, issue.number), len(added)


def _watch(tx: Tx, wire: Wire, issue: Issue, now: datetime) -> None:
    """Have the pages of what was printed read again, where the outlet's pages are read."""
    outlets = {outlet.name: outlet for outlet in wire.newsroom.outlets}
    for one in issue.picked:
        row = stories.get(tx, one.story_id)
        if row is not None and pages.reads(outlets.get(row.story.outlet)):
            pages.watch_story(tx, row.id, row.story, now)
