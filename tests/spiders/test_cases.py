"""Every recorded case of every outlet, here and beside the repository: the page still gives the fields it gave.

`copytaster record OUTLET URL` makes a new one. Those in tests/fixtures are our own words in the layouts outlets use.
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.crawl.bodies import Fetched
from monitor.crawl.catalogue import declared_outlets, outlet_at
from monitor.crawl.recorded import differences, found_in, read_case, write_case
from monitor.errors import ConfigError
from monitor.parse import article
from monitor.story import Outlet
from tests.shared_data import WHY, shared_data

HERE = Path(__file__).parents[1] / "fixtures"
DATA = shared_data()
PLACES = [HERE, *([DATA / "cases"] if DATA else [])]
FOLDERS = [p.parent for place in PLACES for p in sorted(place.glob("*/*/meta.json"))]
OUTLETS = declared_outlets()
NOW = datetime(2026, 2, 18, 12, tzinfo=UTC)
CODED = ("bbc", "economist", "end-uyghur-forced-labour", "intercept", "uyghur-congress", "wsj")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_recorded_page_gives_the_fields_it_gave(folder):
    case = read_case(folder)
    found = found_in(case.page, OUTLETS[case.outlet], case.at)
    wrong = "\n".join(differences(case.expected, found))
    assert not wrong, f"{case.name} ({case.page.url}) is read differently now:\n{wrong}"


@pytest.mark.parametrize("name", CODED)
def test_every_outlet_with_code_has_two_cases(name):
    assert len(list((HERE / name).glob("test-*/meta.json"))) >= 2


def labelled():
    """Give the labelled real pages of the outlets we declare."""
    if DATA is None:
        return []
    lines = (DATA / "pages/labels.jsonl").read_text("utf8").splitlines()
    rows = [row for line in lines if (row := json.loads(line)).get("date")]
    return [r for r in rows if (o := outlet_at(r["url"], OUTLETS.values())) and o.name in CODED]


@pytest.mark.skipif(DATA is None, reason=WHY)
@pytest.mark.parametrize("row", labelled(), ids=lambda r: r["file"])
def test_a_labelled_real_page_is_read_as_labelled(row):
    page = gzip.decompress((DATA / "pages/html" / row["file"]).read_bytes())
    home = outlet_at(row["url"], OUTLETS.values())
    story = article.story(page, row["url"], outlet=home)
    assert row["title"].casefold() in {t.casefold() for t in story.titles}
    assert abs((story.published - datetime.fromisoformat(row["date"])).total_seconds()) < 1
    people = [a for a in row["authors"] if a not in home.house_authors]
    assert list(story.authors) == people
    if row.get("credit"):
        assert story.photo.credit in (" ".join(row["credit"]), *row["credit"])


def test_a_difference_names_the_field_and_shows_both_values():
    wanted = {
        "title": "A port",
        "authors": ["Ann Ort"],
        "photo": {"credit": "AFP"},
        "body": "x" * 300 + "end",
    }
    found = {"title": "A port", "photo": {"credit": "Reuters"}, "body": "x" * 300 + "and", "origin": "BBC"}
    told = "\n".join(differences(wanted, found))
    assert 'authors:\n    expected ["Ann Ort"]\n    found    nothing' in told
    assert "photo.credit:\n    expected 'AFP'\n    found    'Reuters'" in told
    assert "different from character 301" in told
    assert "origin:\n    expected nothing\n    found    'BBC'" in told
    assert "title" not in told


def test_differences_go_into_the_entries_of_a_listing():
    told = list(differences({"entries": [{"title": "A"}, {"title": "B"}]}, {"entries": [{"title": "X"}]}))
    assert told == ["entries: expected 2, found 1", "entries 1.title:\n    expected 'A'\n    found    'X'"]


def test_a_case_is_written_beside_the_others_and_reads_back(tmp_path):
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "session=secret"))
    page = Fetched(url="https://ngo.example/1", status=200, headers=headers, body=b"<html>\xff\r\n</html>")
    home = Outlet(name="ngo", title="NGO")
    first = write_case(tmp_path, home, page, {"title": "Ürümqi"}, NOW)
    assert first == tmp_path / "ngo" / "test-1"
    case = read_case(first)
    assert (case.page.body, case.page.content_type, case.at) == (page.body, "text/html", NOW)
    assert case.expected == {"title": "Ürümqi"}
    assert "secret" not in (first / "inputs/HttpResponse-info.json").read_text()
    second = write_case(tmp_path, home, page, found_in(page, home, NOW), NOW)
    assert second.name == "test-2"
    assert "no headline" in read_case(second).expected["refused"], "a page that must be refused is a case too"


def test_a_damaged_case_says_which(tmp_path):
    (tmp_path / "ngo" / "test-1" / "inputs").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"ngo/test-1 is no recorded case"):
        read_case(tmp_path / "ngo" / "test-1")
