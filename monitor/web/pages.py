"""The pages of `copytaster serve`. A GET changes nothing: mail scanners open every link."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitor.alerts.plain import clean
from monitor.app import feeds
from monitor.app.labels import Labelled, Opinion, of_alert, person_of, put, token_holds
from monitor.app.signing import sign, signing_key, verified
from monitor.app.wire import Wire
from monitor.story import Outlet
from monitor.web.guard import Gate

if TYPE_CHECKING:
    from jinja2 import Environment

    from monitor.store import AlertRow

__all__ = ["application"]

_MOST_FIELDS = 4


def application(wire: Wire, outlets: Mapping[str, Outlet], *, listens: str) -> Gate:
    """Make the application of a newsroom; `listens` is host:port as a browser names it."""
    public = wire.newsroom.settings.public
    base = urlsplit(public).path.rstrip("/") if public else ""
    pages = _Pages(wire, outlets, signing_key(wire.folder), base)
    routes = [
        Route("/label/{alert:int}/{word}/{token}", pages.label, methods=["GET", "POST"]),
        Route("/feeds/{token}/{name}", pages.feed, methods=["GET"]),
        Route("/style.css", pages.style, methods=["GET"]),
        Route("/", pages.front, methods=["GET"]),
    ]
    everywhere = [r for route in routes for r in _at(route, base)]
    parts = urlsplit(public)
    hosts, origins = {listens}, {f"http://{listens}"}
    if parts.netloc:
        hosts.add(parts.netloc)
        origins.add(f"{parts.scheme}://{parts.netloc}")
    return Gate(Starlette(routes=everywhere), hosts=hosts, origins=origins)


def _at(route: Route, base: str) -> list[Route]:
    """Answer under the path of the public address too: some proxies strip it, some do not."""
    methods = sorted(route.methods or ())
    twice = [Route(base + route.path, route.endpoint, methods=methods)] if base else []
    return [route, *twice]


class _Pages:
    """The pages of one newsroom."""

    def __init__(self, wire: Wire, outlets: Mapping[str, Outlet], key: bytes, base: str) -> None:
        self.wire, self.outlets, self.key, self.base = wire, outlets, key, base

    async def label(self, request: Request) -> Response:
        """Show one alert with one button; the button labels it."""
        alert, word = int(request.path_params["alert"]), str(request.path_params["word"])
        if not token_holds(self.key, alert, word, str(request.path_params["token"])):
            return self._sorry(
                403, "This link was altered, or is not from here. Use the link of the message itself."
            )
        if request.method == "POST" and not await self._meant(request, alert, word):
            return self._sorry(
                403, "This page is too old, or the request did not come from it. Open the link again."
            )
        opinion = Opinion[word.upper()]
        from starlette.concurrency import run_in_threadpool

        if request.method == "POST":
            done = await run_in_threadpool(self._put, alert, opinion)
            if done is not None:
                return self._page(
                    "thanks.html.j2", opinion=opinion.value, done=done, headline=clean(done.headline)
                )
        else:
            row = await run_in_threadpool(self._look, alert)
            if row is not None and row.story is not None:
                return self._ask(row, opinion, alert)
        return self._sorry(404, "The story of this link is no longer on record.")

    def _ask(self, row: AlertRow, opinion: Opinion, alert: int) -> Response:
        assert row.story is not None
        story = row.story.story
        outlet = self.outlets.get(story.outlet)
        return self._page(
            "label.html.j2",
            opinion=opinion.value,
            headline=clean(story.title or story.url),
            language=clean(story.language or ""),
            outlet=clean(outlet.title if outlet else story.outlet),
            rules=[clean(rule) for rule in row.alert.rules],
            person=clean(person_of(row.alert.recipient)),
            token=sign(self.key, "form", alert, opinion.word),
        )

    async def _meant(self, request: Request, alert: int, word: str) -> bool:
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return False
        form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
        token = form.get("token")
        return isinstance(token, str) and verified(self.key, token, "form", alert, word)

    def _look(self, alert: int) -> AlertRow | None:
        with self.wire.store.reading() as tx:
            return of_alert(tx, alert)

    def _put(self, alert: int, opinion: Opinion) -> Labelled | None:
        with self.wire.store.writing() as tx:
            row = of_alert(tx, alert)
            if row is None:
                return None
            return put(tx, row, opinion, person=person_of(row.alert.recipient), at=self.wire.clock())

    async def feed(self, request: Request) -> Response:
        """Give a rule's feed to who knows its address."""
        name, _, form = str(request.path_params["name"]).rpartition(".")
        rule = feeds.rule_of(self.wire, name)
        token = str(request.path_params["token"])
        if rule is None or form not in feeds.FORMS or not verified(self.key, token, "feed", rule.name):
            return self._sorry(404, "There is no such feed. See copytaster feeds list.")
        from starlette.concurrency import run_in_threadpool

        made = await run_in_threadpool(
            feeds.made, self.wire, rule, form, self.outlets, address=str(request.url)
        )
        return Response(made.content, media_type=made.media)

    async def style(self, _request: Request) -> Response:
        """Give the style sheet."""
        return PlainTextResponse(_read("style.css"), media_type="text/css")

    async def front(self, _request: Request) -> Response:
        """Say what this is, and nothing else."""
        return self._page("front.html.j2")

    def _sorry(self, status: int, words: str) -> Response:
        return self._page("sorry.html.j2", status=status, words=words)

    def _page(self, name: str, *, status: int = 200, **shown: object) -> Response:
        letter = self.wire.newsroom.operator
        text = (
            _templates()
            .get_template(name)
            .render(base=self.base, operator=clean(letter.name), mail=clean(letter.mail), **shown)
        )
        return HTMLResponse(text, status)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("monitor.web", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


@cache
def _read(name: str) -> str:
    from importlib.resources import files

    return (files("monitor.web") / "templates" / name).read_text(encoding="utf8")
