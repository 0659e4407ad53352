"""Lucene's MemoryIndex with a term presearcher, where Debian's jars (liblucene8-java) and a JDK are there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

__all__ = ["measured", "missing"]

_SOURCE = Path(__file__).parent / "lucene" / "Presearch.java"
_NEEDED = ("core", "memory", "analyzers-common")


def _jars() -> list[Path]:
    found = []
    for name in _NEEDED:
        found += sorted(Path("/usr/share/java").glob(f"lucene-{name}-[0-9]*.jar"))[-1:]
    return found


def missing() -> str:
    """Say what is not here; "" when nothing is missing."""
    if shutil.which("javac") is None or shutil.which("java") is None:
        return "no JDK"
    return "" if len(_jars()) == len(_NEEDED) else "no lucene-*.jar: apt install liblucene8-java"


def measured(rules: Sequence[str], folded: Sequence[str], rounds: int) -> tuple[float, float, float]:
    """Give stories per CPU second of the best round, hits per story, set-up seconds."""
    classpath = ":".join(map(str, _jars()))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules").write_text("\n".join(rules) + "\n")
        (folder / "stories").write_text("\n".join(folded) + "\n")
        subprocess.run(["javac", "-cp", classpath, "-d", name, str(_SOURCE)], check=True)
        command = ["java", "-cp", f"{classpath}:{name}", "Presearch"]
        said = subprocess.run(
            [*command, str(folder / "rules"), str(folder / "stories"), str(rounds)],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    speed, hits, set_up = map(float, said.split())
    return speed, hits, set_up
