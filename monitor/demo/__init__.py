"""The offline newsroom: outlets, loopback servers, simulated hours.

outlets.py     what the outlets publish, and when (texts in newsroom/)
pages.py       feeds, sitemap, listing, article pages
server.py      their web servers
sink.py        where alerts arrive: mail and webhook
rulebook.py    rules.yaml and env file of the demo's folder
passing.py     one pass in a child process
keeping.py     what arrived, as files
show.py        what is printed
play.py        all of it in order
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["demo"]


def demo(folder: Path | None = None, *, as_json: bool = False, out: Console | None = None) -> int:
    """Run the main job offline and show it; give the exit code.

    `folder` must be new or empty; None takes a temporary one. `out` is where it is shown. Raises ConfigError.
    """
    from importlib.metadata import PackageNotFoundError, version

    from rich.console import Console

    from monitor.demo.play import play

    try:
        installed = version("copytaster")
    except PackageNotFoundError:
        installed = "0+source"
    shown = out or Console(highlight=False, soft_wrap=True)
    return play(folder, shown, version=installed, as_json=as_json)
