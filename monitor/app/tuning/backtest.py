"""What a rulebook, live or a draft, would have matched and alerted over the stored past. Nothing is sent or written.

The past is told as if the rulebook had come into force at `since`: a rule has met nothing before, and nobody has
heard of anything. Each event is alerted once for each rule. Routes are not asked (who would be told is theirs to
say), nor are addresses that were new to a known outlet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app.tuning.past import Archive, Met, met, named, narrow
from monitor.app.wire import Wire
from monitor.matching import match
from monitor.routes import Silence
from monitor.rules import Rulebook
from monitor.store import lookup, silences
from monitor.store.index import searching
from monitor.store.lookup import OnRecord, Text
from monitor.triage import Reason

__all__ = [
    "Backtest",
    "Disagreement",
    "Gone",
    "Hit",
    "Shown",
    "Tally",
    "backtest",
    "shown",
    "tallies",
    "week_of",
]

TELLING = (Reason.ALERTED, Reason.BASELINE, Reason.OLDER)  # after these an event has been told
_MOST_SILENCES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule met by one revision, and what would have become of it. `recorded`: it is on record under this rulebook."""

    rule: str
    story_id: int
    revision: int
    event: int
    outlet: str
    seen: datetime
    reason: Reason
    detail: str = ""
    recorded: bool = False
    text_id: int = 0  # of the store, for `shown`

    @property
    def week(self) -> str:
        """The ISO week in which the revision was seen, in UTC."""
        return week_of(self.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A revision that may have met a rule; nobody can tell any more, since its full text was dropped (keep_bodies)."""

    rule: str
    story_id: int
    revision: int
    outlet: str
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A revision this very rulebook judged, for which the record and the matcher of today say different things."""

    rule: str
    story_id: int
    revision: int
    recorded: bool  # the record says that it matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many there were: matching revisions, stories they belong to, alerts, and matches by reason."""

    rule: str
    outlet: str  # "": all
    week: str  # "": all
    matches: int
    stories: int
    alerts: int
    reasons: tuple[tuple[Reason, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a backtest found. `alerts` counts decisions that would have alerted: one names all its rules.

    `looked_at` counts the revisions of the time, `texts_gone` those of them whose full text was dropped. `was_live`:
    some were judged under this very rulebook; `disagreements` is then what should be empty.
    """

    rulebook: str
    rules: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    looked_at: int
    texts_gone: int
    was_live: bool
    alerts: int
    hits: tuple[Hit, ...]
    gone: tuple[Gone, ...]
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A hit as people want to see it: headline, address, and the words that match."""

    hit: Hit
    title: str
    url: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What a decision depends on besides the match."""

    ours: frozenset[str]
    baselines: Mapping[str, datetime]
    silences: tuple[Silence, ...]
    max_age: timedelta


def backtest(
    wire: Wire,
    rulebook: Rulebook,
    *,
    rule: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Backtest:
    """Try a rulebook, or one rule of it, on revisions seen since an instant (included) and until another (excluded).

    Raises ConfigError for an unknown rule. Under the rulebook that was live the matches are those on record, also
    where the text is gone.
    """
    rules = named(rulebook, rule)
    with searching(wire.store) as tx:
        archive = Archive(tx)
        found = met(archive, rulebook, rules, since=since, until=until)
        record = lookup.on_record(tx, rulebook.hash, since=since, until=until)
        desk = _desk(wire, archive)
        looked_at, texts_gone = lookup.count_texts(tx, since=since, until=until)
        late = sorted({key for key, name in record.matched if name in found})
        recorded = {row.id: row for row in lookup.texts_at(tx, late)}
    settled = {name: _settled(found[name], record, recorded) for name in rules}
    hits = tuple(hit for name in rules for hit in _decided(name, settled[name].texts, desk, record))
    return Backtest(
        rulebook=rulebook.hash,
        rules=rules,
        since=since,
        until=until,
        looked_at=looked_at,
        texts_gone=texts_gone,
        was_live=bool(record.judged),
        alerts=len({(h.story_id, h.revision) for h in hits if h.reason is Reason.ALERTED}),
        hits=hits,
        gone=tuple(_gone(name, row) for name in rules for row in settled[name].gone),
        disagreements=tuple(d for name in rules for d in _disagreements(found[name], record, recorded)),
    )


def _desk(wire: Wire, archive: Archive) -> _Desk:
    newsroom = wire.newsroom
    return _Desk(
        ours=frozenset(outlet.name for outlet in newsroom.outlets if outlet.ours),
        baselines=lookup.baselines(archive.tx),
        silences=tuple(row.silence for row in silences.recent(archive.tx, limit=_MOST_SILENCES)),
        max_age=newsroom.settings.max_age,
    )


def _settled(found: Met, record: OnRecord, recorded: Mapping[int, Text]) -> Met:
    """Where the text is gone, the record of this rulebook speaks; where there is none, nobody knows."""
    gone = [row for key, row in recorded.items() if row.gone and (key, found.rule) in record.matched]
    texts = {row.id: row for row in (*found.texts, *gone)}
    unknown = tuple(row for row in found.gone if row.id not in record.judged)
    return Met(found.rule, tuple(sorted(texts.values(), key=lambda row: (row.seen, row.id))), unknown)


def _gone(rule: str, row: Text) -> Gone:
    return Gone(rule=rule, story_id=row.story_id, revision=row.revision, outlet=row.outlet, seen=row.seen)


def _decided(rule: str, texts: Iterable[Text], desk: _Desk, record: OnRecord) -> Iterator[Hit]:
    """Decide in the order of time, as triage does: earlier revisions, then what withholds, then who was told."""
    before: set[int] = set()
    told: dict[int, int] = {}  # event -> the story it was told by
    for row in texts:
        reason, detail = _reason(rule, row, desk, before, told)
        before.add(row.story_id)
        if reason in TELLING:
            told[row.event] = row.story_id
        yield Hit(
            rule=rule,
            story_id=row.story_id,
            revision=row.revision,
            event=row.event,
            outlet=row.outlet,
            seen=row.seen,
            reason=reason,
            detail=detail,
            recorded=(row.id, rule) in record.matched,
            text_id=row.id,
        )


def _reason(
    rule: str, row: Text, desk: _Desk, before: set[int], told: Mapping[int, int]
) -> tuple[Reason, str]:
    if row.story_id in before:
        return Reason.TOLD, "an earlier revision of this story matched this rule"
    if row.imported:
        return Reason.IMPORTED, ""
    if row.outlet in desk.ours:
        return Reason.OURS, ""
    muted = next((s for s in desk.silences if _mutes(s, rule, row.seen)), None)
    if muted is not None:
        return Reason.SILENCED, f"until {muted.until:%d %B %Y %H:%M} UTC by {muted.author}: {muted.reason}"
    if row.event in told:
        return Reason.DUPLICATE, f"the event was told by story {told[row.event]}"
    if row.seen <= desk.baselines.get(row.outlet, datetime.min.replace(tzinfo=row.seen.tzinfo)):
        return Reason.BASELINE, ""
    if row.first_seen - row.published > desk.max_age:
        return Reason.OLDER, f"published {row.published:%d %B %Y}, first seen {row.first_seen:%d %B %Y}"
    return Reason.ALERTED, ""


def _mutes(silence: Silence, rule: str, at: datetime) -> bool:
    begun = silence.since is None or silence.since <= at
    return silence.rule in (None, rule) and begun and at < silence.until


def _disagreements(found: Met, record: OnRecord, recorded: Mapping[int, Text]) -> Iterator[Disagreement]:
    now = {row.id: row for row in found.texts if row.id in record.judged}
    then = {key: row for key, row in recorded.items() if (key, found.rule) in record.matched and not row.gone}
    for key in sorted(now.keys() ^ then.keys()):
        row = now.get(key) or then[key]
        yield Disagreement(
            rule=found.rule, story_id=row.story_id, revision=row.revision, recorded=key in then
        )


def week_of(instant: datetime) -> str:
    """Give the ISO week of an instant: 2021-W02."""
    year, week, _ = instant.isocalendar()
    return f"{year}-W{week:02}"


def tallies(report: Backtest, *, by_outlet: bool = False, by_week: bool = False) -> tuple[Tally, ...]:
    """Count hits by rule, and by outlet and ISO week where asked; rules in their order, each once at least."""
    groups: dict[tuple[str, str, str], list[Hit]] = {}
    for hit in report.hits:
        key = (hit.rule, hit.outlet if by_outlet else "", hit.week if by_week else "")
        groups.setdefault(key, []).append(hit)
    if not (by_outlet or by_week):
        for name in report.rules:
            groups.setdefault((name, "", ""), [])
    order = {name: number for number, name in enumerate(report.rules)}
    return tuple(
        _tally(key, groups[key]) for key in sorted(groups, key=lambda key: (order[key[0]], key[2], key[1]))
    )


def _tally(key: tuple[str, str, str], hits: list[Hit]) -> Tally:
    reasons = Counter(hit.reason for hit in hits)
    return Tally(
        rule=key[0],
        outlet=key[1],
        week=key[2],
        matches=len(hits),
        stories=len({hit.story_id for hit in hits}),
        alerts=reasons[Reason.ALERTED],
        reasons=tuple((reason, reasons[reason]) for reason in Reason if reasons[reason]),
    )


def shown(wire: Wire, rulebook: Rulebook, hits: Iterable[Hit]) -> tuple[Shown, ...]:
    """Give hits with headline, address and the words found; meant for a page of them. A gone text shows fewer words."""
    wanted = list(hits)
    book = narrow(rulebook, dict.fromkeys(hit.rule for hit in wanted)) if wanted else rulebook
    with wire.store.reading() as tx:
        told = dict(lookup.stories_at(tx, sorted({hit.text_id for hit in wanted})))
    found = []
    for hit in wanted:
        story = told[hit.text_id]
        evidence = (m.evidence for m in match(story, book, now=hit.seen) if m.rule == hit.rule)
        words = tuple(dict.fromkeys(e.text for part in evidence for e in part))
        found.append(Shown(hit=hit, title=story.title, url=story.url, words=words))
    return tuple(found)
