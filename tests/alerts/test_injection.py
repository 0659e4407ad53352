"""Whatever a headline holds, no form of a message lets it act: e-mail, text, screen and every chat service."""

from __future__ import annotations

import io
import re
from functools import cache
from html.parser import HTMLParser

import pytest
from rich.console import Console

from monitor.alerts import Rendered, Why, render
from monitor.alerts.plain import JOINER
from monitor.alerts.profiles import PROFILES, Profile, parts
from monitor.alerts.terminal import show_on
from tests.alerts.injections import ALL
from tests.alerts.made import HEAD, telling

URL = "https://www.wire.example/tech/2021/patent-1"
SEEN_NOT = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2061-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)
MASS_PING = re.compile(r"@(?:everyone|here|channel|all|room|group)|<[!@#a-z/](?!ttps?://)", re.IGNORECASE)
SELF_LINK = re.compile(r"[a-z]{2,}://[^\s*>)]+|(?<![\w.-])(?:www\.)?evil\.example", re.IGNORECASE)


@cache
def filled(text: str) -> Rendered:
    """A message with the string in every field that comes from outside."""
    reason = Why(
        rule=text, field="summary", sentence=f"{text} x {text}", marks=((0, len(text)),), terms=(text,)
    )
    story = telling(
        headline=text,
        outlet_title=text,
        why=(reason,),
        also_reported_by=(text,),
        photo_credit=text,
        language=text,
        note=text,
    )
    return render.message([story, telling(url=text, host=text)], HEAD)


class Page(HTMLParser):
    """What a browser would make of the HTML: its tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


OURS = {
    "html", "head", "meta", "title", "style", "body", "div", "strong", "p", "h2", "a", "bdi", "time", "mark", "span",
}  # fmt: skip


@pytest.mark.parametrize("text", ALL)
def test_html_loads_nothing_and_links_only_to_the_story(text: str) -> None:
    page = Page(filled(text).html)
    assert page.tags <= OURS
    for tag, name, value in page.attributes:
        assert name in {
            "href",
            "style",
            "class",
            "dir",
            "lang",
            "charset",
            "name",
            "content",
            "aria-label",
            "datetime",
        }
        if name == "href":
            assert (tag, value) in {("a", URL), ("a", "mailto:ops@example.org"), ("a", text)}
            assert value != text or text.startswith(("http://", "https://"))
        if name == "style":
            assert "url(" not in value


@pytest.mark.parametrize("text", ALL)
def test_text_and_subject_are_plain(text: str) -> None:
    rendered = filled(text)
    for form in (rendered.text, rendered.subject.replace("\n", "\x00"), rendered.short):
        assert not SEEN_NOT.search(form)
    others = [link for link in SELF_LINK.findall(rendered.text) if link not in (URL, text)]
    assert not others


@pytest.mark.parametrize("text", ALL)
def test_the_screen_obeys_no_escape_code(text: str) -> None:
    stream = io.StringIO()
    show_on(
        Console(file=stream, width=90, no_color=True, highlight=False, markup=False, emoji=False),
        filled(text),
    )
    assert not SEEN_NOT.search(stream.getvalue())


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("text", ALL)
def test_chat_forms_let_nothing_act(text: str, profile: Profile) -> None:
    for part in parts(filled(text), profile):
        assert not SEEN_NOT.search(part)
        assert not MASS_PING.search(part)
        assert not re.search(r"(?<!\\)\]\((?!https://www\.wire\.example/|https?://)", part)
        links = [link for link in SELF_LINK.findall(part) if not link.startswith(URL)]
        assert all(text.startswith(("http://", "https://")) and "evil" in link for link in links)
        assert len(links) <= 1  # the link of the second story, where the string is a web address itself
        if profile.escape is PROFILES["discord"].escape:
            assert_inert_markdown(part, profile)


def assert_inert_markdown(part: str, profile: Profile) -> None:
    """Every character of Markdown in the part is escaped or was written by us."""
    for line in part.split("\n"):
        rest = re.sub(r"\\[!-/:-@\[-`{-~]", "", line)  # escaped
        rest = rest.replace("**", "")  # our own emphasis
        rest = re.sub(
            r"<https?://[^<>\s]*>|\[[^\[\]]*\]\(https?://[^()\s]*\)|https?://\S+", "", rest
        )  # our links
        rest = rest.removeprefix("> ") if profile.quote else rest
        assert not re.search(r"[*`~|\[\]<>#]|(?<!\w)_", rest), line
        assert not re.match(r"\s*([-+]\s|\d+[.)]\s)", rest), line


@pytest.mark.parametrize("word", ["كتاب\u200cها", "ئۇيغۇر\u200dچە", "क्\u200dष", "می\u200cخواهم"])
def test_joiners_that_spell_a_word_are_kept(word: str) -> None:
    rendered = filled(word)
    assert word in rendered.html
    assert word in rendered.text
    assert all(any(word in part for part in parts(rendered, profile)) for profile in PROFILES.values())


def test_there_are_enough_strings() -> None:
    assert len(set(ALL)) >= 120
    assert len(PROFILES) >= 8  # and e-mail, text and screen beside them
    assert JOINER == "\u2060"
