"""Why a story was sent, or not: what was decided under the rulebook of that day, and what the rules of today say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor import config
from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.links import canonical, safe_url
from monitor.matching import Explanation, explain
from monitor.rules import Rulebook
from monitor.store import DecisionRow, JudgedRow, StoryRow, Tx, decisions, rulebooks, stories, trail
from monitor.story import Story

__all__ = ["Account", "Judgement", "account_of", "explain_all", "find"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One revision as it was judged under one rulebook. A rule without a decision did not match.

    `unreadable` says why the rulebook of that day cannot explain itself any more; `text_gone`: the full text was
    dropped since (keep_bodies), so the explanations know headline and lead only. The decisions stand in any case.
    """

    revision: int
    rulebook: str
    decided: datetime
    decisions: tuple[DecisionRow, ...]
    explanations: tuple[Explanation, ...]
    unreadable: str = ""
    text_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything on record about one story, and what the rules of today say of its latest revision."""

    row: StoryRow  # at its latest revision
    judgements: tuple[Judgement, ...]
    told: tuple[trail.Told, ...]
    rulebook: str  # of today
    now: tuple[Explanation, ...]
    text_gone: bool


def find(wire: Wire, asked: str) -> int | None:
    """Give the number of a story asked for by number or address; None for an address never seen.

    Raises ConfigError for a number there is not, and for what is neither.
    """
    with wire.store.reading() as tx:
        if asked.isascii() and asked.isdigit():
            if len(asked) > 18 or stories.get(tx, int(asked)) is None:
                msg = f"There is no story {asked}. copytaster stories lists them with their numbers."
                raise ConfigError(msg)
            return int(asked)
        url = safe_url(asked)
        if url is None:
            shown = "".join(c if c.isprintable() else "?" for c in asked[:200])
            msg = f'"{shown}" is neither the number of a story nor a web address (https://…).'
            raise ConfigError(msg)
        row = stories.by_url(tx, canonical(url))
    return None if row is None else row.id


def account_of(wire: Wire, story_id: int, rule: str | None = None) -> Account:
    """Give the account of a story on record, for all rules or one. Raises ConfigError for a rule no rulebook had."""
    today = wire.newsroom.rulebook
    with wire.store.reading() as tx:
        row = stories.get(tx, story_id)
        if row is None:
            msg = f"There is no story {story_id}. copytaster stories lists them with their numbers."
            raise ConfigError(msg)
        shelf = _Shelf(tx, wire, names_of(today, rule))
        judged = tuple(shelf.judgement(one) for one in decisions.judged(tx, story_id))
        told = trail.told(tx, story_id)
        gone = row.revision in trail.gone(tx, story_id)
    now = explain_all(row.story, today, shelf.names, now=wire.clock())
    if rule is not None and not now and not any(j.explanations or j.decisions for j in judged):
        msg = f'There is no rule "{rule}". The rules are: {", ".join(today.rules)}.'
        raise ConfigError(msg)
    return Account(row=row, judgements=judged, told=told, rulebook=today.hash, now=now, text_gone=gone)


def names_of(rulebook: Rulebook, rule: str | None) -> frozenset[str] | None:
    """Give the names a rule has and had; None for all rules."""
    if rule is None:
        return None
    known = rulebook.rules.get(rule)
    return frozenset((rule, *known.formerly)) if known else frozenset((rule,))


def explain_all(
    story: Story, rulebook: Rulebook, names: Collection[str] | None = None, *, now: datetime | None = None
) -> tuple[Explanation, ...]:
    """Explain every rule (of these names) on a story, in the order of the rulebook."""
    wanted: Iterable[str] = (name for name in rulebook.rules if names is None or name in names)
    return tuple(explain(story, rulebook, name, now=now) for name in wanted)


class _Shelf:
    """The rulebooks of the past, each read once."""

    def __init__(self, tx: Tx, wire: Wire, names: frozenset[str] | None) -> None:
        self.tx = tx
        self.names = names
        self._path = wire.newsroom.path
        self._books: dict[str, Rulebook | str] = {wire.newsroom.hash: wire.newsroom.rulebook}

    def book(self, wanted: str) -> Rulebook | str:
        """Give a rulebook by its hash, or say why it cannot be read."""
        if wanted not in self._books:
            self._books[wanted] = self._read(wanted)
        return self._books[wanted]

    def _read(self, wanted: str) -> Rulebook | str:
        text = rulebooks.text(self.tx, wanted)
        if text is None:
            return "The rulebook it was judged under is not on record."
        try:
            return config.loads(text, Path(self._path.name), None).rulebook
        except ConfigError as error:
            return f"This version cannot read the rulebook it was judged under:\n{error}"

    def judgement(self, judged: JudgedRow) -> Judgement:
        """Give what was decided at one judgement, and why by the rulebook of that day."""
        row = stories.at_revision(self.tx, judged.story_id, judged.revision)
        book = self.book(judged.rulebook)
        found: tuple[Explanation, ...] = ()
        if row is not None and not isinstance(book, str):
            found = explain_all(row.story, book, self.names, now=judged.decided)
        return Judgement(
            revision=judged.revision,
            rulebook=judged.rulebook,
            decided=judged.decided,
            decisions=tuple(
                d for d in decisions.for_story(self.tx, judged.story_id) if self._is_of(d, judged)
            ),
            explanations=found,
            unreadable=book if isinstance(book, str) else "",
            text_gone=judged.revision in trail.gone(self.tx, judged.story_id),
        )

    def _is_of(self, decision: DecisionRow, judged: JudgedRow) -> bool:
        same = (decision.revision, decision.rulebook) == (judged.revision, judged.rulebook)
        return same and (self.names is None or decision.rule in self.names)
