"""What the archive says against a rulebook: terms never seen, wildcards that explode, rules swallowed by another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from monitor.app.tuning.past import Archive, met, probes
from monitor.app.tuning.vocabulary import Expansion, expansion, pieces
from monitor.app.wire import Wire
from monitor.rules import Kind, Rulebook
from monitor.store import lookup
from monitor.store.index import searching

if TYPE_CHECKING:
    from monitor.rules.builder import Probe

__all__ = ["Exploding", "Linted", "Swallowed", "Unseen", "lint"]

MANY_WORDS = 100  # a wildcard that stands for more is worth a look
_LEAST = 3  # stories that a rule must have met before it is said to be swallowed
_LOOK = 20_000  # texts that are looked at for a term the index is not sure of


@dataclass(frozen=True, slots=True)
class Unseen:
    """A term that no text of the archive holds, and the rules that look for it."""

    term: str
    rules: tuple[str, ...]

    def __str__(self) -> str:
        """Say it as a warning."""
        return f'"{self.term}" was never seen in the archive (in {", ".join(self.rules)})'


@dataclass(frozen=True, slots=True)
class Exploding:
    """A wildcard that stands for very many words, and the rules that look for it."""

    expansion: Expansion
    rules: tuple[str, ...]

    def __str__(self) -> str:
        """Say it as a warning, with the commonest words."""
        found = self.expansion
        most = ", ".join(f"{form.word} ({form.texts})" for form in found.forms[:5])
        return f'"{found.part}" stands for {found.words} words: {most}, … (in {", ".join(self.rules)})'


@dataclass(frozen=True, slots=True)
class Swallowed:
    """A rule all of whose stories another rule matches too. `same`: and the other way round."""

    rule: str
    by: str
    stories: int
    same: bool

    def __str__(self) -> str:
        """Say it as a warning."""
        if self.same:
            return f'"{self.rule}" and "{self.by}" match the same {self.stories} stories'
        return f'"{self.rule}": all its {self.stories} stories match "{self.by}" too'


@dataclass(frozen=True, slots=True)
class Linted:
    """Warnings about a rulebook, from an archive of so many texts (revisions)."""

    looked_at: int
    unseen: tuple[Unseen, ...]
    exploding: tuple[Exploding, ...]
    swallowed: tuple[Swallowed, ...]


def lint(wire: Wire, rulebook: Rulebook) -> Linted:
    """Look for what the whole archive says against a rulebook. An empty archive says nothing."""
    with searching(wire.store) as tx:
        archive = Archive(tx)
        looked_at, _ = lookup.count_texts(tx)
        if not looked_at:
            return Linted(0, (), (), ())
        return Linted(
            looked_at,
            tuple(_unseen(archive, rulebook)),
            tuple(_exploding(archive, rulebook)),
            tuple(_swallowed(archive, rulebook)),
        )


def _unseen(archive: Archive, rulebook: Rulebook) -> Iterator[Unseen]:
    users: dict[Probe, dict[str, None]] = {}
    for name in rulebook.rules:
        for probe in probes(rulebook.tree(name)):
            users.setdefault(probe, {})[name] = None
    terms: dict[str, tuple[bool, dict[str, None]]] = {}
    for probe, names in users.items():
        seen, rules = terms.get(probe.term, (False, {}))
        terms[probe.term] = (seen or _is_seen(archive, rulebook, probe), rules | names)
    for term, (seen, rules) in terms.items():
        if not seen:
            yield Unseen(term, tuple(rules))


def _is_seen(archive: Archive, rulebook: Rulebook, probe: Probe) -> bool:
    """Tell whether a term is in any text; True too when that would take reading very many."""
    query = archive.ask(rulebook.prefilter_probe(probe))
    if query.exact:
        return lookup.any_text(archive.tx, query)
    ids = [row.id for row in islice(lookup.texts(archive.tx, query, latest_first=True), _LOOK + 1)]
    if any(
        rulebook.read(story).found(probe)
        for _, story in lookup.stories_at(archive.tx, sorted(ids[:_LOOK], reverse=True))
    ):
        return True
    return len(ids) > _LOOK


def _exploding(archive: Archive, rulebook: Rulebook) -> Iterator[Exploding]:
    found: dict[str, tuple[Expansion, dict[str, None]]] = {}
    for name in rulebook.rules:
        for piece in pieces(rulebook, name):
            if piece.token.kind is Kind.WORD:
                continue
            key = f"{piece.token}{piece.byline}"
            if key not in found:
                found[key] = (expansion(archive.words, piece), {})
            found[key][1][name] = None
    for many, rules in found.values():
        if many.words > MANY_WORDS:
            yield Exploding(many, tuple(rules))


def _swallowed(archive: Archive, rulebook: Rulebook) -> Iterator[Swallowed]:
    found = met(archive, rulebook, tuple(rulebook.rules))
    stories = {name: frozenset(row.story_id for row in one.texts) for name, one in found.items()}
    order = list(stories)
    for number, name in enumerate(order):
        mine = stories[name]
        if len(mine) < _LEAST:
            continue
        one = min(mine)
        for place, other in enumerate(order):
            theirs = stories[other]
            if other == name or one not in theirs or not mine <= theirs:
                continue
            same = len(mine) == len(theirs)
            if not same or place < number:
                yield Swallowed(name, other, len(mine), same)
