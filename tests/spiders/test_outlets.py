"""The outlets we ship: complete, honest about what was checked, and readable without the network."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import re2

from monitor.config import loads, ready_outlets
from monitor.crawl.catalogue import coded_outlets, declared_outlets, outlet_at
from monitor.crawl.guard import check_url
from monitor.parse.listing import selector
from monitor.story import Access, Articles, Outlet, SourceKind

SHIPPED = coded_outlets()
NAMES = ["bbc", "economist", "end-uyghur-forced-labour", "intercept", "uyghur-congress", "wsj"]
READY = ready_outlets()
outlets = pytest.mark.parametrize("outlet", SHIPPED.values(), ids=SHIPPED.keys())
every = pytest.mark.parametrize("outlet", declared_outlets().values(), ids=declared_outlets().keys())


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
def test_it_says_who_may_read_it_and_whether_its_pages_are_read(outlet: Outlet) -> None:
    assert outlet.access is not None
    assert outlet.articles is (Articles.NONE if outlet.access is Access.PAID else Articles.ALL)
    assert outlet.house_authors
    assert outlet.exclude


def test_the_ready_outlets_are_known_by_name_and_a_file_in_spiders_goes_before_them() -> None:
    assert {"guardian", "reuters", "ap", "rfa-uyghur", "hrw", "amnesty", "scmp", "global-times"} <= set(READY)
    assert len(READY) >= 20
    assert not set(READY) & set(SHIPPED)
    assert set(declared_outlets()) == set(READY) | set(SHIPPED)


def test_the_outlet_of_an_address_is_found_by_its_host() -> None:
    found = outlet_at("https://www.bbc.co.uk/news/1", declared_outlets().values())
    assert found is not None
    assert found.name == "bbc"
    assert outlet_at("https://notbbc.co.uk/news/1", declared_outlets().values()) is None


@pytest.mark.parametrize("outlet", READY.values(), ids=READY.keys())
def test_a_ready_outlet_is_complete(outlet: Outlet) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,64}", outlet.name)
    assert outlet.title != outlet.name
    assert outlet.hosts
    assert outlet.language
    assert outlet.languages
    assert outlet.access is not None
    assert outlet.access is not Access.PAID or outlet.articles is Articles.NONE
    assert all(outlet_at(s.url, [outlet]) for s in outlet.sources if "feeds." not in s.url)


@every
def test_the_same_can_be_written_in_rules_yaml(outlet: Outlet) -> None:
    """Every field of a declaration has its key, in a file of which Copytaster ships nothing."""
    entries = [
        {
            str(source.kind): source.url,
            "outlet": outlet.name,
            "title": outlet.title,
            "section": source.section,
            "links": source.links,
            "verified": source.verified,
            "interval": f"{source.interval.total_seconds() / 60:.0f}m",
            "max_silence": f"{source.max_silence.total_seconds() / 60:.0f}m" if source.max_silence else "",
            "hosts": list(outlet.hosts),
            "language": outlet.language,
            "languages": list(outlet.languages),
            "zone": outlet.zone,
            "date_order": outlet.date_order,
            "access": outlet.access,
            "articles": outlet.articles,
            "exclude": list(outlet.exclude),
            "house_authors": list(outlet.house_authors),
            "delay": f"{outlet.delay.total_seconds():.0f}s",
        }
        for source in outlet.sources
    ]
    written = [json.dumps({k: v for k, v in entry.items() if v}) for entry in entries]
    text = "rules:\n  A: [x]\nsources:\n" + "".join(f"  - {line}\n" for line in written)
    (read,) = loads(text, Path("rules.yaml"), {}).outlets
    assert read == outlet


@every
def test_its_sources_have_names_addresses_and_a_limit_of_silence(outlet: Outlet) -> None:
    names = [source.name for source in outlet.sources]
    assert len(names) == len(set(names))
    for source in outlet.sources:
        check_url(source.url)
        assert source.url.startswith("https://") or outlet.name == "people-daily"
        assert source.outlet == outlet.name
        assert source.max_silence is not None
        assert source.interval < source.max_silence
        assert source.verified == "never"  # until a person has seen it live: then the date
        assert (source.kind is SourceKind.LISTING) == bool(source.links)
        selector(source.links or "a")


@every
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
        ("bbc", "https://www.bbc.com/news/live/c0imagined1o", True),
        ("wsj", "More »", True),
        ("wsj", "More Than a Mill", False),
        ("intercept", "https://theintercept.com/staff/somebody/", True),
        ("end-uyghur-forced-labour", "https://enduyghurforcedlabour.org/category/news/", True),
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
