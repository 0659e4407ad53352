"""Edits rules.yaml as a person would: one line more, every other byte as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from monitor.config.composing import compose
from monitor.config.nodes import Items, Ledger, Node, Spot, Table, Text
from monitor.config.traps import item_end
from monitor.errors import ConfigError, RulesError

__all__ = ["add_source", "source_line"]

_NOWHERE = Spot(1, 1)
_KEY = re.compile(r"[^\s#\-]|-[^\s]")


def source_line(kind: str, url: str, **options: str) -> str:
    """Give an entry for `sources:`, such as {feed: "https://example.org/feed", outlet: "Example"}."""
    pairs = {kind: url} | {key: value for key, value in options.items() if value}
    return (
        "{"
        + ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in pairs.items())
        + "}"
    )


def add_source(text: str, source: str | Sequence[str]) -> str:
    """Add one entry to `sources:` and give the new text. `source` is the entry without its dash, in one or more lines.

    Raises RulesError when the text cannot be read, ConfigError when it is built so that a person must edit it.
    """
    lines = [source] if isinstance(source, str) else list(source)
    before = _root(text)
    ending = "\r\n" if "\r\n" in text else "\n"
    new = _edited(text, before, lines, ending)
    expected = _plain(_root(f"sources:\n{_entry(lines, '  ', chr(10))}").get("sources"))
    if not _is_same_but(before, _try_root(new), expected):
        msg = "sources: in rules.yaml is written in a way that cannot be edited safely. Add this line by hand:\n"
        raise ConfigError(msg + _entry(lines, "  ", "\n").rstrip())
    return new


def _root(text: str) -> Table:
    ledger = Ledger()
    root = compose(text, ledger)
    if ledger.broken:
        raise RulesError(tuple(ledger.mistakes))
    return root if isinstance(root, Table) else Table((), _NOWHERE)


def _try_root(text: str) -> Table | None:
    ledger = Ledger()
    root = compose(text, ledger)
    return root if isinstance(root, Table) and not ledger.broken else None


def _entry(lines: Sequence[str], indent: str, ending: str) -> str:
    first, *rest = lines
    return "".join([f"{indent}- {first}{ending}", *(f"{indent}  {line}{ending}" for line in rest)])


def _edited(text: str, root: Table, lines: Sequence[str], ending: str) -> str:
    node = root.get("sources")
    if node is None:
        gap = "" if not text.strip() else ending
        return _ended(text, ending) + f"{gap}sources:{ending}" + _entry(lines, "  ", ending)
    rows = re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text)
    if isinstance(node, Items) and node.flow:
        return _into_brackets(rows, node, " ".join(line.strip() for line in lines))
    key = root.name("sources").spot.line - 1
    if isinstance(node, Items) and node.items:
        first = rows[node.items[0].spot.line - 1]
        indent = first[: len(first) - len(first.lstrip())]
        last = _last_row(rows, node.items[-1].spot.line - 1)
    else:
        indent, last = "  ", key
    rows[last] = _ended(rows[last], ending)
    rows.insert(last + 1, _entry(lines, indent, ending))
    return "".join(rows)


def _ended(text: str, ending: str) -> str:
    return text if not text or text.endswith(("\n", "\r")) else text + ending


def _last_row(rows: Sequence[str], start: int) -> int:
    """Give the last row of the entry that begins at `start`."""
    last = start
    for number in range(start + 1, len(rows)):
        bare = rows[number].strip()
        if _KEY.match(rows[number]) or bare in {"---", "..."}:
            break
        if bare and not bare.startswith("#"):
            last = number
    return last


def _into_brackets(rows: list[str], node: Items, entry: str) -> str:
    if node.items:
        spot = node.items[-1].spot
        row = rows[spot.line - 1]
        at = item_end(row.rstrip("\r\n"), spot.column - 1, flow=True)
        entry = f", {entry}"
    else:
        spot = node.spot
        row, at = rows[spot.line - 1], spot.column
    rows[spot.line - 1] = row[:at] + entry + row[at:]
    return "".join(rows)


def _plain(node: Node | None) -> Any:
    """Give what a node says, without its place."""
    if isinstance(node, Table):
        return tuple((key.text, _plain(value)) for key, value in node.pairs)
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    return node.text if isinstance(node, Text) else None


def _is_same_but(before: Table, after: Table | None, added: list[Any]) -> bool:
    """Whether all that differs is the entry at the end of sources."""
    if after is None:
        return False
    old, new = dict(_plain(before)), dict(_plain(after))
    there = old.pop("sources", None) or []
    return bool(new.pop("sources", None) == there + added and old == new)
