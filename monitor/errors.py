"""The exception tree. Every message says what happened, where, and what to do next.

CopytasterError
├── ConfigError            rules.yaml, the env file or a setting cannot be used
│   └── RulesError         holds every mistake of a rulebook, each with line and column
├── FeedError              these bytes are no feed we can read (carries an Outcome-like reason)
├── NoStory                this page holds no story
├── SandboxError           the child that parses was killed: CPU, memory or wall limit
├── StoreError             the database cannot be used
│   ├── NewerDatabase      written by a later version of Copytaster
│   ├── CorruptDatabase    SQLite says the file is damaged
│   └── ReadOnlyDatabase   the file or its folder cannot be written
├── AlreadyRunning         another run holds the lock (exit 75)
├── ForbiddenAddress       a URL leads to a private, loopback or otherwise refused address
└── DeliveryError          a message was not accepted; says whether a retry can help
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "AlreadyRunning",
    "ConfigError",
    "CopytasterError",
    "CorruptDatabase",
    "DeliveryError",
    "Fate",
    "FeedError",
    "ForbiddenAddress",
    "Mistake",
    "NewerDatabase",
    "NoStory",
    "ReadOnlyDatabase",
    "RulesError",
    "SandboxError",
    "StoreError",
]


class CopytasterError(Exception):
    """Base of everything Copytaster raises on purpose."""


class ConfigError(CopytasterError):
    """A file or setting the person running Copytaster can mend."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend in rules.yaml, at a 1-based line and column.

    `warning` mistakes are shown but do not keep the file from coming into force.
    """

    line: int
    column: int
    text: str
    file: str = "rules.yaml"
    warning: bool = False

    def __str__(self) -> str:
        """Format as editors and compilers do: file:line:column: text."""
        mark = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {mark}{self.text}"


class RulesError(ConfigError):
    """All mistakes found in one rulebook, in file order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda m: (m.line, m.column)))
        super().__init__("\n".join(str(m) for m in self.mistakes))


class FeedError(CopytasterError):
    """Bytes that are no feed: HTML, empty, a bomb. `reason` is an `Outcome` value of `monitor.story`."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)

    def __reduce__(self) -> tuple[type[FeedError], tuple[str, str]]:
        """Let it travel out of the parsing child."""
        return type(self), (self.reason, self.detail)


class NoStory(CopytasterError):
    """The page was read and holds no story."""


class SandboxError(CopytasterError):
    """The parsing child was killed or died; `limit` names which limit it met."""

    def __init__(self, limit: str, detail: str) -> None:
        self.limit = limit
        self.detail = detail
        super().__init__(detail)

    def __reduce__(self) -> tuple[type[SandboxError], tuple[str, str]]:
        """Let it travel between processes."""
        return type(self), (self.limit, self.detail)


class StoreError(CopytasterError):
    """The database cannot be used; nothing was overwritten."""


class NewerDatabase(StoreError):
    """The database was written by a later version."""


class CorruptDatabase(StoreError):
    """The database file is damaged."""


class ReadOnlyDatabase(StoreError):
    """The database or its folder cannot be written."""


class AlreadyRunning(CopytasterError):
    """Another process holds the run lock. `holder` says who, since when."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(
            f"Another run is at work: {holder}. Nothing was done; try again when it has finished."
        )


class ForbiddenAddress(CopytasterError):
    """The URL leads to an address that outlets on the public internet do not have."""


class Fate(StrEnum):
    """What a failed send means for the message."""

    RETRY = "retry"  # not accepted; trying later can help
    DEAD = "dead"  # not accepted and never will be: a person must act
    UNKNOWN = "unknown"  # may have been accepted: repeat with the same id


class DeliveryError(CopytasterError):
    """A message was not (knowingly) accepted. `retry_after` is in seconds, as the receiver asked."""

    def __init__(self, fate: Fate, detail: str, *, retry_after: float | None = None) -> None:
        self.fate = fate
        self.detail = detail
        self.retry_after = retry_after
        super().__init__(detail)
