"""The verbs that go to the network, with hosts mapped to loopback. For tests only: no option leads here."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from monitor.cli import end_well
from monitor.cli.common import say
from monitor.cli.looking import check_sources
from monitor.cli.pages import record_page, show_page
from monitor.cli.run import make_pass
from monitor.cli.sources import add_outlet
from monitor.crawl.tasks import Network


def enter(hosts: str, verb: str, folder: str, *words: str) -> int:
    network = Network.local({host: ("127.0.0.1", port) for host, port in json.loads(hosts).items()})
    if verb == "run":
        return make_pass(
            Path(folder), None, dry="--dry-run" in words, as_json="--json" in words, network=network
        )
    if verb == "check":
        names = [w for w in words if not w.startswith("--")]
        return check_sources(
            Path(folder),
            "".join(names),
            available="--available" in words,
            as_json="--json" in words,
            network=network,
        )
    if verb == "try-page":
        return show_page(Path(folder), words[0], "", "", as_json="--json" in words, network=network)
    if verb == "record":
        outlet, page, into = words
        say(record_page(Path(folder), outlet, page, "", Path(into), network=network))
        return 0
    url, *options = words
    add_outlet(Path(folder), url, None, yes="--yes" in options, network=network)
    return 0


if __name__ == "__main__":
    end_well(lambda: sys.exit(enter(*sys.argv[1:])))
