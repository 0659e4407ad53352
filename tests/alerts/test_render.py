"""What an editor sees, and that it is the same every time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import Letterhead, Telling, Why, render
from monitor.alerts.briefs import render_brief
from monitor.alerts.profiles import PROFILES, parts, profile_for
from monitor.alerts.shown import say_instant, show
from monitor.brief import Entry, Issue, Stage
from monitor.outbox import Kind
from monitor.routes import Priority
from monitor.story import Access, DateSource
from tests.alerts.made import AT, HEAD, HEADLINE, SENTENCE, span, telling, why

ISSUE = Issue(
    id=1, brief="weekly", number=1, title="Weekly", stage=Stage.DRAFT, since=AT, until=AT, created=AT, day="13 January 2021",
    entries=(
        Entry(
            story_id=1, revision=1, event=1, section="News", headline=HEADLINE, outlet="Wire", day="13 January 2021",
            credit="none", lead="Lead.", url="https://www.wire.example/1", position=1,
        ),
    ),
)  # fmt: skip
PAGES = [
    render.message([telling()], HEAD).html,
    render.operator("The BBC is silent.", letterhead=HEAD).html,
    render_brief(ISSUE, HEAD).html,
]


def test_one_story_is_told_whole() -> None:
    rendered = render.message([telling(access=Access.OPEN)], HEAD)
    assert rendered.subject == f"{HEADLINE} (Morning Wire)"
    for form in (rendered.text, rendered.html):
        assert HEADLINE.replace("'", "&#39;") in form or HEADLINE in form
        for words in (
            "Morning Wire", "13 January 2021, 10:41 CET", "Surveillance technology", "in the summary",
            "Also reported by Evening Post", "Free to read", "Photo A. Photographer",
            "https://www.wire.example/tech/2021/patent-1", "The monitoring desk", "ops@example.org", "Europe/Berlin",
        ):  # fmt: skip
            assert words in form
    assert "tell *Uighur* faces" in rendered.text
    assert ">Uighur</mark> faces" in rendered.html
    assert "Read at wire.example" in rendered.html
    assert "max-width: 400px" in rendered.html
    assert "prefers-color-scheme: dark" in rendered.html


def test_several_stories_are_counted_and_led_by_the_first() -> None:
    rendered = render.message([telling(), *(telling(headline=f"Other {n}") for n in range(3))], HEAD)
    assert rendered.subject == f"4 stories: {HEADLINE}"
    assert render.message([], HEAD).subject == "No stories"


def test_rendering_is_the_same_every_time() -> None:
    tellings = [telling(), telling(headline="Another")]
    assert render.message(tellings, HEAD) == render.message(tellings, HEAD)


def test_a_possible_repeat_says_so() -> None:
    rendered = render.message([telling()], HEAD, possible_repeat=True)
    assert "may be a repeat" in rendered.text
    assert "may be a repeat" in rendered.html
    assert rendered.subject == render.message([telling()], HEAD).subject


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"access": Access.PAID}, "Paywalled"),
        ({"access": Access.METERED}, "Partly paywalled"),
        ({"date_source": DateSource.FIRST_SEEN}, "no date given, first seen 13 January 2021"),
        ({"date_source": DateSource.UPDATED}, "updated 13 January 2021"),
        ({"kind": Kind.OLDER, "note": "older, newly found"}, "Older, newly found"),
        ({"kind": Kind.BASELINE}, "Already there"),
        ({"priority": Priority.URGENT}, "Urgent"),
        ({"language": "zh-Hans"}, "In Chinese"),
        ({"off_site": True}, "not to a site of Morning Wire"),
        ({"url": "https://wirе.example/x"}, "imitates another name"),
        ({"url": "javascript:alert(1)"}, "not safe to click"),
        ({"note": "headline changed"}, "Headline changed"),
    ],
)
def test_what_a_reader_must_know_is_said(changed: dict[str, object], says: str) -> None:
    rendered = render.message([telling(**changed)], HEAD)
    assert says in " ".join(rendered.text.replace("\u2060", "").split())
    assert says in rendered.html


def test_a_match_in_the_headline_is_marked_there_and_not_quoted_again() -> None:
    reason = why(HEADLINE, "Uighur-spotting", field="title")
    rendered = render.message([telling(why=(reason,))], HEAD)
    assert ">Uighur-spotting</mark>" in rendered.html
    assert rendered.text.count(HEADLINE) == 1
    assert "in the headline: Uighur-spotting" in rendered.text


def test_rules_that_met_the_same_sentence_share_it() -> None:
    shown = show(telling(why=(why(), why(SENTENCE, "faces", rule="Faces"))), HEAD)
    assert [reason.rules for reason in shown.reasons] == ["Surveillance technology and Faces"]
    assert [piece.text for piece in shown.reasons[0].quote if piece.marked] == ["Uighur", "faces"]


def test_letters_the_reader_may_not_know_are_named() -> None:
    sentence = "新疆维吾尔自治区"
    reason = Why(rule="Uyghurs", field="body", sentence=sentence, marks=((2, 5),), terms=("$uyghur",))
    assert "$uyghur as 维吾尔" in render.message([telling(why=(reason,), language="zh")], HEAD).text


def test_right_to_left_text_says_so() -> None:
    headline = "ئۇيغۇر ئېلى"
    html = render.message([telling(headline=headline, language="ug")], HEAD).html
    assert 'dir="rtl"' in html
    assert 'lang="ug"' in html


@given(st.text(max_size=900), st.integers(0, 400), st.data())
def test_quotes_never_exceed_the_limit(sentence: str, limit: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    reason = Why(rule="R", field="body", sentence=sentence, marks=((start, end),))
    shown = show(telling(why=(reason, reason)), Letterhead(quotation=limit))
    quoted = "".join(piece.text for r in shown.reasons for piece in r.quote)
    assert len(quoted) <= limit


def test_a_long_sentence_is_cut_around_the_match() -> None:
    sentence = "before " * 100 + "the Uighur word " + "after " * 100
    shown = show(telling(why=(why(sentence, "Uighur"),)), HEAD)
    quote = "".join(piece.text for piece in shown.reasons[0].quote)
    assert quote.startswith("…before")
    assert quote.endswith("after…")
    assert "Uighur" in quote
    assert len(quote) <= HEAD.quotation


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "13 January 2021, 09:41 UTC"),
        ("Asia/Kathmandu", "13 January 2021, 15:26 UTC+0545"),
        ("America/New_York", "13 January 2021, 04:41 EST"),
    ],
)
def test_instants_are_said_in_the_readers_zone(zone: str, said: str) -> None:
    assert say_instant(AT, zone) == said


def test_an_operators_message_keeps_its_lines() -> None:
    rendered = render.operator("BBC is silent.\nLast entry: Monday.", "Rules broken.", letterhead=HEAD)
    assert rendered.subject == "Weekly Brief: BBC is silent."
    assert "BBC is silent.\nLast entry: Monday.\n\nRules broken." in rendered.text
    assert "Last entry: Monday." in rendered.html
    assert render.operator("x", letterhead=HEAD, subject="Test message").subject == "Test message"


def test_spans_are_those_of_the_text_as_published() -> None:
    sentence = "a\u200b\u200b  Uighur\u202e  word"
    shown = show(
        telling(why=(Why(rule="R", field="body", sentence=sentence, marks=span(sentence, "Uighur")),)), HEAD
    )
    assert [(p.text, p.marked) for p in shown.reasons[0].quote] == [
        ("a ", False),
        ("Uighur", True),
        (" word", False),
    ]


stories = st.builds(
    Telling,
    headline=st.text(min_size=1, max_size=400),
    outlet_title=st.sampled_from(["Morning Wire", "ئۇيغۇر ئاۋازى", "A" * 100]),
    url=st.sampled_from(["https://www.wire.example/" + "p" * n for n in (3, 200, 600)]),
    published=st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    why=st.lists(
        st.builds(Why, rule=st.text(max_size=60), field=st.just("body"), sentence=st.text(max_size=500)),
        max_size=3,
    ).map(tuple),
    note=st.just(""),
)


@pytest.mark.parametrize("profile", [*PROFILES.values(), profile_for("signal", 700)], ids=lambda p: p.name)
@given(given_stories=st.lists(stories, min_size=1, max_size=12))
def test_every_story_stands_whole_in_exactly_one_part(profile: object, given_stories: list[Telling]) -> None:
    from monitor.alerts.profiles import Profile

    assert isinstance(profile, Profile)
    marked = [telling_with(story, f"Headline {n:02d} end") for n, story in enumerate(given_stories)]
    texts = parts(render.message(marked, HEAD), profile)
    assert all(profile.measure(text) <= profile.limit for text in texts)
    for number, story in enumerate(marked):
        holding = [text for text in texts if f"Headline {number:02d} end" in text]
        assert len(holding) == 1
        assert story.url in holding[0] or profile.limit < 800


def telling_with(story: Telling, headline: str) -> Telling:
    from dataclasses import replace

    return replace(story, headline=headline, url=story.url + "?" + headline.split()[1])


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
def test_a_retry_is_cut_in_the_same_places(profile: object) -> None:
    from monitor.alerts.profiles import Profile

    assert isinstance(profile, Profile)
    tellings = [telling(headline=f"Headline {n}") for n in range(60)]
    first = parts(render.message(tellings, HEAD), profile)
    again = parts(render.message(tellings, HEAD, possible_repeat=True), profile)
    assert len(first) == len(again)
    assert all(new.endswith(old) for old, new in zip(first, again, strict=True))


def test_a_service_of_one_line_still_gets_the_headline() -> None:
    (text,) = parts(render.message([telling()], HEAD), profile_for("sms", 140))
    assert text.startswith("Chipmaker")
    assert len(text) <= 140


@pytest.mark.parametrize("name", ["discord", "msteams", "ntfy"])
def test_an_operators_message_fits_a_chat(name: str) -> None:
    texts = parts(render.operator("word " * 2000, "short", letterhead=HEAD), PROFILES[name])
    assert all(PROFILES[name].measure(text) <= PROFILES[name].limit for text in texts)
    assert "short" in texts[-1]


def test_a_message_about_nothing_still_says_something() -> None:
    assert parts(render.message([], HEAD), PROFILES["slack"])[0].startswith("No stories")


@pytest.mark.parametrize("page", PAGES, ids=["alert", "operator", "brief"])
def test_dark_and_narrow_styles_win_over_the_inlined_ones(page: str) -> None:
    """Mail readers drop <style> or keep it: what is kept must overrule what stands in the elements."""
    kept = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert kept is not None
    for medium in ("prefers-color-scheme: dark", "max-width"):
        assert medium in kept[1]
    blocks = re.findall(r"\{([^{}]+)\}", kept[1])
    declared = [line for block in blocks for line in block.split(";") if line.strip()]
    assert len(declared) > 10
    assert all("!important" in line for line in declared)
    assert "background: #ffffff" in re.sub(
        r"background:\s*", "background: ", page
    )  # light is in the elements


@pytest.mark.parametrize("page", PAGES, ids=["alert", "operator", "brief"])
def test_nothing_is_wider_than_a_narrow_screen(page: str) -> None:
    """Widths are limits, never fixed, and long words break: looked at in a browser at 320 px (bench/looks.py)."""
    assert not re.search(r"(?<!max-)(?<!\()width:\s*\d+px", page)
    assert "nowrap" not in page
    assert "overflow-wrap" in page
