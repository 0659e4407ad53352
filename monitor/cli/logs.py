"""Where remarks of the program and its libraries go: one line each on standard error, secrets blotted out.

COPYTASTER_LOG says how much: warning (the default), info or debug. Scrapy's and Twisted's own remarks appear
only with info or debug: what they say of a source is in its poll already.
"""

from __future__ import annotations

import copy
import logging
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.config import Newsroom

__all__ = ["hide_secrets", "set_up"]

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
_CHATTY = ("scrapy", "twisted", "py.warnings", "asyncio", "tldextract", "filelock")


class _OneLine(logging.Formatter):
    """Renders a record, ours or a library's, through structlog, loaded when there is something to say."""

    _renderer: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._renderer is None:
            self._renderer = _renderer()
        text = self._renderer.format(record)
        return text if logging.getLogger().isEnabledFor(logging.DEBUG) else " ".join(text.split())


class _ToStderr(logging.Handler):
    """Writes to standard error, whatever that is at the moment, without the newsroom's secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: tuple[str, ...] = ()

    def emit(self, record: logging.LogRecord) -> None:
        if self.level == logging.WARNING and record.levelno < logging.ERROR and _chatty(record.name):
            return
        from monitor.alerts.redact import RedactingFilter  # late: most commands have nothing to say

        shown = copy.copy(record)  # other handlers get it as it was
        RedactingFilter(self.secrets).filter(shown)
        if shown.exc_text:  # redacted; a renderer would make it anew from exc_info
            shown.msg = f"{shown.msg}\n{shown.exc_text}"
        shown.exc_info = shown.exc_text = None
        print(self.format(shown), file=sys.stderr)


def _chatty(name: str) -> bool:
    return name.partition(".")[0] in _CHATTY or name in _CHATTY


def _ours() -> list[_ToStderr]:
    return [h for h in logging.getLogger().handlers if isinstance(h, _ToStderr)]


def _renderer() -> logging.Formatter:
    import structlog

    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%SZ", utc=True),
    ]
    shown = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False, sort_keys=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
    )


def set_up(environment: Mapping[str, str] = os.environ) -> None:
    """Send records of the wanted level to standard error. Raises ConfigError for a level there is not."""
    word = environment.get("COPYTASTER_LOG", "").strip().lower() or "warning"
    if word not in _LEVELS:
        msg = f'COPYTASTER_LOG is "{word}". Write debug, info or warning.'
        raise ConfigError(msg)
    level = _LEVELS[word]
    root = logging.getLogger()
    for old in _ours():
        root.removeHandler(old)
    handler = _ToStderr()
    handler.setLevel(level)  # Scrapy sets the levels of its loggers itself
    handler.setFormatter(_OneLine())
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)


def hide_secrets(newsroom: Newsroom, environment: Mapping[str, str]) -> None:
    """Blot the secrets of this newsroom's channels out of every record from now on."""
    from monitor import config
    from monitor.alerts.redact import cap_loggers, secrets_of

    secrets: set[str] = set()
    for channel in newsroom.channels.values():
        try:
            url = config.secret(channel.url, environment)
        except ConfigError:  # `check` says it
            continue
        secrets.update(secrets_of(url))
    for handler in _ours():
        handler.secrets = tuple(secrets)
    cap_loggers()
