"""What the sandbox's tests ask the child to do; small, for the child imports it."""

import time
from datetime import UTC, datetime
from os import getpid, kill
from signal import SIGKILL

from monitor.errors import ConfigError
from monitor.parse import feed

NOW = datetime(2026, 2, 18, tzinfo=UTC)


def whoami():
    return getpid()


def spin():
    while True:
        pass


def sleep():
    time.sleep(60)


def hog():
    return len(b"x" * 2**31)


def crash():
    return {}["missing"]


def die():
    kill(getpid(), SIGKILL)


def refuse():
    raise ConfigError("no")


def smuggle():
    return print


def read(body):
    return feed.read(body, "https://x.example/", now=NOW)
