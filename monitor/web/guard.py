"""What every request passes first: the Host it names, the Origin it comes from; and the headers of every answer."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "Gate"]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
LARGEST = 16 * 1024  # bytes of a request's body
_SAFE = ("GET", "HEAD")


class Gate:
    """Refuses foreign hosts and origins, other methods and large bodies, before any page is reached."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], origins: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(h.lower() for h in hosts)
        self.origins = frozenset(o.lower() for o in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with why not."""
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is None:
            await self.app(scope, receive, with_headers)
        else:
            status, words = refusal
            await PlainTextResponse(words, status)(scope, receive, with_headers)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return 403, "This address is not known here.\n"
        if method in _SAFE:
            return None
        if method != "POST":
            return 405, "Only GET and POST.\n"
        if not self._from_here(headers):
            return 403, "This request came from another site and was refused.\n"
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST:
            return 413, "Too large.\n"
        return None

    def _from_here(self, headers: Headers) -> bool:
        """Browsers name the origin of every POST; "null" is what a referrer policy of the browser makes of it."""
        origin = headers.get("origin", "").lower()
        site = headers.get("sec-fetch-site", "").lower()
        if site and site != "same-origin":
            return False
        if origin == "null":
            return site == "same-origin"
        return bool(origin) and origin in self.origins and bool(urlsplit(origin).netloc)
