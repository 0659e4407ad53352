"""The story's words: what is in them, what is not, and when they are not kept at all."""

import pytest

from monitor.parse import article
from monitor.parse.articles import notes
from monitor.story import Access, Outlet
from tests.parse.pages import LONG, NGO, WSJ_STATE, news, page, paragraphs

URL = "https://courier.example/2026/02/17/port"


def body(html, **more):
    return article.story(html, URL, **more).body


def test_headline_byline_captions_and_pointers_are_no_body():
    html = page(
        news(),
        body='<nav><a href="/">Home</a></nav><article><h1>Port to inspect every container</h1><p>By Tom Webb</p>'
        '<figure><img src="/1.jpg"><figcaption>Cranes. Photo: Lena Ort</figcaption></figure>'
        + paragraphs(*LONG[:3])
        + '<p><a href="/2">Minister falls over the customs affair and leaves</a></p><p>Read more: <a href="/3">Another story</a></p>'
        + paragraphs(*LONG[3:])
        + "<p>Sign up for our newsletter</p></article><footer>Imprint</footer>",
    )
    assert body(html) == "\n".join(LONG)


def test_a_text_that_advertisements_cut_is_put_together():
    part = '<div class="body__container">{}</div><div class="ad">Advertisement</div>'
    long = [f"{a} {b}" for a in LONG for b in LONG]
    html = page(
        news(),
        body="<article><h1>Port to inspect every container</h1>"
        + "".join(f"<div>{part.format(paragraphs(*long[i : i + 9]))}</div>" for i in (0, 9, 18, 27))
        + "</article>",
    )
    text = body(html)
    assert all(x in text for x in (long[0], long[10], long[20], long[35]))


def test_json_ld_stands_in_for_a_page_that_shows_less():
    html = page(
        news(articleBody="\n".join(LONG)), body="<h1>Port to inspect every container</h1><div id='app'></div>"
    )
    story = article.story(html, URL)
    assert story.body == "\n".join(LONG)
    assert story.provenance["body"] == "json-ld:articleBody"


def test_a_standfirst_that_readers_see_belongs_to_the_text():
    lead = "From next month every container will be opened, the harbour authority says."
    html = page(
        news(description=lead),
        body=f'<article><header><h1>Port to inspect every container</h1><p class="dek">{lead}</p></header><div>{paragraphs()}</div></article>',
    )
    assert body(html).startswith(lead)
    assert body(html).count(lead) == 1
    assert lead not in body(page(news(description=lead), body=f"<article><h1>x</h1>{paragraphs()}</article>"))


@pytest.mark.parametrize(
    "wall",
    [
        "<p>Subscribe to continue reading</p>",
        "<p>This article is for subscribers only.</p><p>Already a subscriber? Sign in</p>",
        "<p>Cet article est réservé aux abonnés</p>",
        "<div class='paywall'></div>",
    ],
)
def test_a_stub_is_never_kept(wall):
    html = page(
        news(isAccessibleForFree=False), body=f"<article><h1>Port</h1>{paragraphs(*LONG[:2])}{wall}</article>"
    )
    story = article.story(html, URL)
    assert (story.body, story.access, story.provenance["body"]) == ("", Access.PAID, "stub")


def test_a_wall_alone_is_a_stub_even_without_a_flag():
    html = page(
        news(),
        body="<article><h1>Port</h1><p>This copy is for your personal, non-commercial use only. To order copies visit us.</p></article>",
    )
    story = article.story(html, URL)
    assert (story.body, story.access) == ("", Access.PAID)


def test_wsj_gives_headline_and_no_body():
    story = article.story(WSJ_STATE, "https://www.wsj.com/articles/port-1")
    assert (story.body, story.access) == ("", Access.PAID)


def test_a_paid_outlet_never_gives_a_body_and_a_flagged_whole_text_is_metered():
    whole = page(
        news(isAccessibleForFree="False"),
        body=f"<article><h1>Port</h1>{paragraphs(*LONG, *reversed([x + ' Again.' for x in LONG]), *[x + ' Once more, this is so.' for x in LONG])}</article>",
    )
    paid = article.story(whole, URL, outlet=Outlet(name="courier", title="Courier", access=Access.PAID))
    assert (paid.body, paid.access, paid.provenance["body"]) == ("", Access.PAID, "paid")
    flagged = article.story(whole, URL)
    assert flagged.access is Access.METERED
    assert len(flagged.body) > 1_500


def test_a_long_free_text_may_mention_subscribers():
    html = page(
        news(),
        body=f"<article><h1>Port</h1>{paragraphs(*LONG, 'The union told its members that this story is for subscribers only of the old gazette, ' + LONG[0] * 4)}</article>",
    )
    assert len(body(html)) > 600


@pytest.mark.parametrize(
    ("preface", "origin", "credit"),
    [
        ("Below is an article published by BBC. Photo Reuters.", "BBC", "Reuters"),
        ("Below is an article published by The Guardian. Photo:AFP.", "The Guardian", "AFP"),
        (
            "Below is an article published by Radio Free Asia, Photo: Lena Ort/AFP",
            "Radio Free Asia",
            "Lena Ort/AFP",
        ),
        ("Below is a press release published by the Campaign for Ports.", "the Campaign for Ports", ""),
        ("This article was originally published on Axios.", "Axios", ""),
    ],
)
def test_a_preface_names_origin_and_credit(preface, origin, credit):
    found = notes.preface(f"{preface}\n{LONG[0]}\n{LONG[1]}")
    assert (found.origin, found.credit) == (origin, credit)
    assert found.rest == f"{LONG[0]}\n{LONG[1]}"


def test_an_ngo_page_tells_whose_story_it_is():
    story = article.story(
        NGO,
        "https://harbourcongress.example/port",
        outlet=Outlet(name="harbour", title="World Harbour Congress"),
    )
    assert (story.origin, story.photo.credit, story.provenance["origin"]) == ("BBC", "Reuters", "preface")
    assert story.body.startswith(LONG[0])
    assert story.title == "Port to inspect every container"


def test_a_preface_is_at_the_head_only():
    assert notes.preface("\n".join(LONG * 2) + "\nThis article was originally published by Axios.") is None
    assert notes.preface(LONG[0] + " It said the article published by BBC was wrong.") is None


@pytest.mark.parametrize(
    ("more", "expected", "origin"),
    [
        (
            {"node": {"correction": "Correction: the port has four cranes."}},
            "Correction: the port has four cranes.",
            "json-ld:correction",
        ),
        (
            {"node": {"correction": {"@type": "CorrectionComment", "text": "The port has four cranes."}}},
            "The port has four cranes.",
            "json-ld:correction",
        ),
        (
            {
                "tail": "<div class='article-correction'>Correction (18 Feb): An earlier figure was wrong.</div>"
            },
            "Correction (18 Feb): An earlier figure was wrong.",
            "marked",
        ),
        (
            {
                "tail": "<p>This article was amended on 18 February 2026. An earlier version misstated the number of cranes.</p>"
            },
            "This article was amended on 18 February 2026. An earlier version misstated the number of cranes.",
            "text",
        ),
        (
            {"tail": "<p>Editor’s note: This story has been updated to correct the minister's name.</p>"},
            "Editor’s note: This story has been updated to correct the minister's name.",
            "text",
        ),
        ({"tail": "<p>Corrections officers said the prison was full of people on that day.</p>"}, "", None),
        (
            {"tail": "<p>Editor’s note: Tom Webb is a fellow of the harbour institute in the capital.</p>"},
            "",
            None,
        ),
    ],
)
def test_corrections_are_kept_apart(more, expected, origin):
    html = page(
        news(**more.get("node", {})),
        body=f"<article><h1>Port</h1>{paragraphs()}{more.get('tail', '')}</article>",
    )
    story = article.story(html, URL)
    assert story.correction == expected
    assert story.provenance.get("correction") == origin


def test_names_on_the_first_line_sign_a_text_that_only_the_house_signs():
    html = page(
        news(
            author={"@id": "https://courier.example/author/admin/", "name": "Courier D"},
            publisher={"name": "The Courier"},
        ),
        body=f"<article><h1>Port</h1><p>Ayşe Demir/Tom Webb</p>{paragraphs()}</article>",
    )
    story = article.story(html, URL)
    assert (story.authors, story.provenance["authors"]) == (("Ayşe Demir", "Tom Webb"), "body")
    assert story.body.startswith(LONG[0])
