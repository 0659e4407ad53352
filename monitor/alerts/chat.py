"""Chat and push through apprise: one target a call, plain text or escaped Markdown, nothing followed or loaded.

The only home of apprise (with `chatworker`, the killable process in which it sends); imported when first needed.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from monitor.alerts.chatworker import ChatWorker
from monitor.alerts.plain import clean, clip
from monitor.alerts.profiles import Profile, parts, profile_for
from monitor.alerts.redact import cap_loggers, redact, secrets_of
from monitor.alerts.statuses import fate_of
from monitor.alerts.values import Envelope, PartlyDelivered, Receipt, Rendered
from monitor.errors import ConfigError, DeliveryError, Fate

if TYPE_CHECKING:
    from apprise import NotifyBase

__all__ = ["check", "send_chat", "service_of"]

MOST_PARTS = 8  # a pass; the rest follows in the next, so that no claim outlives its message
LONGEST_TITLE = 120
TOO_MANY = 429
REST = 60.0  # seconds a service is left alone that gets too much: apprise keeps its Retry-After to itself
BROKE_OFF = "Socket Exception"
SENT_FIRST = (
    "Read timed out",
    "Connection aborted",
    "RemoteDisconnected",
)  # how requests says it broke off late

_STATUS = re.compile(r"\berror=([1-5]\d\d)\b")
_IN_BRACKETS = re.compile(r"\([^()]*\)")


def check(url: str) -> None:
    """Raise ConfigError when apprise can make nothing of this URL, or when it names several targets."""
    service_of(url)


def send_chat(url: str, envelope: Envelope, rendered: Rendered, worker: ChatWorker | None = None) -> Receipt:
    """Send one message, in parts where the service's limit asks for it. Raises DeliveryError.

    `worker` is the process that sends; one of its own is started and ended without.
    """
    if worker is None:
        with ChatWorker() as own:
            return send_chat(url, envelope, rendered, own)
    try:
        service = service_of(url)
    except ConfigError as error:
        raise DeliveryError(Fate.DEAD, str(error)) from None
    secrets = secrets_of(url)
    profile = profile_for(_scheme(url), int(service.body_maxlen))
    texts = parts(rendered, profile)
    title = clip(clean(rendered.subject), LONGEST_TITLE) if profile.title else ""
    for number, text in enumerate(texts):
        if number < envelope.parts_done:
            continue
        if number - envelope.parts_done >= MOST_PARTS:
            detail = f"{number} of {len(texts)} parts arrived; the others follow"
            raise PartlyDelivered(Fate.RETRY, detail, parts_done=number)
        try:
            _notify(worker, url, service, profile, title, text, secrets)
        except DeliveryError as error:
            if not number:
                raise
            detail = f"part {number + 1} of {len(texts)} failed, the others before it arrived: {error.detail}"
            raise PartlyDelivered(
                error.fate, detail, parts_done=number, retry_after=error.retry_after
            ) from None
    said = f"{service.service_name} accepted it"
    return Receipt(said if len(texts) == 1 else f"{said} in {len(texts)} parts")


def _scheme(url: str) -> str:
    return url.partition(":")[0].strip().lower()


def service_of(url: str) -> NotifyBase:
    """Make apprise's object for a channel URL, hardened. Raises ConfigError."""
    from apprise import Apprise, AppriseAsset
    from apprise.common import PersistentStoreMode

    _hush()
    asset = AppriseAsset(
        app_id="Copytaster",
        app_desc="Copytaster",
        app_url="",
        image_url_mask="",  # else messages load apprise's icons from its author's GitHub
        image_url_logo="",
        http_redirects=False,
        default_service_retry=0,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    service = Apprise.instantiate(url, asset=asset) if "://" in url else None
    if not service:
        msg = (
            f"{clean(_scheme(url))[:20]}:// with what follows it is no channel URL that apprise knows; "
            "see docs/reference/channels.md for the forms"
        )
        raise ConfigError(msg)
    if len(service) > 1:
        msg = f"this {service.service_name} URL names {len(service)} targets; make one channel for each"
        raise ConfigError(msg)
    return service


class _Hush(logging.Filter):
    """Apprise prints URLs with their tokens, at ERROR too: of its words only harmless ones pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if record.levelno >= logging.WARNING:
            record.msg = _IN_BRACKETS.sub("(****)", redact(said))
        elif said.startswith(BROKE_OFF):
            record.msg = next((f"{BROKE_OFF}: {late}" for late in SENT_FIRST if late in said), BROKE_OFF)
        else:
            return False
        record.args = None
        return True


def _hush() -> None:
    cap_loggers()
    logger = logging.getLogger("apprise")
    logger.propagate = False  # what it says is in our receipts and errors
    logger.setLevel(logging.DEBUG)  # only there it says whether a connection broke before or after sending
    if not any(isinstance(known, _Hush) for known in logger.filters):
        logger.addFilter(_Hush())


def _notify(
    worker: ChatWorker,
    url: str,
    service: NotifyBase,
    profile: Profile,
    title: str,
    text: str,
    secrets: tuple[str, ...],
) -> None:
    name = str(service.service_name)
    try:
        answer = worker.notify(url, title, text, profile.body_format)
    except DeliveryError as error:
        raise DeliveryError(error.fate, f"{name}: {error.detail}") from None
    if answer.status == "success":
        return
    said = [clean(words) for words in answer.words]
    heard = clip(redact("; ".join(dict.fromkeys(said)), secrets), 300) or "no reason given"
    if answer.status == "timeout" or any(late in e for e in said for late in SENT_FIRST):
        detail = f"{name} gave no answer to the message, which may have arrived: {heard}"
        raise DeliveryError(Fate.UNKNOWN, detail)
    status = _status(said)
    fate = Fate.RETRY if status is None else fate_of(status)
    wait = REST if status == TOO_MANY else None
    raise DeliveryError(fate, f"{name} did not accept the message: {heard}", retry_after=wait)


def _status(said: list[str]) -> int | None:
    """Read the HTTP status out of what apprise says, which gives it in no other way."""
    statuses = [int(found) for words in said for found in _STATUS.findall(words)]
    return statuses[-1] if statuses else None
