"""The screen counts as delivery only when somebody can be looking at it."""

from __future__ import annotations

import io

import pytest

from monitor.alerts import check_url, render, sender_for
from monitor.alerts.terminal import terminal_sender
from monitor.errors import ConfigError, DeliveryError, Fate
from tests.alerts.made import HEAD, HEADLINE, envelope, telling


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_screen_shows_the_story_and_why() -> None:
    screen = Screen()
    rendered = render.message([telling()], HEAD)
    assert terminal_sender(screen)("terminal:", envelope(), rendered).detail == "printed"
    for words in (HEADLINE, "Morning Wire", "Uighur", "Surveillance technology", "https://www.wire.example/"):
        assert words in screen.getvalue()


def test_a_file_is_no_screen() -> None:
    with pytest.raises(DeliveryError, match="no terminal to print on") as caught:
        terminal_sender(io.StringIO())("terminal:", envelope(), render.message([telling()], HEAD))
    assert caught.value.fate is Fate.RETRY


def test_the_url_says_nothing_more() -> None:
    check_url("terminal:")
    with pytest.raises(ConfigError):
        check_url("terminal:80x25")
    assert sender_for("terminal:").__name__ == "send_terminal"
