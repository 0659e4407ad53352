"""Duplicates: traps that must stay apart, copies that must be caught, keys and fingerprints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.duplicates import SAME, pairs, score
from monitor.duplicates import (
    APART,
    DEFAULT,
    Kind,
    Seen,
    compare,
    distinct,
    fingerprint,
    in_doubt,
    learn,
    likeness,
    text_key,
    title_key,
    worth_comparing,
)
from monitor.duplicates.words import words
from monitor.story import Story
from tests.core.duplicate_traps import HEADLINES, T0, Trap, all_traps, story
from tests.shared_data import shared_data

HELD = {Kind.DUPLICATE, Kind.UPDATE}
HOUR = timedelta(hours=1)
TRAPS = all_traps()
TITLE = "Mining company told to halt work beneath the Varna glacier"
FULL = """A court in the mountain province of Varna has ordered the mining company Northgate Lithium to stop all work beneath
the Harrow glacier, after herders from eleven villages said that meltwater had turned grey and sheep had died. Judge Edda Lorentz
found that the licence granted in 2019 had been signed before the survey of the springs was complete, and that the ministry had
known of it. The company, which employs 340 people at the site, said it would appeal and called the ruling a blow to the region.
Herders who had waited since dawn outside the courthouse embraced one another when the decision was read out. Our grandparents
drank from these streams, said Pavla Minder, who keeps forty sheep above the village of Oberau, and we would like our
grandchildren to do so as well. The ministry of the environment declined to comment. Campaigners have asked the government to
withdraw two further licences in the neighbouring valleys, where drilling is to begin in the autumn. Scientists at the
university of Tarn have measured the springs every month for six years. Their records show that arsenic rose fourfold within a
year of the first blasting, although the company maintains that the rise is natural and follows the drought of recent summers."""
LEAD = Story("alpenpost", TITLE, "https://alpenpost.example/1", T0, FULL)
WORDS = FULL.split()


def copy(body: str, title: str = TITLE, after: timedelta = 3 * HOUR, outlet: str = "other") -> Story:
    return Story(outlet, title, f"https://{outlet}.example/2", T0 + after, body)


@pytest.mark.parametrize("trap", TRAPS, ids=[f"{n}-{t[0]}" for n, t in enumerate(TRAPS)])
def test_a_trap_is_never_held_back(trap: Trap) -> None:
    _, a, b = trap
    verdict = compare(a, b)
    assert verdict.kind not in HELD, verdict.evidence
    assert text_key(a) is None or text_key(a) != text_key(b)


def test_there_are_at_least_a_hundred_traps() -> None:
    assert len(TRAPS) >= 100


def edited() -> str:
    """Drop a sentence of the middle, and change a word here and there."""
    text = FULL.replace("embraced one another", "hugged each other").replace("neighbouring", "adjoining")
    text = text.replace(" The ministry of the environment declined to comment.", "")
    return text.replace("said it would appeal", "announced an appeal").replace("a blow to", "a setback for")


CAUGHT = {
    "the same text": FULL,
    "a 32-word summary": " ".join(WORDS[:32]),
    "a stub with an ellipsis": " ".join(WORDS[:45]) + "...",
    "an agency credit and dateline": f"VARNA (Reuters) - {FULL}",
    "a preface": f"Below is an article published by Alpenpost. Photo Reuters.\n{FULL}",
    "a preface we do not know": f"Our friends at the Alpine Rivers Network sent us this, and we are glad to share it.\n{FULL}",
    "a tail": f"{FULL}\nRead more on our site. Sign up for our newsletter. All rights reserved.",
    "an edited copy": edited(),
    "a cut copy": " ".join(WORDS[: len(WORDS) * 6 // 10]),
    "a longer version": FULL
    + " The hearing on the other two licences is set for May. "
    + " ".join(WORDS[40:70]),
}


@pytest.mark.parametrize("body", CAUGHT.values(), ids=CAUGHT.keys())
def test_a_copy_is_caught_both_ways(body: str) -> None:
    there, back = compare(LEAD, copy(body)), compare(copy(body), LEAD)
    assert there.kind in HELD, there.evidence
    assert there == back
    assert there.evidence


def test_a_copy_under_another_headline_is_caught() -> None:
    assert compare(LEAD, copy(FULL, "Herders win against lithium company")).kind is Kind.DUPLICATE


def test_changed_figures_make_it_an_update() -> None:
    assert compare(LEAD, copy(FULL.replace("340", "362"))).kind is Kind.UPDATE


def test_a_rising_toll_is_an_update() -> None:
    text = "A landslide buried part of the village of Oberau on Tuesday night and left at least {0} people dead, rescuers said,{1}"
    first = story(
        "Landslide kills 12 in Oberau",
        text.format(12, " while the search went on for nine others under the mud."),
    )
    later = story(
        "Landslide kills 17 in Oberau",
        text.format(17, " with four others still under the mud."),
        T0 + 5 * HOUR,
    )
    assert compare(first, later).kind is Kind.UPDATE


def test_the_first_publisher_is_named() -> None:
    verdict = compare(LEAD, copy(CAUGHT["a preface"]))
    assert any("names Alpenpost" in line for line in verdict.evidence)


def test_the_same_event_in_other_words_is_never_held() -> None:
    own = (
        "Shepherds in the Varna mountains are celebrating: Northgate Lithium may no longer dig under the Harrow glacier, Judge"
        " Edda Lorentz decided. Eleven villages had gone to law because of grey water and dying flocks around Oberau."
    )
    verdict = compare(LEAD, copy(own, "Varna herders defeat Northgate Lithium in court over Harrow glacier"))
    assert verdict.kind is Kind.SAME_EVENT
    assert verdict.method == "event"


def test_a_digest_that_quotes_a_story_is_its_own_story() -> None:
    digest = " ".join(f"{headline}. Nothing else is known of it as we go to press." for headline in HEADLINES)
    digest = f"{digest} {digest} {' '.join(WORDS[:60])}"
    assert compare(LEAD, copy(digest, "Weekly digest: glaciers, bakers and an octopus")).kind not in HELD
    assert compare(LEAD, copy(" ".join(WORDS[:60]) + digest, "Morning briefing for Monday")).kind not in HELD


def test_unrelated_stories_are_different() -> None:
    body = "The choir of Lyon sang for six hours in the rain to mark the birthday of its oldest member."
    assert compare(LEAD, copy(body, "Choir sings in the rain")).kind is Kind.DIFFERENT


def test_no_text_is_never_a_duplicate() -> None:
    assert compare(copy(""), copy("", outlet="third")).kind not in HELD


def test_marks_that_fold_to_digits_are_read() -> None:
    assert words("12 rooms at ①Xg, then ²")[:4] == ["12", "rooms", "at", "1"]


def test_words_are_the_same_whatever_the_typography() -> None:
    assert words("Varna’s “grey” water – U.S. says") == words('Varna\'s "grey" water - U.S. says')


# -- keys -----------------------------------------------------------------------------------------


def test_title_key_ignores_case_credit_and_marks() -> None:
    assert title_key("UPDATE 2-Ürümqi: “Talks” fail (Reuters)") == title_key("urumqi talks fail")
    assert title_key("Part 1") != title_key("Part 2")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda t: f"VARNA (AFP) - {t}",
        lambda t: f"{t}\nRead more here.",
        lambda t: t.replace("'", "’").upper().lower(),
        lambda t: f"This article was originally published by Alpenpost.\n{t}",
        lambda t: t.replace(" ", "\u00a0 "),
    ],
)
def test_text_key_sees_through_wrappings(wrap: Callable[[str], str]) -> None:
    assert text_key(copy(wrap(FULL))) == text_key(LEAD)


def test_text_key_is_none_for_little_text() -> None:
    assert text_key(story("Morning briefing", "")) is None
    assert text_key(story("Morning briefing", "The latest from our desks.")) is None


def test_text_key_keeps_numbers_and_the_summary_stands_in_for_a_body() -> None:
    assert text_key(copy(FULL.replace("340", "341"))) != text_key(LEAD)
    assert text_key(replace(LEAD, body="", summary=FULL)) == text_key(LEAD)


def test_text_key_of_a_recurring_text_holds_for_its_day() -> None:
    warning = "Yellow warning of wind for Ashford and its coast, where gusts may bring down branches and delay the ferries."
    first = story("Wind warning for Ashford", warning)
    assert text_key(first) == text_key(replace(first, url="https://x.example/9"))
    assert text_key(first) != text_key(replace(first, published=T0 + timedelta(days=7)))


def test_fingerprints_find_a_summary_and_a_reprint() -> None:
    full = fingerprint(LEAD)
    assert full
    assert all(-(2**63) <= h < 2**63 for h in full)
    assert likeness(full, fingerprint(copy(CAUGHT["a preface"]))) > 0.9
    assert likeness(full, fingerprint(copy(CAUGHT["a cut copy"]))) > 0.9
    assert likeness(full, frozenset()) == 0.0


def test_keys_are_the_same_in_another_process() -> None:
    code = "from monitor.duplicates import title_key; print(title_key('Glacier loses a third of its ice'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == title_key("Glacier loses a third of its ice")


# -- what is learnt -------------------------------------------------------------------------------


def test_boilerplate_is_learnt_from_unrelated_headlines() -> None:
    slogan = "This is what our readers in the valleys and on the coast have trusted through four generations of weather."
    seen = [story(headline, slogan) for headline in HEADLINES]
    background = learn(seen)
    assert background.boilerplate
    fresh = [story("Bakers strike in Lyon again", slogan), story("Bakers strike in Nantes again", slogan)]
    assert compare(fresh[0], fresh[1], background).kind not in HELD


def test_a_headline_over_three_texts_is_learnt_as_recurring() -> None:
    notes = [
        story("Notes from the ferry", f"{line} {' '.join(WORDS[n * 20 : n * 20 + 20])}")
        for n, line in enumerate(HEADLINES)
    ]
    assert learn(notes).recurring == {("example", title_key("Notes from the ferry"))}
    assert DEFAULT.recurring == frozenset()


# -- laws and figures -----------------------------------------------------------------------------

texts = st.lists(st.sampled_from([*WORDS, "12", "forty", "2.5 million"]), max_size=90).map(" ".join)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1)).map(lambda t: t.replace(tzinfo=UTC))


@settings(max_examples=60, deadline=None)
@given(texts, texts, texts, texts, instants, instants)
def test_compare_is_symmetric_and_a_text_is_its_own_copy(
    a_title: str, a_body: str, b_title: str, b_body: str, a_at: datetime, b_at: datetime
) -> None:
    a, b = (
        Story("a", a_title, "https://a.example/", a_at, a_body),
        Story("b", b_title, "https://b.example/", b_at, b_body),
    )
    assert compare(a, b) == compare(b, a)
    assert 0 <= compare(a, b).score <= 1


def labelled() -> Path:
    data = shared_data()
    path = data / "duplicates" / "pairs.jsonl" if data else None
    if path is None or not path.exists():
        pytest.skip("the labelled pairs (shared/data/duplicates/pairs.jsonl) are not here")
    return path


def test_quality_on_labelled_pairs_in_both_halves() -> None:
    judged = [(p, compare(p.a, p.b).kind in HELD) for p in pairs(labelled())]
    for half in (judged, [j for j in judged if j[0].half == 0], [j for j in judged if j[0].half == 1]):
        found = score(half)
        assert found.f1 >= 0.96
        assert found.precision >= 0.98
    assert score(judged).held_events <= 0.01
    assert {p.label for p, yes in judged if yes} & SAME


def test_shared_words_tell_the_less_the_more_events_have_them() -> None:
    assert distinct([1, 1, 1]) == 3
    assert distinct([44, 95, 107, 112]) < APART  # the subject of the month
    assert distinct([1, 2, 4, 300]) > APART
    assert distinct([]) == 0


@given(st.text(st.sampled_from("aBcÉ'’“–.,-19²½三月\u0301\u200b\n k")).filter(lambda text: "/" not in text))
@example("the U.S.-led 1,500 first million-dollar “no” 三月 20 mln")
def test_words_are_the_same_whether_read_at_once_or_piece_by_piece(text):
    assert words(text + " /") == words(text)  # a stroke may join two pieces to one number: 3 1/2


def seen_on_three_days(outlet: str = "bbc") -> list[Seen]:
    """Give three stories of an outlet, of twenty rows each."""
    return [Seen(n, outlet, date(2026, 5, n), 20) for n in (1, 2, 3)]


SHARED = dict.fromkeys(range(1, 5), (1, 2, 3))


def test_what_an_outlet_puts_under_three_headlines_on_three_days_counts_for_nothing() -> None:
    seen, mine = seen_on_three_days(), frozenset(range(20))
    assert in_doubt("bbc", SHARED, seen, {}) == {1, 2, 3}
    headlines = {1: "Rain", 2: "Wind", 3: "Snow"}
    assert in_doubt("bbc", SHARED, seen, headlines) == frozenset()
    assert worth_comparing("bbc", mine, SHARED, seen, headlines) == ()
    assert worth_comparing("bbc", mine, SHARED, seen, dict.fromkeys((1, 2, 3), "Rain")) == (1, 2, 3)
    assert worth_comparing("bbc", mine, SHARED | {9: (2,)}, seen, headlines) == ()


def test_headlines_are_asked_for_only_where_they_decide() -> None:
    mine = frozenset(range(20))
    elsewhere = seen_on_three_days("wsj")
    assert in_doubt("bbc", SHARED, elsewhere, {}) == frozenset()
    assert worth_comparing("bbc", mine, SHARED, elsewhere, {}) == (1, 2, 3)
    one_day = [replace(s, day=date(2026, 5, 1)) for s in seen_on_three_days()]
    assert in_doubt("bbc", SHARED, one_day, {}) == frozenset()
    assert worth_comparing("bbc", mine, SHARED, one_day, {}) == (1, 2, 3)
    assert in_doubt("bbc", {1: (1, 2), 2: (2, 3)}, seen_on_three_days(), {}) == frozenset()


def test_all_headlines_are_asked_for_where_the_first_three_do_not_differ() -> None:
    seen = [Seen(n, "bbc", date(2026, 5, 1 + n % 4), 20) for n in range(1, 9)]
    having = {1: tuple(range(1, 9)), 2: tuple(range(1, 9))}
    first = in_doubt("bbc", having, seen, {})
    assert len(first) == 3
    assert len({s.day for s in seen if s.id in first}) == 3
    headlines = dict.fromkeys(first, "Rain")
    rest = in_doubt("bbc", having, seen, headlines)
    assert rest == set(range(1, 9)) - first
    headlines |= {n: "Rain" if n % 2 else f"Wind {n}" for n in rest}
    assert in_doubt("bbc", having, seen, headlines) == frozenset()


@given(st.data())
def test_few_headlines_tell_what_all_of_them_would(data: st.DataObject) -> None:
    numbers = st.integers(1, 12)
    seen = [
        Seen(n, data.draw(st.sampled_from(["bbc", "wsj"])), date(2026, 5, data.draw(st.integers(1, 4))), 20)
        for n in range(1, 13)
    ]
    titles = {n: data.draw(st.sampled_from(["Rain", "RAIN", "Wind", "Snow", "Hail"])) for n in range(1, 13)}
    found = data.draw(st.dictionaries(st.integers(1, 6), st.frozensets(numbers, min_size=1), max_size=6))
    headlines: dict[int, str] = {}
    while doubtful := in_doubt("bbc", found, seen, headlines):
        headlines |= {n: titles[n] for n in doubtful}
    mine = frozenset(range(20))
    few = worth_comparing("bbc", mine, found, seen, headlines)
    assert few == worth_comparing("bbc", mine, found, seen, titles)


COMING = (
    ("Talks on the camps to begin in Geneva", "Envoys will meet in Geneva on Monday"),
    ("Senate to vote on import ban", "The U.S. Senate is expected to vote on Monday"),
    ("Court to rule on scholar's appeal", "A court in Ankara is due to rule on Monday"),
)
COME = (
    ("Talks on the camps end in Geneva", "Envoys met in Geneva on Monday"),
    ("Senate passes import ban", "The U.S. Senate voted on Monday"),
    ("Court rejects scholar's appeal", "A court in Ankara ruled on Monday"),
)
REST = (
    " about the scholar Erkin Sabir and goods made in the camps, after months in which both sides had refused to speak of "
    "either in public, a spokesman said."
)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("after", [HOUR, 26 * HOUR])
def test_what_was_to_come_and_what_has_come_are_two(number: int, after: timedelta) -> None:
    (title, lead), (later_title, later_lead) = COMING[number], COME[number]
    before = story(title, lead + REST)
    later = replace(story(later_title, later_lead + REST), published=before.published + after)
    assert compare(before, later).kind is Kind.DIFFERENT
    assert compare(later, before) == compare(before, later)
    again = replace(before, title=later_title, outlet="other", published=later.published)
    assert compare(before, again).kind in {Kind.DUPLICATE, Kind.UPDATE}


def test_two_bodies_statements_on_one_matter_are_two_events() -> None:
    ours = story(
        "Statement: Alliance calls on the IOC to publish its human rights plan before Beijing 2022",
        "The Alliance against Forced Labour asks the International Olympic Committee (IOC) to publish its human rights plan "
        "for the Beijing 2022 Winter Olympics this month, one year ahead of the start of the Games.",
    )
    theirs = replace(
        story(
            "PRESS RELEASE: Over 100 rights groups call on governments to boycott Beijing 2022",
            "One year ahead of the Beijing 2022 Winter Olympics, an alliance of Tibetan, Uyghur and Hong Kong rights groups "
            "sent governments an open letter; the IOC, it says, has failed to act on human rights.",
        ),
        outlet="other",
    )
    found = compare(ours, theirs)
    assert found.kind is Kind.DIFFERENT
    assert "own statement" in " ".join(found.evidence)
    report = replace(theirs, title="Over 100 rights groups call on governments to boycott Beijing 2022")
    assert compare(theirs, report).kind is Kind.DUPLICATE


@pytest.mark.skipif(shared_data() is None, reason="the newsletter is not here")
def test_the_statement_and_the_letter_of_the_newsletter_stay_two_events() -> None:
    folder = shared_data()
    assert folder is not None
    seed = folder.parent / "seed-newsletter.txt"
    if not seed.exists():
        pytest.skip("the newsletter is not here")
    lines = [line for line in seed.read_text(encoding="utf8").splitlines() if line.strip()]
    heads = [n for n, line in enumerate(lines) if line.startswith(("Statement:", "PRESS RELEASE:"))][:2]
    one, other = (
        story(lines[n], "\n".join(lines[n + 1 : end]))
        for n, end in ((heads[0], heads[1]), (heads[1], heads[1] + 9))
    )
    for hours in (0, 3, 20):
        later = replace(other, outlet="other", published=one.published + hours * HOUR)
        assert compare(one, later).kind is Kind.DIFFERENT
