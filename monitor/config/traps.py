"""The traps YAML sets for people who write terms, each with the line as it should be. Pure text work.

Lines and columns count from 0 here, as PyYAML counts them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Fault",
    "Trap",
    "block_start",
    "corrected",
    "diagnose",
    "escaped",
    "fault",
    "item_end",
    "quote",
    "starter",
]

_LONG = 140
_BACK = 20  # lines looked at for an open bracket
_KINDS = (  # what PyYAML and libyaml say -> one word; the positions they give are the same
    ("mapping values are not allowed", "colon"),
    ("sequence entries are not allowed", "dash"),
    ("mapping keys are not allowed", "starter"),
    ("cannot start any token", "starter"),
    ("escape", "escape"),
    ("hexadecimal", "escape"),
    ("end of stream", "unclosed"),
    ("document separator", "unclosed"),
    ("document indicator", "unclosed"),
)
_CONTEXTS = ("flow sequence", "flow mapping", "flow node", "alias", "anchor", "tag", "quoted scalar")
_BLOCK_START = re.compile(
    r"""\s*(?:-\ +)*(?:(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^\s'"\[\]{}#][^#]*?)\ *:\ +)?""", re.VERBOSE
)
_REGEX_START = re.compile(r"(?:[a-z]+:)?/")
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*\"""")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a parser gave up, and within what."""

    line: int
    column: int
    context: str  # one of _CONTEXTS, or ""
    kind: str
    from_line: int  # where the construct began
    from_column: int


@dataclass(frozen=True, slots=True)
class Trap:
    """What a person should read: the place, the sentence, and the cured line where there is one."""

    line: int
    column: int
    text: str
    cure: str | None = None


def fault(error: Any) -> Fault:
    """Bring what either parser of PyYAML says to one form."""
    words = f"{error.context or ''} {error.problem or ''}"
    kind = next((kind for mark, kind in _KINDS if mark in words), "unexpected")
    context = next(
        (name for name in _CONTEXTS if name in (error.context or "").replace("double-quoted", "quoted")), ""
    )
    at = error.problem_mark or error.context_mark
    start = error.context_mark or at
    return Fault(at.line, at.column, context, kind, start.line, start.column)


def diagnose(lines: Sequence[str], bad: Fault) -> Trap:
    """Say what is wrong where a parser gave up, and how the line should read."""
    if bad.kind == "escape" or (bad.context == "quoted scalar" and bad.kind != "unclosed"):
        return _escape(lines, bad)
    if bad.context == "quoted scalar":
        return Trap(bad.from_line, bad.from_column, "the quotation mark that opens here is never closed")
    for line, column in ((bad.from_line, bad.from_column), (bad.line, bad.column)):
        sign = lines[line][column : column + 1] if line < len(lines) else ""
        if sign and (bad.kind == "starter" or sign in "*&!@`%|>"):
            return _starter(lines, line, column, flow=_in_flow(lines, line, column))
    if bad.context.startswith("flow"):
        return _flow(lines, bad)
    if bad.kind == "dash":
        return _dash(lines, bad)
    return _colon(lines, bad) if bad.kind == "colon" else _block(lines, bad)


def quote(text: str) -> str:
    """Put a text in single quotes, where YAML takes every character as it is."""
    return "'" + text.replace("'", "''") + "'"


def corrected(line: str, start: int, end: int, new: str) -> tuple[str, str]:
    """Give the cured line, and the same for a message (shortened around the change when long)."""
    cure = line[:start] + new + line[end:]
    told = cure.strip()
    if len(told) > _LONG:
        front = cure[max(0, start - 30) : start].lstrip()
        told = f"… {front}{new}{cure[start + len(new) : start + len(new) + 20].rstrip()} …"
    return cure, told


def starter(lines: Sequence[str], mark: Any, sign: str) -> str:
    """Give the message for a term that begins with a sign YAML keeps for itself."""
    column = lines[mark.line].find(sign, mark.column)
    at = column if column >= 0 else mark.column
    return _starter(lines, mark.line, at, flow=_in_flow(lines, mark.line, at)).text


def escaped(lines: Sequence[str], mark: Any, sign: str) -> str:
    r"""Give the message for a \b in double quotes, which YAML reads as a backspace."""
    line = lines[mark.line]
    what = r"\b as a backspace" if sign == "\b" else "a backslash as the start of a control character"
    quoted = _QUOTED.match(line, mark.column)
    if quoted is None:
        return f"in double quotes YAML reads {what}; use single quotes"
    inner = quoted.group()[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    _, told = corrected(line, quoted.start(), quoted.end(), quote(inner))
    return f"in double quotes YAML reads {what}; use single quotes: {told}"


def block_start(line: str) -> int:
    """Give where the value of a line begins: behind its indent, dashes and key."""
    match = _BLOCK_START.match(line)
    return match.end() if match else 0


def item_end(line: str, start: int, *, flow: bool) -> int:
    """Give where the item that starts here ends, as its writer meant it."""
    if not flow:
        comment = re.search(r"\s+#", line[start:])
        end = start + comment.start() if comment else len(line)
        return len(line[:end].rstrip())
    regex = _REGEX_START.match(line, start)
    if regex and (closing := re.compile(r"/\s*(?=[,\]}]|$)").search(line, regex.end())):
        return closing.start() + 1
    quoted = _QUOTED.match(line, start)
    depth, at = 0, quoted.end() if quoted else start
    while at < len(line) and not (depth == 0 and line[at] in ",]}"):
        depth += (line[at] in "[{") - (line[at] in "]}")
        at += 1
    return len(line[:at].rstrip())


def _in_flow(lines: Sequence[str], line: int, column: int) -> bool:
    """Whether an open bracket stands before this place, quotes aside."""
    opened = 0
    first = max(0, line - _BACK)
    for number in range(first, line + 1):
        text = lines[number] if number < line else lines[number][:column]
        bare = _QUOTED.sub("", text)
        if re.match(r"\s*(?:- |[^\s\[{,][^\[{]*: |#)", bare) and opened <= 0:
            opened = 0
        opened += sum(bare.count(sign) for sign in "[{") - sum(bare.count(sign) for sign in "]}")
    return opened > 0


def _starter(lines: Sequence[str], number: int, column: int, *, flow: bool) -> Trap:
    line = lines[number]
    end = item_end(line, column, flow=flow)
    cure, told = corrected(line, column, end, quote(line[column:end]))
    meanings = {
        "*": "a reference",
        "&": "an anchor",
        "!": "a tag",
        "%": "a directive",
        "?": "a key",
        "|": "a text block",
    }
    sign = line[column : column + 1]
    why = f"YAML reads it as {meanings[sign]}" if sign in meanings else "YAML keeps this sign for itself"
    text = f"text that starts with {sign} must be in quotes ({why}): {told}"
    return Trap(number, column, text, cure)


def _escape(lines: Sequence[str], bad: Fault) -> Trap:
    line = lines[bad.from_line]
    text = "in double quotes a backslash starts an escape such as \\n; use single quotes"
    quoted = _QUOTED.match(line, bad.from_column)
    if quoted is None or bad.line != bad.from_line:
        return Trap(bad.from_line, bad.from_column, text)
    cure, told = corrected(
        line, quoted.start(), quoted.end(), quote(quoted.group()[1:-1].replace('\\"', '"'))
    )
    return Trap(bad.from_line, bad.from_column, f"{text}: {told}", cure)


def _flow(lines: Sequence[str], bad: Fault) -> Trap:
    """A list in [brackets] or table in {braces} that went wrong."""
    line = lines[bad.line] if bad.line < len(lines) else ""
    sign = line[bad.column : bad.column + 1]
    if swallowed := _swallowed(lines, bad) or _tagged(lines, bad):
        return swallowed
    if sign == "," and bad.context == "flow node":
        return Trap(bad.line, bad.column, "nothing stands before this comma; delete one comma")
    start = _flow_start(line, bad)
    if start is not None and sign not in {"", ":"}:
        end = item_end(line, start, flow=True)
        item = line[start:end]
        if _QUOTED.match(item):
            return _behind_quotes(line, bad.line, start, end)
        if start < bad.column < end:
            cure, told = corrected(line, start, end, quote(item))
            text = f"text that holds {sign} must be in quotes inside [ ] or {{ }}: {told}"
            return Trap(bad.line, bad.column, text, cure)
    if bad.context == "flow node":
        return Trap(bad.line, bad.column, "something is missing here, or text needs quotes")
    opener = lines[bad.from_line][bad.from_column : bad.from_column + 1]
    closer = "]" if opener == "[" else "}"
    return Trap(
        bad.from_line,
        bad.from_column,
        f"the {opener} that opens here is not closed; a {closer} or a comma is missing before line {bad.line + 1}"
        if bad.line > bad.from_line
        else f"a comma or {closer} is missing in this list",
    )


def _swallowed(lines: Sequence[str], bad: Fault) -> Trap | None:
    """A #tag inside brackets: the rest of the line, its closing bracket included, is a comment."""
    first = bad.from_line
    if bad.context == "flow node":  # its mark is where nothing was found, not where the list began
        openers = (n for n in range(min(bad.line, len(lines) - 1), -1, -1) if re.search(r"[\[{]", lines[n]))
        first = next(openers, first)
    for number in range(first, min(bad.line + 1, len(lines))):
        line = _QUOTED.sub(lambda found: "x" * len(found.group()), lines[number])
        found = re.search(r"(?:(?<=\s)|(?<=[\[{,]))#(?=[^\s#])", line)
        if not found or not line[: found.start()].strip():
            continue
        end = item_end(lines[number], found.start(), flow=True)
        cure, told = corrected(lines[number], found.start(), end, quote(lines[number][found.start() : end]))
        text = f"from the # on YAML reads a comment; put the term in quotes: {told}"
        return Trap(number, found.start(), text, cure)
    return None


def _tagged(lines: Sequence[str], bad: Fault) -> Trap | None:
    """A !word inside brackets: one of the parsers takes the closing bracket for a part of the tag."""
    for number in range(bad.from_line, min(bad.line + 1, len(lines))):
        line = _QUOTED.sub(lambda found: "x" * len(found.group()), lines[number])
        if found := re.search(r"[\[{,]\s*(!)[^\s!]", line):
            return _starter(lines, number, found.start(1), flow=True)
    return None


def _flow_start(line: str, bad: Fault) -> int | None:
    """Give the start of the item that holds the fault."""
    at = bad.from_column + 1 if bad.from_line == bad.line else 0
    while at < len(line):
        at += len(line[at:]) - len(line[at:].lstrip())
        key = re.compile(r"[^\s\[\]{},'\"/][^\[\]{},]*?: +").match(line, at)
        at = key.end() if key and key.end() <= bad.column else at
        if line[at : at + 1] in {"[", "{", "]", "}", ","} and at < bad.column:
            at += 1
            continue
        end = item_end(line, at, flow=True)
        if at <= bad.column < max(end, at + 1):
            return at
        if at > bad.column:
            return None
        at = max(end, at) + 1
    return None


def _behind_quotes(line: str, number: int, start: int, end: int) -> Trap:
    """`"a b" NEAR/5 c`: a quoted text and more behind it."""
    first = _QUOTED.match(line, start)
    column = first.end() if first else start
    item = line[start:end]
    bare = re.sub(r"""(?<!\w)["']|["'](?!\w)""", "", item)
    new = bare if re.fullmatch(r"[\w$(][\w\s/*~|()$.-]*", bare) else quote(item)
    cure, told = corrected(line, start, end, new)
    text = f"quotes must go round the whole text or be left out (two words are a phrase without them): {told}"
    return Trap(number, column, text, cure)


def _dash(lines: Sequence[str], bad: Fault) -> Trap:
    line = lines[bad.line]
    value = line[bad.column + 1 :].strip()
    cure, told = corrected(line, bad.column, len(line), f"[{value}]")
    return Trap(
        bad.line, bad.column, f"a list with dashes starts on a new line; on this line write: {told}", cure
    )


def _colon(lines: Sequence[str], bad: Fault) -> Trap:
    line = lines[bad.line]
    start = block_start(line)
    if start < bad.column or _QUOTED.match(line, start):
        end = item_end(line, start, flow=False)
        cure, told = corrected(line, start, end, quote(line[start:end].strip()))
        return Trap(
            bad.line, bad.column, f"text that holds a colon and a space must be in quotes: {told}", cure
        )
    above = next((n for n in range(bad.line - 1, -1, -1) if lines[n].strip()), None)
    glued = (
        re.match(r"(\s*(?:- +)?[^\s:#'\"\[{]+:)(?=[\[{\w'\"$])", lines[above]) if above is not None else None
    )
    if above is not None and glued:
        cure, told = corrected(lines[above], glued.end(), glued.end(), " ")
        return Trap(above, glued.end(), f"a space is missing behind the colon: {told}", cure)
    return Trap(bad.line, _indent(line), _indented(lines, bad.line))


def _block(lines: Sequence[str], bad: Fault) -> Trap:
    line = lines[bad.line] if bad.line < len(lines) else ""
    start = block_start(line)
    if _QUOTED.match(line, start) and start < bad.column:
        return _behind_quotes(line, bad.line, start, item_end(line, start, flow=False))
    if (key := _QUOTED.match(line, _indent(line))) and key.end() <= bad.column:
        return _behind_quotes(line, bad.line, key.start(), line.rfind(":"))
    if line[start : start + 1] in {"[", "{"} and bad.column > start:
        rest = line[bad.column :].strip()
        end = item_end(line, start, flow=False)
        _, told = corrected(line, start, end, quote(line[start:end]))
        text = (
            f'"{rest}" stands behind the closing bracket: delete it, or put the whole text in quotes: {told}'
        )
        return Trap(bad.line, bad.column, text)
    if line[bad.column : bad.column + 1] in {"]", "}"}:
        return Trap(
            bad.line, bad.column, f"a {line[bad.column]} without its opening bracket; delete it or use quotes"
        )
    if bad.column != _indent(line):
        return Trap(bad.line, bad.column, "YAML cannot read this line from here on; put the text in quotes")
    return Trap(bad.line, bad.column, _indented(lines, bad.line))


def _indented(lines: Sequence[str], number: int) -> str:
    here = _indent(lines[number]) if number < len(lines) else 0
    above = next(
        (n for n in range(number - 1, -1, -1) if lines[n].strip() and not lines[n].lstrip().startswith("#")),
        0,
    )
    other = _indent(lines[above])
    if here == other:
        if lines[above].lstrip().startswith("- ") != lines[number].lstrip().startswith("- "):
            return "a list (lines with a dash) and keys are mixed here; use one or the other, or indent this line"
        return f"this line does not fit the one above it (line {above + 1}); is a colon or a dash missing?"
    return (
        f"the indentation does not fit: {here} spaces here, {other} in line {above + 1}; "
        "lines that belong together start in the same column"
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
