"""How long a failed message waits, and what names it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.outbox import back_off, message_key, rule_of
from monitor.routes import Recipient

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_waits_double_from_a_minute_to_an_hour() -> None:
    waits = [back_off(n, 0.0) for n in range(1, 10)]
    assert waits == [*(MINUTE * 2**n for n in range(6)), HOUR, HOUR, HOUR]


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_jitter_spreads_waits_and_never_beyond_an_hour(attempts: int, jitter: float) -> None:
    plain, spread = back_off(attempts, 0.0), back_off(attempts, jitter)
    assert MINUTE <= plain <= spread <= min(HOUR, plain * 1.2)


@given(st.lists(st.integers(1, 10**9), unique=True), st.randoms())
def test_the_same_alerts_to_the_same_recipient_have_one_key(alerts: list[int], chance) -> None:
    mixed = list(alerts)
    chance.shuffle(mixed)
    to = Recipient(channel="desk", address="Ann@desk.example")
    assert message_key(to, alerts) == message_key(to, mixed)
    assert message_key(to, alerts) != message_key(
        Recipient(channel="desk", address="bob@desk.example"), alerts
    )


def test_an_occasion_names_its_rule() -> None:
    assert rule_of("first:Camps: a list") == "Camps: a list"
    assert rule_of("copy:17:Camps") == "Camps"
    assert rule_of("also:2") == ""
