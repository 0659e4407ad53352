"""Where a term may stand: reads it, and names each YAML trap that let something else stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from monitor.config.nodes import Items, Ledger, Node, Spot, Table, Text, shown
from monitor.config.traps import corrected, item_end, quote
from monitor.rules import Field, Leaf, Term, TermError, parse_term

__all__ = ["Places", "TermReader", "within"]

Places = dict[tuple[str, str, str], Spot]  # ("rule" or "terms", owner, term) -> where it stands

_FIELDS = frozenset(str(name) for name in Field)
_PLAIN = re.compile(r"[\w$=/(][^\s#:\[\]{},&*!|>'\"%@`?]*(?: [^\s#:\[\]{},&!|>'\"%@`?-][^\s#:\[\]{},?'\"]*)*")


def within(text: Text, offset: int, ledger: Ledger) -> Spot:
    """Give the place of one character of a text, its quotes and escapes counted; the text's own where it is unclear."""
    line = ledger.lines[text.spot.line - 1] if text.spot.line <= len(ledger.lines) else ""
    at = text.spot.column - 1
    sign = line[at : at + 1]
    if text.lines != 1 or (text.quoted and sign not in {"'", '"'}):
        return text.spot
    if not text.quoted:
        return Spot(text.spot.line, text.spot.column + offset)
    at += 1
    for _ in range(offset):
        at += 2 if line[at : at + 2] == "''" or (sign == '"' and line[at : at + 1] == "\\") else 1
    return Spot(text.spot.line, min(at, len(line)) + 1)


@dataclass(frozen=True, slots=True)
class TermReader:
    """Reads the terms of one rule or term set; `where` is how messages name it."""

    kind: str  # "rule" or "terms"
    owner: str
    ledger: Ledger
    places: Places = field(default_factory=dict)
    terms: list[Term] = field(default_factory=list)  # that could be read

    @property
    def where(self) -> str:
        """How messages begin."""
        return f'{self.kind} "{self.owner}": '

    def add(self, spot: Spot, text: str) -> None:
        """Note a mistake."""
        self.ledger.add(spot, self.where + text)

    def leaves(self, node: Items, key: str) -> tuple[Leaf, ...]:
        """Read a flat list of terms."""
        if not node.items:
            self.add(
                node.spot,
                f"the list of {key} is empty; nothing could ever match" if key else "this list is empty",
            )
        found = (self.leaf(item, key) for item in node.items)
        return tuple(leaf for leaf in found if leaf is not None)

    def leaf(self, node: Node, key: str = "") -> Leaf | None:
        """Read one term."""
        term = self.term(node, key)
        return None if term is None else Leaf(term)

    def term(self, node: Node, key: str = "") -> Term | None:
        """Read one term; a mistake gives None."""
        if isinstance(node, Items):
            inside = f"inside {key}" if key else "here"
            self.add(
                node.spot,
                f"a list cannot stand {inside}; only all takes lists (each then means: one of these)",
            )
            return None
        if isinstance(node, Table):
            self._table(node)
            return None
        if not self._sound(node):
            return None
        try:
            term = parse_term(node.text)
        except TermError as error:
            self.add(within(node, error.offset, self.ledger), self._say(node, error))
            return None
        self.places.setdefault((self.kind, self.owner, node.text.strip()), node.spot)
        self.terms.append(term)
        return term

    def _say(self, node: Text, error: TermError) -> str:
        text = f"term {shown(node.text)}: {error}"
        regex = re.match(r"(?:[a-z]+:)?/", node.text)
        if regex and not node.quoted and not node.text.endswith("/"):
            line = self.ledger.lines[node.spot.line - 1]
            start = node.spot.column - 1
            end = item_end(line, start, flow=True)
            if line[start:end].endswith("/"):
                _, told = corrected(line, start, end, quote(line[start:end]))
                text = f"a comma or bracket cuts this regex in two; put it in quotes: {told}"
        return text

    def _sound(self, node: Text) -> bool:
        """Report what YAML did to a term without a word: emptied it, joined lines, cut off a #tag."""
        line = self.ledger.lines[node.spot.line - 1] if node.spot.line <= len(self.ledger.lines) else ""
        start = node.spot.column - 1
        if node.empty:
            self._nothing(node, line, start)
            return False
        if node.lines > 1 and not node.quoted:
            words = shown(node.text)
            self.add(
                node.spot,
                f"YAML joins these lines into one term, {words}; a dash or a comma is missing, "
                "or the term belongs on one line",
            )
            return False
        tail = re.compile(r"\s+#(?=[^\s#])").match(line, start + len(node.text)) if not node.quoted else None
        if node.text and tail and line[start : start + len(node.text)] == node.text:
            end = item_end(line, start, flow=False)
            rest = line[tail.start() :].strip()
            _, told = corrected(line, start, max(end, len(line.rstrip())), quote(f"{node.text} {rest}"))
            self.add(
                Spot(node.spot.line, tail.end()),
                f"YAML reads {shown(rest)} as a comment; a comment needs a space behind its #; "
                f"if it belongs to the term, put it in quotes: {told}",
            )
            return False
        return True

    def _nothing(self, node: Text, line: str, start: int) -> None:
        comment = re.compile(r"[\s-]*(#(?=[^\s#])\S.*)").match(line, max(0, start - 1))
        if comment is None:
            self.add(node.spot, "nothing stands here; write a term or delete the dash")
            return
        at = comment.start(1)
        _, told = corrected(line, at, len(line.rstrip()), quote(line[at:].rstrip()))
        self.add(
            Spot(node.spot.line, at + 1),
            f"from the # on YAML reads a comment; put the term in quotes: {told}",
        )

    def _table(self, node: Table) -> None:
        if not node.pairs:
            self.add(node.spot, "empty braces; write a term, or put the text in quotes")
            return
        key, value = node.pairs[0]
        if not isinstance(value, Text) or len(node.pairs) > 1:
            self.add(
                node.spot,
                f"a term was expected, not the key {shown(key.text)}; groups cannot stand inside a list",
            )
            return
        line = self.ledger.lines[key.spot.line - 1]
        start = key.spot.column - 1
        flow = node.flow
        end = item_end(line, start, flow=flow)
        if key.text in _FIELDS and not value.empty:
            new = f"{key.text}:{value.text}"
            _, told = corrected(line, start, end, new if _PLAIN.fullmatch(value.text) else quote(new))
            self.add(
                node.spot, f"YAML reads a colon and a space as key and value; leave the space out: {told}"
            )
            return
        written = line[start:end]
        if written.startswith("{"):
            self.add(
                node.spot,
                f"a term was expected, not a table; put text that holds {{ in quotes: {quote(written)}",
            )
            return
        _, told = corrected(line, start, end, quote(written.replace('"', "") if '"' in written else written))
        self.add(
            node.spot, f"YAML reads a colon and a space as key and value; put the term in quotes: {told}"
        )
