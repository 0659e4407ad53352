"""From alerts on record to what render shows: the headline, where it is from, and why, in the story's own sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.alerts import Letterhead, Telling, Why
from monitor.alerts.plain import clip, is_latin
from monitor.config.newsroom import Newsroom
from monitor.links import safe_url, site
from monitor.matching import Evidence, Match, field_text
from monitor.outbox import Kind
from monitor.routes import Priority
from monitor.rules import Rulebook, set_holding
from monitor.story import Outlet, Story
from monitor.text import sentence_around

if TYPE_CHECKING:
    from monitor.store import AlertRow, MatchRow

__all__ = ["letterhead", "mail_domain", "telling", "why"]

_QUOTING = ("The story said", "It says", "Now")  # how lines of an update begin that quote a text
_NOTES = {
    Kind.BASELINE: "already there when this outlet was first polled",
    Kind.OLDER: "older, newly found",
    Kind.CATCH_UP: "from the archive, asked for by catch-up",
    Kind.FOLLOW_UP: "another report of what you were told",
}


def letterhead(newsroom: Newsroom, version: str, channel: str = "") -> Letterhead:
    """Give what every message of this newsroom carries, in the zone of the readers of a channel."""
    mail = newsroom.operator.mail
    known = newsroom.channels.get(channel)
    return Letterhead(
        operator=newsroom.operator.name,
        operator_mail=mail,
        replies=newsroom.settings.replies,
        zone=(known.zone if known else "") or newsroom.zone,
        version=version,
        domain=mail_domain(mail),
        quotation=newsroom.settings.quotation,
    )


def mail_domain(address: str) -> str:
    """Give the right-hand side of our Message-IDs: the operator's own domain."""
    return address.rpartition("@")[2] if "@" in address else "copytaster.invalid"


def why(story: Story, found: Match, rulebook: Rulebook | None = None) -> Why:
    """Show one rule's match in the sentence that holds most of its terms, the first of equals; a headline is one.

    With a rulebook, what was found in letters of other scripts is named by the set it belongs to.
    """
    if not found.evidence:
        return Why(rule=found.rule)
    first, start, end = max(
        _sentences(story, found.evidence), key=lambda s: _terms_within(found.evidence, *s)
    )
    near = {(e.start - start, e.end - start): e.term for e in found.evidence if _within(e, first, start, end)}
    marks = sorted(near)
    return Why(
        rule=found.rule,
        field=str(first.field),
        sentence=field_text(story, first.field, first.index)[start:end],
        marks=tuple(marks),
        terms=tuple(_called(near[mark], found.rule, rulebook) for mark in marks),
    )


def _called(term: str, name: str, rulebook: Rulebook | None) -> str:
    """Give a term that not every reader can read as the set that lists it."""
    rule = rulebook.rules.get(name) if rulebook is not None else None
    if rulebook is None or rule is None or is_latin(term):
        return term
    holding = set_holding(term, rule.clause, rulebook.term_sets)
    return f"${holding}" if holding else term


def _sentences(story: Story, evidence: Iterable[Evidence]) -> Iterable[tuple[Evidence, int, int]]:
    """Give the sentences in which something was found, as bounds, each with the first evidence in it."""
    found: dict[tuple[str, int, int, int], tuple[Evidence, int, int]] = {}
    for e in evidence:
        start, end = sentence_around(field_text(story, e.field, e.index), e.start, e.end)
        found.setdefault((e.field, e.index, start, end), (e, start, end))
    return found.values()


def _terms_within(evidence: Iterable[Evidence], first: Evidence, start: int, end: int) -> int:
    return len({e.term for e in evidence if _within(e, first, start, end)})


def _within(e: Evidence, first: Evidence, start: int, end: int) -> bool:
    return e.field == first.field and e.index == first.index and start <= e.start and e.end <= end


def _off_site(url: str, outlet: Outlet | None) -> bool:
    if outlet is None or not outlet.hosts or not url:
        return False
    host = urlsplit(url).hostname or ""
    own = {h for name in outlet.hosts for h in (name, site(f"https://{name}/"))}
    return not any(host == h or host.endswith(f".{h}") for h in own)


def telling(
    row: AlertRow, outlets: Mapping[str, Outlet], newsroom: Newsroom, others: Iterable[str] = ()
) -> Telling:
    """Build what is told of one alert that concerns a story; `others` are the outlets that have it too."""
    assert row.story is not None
    story = row.story.story
    outlet = outlets.get(story.outlet)
    url = safe_url(story.url) or ""
    rules = [newsroom.rulebook.rules[name] for name in row.alert.rules if name in newsroom.rulebook.rules]
    return Telling(
        headline=story.title or story.url,
        outlet_title=outlet.title if outlet else story.outlet,
        url=url,
        host=urlsplit(url).hostname or "",
        published=story.published,
        date_source=story.date_source,
        why=tuple(why(story, m, newsroom.rulebook) for m in _in_order(row.alert.rules, row.matches)),
        access=story.access,
        photo_credit=story.photo.credit if story.photo else "",
        language=story.language,
        kind=row.alert.kind,
        note=_note(row),
        change=_change(row, newsroom.settings.quotation),
        also_reported_by=tuple(
            outlets[name].title if name in outlets else name for name in others if name != story.outlet
        ),
        off_site=_off_site(url, outlet),
        story_id=row.story.id,
        priority=max((rule.priority for rule in rules), default=Priority.NORMAL),
    )


def _change(row: AlertRow, quotation: int) -> tuple[str, ...]:
    """Give the lines of an update; what they quote of a text, other than headlines, keeps to the quotation."""
    if row.alert.kind is not Kind.UPDATE:
        return ()
    lines = row.alert.text.splitlines()
    quoted = _QUOTING if lines[:1] and not lines[0].startswith("The headline was") else ()
    return tuple(
        f"{label}: {clip(text, quotation)}" if label in quoted else line
        for line in lines
        for label, _, text in [line.partition(": ")]
    )


def _note(row: AlertRow) -> str:
    if row.alert.kind is Kind.POSSIBLE:
        return f"its page could not be read; it almost meets {', '.join(row.alert.rules)}"
    gone = row.story is not None and row.story.story.vanished and row.alert.kind is not Kind.UPDATE
    return " ".join(filter(None, (_NOTES.get(row.alert.kind, ""), "taken down since" if gone else "")))


def _in_order(rules: tuple[str, ...], matches: Iterable[MatchRow]) -> list[Match]:
    found = {m.rule: Match(rule=m.rule, evidence=m.evidence, score=m.score) for m in matches}
    return [found.get(rule, Match(rule=rule, evidence=(), score=None)) for rule in rules]
