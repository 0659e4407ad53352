"""The layout-change drill: an outlet changes its feed and its pages overnight. Are its stories still told, and is it noticed?

    python -m bench.drill [--keep FOLDER]

Real web server, real runs (a process each), a real mail server; only the clock is moved from morning to morning.
Everything stays on this machine. docs/how-to/when-an-outlet-changes.md tells what is seen.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path

from monitor.app.doctor import diagnose
from monitor.app.wire import Wire, open_wire
from monitor.crawl.catalogue import declared_outlets
from monitor.demo.sink import Mail, Sink, sinks
from monitor.story import Articles, Source

MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WIRE, NGO, PAPER = "wire.example", "ngo.example", "theintercept.com"  # the paper's pages have a hook of ours
EDITOR, OPERATOR = "editor@desk.example", "ops@desk.example"
OLD_LINKS, NEW_LINKS = "h3.entry-title a", "article.card a"

RULES = """\
rules:
  Containers: [container*]
operator: {name: The desk, mail: ops@desk.example, to: [ops]}
channels:
  desk: {url: "env:MAIL", to: [editor@desk.example]}
  ops: {url: "env:MAIL", to: [ops@desk.example]}
routes: [{to: [desk], when: at once}]
settings: {contact: "https://desk.example/about"}
sources:
  - {feed: "http://wire.example/feed", outlet: Morning Wire}
  - {listing: "http://ngo.example/news", outlet: Harbour Watch, links: "LINKS"}
  - intercept
"""
TEXT = (
    "The harbour authority said that the new rules would apply from next month, and that forms would follow. "
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One story of an outlet."""

    number: int
    at: datetime

    @property
    def title(self) -> str:
        """Every third is one that the desk looks for."""
        what = "container port" if self.number % 3 == 0 else "harbour council"
        return f"Report {self.number}: what the {what} decided on {self.at:%A}"

    @property
    def inquiry(self) -> str:
        """The paper's own headline: it writes of other things, and of containers once in a while."""
        what = (
            "containers nobody opens" if self.number % 7 == 0 else f"file {self.number} of the customs office"
        )
        return f"Inquiry {self.number}: {what}"


@dataclass(slots=True)
class Web:
    """What the servers answer now, by host and path."""

    answers: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    address: tuple[str, int] = ("127.0.0.1", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What came of one run: the mails to each address, and the state of each source after it."""

    day: datetime
    title: str
    editor: tuple[str, ...]
    operator: tuple[str, ...]
    states: dict[str, str]


def feed(pieces: list[Piece], *, whole: bool) -> bytes:
    """Write the wire's feed: with whole texts, or as it is after the change, with teasers."""
    items = "".join(
        f"<item><title>{p.title}</title><link>http://{WIRE}/{p.number}</link><guid>{p.number}</guid>"
        f"<pubDate>{p.at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        + (
            f"<description>{TEXT * 20}</description><dc:creator>Lena Ort</dc:creator>"
            if whole
            else "<description>Read more.</description>"
        )
        + "</item>"
        for p in reversed(pieces)
    )
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Wire</title>'
    return f"{head}{items}</channel></rss>".encode()


def listing(pieces: list[Piece], *, old: bool) -> bytes:
    """Write the NGO's page of news in its old or its new layout."""
    rows = "".join(
        f'<h3 class="entry-title"><a href="/{p.number}">{p.title}</a></h3><time>{p.at:%Y-%m-%d}</time>'
        if old
        else f'<article class="card"><a href="/{p.number}">{p.title}</a><time>{p.at:%Y-%m-%d}</time></article>'
        for p in reversed(pieces)
    )
    return f"<!doctype html><html><head><title>News</title></head><body>{rows}</body></html>".encode()


def page(piece: Piece, *, old: bool) -> bytes:
    """Write the paper's page of a story: in the layout that our hook knows, or in next year's."""
    credit = f"Photo: Ali Ort {piece.number}/Harbour Pictures"
    box = (
        f'<div class="image__caption"><span>Cranes at dawn.</span> <span>{credit}</span></div>'
        if old
        else f'<div class="lead-note"><p>Cranes at dawn.</p><p>{credit.removeprefix("Photo: ")}</p></div>'
    )
    text = "".join(f"<p>{piece.inquiry}, part {n}. {TEXT * 2}</p>" for n in range(6))
    head = f'<title>{piece.inquiry}</title><meta property="og:title" content="{piece.inquiry}">'
    when = f'<meta property="article:published_time" content="{piece.at.isoformat()}">'
    return f"<!doctype html><html><head>{head}{when}</head><body><h1>{piece.inquiry}</h1>{box}<main>{text}</main></body></html>".encode()


def headlines(pieces: list[Piece]) -> bytes:
    """Write the paper's feed: headlines and links."""
    items = "".join(
        f"<item><title>{p.inquiry}</title><link>http://{PAPER}/{p.number}</link><guid>{p.number}</guid>"
        f"<pubDate>{p.at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for p in reversed(pieces)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'.encode()


def publish(web: Web, pieces: list[Piece], *, whole: bool, old: bool, known: bool) -> None:
    """Put the newest pieces on the web.

    The wire gives whole texts or teasers, the NGO's list has its old or its new layout, and the paper's pages have the
    layout that is known to our hook or another one.
    """
    newest = pieces[-30:]
    web.answers[PAPER, "/feed"] = ("application/rss+xml", headlines(newest))
    for piece in newest:
        web.answers.setdefault((PAPER, f"/{piece.number}"), ("text/html", page(piece, old=known)))
    web.answers[WIRE, "/feed"] = ("application/rss+xml", feed(newest, whole=whole))
    web.answers[NGO, "/news"] = ("text/html", listing(newest, old=old))


@contextmanager
def serving() -> Iterator[Web]:
    """Serve on an ephemeral loopback port until the block ends."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            kind, body = web.answers.get((host, self.path), ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web.address = ("127.0.0.1", server.server_port)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield web
        server.shutdown()


def drill(home: Path, say: Callable[[str], None] = print) -> list[Morning]:
    """Play the five mornings in an empty folder."""
    with serving() as web, sinks() as sink:
        _furnish(home, sink)
        pieces: list[Piece] = []
        mornings = []
        for number, (title, count, whole, old, known) in enumerate(SCRIPT):
            now = MONDAY + number * DAY
            pieces += [Piece(len(pieces) + n, now - timedelta(minutes=60 - n)) for n in range(count)]
            publish(web, pieces, whole=whole, old=old, known=known)
            mornings.append(_morning(home, now, title, web, sink))
            _tell(mornings[-1], home, say)
            if number == MENDED:
                mend(home)
                say("The doctor's line is written into rules.yaml, with a selector that fits the new page.")
        return mornings


SCRIPT = (  # what happens, new stories, the wire gives whole texts, the NGO's list is the old one, the paper's pages are
    ("the first run: everything counts as already there", 30, True, True, True),
    ("an ordinary morning", 21, True, True, True),
    ("overnight all three changed: teasers, a new list, new pages", 6, False, False, False),
    ("it stays so", 6, False, False, False),
    ("whole texts again, a selector that fits, and pages as they were", 6, True, False, True),
)
MENDED = 3  # after this morning a person follows the doctor


def _furnish(home: Path, sink: Sink) -> None:
    (home / "rules.yaml").write_text(RULES.replace("LINKS", OLD_LINKS), encoding="utf-8")
    env = home / "copytaster.env"
    env.touch(mode=0o600)
    env.write_text(f"MAIL=mailto://127.0.0.1:{sink.mail_port}?from=desk@desk.example\n", encoding="utf-8")


def mend(home: Path) -> None:
    """Do what the doctor says: another selector in rules.yaml."""
    path = home / "rules.yaml"
    path.write_text(path.read_text("utf-8").replace(OLD_LINKS, NEW_LINKS), encoding="utf-8")


def _morning(home: Path, now: datetime, title: str, web: Web, sink: Sink) -> Morning:
    before = len(sink.mails)
    hosts = dict.fromkeys((WIRE, NGO, PAPER), web.address)
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn")
    ) as pool:  # a reactor starts once in a process
        pool.submit(_run, home, now, hosts).result()
    mails = sink.mails[before:]
    subjects = tuple(str(m.message["Subject"]) for m in mails if m.recipient == EDITOR)
    told = tuple(_plain(m) for m in mails if m.recipient == OPERATOR)
    with _opened(home, now) as wire:
        outlets = [o.name for o in wire.newsroom.outlets]
        states = {
            d.name: str(d.health) for n in outlets for d in diagnose(wire, n, shown=1, shipped=frozenset())
        }
    return Morning(day=now, title=title, editor=subjects, operator=told, states=states)


def _plain(mail: Mail) -> str:
    part = mail.message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def _run(home: Path, now: datetime, hosts: dict[str, tuple[str, int]]) -> None:
    from monitor.crawl.passes import PassOptions, one_pass
    from monitor.crawl.tasks import Network

    with _opened(home, now) as wire:
        one_pass(wire, PassOptions(version="drill", network=Network.local(hosts)))


@contextmanager
def _opened(home: Path, now: datetime) -> Iterator[Wire]:
    paper = declared_outlets()[
        "intercept"
    ]  # its hook, its name; served here, and without the pause between requests
    feed_here = Source(url=f"http://{PAPER}/feed", max_silence=timedelta(days=4))
    here = replace(paper, sources=(feed_here,), articles=Articles.ALL, delay=timedelta(0))
    wire = open_wire(home, {here.name: here}, clock=lambda: now, process={}, terminal=False)
    try:
        yield wire
    finally:
        wire.store.close()


def _tell(morning: Morning, home: Path, say: Callable[[str], None]) -> None:
    say(f"\n== {morning.day:%A %d %B %Y}: {morning.title}")
    say(
        f"The editor got {len(morning.editor)} mails"
        + (f", the first: {morning.editor[0]}" if morning.editor else ".")
    )
    for text in morning.operator:
        say("The operator got:")
        for line in text.splitlines():
            say(f"    {line}" if line.strip() else "")
    say("States: " + ", ".join(f"{name} {state}" for name, state in morning.states.items()))
    ill = [name.removesuffix(" (pages)") for name, state in morning.states.items() if state != "ok"]
    for name in ill:
        say(f"$ copytaster sources doctor {name}")
        _doctor(home, morning.day, name, say)


def _doctor(home: Path, now: datetime, name: str, say: Callable[[str], None]) -> None:
    with _opened(home, now) as wire:
        for one in diagnose(wire, name, shown=4, shipped=frozenset()):
            for change in one.changes:
                say(f"    {change}")
            for remedy in one.remedies:
                say(f"    {remedy.text}")
                if remedy.line or remedy.command:
                    say(f"        - {remedy.line}" if remedy.line else f"        {remedy.command}")


def main() -> None:
    """Play the drill and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="an empty folder in which everything is left for a look")
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        drill(given.keep)
        return
    with tempfile.TemporaryDirectory(prefix="copytaster-drill-") as home:
        drill(Path(home))


if __name__ == "__main__":
    main()
