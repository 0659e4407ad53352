"""A brief in chat rooms, on a screen and as JSON: whole entries whose links can be followed, and nothing active."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import cache

import pytest
from rich.console import Console

from monitor.alerts import Rendered
from monitor.alerts.briefs import render_brief
from monitor.alerts.profiles import PROFILES, Profile, parts
from monitor.alerts.terminal import show_on
from monitor.alerts.webhook import payload
from monitor.brief import Entry, Issue, Stage
from tests.alerts.injections import ALL
from tests.alerts.made import AT, HEAD, envelope
from tests.alerts.test_injection import MASS_PING, SEEN_NOT, SELF_LINK, assert_inert_markdown

URL = "https://www.wire.example/tech/2021/patent-1"
LONG = "A long sentence about a patent for cameras. " * 7
ENTRY = Entry(
    story_id=1, revision=1, event=1, section="News", headline="Cameras that sort faces", outlet="Morning Wire",
    day="13 January 2021", credit="Reuters", lead=LONG[:300], url=URL, position=1,
)  # fmt: skip
ISSUE = Issue(
    id=1, brief="weekly", number=1, title="Weekly Brief", stage=Stage.DRAFT, since=AT, until=AT, created=AT,
    day="15 January 2021", sections=("News", "Statements"),
    entries=(
        *(replace(ENTRY, story_id=n, position=n, headline=f"Cameras, part {n}.", url=f"{URL}{n}") for n in range(1, 9)),
        replace(ENTRY, story_id=9, position=9, section="Statements", headline="Statement", url=f"{URL}9"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
def test_every_entry_is_whole_in_one_part_with_a_link_that_can_be_followed(profile: Profile) -> None:
    texts = parts(render_brief(ISSUE, HEAD), profile)
    assert all(profile.measure(text) <= profile.limit for text in texts)
    for entry in ISSUE.picked:
        (part,) = [text for text in texts if re.search(rf"{re.escape(entry.url)}(?![0-9])", text)]
        assert profile.escape(entry.headline) in part
        assert profile.escape("Morning Wire, 13 January 2021") in part
        assert "Photo Reuters" in part
    assert "".join(texts).count("NEWS") == 1
    assert "".join(texts).count("STATEMENTS") == 1
    assert texts[0].count("Weekly Brief") == 1


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
def test_an_entry_too_long_for_a_part_loses_its_lead_and_never_its_link(profile: Profile) -> None:
    entry = replace(ENTRY, headline="A headline " * 20, lead=LONG * 90, url=f"{URL}-{'x' * 300}")
    issue = replace(ISSUE, entries=(entry,))
    texts = parts(render_brief(issue, replace(HEAD, quotation=30_000)), profile)
    assert all(profile.measure(text) <= profile.limit for text in texts)
    assert any(entry.url in text for text in texts)


@cache
def filled(text: str) -> Rendered:
    entry = replace(
        ENTRY, section=text, headline=text, outlet=text, day=text, credit=text, lead=text, also=(text,)
    )
    return render_brief(replace(ISSUE, entries=(entry,), title=text, sections=(text,)), HEAD)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("text", ALL)
def test_nothing_in_a_brief_acts(text: str, profile: Profile) -> None:
    for part in parts(filled(text), profile):
        assert not SEEN_NOT.search(part)
        assert not MASS_PING.search(part)
        assert [link for link in SELF_LINK.findall(part) if not link.startswith(URL)] == []
        if profile.escape is PROFILES["discord"].escape:
            assert_inert_markdown(part, profile)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
def test_the_operators_address_can_be_copied(profile: Profile) -> None:
    (text,) = parts(render_brief(replace(ISSUE, entries=(ENTRY,)), HEAD), profile)
    assert text.endswith("ops@example.org")
    risky = replace(HEAD, operator_mail="ops@here.example")
    (text,) = parts(render_brief(replace(ISSUE, entries=(ENTRY,)), risky), profile)
    assert "@here" not in text


def test_a_webhook_gets_the_entries_as_values() -> None:
    content = json.loads(payload(envelope(), render_brief(ISSUE, HEAD)))
    assert content["type"] == "copytaster.brief"
    assert content["lines"] == ["Weekly Brief, 15 January 2021"]
    assert content["entries"][8] == {
        "section": "Statements", "headline": "Statement", "outlet": "Morning Wire", "day": "13 January 2021",
        "photo_credit": "Reuters", "lead": LONG[:300].strip(), "url": f"{URL}9", "host": "wire.example", "language": "",
    }  # fmt: skip


def test_a_screen_shows_every_entry() -> None:
    stream = io.StringIO()
    show_on(Console(file=stream, width=90, no_color=True), render_brief(ISSUE, HEAD))
    shown = stream.getvalue()
    assert all(one.headline in shown and one.url in shown for one in ISSUE.picked)
