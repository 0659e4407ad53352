"""copytaster sources try-page, and record: how one page is read, and a test case made of it."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, dump, say
from monitor.errors import ConfigError, NoStory, SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.crawl.bodies import Fetched
    from monitor.crawl.tasks import Network
    from monitor.parse.sandbox import Sandbox
    from monitor.story import Outlet, Story

__all__ = ["record_page", "register", "show_page", "try_page"]

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+/")  # example.org/story, without its https://
_BIGGEST = 64 * 2**20  # bytes of a file once unpacked
_CPU, _WALL = 15, 60.0  # seconds for one page: a person waits for it, and the parsers are loaded in that time
_ROOM = 300  # characters of a text that are shown
_NONE = (
    "title",
    "published",
    "updated",
    "authors",
    "sections",
    "language",
    "access",
    "photo",
    "credit",
    "body",
)
WhichPage = Annotated[
    str, typer.Argument(metavar="FILE|URL", help="A saved page (.html, .html.gz), or an address to fetch.")
]
ItsUrl = Annotated[
    str,
    typer.Option("--url", metavar="URL", help="The address a saved page came from; by itself it is asked."),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(record)


def try_page(
    page: WhichPage,
    url: ItsUrl = "",
    outlet: Annotated[
        str, typer.Option(metavar="NAME", help="Read it as this outlet's; by itself found by its host.")
    ] = "",
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Show the story one page tells, and where each field of it was found.

    Nothing is recorded. The page is read in the killable child, like every page. Exit code 1 when it holds no story.
    """
    from monitor.crawl.tasks import Network

    raise typer.Exit(show_page(folder, page, url, outlet, as_json=as_json, network=Network()))


def show_page(folder: Path, page: str, url: str, outlet: str, *, as_json: bool, network: Network) -> int:
    """Do what `sources try-page` does, over the network given; give the exit code."""
    from monitor.parse import article
    from monitor.parse.sandbox import Limits, Sandbox

    known, contact = _known(folder)
    with Sandbox(limits=Limits(cpu=_CPU, wall=_WALL)) as sandbox:
        got = _page(page, url, contact, network, sandbox)
        home = _home(got.url, outlet, known)
        refused = ""
        story: Story | None = None
        try:
            story = sandbox.call(article.story, got.body, got.url, content_type=got.content_type, outlet=home)
        except (NoStory, SandboxError) as error:
            refused = str(error)
    if as_json:
        dump({"outlet": home.name if home else None, "url": got.url, "story": story, "refused": refused})
    else:
        say(_told(story, home, got.url) if story else [refused])
    return 0 if story else 1


def _known(folder: Path) -> tuple[Mapping[str, Outlet], str]:
    """Give the outlets by name and whom outlets can turn to; a folder without rules.yaml is enough."""
    from monitor.cli.common import outlets_of, rules_of
    from monitor.crawl.catalogue import declared_outlets

    if not (folder / "rules.yaml").is_file():
        return declared_outlets(), ""
    rules = rules_of(folder)
    return outlets_of(rules), rules.settings.contact


def _home(url: str, name: str, known: Mapping[str, Outlet]) -> Outlet | None:
    from monitor.crawl.catalogue import outlet_at

    if not name:
        return outlet_at(url, known.values())
    if name not in known:
        msg = f'There is no outlet "{name}". copytaster sources list --available names all of them.'
        raise ConfigError(msg)
    return known[name]


def _page(page: str, url: str, contact: str, network: Network, sandbox: Sandbox) -> Fetched:
    """Read a file or fetch an address."""
    from monitor.app.wire import utc_now
    from monitor.crawl.bodies import Fetched
    from monitor.links import safe_url
    from monitor.parse.page import own_address

    path = Path(page)
    if "://" in page or (_HOST.match(page) and not path.exists()):
        wanted = safe_url(page if "://" in page else f"https://{page}")
        if wanted is None:
            msg = f'"{page}" is no web address. Write it like https://www.example.org/story'
            raise ConfigError(msg)
        from monitor.crawl.fetch import fetch

        return fetch(wanted, now=utc_now(), contact=contact, network=network)
    body = _unpacked(path)
    address = safe_url(url) if url else sandbox.call(own_address, body)
    if not address:
        what = f'"{url}" is no web address' if url else f"{path} does not say which address it has"
        msg = f"{what}. Name it: --url https://www.example.org/story"
        raise ConfigError(msg)
    return Fetched(url=address, status=200, headers=(), body=body)


def _unpacked(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        if data[:2] != b"\x1f\x8b":
            return data
        with gzip.open(path) as file:
            data = file.read(_BIGGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        msg = f"{path} cannot be read: {reason}. Name a saved page, or an address that begins with https://."
        raise ConfigError(msg) from error
    if len(data) > _BIGGEST:
        msg = f"{path} holds more than {_BIGGEST // 2**20} MiB and was not read."
        raise ConfigError(msg)
    return data


def _told(story: Story, home: Outlet | None, url: str) -> Iterator[str]:
    yield f"{home.title} ({home.name})" if home else f"{story.outlet} (no outlet we know)"
    yield f"read as {url}"
    yield ""
    rows = [row for row in _rows(story) if row[1]]
    for name, value, origin in rows:
        first, *rest = value.split("\n")
        yield f"{name:10}  {first}{f'  [{origin}]' if origin else ''}"
        yield from (f"{'':10}  {line}" for line in rest)
    missing = [n for n in _NONE if n not in {name for name, _, _ in rows}]
    if missing:
        yield f"{'not found':10}  {', '.join(missing)}"
    if warning := story.provenance.get("warning"):
        yield f"{'note':10}  {warning}: its outlet has a new layout; the fields above are the generic reading"


def _rows(story: Story) -> Iterator[tuple[str, str, str]]:
    """Give field, value and where it came from."""
    from monitor.story import DateSource

    said = story.provenance.get
    photo = story.photo
    dated = story.date_source is not DateSource.FIRST_SEEN
    yield "title", story.title, said("title", "")
    yield "also", "\n".join(story.headlines), ""
    yield "published", f"{story.published:%Y-%m-%d %H:%M:%S %Z}" if dated else "", said("published", "")
    yield "updated", f"{story.updated:%Y-%m-%d %H:%M:%S %Z}" if story.updated else "", said("updated", "")
    yield "authors", ", ".join(story.authors), said("authors", "")
    yield "sections", ", ".join(story.sections), said("sections", "")
    yield "language", story.language or "", said("language", "")
    yield "access", str(story.access or ""), said("access", "")
    yield "summary", _cut(story.summary), said("summary", "")
    yield "photo", photo.url if photo else "", said("photo", "")
    yield "caption", _cut(photo.caption) if photo else "", ""
    yield "credit", photo.credit if photo else "", said("credit", "")
    yield "origin", story.origin, said("origin", "")
    yield "correction", _cut(story.correction), said("correction", "")
    yield "url", story.url, said("url", "")
    yield "body", _body(story), said("body", "") if story.body else ""


def _body(story: Story) -> str:
    if story.body:
        return f"{len(story.body):,} characters: {_cut(story.body)}"
    why = {
        "paid": "withheld: what lies behind a paywall is not kept",
        "stub": "withheld: only the beginning before a paywall is there",
    }
    return why.get(story.provenance.get("body", ""), "")


def _cut(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _ROOM else f"{flat[:_ROOM].rpartition(' ')[0]} …"


def record(
    outlet: Annotated[str, typer.Argument(metavar="OUTLET", help="Whose page it is, by its name.")],
    page: WhichPage,
    url: ItsUrl = "",
    into: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Where cases are kept; the new one is OUTLET/test-N below it."),
    ] = Path("tests/fixtures"),
    folder: Folder = Path(),
) -> None:
    """Make a test case of a page: what came, what it must give.

    Look at output.json and mend what is wrong before you keep it: it is what the page gives today. The layout is that of web-poet's fixtures. The address of one of the outlet's own sources (a listing, a feed) records its entries.
    """
    from monitor.crawl.tasks import Network

    say(record_page(folder, outlet, page, url, into, network=Network()))


def record_page(
    folder: Path, outlet: str, page: str, url: str, into: Path, *, network: Network
) -> Iterator[str]:
    """Do what `record` does, over the network given."""
    from monitor.app.wire import utc_now
    from monitor.crawl.recorded import found_in, write_case
    from monitor.parse.sandbox import Limits, Sandbox

    known, contact = _known(folder)
    home = _home("", outlet, known)
    assert home is not None
    now = utc_now()
    with Sandbox(limits=Limits(cpu=_CPU, wall=_WALL)) as sandbox:
        got = _page(page, url, contact, network, sandbox)
        found = sandbox.call(found_in, got, home, now)
    case = write_case(into, home, got, found, now)
    yield f"Wrote {case}: {', '.join(found)}."
    yield f"Look at {case / 'output.json'}: what is wrong there is a bug to mend, and the case its test."
