"""People's verdicts on alerts: relevant or not, for each rule of the alert; disagreement is kept.

A label is (story, rule, person, instant, hash of the rulebook that alerted). It stays with the story over every
revision and re-issue, and with the rule over a rename (`formerly:`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from monitor.app.signing import sign, verified
from monitor.app.wire import Wire
from monitor.config.newsroom import Newsroom
from monitor.errors import ConfigError
from monitor.routes import Recipient
from monitor.rules import Rulebook
from monitor.store import AlertRow, LabelRow, Tx, labels, outbox, stories

__all__ = [
    "Labelled",
    "Opinion",
    "feedback_links",
    "last_answers",
    "of_alert",
    "of_rule",
    "person_of",
    "put",
    "put_by_name",
    "token_holds",
]


class Opinion(StrEnum):
    """What a person says of an alert; the value is what stands on record."""

    RELEVANT = "relevant"
    IRRELEVANT = "not relevant"

    @property
    def word(self) -> str:
        """The word in links and on the command line."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What was labelled, as it may be shown back. `rules` are those for which this verdict is news."""

    story_id: int
    headline: str
    outlet: str
    opinion: Opinion
    person: str
    rules: tuple[str, ...]


def person_of(recipient: Recipient) -> str:
    """Name who answers: the address a message went to, or the room."""
    return recipient.address.casefold() or recipient.channel


def feedback_links(newsroom: Newsroom, key: bytes, row: AlertRow, headline: str) -> tuple[str, str]:
    """Give the addresses by which a recipient says relevant and not relevant; "" where nothing would hear it."""
    settings = newsroom.settings
    if settings.public:
        made = [
            f"{settings.public}/label/{row.id}/{o.word}/{sign(key, 'label', row.id, o.word)}" for o in Opinion
        ]
        return made[0], made[1]
    if not settings.replies or not row.alert.recipient.address:
        return "", ""
    made = [_mailto(settings.replies, key, row.id, opinion, headline) for opinion in Opinion]
    return made[0], made[1]


def _mailto(to: str, key: bytes, alert_id: int, opinion: Opinion, headline: str) -> str:
    code = f"[copytaster {alert_id} {opinion.word} {sign(key, 'label', alert_id, opinion.word)}]"
    subject = f"{opinion.value.capitalize()}: {headline[:60]} {code}"
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}"


def token_holds(key: bytes, alert_id: int, word: str, token: str) -> bool:
    """Tell whether a link was made by us, unaltered."""
    return word in {o.word for o in Opinion} and verified(key, token, "label", alert_id, word)


def of_alert(tx: Tx, alert_id: int) -> AlertRow | None:
    """Give the alert a link speaks of; None when it tells no story."""
    row = outbox.alert(tx, alert_id)
    return row if row is not None and row.story is not None else None


def put(tx: Tx, row: AlertRow, opinion: Opinion, *, person: str, at: datetime) -> Labelled:
    """Put a verdict on record for every rule of an alert. The same verdict again changes nothing."""
    assert row.story is not None
    return _put(tx, row.story.id, row.alert.rules, opinion, person=person, at=at, rulebook=row.alert.rulebook)


def _put(
    tx: Tx,
    story_id: int,
    rules: tuple[str, ...],
    opinion: Opinion,
    *,
    person: str,
    at: datetime,
    rulebook: str,
) -> Labelled:
    known = {(r.rule, r.person): r.verdict for r in labels.for_story(tx, story_id)}  # the latest wins
    news = tuple(rule for rule in rules if known.get((rule, person)) != opinion.value)
    for rule in news:
        labels.add(tx, story_id, rule, person=person, verdict=opinion.value, at=at, rulebook=rulebook)
    row = stories.get(tx, story_id)
    assert row is not None
    return Labelled(
        story_id=story_id,
        headline=row.story.title or row.story.url,
        outlet=row.story.outlet,
        opinion=opinion,
        person=person,
        rules=news,
    )


def put_by_name(
    wire: Wire, story_id: int, opinion: Opinion, *, person: str, rules: tuple[str, ...] = ()
) -> Labelled:
    """Label a story by its number, for these rules or for all that met it. Raises ConfigError."""
    name = " ".join(person.split())
    if not name:
        msg = "A label is somebody's: say --by NAME."
        raise ConfigError(msg)
    with wire.store.writing() as tx:
        row = stories.get(tx, story_id)
        if row is None:
            msg = f"There is no story {story_id}. See copytaster stories."
            raise ConfigError(msg)
        met = tuple(dict.fromkeys(m.rule for m in row.matches))
        if unknown := [rule for rule in rules if rule not in {*met, *wire.newsroom.rulebook.rules}]:
            msg = f'There is no rule "{unknown[0]}", and none of that name met story {story_id}.'
            raise ConfigError(msg)
        if not (rules or met):
            msg = f"No rule met story {story_id}. To say one should have: --rule RULE."
            raise ConfigError(msg)
        book = wire.newsroom.rulebook.hash
        who = name.casefold() if "@" in name else name
        return _put(tx, story_id, rules or met, opinion, person=who, at=wire.clock(), rulebook=book)


def of_rule(tx: Tx, rulebook: Rulebook, rule: str) -> tuple[LabelRow, ...]:
    """Give all labels of a rule, under its earlier names too, the earliest first."""
    known = rulebook.rules.get(rule)
    return labels.for_rules(tx, (rule, *(known.formerly if known else ())))


def last_answers(tx: Tx, newsroom: Newsroom) -> dict[str, datetime | None]:
    """Give, by channel, when a person behind it last said relevant or not relevant."""
    last = labels.last_by_person(tx)
    return {
        name: max(filter(None, map(last.get, [*(a.casefold() for a in channel.to), name])), default=None)
        for name, channel in newsroom.channels.items()
    }
