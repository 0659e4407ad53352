"""Decide what becomes of a story: whether we know it already, whom to tell, and why (not).

In this order (docs/reference/who-is-told.md says it for editors):

1. a story on record whose text this source has not changed ends here: UNCHANGED, or REISSUED under
   another GUID, date, address or source;
2. every rule is matched against every copy and every revision;
3. a rule that matched the story before is not told again; where its headline or a matched sentence changed, those who
   were told hear of that;
4. reasons not to alert now: ours, imported, replayed, rule younger than the story, silenced;
   a baseline and an older story are told apart from alerts;
5. routes give recipients; a recipient who heard of this event under this rule is not told a copy again, and is told of
   another report as a follow-up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from monitor.duplicates import Kind
from monitor.matching import Match, match
from monitor.routes import Silence
from monitor.rules import Rule, Rulebook
from monitor.story import DateSource, Story
from monitor.triage.possible import possible
from monitor.triage.sameness import related
from monitor.triage.telling import KINDS, alerts_for, updates_for
from monitor.triage.values import (
    Circumstances,
    Decision,
    Known,
    Merge,
    Neighbours,
    Reason,
    Triage,
    Verdict,
)

__all__ = ["changes", "decide", "face"]

LATE_RULE = timedelta(days=7)  # a new rule still meets revisions of stories this young
TEXT_FIELDS = ("title", "summary", "body", "correction", "vanished")


def face(story: Story) -> str:
    """Give the identity of a story's text: equal faces show a reader the same words."""
    text = "\x00".join((*story.titles, "\x01", story.summary, "\x01", story.body))
    return hashlib.blake2b(text.encode("utf8", "surrogatepass"), digest_size=12).hexdigest()


def changes(before: Story, after: Story) -> tuple[str, ...]:
    """Name the text fields in which two states of a story differ."""
    return tuple(name for name in TEXT_FIELDS if getattr(before, name) != getattr(after, name))


def decide(
    story: Story,
    neighbours: Neighbours,
    rulebook: Rulebook,
    silences: Iterable[Silence],
    now: datetime,
    circumstances: Circumstances,
    *,
    shown: str | None = None,
) -> Triage:
    """Decide everything about one story. Deterministic: the same values in, the same decisions out.

    `shown` is the face its source gives it, where the story holds more than its source said.
    """
    same = neighbours.same
    if same is not None and same.face == (shown or face(story)):
        return Triage(verdict=Verdict.REISSUED if _looks_new(same.story, story) else Verdict.UNCHANGED)
    changed = changes(same.story, story) if same else ()
    if same is not None and not changed:
        return Triage(verdict=Verdict.REISSUED)
    matches = {m.rule: m for m in match(story, rulebook, now=now)}
    verdict = _verdict(same, rulebook, matches)
    if verdict is Verdict.REISSUED:
        return Triage(verdict=verdict)
    judged = tuple(
        _judge(rulebook.rules[name], found, story, neighbours, silences, now, circumstances)
        for name, found in matches.items()
    )
    merge = _merge(story, neighbours)
    told = neighbours.told | (merge.other.told if merge else frozenset())
    alerts, hurried = alerts_for(rulebook, story, judged, merge, told, now, circumstances)
    reached = {rule for alert in alerts for rule in alert.first_rules}
    decisions = tuple(_settled(d, reached, neighbours, merge) for d in judged)
    doubtful, listed = possible(rulebook, story, matches, neighbours, silences, now, circumstances, alerts)
    return Triage(
        verdict=verdict,
        changed=changed,
        decisions=(*decisions, *_lost(same, rulebook, matches), *doubtful),
        alerts=(*alerts, *listed, *updates_for(rulebook, story, neighbours, silences, now, circumstances)),
        merge=merge if same is None or neighbours.free else None,
        hurried=hurried,
        refreshed=same is not None,
    )


def _merge(story: Story, near: Neighbours) -> Merge | None:
    """Find whose event a story belongs to. One that was told, or has others in its event, stays where it is."""
    found = related(story, near)
    same = near.same
    if found is None or same is None or near.free:
        return None if found is not None and same is not None and found.other.event == same.event else found
    return found if found.same_text and found.other.event != same.event else None


def _looks_new(before: Story, after: Story) -> bool:
    """Whether a feed reader would take it for another entry: its address, GUID or date changed."""
    return (before.url, before.guid, before.published) != (after.url, after.guid, after.published)


def _names(rule: Rule) -> frozenset[str]:
    return frozenset((rule.name, *rule.formerly))


def _verdict(same: Known | None, rulebook: Rulebook, matches: Mapping[str, Match]) -> Verdict:
    """Other words from a source that never gave this story before are no revision, unless a rule first meets them."""
    if same is None:
        return Verdict.NEW
    if same.face is not None:
        return Verdict.REVISED
    fresh = any(not (_names(rulebook.rules[name]) & same.matched) for name in matches)
    return Verdict.REVISED if fresh else Verdict.REISSUED


def _judge(
    rule: Rule,
    found: Match,
    story: Story,
    neighbours: Neighbours,
    silences: Iterable[Silence],
    now: datetime,
    given: Circumstances,
) -> Decision:
    """Give the reason for one match, before routes and what was told are looked at."""
    same = neighbours.same
    first_seen = same.first_seen if same else now

    def because(reason: Reason, detail: str = "") -> Decision:
        return Decision(rule=rule.name, reason=reason, match=found, detail=detail)

    if same and _names(rule) & same.matched:
        return because(Reason.TOLD, "an earlier revision of this story matched this rule")
    if given.withheld is not None:
        return because(given.withheld)
    in_force = given.since.get(rule.name)
    if in_force is not None and first_seen < in_force and first_seen < now - LATE_RULE:
        return because(
            Reason.BEFORE_RULE, f"first seen {first_seen:%d %B %Y}, rule in force since {in_force:%d %B %Y}"
        )
    muted = next((s for s in silences if s.rule in (None, rule.name) and s.until > now), None)
    if muted is not None:
        return because(
            Reason.SILENCED, f"until {muted.until:%d %B %Y %H:%M} UTC by {muted.author}: {muted.reason}"
        )
    if given.baseline:
        return because(Reason.BASELINE)
    return because(*_age(story, first_seen, given))


def _age(story: Story, first_seen: datetime, given: Circumstances) -> tuple[Reason, str]:
    if first_seen - story.published > given.max_age:
        return Reason.OLDER, f"published {story.published:%d %B %Y}, first seen {first_seen:%d %B %Y}"
    after = given.published_after
    if after is not None and (story.published <= after or story.date_source is DateSource.FIRST_SEEN):
        return (
            Reason.OLDER,
            f"new address of a known outlet; not known to be younger than {after:%d %B %Y %H:%M} UTC",
        )
    return Reason.ALERTED, ""


def _settled(decision: Decision, reached: set[str], neighbours: Neighbours, merge: Merge | None) -> Decision:
    """A match that was to be told but reaches nobody anew is a duplicate, another report, or was told."""
    if decision.reason not in KINDS or decision.rule in reached:
        return decision
    reason, detail = Reason.TOLD, decision.detail
    if merge is not None:
        reason = Reason.DUPLICATE if merge.same_text else Reason.ATTACHED
        detail = f"{_SAID[merge.kind]} {_named(merge.other)}"
    elif neighbours.same is not None and neighbours.copy_of is not None:
        reason, detail = Reason.DUPLICATE, f"{_SAID[Kind.DUPLICATE]} {_named(neighbours.copy_of)}"
    return Decision(rule=decision.rule, reason=reason, match=decision.match, detail=detail)


_SAID = {
    Kind.DUPLICATE: "the same text as",
    Kind.UPDATE: "the same text with other figures or facts as",
    Kind.SAME_EVENT: "reports the same as",
}


def _named(lead: Known) -> str:
    return f"story {lead.id}, {lead.story.outlet}: {lead.story.title}"


def _lost(same: Known | None, rulebook: Rulebook, matches: Mapping[str, Match]) -> tuple[Decision, ...]:
    if same is None:
        return ()
    return tuple(
        Decision(rule=name, reason=Reason.NO_LONGER)
        for name in sorted(same.matched)
        if name in rulebook.rules and name not in matches
    )
