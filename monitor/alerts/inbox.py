"""The mailbox that answers and bounces arrive in: IMAP over TLS, or a maildir. What was read is marked as seen.

imaps://user:password@mail.example.org/INBOX      maildir:/var/mail/answers
"""

from __future__ import annotations

import imaplib
import mailbox
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from monitor.alerts.deadline import is_loopback
from monitor.alerts.redact import redact, secrets_of
from monitor.errors import ConfigError, DeliveryError, Fate

__all__ = ["check", "unread"]

PER_STEP = 30.0  # seconds
MOST = 200  # mails a pass
LARGEST = 2_000_000  # bytes read of one mail: what we look for stands at its beginning
_FORM = "write imaps://user:password@mail.example.org/INBOX, or maildir:/full/path"


@dataclass(frozen=True, slots=True)
class _Account:
    host: str
    port: int
    tls: bool
    user: str
    password: str
    folder: str


def check(url: str) -> None:
    """Raise ConfigError when this address cannot work. Connects to nothing."""
    if url.startswith("maildir:"):
        _maildir(url)
    else:
        _account(url)


def unread(url: str) -> Iterator[bytes]:
    """Give the unread mails; each is marked as seen when the next is asked for. Raises ConfigError, DeliveryError."""
    if url.startswith("maildir:"):
        yield from _of_maildir(_maildir(url))
        return
    account = _account(url)
    try:
        yield from _of_imap(account)
    except (imaplib.IMAP4.error, OSError) as error:
        words = redact(" ".join(str(error).split()), (*secrets_of(url), account.password))[:300]
        detail = f"The mailbox at {account.host} could not be read: {words}"
        raise DeliveryError(Fate.RETRY, detail) from None


def _maildir(url: str) -> Path:
    path = Path(url.removeprefix("maildir:"))
    if not path.is_absolute() or not (path / "cur").is_dir() or not (path / "new").is_dir():
        msg = f"{path} is no maildir (a folder with cur and new in it); {_FORM}"
        raise ConfigError(msg)
    return path


def _of_maildir(path: Path) -> Iterator[bytes]:
    box = mailbox.Maildir(path, create=False)
    for number, key in enumerate(sorted(box.keys())):
        if number >= 50 * MOST:
            return
        mail = box.get_message(key)
        if "S" in mail.get_flags():
            continue
        yield mail.as_bytes()
        mail.add_flag("S")
        mail.set_subdir("cur")
        box[key] = mail


def _account(url: str) -> _Account:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        msg = f"this mailbox address cannot be read; {_FORM}"
        raise ConfigError(msg) from None
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        msg = f"this mailbox address names no server or no user; {_FORM}"
        raise ConfigError(msg)
    tls = parts.scheme == "imaps"
    if not tls and not is_loopback(parts.hostname):
        msg = "imap:// would send the password in clear; use imaps:// (imap:// is for this machine only)"
        raise ConfigError(msg)
    user, password = unquote(parts.username), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not all(text.isascii() and text.isprintable() for text in (user, password, folder)) or '"' in folder:
        msg = (
            "user, password and folder of a mailbox are visible ASCII characters (a folder with other letters: "
            f"give its IMAP name, as in Gel&APY-scht); {_FORM}"
        )
        raise ConfigError(msg)
    return _Account(
        host=parts.hostname,
        port=port or (993 if tls else 143),
        tls=tls,
        user=user,
        password=password,
        folder=folder,
    )


@contextmanager
def _connected(account: _Account) -> Iterator[imaplib.IMAP4]:
    if account.tls:
        context = ssl.create_default_context()
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            account.host, account.port, ssl_context=context, timeout=PER_STEP
        )
    else:
        client = imaplib.IMAP4(account.host, account.port, timeout=PER_STEP)
    try:
        client.login(account.user, account.password)
        yield client
    finally:  # imaplib's own way out leaves the socket open when the server has gone
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()
        with suppress(OSError):
            client.shutdown()


def _of_imap(account: _Account) -> Iterator[bytes]:
    with _connected(account) as client:
        kind, said = client.select(f'"{account.folder}"')
        if kind != "OK":
            msg = f"there is no folder {account.folder}: {said!r}"
            raise imaplib.IMAP4.error(msg)
        _, found = client.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split()[:MOST]:
            _, parts = client.uid("FETCH", uid.decode("ascii"), f"(BODY.PEEK[]<0.{LARGEST}>)")
            raw = next((p[1] for p in parts if isinstance(p, tuple)), None)
            if not isinstance(raw, bytes):  # gone since, or not to be had now: it is asked for again
                continue
            yield raw
            client.uid("STORE", uid.decode("ascii"), "+FLAGS", "(\\Seen)")
