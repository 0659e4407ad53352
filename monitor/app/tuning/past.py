"""What rules met in the stored past: asked of the index, and looked at by the matcher where the index cannot say it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.matching import Match, match, matching_rules
from monitor.rules import Rule, Rulebook, compile_rulebook
from monitor.rules.prefilter import Prefilter
from monitor.rules.tree import Node
from monitor.store import lookup
from monitor.store.index import searching
from monitor.store.lexicon import LazyLexicon, Lexicon
from monitor.store.lookup import Query, Text
from monitor.story import Story

if TYPE_CHECKING:
    from monitor.rules.builder import Probe
    from monitor.store import Tx

__all__ = ["Archive", "Found", "Met", "met", "named", "narrow", "newest", "probes"]

_LOOK = 500  # texts looked at in one go
_PAGE = 20  # the same, for those who wait for the first


@dataclass(frozen=True, slots=True)
class Met:
    """One rule in the past: the revisions that meet it, and those that may have but whose text is gone."""

    rule: str
    texts: tuple[Text, ...]
    gone: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A revision that meets a rule, with the words that show it."""

    text: Text
    story: Story
    match: Match


class Archive:
    """The stored past within one read transaction, and the words in it, read once, when first needed."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._words = LazyLexicon(tx)

    @property
    def words(self) -> Lexicon:
        """Every word of the index."""
        return self._words.whole

    def ask(self, wanted: Prefilter) -> Query:
        """Turn a compiled rule into what the index is asked."""
        return lookup.ask(self.tx, wanted, self._words)


def named(rulebook: Rulebook, rule: str | None) -> tuple[str, ...]:
    """Give the rules that are meant: all, or the one named. Raises ConfigError for an unknown one."""
    if rule is None:
        return tuple(rulebook.rules)
    if rule not in rulebook.rules:
        msg = f'There is no rule "{rule}". The rules are: {", ".join(rulebook.rules)}.'
        raise ConfigError(msg)
    return (rule,)


def narrow(rulebook: Rulebook, rules: Iterable[str]) -> Rulebook:
    """Compile some rules of a rulebook alone: what they cost does not grow with the others."""
    kept: list[Rule] = [replace(rulebook.rules[name], tests=()) for name in rules]
    return compile_rulebook(kept, rulebook.term_sets, hash=rulebook.hash)


def probes(node: Node) -> Iterator[Probe]:
    """Give everything a rule looks for."""
    yield from node.probes
    for part in node.nodes:
        yield from probes(part)


def met(
    archive: Archive,
    rulebook: Rulebook,
    rules: Collection[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Met]:
    """Give what each rule met, by revision seen since an instant (included) and until another (excluded)."""
    found: dict[str, dict[int, Text]] = {name: {} for name in rules}
    gone: dict[str, list[Text]] = {name: [] for name in rules}
    doubtful: _Doubtful = {}
    unasked = []
    for name in rules:
        query = archive.ask(rulebook.prefilter(name))
        if query.match is None:
            unasked.append(name)
            continue
        for row in lookup.texts(archive.tx, query, since=since, until=until):
            if query.exact:
                found[name][row.id] = row
            else:
                doubtful.setdefault(row.id, (row, []))[1].append(name)
    book = narrow(rulebook, dict.fromkeys([*unasked, *(n for _, names in doubtful.values() for n in names)]))
    everything = lookup.texts(archive.tx, Query(None, exact=False), since=since, until=until)
    for page in _pages(doubtful, everything if unasked else (), unasked):
        for row, name, fits in _looked(archive.tx, book, page):
            if fits:
                found[name][row.id] = row
            elif row.gone:
                gone[name].append(row)
    return {name: _settled(name, found[name], gone[name]) for name in rules}


_Doubtful = dict[int, tuple[Text, list[str]]]  # texts to look at, and the rules they may meet


def _pages(doubtful: _Doubtful, everything: Iterable[Text], unasked: list[str]) -> Iterator[_Doubtful]:
    """Give what is to be looked at; where a rule must look at every text, never all of them at once."""
    page: _Doubtful = {}
    for row in everything:
        _, names = doubtful.pop(row.id, (row, []))
        page[row.id] = (row, [*names, *unasked])
        if len(page) >= _LOOK:
            yield page
            page = {}
    yield page
    yield doubtful


def _settled(name: str, found: dict[int, Text], unsure: list[Text]) -> Met:
    kept = [row for row in found.values() if not row.gone]
    gone = {row.id: row for row in (*unsure, *(row for row in found.values() if row.gone))}
    return Met(name, tuple(sorted(kept, key=_order)), tuple(sorted(gone.values(), key=_order)))


def _order(row: Text) -> tuple[datetime, int]:
    return row.seen, row.id


def _looked(tx: Tx, book: Rulebook, rows: _Doubtful) -> Iterator[tuple[Text, str, bool]]:
    """Let the matcher look at what the index is not sure of. A text that is gone fits nothing."""
    there = []
    for key, (row, names) in rows.items():
        if row.gone:
            yield from ((row, name, False) for name in names)
        else:
            there.append(key)
    for key, story in lookup.stories_at(tx, sorted(there)):
        row, names = rows[key]
        fits = set(matching_rules(story, book, now=row.seen))
        yield from ((row, name, name in fits) for name in names)


def newest(
    wire: Wire,
    rulebook: Rulebook,
    rule: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Found]:
    """Give what a rule met, the last stored first, as it is found. Texts that are gone are passed over.

    Raises ConfigError for an unknown rule. A read transaction is open until the last one was taken (or `close()`).
    """
    book = narrow(rulebook, named(rulebook, rule))
    with searching(wire.store) as tx:
        query = Archive(tx).ask(rulebook.prefilter(rule))
        page, waiting = _PAGE, dict[int, Text]()
        for row in lookup.texts(tx, query, since=since, until=until, latest_first=True):
            if not row.gone:
                waiting[row.id] = row
            if len(waiting) >= page:
                yield from _matched(tx, book, waiting)
                page, waiting = _LOOK, {}
        yield from _matched(tx, book, waiting)


def _matched(tx: Tx, book: Rulebook, rows: dict[int, Text]) -> Iterator[Found]:
    for key, story in reversed(list(lookup.stories_at(tx, sorted(rows)))):
        row = rows[key]
        yield from (Found(row, story, found) for found in match(story, book, now=row.seen))
