"""GUIDs that name no story: a constant, the page's id, one that comes with link after link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from monitor.store.codec import digest
from monitor.store.dialect import insert_new
from monitor.store.engine import Tx
from monitor.store.schema import ALIAS, GUID_DISTRUST

__all__ = ["guid_distrusted", "guid_key", "judge", "note_guids", "source_scope", "url_key"]

_LINKS = 3  # a GUID that came with so many links names no story
_SHARE = 0.05  # nor do the GUIDs of a source of which more than this share came with more than one
_ENOUGH = 20  # GUIDs of which a share says something

_DISTRUSTED = select(GUID_DISTRUST.c.url).where(
    GUID_DISTRUST.c.outlet == bindparam("o"), GUID_DISTRUST.c.url == bindparam("u")
)
_AT_ODDS = 2  # entries whose GUID is one story's and whose address another's
_OWNERS = select(ALIAS.c.scope, ALIAS.c.key, ALIAS.c.story_id).where(
    ALIAS.c.scope.in_(["", bindparam("s")]), ALIAS.c.key.in_(bindparam("keys", expanding=True))
)
_GUIDS = select(func.count(), func.count().filter(ALIAS.c.links > 1), func.max(ALIAS.c.links)).where(
    ALIAS.c.scope == bindparam("s"), ALIAS.c.kind == "guid"
)


def source_scope(outlet: str, source: str) -> str:
    """Give the alias scope of a source: what names a story within it."""
    return digest("source", outlet, source)


def guid_key(guid: str) -> str:
    """Give the alias key of a GUID."""
    return digest("guid", guid)


def url_key(canonical: str) -> str:
    """Give the alias key of a canonical URL."""
    return digest("url", canonical)


def judge(tx: Tx, outlet: str, source: str, scope: str, at: datetime) -> None:
    """Distrust the GUIDs of a source (its aliases have this scope) when too many came with different links."""
    total, moved, most = tx.execute(_GUIDS, {"s": scope}).one()
    if (most or 0) >= _LINKS or (total >= _ENOUGH and moved > _SHARE * total):
        _distrust(tx, outlet, source, at, f"{moved} of {total} GUIDs came with different links")


def note_guids(tx: Tx, outlet: str, source: str, pairs: Iterable[tuple[str, str]], at: datetime) -> bool:
    """Look at the GUIDs and canonical URLs of one body before its stories are judged; True: do not trust its GUIDs.

    More than 5 % of the GUIDs of one body with more than one link (a constant, the page's id) betray a source at
    once, before a story is taken for another. So do GUIDs that are on record as one story's and come with the
    address of another: they count places in the feed.
    """
    pairs = tuple(pairs)
    links: dict[str, set[str]] = {}
    for guid, canonical in pairs:
        if guid and canonical:
            links.setdefault(guid, set()).add(canonical)
    repeated = sum(len(found) > 1 for found in links.values())
    if repeated > _SHARE * len(links):
        _distrust(tx, outlet, source, at, f"{repeated} of {len(links)} GUIDs of one body had different links")
        return True
    if guid_distrusted(tx, outlet, source):
        return True
    odd = _at_odds(tx, source_scope(outlet, source), pairs)
    if odd >= _AT_ODDS and odd > _SHARE * len(links):
        _distrust(
            tx, outlet, source, at, f"{odd} of {len(links)} GUIDs came with the addresses of other stories"
        )
        return True
    return False


def _at_odds(tx: Tx, scope: str, pairs: Sequence[tuple[str, str]]) -> int:
    """Count the pairs whose GUID is on record as one story's and whose URL as another's."""
    keys = [(guid_key(guid), url_key(link)) for guid, link in pairs if guid and link]
    if not keys:
        return 0
    found = tx.execute(_OWNERS, {"s": scope, "keys": sorted({key for both in keys for key in both})})
    owners = {(bool(of_source), key): story_id for of_source, key, story_id in found}
    both = ((owners.get((True, guid)), owners.get((False, link))) for guid, link in keys)
    return sum(one is not None and other is not None and one != other for one, other in both)


def _distrust(tx: Tx, outlet: str, source: str, at: datetime, reason: str) -> None:
    tx.execute(
        insert_new(tx, GUID_DISTRUST), {"outlet": outlet, "url": source, "since": at, "reason": reason}
    )


def guid_distrusted(tx: Tx, outlet: str, source: str) -> bool:
    """Tell whether the GUIDs of a source do not name stories."""
    return tx.execute(_DISTRUSTED, {"o": outlet, "u": source}).first() is not None
