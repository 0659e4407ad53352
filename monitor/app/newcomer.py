"""A source somebody wants to add: what it would have brought, and the outlet it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from monitor.links import site
from monitor.matching import Match, match
from monitor.rules import Rulebook
from monitor.story import DateSource, Story

__all__ = ["Candidate", "outlet_name", "would_match"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the present stories of a source say of it. `newest`: of the dates the outlet itself gave, or None."""

    matching: tuple[tuple[Story, tuple[Match, ...]], ...]
    newest: datetime | None


def outlet_name(title: str, url: str) -> str:
    """Name the outlet of a feed: its title up to a dash or colon, else its site."""
    name = re.split(r"\s+[-–—|:»]\s+|: ", title.strip())[0].strip()
    return name[:60].strip() or site(url) or urlsplit(url).hostname or "New outlet"


def would_match(stories: Iterable[Story], rulebook: Rulebook) -> Candidate:
    """Say which of the stories the rules would meet."""
    every = tuple(stories)
    found = ((story, match(story, rulebook)) for story in every)
    dated = [s.published for s in every if s.date_source is not DateSource.FIRST_SEEN]
    return Candidate(
        matching=tuple((story, matches) for story, matches in found if matches),
        newest=max(dated, default=None),
    )
