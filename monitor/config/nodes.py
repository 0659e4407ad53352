"""What a YAML file says, as values that know their place: every scalar is a string, nothing is converted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from monitor.errors import Mistake

__all__ = ["MOST", "Items", "Ledger", "Node", "Spot", "Table", "Text", "listed", "meant", "shown"]

MOST = 100  # mistakes of one file that are listed
_SHOWN = 60  # characters of a value repeated in a message


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in the file, both numbers from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as written. A plain one may run over `lines` lines, which YAML joins."""

    text: str
    spot: Spot
    quoted: bool = False
    lines: int = 1

    @property
    def empty(self) -> bool:
        """Whether nothing at all stands here."""
        return not self.text and not self.quoted


@dataclass(frozen=True, slots=True)
class Items:
    """A list: with dashes, or in [brackets] (`flow`)."""

    items: tuple[Node, ...]
    spot: Spot
    flow: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and values, in file order, each key once."""

    pairs: tuple[tuple[Text, Node], ...]
    spot: Spot
    flow: bool = False

    def get(self, key: str) -> Node | None:
        """Give the value of a key, or None."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def name(self, key: str) -> Text:
        """Give the place of a key that is there."""
        return next(name for name, _ in self.pairs if name.text == key)


Node = Text | Items | Table


@dataclass(slots=True)
class Ledger:
    """Collects the mistakes of one file, so that all are told at once."""

    file: str = "rules.yaml"
    mistakes: list[Mistake] = field(default_factory=list)
    lines: tuple[str, ...] = ()  # of the file, for messages that show a corrected line

    def add(self, spot: Spot, text: str, *, warning: bool = False) -> None:
        """Note a mistake at a place, once; after MOST only that there are more."""
        mistake = Mistake(spot.line, spot.column, text, self.file, warning)
        count = sum(known.warning == warning for known in self.mistakes)
        if count > MOST or mistake in self.mistakes:
            return
        if count == MOST:
            more = f"there are more {'warnings' if warning else 'mistakes'}; only the first {MOST} are listed"
            mistake = Mistake(spot.line, spot.column, more, self.file, warning)
        self.mistakes.append(mistake)

    def only(self, spot: Spot, text: str) -> tuple[Mistake, ...]:
        """Give a single mistake, for a file that cannot be read at all."""
        return (Mistake(spot.line, spot.column, text, self.file),)

    @property
    def count(self) -> int:
        """How many of them keep the file from coming into force."""
        return sum(not mistake.warning for mistake in self.mistakes)

    @property
    def full(self) -> bool:
        """Whether no further mistake would be listed."""
        return self.count > MOST

    @property
    def broken(self) -> bool:
        """Whether anything noted keeps the file from coming into force."""
        return any(not mistake.warning for mistake in self.mistakes)

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """What was noted and does not."""
        return tuple(mistake for mistake in self.mistakes if mistake.warning)


def meant(word: str, known: Iterable[str]) -> str:
    """Give ' (did you mean "any"?)' when a known word is close, else ''."""
    choices = [choice for choice in known if choice]
    best = process.extractOne(
        word.casefold(), choices, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60
    )
    return f' (did you mean "{best[0]}"?)' if best else ""


def listed(words: Iterable[str]) -> str:
    """Give 'a, b or c'."""
    *front, last = words
    return f"{', '.join(front)} or {last}" if front else last


def shown(text: str) -> str:
    """Give a value for a message: in quotes, on one line, cut when long."""
    flat = " ".join(text.split())
    return f'"{flat[: _SHOWN - 1]}…"' if len(flat) > _SHOWN else f'"{flat}"'
