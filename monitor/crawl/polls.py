"""A response or a failure becomes a Poll: what came of one request, with a sentence for the operator when it is bad."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectionAborted

from monitor.crawl import headers
from monitor.crawl.refusals import HostHeld, InsecureRedirect, RobotsForbid, TooManyRedirects
from monitor.errors import ForbiddenAddress
from monitor.story import Outcome, Poll, SourceKind

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from monitor.crawl.bodies import Parsed
    from monitor.crawl.tasks import Task
    from monitor.errors import SandboxError

__all__ = ["answered", "failed", "killed", "parsed", "to_read"]

PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def answered(response: Response, task: Task, now: datetime) -> Poll:
    """Judge an answer by its status and headers. A body worth reading gives UNCHANGED: see `to_read`."""
    poll = Poll(
        source=task.source,
        at=now,
        outcome=Outcome.UNCHANGED,
        status=response.status,
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
        size=len(response.body),
        elapsed=response.meta.get("download_latency", 0.0),
        max_age=_fresh_for(response, now),
        retry_after=headers.retry_after(_header(response, "Retry-After"), now),
        moved_to=_moved_to(response),
        landed=response.url if response.meta.get("redirect_urls") else "",
        content_type=_header(response, "Content-Type").partition(";")[0].strip().lower()[:100],
    )
    if response.status == HTTPStatus.NOT_MODIFIED:
        return _not_modified(poll, task)
    outcome = _outcome(response, poll.retry_after)
    if outcome is not None:
        return replace(
            poll, outcome=outcome, detail=_refusal_sentence(outcome, response, task, poll.retry_after)
        )
    if not response.body.strip():
        detail = _sentence(
            task, "the server answered without a body. If this lasts, look for the outlet's new feed"
        )
        return replace(poll, outcome=Outcome.EMPTY, detail=detail)
    return replace(poll, body_hash=blake2b(response.body, digest_size=16).hexdigest())


def to_read(poll: Poll, task: Task) -> bool:
    """Whether the body must be read: it is good, and not the one read last time."""
    return poll.outcome is Outcome.UNCHANGED and poll.body_hash != task.state.body_hash


def parsed(poll: Poll, found: Parsed, task: Task) -> Poll:
    """Complete a poll with what its body held."""
    if found.refusal is not None:
        return _unread(poll, found.refusal, found.detail, task)
    if _emptied(found, task):
        words = "its feed is well-formed but holds no entries any more. If this lasts, look for the outlet's new feed"
        return _unread(poll, Outcome.EMPTY, words, task)
    return replace(
        poll,
        outcome=Outcome.NEWS if found.stories else Outcome.UNCHANGED,
        hashes=found.hashes,
        total=found.total,
        known=found.known,
        newest=found.newest,
        stories=found.stories,
        warnings=found.warnings,
        max_age=max((a for a in (poll.max_age, found.ttl) if a is not None), default=None),
    )


def _unread(poll: Poll, outcome: Outcome, words: str, task: Task) -> Poll:
    """A body we could not read is not remembered, nor are its validators: the next poll asks for it in full."""
    detail = _sentence(task, words)
    return replace(poll, outcome=outcome, detail=detail, body_hash="", etag="", last_modified="")


def _emptied(found: Parsed, task: Task) -> bool:
    """Whether a feed that held entries holds none; a news sitemap, which only lists two days, may."""
    had = task.state.last_new is not None and task.source.kind is SourceKind.FEED
    return had and not found.total and not found.children


def killed(poll: Poll, error: SandboxError, task: Task) -> Poll:
    """Say that the parser had to be stopped."""
    words = f"reading its answer of {poll.size:,} bytes had to be stopped: {error}"
    return _unread(poll, Outcome.HOSTILE, words, task)


def failed(failure: Failure, task: Task, now: datetime, *, limits: tuple[float, int]) -> Poll:
    """Turn what kept us from an answer into a poll. `limits` are the time limit in seconds and the size limit in bytes."""
    error = failure.value or RuntimeError("no reason given")
    outcome, words = _explain(error, task, limits)
    hold = error.hold if isinstance(error, HostHeld) else None
    retry_after = hold.until - now if hold and hold.until > now else None
    return Poll(
        source=task.source, at=now, outcome=outcome, detail=_sentence(task, words), retry_after=retry_after
    )


def _header(response: Response, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("latin-1").strip() if value else ""


def _fresh_for(response: Response, now: datetime) -> timedelta | None:
    control, expires = _header(response, "Cache-Control"), _header(response, "Expires")
    return headers.fresh_for(control, expires, _header(response, "Date"), now) if control or expires else None


def _moved_to(response: Response) -> str:
    """Give the target of the permanent redirects at the start of the chain; a temporary one ends it."""
    reasons = response.meta.get("redirect_reasons")
    if not reasons:
        return ""
    hops = [*response.meta["redirect_urls"][1:], response.url]
    target = ""
    for reason, url in zip(reasons, hops, strict=True):
        if reason not in PERMANENT:
            break
        target = url
    return target


def _not_modified(poll: Poll, task: Task) -> Poll:
    # a 304 repeats its validators or leaves them as they were (RFC 9110, 15.4.5)
    return replace(
        poll,
        outcome=Outcome.NOT_MODIFIED,
        etag=poll.etag or task.state.etag,
        last_modified=poll.last_modified or task.state.last_modified,
        body_hash=task.state.body_hash,
    )


def _outcome(response: Response, retry_after: timedelta | None) -> Outcome | None:
    """Judge a status that is not 304; None for an answer whose body counts."""
    status = response.status
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after):
        return Outcome.RATE_LIMITED
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} or _challenge(response):
        return Outcome.BLOCKED
    if status == HTTPStatus.GONE:
        return Outcome.GONE
    if status in REDIRECTS and _leaves_the_web(response):
        return Outcome.FORBIDDEN_ADDRESS
    return None if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else Outcome.HTTP_ERROR


def _challenge(response: Response) -> bool:
    return _header(response, "cf-mitigated").lower() == "challenge"


def _leaves_the_web(response: Response) -> bool:
    scheme = urlsplit(_header(response, "Location")[:2048]).scheme
    return bool(scheme) and scheme not in {"http", "https"}


def _sentence(task: Task, words: str) -> str:
    text = words if words.endswith((".", "!", "?")) else f"{words}."
    return f"{task.source.name}: {text}"


def _refusal_sentence(outcome: Outcome, response: Response, task: Task, retry_after: timedelta | None) -> str:
    host = urlsplit(response.url).hostname or response.url
    status = _status_words(response.status)
    words = {
        Outcome.RATE_LIMITED: f"{host} asks us to slow down ({status}){_wait_words(retry_after)}",
        Outcome.BLOCKED: f"{host} turns our crawler away ({status}). If the address opens in a browser, ask the "
        "outlet to let us in, or use another source of it",
        Outcome.GONE: f"{host} says that the address is gone for good ({status}). Look for the outlet's new feed",
        Outcome.FORBIDDEN_ADDRESS: f"{host} redirects to {_header(response, 'Location')[:200]!r}, which is neither http "
        "nor https; it was not fetched",
    }
    other = f"{host} answered with an error ({status})"
    if response.status in REDIRECTS:
        other = f"{host} redirects without saying where to ({status})"
    return _sentence(task, words.get(outcome, other))


def _status_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _wait_words(wait: timedelta | None) -> str:
    if wait is None:
        return ""
    seconds = int(wait.total_seconds())
    return f" and to wait {seconds} seconds" if seconds < 120 else f" and to wait {seconds // 60} minutes"


def _explain(error: BaseException, task: Task, limits: tuple[float, int]) -> tuple[Outcome, str]:
    """Give the outcome of a failed request and the words for it."""
    host = urlsplit(task.source.url).hostname or task.source.url
    seconds, size = limits
    if isinstance(error, DownloadTimeoutError):
        return Outcome.TIMEOUT, f"{host} did not answer within {seconds:g} seconds"
    if isinstance(error, CannotResolveHostError):
        return Outcome.DNS, f"no address was found for {host}. Check the spelling, and this machine's DNS"
    if isinstance(error, ForbiddenAddress | UnsupportedURLSchemeError):
        return Outcome.FORBIDDEN_ADDRESS, _decapitalised(str(error))
    if isinstance(error, IgnoreRequest):
        return _explain_refusal(error, host, size)
    if isinstance(error, DownloadCancelledError) or _aborted(error):
        what = "sent headers without end" if _aborted(error) else f"sent more than {_mebibytes(size)}"
        return Outcome.TOO_BIG, f"{host} {what}; the answer was not read"
    return _explain_connection(error, host)


def _explain_refusal(error: IgnoreRequest, host: str, size: int) -> tuple[Outcome, str]:
    if isinstance(error, RobotsForbid):
        words = f"robots.txt of {host} asks crawlers to stay away from this address, and we do"
        return Outcome.ROBOTS, words
    if isinstance(error, HostHeld):
        until = f"{error.hold.until:%H:%M} UTC"
        return Outcome.RATE_LIMITED, f"not asked, because {error.hold.host} told us to wait until {until}"
    if isinstance(error, TooManyRedirects):
        return Outcome.HTTP_ERROR, f"{host} redirects again and again; we stopped following"
    if isinstance(error, InsecureRedirect):
        words = f"{host} redirects from https to plain http ({str(error)[:200]}), where anyone could forge its stories"
        return Outcome.TLS, words
    if "DOWNLOAD_MAXSIZE" in str(error):
        return (
            Outcome.TOO_BIG,
            f"{host} sent more than {_mebibytes(size)} once unpacked; the answer was not read",
        )
    return Outcome.CONNECTION, f"the request to {host} was dropped: {error}"


def _explain_connection(error: BaseException, host: str) -> tuple[Outcome, str]:
    from OpenSSL import SSL  # late: declarations are read by commands that never connect
    from service_identity import VerificationError

    if isinstance(error, DownloadConnectionRefusedError):
        return Outcome.CONNECTION, f"{host} refused the connection"
    if isinstance(error, ResponseDataLossError):
        return Outcome.CONNECTION, f"the connection to {host} broke off in the middle of the answer"
    if tls := next((e for e in _causes(error) if isinstance(e, SSL.Error | VerificationError)), None):
        return (
            Outcome.TLS,
            f"the certificate or encryption of {host} could not be trusted ({_tls_words(tls)})",
        )
    if _unpacking(error):
        return Outcome.MALFORMED, f"the answer of {host} could not be unpacked ({str(error)[:200]})"
    reason = next((str(e) for e in reversed(_causes(error)) if str(e)), type(error).__name__)
    return Outcome.CONNECTION, f"the connection to {host} failed ({reason[:200]})"


def _unpacking(error: BaseException) -> bool:
    # brotli and zstd libraries differ from one machine to the next, so theirs are told by name
    if type(error).__module__.partition(".")[0] in {
        "brotli",
        "brotlicffi",
        "zstandard",
        "backports",
        "compression",
    }:
        return True
    return isinstance(error, OSError | EOFError | zlib.error) and not isinstance(error, ConnectionError)


def _tls_words(error: BaseException) -> str:
    if hasattr(error, "errors"):  # service_identity's VerificationError
        return "it is made out for another name"
    reasons = [entry[-1] for entry in (error.args[0] if error.args else ()) if entry]
    return str(reasons[0]) if reasons else type(error).__name__


def _aborted(error: BaseException) -> bool:
    return any(isinstance(e, ConnectionAborted) for e in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """Give the exceptions wrapped in a Twisted failure: Scrapy's cause, then the reasons it lists."""
    found = [error]
    cause = error.__cause__
    if cause is not None:
        found.append(cause)
        found += [reason.value for reason in getattr(cause, "reasons", None) or ()]
    return found


def _mebibytes(size: int) -> str:
    return f"{size / 1024 / 1024:.3g} MiB"


def _decapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
