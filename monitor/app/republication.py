"""A source that publishes most of itself again under other ids, dates or addresses: recognised, told to nobody but the operator."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.app import operator
from monitor.config.newsroom import Newsroom
from monitor.duplicates import same_headlines
from monitor.links import canonical
from monitor.outbox import Alert
from monitor.store import stories
from monitor.story import Poll
from monitor.triage import Triage, Verdict

if TYPE_CHECKING:
    from monitor.app.intake import Taken
    from monitor.store import Tx

__all__ = ["notice", "titles_again"]

FEWEST = 5
MOST_OF_IT = 0.6
REMEMBERED = timedelta(days=30)


def titles_again(tx: Tx, poll: Poll) -> Mapping[str, int]:
    """Give, by headline, the story each entry was before, when most of a body comes at new addresses at once.

    Empty for an ordinary poll: there, an equal headline at another address is another story.
    """
    wanted = max(FEWEST, MOST_OF_IT * max(poll.total, len(poll.stories)))
    if len(poll.stories) < wanted:
        return {}
    known = stories.titles_of(tx, poll.source.outlet, poll.source.url, since=poll.at - REMEMBERED)
    strangers = [s for s in poll.stories if not (s.title in known and _at_home(tx, s.url))]
    if not known or len(strangers) < wanted:
        return {}
    was = same_headlines([s.title for s in strangers], known)
    moved = {
        s.title: known[was[s.title]]
        for s in strangers
        if s.title in was and (s.title in known or not _at_home(tx, s.url))
    }
    return moved if len(set(moved.values())) >= wanted else {}


def _at_home(tx: Tx, url: str) -> bool:
    return bool(url) and stories.by_url(tx, canonical(url)) is not None


def notice(
    poll: Poll, taken: Iterable[Taken], again: Container[str], newsroom: Newsroom
) -> tuple[Alert, ...]:
    """Tell the operator, in one line and once a day, of a source that came again as a whole.

    `again`: the headlines by which stories were recognised (see titles_again).
    """
    known = [
        t.triage
        for t in taken
        if t.triage.verdict is Verdict.REISSUED or _recognised(t.triage, t.story.title, again)
    ]
    total = max(poll.total, len(poll.stories))
    if len(known) < max(FEWEST, MOST_OF_IT * total):
        return ()
    told = sum(bool(t.alerts) for t in known)
    text = (
        f"{poll.source.name} published {len(known)} of its {total} entries again, under other ids, dates or addresses. "
        f"They were recognised and {_heard(told)}."
    )
    topic = f"republished:{poll.source.outlet}:{poll.source.url}:{poll.at:%Y-%m-%d}"
    return operator.matter(newsroom, topic, text, poll.at)


def _recognised(triage: Triage, title: str, again: Container[str]) -> bool:
    return triage.verdict is not Verdict.NEW and title in again


def _heard(told: int) -> str:
    if not told:
        return "nobody was alerted"
    return f"not told again, but {told} of them met a rule that they did not meet before"
