"""Trying rules on the stored past: backtest, diff, what terms really match, what the archive says against a rulebook.

Nothing here sends or writes. Instants are aware; `since` is included, `until` is not.
"""

from __future__ import annotations

from monitor.app.tuning.backtest import (
    Backtest,
    Disagreement,
    Gone,
    Hit,
    Shown,
    Tally,
    backtest,
    shown,
    tallies,
)
from monitor.app.tuning.diff import Change, ChangeKind, Diff, RuleChange, RuleChangeKind, changed_rules, diff
from monitor.app.tuning.lint import Exploding, Linted, Swallowed, Unseen, lint
from monitor.app.tuning.log import InForce, SetChange, rulebook_log
from monitor.app.tuning.past import Found, newest
from monitor.app.tuning.render import diff_markdown, diff_text, values
from monitor.app.tuning.vocabulary import Expanded, Expansion, Form, Longer, expand

__all__ = [
    "Backtest",
    "Change",
    "ChangeKind",
    "Diff",
    "Disagreement",
    "Expanded",
    "Expansion",
    "Exploding",
    "Form",
    "Found",
    "Gone",
    "Hit",
    "InForce",
    "Linted",
    "Longer",
    "RuleChange",
    "RuleChangeKind",
    "SetChange",
    "Shown",
    "Swallowed",
    "Tally",
    "Unseen",
    "backtest",
    "changed_rules",
    "diff",
    "diff_markdown",
    "diff_text",
    "expand",
    "lint",
    "newest",
    "rulebook_log",
    "shown",
    "tallies",
    "values",
]
