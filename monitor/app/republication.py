"""A source that publishes most of itself again under other ids, dates or addresses: recognised, told to nobody but the operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.app import operator
from monitor.config.newsroom import Newsroom
from monitor.links import canonical
from monitor.outbox import Alert
from monitor.store import stories
from monitor.story import Poll
from monitor.triage import Triage, Verdict

if TYPE_CHECKING:
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
    moved = {s.title: known[s.title] for s in poll.stories if s.title in known and not _at_home(tx, s.url)}
    return moved if len(moved) >= wanted else {}


def _at_home(tx: Tx, url: str) -> bool:
    return bool(url) and stories.by_url(tx, canonical(url)) is not None


def notice(poll: Poll, taken: Iterable[Triage], newsroom: Newsroom) -> tuple[Alert, ...]:
    """Tell the operator, in one line and once a day, of a source that came again as a whole."""
    again = sum(t.verdict is Verdict.REISSUED for t in taken)
    total = max(poll.total, len(poll.stories))
    if again < max(FEWEST, MOST_OF_IT * total):
        return ()
    text = (
        f"{poll.source.name} published {again} of its {total} entries again, under other ids, dates or addresses. "
        "They were recognised and nobody was alerted."
    )
    topic = f"republished:{poll.source.outlet}:{poll.source.url}:{poll.at:%Y-%m-%d}"
    return operator.matter(newsroom, topic, text, poll.at)
