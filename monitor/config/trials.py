"""The inline tests of a rulebook, run one by one, so that failing ones can be told beside the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.config.composing import compose
from monitor.config.forms import Form
from monitor.config.loading import loads
from monitor.config.nodes import Ledger, Table
from monitor.config.ruleforms import RulesRead, read_rules, read_terms
from monitor.config.terms import Places
from monitor.errors import RulesError
from monitor.rules import Rule, Rulebook, RuleProblems, compile_rulebook
from monitor.rules.check import check_tests

__all__ = ["Trial", "trials"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One inline test: where it stands, what it is about, and what is wrong ("" when it passes)."""

    rule: str
    line: int
    story: str  # its headline, or what else it has
    expect_match: bool
    problem: str

    @property
    def passed(self) -> bool:
        """Whether the rule does what the test wants."""
        return not self.problem


def trials(text: str, path: Path) -> tuple[tuple[str, ...], tuple[Trial, ...]]:
    """Run every inline test of a rules.yaml; give the names of its rules, and the tests in the order of the file.

    Raises RulesError where anything but failing tests keeps the rules from being read.
    """
    rules, book = _read(text, path)
    found = tuple(t for rule in rules.rules for t in _run(rule, rules, book))
    if all(t.passed for t in found):
        loads(text, path, None)  # nothing else may be wrong either
    return tuple(rule.name for rule in rules.rules), found


def _read(text: str, path: Path) -> tuple[RulesRead, Rulebook]:
    """Read terms and rules, and compile them as if they had no tests."""
    ledger = Ledger(path.name)
    root = compose(text, ledger)
    if isinstance(root, Table):
        top = Form(root, "", ledger)
        places: Places = {}
        sets = read_terms(top.node("terms"), ledger, places)
        rules = read_rules(top.node("rules"), ledger, places, "UTC")
        if not ledger.broken and rules.rules:
            try:
                return rules, compile_rulebook([replace(r, tests=()) for r in rules.rules], sets.terms)
            except RuleProblems:
                pass  # said by loads(), with its place
    loads(text, path, None)
    raise RulesError(tuple(ledger.mistakes))


def _run(rule: Rule, rules: RulesRead, book: Rulebook) -> Iterator[Trial]:
    tree = book.tree(rule.name)
    for place in rules.tests.get(rule.name, ()):
        test, story = place.test, place.test.story
        problem = next(check_tests(replace(rule, tests=(test,)), tree, book.read), None)
        about = story.title or story.summary or story.body
        yield Trial(rule.name, place.spot.line, about, test.expect_match, problem.text if problem else "")
