"""Decide what becomes of a story: whether we know it already, whom to tell, and why (not)."""

from monitor.triage.deciding import changes, decide, face
from monitor.triage.revisions import Change, material
from monitor.triage.sameness import better, held_back
from monitor.triage.values import (
    Circumstances,
    Decision,
    Kin,
    Known,
    Merge,
    Neighbours,
    Reason,
    ToldAs,
    Triage,
    Verdict,
)

__all__ = [
    "Change",
    "Circumstances",
    "Decision",
    "Kin",
    "Known",
    "Merge",
    "Neighbours",
    "Reason",
    "ToldAs",
    "Triage",
    "Verdict",
    "better",
    "changes",
    "decide",
    "face",
    "held_back",
    "material",
]
