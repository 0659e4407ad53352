"""One spelling per story; links fit to be clicked; whose they are."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.links import canonical, host, safe_url, site
from tests.shared_data import WHY, shared_data

SAME = [
    ("https://www.bbc.co.uk/news/world-1?at_medium=RSS&at_campaign=rss#0", "http://bbc.com/news/world-1/"),
    ("https://m.example.org/a?utm_source=x&b=2&a=1", "https://www.example.org/a?a=1&b=2"),
    ("https://amp.example.org/story.html", "https://example.org/story"),
    ("https://example.org/story/amp/", "https://example.org/story"),
    ("https://example.org/story.amp.html", "https://example.org/story"),
    ("https://example.org/story?outputType=amp", "https://example.org/story"),
    ("https://www.google.com/url?q=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1&sa=D", "https://example.org/a?b=1"),
    ("https://www.google.co.uk/url?sa=t&url=https://example.org/a", "https://example.org/a"),
    ("https://example-org.cdn.ampproject.org/v/s/example.org/a?amp_js_v=0.1", "https://example.org/a"),
    ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa&h=AT0", "https://example.org/a"),
    (
        "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=05",
        "https://example.org/a",
    ),
    ("https://example.org/a?ref=rss&cid=rssworld", "https://example.org/a"),
    ("https://example.org/a?source=facebook", "https://example.org/a"),
    (
        "https://mobile.nytimes.com/2021/02/03/x.html?partner=rss&emc=rss",
        "https://www.nytimes.com/2021/02/03/x.html",
    ),
    ("https://youtu.be/AbCdEf12345?si=x", "https://www.youtube.com/watch?v=AbCdEf12345&feature=share&t=3s"),
    ("https://twitter.com/a/status/1?s=20&t=xyz", "https://x.com/a/status/1"),
    ("https://en.m.wikipedia.org/wiki/%C3%9Cr%C3%BCmqi", "https://en.wikipedia.org/wiki/Ürümqi"),
    ("https://ürümqi.example/a", "https://xn--rmqi-zrab.example/a"),
    ("https://example.org:443/a/./b/../c", "https://example.org/a/c"),
    ("https://example.org/a/index.html", "https://example.org/a"),
    ("https://example.org/a#:~:text=words", "https://example.org/a"),
    ("https://example.org/a?x=1&amp;utm_medium=y", "https://example.org/a?x=1"),
]
DIFFERENT = [
    ("https://example.org/?p=1", "https://example.org/?p=2"),
    ("https://example.org/a?ref=1234", "https://example.org/a?ref=1235"),
    ("https://example.org/a?source=12", "https://example.org/a?source=13"),
    ("https://example.org/a?cid=77", "https://example.org/a?cid=78"),
    ("https://example.org/a?tag=google", "https://example.org/a?tag=facebook"),
    ("https://example.org/Ab", "https://example.org/aB"),
    ("https://news.example.org/a", "https://example.org/a"),
    ("https://example.org/a#comment-1", "https://example.org/a#comment-2"),
    ("https://example.org/app#!/story/1", "https://example.org/app#!/story/2"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/a?b=1%262", "https://example.org/a?b=1&2"),
    ("https://example.org/a?q=a%2Bb", "https://example.org/a?q=a+b"),
    ("https://example.org:8080/a", "https://example.org/a"),
    ("https://user@example.org/a", "https://example.org/a"),
    ("https://en.wikipedia.org/wiki/A", "https://de.wikipedia.org/wiki/A"),
    ("https://www.youtube.com/watch?v=a", "https://www.youtube.com/watch?v=A"),
    ("https://www.co.uk/a", "https://co.uk/a/b"),
    (
        "https://forum.example.org/index.php?mod=viewthread&tid=1",
        "https://forum.example.org/index.php?mod=viewthread&tid=2",
    ),
    ("https://example.org/board?st=20", "https://example.org/board?st=40"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_two_spellings_of_one_story_are_one(a, b):
    assert canonical(a) == canonical(b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_two_stories_stay_two(a, b):
    assert canonical(a) != canonical(b)


def test_the_recorded_pairs():
    folder = shared_data()
    if folder is None:
        pytest.skip(WHY)
    with (folder / "duplicates" / "urls.tsv").open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    merged = [r for r in rows if canonical(r["a"]) == canonical(r["b"])]
    assert sum(r["same"] == "1" for r in merged) >= 44
    assert [r for r in merged if r["same"] == "0"] == []


PIECES = st.sampled_from(
    [
        "http://",
        "https://",
        "//",
        "www.",
        "m.",
        "amp.",
        "bbc.co.uk",
        "google.com",
        "/url?q=",
        "/amp/",
        "/..",
        "/./",
        "%",
        "%2",
        "%2f",
        "%252F",
        "&amp;",
        "&",
        "?",
        "#",
        "=",
        "utm_source=rss",
        "ref=rss",
        ".html",
        ".amp",
        "index.html",
        ":443",
        ":x",
        "@",
        "[",
        "]",
        "[::1]",
        "ü",
        "İ",
        "\ud800",
        "\x00",
        " ",
        "\t",
        "+",
        "a",
        "Z",
        "1",
        "ampproject.org/c/s/",
        "cdn.",
        "youtu.be/",
        "comment-1",
        "!/",
        "v1.2",
    ]
)


@given(
    st.one_of(
        st.text(),
        st.lists(PIECES, max_size=12).map("".join),
        st.lists(PIECES, max_size=12).map(lambda p: "https://a.b/" + "".join(p)),
    )
)
@settings(max_examples=600, deadline=None)
def test_canonical_never_raises_and_is_idempotent(url):
    once = canonical(url)
    assert canonical(once) == once
    safe_url(url)
    site(url)
    host(url)


@pytest.mark.parametrize(
    "url",
    ["", " ", "/path", "example.org", "//example.org/a", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)",
     "vbscript:x", "data:text/html,x", "file:///etc/passwd", "intent://x", "ftp://example.org/", "mailto:a@b.c", "\\\\evil\\share",
     "http://1.1.1.1\\@2.2.2.2/", "https://bbc.co.uk@evil.example/", "https://user:pw@example.org/", "https://", "https:///a",
     "https://exa mple.org/", "https://example.org/a b", "https://example.org/\x00", "https://example.org/\u202egnp", "https://example.org/\n",
     "https://example.org:99999/", "https://example.org:x/", "https://-a.example/", "https://a..b/", "https://[::1", "https://[zz]/",
     "https://%65xample.org/", "https://example.org/<script>", 'https://example.org/"x', "https://" + "a" * 64 + "é.org/",
     "https://example.org/" + "a" * 2048],
)  # fmt: skip
def test_what_must_not_be_clicked_is_refused(url):
    padded = url + "x" if url.endswith("\n") else url
    assert safe_url(padded) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b=1#c",
        "HTTP://EXAMPLE.ORG/",
        "https://ürümqi.example/维吾尔",
        "https://[2001:db8::1]:8443/a",
        "http://example.org:8080",
    ],
)
def test_an_ordinary_link_is_given_back_unchanged(url):
    assert safe_url(f"  {url}\n") == url


def test_whose_link_it_is():
    assert site("https://news.bbc.co.uk/a") == "bbc.co.uk"
    assert site("https://alice.github.io/a") == "alice.github.io"
    assert site("http://127.0.0.1:8000/") == "127.0.0.1"
    assert site("https://www.ürümqi.org/") == "xn--rmqi-zrab.org"
    assert site("https://feeds.wire.example/") == "wire.example"
    assert site("https://co.uk/") == "co.uk"
    assert site("http://[::1]/") == "::1"
    assert site("http://localhost/") == "localhost"
    assert site("nothing") == ""
    assert host("https://WWW.Example.org.:443/a") == "www.example.org"
