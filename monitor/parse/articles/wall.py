"""Who may read the whole story, and whether what we were given is the whole story."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from monitor.parse.articles.leaf import Leaf, string
from monitor.story import Access

__all__ = ["access", "is_stub", "says_paid", "without_wall"]

_TIERS = {
    "locked": Access.PAID,
    "paid": Access.PAID,
    "premium": Access.PAID,
    "subscriber": Access.PAID,
    "subscribers": Access.PAID,
    "metered": Access.METERED,
    "free": Access.OPEN,
    "open": Access.OPEN,
}
_TIER_TAGS = (
    "article:content_tier",
    "og:article:content_tier",
    "content_tier",
    "access",
    "cxenseparse:paywall",
)
_WALL = re.compile(
    r"this (?:article|content|story) is (?:for|available to|reserved for|exclusive to) (?:our )?(?:subscribers|members)"
    r"|subscribe (?:now |today )?to (?:continue|keep) reading|to (?:continue|keep) reading[,.]? (?:this|subscribe|please|sign|log|register|become)"
    r"|(?:continue|keep) reading (?:this article )?with (?:a|your)|already (?:a |have a )?subscri(?:ber|ption)"
    r"|to read the full (?:story|article)|read the full (?:story|article) (?:by|with)|for your personal,? non-?commercial use"
    r"|sign in to (?:continue|read)|create (?:a free|an) account to (?:continue|read)|register (?:for free )?to (?:continue|read)"
    r"|you(?:'|’)ve reached your (?:limit|monthly)|unlock this (?:article|story)|subscribers? only"
    r"|(?:diesen|den ganzen|vollständigen) artikel (?:lesen|weiterlesen) (?:sie )?mit|weiterlesen mit|jetzt abonnieren und|sie haben bereits ein abo"
    r"|nur für abonnent|cet article est réservé (?:à|aux)|il vous reste \d+ ?% de cet article|réservé aux abonnés"
    r"|este contenido es exclusivo para|solo para suscriptores|contenuto riservato agli abbonati|订阅后|登入以繼續|会员专享",
    re.IGNORECASE,
)
_GATE = re.compile(
    r"(?<![a-z])(?:paywall|pay-wall|reg-?wall|subscriber-?wall|premium-?wall|snippet-promotion|wsj-snippet|tp-modal|piano-(?:offer|paywall)"
    r"|article-?gate|subscription-?wall|offerwall|poool-?widget)",
    re.IGNORECASE,
)
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])[\s\"”’)\]]*\Z")
_SHORT = 1_500  # characters; a story that is flagged and shorter than this was cut
_TINY = 400
_LINE = 400  # characters of a line that can be a wall's


def says_paid(leaf: Leaf) -> bool:
    """Whether the page says that not everybody may read it. Of an outlet known to be open the flag is not believed."""
    home = leaf.place.outlet
    if home is not None and home.access is Access.OPEN:
        return False
    free = leaf.node.get("isAccessibleForFree")
    return free is False or (
        isinstance(free, str) and free.strip().lower().rpartition("/")[2] in ("false", "no")
    )


def _says_free(leaf: Leaf) -> bool:
    free = leaf.node.get("isAccessibleForFree")
    return free is True or string(free).lower() == "true"


def _tier(leaf: Leaf) -> Access | None:
    return next(
        (_TIERS[c[0].lower()] for n in _TIER_TAGS if (c := leaf.meta.get(n)) and c[0].lower() in _TIERS), None
    )


def access(leaf: Leaf, body: str, *, stub: bool) -> tuple[Access | None, str]:
    """Give who may read it. The flag alone is unreliable: a page that is flagged and whole is metered."""
    home = leaf.place.outlet
    if home and home.access is Access.PAID:
        return Access.PAID, "outlet"
    if stub:
        return Access.PAID, "stub"
    tier, flagged = _tier(leaf), says_paid(leaf)
    if tier is Access.PAID or flagged:
        origin = "json-ld:isAccessibleForFree" if flagged else "meta:content_tier"
        return (Access.METERED if len(body) >= _SHORT else Access.PAID), origin
    if tier is not None:
        return tier, "meta:content_tier"
    if _says_free(leaf):
        return Access.OPEN, "json-ld:isAccessibleForFree"
    return (home.access, "outlet") if home and home.access else (None, "")


def without_wall(body: str) -> tuple[str, bool]:
    """Give the text without the lines in which a wall speaks, and whether there were any."""
    lines = body.split("\n")
    kept = [x for x in lines if len(x) > _LINE or not _WALL.search(x)]
    return "\n".join(kept).strip(), len(kept) < len(lines)


def is_stub(leaf: Leaf, body: str, *, wall: bool) -> bool:
    """Whether a text is the beginning of a story that goes on behind a wall."""
    if not body:
        return wall
    flagged = says_paid(leaf) or _tier(leaf) is Access.PAID
    gated = wall or (len(body) < _SHORT and _has_gate(leaf.root))
    cut = _CUT.search(body) is not None
    if len(body) < _TINY:
        return flagged or wall
    if len(body) < _SHORT:
        return flagged or (gated and (cut or wall))
    return cut and flagged and gated and len(body) < 2 * _SHORT


def _has_gate(root: HtmlElement) -> bool:
    return any(
        _GATE.search(f"{e.get('class') or ''} {e.get('id') or ''}") is not None
        for e in root.iter("div", "section", "aside", "span", "p")
        if e.get("class") or e.get("id")
    )
