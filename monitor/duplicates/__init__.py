"""Whether two stories are one: keys, fingerprints for candidates, and the verdict with its evidence.

What is told once is the text; what happened is told by each who tells it in their own words. Figures,
their origins and the stages: docs/explanation/duplicates.md.
"""

from monitor.duplicates.background import DEFAULT, Background
from monitor.duplicates.fingerprint import ALGORITHM, fingerprint, learn, likeness, text_key, title_key
from monitor.duplicates.headlines import same_headlines
from monitor.duplicates.marks import APART, Marks, Seen, distinct, in_doubt, marks, worth_comparing
from monitor.duplicates.verdict import Kind, Verdict, compare, same_text

__all__ = [
    "ALGORITHM",
    "APART",
    "DEFAULT",
    "Background",
    "Kind",
    "Marks",
    "Seen",
    "Verdict",
    "compare",
    "distinct",
    "fingerprint",
    "in_doubt",
    "learn",
    "likeness",
    "marks",
    "same_headlines",
    "same_text",
    "text_key",
    "title_key",
    "worth_comparing",
]
