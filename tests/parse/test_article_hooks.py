"""What single outlets hide in their pages, each layout imitated, and what happens when a layout is new."""

import pytest

from monitor.parse import article, hooks
from monitor.story import Access, Outlet
from tests.parse import pages

BBC, WSJ = "https://www.bbc.com/news/articles/c1", "https://www.wsj.com/articles/port-11574168580"
ECONOMIST, INTERCEPT = (
    "https://www.economist.com/asia/2026/02/17/port",
    "https://theintercept.com/2026/02/17/port/",
)


@pytest.mark.parametrize(
    ("html", "url", "credit", "hook"),
    [
        (pages.BBC_NEXT, BBC, "Lena Ort/Getty Images", "bbc.next_data"),
        (pages.BBC_INITIAL, "https://www.bbc.co.uk/news/business-1", "Soti", "bbc.initial_data"),
        (pages.BBC_MARKUP, BBC, "Reuters", "bbc.markup"),
        (pages.WSJ_STATE, WSJ, "Greg Ort/AFP", "wsj.state"),
        (pages.INTERCEPT_2024, INTERCEPT, "Ali Ort/Anadolu via Getty Images", "intercept.image_caption"),
        (pages.INTERCEPT_2023, INTERCEPT, "Thom Ort/Independent Record via AP", "intercept.featured_caption"),
    ],
)
def test_a_hook_finds_the_photo_credit(html, url, credit, hook):
    story = article.story(html, url)
    assert story.photo.credit == credit
    assert story.provenance["credit"] == hook
    assert "warning" not in story.provenance


def test_a_hook_adds_headlines_and_sections_and_leaves_the_rest():
    bbc = article.story(pages.BBC_NEXT, BBC)
    assert bbc.sections == ("Asia",)
    assert bbc.provenance["sections"] == "bbc.next_data"
    assert "Why every container is opened" in bbc.headlines
    assert bbc.provenance["title"] == "json-ld:headline"
    assert len(bbc.body) > 400
    wsj = article.story(pages.WSJ_STATE, WSJ)
    assert "Every box opened" in wsj.titles
    assert wsj.sections == ("China News",)
    assert wsj.title == "Port to inspect every container"


def test_the_economists_state_gives_section_and_instant():
    story = article.story(
        pages.ECONOMIST, ECONOMIST, outlet=Outlet(name="economist", title="The Economist", access=Access.PAID)
    )
    assert story.sections == ("Asia",)
    assert story.published.isoformat() == "2026-02-17T09:30:00+00:00"
    assert {"Why ports open everything", "Ports open everything"} <= set(story.titles)
    assert story.authors == ()
    assert story.body == ""
    assert story.access is Access.PAID


def test_captions_go_with_their_credit():
    assert article.story(pages.INTERCEPT_2024, INTERCEPT).photo.caption == "Cranes at dawn on Oct. 21."
    assert article.story(pages.INTERCEPT_2023, INTERCEPT).photo.caption == "Cranes."
    assert article.story(pages.BBC_MARKUP, BBC).photo.caption == "Cranes at dawn"


@pytest.mark.parametrize("url", [WSJ, ECONOMIST, INTERCEPT])
def test_a_new_layout_still_gives_a_story_and_a_warning(url):
    story = article.story(pages.page(pages.news(), body="<h1>x</h1>" + pages.paragraphs()), url)
    assert story.title == "Port to inspect every container"
    assert len(story.body) > 400
    assert "none of the known layouts" in story.provenance["warning"]


def test_a_known_layout_without_a_credit_is_no_warning():
    html = pages.page(
        pages.news(),
        body='<h1>x</h1><figcaption class="media-caption">Cranes</figcaption>' + pages.paragraphs(),
    )
    assert "warning" not in article.story(html, BBC).provenance


def test_an_older_hook_reads_an_older_page_of_the_same_outlet():
    names = [h.name for h in hooks.choose(BBC)]
    assert names == ["bbc.next_data", "bbc.initial_data", "bbc.markup"]


def test_hooks_are_chosen_by_outlet_or_site_and_otherwise_not_at_all():
    assert hooks.choose("https://mirror.example/a", "bbc")
    assert hooks.choose("https://news.bbc.co.uk/a")
    assert hooks.choose("https://courier.example/a", "courier") == ()
    assert hooks.choose("https://notbbc.com/a") == ()


@pytest.mark.parametrize("url", [BBC, WSJ, ECONOMIST, INTERCEPT])
@pytest.mark.parametrize(
    "state",
    [
        "null",
        "[]",
        '{"props": 3}',
        '{"props": {"pageProps": {"content": [], "metadata": 7, "page": []}}}',
        "{",
        '"{"',
        '{"props":{"pageProps":{"content":{"_metadata":{"section":[1],"datePublished":{}}}}}}',
    ],
)
def test_state_of_any_shape_is_borne(url, state):
    body = f'<h1>x</h1><script id="__NEXT_DATA__">{state}</script><script>window.__STATE__ = {state}; window.__INITIAL_DATA__={state};</script>'
    assert article.story(pages.page(pages.news(), body=body), url).title == "Port to inspect every container"
