"""The drill: three outlets change their layout overnight. Their stories are still told, and the operator hears of it once."""

import pytest

from bench.drill import drill
from monitor.parse import article
from monitor.schedule import IncidentKind
from monitor.store import sources
from monitor.story import Articles, Outlet
from tests.app.test_decay import ENV, SOURCED, pages
from tests.newsrooms import newsroom, story
from tests.parse.pages import BBC_NEXT, LONG, news, page, paragraphs


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    said = []
    return drill(tmp_path_factory.mktemp("drill"), said.append), "\n".join(said)


def test_stories_are_told_every_morning(played):
    mornings, _ = played
    assert all(m.editor for m in mornings)


def test_the_operator_hears_of_each_change_once_and_of_each_end_once(played):
    mornings, _ = played
    told = ["".join(m.operator) for m in mornings]
    for name in ("morning-wire", "harbour-watch", "Intercept"):
        assert not any(name in words for words in told[:3])
        assert [told[3].count(f"{name} can be read") + told[3].count(f"{name} (http"), name in told[4]] == [
            1,
            True,
        ]
    assert "the text was 2,079 characters in the median, now 10, since 4 March 2026" in told[3]
    assert "'h3.entry-title a' finds no story link in it" in told[3]
    assert "morning-wire (http://wire.example/feed): stories carry again what they used to." in told[4]
    assert "harbour-watch (http://ngo.example/news) is well again" in told[4]


def test_an_older_hook_on_newer_pages_is_noticed_in_real_runs(played):
    mornings, _ = played
    told = "".join(mornings[3].operator)
    assert "The pages of The Intercept can be read, but stories are not what they were: " in told
    assert "photo credit: 100% of stories had one, now 0 of the last 7, since 4 March 2026" in told
    assert "layout: 100% of pages had one that the outlet's hook knows, now 0 of the last 7" in told
    assert "The pages of The Intercept: stories carry again what they used to." in "".join(
        mornings[4].operator
    )


def test_states_are_shown(played):
    mornings, _ = played
    well = {"morning-wire": "ok", "harbour-watch": "ok", "intercept": "ok"}
    ill = {**well, "morning-wire": "decayed", "harbour-watch": "decayed", "intercept (pages)": "decayed"}
    assert [m.states for m in mornings] == [well, well, well, ill, well]


def test_the_doctor_names_the_line_to_change(played):
    _, said = played
    assert '- {listing: "http://ngo.example/news", outlet: "Harbour Watch", links: "article h2 a"}' in said
    assert '- {feed: "http://wire.example/feed", outlet: "Morning Wire", articles: "all"}' in said


NEXT_YEAR = page(
    news(), body="<main><h1>Port to inspect every container</h1>" + paragraphs(*LONG, *LONG) + "</main>"
)


def test_an_older_hook_on_a_newer_page_still_yields_the_story_and_raises_the_notice(tmp_path):
    bbc = Outlet(name="bbc", title="BBC News", articles=Articles.ALL)
    address = "https://www.bbc.com/news/articles/c1"
    old, new = (article.story(html, address, outlet=bbc) for html in (BBC_NEXT, NEXT_YEAR))
    assert old.photo.credit == "Lena Ort/Getty Images"
    assert new.title == old.title
    assert new.published == old.published
    assert len(new.body) > 1000, "the generic reading has the whole text"
    assert new.photo is None or not new.photo.credit
    with newsroom(tmp_path, SOURCED.replace("[$uyghur]", "[container*]", 1), env=ENV) as room:
        room.baseline()
        pages(room, *((old, True),) * 30)
        pages(room, *((new, True),) * 6)
        told = pages(room, *((new, True),) * 2)
        (taken,) = room.poll(story(new.title, body=new.body, at=room.clock()))
        with room.wire.store.reading() as tx:
            kinds = [i.kind for i in sources.incidents(tx) if i.kind is not IncidentKind.GAP]
    assert [d.rule for d in taken.triage.decisions] == ["Uyghurs"]
    assert kinds == [IncidentKind.DECAYED]
    assert "layout: 100% of pages had one that the outlet's hook knows, now 0 of the last 8" in told.text
    assert "photo credit: 100% of stories had one, now 0 of the last 8" in told.text
