"""A real IMAP server on loopback, as small as it can be: one user, one folder, and a record of what it heard."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_STRING = r'"((?:[^"\\]|\\.)*)"|(\S+)'


@dataclass
class Imap:
    """The mails by their number, which of them were seen, and every command heard."""

    user: str
    password: str
    folder: str = "INBOX"
    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)  # listed, but not there when asked for
    refuses: dict[str, str] = field(default_factory=dict)  # by command: "NO why", or "" to hang up


def _words(text: str) -> list[str]:
    return [
        re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in re.findall(_STRING, text)
    ]


def _handler(record: Imap, tls: ssl.SSLContext | None) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if tls is not None:
                try:
                    self.request = tls.wrap_socket(self.request, server_side=True)
                except (ssl.SSLError, OSError):
                    return
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
            self.wfile.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
            while line := self.rfile.readline():
                tag, _, command = line.decode("utf-8").strip().partition(" ")
                record.heard.append(command)
                verb = command.removeprefix("UID ").split(" ")[0].upper()
                if verb in record.refuses:
                    if not record.refuses[verb]:
                        return
                    self.wfile.write(f"{tag} {record.refuses[verb]}\r\n".encode())
                    continue
                self._answer(tag, verb, command)
                if verb == "LOGOUT":
                    return

        def _answer(self, tag: str, verb: str, command: str) -> None:
            done = f"{tag} OK done\r\n".encode()
            if verb == "LOGIN":
                good = _words(command)[1:] == [record.user, record.password]
                self.wfile.write(done if good else f"{tag} NO {command} is wrong\r\n".encode())
            elif verb == "SELECT":
                known = _words(command)[1] == record.folder
                self.wfile.write(
                    b"* 9 EXISTS\r\n" + done if known else f"{tag} NO no such folder\r\n".encode()
                )
            elif verb == "SEARCH":
                left = " ".join(str(n) for n in record.mails if n not in record.seen)
                self.wfile.write(f"* SEARCH {left}\r\n".encode() + done)
            elif verb == "FETCH":
                self._fetch(int(command.split(" ")[2]), command, done)
            elif verb == "STORE":
                record.seen.add(int(command.split(" ")[2]))
                self.wfile.write(done)
            else:
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n" * (verb == "CAPABILITY") + done)

        def _fetch(self, number: int, command: str, done: bytes) -> None:
            if number not in record.lost:
                part = re.search(r"<0\.(\d+)>", command)
                raw = record.mails[number][: int(part[1]) if part else None]
                self.wfile.write(
                    b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (number, len(raw)) + raw + b")\r\n"
                )
            self.wfile.write(done)

        def finish(self) -> None:
            for stream in (self.rfile, self.wfile, self.request):
                try:
                    stream.close()
                except (OSError, ValueError):
                    continue

    return Handler


@contextmanager
def imap(
    user: str = "answers", password: str = "hush-hush", *mails: bytes, tls: ssl.SSLContext | None = None
) -> Iterator[Imap]:
    """Serve these mails, unseen."""
    record = Imap(user, password, mails=dict(enumerate(mails, 1)))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...

    with Server(("127.0.0.1", 0), _handler(record, tls)) as server:
        record.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield record
        finally:
            server.shutdown()
            thread.join()
