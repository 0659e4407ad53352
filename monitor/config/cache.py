"""The loaded rules.yaml kept as data, so that the next process need not read and compile it again.

One file for each rules.yaml, beside the database in a folder that only its owner can open. It holds data,
nothing that runs, under a key of everything it depends on: the text, the outlets, the program itself. A
file that is old, broken or not ours is not used, and written anew.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import monitor
from monitor.config.newsroom import BriefPlan, Newsroom, Operator, Settings
from monitor.errors import Mistake
from monitor.routes import Among, Channel, Copies, Keep, Pace, Priority, Route, When
from monitor.rules import rulebook_from_data, rulebook_to_data
from monitor.rules.plain import classes, from_plain, to_plain
from monitor.story import Access, Articles, DateOrder, Outlet, Source, SourceKind

__all__ = ["FOLDER", "keep", "kept", "key_of", "swift"]

FOLDER = ".copytaster-cache"
_KNOWN = classes(
    BriefPlan, Operator, Settings, Mistake, Among, Channel, Copies, Keep, Pace, Priority, Route, When,
    Access, Articles, DateOrder, Outlet, Source, SourceKind,
)  # fmt: skip
_PLAIN = ("zone", "routes", "channels", "outlets", "operator", "settings", "briefs", "warnings")
_CODE = ("config", "rules", "text", "story.py", "routes.py", "errors.py")


def key_of(text: str, outlets: Mapping[str, Outlet]) -> str:
    """Name everything that a loaded file depends on."""
    told = hashlib.sha256(_program().encode())
    told.update(repr(sorted(outlets.items())).encode())
    told.update(text.encode())
    return told.hexdigest()


@cache
def _program() -> str:
    """Name this version of the program; while it is being changed its files tell."""
    home = Path(monitor.__file__).parent
    files = sorted(
        f for name in _CODE for f in ([home / name] if "." in name else (home / name).glob("*.py"))
    )
    return repr([(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files])


def kept(folder: Path, path: Path, text: str, key: str) -> Newsroom | None:
    """Give what was kept under this key; None when there is nothing that can be used."""
    place = _place(folder, path)
    try:
        if not _ours(folder):
            return None
        head, _, body = place.read_bytes().partition(b"\n")
    except OSError:
        return None
    if head != _head(key, body):
        return None
    try:
        with swift():
            return _newsroom(json.loads(body), path, text)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None  # data of another make: it is written anew


def keep(folder: Path, newsroom: Newsroom, key: str) -> None:
    """Keep a loaded file; where that cannot be done the next process reads it again."""
    with swift():
        body = json.dumps(_data(newsroom), ensure_ascii=False, separators=(",", ":")).encode()
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _ours(folder):
            return
        number, name = tempfile.mkstemp(dir=folder, suffix=".new")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(_head(key, body) + b"\n" + body)
            Path(name).replace(_place(folder, newsroom.path))
        finally:
            Path(name).unlink(missing_ok=True)


@contextmanager
def swift() -> Iterator[None]:
    """Make many values at once without looking for garbage among them: there is none, and it takes long."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _ours(folder: Path) -> bool:
    """Say whether nobody else can have written here."""
    found = folder.lstat()
    return found.st_uid == os.getuid() and found.st_mode & 0o170077 == 0o040000


def _place(folder: Path, path: Path) -> Path:
    return folder / f"rules-{hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:16]}.json"


def _head(key: str, body: bytes) -> bytes:
    return f"{key} {hashlib.sha256(body).hexdigest()}".encode()


def _data(newsroom: Newsroom) -> dict[str, object]:
    told: dict[str, object] = {name: to_plain(getattr(newsroom, name)) for name in _PLAIN}
    return {**told, "rulebook": rulebook_to_data(newsroom.rulebook)}


def _newsroom(data: Any, path: Path, text: str) -> Newsroom:
    told = {name: from_plain(data[name], _KNOWN) for name in _PLAIN}
    rulebook = rulebook_from_data(data["rulebook"])
    return Newsroom(path=path, text=text, hash=rulebook.hash, rulebook=rulebook, **told)
