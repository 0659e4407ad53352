"""Clean text, safe addresses, and hosts that imitate others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.lookalike import imitates
from monitor.alerts.plain import clean, clickable, clip, defuse, host_label, join_words, plural


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert "\n" not in clean(text)


@given(st.text(), st.integers(1, 50))
def test_clipping_keeps_the_limit(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit


@given(st.text())
def test_defused_text_looks_the_same(text: str) -> None:
    assert defuse(text).replace("\u2060", "") == text.replace("\u2060", "")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://news.example/a?b=1&c=2#d", "https://news.example/a?b=1&c=2#d"),
        ("HTTP://News.Example/A", "http://news.example/A"),
        ("https://news.example/维吾尔", "https://news.example/%E7%BB%B4%E5%90%BE%E5%B0%94"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://news.example:8443/x", "https://news.example:8443/x"),
        ("https://news.example/100%25", "https://news.example/100%25"),
        ("https://[::1]/x", "https://[::1]/x"),
    ],
)
def test_web_addresses_are_kept_in_ascii(url: str, safe: str) -> None:
    assert clickable(url) == safe
    assert clickable(safe) == safe


@pytest.mark.parametrize(
    "url",
    [
        "", "javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example",
        "\\\\evil\\share", "https://bbc.co.uk@evil.example/", "https://a b/", "https://a/\u202e", "https:///x",
        "https://host:port/", "https://a/\"onclick=", "https://a/<b>", "ftp://a/", "https://a\\@b/", "https://[::1/",
        "https://a/" + "x" * 2100, "vbscript:x", "intent://x", "mailto:a@b.c", "https://\x00a/", " https://a/",
        "https://" + "a" * 70 + ".example/",
    ],
)  # fmt: skip
def test_other_addresses_are_not_clickable(url: str) -> None:
    assert clickable(url) == ""


@pytest.mark.parametrize(
    "host",
    [
        "bbс.com", "аpple.com", "wіkipedia.org", "раураӏ.com", "gооgle.com", "xn--bb-pmc.com", "www.bbϲ.com",
        "ехаmple.org", "nуtimes.com", "guаrdian.co.uk", "ωsj.com", "gοv.uk", "ɑpple.com", "micrоsoft.com",
    ],
)  # fmt: skip
def test_look_alikes_are_flagged(host: str) -> None:
    assert imitates(host)


@pytest.mark.parametrize(
    "host",
    [
        "bbc.com", "пример.рф", "ürümqi.org", "维吾尔.cn", "xn--bcher-kva.example", "日本語サイト.jp", "한국.kr",
        "ελλάδα.gr", "news24.中国", "ئۇيغۇر.example", "правда.рф", "münchen-news.de", "", "127.0.0.1", "xn--zzzz-.x",
    ],
)  # fmt: skip
def test_honest_names_are_not(host: str) -> None:
    assert not imitates(host)


def test_a_host_in_other_letters_is_shown_in_both() -> None:
    assert host_label("www.bbс.com") == "bbс.com (xn--bb-pmc.com)"
    assert host_label("WWW.BBC.co.uk") == "bbc.co.uk"


def test_lists_and_counts_are_said() -> None:
    assert join_words(("a", "b", "c")) == "a, b and c"
    assert join_words(()) == ""
    assert (plural(1, "story", "stories"), plural(1200, "part")) == ("1 story", "1,200 parts")
