"""What rules.yaml and the env file say, as values. Secrets are never here, only references to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path

from monitor.errors import Mistake
from monitor.routes import AT_ONCE, TERMINAL, Channel, Pace, Route, When
from monitor.rules import Rulebook
from monitor.story import Outlet

__all__ = ["BriefPlan", "Newsroom", "Operator", "Settings"]

MONDAY = When(pace=Pace.WEEKLY, weekday=0, at=time(9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who runs this installation and where operator's matters go."""

    name: str = "The operator"
    mail: str = ""  # shown in footers: whom to ask
    to: tuple[str, ...] = ()  # channel names


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything under `settings:`."""

    contact: str = ""  # URL or address shown to outlets in the User-Agent
    database: str = "stories.db"  # file beside rules.yaml, or a database URL by reference (env:NAME)
    keep_bodies: timedelta | None = None
    max_age: timedelta = timedelta(days=14)  # older stories go to the digest, not to an alert
    pages: int = 40  # of one outlet that are read in one run; what is over waits for the next
    burst: int = 10  # messages per recipient and hour
    digest: When | None = None  # when "older, newly found" leaves; None: next daily 07:00
    quotation: int = 300  # characters of an outlet's text shown at most
    env_file: str = "copytaster.env"  # beside rules.yaml
    public: str = ""  # address under which `copytaster serve` can be reached; "": no such links in messages
    replies: str = ""  # mail address that answers go to
    mailbox: str = ""  # where they arrive, by reference: an imaps:// or maildir: address
    sign_of_life: When | None = MONDAY  # whoever got nothing since six days hears that we live; None: never


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPlan:
    """A planned brief."""

    name: str
    title: str
    when: When = AT_ONCE
    sections: tuple[str, ...] = ()
    to: tuple[str, ...] = ()  # channels it is sent to
    editor: tuple[str, ...] = ()  # channels that hear of its drafts and corrections; (): the operator's


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """One loaded, compiled rules.yaml: everything a run needs but secrets."""

    path: Path
    text: str  # the file as read, kept with its hash so that old decisions can be explained
    hash: str
    zone: str = "UTC"
    rulebook: Rulebook
    routes: tuple[Route, ...] = (Route(to=("terminal",)),)
    channels: Mapping[str, Channel] = field(default_factory=lambda: {"terminal": TERMINAL})
    outlets: tuple[Outlet, ...] = ()
    operator: Operator = field(default_factory=Operator)
    settings: Settings = field(default_factory=Settings)
    briefs: Mapping[str, BriefPlan] = field(default_factory=dict)
    warnings: tuple[Mistake, ...] = ()
