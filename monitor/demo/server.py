"""The web servers of the demo's outlets: one loopback port, told apart by the Host header; conditional GET included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

from monitor.demo.outlets import Outlet
from monitor.demo.pages import page

__all__ = ["Asked", "Outlets", "serving"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as a server saw it."""

    host: str
    path: str
    status: int
    conditional: bool
    agent: str


@dataclass(slots=True, kw_only=True)
class Outlets:
    """The running servers. Set `now` to let the simulated hours pass."""

    outlets: Mapping[str, Outlet]  # by host
    now: datetime
    address: tuple[str, int] = ("127.0.0.1", 0)
    asked: list[Asked] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def host_map(self) -> dict[str, tuple[str, int]]:
        """Where each host's connections really go."""
        return dict.fromkeys(self.outlets, self.address)

    def note(self, asked: Asked) -> None:
        """Remember a request."""
        with self.lock:
            self.asked.append(asked)

    def counts(self, path: str) -> Counter[str]:
        """Count the requests for one path, by host."""
        with self.lock:
            return Counter(a.host for a in self.asked if a.path == path)


@contextmanager
def serving(newsroom: Mapping[str, Outlet], now: datetime) -> Iterator[Outlets]:
    """Serve the newsroom on an ephemeral loopback port until the block ends."""
    outlets = Outlets(outlets={o.host: o for o in newsroom.values()}, now=now)

    class Handler(_Handler):
        running = outlets

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        outlets.address = ("127.0.0.1", server.server_port)
        thread = Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="outlets", daemon=True
        )
        thread.start()
        try:
            yield outlets
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    running: Outlets
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as the outlet named in the Host header would at this instant."""
        host = self.headers.get("Host", "").partition(":")[0].lower()
        path = urlsplit(self.path).path
        outlet = self.running.outlets.get(host)
        found = page(outlet, path, self.running.now) if outlet else None
        body = (
            found.body if found else b"<!doctype html><title>Not found</title><p>There is no such page.</p>"
        )
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        etag = f'"{blake2b(body, digest_size=8).hexdigest()}"' if found and outlet and outlet.etag else ""
        if etag and self.headers.get("If-None-Match") == etag:
            status, body = HTTPStatus.NOT_MODIFIED, b""
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        self.running.note(Asked(host, path, status, conditional, self.headers.get("User-Agent", "")))
        self._answer(status, body, found.content_type if found else "text/html; charset=utf-8", etag)

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str, etag: str) -> None:
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Keep quiet: what was asked is in `asked`."""
