"""The likely mend of an ailing source, in words, with the exact line for rules.yaml or the command to try."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.config.edit import source_line
from monitor.config.newsroom import Newsroom
from monitor.schedule import Health, SourceState, Trait, Window, address, decay, in_shell
from monitor.store import PollRow
from monitor.story import FAILURES, Articles, Outcome, Outlet, Source, SourceKind

__all__ = ["Case", "Remedy", "remedies"]

_NAMED = re.compile(r"It names these feeds: (\S+?)[,.]?(?:\s|$)")
_TEXTS = frozenset({Trait.BODY, Trait.LENGTH, Trait.SUMMARY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing to do. `line` is an entry for `sources:` in rules.yaml, `command` one to type."""

    text: str
    line: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a source; without `source`: of the pages of an outlet. `polls`: the latest first."""

    newsroom: Newsroom
    outlet: Outlet
    source: Source = field(default_factory=lambda: Source(url=""))
    state: SourceState = field(default_factory=lambda: SourceState(outlet="", url=""))
    window: Window | None = None
    polls: tuple[PollRow, ...] = ()
    shipped: bool = False  # declared in spiders/

    @property
    def written(self) -> bool:
        """Whether the address stands in rules.yaml itself."""
        return bool(self.source.url) and self.source.url in self.newsroom.text

    @property
    def failing(self) -> PollRow | None:
        """The latest poll, when it failed."""
        return self.polls[0] if self.polls and self.polls[0].outcome in FAILURES else None


def remedies(case: Case) -> Iterator[Remedy]:
    """Give what is likely to help, the likeliest first; nothing for a source that is well."""
    if not case.source.url:
        yield from _for_pages(case)
        return
    if (failing := case.failing) is not None:
        yield from _for_failure(case, failing)
    elif case.state.health is Health.SILENT:
        yield from _for_silence(case)
    if address(case.state, case.source) != case.source.url:
        text = f"Write the new address {_instead(case)}:"
        yield Remedy(text=text, line=_line(case, url=case.state.moved_to))
    if case.window is not None:
        yield from _for_entries(case)


def _for_failure(case: Case, poll: PollRow) -> Iterator[Remedy]:
    if poll.outcome is Outcome.NOT_A_FEED:
        yield from _for_a_page(case, poll)
    elif poll.outcome is Outcome.GONE or (poll.outcome is Outcome.HTTP_ERROR and poll.status in {404, 410}):
        yield _search(case, "The address is gone. Look for the outlet's new feed:")
        yield Remedy(text=f"If there is none, {_drop(case)}.")
    elif poll.outcome in {Outcome.EMPTY, Outcome.MALFORMED, Outcome.HOSTILE, Outcome.TOO_BIG}:
        yield _search(case, "What it answers cannot be used. See whether the outlet has another feed:")
        yield _again(case)
    elif poll.outcome is Outcome.BLOCKED:
        yield from _for_refusal(case)
    elif poll.outcome is Outcome.ROBOTS:
        yield Remedy(
            text="robots.txt forbids this address, and we obey it. Ask the outlet to allow our crawler."
        )
        yield _search(case, "Or use an address that it allows:")
    elif poll.outcome is Outcome.RATE_LIMITED:
        text = f"The outlet asks us to come less often. Write this line {_instead(case)}:"
        yield Remedy(text=text, line=_line(case, interval="60m"))
    else:
        yield from _for_the_way(case, poll)


def _for_a_page(case: Case, poll: PollRow) -> Iterator[Remedy]:
    """A web page came where a feed, or a page that the selector knows, is expected."""
    named = _NAMED.search(poll.detail)
    if case.source.kind is SourceKind.LISTING:
        text = (
            f"Open {case.source.url} and look at the links of the newest stories. Write a CSS or XPath expression that "
            f"selects them {_instead(case)} (now: {case.source.links}):"
        )
        yield Remedy(text=text, line=_line(case, links="article h2 a"))
        yield _search(case, "Or see whether the outlet has a feed by now:")
    elif named:
        text = f"The address is a web page now, which names a feed. Write this line {_instead(case)}:"
        yield Remedy(text=text, line=_line(case, kind=SourceKind.FEED, url=named[1].rstrip(".,")))
    elif "is a sitemap" in poll.detail:
        text = f"The address is a sitemap. Write this line {_instead(case)}:"
        yield Remedy(text=text, line=_line(case, kind=SourceKind.SITEMAP))
    elif poll.landed and _site(poll.landed) != _site(case.source.url):
        text = f"It redirects to {_site(poll.landed)}, a page for people. Open {case.source.url} in a browser to see what it wants."
        yield Remedy(text=text)
        yield _search(case, "A feed elsewhere on the site may be free of it:")
    else:
        yield Remedy(text=f"Open {case.source.url} in a browser to see what it is now.")
        yield _search(case, "Look for the outlet's new feed:")


def _for_refusal(case: Case) -> Iterator[Remedy]:
    if not case.newsroom.settings.contact:
        text = (
            'Say who you are: under `settings:` write  contact: "https://example.org/about-our-crawler"  with an address '
            "of yours. Outlets let in whom they can ask."
        )
        yield Remedy(text=text)
    yield Remedy(text=f"If {case.source.url} opens in a browser, ask the outlet to let our crawler in.")
    yield _search(case, "Or use another feed of it:")


def _for_the_way(case: Case, poll: PollRow) -> Iterator[Remedy]:
    """The outlet was not reached."""
    host = urlsplit(case.source.url).hostname or case.source.url
    words = {
        Outcome.DNS: f"No address is known for {host}. Check the spelling; if it is right, the outlet may have moved.",
        Outcome.TLS: f"The certificate of {host} cannot be trusted. Check this machine's clock; else tell the outlet.",
        Outcome.FORBIDDEN_ADDRESS: f"{host} leads to a private or refused network, where we never ask. Give its public address.",
    }
    waits = f"Nothing to change: {host} was not reached, and it is tried again at least once a day."
    yield Remedy(text=words.get(poll.outcome, waits))
    if poll.outcome is Outcome.DNS:
        yield _search(case, "Look for it under its new name:")
    yield _again(case)


def _for_silence(case: Case) -> Iterator[Remedy]:
    yield _search(case, "The feed may be frozen while the outlet publishes elsewhere. Look for its new feed:")
    text = f"If the outlet is only quiet, say how long it may be. Write this line {_instead(case)}:"
    yield Remedy(text=text, line=_line(case, max_silence="60d"))


def _for_entries(case: Case) -> Iterator[Remedy]:
    lost = {fall.trait for fall in decay.falls(case.window)} if case.window else set()
    if lost & _TEXTS and case.outlet.articles is Articles.NONE:
        text = f"The feed gives less text than it did. Have the pages read. Write this line {_instead(case)}:"
        yield Remedy(text=text, line=_line(case, articles="all"))
    yield _search(
        case, f"See in {case.source.url} whether it is there under another name, or look for another feed:"
    )
    yield _usual(case.source.name)


def _for_pages(case: Case) -> Iterator[Remedy]:
    lost = {fall.trait for fall in decay.falls(case.window)} if case.window else set()
    if Trait.PAGE in lost:
        yield Remedy(
            text="Open a story of the outlet in a browser: a consent, login or challenge page may stand before it."
        )
    elif Trait.AGREEMENT in lost:
        yield Remedy(
            text="The pages are about something else than the entries: see where the feed's links lead."
        )
    else:
        text = (
            "The outlet has a new layout. What only its own code found is missing until monitor/parse/hooks/ knows it "
            "(docs/explanation/articles.md); everything else is read as on any site."
        )
        yield Remedy(text=text)
    yield _usual(case.outlet.name)


def _usual(name: str) -> Remedy:
    text = "If this is how the outlet publishes now, take it for usual:"
    return Remedy(text=text, command=f"copytaster sources doctor {in_shell(name)} --accept")


def _search(case: Case, text: str) -> Remedy:
    parts = urlsplit(case.source.url)
    return Remedy(text=text, command=f"copytaster sources add {parts.scheme}://{parts.netloc}/")


def _again(case: Case) -> Remedy:
    return Remedy(text="Ask it again now:", command=f"copytaster run --source {in_shell(case.source.name)}")


def _instead(case: Case) -> str:
    """Say where a line goes."""
    if case.written:
        return "in place of the one for this address in rules.yaml"
    return f"in place of  - {case.outlet.name}  in rules.yaml"


def _drop(case: Case) -> str:
    named = case.source.url if case.written else f"- {case.outlet.name}"
    return f"delete the line with {named} from rules.yaml"


def _line(case: Case, *, kind: SourceKind | None = None, url: str = "", **options: str) -> str:
    """Write the source's entry for rules.yaml with something changed.

    What an outlet of spiders/ declares stays in force: for its pace and its pages no address is needed.
    """
    outlet = case.outlet.name if case.shipped else case.outlet.title
    if case.shipped and not case.written and not (kind or url or "links" in options):
        pairs = {key: value for key, value in options.items() if value}
        name, *_ = pairs
        return source_line("outlet", outlet, **pairs) if name else ""
    source = case.source
    given = {"outlet": outlet, "section": source.section, "links": source.links} | options
    if (kind or source.kind) is not SourceKind.LISTING:
        given.pop("links")
    return source_line(str(kind or source.kind), url or source.url, **given)


def _site(url: str) -> str:
    return urlsplit(url).hostname or url
