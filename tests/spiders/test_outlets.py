"""The outlets we ship: complete, honest about what was checked, and readable without the network."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
import re2

from monitor.crawl.catalogue import coded_outlets
from monitor.crawl.guard import check_url
from monitor.story import Outlet, SourceKind

SHIPPED = coded_outlets()
NAMES = ["bbc", "economist", "end-uyghur-forced-labour", "intercept", "uyghur-congress", "wsj"]
outlets = pytest.mark.parametrize("outlet", SHIPPED.values(), ids=SHIPPED.keys())


def test_the_six_outlets_are_there() -> None:
    assert sorted(SHIPPED) == NAMES


@outlets
def test_an_outlet_is_complete(outlet: Outlet) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,64}", outlet.name)
    assert outlet.title
    assert outlet.hosts
    assert outlet.language == "en"
    assert outlet.languages
    assert ZoneInfo(outlet.zone)
    assert outlet.sources


@outlets
def test_its_sources_have_names_addresses_and_a_limit_of_silence(outlet: Outlet) -> None:
    names = [source.name for source in outlet.sources]
    assert len(names) == len(set(names))
    for source in outlet.sources:
        check_url(source.url)
        assert source.url.startswith("https://")
        assert source.outlet == outlet.name
        assert source.max_silence is not None
        assert source.interval < source.max_silence
        assert source.verified == "never"  # until a person has seen it live: then the date
        assert (source.kind is SourceKind.LISTING) == bool(source.links)


@outlets
def test_its_exclusions_are_re2(outlet: Outlet) -> None:
    for pattern in outlet.exclude:
        re2.compile(pattern)


@pytest.mark.parametrize(
    ("name", "text", "left_out"),
    [
        ("bbc", "https://www.bbc.co.uk/news/av/world-asia-1", False),
        ("bbc", "https://www.bbc.co.uk/iplayer/episode/1", True),
        ("bbc", "Watch: a parade", False),
        ("bbc", "https://www.bbc.co.uk/news/world-asia-china-55634388", False),
        ("wsj", "https://www.wsj.com/video/x", True),
        ("wsj", "https://www.wsj.com/world/china/x-1", False),
        ("economist", "https://www.economist.com/podcasts/2021/x", True),
        ("economist", "https://www.economist.com/china/2021/02/13/x", False),
        ("intercept", "https://theintercept.com/podcasts/x", True),
        ("intercept", "https://theintercept.com/2021/01/29/china-uyghur-muslim-surveillance-police/", False),
        ("uyghur-congress", "Press release: a statement More »", True),
        ("uyghur-congress", "https://www.uyghurcongress.org/en/category/press/", True),
        ("uyghur-congress", "https://www.uyghurcongress.org/en/press-release-x/", False),
        ("end-uyghur-forced-labour", "https://enduyghurforcedlabour.org/contact/", True),
        ("end-uyghur-forced-labour", "https://enduyghurforcedlabour.org/news/x/", False),
    ],
)
def test_what_is_left_out(name: str, text: str, left_out: bool) -> None:
    assert any(re2.search(pattern, text) for pattern in SHIPPED[name].exclude) is left_out


def test_the_frozen_addresses_of_the_journal_are_not_used() -> None:
    assert not any("feeds.a.dj.com" in source.url for source in SHIPPED["wsj"].sources)
