"""Recorded pages of the four outlets, 2013 to 2024, where this machine has them."""

import pytest

from monitor.parse import article
from monitor.story import Access
from tests.shared_data import WHY, shared_data

DATA = shared_data()
pytestmark = pytest.mark.skipif(DATA is None, reason=WHY)
HOSTS = {
    "bbc": "https://www.bbc.com/news/x-1",
    "wsj": "https://www.wsj.com/articles/x-1",
    "economist": "https://www.economist.com/x/1",
    "intercept": "https://theintercept.com/x/1",
}
CREDITS = {
    "bbc-article-2016-04-22": "Getty Images",
    "bbc-article-2017-03-16": "Reuters",
    "bbc-article-2017-07-14": "Soti",
    "bbc-article-2019-11-70cb2d": "Getty Images",
    "bbc-article-2020-04-10": "Reuters",
    "bbc-article-2024-08-01": "Getty Images",
    "intercept-article-2023-04-28": "Thom Bridge/Independent Record via AP",
    "intercept-article-2023-11-08": "Ali Jadallah/Anadolu via Getty Images",
}


def told(name):
    return article.story((DATA / "recorded" / f"{name}.html").read_bytes(), HOSTS[name.partition("-")[0]])


@pytest.mark.parametrize("name", CREDITS)
def test_photo_credits_are_exact(name):
    assert told(name).photo.credit == CREDITS[name]


@pytest.mark.parametrize(
    "name", ["wsj-article-2016-05-16", "wsj-article-2019-11-042bb7", "wsj-article-2019-11-7ab16a"]
)
def test_wsj_gives_headline_date_and_no_body(name):
    story = told(name)
    assert story.title
    assert story.published.year in (2016, 2019)
    assert (story.body, story.access) == ("", Access.PAID)


def test_an_evergreen_page_has_both_instants():
    story = told("bbc-article-2024-08-01")
    assert (story.published.year, story.updated.year) == (2022, 2024)
    assert story.sections == ("Explainers",)
    assert len(story.headlines) >= 1


def test_the_economist_says_where_the_story_stands():
    story = told("economist-article-2018-06-18")
    assert (story.sections, story.provenance["sections"]) == (("Open Future",), "economist.next_data")
    assert story.published.isoformat() == "2018-06-18T16:16:03+00:00"
