"""Where the demo's alerts arrive: a mail server that keeps what it accepts, and a webhook receiver. Loopback only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Lock, Thread

__all__ = ["Hook", "Mail", "Sink", "sinks"]

MOST = 10 * 1024 * 1024  # bytes a message or a call may have


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted message, as it came over the wire."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """Its headers and parts."""
        return message_from_bytes(self.content, EmailMessage, policy=default)

    @property
    def key(self) -> str:
        """The message's key: the left side of its Message-ID."""
        return str(self.message["Message-ID"]).strip("<> ").partition("@")[0]

    @property
    def html(self) -> str:
        """Its HTML part, "" without one."""
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part is not None else ""


@dataclass(frozen=True, slots=True)
class Hook:
    """One call of the webhook."""

    path: str
    key: str  # its Idempotency-Key
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(slots=True)
class Sink:
    """Everything received so far, in order, and the ports it came by."""

    mail_port: int = 0
    hook_port: int = 0
    mails: list[Mail] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def keep_mail(self, mail: Mail) -> None:
        """Keep a message."""
        with self.lock:
            self.mails.append(mail)

    def keep_hook(self, hook: Hook) -> None:
        """Keep a call."""
        with self.lock:
            self.hooks.append(hook)


@contextmanager
def sinks() -> Iterator[Sink]:
    """Receive mail and webhook calls on two ephemeral loopback ports until the block ends."""
    sink = Sink()

    class MailHandler(_MailHandler):
        keeper = sink

    class HookHandler(_HookHandler):
        keeper = sink

    with (
        _MailServer(("127.0.0.1", 0), MailHandler) as mail,
        ThreadingHTTPServer(("127.0.0.1", 0), HookHandler) as hook,
    ):
        sink.mail_port, sink.hook_port = int(mail.server_address[1]), hook.server_port
        threads = [_start(mail, "mail sink"), _start(hook, "webhook sink")]
        try:
            yield sink
        finally:
            mail.shutdown()
            hook.shutdown()
            for thread in threads:
                thread.join()


class _MailServer(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


def _start(server: ThreadingTCPServer | ThreadingHTTPServer, name: str) -> Thread:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True)
    thread.start()
    return thread


class _MailHandler(StreamRequestHandler):
    """As much of ESMTP (RFC 5321) as a client needs that hands over one message after another."""

    keeper: Sink
    timeout = 60  # seconds without a word

    def setup(self) -> None:
        """Begin without an envelope."""
        super().setup()
        self.sender: str | None = None
        self.recipients: list[str] = []

    def handle(self) -> None:
        """Talk until QUIT or until the line is dropped."""
        self._say("220 demo.invalid ESMTP")
        while line := self.rfile.readline(4096):
            words = line.decode("utf-8", "replace").strip()
            verb, _, rest = words.partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 Goodbye")
                return
            self._answer(verb.upper(), rest)

    def _answer(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                self._say("250-demo.invalid", "250-8BITMIME", "250-SMTPUTF8", f"250 SIZE {MOST}")
            case "HELO" | "NOOP":
                self._say("250 OK")
            case "RSET":
                self._forget()
                self._say("250 OK")
            case "MAIL":
                self._forget()
                self.sender = _address(rest)
                self._say("250 OK")
            case "RCPT" if self.sender is not None:
                self.recipients.append(_address(rest))
                self._say("250 OK")
            case "DATA" if self.recipients:
                self._data()
            case "RCPT" | "DATA":
                self._say("503 Bad sequence of commands")
            case _:
                self._say("502 Command not implemented")

    def _data(self) -> None:
        self._say("354 End data with <CR><LF>.<CR><LF>")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if not line:
            return
        for recipient in self.recipients:
            self.keeper.keep_mail(Mail(self.sender or "", recipient, b"".join(lines)))
        self._forget()
        self._say(f"250 Kept as message {len(self.keeper.mails)}")

    def _forget(self) -> None:
        self.sender = None
        self.recipients = []

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


class _HookHandler(BaseHTTPRequestHandler):
    keeper: Sink
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Keep the call and accept it."""
        size = min(int(self.headers.get("Content-Length") or 0), MOST)
        body = self.rfile.read(size)
        key = self.headers.get("Idempotency-Key", "")
        self.keeper.keep_hook(Hook(self.path, key, tuple(self.headers.items()), body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Keep quiet: what came is kept."""
