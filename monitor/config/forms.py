"""Reading a table of known keys: text, lists, numbers, durations, choices; every slip goes to the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from monitor.config.nodes import Items, Ledger, Node, Spot, Table, Text, listed, meant, shown

__all__ = ["Form", "a_kind", "as_number", "duration", "slug"]

Choice = TypeVar("Choice")

_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
    "months": timedelta(days=30),
    "years": timedelta(days=365),
}
_SHORT = {
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "y": "years",
    "min": "minutes",
}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)(?:\s+|$|(?=\d))")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999  # what no zone can push over the edge of a calendar
_TINY = 0.001  # a least number below it stands for "more than nothing"
_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def duration(words: str) -> timedelta | None:
    """Read "15m", "10 minutes", "1h 30m", "2 years" (a month is 30 days, a year 365); None for other words."""
    text, at, total = words.strip().casefold(), 0, timedelta()
    while at < len(text):
        match = _SPAN.match(text, at)
        unit = _unit(match.group(2)) if match else None
        if match is None or unit is None or float(match.group(1)) > 1_000_000:
            return None
        total += float(match.group(1)) * unit
        at = match.end()
    return total if total > timedelta() else None


def _unit(word: str) -> timedelta | None:
    name = _SHORT.get(word, word if word.endswith("s") else f"{word}s")
    return _UNITS.get(name)


def slug(name: str) -> str:
    """Give an outlet's name as it stands in tables and addresses: lower case, digits, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().removeprefix("www.")).strip("-")[:64]


@dataclass(frozen=True, slots=True)
class Form:
    """One table, with the words that say whose it is ('rule "Huawei": ')."""

    table: Table
    where: str
    ledger: Ledger

    def add(self, spot: Spot, text: str, *, warning: bool = False) -> None:
        """Note a mistake of this table."""
        self.ledger.add(spot, self.where + text, warning=warning)

    def only(self, known: Iterable[str]) -> Form:
        """Report each key that is not known, with the likely one."""
        names = tuple(known)
        for key, _ in self.table.pairs:
            if key.text not in names:
                self.add(
                    key.spot,
                    f"unknown key {shown(key.text)}{meant(key.text, names) or f'; known here: {listed(names)}'}",
                )
        return self

    def has(self, key: str) -> bool:
        """Whether the key stands here at all."""
        return self.table.get(key) is not None

    def at(self, key: str) -> Spot:
        """Give the place of a key's value, or of the table."""
        node = self.table.get(key)
        return self.table.spot if node is None else node.spot

    def node(self, key: str) -> Node | None:
        """Give the value of a key; one left empty is a mistake and counts as missing."""
        node = self.table.get(key)
        if isinstance(node, Text) and node.empty:
            self.add(node.spot, f"nothing stands behind {key}; fill it in or delete the line")
            return None
        return node

    def scalar(self, key: str, kind: str = "one text") -> Text | None:
        """Give the text node of a key."""
        node = self.node(key)
        if node is None or isinstance(node, Text):
            return node
        self.add(node.spot, f"{key} takes {kind}, not a {'list' if isinstance(node, Items) else 'table'}")
        return None

    def text(self, key: str, default: str = "") -> str:
        """Give the text of a key."""
        node = self.scalar(key)
        return default if node is None else node.text

    def texts(self, key: str) -> tuple[Text, ...]:
        """Give a list of texts; a single text counts as a list of one."""
        node = self.node(key)
        if isinstance(node, Text):
            return (node,)
        if isinstance(node, Table):
            self.add(node.spot, f"{key} takes a list, such as [one, two], not a table")
            return ()
        if isinstance(node, Items) and not node.items:
            self.add(node.spot, f"the list of {key} is empty; fill it in or delete it")
        found = (self._entry(item, key) for item in node.items) if node else ()
        return tuple(text for text in found if text is not None)

    def _entry(self, node: Node, key: str) -> Text | None:
        if isinstance(node, Text) and not node.empty:
            return node
        what = "an empty entry" if isinstance(node, Text) else "a list or table"
        self.add(node.spot, f"{what} stands in the list of {key}, which takes texts only")
        return None

    def number(self, key: str, default: float, *, least: float = 0, whole: bool = False) -> float:
        """Give a number of at least `least`."""
        node = self.scalar(key, "a number")
        if node is None:
            return default
        value = as_number(node.text)
        if value is None or value < least or (whole and value != int(value)):
            kind = "whole number" if whole else "number"
            bound = f"of at least {least:g}" if least >= _TINY or not least else "above 0"
            self.add(node.spot, f"{key} takes a {kind} {bound}, not {shown(node.text)}")
            return default
        return value

    def span(self, key: str, default: timedelta | None) -> timedelta | None:
        """Give a duration."""
        node = self.scalar(key, 'a duration such as "15m"')
        if node is None:
            return default
        value = duration(node.text)
        if value is None:
            self.add(
                node.spot,
                f'{key} takes a duration such as 15m, "10 minutes", 3d or "2 years", not {shown(node.text)}',
            )
        return value or default

    def yes(self, key: str, *, default: bool) -> bool:
        """Give yes or no."""
        node = self.scalar(key, "yes or no")
        if node is None:
            return default
        if node.text.casefold() not in _YES:
            self.add(node.spot, f"{key} takes yes or no, not {shown(node.text)}")
        return _YES.get(node.text.casefold(), default)

    def day(self, key: str) -> date | None:
        """Give a date, written 2022-03-31."""
        node = self.scalar(key, "a date")
        if node is None:
            return None
        try:
            day = date.fromisoformat(node.text)
        except ValueError:
            day = None
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            self.add(
                node.spot,
                f"{key} takes a date such as 2022-03-31, not {shown(node.text)}; leave it out where there is no end",
            )
            return None
        return day

    def choice(self, key: str, choices: Mapping[str, Choice], default: Choice) -> Choice:
        """Give one of some words' meanings."""
        node = self.scalar(key, f"one of {listed(choices)}")
        if node is None:
            return default
        found = next(
            (value for word, value in choices.items() if word.casefold() == node.text.casefold()), None
        )
        if found is None:
            self.add(
                node.spot, f"{key} is {listed(choices)}, not {shown(node.text)}{meant(node.text, choices)}"
            )
            return default
        return found

    def form(self, key: str, where: str = "") -> Form | None:
        """Give the table behind a key."""
        node = self.node(key)
        if node is None or isinstance(node, Table):
            return None if node is None else Form(node, where or f"{self.where}{key}: ", self.ledger)
        self.add(node.spot, f"{key} takes keys with values, such as {{name: value}}, not {a_kind(node)}")
        return None


def a_kind(node: Node) -> str:
    """Name what stands there, for a message."""
    if isinstance(node, Text):
        return shown(node.text)
    return "a list" if isinstance(node, Items) else "a table"


def as_number(text: str) -> float | None:
    """Read a finite decimal number; None for anything else."""
    return float(text) if re.fullmatch(r"-?\d{1,12}(?:\.\d{1,6})?", text.strip()) else None
