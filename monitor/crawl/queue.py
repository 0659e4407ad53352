"""Which request comes next: the longest waiting one of a host that has none under way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface

if TYPE_CHECKING:
    from scrapy import Request

__all__ = ["HostsQueue"]


class HostsQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue with one lane for each host, where the hosts take turns.

    Scrapy's counts the requests under way of every waiting host to find the next one, and then goes by the alphabet:
    with 4,000 hosts that was a fifth of a crawl's CPU time, and whoever was most overdue waited for those before it
    in the alphabet.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pqueues: OrderedDict[str, Any] = OrderedDict(self.pqueues)
        self._downloader_interface = _FirstFree(self.crawler)

    def pop(self) -> Request | None:
        """Give the next request; its host goes to the end of the line."""
        request = super().pop()
        lane = self._last_selected_slot
        if lane is not None and lane in self.pqueues:
            self.pqueues.move_to_end(lane)
        return request


class _FirstFree(DownloaderInterface):
    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        """Give the first host with nothing under way, else the one with the least: as many are looked at as are busy."""
        best: list[tuple[int, str]] = []
        for lane in possible_slots:
            under_way = self._active_downloads(lane)
            if not under_way:
                return [(0, lane)]
            if not best or under_way < best[0][0]:
                best = [(under_way, lane)]
        return best
