"""YAML text -> nodes with their places, or mistakes. The only home of PyYAML.

We build nodes from the parser's events, so that nothing is resolved, converted, merged or expanded: a bomb ends
at its first anchor or at its 21st level. What is valid must not depend on libyaml being there; the few things
on which the two parsers of PyYAML differ (tabs, a question mark within brackets, byte order marks) are settled here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from monitor.config import traps
from monitor.config.nodes import Items, Ledger, Node, Spot, Table, Text, shown
from monitor.config.traps import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_LINE", "compose"]

MAX_BYTES = 2 << 20  # ten thousand rules of eight terms are 1.1 MB
MAX_DEPTH = 20
MAX_LINE = 10_000
_MAX_REPAIRS = 20
_MAX_LINE_REPAIRS = 3
_REPAIR_CHARACTERS = 1 << 20  # read again for further mistakes, all attempts together
_BREAKS = str.maketrans({"\x85": " ", "\u2028": " ", "\u2029": " "})
_UNPRINTABLE = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]",
)
_TOWER = re.compile(rf"(?:[\[{{]\s*){{{MAX_DEPTH + 1}}}")
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}(?:\s+#.*|\s*)$")
_DEEP = f"nested more than {MAX_DEPTH} levels deep; no rulebook needs that"


def compose(text: str, ledger: Ledger, *, pure: bool = False) -> Node | None:
    """Read one YAML document. Mistakes go to the ledger; None when the file cannot be read to its end.

    After a mistake whose cure is known, the file is read on as if it had been cured, so that the next one is
    found too. `pure` takes PyYAML's own parser even where libyaml is there.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        ledger.add(Spot(1, 1), "the file is larger than 2 MiB; a rulebook must be smaller")
        return None
    lines = _clean(text, ledger)
    ledger.lines = tuple(lines)
    if long := next((n for n, line in enumerate(lines, start=1) if len(line) > MAX_LINE), None):
        ledger.add(Spot(long, 1), f"this line is longer than {MAX_LINE} characters; break it into several")
    return None if long or ledger.full else _mended(lines, ledger, pure=pure)


def _mended(lines: list[str], ledger: Ledger, *, pure: bool) -> Node | None:
    """Read, and after a mistake with a cure read the cured lines; they are changed in place."""
    original, tabbed = tuple(lines), ledger.broken
    size = sum(map(len, lines))
    repairs: Counter[int] = Counter()
    for attempt in range(1, _MAX_REPAIRS + 1):
        result = _read(lines, original, ledger, pure=pure)
        if not isinstance(result, Fault):
            return result
        if tabbed:
            break
        trap = traps.diagnose(lines, result)
        ledger.add(Spot(trap.line + 1, trap.column + 1), trap.text)
        repairs[trap.line] += 1
        if trap.cure is None or attempt * size > _REPAIR_CHARACTERS or repairs[trap.line] > _MAX_LINE_REPAIRS:
            break
        lines[trap.line] = trap.cure
    return None


def _clean(text: str, ledger: Ledger) -> list[str]:
    """Give lines both parsers read alike; every character keeps its place."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    lines = text.split("\n")
    if lines[-1]:
        lines.append("")  # the parsers differ on where a file without a last newline ends
    for number, line in enumerate(lines):
        if ledger.full:
            break
        if bad := _UNPRINTABLE.search(line):
            code = f"U+{ord(bad.group()):04X}"
            ledger.add(
                Spot(number + 1, bad.start() + 1), f"an invisible control character ({code}); delete it"
            )
            line = _UNPRINTABLE.sub(" ", line)
        if "\t" in line:
            line = _untab(line, number, ledger)
        if line.startswith("%"):
            ledger.add(
                Spot(number + 1, 1), "a line cannot start with %; delete the sign or put the text in quotes"
            )
            line = ""
        lines[number] = line
    return lines


def _untab(line: str, number: int, ledger: Ledger) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent and line.strip() and not line.lstrip().startswith("#"):
        text = "this line is indented with a tab; YAML wants spaces (two for each level)"
        ledger.add(Spot(number + 1, indent.index("\t") + 1), text)
    return line.replace("\t", " ")


def _read(
    lines: Sequence[str], original: Sequence[str], ledger: Ledger, *, pure: bool
) -> Node | Fault | None:
    text = "\n".join(lines)
    if tower := _TOWER.search(text):
        line = text.count("\n", 0, tower.start())
        ledger.add(Spot(line + 1, tower.start() - text.rfind("\n", 0, tower.start())), _DEEP)
        return None
    builder = _Builder(lines, original, Ledger(ledger.file))
    try:
        for event in _events(text, pure=pure):
            if (fault := builder.take(event)) is not None:
                return fault
            if builder.stopped or builder.ledger.full:
                builder.stopped = True
                break
    except yaml.MarkedYAMLError as error:
        return traps.fault(error)
    except RecursionError:  # the pure parser, on towers of keys
        builder.ledger.add(Spot(1, 1), _DEEP)
    for mistake in builder.ledger.mistakes:
        ledger.add(Spot(mistake.line, mistake.column), mistake.text, warning=mistake.warning)
    return None if builder.stopped else builder.root


def _events(text: str, *, pure: bool) -> Iterator[Any]:
    loader = yaml.SafeLoader if pure or not yaml.__with_libyaml__ else yaml.CSafeLoader
    return yaml.parse(text, Loader=loader)


@dataclass(slots=True)
class _Open:
    """A list or table whose end has not come yet."""

    spot: Spot
    flow: bool
    table: bool
    children: list[Node] = field(default_factory=list)
    keys: dict[str, Text] = field(default_factory=dict)


@dataclass(slots=True)
class _Builder:
    lines: Sequence[str]
    original: Sequence[str]
    ledger: Ledger
    root: Node | None = None
    documents: int = 0
    stopped: bool = False
    stack: list[_Open] = field(default_factory=list)

    def take(self, event: Any) -> Fault | None:
        spot = self._spot(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, spot)
        if isinstance(event, yaml.AliasEvent):
            self._reference(event, spot)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event, spot)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(spot)
        return None

    def _spot(self, mark: Any) -> Spot:
        """Give the place in the file as it was before any repair."""
        line, column = mark.line, mark.column
        if line < len(self.lines) and self.lines[line] != self.original[line]:
            rest = self.lines[line][column : column + 12].strip("'\" ")
            found = self.original[line].find(rest) if rest else -1
            column = found if found >= 0 else min(column, len(self.original[line]))
        return Spot(line + 1, column + 1)

    def _document(self, spot: Spot) -> None:
        self.documents += 1
        if self.documents > 1:
            self.ledger.add(
                spot, "a second document starts here (---); rules.yaml holds one: delete this line"
            )
            self.stopped = True

    def _scalar(self, event: Any, spot: Spot) -> Fault | None:
        quoted = event.style in {"'", '"', "|", ">"}
        flow = bool(self.stack) and self.stack[-1].flow
        if flow and not quoted and "?" in event.value:
            return self._question(event)
        at = event.start_mark
        if event.style in {"|", ">"} and not _BLOCK.search(self.lines[at.line], at.column):
            return Fault(at.line, at.column, "", "starter", at.line, at.column)
        self._refuse_names(event, spot)
        lines = 1 if event.style in {"|", ">"} else event.end_mark.line - event.start_mark.line + 1
        if event.style == '"' and (bad := re.search("[\x00-\x08\x0b-\x1f]", event.value)):
            self.ledger.add(spot, traps.escaped(self.lines, event.start_mark, bad.group()))
        self._put(Text(event.value, spot, quoted, lines))
        return None

    def _question(self, event: Any) -> Fault:
        """Refuse what libyaml reads and the pure parser does not."""
        line, column = event.start_mark.line, event.start_mark.column
        while (at := self.lines[line].find("?", column)) < 0:
            line, column = line + 1, 0
        top = self.stack[-1]
        kind = "flow mapping" if top.table else "flow sequence"
        return Fault(line, at, kind, "unexpected", top.spot.line - 1, top.spot.column - 1)

    def _reference(self, event: Any, spot: Spot) -> None:
        self.ledger.add(spot, traps.starter(self.lines, event.start_mark, "*"))
        self._put(Text(f"*{event.anchor}", spot, quoted=True))

    def _refuse_names(self, event: Any, spot: Spot) -> None:
        if event.anchor is not None:
            self.ledger.add(spot, traps.starter(self.lines, event.start_mark, "&"))
        elif event.tag is not None:
            self.ledger.add(spot, traps.starter(self.lines, event.start_mark, "!"))

    def _start(self, event: Any, spot: Spot) -> None:
        self._refuse_names(event, spot)
        if len(self.stack) >= MAX_DEPTH:
            self.ledger.add(spot, _DEEP)
            self.stopped = True
        table = isinstance(event, yaml.MappingStartEvent)
        self.stack.append(_Open(spot, bool(event.flow_style), table))

    def _end(self) -> None:
        done = self.stack.pop()
        if not done.table:
            self._put(Items(tuple(done.children), done.spot, done.flow))
            return
        keyed = zip(done.children[::2], done.children[1::2], strict=True)
        pairs = tuple(
            (key, value) for key, value in keyed if isinstance(key, Text) and done.keys.get(key.text) is key
        )
        self._put(Table(pairs, done.spot, done.flow))

    def _key(self, key: Node, keys: dict[str, Text]) -> None:
        """Note a key; of two equal ones the first stays."""
        if not isinstance(key, Text):
            self.ledger.add(key.spot, "a list or table cannot be a key; put text that holds [ or { in quotes")
        elif key.text == "<<" and not key.quoted:
            self.ledger.add(key.spot, "merging with << is not read here; write the keys out")
        elif (first := keys.setdefault(key.text, key)) is not key:
            self.ledger.add(
                key.spot,
                f"{shown(key.text)} stands here a second time (first in line {first.spot.line}); "
                "rename one of them or join the two",
            )

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(node, Text) and node.empty and top.table and len(top.children) % 2:
            node = replace(node, spot=top.children[-1].spot)  # parsers differ on where nothing is
        elif top.table and len(top.children) % 2 == 0:
            self._key(node, top.keys)
        top.children.append(node)
