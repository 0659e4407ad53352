"""Which rules a story meets, the words that show it, and why a rule does or does not hold."""

from __future__ import annotations

from monitor.matching.explain import Explanation, Step, explain
from monitor.matching.match import Evidence, Match, field_text, match, matching_rules
from monitor.matching.nearly import Nearly, nearly

__all__ = [
    "Evidence",
    "Explanation",
    "Match",
    "Nearly",
    "Step",
    "explain",
    "field_text",
    "match",
    "matching_rules",
    "nearly",
]
