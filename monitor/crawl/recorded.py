"""Recorded pages with the fields they must give: test cases in the layout of web-poet's fixtures.

    FOLDER/bbc/test-1/inputs/HttpResponse-body.html     the page, byte by byte
                     /inputs/HttpResponse-info.json     its address, status and headers
                     /output.json                       the fields; only those that are not empty
                     /meta.json                         the outlet, and `frozen_time`, when it was recorded

A page that must be refused has exception.json instead of output.json. Where the address is one of the outlet's own
sources (a feed, sitemap or listing), the fields are those of its entries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.crawl.bodies import Body, Fetched
from monitor.crawl.reading import understood
from monitor.errors import ConfigError, NoStory
from monitor.parse import article
from monitor.story import DateSource, Outlet, Photo, Source, Story

__all__ = ["Case", "differences", "fields", "found_in", "read_case", "write_case"]

BODY, INFO = "inputs/HttpResponse-body.html", "inputs/HttpResponse-info.json"
NOT_KEPT = frozenset({"set-cookie", "set-cookie2", "authorization"})
REFUSED = "refused"  # the one field of a page that holds no story
LONGEST = 90  # characters of a value that are shown
AROUND = 30  # characters shown before the first difference of two long texts
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One recorded page and what it must give."""

    name: str  # bbc/test-1
    outlet: str
    page: Fetched
    at: datetime
    expected: Fields


def found_in(page: Fetched, outlet: Outlet, now: datetime) -> Fields:
    """Give the fields a page tells, as they stand in output.json. For the child process: pages are not trusted."""
    source = next((s for s in outlet.sources if s.url == page.url), None)
    if source is not None:
        return _entries(page, source, outlet, now)
    try:
        return fields(article.story(page.body, page.url, content_type=page.content_type, outlet=outlet))
    except NoStory as error:
        return {REFUSED: str(error)}


def _entries(page: Fetched, source: Source, outlet: Outlet, now: datetime) -> Fields:
    body = Body(
        content=page.body,
        url=page.url,
        content_type=page.content_type,
        source=source,
        outlet=outlet,
        now=now,
    )
    _, stories = understood(body, frozenset())
    return {"entries": [fields(story) for story in stories]}


def fields(story: Story) -> Fields:
    """Give a story as JSON values, the empty ones left out."""
    dated = story.date_source is not DateSource.FIRST_SEEN
    photo = story.photo or Photo()
    given = {
        "url": story.url,
        "title": story.title,
        "headlines": list(story.headlines),
        "published": story.published.isoformat() if dated else "",
        "updated": story.updated.isoformat() if story.updated else "",
        "authors": list(story.authors),
        "sections": list(story.sections),
        "language": story.language or "",
        "access": str(story.access or ""),
        "photo": {k: v for k in ("url", "caption", "credit") if (v := getattr(photo, k))},
        "origin": story.origin,
        "correction": story.correction,
        "summary": story.summary,
        "body": story.body,
    }
    return {name: value for name, value in given.items() if value}


def differences(expected: Fields, found: Fields, at: str = "") -> Iterator[str]:
    """Say field by field what was expected and what was found; nothing when both are the same."""
    for name in dict.fromkeys((*expected, *found)):
        here = f"{at}.{name}" if at else name
        want, got = expected.get(name, ""), found.get(name, "")
        if isinstance(want, Mapping) and isinstance(got, Mapping):
            yield from differences(want, got, here)
        elif _lists_of_tables(want, got):
            if len(want) != len(got):
                yield f"{here}: expected {len(want)}, found {len(got)}"
            for number, (one, other) in enumerate(zip(want, got, strict=False), 1):
                yield from differences(one, other, f"{here} {number}")
        elif want != got:
            yield f"{here}:\n    expected {_shown(want, got)}\n    found    {_shown(got, want)}"


def _lists_of_tables(one: object, other: object) -> bool:
    both = (one, other)
    return all(isinstance(x, list) and all(isinstance(y, Mapping) for y in x) for x in both)


def _shown(value: object, other: object) -> str:
    """Show a value; of a long text the place where it begins to differ."""
    if not value:
        return "nothing"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if len(value) <= LONGEST or not isinstance(other, str):
        return repr(value if len(value) <= LONGEST else f"{value[:LONGEST]}…")
    same = next(
        (n for n, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), min(len(value), len(other))
    )
    start = max(0, same - AROUND)
    part = value[start : start + LONGEST]
    return (
        f"{'…' if start else ''}{part!r}… ({len(value):,} characters, different from character {same + 1:,})"
    )


def write_case(folder: Path, outlet: Outlet, page: Fetched, found: Fields, now: datetime) -> Path:
    """Write a new case below `folder` and give its own folder. Raises ConfigError when it cannot be written."""
    home = folder / outlet.name
    taken = {int(n) for p in home.glob("test-*") if (n := p.name.removeprefix("test-")).isdigit()}
    case = home / f"test-{max(taken, default=0) + 1}"
    headers = [[k, v] for k, v in page.headers if k.lower() not in NOT_KEPT]
    info = {"url": page.url, "status": page.status, "headers": headers, "_encoding": None}
    refused = {"import_path": "monitor.errors.NoStory", "msg": found.get(REFUSED)}
    result = ("exception.json", refused) if REFUSED in found else ("output.json", found)
    meta = {"outlet": outlet.name, "frozen_time": now.astimezone(UTC).isoformat(timespec="seconds")}
    try:
        (case / "inputs").mkdir(parents=True)
        (case / BODY).write_bytes(page.body)
        for name, value in ((INFO, info), result, ("meta.json", meta)):
            (case / name).write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        msg = f"{case} cannot be written: {error.strerror}. Name another folder with --into."
        raise ConfigError(msg) from error
    return case


def read_case(folder: Path) -> Case:
    """Read a case. Raises ConfigError that names the file when one is missing or damaged."""
    try:
        info, meta = _json(folder / INFO), _json(folder / "meta.json")
        refused = folder / "exception.json"
        expected = {REFUSED: _json(refused)["msg"]} if refused.is_file() else _json(folder / "output.json")
        page = Fetched(
            url=info["url"],
            status=info["status"],
            headers=tuple((k, v) for k, v in info["headers"]),
            body=(folder / BODY).read_bytes(),
        )
        at = datetime.fromisoformat(meta["frozen_time"])
        name = f"{folder.parent.name}/{folder.name}"
        return Case(name=name, outlet=meta["outlet"], page=page, at=at, expected=expected)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder} is no recorded case: {error}. Record it again with copytaster record."
        raise ConfigError(msg) from error


def _json(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value
