"""copytaster catch-up, replay and import: rules and the past."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import (
    AsJson,
    Folder,
    counted,
    dump,
    newsroom,
    notes,
    outlets_of,
    say,
    since_instant,
    version,
    when,
)
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.app.archive import Imported
    from monitor.app.deliver import Sent
    from monitor.app.replay import Recorded, Replayed
    from monitor.app.wire import Wire

__all__ = ["register"]

_BAD_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("catch-up")(catch_up)
    app.command()(replay)
    app.command("import")(import_)


def catch_up(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Only this rule.")] = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Stories first seen since: 7d, or 2021-01-13 (UTC).")
    ] = "7d",
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Tell, as one digest, what a new rule finds in stored stories.

    Whoever heard of a story already is not told again. Example: copytaster catch-up "Forced labour" --since 30d
    """
    from monitor.app.catch_up import catch_up as collect
    from monitor.app.deliver import deliver, paused
    from monitor.app.lock import run_lock
    from monitor.app.wire import lock_path
    from monitor.cli.reports import RESTORED, sent_as_values, sent_lines
    from monitor.outbox import State

    with newsroom(folder, terminal=False if as_json else None) as wire:
        if wire.mistakes:
            lines = "\n".join(map(str, wire.mistakes))
            msg = f"{lines}\nMend rules.yaml first: the rules you want to catch up on are not in force."
            raise ConfigError(msg)
        with run_lock(lock_path(wire.newsroom, wire.folder), wire.clock()):
            found = collect(wire, rule, since_instant(since, wire.clock()))
            sent = deliver(wire, outlets_of(wire.newsroom), version())
        held = paused(wire)
    if as_json:
        dump({**_values(found), "sent": sent_as_values(sent), "restored": held})
    else:
        looked = counted(found.looked_at, "story", "stories")
        say(
            [
                f"{looked} looked at, {found.matched} match, {counted(found.alerts, 'alert')} put into the outbox."
            ]
        )
        say([RESTORED] if held else sent_lines(sent))
    raise typer.Exit(1 if any(s.state is State.DEAD for s in sent) else 0)


def _values(value: object) -> dict[str, object]:
    return {f.name: getattr(value, f.name) for f in fields(value)}  # type: ignore[arg-type]


def replay(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="Folder or tar of feed bodies, named by their UTC instant: 2020-04-21T004301Z.xml",
        ),
    ],
    outlet: Annotated[str, typer.Option(metavar="NAME", help="Which outlet they are of.")],
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="This rules.yaml instead of the folder's.")
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(
            "--db",
            metavar="FILE",
            help="Keep the stories in this file, not the newsroom's; else they are thrown away.",
        ),
    ] = None,
    send: Annotated[
        bool, typer.Option("--deliver", help="Really send the alerts over the rulebook's channels.")
    ] = False,
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Run your rules over recorded polls; sends nothing by itself.

    The same code as `run`, with the clock of the files' names. Without --rules and without a rules.yaml in the folder, the shipped one is used.
    Example: copytaster replay bbc.tar.xz --outlet bbc
    """
    from monitor.app import replay as machine
    from monitor.app.deliver import deliver
    from monitor.story import Outlet

    result = machine.Replayed()
    with _replay_newsroom(folder, rules, database, terminal=None if send and not as_json else False) as wire:
        known = outlets_of(wire.newsroom).get(outlet) or Outlet(name=outlet, title=outlet)
        with _ticking(as_json=as_json) as tick:
            machine.replay(wire, known, machine.recordings(path, result.skipped), result, tick)
        sent = deliver(wire, {outlet: known}, version()) if send else ()
        machine.withdraw(wire)
    if not result.polls:
        msg = f"{path} holds no file named by its instant, such as 2020-04-21T004301Z.xml. Nothing was replayed."
        raise ConfigError(msg)
    _tell_replay(result, sent, as_json=as_json)


def _tell_replay(result: Replayed, sent: Sequence[Sent], *, as_json: bool) -> None:
    from monitor.cli.reports import sent_as_values, sent_lines

    if as_json:
        dump({**_values(result), "sent": sent_as_values(sent)})
    else:
        say(_replayed(result))
        say(sent_lines(sent))


@contextmanager
def _replay_newsroom(
    folder: Path, rules: Path | None, database: Path | None, *, terminal: bool | None
) -> Iterator[Wire]:
    """Open a wire over the wanted rules, and a database that is made for this replay unless one is named."""
    from tempfile import TemporaryDirectory

    from monitor.app.wire import environment_of, open_wire
    from monitor.cli.logs import hide_secrets
    from monitor.crawl.catalogue import declared_outlets

    home, text = _rules_text(folder, rules)
    with TemporaryDirectory(prefix="copytaster-replay-") as scratch:
        (Path(scratch) / "rules.yaml").write_text(text, encoding="utf8")
        url = f"sqlite:///{database.absolute()}" if database else None
        wire = open_wire(Path(scratch), declared_outlets(), terminal=terminal, database=url)
        try:
            wire = replace(wire, environment=environment_of(wire.newsroom, home))
            hide_secrets(wire.newsroom, wire.environment)
            _refuse_newsrooms_own(wire)
            yield wire
        finally:
            wire.store.close()


def _rules_text(folder: Path, rules: Path | None) -> tuple[Path, str]:
    """Give the text of the rules to replay under, and the folder whose secrets belong to them."""
    from monitor import config

    path = rules or folder / "rules.yaml"
    if rules is None and not path.is_file():
        notes().print(f"There is no rules.yaml in {folder.absolute()}: the shipped one is used.")
        return folder, config.template()
    try:
        return path.parent, path.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        msg = f"{path} cannot be read: {reason}."
        raise ConfigError(msg) from error


def _refuse_newsrooms_own(wire: Wire) -> None:
    """A replay ends by taking back what waits in its outbox; a newsroom's own alerts must not be among it."""
    from monitor.store import runs

    with wire.store.reading() as tx:
        own = runs.last(tx, "run")
    if own is not None:
        msg = f"{wire.store.path} is the database of a newsroom that polls. Name another file with --db, or none."
        raise ConfigError(msg)


@contextmanager
def _ticking(*, as_json: bool) -> Iterator[Callable[[Recorded], None]]:
    if as_json or not sys.stderr.isatty():
        yield lambda _record: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=notes(), transient=True) as bar:
        task = bar.add_task("Replaying")

        def tick(record: Recorded) -> None:
            bar.update(task, description=f"Replaying {record.at:%d %b %Y %H:%M}")

        yield tick


def _replayed(result: Replayed) -> Iterator[str]:
    yield (
        f"{counted(result.polls, 'poll')}, {counted(result.entries, 'entry', 'entries')}: "
        f"{counted(result.stories, 'story', 'stories')}, {counted(result.revisions, 'revision')}, "
        f"{counted(result.reissues, 're-issue')}, {counted(result.copies, 'near-duplicate')} "
        f"({result.duplicates} of them matched), {counted(result.events, 'other report')} of an event, "
        f"{counted(result.gaps, 'gap')}; {counted(result.matches, 'match', 'matches')}, "
        f"{counted(len(result.alerts), 'alert')}, {result.baseline} there at the first poll already."
    )
    yield from (f"  left out: {name}" for name in (*result.skipped, *result.failed))
    for a in result.alerts:
        yield f"{when(a.instant)}  {a.title}"
        yield f"    {', '.join(a.rules)}: {', '.join(a.matched)}  {a.url}"
    for h in result.held:
        yield f"{when(h.instant)}  held: {h.title}"
        yield f"    {', '.join(h.rules)}: the text of {h.of} again ({h.method} {h.score:.2f})  {h.url}"


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines, plain or .gz; keys: feed, title, description, link, published, language.",
        ),
    ],
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Take an archive of entries into the store; alerts nobody.

    The stories are matched and can be searched. Bad rows are counted and named; the others are taken. Exit code 1: no row could be used, or the file breaks off. Example: copytaster import 2021.jsonl.gz
    """
    from monitor.app.archive import import_archive
    from monitor.app.force import bring_into_force
    from monitor.app.lock import run_lock
    from monitor.app.wire import lock_path

    if not path.exists() or path.is_dir():
        msg = f"{path} is a folder: name a file in it." if path.is_dir() else f"There is no file {path}."
        raise ConfigError(f"{msg} Nothing was changed.")
    with newsroom(folder, create=True) as wire, run_lock(lock_path(wire.newsroom, wire.folder), wire.clock()):
        bring_into_force(wire, wire.clock())
        with _stopped_in_words():
            done = import_archive(wire, path, outlets_of(wire.newsroom), _counting(as_json=as_json))
    if as_json:
        dump(_values(done))
    else:
        say(_imported(done))
    raise typer.Exit(1 if done.useless or done.broken_off else 0)


@contextmanager
def _stopped_in_words() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        notes().print(
            "\nThe rows taken so far stand. Import the file again for the rest: nothing is taken twice."
        )
        raise


def _counting(*, as_json: bool) -> Callable[[int], None]:
    if as_json or not sys.stderr.isatty():
        return lambda _rows: None
    out = notes()
    return lambda rows: out.print(f"{rows} rows", end="\r")


def _imported(done: Imported) -> Iterator[str]:
    yield (
        f"{counted(done.rows, 'row')}: {counted(done.stories, 'new story', 'new stories')}, {done.known} known, "
        f"{counted(done.revisions, 'revision')}, {counted(done.matches, 'match', 'matches')}, "
        f"{counted(len(done.bad), 'bad row')}."
    )
    yield from (f"  line {bad.line}: {bad.reason}" for bad in done.bad[:_BAD_SHOWN])
    if len(done.bad) > _BAD_SHOWN:
        yield f"  and {len(done.bad) - _BAD_SHOWN} more (--json lists all)"
    if done.broken_off:
        yield f"The file breaks off after that ({done.broken_off}). Get it again and import it again: what is known is not taken twice."
    elif done.useless:
        yield 'No row could be used. A row is one JSON object, such as {"title": "…", "link": "https://…", "published": "2021-01-13"}.'
