"""The JSON Schema of rules.yaml, for completion and hints in an editor. `load` is what decides."""

from __future__ import annotations

from typing import Any

from monitor.config.ruleforms import PRIORITIES, RULE_KEYS
from monitor.config.ruletests import STORY_KEYS
from monitor.config.sources import SOURCE_KEYS
from monitor.config.telling import SETTINGS_KEYS
from monitor.rules import Field
from monitor.story import Access, Articles, DateOrder

__all__ = ["schema"]

Schema = dict[str, Any]

_ABOUT = {
    "any": "One of these terms is enough.",
    "all": "Every one of these; a list among them means: one of it.",
    "none": "None of these may stand in the story.",
    "at_least": "How many of the terms under of: must be there.",
    "of": "The terms that at_least: counts.",
    "score": "Terms with weights; each counts once.",
    "threshold": "The sum of weights that makes a match.",
    "query": "One Boolean string: AND, OR, NOT, brackets, quotes.",
    "fields": "Where to look. Default: title, summary, body.",
    "weights": "How much a field counts in a score. Default: 1.",
    "outlets": "Only these outlets, or {include: [...], exclude: [...]}.",
    "languages": "Only these languages; a story of unknown language passes.",
    "sections": "Only these sections of an outlet.",
    "active": "The days on which the rule is in force, both included.",
    "priority": "For routes. Default: normal.",
    "tags": "Words for routes.",
    "follow_ups": "Reports of the same event by other outlets: first only, each outlet, every 3. Default: each outlet.",
    "formerly": "Names this rule had before; its history comes with it.",
    "tests": "Stories it must, and must not, match; tried whenever the file is read.",
    "feed": "Address of an RSS, Atom, RDF or JSON feed.",
    "sitemap": "Address of a news sitemap.",
    "listing": "Address of a page that lists stories.",
    "outlet": "Whose source it is: a shipped outlet, or any name.",
    "interval": "How often to look, such as 15m. Default: 15m.",
    "max_silence": "Report the source when nothing new comes for so long. Default: learnt.",
    "ours": "Yes for your own site: compared, never alerted.",
    "exclude": "Patterns of addresses or headlines that are no stories.",
    "delay": "Pause between two requests to the outlet. Default: 5s.",
    "contact": "Web or mail address that outlets see and can turn to.",
    "database": "File beside rules.yaml, or env:NAME. Default: stories.db.",
    "keep_bodies": "How long full texts are kept. Default: forever.",
    "max_age": "Older stories go to the digest. Default: 14 days.",
    "pages": "Pages of one outlet that are read in one run. Default: 40.",
    "burst": "Messages per recipient and hour. Default: 10.",
    "digest": "When the digest leaves. Default: daily 07:00.",
    "quotation": "Characters of an outlet's text shown at most. Default: 300.",
    "public": "Web address of copytaster serve; then messages carry links to say relevant or not.",
    "replies": "Mail address that answers go to.",
    "mailbox": "env:NAME of an imaps:// or maildir: address, where answers and bounces are read.",
    "sign_of_life": "When whoever got no message for six days is told that all is quiet, or never. Default: Monday 09:00.",
    "env_file": "File with the secrets, beside rules.yaml. Default: copytaster.env.",
}


def schema() -> Schema:
    """Give the schema as a JSON-serialisable dict (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Copytaster rules.yaml",
        **_table(
            {
                "version": {"enum": [1, "1"]},
                "timezone": _text(
                    "Zone of all clock times in this file, such as Europe/Berlin. Default: UTC."
                ),
                "operator": _table({"name": _text(), "mail": _text(), "to": _texts()}),
                "terms": _named(
                    {"type": "array", "items": _SCALAR}, "Named families of terms, used as $name."
                ),
                "rules": _named(
                    {"anyOf": [{"type": "array", "items": _SCALAR}, _rule()]}, "What to look for."
                ),
                "routes": {"type": "array", "items": _route()},
                "channels": _named(
                    _table(
                        {
                            "url": _text("env:NAME, file:/path or terminal:"),
                            "to": _texts(),
                            "zone": _text("Its readers' time zone."),
                        },
                        "url",
                    )
                ),
                "sources": {"type": "array", "items": {"anyOf": [_SCALAR, _source()]}},
                "settings": _table({key: _text(_ABOUT[key]) for key in SETTINGS_KEYS}),
                "briefs": _named(
                    _table(
                        {
                            "title": _text(),
                            "when": _text(),
                            "sections": _texts(),
                            "to": _texts(),
                            "editor": _texts(),
                        }
                    )
                ),
            },
            "rules",
        ),
    }


_SCALAR: Schema = {"type": ["string", "number", "boolean"]}


def _text(about: str = "") -> Schema:
    return {**_SCALAR, "description": about} if about else dict(_SCALAR)


def _texts(about: str = "") -> Schema:
    return {
        "anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}],
        **({"description": about} if about else {}),
    }


def _table(properties: Schema, *required: str) -> Schema:
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **needed}


def _named(values: Schema, about: str = "") -> Schema:
    return {"type": "object", "additionalProperties": values, **({"description": about} if about else {})}


def _choice(words: list[str], about: str = "") -> Schema:
    return {"enum": words, **({"description": about} if about else {})}


def _rule() -> Schema:
    terms = {"type": "array", "items": _SCALAR}
    story = _table({key: _texts() for key in STORY_KEYS})
    stories = {"type": "array", "items": {"anyOf": [_SCALAR, story]}}
    special: Schema = {
        **dict.fromkeys(("any", "none", "of"), terms),
        "all": {"type": "array", "items": {"anyOf": [_SCALAR, terms]}},
        "at_least": {"type": "integer", "minimum": 1},
        "score": _named({"type": "number"}),
        "threshold": {"type": "number"},
        "query": {"type": "string"},
        "fields": {"type": "array", "items": _choice([str(name) for name in Field])},
        "weights": _table({str(name): {"type": "number"} for name in Field}),
        "outlets": {"anyOf": [_texts(), _table({"include": _texts(), "exclude": _texts()})]},
        "active": _table({"from": _text(), "until": _text()}),
        "priority": _choice(list(PRIORITIES)),
        "follow_ups": _SCALAR,
        "tests": _table({"match": stories, "no_match": stories}),
    }
    return _table({key: {**special.get(key, _texts()), "description": _ABOUT[key]} for key in RULE_KEYS})


def _route() -> Schema:
    chosen = _table({"names": _texts(), "tags": _texts(), "priority": _choice(list(PRIORITIES))})
    when = _text(
        '"at once", "hourly", "daily 07:00", "Friday 09:00", "at once 07-20 Europe/Berlin, else 07:00"'
    )
    among = _choice(
        ["both", "across outlets", "within outlets", "off"], "Between which outlets copies are held back."
    )
    keep = _texts("Which copy is told while none has been: first, longest, or outlets, the best first.")
    heartbeat = {
        **_SCALAR,
        "description": 'yes: say "41 of 42 sources checked, nothing new" when nothing was to be told.',
    }
    return _table(
        {
            "rules": {"anyOf": [_texts(), chosen]},
            "to": _texts("Names of channels."),
            "when": when,
            "duplicates": {"anyOf": [_SCALAR, _table({"keep": keep, "among": among})]},
            "heartbeat": heartbeat,
        },
        "to",
    )


def _source() -> Schema:
    special: Schema = {
        "date_order": _choice([order.value for order in DateOrder]),
        "access": _choice([access.value for access in Access]),
        "articles": _choice([articles.value for articles in Articles]),
        **dict.fromkeys(("languages", "exclude", "hosts", "house_authors"), _texts()),
    }
    return _table(
        {
            key: {**special.get(key, _text()), "description": _ABOUT.get(key, "")}
            for key in map(str, SOURCE_KEYS)
        }
    )
