"""Hosts that imitate another name in letters of other scripts: bbс.com with a Cyrillic с."""

from __future__ import annotations

import unicodedata

__all__ = ["imitates"]

# Letters that are drawn like ASCII ones (Unicode's confusables.txt, the lower-case letters that hosts may hold).
_TWINS = dict(
    zip(
        "аеорсухіјѕһԛԝԁӏкмнтвгьпбзчαεικνορτυχγωѡցօսոհզգքյլɑɡɩıɪʏοϲϳ",
        "aeopcyxijshqwdlkmhtbrbnb34aeiknoptuxywwgounhqqfjlagiiiyocj",
        strict=True,
    )
)
_MIXABLE = frozenset({"LATIN", "DIGIT", "HYPHEN-MINUS"})
_EASTERN = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}
)


def imitates(host: str) -> bool:
    """Whether a label of this host mixes alphabets, or is drawn like another name in plain letters."""
    return any(_imitates(label) for label in _readable(host.lower()).split("."))


def _readable(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


def _imitates(label: str) -> bool:
    if label.isascii():
        return False
    scripts = {unicodedata.name(letter, "UNKNOWN").split()[0] for letter in label} - _MIXABLE - _EASTERN
    latin = any(letter.isascii() and letter.isalpha() for letter in label)
    drawn = "".join(_TWINS.get(letter, letter) for letter in label)
    return drawn.isascii() or len(scripts) > 1 or (bool(scripts) and latin)
