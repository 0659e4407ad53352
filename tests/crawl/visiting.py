"""Visits links in a process of its own, for test_revisit.py: a reactor starts once."""

import json
import sys
from datetime import UTC, datetime

from monitor.crawl.revisit import revisit
from monitor.crawl.tasks import Network


def main() -> None:
    port = int(sys.argv[1])
    host_map = {"news.example": ("127.0.0.1", port)}
    network = Network(host_map=host_map, allowed_addresses=frozenset({f"127.0.0.1:{port}"}))
    found = revisit(sys.argv[2:], now=datetime(2026, 3, 4, tzinfo=UTC), contact="", network=network)
    json.dump({url: [list(v.titles), v.trouble] for url, v in found.items()}, sys.stdout)


if __name__ == "__main__":
    main()
