"""What of a telling is shown, worked out once for every form: e-mail, text, chat, screen.

All strings here are clean (see `plain`) but not escaped: each form escapes in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.alerts.lookalike import imitates
from monitor.alerts.plain import answerable, clean, clickable, clip, host_label, is_latin, join_words
from monitor.alerts.values import Letterhead, Telling, Why
from monitor.outbox import Kind
from monitor.routes import Priority
from monitor.story import Access, DateSource

__all__ = ["Piece", "Reason", "Shown", "say_instant", "show"]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "bn": "Bengali", "bo": "Tibetan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "kk": "Kazakh", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz",
    "mn": "Mongolian", "my": "Burmese", "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "tg": "Tajik", "th": "Thai", "tk": "Turkmen", "tr": "Turkish", "ug": "Uyghur",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

LONGEST_HEADLINE = 300
LONGEST_NAME = 80
SHORTEST_QUOTE = 40

_KINDS = {
    Kind.BASELINE: "Already there",
    Kind.OLDER: "Older, newly found",
    Kind.POSSIBLE: "Possible: headline only",
    Kind.CATCH_UP: "Catch-up",
    Kind.FOLLOW_UP: "Also reported",
    Kind.UPDATE: "Changed",
}
_DATES = {DateSource.UPDATED: "updated ", DateSource.FIRST_SEEN: "no date given, first seen "}
_ACCESS = {Access.PAID: "Paywalled", Access.METERED: "Partly paywalled", Access.OPEN: "Free to read"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked when it is what a rule met."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the story is told: the rules, where they met it, and the sentence ("" where that is the headline)."""

    rules: str
    where: str
    quote: tuple[Piece, ...] = ()
    found: tuple[str, ...] = ()  # the matched words, where there is no quote to mark them in
    forms: str = ""  # "$uyghur as 维吾尔", for letters the reader may not read


@dataclass(frozen=True, slots=True)
class Shown:
    """A telling as words, ready to be escaped and laid out."""

    headline: tuple[Piece, ...]
    outlet: str
    when: str
    instant: str  # ISO, for machines
    url: str  # ASCII, safe to click, or ""
    host: str
    warning: str  # about the host, or ""
    reasons: tuple[Reason, ...]
    facts: tuple[str, ...]  # also reported by, paywall, photo, language
    badge: str  # "Urgent", "Older, newly found", or ""
    note: str
    change: tuple[str, ...]  # of an update: two lines, what it said and what it says
    language: str  # BCP 47, or ""
    rtl: bool
    relevant: str = ""  # links by which the reader answers, or ""
    irrelevant: str = ""

    @property
    def title(self) -> str:
        """The headline as one string."""
        return "".join(piece.text for piece in self.headline)


def say_instant(instant: datetime, zone: str) -> str:
    """Say an instant in the reader's zone: "13 January 2021, 10:41 CET"."""
    local = instant.astimezone(ZoneInfo(zone))
    name = local.tzname() or zone
    name = f"UTC{name}" if name[:1] in "+-" else name
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M} {name}"


def show(telling: Telling, letterhead: Letterhead) -> Shown:
    """Work out what of a telling is shown to this reader."""
    shown = _show(replace(telling, relevant="", irrelevant=""), letterhead)
    yes, no = answerable(telling.relevant), answerable(telling.irrelevant)
    return replace(shown, relevant=yes, irrelevant=no) if yes or no else shown


@lru_cache(maxsize=128)  # one story goes to many readers, and only their links differ
def _show(telling: Telling, letterhead: Letterhead) -> Shown:
    url = clickable(telling.url)
    headline = clip(clean(telling.headline), LONGEST_HEADLINE) or "(no headline)"
    language = clean(telling.language or "")
    badge, note = _badge(telling)
    return Shown(
        headline=_marked_headline(headline, telling.why),
        outlet=clip(clean(telling.outlet_title), LONGEST_NAME),
        when=_DATES.get(telling.date_source, "") + say_instant(telling.published, letterhead.zone),
        instant=telling.published.isoformat(),
        url=url,
        host=_host(telling, url),
        warning=_warning(telling, url),
        reasons=tuple(_reasons(telling, headline, letterhead.quotation)),
        facts=_facts(telling, language),
        badge=badge,
        note=note,
        change=tuple(clip(clean(line), LONGEST_HEADLINE) for line in telling.change),
        language=language,
        rtl=language.partition("-")[0].lower() in RIGHT_TO_LEFT,
    )


def _badge(telling: Telling) -> tuple[str, str]:
    note = clean(telling.note)
    kind = _KINDS.get(telling.kind, "")
    if kind and note.casefold().startswith(kind.casefold()):
        kind, note = note[:1].upper() + note[1:], ""
    if telling.priority is Priority.URGENT:
        kind, note = "Urgent", ": ".join(filter(None, (kind, note)))
    return kind, note[:1].upper() + note[1:]


def _host(telling: Telling, url: str) -> str:
    return host_label(telling.host or urlsplit(url).hostname or "")


def _warning(telling: Telling, url: str) -> str:
    outlet = clip(clean(telling.outlet_title), LONGEST_NAME)
    if telling.url and not url:
        return "The outlet's link is not safe to click and was left out."
    host = _host(telling, url)
    if telling.look_alike or imitates(telling.host or urlsplit(url).hostname or ""):
        return f"Careful: {host} imitates another name in letters of another script."
    return f"The link leads to {host}, not to a site of {outlet}." if telling.off_site else ""


def _facts(telling: Telling, language: str) -> tuple[str, ...]:
    others = tuple(dict.fromkeys(clip(clean(name), LONGEST_NAME) for name in telling.also_reported_by))
    credit = clip(clean(telling.photo_credit), LONGEST_NAME)
    spoken = language.partition("-")[0].lower()
    return tuple(
        fact
        for fact in (
            f"Also reported by {join_words(others)}" if others else "",
            _ACCESS[telling.access] if telling.access else "",
            f"Photo {credit}" if credit else "",
            f"In {LANGUAGES.get(spoken, language)}" if spoken not in ("", "en", "und") else "",
        )
        if fact
    )


def _marked_headline(headline: str, whys: Sequence[Why]) -> tuple[Piece, ...]:
    spans = [
        (start, end)
        for why in whys
        if why.field == "title"
        for pieces in [_pieces(why.sentence, why.marks)]
        if "".join(piece.text for piece in pieces) == headline
        for start, end in _spans(pieces)
    ]
    return _cut(headline, spans)


def _reasons(telling: Telling, headline: str, budget: int) -> Iterable[Reason]:
    grouped: dict[tuple[str, str], list[Why]] = {}
    for why in telling.why:
        grouped.setdefault((clean(why.sentence), why.field), []).append(why)
    for (sentence, field), whys in grouped.items():
        rules = join_words(tuple(dict.fromkeys(clip(clean(why.rule), LONGEST_NAME) for why in whys)))
        forms = join_words(tuple(dict.fromkeys(form for why in whys for form in _forms(why))))
        if field == "title" and sentence in (headline, ""):
            words = dict.fromkeys(
                p.text for why in whys for p in _pieces(why.sentence, why.marks) if p.marked
            )
            yield Reason(rules, "in the headline", found=tuple(words), forms=forms)
            continue
        spans = [span for why in whys for span in _spans(_pieces(why.sentence, why.marks))]
        quote = _quote(_cut(sentence, spans), budget)
        budget -= sum(len(piece.text) for piece in quote)
        yield Reason(rules, f"in the {clean(field)}", quote, forms=forms)


def _forms(why: Why) -> Iterable[str]:
    found = [piece.text for piece in _pieces(why.sentence, why.marks) if piece.marked]
    if len(why.terms) != len(found):
        return
    for term, text in zip(why.terms, found, strict=True):
        if term.startswith("$") and not is_latin(text):
            yield f"{clean(term)} as {text}"


def _pieces(sentence: str, marks: Iterable[tuple[int, int]]) -> list[Piece]:
    """Cut a sentence at its marks, then clean each piece: cleaning moves the characters the marks count."""
    raw, at = [], 0
    for start, end in sorted(marks):
        if at <= start < end <= len(sentence):
            raw += [Piece(sentence[at:start]), Piece(sentence[start:end], marked=True)]
            at = end
    raw.append(Piece(sentence[at:]))
    pieces: list[Piece] = []
    for piece in raw:
        text = clean(f"x{piece.text}x")[1:-1]  # inner spaces at the ends stay
        if text.startswith(" ") and (not pieces or pieces[-1].text.endswith(" ")):
            text = text[1:]
        if text:
            pieces.append(Piece(text, marked=piece.marked))
    if pieces and pieces[-1].text.endswith(" "):
        pieces[-1] = Piece(pieces[-1].text[:-1], marked=pieces[-1].marked)
    return pieces


def _spans(pieces: Iterable[Piece]) -> Iterable[tuple[int, int]]:
    at = 0
    for piece in pieces:
        if piece.marked:
            yield at, at + len(piece.text)
        at += len(piece.text)


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        pieces += [Piece(text[at : max(at, start)]), Piece(text[max(at, start) : end], marked=True)]
        at = end
    return tuple(piece for piece in (*pieces, Piece(text[at:])) if piece.text)


def _quote(pieces: tuple[Piece, ...], budget: int) -> tuple[Piece, ...]:
    """Keep the stretch around the marks that fits the quotation limit, with ellipses where it was cut."""
    text = "".join(piece.text for piece in pieces)
    if len(text) <= budget:
        return pieces
    spans = list(_spans(pieces))
    first = spans[0][0] if spans else 0
    if not spans:
        return (Piece(clip(text, budget)),) if budget > SHORTEST_QUOTE else ()
    if budget < spans[0][1] - first + 2:
        return ()
    inside = [span for span in spans if span[1] - first <= budget - 2]
    start = max(0, min(first - (budget - (inside[-1][1] - first)) // 2, len(text) - budget + 2))
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    end = min(len(text), start + budget - 2)
    if end < len(text) and (space := text.rfind(" ", inside[-1][1], end)) >= 0:
        end = space
    kept = _cut(text[start:end], [(a - start, b - start) for a, b in inside if b <= end])
    return tuple(p for p in (Piece("…" * bool(start)), *kept, Piece("…" * (end < len(text)))) if p.text)
