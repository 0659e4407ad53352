"""Why a request was not made or its answer not taken, where Scrapy has no word for it."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from monitor.schedule import HostHold

__all__ = ["HostHeld", "InsecureRedirect", "RobotsForbid", "Stopped", "TooManyRedirects"]


class RobotsForbid(IgnoreRequest):
    """robots.txt of the host asks us to stay away from this address."""


class TooManyRedirects(IgnoreRequest):
    """Redirected more often than REDIRECT_MAX_TIMES."""


class InsecureRedirect(IgnoreRequest):
    """Redirected from https to plain http."""


class Stopped(IgnoreRequest):
    """The crawl was asked to end before this request had its turn."""


class HostHeld(IgnoreRequest):
    """The host told us to wait earlier in this crawl."""

    def __init__(self, hold: HostHold) -> None:
        self.hold = hold
        super().__init__(hold.reason)
