"""Diffs as text and Markdown, and every report of this package as plain values for JSON."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from monitor.app.tuning.diff import Change, ChangeKind, Diff, RuleChange

__all__ = ["diff_markdown", "diff_text", "values"]

_SIGNS = {ChangeKind.NEW: "+", ChangeKind.LOST: "-", ChangeKind.OTHER: "~"}


def diff_text(found: Diff) -> str:
    """Say a diff in lines for a terminal; no clock, no chance: the same diff, the same text."""
    lines = [_head(found), *(_rule(change) for change in found.rules)]
    rule = None
    for change in found.changes:
        if change.rule != rule:
            rule = change.rule
            lines += ["", f"{rule}: {_counts(found, rule)}"]
        lines.append(
            f"  {_SIGNS[change.kind]} {change.seen:%Y-%m-%d} {change.outlet}: {change.title}  [{_terms(change)}]"
        )
    return "\n".join(lines)


def diff_markdown(found: Diff) -> str:
    """Say a diff in Markdown, for a review."""
    lines = [f"**{_head(found)}**", "", *(f"- {_escaped(_rule(change))}" for change in found.rules)]
    rule = None
    for change in found.changes:
        if change.rule != rule:
            rule = change.rule
            lines += ["", f"### {_escaped(rule)}", "", _counts(found, rule), ""]
            lines += ["| | Seen | Outlet | Story | By |", "|---|---|---|---|---|"]
        title = _escaped(change.title)
        story = f"[{title}](<{change.url.replace('>', '%3E')}>)" if change.url else title
        lines.append(
            f"| {_SIGNS[change.kind]} | {change.seen:%Y-%m-%d} | {_escaped(change.outlet)} | {story}"
            f" | {_escaped(_terms(change))} |"
        )
    return "\n".join(lines) + "\n"


def _head(found: Diff) -> str:
    since = f" seen since {found.since:%Y-%m-%d %H:%M} UTC" if found.since else ""
    counts = Counter(change.kind for change in found.changes)
    said = ", ".join(f"{counts[kind]} {kind}" for kind in ChangeKind)
    gone = f"; {found.texts_gone} cannot be told (text gone)" if found.texts_gone else ""
    return f"{found.looked_at} revisions{since}: {said}{gone}"


def _rule(change: RuleChange) -> str:
    was = f" (was {change.was})" if change.was and change.was != change.rule else ""
    return f"{change.kind}: {change.rule}{was}"


def _counts(found: Diff, rule: str) -> str:
    counts = Counter(change.kind for change in found.changes if change.rule == rule)
    return ", ".join(f"{counts[kind]} {kind}" for kind in ChangeKind if counts[kind])


def _terms(change: Change) -> str:
    return ", ".join(change.terms)


def _escaped(text: str) -> str:
    for sign in "\\|*_`[]<>#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def values(report: object) -> object:
    """Turn a report into what JSON knows: mappings, lists, text, numbers; instants as ISO 8601."""
    if dataclasses.is_dataclass(report) and not isinstance(report, type):
        return {f.name: values(getattr(report, f.name)) for f in dataclasses.fields(report)}
    if isinstance(report, Enum):
        return report.value
    if isinstance(report, datetime):
        return report.isoformat()
    if isinstance(report, Mapping):
        return {str(values(key)): values(value) for key, value in report.items()}
    if isinstance(report, list | tuple):
        return [values(part) for part in report]
    return report
