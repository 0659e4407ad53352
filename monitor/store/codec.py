"""Values to column values and back: stories, matches, lists. Pure.

Reading is tolerant: what a later version added, or an earlier one did not write, is passed over.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.story import Access, DateSource, Photo, Story

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from monitor.matching import Evidence, Match

__all__ = [
    "digest",
    "dump",
    "dump_match",
    "dump_story",
    "load_evidence",
    "load_list",
    "load_match",
    "load_story",
    "story_from",
    "story_values",
]


_PLAIN = {"correction": "", "origin": "", "vanished": False}  # what later versions added


def digest(*parts: str) -> str:
    """Give the key of one or more texts: 128 bits of BLAKE2b, so that nobody can make two collide."""
    data = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def dump(values: Iterable[object] | Mapping[str, object]) -> str:
    """Write a list or mapping as JSON text; an empty one is the empty text."""
    plain = dict(values) if isinstance(values, Mapping) else list(values)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")) if plain else ""


def load_list(text: str | None) -> tuple[str, ...]:
    """Read what `dump` wrote of a list of texts."""
    return tuple(json.loads(text)) if text else ()


def story_values(story: Story) -> dict[str, Any]:
    """Give a story's columns of the table revision (its outlet is the table story's)."""
    photo = story.photo
    return {
        "title": story.title,
        "url": story.url,
        "published": story.published,
        "updated": story.updated,
        "date_source": story.date_source.value,
        "summary": story.summary,
        "body": story.body,
        "language": story.language,
        "access": story.access.value if story.access else "",
        "guid": story.guid,
        "source": story.source,
        "hash": story.hash,
        "headlines": dump(story.headlines),
        "authors": dump(story.authors),
        "sections": dump(story.sections),
        "photo": "" if photo is None else dump(dataclasses.asdict(photo)),
        "provenance": dump(story.provenance),
        "correction": story.correction,
        "origin": story.origin,
        "vanished": story.vanished,
    }


def story_from(row: RowMapping | Mapping[str, Any]) -> Story:
    """Make the story from columns of the tables story (outlet) and revision."""
    return Story(
        row["outlet"],
        row["title"],
        row["url"],
        row["published"],
        row["body"],
        summary=row["summary"],
        headlines=load_list(row["headlines"]),
        authors=load_list(row["authors"]),
        sections=load_list(row["sections"]),
        language=row["language"],
        access=Access(row["access"]) if row["access"] else None,
        photo=_photo(row["photo"]),
        updated=row["updated"],
        date_source=DateSource(row["date_source"]),
        guid=row["guid"],
        source=row["source"],
        hash=row["hash"],
        correction=row["correction"],
        origin=row["origin"],
        vanished=row["vanished"],
        provenance=json.loads(row["provenance"]) if row["provenance"] else {},
    )


_INSTANTS = ("published", "updated")


def dump_story(story: Story) -> str:
    """Write a whole story as JSON text: one that is on no record yet."""
    values = story_values(story) | {"outlet": story.outlet}
    values |= {name: values[name] and values[name].isoformat() for name in _INSTANTS}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def load_story(text: str) -> Story:
    """Read what `dump_story` wrote, here or in an earlier version."""
    values: dict[str, Any] = _PLAIN | json.loads(text)
    values |= {name: values[name] and datetime.fromisoformat(values[name]) for name in _INSTANTS}
    return story_from(values)


def _photo(text: str) -> Photo | None:
    if not text:
        return None
    known: dict[str, str] = {k: v for k, v in json.loads(text).items() if k in Photo.__dataclass_fields__}
    return Photo(**known)


def dump_match(match: Match | None) -> str:
    """Write a match with its evidence as JSON text; "" for none."""
    if match is None:
        return ""
    return json.dumps(dataclasses.asdict(match), ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Iterable):
        return list(value)
    return str(value)


def load_match(text: str | None) -> Match | None:
    """Read what `dump_match` wrote."""
    if not text:
        return None
    from monitor.matching import Match

    found: dict[str, Any] = json.loads(text)
    found["evidence"] = tuple(_evidence(e) for e in found.get("evidence", ()))
    return Match(**_only(Match, found))


def load_evidence(text: str | None) -> tuple[Evidence, ...]:
    """Read the evidence of what `dump_match` wrote."""
    match = load_match(text)
    return () if match is None else match.evidence


def _evidence(found: dict[str, Any]) -> Evidence:
    from monitor.matching import Evidence
    from monitor.rules import Field

    return Evidence(**_only(Evidence, {**found, "field": Field(found["field"])}))


def _only(kind: type, found: dict[str, Any]) -> dict[str, Any]:
    """Keep what the dataclass knows, lists as the tuples they were."""
    names = {f.name for f in dataclasses.fields(kind) if f.init}
    return {k: tuple(v) if isinstance(v, list) else v for k, v in found.items() if k in names}
