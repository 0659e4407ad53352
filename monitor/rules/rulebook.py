"""The compiled rulebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from monitor.rules.automaton import Automaton, automaton
from monitor.rules.builder import Builder, Probe
from monitor.rules.check import check_rule, check_tests
from monitor.rules.describe import describe
from monitor.rules.digest import digest
from monitor.rules.prefilter import Prefilter, phrases, prefilter, prefilter_probe
from monitor.rules.program import Program, link, plan
from monitor.rules.reading import Reading
from monitor.rules.scope import EVERYWHERE, in_scope
from monitor.rules.search import Token
from monitor.rules.tree import Node, Sources, resolve, sources
from monitor.rules.values import DEFAULT_FIELDS, Field, Problem, Rule, RuleProblems, Scope, Term
from monitor.rules.walk import leaves, sets_of
from monitor.story import Story

__all__ = ["Rulebook", "assembled", "compile_rulebook"]


@dataclass(frozen=True, slots=True)
class _Engine:
    """What matches: literals and needles, the automaton over the literals, the tests, the fields to read."""

    builder: Builder
    scanner: Automaton
    program: Program
    extra: tuple[Field, ...]
    scopes: Mapping[int, Scope]  # of the rules that have one, by number
    trees: dict[str, Node] = field(default_factory=dict)  # made when first asked for
    sources: dict[str, Sources] = field(default_factory=dict)  # made when a rule is first met


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rules in force, ready to match. `hash` is that of the file they were read from."""

    rules: Mapping[str, Rule]
    term_sets: Mapping[str, tuple[Term, ...]]
    hash: str
    warnings: tuple[Problem, ...]
    _engine: _Engine = field(repr=False, compare=False)
    _names: tuple[str, ...] = field(repr=False, compare=False)

    @property
    def parts(self) -> tuple[Builder, Program]:
        """What was compiled, for keeping it."""
        return self._engine.builder, self._engine.program

    @property
    def scopes(self) -> Mapping[int, Scope]:
        """The scopes of the rules that have one, by their place."""
        return self._engine.scopes

    @property
    def extra(self) -> tuple[Field, ...]:
        """The fields beyond the usual ones that are looked at."""
        return self._engine.extra

    def digest(self, rule: str) -> str:
        """Give the stable hash of what one rule means: term sets expanded, words folded, its scope.

        Its name, priority, tags and tests are not part of it.
        """
        return digest(self.rules[rule], self.tree(rule), self._engine.builder)

    def describe(self, rule: str) -> str:
        """Say in plain words what one rule looks for."""
        return describe(self.rules[rule], self.tree(rule))

    def prefilter(self, rule: str) -> Prefilter:
        """Give the question that finds, in an index over folded text, the stories that may meet a rule."""
        return prefilter(self.rules[rule], self.tree(rule), self._engine.builder)

    def prefilter_probe(self, probe: Probe) -> Prefilter:
        """Give the question that finds the stories that may hold one thing the rules look for."""
        return prefilter_probe(probe, self._engine.builder)

    def phrases(self, probe: Probe) -> tuple[tuple[Token, ...], ...]:
        """Give the words that one thing the rules look for is made of."""
        return phrases(probe, self._engine.builder)

    def read(self, story: Story) -> Reading:
        """Fold a story and find every literal in it."""
        return Reading(story, self._engine.builder, self._engine.scanner, self._engine.extra)

    def met(self, reading: Reading, story: Story, now: datetime | None = None) -> list[str]:
        """Give the names of the rules the story meets, in the order of the file."""
        names, scopes = self._names, self._engine.scopes
        found = self._engine.program.met(reading)
        if scopes:
            found = [n for n in found if n not in scopes or in_scope(scopes[n], story, now)]
        return [names[number] for number in found]

    def shown(
        self, reading: Reading, story: Story, now: datetime | None = None
    ) -> list[tuple[str, list[int] | None]]:
        """Give what `met` gives, with the literals that are a rule's evidence; None: ask its `sources`."""
        names, scopes = self._names, self._engine.scopes
        met = self._engine.program.shown(reading)
        if scopes:
            met = {n: x for n, x in met.items() if n not in scopes or in_scope(scopes[n], story, now)}
        return [(names[number], met[number]) for number in sorted(met)]

    @property
    def terms(self) -> Sequence[str]:
        """The terms that the literals of `shown` stand for."""
        return self._engine.builder.terms

    def tree(self, rule: str) -> Node:
        """Give the clauses of a rule with their term sets expanded."""
        known = self._engine.trees.get(rule)
        if known is None:
            found = self.rules[rule]
            known = self._engine.trees[rule] = resolve(found.clause, found, self._engine.builder)
        return known

    def sources(self, rule: str) -> Sources:
        """Say where the evidence of a rule comes from once it is met."""
        known = self._engine.sources.get(rule)
        if known is None:
            known = self._engine.sources[rule] = sources(self.tree(rule))
        return known


def compile_rulebook(
    rules: Sequence[Rule],
    term_sets: Mapping[str, tuple[Term, ...]],
    *,
    hash: str = "",  # noqa: A002
) -> Rulebook:
    """Compile rules; raise RuleProblems holding everything wrong with them, failing inline tests included."""
    builder = Builder(term_sets)
    builder.check_sets()
    plans = [plan(rule, builder) for rule in rules]
    problems = [*builder.problems, *_names(rules), *(p for rule in rules for p in check_rule(rule))]
    warnings = tuple(p for p in problems if p.warning)
    named = {rule.name: rule for rule in rules}
    scopes = {number: rule.scope for number, rule in enumerate(rules) if rule.scope != EVERYWHERE}
    extra = _extra_fields(rules, term_sets)
    program = link(plans, len(builder.texts))
    book = assembled(named, builder, program, hash, warnings, scopes, extra)
    problems += _failing_tests(book, [p for p in problems if not p.warning])
    if len(warnings) < len(problems):
        raise RuleProblems(tuple(problems))
    return book


def assembled(
    rules: Mapping[str, Rule],
    builder: Builder,
    program: Program,
    hash: str,  # noqa: A002
    warnings: tuple[Problem, ...],
    scopes: Mapping[int, Scope],
    extra: tuple[Field, ...],
) -> Rulebook:
    """Put a rulebook together from its compiled parts."""
    engine = _Engine(builder, automaton(builder.texts), program, extra, scopes)
    sets = MappingProxyType(dict(builder.term_sets))
    return Rulebook(MappingProxyType(rules), sets, hash, warnings, engine, tuple(rules))


def _failing_tests(book: Rulebook, known: Sequence[Problem]) -> list[Problem]:
    """Run the inline tests of every rule that has no other problem, nor has a set it looks for."""
    rules, sets = {p.rule for p in known}, {p.term_set for p in known}
    return [
        problem
        for rule in book.rules.values()
        if rule.tests and rule.name not in rules
        if not sets & sets_of((leaf.term for leaf in leaves(rule.clause)), book.term_sets)
        for problem in check_tests(rule, book.tree(rule.name), book.read)
    ]


def _names(rules: Sequence[Rule]) -> list[Problem]:
    problems = []
    known: set[str] = set()
    for rule in rules:
        if rule.name in known:
            problems.append(
                Problem(rule.name, None, None, "this name is taken by a rule above: give it another")
            )
        known.add(rule.name)
    for rule in rules:
        problems += [
            Problem(rule.name, None, None, f'formerly names "{name}", which is a rule of its own here')
            for name in rule.formerly
            if name in known
        ]
    return problems


def _extra_fields(rules: Sequence[Rule], term_sets: Mapping[str, tuple[Term, ...]]) -> tuple[Field, ...]:
    """Give the fields beyond the default ones that any term is looked for in."""
    named = {t.field for terms in term_sets.values() for t in terms}
    for rule in rules:
        if rule.fields != DEFAULT_FIELDS:
            named.update(rule.fields)
        named.update(leaf.term.field for leaf in leaves(rule.clause))
    return tuple(f for f in Field if f in named and f not in DEFAULT_FIELDS)
