"""How to decide rules fast: which literals make a rule worth a look, and a test for each.

Every rule is filed under the literals of its rarest group: a story that holds none of them cannot meet it.
Only rules whose group was seen are looked at; a plain list needs no look at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from monitor.rules.builder import Builder, Probe
from monitor.rules.reading import Reading
from monitor.rules.tree import ROUNDING, judge, resolve
from monitor.rules.values import (
    DEFAULT_FIELDS,
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    Field,
    Leaf,
    NoneOf,
    Rule,
    Score,
)

__all__ = ["Form", "Plan", "Program", "link", "plan"]

Test = Callable[[Reading], bool]
Group = frozenset[int]
Numbers = tuple[int, ...]
_NONE: Group = frozenset()


@dataclass(frozen=True, slots=True)
class Form:
    """A test as data: of each group one literal stands in a default field, of `banned` none does, and `rest`."""

    groups: tuple[Group, ...] = ()
    banned: Group = _NONE
    rest: Test | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How to decide one clause. `need`: one of these was seen if it holds; None: nothing need be seen.

    `plain` is set when the clause holds exactly when one of these literals stands in a default field,
    `banned` when it holds exactly when none of these does.
    """

    test: Test
    need: Group | None
    plain: Group | None = None
    banned: Group | None = None
    form: Form | None = None
    told: bool = (
        False  # of a whole rule: all that is seen of it, and under the terms of `Builder.terms`, is evidence
    )


@dataclass(frozen=True, slots=True)
class Program:
    """All rules together: by literal, the rules it decides and the rules it makes worth a look."""

    forms: tuple[Form | None, ...]  # by rule; None where a literal decides
    told: bytes  # by rule; see Plan
    sure: tuple[Numbers, ...]
    worth: tuple[Numbers, ...]
    always: Numbers

    def met(self, reading: Reading) -> list[int]:
        """Give the numbers of the rules whose clause is met, ascending."""
        present = reading.present
        met = set(chain.from_iterable(map(self.sure.__getitem__, present)))
        worth = set(chain.from_iterable(map(self.worth.__getitem__, reading.seen)))
        worth.update(self.always)
        for number in worth:
            form = self.forms[number]
            assert form is not None
            for group in form.groups:
                if group.isdisjoint(present):
                    break
            else:
                if form.banned.isdisjoint(present) and (form.rest is None or form.rest(reading)):
                    met.add(number)
        return sorted(met)

    def shown(self, reading: Reading) -> dict[int, list[int] | None]:
        """Give the rules that are met, each with the literals that are its evidence; None: it must be gathered."""
        present, told = reading.present, self.told
        met: dict[int, list[int] | None] = {}
        for literal in present:
            for number in self.sure[literal]:
                known = met.get(number)
                if known is not None:
                    known.append(literal)
                elif number not in met:
                    met[number] = [literal] if told[number] else None
        worth = set(chain.from_iterable(map(self.worth.__getitem__, reading.seen)))
        worth.update(self.always)
        for number in worth:
            form = self.forms[number]
            assert form is not None
            found: list[int] = []
            for group in form.groups:
                seen = group & present
                if not seen:
                    break
                found += seen
            else:
                if form.banned.isdisjoint(present) and (form.rest is None or form.rest(reading)):
                    met[number] = found if told[number] else None
        return met


def plan(rule: Rule, builder: Builder) -> Plan:
    """Plan the clause of one rule."""
    planner = _Planner(rule, builder)
    made = planner.clause(rule.clause)
    simple = made.plain is not None or (made.form is not None and made.form.rest is None)
    return replace(made, told=True) if simple and not planner.odd else made


def link(plans: Sequence[Plan], literals: int) -> Program:
    """File the rules under their literals, of which there are so many."""
    sure: list[list[int] | None] = [None] * literals
    worth: list[list[int] | None] = [None] * literals
    always = []
    for number, made in enumerate(plans):
        if made.plain is None and made.need is None:
            always.append(number)
            continue
        table = worth if made.plain is None else sure
        for literal in made.need or ():
            filed = table[literal]
            if filed is None:
                table[literal] = [number]
            else:
                filed.append(number)
    forms = tuple(None if p.plain is not None else p.form or Form(rest=p.test) for p in plans)
    return Program(forms, bytes([p.told for p in plans]), _frozen(sure), _frozen(worth), tuple(always))


def _frozen(lists: list[list[int] | None]) -> tuple[Numbers, ...]:
    return tuple([() if value is None else tuple(value) for value in lists])


def _every(tests: tuple[Test, ...]) -> Test | None:
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda reading: all(test(reading) for test in tests)


class _Planner:
    def __init__(self, rule: Rule, builder: Builder) -> None:
        self._rule = rule
        self._builder = builder
        self.odd = False  # whether a literal stands for another term here than in a rule before

    def _cost(self, group: Group) -> float:
        """Guess how often a group is seen: long literals are rare."""
        texts = self._builder.texts
        return sum(2.0 ** -len(texts[n]) for n in group)

    def clause(self, clause: Clause) -> Plan:
        match clause:
            case Leaf(term):
                return self._probes(self._builder.probes(term, self._rule.fields, self._rule.name))
            case AnyOf(clauses):
                return self._any(clauses)
            case AllOf(clauses):
                return self._all([self.clause(c) for c in clauses])
            case NoneOf(clauses):
                return self._none(clauses)
            case AtLeast(count, clauses):
                return self._at_least(count, [self.clause(c) for c in clauses])
            case Score():
                return self._score(clause)

    def _probes(self, probes: Sequence[Probe]) -> Plan:
        """Plan what holds when one of the probes is found."""
        plain = [p.literal for p in probes if p.check < 0 and p.fields == DEFAULT_FIELDS]
        other = tuple(p for p in probes if p.check >= 0 or p.fields != DEFAULT_FIELDS)
        group = frozenset(plain)
        terms = self._builder.terms
        self.odd = self.odd or any(terms[p.literal] != p.term for p in probes if p.check < 0)
        if not other:
            return Plan(lambda reading: not group.isdisjoint(reading.present), group, group)
        need = self._need(group, other)
        if not group:
            return Plan(lambda reading: any(map(reading.found, other)), need)
        return Plan(
            lambda reading: not group.isdisjoint(reading.present) or any(map(reading.found, other)), need
        )

    def _need(self, group: Group, probes: Iterable[Probe]) -> Group | None:
        needed = set(group)
        for probe in probes:
            if probe.check < 0:
                needed.add(probe.literal)
                continue
            needs = self._builder.checks[probe.check].needs
            if not needs:
                return None
            rarest: Group = min(needs, key=self._cost)
            needed |= rarest
        return frozenset(needed)

    def _any(self, clauses: tuple[Clause, ...]) -> Plan:
        leaves = [c for c in clauses if isinstance(c, Leaf)]
        probes = [p for c in leaves for p in self._builder.probes(c.term, self._rule.fields, self._rule.name)]
        plans = [self.clause(c) for c in clauses if not isinstance(c, Leaf)]
        if probes or not plans:
            plans.insert(0, self._probes(probes))
        if len(plans) == 1:
            return plans[0]
        plain = [p.plain for p in plans if p.plain is not None]
        if len(plain) == len(plans):
            return self._plain(frozenset().union(*plain))
        tests = tuple(p.test for p in plans)
        needs = [p.need for p in plans if p.need is not None]
        need = frozenset().union(*needs) if len(needs) == len(plans) else None
        return Plan(lambda reading: any(test(reading) for test in tests), need)

    def _plain(self, group: Group) -> Plan:
        return Plan(lambda reading: not group.isdisjoint(reading.present), group, group)

    def _all(self, plans: list[Plan]) -> Plan:
        if len(plans) == 1:
            return plans[0]
        groups = tuple(sorted((p.plain for p in plans if p.plain is not None), key=self._cost))
        banned = _NONE.union(*(p.banned for p in plans if p.banned is not None))
        tests = tuple(p.test for p in plans if p.plain is None and p.banned is None)
        need = min((p.need for p in plans if p.need is not None), key=self._cost, default=None)
        rest = _every(tests)

        def every(reading: Reading) -> bool:
            present = reading.present
            return (
                not any(group.isdisjoint(present) for group in groups)
                and banned.isdisjoint(present)
                and (rest is None or rest(reading))
            )

        return Plan(every, need, form=Form(groups, banned, rest))

    def _none(self, clauses: tuple[Clause, ...]) -> Plan:
        inner = self._any(clauses)
        test, plain = inner.test, inner.plain
        if plain is not None:
            return Plan(lambda reading: plain.isdisjoint(reading.present), None, banned=plain)
        return Plan(lambda reading: not test(reading), None)

    def _at_least(self, count: int, plans: list[Plan]) -> Plan:
        tests = tuple(p.test for p in plans)
        # Of any n - count + 1 clauses one is met: take those whose groups are seen least.
        needs = sorted((p.need for p in plans if p.need is not None), key=self._cost)
        enough = len(plans) - count + 1
        need = frozenset().union(*needs[:enough]) if len(needs) >= enough > 0 else None
        return Plan(lambda reading: sum(test(reading) for test in tests) >= count, need)

    def _score(self, score: Score) -> Plan:
        plans = [self.clause(c) for c, _ in score.weighted]
        weights = tuple(w for _, w in score.weighted)
        need = self._score_need(score, plans)
        if self._rule.weights:
            return Plan(self._weighing(score), need)
        tests = tuple(zip((p.test for p in plans), weights, strict=True))
        threshold = score.threshold - ROUNDING
        return Plan(lambda reading: sum(w for test, w in tests if test(reading)) >= threshold, need)

    def _weighing(self, score: Score) -> Test:
        """Weigh by field: that takes the places, so it is done on the tree."""
        node = resolve(score, self._rule, self._builder)
        weights: dict[Field, float] = dict(self._rule.weights)
        return lambda reading: judge(node, reading, weights).met

    def _score_need(self, score: Score, plans: list[Plan]) -> Group | None:
        """Leave out the clauses seen most as long as those left out cannot reach the threshold alone."""
        most = max([1.0, *self._rule.weights.values()])
        pairs = [(p, w * most) for p, (_, w) in zip(plans, score.weighted, strict=True) if w > 0]
        pairs.sort(key=lambda pair: float("-inf") if pair[0].need is None else -self._cost(pair[0].need))
        spare = score.threshold - ROUNDING
        needed: set[int] = set()
        for made, weight in pairs:
            if weight < spare:
                spare -= weight
            elif made.need is None:
                return None
            else:
                needed |= made.need
        return frozenset(needed)
