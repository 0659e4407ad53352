"""Pages are judged by their first reading, in the transaction that decides their story."""

import pytest

from monitor.app.decay import PAGES
from monitor.schedule import Trait
from monitor.store import filling
from monitor.story import Outcome
from tests.app.test_pages import BBC, FEED, RULES, fail, read
from tests.newsrooms import newsroom, story


@pytest.fixture
def room(tmp_path):
    env = {"DESK": "mailto://127.0.0.1:9?from=desk@desk.example"}
    with newsroom(tmp_path, RULES, outlets=[BBC], env=env) as room:
        room.baseline()
        yield room


def samples(room, key=PAGES):
    with room.wire.store.reading() as tx:
        return filling.load(tx, "bbc", key).known


def test_a_page_is_judged_once_whatever_comes_of_it_later(room):
    room.poll(story("Uyghur poet freed", at=room.clock()))
    (entry,) = samples(room, FEED)
    assert samples(room) == ()
    fail(room)
    (missed,) = samples(room)
    assert missed.judged == Trait.PAGE
    assert missed.filled == 0
    room.clock.forward(hours=3)
    fail(room, outcome=Outcome.TIMEOUT)
    room.clock.forward(hours=3)
    read(room, "A text.", title="Uyghur poet freed")
    assert samples(room) == (missed,), "a page tried again is no new page"
    assert samples(room, FEED) == (entry,)


def test_a_page_about_something_else_is_seen_as_that(room):
    room.poll(story("Uyghur poet freed", at=room.clock()))
    read(room, "A text.", title="Accept cookies")
    room.poll(story("Rain falls in Leeds", at=room.clock()))
    read(room, "A text.", title="Rain falls in Leeds")
    other, same = samples(room)
    assert other.filled & Trait.PAGE
    assert not other.filled & Trait.AGREEMENT
    assert same.filled & Trait.AGREEMENT
    assert same.length == len("A text.")
