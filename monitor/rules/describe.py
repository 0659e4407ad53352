"""What a rule looks for, in plain words."""

from __future__ import annotations

from monitor.rules.scope import EVERYWHERE
from monitor.rules.tree import Node
from monitor.rules.values import (
    DEFAULT_FIELDS,
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    Kind,
    Leaf,
    Near,
    NoneOf,
    Pattern,
    Phrase,
    Regex,
    Rule,
    Scope,
    Score,
    SetRef,
    Slot,
    Term,
)

__all__ = ["describe", "say_term"]


def describe(rule: Rule, tree: Node) -> str:
    """Say what one rule looks for: where, then what, one clause a line."""
    lines = [f"{rule.name}: matches a story when, in its {_listed(rule.fields, 'or')},"]
    lines += _clause(tree, 1)
    if rule.weights:
        lines.append(
            "  weighed by field: " + ", ".join(f"{f} x {w:g}" for f, w in sorted(rule.weights.items()))
        )
    lines += [f"  {line}" for line in _scope(rule.scope)]
    if rule.fields == DEFAULT_FIELDS:
        lines.append("  (title means every headline variant)")
    return "\n".join(lines)


def _listed(words: tuple[str, ...], last: str) -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _clause(node: Node, depth: int) -> list[str]:
    pad = "  " * depth
    match node.clause:
        case Leaf(term):
            return [pad + say_term(term, tuple(dict.fromkeys(p.term for p in node.probes)))]
        case AnyOf(clauses):
            head = "at least one of these is there:" if len(clauses) > 1 else "this is there:"
        case AllOf():
            head = "all of these hold:"
        case NoneOf(clauses):
            head = "none of these is there:" if len(clauses) > 1 else "this is not there:"
        case AtLeast(count, clauses):
            head = f"at least {count} of these {len(clauses)} hold:"
        case Score(weighted, threshold):
            return _score(node, weighted, threshold, depth)
    return [pad + head, *(line for part in node.nodes for line in _clause(part, depth + 1))]


def _score(node: Node, weighted: tuple[tuple[object, float], ...], threshold: float, depth: int) -> list[str]:
    lines = ["  " * depth + f"the points of what is there, each counted once, come to {threshold:g} or more:"]
    for part, (_, weight) in zip(node.nodes, weighted, strict=True):
        first, *rest = _clause(part, depth + 1)
        pad = "  " * (depth + 1)
        lines += [f"{pad}{weight:g} for {first.strip()}", *rest]
    return lines


def say_term(term: Term, members: tuple[str, ...] = ()) -> str:
    """Say what one term looks for; `members` are the terms of its set, expanded."""
    said = _pattern(term.pattern)
    if isinstance(term.pattern, SetRef):
        said = f"{said}: {', '.join(members)}"
    return f"{said} (in the {term.field})" if term.field else said


def _pattern(pattern: Pattern) -> str:
    match pattern:
        case Phrase(slots, cased):
            said = f"the {'words' if len(slots) > 1 else 'word'} {' + '.join(map(_slot, slots))}"
            return f"{said}, capitals as written" if cased else said
        case Choice(patterns):
            return " or ".join(map(_pattern, patterns))
        case Near(left, right, None):
            return f"{_pattern(left)} in one sentence with {_pattern(right)}"
        case Near(left, right, distance):
            return f"{_pattern(left)} at most {distance} words from {_pattern(right)}"
        case Regex(source):
            return f"the regular expression /{source}/"
        case SetRef(name):
            return f"anything of ${name}"


def _slot(slot: Slot) -> str:
    match slot.kind:
        case Kind.PREFIX:
            return f'"{slot.text}…"'
        case Kind.SUFFIX:
            return f'"…{slot.text}"'
        case Kind.INNER:
            return f'"…{slot.text}…"'
        case Kind.FUZZY:
            return f'"{slot.text}" (one typo allowed)'
        case _:
            return f'"{slot.text}"'


def _scope(scope: Scope) -> list[str]:
    if scope == EVERYWHERE:
        return []
    lines = []
    if scope.outlets_include:
        lines.append(f"only from {_listed(scope.outlets_include, 'or')}")
    if scope.outlets_exclude:
        lines.append(f"never from {_listed(scope.outlets_exclude, 'or')}")
    if scope.languages:
        lines.append(f"only in {_listed(scope.languages, 'or')}, or where the language is unknown")
    if scope.sections:
        lines.append(f"only in the sections {_listed(scope.sections, 'or')}")
    if scope.active_from:
        lines.append(f"only from {scope.active_from:%Y-%m-%d %H:%M %Z}")
    if scope.active_until:
        lines.append(f"only until {scope.active_until:%Y-%m-%d %H:%M %Z}")
    return lines
