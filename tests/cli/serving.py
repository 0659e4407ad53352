"""A small web server of feeds and pages on loopback, told apart by host."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RSS = "application/rss+xml"


def feed(*titles: str, name: str = "The Example") -> bytes:
    entries = "".join(
        f"<item><title>{t}</title><link>https://www.example.org/{t.replace(' ', '-')}</link><guid>{t}</guid>"
        f"<pubDate>Tue, 24 Nov 2026 0{n}:00:00 GMT</pubDate></item>"
        for n, t in enumerate(titles, 1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{entries}</channel></rss>'.encode()


@dataclass
class Web:
    port: int
    pages: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    conditional: list[str] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Web]:
    web = Web(0)
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = (self.headers["Host"].split(":")[0], self.path)
            web.asked.append(key)
            if "If-None-Match" in self.headers:
                web.conditional.append(key[0])
            kind, body = web.pages.get(key, ("text/plain", b""))
            if body == b"hang":
                stop.wait(60)
                return
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if body:
                self.send_header("ETag", f'"{hash(body)}"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield web
        stop.set()
        server.shutdown()
