"""Subscription lists."""

import pytest

from monitor.errors import ConfigError
from monitor.parse import opml
from monitor.story import Outlet, Source, SourceKind

LIST = b"""<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>x</title></head><body>
<outline text="News"><outline text="World desk">
  <outline type="rss" title="The Harbour Courier" text="x" xmlUrl="https://courier.example/rss.xml"/></outline></outline>
<outline type="rss" xmlURL="https://feeds.wire.example/atom"/>
<outline type="rss" text="Again" xmlUrl="https://courier.example/rss.xml"/>
<outline type="rss" text="Unsafe" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def test_feeds_are_read_each_once_with_their_folder():
    courier, wire = opml.read(LIST)
    assert (courier.url, courier.outlet, courier.section) == (
        "https://courier.example/rss.xml",
        "the-harbour-courier",
        "world-desk",
    )
    assert (wire.url, wire.outlet, wire.section) == ("https://feeds.wire.example/atom", "wire-example", "")


def test_what_is_written_can_be_read():
    outlet = Outlet(
        name="courier",
        title="Courier & <Sons>",
        sources=(
            Source(url="https://courier.example/rss?a=1&b=2", section="asia"),
            Source(url="https://courier.example/map.xml", kind=SourceKind.SITEMAP),
        ),
    )
    written = opml.write([outlet])
    assert [s.url for s in opml.read(written)] == ["https://courier.example/rss?a=1&b=2"]
    assert b"Courier &amp; &lt;Sons&gt;" in written


@pytest.mark.parametrize("body", [b"", b"words", b"<rss/>", b"<html><body/></html>"])
def test_what_is_no_opml_is_refused(body):
    with pytest.raises(ConfigError, match="no OPML"):
        opml.read(body)


def test_entities_are_not_expanded():
    body = b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + LIST.replace(
        b"World desk", b"World&x; desk"
    )
    assert len(opml.read(body)) == 2


def test_names_are_slugs():
    assert opml.slug("Süddeutsche Zeitung – Politik!") == "suddeutsche-zeitung-politik"
    assert opml.slug("维吾尔") == ""
    assert len(opml.slug("x" * 200)) == 64


@pytest.mark.parametrize("cut", [b"<opml", LIST[:-40]], ids=["tag", "body"])
def test_a_file_that_breaks_off_is_damaged_not_short(cut):
    with pytest.raises(ConfigError, match="damaged: it breaks off"):
        opml.read(cut)
