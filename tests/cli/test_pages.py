"""sources try-page and record: one page, from a file or an address."""

import gzip
import json

from tests.cli.calling import RULES, copytaster, folder_with, over
from tests.cli.serving import serving
from tests.parse.pages import BBC_NEXT, NGO, WSJ_STATE, news, page, paragraphs

STORY = page(
    {**news(), "url": "http://paper.example/story"},
    head='<link rel="canonical" href="http://paper.example/story">',
    body="<article><h1>Port to inspect every container</h1>" + paragraphs() + "</article>",
)
HTML = "text/html; charset=utf-8"


def test_a_saved_page_is_told_field_by_field_with_its_origin(tmp_path):
    saved = tmp_path / "page.html.gz"
    saved.write_bytes(gzip.compress(BBC_NEXT))
    done = copytaster("sources", "try-page", saved, "--url", "https://www.bbc.com/news/x", "--dir", tmp_path)
    assert done.code == 0, done
    assert "BBC News (bbc)" in done.out
    assert "title       Port to inspect every container  [json-ld:headline]" in done.out
    assert "published   2026-02-17 02:00:00 UTC  [json-ld:datePublished]" in done.out
    assert "credit      Lena Ort/Getty Images  [bbc.next_data]" in done.out
    assert "not found   updated, authors, photo" in done.out


def test_as_json_it_carries_the_story_and_its_provenance(tmp_path):
    saved = tmp_path / "page.html"
    saved.write_bytes(NGO)
    done = copytaster(
        *("sources", "try-page", saved, "--url", "https://ngo.example/1", "--json", "--dir", tmp_path)
    )
    assert done.code == 0, done
    assert (done.json["outlet"], done.json["refused"]) == (None, "")
    story = done.json["story"]
    assert (story["origin"], story["photo"]["credit"]) == ("BBC", "Reuters")
    assert story["provenance"]["origin"] == "preface"


def test_a_page_read_as_another_outlets_and_a_paid_one_withheld(tmp_path):
    saved = tmp_path / "page.html"
    saved.write_bytes(WSJ_STATE)
    done = copytaster(
        *(
            "sources",
            "try-page",
            saved,
            "--url",
            "https://mirror.example/1",
            "--outlet",
            "wsj",
            "--dir",
            tmp_path,
        )
    )
    assert "The Wall Street Journal (wsj)" in done.out
    assert "body        withheld: " in done.out
    wrong = copytaster(
        "sources", "try-page", saved, "--outlet", "wjs", "--url", "https://x.example/", "--dir", tmp_path
    )
    assert wrong.code == 2
    assert 'no outlet "wjs"' in wrong.err


def test_a_page_without_a_story_ends_in_one_sentence(tmp_path):
    saved = tmp_path / "page.html"
    saved.write_bytes(b"<html><body><p>Please accept our cookies.</p></body></html>")
    done = copytaster("sources", "try-page", saved, "--url", "https://x.example/", "--dir", tmp_path)
    assert done.code == 1
    assert "it has no headline" in done.out
    again = copytaster("sources", "try-page", saved, "--dir", tmp_path)
    assert again.code == 2
    assert "does not say which address it has. Name it: --url" in again.err
    gone = copytaster("sources", "try-page", tmp_path / "none.html", "--dir", tmp_path)
    assert gone.code == 2
    assert "none.html cannot be read" in gone.err
    beside = copytaster("sources", "try-page", "../none.html", "--dir", tmp_path)
    assert "none.html cannot be read" in beside.err


def test_a_page_is_fetched_as_politely_as_a_source(tmp_path):
    room = folder_with(tmp_path / "room", RULES)
    with serving() as web:
        web.pages["paper.example", "/story"] = (HTML, STORY)
        hosts = {"paper.example": web.port}
        done = over(hosts, "try-page", room, "http://paper.example/story")
        gone = over(hosts, "try-page", room, "http://paper.example/gone")
        asked = list(web.asked)
    assert done.code == 0, done
    assert "read as http://paper.example/story" in done.out
    assert "published   2026-02-17 02:00:00 UTC" in done.out
    assert asked[0] == ("paper.example", "/robots.txt")
    assert gone.code == 2
    assert "paper.example answered with an error (404 Not Found)" in gone.err
    private = over({}, "try-page", room, "http://127.0.0.1/story")
    assert private.code == 2
    assert sorted(p.name for p in room.iterdir()) == ["rules.yaml"]


def test_a_case_is_recorded_from_an_address_and_from_a_file(tmp_path):
    rules = RULES + 'sources:\n  - {outlet: paper, feed: "http://paper.example/feed"}\n'
    room = folder_with(tmp_path / "room", rules)
    with serving() as web:
        web.pages["paper.example", "/story"] = (HTML, STORY)
        done = over(
            {"paper.example": web.port},
            "record",
            room,
            "paper",
            "http://paper.example/story",
            tmp_path / "cases",
        )
    assert done.code == 0, done
    case = tmp_path / "cases/paper/test-1"
    assert (case / "inputs/HttpResponse-body.html").read_bytes() == STORY
    info = json.loads((case / "inputs/HttpResponse-info.json").read_text())
    assert (info["url"], info["status"]) == ("http://paper.example/story", 200)
    assert ["Content-Type", HTML] in info["headers"]
    fields = json.loads((case / "output.json").read_text())
    assert fields["title"] == "Port to inspect every container"
    assert "photo" not in fields, "what is empty is left out"
    (tmp_path / "story.html").write_bytes(STORY)
    again = copytaster(
        "record", "paper", tmp_path / "story.html", "--into", tmp_path / "cases", "--dir", room
    )
    assert again.code == 0, again
    assert "paper/test-2" in again.out
    unknown = copytaster("record", "papr", tmp_path / "story.html", "--dir", room)
    assert unknown.code == 2
