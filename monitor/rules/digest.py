"""The hash of what a rule means: equal for two spellings of the same meaning, different for two meanings."""

from __future__ import annotations

import xxhash

from monitor.rules.builder import Builder, Probe
from monitor.rules.needles import Nearby, Needle, Words
from monitor.rules.tree import Node
from monitor.rules.values import AllOf, AnyOf, AtLeast, Leaf, NoneOf, Rule, Score
from monitor.text import FOLD_VERSION

__all__ = ["digest"]

_VERSION = 1


def digest(rule: Rule, tree: Node, builder: Builder) -> str:
    """Give 32 hexadecimal digits."""
    literals = builder.texts
    scope = rule.scope
    said = "\n".join(
        (
            f"{_VERSION} {FOLD_VERSION}",
            _node(tree, builder, literals),
            ",".join(f"{field}={weight:g}" for field, weight in sorted(rule.weights.items())),
            repr(
                [sorted(names) for names in (scope.outlets_include, scope.outlets_exclude, scope.languages)]
            ),
            repr(sorted(scope.sections)),
            repr(
                [
                    instant.isoformat() if instant else None
                    for instant in (scope.active_from, scope.active_until)
                ]
            ),
        )
    )
    return xxhash.xxh3_128_hexdigest(said.encode())


def _node(node: Node, builder: Builder, literals: list[bytes]) -> str:
    """Write a clause down; the order of terms in a group means nothing."""
    parts = [_node(n, builder, literals) for n in node.nodes]
    match node.clause:
        case Leaf():
            return f"({'|'.join(sorted({_probe(p, builder, literals) for p in node.probes}))})"
        case AnyOf():
            return f"any{sorted(set(parts))}"
        case AllOf():
            return f"all{sorted(set(parts))}"
        case NoneOf():
            return f"none{sorted(set(parts))}"
        case AtLeast(count, _):
            return f"{count} of{sorted(parts)}"
        case Score(weighted, threshold):
            pairs = sorted(f"{part}*{weight:g}" for part, (_, weight) in zip(parts, weighted, strict=True))
            return f"score{pairs}>={threshold:g}"


def _probe(probe: Probe, builder: Builder, literals: list[bytes]) -> str:
    fields = ",".join(sorted(probe.fields))
    if probe.check < 0:
        return f"{fields}:{literals[probe.literal].decode()!r}"
    return f"{fields}:{_needle(builder.checks[probe.check].needle)}"


def _needle(needle: Needle) -> str:
    if isinstance(needle, Words):
        return " ".join(f"{p.text.decode()}.{p.kind}.{p.exact or ''}" for p in needle.pieces)
    if isinstance(needle, Nearby):
        left, right = sorted(
            f"({'|'.join(sorted(map(_needle, side)))})" for side in (needle.left, needle.right)
        )
        return f"{left} near {needle.distance} {right}"
    return f"/{needle.source}/"
