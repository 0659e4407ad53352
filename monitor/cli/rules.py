"""copytaster rules: look for mistakes, run the tests, say what rules mean, compare them, and which were in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.books import RulesFile, archive, book_of, known, text_of, version_of
from monitor.cli.common import (
    AsJson,
    Folder,
    console,
    counted,
    dump,
    newsroom,
    printable,
    say,
    since_instant,
    when,
)
from monitor.errors import ConfigError, Mistake, RulesError

if TYPE_CHECKING:
    from monitor.app.tuning import Expanded, InForce, Linted
    from monitor.config import Newsroom
    from monitor.config.trials import Trial
    from monitor.rules import Rulebook

__all__ = ["register"]

_FORMS_SHOWN = 12


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(help="Write rules: mistakes, tests, meaning, changes.", no_args_is_help=True)
    group.command()(lint)
    group.command()(test)
    group.command()(show)
    group.command()(schema)
    group.command()(diff)
    group.command()(log)
    app.add_typer(group, name="rules")


# --- lint ------------------------------------------------------------------------------------------------------------


def lint(rules: RulesFile = None, folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Look for mistakes, and for what the archive says against your rules.

    The archive knows terms that were never seen, wildcards that stand for very many words, and rules all of whose
    stories another rule matches too. Exit code 1 when something is to be mended; warnings do not count.
    """
    mistakes, read = _load(rules or folder / "rules.yaml")
    found = None if read is None else _against(folder, read.rulebook)
    if as_json:
        dump({"ok": read is not None, "mistakes": mistakes, "archive": found})
    else:
        say(_linted(mistakes, found))
    raise typer.Exit(0 if read is not None else 1)


def _load(path: Path) -> tuple[Sequence[Mistake], Newsroom | None]:
    from monitor import config
    from monitor.crawl.catalogue import declared_outlets

    try:
        read = config.load(path, outlets=declared_outlets())
    except RulesError as error:
        return error.mistakes, None
    return read.warnings, read


def _against(folder: Path, book: Rulebook) -> Linted | None:
    from monitor.app.tuning import lint as examine

    try:
        with archive(folder) as wire:
            return None if wire is None else examine(wire, book)
    except (
        RulesError
    ):  # a draft is looked at beside a broken file that was never in force: there is no archive
        return None


def _linted(mistakes: Sequence[Mistake], found: Linted | None) -> Iterator[str]:
    yield from map(str, mistakes)
    said = [] if found is None else [*found.unseen, *found.exploding, *found.swallowed]
    yield from (f"archive: {warning}" for warning in said)
    grave = sum(not m.warning for m in mistakes)
    if grave:
        yield f"{counted(grave, 'mistake')} to mend."
        return
    warnings = len(mistakes) + len(said)
    looked = found.looked_at if found else 0
    where = f"{counted(looked, 'text')} of the archive looked through" if looked else "the archive is empty"
    yield f"No mistakes, {counted(warnings, 'warning') if warnings else 'no warnings'}; {where}."


# --- test ------------------------------------------------------------------------------------------------------------


def test(rules: RulesFile = None, folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Run the tests that stand in the rules. Exit code 1 when one fails.

    Without a rules.yaml in the folder, the shipped one is tested.
    """
    from monitor.config.trials import trials

    text, path = text_of(folder, rules)
    names, found = trials(text, path)
    failed = any(not t.passed for t in found)
    if as_json:
        dump({"ok": not failed, "rules": names, "tests": [{**_fields(t), "passed": t.passed} for t in found]})
    else:
        _show_trials(names, found, path.name)
    raise typer.Exit(1 if failed else 0)


def _fields(trial: Trial) -> dict[str, Any]:
    return {name: getattr(trial, name) for name in ("rule", "line", "story", "expect_match", "problem")}


def _show_trials(names: Sequence[str], found: Sequence[Trial], file: str) -> None:
    from rich.text import Text

    out = console()
    for name in names:
        mine = [t for t in found if t.rule == name]
        good = sum(t.passed for t in mine)
        style = "green" if good == len(mine) else "red"
        score = (f"{good} of {len(mine)}", style) if mine else ("no tests", "dim")
        out.print(Text.assemble(printable(name), ": ", score))
        for t in mine:
            if not t.passed:
                out.print(Text(printable(f"  {file}:{t.line}: {t.problem}")))
    out.print(f"{sum(t.passed for t in found)} of {counted(len(found), 'test')} passed.")


# --- show and schema -------------------------------------------------------------------------------------------------


def show(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Only this rule.")] = None,
    expand: Annotated[
        bool,
        typer.Option(
            "--expand", help="Also what each wildcard and typo matches in your archive, and what it misses."
        ),
    ] = False,
    rules: RulesFile = None,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Say in plain words what rules mean, term sets expanded.

    Example: copytaster rules show "Forced labour" --expand
    """
    book = book_of(folder, rules)
    names = known(book, rule)
    grown = _grown(folder, book, names) if expand else {}
    if as_json:
        dump([{**_meaning(book, name), "archive": grown.get(name)} for name in names])
        return
    for number, name in enumerate(names):
        say([""] if number else [])
        say(book.describe(name).splitlines())
        say(_particulars(book, name))
        say(_expanded(grown[name]) if name in grown else [])


def _grown(folder: Path, book: Rulebook, names: Sequence[str]) -> dict[str, Expanded]:
    from monitor.app.tuning import expand

    with archive(folder) as wire:
        if wire is None:
            msg = f"There is no rules.yaml in {folder.absolute()}, so there is no archive to look into."
            raise ConfigError(msg)
        return {name: expand(wire, book, name) for name in names}


def _meaning(book: Rulebook, name: str) -> dict[str, Any]:
    rule = book.rules[name]
    return {
        "rule": name,
        "says": book.describe(name),
        "digest": book.digest(name),
        "fields": rule.fields,
        "priority": rule.priority,
        "tags": rule.tags,
        "formerly": rule.formerly,
        "tests": len(rule.tests),
    }


def _particulars(book: Rulebook, name: str) -> Iterator[str]:
    rule = book.rules[name]
    said = [f"priority {rule.priority.name.lower()}"]
    said += [f"tags {', '.join(rule.tags)}"] if rule.tags else []
    said += [f"formerly {', '.join(rule.formerly)}"] if rule.formerly else []
    said += [counted(len(rule.tests), "test") if rule.tests else "no tests"]
    yield f"  ({'; '.join(said)})"


def _expanded(found: Expanded) -> Iterator[str]:
    for e in found.expansions:
        if e.words:
            forms = ", ".join(f"{f.word} ({f.texts})" for f in e.forms[:_FORMS_SHOWN])
            rest = f", and {e.words - _FORMS_SHOWN} more" if e.words > _FORMS_SHOWN else ""
            within = f" in {e.term}" if e.term.casefold() != e.part else ""
            yield f"  {e.part}{within}: {counted(e.words, 'word')} of the archive: {forms}{rest}"
    yield from (f"  {longer}" for longer in found.longer)
    none = dict.fromkeys(e.part for e in found.expansions if not e.words)
    if none:
        yield f"  no word of the archive: {', '.join(none)}"
    if not found.expansions and not found.longer:
        yield "  No wildcards; and the archive has no longer forms that its words miss."


def schema() -> None:
    """Print the JSON Schema of rules.yaml, for completion in editors."""
    import json

    from monitor import config

    print(json.dumps(config.schema(), indent=1, ensure_ascii=False))


# --- diff and log ----------------------------------------------------------------------------------------------------


def diff(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help="A file, or a git revision of the folder's rules.yaml: HEAD~1."),
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="The same; the folder's rules.yaml if left out.")
    ] = "rules.yaml",
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Over what was seen since: 30d, or 2021-01-13 (UTC).")
    ] = "30d",
    markdown: Annotated[bool, typer.Option("--markdown", help="For a review.")] = False,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Compare two rulebooks over the stored past.

    Stories newly matched, no longer matched, matched for another reason, each with the term responsible. A span counts from midnight UTC, so that the same question gives the same answer. Example: copytaster rules diff HEAD~1 --since 30d
    """
    from monitor.app.tuning import diff as compare
    from monitor.app.tuning import diff_markdown, diff_text, values

    if markdown and as_json:
        msg = "Say --markdown or --json, not both."
        raise ConfigError(msg)
    before, after = version_of(folder, old), version_of(folder, new)
    with newsroom(folder, scratch=True, terminal=False) as wire:
        midnight = wire.clock().replace(hour=0, minute=0, second=0, microsecond=0)
        found = compare(wire, before, after, since_instant(since, midnight))
    if as_json:
        dump(values(found))
    else:
        print(printable(diff_markdown(found) if markdown else diff_text(found)).rstrip("\n"))


def log(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """List the rulebooks that were in force, the latest first.

    From when to when, what changed from each to the next, and which rules a changed term set reached.
    """
    from monitor.app.tuning import rulebook_log

    with newsroom(folder, scratch=True, terminal=False) as wire:
        found = rulebook_log(wire)
        zone = wire.zone
    if as_json:
        dump(found)
        return
    say(line for one in reversed(found) for line in _in_force(one, zone))
    say([] if found else ["No rulebook was in force yet: the first run brings rules.yaml into force."])


def _in_force(one: InForce, zone: str) -> Iterator[str]:
    until = when(one.until, zone) if one.until else "now"
    yield f"{one.hash[:12]}  {when(one.since, zone)} to {until}, {counted(one.rules, 'rule')}  {one.path}"
    for change in one.changes:
        was = f" (was {change.was})" if change.was and change.was != change.rule else ""
        yield f"   {change.kind}: {change.rule}{was}"
    for s in one.sets:
        said = [*(f"+ {t}" for t in s.added), *(f"- {t}" for t in s.removed)]
        reached = f"reached {', '.join(s.reached)}" if s.reached else "reached no rule"
        yield f"   ${s.term_set}: {', '.join(said)}; {reached}"
    if one.unreadable:
        yield "   This version cannot read it, or the one before it:"
        yield from (f"     {line}" for line in one.unreadable.splitlines())
