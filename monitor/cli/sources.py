"""copytaster sources: what is polled, and how to have more polled."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, counted, dump, outlets_of, rules_of, say
from monitor.cli.doctor import doctor
from monitor.cli.looking import check, looked_at
from monitor.cli.pages import try_page
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.app.newcomer import Candidate
    from monitor.config import Newsroom
    from monitor.crawl.probe import Found, Probed
    from monitor.crawl.tasks import Network
    from monitor.story import Outlet, Story

__all__ = ["add_outlet", "register"]

_PREVIEWED = 10


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(
        help="List, add, check, import, export and look after what is polled.", no_args_is_help=True
    )
    group.command("list")(list_sources)
    group.command("add")(add)
    group.command("import")(import_)
    group.command("export")(export)
    group.command("check")(check)
    group.command("try-page")(try_page)
    group.command("doctor")(doctor)
    app.add_typer(group, name="sources")


def list_sources(
    folder: Folder = Path(),
    available: Annotated[
        bool, typer.Option("--available", help="Also outlets that ship with Copytaster but are not polled.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List outlets and sources, and when a person saw them live."""
    rules = rules_of(folder)
    polled = {o.name for o in rules.outlets}
    shown = list(outlets_of(rules).values()) if available else list(rules.outlets)
    if as_json:
        dump([{"polled": o.name in polled, "outlet": o} for o in shown])
    else:
        say(_listed(shown, polled))


def _listed(outlets: Sequence[Outlet], polled: set[str]) -> Iterator[str]:
    for o in outlets:
        aside = (
            ", ours"
            if o.ours
            else ""
            if o.name in polled
            else f", not polled: copytaster sources add {o.name}"
        )
        yield f"{o.title} ({o.name}{aside})"
        yield from (f"   {s.kind}: {s.url}  (seen live: {s.verified})" for s in o.sources)
    if not outlets:
        yield "Nothing is polled yet: copytaster sources add URL"


def add(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL|NAME",
            help="A feed, a homepage whose feed is to be found, or an outlet that ships with Copytaster.",
        ),
    ],
    folder: Folder = Path(),
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="What to call the outlet.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; take the first feed found.")] = False,
) -> None:
    """Find a feed, preview what would match, add it to rules.yaml.

    Comments and everything else in rules.yaml stay as they are. Example: copytaster sources add https://www.example.org --outlet "The Example"; or by its name, as `copytaster sources list --available` gives it: copytaster sources add guardian
    """
    from monitor.crawl.tasks import Network

    add_outlet(folder, url, outlet, yes=yes, network=Network())


def add_outlet(folder: Path, url: str, outlet: str | None, *, yes: bool, network: Network) -> None:
    """Do what `sources add` does, over the network given. Works once in a process."""
    from monitor.app.wire import utc_now
    from monitor.crawl.probe import probe
    from monitor.links import safe_url

    rules = rules_of(folder)
    if "." not in url and "/" not in url:
        _add_known(folder, rules, url, yes=yes, network=network)
        return
    wanted = safe_url(url if "://" in url else f"https://{url}")
    if wanted is None:
        msg = f'"{url}" is no web address. Write it like https://www.example.org/feed'
        raise ConfigError(msg)
    _refuse_known(rules, wanted)
    probed = probe(wanted, now=utc_now(), contact=rules.settings.contact, network=network)
    found = _choose(probed, wanted, yes=yes)
    _refuse_known(rules, found.url)
    line = _line(found, outlet)
    say(_preview(rules, found, line))
    _add_line(folder, line, yes=yes)


def _add_line(folder: Path, line: str, *, yes: bool) -> None:
    sys.stdout.flush()
    if not yes and not typer.confirm("Add it?", default=True):
        print("Nothing was changed.")
        return
    _write(folder, [line])
    say(
        [
            f"Added to {folder / 'rules.yaml'}. What is in it now counts as already there: the first run alerts of none of it."
        ]
    )


def _add_known(folder: Path, rules: Newsroom, name: str, *, yes: bool, network: Network) -> None:
    """Add an outlet that ships with Copytaster, once one of its addresses was seen to answer."""
    known = outlets_of(rules)
    if name not in known:
        msg = f'There is no outlet "{name}". copytaster sources list --available names all of them; for any other give its address.'
        raise ConfigError(msg)
    if any(o.name == name for o in rules.outlets):
        msg = f"{known[name].title} is polled already. Nothing was changed."
        raise ConfigError(msg)
    seen = looked_at(rules, known[name].sources, known, network=network)
    say(f"{c.source.name}: {c.detail}" for c in seen.unhealthy)
    stories = tuple({s.url: s for c in seen.checked for s in c.stories}.values())
    if not stories:
        msg = f"None of the addresses of {known[name].title} brings stories now. Nothing was changed. To poll it all the same, write `- {name}` under sources: in rules.yaml."
        raise ConfigError(msg)
    number = len(seen.checked)
    say(
        [
            f"{known[name].title}: {number - len(seen.unhealthy)} of {counted(number, 'address', 'addresses')} healthy."
        ]
    )
    say(_would_match(rules, stories, known[name].title))
    say([f"The line for rules.yaml: - {name}"])
    _add_line(folder, name, yes=yes)


def _refuse_known(rules: Newsroom, url: str) -> None:
    for o in rules.outlets:
        if any(s.url == url for s in o.sources):
            msg = f"{url} is polled already, for {o.title}. Nothing was changed."
            raise ConfigError(msg)


def _choose(probed: Probed, url: str, *, yes: bool) -> Found:
    if not probed.found:
        troubles = "\n".join(dict.fromkeys(probed.troubles)) or f"{url} is no feed and names none."
        msg = f"{troubles}\nNothing was changed. If you know the feed's address, name it instead."
        raise ConfigError(msg)
    if len(probed.found) == 1 or yes:
        return probed.found[0]
    for number, f in enumerate(probed.found, start=1):
        say([f"{number}. {f.title or f.url} ({counted(len(f.stories), 'story', 'stories')})  {f.url}"])
    choice: int = typer.prompt("Which one?", type=int, default=1)
    if not 1 <= choice <= len(probed.found):
        msg = f"There are {len(probed.found)} feeds to choose from; {choice} is none of them. Nothing was changed."
        raise ConfigError(msg)
    return probed.found[choice - 1]


def _preview(rules: Newsroom, found: Found, line: str) -> Iterator[str]:
    yield from _would_match(rules, found.stories, found.title or found.url, found.warnings)
    yield f"The line for rules.yaml: - {line}"


def _would_match(
    rules: Newsroom, stories: Sequence[Story], title: str, warnings: Sequence[str] = ()
) -> Iterator[str]:
    from monitor.app.newcomer import would_match

    candidate: Candidate = would_match(stories, rules.rulebook)
    yield f"{title}: {counted(len(stories), 'story', 'stories')}{_age(candidate)}"
    yield from (f"  note: {warning}" for warning in warnings)
    matching = candidate.matching
    yield f"Your rules would have met {len(matching) or 'none'} of them{':' if matching else '.'}"
    for story, matches in matching[:_PREVIEWED]:
        yield f"  {story.title or story.url}  ({', '.join(m.rule for m in matches)})"
    if len(matching) > _PREVIEWED:
        yield f"  and {len(matching) - _PREVIEWED} more"


def _age(candidate: Candidate) -> str:
    return f", the newest of {candidate.newest:%d %B %Y}" if candidate.newest else ""


def _line(found: Found, outlet: str | None) -> str:
    from monitor.app.newcomer import outlet_name
    from monitor.config.edit import source_line

    return source_line("feed", found.url, outlet=outlet or outlet_name(found.title, found.url))


def _write(folder: Path, lines: Sequence[str]) -> None:
    """Edit rules.yaml in one step: the new text must load before the old file is replaced."""
    from monitor import config
    from monitor.config.edit import add_source
    from monitor.crawl.catalogue import declared_outlets

    path = (folder / "rules.yaml").resolve()  # a link stays a link
    with path.open(encoding="utf8", newline="") as file:  # every byte as it was, ends of lines too
        text = file.read()
    for line in lines:
        text = add_source(text, line)
    config.loads(text, path, outlets=declared_outlets())
    scratch = path.with_name(f".{path.name}.new")
    try:
        with scratch.open("w", encoding="utf8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(path.stat().st_mode & 0o777)
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        msg = f"{path} cannot be written: {error.strerror}. Nothing was changed."
        raise ConfigError(msg) from error


def import_(
    path: Annotated[Path, typer.Argument(metavar="OPML", help="A list of feeds, as feed readers export it.")],
    folder: Folder = Path(),
) -> None:
    """Add every feed of an OPML file that is not polled yet."""
    from monitor.config.edit import source_line
    from monitor.parse import opml

    try:
        wanted = opml.read(path.read_bytes())
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise ConfigError(msg) from error
    polled = {s.url for o in rules_of(folder).outlets for s in o.sources}
    wanted = tuple({s.url: s for s in reversed(wanted)}.values())[::-1]
    new = [s for s in wanted if s.url not in polled]
    if new:
        _write(folder, [source_line("feed", s.url, outlet=s.outlet, section=s.section) for s in new])
    say([f"{counted(len(new), 'feed')} added, {len(wanted) - len(new)} polled already."])


def export(
    path: Annotated[
        Path | None, typer.Argument(metavar="OPML", help="A new file; standard output if left out.")
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Write what is polled as OPML, for any feed reader."""
    from monitor.parse import opml

    data = opml.write(rules_of(folder).outlets)
    if path is None:
        print(data.decode("utf8"))
        return
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}. Name a new file."
        raise ConfigError(msg) from error
    say([f"Wrote {path}."])
