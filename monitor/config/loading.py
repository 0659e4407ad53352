"""load(): one rules.yaml -> one Newsroom, or every mistake in it with its line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from zoneinfo import available_timezones

from monitor.config import cache
from monitor.config.composing import MAX_BYTES, compose
from monitor.config.forms import Form, a_kind, slug
from monitor.config.newsroom import Newsroom
from monitor.config.nodes import Items, Ledger, Spot, Table, Text, listed, meant, shown
from monitor.config.ruleforms import RulesRead, SetsRead, read_rules, read_terms
from monitor.config.ruletests import failing
from monitor.config.sources import read_sources
from monitor.config.telling import read_settings, read_told
from monitor.config.terms import Places, within
from monitor.errors import ConfigError, RulesError
from monitor.rules import Problem, Rulebook, RuleProblems, Term, compile_rulebook, leaves, sets_of
from monitor.story import Outlet

__all__ = ["TOP_KEYS", "load", "load_rulebook", "loads"]

TOP_KEYS = (
    *(
        "version",
        "timezone",
        "operator",
        "terms",
        "rules",
        "routes",
        "channels",
        "sources",
        "settings",
        "briefs",
    ),
)
_VERSION = "1"
_NO_OUTLETS: Mapping[str, Outlet] = {}


def load(
    path: Path | str, *, outlets: Mapping[str, Outlet] = _NO_OUTLETS, folder: Path | None = None
) -> Newsroom:
    """Read rules.yaml. `outlets` are the shipped outlets that `sources:` may name.

    With a `folder` (`cache.FOLDER`, beside the database) what was loaded is kept there as data for the next
    process. Raises RulesError holding every mistake, or ConfigError when the file cannot be read at all.
    """
    path = Path(path)
    text = _read(path)
    if folder is None:
        return loads(text, path, outlets)
    key = cache.key_of(text, outlets)
    found = cache.kept(folder, path, text, key)
    if found is None:
        found = loads(text, path, outlets)
        cache.keep(folder, found, key)
    return found


def load_rulebook(path: Path | str) -> Rulebook:
    """Read and compile the rules of a file; outlets it names are not checked. Raises RulesError, ConfigError."""
    path = Path(path)
    return loads(_read(path), path, None).rulebook


def loads(text: str, path: Path, outlets: Mapping[str, Outlet] | None) -> Newsroom:
    """Read the text of a rules.yaml, for instance the last good one that the store kept. `path` names it."""
    with cache.swift():
        return _loads(text, path, outlets)


def _loads(text: str, path: Path, outlets: Mapping[str, Outlet] | None) -> Newsroom:
    ledger = Ledger(path.name)
    root = compose(text, ledger)
    if not isinstance(root, Table):
        if not ledger.broken:
            what = "the file is empty" if root is None else f"the file holds {a_kind(root)}"
            ledger.add(
                Spot(1, 1), f"{what}; write rules: and under it at least one rule, such as  Huawei: [Huawei]"
            )
        raise RulesError(tuple(ledger.mistakes))
    newsroom = _newsroom(Form(root, "", ledger), text, path, outlets)
    if newsroom is None:
        raise RulesError(tuple(ledger.mistakes))
    return newsroom


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RulesError(
                Ledger(path.name).only(
                    Spot(1, 1), "the file is larger than 2 MiB; a rulebook must be smaller"
                )
            )
        data = path.read_bytes()
    except FileNotFoundError:
        msg = f"{path} is not there. Run `copytaster init` to write one, or say where it is with --dir."
        raise ConfigError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}. Mend its permissions or its disk."
        raise ConfigError(msg) from None
    return _decode(data, path)


def _decode(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        text = "this is not UTF-8 text; save the file as UTF-8 in your editor"
        raise RulesError(Ledger(path.name).only(Spot(line, column), text)) from None


def _newsroom(top: Form, text: str, path: Path, outlets: Mapping[str, Outlet] | None) -> Newsroom | None:
    ledger = top.ledger
    torn = {mistake.line for mistake in ledger.mistakes if not mistake.warning}
    top.only(TOP_KEYS)
    _version(top)
    zone = _timezone(top)
    places: Places = {}
    sets = read_terms(top.node("terms"), ledger, places)
    if not top.has("rules") and not any('"rules"' in meant(key.text, TOP_KEYS) for key, _ in top.table.pairs):
        top.add(top.table.spot, "rules: is missing; write at least one rule, such as  Huawei: [Huawei]")
    rules = read_rules(top.node("rules"), ledger, places, zone)
    told = read_told(top, rules, zone)
    found = read_sources(top.node("sources"), ledger, outlets)
    settings = read_settings(top, zone)
    _scopes(top, rules, found, outlets)
    digest = hashlib.sha256(text.encode()).hexdigest()
    _drop_spoilt_tests(rules, sets, torn, places)
    rulebook = _compile(rules, sets.terms, places, ledger, digest)
    if rulebook is None or ledger.broken:
        return None
    return Newsroom(
        path=path,
        text=text,
        hash=digest,
        zone=zone,
        rulebook=rulebook,
        routes=told.routes,
        channels=told.channels,
        outlets=found,
        operator=told.operator,
        settings=settings,
        briefs=told.briefs,
        warnings=ledger.warnings,
    )


def _version(top: Form) -> None:
    node = top.scalar("version", "1")
    if node is not None and node.text != _VERSION:
        top.add(
            node.spot,
            f"version is {_VERSION}, not {shown(node.text)}; this file may be made for a later Copytaster",
        )


def _timezone(top: Form) -> str:
    node = top.scalar("timezone", "one time zone")
    if node is None:
        return "UTC"
    if node.text in available_timezones():
        return node.text
    places = sorted(zone for zone in available_timezones() if zone.startswith(f"{node.text.title()}/"))
    hint = (
        f"; name a place in it, such as {listed(places[:3])}"
        if places
        else meant(node.text, available_timezones()) or "; write it as Europe/Berlin"
    )
    top.add(node.spot, f"timezone: there is no time zone {shown(node.text)}{hint}")
    return "UTC"


def _scopes(
    top: Form, rules: RulesRead, found: tuple[Outlet, ...], outlets: Mapping[str, Outlet] | None
) -> None:
    """Warn of a rule limited to an outlet that nothing polls, and of a route that would rather show its copies."""
    if outlets is None or not top.has("sources"):
        return
    known = {**outlets, **{outlet.name: outlet for outlet in found}}
    for rule in rules.rules:
        for name in (*rule.scope.outlets_include, *rule.scope.outlets_exclude):
            if name not in known:
                text = f'rule "{rule.name}": outlets: nothing under sources: is called {shown(name)}{_called(name, known)}'
                top.add(rules.names[rule.name], text, warning=True)
    for number, preferred in _preferred(top):
        name = slug(preferred.text)
        if name not in known:
            text = f"route {number}: duplicates: keep: nothing under sources: is called {shown(name)}{_called(name, known)}"
            top.add(preferred.spot, text, warning=True)


def _called(name: str, known: Mapping[str, Outlet]) -> str:
    """Give the name of an outlet that is meant by its title, else the nearest."""
    titled = next((outlet.name for outlet in known.values() if slug(outlet.title) == name), "")
    return f' (did you mean "{titled}"?)' if titled else meant(name, known)


def _preferred(top: Form) -> Iterator[tuple[int, Text]]:
    """Give the outlets whose copies a route would rather show, with the route's number."""
    routes = top.table.get("routes")
    for number, route in enumerate(routes.items if isinstance(routes, Items) else (), start=1):
        copies = route.get("duplicates") if isinstance(route, Table) else None
        kept = copies.get("keep") if isinstance(copies, Table) else None
        for item in kept.items if isinstance(kept, Items) else ():
            if isinstance(item, Text) and not item.empty:
                yield number, item


def _drop_spoilt_tests(rules: RulesRead, sets: SetsRead, torn: set[int], places: Places) -> None:
    """Drop the tests that would fail for no other reason than a mistake already noted.

    Those are the tests of a rule that looks for a broken term set, or that stands where a line was `torn`: read
    as if it had been cured.
    """
    named = {name: places[("terms", name, "")] for name in sets.terms}
    broken = sets.broken | _on_lines(named, torn)
    spoilt = _on_lines(rules.names, torn) | {
        rule.name
        for rule in rules.rules
        if broken and broken & sets_of((leaf.term for leaf in leaves(rule.clause)), sets.terms)
    }
    rules.rules = [replace(rule, tests=()) if rule.name in spoilt else rule for rule in rules.rules]


def _on_lines(names: Mapping[str, Spot], lines: set[int]) -> set[str]:
    """Give the names of what holds one of these lines: it reaches from its own line to that of the next."""
    if not lines:
        return set()
    found = set()
    for (name, spot), after in zip_longest(names.items(), list(names.values())[1:]):
        last = after.line if after else max(lines)
        if any(spot.line <= line <= last for line in lines):
            found.add(name)
    return found


def _compile(
    rules: RulesRead, sets: Mapping[str, tuple[Term, ...]], places: Places, ledger: Ledger, digest: str
) -> Rulebook | None:
    """Compile what could be read, of broken rules too, so that these mistakes are told with the others."""
    try:
        rulebook = compile_rulebook([*rules.rules, *rules.broken], sets, hash=digest)
    except RuleProblems as error:
        for problem in error.problems:
            spot = _spot(problem, rules, places, ledger)
            ledger.add(spot, _say(problem), warning=problem.warning)
        return None
    for problem in rulebook.warnings:
        ledger.add(_spot(problem, rules, places, ledger), _say(problem), warning=problem.warning)
    return rulebook


def _owner(problem: Problem) -> tuple[str, str]:
    return ("rule", problem.rule) if problem.rule is not None else ("terms", problem.term_set or "")


def _say(problem: Problem) -> str:
    kind, owner = _owner(problem)
    where = f'{kind} "{owner}": ' if owner else ""
    return where + (f"term {shown(problem.term)}: " if problem.term else "") + problem.text


def _spot(problem: Problem, rules: RulesRead, places: Places, ledger: Ledger) -> Spot:
    """Find the line: the term where it stands, else inside the query, else the rule or term set."""
    kind, owner = _owner(problem)
    if kind == "rule" and (at_test := failing(problem.text, rules.tests.get(owner, ()))):
        return at_test
    term = problem.term
    if term and (spot := places.get((kind, owner, term))):
        return spot
    query: Text | None = rules.queries.get(owner) if kind == "rule" else None
    if query is not None and term and (at := query.text.find(term)) >= 0:
        return within(query, at, ledger)
    return places.get((kind, owner, ""), Spot(1, 1))
