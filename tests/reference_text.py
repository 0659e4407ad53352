"""The fold as its definition reads, one character after the other: slow, obvious, the oracle of the fast one."""

import unicodedata
from functools import lru_cache

from monitor.text.letters import LETTERS, STRIPPED, continues, invisible, separates_anyway, stands_alone


@lru_cache(maxsize=4096)
def _letters(text, *, keep_case=False):
    seen = "".join(c for c in text if not invisible(c))
    spaced = ""
    for c in seen:
        if separates_anyway(c):
            spaced += " "
        elif unicodedata.decomposition(c).startswith("<fraction>"):
            spaced += f" {c} "
        else:
            spaced += c
    out = unicodedata.normalize("NFKC", spaced)
    out = out if keep_case else out.casefold()
    out = "".join(c for c in unicodedata.normalize("NFD", out) if ord(c) not in STRIPPED)
    out = "".join(LETTERS.get(ord(c), c) for c in unicodedata.normalize("NFC", out))
    words, after_alone = "", False
    for c in out:
        kind = unicodedata.category(c)[0]
        number = unicodedata.decimal(c, None) if kind == "N" else None
        if kind == "M":
            words += c
            continue
        if after_alone:
            words += " "
        after_alone = kind in "LN" and number is None and stands_alone(c)
        if kind not in "LN":
            words += " "
        elif number is not None:
            words += str(number)
        else:
            words += f" {c}" if after_alone else c
    return words


def slow_fold(text, *, keep_case=False):
    """Fold a whole text."""
    return " ".join(_letters(text, keep_case=keep_case).split())


def slow_words(text):
    """Give (folded word, start, end) for every word, by folding piece after piece."""
    pieces = []
    for i, c in enumerate(text):
        if pieces and min(c, text[pieces[-1][0]]) > "\x7f" and (continues(c) or invisible(c)):
            pieces[-1][1] = i + 1
        else:
            pieces.append([i, i + 1])
    words, open_word = [], False
    for start, end in pieces:
        folded = _letters(text[start:end])
        if folded and stands_alone(folded.strip()[:1] or " "):
            folded = f"{folded} "
        while start < end and invisible(text[start]):
            start += 1
        while end > start and invisible(text[end - 1]):
            end -= 1
        for c in folded:
            if c == " ":
                open_word = False
            elif open_word:
                words[-1] = [words[-1][0] + c, words[-1][1], end]
            else:
                words.append([c, start, end])
                open_word = True
        if (
            not folded
            and open_word
            and unicodedata.category(text[end - 1])[0] == "M"
            and words[-1][2] == start
        ):
            words[-1][2] = end
    return [tuple(w) for w in words]
