"""HTML to plain text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse import plain


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("plain", "plain"),
        ("a &amp; b &lt; c", "a & b < c"),
        ("a &amp;lt; b", "a &lt; b"),
        ("a < b & c > d", "a < b & c > d"),
        ("<p>one</p><p>two<br>three</p>", "one\ntwo\nthree"),
        ("un<b>believ</b>able", "unbelievable"),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ("<!-- hidden -->x", "x"),
        ("x <img src=http://evil.example/t.gif> y", "x y"),
        ("<svg><a xlink:href='javascript:1'>z</a></svg>x", "x"),
        ("  many \t spaces \n\n\n and lines ", "many spaces\nand lines"),
        ("می\u200cخواهم \u200d", "می\u200cخواهم \u200d"),
        ("a\u202eb\u2066c\x00d\ud800e", "abcde"),
        ("<meta charset=iso-8859-1>ü维", "ü维"),
        ("tail <b", "tail <b"),
    ],
)
def test_words_are_kept_and_markup_is_not(markup, words):
    assert plain.text(markup) == words


def test_a_line_is_one_line():
    assert plain.line("<p>one</p>\n<p>two</p>") == "one two"
    assert len(plain.line("w" * 9_000)) == plain.LONGEST_TITLE


@settings(deadline=None)
@given(st.text(alphabet="<>&;!-/'\"=ab p\n"))
def test_nothing_makes_it_raise(markup):
    plain.text(markup)


@pytest.mark.parametrize(
    "bomb",
    ["<!--" * 50_000, "<div>" * 50_000, "&" * 500_000, "<a " + "b='1' " * 50_000 + ">", '<a "' * 50_000],
)
def test_bombs_fizzle(bomb):
    assert len(plain.text(bomb)) <= plain.LONGEST_TEXT
