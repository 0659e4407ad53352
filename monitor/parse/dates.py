"""Dates as outlets write them, to instants; or nothing rather than a guess.

A strictly gated fast path reads ISO 8601 and RFC 822; dateparser reads the rest with the outlet's order, zone and
languages. Ambiguous zone names (IST) are read only where the outlet's own zone explains them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from monitor.story import DateOrder

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

__all__ = ["LONGEST", "WRITTEN", "Dated", "Precision", "parse", "quick"]

LONGEST = 64  # characters; longer ones are no dates, and dateparser takes seconds over them
WRITTEN = re.compile(  # a date inside other words
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{1,2}[./]\d{1,2}[./]\d{4}"
    r"|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
    r"|\d{1,2}(?:st|nd|rd|th|\.|º)?(?:\s+de)?[\s-]+[^\W\d]{3,14}\.?,?(?:\s+de)?[\s-]+\d{4}(?:,?\s+\d{1,2}:\d{2}(?:\s*[ap]m)?)?"
    r"|[^\W\d]{3,14}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}(?:,?\s+(?:at\s+)?\d{1,2}:\d{2}(?:\s*[ap]m)?)?",
    re.IGNORECASE,
)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(hours=24)  # a date further in the future is a mistake
_MONTHS = {
    m: i
    for i, m in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
# Names that mean one offset, by hours. BST is British, CST American unless the outlet's zone says otherwise.
_NAMES = (
    "-10 hst,-9 akst,-8 pst akdt,-7 mst pdt,-6 cst mdt,-5 est cdt,-4 edt,0 z gmt ut utc wet,1 bst west cet mez,"
    "2 cest mesz eet sast,3 eest msk trt,5 pkt,5.75 npt,7 ict wib,8 hkt sgt myt pht awst,9 jst kst,9.5 acst,10 aest,"
    "10.5 acdt,11 aedt,12 nzst,13 nzdt"
)
_ZONE = r"(?P<zone>[a-z]{1,5}|(?:gmt|utc)?[+-]\d{1,2}(?::?\d{2})?)?"
_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:(?:t|\s+)(?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?\s*"
    + _ZONE
    + r")?\Z",
    re.IGNORECASE | re.ASCII,
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})t(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?" + _ZONE + r"\Z", re.I | re.A
)
_RFC = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(?P<d>\d{1,2})[ -](?P<mon>[a-z]{3,9})\.?[ -](?P<y>\d{4}|\d{2}),?\s+"
    r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.\d+)?)?\s*" + _ZONE + r"(?:\s*\([a-z ]{1,30}\))?\Z",
    re.IGNORECASE | re.ASCII,
)
_NUMERIC = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})(?:,?\s+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?\s*"
    + _ZONE
    + r")?\Z",
    re.IGNORECASE | re.ASCII,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?\Z", re.ASCII)
_TRAILING_ZONE = re.compile(
    r"(?<=[\d\sm.])\s*\b(?P<zone>(?:gmt|utc)[+-]\d{1,2}(?::?\d{2})?|[+-]\d{2}:?\d{2}|[a-z]{2,5})\Z",
    re.IGNORECASE | re.ASCII,
)
_PREFIX = re.compile(
    r"(?:(?:last|first)\s+)?(?:updated|modified|published|posted|created|issued|released|date|on)(?:\s+(?:on|at))?\s*:?\s+",
    re.IGNORECASE,
)
_ENGLISH_MONTH = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|march|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\b",
    re.IGNORECASE,
)
_BY_SCRIPT = (
    (r"[\u3040-\u30ff]", "ja"),
    (r"[\u3400-\u9fff]", "zh ja"),
    (r"[\uac00-\ud7af]", "ko"),
    (r"[\u0600-\u06ff]", "ar ug fa ur ps"),
    (r"[\u0400-\u04ff]", "ru uk kk ky uz bg sr mn"),
    (r"[\u0370-\u03ff]", "el"),
    (r"[\u0590-\u05ff]", "he"),
    (r"[\u0e00-\u0eff]", "th lo"),
    (r"[\u0900-\u0dff]", "hi bn ta te mr ne"),
    (r"[A-Za-z]", "en fr de es it pt nl tr sv da nb fi pl cs sk hu ro hr id ms vi uz az et lv lt sl ca"),
)
_AGO = re.compile(r"\b(?:minutes?|mins?|hours?|hrs?|seconds?|secs?)\b", re.IGNORECASE)
_WITH_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Precision(StrEnum):
    """How exactly a date is known."""

    MINUTE = "minute"
    DAY = "day"


class Dated(NamedTuple):
    """An aware UTC instant and how exactly it is known; a day begins at midnight in the outlet's zone."""

    instant: datetime
    precision: Precision


def parse(
    text: str,
    *,
    now: datetime | None,
    zone: str = "UTC",
    order: DateOrder = DateOrder.DMY,
    languages: Sequence[str] = (),
) -> Dated | None:
    """Read a date; None when it is none, ambiguous, before 1990, or more than 24 hours after `now`.

    `zone` (an IANA name) holds where the text names none, `order` for 03.02.2021, `languages` limit dateparser.
    Without a clock (`now` None) nothing is too far ahead, and what needs one to be understood is not read.
    """
    words = " ".join(text.split())
    if not words or len(words) > LONGEST:
        return None
    dated = _fast(words, zone, order)
    if dated is None and not _is_strict(words):
        dated = _slow(words, zone, order, tuple(languages), now)
    if dated is None or dated.instant < _EARLIEST or (now is not None and dated.instant > now + _AHEAD):
        return None
    return dated


def quick(text: str) -> Dated | None:
    """Read only ISO 8601 and RFC 822 dates, without judging them: for putting entries in order."""
    return _fast(text.strip(), "UTC", DateOrder.DMY)


def _is_strict(words: str) -> bool:
    """Whether the fast path knows the form, so that its refusal is final."""
    return any(p.match(words) for p in (_ISO, _COMPACT, _RFC, _EPOCH))


@functools.lru_cache(maxsize=8_192)
def _fast(words: str, zone: str, order: DateOrder) -> Dated | None:
    if _EPOCH.match(words):
        return Dated(datetime.fromtimestamp(int(words[:10]), UTC), Precision.MINUTE)
    found = _ISO.match(words) or _COMPACT.match(words) or _RFC.match(words)
    if found is not None:
        return _assemble(found, _month_and_day(found), zone)
    found = _NUMERIC.match(words)
    return _assemble(found, _ordered(found, order), zone) if found is not None else None


def _month_and_day(found: re.Match[str]) -> tuple[int, int]:
    groups = found.groupdict()
    month = _MONTHS.get(groups["mon"][:3].lower(), 0) if groups.get("mon") else int(groups.get("m") or 0)
    return month, int(groups["d"])


def _ordered(found: re.Match[str], order: DateOrder) -> tuple[int, int]:
    """Give month and day; the outlet's order decides where both are possible."""
    first, second = int(found["a"]), int(found["b"])
    if first > 12 or second > 12:
        return (second, first) if first > second else (first, second)
    return (first, second) if order is DateOrder.MDY else (second, first)


def _assemble(found: re.Match[str], month_and_day: tuple[int, int], zone: str) -> Dated | None:
    year = int(found["y"])
    if len(found["y"]) == 2:
        year += 2000 if year < 50 else 1900
    hour, minute, second = (int(found[g] or 0) for g in "HMS")
    try:
        local = datetime(year, *month_and_day, hour, minute, min(second, 59))  # noqa: DTZ001 - the zone follows
    except ValueError:
        return None
    where = _offset(found["zone"] or "", zone, local)
    if where is None:
        return None
    precision = Precision.DAY if found["H"] is None else Precision.MINUTE
    return _utc(local, where, precision)


def _utc(local: datetime, where: tzinfo, precision: Precision) -> Dated | None:
    try:
        return Dated(local.replace(tzinfo=where).astimezone(UTC), precision)
    except OverflowError:
        return None


def _offset(name: str, zone: str, local: datetime) -> tzinfo | None:
    """Give what a zone name or offset means here; None when it could mean several things."""
    home = _home(zone)
    if not name:
        return home
    sign = re.fullmatch(r"(?:gmt|utc)?([+-])(\d{1,2}):?(\d{2})?", name, re.IGNORECASE)
    if sign is not None:
        span = timedelta(hours=int(sign[2]), minutes=int(sign[3] or 0))
        return timezone(-span if sign[1] == "-" else span) if span < timedelta(hours=24) else None
    if name.upper() in _abbreviations(zone, local.year):
        return home
    hours = _named().get(name.lower())
    return None if hours is None else timezone(timedelta(hours=hours))


@functools.cache
def _named() -> dict[str, float]:
    groups = (group.split() for group in _NAMES.split(","))
    return {name: float(hours) for hours, *names in groups for name in names}


@functools.cache
def _home(zone: str) -> tzinfo:
    return ZoneInfo(zone)


@functools.lru_cache(maxsize=1_024)
def _abbreviations(zone: str, year: int) -> frozenset[str]:
    """Give the names a zone calls itself by in winter and summer."""
    if not 1 < year < 9999:
        return frozenset()
    home = _home(zone)
    return frozenset(filter(None, (datetime(year, month, 15, tzinfo=home).tzname() for month in (1, 7))))


# the slow path


def _slow(
    words: str, zone: str, order: DateOrder, languages: tuple[str, ...], now: datetime | None
) -> Dated | None:
    words = _PREFIX.sub("", words, count=1) if _PREFIX.match(words) else words
    again = _fast(words, zone, order)
    if again is not None:
        return again
    if not any(c.isdigit() for c in words) or _is_strict(words):
        return None
    absolute = _WITH_YEAR.search(words) is not None
    if now is None and not absolute:
        return None
    words, where = _split_zone(words, zone, now or _EARLIEST)
    if where is None:
        return None
    moment = (now or _EARLIEST).astimezone(where)
    if absolute:  # nothing relative: the day is enough, and the answer can be kept
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    found = _read(words, order, languages, moment.replace(tzinfo=None, microsecond=0))
    return _utc(found[0], found[0].tzinfo or where, found[1]) if found else None


def _split_zone(words: str, zone: str, now: datetime) -> tuple[str, tzinfo | None]:
    """Take a zone off the end ourselves: dateparser guesses at ambiguous ones."""
    found = _TRAILING_ZONE.search(words)
    if found is None:
        return words, _home(zone)
    name = found["zone"]
    if name.lower() == "ist" or name[0] in "+-" or "+" in name or "-" in name or name.lower() in _named():
        return words[: found.start()].rstrip(), _offset(name, zone, now)
    return words, _home(zone)


@functools.lru_cache(maxsize=2_048)
def _read(
    words: str, order: DateOrder, languages: tuple[str, ...], base: datetime
) -> tuple[datetime, Precision] | None:
    """Let dateparser read it against `base` (naive, local); slow (4 ms) and bad at long texts."""
    found = _parser(_known(languages) or _likely(words), order, base).get_date_data(words)
    if found.date_obj is None:
        return None
    exact = found.period == "time" or bool(_AGO.search(words))
    return found.date_obj, Precision.MINUTE if exact else Precision.DAY


@functools.cache
def _known(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Give those of an outlet's languages that dateparser has: zh-CN is zh to it."""
    from dateparser.data.languages_info import language_order

    tags = (tag for language in languages for tag in (language, language.partition("-")[0].lower()))
    return tuple(dict.fromkeys(tag for tag in tags if tag in language_order))


def _likely(words: str) -> tuple[str, ...]:
    """Give the languages to try: all of dateparser's two hundred take seconds to load."""
    if _ENGLISH_MONTH.search(words):
        return ("en",)
    scripts = (names.split() for pattern, names in _BY_SCRIPT if re.search(pattern, words))
    return tuple(next(scripts, ("en",)))


@functools.lru_cache(maxsize=8)
def _parser(languages: tuple[str, ...], order: DateOrder, base: datetime) -> DateDataParser:
    from dateparser.date import DateDataParser

    settings = {
        "DATE_ORDER": order.value,
        "PREFER_LOCALE_DATE_ORDER": False,
        "PREFER_DATES_FROM": "past",
        "REQUIRE_PARTS": ["day", "month"],
        "RELATIVE_BASE": base,
        "RETURN_TIME_AS_PERIOD": True,
        "TIMEZONE": "UTC",  # no conversion: `base` and the answer are both local
    }
    return DateDataParser(languages=list(languages) or None, settings=settings)
