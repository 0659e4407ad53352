"""Field by field: which of a page's many words for one thing is believed."""

from datetime import UTC, datetime

import pytest

from monitor.errors import NoStory
from monitor.parse import article
from monitor.story import Access, DateSource, Outlet
from tests.parse.pages import LONG, news, page, paragraphs

URL = "https://www.courier.example/2026/02/17/port"
TEXT = f"<article><h1>Port to inspect every container</h1>{paragraphs()}</article>"


def told(node=None, head="", body=TEXT, url=URL, **more):
    return article.story(page(node, head, body, more.pop("lang", "en")), url, **more)


# headlines


def test_the_shared_headline_is_shown_and_every_variant_kept():
    story = told(
        news(headline="Harbour rules: What it means", alternativeHeadline="Every box"),
        '<title>Harbour rules - The Courier</title><meta property="og:title" content="Every container to be opened | The Courier">'
        '<meta property="og:site_name" content="The Courier"><meta name="twitter:title" content="All boxes open">',
    )
    assert story.title == "Every container to be opened"
    assert set(story.titles) == {
        "Every container to be opened",
        "Harbour rules: What it means",
        "Port to inspect every container",
        "All boxes open",
        "Every box",
        "Harbour rules",
    }


@pytest.mark.parametrize(
    ("shared", "shown"),
    [
        ("Port to inspect every container - National", "Port to inspect every container"),
        ("Port to inspect every container – CO – 17.02.2026", "Port to inspect every container"),
        ("Opinion | Port to inspect every container", "Port to inspect every container"),
        (
            "Port to inspect – every container | The Courier | by Tom Webb",
            "Port to inspect – every container",
        ),
        ("Port to inspect all | The Courier", "Port to inspect all"),
        ("courier.example: Port to inspect all", "courier.example: Port to inspect all"),
        ("Port - harbour - inspection", "Port - harbour - inspection"),
    ],
)
def test_house_names_and_what_one_variant_adds_are_cut(shared, shown):
    head = (
        f'<meta property="og:title" content="{shared}"><meta property="og:site_name" content="The Courier">'
    )
    assert told(news(), head).title == shown


def test_a_headline_cut_at_a_quotation_mark_is_mended():
    head = '<meta property="og:title" content="Marathon: a winner and "royal visit"">'
    assert (
        told(news(headline='Marathon: a winner and "royal visit"'), head).title
        == 'Marathon: a winner and "royal visit"'
    )


def test_kicker_and_headline_in_one_h1_are_told_apart():
    body = f'<h1><span class="kicker">Harbour</span><span class="headline">Every box is opened</span></h1>{paragraphs()}'
    assert {"Every box is opened", "Harbour Every box is opened"} <= {
        t.replace("HarbourE", "Harbour E") for t in told(news(), body=body).titles
    }


def test_a_masthead_in_the_h1_is_no_headline():
    story = told(
        head='<title>Port to inspect every container</title><meta name="date" content="2026-02-17T10:00:00Z">',
        body=f"<h1>Good Morning Coast</h1>{paragraphs()}",
    )
    assert story.title == "Port to inspect every container"


# instants


@pytest.mark.parametrize(
    ("node", "head", "body", "expected", "origin"),
    [
        (
            {"datePublished": "2026-02-17T10:00:00.250+08:00"},
            "",
            "",
            "2026-02-17T02:00:00.250000+00:00",
            "json-ld:datePublished",
        ),
        (
            {"datePublished": "2026-02-17"},
            '<meta property="article:published_time" content="2026-02-17T07:30:00Z">',
            "",
            "2026-02-17T07:30:00+00:00",
            "meta:article:published_time",
        ),
        (
            {"datePublished": "2026-02-17"},
            '<meta property="article:published_time" content="2026-05-17T07:30:00Z">',
            "",
            "2026-02-17T00:00:00+00:00",
            "json-ld:datePublished",
        ),
        (
            {"datePublished": "2026-02-17T07:30:00"},
            "",
            '<time datetime="2026-02-17T07:30:00+01:00">x</time>',
            "2026-02-17T06:30:00+00:00",
            "time",
        ),
        (
            {"datePublished": None},
            "",
            '<time datetime="2026-02-17T07:30:00Z">x</time>',
            "2026-02-17T07:30:00+00:00",
            "time",
        ),
        (
            {"datePublished": None},
            "",
            '<span itemprop="datePublished" content="2026-02-17T07:30:00Z"></span>',
            "2026-02-17T07:30:00+00:00",
            "itemprop:datePublished",
        ),
        (
            {"datePublished": "soon"},
            '<meta name="parsely-pub-date" content="2026-02-17T07:30:00Z">',
            "",
            "2026-02-17T07:30:00+00:00",
            "meta:parsely-pub-date",
        ),
        (
            {"datePublished": None},
            "<title>Port | CO | 17.02.2026</title>",
            "",
            "2026-02-17T00:00:00+00:00",
            "title",
        ),
    ],
)
def test_the_exact_instant_is_found_where_any_part_of_the_page_has_it(node, head, body, expected, origin):
    story = told(
        news(**node),
        head,
        f"<header><h1>Port</h1>{body}</header>{paragraphs()}",
        url="https://courier.example/port",
    )
    assert (story.published.isoformat(), story.provenance["published"]) == (expected, origin)


def test_an_outlets_zone_explains_a_time_without_one():
    home = Outlet(name="courier", title="Courier", zone="Asia/Hong_Kong")
    assert told(news(datePublished="2026-02-17T10:00:00"), outlet=home).published == datetime(
        2026, 2, 17, 2, tzinfo=UTC
    )


def test_a_date_in_the_address_is_better_than_none():
    story = told(head='<meta property="og:title" content="Port to inspect every container">')
    assert (story.published, story.provenance["published"]) == (datetime(2026, 2, 17, tzinfo=UTC), "htmldate")


def test_a_text_without_any_date_is_undated():
    story = told(
        head='<meta property="og:title" content="Port to inspect every container">',
        url="https://courier.example/port",
    )
    assert (story.published, story.date_source) == (article.UNDATED, DateSource.FIRST_SEEN)
    assert "published" not in story.provenance


def test_a_headline_and_a_date_in_the_address_are_no_story():
    with pytest.raises(NoStory, match=r"names no date"):
        told(body="<h1>World news</h1>")


# people


@pytest.mark.parametrize(
    ("node", "head", "body", "expected"),
    [
        ({"author": [{"name": "Ayşe Demir"}, {"name": "The Courier"}]}, "", "", ("Ayşe Demir",)),
        (
            {"author": {"@type": "Person", "givenName": "Ayşe", "familyName": "Demir"}},
            "",
            "",
            ("Ayşe Demir",),
        ),
        (
            {"author": {"name": "Courier Online"}},
            '<meta name="author" content="Tom Webb">',
            "",
            ("Tom Webb",),
        ),
        (
            {"author": {"name": "courier.example"}},
            "",
            '<p class="byline">By <a href="/a">Tom Webb</a> and <a href="/b">Ayşe Demir</a></p>',
            ("Tom Webb", "Ayşe Demir"),
        ),
        (
            {"author": "https://courier.example/people/1"},
            '<meta name="parsely-author" content="tom-webb">',
            '<a rel="author" href="/a">Tom Webb</a>',
            ("Tom Webb",),
        ),
        ({"author": "By Tom Webb, Asia correspondent"}, "", "", ("Tom Webb",)),
        ({"author": [{"name": ["Tom Webb", "Ayşe Demir"]}]}, "", "", ("Tom Webb", "Ayşe Demir")),
        (
            {},
            '<meta name="author" content="(Image: Getty)"><meta name="author" content="Tom Webb">',
            "",
            ("Tom Webb",),
        ),
        ({}, "", "<ul><li><strong>Author</strong> Tom Webb</li></ul>", ("Tom Webb",)),
    ],
)
def test_people_are_named_and_houses_are_not(node, head, body, expected):
    node = news(publisher={"@type": "Organization", "name": "The Courier"}, **node)
    assert told(node, head, f"<h1>Port</h1>{body}{paragraphs()}").authors == expected


def test_an_author_is_found_by_reference():
    node = {
        "@graph": [
            {**news(), "author": {"@id": "#tom"}},
            {"@type": "Person", "@id": "#tom", "name": "Tom Webb"},
        ]
    }
    assert told(node).authors == ("Tom Webb",)


def test_a_house_that_signs_alone_stays_only_while_the_outlet_is_unknown():
    node = news(author={"name": "The Courier"}, publisher={"name": "The Courier"})
    assert told(node).authors == ("The Courier",)
    assert told(node, outlet=Outlet(name="courier", title="Courier")).authors == ()
    desk = news(author=[{"name": "Courier Desk"}, {"name": "Night Watch"}])
    assert (
        told(desk, outlet=Outlet(name="courier", title="Courier", house_authors=("Night Watch",))).authors
        == ()
    )


# the JSON-LD node


def test_teasers_and_live_updates_are_not_the_article():
    node = {
        "@type": "WebPage",
        "datePublished": "2026-02-17T10:00:00+08:00",
        "mainEntity": {
            "@type": "ItemList",
            "itemListElement": [news(headline="Another", author="X Y", url="https://courier.example/other")],
        },
        "hasPart": [news(headline="A third", author="X Y")],
        "about": {"@type": "LiveBlogPosting", "headline": "Not this"},
    }
    story = told(
        [
            node,
            {
                **news(headline="This one"),
                "liveBlogUpdate": [
                    {
                        "@type": "BlogPosting",
                        "headline": "14:02",
                        "author": "Z Z",
                        "datePublished": "2026-02-18",
                    }
                ],
            },
        ]
    )
    assert story.title == "This one"
    assert story.published == datetime(2026, 2, 17, 2, tzinfo=UTC)


def test_of_two_articles_the_one_at_this_address_is_meant():
    other = news(headline="Elsewhere", author="X Y", url="https://www.courier.example/other")
    assert told([other, news(headline="Here", url=f"{URL}#top")]).title == "Here"


@pytest.mark.parametrize(
    "wrapped",
    ["<!-- {} -->", "//<![CDATA[\n{}\n//]]>", "{};", " \n{}\n"],
)
def test_json_ld_in_any_wrapping_is_read(wrapped):
    json = '{"@type":"NewsArticle","headline":"Line\nbreak","datePublished":"2026-02-17T10:00:00Z",}'
    script = f'<script type="application/ld+json">{wrapped.replace("{}", json)}</script>'
    assert told(head=script).title == "Line break"


# the rest


@pytest.mark.parametrize(
    ("lang", "node", "head", "expected"),
    [
        ("en", {"inLanguage": "en-gb"}, "", "en-GB"),
        ("de-AT", {"inLanguage": "de"}, "", "de-AT"),
        ("", {"inLanguage": {"@type": "Language", "name": "Deutsch", "alternateName": "de"}}, "", "de"),
        ("", {}, '<meta property="og:locale" content="fr_FR">', "fr-FR"),
        ("", {}, '<meta http-equiv="content-language" content="nl">', "nl"),
        ("x y", {}, "", None),
    ],
)
def test_language(lang, node, head, expected):
    assert told(news(**node), head, lang=lang).language == expected


def test_a_language_that_the_letters_contradict_is_not_believed():
    body = f"<h1>港口</h1>{paragraphs(*['港口当局周二表示，新的检查规则将从下个月起适用于每一个集装箱，贸易商要求更多时间。' * 4] * 3)}"
    assert told(news(inLanguage="zh-Hans"), body=body, lang="en").language == "zh-Hans"


@pytest.mark.parametrize(
    ("node", "head", "expected"),
    [
        ({"articleSection": ["World", "Trade", "World"]}, "", ("World", "Trade")),
        ({"articleSection": "Articles"}, '<meta property="article:section" content="Justice">', ("Justice",)),
        (
            {
                "breadcrumb": {
                    "itemListElement": [{"name": "Home"}, {"item": {"name": "Asia"}}, {"name": "Port"}]
                }
            },
            "",
            ("Asia",),
        ),
        ({}, "", ()),
    ],
)
def test_sections(node, head, expected):
    assert told(news(**node), head).sections == expected


@pytest.mark.parametrize(
    ("node", "head", "expected"),
    [
        ({}, "", None),
        ({"isAccessibleForFree": True}, "", Access.OPEN),
        ({}, '<meta property="article:content_tier" content="metered">', Access.METERED),
        ({}, '<meta property="article:content_tier" content="free">', Access.OPEN),
    ],
)
def test_access(node, head, expected):
    assert told(news(**node), head).access is expected


@pytest.mark.parametrize(
    ("figure", "caption", "credit"),
    [
        ("<figcaption>Cranes at dawn. Photo: Lena Ort/AFP</figcaption>", "Cranes at dawn.", "Lena Ort/AFP"),
        (
            "<figcaption>Cranes at dawn. (AP Photo/Lena Ort)</figcaption>",
            "Cranes at dawn.",
            "AP Photo/Lena Ort",
        ),
        (
            "<figcaption>Kräne am Morgen. (Foto: Lena Ort/dpa)</figcaption>",
            "Kräne am Morgen.",
            "Lena Ort/dpa",
        ),
        (
            "<figcaption>Cranes at dawn <span class='caption__credit'>Photograph: Lena Ort/Reuters</span></figcaption>",
            "Cranes at dawn",
            "Lena Ort/Reuters",
        ),
        (
            "<figcaption>Cranes at dawn.<div>© Getty Images | Lena Ort</div></figcaption>",
            "Cranes at dawn.",
            "Getty Images | Lena Ort",
        ),
        (
            "<figcaption>Cranes at dawn. <small>Lena Ort / AFP</small></figcaption>",
            "Cranes at dawn.",
            "Lena Ort / AFP",
        ),
        (
            "<figcaption>Cranes that belong to Reuters and others</figcaption>",
            "Cranes that belong to Reuters and others",
            "",
        ),
    ],
)
def test_caption_and_credit_are_told_apart(figure, caption, credit):
    body = f'<h1>Port</h1><figure><img src="/i/320/cranes-2026.jpg">{figure}</figure>{paragraphs()}'
    photo = told(news(image="https://cdn.example/i/1280/cranes-2026.jpg"), body=body).photo
    assert (photo.caption, photo.credit) == (caption, credit)


def test_the_credit_of_the_lead_image_is_taken_not_that_of_the_next():
    body = (
        '<h1>Port</h1><figure><img src="/other-one.jpg"><figcaption>Fog. Photo: Nobody/AP</figcaption></figure>'
        '<figure><img srcset="/i/640/cranes-2026-640x480.jpg 640w"><figcaption>Cranes. Photo: Lena Ort/AFP</figcaption></figure>'
    )
    photo = told(news(image={"url": "/i/cranes-2026.jpg"}), body=body + paragraphs()).photo
    assert (photo.url, photo.caption, photo.credit) == (
        "https://www.courier.example/i/cranes-2026.jpg",
        "Cranes.",
        "Lena Ort/AFP",
    )


def test_a_credit_in_the_pages_state_is_found_by_its_caption():
    body = '<h1>Port</h1><script>x = {"text":"Cranes at dawn over the old port","credit":"Foto: Lena Ort\\u002FAFP"}</script>'
    photo = told(
        news(image={"url": "/1.jpg", "caption": "Cranes at dawn over the old port"}), body=body + paragraphs()
    ).photo
    assert photo.credit == "Lena Ort/AFP"


def test_described_gives_everything_but_what_the_body_tells():
    html = page(news(description="In short."), body=TEXT)
    story = article.described(html, URL)
    assert (story.title, story.summary, story.body) == ("Port to inspect every container", "In short.", "")
    assert article.story(html, URL).body.startswith(LONG[0])
