"""Which sender serves which channel URL.

`mailto(s)://` e-mail, `webhook(s)://` signed JSON, `terminal:` the screen, anything else chat and push.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from monitor.alerts.values import Envelope, Receipt, Rendered, Sender

__all__ = ["check_url", "envelope_id", "sender_for", "sending"]


def envelope_id(key: str, domain: str) -> str:
    """Give the Message-ID of a message key: the same key, the same id, on every attempt."""
    return f"<{key}@{domain}>"


def scheme_of(url: str) -> str:
    """Give the lower-case scheme of a channel URL."""
    return url.partition(":")[0].strip().lower()


def sender_for(url: str) -> Sender:
    """Give the sender that serves this channel URL. Nothing is opened and nothing checked yet."""
    scheme = scheme_of(url)
    if scheme in ("mailto", "mailtos"):
        from monitor.alerts.email import send_mail

        return send_mail
    if scheme in ("webhook", "webhooks"):
        from monitor.alerts.webhook import send_webhook

        return send_webhook
    if scheme == "terminal":
        from monitor.alerts.terminal import send_terminal

        return send_terminal
    from monitor.alerts.chat import send_chat

    return send_chat


def check_url(url: str) -> None:
    """Raise ConfigError, with a sentence that holds no secret, when a channel URL cannot work. Sends nothing."""
    scheme = scheme_of(url)
    if scheme in ("mailto", "mailtos"):
        from monitor.alerts.email import check
    elif scheme in ("webhook", "webhooks"):
        from monitor.alerts.webhook import check
    elif scheme == "terminal":
        from monitor.alerts.terminal import check
    else:
        from monitor.alerts.chat import check
    check(url)


@contextmanager
def sending() -> Iterator[Sender]:
    """Give one sender for every channel URL; it keeps mail connections and the chat process until the block ends.

    For one thread: a burst to one mail server uses one connection.
    """
    from monitor.alerts.chat import send_chat
    from monitor.alerts.chatworker import ChatWorker
    from monitor.alerts.email import MailSession

    with MailSession() as mail, ChatWorker() as chat:

        def send(url: str, envelope: Envelope, rendered: Rendered) -> Receipt:
            if scheme_of(url) in ("mailto", "mailtos"):
                return mail.send(url, envelope, rendered)
            sender = sender_for(url)
            return (
                send_chat(url, envelope, rendered, chat)
                if sender is send_chat
                else sender(url, envelope, rendered)
            )

        yield send
