"""What editors want to be told of: terms, clauses, rules, and the compiled rulebook.

The language is described in docs/reference/rule-language.md.
"""

from __future__ import annotations

from monitor.rules.data import rulebook_from_data, rulebook_to_data
from monitor.rules.rulebook import Rulebook, compile_rulebook
from monitor.rules.terms import parse_term
from monitor.rules.values import (
    DEFAULT_FIELDS,
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    Clause,
    Field,
    Kind,
    Leaf,
    Near,
    NoneOf,
    Pattern,
    Phrase,
    Problem,
    QueryError,
    Regex,
    Rule,
    RuleProblems,
    RuleTest,
    Scope,
    Score,
    SetRef,
    Slot,
    Term,
    TermError,
)
from monitor.rules.walk import leaves, set_holding, sets_of


def parse_query(text: str) -> Clause:
    """Read a Boolean query (AND, OR, NOT, NEAR, brackets, quotes); raise QueryError."""
    from monitor.rules.query import parse_query as read  # its grammar is slow to load, and queries are rare

    return read(text)


__all__ = [
    "DEFAULT_FIELDS",
    "AllOf",
    "AnyOf",
    "AtLeast",
    "Choice",
    "Clause",
    "Field",
    "Kind",
    "Leaf",
    "Near",
    "NoneOf",
    "Pattern",
    "Phrase",
    "Problem",
    "QueryError",
    "Regex",
    "Rule",
    "RuleProblems",
    "RuleTest",
    "Rulebook",
    "Scope",
    "Score",
    "SetRef",
    "Slot",
    "Term",
    "TermError",
    "compile_rulebook",
    "leaves",
    "parse_query",
    "parse_term",
    "rulebook_from_data",
    "rulebook_to_data",
    "set_holding",
    "sets_of",
]
