"""The sections `terms:` and `rules:` -> term sets and rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.config.forms import Form, a_kind, as_number, slug
from monitor.config.nodes import Items, Ledger, Node, Spot, Table, Text, listed, meant, shown
from monitor.config.ruletests import TestPlace, read_tests
from monitor.config.terms import Places, TermReader, within
from monitor.routes import Priority
from monitor.rules import (
    DEFAULT_FIELDS,
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    Field,
    Leaf,
    NoneOf,
    Phrase,
    QueryError,
    Rule,
    Scope,
    Score,
    Slot,
    Term,
    leaves,
    parse_query,
)

__all__ = ["PRIORITIES", "RULE_KEYS", "RulesRead", "SetsRead", "read_rules", "read_terms"]

RULE_KEYS = (
    *("any", "all", "none", "at_least", "of", "score", "threshold", "query"),
    *("fields", "weights", "outlets", "languages", "sections", "active"),
    *("priority", "tags", "follow_ups", "formerly", "tests"),
)
PRIORITIES = {priority.name.lower(): priority for priority in Priority}
_FIELDS = {str(name): name for name in Field}
_SEEKING = ("any", "all", "at_least", "score", "query")
_ELSEWHERE = {
    "channels": "who is told is written under routes:",
    "to": "who is told is written under routes:",
    "when": "when they are told is written under routes:",
    "digest": "when they are told is written under routes:",
    "quiet_hours": "when they are told is written under routes:",
}
_FOLLOW_UPS = {
    **dict.fromkeys(("first only", "none", "no", "off", "false"), 0),
    **dict.fromkeys(("each outlet", "each", "every outlet", "yes", "on", "true"), 1),
}
_FOLLOW_UPS_ARE = '"first only", "each outlet" or "every 3"'
_ANYTHING = Term("anything", Phrase((Slot("anything"),)))  # stands in where every term is broken
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)


@dataclass(slots=True)
class RulesRead:
    """Rules and where each thing in them stands, for the mistakes that are found later."""

    rules: list[Rule] = field(default_factory=list)
    broken: list[Rule] = field(default_factory=list)  # what could be read of a rule that has mistakes
    names: dict[str, Spot] = field(default_factory=dict)  # whether a rule could be read or not
    queries: dict[str, Text] = field(default_factory=dict)
    tests: dict[str, tuple[TestPlace, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetsRead:
    """Term sets. A name is kept even where its terms are broken, so that one slip is one mistake."""

    terms: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def read_terms(node: Node | None, ledger: Ledger, places: Places) -> SetsRead:
    """Read the term sets."""
    read = SetsRead()
    if node is None:
        return read
    if not isinstance(node, Table):
        ledger.add(
            node.spot,
            f"terms: takes names with lists, such as  uyghur: [Uyghur*, Uighur*], not {a_kind(node)}",
        )
        return read
    for name, value in node.pairs:
        before = ledger.count
        reader = TermReader("terms", name.text, ledger, places)
        if not re.fullmatch(r"[^\W\d][\w-]*", name.text):
            bare = name.text.removeprefix("$")
            hint = (
                f"write {bare}: here and ${bare} in rules"
                if name.text.startswith("$")
                else "such as forced_labour"
            )
            reader.add(name.spot, f"the name of a term set is one word of letters, digits, _ and -; {hint}")
        if isinstance(value, Items):
            terms = (reader.term(item) for item in value.items)
            read.terms[name.text] = tuple(term for term in terms if term is not None) or (_ANYTHING,)
            if not value.items:
                reader.add(value.spot, "the list is empty; write terms in it or delete the set")
        else:
            reader.add(value.spot, f"a term set is a list: {name.text}: [one term, another]")
            read.terms[name.text] = (_ANYTHING,)
        places.setdefault(("terms", name.text, ""), name.spot)
        if ledger.count > before:
            read.broken.add(name.text)
    return read


def read_rules(node: Node | None, ledger: Ledger, places: Places, zone: str) -> RulesRead:
    """Read all rules; of one that has a mistake, what could be read is kept apart."""
    read = RulesRead()
    if not isinstance(node, Table):
        if node is not None:
            ledger.add(
                node.spot, f"rules: takes names with lists, such as  Huawei: [Huawei], not {a_kind(node)}"
            )
        return read
    if not node.pairs:
        ledger.add(node.spot, "there are no rules; write at least one, such as  Huawei: [Huawei]")
    for name, value in node.pairs:
        read.names[name.text] = name.spot
        places[("rule", name.text, "")] = name.spot
        if not name.text.strip():
            ledger.add(name.spot, "a rule needs a name in front of its colon")
            continue
        _RuleForm(TermReader("rule", name.text, ledger, places), read, zone).read(name, value)
    _check_former_names(read, ledger)
    return read


def _check_former_names(read: RulesRead, ledger: Ledger) -> None:
    taken: dict[str, str] = {}
    for rule in read.rules:
        for old in rule.formerly:
            if old in taken:
                text = f'rule "{rule.name}": formerly names {shown(old)}, and so does rule "{taken[old]}"; only one can'
                ledger.add(read.names[rule.name], text)
            taken.setdefault(old, rule.name)


@dataclass(frozen=True, slots=True)
class _RuleForm:
    terms: TermReader
    read_so_far: RulesRead
    zone: str

    def read(self, name: Text, value: Node) -> None:
        ledger = self.terms.ledger
        before = ledger.count
        if isinstance(value, Items):
            clause: Clause = AnyOf(self.terms.leaves(value, ""))
            rule = Rule(name=name.text, clause=clause if ledger.count == before else self._any_of_all())
        elif isinstance(value, Table):
            rule = self._table(name, Form(value, self.terms.where, ledger))
        else:
            hint = f"  {name.text}: [{value.text or 'one term, another'}]"
            self.terms.add(
                name.spot if value.empty else value.spot, f"a rule is a list of terms; write{hint}"
            )
            return
        if ledger.count == before:
            self.read_so_far.rules.append(rule)
        else:
            self.read_so_far.broken.append(replace(rule, tests=()))

    def _any_of_all(self, *clauses: Clause) -> Clause:
        """Give the terms of a broken rule as a list, so that what is wrong with them is told as well."""
        found = dict.fromkeys([*self.terms.terms, *(leaf.term for part in clauses for leaf in leaves(part))])
        return AnyOf(tuple(map(Leaf, found)) or (Leaf(_ANYTHING),))

    def _table(self, name: Text, form: Form) -> Rule:
        before = form.ledger.count
        self._only_known(form)
        clauses = tuple(clause for clause in self._clauses(form) if clause is not None)
        if not any(form.has(key) for key in _SEEKING):
            form.add(name.spot, "this rule looks for nothing; give it any, all, at_least, score or query")
        if form.ledger.count > before:
            clauses = (self._any_of_all(*clauses),)
        tests, places = read_tests(form)
        self.read_so_far.tests[name.text] = places
        return Rule(
            name=name.text,
            clause=clauses[0] if len(clauses) == 1 else AllOf(clauses),
            fields=self._fields(form),
            weights=self._weights(form),
            scope=self._scope(form),
            priority=form.choice("priority", PRIORITIES, Priority.NORMAL),
            tags=tuple(text.text for text in form.texts("tags")),
            follow_ups=self._follow_ups(form),
            formerly=tuple(text.text for text in form.texts("formerly")),
            tests=tests,
        )

    def _follow_ups(self, form: Form) -> int:
        """Read every how many further outlets are told: 0 is the first report only."""
        node = form.scalar("follow_ups", "one text")
        if node is None:
            return 1
        words = " ".join(node.text.casefold().split())
        if words in _FOLLOW_UPS:
            return _FOLLOW_UPS[words]
        number = as_number(words.removeprefix("every ").removesuffix(" outlets"))
        if number is None or number < 1 or number != int(number):
            form.add(node.spot, f"follow_ups takes {_FOLLOW_UPS_ARE}, not {shown(node.text)}")
            return 1
        return int(number)

    def _only_known(self, form: Form) -> None:
        for key, _ in form.table.pairs:
            if key.text in RULE_KEYS:
                continue
            hint = _ELSEWHERE.get(key.text)
            why = f"; {hint}" if hint else meant(key.text, RULE_KEYS) or f"; known here: {listed(RULE_KEYS)}"
            form.add(key.spot, f"unknown key {shown(key.text)}{why}")

    def _clauses(self, form: Form) -> tuple[Clause | None, ...]:
        readers: tuple[Callable[[Form], Clause | None], ...] = (
            *(self._any, self._all, self._at_least, self._score, self._query, self._none),
        )
        return tuple(reader(form) for reader in readers)

    def _list(self, form: Form, key: str) -> Items | None:
        node = form.node(key)
        if node is None or isinstance(node, Items):
            return node
        if isinstance(node, Text):
            form.add(node.spot, f"{key} takes a list: {key}: [{node.text}]")
        else:
            form.add(node.spot, f"{key} takes a list of terms, such as [one term, another], not a table")
        return None

    def _any(self, form: Form) -> Clause | None:
        node = self._list(form, "any")
        return None if node is None else AnyOf(self.terms.leaves(node, "any"))

    def _none(self, form: Form) -> Clause | None:
        node = self._list(form, "none")
        return None if node is None else NoneOf(self.terms.leaves(node, "none"))

    def _all(self, form: Form) -> Clause | None:
        node = self._list(form, "all")
        if node is None:
            return None
        if not node.items:
            form.add(node.spot, "the list of all is empty; nothing could ever match")
        clauses: list[Clause] = []
        for item in node.items:
            if isinstance(item, Items):
                clauses.append(AnyOf(self.terms.leaves(item, "a group of all")))
            elif (leaf := self.terms.leaf(item, "all")) is not None:
                clauses.append(leaf)
        return AllOf(tuple(clauses))

    def _at_least(self, form: Form) -> Clause | None:
        if not form.has("at_least") and not form.has("of"):
            return None
        if not (form.has("at_least") and form.has("of")):
            there, missing = ("at_least", "of") if form.has("at_least") else ("of", "at_least")
            form.add(
                form.table.name(there).spot,
                f"{there} needs {missing} beside it: at_least: 2 and of: [one, two, three]",
            )
            return None
        count = int(form.number("at_least", 1, least=1, whole=True))
        node = self._list(form, "of")
        if node is None:
            return None
        leaves = self.terms.leaves(node, "of")
        if count > len(node.items) > 0:
            form.add(
                form.at("at_least"),
                f"at_least asks for {count} of {len(node.items)} terms; that can never be",
            )
        return AtLeast(count, leaves)

    def _score(self, form: Form) -> Clause | None:
        if not form.has("score") and not form.has("threshold"):
            return None
        if not (form.has("score") and form.has("threshold")):
            there, missing = ("score", "threshold") if form.has("score") else ("threshold", "score")
            form.add(
                form.table.name(there).spot,
                f"{there} needs {missing} beside it: score: {{term: 2}} and threshold: 3",
            )
            return None
        table = form.form("score")
        threshold = form.number("threshold", 1, least=0.000001)
        return None if table is None else Score(self._weighted(table), threshold)

    def _weighted(self, table: Form) -> tuple[tuple[Clause, float], ...]:
        weighted: list[tuple[Clause, float]] = []
        if not table.table.pairs:
            table.add(table.table.spot, "no terms stand in it; write  score: {term: 2}")
        for key, value in table.table.pairs:
            weight = as_number(value.text) if isinstance(value, Text) else None
            if weight is None:
                what = "nothing" if isinstance(value, Text) and value.empty else a_kind(value)
                table.add(value.spot, f"the weight of {shown(key.text)} must be a number, not {what}")
            term = self.terms.leaf(key, "score")
            if term is not None and weight is not None:
                weighted.append((term, weight))
        return tuple(weighted)

    def _query(self, form: Form) -> Clause | None:
        node = form.scalar("query", "one text in quotes")
        if node is None:
            return None
        self.read_so_far.queries[self.terms.owner] = node
        try:
            return parse_query(node.text)
        except QueryError as error:
            form.add(within(node, error.offset, form.ledger), f"query: {error}")
            return None

    def _fields(self, form: Form) -> tuple[Field, ...]:
        found = []
        for text in form.texts("fields"):
            if (name := _FIELDS.get(text.text.casefold())) is None:
                form.add(
                    text.spot,
                    f"unknown field {shown(text.text)}{meant(text.text, _FIELDS) or f'; fields are {listed(_FIELDS)}'}",
                )
            else:
                found.append(name)
        return tuple(dict.fromkeys(found)) or DEFAULT_FIELDS

    def _weights(self, form: Form) -> dict[Field, float]:
        table = form.form("weights")
        if table is None:
            return {}
        if not form.has("score"):
            form.add(
                form.table.name("weights").spot,
                "weights count only in a score; add score and threshold or delete weights",
            )
        table.only(_FIELDS)
        known = [key.text for key, _ in table.table.pairs if key.text in _FIELDS]
        return {_FIELDS[key]: table.number(key, 1.0) for key in known}

    def _scope(self, form: Form) -> Scope:
        include, exclude = self._outlets(form)
        begin, end = self._active(form)
        languages = form.texts("languages")
        for text in languages:
            if not _LANGUAGE.fullmatch(text.text):
                form.add(
                    text.spot, f"languages takes codes such as en, de or zh-Hant, not {shown(text.text)}"
                )
        return Scope(
            outlets_include=include,
            outlets_exclude=exclude,
            languages=tuple(text.text.lower() for text in languages),
            sections=tuple(text.text for text in form.texts("sections")),
            active_from=begin,
            active_until=end,
        )

    def _outlets(self, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if not isinstance(form.table.get("outlets"), Table):
            return tuple(slug(text.text) for text in form.texts("outlets")), ()
        table = form.form("outlets")
        if table is None:
            return (), ()
        table.only(("include", "exclude"))
        include, exclude = table.texts("include"), table.texts("exclude")
        return tuple(slug(text.text) for text in include), tuple(slug(text.text) for text in exclude)

    def _active(self, form: Form) -> tuple[datetime | None, datetime | None]:
        table = form.form("active")
        if table is None:
            return None, None
        table.only(("from", "until"))
        first, last = table.day("from"), table.day("until")
        if first and last and last < first:
            table.add(table.at("until"), f"until ({last}) lies before from ({first})")
        zone = ZoneInfo(self.zone)
        begin = datetime.combine(first, time(), zone) if first else None
        end = datetime.combine(last + timedelta(days=1), time(), zone) if last else None
        return begin, end
