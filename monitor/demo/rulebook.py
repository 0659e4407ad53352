"""The demo's folder: the shipped rules.yaml with the demo's outlets and channels in it, and the env file beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor import config
from monitor.demo.outlets import Outlet
from monitor.demo.sink import Sink

__all__ = ["EDITOR", "OPERATOR", "furnish", "rules_yaml"]

EDITOR = "editor@desk.example"
OPERATOR = "ops@desk.example"

_SWAPPED = frozenset({"operator", "routes", "channels", "sources", "settings", "briefs"})
_KEY = re.compile(r"([a-z_]+):")
_KINDS = {"sitemap": "sitemap", "listing": "listing"}  # the rest are feeds

_TELLING = f"""
# Who is told. In the demo mail leaves at once, so that there is something to see.
routes:
  - {{rules: {{priority: high}}, to: [desk-webhook], when: at once}}
  - {{to: [desk-mail], when: at once}}
channels:
  desk-mail: {{url: "env:DESK_MAIL", to: [{EDITOR}]}}
  desk-webhook: {{url: "env:DESK_WEBHOOK"}}
  ops-mail: {{url: "env:DESK_MAIL", to: [{OPERATOR}]}}
operator: {{name: The demo desk, mail: {OPERATOR}, to: [ops-mail]}}

settings: {{contact: "https://desk.example/about-our-crawler", database: stories.db}}

# Outlets that do not exist, served on this machine.
sources:
"""


def rules_yaml(outlets: Iterable[Outlet]) -> str:
    """Give the shipped rulebook, its terms and rules untouched, with the demo's sources, channels and routes."""
    kept = "".join(block for key, block in _blocks(config.template()) if key not in _SWAPPED)
    return kept.rstrip() + "\n" + _TELLING + "".join(f"  - {_source(o)}\n" for o in outlets)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Split at the keys of the first column; a comment goes with the key that follows it."""
    key, block, between = "", "", ""
    for line in text.splitlines(keepends=True):
        found = _KEY.match(line)
        if found:
            yield key, block
            key, block, between = found[1], between + line, ""
        elif line.startswith("#") or not line.strip():
            between += line
        else:
            block, between = block + between + line, ""
    yield key, block


def _source(outlet: Outlet) -> str:
    kind = _KINDS.get(outlet.format, "feed")
    words = [
        f"{kind}: {json.dumps(outlet.url)}",
        f"outlet: {outlet.key}",
        f"title: {json.dumps(outlet.title)}",
        "articles: all",
        "delay: 1s",
    ]
    if kind == "listing":
        words.append('links: "ul.publications a"')
    if outlet.access:
        words.append(f"access: {outlet.access}")
    if outlet.ours:
        words.append("ours: yes")
    return "{" + ", ".join(words) + "}"


def furnish(folder: Path, outlets: Iterable[Outlet], sink: Sink) -> None:
    """Write what `init` writes: rules.yaml, its schema, and the env file (mode 0600)."""
    (folder / "rules.yaml").write_text(rules_yaml(outlets), encoding="utf-8")
    schema = json.dumps(config.schema(), ensure_ascii=False, indent=1)
    (folder / "rules.schema.json").write_text(schema + "\n", encoding="utf-8")
    env = folder / config.Settings().env_file
    env.touch(mode=0o600)
    env.write_text(
        f"DESK_MAIL=mailto://127.0.0.1:{sink.mail_port}?from=copytaster@desk.example\n"
        f"DESK_WEBHOOK=webhook://the-demo-signs-with-this@127.0.0.1:{sink.hook_port}/copytaster\n",
        encoding="utf-8",
    )
