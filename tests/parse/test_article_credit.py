"""Where pages of no outlet we know put the credit of their lead image, and a date that only readers are meant to see."""

import pytest

from monitor.parse import article
from tests.parse.pages import news, page, paragraphs

IMAGE = '<img src="https://img.example/2026/harbour-dawn-1200.jpg" alt="{alt}">'
URL = "https://paper.example/1"


def told(box, alt=""):
    node = news(image="https://img.example/2026/harbour-dawn-1200.jpg")
    body = f"<main><h1>Port to inspect every container</h1>{box.replace('IMG', IMAGE.format(alt=alt))}<div>{paragraphs()}</div></main>"
    return article.described(page(node, body=body), URL)


@pytest.mark.parametrize(
    ("box", "caption", "credit"),
    [
        (
            "<figure>IMG<figcaption>Cranes at dawn.</figcaption><footer>Imago/Ort</footer></figure>",
            "Cranes at dawn.",
            "Imago/Ort",
        ),
        (
            "<div><picture>IMG</picture><div>Cranes at dawn</div><div>Getty Images</div></div>",
            "Cranes at dawn",
            "Getty Images",
        ),
        (
            "<div><picture>IMG</picture><div><p>Cranes at dawn. <span>IMAGO/Lena Ort</span></p></div></div>",
            "Cranes at dawn.",
            "IMAGO/Lena Ort",
        ),
        (
            "<div><span>Foto: Lena Ort</span>IMG<span>Cranes at dawn</span></div>",
            "Cranes at dawn",
            "Lena Ort",
        ),
        (
            '<figure>IMG<div class="bildautor">Bild: APA/Ort</div><figcaption>Cranes</figcaption></figure>',
            "Cranes",
            "APA/Ort",
        ),
    ],
)
def test_a_credit_is_found_beside_the_image(box, caption, credit):
    photo = told(box).photo
    assert (photo.caption, photo.credit) == (caption, credit)


def test_words_in_place_of_the_image_may_end_in_its_credit():
    story = told("<div>IMG</div>", alt="Cranes at dawn. (Photo: Gallo Images / Lena Ort)")
    assert (story.photo.credit, story.provenance["credit"]) == ("Gallo Images / Lena Ort", "img:alt")


def test_a_page_that_names_no_image_has_the_first_of_its_story():
    body = f'<article><img class="logo" src="/logo.png"><h1>Port</h1><p><img src="/up/port.jpg"></p>{paragraphs()}</article>'
    photo = article.described(page(news(), body=body), URL).photo
    assert photo.url == "https://paper.example/up/port.jpg"


@pytest.mark.parametrize(
    ("words", "day"),
    [("Posted on 3 February 2026 by the desk", "2026-02-03"), ("In 2026, and again in 2027", "1970-01-01")],
)
def test_a_date_in_words_counts_where_its_element_says_that_it_is_one(words, day):
    body = f'<article><h1>Port to inspect every container</h1><div class="post-date">{words}</div>{paragraphs()}</article>'
    story = article.story(page(body=body), URL)
    assert story.published.date().isoformat() == day
