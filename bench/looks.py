"""What readers see, as pages to look at: python -m bench.looks FOLDER [--shots]

Writes the HTML of alerts, digests, updates and briefs, all of it made-up text, into FOLDER. With --shots a Chromium
takes a picture of each: wide, at 320 px, light and dark. Nothing is compared: somebody looks.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.alerts import Letterhead, Telling, Why, render
from monitor.alerts.briefs import render_brief
from monitor.brief import Entry, Issue, Stage
from monitor.outbox import Kind
from monitor.routes import Priority
from monitor.story import Access

AT = datetime(2026, 1, 13, 9, 41, tzinfo=UTC)
HEAD = Letterhead(
    newsroom="Copytaster",
    operator="The monitoring desk",
    operator_mail="ops@desk.example",
    zone="Europe/Berlin",
    version="0.1",
    domain="desk.example",
)
YES, NO = "https://desk.example/label/1/relevant/x", "https://desk.example/label/1/irrelevant/x"


def why(sentence: str, *words: str, rule: str, field: str = "summary", terms: tuple[str, ...] = ()) -> Why:
    marks = tuple((sentence.index(word), sentence.index(word) + len(word)) for word in words)
    return Why(rule=rule, field=field, sentence=sentence, marks=marks, terms=terms or words)


ALERT = Telling(
    headline="Chipmaker's patent mentions Uighur-spotting cameras",
    outlet_title="Morning Wire",
    url="https://www.wire.example/tech/2026/patent-mentions-cameras",
    published=AT,
    why=(
        why(
            "The filing describes a system that is said to tell Uighur faces from others in a crowd.",
            "Uighur",
            rule="Surveillance technology",
        ),
        why(
            "Chipmaker's patent mentions Uighur-spotting cameras",
            "Uighur",
            rule="Uyghurs (everything)",
            field="title",
        ),
    ),
    also_reported_by=("Evening Post", "Radio Hill"),
    photo_credit="A. Photographer",
    access=Access.METERED,
    language="en",
    relevant=YES,
    irrelevant=NO,
)
UYGHUR_TITLE = "ئۇيغۇر شائىر لىدستا شېئىر ئوقۇدى"
UYGHUR = replace(
    ALERT,
    headline=UYGHUR_TITLE,
    outlet_title="تاڭ گېزىتى",
    url="https://tang.example/2026/shair",
    why=(
        why(
            "كىتابخانىدا ئىككى يۈز ئادەم ئۇيغۇر شائىرنىڭ Leeds شەھىرىدە ئوقۇغان شېئىرلىرىنى ئاڭلىدى.",
            "ئۇيغۇر",
            rule="Uyghurs (everything)",
            terms=("$uyghur",),
        ),
    ),
    also_reported_by=(),
    photo_credit="ئا. ئالىم",
    access=Access.OPEN,
    language="ug",
)
CHINESE = replace(
    ALERT,
    headline="维吾尔诗人在利兹朗诵新作",
    outlet_title="晨报",
    url="https://chenbao.example/2026/shiren",
    why=(
        why(
            "两百人在图书馆听维吾尔诗人朗诵。",
            "维吾尔",
            rule="Uyghurs (everything)",
            field="body",
            terms=("$uyghur",),
        ),
    ),
    also_reported_by=(),
    access=None,
    language="zh",
)
URGENT = replace(
    ALERT,
    headline="Library that lent Uyghur books closes after a night of flooding",
    outlet_title="Hill Gazette",
    url="https://news.hill-gazette.example.net/library",
    host="news.hill-gazette.example.net",
    off_site=True,
    priority=Priority.URGENT,
    access=Access.PAID,
    also_reported_by=(),
    why=(
        why(
            "Forty shelves of Uyghur books were under water by midnight.",
            "Uyghur",
            rule="Culture under threat",
        ),
    ),
    published=AT + timedelta(hours=2),
)
UPDATE = replace(
    ALERT,
    kind=Kind.UPDATE,
    headline="Correction: chipmaker's patent does not name anybody",
    change=(
        "It said: Chipmaker's patent mentions Uighur-spotting cameras",
        "It says: Correction: chipmaker's patent does not name anybody",
    ),
    why=(),
)
FOLLOW_UP = replace(
    ALERT,
    kind=Kind.FOLLOW_UP,
    note="another report of what you were told",
    headline="Cameras that tell faces apart: what the patent says",
    outlet_title="Evening Post",
    url="https://www.post.example/cameras",
    also_reported_by=("Morning Wire",),
    why=(),
)
LONG = replace(
    ALERT,
    headline="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2,
    url="https://a-very-long-host-name-that-nobody-would-want.of-an-outlet.example/" + "x" * 180,
)


def entry(number: int, **more: str) -> Entry:
    given = {
        "section": "News",
        "headline": ALERT.headline,
        "outlet": "Morning Wire",
        "day": "13 January 2026",
        "credit": "A. Photographer",
        "lead": "The filing describes a system that tells faces apart. Two researchers found it in a public register.",
        "url": ALERT.url,
        "language": "en",
    }
    return Entry(
        story_id=number, revision=1, event=number, position=number, also=("Evening Post",), **(given | more)
    )


ISSUE = Issue(
    id=1,
    brief="weekly",
    number=7,
    title="Weekly Brief",
    stage=Stage.DRAFT,
    since=AT - timedelta(days=7),
    until=AT,
    created=AT,
    day="16 January 2026",
    sections=("News", "Statements"),
    entries=(
        entry(1),
        entry(
            2,
            headline=UYGHUR_TITLE,
            outlet="تاڭ گېزىتى",
            url=UYGHUR.url,
            language="ug",
            credit="none",
            lead="كىتابخانىدا ئىككى يۈز ئادەم شېئىر ئاڭلىدى. كەچ سائەت توققۇزدا تۈگىدى.",
        ),
        entry(3, section="Statements", headline="Libraries ask for help", outlet="Hill Gazette"),
    ),
)


def pages() -> Iterator[tuple[str, str]]:
    """Give the name and the HTML of everything worth a look."""
    heartbeat = "41 of 42 sources checked, nothing new.\nNot read since the time before: Hill Gazette."
    yield "alert", render.message([ALERT], HEAD).html
    yield "repeat", render.message([ALERT], HEAD, possible_repeat=True).html
    yield "urgent", render.message([URGENT], HEAD).html
    yield "right-to-left", render.message([UYGHUR], HEAD).html
    yield "chinese", render.message([CHINESE], HEAD).html
    yield "long", render.message([LONG], HEAD).html
    held = "2 matches were held back by silences since the last message (Uyghurs: 2)."
    digest = [URGENT, ALERT, UYGHUR, CHINESE, FOLLOW_UP]
    yield "digest", render.message(digest, HEAD, remarks=(held,)).html
    yield "update", render.message([UPDATE], HEAD).html
    yield "follow-up", render.message([FOLLOW_UP], HEAD).html
    yield "heartbeat", render.operator(heartbeat, letterhead=HEAD, heading="nothing new").html
    matter = "The source BBC (https://bbc.example/feed) answers 404 since 12 January.\nTry: copytaster sources list"
    yield "operator", render.operator(matter, letterhead=HEAD).html
    yield "brief", render_brief(ISSUE, HEAD).html


def shoot(page: Path, target: Path, width: int, *, dark: bool) -> None:
    """Take a picture of a page as high as it is; a frame makes it narrower than a browser's window can be."""
    frame = page.with_name(f"frame-{page.stem}-{width}.html")
    frame.write_text(
        f'<!DOCTYPE html><body style="margin:0"><iframe src="{page.name}" style="border:0;width:{width}px;height:1600px">'
        "</iframe>",
        encoding="utf8",
    )
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or "google-chrome"
    mode = ["--blink-settings=preferredColorScheme=0"] if dark else []
    subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--allow-file-access-from-files",
            f"--window-size={width},1600",
            *mode,
            f"--screenshot={target}",
            frame.as_uri(),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
    )
    frame.unlink()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--shots", action="store_true")
    asked = options.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name, html in pages():
        page = asked.folder / f"{name}.html"
        page.write_text(html, encoding="utf8")
        for width, dark in ((640, False), (640, True), (320, False)) if asked.shots else ():
            shoot(page, asked.folder / f"{name}-{width}{'-dark' * dark}.png", width, dark=dark)
        print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
