"""Tellings, envelopes and letterheads made up for the tests of alerts."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.alerts import Envelope, Letterhead, Telling, Why

AT = datetime(2021, 1, 13, 9, 41, tzinfo=UTC)
HEADLINE = "Chipmaker's patent mentions Uighur-spotting cameras"
SENTENCE = "The filing describes a system that is said to tell Uighur faces from others in a crowd."
HEAD = Letterhead(
    newsroom="Weekly Brief",
    operator="The monitoring desk",
    operator_mail="ops@example.org",
    zone="Europe/Berlin",
    version="0.1",
    domain="example.org",
)
KEY = "0123456789abcdef0123456789abcdef"


def span(text: str, *words: str) -> tuple[tuple[int, int], ...]:
    return tuple((text.index(word), text.index(word) + len(word)) for word in words)


def why(
    sentence: str = SENTENCE, *words: str, rule: str = "Surveillance technology", field: str = "summary"
) -> Why:
    words = words or ("Uighur",)
    return Why(rule=rule, field=field, sentence=sentence, marks=span(sentence, *words), terms=words)


def telling(**changed: object) -> Telling:
    given: dict[str, object] = {
        "headline": HEADLINE,
        "outlet_title": "Morning Wire",
        "url": "https://www.wire.example/tech/2021/patent-1",
        "published": AT,
        "why": (why(),),
        "also_reported_by": ("Evening Post",),
        "photo_credit": "A. Photographer",
    }
    return Telling(**(given | changed))  # type: ignore[arg-type]


def envelope(**changed: object) -> Envelope:
    given: dict[str, object] = {
        "message_key": KEY,
        "message_id": f"<{KEY}@example.org>",
        "created": AT,
        "recipient": "editor@example.org",
    }
    return Envelope(**(given | changed))  # type: ignore[arg-type]
