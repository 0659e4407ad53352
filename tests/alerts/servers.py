"""Real servers on loopback that answer as told: an SMTP server with a script, an HTTP server with a reply."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HANG_UP = "hang up"
SILENCE = "silence"
GIBBERISH = "gibberish"  # an answer that is no HTTP


@dataclass
class Post:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """What the server answers, which may be changed at any time, and what it was sent."""

    port: int = 0
    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    act: str = ""
    plan: list[int | str] = field(default_factory=list)  # statuses and acts, one a request, before the others
    posts: list[Post] = field(default_factory=list)


@contextmanager
def web(
    status: int = 200,
    body: bytes = b"ok",
    headers: dict[str, str] | None = None,
    *,
    act: str = "",
    tls: ssl.SSLContext | None = None,
) -> Iterator[Web]:
    record = Web(status=status, body=body, headers=headers or {}, act=act)
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            record.posts.append(Post(self.path, dict(self.headers), self.rfile.read(length)))
            if record.plan:
                first = record.plan.pop(0)
                record.status, record.act = (first, "") if isinstance(first, int) else (200, first)
            if record.act == HANG_UP:
                self.close_connection = True
                return
            if record.act == SILENCE:
                stop.wait(20)
                return
            if record.act == GIBBERISH:
                self.wfile.write(b"what do you want?\r\n\r\n")
                return
            self.send_response(record.status)
            for name, value in record.headers.items():
                self.send_header(name, value)
            if record.status >= 200 and record.status not in (204, 304):
                self.send_header("Content-Length", str(len(record.body)))
                self.end_headers()
                self.wfile.write(record.body)
            else:
                self.end_headers()

        do_GET = do_POST  # noqa: N815  # http.server finds it by this name

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        record.port = server.server_port
        yield record
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Smtp:
    port: int
    said: list[str] = field(default_factory=list)  # commands heard
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def smtp(
    script: dict[str, str | list[str]] | None = None,
    *,
    offers: str = "",
    tls: ssl.SSLContext | None = None,
    at_once: bool = False,
) -> Iterator[Smtp]:
    """Answer each verb with its line in `script` ("greeting", "ehlo", "mail", "rcpt", "data", "content").

    A list is worked off over all connections, one answer a time; its last stands for all that follow. DATA after
    refused recipients is refused unless the script says otherwise.
    """
    answers: dict[str, str | list[str]] = {
        "greeting": "220 ready",
        "ehlo": "250-localhost\r\n" + offers + "250 HELP",
        "helo": "250 hello",
        "mail": "250 ok",
        "rcpt": "250 ok",
        "data": "354 go on",
        "content": "250 queued as A1B2",
        "rset": "250 ok",
        "quit": "221 bye",
        "starttls": "220 go",
        "auth": "235 welcome",
    } | (script or {})
    record = Smtp(0)
    stop = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True
        content = False  # what follows is a message
        recipients = 0  # accepted for it

        def handle(self) -> None:
            record.connections += 1
            if tls is not None and at_once:
                self._wrap()
            if not self._answer("greeting"):
                return
            while line := self.rfile.readline():
                words = line.decode("utf-8", "replace").strip()
                record.said.append(words)
                verb = words.split(" ")[0].lower()
                if not self._answer(verb if verb in answers else "help"):
                    return
                if self.content and not self._content():
                    return
                if verb == "starttls":
                    self._wrap()
                if verb == "quit":
                    return

        def _wrap(self) -> None:
            assert tls is not None
            try:
                self.request = tls.wrap_socket(self.request, server_side=True)
            except (ssl.SSLError, OSError):
                return
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)

        def _content(self) -> bool:
            mail, self.content = b"", False
            while (line := self.rfile.readline()) != b".\r\n":
                if not line:
                    return False
                mail += line
            record.mails.append(mail)
            return self._answer("content")

        def _answer(self, step: str) -> bool:
            planned = answers.get(step, "502 unknown")
            if isinstance(planned, list):
                answer = planned.pop(0) if len(planned) > 1 else planned[0]
            else:
                answer = planned
            if step in ("mail", "rset"):
                self.recipients = 0
            self.recipients += step == "rcpt" and answer.startswith("2")
            if step == "data" and answer.startswith("354"):
                if not self.recipients and "data" not in (script or {}):
                    answer = "503 for whom?"
                else:
                    self.content = True
            if answer == HANG_UP:
                return False
            if answer == SILENCE:
                stop.wait(20)
                return False
            self.wfile.write(answer.encode() + b"\r\n")
            return True

        def finish(self) -> None:
            for stream in (self.rfile, self.wfile):
                try:
                    stream.close()
                except (OSError, ValueError):
                    continue
            try:
                self.request.close()
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...

    with Server(("127.0.0.1", 0), Handler) as server:
        record.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield record
        finally:
            stop.set()
            server.shutdown()
            thread.join()


REPLIES = {
    "hooks.slack.com": (200, b"ok"),
    "discord.com": (204, b""),
    "api.telegram.org": (200, b'{"ok":true,"result":{}}'),
    "prod-00.example.com": (202, b""),
}


@dataclass
class Services:
    """Stand-ins for the real chat services: what sends the requests library to them, and what was posted.

    `status` is what all answer; 0: each what it answers when all is well.
    """

    environment: dict[str, str]
    status: int = 0
    posts: list[Post] = field(default_factory=list)


@contextmanager
def services(folder: Path) -> Iterator[Services]:
    """Stand in for the real chat services: a proxy that answers TLS in their names."""
    authority, context = certificate(folder, *REPLIES)
    record = Services({})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.connection = self.request = context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.close_connection = False

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            record.posts.append(Post(self.path, dict(self.headers), self.rfile.read(length)))
            self.close_connection = True
            usual = REPLIES[self.headers["Host"].split(":")[0]]
            code, answer = (record.status, b"no") if record.status else usual
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Location", "https://discord.com/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        def finish(self) -> None:
            for stream in (self.rfile, self.wfile, self.request):
                try:
                    stream.close()
                except (OSError, ValueError):
                    continue

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        record.environment = {
            "HTTPS_PROXY": f"http://127.0.0.1:{server.server_port}",
            "REQUESTS_CA_BUNDLE": str(authority),
        }
        yield record
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, name: str = "localhost", *others: str) -> tuple[Path, ssl.SSLContext]:
    """Make an authority and a certificate for `name`: the authority's file, and the server's context."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2020, 1, 1) + timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(n) for n in (name, *others)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = folder / f"{name}.pem"
    private = folder / f"{name}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
