"""A local web of misbehaving outlets: every host name is a behaviour, all served from one loopback port."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

RSS = "application/rss+xml; charset=utf-8"
Behaviour = Callable[["Handler"], None]


@dataclass(frozen=True)
class Seen:
    """One request as the server got it."""

    host: str
    path: str
    headers: Mapping[str, str]
    at: float


@dataclass
class Web:
    """The running server and what it was asked."""

    port: int
    requests: list[Seen] = field(default_factory=list)

    def asked(self, host: str, path: str | None = None) -> list[Seen]:
        """Give the requests to a host, robots.txt aside unless asked for."""
        wanted = [r for r in self.requests if r.host.split(":")[0] == host]
        return [r for r in wanted if (r.path == path if path else r.path != "/robots.txt")]

    def host_map(self, *hosts: str) -> dict[str, tuple[str, int]]:
        """Map these hosts here."""
        return dict.fromkeys(hosts, ("127.0.0.1", self.port))


class Handler(BaseHTTPRequestHandler):
    """Looks up the behaviour of the host asked for."""

    protocol_version = "HTTP/1.1"
    behaviours: Mapping[str, Behaviour]
    web: Web

    def do_GET(self) -> None:
        host = self.headers.get("Host", "")
        self.web.requests.append(Seen(host, self.path, dict(self.headers.items()), time.monotonic()))
        name = host.split(":")[0]
        with suppress(ConnectionError, ssl.SSLError):
            if self.path == "/robots.txt" and not name.startswith("robots"):
                self.answer(404)
            else:
                self.behaviours.get(name, always(404))(self)

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Answer; header names have _ for -."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be quiet."""


def rss(*titles: str, channel: str = "<ttl>15</ttl>") -> bytes:
    """Give a feed with these headlines."""
    entries = "".join(
        f"<item><title>{t}</title><link>https://outlet.example/{n}</link><guid>{n}-{t}</guid>"
        f"<pubDate>Sat, 01 Nov 2025 0{n}:00:00 GMT</pubDate><description>About {t}.</description></item>"
        for n, t in enumerate(titles, 1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{channel}{entries}</channel></rss>'.encode()


FEED = rss("Cotton from Xinjiang", "Rain in Leeds")


def etag(handler: Handler) -> None:
    """A good server: validators, 304."""
    if handler.headers.get("If-None-Match") == 'W/"v1"':
        handler.answer(304, ETag='W/"v1"', Cache_Control="max-age=600")
        return
    handler.answer(
        200,
        FEED,
        Content_Type=RSS,
        ETag='W/"v1"',
        Last_Modified="Sat, 01 Nov 2025 10:00:00 GMT",
        Cache_Control="max-age=1800",
    )


def dated(handler: Handler) -> None:
    """A server that knows Last-Modified only."""
    if handler.headers.get("If-Modified-Since") == "Sat, 01 Nov 2025 10:00:00 GMT":
        handler.answer(304)
        return
    handler.answer(200, FEED, Content_Type=RSS, Last_Modified="Sat, 01 Nov 2025 10:00:00 GMT")


def always(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer every request alike."""
    return lambda handler: handler.answer(status, body, **headers)


def chain(handler: Handler) -> None:
    """301, 308, then the feed."""
    steps = {"/feed": (301, "/second"), "/second": (308, "http://moved.example/new")}
    if handler.path in steps:
        status, location = steps[handler.path]
        handler.answer(status, Location=location)
        return
    handler.answer(200, FEED, Content_Type=RSS)


def mixed(handler: Handler) -> None:
    """301, then 302: only the first is for good."""
    steps = {"/feed": (301, "/permanent"), "/permanent": (302, "/today")}
    if handler.path in steps:
        status, location = steps[handler.path]
        handler.answer(status, Location=location)
        return
    handler.answer(200, FEED, Content_Type=RSS)


def slow(handler: Handler) -> None:
    """One byte now and then."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"<")
        handler.wfile.flush()
        time.sleep(0.1)


def endless_headers(handler: Handler) -> None:
    """Headers without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200_000):
        handler.wfile.write(b"X-%d: %s\r\n" % (number, b"a" * 1000))


def endless_body(handler: Handler) -> None:
    """A body without end and without a length."""
    handler.send_response(200)
    handler.send_header("Content-Type", RSS)
    handler.send_header("Connection", "close")
    handler.end_headers()
    for _ in range(100_000):
        handler.wfile.write(b"<item>" * 10_000)


def cut(handler: Handler) -> None:
    """Promises more than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(FEED[:200])
    handler.close_connection = True


def robots(handler: Handler) -> None:
    """Lets nobody at /feed."""
    if handler.path == "/robots.txt":
        handler.answer(200, b"User-agent: *\nDisallow: /feed\n", Content_Type="text/plain")
        return
    handler.answer(200, FEED, Content_Type=RSS)


LISTING = b"""<!doctype html><html><body><nav><a href="/about">About us</a></nav><article><h2>
<a href="/news/2025/11/a-statement-on-forced-labour">A statement on forced labour in the region</a></h2></article>
<article><h2><a href="/news/2025/10/a-hearing-in-brussels">A hearing in Brussels on the import ban</a></h2></article>
</body></html>"""


def robots_down(handler: Handler) -> None:
    """Has trouble with robots.txt only."""
    if handler.path == "/robots.txt":
        handler.answer(503, b"Disallow: /")
        return
    handler.answer(200, FEED, Content_Type=RSS)


def index(handler: Handler) -> None:
    """A sitemap index of two news sitemaps and one that is gone."""
    if handler.path == "/feed":
        names = "".join(
            f"<sitemap><loc>http://index.example/{n}.xml</loc><lastmod>2025-11-0{n}</lastmod></sitemap>"
            for n in (1, 2, 3)
        )
        body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{names}</sitemapindex>'
        handler.answer(200, body.encode(), Content_Type="application/xml")
    elif handler.path == "/3.xml":
        handler.answer(404)
    else:
        handler.answer(200, sitemap(handler.path[1]), Content_Type="application/xml")


def sitemap(name: str) -> bytes:
    """Give a news sitemap of one story."""
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        f"<loc>https://outlet.example/sitemap/{name}</loc><news:news><news:publication><news:name>N</news:name>"
        "<news:language>en</news:language></news:publication>"
        f"<news:publication_date>2025-11-0{name}T10:00:00Z</news:publication_date>"
        f"<news:title>Story number {name}</news:title></news:news></url></urlset>"
    ).encode()


def bomb(size: int) -> bytes:
    """Give zeros that unpack to `size` bytes."""
    return gzip.compress(bytes(size), compresslevel=9)


@contextmanager
def serve(behaviours: Mapping[str, Behaviour], *, certificate: Path | None = None) -> Iterator[Web]:
    """Run the server in threads of this process; with a certificate, over TLS."""
    handler = type("OneHandler", (Handler,), {"behaviours": behaviours})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web = Web(server.server_address[1])
    handler.web = web  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def blake(body: bytes) -> str:
    """Give the hash by which the crawl knows a body again."""
    return blake2b(body, digest_size=16).hexdigest()


def self_signed(file: Path, host: str) -> None:
    """Write a key and a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(pem))
