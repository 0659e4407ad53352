"""Text as we compare it: the fold with its way back to the original, words, sentences.

What a word is in every script is written down in docs/reference/rule-language.md.
"""

from __future__ import annotations

from monitor.text.fold import (
    FOLD_VERSION,
    cased,
    close_up,
    fold_text,
    folded_bytes,
    folded_parts,
    joined_parts,
    spaced_bytes,
    spaced_parts,
)
from monitor.text.folded import Folded, OffsetMap, Word, even_parts, fold, offset_map, words
from monitor.text.sentences import sentence_around, sentences

__all__ = [
    "FOLD_VERSION",
    "Folded",
    "OffsetMap",
    "Word",
    "cased",
    "close_up",
    "even_parts",
    "fold",
    "fold_text",
    "folded_bytes",
    "folded_parts",
    "joined_parts",
    "offset_map",
    "sentence_around",
    "sentences",
    "spaced_bytes",
    "spaced_parts",
    "words",
]
