"""Read one term, as it stands in a list.

word   two words   pre*   *suf   (a|b) c   word~1   =IOC   /regex/   a NEAR/5 b   a NEAR/s b   title:x   $set
"""

from __future__ import annotations

import difflib
import re
from itertools import product

from monitor.rules.values import (
    FARTHEST,
    Choice,
    Field,
    Kind,
    Near,
    Pattern,
    Phrase,
    Regex,
    SetRef,
    Slot,
    Term,
    TermError,
)

__all__ = ["parse_phrase", "parse_term", "split_field"]

_FIELD = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_ALIASES = {
    "headline": "title", "intitle": "title", "author": "byline", "authors": "byline", "by": "byline", "text": "body",
    "content": "body", "lead": "summary", "description": "summary", "link": "url", "site": "outlet",
    "source": "outlet", "sections": "section", "titles": "title", "inurl": "url",
}  # fmt: skip
_NEAR = re.compile(r"(?<=\s)NEAR/(\d+|s)(?=\s)")
_NEAR_SLIP = re.compile(r"(?:^|\s)((?:near|Near)/(\w*)|NEAR[\s/]*(\d+|[sS])?|[wW]/(\d+))(?=\s|$)")
_OPERATOR = re.compile(r"(?:^|\s)(AND NOT|AND|OR|NOT)(?=\s|$)")
_TILDE = re.compile(r"[\"”](.*)[\"”]\s*~\s*(\d+)$")
_SET = re.compile(r"[^\W\d][\w-]*")
_PIECE = re.compile(r"\([^()]*\)|[^\s()]+")
_MOST_READINGS = 100


def parse_term(text: str) -> Term:
    """Read one term as an editor writes it; raise TermError, with the corrected form where one is known."""
    lead = len(text) - len(text.lstrip())
    body = text.strip()
    if not body:
        raise TermError("an empty term finds nothing; write a word or delete the entry", 0)
    field, rest = split_field(body, lead)
    return Term(body, _pattern(rest, lead + len(body) - len(rest)), field)


def split_field(text: str, offset: int = 0) -> tuple[Field | None, str]:
    """Split `title:x` into the field and the rest; raise TermError for a field that does not exist."""
    found = _FIELD.match(text)
    if found is None or text.startswith("/"):
        return None, text
    name, rest = found.groups()
    known = name.lower() in set(Field)
    if rest.startswith("//") or (not known and (not rest or rest[0].isspace())):
        return None, text  # https://..., or a colon of the text itself
    if known and name == name.lower() and rest and not rest[0].isspace():
        return Field(name), rest
    inner = rest.strip()
    if known:
        if not inner:
            raise TermError(f'"{text}" names a field and no words; write {name.lower()}:word', offset)
        raise TermError(
            f'no space and small letters before the colon: write "{name.lower()}:{inner}"', offset
        )
    raise TermError(_unknown_field(name, inner), offset)


def _unknown_field(name: str, inner: str) -> str:
    near = difflib.get_close_matches(name.lower(), [*Field, *_ALIASES], n=1)
    meant = _ALIASES.get(near[0], near[0]) if near else None
    hint = f'did you mean "{meant}:{inner}"?' if meant else f"the fields are {', '.join(Field)}."
    return f'unknown field "{name}": {hint} For the words themselves write "{name} {inner}"'


def _pattern(text: str, offset: int) -> Pattern:
    if text.startswith("/") and not re.search(r"/\s+NEAR/", text):
        return _regex(text, offset)
    parts = list(_NEAR.finditer(text))
    if len(parts) > 1:
        first = text[: parts[1].start()].strip()
        raise TermError(
            f"one NEAR per term: write {first} and the rest as a second term of `all:`",
            offset + parts[1].start(),
        )
    if parts:
        return _near(text, parts[0], offset)
    _refuse_slips(text, offset)
    return _operand(text, offset)


def _near(text: str, found: re.Match[str], offset: int) -> Near:
    left, right = text[: found.start()].strip(), text[found.end() :].strip()
    reach = found.group(1)
    if not left or not right:
        raise TermError("NEAR needs words on both sides: write forced NEAR/5 labour", offset + found.start())
    distance = None if reach == "s" else int(reach)
    if distance == 0:
        raise TermError(
            "NEAR/0 finds nothing: neighbours are 1 apart, so write NEAR/1", offset + found.start()
        )
    if distance is not None and distance > FARTHEST:
        raise TermError(
            f"NEAR/{distance} is nearly anywhere: at most NEAR/{FARTHEST}, or all: [..., ...]",
            offset + found.start(),
        )
    at = offset + found.end() + 1
    for side, place in ((left, offset), (right, at)):
        _refuse_slips(side, place)
    return Near(_operand(left, offset), _operand(right, at), distance)


def _refuse_slips(text: str, offset: int) -> None:
    """Refuse operators of other languages, which would otherwise be taken for words."""
    tilde = _TILDE.search(text)
    if tilde:
        words = tilde.group(1).split()
        raise TermError(
            f"distance is written with NEAR: {f' NEAR/{tilde.group(2)} '.join(words[:2])}", offset
        )
    slip = _NEAR_SLIP.search(text)
    if slip:
        reach = next((g for g in slip.groups()[1:] if g), "5")
        fixed = f"{text[: slip.start(1)]}NEAR/{reach if reach.isdecimal() else 's'}{text[slip.end(1) :]}"
        raise TermError(
            f'NEAR is written in capitals with its distance: write "{fixed}"', offset + slip.start(1)
        )
    operator = _OPERATOR.search(text)
    if operator and text.strip() != operator.group(1):
        word = operator.group(1)
        raise TermError(
            f"{word} does not work inside a term: make each side its own entry (a list is OR, `all:` is AND, `none:` "
            f"is NOT), write a `query:`, or for the word itself use small letters",
            offset + operator.start(1),
        )


def _regex(text: str, offset: int) -> Regex:
    if len(text) > 1 and text.rstrip("imsux").endswith("/") and not text.endswith("/"):
        bare = text.rstrip("imsux")
        raise TermError(
            f"a regex needs no letters behind it (capitals never matter): write {bare}", offset + len(bare)
        )
    if len(text) < 2 or not text.endswith("/"):
        raise TermError(f"a regex ends with a slash: write {text}/", offset + len(text))
    if len(text) == 2:
        raise TermError("an empty regex finds nothing", offset)
    return Regex(text[1:-1])


def _operand(text: str, offset: int) -> Pattern:
    if text.startswith("$"):
        return _set(text, offset)
    if text.startswith("/"):
        return _regex(text, offset)
    if text.startswith("="):
        inner = text[1:].strip()
        if not inner or inner[0] in "$/=(":
            raise TermError("= is followed by the words as they are capitalised: write =IOC", offset)
        return _cased(parse_phrase(inner, offset + 1))
    if text.startswith("(") and _PIECE.fullmatch(text):
        return _choice(text[1:-1], offset + 1)
    return parse_phrase(text, offset)


def _cased(pattern: Phrase | Choice) -> Pattern:
    if isinstance(pattern, Phrase):
        return Phrase(pattern.slots, cased=True)
    return Choice(
        tuple(Phrase(p.slots, cased=True) if isinstance(p, Phrase) else p for p in pattern.patterns)
    )


def _set(text: str, offset: int) -> SetRef:
    name = text[1:]
    if _SET.fullmatch(name):
        return SetRef(name)
    if name.endswith("*") and _SET.fullmatch(name[:-1]):
        raise TermError(
            f"a term set takes no star; put it on the words of the set: write ${name[:-1]}", offset
        )
    if any(c.isspace() for c in name):
        first = name.split()[0]
        raise TermError(
            f"a term set cannot stand inside a phrase: write ${first} NEAR/2 {' '.join(name.split()[1:])}",
            offset,
        )
    raise TermError(f'"{text}" is no name of a term set: letters, digits, _ and - only', offset)


def _choice(text: str, offset: int) -> Pattern:
    parts = text.split("|")
    if len(parts) == 1:
        return _operand(text.strip(), offset)
    found: list[Pattern] = []
    for part in parts:
        if not part.strip():
            raise TermError(f"an empty choice in ({text}): delete one |", offset)
        found.append(_operand(part.strip(), offset))
        offset += len(part) + 1
    return Choice(tuple(found))


def parse_phrase(text: str, offset: int = 0) -> Phrase | Choice:
    """Read words next to each other, stars, typos and choices included; no operators."""
    columns: list[list[tuple[Slot, ...]]] = []
    done = 0
    for found in _PIECE.finditer(text):
        _no_stray(text[done : found.start()], offset + done)
        done = found.end()
        columns.append(_readings(found.group(), offset + found.start()))
    _no_stray(text[done:], offset + done)
    count = 1
    for column in columns:
        count *= len(column)
    if count > _MOST_READINGS:
        raise TermError(f"{count} readings are too many for one term: write several terms", offset)
    phrases = tuple(Phrase(tuple(s for part in row for s in part)) for row in product(*columns))
    return phrases[0] if len(phrases) == 1 else Choice(phrases)


def _no_stray(gap: str, offset: int) -> None:
    if "(" in gap or ")" in gap:
        at = gap.index("(") if "(" in gap else gap.index(")")
        raise TermError("a bracket without its partner, or brackets in brackets: write (a|b|c)", offset + at)


def _readings(piece: str, offset: int) -> list[tuple[Slot, ...]]:
    if not piece.startswith("("):
        return [(_slot(piece, offset),)]
    rows = []
    for part in piece[1:-1].split("|"):
        if not part.strip():
            raise TermError(f"an empty choice in {piece}: delete one |", offset)
        rows.append(tuple(_slot(word, offset) for word in part.split()))
    return rows


def _slot(piece: str, offset: int) -> Slot:
    if "|" in piece:
        raise TermError(f"choices stand in brackets: write ({piece})", offset + piece.index("|"))
    if piece[0] == "$" and _SET.match(piece[1:]):
        raise TermError(
            f"a term set cannot stand inside a phrase: use {piece} NEAR/2 and the other words", offset
        )
    bare = piece.strip("\"'“”‘’«»„,.;:!?")
    if "~" in bare:
        return _fuzzy(bare, offset)
    inner = bare.strip("*")
    if not inner and "*" in piece:
        raise TermError("a star alone finds every word: to leave words between write a NEAR/2 b", offset)
    if "*" in inner:
        near = inner.split("*")[0]
        raise TermError(
            f"a star stands at the start or end of a word: write {near}* or (one form|other form)", offset
        )
    if re.search(r"\w\?\w", inner):
        raise TermError(
            f"? is no wildcard: write the forms as (one|other), or {inner.split('?')[0]}*", offset
        )
    before, after = bare.startswith("*"), bare.endswith("*")
    kind = Kind.INNER if before and after else Kind.SUFFIX if before else Kind.PREFIX if after else Kind.WORD
    return Slot(inner or piece, kind)


def _fuzzy(piece: str, offset: int) -> Slot:
    word, _, edits = piece.partition("~")
    if not word or "*" in piece or not edits.isdecimal():
        raise TermError(f"one typo is written word~1: write {word.strip('*') or 'word'}~1", offset)
    if edits != "1":
        raise TermError(f"one typo is the most that can be allowed: write {word}~1", offset + len(word))
    return Slot(word, Kind.FUZZY)
