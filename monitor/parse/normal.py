"""What feedparser found in one entry, to our Entry: research of seven thousand real entries in a few rules.

published := published or updated (DW gives only dc:date); id := id or link; captions apart from the body; authors
without their e-mail; markup to plain text; relative links resolved, unsafe ones dropped with a warning.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from monitor.parse import plain
from monitor.parse.reading import Place
from monitor.story import Access, DateSource, Entry, Photo

__all__ = [
    "CAPTION",
    "access_of",
    "authors_of",
    "bodies",
    "entry_of",
    "language_of",
    "sections_of",
    "without_tail",
]

CAPTION = "media_caption"  # our name for media:description, which feedparser would mix with the content
_MOST = 30  # authors or sections of one entry
_LONGEST_NAME = 120
_ACCESS = {"paid": Access.PAID, "free": Access.OPEN, "metered": Access.METERED, "subscriber": Access.PAID}
_ACCESS_SCHEME = "accessclassname"  # Dow Jones
_DATES = ("published", "created", "prism_publicationdate", "updated")
_MAIL = re.compile(r"[^\s()<>]+@[^\s()<>]+")
_BYLINE = re.compile(r"(?:by|von|par|por|di|от)\s+(?=[A-Z\W])", re.IGNORECASE)
_SEVERAL = re.compile(r"\s*(?:,|;|\band\b|&)\s*|\s+(?:und|et|y|og|och|és)\s+(?=[A-ZÀ-Þ])")
_TASK = re.compile(
    r"\s*\((?:text|words|fotos?|photos?|photographs?|pictures|bilder|bild|video|grafik|graphics?)\)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\s+(?:in|aus|à|en)\s+[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)?\Z")
_TOWN = re.compile(r",\s+[A-ZÀ-Þ][a-zß-ÿ'’-]+\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_TAIL_START, _TAIL_MIDDLE, _TAIL_LONGEST = "The post ", " appeared first on ", 1_000


def entry_of(raw: Mapping[str, Any], place: Place, digest: str = "") -> Entry:
    """Give the entry in our terms. `raw` is read as a plain dict: feedparser's own look-ups guess."""
    link, notes = _link(raw, place)
    summary, body = bodies(
        _text(raw, "summary", place), _content(raw, place), plain.text(_words(raw.get(CAPTION)))
    )
    published, updated, source = _instants(raw, place)
    written = next((w for k in _DATES if (w := _words(raw.get(k)).strip())), "")
    if written and published is None:
        notes = (*notes, f"The date {written[:64]!r} is none, ambiguous, or too far ahead, and was not used.")
    return Entry(
        guid=_words(raw.get("id")).strip()[: plain.LONGEST_TITLE] or link,
        link=link,
        title=" ".join(_text(raw, "title", place).split())[: plain.LONGEST_TITLE],
        summary=summary,
        body=body,
        authors=authors_of(a.get("name") for a in _maps(raw.get("authors"))),
        published=published,
        updated=updated,
        date_source=source,
        sections=sections_of(raw),
        language=language_of((raw.get("title_detail") or {}).get("language")) or place.language,
        access=access_of(_maps(raw.get("tags"))),
        photo=_photo(raw, place),
        hash=digest,
        warnings=notes,
    )


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _link(raw: Mapping[str, Any], place: Place) -> tuple[str, tuple[str, ...]]:
    candidates = [_words(raw.get("feedburner_origlink")), _words(raw.get("link"))]
    candidates += [_words(x.get("href")) for x in _maps(raw.get("links")) if x.get("rel") == "alternate"]
    if not any(candidates):  # a podcast
        candidates = [_words(x.get("href")) for x in _maps(raw.get("links")) if x.get("rel") == "enclosure"]
    given = [c for c in candidates if c.strip()]
    link = next(filter(None, map(place.link, given)), "")
    if given and not link:
        return "", (f"The link {given[0][:80]!r} is no web address to be clicked and was dropped.",)
    return link, ()


# texts


def _text(raw: Mapping[str, Any], key: str, place: Place) -> str:
    detail = raw.get(f"{key}_detail") or {}
    return _plain(_words(raw.get(key)), _words(detail.get("type")), place)


def _plain(words: str, kind: str, place: Place) -> str:
    """Atom's text/plain is text; everything in RSS may be markup."""
    if place.atom and kind == "text/plain":
        return plain.clean(html.unescape(words[: plain.LONGEST_TEXT]))
    return plain.text(words)


def _content(raw: Mapping[str, Any], place: Place) -> str:
    texts = (_plain(_words(c.get("value")), _words(c.get("type")), place) for c in _maps(raw.get("content")))
    return max(texts, key=len, default="")


def bodies(summary: str, body: str, caption: str = "") -> tuple[str, str]:
    """Give summary and body without boilerplate; a text is in one of them only. A caption stands in for no text."""
    summary, body = without_tail(summary), without_tail(body)
    if summary == body:
        summary = ""
    return (summary, body) if summary or body else (caption, "")


def without_tail(words: str) -> str:
    """Drop WordPress' "The post … appeared first on …" from the end of a feed text."""
    start = words.rfind(_TAIL_START)
    if start < 0 or len(words) - start > _TAIL_LONGEST or _TAIL_MIDDLE not in words[start:]:
        return words
    return words[:start].rstrip()


# people, sections, rights


def authors_of(names: Iterable[object]) -> tuple[str, ...]:
    """Give the people named, without e-mail addresses, "By", or each other's company in one string."""
    found: dict[str, None] = {}
    for name in names:
        for person in _people(plain.line(_words(name), longest=400)):
            found.setdefault(person[:_LONGEST_NAME])
    return tuple(found)[:_MOST]


def _people(byline: str) -> list[str]:
    byline = _MAIL.sub(" ", byline)
    byline = (
        re.sub(r"[\s(<>]*\(([^()]*)\)[\s>]*", r" \1 ", byline) if not byline.split("(")[0].strip() else byline
    )
    byline = " ".join(re.sub(r"\(\s*\)|<\s*>", " ", byline).split()).strip(" ,;")
    byline = _BYLINE.sub("", byline, count=1) if _BYLINE.match(byline) else byline
    several = [_PLACE.sub("", p) for p in _SEVERAL.split(_TASK.sub("", byline)) if p]
    if len(several) > 1 and _TOWN.search(byline) and all(" " in p for p in several[:-1]):
        del several[-1]  # "Ann Ort, Nairobi"
    names = all(1 < len(p.split()) <= 4 for p in several)
    return several if names and several else [byline] if byline else []


def sections_of(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the entry's own categories, each once."""
    tags = (t for t in _maps(raw.get("tags")) if _words(t.get("scheme")).lower() != _ACCESS_SCHEME)
    names = (plain.line(_words(t.get("label")) or _words(t.get("term")), longest=100) for t in tags)
    return tuple(dict.fromkeys(filter(None, names)))[:_MOST]


def access_of(tags: Iterable[Mapping[str, Any]]) -> Access | None:
    """Give what the outlet says about who may read it; Dow Jones says so in a category."""
    said = (_words(t.get("term")).lower() for t in tags if _words(t.get("scheme")).lower() == _ACCESS_SCHEME)
    return next((_ACCESS[s] for s in said if s in _ACCESS), None)


def language_of(tag: object) -> str | None:
    """Give a BCP 47 tag in its usual spelling (en-GB, zh-Hant), None for anything else."""
    words = _words(tag).strip().replace("_", "-")[:35]
    if not _LANGUAGE.match(words):
        return None
    first, *rest = words.split("-")
    spelt = {2: str.upper, 4: str.title}
    return "-".join((first.lower(), *(spelt.get(len(r), str.lower)(r) for r in rest)))


# instants and pictures


def _instants(
    raw: Mapping[str, Any], place: Place
) -> tuple[datetime | None, datetime | None, DateSource | None]:
    updated = place.date(raw.get("updated"))
    for key in _DATES[:-1]:
        published = place.date(raw.get(key))
        if published is not None:
            return published, updated, DateSource.PUBLISHED
    if updated is None:
        return None, None, None
    # Outside Atom it is dc:date, which is when it was published.
    return (
        updated,
        updated if place.atom else None,
        DateSource.UPDATED if place.atom else DateSource.PUBLISHED,
    )


def _photo(raw: Mapping[str, Any], place: Place) -> Photo | None:
    urls = [m.get("url") for m in _maps(raw.get("media_content")) if _is_image(m)]
    urls += [m.get("url") for m in _maps(raw.get("media_thumbnail"))]
    urls += [m.get("href") for m in _maps(raw.get("links")) if m.get("rel") == "enclosure" and _is_image(m)]
    url = next(filter(None, map(place.link, urls)), "")
    credit = next(
        (c for m in _maps(raw.get("media_credit")) if (c := plain.line(_words(m.get("content"))))), ""
    )
    caption = plain.text(_words(raw.get(CAPTION)), longest=2_000)
    return Photo(url=url, caption=caption, credit=credit) if url or caption or credit else None


def _is_image(media: Mapping[str, Any]) -> bool:
    kind, medium, url = (_words(media.get(k)).lower() for k in ("type", "medium", "url"))
    if medium or kind:
        return medium == "image" or kind.startswith("image/")
    return url.partition("?")[0].endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"))
