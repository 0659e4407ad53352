"""E-mail: mailto:// (STARTTLS) and mailtos:// (TLS from the first byte) over verified connections.

    mailto://user:password@smtp.example.org:587?from=alerts@example.org&name=Alerts

One recipient a send, the same Message-ID on every attempt. Reference: docs/reference/channels.md.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from types import TracebackType

from monitor.alerts.deadline import Watch, deadline
from monitor.alerts.letter import letter
from monitor.alerts.mailserver import MailServer, Tls, parse
from monitor.alerts.redact import redact, secrets_of
from monitor.alerts.values import Envelope, Receipt, Rendered
from monitor.errors import ConfigError, DeliveryError, Fate

__all__ = ["MailSession", "check", "connect", "send_mail"]

PER_STEP = 30.0  # seconds of silence allowed
PER_MESSAGE = 120.0  # seconds for one message from MAIL to the answer after DATA
PERMANENT = 500
ACCEPTED = range(200, 300)
CLOSING = 421
NO_SMTP = -1  # what smtplib makes of an answer without a number
START_DATA = 354


def check(url: str) -> None:
    """Raise ConfigError when this mail URL cannot work. Connects to nothing."""
    parse(url)


def send_mail(url: str, envelope: Envelope, rendered: Rendered) -> Receipt:
    """Send one message over a connection of its own."""
    with MailSession() as session:
        return session.send(url, envelope, rendered)


class _Refused(DeliveryError):
    """The server said no and waits for what comes next: the connection can be used again."""


class _Stale(DeliveryError):
    """A connection that was kept has ended before anything of this message was said over it."""


class MailSession:
    """Mail connections kept open for a burst, one a server. For one thread."""

    def __init__(self, *, per_step: float = PER_STEP, per_message: float = PER_MESSAGE) -> None:
        self._per_step = per_step
        self._per_message = per_message
        self._watch = Watch(per_message)
        self._open: dict[str, smtplib.SMTP] = {}

    def __enter__(self) -> MailSession:
        """Open nothing yet: connections are made when first needed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye to every server."""
        for connection in self._open.values():
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()
        self._open.clear()
        self._watch.close()

    def send(self, url: str, envelope: Envelope, rendered: Rendered) -> Receipt:
        """Hand one message to the server of `url` for one recipient. Raises DeliveryError."""
        secrets = secrets_of(url)
        try:
            server = parse(url)
            content = letter(envelope, rendered, server)
            answer = self._hand_over(url, server, envelope.recipient, content)
        except DeliveryError as error:
            raise DeliveryError(error.fate, redact(error.detail, secrets)) from None
        except ConfigError as error:
            raise DeliveryError(Fate.DEAD, str(error)) from None
        return Receipt(redact(answer, secrets))

    def _hand_over(self, url: str, server: MailServer, recipient: str, content: bytes) -> str:
        kept = self._open.pop(url, None)
        if kept is not None:
            try:
                return self._over(kept, url, server, recipient, content, kept=True)
            except _Stale:
                pass  # made anew: nothing was said of this message
        fresh = connect(server, self._per_step, self._per_message)
        return self._over(fresh, url, server, recipient, content, kept=False)

    def _over(
        self,
        connection: smtplib.SMTP,
        url: str,
        server: MailServer,
        recipient: str,
        content: bytes,
        *,
        kept: bool,
    ) -> str:
        """Send over a connection, and keep it for the next unless it failed."""
        usable = False
        try:
            with self._watch.over(lambda: connection.sock):
                try:
                    answer = _transact(connection, server, recipient, content, kept=kept)
                except _Refused:
                    usable = _forget(connection)
                    raise
                usable = True
                return answer
        finally:
            if usable:
                self._open[url] = connection
            else:
                connection.close()


def _forget(connection: smtplib.SMTP) -> bool:
    """Let the server forget the message it refused; tell whether the connection can be used again."""
    try:
        return connection.rset()[0] in ACCEPTED
    except (smtplib.SMTPException, OSError):
        return False


def connect(server: MailServer, per_step: float = PER_STEP, total: float = PER_MESSAGE) -> smtplib.SMTP:
    """Open a connection, secured and logged in as the URL says; times in seconds. Raises DeliveryError."""
    context = ssl.create_default_context()
    where = f"{server.host}:{server.port}"
    connection = _client(server, context, per_step)
    try:
        with deadline(total, lambda: connection.sock):
            code, words = connection.connect(server.host, server.port)
            _expect(code, words, f"{where} greeted with")
            connection.ehlo_or_helo_if_needed()
            _secure(connection, server, context, where)
            _log_in(connection, server, where)
    except (smtplib.SMTPException, OSError, DeliveryError) as error:
        connection.close()
        raise _why_not(error, where) from None
    return connection


def _client(server: MailServer, context: ssl.SSLContext, per_step: float) -> smtplib.SMTP:
    name = server.sender.rpartition("@")[2].encode("idna").decode("ascii")  # else it looks its own name up
    if server.tls is Tls.AT_ONCE:
        client: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=name, timeout=per_step, context=context)
    else:
        client = smtplib.SMTP(local_hostname=name, timeout=per_step)
    client._host = server.host  # type: ignore[attr-defined]  # the name TLS verifies; connect() leaves it empty
    return client


def _secure(connection: smtplib.SMTP, server: MailServer, context: ssl.SSLContext, where: str) -> None:
    if server.tls is not Tls.STARTTLS:
        return
    if not connection.has_extn("starttls"):
        detail = f"{where} offers no STARTTLS; nothing was sent in clear. Use mailtos://, or port 587."
        raise DeliveryError(Fate.RETRY, detail)
    connection.starttls(context=context)
    connection.ehlo()


def _log_in(connection: smtplib.SMTP, server: MailServer, where: str) -> None:
    if not server.user:
        return
    if not connection.has_extn("auth"):
        detail = f"{where} takes no log-in; remove user and password from the URL, or use its log-in port."
        raise DeliveryError(Fate.DEAD, detail)
    connection.login(server.user, server.password)


def _why_not(error: smtplib.SMTPException | OSError | DeliveryError, where: str) -> DeliveryError:
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        detail = f"{where} shows a certificate that cannot be trusted: {error.verify_message}"
        return DeliveryError(Fate.RETRY, detail)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _refusal(error.smtp_code, error.smtp_error, f"{where} refused the log-in:")
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, error.smtp_error, f"{where} answered")
    return DeliveryError(Fate.RETRY, f"{where} could not be reached: {_words(error)}")


def _transact(
    connection: smtplib.SMTP, server: MailServer, recipient: str, content: bytes, *, kept: bool
) -> str:
    """Hand one message over; `kept`: the connection was used before, and may have ended since (_Stale)."""
    where = f"{server.host}:{server.port}"
    try:
        _announce(connection, server, recipient, where, kept=kept)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise DeliveryError(Fate.RETRY, f"{where} broke off before the message: {_words(error)}") from None
    try:
        connection.send(content)
        code, words = connection.getreply()
    except (smtplib.SMTPException, OSError) as error:
        detail = f"{where} gave no answer after the message, which may have arrived: {_words(error)}"
        raise DeliveryError(Fate.UNKNOWN, detail) from None
    if code < ACCEPTED.start:
        detail = f"{where} answered the message with something that is no SMTP: {_say(words)}"
        raise DeliveryError(Fate.UNKNOWN, detail)
    _expect(code, words, f"{where} refused the message:")
    return f"{code} {_say(words)}"


def _announce(
    connection: smtplib.SMTP, server: MailServer, recipient: str, where: str, *, kept: bool
) -> None:
    """Name sender and recipient and ask to send; all at once where the server takes that (PIPELINING, RFC 2920)."""
    options = _options(connection, server.sender, recipient)
    steps = (
        (f"mail FROM:<{server.sender}>{options}", f"{where} refused the sender {server.sender}:"),
        (f"rcpt TO:<{recipient}>", f"{where} refused {recipient}:"),
        ("data", f"{where} did not take the message:"),
    )
    at_once = connection.has_extn("pipelining")
    try:
        connection.send("".join(f"{line}\r\n" for line, _ in steps[: 3 if at_once else 1]))
        if at_once:
            _answer_quickly(connection)
        code, words = connection.getreply()
    except (smtplib.SMTPServerDisconnected, ConnectionError):
        if kept:
            raise _Stale(Fate.RETRY, "the connection had ended") from None
        raise
    if kept and code == CLOSING:
        raise _Stale(Fate.RETRY, "the server closes the connection")
    for number, (line, what) in enumerate(steps):
        if number and not at_once:
            connection.send(f"{line}\r\n")
        if number:
            code, words = connection.getreply()
        if code != START_DATA if line == "data" else code not in ACCEPTED:
            refusal = _refusal(code, words, what)
            if at_once and not _drained(connection, len(steps) - 1 - number):
                raise DeliveryError(refusal.fate, refusal.detail)
            raise refusal


def _answer_quickly(connection: smtplib.SMTP) -> None:
    """Acknowledge what comes at once: a server that writes its answers one by one waits 40 ms for each otherwise."""
    option = getattr(socket, "TCP_QUICKACK", None)  # Linux only
    if option is not None and connection.sock is not None:
        with suppress(OSError):
            connection.sock.setsockopt(socket.IPPROTO_TCP, option, 1)


def _drained(connection: smtplib.SMTP, left: int) -> bool:
    """Hear what a server still answers to what was said at once; tell whether the connection can be used again.

    One that would take a message after it refused its recipient gets an empty one, which it cannot deliver.
    """
    try:
        codes = [connection.getreply()[0] for _ in range(left)]
        if codes[-1:] == [START_DATA]:
            connection.send(".\r\n")
            connection.getreply()
    except (smtplib.SMTPException, OSError):
        return False
    return True


def _options(connection: smtplib.SMTP, sender: str, recipient: str) -> str:
    if (sender + recipient).isascii():
        return ""
    if not connection.has_extn("smtputf8"):
        detail = f"the mail server does not take addresses in letters of other scripts: {recipient}"
        raise DeliveryError(Fate.DEAD, detail)
    connection.command_encoding = "utf-8"
    return " SMTPUTF8"


def _expect(code: int, words: bytes | str, what: str) -> None:
    if code not in ACCEPTED:
        raise _refusal(code, words, what)


def _refusal(code: int, words: bytes | str, what: str) -> DeliveryError:
    fate = Fate.DEAD if code >= PERMANENT else Fate.RETRY
    kind = DeliveryError if code in (CLOSING, NO_SMTP) else _Refused
    return kind(fate, f"{what} {code} {_say(words)}")


def _say(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:300]


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
