"""Make an issue of a brief: draft it, pick, edit, check, send; and tell its editor when what was printed changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.app import pages
from monitor.app.brief_candidates import candidate, entries
from monitor.app.imprint import imprint_now
from monitor.app.wire import Wire
from monitor.brief import Entry, Issue, Stage, day, entry
from monitor.config.newsroom import BriefPlan
from monitor.errors import ConfigError
from monitor.outbox import Alert, Kind
from monitor.routes import Recipient, Route, recipients
from monitor.store import StoryRow, Tx, briefs, outbox, stories
from monitor.story import Outlet

__all__ = [
    "draft",
    "draft_of",
    "edit",
    "found",
    "fresh",
    "look",
    "new",
    "pick",
    "plan_named",
    "recipients_of",
    "send",
]

TOP = 10  # entries a draft begins with
_FIRST = timedelta(days=7)  # the period of a first issue


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
        return found(tx, plan, number)


def found(tx: Tx, plan: BriefPlan, number: int | None) -> Issue:
    """Give the issue of this number, or the latest. Raises ConfigError when there is none."""
    issue = briefs.find(tx, plan.name, number)
    if issue is None:
        which = f"issue {number} of" if number else "issue of"
        msg = f"There is no {which} {plan.name}. Make one: copytaster brief new {plan.name}"
        raise ConfigError(msg)
    return issue


def draft_of(tx: Tx, plan: BriefPlan, number: int | None) -> Issue:
    """Give an issue that can still be changed. Raises ConfigError for one that was sent."""
    issue = found(tx, plan, number)
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
    if since is not None and (until or wire.clock()) <= since:
        msg = f"Nothing lies between {since:%Y-%m-%d %H:%M} and {until or wire.clock():%Y-%m-%d %H:%M}: --from comes before --to."
        raise ConfigError(msg)
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
        imprint=imprint_now(wire),
        entries=entries(tx, wire, plan, outlets, (begin, end), top=top),
    )
    return briefs.add(tx, issue, planned=planned)


def pick(
    wire: Wire, reference: str, numbers: Sequence[int], outlets: Mapping[str, Outlet], *, drop: bool = False
) -> Issue:
    """Print these stories after those picked already, or with `drop` not at all. Any story on record can be picked."""
    plan, number = plan_named(wire, reference)
    with wire.store.writing() as tx:
        issue = draft_of(tx, plan, number)
        if not drop:
            _make_room(tx, wire, plan, issue, numbers, outlets)
            issue = draft_of(tx, plan, number)
        known = {e.story_id: e for e in issue.entries}
        if lost := [n for n in numbers if n not in known]:
            msg = f"Story {lost[0]} is not in {issue.brief}/{issue.number}."
            raise ConfigError(msg)
        last = max((e.position for e in issue.entries), default=0)
        for place, story_id in enumerate(numbers, start=last + 1):
            was = known[story_id].position
            briefs.put(tx, issue.id, replace(known[story_id], position=0 if drop else was or place))
        briefs.imprint(tx, issue.id, imprint_now(wire))
        return found(tx, plan, number)


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
        one = candidate(tx, wire, row, outlets)
        made = entry(one, 0.0, plan.sections, wire.newsroom.settings.quotation)
        briefs.add_entries(tx, issue.id, [made])


def fresh(wire: Wire, reference: str, outlets: Mapping[str, Outlet]) -> Issue:
    """Add what came in since the draft was made to its candidates."""
    plan, number = plan_named(wire, reference)
    with wire.store.writing() as tx:
        issue = draft_of(tx, plan, number)
        now = wire.clock()
        more = entries(tx, wire, plan, outlets, (issue.since, now), top=0, but=issue.id)
        events = {e.event for e in issue.entries}
        briefs.add_entries(tx, issue.id, [e for e in more if e.event not in events])
        briefs.stamp(tx, issue.id, until=now, checked=None)
        briefs.imprint(tx, issue.id, imprint_now(wire))
        return found(tx, plan, number)


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
        issue = draft_of(tx, plan, number)
        known = next((e for e in issue.entries if e.story_id == story_id), None)
        if known is None:
            msg = f"Story {story_id} is not in {issue.brief}/{issue.number}. Pick it first."
            raise ConfigError(msg)
        if position is not None:
            _shift(tx, issue, story_id, position)
            known = replace(known, position=position)
        briefs.put(tx, issue.id, _changed(known, clean, stories.get(tx, story_id)))
        briefs.imprint(tx, issue.id, imprint_now(wire))
        return found(tx, plan, number)


def _changed(one: Entry, texts: Mapping[str, str], row: StoryRow | None) -> Entry:
    """Put an editor's words into an entry; who writes a headline or a lead knows the story as it is by now."""
    knows = row is not None and ("headline" in texts or "lead" in texts)
    return replace(
        one,
        revision=row.revision if row is not None and knows else one.revision,
        confirmed=one.page_headline if "headline" in texts else one.confirmed,
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
        issue = draft_of(tx, plan, number)
        if issue.checked is None:
            msg = f"{issue.brief}/{issue.number} was not checked since its last change: copytaster brief check {plan.name}"
            raise ConfigError(msg)
        alerts = [
            Alert(
                recipient=recipient,
                kind=Kind.BRIEF,
                due=now,
                occasions=(f"brief:{issue.brief}:{issue.number}",),
                text=str(issue.id),  # no rulebook: people chose, and taking back what one decided spares it
            )
            for recipient in recipients_of(wire, plan.to)
        ]
        added = outbox.add(tx, alerts, now)
        briefs.stamp(tx, issue.id, stage=Stage.SENT.value, sent=now)
        if issue.imprint is None:
            briefs.imprint(tx, issue.id, imprint_now(wire))
        _watch(tx, wire, issue, now)
        return found(tx, plan, issue.number), len(added)


def _watch(tx: Tx, wire: Wire, issue: Issue, now: datetime) -> None:
    """Have the pages of what was printed read again, where the outlet's pages are read."""
    outlets = {outlet.name: outlet for outlet in wire.newsroom.outlets}
    for one in issue.picked:
        row = stories.get(tx, one.story_id)
        if row is not None and pages.reads(outlets.get(row.story.outlet)):
            pages.watch_story(tx, row.id, row.story, now)
